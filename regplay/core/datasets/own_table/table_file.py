"""A person's file as rows of texts: what kind of file it is, its encoding, its separator.

The first bytes decide what a file is, not its name. CSV in any of its styles, as it is or packed by
gzip, is read by pandas (`workbook` reads the sheets of Excel), each cell as it stands. All rows are
kept, blank ones too, so that a row has the number that a spreadsheet shows, from 1. Only a line
`sep=;` at the top does not count, which no spreadsheet shows.
"""

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, AnyStr

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regplay.core.datasets.own_table.cells import is_number
from regplay.core.datasets.own_table.file_kind import kind_of
from regplay.core.datasets.own_table.table_format import BLANKS, SEPARATORS, encoding_name
from regplay.core.datasets.own_table.table_rows import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    MOST_CELLS,
    STEP_CELLS,
    WHAT_IS_READ,
    Problem,
    ReadingStoppedError,
    Rows,
    Source,
    refuse_long,
)
from regplay.core.datasets.own_table.text_encoding import Guess, decode, encodings_of
from regplay.core.datasets.own_table.workbook import check_workbook, workbook_rows

_STEP = 20_000  # rows after which whoever reads may turn to something else, too
_BLOCK = 100  # columns that are put together at once
_START = 65_536  # bytes that are the beginning
_SAMPLED = 1 << 18  # characters that decide about the separator
_LONGEST_ROW = 2_000_000  # characters
_PIECE = 1 << 20  # characters whose rows are counted at once
_MOST_LINES = 20 * MAX_ROWS  # with blank ones
_SAVED = f"{WHAT_IS_READ}; save what is in it as one of these"


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
        return (yield from workbook_rows(raw, chosen, may_be_long))
    text, encoding = _decoded(raw, chosen.get("encoding", ""))
    yield 0  # of a long text, each of the steps before the first row takes tenths of a second
    return (yield from _text_rows(text, encoding, chosen, may_be_long))


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
            check_workbook(raw)
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
        raise ReadingStoppedError(f"this is {kind}; {WHAT_IS_READ if ':' in kind else _SAVED}")
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
    yield 0
    width = max(widths)
    has_blanks = re.search(r"[^\S\n]", text if separator != "\t" else text.replace("\t", ""))
    yield 0
    # [columns, rows] each: pandas has an object for each column of each part, up to 150,000, at
    # which whoever collects garbage would look for a second.
    parts: list[NDArray[Any]] = []
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
            chunksize=min(_STEP, max(1, STEP_CELLS // width)),
        ):
            parts.append((part.map(str.strip) if has_blanks else part).to_numpy().T)
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
    blocks = []
    for first in range(0, width, _BLOCK):
        block = np.concatenate([part[first : first + _BLOCK] for part in parts], axis=1)
        blocks.append(pd.DataFrame(block.T, dtype=object, copy=False))
        yield read
    cells = pd.concat(blocks, axis=1, ignore_index=True)
    yield read
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
            refuse_long(widths, may_be_long)
        is_long = len(widths) > _MOST_LINES and not may_be_long
        if is_long or width > 20 * MAX_COLUMNS or width * len(widths) > MOST_CELLS:
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
