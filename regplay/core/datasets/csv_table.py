"""A person's own table: which of its columns are used, what they come to, and what is wrong.

`csv_reader` says what is a row and what a header. Decimals have a point.

In doubt the target decides the task: it is a class if it is text, or if its values are exactly the
whole numbers 0, 1, … k − 1 for 2 ≤ k ≤ 10; it is a number otherwise. All inputs must be numbers.
"""

import contextlib
import csv
import io
from array import array
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from regplay.core.arrays import Floats, Labels
from regplay.core.datasets import tables
from regplay.core.datasets.csv_reader import (
    MISSING,
    Problem,
    ReadingStoppedError,
    Source,
    TableReader,
    open_table,
)
from regplay.core.datasets.dataset import (
    LARGEST,
    Dataset,
    DatasetError,
    DatasetSpec,
    parse_number,
    short,
    shown,
    why_no_number,
)
from regplay.core.datasets.tables import Table
from regplay.core.experiment import DataSettings

VALID_SHARE = 0.3
MAX_CLASSES = 50
MAX_NUMBERED_CLASSES = 10
_ONLY_TARGET = "only the target may be text"
_STEP = 5_000  # cells after which whoever reads may turn to something else
MOST = 100  # problems; who has more has seen what is wrong
_MOST_KEPT = 2  # tables
_SHOWN = 8  # names in a message
_LONGEST_INDEX = 15  # digits of a row's number; Python itself reads no more than 4,300
_INDEX = frozenset({"id", "index", "row", "no", "nr", "#", "unnamed: 0"})


# the choice of columns


@dataclass(frozen=True)
class Choice:
    """What to make of a table: the `target`, `inputs` and `task` of `DataSettings`.

    A column is called by its name or, where that is not its alone, by its place: `column 3`.
    """

    target: str = ""  # empty: the last column
    inputs: str = ""  # separated by commas, in quotes where they hold one; empty: all others
    task: Literal["auto", "regression", "classification"] = "auto"


def names_of(names: Sequence[str]) -> list[str]:
    """By what a choice can call each of the columns."""
    return [
        f"column {place}" if names.count(name) > 1 else name
        for place, name in enumerate(names, start=1)
    ]


def written(names: Sequence[str]) -> str:
    """Names of columns as the text of `Choice.inputs`."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue().replace(",", ", ") if "," not in "".join(names) else text.getvalue()


def likely(sheet: TableReader) -> Choice:
    """What most people would choose: the last column from all others that are numbers.

    Neither is what only numbers the rows, or the column `split` of a dataset that was saved.
    """
    called = names_of(sheet.names)
    columns = [column for column in range(len(called)) if _says_something(sheet, column)]
    target = columns.pop() if columns else len(called) - 1
    inputs = [called[column] for column in columns if not sheet.is_text(column)]
    everything = not inputs or len(inputs) == len(called) - 1
    return Choice(called[target], "" if everything else written(inputs))


def columns_of(sheet: TableReader, choice: Choice) -> tuple[list[int], int]:
    """The indices of the inputs and of the target, from 0.

    Raises
    ------
    ReadingStoppedError
        After reporting it: if there is no such column, or one has two parts to play.
    """
    target = len(sheet.names) - 1
    if choice.target.strip():
        target = _column(sheet, choice.target.strip(), "data.target")
    if not choice.inputs.strip():
        return [column for column in range(len(sheet.names)) if column != target], target
    named = next(csv.reader([choice.inputs], skipinitialspace=True))
    names = [" ".join(name.split()) for name in named if name.strip()]
    inputs = [_column(sheet, name, "data.inputs") for name in names]
    if not inputs:
        raise sheet.stop("data.inputs names no column")
    for column in inputs:
        if column == target:
            raise sheet.stop("data.inputs names the target", column=column)
        if inputs.count(column) > 1:
            raise sheet.stop("data.inputs names it twice", column=column)
    return inputs, target


def _says_something(sheet: TableReader, column: int) -> bool:
    name = sheet.names[column].lower()
    cells = [cells[column] for _, cells in sheet.sample]
    if name == "split":
        return not set(cells) <= {"train", "valid"}
    if column == 0 and len(sheet.names) > 2 and (name in _INDEX or _is_unnamed(sheet, column)):
        is_number = cells[0].isdecimal() and len(cells[0]) <= _LONGEST_INDEX
        first = int(cells[0]) if is_number else 0
        return cells != [str(first + i) for i in range(len(cells))]
    return True


def _is_unnamed(sheet: TableReader, column: int) -> bool:
    return sheet.has_header and sheet.names[column] == f"column {column + 1}"


def _column(sheet: TableReader, name: str, field: str) -> int:
    count = sheet.names.count(name)
    if count == 1:
        return sheet.names.index(name)
    called = names_of(sheet.names)
    places = [f"column {place}" for place in range(1, len(called) + 1)]
    if not count and name in places:
        return places.index(name)
    shown = ", ".join(map(short, called[:_SHOWN])) + (", …" if len(called) > _SHOWN else "")
    problem = "is the name of several columns" if count else "is no column of it"
    header = "" if sheet.has_header else " (it has no header)"
    raise sheet.stop(f"{field} = {name} {problem}; the columns are {shown}{header}")


# from cells to numbers


def _tables(
    sheet: TableReader, choice: Choice, name: str, skips: Collection[int] = ()
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


def _number(
    sheet: TableReader, cell: str, row: int, column: int, remark: str = _ONLY_TARGET
) -> float:
    value = parse_number(cell)
    if value is not None and abs(value) <= LARGEST:
        return value
    if cell.lower() in MISSING:
        sheet.report("a value is missing; fill it in or remove the row", row, column)
    else:
        sheet.report(why_no_number(cell, remark), row, column)
    return 0.0


class _Targets:
    """What the cells of the target come to: numbers or classes."""

    def __init__(self, sheet: TableReader, column: int, task: str) -> None:
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


# the reading


class Check:
    """One reading of a table, in steps, that goes on behind what is wrong.

    Attributes
    ----------
    sheet
        Its names and first rows; None as long as nothing is read, or where nothing can be.
    inputs, target
        The columns chosen, once they are known; empty and None before.
    problems
        In the order of the reading, at most `most`.
    table
        What there is to learn from; None until the end, and where there are problems.
    """

    def __init__(self, source: Source, choice: Choice, most: int = MOST) -> None:
        self._source = source
        self._choice = choice
        self._most = most
        self.sheet: TableReader | None = None
        self.inputs: list[int] = []
        self.target: int | None = None
        self.problems: list[Problem] = []
        self.table: Table | None = None

    @property
    def has_more(self) -> bool:
        """Whether reading stopped because there were so many problems."""
        return len(self.problems) >= self._most

    def steps(self) -> Generator[int, None, None]:
        """Read it, yielding the number of rows so far; most steps take a few milliseconds."""
        try:
            yield from self._steps()
        except ReadingStoppedError:
            self.table = None

    def _steps(self) -> Generator[int, None, None]:
        key = _key(self._source, self._choice)
        self.sheet = sheet = open_table(self._source, self._note)
        self.inputs, self.target = columns_of(sheet, self._choice)
        texts: list[int] = []
        if self._most > 1:  # told once, not once for each of its rows
            texts = [column for column in self.inputs if sheet.is_text(column)]
        for column in texts:
            sheet.report("this column holds text; only the target may be text", column=column)
        yield 0
        table = yield from _tables(sheet, self._choice, "the table", texts)
        if not self.problems:
            self.table = table
            _keep(key, table)

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)
        if self.has_more:
            raise ReadingStoppedError(f"there are {self._most} problems")


def read_table(file: str, choice: Choice) -> Table:
    """The table in `file`, of which the columns of `choice` are used.

    A file that a `Check` has read, or that was read before, is not read again unless it changed.

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
    except RuntimeError as error:
        raise DatasetError(f"{file}: can't be read: {error}") from None
    table = _kept.get(_key(path, choice))
    if table is None:
        check = Check(path, choice, most=1)
        for _ in check.steps():
            pass
        table = check.table
        if table is None:
            problem = check.problems[0]
            place = f", {problem.place}" if problem.place else ""
            raise DatasetError(f"{file}{place}: {problem.message}")
    return replace(table, name=file)


# The tables read last, by their files as they were then.
_Key = tuple[Path, Choice, int, int] | None
_kept: dict[_Key, Table] = {}


def _key(source: Source, choice: Choice) -> _Key:
    """What a table that is kept is found by; None for a text, and where there is no file."""
    if isinstance(source, str):
        return None
    with contextlib.suppress(OSError):
        stat = source.stat()
        return source, choice, stat.st_mtime_ns, stat.st_size
    return None


def _keep(key: _Key, table: Table) -> None:
    if key is None:
        return
    for old in [*_kept][: 1 - _MOST_KEPT]:
        _kept.pop(old, None)
    _kept[key] = table


# the dataset


def _csv(settings: DataSettings) -> Dataset:
    """The rows of `settings.file`; classes where its target is so.

    `n_valid = 0` validates on 30 % of the rows, `n_train = 0` trains on all others. Inputs and
    numeric targets are standardised by the training rows unless `standardize` is off.
    """
    choice = Choice(settings.target.strip(), settings.inputs.strip(), settings.task)
    table = read_table(settings.file, choice)
    n = len(table.x)
    n_valid = settings.n_valid or max(1, round(VALID_SHARE * n))
    return tables.dataset(
        table,
        settings,
        settings.n_train or n - n_valid,
        n_valid,
        standardizes=settings.standardize,
    )


_DEFAULTS = {
    "n_train": 0,
    "n_valid": 0,
    "file": "",
    "target": "",
    "inputs": "",
    "task": "auto",
    "standardize": True,
    "edits": "",
}

SPECS = (
    DatasetSpec(
        "csv",
        "CSV file",
        "Your own table: numbers in columns and the target in the last one or the one you name; "
        "a target of text, or of whole numbers 0, 1, 2 …, is a class.",
        "regression",  # the file decides; its dataset says which
        _csv,
        _DEFAULTS,
    ),
)
