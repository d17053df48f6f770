"""The columns of a table: what each of them holds, by its different texts.

Everything is decided by all rows. Where two readings give different numbers, none is taken: a
`Problem` with `answers` is reported.
"""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd

from regplay.core.arrays import Flags, Floats, Integers, Labels
from regplay.core.datasets.own_table.cells import (
    MISSING,
    NO,
    TIMES,
    UNCHECKED,
    YES,
    Number,
    are_checks,
    count_up,
    date_readings,
    in_quotes,
    is_compact_date,
    is_date,
    looks_like_number,
    number_readings,
    parse_number_text,
    text_of,
)
from regplay.core.datasets.own_table.table_body import Body
from regplay.core.datasets.own_table.table_rows import Problem, numbered
from regplay.core.datasets.points import format_number
from regplay.core.number_text import counted

ColumnKind = Literal["number", "category", "yes/no", "date", "row number", "text", "empty"]
KINDS: tuple[ColumnKind, ...] = ("number", "category", "yes/no", "date", "row number", "text")
USED: tuple[ColumnKind, ...] = ("number", "date", "yes/no", "category")  # what can be learned from

MAX_CATEGORIES = 50
_OWN_TEXT = 0.9  # share of different texts from which on a column says nothing about other rows
_EVIDENCE = 10_000  # different texts of all columns that usually settle the marks
_PART = 5_000  # different texts of a column that are read in one go
_NAMES = """id index idx row rows no nr num # rownames rowname rownumber rowid obs observation case
    record nummer"""
_INDEX = frozenset(_NAMES.split())  # names of a column that counts the rows
_INDEX |= {"unnamed: 0", "row names", "row number", "row id", "lfd nr", "laufende nummer"}


@dataclass(eq=False)
class Column:
    """One column: its different texts, and what they are.

    Attributes
    ----------
    rows
        [n], the number of each row in the spreadsheet.
    texts
        The different cells, in the order in which they come first.
    codes
        [n], which of them each row has.
    gaps
        [texts], whether it stands for a missing value.
    is_numeric, is_dated
        Whether more than half of its values are numbers, by one decimal mark or the other, or else
        dates; `read` finds out.
    kind, reason
        What it holds, and why.
    doubt
        Two readings that give different numbers.
    """

    index: int
    name: str
    rows: Integers
    texts: list[Any]
    codes: Labels
    gaps: Flags
    is_numeric: bool = False
    is_dated: bool = False
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

    def read(self) -> Iterator[None]:
        """Find out whether it holds numbers or dates, some thousand values at a time."""
        parts = [slice(at, at + _PART) for at in range(0, len(self.texts), _PART)]
        found = np.zeros(len(self.texts), dtype=bool)
        for decimal in (".", ","):
            numbers = []
            for part in parts:
                numbers.append(_numbers(self.texts[part], self.gaps[part], decimal))
                yield
            self._numbers[decimal] = _joined(numbers)
            found |= self._numbers[decimal].are_numbers
            if found[~self.gaps].all():
                break
        self.is_numeric = self._are_most(found)
        if self.is_numeric:
            return
        found[:] = False
        for part in parts:
            texts = zip(self.texts[part], self.gaps[part], strict=True)
            found[part] = [not is_gap and is_date(text_of(text)) for text, is_gap in texts]
            yield
        self.is_dated = self._are_most(found)

    def _are_most(self, found: Flags) -> bool:
        """Whether more than half of its values are among these of `texts`."""
        return bool(2 * self.counts[found].sum() > self.filled)

    def numbers(self, decimal: str) -> "Numbers":
        """Its texts as numbers by a decimal mark."""
        if decimal not in self._numbers:
            self._numbers[decimal] = _numbers(self.texts, self.gaps, decimal)
        return self._numbers[decimal]

    @cached_property
    def are_checks(self) -> bool:
        """Whether it holds but checks and empty cells."""
        return are_checks(text_of(text) for _, text in self.values())

    @cached_property
    def unread(self) -> str:
        """Where most of its values are no numbers but begin as such, what is to be said of it."""
        found = [i for i, text in self.values() if looks_like_number(text_of(text))]
        if self.is_numeric or self.is_dated or 2 * self.counts[found].sum() <= self.filled:
            return ""
        return f"{in_quotes(self.texts[found[0]])} is not read as a number"

    def problem(self, message: str, row: int = 0, *answers: tuple[str, str, str]) -> Problem:
        """Something that is wrong with it, or that is to be known about it."""
        return Problem(message, row, self.index, self.name, answers)

    def problems_at(
        self, place: int, message: str, *answers: tuple[str, str, str]
    ) -> list[Problem]:
        """The same of each row that has one of `texts`; the first offers the answers."""
        first, *others = self.rows[self.codes == place].tolist()
        return [
            self.problem(message, first, *answers),
            *(self.problem(message, row) for row in others),
        ]

    def first_row(self, place: int) -> int:
        """The number of the first row that has one of `texts`."""
        return int(self.rows[(self.codes == place).argmax()])


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


def _joined(parts: Sequence[Numbers]) -> Numbers:
    if not parts:
        return _numbers([], np.zeros(0, dtype=bool), ".")
    return Numbers(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.are_numbers for part in parts]),
        [unit for part in parts for unit in part.units],
        [mark for part in parts for mark in part.thousands],
    )


_NOT_PYTHONS = "no number"  # 1_000, which Python alone takes for one


def _parsed(text: str, decimal: str) -> Number | None:
    if decimal == "." and "_" not in text:
        with contextlib.suppress(ValueError):
            return Number(float(text))
    return parse_number_text(text, decimal)


_MOST_CHECKS = 8  # different texts of a column of checks


def columns_of(body: Body, missing: Sequence[str] | None) -> Iterator[Column]:
    """The columns of a table, one after another, their kinds not decided yet.

    Parameters
    ----------
    missing
        Marks of missing values; None takes all that are usual.
    """
    marks = MISSING if missing is None else {"", *(mark.lower() for mark in missing)}
    for index, name in enumerate(body.names):
        codes, found = pd.factorize(body.cells[index].to_numpy(dtype=object))
        texts = list(found)
        gaps = np.array([isinstance(t, str) and t.lower() in marks for t in texts], dtype=bool)
        if "" in texts and len(texts) < _MOST_CHECKS:
            values = {str(text) for text, is_gap in zip(texts, gaps, strict=True) if not is_gap}
            if are_checks(values) and UNCHECKED not in values:
                gaps[texts.index("")], texts[texts.index("")] = False, UNCHECKED
        yield Column(index, name, body.numbers, texts, codes.astype(np.int64), gaps)


def decimal_mark(columns: Sequence[Column]) -> str:
    """The decimal mark of a table.

    What is a number by one mark alone decides. Where nothing does, and a column has a number that
    means something else by the other mark, that column has a `doubt`.
    """
    for most in (max(10, _EVIDENCE // len(columns)), None):
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
        column.doubt = column.problem(
            f"{in_quotes(text)} may be {format_number(point)} or {format_number(comma)}",
            column.first_row(column.texts.index(text)),
            (f"It is {format_number(point)}", "data.format", "decimal = point"),
            (f"It is {format_number(comma)}", "data.format", "decimal = comma"),
        )
    return "."


def date_order(columns: Sequence[Column]) -> str:
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
                column.doubt = column.problem(
                    f"{in_quotes(column.texts[i])} may begin with the day or with the month",
                    column.first_row(i),
                    ("The day comes first", "data.format", "dates = day first"),
                    ("The month comes first", "data.format", "dates = month first"),
                )
            found = "day first"
        elif common and common != {"year first"}:  # which is read by any order
            found = min(common)
        elif single := [order for order in orders if len(order) == 1]:
            found = max(("day first", "month first"), key=lambda one: single.count({one}))
    return found


def kind_and_reason(
    column: Column, decimal: str, has_header: bool, n_columns: int
) -> tuple[ColumnKind, str]:
    """What a column holds, and why."""
    n, values = column.filled, [text for _, text in column.values()]
    different, total = len(values), len(column.codes)
    if not n:
        return "empty", "there is nothing in it"
    if column.is_numeric:
        if n_columns > 2 and _numbers_rows(column, has_header):
            return "row number", "it only counts the rows"
        if all(is_compact_date(text_of(text)) for text in values):
            return "date", f"{text_of(values[0])}: a date"
        return "number", _number_reason(column, decimal)
    if column.is_dated:
        return "date", f"{text_of(values[0])}: a date"
    if different <= 2 and all(text_of(text).lower() in YES | NO for text in values):
        return "yes/no", " or ".join(sorted(values))
    if UNCHECKED in values and column.are_checks:
        return "yes/no", "checked or empty"
    if column.name.lower() == "split" and set(values) <= {"train", "valid"}:
        return "text", "it says which rows were trained on"
    if different > _OWN_TEXT * n:
        own = "nearly every row has its own text"
        if 2 * n <= total:
            own = (
                f"only {n} of {total:,} rows have a text, each its own; if cells are merged, fill "
            )
            own += "in each of them"
        return "text", f"{own}, and {column.unread}" if column.unread else own
    if different > MAX_CATEGORIES:
        many = f"it has {different:,} different texts; at most {MAX_CATEGORIES} can be told apart"
        return "text", many
    return "category", counted(different, "different text")


def _number_reason(column: Column, decimal: str) -> str:
    unit = unit_of(column, decimal)
    if not unit:
        return "numbers"
    example = column.numbers(decimal).units.index(unit)
    what = "a percentage" if unit == "%" else f"a number with the unit {unit}"
    return f"{text_of(column.texts[example])}: {'a time' if unit in TIMES else what}"


def remarks_on_reading(column: Column, decimal: str, taken: str) -> Iterator[Problem]:
    """How texts that are more than plain numbers were read.

    Parameters
    ----------
    taken
        What texts are taken as: `categories`, `classes`.
    """
    if column.kind == "category":
        spellings: dict[str, list[str]] = {}
        for _, text in column.values():
            spellings.setdefault(text_of(text).lower(), []).append(in_quotes(text))
        for alike in spellings.values():
            if len(alike) > 1:
                yield column.problem(
                    f"{' and '.join(alike)} differ in capitals alone and are taken as {taken} of "
                    "their own; if they are one, write them alike"
                )
    if column.kind == "category" and column.unread:
        different = counted(sum(1 for _ in column.values()), "different text")
        yield column.problem(
            f"{column.unread}: its {different} are taken as {taken}; if they mean numbers, write "
            "them as 0.5 or 20"
        )
    if column.kind == "yes/no" and column.are_checks:
        yield column.problem("its empty cells are taken as no")
    if column.kind != "number":
        return
    found, unit = column.numbers(decimal), unit_of(column, decimal)
    if unit in TIMES:
        i = int(np.nanargmax(found.values))
        shown = f"{in_quotes(column.texts[i])} is {found.values[i]:.4g}"
        is_open = unit == TIMES[0] and not re.search("[a-zA-Z]", text_of(column.texts[i]))
        other = "; if they mean minutes and seconds, as minutes" if is_open else ""
        yield column.problem(f"its times are taken as hours: {shown}{other}")
    if "(" in " ".join(map(str, column.texts)):  # seldom, and looked for at once in a long column
        signed = (i for i, text in column.values() if "(" in str(text) and found.values[i] < 0)
        for i in islice(signed, 1):
            shown = f"{in_quotes(column.texts[i])} is {format_number(float(found.values[i]))}"
            yield column.problem(f"numbers in parentheses are taken as negative: {shown}")


def unit_of(column: Column, decimal: str) -> str:
    """The unit that most numbers of a column have; empty for none."""
    found, counts = column.numbers(decimal), Counter[str]()
    if not any(found.units):
        return ""
    for unit, is_one, count in zip(found.units, found.are_numbers, column.counts, strict=True):
        counts[unit] += int(count) if is_one else 0
    return counts.most_common(1)[0][0]


def _numbers_rows(column: Column, has_header: bool) -> bool:
    name = " ".join(column.name.lower().replace("_", " ").replace(".", " ").split())
    is_unnamed = has_header and column.name == numbered(column.index) and column.index == 0
    return (name in _INDEX or is_unnamed) and counts_rows(column)


def counts_rows(column: Column) -> bool:
    """Whether it holds whole numbers, each one more than that of the row above."""
    return len(column.texts) == len(column.codes) and count_up(column.texts)
