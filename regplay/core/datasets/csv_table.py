"""Reading a person's CSV file, and saying in one line where it is wrong.

`csv_rows` says what is a row and what a header. Decimals have a point.

In doubt the target decides the task: it is a class if it is text, or if its values are exactly the
whole numbers 0, 1, … k − 1 for 2 ≤ k ≤ 10; it is a number otherwise. All inputs must be numbers.
"""

from array import array
from collections.abc import Collection, Generator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from regplay.core.datasets.csv_columns import Choice, columns_of
from regplay.core.datasets.csv_rows import MAX_ROWS, MISSING, Problem, ReadingStoppedError, Sheet
from regplay.core.datasets.dataset import DatasetError, Floats
from regplay.core.datasets.numbers import LARGEST, parse_number, problem_of, shown
from regplay.core.datasets.rows import Table
from regplay.core.datasets.sampling import Labels

MAX_BYTES = 64 * 2**20
MAX_CLASSES = 50
MAX_NUMBERED_CLASSES = 10
_ONLY_TARGET = "only the target may be text"
_STEP = 5_000  # cells after which whoever reads may turn to something else


def read_table(file: str, choice: Choice) -> Table:
    """The table in `file`, of which the columns of `choice` are used.

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
        check_file(path, file)
        stat = path.stat()
        return _read(path, file, choice, stat.st_mtime_ns, stat.st_size)
    except (OSError, RuntimeError) as error:  # expanduser raises the latter
        reason = error.strerror if isinstance(error, OSError) else error
        raise DatasetError(f"{file}: can't be read: {reason}") from None


def check_file(path: Path, file: str) -> None:
    """Refuse what can't be a table before it is read.

    Raises
    ------
    DatasetError
        If there is no such file, or it is a folder or too large.
    """
    if path.is_dir():
        raise DatasetError(f"{file}: this is a folder; data.file must name a CSV file")
    if not path.is_file():
        raise DatasetError(f"{file}: there is no such file; data.file must name a CSV file")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DatasetError(
            f"{file}: {size / 2**20:,.0f} MiB is too large; "
            f"a file may have up to {MAX_BYTES / 2**20:.0f} MiB and {MAX_ROWS:,} rows"
        )


@lru_cache(maxsize=2)
def _read(path: Path, file: str, choice: Choice, _modified: int, _size: int) -> Table:
    def refuse(problem: Problem) -> None:
        place = f", {problem.place}" if problem.place else ""
        raise DatasetError(f"{file}{place}: {problem.message}")

    steps = tables(Sheet(path, refuse), choice, file)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            table: Table = end.value
            return table


def tables(
    sheet: Sheet, choice: Choice, name: str, skips: Collection[int] = ()
) -> Generator[int, None, Table]:
    """Read a sheet to its end; yields the number of rows so far, and returns the table.

    What is wrong is reported to the sheet. If that goes on nevertheless, the table holds whatever
    can stand for the wrong values, and is not to be used.

    Parameters
    ----------
    name
        What the table is called.
    skips
        Inputs whose values are not looked at.

    Raises
    ------
    ReadingStoppedError
        After reporting it: if nothing more can be read.
    """
    inputs, target = columns_of(sheet, choice)
    looked_at = [column for column in inputs if column not in skips]
    values = array("d")
    targets: list[str] = []
    numbers: list[int] = []
    every = max(1, _STEP // len(sheet.names))
    for count, (number, cells) in enumerate(sheet.rows(), start=1):
        values.extend(_number(sheet, cells[column], number, column) for column in looked_at)
        if cells[target].lower() in MISSING:
            sheet.report("the target is missing; remove the row", number, target)
        else:
            targets.append(cells[target])
            numbers.append(number)
        if count % every == 0:
            yield count
    if len(targets) < 2:
        counted = "only one row" if targets else "no row"
        raise sheet.stop(
            f"there is {counted} of values; one to learn from and one to validate are needed",
            numbers[-1] if numbers else 0,
        )
    y, class_names = _Targets(sheet, target, choice.task).read(targets, numbers)
    x = np.array(values).reshape(-1, len(looked_at)) if looked_at else np.empty((len(targets), 0))
    x.flags.writeable = y.flags.writeable = False  # a cache may hand them out again
    names = tuple(sheet.names[column] for column in looked_at)
    return Table(name, x, y, names, sheet.names[target], class_names)


def _number(sheet: Sheet, cell: str, row: int, column: int, remark: str = _ONLY_TARGET) -> float:
    value = parse_number(cell)
    if value is not None and abs(value) <= LARGEST:
        return value
    if cell.lower() in MISSING:
        sheet.report("a value is missing; fill it in or remove the row", row, column)
    else:
        sheet.report(problem_of(cell, remark), row, column)
    return 0.0


class _Targets:
    """What the cells of the target come to: numbers or classes."""

    def __init__(self, sheet: Sheet, column: int, task: str) -> None:
        self._sheet = sheet
        self._column = column
        self._task = task

    def read(
        self, cells: Sequence[str], rows: Sequence[int]
    ) -> tuple[Floats | Labels, tuple[str, ...]]:
        """Targets [n], and the names of the classes if they are classes."""
        numeric = sum(parse_number(cell) is not None for cell in cells)
        if self._task == "classification":
            is_text = numeric < len(cells)
        else:
            is_text = numeric * 2 < len(cells) and self._task == "auto"
        if is_text:
            return self._texts(cells, rows)
        remark = (
            "most of this column are numbers"
            if self._task == "auto"
            else "a number is to be predicted (data.task = regression)"
        )
        before = self._sheet.reported
        y = np.array(
            [
                _number(self._sheet, cell, row, self._column, remark)
                for cell, row in zip(cells, rows, strict=True)
            ]
        )
        if self._sheet.reported > before:
            raise ReadingStoppedError("what stands for the wrong numbers says nothing")
        values = np.unique(y)
        k = len(values)
        if k == 1:
            self._refuse_one_value(min(cells))
        if self._task == "classification":
            self._refuse_many(k, "numbers")
            names = tuple(repr(float(value)).removesuffix(".0") for value in values)
            return np.searchsorted(values, y).astype(np.int64), names
        is_counted = k <= MAX_NUMBERED_CLASSES and np.array_equal(values, np.arange(k))
        if is_counted and self._task == "auto":
            return y.astype(np.int64), tuple(str(i) for i in range(k))
        return y, ()

    def _texts(self, cells: Sequence[str], rows: Sequence[int]) -> tuple[Labels, tuple[str, ...]]:
        for cell, row in zip(cells, rows, strict=True):
            self._sheet.check_text(cell, row, self._column)
        names = sorted(set(cells))
        if len(names) == 1:
            self._refuse_one_value(names[0])
        self._refuse_many(len(names), "texts")
        index = {name: i for i, name in enumerate(names)}
        return np.array([index[cell] for cell in cells], dtype=np.int64), tuple(names)

    def _refuse_one_value(self, value: str) -> None:
        raise self._sheet.stop(
            f"the target is {shown(value)} in every row; there is nothing to tell apart",
            column=self._column,
        )

    def _refuse_many(self, count: int, noun: str) -> None:
        if count > MAX_CLASSES:
            raise self._sheet.stop(
                f"there are {count:,} different {noun}; at most {MAX_CLASSES} classes are allowed",
                column=self._column,
            )
