"""What is drawn of a fit that lies over another one: curves, a boundary, or contour lines."""

from collections.abc import Sequence

import numpy as np

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid
from regplay.gui.plots.boundary import boundary_segments, contour_segments, on_grid

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
