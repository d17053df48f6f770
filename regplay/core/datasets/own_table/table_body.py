"""Where a table begins: its header, or none, and its rows of values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regplay.core.arrays import Integers
from regplay.core.datasets.dataset import short
from regplay.core.datasets.own_table.cells import (
    count_up,
    is_gap,
    is_value,
    number_readings,
    text_of,
)
from regplay.core.datasets.own_table.table_file import (
    MAX_COLUMNS,
    Problem,
    ReadingStoppedError,
    Rows,
    numbered,
)
from regplay.core.datasets.own_table.table_format import write_format

_HEAD = 200  # rows below the first that say whether that one is a header
_TITLES = 30  # rows that may stand above a table
_SHEETS_OFFERED = 3


@dataclass(frozen=True, eq=False)
class Body:
    """The rows of values of a table.

    Attributes
    ----------
    names
        Of all columns, wholly empty ones too.
    cells
        [n, columns], as in `Rows`.
    numbers
        [n], of each row in the spreadsheet, from 1.
    has_header, above
        As in `TableFormat`.
    problems
        Rows of the wrong length, and whether the first row is a header where that is in doubt.
    """

    names: tuple[str, ...]
    cells: pd.DataFrame
    numbers: Integers
    has_header: bool
    above: int
    problems: list[Problem]


def body_of(rows: Rows, chosen: Mapping[str, Any]) -> Body:
    """Find the header and the rows of values.

    Raises
    ------
    ReadingStoppedError
        If there are no rows, only one column, or too many columns.
    """
    cells = rows.cells
    filled = np.zeros(len(cells), dtype=np.int64)
    for column in cells.columns:
        filled += (cells[column] != "").to_numpy(dtype=np.int64)
    present = np.flatnonzero(filled)
    first, problems = chosen.get("above", 0), []
    present = present[present >= first]
    if not len(present):
        raise ReadingStoppedError("there is no row of values")
    if "above" not in chosen:
        present = present[_titles(rows, filled, present) :]
    start = int(present[0])
    above = start if filled[:start].any() else 0
    head = [cells.iat[start, column] for column in cells.columns]
    below = present[1:]
    is_shifted = _is_shifted(rows, head, start, below)
    if is_shifted:
        head = ["", *head[:-1]]
    sample = cells.loc[below[:_HEAD]]
    has_header = chosen.get("header")
    if has_header is None:
        has_header = _has_header(head, sample)
    if has_header is None:
        has_header = True
        problems.append(_header_doubt(head, start + 1))
    body = below if has_header else present
    width = int(rows.widths[start]) + is_shifted
    values = cells.loc[body]
    is_empty = np.array([not (values[column] != "").any() for column in values.columns])
    problems += _ragged(rows, body, values, is_empty, width)
    if problems:
        wrong = {problem.row - 1 for problem in problems if problem.row != start + 1}
        body = np.array([row for row in body if row not in wrong], dtype=np.int64)
        values = cells.loc[body]
    kept = [column for column in range(values.shape[1]) if column < width or not is_empty[column]]
    _check_width(sum(not is_empty[column] for column in kept), rows)
    names = tuple(
        (" ".join(text_of(head[column]).split()) if has_header else "") or numbered(column)
        for column in kept
    )
    values = values[kept].reset_index(drop=True)
    values.columns = pd.RangeIndex(len(kept))
    return Body(names, values, body + 1, has_header, above, problems)


def _titles(rows: Rows, filled: Integers, present: Integers) -> int:
    """How many of the filled rows at the top are no part of the table: titles, remarks."""
    usual = np.median(filled[present])
    widths = rows.widths[present]
    width = np.bincount(widths).argmax()
    count = 0
    for place, row in enumerate(present[: min(_TITLES, len(present) - 1)]):
        first = rows.cells.iat[row, 0]
        if first == "" or is_value(first):
            break
        is_alone = filled[row] == 1 and usual >= 2
        if not is_alone:
            head = rows.cells.loc[present[place + 1]].tolist()
            below = rows.cells.loc[present[place + 2 : place + 2 + _HEAD]]
            if widths[place] >= width - 1 or not _names_numbers(head, below):
                break
        count = place + 1
    return count


def _is_shifted(rows: Rows, head: Sequence[object], start: int, below: Integers) -> bool:
    """Whether the header lacks the name of the first column, which names the rows, as in R."""
    if not rows.separator or not len(below):
        return False
    width = int(rows.widths[start])
    if not (rows.widths[below] == width + 1).all() or "" in head[:width]:
        return False
    first, last = rows.cells.loc[below, 0], rows.cells.loc[below, width]
    names_rows = first.nunique() == len(first) and not any(map(is_value, head[:width]))
    return bool((last != "").any() and names_rows)


def _names_numbers(head: Sequence[object], below: pd.DataFrame) -> bool:
    """Whether a text stands over numbers."""
    for column in below.columns:
        cells = [cell for cell in below[column] if not is_gap(cell)]
        cell = head[column]
        if is_gap(cell) or is_value(cell) or not cells:
            continue
        if sum(map(is_value, cells)) * 2 > len(cells):
            return True
    return False


def _has_header(head: Sequence[object], below: pd.DataFrame) -> bool | None:
    """Whether the first row names the columns; None where it is in doubt.

    It does if it has a text over numbers, or no name over row numbers. Where all is text, it does
    if a text stands over others that come again and again, and does not come again itself.
    """
    if not len(below):
        return False
    if _names_numbers(head, below):
        return True
    if head[0] == "" and "" not in head[1:] and count_up(below[0].tolist()):
        return True
    evidence = set()
    numbers = []  # of the first row, over numbers
    for column in below.columns:
        cells = [cell for cell in below[column] if not is_gap(cell)]
        cell = head[column]
        if not cells or is_gap(cell):
            continue
        if is_value(cell):
            numbers.append(cell)
        elif cell in cells:
            evidence.add(False)
        elif len(set(cells)) * 2 <= len(cells):
            evidence.add(True)
    steps = [number_readings(text_of(cell))[0] for cell in numbers]
    known = [step for step in steps if step is not None and np.isfinite(step)]
    is_even = len(known) == len(steps) and len(set(np.diff(known))) == 1
    if evidence == {True}:
        is_counted = is_even or (len(steps) == 1 and steps[0] in (0.0, 1.0))
        return True if not numbers or is_counted else None
    whole = [str(text_of(cell)).isdecimal() for cell in numbers]
    if not evidence and is_even and len(steps) > 2 and all(whole):
        below_whole = [
            all(text_of(cell).lstrip("+-").isdecimal() for cell in below[column] if cell != "")
            for column in below.columns
        ]
        if steps[0] != steps[1] and sum(below_whole) * 2 < len(below_whole):
            return None
    return False


def _header_doubt(head: Sequence[object], row: int) -> Problem:
    shown = ", ".join(short(text_of(cell)) for cell in head[:4]) + (", …" if len(head) > 4 else "")
    return Problem(
        f"the first row, {shown}, may hold the names of the columns or values",
        row,
        answers=(
            ("They are names", "data.format", "header = yes"),
            ("They are values", "data.format", "header = no"),
        ),
    )


def _ragged(
    rows: Rows,
    body: Integers,
    values: pd.DataFrame,
    is_empty: Integers,
    width: int,
) -> list[Problem]:
    """Rows that have cells too many or too few."""
    if not rows.separator:
        return []
    needed = width
    while needed and is_empty[needed - 1]:
        needed -= 1
    beyond = np.zeros(len(body), dtype=bool)
    for column in range(width, values.shape[1]):
        beyond |= (values[column] != "").to_numpy()
    widths = rows.widths[body]
    return [
        Problem(_why_ragged(int(widths[place]), width), int(body[place]) + 1)
        for place in np.flatnonzero(beyond | (widths < needed))
    ]


def _why_ragged(own: int, width: int) -> str:
    """What is wrong with a row of `own` cells in a table of `width` columns."""
    if own == 1:
        return (
            f"this row has only one cell, the first one has {width}; if it is a remark, such as a "
            "source, delete it, else look for a missing separator"
        )
    return (
        f"this row has {own} cells, the first one has {width}; is a separator missing, or one too "
        "many?"
    )


def _check_width(width: int, rows: Rows) -> None:
    if width < 2 and rows.sheet:
        others = [name for name in rows.sheets if name != rows.sheet]
        message = (
            f"there is only one column on the sheet {rows.sheet}; at least one input and the "
            "target are needed, side by side"
        )
        message += "; or is the table on another sheet?" if others else ""
        answers = [
            (f"On {name}", "data.format", write_format({"sheet": name}))
            for name in others[:_SHEETS_OFFERED]
        ]
        raise ReadingStoppedError(Problem(message, answers=tuple(answers)))
    if width < 2:
        raise ReadingStoppedError(
            "there is only one column; at least one input and the target are needed, "
            "separated by commas, semicolons or tabs"
        )
    if width > MAX_COLUMNS:
        raise ReadingStoppedError(
            f"there are {width - 1:,} inputs; at most {MAX_COLUMNS - 1:,} are allowed"
        )
