"""A verdict in words on a run, from a rule on its history and the noise floor.

The rule, on losses at the last record. The *baseline* is the training loss of the best constant
prediction, the *floor* the expected loss of the true function (its noise; 0 where it is unknown),
and the *scale* the distance between them, what there is to learn.

1. Diverged: a loss or weight was not finite.
2. Overfitting: the validation loss is above its best by more than 10 % of that best and by more
   than 2 % of the scale, while the training loss is no higher than it was then: overfitting since
   the best epoch. Or the validation excess (loss − floor) is larger than the training excess by
   more than 25 % of the scale and the training loss has fallen: since the first epoch from which on
   that held to the end.
3. Underfitting: the training excess is more than 15 % of the scale (50 % where the floor is
   unknown, since nobody knows how much could be learned).
4. Otherwise a good fit.

Where training was cut short this still describes the network as it is now, and the advice says
whether the losses are still falling.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import Floats, History

_EARLY = 20  # epochs
Kind = Literal["untrained", "diverged", "overfitting", "underfitting", "good fit"]


@dataclass(frozen=True)
class Verdict:
    """What a run shows, and what to try next."""

    kind: Kind
    headline: str
    advice: str
    since: int | None = None  # the epoch it holds from, for overfitting and divergence


def baseline_loss(dataset: Dataset) -> float:
    """Training loss of the best constant prediction: the variance, or the entropy of classes."""
    y = dataset.targets(dataset.train.y)
    if dataset.task == "regression":
        return float(np.var(y))
    shares = np.bincount(y, minlength=dataset.n_outputs) / len(y)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def judge(history: History, dataset: Dataset, experiment: Experiment, member: int = 0) -> Verdict:
    """The verdict on one member's history so far, by the rule above."""
    last, count = history.last, len(history)
    if last is None or last.step == 0:
        return Verdict("untrained", "Not trained yet", "Press Space to train.")
    if last.diverged[member]:
        epoch = int(last.stopped_at[member])
        return Verdict(
            "diverged",
            f"Diverged at epoch {epoch:,}",
            f"The steps overshoot: try a smaller learning rate than {experiment.optimizer.lr:g}.",
            epoch,
        )
    epochs = history.epochs[:count]
    train = history.column("train_loss", member)[:count]
    valid = history.column("valid_loss", member)[:count]
    floor = dataset.noise_floor or 0.0
    valid_floor = floor if dataset.valid_noise_floor is None else dataset.valid_noise_floor
    scale = max(baseline_loss(dataset) - floor, 1e-12)

    since = _overfitting_since(epochs, train, valid, floor, valid_floor, scale)
    if since is not None:
        return Verdict(
            "overfitting",
            f"Overfitting since epoch {since:,}",
            _against_overfitting(experiment, memorises=train[-1] < floor),
            since,
        )
    allowed = 0.15 if dataset.noise_floor is not None else 0.5
    is_falling = _is_falling(train, scale)
    if train[-1] - floor > allowed * scale:
        # The first epochs go up and down by themselves: they don't say what holds the network back.
        is_early = last.epoch < min(_EARLY, experiment.epochs) and last.stopped_at[member] < 0
        early = "It has only begun: train on."
        advice = early if is_early else _against_underfitting(experiment, is_falling)
        return Verdict("underfitting", "Underfitting", advice)
    advice = "The losses are still falling: train on." if is_falling else _to_see_more(experiment)
    return Verdict("good fit", "Good fit", advice)


def _overfitting_since(
    epochs: np.ndarray, train: Floats, valid: Floats, floor: float, valid_floor: float, scale: float
) -> int | None:
    best = int(valid.argmin())
    rise = valid[-1] - valid[best]
    if rise > max(0.1 * valid[best], 0.02 * scale) and train[-1] <= train[best]:
        return int(epochs[best])
    has_gap = (valid - valid_floor) - (train - floor) > 0.25 * scale
    if not has_gap[-1] or train[-1] >= train[0]:
        return None
    without = np.flatnonzero(~has_gap)
    # The record before any training shows no overfitting, whatever its gap.
    first = 1 if not len(without) else int(without[-1]) + 1
    return int(epochs[first])


def _is_falling(train: Floats, scale: float) -> bool:
    """Whether the last fifth of the records still lowered the training loss noticeably."""
    earlier = train[-max(2, len(train) // 5)]
    return bool(earlier - train[-1] > max(0.03 * earlier, 0.005 * scale))


def _against_overfitting(experiment: Experiment, *, memorises: bool) -> str:
    settings = experiment.regularization
    reason = "The training loss is below the noise floor: noise is memorised. " if memorises else ""
    tries = []
    if not settings.weight_decay:
        tries.append("weight decay")
    if not settings.dropout and experiment.model.depth:
        tries.append("dropout")
    if not tries:
        tries.append("stronger regularization")
    return f"{reason}Try {' or '.join(tries)}, early stopping or more training points."


def _against_underfitting(experiment: Experiment, is_falling: bool) -> str:
    if is_falling:
        return "The training loss is still falling: train on, or raise the learning rate."
    settings = experiment.regularization
    if settings.weight_decay or settings.l1 or settings.dropout or settings.input_noise:
        return "The regularization holds the network back: try less of it."
    if experiment.model.depth == 0:
        return "A linear model can't bend: try a hidden layer."
    return "Try more units or layers, or a higher learning rate."


def _to_see_more(experiment: Experiment) -> str:
    settings = experiment.regularization
    if settings.weight_decay or settings.l1 or settings.dropout:
        return "See what happens with more or less regularization."
    return "To see it overfit: fewer training points, more noise, a wider network or more epochs."
