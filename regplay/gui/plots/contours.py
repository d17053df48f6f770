"""Lines on a grid by marching squares, and what is drawn of a fit that lies over another one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regplay.core.arrays import Flags, Floats, Indices
from regplay.core.fit import Fit, Grid

# Of changes between neighbours: plane, row, column of the first, and how far on the change is.
_Crossings = tuple[Indices, Indices, Indices, NDArray[Any]]


def boundary_segments(probabilities: Floats) -> Floats:
    """Lines between regions of different most probable classes.

    Marching squares for any number of classes at once: on an edge between two grid points of
    different classes the boundary crosses where the two probabilities are equal, by linear
    interpolation of their logarithms, which do not saturate; in each cell two crossings are joined,
    and more of them in their mean.

    Parameters
    ----------
    probabilities
        [rows, columns, classes], or of several networks [networks, rows, columns, classes]; there
        is no boundary at values that are not finite.

    Returns
    -------
    Lines [n, 4] of x₁, y₁, x₂, y₂, counted in columns and rows from the first grid point.
    """
    p = probabilities.reshape(-1, *probabilities.shape[-3:])
    winner = p.argmax(axis=3)
    along = _class_changes(p, winner)
    up = _class_changes(p.transpose(0, 2, 1, 3), winner.transpose(0, 2, 1))
    return _joined(along, up, winner.shape[1:])


def contour_segments(values: Floats, levels: ArrayLike) -> Floats:
    """Lines on which a surface has one of several values.

    Parameters
    ----------
    values
        [rows, columns], or of several networks [networks, rows, columns]; there is no line at
        values that are not finite.
    levels
        [levels], in the same units.

    Returns
    -------
    As of `boundary_segments`; a cell of more than two crossings of a level has a cross.
    """
    heights: Floats = np.asarray(levels, dtype=float)
    surfaces = values.reshape(-1, *values.shape[-2:])
    with np.errstate(invalid="ignore"):
        is_above = surfaces[:, None] >= heights[:, None, None]
    along = _level_changes(surfaces, heights, is_above)
    up = _level_changes(surfaces.transpose(0, 2, 1), heights, is_above.transpose(0, 1, 3, 2))
    return _joined(along, up, surfaces.shape[1:])


def on_grid(segments: Floats, grid: Grid) -> Floats:
    """Lines [n, 4] that were counted in columns and rows, in the units of a grid's inputs."""
    rows, columns = grid.shape
    step = (grid.high - grid.low) / np.array([columns - 1, rows - 1])
    placed: Floats = segments * np.tile(step, 2) + np.tile(grid.low, 2)
    return placed


def _joined(along: _Crossings, up: _Crossings, shape: tuple[int, ...]) -> Floats:
    """Join the crossings on the edges of each cell of each plane, three or four in their mean."""
    rows, columns = shape
    k1, r1, c1, share1 = along
    k2, c2, r2, share2 = up
    x1, y2 = c1 + share1, r2 + share2
    # Each crossing belongs to the cells on both sides of its edge.
    plane = np.concatenate([k1, k1, k2, k2])
    row = np.concatenate([r1, r1 - 1, r2, r2])
    column = np.concatenate([c1, c1, c2, c2 - 1])
    x = np.concatenate([x1, x1, c2, c2])
    y = np.concatenate([r1, r1, y2, y2])
    inside = (row >= 0) & (row < rows - 1) & (column >= 0) & (column < columns - 1)
    inside &= np.isfinite(x) & np.isfinite(y)
    cell = ((plane * (rows - 1) + row) * (columns - 1) + column)[inside]
    order = np.argsort(cell, kind="stable")
    cell, points = cell[order], np.stack([x, y], axis=1)[inside][order]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    count = np.diff(starts, append=len(cell))
    pairs = starts[count == 2]  # nearly all: one line instead of two halves
    lines = [np.concatenate([points[pairs], points[pairs + 1]], axis=1)]
    for start, n in zip(starts[count > 2], count[count > 2], strict=True):
        ends = points[start : start + n]
        lines.append(np.concatenate([ends, np.tile(ends.mean(axis=0), (n, 1))], axis=1))
    return np.concatenate(lines)


def _class_changes(p: Floats, winner: Indices) -> _Crossings:
    """Where neighbours in a row differ in their class; a plane for each network."""
    k, r, c = _places(winner[:, :, :-1] != winner[:, :, 1:])
    here, there = winner[k, r, c], winner[k, r, c + 1]
    with np.errstate(invalid="ignore"):
        lead = _log_ratio(p[k, r, c, here], p[k, r, c, there])  # ≥ 0
        total = lead + _log_ratio(p[k, r, c + 1, there], p[k, r, c + 1, here])  # ≥ 0; NaN stays
        share = np.where(total == 0, 0.5, lead / np.where(total == 0, 1, total))
    return k, r, c, share


def _level_changes(values: Floats, levels: Floats, is_above: Flags) -> _Crossings:
    """Where neighbours in a row lie on two sides of a level; a plane for each level and network."""
    k, level, r, c = _places(is_above[..., :-1] != is_above[..., 1:])
    here, there = values[k, r, c], values[k, r, c + 1]
    with np.errstate(all="ignore"):  # diverged networks
        share = (levels[level] - here) / (there - here)
    return k * len(levels) + level, r, c, share


def _places(where: Flags) -> tuple[Indices, ...]:
    """As `np.nonzero`, several times as fast where little is true."""
    return np.unravel_index(np.flatnonzero(where), where.shape)


def _log_ratio(larger: Floats, smaller: Floats) -> Floats:
    least = np.finfo(larger.dtype).tiny
    return np.asarray(np.log(np.maximum(larger, least)) - np.log(np.maximum(smaller, least)))


_NONE: Floats = np.zeros((0, 4))


def fit_curves(fit: Fit, grid: Grid, classes: int = 0) -> tuple[Floats, Floats] | None:
    """A fit over one input: x [points] and its curves [1 or classes, points].

    None if it is no regression (0 classes), or of other classes, or was not predicted there.
    """
    values = _predicted(fit, grid, classes)
    if values is None or len(grid.shape) != 1:
        return None
    return grid.x[:, 0], values.T if classes else values[None]


def boundaries_of(fits: Sequence[Fit], grid: Grid, classes: int) -> Floats:
    """Segments [n, 4] in data units where the most probable class of each fit changes.

    There are none of a fit of other classes, or one that was not predicted over that grid.
    """
    found = _stacked(fits, grid, classes)
    return _NONE if found is None else on_grid(boundary_segments(found), grid)


def contours_of(fits: Sequence[Fit], grid: Grid, levels: Floats) -> Floats:
    """Segments [n, 4] in data units on which each fit has one of some values [levels].

    There are none of a fit that is no regression, or was not predicted over that grid.
    """
    found = _stacked(fits, grid, 0)
    return _NONE if found is None else on_grid(contour_segments(found, levels), grid)


def fit_at(fit: Fit, grid: Grid, x: Floats, classes: int) -> Floats | None:
    """What a fit predicts at the point of its grid nearest to `x` [2]: [] or [classes].

    None if it was not predicted there, or `x` lies outside of that grid.
    """
    values = _predicted(fit, grid, classes)
    if values is None or len(grid.shape) != 2 or (x < grid.low).any() or (x > grid.high).any():
        return None
    rows, columns = grid.shape
    column, row = np.rint((x - grid.low) / (grid.high - grid.low) * [columns - 1, rows - 1])
    here: Floats = values[int(row) * columns + int(column)]
    return here


def _stacked(fits: Sequence[Fit], grid: Grid, classes: int) -> Floats | None:
    """Predictions over two inputs, [fits, rows, columns] or [fits, rows, columns, classes]."""
    found = [values for fit in fits if (values := _predicted(fit, grid, classes)) is not None]
    if not found or len(grid.shape) != 2:
        return None
    stacked: Floats = np.stack(found)
    return stacked.reshape(len(found), *grid.shape, *stacked.shape[2:])


def _predicted(fit: Fit, grid: Grid, classes: int) -> Floats | None:
    shape = (len(grid.x), classes) if classes else (len(grid.x),)
    return None if fit.grid is None or fit.grid.shape != shape else fit.grid
