"""A fit as it looks when the points under it were edited, until the next one is trained."""

from dataclasses import replace

import numpy as np

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.session.drawing import unchanged_rows


def carried(fit: Fit | None, before: Dataset, after: Dataset) -> Fit | None:
    """A fit of one dataset, on the grid and at the points of another with the same inputs.

    What the network predicts at other places is interpolated; beyond the edge of its grid it is
    what it was there. None if it can't be shown: of other classes, or over other inputs.
    """
    old, new = grid_of(before), grid_of(after)
    if fit is None or fit.grid is None or old is None or new is None:
        return None
    if (before.n_inputs, before.class_names) != (after.n_inputs, after.class_names):
        return None
    is_same = np.array_equal(old.low, new.low) and np.array_equal(old.high, new.high)
    return replace(
        fit,
        train=_at_points(fit.grid, old, fit.train, before.train, after.train),
        valid=_at_points(fit.grid, old, fit.valid, before.valid, after.valid),
        grid=fit.grid if is_same else interpolated(fit.grid, old, new.x),
    )


def _at_points(values: Floats, grid: Grid, known: Floats, before: Split, after: Split) -> Floats:
    """Predictions at points; of those that are as before, what is known."""
    head, tail = unchanged_rows(before, after)
    moved = after.x[head : len(after.y) - tail]
    between = interpolated(values, grid, moved)
    return np.concatenate([known[:head], between, known[len(known) - tail :]])


def interpolated(values: Floats, grid: Grid, x: Floats) -> Floats:
    """What was predicted on a grid, [points] or [points, classes], at `x` [n, d]: [n] or [n, ..].

    Linear between the grid's points; beyond them, what is at the edge.
    """
    ends = np.array(grid.shape[::-1]) - 1  # along the first input, and the second
    place = ((x - grid.low) / (grid.high - grid.low)).clip(0, 1) * ends
    first = np.minimum(place.astype(np.intp), np.maximum(ends - 1, 0))
    share = place - first
    shaped = values.reshape(*grid.shape, *values.shape[1:])
    rest = (1,) * (values.ndim - 1)
    along, u = first[:, 0], share[:, 0].reshape(-1, *rest)
    if len(grid.shape) == 1:
        between: Floats = shaped[along] * (1 - u) + shaped[along + 1] * u
        return between
    up, v = first[:, 1], share[:, 1].reshape(-1, *rest)
    low = shaped[up, along] * (1 - u) + shaped[up, along + 1] * u
    high = shaped[up + 1, along] * (1 - u) + shaped[up + 1, along + 1] * u
    found: Floats = low * (1 - v) + high * v
    return found
