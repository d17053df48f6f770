"""The internals of a network at a moment: its weights, and what each unit of a small one computes.

A network is given as `Population.member` returns it: weights [out, in] and biases [out] of each
layer, from the inputs to the outputs.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.arrays import Floats, Indices, Integers, Singles
from regplay.core.datasets import Dataset
from regplay.core.fit import Grid, grid_of
from regplay.core.torch_engine import ACTIVATIONS

Layers = Sequence[tuple[Tensor, Tensor]]

NEAR_ZERO = 1e-3  # a weight of a smaller absolute value counts as near zero
MOST_UNITS = 16  # of each layer that are drawn, of inputs and outputs too
_CURVE_POINTS = 48
_MAP_POINTS = 24  # along each of two inputs
_MOST_KEPT = 2048  # epochs that a log keeps


@dataclass(frozen=True, eq=False)
class LayerWeights:
    """The weights of one layer, without its biases, row by row."""

    now: Singles  # [n]
    initial: Singles  # [n]


@dataclass(frozen=True, eq=False)
class UnitMaps:
    """A network: its parameters, and what each of its units puts out over the input plane.

    Of a column of more than `MOST_UNITS` units it has a sample, evenly spread over the column and
    the same for all networks of a shape.

    `maps` has one array for each column of units, from the inputs to the outputs. The inputs are as
    the network sees them, hidden units after their activation, and the outputs as they are: in
    standardised units for regression, before the softmax for classification. Dropout is off.
    """

    weights: tuple[Singles, ...]  # [out, in] of each layer, between units that are shown
    biases: tuple[Singles, ...]  # [out] of each layer
    shown: tuple[Indices, ...]  # which units of each column, from 0
    widths: tuple[int, ...]  # all units of each column
    input_names: tuple[str, ...]  # of what the network sees
    grid: Grid | None  # where the maps are computed, in measured units; None for three inputs on
    maps: tuple[Singles, ...] | None  # [units, *grid.shape] of each column; None without a grid

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each column that are shown: inputs, hidden layers, outputs."""
        return tuple(map(len, self.shown))


@dataclass(frozen=True, eq=False)
class Internals:
    """What is shown of the internals of one network."""

    epoch: int
    layers: tuple[LayerWeights, ...]  # L
    epochs: Integers  # [T], rising
    norms: Floats  # [T, L], ‖w‖ of each layer
    near_zero: Floats  # [T, L], share of weights under `NEAR_ZERO` in absolute value, in [0, 1]
    picture: UnitMaps


def sample_of(n: int) -> Indices:
    """Which of n units are drawn: all, or `MOST_UNITS` from the first to the last."""
    chosen: Indices = np.linspace(0, n - 1, min(n, MOST_UNITS)).round().astype(np.intp)
    return chosen


def _array(tensor: Tensor) -> Singles:
    """A copy in numpy, so that training may go on."""
    return np.array(tensor.detach().cpu().numpy(), dtype=np.float32, order="C")


def weight_norms(layers: Layers) -> Floats:
    """‖w‖₂ of each layer's weights, without its biases, [L]."""
    return np.array([float(weight.double().norm()) for weight, _ in layers])


def near_zero_share(weights: NDArray[Any]) -> float:
    """The share of weights under `NEAR_ZERO` in absolute value, in [0, 1]."""
    return float(np.mean(np.abs(weights) < NEAR_ZERO))


def near_zero_shares(layers: Layers) -> Floats:
    """`near_zero_share` of each layer's weights, [L]."""
    return np.array([float((weight.abs() < NEAR_ZERO).double().mean()) for weight, _ in layers])


def unit_maps(layers: Layers, activation: str, dataset: Dataset) -> UnitMaps:
    """What each unit of a network computes.

    Parameters
    ----------
    layers
        Weights and biases of each layer.
    activation
        A name of `ACTIVATIONS`.
    dataset
        Whose inputs, and their range, the network sees.
    """
    widths = (layers[0][0].shape[1], *(len(bias) for _, bias in layers))
    shown = tuple(map(sample_of, widths))
    pairs = zip(layers, itertools.pairwise(shown), strict=True)
    weights = tuple(_array(weight)[np.ix_(n_out, n_in)] for (weight, _), (n_in, n_out) in pairs)
    biases = tuple(_array(bias)[at] for (_, bias), at in zip(layers, shown[1:], strict=True))
    grid, maps = grid_of(dataset, _CURVE_POINTS, _MAP_POINTS), None
    if grid is not None:
        columns = _activations(layers, activation, torch.from_numpy(dataset.inputs(grid.x)))
        found = zip(columns, shown, strict=True)
        maps = tuple(_array(column.T[at]).reshape(-1, *grid.shape) for column, at in found)
    return UnitMaps(weights, biases, shown, widths, dataset.seen_names, grid, maps)


def _activations(layers: Layers, activation: str, x: Tensor) -> list[Tensor]:
    """What each column of units puts out for inputs [N, d]: [N, units] each."""
    phi = ACTIVATIONS[activation]
    with torch.inference_mode():
        columns = [x.to(layers[0][0])]
        for index, (weight, bias) in enumerate(layers):
            z = torch.addmm(bias, columns[-1], weight.T)
            columns.append(phi.forward(z) if index < len(layers) - 1 else z)
    return columns


class InternalsLog:
    """‖w‖ and the share near zero of each layer over the epochs of one run, bounded in size.

    Beyond `most` epochs every second one is dropped, and again once those are too many.

    Parameters
    ----------
    initial
        The network before any training.
    """

    def __init__(self, initial: Layers, most: int = _MOST_KEPT) -> None:
        # The same arrays each time, so that what is made of them need not be made again.
        self._initial = [_array(weight).ravel() for weight, _ in initial]
        self._most = most
        self._epochs: list[int] = []
        self._norms: list[Floats] = []
        self._near_zero: list[Floats] = []

    def append(self, epoch: int, layers: Layers) -> None:
        """Keep the figures of an epoch; one that is not after the last is ignored."""
        if self._epochs and epoch <= self._epochs[-1]:
            return
        if len(self._epochs) >= self._most:
            for kept in (self._epochs, self._norms, self._near_zero):
                del kept[1::2]
        self._epochs.append(epoch)
        self._norms.append(weight_norms(layers))
        self._near_zero.append(near_zero_shares(layers))

    def internals(self, epoch: int, layers: Layers, activation: str, dataset: Dataset) -> Internals:
        """Append an epoch, and all that is shown of the network then."""
        self.append(epoch, layers)
        return Internals(
            epoch=epoch,
            layers=tuple(
                LayerWeights(_array(weight).ravel(), then)
                for (weight, _), then in zip(layers, self._initial, strict=True)
            ),
            epochs=np.array(self._epochs, dtype=np.int64),
            norms=np.array(self._norms),
            near_zero=np.array(self._near_zero),
            picture=unit_maps(layers, activation, dataset),
        )
