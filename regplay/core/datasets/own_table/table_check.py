"""From a person's table to what is learned: which columns, as what, and what is wrong with it.

In doubt the target decides the task: it is a class if it is text, or if its values are exactly the
whole numbers 0, 1, … k − 1 for 2 ≤ k ≤ 10; it is a number otherwise. Where that can be doubted, it
is said.
"""

import contextlib
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from regplay.core.arrays import Flags, Floats, Labels
from regplay.core.datasets.dataset import Dataset, DatasetError
from regplay.core.datasets.own_table.sheet import Sheet, chosen_columns, names_of, sheet_of
from regplay.core.datasets.own_table.table_columns import (
    MAX_CATEGORIES,
    USED,
    Column,
    body_of,
    categories_of,
    counts_rows,
    dates_of,
    in_quotes,
    numbers_of,
    unit_of,
    yes_no_of,
)
from regplay.core.datasets.own_table.table_file import (
    Problem,
    ReadingStoppedError,
    Rows,
    Source,
    numbered,
    read_beginning,
    read_rows,
)
from regplay.core.datasets.own_table.table_format import BLANKS, read_format, write_pairs
from regplay.core.datasets.tables import Table
from regplay.core.experiment import DataSettings
from regplay.core.number_text import counted

MAX_NUMBERED_CLASSES = 10
MOST = 100  # problems; who has more has seen what is wrong
_MOST_KEPT = 2  # tables
_MOST_CELLS = 2_000_000  # of rows that are kept as they were read
_MOST_TYPOS = 0.1  # share of the values of a column of numbers
_FEW = 3  # rows that a class should have
_TOTALS = frozenset(  # what the last row of a spreadsheet is often called
    (
        *("total", "totals", "grand total", "sum", "average", "mean"),
        *("summe", "gesamt", "gesamtsumme", "insgesamt", "mittelwert", "durchschnitt"),
        *("somme", "moyenne", "totaux"),
    )
)


# the choice of columns


class Check:
    """One reading of a table, in steps, that goes on behind what is wrong.

    Parameters
    ----------
    settings
        Of `DataSettings`, what says how to read a file; its name is not asked for.

    Attributes
    ----------
    sheet
        Its format and columns; None as long as nothing is read, or where nothing can be.
    inputs, target
        The columns chosen, once they are known; empty and None before.
    problems
        In the order of the reading, at most `most`.
    remarks
        What was done or left out, and what is odd.
    gaps
        How many rows have no value in one of these columns.
    table
        What there is to learn from; None until the end, and where there are problems.
    """

    def __init__(self, source: Source, settings: DataSettings, most: int = MOST) -> None:
        self._source = source
        self._settings = settings
        self._most = most
        self.sheet: Sheet | None = None
        self.inputs: list[int] = []
        self.target: int | None = None
        self.problems: list[Problem] = []
        self.remarks: list[Problem] = []
        self.table: Table | None = None
        self.gaps = 0
        self._rows: Rows | None = None

    @property
    def has_more(self) -> bool:
        """Whether there are more problems than are told."""
        return len(self.problems) >= self._most

    def steps(self) -> Generator[int, None, None]:
        """Read it, yielding the number of rows so far; most steps take a few milliseconds."""
        try:
            yield from self._steps()
        except ReadingStoppedError as error:
            self.problems.append(error.problem)
        except DatasetError as error:
            self.problems.append(Problem(str(error)))
        del self.problems[self._most :]
        if self.problems:
            self.table = None

    def _steps(self) -> Generator[int, None, None]:
        settings = self._settings
        rows = yield from _kept_rows(self._source, settings)
        self.sheet = sheet = sheet_of(rows, settings)
        self.problems += sheet.body.problems
        if len(sheet.body.cells) < 2:
            self._refuse_few(len(sheet.body.cells), [], len(sheet.body.cells))
        if not any(column.filled for column in sheet.columns):
            raise ReadingStoppedError("there is no value in any of its columns")
        self.inputs, self.target = chosen_columns(sheet, settings)
        yield len(sheet.body.cells)
        if not self.inputs:
            raise ReadingStoppedError(
                "no column is left to predict from: "
                + "; ".join(
                    f"{c.name}: {c.reason}" for c in sheet.columns if c.index != self.target
                )
            )
        y, class_names = self._targets(sheet.column(self.target))
        parts: list[_InputColumns] = []
        for index in self.inputs:
            parts.append(self._part(sheet.column(index)))
            yield len(sheet.body.cells)
        if self.problems:
            self.problems.sort(key=lambda problem: problem.row)
            return
        self._check_categories(parts)
        self.table = self._table(parts, y, class_names)
        self._rows = rows

    @property
    def is_plain(self) -> bool:
        """Whether Python's csv reads the same from the file.

        All inputs are numbers with decimal points and nothing else, the target is so too or a
        text, and no row is left out.
        """
        if self.table is None or self.sheet is None or self.target is None or self._rows is None:
            return False
        rows, found, target = self._rows, self.sheet.format, self.sheet.column(self.target)
        return (
            found.separator not in ("", BLANKS)
            and not rows.has_separator_line
            and found.above == 0
            and found.encoding in ("", "utf-8", "windows-1252")
            and rows.cells.shape[1] == len(self.sheet.names)
            and int(np.count_nonzero(rows.widths)) == len(self.table.y) + found.header
            and all(_is_plain(self.sheet.column(index)) for index in self.inputs)
            and (target.kind in ("category", "yes/no") or _is_plain(target))
        )

    # the inputs

    def _part(self, column: Column) -> "_InputColumns":
        """One input as columns of numbers."""
        assert self.sheet is not None
        sheet = self.sheet
        numbers = sheet.body.numbers
        problems: list[Problem] = []
        if column.doubt is not None and column.kind in ("number", "date"):
            problems = [column.doubt]
            values = np.zeros((len(numbers), 1))
        elif column.kind == "category":
            codes, names = categories_of(column)
            values = np.eye(len(names))[codes]
            values[codes < 0] = np.nan
            return _InputColumns(column, values, tuple(f"{column.name} = {name}" for name in names))
        elif column.kind == "yes/no":
            values = yes_no_of(column)[:, None]
        elif column.kind == "date":
            days, problems = dates_of(column, sheet.format.dates, numbers)
            values = days[:, None]
        elif column.kind == "text" or column.kind == "empty":
            problems = [self._at(column, f"{column.reason}; leave it out of the inputs")]
            values = np.zeros((len(numbers), 1))
        else:
            read, problems = self._numbers_of(column)
            values = read[:, None]
        self.problems += problems
        return _InputColumns(column, values, (column.name,))

    def _numbers_of(self, column: Column) -> tuple[Floats, list[Problem]]:
        """As `numbers_of`; where a few texts come again and again, they may be categories."""
        assert self.sheet is not None
        found, numbers = self.sheet.format, self.sheet.body.numbers
        thousands = read_format(self._settings.format).get("thousands")
        values, problems = numbers_of(column, found.decimal, thousands, numbers)
        different = int((~column.gaps).sum())
        is_often = len(problems) > _MOST_TYPOS * column.filled and 2 * different <= column.filled
        if is_often and different <= MAX_CATEGORIES:
            name = names_of(self.sheet.names)[column.index]
            said = write_pairs({name: "category"})
            answers = (("These are categories", "data.columns", said),)
            problems[0] = replace(problems[0], answers=answers)
        return values, problems

    def _at(self, column: Column, message: str, row: int = 0) -> Problem:
        return Problem(message, row, column.index, column.name)

    def _check_categories(self, parts: Sequence["_InputColumns"]) -> None:
        together = sum(len(part.names) for part in parts if part.column.kind == "category")
        if together > MAX_CATEGORIES:
            largest = max(parts, key=lambda part: len(part.names)).column
            raise ReadingStoppedError(
                f"the categories among the inputs have {together} different texts together; at "
                f"most {MAX_CATEGORIES} can be told apart: leave out some, such as {largest.name}"
            )

    # the target

    def _targets(self, column: Column) -> tuple[Floats | Labels, tuple[str, ...]]:
        """Targets [n], NaN or −1 where one is missing, and the names of classes if they are so."""
        assert self.sheet is not None
        sheet, task = self.sheet, self._settings.task
        decimal, numbers = sheet.format.decimal, sheet.body.numbers
        before = len(self.problems)
        if column.doubt is not None and column.kind in ("number", "date"):
            self.problems.append(column.doubt)
        if column.kind == "date":
            y, problems = dates_of(column, sheet.format.dates, numbers)
            self.problems += problems
            return y, ()
        is_number = column.kind in ("number", "row number")
        if task == "regression" and not is_number:
            raise ReadingStoppedError(
                "there are no numbers in it to predict (data.task = regression)",
                0,
                column.index,
                column.name,
                answers=(("Predict a class", "data.task", "classification"),),
            )
        all_numbers = is_number and bool((column.numbers(decimal).are_numbers | column.gaps).all())
        if all_numbers or (is_number and task != "classification"):
            y, problems = self._numbers_of(column)
            self.problems += problems
            if len(self.problems) > before:
                return y, ()
            return self._numbers(column, y)
        if column.kind == "text":
            raise ReadingStoppedError(
                f"this target can't be learned: {column.reason}; choose another column as the "
                "target",
                0,
                column.index,
                column.name,
            )
        codes, names = categories_of(column)
        self._refuse_one(column, len(names))
        self._refuse_many(column, len(names), "texts")
        return codes, names

    def _numbers(self, column: Column, y: Floats) -> tuple[Floats | Labels, tuple[str, ...]]:
        """Numbers as such or as classes."""
        assert self.sheet is not None
        task, is_there = self._settings.task, np.isfinite(y)
        values = np.unique(y[is_there])
        k = len(values)
        self._refuse_one(column, k)
        counted_up = 2 <= k <= MAX_NUMBERED_CLASSES and np.array_equal(values, np.arange(k))
        counted_up = counted_up and not unit_of(column, self.sheet.format.decimal)
        if task == "classification" or (counted_up and task == "auto"):
            if not counted_up:
                self._refuse_many(column, k, "numbers")
            if task == "auto":
                self._doubt_task(column, values, "classification")
            names = tuple(repr(float(value)).removesuffix(".0") for value in values)
            codes = np.where(
                is_there, np.searchsorted(values, np.where(is_there, y, values[0])), -1
            )
            return codes.astype(np.int64), names
        is_few = k <= MAX_NUMBERED_CLASSES and bool((values == np.floor(values)).all())
        if task == "auto" and is_few and 2 * k <= int(is_there.sum()):
            self._doubt_task(column, values, "regression")
        return y, ()

    def _doubt_task(self, column: Column, values: Floats, taken: str) -> None:
        """Say what a target of few whole numbers is taken for, and what else it may be."""
        shown = ", ".join(f"{value:g}" for value in values)
        number, classes = "a number", f"{len(values)} classes ({shown})"
        one, other = (classes, number) if taken == "classification" else (number, classes)
        field = "regression" if taken == "classification" else "classification"
        self.remarks.append(
            replace(
                self._at(column, f"it is taken for {one}; it may be {other}"),
                answers=((f"It is {other}", "data.task", field),),
            )
        )

    def _refuse_one(self, column: Column, count: int) -> None:
        if count == 1:
            value = next(text for _, text in column.values())
            raise ReadingStoppedError(
                f"the target is {in_quotes(value)} in every row; there is nothing to tell apart",
                0,
                column.index,
                column.name,
            )

    def _refuse_many(self, column: Column, count: int, noun: str) -> None:
        if count > MAX_CATEGORIES:
            raise ReadingStoppedError(
                f"there are {count:,} different {noun}; at most {MAX_CATEGORIES} classes are "
                "allowed",
                0,
                column.index,
                column.name,
            )

    # the rows

    def _table(
        self, parts: Sequence["_InputColumns"], y: Floats | Labels, class_names: tuple[str, ...]
    ) -> Table:
        assert self.sheet is not None
        assert self.target is not None
        sheet = self.sheet
        target = sheet.column(self.target)
        x = np.column_stack([part.values for part in parts])
        has_target = y >= 0 if class_names else np.isfinite(y)
        is_whole = np.isfinite(x).all(axis=1)
        self.gaps = int((~(has_target & is_whole)).sum())
        fills = self._settings.missing == "fill"
        kept = has_target if fills else has_target & is_whole
        self._tell_missing(parts, target, has_target, kept)
        n = int(kept.sum())
        if n < 2:
            self._refuse_few(n, parts, len(y))
        x, y = x[kept], y[kept]
        groups = tuple(
            place if part.column.kind in ("category", "yes/no") else -1
            for place, part in enumerate(parts)
            for _ in part.names
        )
        names = tuple(name for part in parts for name in part.names)
        is_series = parts[0].column.kind == "date" and all(
            column.kind == "empty" for column in sheet.columns[: parts[0].column.index]
        )
        if is_series and self._settings.split == "auto":
            last = "it is a date, so the last rows validate, not random ones"
            self.remarks.append(self._at(parts[0].column, last))
        self._tell_columns(sheet, parts, target, x, y)
        if kept[-1]:
            self._tell_total(sheet)
        y = y.astype(np.int64) if class_names else y
        x.flags.writeable = y.flags.writeable = False  # a cache may hand them out again
        return Table("the table", x, y, names, target.name, class_names, groups, is_series)

    def _tell_missing(
        self,
        parts: Sequence["_InputColumns"],
        target: Column,
        has_target: Flags,
        kept: Flags,
    ) -> None:
        lost = int((~kept).sum())
        counts = [
            f"{part.column.name}: {gaps}"
            for part in parts
            if (gaps := int(np.isnan(part.values[:, 0]).sum()))
        ]
        gaps = int((~has_target).sum())
        if self._settings.missing == "fill":
            if counts:
                self.remarks.append(
                    Problem(
                        f"missing values are filled ({', '.join(counts)}): numbers with the median "
                        "of the training rows, categories with the most frequent one"
                    )
                )
            counts = []
        if lost:
            counts += [f"{target.name}: {gaps}"] if gaps else []
            verb = "is" if lost == 1 else "are"
            message = f"{counted(lost, 'row')} with a missing value {verb} left out "
            message += f"({', '.join(counts)})"
            if 2 * lost >= len(kept):
                most = max(parts, key=lambda part: int(np.isnan(part.values[:, 0]).sum()))
                has_gaps = bool(np.isnan(most.values[:, 0]).any())
                worst = f"; without the input {most.column.name} more of them stay"
                worst = worst if has_gaps and len(parts) > 1 else ""
                message += f", of {len(kept):,}{worst}"
            self.remarks.append(Problem(message))

    def _refuse_few(self, n: int, parts: Sequence["_InputColumns"], total: int) -> None:
        assert self.sheet is not None
        if n < total:
            worst = max(parts, key=lambda part: int(np.isnan(part.values[:, 0]).sum())).column
            raise ReadingStoppedError(
                f"only {counted(n, 'row')} of {total:,} has no missing value; leave out a column "
                f"with many of them, such as {worst.name}, or fill them in",
                answers=(("Fill them in", "data.missing", "fill"),),
            )
        counted_rows = "only one row" if n else "no row"
        raise ReadingStoppedError(
            f"there is {counted_rows} of values; one to learn from and one to validate are needed",
            self.sheet.row_number(0) if n else 0,
        )

    def _tell_columns(
        self,
        sheet: Sheet,
        parts: Sequence["_InputColumns"],
        target: Column,
        x: Floats,
        y: Floats | Labels,
    ) -> None:
        """Say what is left out and why, and what is odd about what is used."""
        used = {part.column.index for part in parts}
        if sheet.sheets:
            for column in sheet.columns:
                if column.kind == "empty" and column.name != numbered(column.index):
                    self.remarks.append(
                        self._at(
                            column,
                            "there is nothing in it; if it holds formulas, open the workbook in "
                            "Excel or LibreOffice, save it there, and open it here again",
                        )
                    )
        if not self._settings.inputs.strip():
            for column in sheet.columns:
                if column.index in used or column.index == target.index or column.kind == "empty":
                    continue
                reason = column.reason
                if column.kind in USED:
                    reason = f"{reason}; at most {MAX_CATEGORIES} categories have room"
                self.remarks.append(self._at(column, f"it is left out: {reason}"))
        start, seen = 0, dict[bytes, str]()
        for part in parts:
            column, width = part.column, len(part.names)
            values = x[:, start : start + width]
            start += width
            there = values[np.isfinite(values[:, 0])]
            if len(there) and (there == there[0]).all():
                self.remarks.append(self._at(column, "it has the same value in every row"))
                continue
            if np.array_equal(values[:, 0], y) and width == 1:
                self.remarks.append(self._at(column, f"it repeats the target, {target.name}"))
            twin = seen.setdefault(values.tobytes(), column.name)
            if twin != column.name:
                self.remarks.append(self._at(column, f"it repeats another input, {twin}"))
            if column.kind == "number" and any(map(_is_padded, column.texts)):
                self.remarks.append(
                    self._at(
                        column,
                        "some of its numbers begin with 0, as postal codes do; if they are codes, "
                        "say that it is a category, or leave it out of the inputs",
                    )
                )
            if column.kind == "number" and len(parts) > 1 and counts_rows(column):
                self.remarks.append(
                    self._at(
                        column,
                        "it counts the rows; if it is but their number, leave it out of the inputs",
                    )
                )
            if column.kind == "date" and start == width and (np.diff(there[:, 0]) < 0).any():
                self.remarks.append(
                    self._at(column, "its dates are not in order; the last rows are not the latest")
                )

    def _tell_total(self, sheet: Sheet) -> None:
        """Say that the last row may be no row of its own, but the sum of those above it."""
        last = len(sheet.body.cells) - 1
        for column in sheet.columns:
            code = column.codes[last]
            text = str(column.texts[code])
            if text.lower().rstrip(":") in _TOTALS and column.counts[code] == 1:
                self.remarks.append(
                    self._at(
                        column,
                        f"{in_quotes(text)}: this row may sum up those above it; if so, delete it "
                        "in the file",
                        sheet.row_number(last),
                    )
                )
                return


@dataclass(frozen=True, eq=False)
class _InputColumns:
    """One input, as numbers [n, names], NaN where it is missing."""

    column: Column
    values: Floats
    names: tuple[str, ...]


def _is_padded(text: object) -> bool:
    """Whether a whole number is written with zeros before it."""
    return isinstance(text, str) and text.isdecimal() and len(text) > 1 and text[0] == "0"


def _is_plain(column: Column) -> bool:
    """Whether Python reads all of its cells as numbers."""
    return column.kind in ("number", "row number") and all(map(_is_float, column.texts))


def _is_float(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return "_" not in str(text)


def remarks_on(dataset: Dataset) -> list[Problem]:
    """What is odd about the split of a person's table."""
    if dataset.task == "regression":
        return []
    k = dataset.n_outputs
    train, valid = (np.bincount(split.y, minlength=k) for split in (dataset.train, dataset.valid))
    remarks = []
    for name, learned, measured in zip(dataset.class_names, train, valid, strict=True):
        if not learned and measured:
            remarks.append(
                Problem(
                    f"the class {name} is only among the rows that validate: it can't be learned; "
                    "another data seed or a stratified split may help"
                )
            )
        elif 0 < learned + measured < _FEW:
            rows = counted(int(learned + measured), "row")
            remarks.append(Problem(f"the class {name} has only {rows}"))
    return remarks


# files


def check_beginning(source: Source) -> None:
    """Look whether a file, or a text, can be a table at all.

    Raises
    ------
    ReadingStoppedError
        If not, as far as its beginning shows it.
    """
    rows = read_beginning(source)
    if rows is not None:
        body_of(rows, {})


def read_table(settings: DataSettings) -> tuple[Table, Check]:
    """The table in `settings.file`, called by the name of the file, and its check.

    A file that a `Check` has read, or that was read before, is not read again unless it changed.

    Raises
    ------
    DatasetError
        With the file, and the row and the column where those are known: if it can't be read, if a
        row has more or fewer cells than the first, if a cell of a column of numbers is none, if two
        readings are possible, if there are less than 2 or more than 100,000 rows, or if the target
        has only one value or nearly every row has its own.
    """
    file = settings.file
    if not file.strip():
        raise DatasetError(
            "No file is named yet: choose a table to learn from (data.file is empty)"
        )
    try:
        path = Path(file.strip()).expanduser()
    except RuntimeError as error:
        raise DatasetError(f"{file}: can't be read: {error}") from None
    key = _key(path, settings)
    check = _checks.get(key) if key is not None else None
    if check is None:
        check = Check(path, settings)
        for _ in check.steps():
            pass
        keep(check)
    if check.table is None:
        problem = check.problems[0]
        place = f", {problem.place}" if problem.place else ""
        raise DatasetError(f"{file}{place}: {problem.message}{how_to_say(problem, settings)}")
    return replace(check.table, name=file), check


def how_to_say(problem: Problem, settings: DataSettings) -> str:
    """The fields that settle a problem, for a terminal: `; say data.task = regression`."""
    ways = []
    for _, path, value in problem.answers:
        if path in ("data.format", "data.columns"):
            said = settings.format if path == "data.format" else settings.columns
            value = f'"{said.strip()}; {value}"' if said.strip() else f'"{value}"'
        ways.append(f"{path} = {value}")
    return f"; say {' or '.join(ways)}" if ways else ""


# Which fields of the settings decide what is read.
_READ = ("target", "inputs", "task", "format", "columns", "missing", "sample", "seed")
_Key = tuple[object, ...]
_checks: dict[_Key, Check] = {}  # of the tables read last, by their files as they were then
_rows: dict[_Key, Rows] = {}


def keep(check: Check) -> None:
    """Have the table of a check at hand for `read_table`."""
    key = _key(check._source, check._settings)
    if key is not None:
        for old in [*_checks][: 1 - _MOST_KEPT]:
            _checks.pop(old, None)
        _checks[key] = check


def _key(source: Source, settings: DataSettings, fields: Collection[str] = _READ) -> _Key | None:
    """What is kept is found by it; None where there is no file."""
    chosen = tuple(getattr(settings, field) for field in fields if field != "seed")
    if "seed" in fields and settings.sample:
        chosen += (settings.seed,)
    if isinstance(source, str):
        return (source, *chosen)
    with contextlib.suppress(OSError):
        stat = source.stat()
        return (source, *chosen, stat.st_mtime_ns, stat.st_size)
    return None


def _kept_rows(source: Source, settings: DataSettings) -> Generator[int, None, Rows]:
    """As `read_rows`; the rows read last are at hand."""
    chosen = read_format(settings.format)
    key = _key(source, settings, ("sample",))
    if key is not None:
        key += tuple(chosen.get(part) for part in ("separator", "encoding", "sheet"))
        kept = _rows.get(key)  # the window and the training thread both read
        if kept is not None:
            return kept
    rows = yield from read_rows(source, chosen, may_be_long=settings.sample > 0)
    _rows.clear()
    if key is not None and rows.cells.size <= _MOST_CELLS:
        _rows[key] = rows
    return rows
