"""Measured tables: rows shuffled into two splits, standardised by the training rows alone."""

from dataclasses import dataclass

import numpy as np

from regplay.core.datasets.dataset import Dataset, DatasetError, Floats, Split
from regplay.core.datasets.sampling import Labels, flip_labels, mean_and_scale, streams
from regplay.core.experiment import DataSettings


@dataclass(frozen=True, eq=False)
class Table:
    """Measured rows, in measured units. With `class_names`, the target is a class."""

    name: str  # what messages call it
    x: Floats  # [n, d]
    y: Floats | Labels  # [n]; classes from 0
    input_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...] = ()


def dataset(
    table: Table,
    settings: DataSettings,
    n_train: int,
    n_valid: int,
    *,
    label_noise: float = 0.0,
    valid_label_noise: float = 0.0,
    one_scale: bool = False,
    standardizes: bool = True,
) -> Dataset:
    """A split of the rows that `settings.seed` decides.

    Training rows are the first of the shuffled table and validation rows the last, so that either
    number can change without touching the other split.

    Parameters
    ----------
    label_noise, valid_label_noise
        Share of the labels to flip in each split.
    one_scale
        Use one mean and one scale for all inputs, because they share a unit, such as pixels do.
    standardizes
        Whether the network sees standardised values; it sees the measured ones otherwise.

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
    order = np.random.default_rng(settings.seed).permutation(n)
    train, valid = order[:n_train], order[n - n_valid :]
    x, y, y_valid = table.x[train], table.y[train], table.y[valid]
    x_mean = x_scale = None
    if standardizes:
        mean, scale = mean_and_scale(x.reshape(-1, 1) if one_scale else x)
        x_mean, x_scale = (np.broadcast_to(one, x.shape[1]).copy() for one in (mean, scale))
    y_mean, y_scale = 0.0, 1.0
    if table.class_names:
        k = len(table.class_names)
        rng, rng_valid = streams(settings.seed)
        y = flip_labels(y.astype(np.int64), label_noise, k, rng.flips, rng.new_labels)
        y_valid = flip_labels(
            y_valid.astype(np.int64), valid_label_noise, k, rng_valid.flips, rng_valid.new_labels
        )
    elif standardizes:
        y_mean, y_scale = (float(value) for value in mean_and_scale(y.astype(np.float64)))
    return Dataset(
        task="classification" if table.class_names else "regression",
        train=Split(x, y),
        valid=Split(table.x[valid], y_valid),
        input_names=table.input_names,
        target_name=table.target_name,
        class_names=table.class_names,
        x_mean=x_mean,
        x_scale=x_scale,
        y_mean=y_mean,
        y_scale=y_scale,
    )
