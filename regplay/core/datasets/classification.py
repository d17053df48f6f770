"""Two inputs and a class to predict: points on a plane, placed by a rule.

Where a rule draws a boundary through scattered points (`curved`, `curved-2`, `xor-quadrants`), only
flipped labels are noise. Where points are placed on curves or centres (`moons`, `circles`,
`spirals`, `blobs`), `noise` is the standard deviation of their position around them; the truth is
then the class of the nearest curve or centre, and no noise floor is known unless that is 0.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.random import Generator

from regplay.core.arrays import Flags, Floats, Labels
from regplay.core.datasets.dataset import (
    Dataset,
    DatasetSpec,
    Sample,
    Sampler,
    Split,
    arguments,
    flip_entropy,
    flipped_labels,
    reading,
    require_sizes,
    streams,
)
from regplay.core.experiment import DataSettings

Second = Callable[[Floats], Flags]  # x [n, 2] -> whether each point is of the second class
Rule = Callable[[Floats, int], Labels | Flags]  # x [n, 2], number of classes -> classes [n]


def _dataset(sampler: Sampler, rule: Rule, counted_by: str, settings: DataSettings) -> Dataset:
    """Points from a sampler, whose classes are those of a rule unless positions are blurred.

    `counted_by` is the field that holds the number of classes; of "", there are two.
    """
    require_sizes(settings, least_train=2)
    n_classes = getattr(settings, counted_by) if counted_by else 2

    def truth(x: Floats) -> Labels:
        return rule(x, n_classes).astype(np.int64)

    def floor(n: int, label_noise: float) -> float | None:
        return None if overlap else flip_entropy(label_noise, n, n_classes)

    given = arguments(sampler, settings, streams(settings.seed))
    overlap = given[0].get("spread", 0.0) > 0
    (x, y), (x_valid, y_valid) = (sampler(**values) for values in given)
    y, y_valid = flipped_labels(y, y_valid, n_classes, settings)
    return Dataset(
        task="classification",
        train=Split(x, y),
        valid=Split(x_valid, y_valid),
        input_names=("x₀", "x₁"),
        target_name="class",
        class_names=tuple(f"class {k}" for k in range(n_classes)),
        truth=truth,
        noise_floor=floor(settings.n_train, settings.label_noise),
        valid_noise_floor=floor(
            settings.n_valid, 0.0 if settings.clean_valid else settings.label_noise
        ),
    )


# scattered points, and a boundary


def normal_points(is_second: Second, n: int, x_rng: Generator) -> Sample:
    """Normal points, and on which side of a boundary they are."""
    x = x_rng.standard_normal((n, 2))
    return x, is_second(x).astype(np.int64)


def points_in_square(is_second: Second, n: int, x_rng: Generator) -> Sample:
    """Points in a square, and on which side of a boundary they are."""
    x = x_rng.uniform(-3, 3, (n, 2))
    return x, is_second(x).astype(np.int64)


def curved(x: Floats) -> Flags:
    """Class 1 lies above this parabola."""
    return x[:, 0] ** 2 + 0.8 * x[:, 1] > 0.5


def curved_2(x: Floats) -> Flags:
    """Class 1 lies below this parabola."""
    return x[:, 0] ** 2 - 0.7 * x[:, 1] > 0.3


def signs_differ(x: Floats) -> Flags:
    """Class 1 lies where the signs of the two inputs differ."""
    return x[:, 0] * x[:, 1] < 0


# classes in turn, placed on curves or centres


def polar(radius: Floats | float, angle: Floats) -> Floats:
    """Points around the origin."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


MOON_RADIUS = 1.5
MOON_CENTRE = (-0.75, -0.375)


def moons(n: int, spread: float, x_rng: Generator, noise_rng: Generator) -> Sample:
    """Half circles, the second mirrored through the origin, blurred by Gaussian noise."""
    y = np.arange(n, dtype=np.int64) % 2
    x = polar(MOON_RADIUS, np.pi * x_rng.random(n)) + MOON_CENTRE
    x = np.where(y[:, None] == 0, x, -x)
    return x + spread * noise_rng.standard_normal((n, 2)), y


def _moon_distance(x: Floats) -> Floats:
    """Distance [n] to the first half circle: to its rim from above, to its ends from below."""
    across, up = (x - MOON_CENTRE).T
    rim = np.abs(np.hypot(across, up) - MOON_RADIUS)
    ends = np.hypot(np.abs(across) - MOON_RADIUS, up)
    distance: Floats = np.where(up >= 0, rim, ends)
    return distance


RADII = (1.0, 2.2)


def circles(n: int, spread: float, x_rng: Generator, noise_rng: Generator) -> Sample:
    """A ring around a ring, blurred by Gaussian noise."""
    y = np.arange(n, dtype=np.int64) % 2
    x = polar(np.where(y == 0, *RADII), 2 * np.pi * x_rng.random(n))
    return x + spread * noise_rng.standard_normal((n, 2)), y


SPIRAL_START, SPIRAL_LENGTH = 0.3, 2.5  # radii
SPIRAL_TURNS = 1.5


def spirals(n: int, n_arms: int, spread: float, x_rng: Generator, noise_rng: Generator) -> Sample:
    """Arms wound around each other, blurred by Gaussian noise."""
    y = np.arange(n, dtype=np.int64) % n_arms
    u = x_rng.random(n)  # from the start of an arm to its end
    angle = 2 * np.pi * SPIRAL_TURNS * u + 2 * np.pi * y / n_arms
    x = polar(SPIRAL_START + SPIRAL_LENGTH * u, angle)
    return x + spread * noise_rng.standard_normal((n, 2)), y


def _nearest_arm(x: Floats, n_arms: int) -> Labels:
    """The arm that is nearest along the circle through the point."""
    u = (np.hypot(x[:, 0], x[:, 1]) - SPIRAL_START) / SPIRAL_LENGTH
    angle = np.arctan2(x[:, 1], x[:, 0]) - 2 * np.pi * SPIRAL_TURNS * u
    labels: Labels = np.rint(angle * n_arms / (2 * np.pi)).astype(np.int64) % n_arms
    return labels


def centres(n_classes: int) -> Floats:
    """Places on a circle."""
    angle = 2 * np.pi * np.arange(n_classes) / n_classes + np.pi / 6
    return 1.4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def blobs(n: int, n_classes: int, spread: float, noise_rng: Generator) -> Sample:
    """Gaussian clouds around centres."""
    y = np.arange(n, dtype=np.int64) % n_classes
    return centres(n_classes)[y] + spread * noise_rng.standard_normal((n, 2)), y


def _nearest_centre(x: Floats, n_classes: int) -> Labels:
    distances = ((x[:, None, :] - centres(n_classes)) ** 2).sum(axis=2)  # [n, K]
    labels: Labels = distances.argmin(axis=1)
    return labels


def _spec(
    name: str,
    title: str,
    description: str,
    sampler: Sampler,
    rule: Rule,
    counted_by: str = "",
    **defaults: Any,
) -> DatasetSpec:
    defaults = reading("label_noise clean_valid edits", **defaults)
    make = partial(_dataset, sampler, rule, counted_by)
    return DatasetSpec(name, title, description, "classification", make, defaults, sampler=sampler)


SPECS = (
    _spec(
        "curved",
        "Curved boundary",
        "Normal points in two classes, parted by the parabola x₀² + 0.8·x₁ = 0.5.",
        partial(normal_points, is_second=curved),
        lambda x, _: curved(x),
        n_train=140,
        n_valid=60,
    ),
    _spec(
        "curved-2",
        "Curved boundary 2",
        "Normal points in two classes, parted by the parabola x₀² − 0.7·x₁ = 0.3.",
        partial(normal_points, is_second=curved_2),
        lambda x, _: curved_2(x),
        n_train=140,
        n_valid=60,
    ),
    _spec(
        "moons",
        "Moons",
        "Two half-moons that reach into each other, blurred by position noise.",
        moons,
        lambda x, _: _moon_distance(-x) < _moon_distance(x),
        n_train=60,
        n_valid=300,
        noise=0.4,
    ),
    _spec(
        "circles",
        "Circles",
        "A ring around a ring, blurred by position noise.",
        circles,
        lambda x, _: np.hypot(*x.T) > sum(RADII) / 2,
        n_train=60,
        n_valid=300,
        noise=0.4,
    ),
    _spec(
        "spirals",
        "Spirals",
        "Two to four arms wound around each other for one and a half turns; hard for a small "
        "network.",
        spirals,
        _nearest_arm,
        "n_arms",
        n_train=100,
        n_valid=300,
        noise=0.15,
        n_arms=2,
    ),
    _spec(
        "blobs",
        "Blobs",
        "Two to four Gaussian clouds of points that overlap; noise is their standard deviation.",
        blobs,
        _nearest_centre,
        "n_classes",
        n_train=60,
        n_valid=300,
        noise=0.7,
        n_classes=3,
    ),
    _spec(
        "xor-quadrants",
        "XOR quadrants",
        "Four squares, the class of each given by whether the signs of the two inputs differ; "
        "one label in ten is flipped.",
        partial(points_in_square, is_second=signs_differ),
        lambda x, _: signs_differ(x),
        n_train=100,
        n_valid=300,
        label_noise=0.1,
    ),
)
