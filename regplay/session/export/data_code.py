"""Code of datasets: random numbers and a formula or a rule for classes, or measured data.

Of a person's file, what `own_table` finds out is fixed in the script: the separator, the header,
the columns, the task.
"""

import csv
import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from regplay.core.arrays import Flags, Floats
from regplay.core.datasets import (
    REGISTRY,
    Dataset,
    Split,
    counted_edits,
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
from regplay.session.export.python_text import (
    call,
    comment,
    indented,
    joined,
    listed,
    quoted,
    table,
)

# Streams in the order of `regplay.core.datasets.dataset.Streams`, in each of the two splits.
_RNGS = ("x_rng", "noise_rng", "flip_rng", "class_rng")

_CURVES = {  # what stands in the comment, and the same as code
    "sine": ("sin(x)", "np.sin(x[:, 0])"),
    "x-sin-x": ("x sin(x)", "x[:, 0] * np.sin(x[:, 0])"),
    "step": ("-1 below x = 0 and 1 above", "np.where(x[:, 0] < 0, -1.0, 1.0)"),
    "cubic": ("(x^3 - 4x) / 5", "(x[:, 0] ** 3 - 4 * x[:, 0]) / 5"),
}

_CIRCULAR = "np.stack([np.cos(angle), np.sin(angle)], axis=1)"


@dataclass(frozen=True)
class DataCode:
    """Lines that define numpy arrays `x_train`, `y_train`, `x_valid` and `y_valid`.

    Inputs are float64 [n, d] and targets [n], float64 or class numbers, as the network is to see
    them.
    """

    text: str
    imports: tuple[str, ...] = ()  # whole import statements, besides numpy and torch


def _generators(seed: int, parts: str) -> str:
    """The random generators of both splits; `parts` says of what, such as `inputs and noise`."""
    return (
        f"# The {parts} of each split come from generators of their own.\n"
        f"rngs = [np.random.default_rng(seed) for seed in np.random.SeedSequence({seed}).spawn(8)]"
    )


def _arguments(names: Sequence[str], split: int) -> list[str]:
    """What generators are called outside of a function, in a split; what is none stays."""
    places = {name: f"rngs[{4 * split + place}]" for place, name in enumerate(_RNGS)}
    return [places.get(name, name) for name in names]


def _defined(head: str, body: Sequence[str], calls: Sequence[str]) -> str:
    """A function, and calls of it."""
    return "\n".join(["", "", head, *indented(body), "", "", *calls])


def _sampler(
    settings: DataSettings,
    rngs: Sequence[str],
    body: Sequence[str],
    more: tuple[str, str, str] | None = None,
) -> str:
    """A function `sample(n, …)` that returns `x, y`, and a call of it for each split.

    `more` is another parameter, and what it is in each split.
    """
    names = [*([more[0]] if more else []), *rngs]
    calls = []
    for split, n in enumerate((settings.n_train, settings.n_valid)):
        name = ("train", "valid")[split]
        given = [*([more[1 + split]] if more else []), *_arguments(rngs, split)]
        calls.append(call(f"x_{name}, y_{name} = sample", [str(n), *given]))
    return _defined(call("def sample", ["n", *names], ":"), [*body, "return x, y"], calls)


def _flips(share: float, n_classes: int, *, clean_valid: bool) -> str:
    """A function that replaces a share of the labels by another class, and its calls."""
    body = [
        'order = np.argsort(flip_rng.random(len(y)), kind="stable")',
        f"flipped = order[: round({share} * len(y))]",
    ]
    rngs = ["flip_rng"]
    if n_classes == 2:
        body.append("y[flipped] = 1 - y[flipped]")
    else:
        rngs.append("class_rng")
        body.append(f"shift = class_rng.integers(1, {n_classes}, len(y))")
        body.append(f"y[flipped] = (y[flipped] + shift[flipped]) % {n_classes}")
    splits = ("train",) if clean_valid else ("train", "valid")
    calls = [
        call("flip_labels", [f"y_{name}", *_arguments(rngs, split)])
        for split, name in enumerate(splits)
    ]
    return _defined(call("def flip_labels", ["y", *rngs], ":"), body, calls)


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
    if not one_scale and _is_constant(dataset.train.x).any():
        lines.append(
            "scale[np.ptp(x_train, axis=0) == 0] = 1.0  # of an input that does not vary there"
        )
    lines.append("x_train, x_valid = (x_train - mean) / scale, (x_valid - mean) / scale")
    if dataset.task == "classification":
        return lines
    if _is_constant(dataset.train.y[:, None]).any():
        lines.append("y_train, y_valid = y_train - y_train.mean(), y_valid - y_train.mean()")
        return lines
    lines.append("mean, scale = y_train.mean(), y_train.std()")
    lines.append("y_train, y_valid = (y_train - mean) / scale, (y_valid - mean) / scale")
    return lines


def _is_constant(columns: Floats) -> Flags:
    constant: Flags = np.ptp(columns, axis=0) == 0
    return constant


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
    by_kind = {kind: [edit for edit in edits if edit.kind == kind] for kind in _EDITED}
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


_EDITED = ("move", "delete", "add")


# numbers by a formula


def _curve_code(settings: DataSettings, _: Dataset) -> DataCode:
    """Points on a curve over [−3, 3]."""
    formula, truth = _CURVES[settings.name]
    about = f"Data: y is {formula}, x uniform in [-3, 3]"
    return _noisy(settings, about, ["x = x_rng.uniform(-3, 3, (n, 1))"], truth)


def _linear_code(settings: DataSettings, _: Dataset) -> DataCode:
    """A linear function of many inputs."""
    d, informative = settings.n_inputs, min(settings.n_informative, settings.n_inputs)
    x = [f"x = x_rng.standard_normal((n, {d}))"]
    if informative == 0:
        return _noisy(settings, f"Data: y is 0.05, whatever the {d} inputs are", x, "0.05")
    summed = "x" if informative == d else f"x[:, :{informative}]"
    which = f"all {d}" if informative == d else f"the first {informative} of {d}"
    about = f"Data: y is 0.05 plus 0.01 times the sum of {which} inputs"
    return _noisy(settings, about, x, f"0.05 + 0.01 * {summed}.sum(axis=1)")


def _noisy(settings: DataSettings, about: str, x: list[str], truth: str) -> DataCode:
    """Targets of a true function, to which both splits or only the training points add noise."""
    noise, rngs, more = settings.noise, ["x_rng"], None
    body = [*x, f"y = {truth}"]
    if noise > 0:
        sigma = str(noise)
        about += f", plus Gaussian noise of standard deviation {noise}"
        if settings.clean_valid:
            about += " on the training points"
            sigma, more = "noise", ("noise", str(noise), "0.0")
        rngs.append("noise_rng")
        body[-1] += f" + {sigma} * noise_rng.standard_normal(n)"
    elif truth == "0.05":
        body[-1] = "y = np.full(n, 0.05)"
    parts = "inputs and noise" if noise > 0 else "inputs"
    text = f"{comment(about + '.')}\n{_generators(settings.seed, parts)}\n"
    return DataCode(text + _sampler(settings, rngs, body, more))


def _xor_code(_settings: DataSettings, _: Dataset) -> DataCode:
    """The four points of exclusive or, which also validate."""
    return DataCode(
        "# Data: the four points of exclusive or; the same four validate.\n"
        "x_train = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])\n"
        "y_train = np.array([0.0, 1.0, 1.0, 0.0])\n"
        "x_valid, y_valid = x_train, y_train"
    )


# points on a plane, in classes placed by a rule


@dataclass(frozen=True)
class _PlaneRule:
    """One dataset: a comment and the lines that come to `x` [n, 2] and `y` [n]."""

    about: str
    body: Sequence[str]
    is_placed: bool = False  # on curves or centres, around which there is position noise
    draws: bool = True  # whether the lines need `x_rng`


_KINDS = {
    "curved": _PlaneRule(
        "normal points in two classes, parted by the parabola x0^2 + 0.8 x1 = 0.5",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 + 0.8 * x[:, 1] > 0.5).astype(int)",
        ],
    ),
    "curved-2": _PlaneRule(
        "normal points in two classes, parted by the parabola x0^2 - 0.7 x1 = 0.3",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 - 0.7 * x[:, 1] > 0.3).astype(int)",
        ],
    ),
    "xor-quadrants": _PlaneRule(
        "points in a square; class 1 where the signs of the two inputs differ",
        [
            "x = x_rng.uniform(-3, 3, (n, 2))",
            "y = (x[:, 0] * x[:, 1] < 0).astype(int)",
        ],
    ),
    "moons": _PlaneRule(
        "two half-moons that reach into each other",
        [
            "y = np.arange(n) % 2",
            "angle = np.pi * x_rng.random(n)",
            f"moon = 1.5 * {_CIRCULAR} - [0.75, 0.375]",
            "x = np.where(y[:, None] == 0, moon, -moon)",
        ],
        is_placed=True,
    ),
    "circles": _PlaneRule(
        "a ring around a ring",
        [
            "y = np.arange(n) % 2",
            "radius = np.where(y == 0, 1.0, 2.2)",
            "angle = 2 * np.pi * x_rng.random(n)",
            f"x = radius[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    ),
}


def _spirals(n_arms: int) -> _PlaneRule:
    return _PlaneRule(
        f"{n_arms} arms wound around each other for one and a half turns",
        [
            f"y = np.arange(n) % {n_arms}",
            "u = x_rng.random(n)",
            f"angle = 3 * np.pi * u + 2 * np.pi * y / {n_arms}",
            f"x = (0.3 + 2.5 * u)[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    )


def _blobs(n_classes: int) -> _PlaneRule:
    return _PlaneRule(
        f"{n_classes} clouds of points, their centres on a circle",
        [
            f"y = np.arange(n) % {n_classes}",
            f"angle = 2 * np.pi * y / {n_classes} + np.pi / 6",
            f"x = 1.4 * {_CIRCULAR}",
        ],
        is_placed=True,
        draws=False,
    )


def _plane_code(settings: DataSettings, _: Dataset) -> DataCode:
    """Points on a plane and their classes, with position noise and flipped labels if asked for."""
    n_classes = 2
    match settings.name:
        case "blobs":
            n_classes = settings.n_classes
            kind = _blobs(n_classes)
        case "spirals":
            n_classes = settings.n_arms
            kind = _spirals(n_classes)
        case name:
            kind = _KINDS[name]
    about, body = f"Data: {kind.about}", list(kind.body)
    rngs, parts = (["x_rng"], ["points"]) if kind.draws else ([], [])
    if kind.is_placed and settings.noise > 0:
        about += f", blurred by Gaussian noise of standard deviation {settings.noise}"
        rngs.append("noise_rng")
        parts.append("noise")
        body.append(f"x += {settings.noise} * noise_rng.standard_normal((n, 2))")
    flipping = ""
    if settings.label_noise > 0:
        about += f"; {100 * settings.label_noise:g} % of the labels are flipped"
        about += ", of the training points alone" if settings.clean_valid else ""
        parts.append("flipped labels")
        flipping = "\n" + _flips(settings.label_noise, n_classes, clean_valid=settings.clean_valid)
    lines = [comment(about + "."), *([_generators(settings.seed, joined(parts))] if parts else [])]
    return DataCode("\n".join([*lines, _sampler(settings, rngs, body)]) + flipping)


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
    is_digits = settings.name == "digits"
    function = "load_digits" if is_digits else "load_breast_cancer"
    of = "thirty measurements of cell nuclei of each patient"
    of = "handwritten digits, pictures of 8 x 8 pixels" if is_digits else of
    lines = [f"# Data: {of}, from scikit-learn.", f"x, y = {function}(return_X_y=True)"]
    if not is_digits:
        lines.append(
            "y = 1 - y  # 0 benign, 1 malignant; scikit-learn has them the other way round"
        )
    return _code(settings, dataset, lines, (f"from sklearn.datasets import {function}",))


def _code(
    settings: DataSettings, dataset: Dataset, rows: list[str], imports: tuple[str, ...] = ()
) -> DataCode:
    lines = [*rows, *_split_rows(settings.seed, _drawn(settings))]
    if dataset.task == "classification" and settings.label_noise > 0:
        share = settings.label_noise
        about = f"{100 * share:g} % of the labels become those of another class"
        where = ", of the training rows alone" if settings.clean_valid else ""
        n_classes = len(dataset.class_names)
        lines += [
            "",
            comment(f"{about}{where}."),
            _generators(settings.seed, "flipped labels"),
            _flips(share, n_classes, clean_valid=settings.clean_valid),
        ]
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
    **dict.fromkeys(_CURVES, _curve_code),
    **dict.fromkeys([*_KINDS, "blobs", "spirals"], _plane_code),
    "linear": _linear_code,
    "xor": _xor_code,
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
    code = _CODE[settings.name](settings, dataset)
    is_drawn = settings.name in (*_CURVES, *_KINDS, "blobs", "spirals", "linear", "xor")
    edits = _edits(settings) if is_drawn else []  # those of tables come before these are scaled
    return DataCode("\n".join([code.text, *edits]), code.imports)
