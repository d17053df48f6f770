"""Numbers to predict: functions on [−3, 3], a linear function of many inputs, and XOR."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.random import Generator

from regplay.core.arrays import Floats
from regplay.core.datasets.dataset import (
    SUBSCRIPTS,
    Dataset,
    DatasetSpec,
    Split,
    Streams,
    reading,
    require_sizes,
    streams,
)
from regplay.core.experiment import DataSettings

BIAS = 0.05  # of `linear`
WEIGHT = 0.01


def _dataset(
    settings: DataSettings,
    truth: Callable[[Floats], Floats],
    draw: Callable[[Generator, int], Floats],
    input_names: tuple[str, ...],
    true_weights: Floats | None = None,
) -> Dataset:
    """Inputs [n, d] from `draw`, each with y = f(x) + N(0, σ²); the draws don't depend on σ."""
    require_sizes(settings)

    def split(rng: Streams, n: int, noise: float) -> Split:
        x = draw(rng.x, n)
        return Split(x, truth(x) + noise * rng.noise.standard_normal(n))

    train, valid = streams(settings.seed)
    valid_noise = 0.0 if settings.clean_valid else settings.noise
    return Dataset(
        task="regression",
        train=split(train, settings.n_train, settings.noise),
        valid=split(valid, settings.n_valid, valid_noise),
        input_names=input_names,
        target_name="y",
        truth=truth,
        true_weights=true_weights,
        noise_floor=settings.noise**2,
        valid_noise_floor=valid_noise**2,
    )


def _curve(function: Callable[[Floats], Floats], settings: DataSettings) -> Dataset:
    def truth(x: Floats) -> Floats:
        return function(x[:, 0])

    return _dataset(settings, truth, lambda rng, n: rng.uniform(-3, 3, (n, 1)), ("x",))


def _linear(settings: DataSettings) -> Dataset:
    d = settings.n_inputs
    weights = np.zeros(d)
    weights[: settings.n_informative] = WEIGHT  # more than there are means all of them

    def truth(x: Floats) -> Floats:
        return x @ weights + BIAS

    names = tuple(f"x{i}".translate(SUBSCRIPTS) for i in range(1, d + 1))
    return _dataset(settings, truth, lambda rng, n: rng.standard_normal((n, d)), names, weights)


def _exclusive_or(x: Floats) -> Floats:
    """1 where exactly one input is nearer to 1 than to 0, else 0."""
    y: Floats = ((x[:, 0] > 0.5) != (x[:, 1] > 0.5)).astype(np.float64)
    return y


def _xor(settings: DataSettings) -> Dataset:
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    points = Split(x, _exclusive_or(x))
    return Dataset(
        task="regression",
        train=points,
        valid=points,
        input_names=("x₀", "x₁"),
        target_name="y",
        truth=_exclusive_or,
        noise_floor=0.0,
        valid_noise_floor=0.0,
    )


def _spec(
    name: str, title: str, description: str, function: Callable[[Floats], Floats]
) -> DatasetSpec:
    defaults = reading("n_train n_valid noise clean_valid edits")
    return DatasetSpec(name, title, description, "regression", partial(_curve, function), defaults)


CURVES = (
    _spec("sine", "Sine", "One smooth wave, y = sin(x), with Gaussian noise.", np.sin),
    _spec(
        "x-sin-x",
        "x · sin x",
        "Two hills with a valley between them, y = x·sin(x), with Gaussian noise.",
        lambda x: x * np.sin(x),
    ),
    _spec(
        "step",
        "Step",
        "A jump from −1 to 1 at x = 0, which a smooth network can only round off.",
        lambda x: np.where(x < 0, -1.0, 1.0),
    ),
    _spec(
        "cubic",
        "Cubic",
        "y = (x³ − 4x)/5: a gentle bend in the middle and steep ends.",
        lambda x: (x**3 - 4 * x) / 5,
    ),
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
    ),
    DatasetSpec(
        "linear",
        "Many inputs, linear",
        "y = 0.05 + Σ 0.01·xᵢ plus noise. A linear model (depth 0) has a weight for each input: "
        "with more inputs than training points, it can memorise them all.",
        "regression",
        _linear,
        reading("n_inputs n_informative clean_valid edits", n_train=20, n_valid=100, noise=0.01),
    ),
)
