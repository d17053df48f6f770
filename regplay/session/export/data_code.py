"""Code of datasets, and of those that are random numbers and a formula, or a rule for classes.

`DataCode` is what the code of every dataset leaves behind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import DataSettings
from regplay.session.export.python_text import call, comment, joined

# Streams of each split in the order of `regplay.core.datasets.dataset.Streams`.
TRAIN_RNGS = ("rngs[0]", "rngs[1]", "rngs[2]", "rngs[3]")
VALID_RNGS = ("rngs[4]", "rngs[5]", "rngs[6]", "rngs[7]")

_CURVES = {  # what stands in the comment, and the same as code
    "sine": ("sin(x)", "np.sin(x[:, 0])"),
    "x-sin-x": ("x sin(x)", "x[:, 0] * np.sin(x[:, 0])"),
    "step": ("-1 below x = 0 and 1 above", "np.where(x[:, 0] < 0, -1.0, 1.0)"),
    "cubic": ("(x^3 - 4x) / 5", "(x[:, 0] ** 3 - 4 * x[:, 0]) / 5"),
}
CURVES = tuple(_CURVES)

_CIRCULAR = "np.stack([np.cos(angle), np.sin(angle)], axis=1)"


@dataclass(frozen=True)
class DataCode:
    """Lines that define numpy arrays `x_train`, `y_train`, `x_valid` and `y_valid`.

    Inputs are float64 [n, d] and targets [n], float64 or class numbers, as the network is to see
    them.

    Attributes
    ----------
    imports
        Whole import statements, besides numpy and torch.
    """

    text: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Argument:
    """A parameter of the function that samples a split, and what it is in each."""

    name: str
    train: str
    valid: str


X_RNG = Argument("x_rng", TRAIN_RNGS[0], VALID_RNGS[0])
NOISE_RNG = Argument("noise_rng", TRAIN_RNGS[1], VALID_RNGS[1])


def generators(seed: int, parts: str) -> str:
    """The random generators of both splits; `parts` says of what, such as `inputs and noise`."""
    return (
        f"# The {parts} of each split come from generators of their own.\n"
        f"rngs = [np.random.default_rng(seed) for seed in np.random.SeedSequence({seed}).spawn(8)]"
    )


def sampler(settings: DataSettings, arguments: Sequence[Argument], body: Sequence[str]) -> str:
    """A function `sample(n, …)` that returns `x, y`, and a call of it for each split."""
    head = call("def sample", ["n", *(argument.name for argument in arguments)], ":")
    train = [str(settings.n_train), *(argument.train for argument in arguments)]
    valid = [str(settings.n_valid), *(argument.valid for argument in arguments)]
    return "\n".join(
        [
            "",
            "",
            head,
            *[f"    {line}" for line in body],
            "    return x, y",
            "",
            "",
            call("x_train, y_train = sample", train),
            call("x_valid, y_valid = sample", valid),
        ]
    )


def flips(share: float, n_classes: int, *, clean_valid: bool) -> str:
    """A function that replaces a share of the labels by another class, and its calls."""
    body = [
        'order = np.argsort(flip_rng.random(len(y)), kind="stable")',
        f"flipped = order[: round({share} * len(y))]",
    ]
    if n_classes == 2:
        parameters, used = ["y", "flip_rng"], slice(2, 3)
        body.append("y[flipped] = 1 - y[flipped]")
    else:
        parameters, used = ["y", "flip_rng", "class_rng"], slice(2, 4)
        body.append(f"shift = class_rng.integers(1, {n_classes}, len(y))")
        body.append(f"y[flipped] = (y[flipped] + shift[flipped]) % {n_classes}")
    lines = [
        "",
        "",
        call("def flip_labels", parameters, ":"),
        *[f"    {line}" for line in body],
        "",
        "",
        call("flip_labels", ["y_train", *TRAIN_RNGS[used]]),
    ]
    if not clean_valid:
        lines.append(call("flip_labels", ["y_valid", *VALID_RNGS[used]]))
    return "\n".join(lines)


def split_rows(seed: int, dataset: Dataset) -> list[str]:
    """The rows of `x` and `y` shuffled into two splits."""
    n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
    return [
        "",
        "# The rows are shuffled; training takes the first ones, validation the last ones.",
        f"order = np.random.default_rng({seed}).permutation(len(x))",
        f"train, valid = order[:{n_train}], order[-{n_valid}:]",
        "x_train, y_train, x_valid, y_valid = x[train], y[train], x[valid], y[valid]",
    ]


def standardised(dataset: Dataset, *, one_scale: bool = False) -> list[str]:
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


def _is_constant(columns: Floats) -> NDArray[np.bool_]:
    constant: NDArray[np.bool_] = np.ptp(columns, axis=0) == 0
    return constant


# numbers by a formula


def curve_code(settings: DataSettings) -> DataCode:
    """Points on a curve over [−3, 3]."""
    formula, truth = _CURVES[settings.name]
    about = f"Data: y is {formula}, x uniform in [-3, 3]"
    return _noisy(settings, about, ["x = x_rng.uniform(-3, 3, (n, 1))"], truth)


def linear_code(settings: DataSettings) -> DataCode:
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
    noise, arguments = settings.noise, [X_RNG]
    body = [*x, f"y = {truth}"]
    if noise > 0:
        sigma = str(noise)
        about += f", plus Gaussian noise of standard deviation {noise}"
        if settings.clean_valid:
            about += " on the training points"
            arguments.insert(0, Argument("noise", str(noise), "0.0"))
            sigma = "noise"
        arguments.append(NOISE_RNG)
        body[-1] += f" + {sigma} * noise_rng.standard_normal(n)"
    elif truth == "0.05":
        body[-1] = "y = np.full(n, 0.05)"
    parts = "inputs and noise" if noise > 0 else "inputs"
    text = f"{comment(about + '.')}\n{generators(settings.seed, parts)}\n"
    return DataCode(text + sampler(settings, arguments, body))


def xor_code(_: DataSettings) -> DataCode:
    """The four points of exclusive or, which also validate."""
    return DataCode(
        "# Data: the four points of exclusive or; the same four validate.\n"
        "x_train = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])\n"
        "y_train = np.array([0.0, 1.0, 1.0, 0.0])\n"
        "x_valid, y_valid = x_train, y_train"
    )


# points on a plane, in classes placed by a rule


@dataclass(frozen=True)
class _Kind:
    """One dataset: a comment and the lines that come to `x` [n, 2] and `y` [n]."""

    about: str
    body: Sequence[str]
    is_placed: bool = False  # on curves or centres, around which there is position noise
    draws: bool = True  # whether the lines need `x_rng`


_KINDS = {
    "curved": _Kind(
        "normal points in two classes, parted by the parabola x0^2 + 0.8 x1 = 0.5",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 + 0.8 * x[:, 1] > 0.5).astype(int)",
        ],
    ),
    "curved-2": _Kind(
        "normal points in two classes, parted by the parabola x0^2 - 0.7 x1 = 0.3",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 - 0.7 * x[:, 1] > 0.3).astype(int)",
        ],
    ),
    "xor-quadrants": _Kind(
        "points in a square; class 1 where the signs of the two inputs differ",
        [
            "x = x_rng.uniform(-3, 3, (n, 2))",
            "y = (x[:, 0] * x[:, 1] < 0).astype(int)",
        ],
    ),
    "moons": _Kind(
        "two half-moons that reach into each other",
        [
            "y = np.arange(n) % 2",
            "angle = np.pi * x_rng.random(n)",
            f"moon = 1.5 * {_CIRCULAR} - [0.75, 0.375]",
            "x = np.where(y[:, None] == 0, moon, -moon)",
        ],
        is_placed=True,
    ),
    "circles": _Kind(
        "a ring around a ring",
        [
            "y = np.arange(n) % 2",
            "radius = np.where(y == 0, 1.0, 2.2)",
            "angle = 2 * np.pi * x_rng.random(n)",
            f"x = radius[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    ),
    "spirals": _Kind(
        "two arms wound around each other for one and a half turns",
        [
            "y = np.arange(n) % 2",
            "u = x_rng.random(n)",
            "angle = np.pi * (3 * u + y)",
            f"x = (0.3 + 2.5 * u)[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    ),
}
PLANES = (*_KINDS, "blobs")


def _blobs(n_classes: int) -> _Kind:
    return _Kind(
        f"{n_classes} clouds of points, their centres on a circle",
        [
            f"y = np.arange(n) % {n_classes}",
            f"angle = 2 * np.pi * y / {n_classes} + np.pi / 6",
            f"x = 1.4 * {_CIRCULAR}",
        ],
        is_placed=True,
        draws=False,
    )


def plane_code(settings: DataSettings) -> DataCode:
    """Points on a plane and their classes, with position noise and flipped labels if asked for."""
    n_classes = settings.n_classes if settings.name == "blobs" else 2
    kind = _blobs(n_classes) if settings.name == "blobs" else _KINDS[settings.name]
    about, body = f"Data: {kind.about}", list(kind.body)
    arguments = [X_RNG] if kind.draws else []
    parts = ["points"] if kind.draws else []
    if kind.is_placed and settings.noise > 0:
        about += f", blurred by Gaussian noise of standard deviation {settings.noise}"
        arguments.append(NOISE_RNG)
        parts.append("noise")
        body.append(f"x += {settings.noise} * noise_rng.standard_normal((n, 2))")
    flipping = ""
    if settings.label_noise > 0:
        about += f"; {100 * settings.label_noise:g} % of the labels are flipped"
        about += ", of the training points alone" if settings.clean_valid else ""
        parts.append("flipped labels")
        flipping = "\n" + flips(settings.label_noise, n_classes, clean_valid=settings.clean_valid)
    lines = [comment(about + "."), *([generators(settings.seed, joined(parts))] if parts else [])]
    return DataCode("\n".join([*lines, sampler(settings, arguments, body)]) + flipping)
