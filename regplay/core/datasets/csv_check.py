"""Everything that is wrong with a table, for a person who is about to choose its columns."""

from collections.abc import Generator
from pathlib import Path

from regplay.core.datasets.csv_columns import Choice, columns_of
from regplay.core.datasets.csv_rows import (
    Problem,
    ReadingStoppedError,
    Report,
    Sheet,
    Source,
)
from regplay.core.datasets.csv_table import MAX_BYTES, check_file, tables
from regplay.core.datasets.dataset import DatasetError
from regplay.core.datasets.rows import Table

MOST = 100  # problems; who has more has seen what is wrong


def open_sheet(source: Source, report: Report) -> Sheet:
    """The first rows of a file or a text, unless it is too large to be read.

    Raises
    ------
    DatasetError
        If there is no such file, or it or the text is too large.
    ReadingStoppedError
        As `Sheet`.
    OSError
        If the file can't be read.
    """
    if isinstance(source, Path):
        check_file(source, source.name)
    elif len(source) > MAX_BYTES:
        raise DatasetError(f"{len(source):,} characters are too many for a table")
    return Sheet(source, report)


class Check:
    """One reading of a table, in steps, that goes on behind what is wrong.

    Attributes
    ----------
    sheet
        Its names and first rows; None as long as nothing is read, or where nothing can be.
    inputs, target
        The columns chosen, once they are known; empty and None before.
    problems
        In the order of the reading, at most `MOST`.
    table
        What there is to learn from; None until the end, and where there are problems.
    """

    def __init__(self, source: Source, choice: Choice) -> None:
        self._source = source
        self._choice = choice
        self.sheet: Sheet | None = None
        self.inputs: list[int] = []
        self.target: int | None = None
        self.problems: list[Problem] = []
        self.table: Table | None = None

    @property
    def has_more(self) -> bool:
        """Whether reading stopped because there were so many problems."""
        return len(self.problems) >= MOST

    def steps(self) -> Generator[int, None, None]:
        """Read it, yielding the number of rows so far; most steps take a few milliseconds."""
        try:
            yield from self._steps()
        except ReadingStoppedError:
            self.table = None
        except DatasetError as error:
            self.problems.append(Problem(str(error)))
        except OSError as error:
            self.problems.append(Problem(f"the file can't be read: {error.strerror or error}"))

    def _steps(self) -> Generator[int, None, None]:
        self.sheet = sheet = open_sheet(self._source, self._note)
        self.inputs, self.target = columns_of(sheet, self._choice)
        texts = [column for column in self.inputs if sheet.is_text(column)]
        for column in texts:  # not once for each of its rows
            sheet.report("this column holds text; only the target may be text", column=column)
        yield 0
        table = yield from tables(sheet, self._choice, "the table", texts)
        if not self.problems:
            self.table = table

    def _note(self, problem: Problem) -> None:
        self.problems.append(problem)
        if self.has_more:
            raise ReadingStoppedError(f"there are {MOST} problems")
