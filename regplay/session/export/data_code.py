"""What the code of every dataset leaves behind, and the parts that several of them share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import DataSettings
from regplay.session.export.python_text import call

# Streams of each split in the order of `regplay.core.datasets.sampling.Streams`.
TRAIN_RNGS = ("rngs[0]", "rngs[1]", "rngs[2]", "rngs[3]")
VALID_RNGS = ("rngs[4]", "rngs[5]", "rngs[6]", "rngs[7]")


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
