"""The columns of a table: where it begins, what they are called, and what each of them holds.

Everything is decided by all rows. Where two readings give different numbers, none is taken: a
`Problem` with `answers` is reported.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from regplay.core.arrays import Flags, Floats, Integers, Labels
from regplay.core.datasets.dataset import LARGEST, short
from regplay.core.datasets.own_table.cells import (
    MISSING,
    NO,
    YES,
    Number,
    date_readings,
    is_date,
    is_number,
    number_readings,
    parse_number_text,
)
from regplay.core.datasets.own_table.table_file import (
    MAX_COLUMNS,
    Problem,
    ReadingStoppedError,
    Rows,
    numbered,
)
from regplay.core.datasets.own_table.table_format import write_format
from regplay.core.datasets.points import format_number
from regplay.core.number_text import counted

ColumnKind = Literal["number", "category", "yes/no", "date", "row number", "text", "empty"]
KINDS: tuple[ColumnKind, ...] = ("number", "category", "yes/no", "date", "row number", "text")
USED: tuple[ColumnKind, ...] = ("number", "date", "yes/no", "category")  # what can be learned from

MAX_CATEGORIES = 50
_OWN_TEXT = 0.9  # share of different texts from which on a column says nothing about other rows
_HEAD = 200  # rows below the first that say whether that one is a header
_TITLES = 30  # rows that may stand above a table
_SHEETS_OFFERED = 3
_EVIDENCE = 500  # different texts of a column that usually settle its marks
_NAMES = """id index idx row rows no nr num # rownames rowname rownumber rowid obs observation case
    record nummer"""
_INDEX = frozenset(_NAMES.split()) | {
    "unnamed: 0",
    "row names",
    "row number",
    "row id",
}  # . is a blank
_INDEX |= {"lfd nr", "laufende nummer"}


def text_of(cell: object) -> str:
    """A cell as it is shown."""
    return format_number(cell) if isinstance(cell, float) else str(cell)


def in_quotes(cell: object) -> str:
    """A cell in quotes, cut off where it is long."""
    return f'"{short(text_of(cell))}"'


# where the table begins


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
        is_text = first != "" and not _is_value(first)
        if filled[row] == 1 and usual >= 2 and is_text:
            count = place + 1
            continue
        if widths[place] < width - 1 and is_text:
            head = rows.cells.loc[present[place + 1]].tolist()
            if _names_numbers(head, rows.cells.loc[present[place + 2 : place + 2 + _HEAD]]):
                count = place + 1
                continue
        break
    return count


def _is_shifted(rows: Rows, head: Sequence[object], start: int, below: Integers) -> bool:
    """Whether the header lacks the name of the first column, which names the rows, as in R."""
    if not rows.separator or not len(below):
        return False
    width = int(rows.widths[start])
    if not (rows.widths[below] == width + 1).all() or "" in head[:width]:
        return False
    first, last = rows.cells.loc[below, 0], rows.cells.loc[below, width]
    names_rows = first.nunique() == len(first) and not any(map(_is_value, head[:width]))
    return bool((last != "").any() and names_rows)


def _is_value(cell: object) -> bool:
    return isinstance(cell, float) or is_number(str(cell)) or is_date(str(cell))


def _is_gap(cell: object) -> bool:
    return isinstance(cell, str) and cell.lower() in MISSING


def _names_numbers(head: Sequence[object], below: pd.DataFrame) -> bool:
    """Whether a text stands over numbers."""
    for column in below.columns:
        cells = [cell for cell in below[column] if not _is_gap(cell)]
        cell = head[column]
        if _is_gap(cell) or _is_value(cell) or not cells:
            continue
        if sum(map(_is_value, cells)) * 2 > len(cells):
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
    if head[0] == "" and "" not in head[1:] and _counts(below[0].tolist()):
        return True
    evidence = set()
    numbers = []  # of the first row, over numbers
    for column in below.columns:
        cells = [cell for cell in below[column] if not _is_gap(cell)]
        cell = head[column]
        if not cells or _is_gap(cell):
            continue
        if _is_value(cell):
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


def _counts(cells: Sequence[object]) -> bool:
    """Whether cells are whole numbers, each one more than that before."""
    texts = [text_of(cell) for cell in cells]
    if not texts or not all(text.isdecimal() and len(text) < 16 for text in texts):
        return False
    first = int(texts[0])
    return texts == [str(first + i) for i in range(len(texts))]


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
        raise ReadingStoppedError(
            f"there is only one column on the sheet {rows.sheet}; at least one input and the "
            "target are needed, side by side"
            + ("; or is the table on another sheet?" if others else ""),
            answers=tuple(
                (f"On {name}", "data.format", write_format({"sheet": name}))
                for name in others[:_SHEETS_OFFERED]
            ),
        )
    if width < 2:
        raise ReadingStoppedError(
            "there is only one column; at least one input and the target are needed, "
            "separated by commas, semicolons or tabs"
        )
    if width > MAX_COLUMNS:
        raise ReadingStoppedError(
            f"there are {width - 1:,} inputs; at most {MAX_COLUMNS - 1:,} are allowed"
        )


# what they hold


@dataclass(eq=False)
class Column:
    """One column: its different texts, and what they are.

    Attributes
    ----------
    texts
        The different cells, in the order in which they come first.
    codes
        [n], which of them each row has.
    gaps
        [texts], whether it stands for a missing value.
    kind, reason
        What it holds, and why.
    doubt
        Two readings that give different numbers.
    """

    index: int
    name: str
    texts: list[Any]
    codes: Labels
    gaps: Flags
    kind: ColumnKind = "text"
    reason: str = ""
    doubt: Problem | None = None
    _numbers: dict[str, "Numbers"] = field(default_factory=dict)

    @cached_property
    def counts(self) -> Labels:
        """[texts], how many rows have each."""
        return np.bincount(self.codes, minlength=len(self.texts))

    @cached_property
    def filled(self) -> int:
        """How many rows have a value."""
        return int(self.counts[~self.gaps].sum())

    def values(self) -> Iterator[tuple[int, Any]]:
        """The different values and their places in `texts`."""
        return ((i, text) for i, text in enumerate(self.texts) if not self.gaps[i])

    def share(self, is_such: Callable[[Any], bool]) -> float:
        """Share of the values that are such."""
        counts = self.counts
        total = sum(int(counts[i]) for i, text in self.values() if is_such(text))
        return total / self.filled if self.filled else 0.0

    def numbers(self, decimal: str) -> "Numbers":
        """Its texts as numbers by a decimal mark."""
        if decimal not in self._numbers:
            self._numbers[decimal] = _numbers(self.texts, self.gaps, decimal)
        return self._numbers[decimal]

    @cached_property
    def is_numeric(self) -> bool:
        """Whether more than half of its values are numbers by one decimal mark or the other."""
        found = self.numbers(".").are_numbers
        if not found[~self.gaps].all():
            found = found | self.numbers(",").are_numbers
        return bool(2 * self.counts[found].sum() > self.filled)

    @cached_property
    def is_dated(self) -> bool:
        """Whether more than half of its values are dates."""
        return not self.is_numeric and self.share(_is_date) > 0.5

    def rows_of(self, place: int) -> Labels:
        """The rows, from 0, that have one of `texts`."""
        return np.flatnonzero(self.codes == place)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Texts as numbers: values, NaN for what is none, and for each its unit and thousands mark."""

    values: Floats
    are_numbers: Flags
    units: Sequence[str]
    thousands: Sequence[str]


def _numbers(texts: Sequence[Any], gaps: Flags, decimal: str) -> Numbers:
    if decimal == ".":
        with contextlib.suppress(ValueError):  # most tables are as Python writes them
            values = np.array(
                [
                    np.nan if is_gap else float(_NOT_PYTHONS if "_" in str(text) else text)
                    for text, is_gap in zip(texts, gaps, strict=True)
                ]
            )
            none = [""] * len(texts)
            return Numbers(values, ~gaps, none, none)
    found = [
        None if is_gap else Number(text) if isinstance(text, float) else _parsed(text, decimal)
        for text, is_gap in zip(texts, gaps, strict=True)
    ]
    return Numbers(
        np.array([np.nan if one is None else one.value for one in found]),
        np.array([one is not None for one in found], dtype=bool),
        ["" if one is None else one.unit for one in found],
        ["" if one is None else one.thousands for one in found],
    )


_NOT_PYTHONS = "no number"  # 1_000, which Python alone takes for one


def _parsed(text: str, decimal: str) -> Number | None:
    if decimal == "." and "_" not in text:
        with contextlib.suppress(ValueError):
            return Number(float(text))
    return parse_number_text(text, decimal)


def columns_of(body: Body, missing: Sequence[str] | None) -> list[Column]:
    """The columns of a table, their kinds not decided yet.

    Parameters
    ----------
    missing
        Marks of missing values; None takes all that are usual.
    """
    marks = MISSING if missing is None else {"", *(mark.lower() for mark in missing)}
    columns = []
    for index, name in enumerate(body.names):
        codes, found = pd.factorize(body.cells[index].to_numpy(dtype=object))
        texts = list(found)
        gaps = np.array([isinstance(t, str) and t.lower() in marks for t in texts], dtype=bool)
        columns.append(Column(index, name, texts, codes.astype(np.int64), gaps))
    return columns


def decimal_mark(columns: Sequence[Column], numbers: Labels) -> str:
    """The decimal mark of a table.

    What is a number by one mark alone decides. Where nothing does, and a column has a number that
    means something else by the other mark, that column has a `doubt`.
    """
    for most in (_EVIDENCE, None):
        votes = {".": 0, ",": 0}
        doubts: list[tuple[Column, str]] = []
        for column in columns:
            marked = [
                text
                for text in (column.texts if most is None else column.texts[:most])
                if isinstance(text, str) and ("," in text or "." in text)
            ]
            readings = [(text, number_readings(text)) for text in marked]
            known = [(text, both) for text, both in readings if both != (None, None)]
            if not known or not column.is_numeric:
                continue
            votes["."] += sum(comma is None for _, (_, comma) in known)
            votes[","] += sum(point is None for _, (point, _) in known)
            doubts += [(column, text) for text, (point, comma) in known if point != comma][:1]
        if votes["."] or votes[","]:
            return "." if votes["."] >= votes[","] else ","
    for column, text in doubts:
        point, comma = number_readings(text)
        assert point is not None
        assert comma is not None
        column.doubt = Problem(
            f"{in_quotes(text)} may be {format_number(point)} or {format_number(comma)}",
            int(numbers[column.rows_of(column.texts.index(text))[0]]),
            column.index,
            column.name,
            answers=(
                (f"It is {format_number(point)}", "data.format", "decimal = point"),
                (f"It is {format_number(comma)}", "data.format", "decimal = comma"),
            ),
        )
    return "."


def _is_date(text: Any) -> bool:
    return isinstance(text, str) and is_date(text)


def date_order(columns: Sequence[Column], numbers: Labels) -> str:
    """Which part of a date comes first; a column of dates that leave it open has a `doubt`."""
    found = "year first"
    for column in columns:
        if not column.filled or not column.is_dated:
            continue
        readings = [(i, date_readings(text_of(text))) for i, text in column.values()]
        known = [(i, dates) for i, dates in readings if dates]
        orders = [set(dates) for _, dates in known]
        common = set.intersection(*orders)
        if common == {"day first", "month first"}:
            i, dates = next((one for one in known if len(set(one[1].values())) > 1), known[0])
            if len(set(dates.values())) > 1:
                text = column.texts[i]
                column.doubt = Problem(
                    f"{in_quotes(text)} may begin with the day or with the month",
                    int(numbers[column.rows_of(i)[0]]),
                    column.index,
                    column.name,
                    answers=(
                        ("The day comes first", "data.format", "dates = day first"),
                        ("The month comes first", "data.format", "dates = month first"),
                    ),
                )
            found = "day first"
        elif common:
            found = next(iter(common))
        else:
            single = [order for order in orders if len(order) == 1]
            found = (
                max(("day first", "month first"), key=lambda one: single.count({one}))
                if single
                else found
            )
    return found


def decide_kind(column: Column, decimal: str, has_header: bool, n_columns: int) -> None:
    """Say what a column holds, and why."""
    n, different = column.filled, int((~column.gaps).sum())
    if not n:
        column.kind, column.reason = "empty", "there is nothing in it"
        return
    first = next(text for _, text in column.values())
    if column.is_numeric:
        column.kind, column.reason = "number", _number_reason(column, decimal)
        if n_columns > 2 and _numbers_rows(column, has_header):
            column.kind, column.reason = "row number", "it only counts the rows"
    elif column.is_dated:
        column.kind, column.reason = "date", f"{text_of(first)}: a date"
    elif different <= 2 and all(_is_yes_no(text) for _, text in column.values()):
        column.kind, column.reason = "yes/no", " or ".join(sorted(t for _, t in column.values()))
    elif column.name.lower() == "split" and {t for _, t in column.values()} <= {"train", "valid"}:
        column.kind, column.reason = "text", "it says which rows were trained on"
    elif different > _OWN_TEXT * n or different > MAX_CATEGORIES:
        nearly = "nearly every row has its own text"
        many = f"it has {different:,} different texts; at most {MAX_CATEGORIES} can be told apart"
        column.kind, column.reason = "text", nearly if different > _OWN_TEXT * n else many
    else:
        column.kind, column.reason = "category", counted(different, "different text")


def _is_yes_no(text: Any) -> bool:
    return isinstance(text, str) and text.lower() in YES | NO


def _number_reason(column: Column, decimal: str) -> str:
    unit = unit_of(column, decimal)
    if not unit:
        return "numbers"
    example = column.numbers(decimal).units.index(unit)
    what = "a percentage" if unit == "%" else f"a number with the unit {unit}"
    return f"{text_of(column.texts[example])}: {what}"


def unit_of(column: Column, decimal: str) -> str:
    """The unit that most numbers of a column have; empty for none."""
    found, counts = column.numbers(decimal), Counter[str]()
    if not any(found.units):
        return ""
    for unit, is_one, count in zip(found.units, found.are_numbers, column.counts, strict=True):
        counts[unit] += int(count) if is_one else 0
    return counts.most_common(1)[0][0]


def _numbers_rows(column: Column, has_header: bool) -> bool:
    name = column.name.lower().replace("_", " ").replace(".", " ").strip()
    is_unnamed = has_header and column.name == numbered(column.index) and column.index == 0
    if " ".join(name.split()) not in _INDEX and not is_unnamed:
        return False
    return counts_rows(column)


def counts_rows(column: Column) -> bool:
    """Whether it holds whole numbers, each one more than that of the row above."""
    return len(column.texts) == len(column.codes) and _counts(column.texts)


def numbers_of(
    column: Column, decimal: str, thousands: str | None, numbers: Labels
) -> tuple[Floats, list[Problem]]:
    """A column as numbers [n], NaN where one is missing, and what is no number.

    Parameters
    ----------
    thousands
        The mark that may stand between thousands, "" for none; None allows any.
    """
    unit, found = unit_of(column, decimal), column.numbers(decimal)
    values, problems = found.values.copy(), list[Problem]()
    is_fine = found.are_numbers & (np.abs(values) <= LARGEST)
    is_fine &= np.array([one == unit for one in found.units], dtype=bool)
    if thousands is not None:
        is_fine &= np.array([mark in ("", thousands) for mark in found.thousands], dtype=bool)
    for i in map(int, np.flatnonzero(~is_fine & ~column.gaps)):
        reason = _why_no_number(
            column.texts[i], bool(found.are_numbers[i]), values[i], found.units[i], unit, decimal
        )
        problems += [
            Problem(reason, int(numbers[row]), column.index, column.name)
            for row in column.rows_of(i)
        ]
        values[i] = np.nan
    return values[column.codes], problems


def _why_no_number(text: Any, is_one: bool, value: float, own: str, unit: str, decimal: str) -> str:
    """What is wrong with a number of the unit `own` in a column of the unit `unit`."""
    shown = in_quotes(text)
    if not is_one and is_number(text_of(text)):
        return (
            f"{shown} has other marks than the rest of this table, which has decimal "
            f"{'points' if decimal == '.' else 'commas'}; write all numbers alike"
        )
    if not is_one:
        return (
            f"{shown} is not a number; correct it, or if it means that the value is missing, leave "
            "the cell empty"
        )
    if not abs(value) <= LARGEST:
        fault = "too large" if np.isfinite(value) else "not finite"
        return f"{shown} is {fault}; correct it or leave the cell empty"
    if own == unit:
        return f"{shown} has a mark between thousands that this table should not have"
    has = f"has the unit {own}" if own else "has no unit"
    others = f"the others have {unit}" if unit else "the others have none"
    return f"{shown} {has}, {others}; write all of them alike"


def dates_of(column: Column, order: str, numbers: Labels) -> tuple[Floats, list[Problem]]:
    """A column as days [n] since its first date, NaN where one is missing, and what is no date."""
    found = np.full(len(column.texts), np.nan)
    problems: list[Problem] = []
    for i, text in column.values():
        readings = date_readings(text_of(text))
        days = readings.get(order, readings.get("year first"))
        if days is None:
            others = f"with the {order}" if order != "year first" else "like 2024-05-01"
            problems += [
                Problem(
                    f"{in_quotes(text)} is no date {others}; correct it or leave the cell empty",
                    int(numbers[row]),
                    column.index,
                    column.name,
                )
                for row in column.rows_of(i)
            ]
        else:
            found[i] = days
    return (found - np.nanmin(found) if np.isfinite(found).any() else found)[column.codes], problems


def categories_of(column: Column) -> tuple[Labels, tuple[str, ...]]:
    """Which category each row has [n], −1 where it is missing, and their names in order."""
    names = sorted({text_of(text) for _, text in column.values()})
    place = {name: i for i, name in enumerate(names)}
    codes = [-1 if column.gaps[i] else place[text_of(t)] for i, t in enumerate(column.texts)]
    return np.array(codes, dtype=np.int64)[column.codes], tuple(names)


def yes_no_of(column: Column) -> Floats:
    """A column as 1 for yes and 0 for no [n], NaN where it is missing."""
    found = [
        np.nan if column.gaps[i] else float(str(t).lower() in YES)
        for i, t in enumerate(column.texts)
    ]
    return np.array(found)[column.codes]
