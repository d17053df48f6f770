"""Where a table begins: its header, or none, and its rows of values."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from regplay.core.arrays import Integers
from regplay.core.datasets.dataset import short
from regplay.core.datasets.own_table.cells import (
    count_up,
    in_quotes,
    is_gap,
    is_value,
    number_readings,
    text_of,
)
from regplay.core.datasets.own_table.table_format import write_format
from regplay.core.datasets.own_table.table_rows import (
    MAX_COLUMNS,
    STEP_CELLS,
    Problem,
    ReadingStoppedError,
    Rows,
    numbered,
)

_HEAD = 20, 200  # at least and at most, rows below the first that say whether that is a header
_HEAD_CELLS = 20_000
_TITLES = 30  # rows that may stand above a table
_SHEETS_OFFERED = 3
_FEW, _SELDOM = 3, 0.1  # rows, and share of them, that can be left out at once


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
    header, above
        As in `TableFormat`.
    problems
        Rows of the wrong length, and which rows are the header where that is in doubt.
    remarks
        Which rows below the first were taken as parts of the header.
    """

    names: tuple[str, ...]
    cells: pd.DataFrame
    numbers: Integers
    header: int
    above: int
    problems: list[Problem]
    remarks: list[Problem]


def body_of(rows: Rows, chosen: Mapping[str, Any]) -> Generator[int, None, Body]:
    """Find the header and the rows of values; yields the number of rows again and again.

    Raises
    ------
    ReadingStoppedError
        If there are no rows, only one column, or too many columns.
    """
    cells = rows.cells
    is_filled = np.empty(cells.shape, dtype=np.bool_)
    step = max(1, STEP_CELLS // cells.shape[1])
    for piece in (slice(start, start + step) for start in range(0, len(cells), step)):
        is_filled[piece] = cells.iloc[piece].to_numpy(dtype=object) != ""
        yield len(cells)
    filled = is_filled.sum(axis=1)
    present = np.flatnonzero(filled)
    first, problems, remarks = chosen.get("above", 0), list[Problem](), list[Problem]()
    skipped = chosen.get("skip", ())
    present = present[(present >= first) & ~np.isin(present + 1, skipped)]
    if not len(present):
        raise ReadingStoppedError("there is no row of values")
    if "above" not in chosen:
        present = present[_titles(rows, filled, present) :]
    start = int(present[0])
    above = start if filled[:start].any() else 0
    head = [cells.iat[start, column] for column in cells.columns]
    below = present[1:]
    _refuse_wide(int(is_filled[below].any(axis=0).sum()))  # for each column takes time from here on
    is_shifted = _is_shifted(rows, head, start, below)
    if is_shifted:
        head = ["", *head[:-1]]
    sample = _sample(cells, below)
    header = chosen.get("header")
    if header is None:
        more, doubt = _more_names(cells, below)
        has_header = True if more else _has_header(head, sample)
        header = 0 if has_header is False else 1 + more
        doubt = [_may_skip([one], skipped)[0] for one in doubt]
        problems += [_header_doubt(head, start + 1)] if has_header is None else []
        problems += doubt if header else []
        remarks += _may_skip([_header_remark(cells, int(row)) for row in below[:more]], skipped)
    names = [head, *(cells.loc[row].tolist() for row in below[: max(0, header - 1)])]
    body = below[header - 1 :] if header else present
    width = int(rows.widths[start]) + is_shifted
    yield len(cells)
    values = _rows_of(cells, body)
    yield len(cells)
    is_empty = ~is_filled[body].any(axis=0)
    wrong_rows = _ragged(rows, body, values, is_empty, width)
    wrong_rows += _repeated(body, values, head) if header else []
    told = {problem.row for problem in wrong_rows}
    lonely = _lonely(body, values, filled)
    wrong_rows += [problem for problem in lonely if problem.row not in told]
    is_seldom = len(wrong_rows) <= max(_FEW, _SELDOM * len(body))
    problems += _may_skip(wrong_rows, skipped) if is_seldom else wrong_rows
    yield len(cells)
    if problems:
        wrong = {problem.row - 1 for problem in problems if problem.row != start + 1}
        body = np.array([row for row in body if row not in wrong], dtype=np.int64)
        values = _rows_of(cells, body)
    kept = [column for column in range(values.shape[1]) if column < width or not is_empty[column]]
    _check_width(sum(not is_empty[column] for column in kept), rows)
    called = tuple(
        (_joined([row[column] for row in names]) if header else "") or numbered(column)
        for column in kept
    )
    values = (values if len(kept) == values.shape[1] else values[kept]).reset_index(drop=True)
    values.columns = pd.RangeIndex(len(kept))
    return Body(called, values, body + 1, header, above, problems, remarks)


def _rows_of(cells: pd.DataFrame, rows: Integers) -> pd.DataFrame:
    """Some rows, rising; where none is left out between them, without a copy of many cells."""
    is_whole = len(rows) > 0 and rows[-1] - rows[0] + 1 == len(rows)
    return cells.iloc[rows[0] : rows[-1] + 1] if is_whole else cells.loc[rows]


def _sample(cells: pd.DataFrame, rows: Integers) -> pd.DataFrame:
    """As many of these rows as say what the columns hold."""
    least, most = _HEAD
    return cells.loc[rows[: max(least, min(most, _HEAD_CELLS // cells.shape[1]))]]


def _may_skip(problems: Sequence[Problem], skipped: Sequence[int]) -> list[Problem]:
    """Problems of rows, the first of which offers to leave out all these, and those before."""
    if not problems:
        return []
    rows = {problem.row for problem in problems}
    title = "Leave it out" if len(rows) == 1 else f"Leave these {len(rows)} rows out"
    answer = title, "data.format", write_format({"skip": sorted({*skipped, *rows})})
    first, *others = problems
    return [replace(first, answers=(*first.answers, answer)), *others]


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
            below = _sample(rows.cells, present[place + 2 :])
            if widths[place] >= width or not _names_numbers(head, below):
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
    return any(
        not is_gap(head[column]) and not is_value(head[column]) and _holds_values(below[column])
        for column in below.columns
    )


def _holds_values(column: pd.Series) -> bool:
    """Whether more than half of its cells are numbers or dates."""
    cells = [cell for cell in column if not is_gap(cell)]
    return sum(map(is_value, cells)) * 2 > len(cells)


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
    numbers, places = [], []  # of the first row, over numbers, and their columns
    for column in below.columns:
        cells = [cell for cell in below[column] if not is_gap(cell)]
        cell = head[column]
        if not cells or is_gap(cell):
            continue
        if is_value(cell) and any(map(is_value, cells)):
            numbers.append(cell)
            places.append(column)
        elif cell in cells:
            evidence.add(False)
        elif len(set(cells)) * 2 <= len(cells):
            evidence.add(True)
    steps = [number_readings(text_of(cell))[0] for cell in numbers]
    known = [step for step in steps if step is not None and np.isfinite(step)]
    is_even = len(known) == len(steps) > 1
    is_even &= 1 in (len(set(np.diff(known))), len(set(np.subtract(known, places[: len(known)]))))
    if is_even and known[0] != known[1] and all(map(_is_year, known)) and not evidence - {True}:
        below_years = [number_readings(text_of(cell))[0] or 0 for cell in below.to_numpy().ravel()]
        if not any(map(_is_year, below_years)):
            return True
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


_MOST_NAMES = 2  # rows below the first that may be parts of the header


def _more_names(cells: pd.DataFrame, below: Integers) -> tuple[int, list[Problem]]:
    """How many rows below the first are parts of the header too, and whether one more may be.

    They hold no values, but texts over numbers: units, or the names of columns in a group.
    """
    for count in range(min(_MOST_NAMES + 1, len(below) - 1)):
        row = cells.loc[below[count]]
        under = _sample(cells, below[count + 1 :])
        over_numbers = [row[column] for column in under.columns if _holds_values(under[column])]
        there = [cell for cell in over_numbers if not is_gap(cell)]
        texts = sum(not is_value(cell) for cell in there)
        if not texts or 2 * texts <= len(there):
            return count, []
        is_sure = texts == len(there) and (texts > 1 or count > 0)
        if not is_sure or count == _MOST_NAMES:
            return count, [_names_doubt(row.tolist(), int(below[count]) + 1, count)]
    return 0, []


def _joined(texts: Sequence[object]) -> str:
    """The name of a column out of the rows of a header, such as `length / cm`."""
    first, *others = (" ".join(text_of(text).split()) for text in texts)
    for other in others:
        if not is_gap(other) and other != first:
            between = " " if other[0] in "([" else " / "
            first = f"{first}{between if first else ''}{other}"
    return first


def _header_remark(cells: pd.DataFrame, row: int) -> Problem:
    return Problem(
        f"this row is taken as a part of the header: {_listed(cells.loc[row].tolist())}", row + 1
    )


def _names_doubt(cells: Sequence[object], row: int, count: int) -> Problem:
    """Whether a row behind `count` others below the first is a part of the header."""
    message = f"this row, {_listed(cells)}, has texts where those below it have numbers"
    if count == _MOST_NAMES:
        return Problem(f"{message}; leave at most three rows of names and units above these", row)
    rows = "two rows" if count == 0 else "three rows"
    return Problem(
        f"{message}: they may be units or names, or values",
        row,
        answers=(
            ("They are units or names", "data.format", f"header = {rows}"),
            ("They are values", "data.format", f"header = {'two rows' if count else 'yes'}"),
        ),
    )


def _repeated(body: Integers, values: pd.DataFrame, head: Sequence[object]) -> list[Problem]:
    """Rows that are the header once more, as where files were put together."""
    if all(is_value(cell) or is_gap(cell) for cell in head):
        return []
    wanted = [head[column] for column in values.columns]
    places = np.flatnonzero((values[values.columns[0]] == wanted[0]).to_numpy())
    message = "this row repeats the header; leave it out"
    return [
        Problem(message, int(body[place]) + 1)
        for place in places
        if values.iloc[place].tolist() == wanted
    ]


def _lonely(body: Integers, values: pd.DataFrame, filled: Integers) -> list[Problem]:
    """Rows of which all is a text over numbers: headings, and remarks below a table."""
    places = np.flatnonzero(filled[body] == 1)
    if not len(places) or np.median(filled[body]) < 2:
        return []
    numeric = [column for column in values.columns if _holds_values(values[column][: _HEAD[1]])]
    found = []
    for place in places:
        text = next((cell for cell in values.iloc[place][numeric] if cell != ""), "")
        if text != "" and not is_value(text) and not is_gap(text):
            message = f"this row holds nothing but {in_quotes(text)}; if that is a heading, or a "
            message += "remark such as a source, leave it out"
            found.append(Problem(message, int(body[place]) + 1))
    return found


def _listed(cells: Sequence[object]) -> str:
    shown = [short(text_of(cell)) for cell in cells if cell != ""]
    return ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")


def _is_year(value: float) -> bool:
    return 1500 <= value <= 2100 and value == int(value)


def _header_doubt(head: Sequence[object], row: int) -> Problem:
    return Problem(
        f"the first row, {_listed(head)}, may hold the names of the columns or values",
        row,
        answers=(
            ("They are names", "data.format", "header = yes"),
            ("They are values", "data.format", "header = no"),
        ),
    )


def _ragged(
    rows: Rows, body: Integers, values: pd.DataFrame, is_empty: Integers, width: int
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
    if rows.separator == "," and len(body) and beyond.all() and len(set(widths)) == 1:
        message = (
            f"all rows have {widths[0]} cells, the first one has {width}; if commas are decimal "
            "marks too, save the table with semicolons between its cells"
        )
        return [Problem(message, int(body[0]) + 1)]
    return [
        Problem(_why_ragged(int(widths[place]), width), int(body[place]) + 1)
        for place in np.flatnonzero(beyond | (widths < needed))
    ]


def _why_ragged(own: int, width: int) -> str:
    """What is wrong with a row of `own` cells in a table of `width` columns."""
    if own == 1:
        return (
            f"this row has only one cell, the first one has {width}; if it is a remark, such as a "
            "source, leave it out, else look for a missing separator"
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
    _refuse_wide(width)


def _refuse_wide(width: int) -> None:
    if width > MAX_COLUMNS:
        raise ReadingStoppedError(
            f"there are {width - 1:,} inputs; at most {MAX_COLUMNS - 1:,} are allowed"
        )
