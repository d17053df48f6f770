"""Bias, variance and noise: why networks trained on other draws of the same data are wrong.

For squared error the expected loss at a point is (Geman, Bienenstock & Doursat, "Neural Networks
and the Bias/Variance Dilemma", Neural Computation 4, 1992, section 2)

    E[(f̂ − y)²] = (E[f̂] − f)² + E[(f̂ − E[f̂])²] + E[(y − f)²] = bias² + variance + noise

where f is the true function, y a target at that point, and f̂ what a network predicts that was
trained on one draw of the training data. Cross-entropy has no such sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regplay.core.datasets.dataset import Dataset, Floats
from regplay.core.fields import Value
from regplay.core.sweep import NumberAxis

DOUBLE_DESCENT: Mapping[str, Value] = {
    "data.name": "linear",
    "data.n_inputs": 10,
    "data.n_informative": 10,
    "data.n_train": 40,
    "data.n_valid": 300,
    "data.noise": 0.05,
    "data.clean_valid": False,
    "model.depth": 1,
    "model.width": 3,
    "model.activation": "tanh",
    "model.init": "torch",
    "model.init_scale": 1.0,
    "regularization.weight_decay": 0.0,
    "regularization.l1": 0.0,
    "regularization.dropout": 0.0,
    "regularization.input_noise": 0.0,
    "regularization.early_stopping": 0,
    "optimizer.name": "adam",
    "optimizer.lr": 0.01,
    "optimizer.batch_size": 0,
    "epochs": 3000,
}
"""Field paths and values of an experiment whose validation loss descends twice over the width.

A network of one hidden layer on 10 inputs has 12·width + 1 parameters: at width 3 nearly as many
as the 40 training points. There it fits them all, the noise too, and in hardly more than one way.
Wider networks fit them as exactly, and are wrong by less. Mean validation loss ± its standard
error and mean training loss over 40 resampled datasets and seeds (1000 to 1039):

| width | validation | training |
| --- | --- | --- |
| 1 | 0.0037 ± 0.0001 | 0.0016 |
| 2 | 0.0085 ± 0.0007 | 0.0006 |
| 3 | 0.0171 ± 0.0017 | 0.00007 |
| 4 | 0.0137 ± 0.0011 | 0.000001 |
| 6 | 0.0106 ± 0.0005 | below 0.000001 |
| 8 | 0.0086 ± 0.0004 | 0.000002 |
| 16 | 0.0068 ± 0.0002 | 0.000002 |
| 32 | 0.0059 ± 0.0002 | 0.000004 |
| 64 | 0.0056 ± 0.0002 | 0.00001 |
| 128 | 0.0051 ± 0.0002 | 0.00001 |
| 256 | 0.0049 ± 0.0002 | 0.0001 |

So from its peak the loss falls by 71 %. It does not fall below that of the narrowest network,
which suffices for a linear truth, and no network can go below the noise, 0.0025.
"""

DECOMPOSED = ("regularization.weight_decay", "regularization.dropout", "model.width")
_VALUES: Mapping[str, tuple[float, ...]] = {
    "regularization.weight_decay": (
        *(0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01),
        *(0.03, 0.1, 0.3, 1.0, 3.0),
    ),
    "regularization.dropout": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "model.width": (1, 2, 3, 4, 6, 8, 16, 32, 64, 128, 256),  # dense where it peaks
}


def decomposition_axis(path: str) -> NumberAxis:
    """The 10 or 11 positions at which bias and variance are measured along a field.

    They are some of those of `sweep_axis`, since each of them takes many networks; 0 is among them
    where the field takes it.

    Raises
    ------
    KeyError
        If the field is not in `DECOMPOSED`.
    """
    return NumberAxis(path, _VALUES[path])


@dataclass(frozen=True, eq=False)
class Spread:
    """What K networks predict at the same points: numbers [n] or probabilities [n, classes]."""

    mean: Floats  # [n] or [n, classes]
    std: Floats  # the same shape; over the members, ddof = 1
    members: Floats  # [K, n] or [K, n, classes]


def spread(predictions: ArrayLike) -> Spread:
    """Mean and standard deviation over the networks, K ≥ 2 of them.

    Parameters
    ----------
    predictions
        [K, n] or [K, n, classes], in any units.

    Raises
    ------
    ValueError
        If there are fewer than two networks.
    """
    members = _members(predictions)
    return Spread(members.mean(axis=0), members.std(axis=0, ddof=1), members)


@dataclass(frozen=True)
class Decomposition:
    """The parts of an expected squared error, and the error that was measured.

    All are squared and in the network's units; the parts are means over points.
    """

    bias_squared: float
    variance: float
    noise: float
    measured: float  # mean over the members of their measured validation loss
    measured_error: float  # its standard error

    @property
    def total(self) -> float:
        """Bias² + variance + noise: what the validation loss is expected to be."""
        return self.bias_squared + self.variance + self.noise


def decompose(
    predictions: ArrayLike, truth: ArrayLike, noise: float, valid_losses: ArrayLike
) -> Decomposition:
    """Bias², variance and noise of K ≥ 2 networks that were trained on different draws.

    Variance is estimated with ddof = 1. The mean of K networks misses their expectation by
    variance/K in the mean square, which the squared distance of that mean from the truth therefore
    holds on top of bias²; here it is taken off. Both estimates are then unbiased, and they still
    add up to the mean over networks and points of (f̂ − f)², which holds of any K numbers. Where
    that leaves less than nothing for bias², it is 0 and all of the sum is variance.

    Parameters
    ----------
    predictions
        [K, n] at the same points for all networks, in the network's units: those of
        `common_points`, or others that are distributed as the validation points are.
    truth
        The true function there [n], in the network's units.
    noise
        Variance of the noise on the validation targets, `Dataset.valid_noise_floor`.
    valid_losses
        What each network's validation loss was measured to be [K].

    Raises
    ------
    ValueError
        If there are fewer than two networks, or the shapes don't agree.
    """
    members = _members(predictions)
    function, losses = np.asarray(truth, dtype=np.float64), np.asarray(valid_losses, dtype=float)
    if members.shape[1:] != function.shape or losses.shape != members.shape[:1]:
        raise ValueError(
            f"predictions {members.shape}, truth {function.shape} and losses {losses.shape} "
            "must be [K, n], [n] and [K]"
        )
    error = float(((members - function) ** 2).mean())  # (f̂ − f)², of bias² and variance
    variance = float(members.var(axis=0, ddof=1).mean())
    bias_squared = max(0.0, error - variance)
    return Decomposition(
        bias_squared=bias_squared,
        variance=error - bias_squared,
        noise=noise,
        measured=float(losses.mean()),
        measured_error=float(losses.std(ddof=1) / np.sqrt(len(losses))),
    )


def _members(predictions: ArrayLike) -> Floats:
    members = np.asarray(predictions, dtype=np.float64)
    if members.ndim < 2 or len(members) < 2:
        raise ValueError(f"a spread needs at least two networks, got shape {members.shape}")
    return members


def common_points(datasets: Sequence[Dataset], most: int = 2000) -> Floats:
    """Inputs [n, d] at which to compare networks: validation points of all their datasets.

    Of one dataset alone, the points would be few, and where they happen to lie would move the parts
    away from the loss that all of them measured. At most `most`, evenly taken.
    """
    distinct = {id(dataset): dataset for dataset in datasets}.values()
    x = np.concatenate([dataset.valid.x for dataset in distinct])
    if len(x) <= most:
        return x
    return x[np.linspace(0, len(x) - 1, most).round().astype(np.intp)]


def has_decomposition(dataset: Dataset) -> bool:
    """Whether the loss is a squared error, and the truth and the noise behind it are known."""
    return not why_not(dataset)


def why_not(dataset: Dataset) -> str:
    """Why there is no decomposition, as one or two sentences; empty if there is one."""
    if dataset.task == "classification":
        return (
            "Bias², variance and noise add up to a squared error. A classifier is trained on "
            "cross-entropy, which has no such sum."
        )
    if dataset.truth is None or dataset.valid_noise_floor is None:
        return (
            "Bias is the distance from the true function, and nobody knows that of measured data."
        )
    return ""


def overlap(dataset: Dataset) -> str:
    """What other draws of measured data lack, as one sentence; empty for data that are made."""
    if dataset.x_mean is None:  # only measured tables are standardised
        return ""
    return (
        "All draws come from the same table and share rows, so networks trained on newly "
        "measured data would lie further apart."
    )
