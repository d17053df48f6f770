"""What a network predicts, as numpy arrays in measured units: what a plot of the fit shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.arrays import Flags, Floats
from regplay.core.datasets import Dataset

_CURVE_POINTS = 256
_SURFACE_POINTS = 72  # along each axis
_MARGIN = 0.06  # of the data's range, on each side


@dataclass(frozen=True, eq=False)
class Grid:
    """Evenly spaced inputs that a curve (one input) or a surface (two inputs) is drawn from.

    `shape` is `(columns,)` or `(rows, columns)`: rows run along the second input, upward, columns
    along the first. `low` and `high` are the range of each input, in measured units.
    """

    x: Floats  # [points, d]
    shape: tuple[int, ...]
    low: Floats  # [d]
    high: Floats  # [d]


@dataclass(frozen=True, eq=False)
class Fit:
    """Predictions of one network at one moment.

    Regression: numbers in the target's units, [n]. Classification: class probabilities,
    [n, classes]. Dropout and input noise are off.
    """

    epoch: int
    step: int
    train: Floats
    valid: Floats
    grid: Floats | None = None  # at the points of `grid_of(dataset)`, where there is a grid
    weights: Floats | None = None  # [d], of a linear model with one output, in the network's units


def grid_of(
    dataset: Dataset, curve: int = _CURVE_POINTS, surface: int = _SURFACE_POINTS
) -> Grid | None:
    """The grid on which to draw the fit, or None for more than two inputs.

    Parameters
    ----------
    curve, surface
        Points of a curve, and of a surface along each axis.
    """
    if dataset.n_inputs > 2:
        return None
    x = np.concatenate([dataset.train.x, dataset.valid.x])
    low, high = x.min(axis=0), x.max(axis=0)
    margin = np.where(high > low, (high - low) * _MARGIN, 1.0)
    low, high = low - margin, high + margin
    if dataset.n_inputs == 1:
        return Grid(np.linspace(low, high, curve), (curve,), low, high)
    first, second = (np.linspace(low[i], high[i], surface) for i in range(2))
    columns, rows = np.meshgrid(first, second)
    points = np.stack([columns.ravel(), rows.ravel()], axis=1)
    return Grid(points, (surface, surface), low, high)


def correct(dataset: Dataset, probabilities: Floats, y: NDArray[Any]) -> Flags:
    """Which points [n] of a classification are assigned their own class."""
    right: Flags = probabilities.argmax(axis=1) == y
    return right
