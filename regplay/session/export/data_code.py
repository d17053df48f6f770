"""Code of datasets: the source of the functions that drew them, or measured data.

Of a person's file, what `own_table` finds out is fixed in the script: the separator, the header,
the columns, the task.
"""

import csv
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from regplay.core.datasets import (
    REGISTRY,
    RNGS,
    Dataset,
    Split,
    arguments,
    counted_edits,
    flip_labels,
    format_edits,
    format_number,
    format_points,
    load,
    parse_edits,
    parse_number,
    split_of,
)
from regplay.core.experiment import DataSettings
from regplay.resources import resource
from regplay.session.export.python_text import call, comment, definitions, listed, quoted, table


@dataclass(frozen=True)
class DataCode:
    """Lines that define numpy arrays `x_train`, `y_train`, `x_valid` and `y_valid`.

    Inputs are float64 [n, d] and targets [n], float64 or class numbers, as the network is to see
    them.
    """

    text: str
    imports: tuple[str, ...] = ()  # whole import statements, besides numpy and torch


# the same functions that drew the points


def _called(
    functions: Mapping[str, Callable[..., Any]], settings: DataSettings, dataset: Dataset
) -> list[str]:
    """The source of functions, and a call of each in each split.

    What a call comes to is the key, in which the name of the split stands for `{}`.
    """
    rngs = [f"rngs[{place}]" for place in range(2 * len(RNGS))]
    calls = []
    for result, function in functions.items():
        name = getattr(function, "func", function).__name__
        bound = {key: one.__name__ for key, one in getattr(function, "keywords", {}).items()}
        other = {"y": "y_{}", "n_classes": len(dataset.class_names), **bound}
        each = arguments(function, settings, rngs, **other)
        for split, given in zip(("train", "valid"), each, strict=True):
            named = [f"{key}={value}".replace("{}", split) for key, value in given.items()]
            calls.append(call(f"{result} = {name}".replace("{}", split), named))
    if any("rngs[" in line for line in calls):
        calls[:0] = [
            "# Each part of each split has a generator of its own.",
            "rngs = [np.random.default_rng(seed)"
            f" for seed in np.random.SeedSequence({settings.seed}).spawn({len(rngs)})]",
        ]
    return [*definitions(*functions.values()), *calls]


def _drawn_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Points of a sampler, and flipped labels if asked for."""
    sampler = REGISTRY[settings.name].sampler
    assert sampler is not None
    functions = {"x_{}, y_{}": sampler, **_flipping(settings, dataset)}
    lines = ["# Data", *_called(functions, settings, dataset), *_edits(settings)]
    return DataCode("\n".join(lines))


def _flipping(settings: DataSettings, dataset: Dataset) -> dict[str, Callable[..., Any]]:
    flips = dataset.task == "classification" and settings.label_noise > 0
    return {"y_{}": flip_labels} if flips else {}


def _split_rows(seed: int, dataset: Dataset) -> list[str]:
    """The rows of `x` and `y` shuffled into two splits."""
    n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
    return [
        "",
        "# The rows are shuffled; training takes the first ones, validation the last ones.",
        f"order = np.random.default_rng({seed}).permutation(len(x))",
        f"train, valid = order[:{n_train}], order[-{n_valid}:]",
        "x_train, y_train, x_valid, y_valid = x[train], y[train], x[valid], y[valid]",
    ]


def _standardised(dataset: Dataset, *, one_scale: bool = False) -> list[str]:
    """Inputs and numeric targets by mean and standard deviation of the training rows."""
    axis = "" if one_scale else "axis=0"
    lines = [
        "",
        "# Mean 0 and standard deviation 1 over the training rows.",
        f"mean, scale = x_train.mean({axis}), x_train.std({axis})",
    ]
    if not one_scale and (np.ptp(dataset.train.x, axis=0) == 0).any():
        lines.append(
            "scale[np.ptp(x_train, axis=0) == 0] = 1.0  # of an input that does not vary there"
        )
    lines.append("x_train, x_valid = (x_train - mean) / scale, (x_valid - mean) / scale")
    if dataset.task == "classification":
        return lines
    if np.ptp(dataset.train.y) == 0:
        lines.append("y_train, y_valid = y_train - y_train.mean(), y_valid - y_train.mean()")
        return lines
    lines.append("mean, scale = y_train.mean(), y_train.std()")
    lines.append("y_train, y_valid = (y_train - mean) / scale, (y_valid - mean) / scale")
    return lines


# edits


def _drawn(settings: DataSettings) -> Dataset:
    """Without edits."""
    return load(msgspec.structs.replace(settings, edits=""))


def _edits(settings: DataSettings) -> list[str]:
    """Those that fit, on `x_train` and `y_train` as measured."""
    if not settings.edits or "edits" not in REGISTRY[settings.name].uses:
        return []
    drawn = _drawn(settings)
    edits = [edit for edit in parse_edits(settings.edits) if edit.fits(drawn)]
    if not edits:
        return []
    kinds = ("move", "delete", "add")
    by_kind = {kind: [edit for edit in edits if edit.kind == kind] for kind in kinds}
    lines = ["", f"# Edited by hand: {counted_edits(format_edits(edits))} (points count from 0)."]
    if by_kind["move"]:
        lines.append("x_train, y_train = x_train.copy(), y_train.copy()")
    for edit in by_kind["move"]:
        *x, y = map(format_number, edit.point)
        lines.append(f"x_train[{edit.index}], y_train[{edit.index}] = [{', '.join(x)}], {y}")
    if by_kind["delete"]:
        indices = sorted({edit.index for edit in by_kind["delete"]})
        lines.append(listed("deleted = ", [str(index) for index in indices]))
        lines.append("x_train = np.delete(x_train, deleted, axis=0)")
        lines.append("y_train = np.delete(y_train, deleted)")
    if by_kind["add"]:
        rows = [list(map(format_number, edit.point)) for edit in by_kind["add"]]
        lines += [
            table("ADDED", rows),
            f"added = np.array(ADDED.split(), dtype=float).reshape(-1, {drawn.n_inputs + 1})",
            "x_train = np.concatenate([x_train, added[:, :-1]])",
            "y_train = np.concatenate([y_train, added[:, -1].astype(y_train.dtype)])",
        ]
    return lines


# measured data

_NAMED = 6  # inputs that the comment names


def _written_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A small table, all of its rows in the script, so that another seed can be tried there."""
    with resource("datasets", f"{settings.name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    about = f"Data: {', '.join(header[:-1])}; to be predicted: {header[-1]}. {len(rows)} rows."
    is_regression = dataset.task == "regression"
    shown = rows if is_regression else [row[:-1] for row in rows]
    made = f"np.array(TABLE.split(), dtype=float).reshape({len(rows)}, {len(shown[0])})"
    if is_regression:
        split = [f"table = {made}", "x, y = table[:, :-1], table[:, -1]"]
    else:
        # The rows lie class after class.
        runs = [(name, len(list(run))) for name, run in itertools.groupby(r[-1] for r in rows)]
        classes = [dataset.class_names.index(name) for name, _ in runs]
        names, counts = ", ".join(name for name, _ in runs), [count for _, count in runs]
        split = [f"x = {made}", f"y = np.repeat({classes}, {counts})  # {names}"]
    return _code(settings, dataset, [comment(about), table("TABLE", shown), *split])


def _sklearn_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """A table that scikit-learn brings along, with the same rows in the same order."""
    if settings.name == "digits":
        function, of = "load_digits", "handwritten digits, pictures of 8 x 8 pixels"
        turned = []
    else:
        function, of = "load_breast_cancer", "thirty measurements of cell nuclei of each patient"
        turned = ["y = 1 - y  # 0 benign, 1 malignant; scikit-learn has them the other way round"]
    rows = [f"# Data: {of}, from scikit-learn.", f"x, y = {function}(return_X_y=True)", *turned]
    return _code(settings, dataset, rows, (f"from sklearn.datasets import {function}",))


def _code(
    settings: DataSettings, dataset: Dataset, rows: list[str], imports: tuple[str, ...] = ()
) -> DataCode:
    lines = [*rows, *_split_rows(settings.seed, _drawn(settings))]
    if flipping := _flipping(settings, dataset):
        lines += _called(flipping, settings, dataset)
    lines += _edits(settings)
    one_scale = settings.name == "digits"
    return DataCode("\n".join([*lines, *_standardised(dataset, one_scale=one_scale)]), imports)


# own points


def _points_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Training and validation points as they are split already."""
    d = dataset.n_inputs
    names = " ".join([*(["x"] if d == 1 else ["x0", "x1"]), dataset.target_name])
    held_back = "" if settings.valid_points.split() else "; those to validate on were held back"
    lines = _split_code(dataset, [f"# Data: own points, {names} of each{held_back}."])
    if settings.standardize:
        lines += _standardised(dataset)
    return DataCode("\n".join(lines))


def _split_code(dataset: Dataset, about: list[str]) -> list[str]:
    """Both splits, all of their points in the script."""
    lines = [*about, table("TRAIN", _rows(dataset.train)), table("VALID", _rows(dataset.valid))]
    columns = dataset.n_inputs + 1
    numbers = "" if dataset.task == "regression" else ".astype(int)"
    for split in ("train", "valid"):
        text = f"{split.upper()}.split()"
        lines.append(f"{split} = np.array({text}, dtype=float).reshape(-1, {columns})")
    return lines + [
        f"x_{split}, y_{split} = {split}[:, :-1], {split}[:, -1]{numbers}"
        for split in ("train", "valid")
    ]


def _rows(split: Split) -> list[list[str]]:
    """The numbers of each point, as short as they come back exactly."""
    text = format_points(np.column_stack([split.x, split.y]))
    return [line.split() for line in text.splitlines()]


# a person's own file


def _csv_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """Reads the file and splits and standardises its rows as regplay does.

    A table of which all is plain numbers, but for the classes, is read by Python's csv. Of any
    other, the points stand in the script.

    Raises
    ------
    DatasetError
        If the file has gone or changed since the dataset was made of it.
    """
    from regplay.core.datasets.own_table import read_table  # needs pandas

    table, check = read_table(settings)
    raw, inputs, target = check.raw, check.inputs, check.target
    assert raw is not None
    assert target is not None
    names = [quoted(raw.names[column]) for column in inputs]
    of_what = ", ".join(names) if len(names) <= _NAMED else f"{len(names)} columns"
    about = f"Data: {quoted(raw.names[target])}, to be predicted from {of_what}"
    drawn = _drawn(settings)
    scaled = _standardised(dataset) if settings.standardize else []
    if not check.is_plain or split_of(table, settings) != "random":
        read = f", as regplay reads {Path(settings.file.strip()).name}"
        rows = _split_code(drawn, [comment(about + read + ".")])
        return DataCode("\n".join([*rows, *_edits(settings), *scaled]))
    path = Path(os.path.expanduser(settings.file.strip()))
    is_utf8 = raw.format.encoding == "utf-8"
    how = ['encoding="utf-8-sig"'] if is_utf8 else ['encoding="cp1252"', 'errors="replace"']
    mark = raw.format.separator
    separated = "" if mark == "," else f"delimiter={quoted(mark)}, "
    cells, chosen = _cells(inputs, len(raw.names))
    header = "header, *" if raw.format.header else ""
    last = target == len(raw.names) - 1
    lines = [
        comment(about + "."),
        call("with open", [quoted(str(path)), *how, 'newline=""'], " as file:"),
        f"    reader = csv.reader(file, {separated}skipinitialspace=True)",
        f"    {header}rows = [row for row in reader if any(row)]",
        *chosen,
        f"x = np.array([{cells} for row in rows], dtype=float)",
        _targets(dataset, "row[-1]" if last else f"row[{target}]"),
        *_split_rows(settings.seed, drawn),
        *_edits(settings),
        *scaled,
    ]
    return DataCode("\n".join(lines), ("import csv",))


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


_CODE: Mapping[str, Callable[[DataSettings, Dataset], DataCode]] = {
    **dict.fromkeys(["motorcycle", "penguins", "cars"], _written_code),
    **dict.fromkeys(["breast-cancer", "digits"], _sklearn_code),
    "points": _points_code,
    "csv": _csv_code,
}


def data_code(settings: DataSettings, dataset: Dataset) -> DataCode:
    """The code that makes a dataset, which was made of these settings.

    Raises
    ------
    DatasetError
        If a file has gone or changed since.
    """
    return _CODE.get(settings.name, _drawn_code)(settings, dataset)
