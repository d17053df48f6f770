"""Numbers to predict: functions on [−3, 3], a linear function of many inputs, and XOR."""

from collections.abc import Callable
from functools import partial

import numpy as np
from msgspec import structs
from numpy.random import Generator

from regplay.core.arrays import Floats
from regplay.core.datasets.dataset import (
    SUBSCRIPTS,
    Dataset,
    DatasetSpec,
    Sample,
    Sampler,
    Split,
    arguments,
    reading,
    require_sizes,
    streams,
)
from regplay.core.experiment import DataSettings

Truth = Callable[[Floats], Floats]  # x [n, d] -> y [n]


def _dataset(
    sampler: Sampler,
    truth: Truth,
    settings: DataSettings,
    input_names: tuple[str, ...] = ("x",),
    true_weights: Floats | None = None,
) -> Dataset:
    """Points from a sampler, whose targets are those of `truth` and noise."""
    require_sizes(settings)
    train, valid = arguments(sampler, settings, streams(settings.seed))
    return Dataset(
        task="regression",
        train=Split(*sampler(**train)),
        valid=Split(*sampler(**valid)),
        input_names=input_names,
        target_name="y",
        truth=truth,
        true_weights=true_weights,
        noise_floor=train.get("noise", 0.0) ** 2,
        valid_noise_floor=valid.get("noise", 0.0) ** 2,
    )


# curves


def curve(truth: Truth, n: int, noise: float, x_rng: Generator, noise_rng: Generator) -> Sample:
    """Points on a curve over [-3, 3], with Gaussian noise."""
    x = x_rng.uniform(-3, 3, (n, 1))
    return x, truth(x) + noise * noise_rng.standard_normal(n)


def sine(x: Floats) -> Floats:
    """y = sin(x)."""
    return np.sin(x[:, 0])


def x_sin_x(x: Floats) -> Floats:
    """y = x sin(x)."""
    return x[:, 0] * np.sin(x[:, 0])


def step(x: Floats) -> Floats:
    """-1 below 0, and 1 above."""
    return np.where(x[:, 0] < 0, -1.0, 1.0)


def cubic(x: Floats) -> Floats:
    """y = (x^3 - 4x) / 5."""
    return (x[:, 0] ** 3 - 4 * x[:, 0]) / 5


# many inputs

BIAS = 0.05
WEIGHT = 0.01


def true_weights(n_inputs: int, n_informative: int) -> Floats:
    """The same weight of the first inputs; the others have no effect."""
    weights = np.zeros(n_inputs)
    weights[:n_informative] = WEIGHT
    return weights


def linear(
    n: int, n_inputs: int, n_informative: int, noise: float, x_rng: Generator, noise_rng: Generator
) -> Sample:
    """Normal inputs, and a linear function of them with Gaussian noise."""
    x = x_rng.standard_normal((n, n_inputs))
    y = x @ true_weights(n_inputs, n_informative) + BIAS
    return x, y + noise * noise_rng.standard_normal(n)


def _linear(settings: DataSettings) -> Dataset:
    weights = true_weights(settings.n_inputs, settings.n_informative)
    names = tuple(f"x{i}".translate(SUBSCRIPTS) for i in range(1, settings.n_inputs + 1))
    return _dataset(linear, lambda x: x @ weights + BIAS, settings, names, weights)


# exclusive or


def exclusive_or(x: Floats) -> Floats:
    """1 where exactly one input is nearer to 1 than to 0, else 0."""
    return np.where((x[:, 0] > 0.5) != (x[:, 1] > 0.5), 1.0, 0.0)


def xor() -> Sample:
    """The four points of exclusive or."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return x, exclusive_or(x)


def _xor(settings: DataSettings) -> Dataset:
    whole = structs.replace(settings, n_train=4, n_valid=4)
    return _dataset(xor, exclusive_or, whole, ("x₀", "x₁"))


def _spec(name: str, title: str, description: str, truth: Truth) -> DatasetSpec:
    defaults = reading("n_train n_valid noise clean_valid edits")
    sampler = partial(curve, truth=truth)
    make = partial(_dataset, sampler, truth)
    return DatasetSpec(name, title, description, "regression", make, defaults, sampler=sampler)


CURVES = (
    _spec("sine", "Sine", "One smooth wave, y = sin(x), with Gaussian noise.", sine),
    _spec(
        "x-sin-x",
        "x · sin x",
        "Two hills with a valley between them, y = x·sin(x), with Gaussian noise.",
        x_sin_x,
    ),
    _spec(
        "step",
        "Step",
        "A jump from −1 to 1 at x = 0, which a smooth network can only round off.",
        step,
    ),
    _spec("cubic", "Cubic", "y = (x³ − 4x)/5: a gentle bend in the middle and steep ends.", cubic),
)
CLASSICS = (
    DatasetSpec(
        "xor",
        "XOR",
        "The four points of exclusive or, as numbers: 1 where the two inputs differ. "
        "The same four validate.",
        "regression",
        _xor,
        reading("edits"),
        sampler=xor,
    ),
    DatasetSpec(
        "linear",
        "Many inputs, linear",
        "y = 0.05 + Σ 0.01·xᵢ plus noise. A linear model (depth 0) has a weight for each input: "
        "with more inputs than training points, it can memorise them all.",
        "regression",
        _linear,
        reading("n_inputs n_informative clean_valid edits", n_train=20, n_valid=100, noise=0.01),
        sampler=linear,
    ),
)
