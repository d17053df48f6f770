"""What a dataset is: two splits, units, what is known of the truth; what all of them share."""

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from msgspec import structs
from numpy.polynomial.legendre import legvander
from numpy.random import Generator
from numpy.typing import NDArray

from regplay.core import UserError
from regplay.core.arrays import Floats, Labels
from regplay.core.experiment import DataSettings

Task = Literal["regression", "classification"]
Sample = tuple[Floats, NDArray[Any]]  # x [n, d] and y [n]
# Draws the points of a split, called with `arguments`. Exported scripts hold its source and that of
# all it uses of its module: plain values and functions, which know no other library than numpy.
Sampler = Callable[..., Sample]


class DatasetError(UserError):
    """A dataset can't be made from these settings; the message says what, where and what to do."""


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, eq=False)
class Split:
    """Points in the units they were measured in."""

    x: Floats  # [n, d]
    y: NDArray[Any]  # regression: float64 [n]; classification: int64 [n], classes from 0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and validation points, and what is known about where they come from.

    The network sees `(x − x_mean) / x_scale` and, in regression, `(y − y_mean) / y_scale`; both are
    0 and 1 unless a real table needs standardising, and come from the training points only. Losses
    and noise floors are in the network's units. A polynomial is a linear model that sees Legendre
    polynomials of x in place of x.
    """

    task: Task
    train: Split
    valid: Split
    input_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...] = ()
    is_image: bool = False  # whether inputs are the pixels of a square picture, row by row
    x_mean: Floats | None = None  # [d]; None means 0
    x_scale: Floats | None = None  # [d]; None means 1
    y_mean: float = 0.0
    y_scale: float = 1.0
    truth: Callable[[Floats], NDArray[Any]] | None = None  # x [n, d] -> y [n], measured units
    true_weights: Floats | None = None  # [d], where the truth is linear
    noise_floor: float | None = None  # expected training loss of the true function, where known
    valid_noise_floor: float | None = None  # the same for validation; 0 where that is clean
    is_fixed: bool = False  # whether any data seed makes these very points
    degree: int = 0  # of the polynomial that is fitted to the only input; 0 for a network

    @property
    def n_inputs(self) -> int:
        """Number of inputs d."""
        return int(self.train.x.shape[1])

    @property
    def n_outputs(self) -> int:
        """Units the network ends in: one for regression, one a class for classification."""
        return len(self.class_names) if self.task == "classification" else 1

    @property
    def seen_names(self) -> tuple[str, ...]:
        """What the values are called that `inputs` makes of a point."""
        if not self.degree:
            return self.input_names
        return tuple(f"P{k}".translate(SUBSCRIPTS) for k in range(1, self.degree + 1))

    def inputs(self, x: Floats) -> Floats:
        """Measured inputs [n, d] as the model sees them; of a polynomial [n, degree].

        Then they are P₁ … P_degree at x, of which the training points fill [−1, 1]:
        unlike powers of x they are hardly correlated, so that single precision holds the weights.
        """
        if self.degree:
            low, high = self.train.x.min(), self.train.x.max()
            spread = high - low or 1.0  # of a single place
            columns = legvander((2 * x[:, 0] - low - high) / spread, self.degree)[:, 1:]
            return np.ascontiguousarray(columns)
        mean = 0.0 if self.x_mean is None else self.x_mean
        scale = 1.0 if self.x_scale is None else self.x_scale
        return (x - mean) / scale

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """Measured targets [n] as the network sees them; classes stay as they are."""
        return y if self.task == "classification" else (y - self.y_mean) / self.y_scale

    def measured(self, output: Floats) -> Floats:
        """A regression network's outputs in the units of the target."""
        return output * self.y_scale + self.y_mean

    def standardized(self, *, one_scale: bool = False) -> "Dataset":
        """The same, of which the network sees standardised inputs and numeric targets.

        Parameters
        ----------
        one_scale
            Use one mean and one scale for all inputs, because they share a unit, as pixels do.
        """
        x, y = self.train.x, self.train.y
        found = _mean_and_scale(x.reshape(-1, 1) if one_scale else x)
        x_mean, x_scale = (np.broadcast_to(one, x.shape[1]).copy() for one in found)
        same = replace(self, x_mean=x_mean, x_scale=x_scale)
        if self.task == "classification":
            return same
        y_mean, y_scale = _mean_and_scale(y)
        return replace(same, y_mean=float(y_mean), y_scale=float(y_scale))


@dataclass(frozen=True, eq=False)
class Table:
    """Measured rows, in measured units. With `class_names`, the target is a class."""

    name: str  # what messages call it
    x: Floats  # [n, d]
    y: Floats | Labels  # [n]; classes from 0
    input_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()  # [d], equal in the columns of one category; −1 of numbers
    is_series: bool = False  # whether the first input is a date


@dataclass(frozen=True)
class DatasetSpec:
    """An entry of the registry."""

    name: str  # what a file calls it
    title: str
    description: str  # one line for people
    task: Task  # what its target is; of a person's file, only the dataset that comes out says it
    make: Callable[[DataSettings], Dataset]  # the one signature of every dataset
    # Of each field of `DataSettings` that it reads, besides `name` and `seed`, the value that
    # choosing this dataset sets.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    # Those of them that hold what a person made: choosing this dataset sets their defaults only
    # where they are empty.
    keeps: frozenset[str] = frozenset()
    sampler: Sampler | None = None  # what draws its points, if they are drawn

    @property
    def uses(self) -> frozenset[str]:
        """The fields of `DataSettings` that it reads, besides `name` and `seed`."""
        return frozenset(self.defaults)

    def chosen_after(self, settings: DataSettings) -> dict[str, Any]:
        """The values that choosing this dataset sets where another one was chosen."""
        kept = {name for name in self.keeps if getattr(settings, name)}
        return {name: value for name, value in self.defaults.items() if name not in kept}


def reading(names: str, **other: Any) -> dict[str, Any]:
    """Defaults of a dataset that reads these fields, with their usual values, and `other` ones."""
    usual = DataSettings()
    return {name: getattr(usual, name) for name in names.split()} | other


# what is drawn

RNGS = ("x_rng", "noise_rng", "flip_rng", "class_rng")  # of one split


def streams(seed: int) -> list[Generator]:
    """The generators of the training split, in the order of `RNGS`, then of the validation split.

    Each part of a split has its own, so that what changes with a value is that value alone: other
    noise keeps the points, more points keep the first ones, more flipped labels keep those already
    flipped.
    """
    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(8)]


def arguments(
    function: Callable[..., Any], settings: DataSettings, rngs: Sequence[Any], **other: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a sampler or `flip_labels` is called with in each split, by the names it has for it.

    Besides fields of the settings these are `n` points, `noise` of targets, `spread` of positions
    (both standard deviations), the `share` of labels to flip, and the names of `RNGS`.

    Parameters
    ----------
    rngs
        What stands for the eight `streams`.
    other
        Values in place of those of the settings.
    """
    names = inspect.signature(function).parameters
    found = []
    for split, n in enumerate((settings.n_train, settings.n_valid)):
        is_clean = split == 1 and settings.clean_valid
        values = structs.asdict(settings) | {
            "n": n,
            "noise": 0.0 if is_clean else settings.noise,
            "spread": settings.noise,
            "share": 0.0 if is_clean else settings.label_noise,
            **dict(zip(RNGS, rngs[split * len(RNGS) :], strict=False)),
            **other,
        }
        found.append({name: values[name] for name in names if name in values})
    return found[0], found[1]


def flip_labels(
    y: NDArray[Any], share: float, n_classes: int, flip_rng: Generator, class_rng: Generator
) -> Labels:
    """Exactly `round(share * n)` labels become any other class; of a larger share, more."""
    flipped = np.argsort(flip_rng.random(len(y)), kind="stable")[: round(share * len(y))]
    y = y.astype(np.int64)
    y[flipped] = (y[flipped] + class_rng.integers(1, n_classes, len(y))[flipped]) % n_classes
    return y


def flipped_labels(
    train: NDArray[Any], valid: NDArray[Any], n_classes: int, settings: DataSettings
) -> tuple[Labels, Labels]:
    """The labels [n] of both splits, of which a share is flipped as the settings say."""
    given = arguments(flip_labels, settings, streams(settings.seed), n_classes=n_classes)
    return flip_labels(train, **given[0]), flip_labels(valid, **given[1])


def require_sizes(settings: DataSettings, least_train: int = 1) -> None:
    """Refuse splits that are too small.

    Raises
    ------
    DatasetError
        If there are fewer than `least_train` training points or no validation point.
    """
    for path, value, least in (
        ("data.n_train", settings.n_train, least_train),
        ("data.n_valid", settings.n_valid, 1),
    ):
        if value < least:
            raise DatasetError(f"{path} = {value}: there must be at least {least}")


def flip_entropy(share: float, n: int, n_classes: int) -> float:
    """Cross-entropy in nats of the best prediction when labels are flipped, 0 when none is.

    That is −(1 − p)·ln(1 − p) − p·ln(p/(K − 1)) for K classes, where p is the share of the n labels
    that `flip_labels` really flips.
    """
    p = round(share * n) / n
    if p == 0.0:
        return 0.0
    return -(1 - p) * math.log(1 - p) - p * math.log(p / (n_classes - 1))


def _mean_and_scale(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the first axis; the scale of what is constant is 1."""
    scale = values.std(axis=0)
    varies = (np.ptp(values, axis=0) > 0) & (scale > 0)
    return values.mean(axis=0), np.where(varies, scale, 1.0)


# numbers that a person wrote

LARGEST = 1e100  # beyond this, squares overflow


def parse_number(cell: str) -> float | None:
    """The number that `cell` holds; None for text. Python's own 1_000 counts as text."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def why_no_number(cell: str, remark: str) -> str:
    """What is wrong with a number as it is written; "" where nothing is.

    Parameters
    ----------
    remark
        What to say of text in place of a number.
    """
    value = parse_number(cell)
    if value is None:
        if re.fullmatch(r"[+-]?\d+,\d+", cell):
            remark = "write decimals with a point"
        return f"{shown(cell)} is not a number; {remark}"
    if not abs(value) <= LARGEST:
        return f"{shown(cell)} is {'too large' if math.isfinite(value) else 'not finite'}"
    return ""


def short(text: str) -> str:
    """`text`, cut off after 40 characters."""
    return text if len(text) <= 40 else text[:39] + "…"


def shown(cell: str) -> str:
    """`cell` in quotes, cut off where it is long."""
    return repr(short(cell))
