"""Training points that a person added, moved or deleted after a dataset was drawn.

A text holds an edit a line, or separated by semicolons: `add x y`, `move 3 x y` or `delete 3`, with
two numbers `x₁ x₂` for two inputs; points are numbered from 1 as they are drawn. The rest of the
dataset stays: its true function, its noise floor, its validation points, and what its other
settings do. An edit that fits no longer, as of a point that is drawn no more, is left out until it
fits again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from regplay.core.arrays import Floats
from regplay.core.datasets.dataset import Dataset, DatasetError, Split, shown, why_no_number
from regplay.core.datasets.points import MAX_POINTS, MAX_TEXT, format_number, rows_of
from regplay.core.number_text import counted

Kind = Literal["add", "move", "delete"]
_NAME = "data.edits"
_FORM = "write add x y, move 3 x y or delete 3, with two numbers x1 x2 for two inputs"
_REMARK = "separate numbers by blanks, and edits by semicolons or new lines"


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes
    ----------
    index
        Of the point as it was drawn, from 0; −1 of one that is added.
    point
        Inputs and target [d + 1] in measured units; empty for one that is deleted.
    """

    kind: Kind
    index: int = -1
    point: tuple[float, ...] = ()

    def fits(self, dataset: Dataset) -> bool:
        """Whether it can be made to the points of a dataset as they are drawn."""
        if self.index >= len(dataset.train.y):
            return False
        if self.kind == "delete":
            return True
        if len(self.point) != dataset.n_inputs + 1:
            return False
        target = self.point[-1]
        return dataset.task == "regression" or target in range(dataset.n_outputs)


@lru_cache(maxsize=8)
def parse_edits(text: str) -> tuple[Edit, ...]:
    """The edits in a text.

    Raises
    ------
    DatasetError
        With the line, from 1: if one can't be read, if a number is not finite, or if there are more
        than 20,000.
    """
    if len(text) > MAX_TEXT:
        raise DatasetError(f"{_NAME}: {len(text):,} characters are too many")
    rows = rows_of(text)
    edits = tuple(_edit(cells, f"{_NAME}, line {line}") for line, cells in rows if cells)
    if len(edits) > MAX_POINTS:
        raise DatasetError(f"{_NAME}: there are more than {MAX_POINTS:,} edits")
    return edits


def _edit(cells: Sequence[str], place: str) -> Edit:
    kind, *rest = cells
    if kind not in ("add", "move", "delete"):
        raise DatasetError(f"{place}: {shown(kind)} is no edit; {_FORM}")
    index = -1 if kind == "add" else _index(rest[:1], place)
    numbers = rest if kind == "add" else rest[1:]
    if len(numbers) not in ((0,) if kind == "delete" else (2, 3)):
        place += f": {kind}" if kind == "add" else f": after {kind} and the number of a point"
        expected = "none" if kind == "delete" else "2, or 3 for two inputs"
        found = counted(len(numbers), "number")
        raise DatasetError(f"{place}: {found} in place of {expected}; {_FORM}")
    for problem in filter(None, (why_no_number(number, _REMARK) for number in numbers)):
        raise DatasetError(f"{place}: {problem}")
    return Edit(kind, index, tuple(map(float, numbers)))  # type: ignore[arg-type]


def _index(cells: Sequence[str], place: str) -> int:
    text = "".join(cells)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_POINTS):
        raise DatasetError(
            f"{place}: {shown(text) if text else 'nothing'} is no number of a point, from 1 to "
            f"{MAX_POINTS:,}; {_FORM}"
        )
    return int(text) - 1


def format_edits(edits: Iterable[Edit]) -> str:
    """Edits as text, one a line, each number as short as it comes back exactly."""
    lines = []
    for edit in edits:
        number = [] if edit.kind == "add" else [str(edit.index + 1)]
        lines.append(" ".join([edit.kind, *number, *map(format_number, edit.point)]) + "\n")
    return "".join(lines)


def counted_edits(text: str) -> str:
    """What a text does, such as `2 moved, 1 added`; of one that can't be read, nothing."""
    try:
        kinds = [edit.kind for edit in parse_edits(text)]
    except DatasetError:
        return ""
    words: dict[Kind, str] = {"move": "moved", "delete": "deleted", "add": "added"}
    return ", ".join(
        f"{kinds.count(kind):,} {word}" for kind, word in words.items() if kind in kinds
    )


def waiting_edits(edits: Iterable[Edit], drawn: Dataset) -> tuple[Edit, ...]:
    """Those that don't fit a dataset as it is drawn."""
    return tuple(edit for edit in edits if not edit.fits(drawn))


def edited_rows(edits: Iterable[Edit], drawn: Dataset) -> tuple[Floats, tuple[int, ...]]:
    """Training points [n, d + 1], the target last, with those edits that fit.

    The second are the indices of these points as they were drawn, −1 for those that are added,
    which come last, in their order.
    """
    points = np.column_stack([drawn.train.x, drawn.train.y])
    fitting = [edit for edit in edits if edit.fits(drawn)]
    for edit in fitting:
        if edit.kind == "move":
            points[edit.index] = edit.point
    deleted = {edit.index for edit in fitting if edit.kind == "delete"}
    kept = [index for index in range(len(points)) if index not in deleted]
    added = [edit.point for edit in fitting if edit.kind == "add"]
    rows = np.concatenate([points[kept], np.reshape(added, (len(added), points.shape[1]))])
    return rows, (*kept, *(-1 for _ in added))


def edited(drawn: Dataset, edits: Iterable[Edit]) -> Dataset:
    """A dataset with those edits that fit; the network sees it standardised if it did before.

    Raises
    ------
    DatasetError
        If no training point is left, or if there are more than 20,000.
    """
    rows, _ = edited_rows(edits, drawn)
    if not 1 <= len(rows) <= MAX_POINTS:
        raise DatasetError(
            f"{_NAME}: {len(rows):,} training points are left; there may be 1 to {MAX_POINTS:,}"
        )
    train = Split(rows[:, :-1], rows[:, -1].astype(drawn.train.y.dtype))
    found = replace(drawn, train=train)
    return found if drawn.x_mean is None else found.standardized(one_scale=drawn.is_image)
