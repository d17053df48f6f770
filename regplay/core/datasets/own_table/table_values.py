"""From the chosen columns of a table to numbers to learn from, and what is odd about them.

In doubt the target decides the task: it is a class if it is text, or if its values are exactly the
whole numbers 0, 1, … k − 1 for 2 ≤ k ≤ 10; it is a number otherwise. Where that can be doubted, it
is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from regplay.core.arrays import Flags, Floats, Labels
from regplay.core.datasets.dataset import Dataset
from regplay.core.datasets.own_table.cells import TOTALS, in_quotes, text_of
from regplay.core.datasets.own_table.column_values import (
    categories_of,
    dates_of,
    numbers_of,
    yes_no_of,
)
from regplay.core.datasets.own_table.raw_table import RawTable, names_of
from regplay.core.datasets.own_table.table_columns import (
    MAX_CATEGORIES,
    USED,
    Column,
    counts_rows,
    unit_of,
)
from regplay.core.datasets.own_table.table_format import read_format, write_format, write_pairs
from regplay.core.datasets.own_table.table_rows import Problem, ReadingStoppedError, numbered
from regplay.core.datasets.points import format_number
from regplay.core.experiment import DataSettings
from regplay.core.number_text import counted

MAX_NUMBERED_CLASSES = 10
_MOST_TYPOS = 0.1  # share of the values of a column of numbers
_FEW = 3  # rows that a class should have
_FEW_ROWS = 5


# the inputs


@dataclass(frozen=True, eq=False)
class InputColumns:
    """One input, as numbers [n, names], NaN where it is missing."""

    column: Column
    values: Floats
    names: tuple[str, ...]

    @property
    def gaps(self) -> int:
        """In how many rows it is missing."""
        return int(np.isnan(self.values[:, 0]).sum())


def input_of(
    raw: RawTable, column: Column, settings: DataSettings
) -> tuple[InputColumns, list[Problem]]:
    """One input as columns of numbers, and what is wrong with it."""
    if column.kind == "category":
        codes, names = categories_of(column)
        indicators = np.eye(len(names))[codes]
        indicators[codes < 0] = np.nan
        titles = tuple(f"{column.name} = {name}" for name in names)
        return InputColumns(column, indicators, titles), []
    values, problems = np.zeros(len(column.rows)), list[Problem]()
    if column.doubt is not None and column.kind in ("number", "date"):
        problems = [column.doubt]
    elif column.kind == "yes/no":
        values, wrong = yes_no_of(column)
        problems = _offer_categories(raw, column, wrong)
    elif column.kind == "date":
        values, problems = dates_of(column, raw.format.dates)
    elif column.kind in ("text", "empty"):
        problems = [column.problem(f"{column.reason}; leave it out of the inputs")]
    else:
        values, problems = _numbers_of(raw, column, settings)
    return InputColumns(column, values[:, None], (column.name,)), problems


def _numbers_of(
    raw: RawTable, column: Column, settings: DataSettings
) -> tuple[Floats, list[Problem]]:
    """As `numbers_of`; where a few texts come again and again, they may be categories."""
    thousands = read_format(settings.format).get("thousands")
    values, problems = numbers_of(column, raw.format, thousands)
    different = int((~column.gaps).sum())
    is_often = len(problems) > _MOST_TYPOS * column.filled and 2 * different <= column.filled
    if is_often and different <= MAX_CATEGORIES:
        problems = _offer_categories(raw, column, problems)
    return values, problems


def _offer_categories(raw: RawTable, column: Column, problems: Sequence[Problem]) -> list[Problem]:
    """Problems with a column, of which the first offers that it is a category."""
    said = write_pairs({names_of(raw.names)[column.index]: "category"})
    answer = ("These are categories", "data.columns", said)
    return [replace(one, answers=(*one.answers, answer)) for one in problems[:1]] + [*problems[1:]]


def refuse_categories(parts: Sequence[InputColumns]) -> None:
    """Refuse more categories among the inputs than can be told apart."""
    together = sum(len(part.names) for part in parts if part.column.kind == "category")
    if together > MAX_CATEGORIES:
        largest = max(parts, key=lambda part: len(part.names)).column
        raise ReadingStoppedError(
            f"the categories among the inputs have {together} different texts together; at "
            f"most {MAX_CATEGORIES} can be told apart: leave out some, such as {largest.name}"
        )


# the target


@dataclass(frozen=True, eq=False)
class Targets:
    """Targets, and the names of classes if they are so."""

    y: Floats | Labels  # [n], NaN or −1 where one is missing
    class_names: tuple[str, ...] = ()
    problems: Sequence[Problem] = ()
    remarks: Sequence[Problem] = ()  # what they are taken for, where that can be doubted

    @property
    def are_there(self) -> Flags:
        """In which rows [n] one is."""
        return self.y >= 0 if self.class_names else np.isfinite(self.y)


def targets_of(raw: RawTable, column: Column, settings: DataSettings) -> Targets:
    """The values of a column as targets.

    Raises
    ------
    ReadingStoppedError
        If it can't be learned.
    """
    problems = []
    if column.doubt is not None and column.kind in ("number", "date"):
        problems.append(column.doubt)
    if column.kind == "date":
        days, wrong = dates_of(column, raw.format.dates)
        return Targets(days, problems=[*problems, *wrong])
    is_number = column.kind in ("number", "row number")
    if settings.task == "regression" and not is_number:
        message = "there are no numbers in it to predict (data.task = regression)"
        answer = "Predict a class", "data.task", "classification"
        raise ReadingStoppedError(column.problem(message, 0, answer))
    if is_number:
        are_numbers = column.numbers(raw.format.decimal).are_numbers
        if settings.task != "classification" or (are_numbers | column.gaps).all():
            y, wrong = _numbers_of(raw, column, settings)
            problems += wrong
            if problems:
                return Targets(y, problems=problems)
            return _numbers_or_classes(column, y, settings.task, raw.format.decimal)
    if column.kind == "text":
        message = f"this target can't be learned: {column.reason}; choose another column as the "
        raise ReadingStoppedError(column.problem(message + "target"))
    codes, names = categories_of(column)
    _refuse_one(column, len(names))
    _refuse_many(column, len(names), "texts")
    return Targets(codes, names, problems)


def _numbers_or_classes(column: Column, y: Floats, task: str, decimal: str) -> Targets:
    is_there = np.isfinite(y)
    values = np.unique(y[is_there])
    k = len(values)
    _refuse_one(column, k)
    counted_up = 2 <= k <= MAX_NUMBERED_CLASSES and np.array_equal(values, np.arange(k))
    counted_up = counted_up and not unit_of(column, decimal)
    if task == "classification" or (counted_up and task == "auto"):
        if not counted_up:
            _refuse_many(column, k, "numbers")
        codes = np.where(is_there, np.searchsorted(values, np.where(is_there, y, values[0])), -1)
        names = tuple(map(format_number, values.tolist()))
        remarks = [_doubt_of(column, values, "classification")] if task == "auto" else []
        return Targets(codes.astype(np.int64), names, remarks=remarks)
    is_few = k <= MAX_NUMBERED_CLASSES and bool((values == np.floor(values)).all())
    is_doubtful = task == "auto" and is_few and 2 * k <= int(is_there.sum())
    return Targets(y, remarks=[_doubt_of(column, values, "regression")] if is_doubtful else [])


def _doubt_of(column: Column, values: Floats, taken: str) -> Problem:
    """What a target of few whole numbers is taken for, and what else it may be."""
    shown = ", ".join(f"{value:g}" for value in values)
    number, classes = "a number", f"{len(values)} classes ({shown})"
    one, other = (classes, number) if taken == "classification" else (number, classes)
    field = "regression" if taken == "classification" else "classification"
    message = f"it is taken for {one}; it may be {other}"
    return column.problem(message, 0, (f"It is {other}", "data.task", field))


def _refuse_one(column: Column, count: int) -> None:
    if count == 1:
        value = in_quotes(next(text for _, text in column.values()))
        message = f"the target is {value} in every row; there is nothing to tell apart"
        raise ReadingStoppedError(column.problem(message))


def _refuse_many(column: Column, count: int, noun: str) -> None:
    if count > MAX_CATEGORIES:
        allowed = f"at most {MAX_CATEGORIES} classes are allowed"
        raise ReadingStoppedError(
            column.problem(f"there are {count:,} different {noun}; {allowed}")
        )


# the rows


def too_few(raw: RawTable, parts: Sequence[InputColumns], n: int) -> ReadingStoppedError:
    """The refusal of a table of which less than two rows can be used."""
    total = len(raw.body.cells)
    if n < total:
        worst = max(parts, key=lambda part: part.gaps).column
        message = (
            f"only {counted(n, 'row')} of {total:,} has no missing value; leave out a column "
            f"with many of them, such as {worst.name}, or fill them in"
        )
        answer = "Fill them in", "data.missing", "fill"
        return ReadingStoppedError(Problem(message, answers=(answer,)))
    rows = "only one row" if n else "no row"
    message = f"there is {rows} of values; one to learn from and one to validate are needed"
    return ReadingStoppedError(Problem(message, raw.row_number(0) if n else 0))


def remarks_on_gaps(
    parts: Sequence[InputColumns], target: Column, has_target: Flags, kept: Flags, *, fills: bool
) -> Iterator[Problem]:
    """What becomes of rows with a missing value, by which of them [n] are kept."""
    counts = [f"{part.column.name}: {part.gaps}" for part in parts if part.gaps]
    if fills and counts:
        yield Problem(
            f"missing values are filled ({', '.join(counts)}): numbers with the median of the "
            "training rows, categories with the most frequent one"
        )
        counts = []
    lost, gaps = int((~kept).sum()), int((~has_target).sum())
    if not lost:
        return
    counts += [f"{target.name}: {gaps}"] if gaps else []
    verb = "is" if lost == 1 else "are"
    message = f"{counted(lost, 'row')} with a missing value {verb} left out ({', '.join(counts)})"
    if 2 * lost >= len(kept):
        message += f", of {len(kept):,}"
        most = max(parts, key=lambda part: part.gaps)
        if most.gaps and len(parts) > 1:
            message += f"; without the input {most.column.name} more of them stay"
    yield Problem(message)


def remarks_on_columns(
    raw: RawTable, parts: Sequence[InputColumns], target: int, settings: DataSettings
) -> Iterator[Problem]:
    """What is left out and why."""
    for column in raw.columns if raw.sheets else ():
        if column.kind == "empty" and column.name != numbered(column.index):
            yield column.problem(
                "there is nothing in it; if it holds formulas, open the workbook in Excel or "
                "LibreOffice, save it there, and open it here again"
            )
    used = {target, *(part.column.index for part in parts)}
    for column in () if settings.inputs.strip() else raw.columns:
        if column.index not in used and column.kind != "empty":
            reason = column.reason
            if column.kind in USED:
                reason = f"{reason}; at most {MAX_CATEGORIES} categories have room"
            yield column.problem(f"it is left out: {reason}")


def remarks_on_inputs(
    parts: Sequence[InputColumns], kept: Flags, y: Floats | Labels, target: Column
) -> Iterator[list[Problem]]:
    """What is odd about each input in the rows [n] that are kept, and the targets in these."""
    seen: dict[bytes, str] = {}
    for part in parts:
        column, values = part.column, part.values[kept]
        first = values[:, 0]
        there = values[np.isfinite(first)]
        if len(there) and (there == there[0]).all():
            yield [column.problem("it has the same value in every row")]
            continue
        found = []
        if np.array_equal(first, y) and len(part.names) == 1:
            found.append(f"it repeats the target, {target.name}")
        twin = seen.setdefault(values.tobytes(), column.name)
        if twin != column.name:
            found.append(f"it repeats another input, {twin}")
        if column.kind == "number" and any(map(_is_padded, column.texts)):
            found.append(
                "some of its numbers begin with 0, as postal codes do; if they are codes, say that "
                "it is a category, or leave it out of the inputs"
            )
        is_year = column.kind == "number" and 1500 <= first[0] <= 2100
        if column.kind == "number" and not is_year and len(parts) > 1 and counts_rows(column):
            found.append(
                "it counts the rows; if it is but their number, leave it out of the inputs"
            )
        if column.kind == "date" and part is parts[0] and (np.diff(there[:, 0]) < 0).any():
            found.append("its dates are not in order; the last rows are not the latest")
        yield [column.problem(remark) for remark in found]


_SENTINELS = (-99, -999, -9999, -99999, 999, 9999, 99999)  # often mean a missing value
_FAR = 3  # times the largest other value


def remarks_on_sentinels(raw: RawTable, columns: Sequence[Column]) -> Iterator[Problem]:
    """Numbers that come again, far from all others, and may mean that a value is missing."""
    for column in columns:
        if column.kind != "number":
            continue
        numbers = np.nan_to_num(column.numbers(raw.format.decimal).values)
        for value in _SENTINELS:
            places = np.flatnonzero(numbers == value)
            others = np.abs(numbers[numbers != value])
            if column.counts[places].sum() < 2 or _FAR * others.max(initial=0.0) > abs(value):
                continue
            mark = text_of(column.texts[places[0]])
            marks = ", ".join([*raw.format.missing, mark])
            yield column.problem(
                f"{in_quotes(mark)} stands in {column.counts[places].sum()} rows and is far from "
                "all other values; it may mean that they are missing",
                0,
                ("They are missing", "data.format", f"missing = {marks}"),
            )


def remark_on_shape(raw: RawTable) -> list[Problem]:
    """That a table of few rows and many columns may lie on its side."""
    n, width = raw.body.cells.shape
    if n > _FEW_ROWS or width < 3 * n:
        return []
    message = f"there are {n} rows and {width} columns; if each column should be a row, turn the "
    return [Problem(f"{message}table in a spreadsheet (copy it, then paste it transposed)")]


def _is_padded(text: object) -> bool:
    """Whether a whole number is written with zeros before it."""
    return isinstance(text, str) and text.isdecimal() and len(text) > 1 and text[0] == "0"


def remark_on_total(raw: RawTable) -> list[Problem]:
    """That the last row may be no row of its own, but the sum of those above it."""
    last = len(raw.body.cells) - 1
    for column in raw.columns:
        text = str(column.texts[column.codes[last]])
        if text.lower().rstrip(":") in TOTALS and column.counts[column.codes[last]] == 1:
            row = raw.row_number(last)
            said = write_format({"skip": sorted({*raw.format.skip, row})})
            message = f"{in_quotes(text)}: this row may sum up those above it; if so, leave it out"
            return [column.problem(message, row, ("Leave it out", "data.format", said))]
    return []


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
