"""What trains and predicts: the native kernel on the CPU, torch's operations everywhere else."""

from functools import cache
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from regplay.core.population import Population
    from regplay.core.work import Stop, Stretch, Work


class Engine(Protocol):
    """Computes with the tensors of a population.

    Attributes
    ----------
    name
        For people: what computes, and with which instructions or why not natively.
    problem
        Why it is slower than it should be; empty if it is not.
    at_once
        How many members it trains side by side, each on a core of its own.
    overhead
        Seconds that a step takes about, besides its arithmetic.
    """

    name: str
    problem: str
    at_once: int
    overhead: float

    def train(self, work: "Work", stretch: "Stretch", goal: int, stop: "Stop") -> None:
        """Train all members that train to a step, measuring and keeping at records on the way.

        It comes back earlier if asked to by `stop`, and goes on when called with the same stretch.
        The first record may be at the step where the members stand. `goal` is not beyond the
        stretch's end.
        """

    def predict(self, population: "Population", x: "Tensor") -> "Tensor":
        """Outputs [M, n, outputs] for inputs [M or 1, n, d]."""


@cache
def engine_for(device: torch.device) -> Engine:
    """The engine for a device."""
    from regplay.core import native
    from regplay.core.native_engine import NativeEngine
    from regplay.core.torch_engine import TorchEngine

    if device.type != "cpu":
        return TorchEngine(f"PyTorch, {device.type}")
    kernels = native.load()
    if isinstance(kernels, native.Missing):
        name = f"PyTorch, without the native library: {kernels.reason}"
        return TorchEngine(name, problem=f"training is slow, by {name}")
    return NativeEngine(kernels)
