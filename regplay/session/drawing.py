"""Points that a person edits: each change gives a new drawing, which becomes an experiment."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from regplay.core import fields
from regplay.core.arrays import Floats, Indices
from regplay.core.datasets import (
    MAX_CLASSES,
    REGISTRY,
    Dataset,
    Edit,
    Split,
    Task,
    edited_rows,
    format_edits,
    format_points,
    load,
    parse_edits,
    points_settings,
    waiting_edits,
)
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fit import Fit, Grid, grid_of

MOST = 2000  # training points that can be edited: more are not drawn, nor told apart
_FAR = (3.0, 4.0)  # standard deviations of the targets from the fit to an outlier
_AMID = 5  # neighbours of its own class that a point amid its class has


@dataclass(frozen=True, eq=False)
class Drawing:
    """Training points of one or two inputs; validation points stay as they were.

    Those of a drawn or measured dataset stay its own: what differs is listed in `data.edits`. Own
    points are written anew, and so are points that get a class which their dataset hasn't got.
    """

    task: Task  # whether the last column is a number or a class from 0 to 3
    points: Floats  # [n, d + 1], the target last, in measured units
    _rows: tuple[int, ...]  # of each point its index as it was drawn, or −1
    _begun: Dataset  # when editing began
    _drawn: Dataset | None  # without any edits; None for own points
    _waiting: tuple[Edit, ...] = ()  # edits that don't fit at present

    @classmethod
    def of(cls, dataset: Dataset, settings: DataSettings) -> "Drawing":
        """The points of a dataset that was made of these settings, to begin editing with.

        Raises
        ------
        DatasetError
            If they can't be edited; `reason_against` says so before.
        """
        if "edits" not in REGISTRY[settings.name].uses:
            points = np.column_stack([dataset.train.x, dataset.train.y])
            return cls(dataset.task, points, (-1,) * len(points), dataset, None)
        drawn = load(msgspec.structs.replace(settings, edits=""))
        edits = parse_edits(settings.edits)
        points, rows = edited_rows(edits, drawn)
        return cls(dataset.task, points, rows, dataset, drawn, waiting_edits(edits, drawn))

    @property
    def n_waiting(self) -> int:
        """How many edits are of points that are not drawn at present."""
        return 0 if self._drawn is None else len(self._waiting)

    def experiment(self, experiment: Experiment) -> Experiment:
        """An experiment with these points in place of its training points."""
        if self._drawn is not None:
            return fields.replace(
                experiment, {"data.edits": format_edits(self._edits(self._drawn))}
            )
        values = {**points_settings(self._begun), "data.points": format_points(self.points)}
        return fields.replace(experiment, values)

    def _edits(self, drawn: Dataset) -> list[Edit]:
        """What was moved, what was deleted, what was added, and what waits."""
        before = np.column_stack([drawn.train.x, drawn.train.y])
        edits, added = [], []
        for row, point in zip(self._rows, self.points, strict=True):
            if row < 0:
                added.append(Edit("add", point=tuple(point.tolist())))
            elif not np.array_equal(point, before[row]):
                edits.append(Edit("move", row, tuple(point.tolist())))
        edits += [Edit("delete", row) for row in sorted({*range(len(before))} - {*self._rows})]
        return [*edits, *added, *self._waiting]

    def _with(self, points: Floats, rows: tuple[int, ...]) -> "Drawing":
        drawn = self._drawn
        if drawn is not None and self.task == "classification":
            has_all = (points[:, -1] < drawn.n_outputs).all()
            drawn = drawn if has_all else None
        return replace(self, points=points, _rows=rows, _drawn=drawn)

    def added(self, point: ArrayLike) -> "Drawing":
        """With one more point [d + 1], as the last."""
        points = np.vstack([self.points, np.asarray(point, dtype=float)])
        return self._with(points, (*self._rows, -1))

    def moved(self, index: int, point: ArrayLike) -> "Drawing":
        """With another point [d + 1] in place of one."""
        points = self.points.copy()
        points[index] = point
        return self._with(points, self._rows)

    def deleted(self, index: int) -> "Drawing":
        """Without one of the points; the last one that is left stays."""
        if len(self.points) == 1:
            return self
        rows = self._rows[:index] + self._rows[index + 1 :]
        return self._with(np.delete(self.points, index, axis=0), rows)

    def with_outlier(self, predict: Callable[[Floats], Floats]) -> "Drawing":
        """With one more point that lies far from what the others tell.

        The number of points decides where, so that the same drawing gets the same outlier.

        Parameters
        ----------
        predict
            The fit, inputs [n, d] -> targets [n]; of classes it isn't asked.
        """
        rng = np.random.default_rng(len(self.points))
        if self.task == "classification":
            return self.added(_amid_others(self.points, rng))
        x, y = self.points[:, :-1], self.points[:, -1]
        place = rng.uniform(x.min(axis=0), x.max(axis=0))
        spread = float(y.std()) or 1.0
        far = rng.choice([-1, 1]) * rng.uniform(*_FAR) * spread
        return self.added([*place, float(predict(place[None])[0]) + far])


def _amid_others(points: Floats, rng: np.random.Generator) -> Floats:
    """A point [d + 1] of one class among those of another."""
    x, y = points[:, :-1], points[:, -1]
    width = np.ptp(x, axis=0)
    scaled = x / np.where(width > 0, width, 1.0)
    order = rng.permutation(len(points))
    for chosen in order:
        if (y[_neighbours(scaled, chosen)] == y[chosen]).all():
            break
    else:
        chosen = order[0]  # the classes lie in one another
    others = np.unique(y[y != y[chosen]])
    other = rng.choice(others) if len(others) else (y[chosen] + 1) % 2
    near = _neighbours(scaled, chosen)[:1]
    place = np.vstack([x[chosen], x[near]]).mean(axis=0)  # beside a point, not over it
    return np.append(place, other)


def _neighbours(x: Floats, index: int) -> Indices:
    """The points nearest to one of them, the nearest first, without it."""
    distance = np.square(x - x[index]).sum(axis=1)
    distance[index] = np.inf
    order: Indices = distance.argsort(kind="stable")
    return order[: min(_AMID, len(x) - 1)]


def reason_against(dataset: Dataset) -> str:
    """Why the points of a dataset can't be edited; empty if they can."""
    if dataset.n_inputs > 2:
        return f"Points of at most two inputs can be edited, on a plot, not of {dataset.n_inputs:,}"
    if dataset.n_outputs > MAX_CLASSES:
        return f"Points of at most {MAX_CLASSES} classes can be edited, not of {dataset.n_outputs}"
    if len(dataset.train.y) > MOST:
        return f"At most {MOST:,} training points can be edited, not {len(dataset.train.y):,}"
    return ""


def unchanged_rows(before: Split, after: Split) -> tuple[int, int]:
    """How many points at the beginning, and how many at the end, two splits have in common.

    No point is counted twice.
    """
    if before.x.shape[1] != after.x.shape[1]:
        return 0, 0
    one, other = (np.column_stack([split.x, split.y]) for split in (before, after))
    n = min(len(one), len(other))
    same = (one[:n] == other[:n]).all(axis=1)
    head = n if same.all() else int(same.argmin())
    n -= head
    if not n:
        return head, 0
    same = (one[-n:] == other[-n:]).all(axis=1)
    return head, n if same.all() else int(same[::-1].argmin())


def is_edit(before: Dataset, after: Dataset) -> bool:
    """Whether one dataset comes from another by adding, moving or deleting a training point.

    Then what is shown of the one still suits the other, and nothing has to start anew.
    """
    if (before.task, before.n_inputs) != (after.task, after.n_inputs):
        return False
    valid = after.valid
    if not (np.array_equal(before.valid.x, valid.x) and np.array_equal(before.valid.y, valid.y)):
        return False
    same = sum(unchanged_rows(before.train, after.train))
    return max(len(before.train.y), len(after.train.y)) - same <= 1


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
