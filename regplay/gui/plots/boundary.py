"""Where the most probable class changes, on a grid."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets.dataset import Floats

Indices = NDArray[np.intp]


def boundary_segments(probabilities: Floats) -> Floats:
    """Lines between regions of different most probable classes.

    Marching squares for any number of classes at once: on an edge between two grid points of
    different classes the boundary crosses where the two probabilities are equal, by linear
    interpolation of their logarithms, which do not saturate; in each cell the crossings are joined
    through their mean.

    Parameters
    ----------
    probabilities
        [rows, columns, classes]; there is no boundary at values that are not finite.

    Returns
    -------
    Lines [n, 4] of x₁, y₁, x₂, y₂, counted in columns and rows from the first grid point.
    """
    winner = probabilities.argmax(axis=2)
    rows, columns = winner.shape
    r1, c1, x1 = _crossings(probabilities, winner)
    c2, r2, y2 = _crossings(probabilities.transpose(1, 0, 2), winner.T)
    # Each crossing belongs to the cells on both sides of its edge.
    row = np.concatenate([r1, r1 - 1, r2, r2])
    column = np.concatenate([c1, c1, c2, c2 - 1])
    x = np.concatenate([x1, x1, c2, c2])
    y = np.concatenate([r1, r1, y2, y2])
    inside = (row >= 0) & (row < rows - 1) & (column >= 0) & (column < columns - 1)
    inside &= np.isfinite(x) & np.isfinite(y)
    cell, x, y = (row * (columns - 1) + column)[inside], x[inside], y[inside]
    count = np.bincount(cell)
    joined = count[cell] >= 2
    cell, x, y = cell[joined], x[joined], y[joined]
    middle = [np.bincount(cell, weights=value)[cell] / count[cell] for value in (x, y)]
    return np.stack([x, y, *middle], axis=1)


def _crossings(p: Floats, winner: Indices) -> tuple[Indices, Indices, NDArray[Any]]:
    """Row, left column and position along the row of each change between neighbours in a row."""
    r, c = np.nonzero(winner[:, :-1] != winner[:, 1:])
    here, there = winner[r, c], winner[r, c + 1]
    with np.errstate(invalid="ignore"):
        lead = _log_ratio(p[r, c, here], p[r, c, there])  # ≥ 0
        total = lead + _log_ratio(p[r, c + 1, there], p[r, c + 1, here])  # ≥ 0; NaN stays
        share = np.where(total == 0, 0.5, lead / np.where(total == 0, 1, total))
    return r, c, c + share


def _log_ratio(larger: Floats, smaller: Floats) -> Floats:
    least = np.finfo(larger.dtype).tiny
    return np.asarray(np.log(np.maximum(larger, least)) - np.log(np.maximum(smaller, least)))
