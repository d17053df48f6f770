"""Datasets as tests make them, and what they hold."""

from pathlib import Path

import numpy as np

from regplay.core.datasets import REGISTRY, Dataset, load
from regplay.core.datasets.own_table import Check
from regplay.core.experiment import DataSettings


def make(name: str, **values: object) -> Dataset:
    """A dataset of its own sizes, unless `values` of `DataSettings` say otherwise."""
    return load(DataSettings(name=name, **{**REGISTRY[name].defaults, **values}))


def all_x(data: Dataset) -> list[list[float]]:
    """Rows of both splits, sorted by the first input."""
    x = np.vstack([data.train.x, data.valid.x])
    return x[np.argsort(x[:, 0])].tolist()


def checked(source: Path | str, **values: object) -> Check:
    """A reading of a person's table that is over."""
    check = Check(source, DataSettings(name="csv", **values))
    for _ in check.steps():
        pass
    return check
