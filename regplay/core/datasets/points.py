"""A person's own points, written or drawn, as a dataset of one or two inputs.

A text holds a point a line, or separated by semicolons: `x y` with one input, `x₁ x₂ y` with two,
the numbers separated by blanks. Lines without numbers are skipped but counted.

Without validation points, 30 % of the points validate and are not trained on. Validating on the
training points would show no gap whatever a network memorises, and that gap is what there is to see
here. `data.seed` alone decides which are held back; a point more changes little about the others.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from regplay.core.arrays import Floats
from regplay.core.datasets.dataset import (
    LARGEST,
    Dataset,
    DatasetError,
    DatasetSpec,
    Split,
    Task,
    why_no_number,
)
from regplay.core.experiment import DataSettings
from regplay.core.number_text import counted

MAX_POINTS = 20_000
MAX_TEXT = 2 << 20  # characters; 20,000 points with all their digits have under 1.3 million

_REMARK = "separate the numbers of a point by blanks, and points by semicolons or new lines"

MAX_CLASSES = 4
VALID_SHARE = 0.3


def points_in(text: str) -> int:
    """How many points a text holds, right or wrong."""
    return sum(bool(cells) for _, cells in rows_of(text))


def format_points(points: Floats) -> str:
    """Points [n, columns] as text, one a line, each number as short as it comes back exactly."""
    return "".join(" ".join(map(format_number, row)) + "\n" for row in points.tolist())


def format_number(value: float) -> str:
    """A number as short as it comes back exactly, such as `1` or `-0.25`."""
    return repr(value).removesuffix(".0")


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text, from 1, and the cells of each."""
    return enumerate(map(str.split, text.replace(";", "\n").split("\n")), start=1)


@lru_cache(maxsize=8)  # a point that is dragged changes one text, not both
def read_points(text: str, name: str) -> tuple[Floats, tuple[int, ...]]:
    """The points in a text, and the line of each, from 1.

    Points are [n, columns], 2 or 3 columns, the target last; [0, 0] for none. The array is
    read-only. Reading 20,000 points takes about 20 ms, and nothing the next time.

    Parameters
    ----------
    name
        What messages call the text.

    Raises
    ------
    DatasetError
        With the line, from 1: if a point has other than 2 or 3 numbers or other than the points
        before it, if something is no finite number, or if there are more than 20,000 points.
    """
    if len(text) > MAX_TEXT:
        raise DatasetError(
            f"{name}: {len(text):,} characters are too many; there may be {MAX_POINTS:,} points"
        )
    rows = [(line, cells) for line, cells in rows_of(text) if cells]
    if len(rows) > MAX_POINTS:
        line = rows[MAX_POINTS][0]
        raise DatasetError(f"{name}, line {line}: there are more than {MAX_POINTS:,} points")
    try:
        values = np.array([[float(cell) for cell in cells] for _, cells in rows])
    except ValueError:  # a text, or points of different lengths
        raise _wrong(rows, name) from None
    points = values.reshape(len(rows), -1) if rows else np.empty((0, 0))
    is_fine = not rows or points.shape[1] in (2, 3)
    if not is_fine or "_" in text or not (np.abs(points) <= LARGEST).all():
        raise _wrong(rows, name)
    points.flags.writeable = False  # the cache hands them out again
    return points, tuple(line for line, _ in rows)


def _wrong(rows: list[tuple[int, list[str]]], name: str) -> DatasetError:
    """What is wrong with the first point that is."""
    columns = 0
    for line, cells in rows:
        place = f"{name}, line {line}"
        for problem in filter(None, (why_no_number(cell, _REMARK) for cell in cells)):
            return DatasetError(f"{place}: {problem}")
        found = f"this point has {counted(len(cells), 'number')}"
        if columns and len(cells) != columns:
            return DatasetError(f"{place}: {found}, those before it have {columns}")
        if len(cells) not in (2, 3):
            return DatasetError(f"{place}: {found}; write x y, or x1 x2 y with two inputs")
        columns = len(cells)
    raise AssertionError("nothing is wrong")


# the dataset


def points_settings(dataset: Dataset) -> dict[str, str | bool]:
    """A dataset's points as values by field path, for `regplay.core.fields.replace`.

    What comes out trains on the same points in the same units. What is known of the truth behind
    them stays behind, and so do the names of classes.

    Raises
    ------
    DatasetError
        If it has more than two inputs, more than four classes, or more than 20,000 points.
    """
    if dataset.n_inputs > 2:
        raise DatasetError(
            f"These points have {dataset.n_inputs:,} inputs; only points of one or two inputs can "
            "be edited"
        )
    if dataset.task == "classification" and dataset.n_outputs > MAX_CLASSES:
        raise DatasetError(
            f"These points are of {dataset.n_outputs} classes; points of at most {MAX_CLASSES} can "
            "be edited"
        )
    most = max(len(dataset.train.y), len(dataset.valid.y))
    if most > MAX_POINTS:
        raise DatasetError(f"There are {most:,} points; at most {MAX_POINTS:,} can be edited")
    train, valid = (
        format_points(np.column_stack([split.x, split.y]))
        for split in (dataset.train, dataset.valid)
    )
    return {
        "data.name": "points",
        "data.points": train,
        "data.valid_points": valid,
        "data.task": dataset.task,
        "data.standardize": dataset.x_mean is not None,
    }


def _read(settings: DataSettings) -> tuple[Floats, Floats, int]:
    """Points to train and to validate on as they are written, and the number of classes or 0."""
    points, lines = read_points(settings.points, "data.points")
    if not len(points):
        raise DatasetError("There is no point to learn from yet (data.points is empty)")
    valid, valid_lines = read_points(settings.valid_points, "data.valid_points")
    if len(valid) and valid.shape[1] != points.shape[1]:
        raise DatasetError(
            f"data.valid_points have {valid.shape[1]} numbers each, "
            f"data.points have {points.shape[1]}"
        )
    if _are_classes(np.concatenate([points[:, -1], valid[:, -1:].ravel()]), settings.task):
        n_classes = 1 + max(
            1,
            _largest_class(points, lines, "data.points"),
            _largest_class(valid, valid_lines, "data.valid_points"),
        )
        return points, valid, n_classes
    return points, valid, 0


def shape_of(settings: DataSettings) -> tuple[int, Task, int]:
    """Number of inputs, task and number of outputs of the network that these points need.

    Raises
    ------
    DatasetError
        If they can't be read, or there are none.
    """
    points, _, n_classes = _read(settings)
    return points.shape[1] - 1, "classification" if n_classes else "regression", n_classes or 1


def _points(settings: DataSettings) -> Dataset:
    points, valid, n_classes = _read(settings)
    is_fixed = len(valid) > 0
    if not is_fixed:
        points, valid = _held_back(points, settings.seed)
    dataset = Dataset(
        task="classification" if n_classes else "regression",
        train=_split(points, n_classes),
        valid=_split(valid, n_classes),
        input_names=("x",) if points.shape[1] == 2 else ("x₀", "x₁"),
        target_name="class" if n_classes else "y",
        class_names=tuple(f"class {k}" for k in range(n_classes)),
        is_fixed=is_fixed,
    )
    return dataset.standardized() if settings.standardize else dataset


def _are_classes(y: Floats, task: str) -> bool:
    """Whether targets [n] are classes: in doubt, if they are exactly 0, 1, … k − 1 for k from 2."""
    if task != "auto":
        return task == "classification"
    values = np.unique(y)
    k = len(values)
    return 2 <= k <= MAX_CLASSES and np.array_equal(values, np.arange(k))


def _largest_class(points: Floats, lines: tuple[int, ...], name: str) -> int:
    """The largest class of points [n, columns]; −1 for none."""
    if not len(points):
        return -1
    y = points[:, -1]
    wrong = np.flatnonzero((y != np.floor(y)) | (y < 0) | (y >= MAX_CLASSES))
    if len(wrong):
        line, value = lines[wrong[0]], format_number(float(y[wrong[0]]))
        raise DatasetError(
            f"{name}, line {line}: {value} is no class; a class is a whole number from 0 to "
            f"{MAX_CLASSES - 1} (or set data.task = regression)"
        )
    return int(y.max())


def _held_back(points: Floats, seed: int) -> tuple[Floats, Floats]:
    """Points to train on and points to validate on, each in the order of the text."""
    n = len(points)
    if n < 2:
        raise DatasetError(
            "data.points holds only one point and data.valid_points none; "
            "one to learn from and one to validate on are needed"
        )
    # A draw of its own for each point: one more at the end shifts the others' by a rank at most.
    order = np.random.default_rng(seed).random(n).argsort(kind="stable")
    is_valid = np.zeros(n, dtype=bool)
    is_valid[order[: max(1, round(VALID_SHARE * n))]] = True
    return points[~is_valid], points[is_valid]


def _split(points: Floats, n_classes: int) -> Split:
    y = points[:, -1]
    return Split(points[:, :-1].copy(), y.astype(np.int64) if n_classes else y.copy())


_EXAMPLE = """\
-2.99 -0.2
-2.49 -0.47
-2.44 -0.16
-2.32 -0.8
-2.04 -0.95
-1.58 -0.75
-1.29 -1.18
-1.24 -1.02
-1.21 -0.71
-1.12 -0.76
-0.65 -0.58
-0.42 -0.24
-0.4 -1.1
-0.13 0.13
0.1 -0.14
0.49 0.05
0.52 0.57
0.89 0.95
1.18 0.81
1.41 0.72
1.43 1.0
1.81 0.96
2.74 0.74
2.84 0.48
"""

_DEFAULTS = {"task": "auto", "standardize": False, "points": _EXAMPLE, "valid_points": ""}

SPECS = (
    DatasetSpec(
        "points",
        "Own points",
        "Points that you place yourself: a number or a class to predict from one input or two.",
        "regression",  # the points decide; the dataset that is made of them says which
        _points,
        _DEFAULTS,
        keeps=frozenset({"points", "valid_points"}),
    ),
)
