"""Measured tables: rows in two splits, standardised by the training rows alone.

Those that ship with the program have a header, inputs that are numbers, and the target in their
last column; `resources/datasets/README.md` names their sources. A person's own, the dataset `csv`,
is read by `own_table`, which needs pandas and is imported when a table is opened.
"""

import csv
import gzip
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from regplay.core.arrays import Floats
from regplay.core.datasets.dataset import (
    Dataset,
    DatasetError,
    DatasetSpec,
    Split,
    Table,
    Task,
    flipped_labels,
    reading,
    require_sizes,
)
from regplay.core.experiment import DataSettings
from regplay.resources import resource

_VALID_SHARE = 0.3  # of the rows of a person's table, unless a number is given


def dataset(
    table: Table,
    settings: DataSettings,
    n_train: int,
    n_valid: int,
    *,
    flips_labels: bool = False,
    one_scale: bool = False,
    standardizes: bool = True,
    split: str = "random",
) -> Dataset:
    """A split of the rows that `settings.seed` decides.

    Training rows are the first of the ordered table and validation rows the last, so that either
    number can change without touching the other split. Inputs that are missing (NaN) become the
    median of the training rows, or their most frequent category.

    Parameters
    ----------
    flips_labels
        Whether classes are flipped as `settings` say.
    one_scale
        As in `Dataset.standardized`.
    standardizes
        Whether the network sees standardised values; it sees the measured ones otherwise.
    split
        How the rows are ordered: `random`, `last` (as they stand), or `stratified` (shuffled, so
        that each class has its share of any part of them).

    Raises
    ------
    DatasetError
        If the splits need more rows than there are.
    """
    n = len(table.x)
    if n_valid >= n:
        raise DatasetError(
            f"data.n_valid = {n_valid}: {table.name} has {n:,} rows, "
            "and at least one of them must be left to learn from"
        )
    if n_train > n - n_valid:
        raise DatasetError(
            f"data.n_train = {n_train}: {table.name} has {n:,} rows, of which "
            f"{n_valid:,} validate; take at most {n - n_valid:,}"
        )
    order = _order(table, split, settings.seed)
    train, valid = order[:n_train], order[n - n_valid :]
    x, y, y_valid = _filled(table, train), table.y[train], table.y[valid]
    if table.class_names:
        noisy = settings if flips_labels else structs.replace(settings, label_noise=0.0)
        y, y_valid = flipped_labels(y, y_valid, len(table.class_names), noisy)
    found = Dataset(
        task="classification" if table.class_names else "regression",
        train=Split(x[train], y),
        valid=Split(x[valid], y_valid),
        input_names=table.input_names,
        target_name=table.target_name,
        class_names=table.class_names,
        is_fixed=split == "last" and not settings.sample,
    )
    return found.standardized(one_scale=one_scale) if standardizes else found


def _order(table: Table, split: str, seed: int) -> NDArray[np.int64]:
    """The rows in the order in which the splits take them, from both ends."""
    n = len(table.y)
    if split == "last":
        return np.arange(n)
    order = np.random.default_rng(seed).permutation(n)
    if split != "stratified" or not table.class_names:
        return order
    place = np.empty(n)  # of a row among those of its class, from 0 to 1
    for k in range(len(table.class_names)):
        rows = np.flatnonzero(table.y[order] == k)
        place[rows] = (np.arange(len(rows)) + 0.5) / len(rows) if len(rows) else 0
    found: NDArray[np.int64] = order[np.argsort(place, kind="stable")]
    return found


def _filled(table: Table, train: NDArray[np.int64]) -> Floats:
    """The inputs [n, d] without gaps: filled by what the training rows have."""
    gaps = np.isnan(table.x)
    if not gaps.any():
        return table.x
    x = table.x.copy()
    groups = np.array(table.groups)
    # The columns of one category are filled together, a number by itself.
    together = [np.flatnonzero(groups == group) for group in np.unique(groups[groups >= 0])]
    for which in [*together, *np.flatnonzero(groups < 0)[:, None]]:
        there = table.x[np.ix_(train, which)]
        there = there[~np.isnan(there[:, 0])]
        if not len(there):  # nothing is known of it
            usual = np.zeros(len(which))
        elif groups[which[0]] < 0:
            usual = np.median(there, axis=0)
        elif len(which) == 1:  # yes or no
            usual = (there.mean(axis=0) >= 0.5).astype(float)
        else:
            usual = np.eye(len(which))[there.sum(axis=0).argmax()]
        x[np.ix_(gaps[:, which[0]], which)] = usual
    return x


# those that ship with the program


@cache
def _table(file: str, task: Task) -> Table:
    raw = resource("datasets", file).read_bytes()
    text = (gzip.decompress(raw) if file.endswith(".gz") else raw).decode()
    header, *cells = csv.reader(text.splitlines())
    x = np.array([row[:-1] for row in cells], dtype=np.float64)
    targets = [row[-1] for row in cells]
    if task == "regression":
        y = np.array(targets, dtype=np.float64)
        return Table("the table", x, y, tuple(header[:-1]), header[-1])
    names, labels = np.unique(targets, return_inverse=True)
    classes = tuple(str(text) for text in names)
    return Table("the table", x, labels.astype(np.int64), tuple(header[:-1]), header[-1], classes)


def _make(file: str, task: Task, one_scale: bool, settings: DataSettings) -> Dataset:
    require_sizes(settings)
    table, sizes = _table(file, task), (settings.n_train, settings.n_valid)
    found = dataset(table, settings, *sizes, flips_labels=True, one_scale=one_scale)
    return replace(found, is_image=one_scale)


def _spec(
    name: str,
    title: str,
    description: str,
    task: Task,
    file: str,
    n_train: int,
    n_valid: int,
    one_scale: bool = False,
    has_plot: bool = False,
) -> DatasetSpec:
    fields = "label_noise clean_valid" if task == "classification" else ""
    fields += " edits" if has_plot else ""  # of one or two inputs, on which points can be edited
    make = partial(_make, file, task, one_scale)
    defaults = reading(fields, n_train=n_train, n_valid=n_valid)
    return DatasetSpec(name, title, description, task, make, defaults)


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
        has_plot=True,
    ),
    _spec(
        "penguins",
        "Penguins",
        "Three species of penguins told apart by flipper length and bill length, 342 birds.",
        "classification",
        "penguins.csv",
        n_train=40,
        n_valid=300,
        has_plot=True,
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


# a person's own


def split_of(table: Table, settings: DataSettings) -> str:
    """How the rows of a person's table are split: by time where the first input is a date."""
    if settings.split != "auto":
        return settings.split
    return "last" if table.is_series else "random"


def own_dataset(table: Table, settings: DataSettings) -> Dataset:
    """The rows of a person's table; classes where its target is so.

    `n_valid = 0` validates on 30 % of the rows, `n_train = 0` trains on all others. Inputs and
    numeric targets are standardised by the training rows unless `standardize` is off.

    Raises
    ------
    DatasetError
        As `dataset`.
    """
    n = len(table.x)
    n_valid = settings.n_valid or max(1, round(_VALID_SHARE * n))
    return dataset(
        table,
        settings,
        settings.n_train or n - n_valid,
        n_valid,
        standardizes=settings.standardize,
        split=split_of(table, settings),
    )


def version_of_file(settings: DataSettings) -> object:
    """Where a person's file is, when it was changed, and its bytes; like no other if it is gone."""
    with suppress(OSError, RuntimeError, ValueError):  # whoever reads it says which
        path = Path(settings.file.strip()).expanduser()
        stat = path.stat()
        return path.absolute(), stat.st_mtime_ns, stat.st_size
    return object()


def _csv(settings: DataSettings) -> Dataset:
    if not settings.file.strip():  # as of the example in a list of datasets: pandas takes seconds
        raise DatasetError(
            "No file is named yet: choose a table to learn from (data.file is empty)"
        )
    from regplay.core.datasets.own_table import read_table  # needs pandas

    return own_dataset(read_table(settings)[0], settings)


OWN = DatasetSpec(
    "csv",
    "Your own table",
    "A table of yours: CSV or Excel. The target is the last column or the one you name; a target "
    "of text, or of whole numbers 0, 1, 2 …, is a class.",
    "regression",  # the file decides; its dataset says which
    _csv,
    reading(
        "file target inputs task standardize format columns missing split sample edits",
        n_train=0,
        n_valid=0,
    ),
)
