"""The reading of a person's table: all that is wrong with it, or what there is to learn from."""

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from regplay.core.datasets.dataset import DatasetError, Table
from regplay.core.datasets.own_table.raw_table import RawTable, chosen_columns, raw_table_of
from regplay.core.datasets.own_table.table_body import body_of
from regplay.core.datasets.own_table.table_columns import Column, remarks_on_reading
from regplay.core.datasets.own_table.table_file import read_beginning, read_rows
from regplay.core.datasets.own_table.table_format import BLANKS, read_format, write_format
from regplay.core.datasets.own_table.table_rows import (
    STEP_CELLS,
    Problem,
    ReadingStoppedError,
    Rows,
    Source,
)
from regplay.core.datasets.own_table.table_values import (
    InputColumns,
    Targets,
    input_of,
    refuse_categories,
    remark_on_shape,
    remark_on_total,
    remarks_on_columns,
    remarks_on_gaps,
    remarks_on_inputs,
    remarks_on_sentinels,
    targets_of,
    too_few,
)
from regplay.core.experiment import DataSettings

MOST = 100  # problems; who has more has seen what is wrong
_MOST_KEPT = 2  # tables
_MOST_CELLS = 2_000_000  # of rows that are kept as they were read


class Check:
    """One reading of a table, in steps, that goes on behind what is wrong.

    Parameters
    ----------
    settings
        Of `DataSettings`, what says how to read a file; its name is not asked for.

    Attributes
    ----------
    version
        Of the source when the reading began.
    raw
        Its format and columns; None as long as nothing is read, or where nothing can be.
    inputs, target
        The columns chosen, once they are known; empty and None before.
    problems
        In the order of the reading, at most `MOST`.
    remarks
        What was done or left out, and what is odd.
    gaps
        How many rows have no value in one of these columns.
    table
        What there is to learn from; None until the end, and where there are problems.
    """

    def __init__(self, source: Source, settings: DataSettings) -> None:
        self._source = source
        self.version = version_of(source)
        self._settings = settings
        self.raw: RawTable | None = None
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
        return len(self.problems) >= MOST

    def steps(self) -> Generator[int, None, None]:
        """Read it, yielding the number of rows so far; most steps take a few milliseconds."""
        try:
            yield from self._steps()
        except ReadingStoppedError as error:
            self.problems.append(error.problem)
        except DatasetError as error:
            self.problems.append(Problem(str(error)))
        del self.problems[MOST:]
        if self.problems:
            self.table = None

    def _steps(self) -> Generator[int, None, None]:
        settings = self._settings
        rows = yield from _kept_rows(self._source, self.version, settings)
        self.raw = raw = yield from raw_table_of(rows, settings)
        self.problems += raw.body.problems
        n = len(raw.body.cells)
        if n < 2:
            raise too_few(raw, [], n)
        if not any(column.filled for column in raw.columns):
            raise ReadingStoppedError("there is no value in any of its columns")
        self.inputs, self.target = chosen_columns(raw, settings)
        yield n
        if not self.inputs:
            others = [column for column in raw.columns if column.index != self.target]
            reasons = "; ".join(f"{column.name}: {column.reason}" for column in others)
            raise ReadingStoppedError(f"no column is left to predict from: {reasons}")
        targets = targets_of(raw, raw.columns[self.target], settings)
        self.problems += targets.problems
        self.remarks += targets.remarks
        parts: list[InputColumns] = []
        for index in self.inputs:
            part, problems = input_of(raw, raw.columns[index], settings)
            parts.append(part)
            self.problems += problems
            yield n
        if self.problems:
            self.problems.sort(key=lambda problem: (problem.row, problem.column or 0))
            return
        refuse_categories(parts)
        self.table = yield from self._table(raw, parts, raw.columns[self.target], targets)
        self._rows = rows
        yield n  # whoever shows it may do so in a turn of its own

    def _table(
        self, raw: RawTable, parts: Sequence[InputColumns], target: Column, targets: Targets
    ) -> Generator[int, None, Table]:
        settings, has_target = self._settings, targets.are_there
        n, width = len(has_target), sum(len(part.names) for part in parts)
        x, is_whole = np.empty((n, width)), np.empty(n, dtype=np.bool_)
        step = max(1, STEP_CELLS // width)
        for rows in (slice(first, first + step) for first in range(0, n, step)):
            np.concatenate([part.values[rows] for part in parts], axis=1, out=x[rows])
            is_whole[rows] = np.isfinite(x[rows]).all(axis=1)
            yield n
        self.gaps = int((~(has_target & is_whole)).sum())
        fills = settings.missing == "fill"
        kept = has_target if fills else has_target & is_whole
        self.remarks += remarks_on_gaps(parts, target, has_target, kept, fills=fills)
        if int(kept.sum()) < 2:
            raise too_few(raw, parts, int(kept.sum()))
        y = targets.y
        if not kept.all():  # else there is no need of a copy
            x, y = x[kept], y[kept]
        yield len(x)
        groups = tuple(
            place if part.column.kind in ("category", "yes/no") else -1
            for place, part in enumerate(parts)
            for _ in part.names
        )
        names = tuple(name for part in parts for name in part.names)
        first = parts[0].column
        before = raw.columns[: first.index]
        is_series = first.kind == "date" and all(column.kind == "empty" for column in before)
        if is_series and settings.split == "auto":
            last = "it is a date, so the last rows validate, not random ones"
            self.remarks.append(first.problem(last))
        self.remarks += remarks_on_columns(raw, parts, target.index, settings)
        for part in parts:
            self.remarks += remarks_on_reading(part.column, raw.format.decimal, "categories")
            yield len(x)
        self.remarks += remarks_on_reading(target, raw.format.decimal, "classes")
        self.remarks += remarks_on_sentinels(raw, [*(part.column for part in parts), target])
        self.remarks += remark_on_shape(raw)
        yield len(x)
        for remarks in remarks_on_inputs(parts, kept, y, target):
            self.remarks += remarks
            yield len(x)
        self.remarks += remark_on_total(raw) if kept[-1] else []
        self.remarks += raw.body.remarks
        x.flags.writeable = y.flags.writeable = False  # a cache may hand them out again
        classes = targets.class_names
        return Table("the table", x, y, names, target.name, classes, groups, is_series)

    @property
    def is_plain(self) -> bool:
        """Whether Python's csv reads the same from the file.

        All inputs are numbers with decimal points and nothing else, the target is so too or a
        text, and no row is left out.
        """
        if self.table is None or self.raw is None or self.target is None or self._rows is None:
            return False
        rows, found, target = self._rows, self.raw.format, self.raw.columns[self.target]
        return (
            found.separator not in ("", BLANKS)
            and not rows.has_separator_line
            and found.above == 0
            and found.header < 2
            and found.encoding in ("", "utf-8", "windows-1252")
            and rows.cells.shape[1] == len(self.raw.names)
            and int(np.count_nonzero(rows.widths)) == len(self.table.y) + found.header
            and all(_is_plain(self.raw.columns[index]) for index in self.inputs)
            and (target.kind in ("category", "yes/no") or _is_plain(target))
        )


def _is_plain(column: Column) -> bool:
    """Whether Python reads all of its cells as numbers."""
    return column.kind in ("number", "row number") and all(map(_is_float, column.texts))


def _is_float(text: object) -> bool:
    try:
        float(str(text))
    except ValueError:
        return False
    return "_" not in str(text)


# files

Version = tuple[str] | tuple[Path, int, int]  # a text; a file, when it was changed, and its bytes


def version_of(source: Source) -> Version | None:
    """What is kept is found by it, until the file changes; None where there is no file."""
    if isinstance(source, str):
        return (source,)
    with contextlib.suppress(OSError):
        stat = source.stat()
        return source.absolute(), stat.st_mtime_ns, stat.st_size
    return None


def check_beginning(source: Source) -> None:
    """Look whether a file, or a text, can be a table at all.

    Raises
    ------
    ReadingStoppedError
        If not, as far as its beginning shows it.
    """
    rows = read_beginning(source)
    if rows is not None:
        for _ in body_of(rows, {}):
            pass


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
    if "\0" in file:
        raise DatasetError(f"{file!r}: no file can have this name")
    try:
        path = Path(file.strip()).expanduser()
    except RuntimeError as error:
        raise DatasetError(f"{file}: can't be read: {error}") from None
    version = version_of(path)
    check = None if version is None else _checks.get((version, _chosen(settings)))
    if check is None:
        check = Check(path, settings)
        for _ in check.steps():
            pass
        keep(check, settings)
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
            if path == "data.format":
                value = write_format(read_format(settings.format) | read_format(value))
            elif settings.columns.strip():
                value = f"{settings.columns.strip()}; {value}"
            value = f'"{value}"'
        ways.append(f"{path} = {value}")
    lead = " Say" if problem.message.endswith("?") else "; say"
    return f"{lead} {' or '.join(ways)}" if ways else ""


# Which fields of the settings decide what is read.
_READ = ("target", "inputs", "task", "format", "columns", "missing", "sample")
_Chosen = tuple[object, ...]
_checks: dict[tuple[Version, _Chosen], Check] = {}  # of the tables read last
_rows: dict[tuple[Version, _Chosen], Rows] = {}


def keep(check: Check, settings: DataSettings) -> None:
    """Have the table of a check at hand for `read_table` by these settings.

    They are those of the check, or name what it has found by itself, such as the target.
    """
    if check.version is not None:
        for old in [*_checks][: 1 - _MOST_KEPT]:
            _checks.pop(old, None)
        _checks[check.version, _chosen(settings)] = check


def _chosen(settings: DataSettings) -> _Chosen:
    """What decides what is read of a file."""
    seed = settings.seed if settings.sample else 0
    return (seed, *(getattr(settings, field) for field in _READ))


def _kept_rows(
    source: Source, version: Version | None, settings: DataSettings
) -> Generator[int, None, Rows]:
    """As `read_rows`; the rows read last are at hand."""
    chosen = read_format(settings.format)
    said = settings.sample, *(chosen.get(part) for part in ("separator", "encoding", "sheet"))
    kept = None if version is None else _rows.get((version, said))
    if kept is not None:  # the window and the training thread both read
        return kept
    rows = yield from read_rows(source, chosen, may_be_long=settings.sample > 0)
    _rows.clear()
    if version is not None and rows.cells.size <= _MOST_CELLS:
        _rows[version, said] = rows
    return rows
