"""Reading a person's CSV file, and saying in one line where it is wrong.

The separator is the tab if the first line has one outside quotes, else the semicolon if it has one,
else the comma. Decimals have a point. Blank lines are skipped but counted, so that a row has the
number that a spreadsheet shows, from 1, the header included.

The first row is a header if it has text in a column that is numeric below, that is, in most of the
next twenty rows. Without a header the columns are named `column 1`, `column 2`, and so on.

The target decides the task. It is a class if it is text, or if its values are exactly the whole
numbers 0, 1, … k − 1 for 2 ≤ k ≤ 10; it is a number otherwise. All inputs must be numbers.
"""

import csv
import itertools
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from regplay.core.datasets.dataset import DatasetError, Floats
from regplay.core.datasets.rows import Table
from regplay.core.datasets.sampling import Labels

MAX_ROWS = 100_000
MAX_INPUTS = 1_000
MAX_BYTES = 64 * 2**20
MAX_CLASSES = 50
MAX_NUMBERED_CLASSES = 10
_LARGEST = 1e100  # beyond this, squares overflow
_SAMPLE = 20  # rows below the first that say what a column holds
_ONLY_TARGET = "only the target may be text"
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})

Row = tuple[int, list[str]]  # number in the spreadsheet, cells


def read_table(file: str, target: str) -> Table:
    """The table in `file`, where the column `target` (empty: the last one) is to be predicted.

    A file that has not changed is not read again.

    Raises
    ------
    DatasetError
        With the file, and the row and the column where those are known: if it can't be read, if a
        row has more or fewer cells than the first, if a cell is missing, not finite, or text where
        a number should be, if there are less than 2 or more than 100,000 rows, or if the target
        has only one value.
    """
    if not file.strip():
        raise DatasetError(
            "No file is named yet: choose a CSV file to learn from (data.file is empty)"
        )
    try:
        path = Path(file.strip()).expanduser()
        if path.is_dir():
            raise DatasetError(f"{file}: this is a folder; data.file must name a CSV file")
        if not path.is_file():
            raise DatasetError(f"{file}: there is no such file; data.file must name a CSV file")
        stat = path.stat()
        if stat.st_size > MAX_BYTES:
            raise DatasetError(
                f"{file}: {stat.st_size / 2**20:,.0f} MiB is too large; "
                f"a file may have up to {MAX_BYTES / 2**20:.0f} MiB and {MAX_ROWS:,} rows"
            )
        return _read(path, file, target.strip(), stat.st_mtime_ns, stat.st_size)
    except (OSError, RuntimeError) as error:  # expanduser raises the latter
        reason = error.strerror if isinstance(error, OSError) else error
        raise DatasetError(f"{file}: can't be read: {reason}") from None


@lru_cache(maxsize=2)
def _read(path: Path, file: str, target: str, _modified: int, _size: int) -> Table:
    return _Reader(path, file).table(target)


class _Reader:
    """One pass over a file, which stops at the first thing that is wrong."""

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self._names: list[str] = []

    def table(self, target: str) -> Table:
        rows = self._rows()
        sample = list(itertools.islice(rows, _SAMPLE + 1))
        if not sample:
            raise DatasetError(f"{self._file}: the file is empty")
        first, below = sample[0][1], [cells for _, cells in sample[1:]]
        has_header = _has_header(first, below)
        self._names = [
            (" ".join(name.split()) if has_header else "") or f"column {i}"
            for i, name in enumerate(first, start=1)
        ]
        self._check_width(has_header)
        chosen = self._target_column(target, has_header)
        data = itertools.chain(sample[1:] if has_header else sample, rows)
        return self._numbers(data, chosen)

    def _error(self, message: str, row: int = 0, column: int | None = None) -> DatasetError:
        place = f", row {row}" if row else ""
        if column is not None:
            name = self._names[column] if self._names else ""
            place += f", column {column + 1}"
            place += "" if name in ("", f"column {column + 1}") else f" ({_short(name)})"
        return DatasetError(f"{self._file}{place}: {message}")

    def _rows(self) -> Iterator[Row]:
        """Rows that aren't blank, each as wide as the first, at most `MAX_ROWS` and a header."""
        with self._path.open("rb") as raw:
            start = raw.read(65_536)
        if b"\0" in start:
            raise self._error("this is not a text file; save the table as CSV (UTF-8) first")
        with self._path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            reader = csv.reader(
                stream, delimiter=_delimiter(start), skipinitialspace=True, strict=True
            )
            number = width = 0
            found = 0
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise self._error(f"can't be read as CSV: {error}", number) from None
                if not cells or cells == [""]:
                    continue
                width = width or len(cells)
                if len(cells) != width:
                    raise self._error(
                        f"this row has {len(cells)} cells, the first one has {width}", number
                    )
                found += 1
                if found > MAX_ROWS + 1:  # one of them may be a header
                    raise self._too_long(number)
                yield number, [cell.strip() for cell in cells]

    def _too_long(self, row: int) -> DatasetError:
        return self._error(f"there are more than {MAX_ROWS:,} rows; save a part of them", row)

    def _check_width(self, has_header: bool) -> None:
        width = len(self._names)
        if width < 2:
            raise self._error(
                "there is only one column; at least one input and the target are needed, "
                "parted by commas, semicolons or tabs"
            )
        if width - 1 > MAX_INPUTS:
            raise self._error(f"there are {width - 1:,} inputs; at most {MAX_INPUTS:,} are allowed")
        if has_header:
            for column, name in enumerate(self._names):
                self._check_text(name, 1, column)

    def _target_column(self, target: str, has_header: bool) -> int:
        if not target:
            return len(self._names) - 1
        count = self._names.count(target)
        if count == 1:
            return self._names.index(target)
        names = ", ".join(map(_short, self._names[:8])) + (", …" if len(self._names) > 8 else "")
        problem = "is the name of several columns" if count else "is no column of it"
        header = "" if has_header else " (it has no header)"
        raise self._error(f"data.target = {target} {problem}; the columns are {names}{header}")

    def _check_text(self, text: str, row: int, column: int) -> None:
        if "\ufffd" in text:
            raise self._error("this is not UTF-8 text; save the file as CSV UTF-8", row, column)

    def _number(self, cell: str, row: int, column: int, remark: str = _ONLY_TARGET) -> float:
        if cell.lower() in _MISSING:
            raise self._error("a value is missing; fill it in or remove the row", row, column)
        value = _parse(cell)
        if value is None:
            if re.fullmatch(r"[+-]?\d+,\d+", cell):
                remark = "write decimals with a point"
            raise self._error(f"{_shown(cell)} is not a number; {remark}", row, column)
        if not abs(value) <= _LARGEST:
            problem = "too large" if math.isfinite(value) else "not finite"
            raise self._error(f"{_shown(cell)} is {problem}", row, column)
        return value

    def _numbers(self, rows: Iterator[Row], target: int) -> Table:
        values = array("d")
        targets: list[str] = []
        numbers: list[int] = []
        inputs = [column for column in range(len(self._names)) if column != target]
        for number, cells in rows:
            values.extend(self._number(cells[column], number, column) for column in inputs)
            if cells[target].lower() in _MISSING:
                raise self._error("the target is missing; remove the row", number, target)
            targets.append(cells[target])
            numbers.append(number)
            if len(targets) > MAX_ROWS:
                raise self._too_long(number)
        if len(targets) < 2:
            counted = "only one row" if targets else "no row"
            raise self._error(
                f"there is {counted} of values; one to learn from and one to validate are needed",
                numbers[-1] if numbers else 0,
            )
        x = np.array(values).reshape(len(targets), len(inputs))
        y, class_names = self._targets(targets, numbers, target)
        x.flags.writeable = y.flags.writeable = False  # the cache hands them out again
        names = tuple(self._names[column] for column in inputs)
        return Table(self._file, x, y, names, self._names[target], class_names)

    def _targets(
        self, cells: Sequence[str], rows: Sequence[int], target: int
    ) -> tuple[Floats | Labels, tuple[str, ...]]:
        """Targets [n], and the names of the classes if they are classes."""
        is_text = sum(_parse(cell) is None for cell in cells) * 2 > len(cells)
        distinct = sorted(set(cells))
        if not is_text:
            remark = "most of this column are numbers"
            numbers = zip(cells, rows, strict=True)
            y = np.array([self._number(cell, row, target, remark) for cell, row in numbers])
            values = np.unique(y)
            if len(values) == 1:
                self._refuse_one_value(distinct[0], target)
            k = len(values)
            if k <= MAX_NUMBERED_CLASSES and np.array_equal(values, np.arange(k)):
                return y.astype(np.int64), tuple(str(i) for i in range(k))
            return y, ()
        for cell, row in zip(cells, rows, strict=True):
            self._check_text(cell, row, target)
        if len(distinct) == 1:
            self._refuse_one_value(distinct[0], target)
        if len(distinct) > MAX_CLASSES:
            raise self._error(
                f"there are {len(distinct):,} different texts; at most {MAX_CLASSES} classes are "
                "allowed",
                column=target,
            )
        index = {name: i for i, name in enumerate(distinct)}
        return np.array([index[cell] for cell in cells], dtype=np.int64), tuple(distinct)

    def _refuse_one_value(self, value: str, target: int) -> None:
        raise self._error(
            f"the target is {_shown(value)} in every row; there is nothing to tell apart",
            column=target,
        )


def _delimiter(start: bytes) -> str:
    """The separator of the first line that isn't blank."""
    lines = (line for line in start.splitlines() if line.strip(b" \xef\xbb\xbf"))
    line = re.sub(rb'"[^"]*"', b"", next(lines, b""))
    return "\t" if b"\t" in line else ";" if b";" in line else ","


def _has_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    def numeric(column: int) -> bool:
        cells = [row[column] for row in below if row[column].lower() not in _MISSING]
        return bool(cells) and sum(_parse(cell) is not None for cell in cells) * 2 > len(cells)

    return any(
        _parse(cell) is None and cell.lower() not in _MISSING and numeric(column)
        for column, cell in enumerate(first)
    )


def _parse(cell: str) -> float | None:
    """The number that a cell holds; None for text. Python's own 1_000 counts as text."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _shown(cell: str) -> str:
    return repr(_short(cell))
