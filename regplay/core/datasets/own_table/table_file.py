"""A person's file as rows of texts: what kind of file it is, its encoding, its separator.

The first bytes decide what a file is, not its name. CSV in any of its styles, as it is or packed by
gzip, is read by pandas, a workbook by openpyxl; each cell as it stands. All rows are kept, blank
ones too, so that a row has the number that a spreadsheet shows, from 1. Only a line `sep=;` at the
top does not count, which no spreadsheet shows.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, AnyStr

import numpy as np
import openpyxl
import pandas as pd

from regplay.core.arrays import Integers
from regplay.core.datasets.dataset import short
from regplay.core.datasets.own_table.cells import is_number
from regplay.core.datasets.own_table.file_kind import kind_of
from regplay.core.datasets.own_table.table_format import BLANKS, SEPARATORS, encoding_name
from regplay.core.datasets.own_table.text_encoding import Guess, decode, encodings_of

Source = Path | str  # a file, or the text itself

MAX_BYTES = 64 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 1_001  # 1,000 inputs and the target
_MOST_CELLS = 32_000_000  # with empty ones
_STEP = 20_000  # rows after which whoever reads may turn to something else
_STEP_CELLS = 200_000  # or cells, where rows are long
_START = 65_536  # bytes that are the beginning
_SAMPLED = 1 << 18  # characters that decide about the separator
_LONGEST_ROW = 2_000_000  # characters
_PIECE = 1 << 20  # characters whose rows are counted at once
_MOST_LINES = 20 * MAX_ROWS  # with blank ones
_TABLES = "regplay reads tables: CSV, TSV, Excel (.xlsx)"
_SAVED = f"{_TABLES}; save what is in it as one of these"


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a table, or that is to be known about it.

    Attributes
    ----------
    message
        What it is and what to do.
    row
        Its number in the spreadsheet, from 1; 0 for none in particular.
    column
        Its index, from 0; None for none in particular.
    column_name
        What the header calls it; empty without one.
    answers
        What settles it, where a person can say it: in words, and the field and its value that say
        it; of `data.format` a part.
    """

    message: str
    row: int = 0
    column: int | None = None
    column_name: str = ""
    answers: tuple[tuple[str, str, str], ...] = ()

    @property
    def place(self) -> str:
        """Such as `row 3, column 2 (age)`; empty for the table as a whole."""
        parts = [f"row {self.row}"] if self.row else []
        if self.column is not None:
            own = self.column_name not in ("", numbered(self.column))
            name = f" ({short(self.column_name)})" if own else ""
            parts.append(numbered(self.column) + name)
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class ReadingStoppedError(Exception):
    """A table is so wrong that there is nothing more to read; `problem` says why."""

    def __init__(self, problem: Problem | str) -> None:
        super().__init__(problem)
        self.problem = Problem(problem) if isinstance(problem, str) else problem


def numbered(column: int) -> str:
    """What a column without a name is called, by its index from 0."""
    return f"column {column + 1}"


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of a file.

    Attributes
    ----------
    cells
        [n, columns] of texts without blanks around them; numbers where a workbook holds numbers.
        Shorter rows are filled up with empty texts.
    widths
        [n], how many cells each row has in the file.
    separator, encoding, sheet
        As in `TableFormat`.
    sheets
        Of the workbook, in their order.
    has_separator_line
        Whether there is a line `sep=;` above, which does not count as a row.
    """

    cells: pd.DataFrame
    widths: Integers
    separator: str = ""
    encoding: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    has_separator_line: bool = False


def read_rows(
    source: Source, chosen: Mapping[str, Any], *, may_be_long: bool = False
) -> Generator[int, None, Rows]:
    """Read a file, or the text of one; yields the number of rows so far.

    Parameters
    ----------
    chosen
        Parts of a `TableFormat` that are not to be guessed.
    may_be_long
        Whether there may be more than `MAX_ROWS`, of which a sample will be taken.

    Raises
    ------
    ReadingStoppedError
        If it can't be read, is no table, or is too large.
    """
    if isinstance(source, str):
        if len(source) > MAX_BYTES:
            raise ReadingStoppedError(f"{len(source):,} characters are too many for a table")
        return (yield from _text_rows(source.removeprefix("\ufeff"), "", chosen, may_be_long))
    raw = _bytes_of(source)
    if raw.startswith(b"PK\x03\x04"):
        return (yield from _workbook_rows(raw, chosen, may_be_long))
    text, encoding = _decoded(raw, chosen.get("encoding", ""))
    yield 0  # of a long text, each of the steps before the first row takes tenths of a second
    return (yield from _text_rows(text, encoding, chosen, may_be_long))


def _refuse_long(rows: Sequence[int], may_be_long: bool) -> None:
    """Refuse more rows than may be used, by their numbers of cells."""
    filled = [number for number, width in enumerate(rows, start=1) if width]
    if len(filled) > MAX_ROWS + 1 and not may_be_long:  # one of them may be a header
        raise too_long(filled[MAX_ROWS + 1])


def too_long(row: int) -> ReadingStoppedError:
    """The refusal of a table that goes on behind the row of this number."""
    message = (
        f"there are more than {MAX_ROWS:,} rows, the most that can be used: take a random sample "
        "of them, or save a part of them"
    )
    answer = f"Take {MAX_ROWS:,} random rows", "data.sample", str(MAX_ROWS)
    return ReadingStoppedError(Problem(message, row, answers=(answer,)))


def read_beginning(source: Source) -> Rows | None:
    """The first rows of a file or a text; None of a workbook, which is not looked into.

    Raises
    ------
    ReadingStoppedError
        As `read_rows`, as far as the beginning shows it.
    """
    if isinstance(source, str):
        length = _length_of_beginning(source, "\n", "\r")
        text, encoding = source[:length].removeprefix("\ufeff"), ""
        is_whole = length == len(source)
    else:
        raw = _bytes_of(source)
        if raw.startswith(b"PK\x03\x04"):
            _check_workbook(raw)
            return None
        length = _length_of_beginning(raw, b"\n", b"\r")
        length = min(length + length % 2, len(raw))  # of UTF-16, no half of a sign
        is_whole = length == len(raw)
        text, encoding = _decoded(raw[:length], "", may_ask=False)
    if not is_whole:
        end = max(text.rfind("\n"), text.rfind("\r")) + 1
        text = text[:end].replace('"', "")  # one may be cut in two
    steps = _text_rows(text, encoding, {}, False)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            rows: Rows = end.value
            return rows


def _length_of_beginning(source: AnyStr, *line_ends: AnyStr) -> int:
    """That of the whole lines among the first `_START`, or of the first line if it is longer."""
    if len(source) <= _START:
        return len(source)
    last = max(source.rfind(one, 0, _START) for one in line_ends)
    if last < 0:
        found = (source.find(one) for one in line_ends)
        last = min((at for at in found if at >= 0), default=len(source) - 1)
    return last + 1


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadingStoppedError("this is a folder; choose a file with a table")
        if not path.is_file():  # to open a pipe would wait for its other end
            reason = "this is no file" if path.exists() else "there is no such file"
            raise ReadingStoppedError(f"{reason}; choose a file with a table")
        _refuse_large(path.stat().st_size)
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if raw.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                raw = packed.read(MAX_BYTES + 1)
        _refuse_large(len(raw))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ReadingStoppedError("this is not a complete .gz file; fetch it again") from None
    except OSError as error:
        raise ReadingStoppedError(f"can't be read: {error.strerror or error}") from None
    kind = kind_of(raw[:1000])
    if kind:
        raise ReadingStoppedError(f"this is {kind}; {_TABLES if ':' in kind else _SAVED}")
    return raw


def _refuse_large(size: int) -> None:
    if size > MAX_BYTES:
        raise ReadingStoppedError(
            f"{size / 2**20:,.0f} MiB is too large; a file may have up to "
            f"{MAX_BYTES / 2**20:.0f} MiB: save a part of its rows"
        )


# text


def _decoded(raw: bytes, encoding: str, may_ask: bool = True) -> tuple[str, str]:
    """A text and its encoding, by what was said of it or else by what is found."""
    if not encoding:
        guesses = encodings_of(raw)
        if not guesses and _is_binary(raw[:_START].decode("latin-1")):
            raise ReadingStoppedError(f"this is not a text file; {_SAVED}")
        if len(guesses) != 1 and may_ask:
            raise ReadingStoppedError(_encoding_doubt(guesses))
        encoding = guesses[0].encoding if guesses else "windows-1252"
    try:
        text = decode(raw, encoding)
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        problem = Problem(f"this is no {encoding_name(encoding)} text", row)
        raise ReadingStoppedError(problem) from None
    if "\0" in text or _is_binary(text[:_START]):
        raise ReadingStoppedError(f"this is not a text file; {_SAVED}")
    return text, encoding


def _is_binary(start: str) -> bool:
    """Whether more than a hundredth of it are signs that stand in no text."""
    return len(re.findall(r"[\x00-\x08\x0e-\x1b\x7f]", start)) * 100 > len(start)


def _encoding_doubt(guesses: Sequence[Guess]) -> Problem:
    saved = "save it as UTF-8 (in Excel: CSV UTF-8)"
    if not guesses:
        answer = "Read it all the same", "data.format", "encoding = windows-1252"
        unknown = f"the letters of this file are in an encoding that is not known here; {saved}"
        return Problem(unknown, answers=(answer,))
    return Problem(
        f"the letters of this file can be read in several ways; say which words are right, or "
        f"{saved}",
        answers=tuple(
            (guess.words, "data.format", f"encoding = {guess.encoding}") for guess in guesses
        ),
    )


def _text_rows(
    text: str, encoding: str, chosen: Mapping[str, Any], may_be_long: bool
) -> Generator[int, None, Rows]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u200b", "").replace("\ufeff", "")  # nobody sees these
    yield 0
    separator = chosen.get("separator", "")
    # For Excel, which does not show it.
    line = re.match(r'\s*"?sep=(.)"?[;,\t]*\n', text[:_SAMPLED])
    if line:
        text = text[line.end() :]
        separator = separator or (line[1] if line[1] in SEPARATORS.values() else "")
    text = _plain(text.rstrip("\n\x1a"))
    yield 0
    if not text.strip():
        again = "save the table again, or choose another file"
        raise ReadingStoppedError(
            f"the file is empty; {again}" if encoding else "there is no text; copy a table first"
        )
    text, separator = _without_mark(text, separator)
    if '="' in text:  # as programs write texts for Excel
        text = re.sub(rf'(^|{re.escape(separator)})="', r'\1"', text, flags=re.MULTILINE)
    yield 0
    widths = yield from _widths_of_all(text, separator, may_be_long)
    width = max(widths)
    has_blanks = re.search(r"[^\S\n]", text if separator != "\t" else text.replace("\t", ""))
    parts: list[pd.DataFrame] = []
    read = 0
    try:
        for part in pd.read_csv(
            io.StringIO(text),
            sep=r"\s+" if separator == BLANKS else separator,
            header=None,
            names=range(width),
            index_col=False,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            skipinitialspace=True,
            chunksize=min(_STEP, max(1, _STEP_CELLS // width)),
        ):
            parts.append(part.map(str.strip) if has_blanks else part)
            read += len(part)
            yield read
    except pd.errors.ParserError as error:
        found = re.search(r"starting at row (\d+)", str(error))
        message = (
            'the quotation mark (") that is opened in this row is never closed; '
            "close it or take it out"
        )
        problem = Problem(message, int(found[1]) + 1 if found else 0)
        raise ReadingStoppedError(problem) from None
    cells = pd.concat(parts, ignore_index=True)
    sizes = np.ones(len(cells), dtype=np.int64)
    sizes[: len(widths)] = widths[: len(cells)]
    return Rows(cells, sizes, separator, encoding, has_separator_line=line is not None)


_BARS = "│┃┆║"
_RULE = re.compile(r"^(?=[-=+|:\t ─-╬]++$)[^\n]*?[-=─━═]{3}[^\n]*", re.MULTILINE)
_COUNT = re.compile(r"\n\(?\d[\d,]* rows?( in set.*)?\)?$")  # below what psql and MySQL show


def _plain(text: str) -> str:
    """A table with lines drawn in it, as of Markdown and of databases, without these."""
    for bar in _BARS:
        text = text.replace(bar, "|")
    ends = text[:_SAMPLED], text[text.find("\n", -_SAMPLED) :]  # in one of them there is a line
    if not any(map(_RULE.search, ends)):
        return text
    text = _COUNT.sub("", _RULE.sub("", text).rstrip())
    return re.sub(r"^ *\|(.*)\| *$", r"\1", text, flags=re.MULTILINE)


def _without_mark(text: str, separator: str) -> tuple[str, str]:
    """The separator, and a text whose header has no mark of a comment, as NumPy writes one."""
    comments = re.match(r"(?:[#%].*\n)+", text)
    if comments is None:
        return text, separator or _separator(text)
    above, body = comments[0].rstrip("\n").split("\n"), text[comments.end() :]
    separator = separator or _separator(body)
    names = re.sub(r'^[#%]+ *(?=[^\W\d_]|")', "", above.pop())
    if names[:1] in "#%" or _widths(names, separator) != _widths(body, separator)[:1]:
        return text, separator
    if separator == BLANKS:  # each word of a comment would be a cell
        above = [""] * len(above)
    return "\n".join([*above, names, body]), separator


def _separator(text: str) -> str:
    """What separates the cells: by it most rows have as many cells as the others.

    Where several do, the first of tab, semicolon, bar, comma. Blanks only separate numbers.
    """
    sample = text[:_SAMPLED]
    if not sample.strip():
        sample = text.lstrip()[:_SAMPLED]
    shares: dict[str, float] = {}
    for separator in ("\t", ";", "|", ","):
        widths = [width for width in _widths(sample, separator) if width]
        most, count = Counter(widths).most_common(1)[0]
        shares[separator] = count / len(widths) if most > 1 else 0.0
    best = max(shares, key=lambda separator: shares[separator])
    first, *others = [line.split() for line in sample.split("\n") if line.strip()]
    if len(text) > _SAMPLED:
        del others[-1:]  # it is cut
    second = others[0] if others else []
    is_even = len(set(map(len, others))) == 1 and len(second) > 1
    cells = second if is_even and len(second) - len(first) in (0, 1) else []
    if shares[best] > 0:
        number = re.compile(r"[+-]?\d+(,\d+)?")
        are_decimals = best == "," and cells and all(map(number.fullmatch, cells))
        return BLANKS if are_decimals else best
    return BLANKS if any(map(is_number, cells)) else ","


def _widths_of_all(text: str, separator: str, may_be_long: bool) -> Generator[int, None, list[int]]:
    """As `_widths`, piece by piece; what has too many rows is refused by the first of them."""
    widths: list[int] = []
    width = n_filled = 0
    for piece in _pieces(text):
        if len(piece) > _LONGEST_ROW + _PIECE:  # to look for its cells would take seconds
            raise _too_long_a_row(piece, len(widths))
        found = _widths(piece, separator)
        widths += found
        width, n_filled = max(width, *found), n_filled + sum(map(bool, found))
        if n_filled > MAX_ROWS:
            _refuse_long(widths, may_be_long)
        is_long = len(widths) > _MOST_LINES and not may_be_long
        if is_long or width > 20 * MAX_COLUMNS or width * len(widths) > _MOST_CELLS:
            raise ReadingStoppedError(
                f"{len(widths):,} rows with up to {width:,} cells are too many; "
                f"there may be {MAX_ROWS:,} rows and {MAX_COLUMNS:,} columns"
            )
        yield 0
    return widths


def _too_long_a_row(piece: str, n_before: int) -> ReadingStoppedError:
    """The refusal of the last row of a piece."""
    marks = np.cumsum([line.count('"') for line in piece[:_PIECE].split("\n")])
    row = n_before + int(np.count_nonzero(marks[:-1] % 2 == 0)) + 1
    message = (
        f'this row goes on for more than {_LONGEST_ROW:,} characters; a quotation mark (") that '
        "is opened in it may not be closed where it should be"
    )
    return ReadingStoppedError(Problem(message, row))


def _pieces(text: str) -> Generator[str, None, None]:
    """Whole rows of it: where quotation marks are open, a line end is no end of a row."""
    text += "\n"
    start = 0
    while start < len(text):
        end = text.find("\n", min(start + _PIECE, len(text) - 1))
        is_open = text.count('"', start, end) % 2 == 1
        while is_open and (mark := text.find('"', end)) >= 0:
            end = text.find("\n", mark)
            is_open = text.count('"', mark, end) % 2 == 0
        yield text[start : end if not is_open else -1]
        start = end + 1 if not is_open else len(text)


def _widths(text: str, separator: str) -> list[int]:
    """How many cells each row has; a blank line has none."""
    if '"' in text:
        mark, blanks = re.escape(separator), "" if separator == BLANKS else " *"
        quoted = rf'(?:^|(?<={mark})){blanks}"[^"]*(?:""[^"]*)*"'
        text = re.sub(quoted, "q", text, flags=re.MULTILINE)
    lines = text.split("\n")
    if separator == BLANKS:
        return [len(line.split()) for line in lines]
    return [line.count(separator) + 1 if line.strip(" ") else 0 for line in lines]


# workbooks


def _workbook_rows(
    raw: bytes, chosen: Mapping[str, Any], may_be_long: bool
) -> Generator[int, None, Rows]:
    _check_workbook(raw)
    try:
        book = _opened_workbook(raw)
        sheets = tuple(sheet.title for sheet in book.worksheets)
        name = chosen.get("sheet") or _first_filled(book.worksheets)
        if name not in sheets:
            listed = ", ".join(sheets)
            raise ReadingStoppedError(f"there is no sheet {name}; the sheets are {listed}")
        rows: list[list[object]] = []
        for row in book[name].iter_rows(values_only=True):
            rows.append([_workbook_cell(cell) for cell in row])
            if len(row) * len(rows) > _MOST_CELLS:
                raise ReadingStoppedError("this sheet is too large; save a part of its rows as CSV")
            if len(rows) % max(1, _STEP // (10 + len(row))) == 0:
                yield len(rows)
        book.close()
    except (KeyError, ValueError, TypeError, AttributeError, SyntaxError, zipfile.BadZipFile):
        raise ReadingStoppedError(
            "this workbook is damaged; open it in Excel or LibreOffice, and save it again or as CSV"
        ) from None
    if not any(cell != "" for row in rows for cell in row):
        raise ReadingStoppedError(f"the sheet {name} is empty; choose another sheet or file")
    while not any(cell != "" for cell in rows[-1]):  # formatted, but empty
        rows.pop()
    _refuse_long([int(any(cell != "" for cell in row)) for row in rows], may_be_long)
    width = max(map(len, rows))
    filled = [row + [""] * (width - len(row)) for row in rows]
    cells = pd.DataFrame(filled, dtype=object)
    return Rows(cells, np.full(len(cells), width), sheet=name, sheets=sheets)


def _opened_workbook(raw: bytes) -> Any:
    try:
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except AttributeError:  # by a sheet that is a chart, where not all is read
        return openpyxl.load_workbook(io.BytesIO(raw), data_only=True)


def _check_workbook(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise ReadingStoppedError(
            f"this is a damaged ZIP or Excel file; fetch or save it again; {_TABLES}"
        ) from None
    if "xl/workbook.xml" not in names:
        kind = "a ZIP archive: unpack it first"
        if "content.xml" in names and "mimetype" in names:
            kind = "a LibreOffice file: save it as CSV or Excel"
        elif "word/document.xml" in names:
            kind = "a Word file: copy the table from it and paste it here"
        raise ReadingStoppedError(f"this is {kind}; {_TABLES}")
    if size > 16 * MAX_BYTES:
        raise ReadingStoppedError("this workbook is too large; save a part of its rows as CSV")


def _first_filled(sheets: Sequence[Any]) -> str:
    """The first sheet in sight with more than one row and column, else more than one row."""
    sheets = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    tall = [sheet for sheet in sheets if (sheet.max_row or 2) > 1]
    for sheet in [*(sheet for sheet in tall if (sheet.max_column or 2) > 1), *tall]:
        return str(sheet.title)
    return str(sheets[0].title) if sheets else ""


def _workbook_cell(value: object) -> object:
    """A number as it is; all else as a text that `cells` reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        at = f" {value:%H:%M:%S}" if (value.hour, value.minute, value.second) != (0, 0, 0) else ""
        return f"{value:%Y-%m-%d}{at}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{minutes // 60:.0f}:{minutes % 60:02.0f}:{seconds:02.0f}"
    return str(value).strip()
