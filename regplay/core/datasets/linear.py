"""Two classics of the textbooks: a linear function of many inputs, and the four points of XOR."""

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
from regplay.core.datasets.regression import noisy
from regplay.core.experiment import DataSettings

BIAS = 0.05
WEIGHT = 0.01
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _linear(settings: DataSettings) -> Dataset:
    require_sizes(settings)
    d = settings.n_inputs
    weights = np.zeros(d)
    weights[: settings.n_informative] = WEIGHT  # more than there are means all of them

    def truth(x: Floats) -> Floats:
        return x @ weights + BIAS

    def split(rng: Streams, n: int, noise: float) -> Split:
        x = rng.x.standard_normal((n, d))
        return Split(x, noisy(truth(x), noise, rng.noise))

    train, valid = streams(settings.seed)
    valid_noise = 0.0 if settings.clean_valid else settings.noise
    return Dataset(
        task="regression",
        train=split(train, settings.n_train, settings.noise),
        valid=split(valid, settings.n_valid, valid_noise),
        input_names=tuple(f"x{i}".translate(_SUBSCRIPTS) for i in range(1, d + 1)),
        target_name="y",
        truth=truth,
        true_weights=weights,
        noise_floor=settings.noise**2,
        valid_noise_floor=valid_noise**2,
    )


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


_LINEAR_DEFAULTS = {
    "n_train": 20,
    "n_valid": 100,
    "noise": 0.01,
    "clean_valid": False,
    "n_inputs": 200,
    "n_informative": 200,
}

SPECS = (
    DatasetSpec(
        "xor",
        "XOR",
        "The four points of exclusive or, as numbers: 1 where the two inputs differ. "
        "The same four validate.",
        "regression",
        _xor,
        frozenset(),
    ),
    DatasetSpec(
        "linear",
        "Many inputs, linear",
        "y = 0.05 + Σ 0.01·xᵢ plus noise. A linear model (depth 0) has a weight for each input: "
        "with more inputs than training points, it can memorise them all.",
        "regression",
        _linear,
        frozenset(_LINEAR_DEFAULTS),
        _LINEAR_DEFAULTS,
    ),
)
