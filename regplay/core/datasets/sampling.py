"""What every dataset shares: its random streams, its sizes, flipped labels, standardising."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regplay.core.datasets.dataset import DatasetError, Floats
from regplay.core.experiment import DataSettings

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Streams:
    """Independent generators for the parts of one split.

    Each part has its own, so that what changes with a value is that value alone: other noise keeps
    the points, more points keep the first ones, more flipped labels keep those already flipped.
    """

    x: Generator
    noise: Generator
    flips: Generator
    new_labels: Generator


def streams(seed: int) -> tuple[Streams, Streams]:
    """The generators of the training split and of the validation split."""
    generators = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(8)]
    return Streams(*generators[:4]), Streams(*generators[4:])


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
            raise DatasetError(f"{path} = {value}: {settings.name} needs at least {least}")


def flip_labels(
    labels: Labels, share: float, n_classes: int, flips: Generator, new_labels: Generator
) -> Labels:
    """Labels [n] of which exactly `round(share · n)` are replaced by another class.

    The new class is uniform among the other ones. A larger share flips the same labels and more.
    """
    n = len(labels)
    chosen = np.argsort(flips.random(n), kind="stable")[: round(share * n)]
    shift = new_labels.integers(1, n_classes, n)
    flipped = labels.copy()
    flipped[chosen] = (labels[chosen] + shift[chosen]) % n_classes
    return flipped


def flip_entropy(share: float, n: int, n_classes: int) -> float:
    """Cross-entropy in nats of the best prediction when labels are flipped, 0 when none is.

    That is −(1 − p)·ln(1 − p) − p·ln(p/(K − 1)) for K classes, where p is the share of the n labels
    that `flip_labels` really flips.
    """
    p = round(share * n) / n
    if p == 0.0:
        return 0.0
    return -(1 - p) * math.log(1 - p) - p * math.log(p / (n_classes - 1))


def mean_and_scale(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the first axis; the scale of what is constant is 1."""
    scale = values.std(axis=0)
    varies = (np.ptp(values, axis=0) > 0) & (scale > 0)
    return values.mean(axis=0), np.where(varies, scale, 1.0)
