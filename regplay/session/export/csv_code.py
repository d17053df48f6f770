"""Code that reads a person's own table from its file, by the rules of `csv_reader` and `csv_table`.

What those rules find out is fixed in the script: the separator, the header, the columns, the task.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from regplay.core.datasets import Dataset, DatasetError
from regplay.core.datasets.csv_reader import Problem, open_sheet
from regplay.core.datasets.csv_table import Choice, columns_of
from regplay.core.datasets.numbers import parse_number
from regplay.core.experiment import DataSettings
from regplay.session.export.data_code import DataCode, split_rows, standardised
from regplay.session.export.python_text import call, comment, listed, quoted

_NAMED = 6  # inputs that the comment names


def csv_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Reads the file and splits and standardises its rows as regplay does.

    Raises
    ------
    DatasetError
        If the file has gone or changed since the dataset was made of it.
    """
    path = Path(os.path.expanduser(settings.file.strip()))
    sheet = open_sheet(path, _refuse)
    choice = Choice(settings.target.strip(), settings.inputs.strip(), settings.task)
    inputs, target = columns_of(sheet, choice)
    how = ['encoding="utf-8-sig"', *([] if _is_utf8(path) else ['errors="replace"']), 'newline=""']
    separated = "" if sheet.delimiter == "," else f"delimiter={quoted(sheet.delimiter)}, "
    names = [quoted(sheet.names[column]) for column in inputs]
    of_what = ", ".join(names) if len(names) <= _NAMED else f"{len(names)} columns"
    cells, chosen = _cells(inputs, len(sheet.names))
    header = "header, *" if sheet.has_header else ""
    last = target == len(sheet.names) - 1
    lines = [
        comment(f"Data: {quoted(sheet.names[target])}, to be predicted from {of_what}."),
        call("with open", [quoted(str(path)), *how], " as file:"),
        f"    reader = csv.reader(file, {separated}skipinitialspace=True)",
        f"    {header}rows = [row for row in reader if any(row)]",
        *chosen,
        f"x = np.array([{cells} for row in rows], dtype=float)",
        _targets(dataset, "row[-1]" if last else f"row[{target}]"),
        *split_rows(settings.seed, dataset),
        *(standardised(dataset) if settings.standardize else []),
    ]
    return DataCode("\n".join(lines), ("import csv",))


def _refuse(problem: Problem) -> None:
    raise DatasetError(f"{problem.place}: {problem.message}")


def _is_utf8(path: Path) -> bool:
    """Whether it all is; in a column that isn't used, regplay minds nothing else."""
    try:
        path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _cells(inputs: Sequence[int], width: int) -> tuple[str, list[str]]:
    """The inputs of a `row`, as code, and what must stand before it."""
    columns = list(inputs)
    start, stop = columns[0], columns[-1] + 1
    if columns == list(range(start, stop)):
        return (
            f"row[{start or ''}:{-1 if stop == width - 1 else '' if stop == width else stop}]",
            [],
        )
    without = next(column for column in range(width) if column not in columns)
    if columns == [column for column in range(width) if column != without]:
        return f"row[:{without}] + row[{without + 1}:]", []
    return "[row[i] for i in columns]", [listed("columns = ", [str(i) for i in columns])]


def _targets(dataset: Dataset, cell: str) -> str:
    if dataset.task == "regression":
        return f"y = np.array([{cell} for row in rows], dtype=float)"
    names = dataset.class_names
    if names == tuple(str(k) for k in range(len(names))):
        return f"y = np.array([{cell} for row in rows], dtype=float).astype(int)"
    are_numbers = all(parse_number(name) is not None for name in names)
    value = f"float({cell})" if are_numbers else f"{cell}.strip()"
    return f"classes, y = np.unique([{value} for row in rows], return_inverse=True)"
