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
    Split,
    Streams,
    flip_entropy,
    flip_labels,
    reading,
    require_sizes,
    streams,
)
from regplay.core.experiment import DataSettings

Rule = Callable[[Floats], Labels | Flags]  # x [n, 2] -> classes [n], or whether it is the second
Sampler = Callable[[Streams, int], tuple[Floats, Labels]]  # n -> x [n, 2] and classes [n]


def _dataset(
    settings: DataSettings, draw: Sampler, rule: Rule, n_classes: int, overlap: bool
) -> Dataset:
    require_sizes(settings, least_train=2)

    def truth(x: Floats) -> Labels:
        return rule(x).astype(np.int64)

    def split(rng: Streams, n: int, label_noise: float) -> Split:
        x, labels = draw(rng, n)
        return Split(x, flip_labels(labels, label_noise, n_classes, rng))

    def floor(n: int, label_noise: float) -> float | None:
        return None if overlap else flip_entropy(label_noise, n, n_classes)

    train, valid = streams(settings.seed)
    valid_label_noise = 0.0 if settings.clean_valid else settings.label_noise
    return Dataset(
        task="classification",
        train=split(train, settings.n_train, settings.label_noise),
        valid=split(valid, settings.n_valid, valid_label_noise),
        input_names=("x₀", "x₁"),
        target_name="class",
        class_names=tuple(f"class {k}" for k in range(n_classes)),
        truth=truth,
        noise_floor=floor(settings.n_train, settings.label_noise),
        valid_noise_floor=floor(settings.n_valid, valid_label_noise),
    )


def _scattered(
    scatter: Callable[[Generator, int], Floats],
    is_second: Callable[[Floats, Floats], Flags],
    settings: DataSettings,
) -> Dataset:
    """Points from `scatter`, of the second class where a condition on both inputs holds."""

    def draw(rng: Streams, n: int) -> tuple[Floats, Labels]:
        x = scatter(rng.x, n)
        return x, is_second(*x.T).astype(np.int64)

    return _dataset(settings, draw, lambda x: is_second(*x.T), n_classes=2, overlap=False)


def _placed(
    place: Callable[[Floats, Labels], Floats], rule: Rule, n_classes: int, settings: DataSettings
) -> Dataset:
    """Classes in turn, each point at `place(u, class)` for u in [0, 1), plus position noise."""

    def draw(rng: Streams, n: int) -> tuple[Floats, Labels]:
        labels = np.arange(n, dtype=np.int64) % n_classes
        x = place(rng.x.random(n), labels) + settings.noise * rng.noise.standard_normal((n, 2))
        return x, labels

    return _dataset(settings, draw, rule, n_classes, overlap=settings.noise > 0)


def _normal(rng: Generator, n: int) -> Floats:
    return rng.standard_normal((n, 2))


def _polar(radius: Floats, angle: Floats) -> Floats:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


_MOON_RADIUS = 1.5
_MOON_CENTRE = np.array([-0.75, -0.375])


def _moon(u: Floats, labels: Labels) -> Floats:
    """Half circles; the second is the first one mirrored through the origin."""
    x = _polar(np.full(len(u), _MOON_RADIUS), np.pi * u) + _MOON_CENTRE
    placed: Floats = np.where(labels[:, None] == 0, x, -x)
    return placed


def _moon_distance(x: Floats) -> Floats:
    """Distance [n] to the first half circle: to its rim from above, to its ends from below."""
    across, up = (x - _MOON_CENTRE).T
    rim = np.abs(np.hypot(across, up) - _MOON_RADIUS)
    ends = np.hypot(np.abs(across) - _MOON_RADIUS, up)
    distance: Floats = np.where(up >= 0, rim, ends)
    return distance


_RADII = np.array([1.0, 2.2])


def _circle(u: Floats, labels: Labels) -> Floats:
    return _polar(_RADII[labels], 2 * np.pi * u)


_SPIRAL_START, _SPIRAL_LENGTH = 0.3, 2.5  # radii
_SPIRAL_TURN = 3 * np.pi  # one and a half turns


def _spirals(settings: DataSettings) -> Dataset:
    arms = settings.n_arms

    def place(u: Floats, labels: Labels) -> Floats:
        radius = _SPIRAL_START + _SPIRAL_LENGTH * u
        return _polar(radius, _SPIRAL_TURN * u + 2 * np.pi * labels / arms)

    def nearest(x: Floats) -> Labels:
        """The arm that is nearest along the circle through the point."""
        u = (np.hypot(x[:, 0], x[:, 1]) - _SPIRAL_START) / _SPIRAL_LENGTH
        angle = np.arctan2(x[:, 1], x[:, 0]) - _SPIRAL_TURN * u
        labels: Labels = np.rint(angle * arms / (2 * np.pi)).astype(np.int64) % arms
        return labels

    return _placed(place, nearest, arms, settings)


def _blobs(settings: DataSettings) -> Dataset:
    n_classes = settings.n_classes
    centres = _polar(
        np.full(n_classes, 1.4), 2 * np.pi * np.arange(n_classes) / n_classes + np.pi / 6
    )

    def place(_: Floats, labels: Labels) -> Floats:
        return centres[labels]

    def nearest(x: Floats) -> Labels:
        distances = ((x[:, None, :] - centres) ** 2).sum(axis=2)  # [n, K]
        labels: Labels = distances.argmin(axis=1)
        return labels

    return _placed(place, nearest, n_classes, settings)


def _spec(
    name: str,
    title: str,
    description: str,
    make: Callable[[DataSettings], Dataset],
    **defaults: Any,
) -> DatasetSpec:
    defaults = reading("label_noise clean_valid edits", **defaults)
    return DatasetSpec(name, title, description, "classification", make, defaults)


SPECS = (
    _spec(
        "curved",
        "Curved boundary",
        "Normal points in two classes, parted by the parabola x₀² + 0.8·x₁ = 0.5.",
        partial(_scattered, _normal, lambda a, b: a**2 + 0.8 * b > 0.5),
        n_train=140,
        n_valid=60,
    ),
    _spec(
        "curved-2",
        "Curved boundary 2",
        "Normal points in two classes, parted by the parabola x₀² − 0.7·x₁ = 0.3.",
        partial(_scattered, _normal, lambda a, b: a**2 - 0.7 * b > 0.3),
        n_train=140,
        n_valid=60,
    ),
    _spec(
        "moons",
        "Moons",
        "Two half-moons that reach into each other, blurred by position noise.",
        partial(_placed, _moon, lambda x: _moon_distance(-x) < _moon_distance(x), 2),
        n_train=60,
        n_valid=300,
        noise=0.4,
    ),
    _spec(
        "circles",
        "Circles",
        "A ring around a ring, blurred by position noise.",
        partial(_placed, _circle, lambda x: np.hypot(*x.T) > _RADII.mean(), 2),
        n_train=60,
        n_valid=300,
        noise=0.4,
    ),
    _spec(
        "spirals",
        "Spirals",
        "Two to four arms wound around each other for one and a half turns; hard for a small "
        "network.",
        _spirals,
        n_train=100,
        n_valid=300,
        noise=0.15,
        n_arms=2,
    ),
    _spec(
        "blobs",
        "Blobs",
        "Two to four Gaussian clouds of points that overlap; noise is their standard deviation.",
        _blobs,
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
        partial(_scattered, lambda rng, n: rng.uniform(-3, 3, (n, 2)), lambda a, b: a * b < 0),
        n_train=100,
        n_valid=300,
        label_noise=0.1,
    ),
)
