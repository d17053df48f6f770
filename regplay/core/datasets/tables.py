"""Measured tables that ship with the program; `resources/datasets/README.md` names their sources.

A file has a header, inputs that are numbers, and the target in its last column.
"""

import csv
import gzip
from functools import cache, partial

import numpy as np

from regplay.core.datasets import rows
from regplay.core.datasets.dataset import Dataset, DatasetSpec, Task
from regplay.core.datasets.sampling import require_sizes
from regplay.core.experiment import DataSettings
from regplay.resources import resource


@cache
def _table(name: str, file: str, task: Task) -> rows.Table:
    raw = resource("datasets", file).read_bytes()
    text = (gzip.decompress(raw) if file.endswith(".gz") else raw).decode()
    header, *cells = csv.reader(text.splitlines())
    x = np.array([row[:-1] for row in cells], dtype=np.float64)
    targets = [row[-1] for row in cells]
    if task == "regression":
        y = np.array(targets, dtype=np.float64)
        return rows.Table(name, x, y, tuple(header[:-1]), header[-1])
    names, labels = np.unique(targets, return_inverse=True)
    classes = tuple(str(text) for text in names)
    return rows.Table(name, x, labels.astype(np.int64), tuple(header[:-1]), header[-1], classes)


def _make(file: str, task: Task, one_scale: bool, settings: DataSettings) -> Dataset:
    require_sizes(settings)
    classes = task == "classification"
    label_noise = settings.label_noise if classes else 0.0
    return rows.dataset(
        _table(settings.name, file, task),
        settings,
        settings.n_train,
        settings.n_valid,
        label_noise=label_noise,
        valid_label_noise=0.0 if settings.clean_valid else label_noise,
        one_scale=one_scale,
    )


def _spec(
    name: str,
    title: str,
    description: str,
    task: Task,
    file: str,
    n_train: int,
    n_valid: int,
    one_scale: bool = False,
) -> DatasetSpec:
    defaults: dict[str, float | bool] = {"n_train": n_train, "n_valid": n_valid}
    if task == "classification":
        defaults |= {"label_noise": 0.0, "clean_valid": False}
    make = partial(_make, file, task, one_scale)
    return DatasetSpec(name, title, description, task, make, frozenset(defaults), defaults)


SPECS = (
    _spec(
        "motorcycle",
        "Motorcycle crash",
        "Acceleration of a helmeted head after the impact of a simulated motorcycle crash, "
        "133 measurements.",
        "regression",
        "motorcycle.csv",
        n_train=40,
        n_valid=90,
    ),
    _spec(
        "penguins",
        "Penguins",
        "Three species of penguins told apart by flipper length and bill length, 342 birds.",
        "classification",
        "penguins.csv",
        n_train=40,
        n_valid=300,
    ),
    _spec(
        "cars",
        "Cars",
        "Fuel economy of 392 cars of the years 1970 to 1982 from six measurements of each.",
        "regression",
        "cars.csv",
        n_train=40,
        n_valid=300,
    ),
    _spec(
        "breast-cancer",
        "Breast cancer",
        "Benign or malignant, from thirty measurements of cell nuclei, 569 patients.",
        "classification",
        "breast-cancer.csv.gz",
        n_train=60,
        n_valid=400,
    ),
    _spec(
        "digits",
        "Digits",
        "Handwritten digits from 0 to 9 as pictures of 8 × 8 pixels, 1,797 of them.",
        "classification",
        "digits.csv.gz",
        n_train=200,
        n_valid=500,
        one_scale=True,
    ),
)
