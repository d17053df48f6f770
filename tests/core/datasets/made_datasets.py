"""Datasets as tests make them, and what they hold."""

import numpy as np

from regplay.core.datasets import REGISTRY, Dataset, load
from regplay.core.experiment import DataSettings


def make(name: str, **values: object) -> Dataset:
    """A dataset of its own sizes, unless `values` of `DataSettings` say otherwise."""
    return load(DataSettings(name=name, **{**REGISTRY[name].defaults, **values}))


def all_x(data: Dataset) -> list[list[float]]:
    """Rows of both splits, sorted by the first input."""
    x = np.vstack([data.train.x, data.valid.x])
    return x[np.argsort(x[:, 0])].tolist()
