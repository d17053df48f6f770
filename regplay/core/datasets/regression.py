"""One input, one number to predict: functions with Gaussian noise."""

import numpy as np

from regplay.core.datasets.dataset import Dataset, DatasetSpec, Floats, Split
from regplay.core.experiment import DataSettings


def _sine(settings: DataSettings) -> Dataset:
    rng = np.random.default_rng(settings.seed)

    def truth(x: Floats) -> Floats:
        return np.sin(x[:, 0])

    x = rng.uniform(-3, 3, (settings.n_train, 1))
    y = truth(x) + settings.noise * rng.standard_normal(settings.n_train)
    xv = rng.uniform(-3, 3, (settings.n_valid, 1))
    yv = truth(xv)
    if not settings.clean_valid:
        yv = yv + settings.noise * rng.standard_normal(settings.n_valid)
    return Dataset(
        task="regression",
        train=Split(x, y),
        valid=Split(xv, yv),
        input_names=("x",),
        target_name="y",
        truth=truth,
        noise_floor=settings.noise**2,
        valid_noise_floor=0.0 if settings.clean_valid else settings.noise**2,
    )


SPECS = (
    DatasetSpec(
        "sine",
        "Sine",
        "y = sin(x) on [−3, 3] with Gaussian noise.",
        "regression",
        _sine,
        frozenset({"n_train", "n_valid", "noise", "clean_valid"}),
        {"n_train": 30, "n_valid": 200, "noise": 0.3},
    ),
)
