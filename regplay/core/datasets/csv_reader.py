"""The cells of a person's table, by row and column: its separator, its header, what is wrong.

Whoever needs cells takes them from a `TableReader`, made by `open_table`; only here is a file
opened.

The separator is the tab if the first line has one outside quotes, else the semicolon if it has one,
else the comma. Blank lines are skipped but counted, so that a row has the number that a spreadsheet
shows, from 1, the header included.

The first row is a header if it has text in a column that is numeric below, that is, in most of the
next twenty rows. Without a header the columns are named `column 1`, `column 2`, and so on.
"""

import csv
import io
import itertools
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regplay.core.datasets.dataset import parse_number, short

MAX_BYTES = 64 * 2**20
MAX_ROWS = 100_000
MAX_INPUTS = 1_000
SAMPLE = 20  # rows below the first that say what a column holds
MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
_START = 65_536  # bytes that say what kind of file it is

Row = tuple[int, list[str]]  # number in the spreadsheet, cells
Source = Path | str  # a file, or the text itself


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a table.

    Attributes
    ----------
    message
        What is wrong and what to do.
    row
        Its number in the spreadsheet, from 1; 0 for none in particular.
    column
        Its index, from 0; None for none in particular.
    column_name
        What the header calls it; empty without one.
    """

    message: str
    row: int = 0
    column: int | None = None
    column_name: str = ""

    @property
    def place(self) -> str:
        """Such as `row 3, column 2 (age)`; empty for the table as a whole."""
        parts = [f"row {self.row}"] if self.row else []
        if self.column is not None:
            own = self.column_name not in ("", _numbered(self.column))
            name = f" ({short(self.column_name)})" if own else ""
            parts.append(_numbered(self.column) + name)
        return ", ".join(parts)


# Takes what is wrong. If it returns, reading goes on behind it.
Report = Callable[[Problem], None]


class ReadingStoppedError(Exception):
    """A table is so wrong that there is nothing more to read."""


class TableReader:
    """A table that is read once, from its first row to its last.

    Attributes
    ----------
    names
        Of the columns, in order.
    has_header
        Whether the first row names them.
    delimiter
        What separates its cells.
    sample
        The first rows of values, at most 21.
    reported
        How many problems were reported.

    Raises
    ------
    ReadingStoppedError
        Here and in `rows`, after reporting it: if this can't be read, is no text, holds no rows,
        one column or too many of either, or a quote that is left open.
    """

    def __init__(self, source: Source, report: Report) -> None:
        self._source = source
        self._report = report
        self.reported = 0
        self.names: tuple[str, ...] = ()
        self.delimiter = ","
        self._rest = self._read()
        sample = list(itertools.islice(self._rest, SAMPLE + 1))
        if not sample:
            raise self.stop("the file is empty" if isinstance(source, Path) else "there is no text")
        first, below = sample[0][1], [cells for _, cells in sample[1:]]
        self.has_header = _has_header(first, below)
        self.names = tuple(
            (" ".join(name.split()) if self.has_header else "") or _numbered(column)
            for column, name in enumerate(first)
        )
        self.sample: list[Row] = sample[1:] if self.has_header else sample
        self._check_width()

    def rows(self) -> Iterator[Row]:
        """The rows of values, the sample included; only once."""
        for count, row in enumerate(itertools.chain(self.sample, self._rest), start=1):
            if count > MAX_ROWS:
                raise self._too_long(row[0])
            yield row

    def close(self) -> None:
        """Let go of the file; there are no rows to come but those of the sample."""
        self._rest.close()

    def is_text(self, column: int) -> bool:
        """Whether a column holds something in the sample, most of which are no numbers."""
        cells = [row[column] for _, row in self.sample]
        return not _is_numeric(cells) and any(cell.lower() not in MISSING for cell in cells)

    def report(self, message: str, row: int = 0, column: int | None = None) -> None:
        """Report a problem at a place."""
        self.reported += 1
        name = self.names[column] if column is not None and self.names else ""
        self._report(Problem(message, row, column, name))

    def stop(self, message: str, row: int = 0, column: int | None = None) -> ReadingStoppedError:
        """Report a problem behind which nothing can be read; to be raised."""
        self.report(message, row, column)
        return ReadingStoppedError(message)

    def check_text(self, text: str, row: int, column: int) -> None:
        """Stop at text that was saved in another encoding."""
        if "\ufffd" in text:
            raise self.stop("this is not UTF-8 text; save the file as CSV UTF-8", row, column)

    def _read(self) -> Generator[Row, None, None]:
        """Rows that aren't blank, each as wide as the first, at most `MAX_ROWS` and a header."""
        number = width = found = 0
        try:
            start = self._start()
            if b"\0" in start:
                raise self.stop("this is not a text file; save the table as CSV (UTF-8) first")
            self.delimiter = _delimiter(start)
            with self._open() as stream:
                reader = csv.reader(
                    stream, delimiter=self.delimiter, skipinitialspace=True, strict=True
                )
                for number, cells in enumerate(reader, start=1):
                    if not cells or cells == [""]:
                        continue
                    width = width or len(cells)
                    if len(cells) != width:
                        problem = f"this row has {len(cells)} cells, the first one has {width}"
                        self.report(problem, number)
                        continue
                    found += 1
                    if found > MAX_ROWS + 1:  # one of them may be a header
                        raise self._too_long(number)
                    yield number, [cell.strip() for cell in cells]
        except csv.Error as error:
            raise self.stop(f"can't be read as CSV: {error}", number + 1) from None
        except OSError as error:
            raise self.stop(f"can't be read: {error.strerror or error}") from None

    def _start(self) -> bytes:
        if isinstance(self._source, str):
            return self._source[:_START].encode(errors="replace")
        with self._source.open("rb") as raw:
            return raw.read(_START)

    def _open(self) -> io.TextIOBase:
        if isinstance(self._source, str):
            return io.StringIO(self._source.removeprefix("\ufeff"), newline="")
        return self._source.open(encoding="utf-8-sig", errors="replace", newline="")

    def _too_long(self, row: int) -> ReadingStoppedError:
        return self.stop(f"there are more than {MAX_ROWS:,} rows; save a part of them", row)

    def _check_width(self) -> None:
        width = len(self.names)
        if width < 2:
            raise self.stop(
                "there is only one column; at least one input and the target are needed, "
                "parted by commas, semicolons or tabs"
            )
        if width - 1 > MAX_INPUTS:
            raise self.stop(f"there are {width - 1:,} inputs; at most {MAX_INPUTS:,} are allowed")
        if self.has_header:
            for column, name in enumerate(self.names):
                self.check_text(name, 1, column)


def open_table(source: Source, report: Report) -> TableReader:
    """The table in a file or a text, read as far as its first rows.

    Raises
    ------
    ReadingStoppedError
        After reporting it: if there is no such file, it or the text is too large, or as
        `TableReader`.
    """
    reason = _why_unread(source)
    if reason:
        report(Problem(reason))
        raise ReadingStoppedError(reason)
    return TableReader(source, report)


def _why_unread(source: Source) -> str:
    if isinstance(source, str):
        is_much = len(source) > MAX_BYTES
        return f"{len(source):,} characters are too many for a table" if is_much else ""
    if source.is_dir():
        return "this is a folder; choose a CSV file"
    if not source.is_file():  # to open a pipe would wait for its other end
        reason = "this is no file" if source.exists() else "there is no such file"
        return f"{reason}; choose a CSV file"
    size = source.stat().st_size
    if size > MAX_BYTES:
        return (
            f"{size / 2**20:,.0f} MiB is too large; "
            f"a file may have up to {MAX_BYTES / 2**20:.0f} MiB and {MAX_ROWS:,} rows"
        )
    return ""


def _numbered(column: int) -> str:
    return f"column {column + 1}"


def _delimiter(start: bytes) -> str:
    """The separator of the first line that isn't blank."""
    lines = (line for line in start.splitlines() if line.strip(b" \xef\xbb\xbf"))
    line = re.sub(rb'"[^"]*"', b"", next(lines, b""))
    return "\t" if b"\t" in line else ";" if b";" in line else ","


def _has_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    return any(
        parse_number(cell) is None
        and cell.lower() not in MISSING
        and _is_numeric([row[column] for row in below])
        for column, cell in enumerate(first)
    )


def _is_numeric(cells: Sequence[str]) -> bool:
    there = [cell for cell in cells if cell.lower() not in MISSING]
    return sum(parse_number(cell) is not None for cell in there) * 2 > len(there)
