"""Which columns of a table are the inputs and which is the target."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from regplay.core.datasets.csv_rows import Sheet
from regplay.core.datasets.numbers import short

_SHOWN = 8  # names in a message
_LONGEST_INDEX = 15  # digits of a row's number; Python itself reads no more than 4,300
_INDEX = frozenset({"id", "index", "row", "no", "nr", "#", "unnamed: 0"})


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


def likely(sheet: Sheet) -> Choice:
    """What most people would choose: the last column from all others that are numbers.

    Neither is what only numbers the rows, or the column `split` of a dataset that was saved.
    """
    called = names_of(sheet.names)
    columns = [column for column in range(len(called)) if _says_something(sheet, column)]
    target = columns.pop() if columns else len(called) - 1
    inputs = [called[column] for column in columns if not sheet.is_text(column)]
    everything = not inputs or len(inputs) == len(called) - 1
    return Choice(called[target], "" if everything else written(inputs))


def columns_of(sheet: Sheet, choice: Choice) -> tuple[list[int], int]:
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


def _says_something(sheet: Sheet, column: int) -> bool:
    name = sheet.names[column].lower()
    cells = [cells[column] for _, cells in sheet.sample]
    if name == "split":
        return not set(cells) <= {"train", "valid"}
    if column == 0 and len(sheet.names) > 2 and (name in _INDEX or _is_unnamed(sheet, column)):
        is_number = cells[0].isdecimal() and len(cells[0]) <= _LONGEST_INDEX
        first = int(cells[0]) if is_number else 0
        return cells != [str(first + i) for i in range(len(cells))]
    return True


def _is_unnamed(sheet: Sheet, column: int) -> bool:
    return sheet.has_header and sheet.names[column] == f"column {column + 1}"


def _column(sheet: Sheet, name: str, field: str) -> int:
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
