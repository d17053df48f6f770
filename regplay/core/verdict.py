"""A verdict in words on a run, from a rule on its history and the noise floor.

The rule, on losses at the last record. The *baseline* is the training loss of the best constant
prediction, the *floor* the expected loss of the true function (its noise; 0 where it is unknown),
and the *scale* the distance between them, what there is to learn.

1. Diverged: a loss or weight was not finite.
2. Overfitting: the validation loss is above its best by more than 10 % of that best and by more
   than 2 % of the scale, while the training loss is no higher than it was then: overfitting since
   the best epoch. Or the validation excess (loss − floor) is larger than the training excess by
   more than 25 % of the scale and the training loss has fallen: a wide gap since the first epoch
   from which on that held to the end. The validation loss may have been best long after that, so
   the headline speaks of the gap.
3. Underfitting: the training excess is more than 15 % of the scale (50 % where the floor is
   unknown, since nobody knows how much could be learned).
4. Otherwise a good fit.

Where training was cut short this still describes the network as it is now, and the advice says
whether the losses are still falling: whether the mean over the last tenth of the epochs is below
the mean over the tenth before it, by more than 1.5 % of it, 0.25 % of the scale and three standard
errors. These come from the scatter about the trend, so that neither noise counts as a fall nor a
steep fall as noise.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import Floats, History
from regplay.core.hyperparameters import HYPERPARAMETERS, in_use, is_on, is_used

_EARLY = 20  # epochs
_RECENT = 0.2  # of the epochs
_FEWEST = 5  # records of which a mean says something
_NOTICEABLE = 0.015  # of a loss
_NOTICEABLE_OF_SCALE = 0.0025
_STANDARD_ERRORS = 3.0
Kind = Literal[
    "untrained",
    "diverged",
    "overfitting",
    "underfitting",
    "underfitting and overfitting",  # it still underfits, and memorises already
    "good fit",
]


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

    rises_since = _rising_since(epochs, train, valid, scale)
    gapes_since = _gaping_since(epochs, train - floor, valid - valid_floor, scale)
    since = gapes_since if rises_since is None else rises_since
    if since is not None:
        what = "Overfitting: a wide gap" if rises_since is None else "Overfitting"
        return Verdict(
            "overfitting",
            f"{what} since epoch {since:,}",
            _against_overfitting(experiment, memorises=train[-1] < floor),
            since,
        )
    allowed = 0.15 if dataset.noise_floor is not None else 0.5
    has_stopped = last.stopped_at[member] >= 0
    is_falling = not has_stopped and is_still_falling(epochs, train, scale)
    if train[-1] - floor > allowed * scale:
        # The first epochs go up and down by themselves: they don't say what holds the network back.
        is_early = last.epoch < min(_EARLY, experiment.epochs) and not has_stopped
        early = "It has only begun: train on."
        advice = early if is_early else _against_underfitting(experiment, is_falling)
        return Verdict("underfitting", "Underfitting", advice)
    if not is_falling:
        advice = _to_see_more(experiment)
    elif is_still_falling(epochs, valid, scale):
        advice = "Both losses are still falling: train on, until the validation loss turns."
    else:
        advice = "Only the training loss is still falling: a time to stop, or to see it overfit."
    return Verdict("good fit", "Good fit", advice)


def _rising_since(
    epochs: NDArray[np.int64], train: Floats, valid: Floats, scale: float
) -> int | None:
    """The best epoch, if the validation loss has risen noticeably since, the other not at all."""
    best = int(valid.argmin())
    rise = valid[-1] - valid[best]
    has_risen = rise > max(0.1 * valid[best], 0.02 * scale)
    return int(epochs[best]) if has_risen and train[-1] <= train[best] else None


def _gaping_since(
    epochs: NDArray[np.int64], train_excess: Floats, valid_excess: Floats, scale: float
) -> int | None:
    """The epoch since which the gap has been wide, while the training loss has fallen."""
    has_gap = valid_excess - train_excess > 0.25 * scale
    if not has_gap[-1] or train_excess[-1] >= train_excess[0]:
        return None
    without = np.flatnonzero(~has_gap)
    # The record before any training shows no overfitting, whatever its gap.
    first = 1 if not len(without) else int(without[-1]) + 1
    return int(epochs[first])


def is_still_falling(epochs: NDArray[np.int64], losses: Floats, scale: float) -> bool:
    """Whether a loss goes on falling noticeably, by the rule above.

    Parameters
    ----------
    epochs, losses
        Of all records [records].
    scale
        What there is to learn, the unit of a loss.
    """
    count = len(losses)
    recent_records = count - int(np.searchsorted(epochs, (1 - _RECENT) * epochs[-1]))
    size = min(max(recent_records // 2, _FEWEST), count // 2)
    before, recent = losses[-2 * size : -size], losses[-size:]
    level = float(before.mean())
    fall = level - float(recent.mean())
    if not fall > max(_NOTICEABLE * level, _NOTICEABLE_OF_SCALE * scale):
        return False
    if size < _FEWEST:  # too few to tell a fall from noise
        return True
    # Of differences between neighbours the trend is the mean, and noise has half of the variance.
    scatter = float(np.diff(losses[-2 * size :]).std(ddof=1)) / 2**0.5
    return bool(fall > _STANDARD_ERRORS * scatter * (2.0 / size) ** 0.5)


def _against_overfitting(experiment: Experiment, *, memorises: bool) -> str:
    reason = "The training loss is below the noise floor: noise is memorised. " if memorises else ""
    tries = []
    for path, entry in HYPERPARAMETERS.items():
        if is_on(experiment, path):
            more = {1: "more ", -1: "a smaller "}.get(entry.sign)
            tries += [] if more is None else [more + entry.term]
        elif entry.is_advised and is_used(experiment, path):
            tries.append(entry.term)
    return f"{reason}Try {', '.join(tries)} or more training points."


def _against_underfitting(experiment: Experiment, is_falling: bool) -> str:
    if is_falling:
        return "The training loss is still falling: train on, or raise the learning rate."
    if in_use(experiment):
        return "The regularization holds the network back: try less of it."
    if experiment.model.depth == 0:
        return "A linear model can't bend: try a hidden layer."
    return "Try more units or layers, or a higher learning rate."


def _to_see_more(experiment: Experiment) -> str:
    if in_use(experiment):
        return "See what happens with more or less regularization."
    return "To see it overfit: fewer training points, more noise, a wider network or more epochs."
