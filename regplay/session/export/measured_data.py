"""Code of measured data: tables that ship with the program, own points, a person's own file.

Of such a file, by the rules of `csv_reader` and `csv_table`, what they find out is fixed in the
script: the separator, the header, the columns, the task.
"""

import csv
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from regplay.core.datasets import Dataset, DatasetError, Split
from regplay.core.datasets.csv_reader import Problem, open_sheet
from regplay.core.datasets.csv_table import Choice, columns_of
from regplay.core.datasets.dataset import parse_number
from regplay.core.datasets.points import format_points
from regplay.core.experiment import DataSettings
from regplay.resources import resource
from regplay.session.export.data_code import DataCode, flips, generators, split_rows, standardised
from regplay.session.export.python_text import call, comment, listed, quoted, table

WRITTEN_OUT = ("motorcycle", "penguins", "cars")
FROM_SKLEARN = ("breast-cancer", "digits")

_NAMED = 6  # inputs that the comment names


def written_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A small table, all of its rows in the script, so that another seed can be tried there."""
    with resource("datasets", f"{settings.name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    about = f"Data: {', '.join(header[:-1])}; to be predicted: {header[-1]}. {len(rows)} rows."
    if dataset.task == "regression":
        lines = [
            comment(about),
            table("TABLE", rows),
            f"table = np.array(TABLE.split(), dtype=float).reshape({len(rows)}, {len(header)})",
            "x, y = table[:, :-1], table[:, -1]",
        ]
    else:
        # The rows lie class after class.
        runs = [(name, len(list(run))) for name, run in itertools.groupby(r[-1] for r in rows)]
        classes = [dataset.class_names.index(name) for name, _ in runs]
        names = ", ".join(name for name, _ in runs)
        counts = [count for _, count in runs]
        lines = [
            comment(about),
            table("TABLE", (row[:-1] for row in rows)),
            f"x = np.array(TABLE.split(), dtype=float).reshape({len(rows)}, {len(header) - 1})",
            f"y = np.repeat({classes}, {counts})  # {names}",
        ]
    return _code(settings, dataset, lines)


def sklearn_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A table that scikit-learn brings along, with the same rows in the same order."""
    is_digits = settings.name == "digits"
    function = "load_digits" if is_digits else "load_breast_cancer"
    if is_digits:
        lines = ["# Data: handwritten digits, pictures of 8 x 8 pixels, from scikit-learn."]
    else:
        lines = ["# Data: thirty measurements of cell nuclei of each patient, from scikit-learn."]
    lines.append(f"x, y = {function}(return_X_y=True)")
    if not is_digits:
        lines.append(
            "y = 1 - y  # 0 benign, 1 malignant; scikit-learn has them the other way round"
        )
    return _code(settings, dataset, lines, (f"from sklearn.datasets import {function}",))


def _code(
    settings: DataSettings, dataset: Dataset, rows: list[str], imports: tuple[str, ...] = ()
) -> DataCode:
    lines = [*rows, *split_rows(settings.seed, dataset)]
    if dataset.task == "classification" and settings.label_noise > 0:
        share = settings.label_noise
        about = f"{100 * share:g} % of the labels become those of another class"
        where = ", of the training rows alone" if settings.clean_valid else ""
        n_classes = len(dataset.class_names)
        lines += [
            "",
            comment(f"{about}{where}."),
            generators(settings.seed, "flipped labels"),
            flips(share, n_classes, clean_valid=settings.clean_valid),
        ]
    one_scale = settings.name == "digits"
    return DataCode("\n".join([*lines, *standardised(dataset, one_scale=one_scale)]), imports)


# own points


def points_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Training and validation points as they are split already."""
    d = dataset.n_inputs
    names = " ".join([*(["x"] if d == 1 else ["x0", "x1"]), dataset.target_name])
    held_back = "" if settings.valid_points.split() else "; those to validate on were held back"
    lines = [
        f"# Data: own points, {names} of each{held_back}.",
        table("TRAIN", _rows(dataset.train)),
        table("VALID", _rows(dataset.valid)),
    ]
    numbers = "" if dataset.task == "regression" else ".astype(int)"
    for split in ("train", "valid"):
        text = split.upper()
        lines.append(f"{split} = np.array({text}.split(), dtype=float).reshape(-1, {d + 1})")
    lines += [
        f"x_{split}, y_{split} = {split}[:, :-1], {split}[:, -1]{numbers}"
        for split in ("train", "valid")
    ]
    if settings.standardize:
        lines += standardised(dataset)
    return DataCode("\n".join(lines))


def _rows(split: Split) -> list[list[str]]:
    """The numbers of each point, as short as they come back exactly."""
    text = format_points(np.column_stack([split.x, split.y]))
    return [line.split() for line in text.splitlines()]


# a person's own file


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
