"""One input, one number to predict: functions on [−3, 3] with Gaussian noise."""

from collections.abc import Callable
from functools import partial

import numpy as np

from regplay.core.datasets.dataset import (
    Dataset,
    DatasetSpec,
    Floats,
    Split,
    Streams,
    require_sizes,
    streams,
)
from regplay.core.experiment import DataSettings

Function = Callable[[Floats], Floats]  # x [n] -> y [n]


def noisy(truth: Floats, noise: float, rng: np.random.Generator) -> Floats:
    """Targets y = f(x) + N(0, σ²) [n]; the draws don't depend on σ."""
    return truth + noise * rng.standard_normal(len(truth))


def _make(function: Function, settings: DataSettings) -> Dataset:
    require_sizes(settings)

    def truth(x: Floats) -> Floats:
        return function(x[:, 0])

    def split(rng: Streams, n: int, noise: float) -> Split:
        x = rng.x.uniform(-3, 3, (n, 1))
        return Split(x, noisy(truth(x), noise, rng.noise))

    train, valid = streams(settings.seed)
    valid_noise = 0.0 if settings.clean_valid else settings.noise
    return Dataset(
        task="regression",
        train=split(train, settings.n_train, settings.noise),
        valid=split(valid, settings.n_valid, valid_noise),
        input_names=("x",),
        target_name="y",
        truth=truth,
        noise_floor=settings.noise**2,
        valid_noise_floor=valid_noise**2,
    )


def _spec(name: str, title: str, description: str, function: Function) -> DatasetSpec:
    defaults = {"n_train": 30, "n_valid": 200, "noise": 0.3, "clean_valid": False}
    make = partial(_make, function)
    return DatasetSpec(name, title, description, "regression", make, frozenset(defaults), defaults)


def _sine(x: Floats) -> Floats:
    y: Floats = np.sin(x)
    return y


def _x_sin_x(x: Floats) -> Floats:
    y: Floats = x * np.sin(x)
    return y


def _step(x: Floats) -> Floats:
    return np.where(x < 0, -1.0, 1.0)


def _cubic(x: Floats) -> Floats:
    return (x**3 - 4 * x) / 5


SPECS = (
    _spec("sine", "Sine", "One smooth wave, y = sin(x), with Gaussian noise.", _sine),
    _spec(
        "x-sin-x",
        "x · sin x",
        "Two hills with a valley between them, y = x·sin(x), with Gaussian noise.",
        _x_sin_x,
    ),
    _spec(
        "step",
        "Step",
        "A jump from −1 to 1 at x = 0, which a smooth network can only round off.",
        _step,
    ),
    _spec(
        "cubic",
        "Cubic",
        "y = (x³ − 4x)/5: a gentle bend in the middle and steep ends.",
        _cubic,
    ),
)
