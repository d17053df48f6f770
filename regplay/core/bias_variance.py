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

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.fields import Value
from regplay.core.hyperparameters import REGULARIZERS

DOUBLE_DESCENT: Mapping[str, Value] = {
    "data.name": "cubic",
    "data.n_train": 40,
    "data.n_valid": 300,
    "data.noise": 0.5,
    "data.clean_valid": False,
    "data.edits": "",
    "model.kind": "network",
    "model.depth": 1,
    "model.width": 32,
    "model.activation": "tanh",
    "model.init": "torch",
    "model.init_scale": 1.0,
    "model.widths": "",
    **dict.fromkeys(REGULARIZERS, 0.0),
    "regularization.dropouts": "",
    "regularization.early_stopping": 0,
    "optimizer.name": "adam",
    "optimizer.lr": 0.05,
    "optimizer.batch_size": 0,
    "epochs": 3000,
}
"""Field paths and values of an experiment whose validation loss descends twice over the width.

A network of one hidden layer on one input has 3·width + 1 parameters: at width 13 as many as the 40
training points. One unit can't follow the cubic, three can. From there on networks fit more and
more of the noise, and at width 32 go up and down twice as far as the truth; the widest fit nearly
as much of it with smaller swings. Mean validation loss ± its standard error, two of its parts and
the mean training loss over 100 resampled datasets and seeds (7000 to 7099) that nothing was chosen
by; the third part is the noise, 0.25:

| width | validation | bias² | variance | training |
| --- | --- | --- | --- | --- |
| 1 | 0.772 ± 0.012 | 0.290 | 0.221 | 0.608 |
| 2 | 0.498 ± 0.017 | 0.074 | 0.172 | 0.328 |
| 3 | 0.369 ± 0.011 | 0.005 | 0.108 | 0.203 |
| 4 | 0.412 ± 0.027 | 0.003 | 0.154 | 0.182 |
| 6 | 0.550 ± 0.057 | 0.002 | 0.292 | 0.162 |
| 8 | 0.513 ± 0.038 | 0.001 | 0.262 | 0.151 |
| 16 | 0.598 ± 0.041 | 0.002 | 0.355 | 0.131 |
| 32 | 0.630 ± 0.036 | 0.002 | 0.388 | 0.121 |
| 64 | 0.583 ± 0.024 | 0.002 | 0.341 | 0.122 |
| 128 | 0.523 ± 0.018 | 0.002 | 0.278 | 0.128 |
| 256 | 0.465 ± 0.014 | 0.001 | 0.218 | 0.148 |

So bias² makes the first descent. Variance makes the peak, and the second descent, by 26 %, which
ends above the valley at width 3. No width interpolates: half of the noise stays in the training
loss, and the peak is a broad one beyond width 13. With 20 seeds its standard error is about 0.08,
and the width that it is at changes from draw to draw.
"""


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

    All are squared and in the network's units; the parts are means over points. Networks that
    diverged are left out; where that leaves fewer than two, all parts are NaN.
    """

    bias_squared: float
    variance: float
    noise: float
    measured: float  # mean over the members of their measured validation loss
    measured_error: float  # its standard error
    diverged: int = 0  # how many networks were left out

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
    if dataset.truth is not None:
        return ""
    if dataset.is_fixed:
        return (
            "These points are the same with every seed, so the networks differ only in initial "
            "weights, batches and dropout."
        )
    return (
        "All draws come from the same table and share rows, so networks trained on newly "
        "measured data would lie further apart."
    )
