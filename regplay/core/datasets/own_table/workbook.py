"""A workbook of Excel as rows of cells: openpyxl reads one sheet of it, row by row.

Whoever wrote the file may have filled its parts with anything, and called them anything: what is
read in one go is bounded by what is unpacked, each row and each text as it comes.
"""

import io
import re
import zipfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import IO, Any
from xml.etree.ElementTree import iterparse

import numpy as np
import pandas as pd
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils import range_boundaries
from openpyxl.worksheet._reader import DATA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS

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
_MOST_AT_ONCE = 1 << 20  # bytes of names of sheets and the like, which take openpyxl a second
_MOST_STYLES = 4 << 20  # bytes
_MOST_TEXTS = 32 << 20  # bytes of the texts of cells: five columns of 100,000 different ones
_MOST_OF_ONE = 1 << 20  # bytes of a row, or of a text
_TOO_LARGE = "this workbook is too large; save a part of its rows as CSV"
_START = 1 << 16  # bytes of a sheet in which its size is said, if it is
_SIZE = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?\bref=[\"']([^\"']*)")
_TEXT, _PLAIN = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"
_FORMATTED = f"{{{SHEET_MAIN_NS}}}r/{_PLAIN}"
_CODE, _STYLE, _NAMED, _STYLES = (
    f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("numFmt", "xf", "cellStyleXfs", "cellXfs")
)
_SHOWN = 8  # sheets in a message
_MAIN_PART = re.compile(r"xl/workbook\d*\.xml", re.IGNORECASE)
_ARCHIVES = {  # a part of a file: what such a file is
    "xl/workbook.bin": "a binary workbook (.xlsb): save it as Excel workbook (.xlsx) or CSV",
    "META-INF/manifest.xml": "a LibreOffice file: save it as CSV or Excel",
    "Index/Document.iwa": "a file of Numbers, Pages or Keynote: export its table as CSV or Excel",
    "word/document.xml": "a Word file: copy the table from it and paste it here",
    "ppt/presentation.xml": "a PowerPoint file: copy the table from it and paste it here",
}


def workbook_rows(
    raw: bytes, chosen: Mapping[str, Any], may_be_long: bool
) -> Generator[int, None, Rows]:
    """Read a sheet of a workbook; as `read_rows`."""
    check_workbook(raw)
    with _damage_told():
        book = _Workbook(raw)
        name = chosen.get("sheet") or book.first_filled()
    sheets = tuple(book.parts)
    if not sheets:
        raise ReadingStoppedError("there is no sheet of cells in it; choose another file")
    if name not in sheets:
        listed = ", ".join(map(short, sheets[:_SHOWN])) + (", …" if len(sheets) > _SHOWN else "")
        raise ReadingStoppedError(f"there is no sheet {short(name)}; the sheets are {listed}")
    with _damage_told():
        yield from book.read_texts()
    rows: list[list[object]] = []
    width = n = 0  # without empty columns and rows behind all others
    for values in _told(book.values(name)):
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
    if not any(map(_MAIN_PART.fullmatch, sizes)):
        kinds = (kind for part, kind in _ARCHIVES.items() if part in sizes)
        kind = next(kinds, "a ZIP archive: unpack it first")
        raise ReadingStoppedError(f"this is {kind}; {WHAT_IS_READ}")
    if sum(sizes.values()) > _MOST_UNPACKED:
        raise ReadingStoppedError(_TOO_LARGE)


class _Archive(zipfile.ZipFile):
    """The parts of a workbook, of which openpyxl reads what it needs in one go."""

    left = _MOST_AT_ONCE  # bytes

    def open(self, name: Any, *others: Any, **more: Any) -> Any:
        """A part, unless all that were read are too large together with it."""
        self.left -= self.getinfo(getattr(name, "filename", name)).file_size
        if self.left < 0:
            raise ReadingStoppedError(_TOO_LARGE)
        return super().open(name, *others, **more)


class _WorkbookPart:
    """A part that is read piece by piece; `left` bytes may be read before it is set again."""

    def __init__(self, part: IO[bytes]) -> None:
        self._part, self.left = part, _MOST_OF_ONE

    def read(self, size: int = -1) -> bytes:
        """Some bytes."""
        found = self._part.read(size)
        self.left -= len(found)
        if self.left < 0:
            raise ReadingStoppedError(_TOO_LARGE)
        return found

    def elements(self, *tags: str) -> Iterator[Any]:
        """Those of these tags, each once it is read; it is forgotten after that."""
        around: list[Any] = []
        for event, element in iterparse(self, ("start", "end")):
            if event == "start":
                around.append(element)
                continue
            around.pop()
            if element.tag in tags:
                self.left = _MOST_OF_ONE
                yield element
                (around or [element])[-1].clear()


@contextmanager
def _damage_told() -> Iterator[None]:
    """Refuse in words what openpyxl fails at.

    It trusts a workbook: what is wrong with one is raised by whoever comes upon it, from the
    unpacking to the number of a style, as nearly any exception.
    """
    try:
        yield
    except ReadingStoppedError:
        raise
    except Exception:
        raise ReadingStoppedError(
            "this workbook is damaged; open it in Excel or LibreOffice, and save it again or as CSV"
        ) from None


def _told(values: Iterator[list[object]]) -> Iterator[list[object]]:
    with _damage_told():
        yield from values


class _Workbook:
    """The sheets of a workbook with cells, by their names; `parts` are where they are."""

    def __init__(self, raw: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(raw))
        reader = ExcelReader(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        reader.archive = _Archive(io.BytesIO(raw))
        reader.read_manifest()
        reader.read_workbook()
        self._epoch, self._texts = reader.wb.epoch, list[str]()
        self._dates: set[int] = set()  # styles of cells, by their numbers
        self._spans: set[int] = set()
        self._read_styles()
        texts = reader.package.find(SHARED_STRINGS)
        self._texts_part = texts.PartName[1:] if texts is not None else ""
        self.parts: dict[str, str] = {}
        self._visible: list[str] = []
        for sheet, place in reader.parser.find_sheets():
            if place.target in reader.valid_files and "chartsheet" not in place.Type:
                self.parts[sheet.name] = place.target
                if sheet.state == "visible":
                    self._visible.append(sheet.name)

    def _read_styles(self) -> None:
        """Which styles of cells are those of dates, or of spans of time."""
        if ARC_STYLE not in self._archive.namelist():
            return
        codes: dict[str, str] = {}
        found: list[str] = []
        with self._part(ARC_STYLE, _MOST_STYLES) as part:
            for element in _WorkbookPart(part).elements(_CODE, _STYLE, _NAMED, _STYLES):
                number = element.get("numFmtId", "0")
                if element.tag == _CODE:
                    codes[number] = element.get("formatCode", "")
                elif element.tag == _STYLE:
                    found.append(number)
                elif element.tag == _NAMED:
                    found.clear()
                else:
                    break
        codes = {each: codes.get(each) or builtin_format_code(int(each)) for each in {*found}}
        dates = {number for number, code in codes.items() if is_date_format(code)}
        spans = {number for number, code in codes.items() if is_timedelta_format(code)}
        self._dates = {place for place, number in enumerate(found) if number in dates}
        self._spans = {place for place, number in enumerate(found) if number in spans}

    def _part(self, name: str, most: int) -> IO[bytes]:
        if self._archive.getinfo(name).file_size > most:
            raise ReadingStoppedError(_TOO_LARGE)
        return self._archive.open(name)

    def first_filled(self) -> str:
        """The first sheet in sight with more than one row and column, else more than one row."""
        names = self._visible or [*self.parts]
        sizes = {name: self._size(name) for name in names}
        tall = [name for name in names if sizes[name][0] > 1]
        return next((name for name in tall if sizes[name][1] > 1), [*tall, *names, ""][0])

    def _size(self, name: str) -> tuple[int, int]:
        """How many rows and columns a sheet says that it has; two where it does not say it."""
        with self._archive.open(self.parts[name]) as part:
            found = _SIZE.search(part.read(_START))
        if found is None:
            return 2, 2
        _, _, columns, rows = range_boundaries(found[1].decode())
        return rows or 2, columns or 2

    def read_texts(self) -> Generator[int, None, None]:
        """Read the texts that cells have in common."""
        if not self._texts_part:
            return
        with self._part(self._texts_part, _MOST_TEXTS) as part:
            for element in _WorkbookPart(part).elements(_TEXT):
                found = (*element.findall(_PLAIN), *element.findall(_FORMATTED))
                text = "".join(each.text or "" for each in found)
                self._texts.append(text.replace("x005F_", ""))  # as openpyxl does
                if len(self._texts) % 1000 == 0:
                    yield 0

    def values(self, name: str) -> Iterator[list[object]]:
        """The values of each row of a sheet; what stands below the rows is not read."""
        n = 0
        with self._archive.open(self.parts[name]) as part:
            source = _WorkbookPart(part)
            parser = WorkSheetParser(
                source,
                self._texts,
                data_only=True,
                epoch=self._epoch,
                date_formats=self._dates,
                timedelta_formats=self._spans,
            )
            for element in source.elements(ROW_TAG, DATA_TAG):
                if element.tag == DATA_TAG:
                    return
                number, cells = parser.parse_row(element)
                for _ in range(n + 1, number):  # rows that are left out
                    n += 1
                    yield []
                if number > n:
                    n = number
                    row: list[object] = [None] * max((cell["column"] for cell in cells), default=0)
                    for cell in cells:
                        row[cell["column"] - 1] = cell["value"]
                    yield row


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
