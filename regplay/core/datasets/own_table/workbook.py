"""A workbook of Excel as rows of cells: openpyxl reads one sheet of it, row by row.

Whoever wrote the file may have filled its rows and its parts with anything: what is read in one go
is bounded before, what is read row by row as it comes.
"""

import io
import zipfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

from regplay.core.datasets.dataset import short
from regplay.core.datasets.own_table.table_rows import (
    MAX_BYTES,
    MOST_CELLS,
    WHAT_IS_READ,
    ReadingStoppedError,
    Rows,
    refuse_long,
)

_STEP = 20_000  # rows after which whoever reads may turn to something else
_MOST_ROWS = 1_048_576  # of Excel
_MOST_UNPACKED = 4 * MAX_BYTES  # a cell takes some four times as many bytes as in CSV
_MOST_AT_ONCE = {  # bytes of parts that openpyxl reads in one go, which takes up to 3 s a MiB
    "xl/sharedStrings.xml": 32 << 20,  # five columns of 100,000 different texts
    "xl/styles.xml": 4 << 20,
    "xl/workbook.xml": 4 << 20,
}
_SHOWN = 8  # sheets in a message


def workbook_rows(
    raw: bytes, chosen: Mapping[str, Any], may_be_long: bool
) -> Generator[int, None, Rows]:
    """Read a sheet of a workbook; as `read_rows`."""
    check_workbook(raw)
    with _damage_told():
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False
        )
        sheets = tuple(sheet.title for sheet in book.worksheets)
        name = chosen.get("sheet") or _first_filled(book.worksheets)
    if not sheets:
        raise ReadingStoppedError("there is no sheet of cells in it; choose another file")
    if name not in sheets:
        listed = ", ".join(map(short, sheets[:_SHOWN])) + (", …" if len(sheets) > _SHOWN else "")
        raise ReadingStoppedError(f"there is no sheet {short(name)}; the sheets are {listed}")
    rows: list[list[object]] = []
    width = n = 0  # without empty columns and rows behind all others
    for values in _values(book[name]):
        row = [_cell(value) for value in values]
        while row and row[-1] == "":
            row.pop()
        rows.append(row)
        if row:
            width, n = max(width, len(row)), len(rows)
        if len(rows) > _MOST_ROWS or width * n > MOST_CELLS:
            raise ReadingStoppedError("this sheet is too large; save a part of its rows as CSV")
        if len(rows) % max(1, _STEP // (10 + len(values))) == 0:
            yield len(rows)
    if not n:
        raise ReadingStoppedError(f"the sheet {short(name)} is empty; choose another sheet or file")
    refuse_long([len(row) for row in rows], may_be_long)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows[:n]], dtype=object)
    return Rows(cells, np.full(n, width), sheet=name, sheets=sheets)


def check_workbook(raw: bytes) -> None:
    """Refuse what is no workbook, or one that would take too long to read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    except Exception:  # each library that unpacks has its own
        raise ReadingStoppedError(
            f"this is a damaged ZIP or Excel file; fetch or save it again; {WHAT_IS_READ}"
        ) from None
    if "xl/workbook.xml" not in sizes:
        kind = "a ZIP archive: unpack it first"
        if "content.xml" in sizes and "mimetype" in sizes:
            kind = "a LibreOffice file: save it as CSV or Excel"
        elif "word/document.xml" in sizes:
            kind = "a Word file: copy the table from it and paste it here"
        raise ReadingStoppedError(f"this is {kind}; {WHAT_IS_READ}")
    is_large = any(sizes.get(part, 0) > most for part, most in _MOST_AT_ONCE.items())
    if is_large or sum(sizes.values()) > _MOST_UNPACKED:
        raise ReadingStoppedError("this workbook is too large; save a part of its rows as CSV")


@contextmanager
def _damage_told() -> Iterator[None]:
    """Refuse in words what openpyxl fails at.

    It trusts a workbook: what is wrong with one is raised by whoever comes upon it, from the
    unpacking to the number of a style, as nearly any exception.
    """
    try:
        yield
    except Exception:
        raise ReadingStoppedError(
            "this workbook is damaged; open it in Excel or LibreOffice, and save it again or as CSV"
        ) from None


def _values(sheet: Any) -> Iterator[tuple[object, ...]]:
    """The values of each row of a sheet."""
    with _damage_told():
        sheet.reset_dimensions()  # some programs write wrong ones
        yield from sheet.iter_rows(values_only=True)


def _first_filled(sheets: Sequence[Any]) -> str:
    """The first sheet in sight with more than one row and column, else more than one row."""
    sheets = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    tall = [sheet for sheet in sheets if (sheet.max_row or 2) > 1]
    for sheet in [*(sheet for sheet in tall if (sheet.max_column or 2) > 1), *tall]:
        return str(sheet.title)
    return str(sheets[0].title) if sheets else ""


def _cell(value: object) -> object:
    """A number as it is; all else as a text that `cells` reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return str(value)  # is told with its place
    if isinstance(value, datetime):
        at = f" {value:%H:%M:%S}" if (value.hour, value.minute, value.second) != (0, 0, 0) else ""
        return f"{value:%Y-%m-%d}{at}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{minutes // 60:.0f}:{minutes % 60:02.0f}:{seconds:02.0f}"
    return str(value).strip()
