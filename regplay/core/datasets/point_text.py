"""Points as a person writes them.

A text holds a point a line, or separated by semicolons: `x y` with one input, `x₁ x₂ y` with two,
the numbers separated by blanks. Lines without numbers are skipped but counted.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets.dataset import DatasetError, Floats
from regplay.core.datasets.numbers import LARGEST, problem_of

MAX_POINTS = 20_000
MAX_TEXT = 2 << 20  # characters; 20,000 points with all their digits have under 1.3 million

_REMARK = "separate the numbers of a point by blanks, and points by semicolons or new lines"


def parse_points(text: str, name: str = "data.points") -> Floats:
    """The points in a text: Float64 [n, columns], 2 or 3 columns, the target last; [0, 0] for none.

    The array is read-only. Reading 20,000 points takes about 20 ms, and nothing the next time.

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
    return _parse(text, name)[0]


def count_points(text: str) -> int:
    """How many points a text holds, right or wrong."""
    return sum(bool(cells) for _, cells in _rows(text))


def counted_points(text: str) -> str:
    """How many points a text holds, such as "34 points"."""
    n = count_points(text)
    return f"{n:,} point{'s' * (n != 1)}"


def format_points(points: NDArray[np.float64]) -> str:
    """Points [n, columns] as text, one a line, each number as short as it comes back exactly."""
    return "".join(" ".join(map(format_number, row)) + "\n" for row in points.tolist())


def format_number(value: float) -> str:
    """A number as short as it comes back exactly, such as `1` or `-0.25`."""
    return repr(value).removesuffix(".0")


def read_points(text: str, name: str) -> tuple[Floats, tuple[int, ...]]:
    """As `parse_points`, and the line of each point, from 1."""
    return _parse(text, name)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text, from 1, and the cells of each."""
    return enumerate(map(str.split, text.replace(";", "\n").split("\n")), start=1)


@lru_cache(maxsize=8)  # a point that is dragged changes one text, not both
def _parse(text: str, name: str) -> tuple[Floats, tuple[int, ...]]:
    """Points [n, columns], and the line [n] of each."""
    if len(text) > MAX_TEXT:
        raise DatasetError(
            f"{name}: {len(text):,} characters are too many; there may be {MAX_POINTS:,} points"
        )
    rows = [(line, cells) for line, cells in _rows(text) if cells]
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
        for problem in filter(None, (problem_of(cell, _REMARK) for cell in cells)):
            return DatasetError(f"{place}: {problem}")
        found = f"this point has {len(cells)} number{'s' * (len(cells) != 1)}"
        if columns and len(cells) != columns:
            return DatasetError(f"{place}: {found}, those before it have {columns}")
        if len(cells) not in (2, 3):
            return DatasetError(f"{place}: {found}; write x y, or x1 x2 y with two inputs")
        columns = len(cells)
    raise AssertionError("nothing is wrong")
