"""What is read of a file: its rows, what is wrong with them, and how many there may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regplay.core.arrays import Integers
from regplay.core.datasets.dataset import short

Source = Path | str  # a file, or the text itself

MAX_BYTES = 64 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 1_001  # 1,000 inputs and the target
MOST_CELLS = 32_000_000  # with empty ones
STEP_CELLS = 200_000  # after which whoever reads may turn to something else
WHAT_IS_READ = "regplay reads tables: CSV, TSV, Excel (.xlsx)"


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


def refuse_long(rows: Sequence[int], may_be_long: bool) -> None:
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
