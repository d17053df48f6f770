"""Networks made by hand, as the window would get them from training."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch

from regplay.core.datasets import Dataset, Split
from regplay.core.internals import Internals, InternalsLog
from regplay.gui.network import Histograms, NetworkGraph
from regplay.gui.plots import ReadoutWidget

Layers = list[tuple[torch.Tensor, torch.Tensor]]


@pytest.fixture
def make_dataset() -> Callable[..., Dataset]:
    def make(inputs: int = 2, classes: int = 2) -> Dataset:
        x = np.random.default_rng(0).uniform(-1, 1, (20, inputs))
        y = np.arange(20) % max(classes, 1)
        split = Split(x, y if classes else x.sum(axis=1))
        return Dataset(
            task="classification" if classes else "regression",
            train=split,
            valid=split,
            input_names=tuple(f"in {index}" for index in range(inputs)),
            target_name="height",
            class_names=tuple(f"kind {index}" for index in range(classes)),
        )

    return make


@pytest.fixture
def make_layers() -> Callable[..., Layers]:
    def make(*sizes: int, scale: float = 0.5) -> Layers:
        """Random weights in ±`scale`."""
        generator = torch.Generator().manual_seed(1)
        return [
            (
                scale * (2 * torch.rand(n_out, n_in, generator=generator) - 1),
                0.1 * torch.ones(n_out),
            )
            for n_in, n_out in itertools.pairwise(sizes)
        ]

    return make


@pytest.fixture
def make_internals(make_dataset) -> Callable[..., Internals]:
    def make(
        layers: Layers,
        initial: Layers | None = None,
        epochs: Sequence[int] = (0,),
        dataset: Dataset | None = None,
    ) -> Internals:
        """A network whose weights were the same at all `epochs` but the first."""
        first = layers if initial is None else initial
        log = InternalsLog(first)
        for index, epoch in enumerate(epochs[:-1]):
            log.append(epoch, layers if index else first)
        inputs, outputs = layers[0][0].shape[1], len(layers[-1][1])
        data = dataset or make_dataset(inputs, 0 if outputs == 1 else outputs)
        return log.internals(epochs[-1], layers, "tanh", data)

    return make


@pytest.fixture
def draws(monkeypatch) -> list[ReadoutWidget]:
    """The pictures that are drawn anew, each once for each time."""
    found: list[ReadoutWidget] = []

    def noted(draw):
        def note(picture, painter, frame):
            found.append(picture)
            draw(picture, painter, frame)

        return note

    for kind in (NetworkGraph, Histograms):
        monkeypatch.setattr(kind, "draw", noted(kind.draw))
    return found
