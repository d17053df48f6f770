"""A table as it was read: its columns and their kinds, and which of them are chosen."""

import csv
import io
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from regplay.core.datasets.dataset import short
from regplay.core.datasets.own_table.table_body import Body, body_of
from regplay.core.datasets.own_table.table_columns import (
    KINDS,
    MAX_CATEGORIES,
    USED,
    Column,
    columns_of,
    date_order,
    decimal_mark,
    kind_and_reason,
)
from regplay.core.datasets.own_table.table_format import (
    TableFormat,
    entries_of,
    read_format,
    read_pairs,
)
from regplay.core.datasets.own_table.table_rows import (
    MAX_ROWS,
    Problem,
    ReadingStoppedError,
    Rows,
    numbered,
    too_long,
)
from regplay.core.experiment import DataSettings

_SHOWN = 8  # names in a message


def names_of(names: Sequence[str]) -> list[str]:
    """By what `data.target` and `data.inputs` can call each of the columns."""
    counts = Counter(names)
    return [
        f"column {place}" if counts[name] > 1 else name for place, name in enumerate(names, start=1)
    ]


def written(names: Sequence[str]) -> str:
    """Names of columns as the text of `data.inputs`."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue().replace(",", ", ") if "," not in "".join(names) else text.getvalue()


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as it was read, before anything is chosen of it.

    Attributes
    ----------
    format
        What was guessed and what was said; a workbook has no separator.
    sheets
        Of the workbook, in their order.
    """

    format: TableFormat
    body: Body
    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns, wholly empty ones too."""
        return self.body.names

    def row_number(self, place: int) -> int:
        """The number in the spreadsheet of a row, by its place from 0."""
        return int(self.body.numbers[place])


def raw_table_of(rows: Rows, settings: DataSettings) -> Generator[int, None, RawTable]:
    """A table by what its format and the kinds of its columns are guessed and said to be.

    The number of rows is yielded again and again, since long columns take a while.
    """
    chosen = read_format(settings.format)
    body = _sampled((yield from body_of(rows, chosen)), settings)
    yield len(body.cells)
    missing = chosen.get("missing")
    columns = []
    for column in columns_of(body, missing):
        columns.append(column)
        for _ in column.read():
            yield len(body.cells)
    decimal = chosen.get("decimal")
    if decimal is None:
        if chosen.get("thousands") in (".", ","):
            decimal = "," if chosen["thousands"] == "." else "."
        else:
            decimal = decimal_mark(columns)
    yield len(body.cells)
    order = chosen.get("dates") or date_order(columns)
    yield len(body.cells)
    filled = sum(bool(column.filled) for column in columns)
    for column in columns:
        column.kind, column.reason = kind_and_reason(column, decimal, body.header > 0, filled)
        yield len(body.cells)
    _take_kinds(columns, settings.columns)
    found = TableFormat(
        rows.separator,
        decimal,
        chosen.get("thousands", _thousands(columns, decimal)),
        body.header,
        body.above,
        rows.encoding,
        order,
        tuple(missing) if missing is not None else _marks(columns),
        rows.sheet,
        tuple(chosen.get("skip", ())),
    )
    return RawTable(found, body, tuple(columns), rows.sheets)


def _sampled(body: Body, settings: DataSettings) -> Body:
    n, size = len(body.cells), settings.sample
    if n > MAX_ROWS and not size:
        raise too_long(int(body.numbers[MAX_ROWS]))
    if not size or n <= size:
        return body
    kept = np.sort(np.random.default_rng(settings.seed).choice(n, size, replace=False))
    return replace(
        body, cells=body.cells.iloc[kept].reset_index(drop=True), numbers=body.numbers[kept]
    )


def _thousands(columns: Sequence[Column], decimal: str) -> str:
    """The mark between thousands that is used; empty for none."""
    for column in columns:
        if column.kind == "number":
            for mark in column.numbers(decimal).thousands:
                if mark:
                    return mark
    return ""


def _marks(columns: Sequence[Column]) -> tuple[str, ...]:
    """What stands for missing values in the columns that are not empty."""
    return tuple(
        dict.fromkeys(
            column.texts[i]
            for column in columns
            if column.filled
            for i in np.flatnonzero(column.gaps)
            if column.texts[i] != ""
        )
    )


def _take_kinds(columns: Sequence[Column], text: str) -> None:
    """Set the kinds that a person gave; `text` is `data.columns`."""
    names = tuple(column.name for column in columns)
    for name, kind in read_pairs(text):
        index = _index(names, name, "data.columns")
        if kind not in KINDS:
            raise ReadingStoppedError(
                f"data.columns: {short(kind) or 'nothing'} is no kind of column; it must be one of "
                f"{', '.join(KINDS)}"
            )
        if columns[index].kind != "empty":
            columns[index].kind, columns[index].reason = kind, "as you said"


def _index(names: tuple[str, ...], name: str, field: str) -> int:
    """The index of the column that is called so, by its name or by its place."""
    indices = _indices(names)
    if name in indices:
        return indices[name]
    called = names_of(names)
    wrong = "is the name of several columns" if name in names else "is no column of it"
    shown = ", ".join(map(short, called[:_SHOWN])) + (", …" if len(called) > _SHOWN else "")
    header = " (it has no header)" if called == [*map(numbered, range(len(names)))] else ""
    raise ReadingStoppedError(f"{field} = {short(name)} {wrong}; the columns are {shown}{header}")


@lru_cache(maxsize=1)
def _indices(names: tuple[str, ...]) -> dict[str, int]:
    """Those of columns by what they can be called, the first where several can be called so."""
    found: dict[str, int] = {}
    for called in (names_of(names), map(numbered, range(len(names)))):
        for index, name in enumerate(called):
            found.setdefault(name, index)
    return found


def chosen_columns(raw: RawTable, settings: DataSettings) -> tuple[list[int], int]:
    """The indices of the inputs and of the target, from 0.

    Raises
    ------
    ReadingStoppedError
        If there is no such column, or one has two parts to play.
    """
    called = names_of(raw.names)
    filled = [i for i, column in enumerate(raw.columns) if column.kind != "empty"]
    if settings.target.strip():
        target = _index(raw.names, settings.target.strip(), "data.target")
    else:
        target = next((i for i in reversed(filled) if not _is_split(raw.columns[i])), filled[-1])
    if not settings.inputs.strip():
        return _usual_inputs(raw, target), target
    names = (name.strip() for name in entries_of(settings.inputs, ",", "data.inputs"))
    inputs = [_index(raw.names, name, "data.inputs") for name in names]
    if not inputs:
        raise ReadingStoppedError("data.inputs names no column")
    for index, count in Counter(inputs).items():
        if index == target or count > 1:
            wrong = "names the target" if index == target else "names it twice"
            raise ReadingStoppedError(Problem(f"data.inputs {wrong}", 0, index, called[index]))
    return inputs, target


def _is_split(column: Column) -> bool:
    return column.kind == "text" and column.name.lower() == "split" and len(column.texts) <= 2


def _usual_inputs(raw: RawTable, target: int) -> list[int]:
    """All columns that can be learned from; of categories, as many as have room."""
    inputs: list[int] = []
    left = MAX_CATEGORIES
    for column in raw.columns:
        if column.index == target or column.kind not in USED:
            continue
        if column.kind == "category":
            different = int((~column.gaps).sum())
            if different > left:
                continue
            left -= different
        inputs.append(column.index)
    return inputs
