"""A verdict in words on a run: what its losses show, by how much more than chance.

The words mean what the textbooks mean by them. Goodfellow, Bengio and Courville (2016), "Deep
learning", section 5.2: a model *underfits* that does not reach a low training loss, and *overfits*
where the gap between training and validation loss is too large. Hastie, Tibshirani and Friedman
(2009), "The elements of statistical learning", sections 7.1 to 7.3 and figure 7.1: the training
loss is no estimate of the validation loss, since it falls with all that fits the points more
closely, while the validation loss has a minimum; left of it a model underfits, right of it it
overfits. Over the epochs of a training that minimum is what section 7.8 of Goodfellow et al. stops
at early, and the rise from it is what Prechelt (1998), "Early stopping – but when?", section 2.2,
calls the generalization loss.

The *floor* is the expected loss of the true function on the training points (their noise), where it
is known. The *excess* of a loss is what it is above that floor, and above the loss that the true
function has on the very same points, which have more noise than expected, or less: what is said
below of an excess has to hold for both, so that neither chance nor the plot speaks against it. The
*baseline* is the training loss of the best constant prediction, and the *scale* the distance from
it to the floor, what there is to learn; where noise leaves less, half the variance of the true
function. A mean of n losses has the standard error s/√n, where s is their standard deviation; a
difference between two means over the same points has that of the n differences. *Clearly* means by
more than two standard errors of what is compared; between squared errors more than the baseline
is enough, since where a few points are missed by far, as by polynomials between and beyond the
training points, the standard error is as large as their mean.

1. Diverged: a loss or weight was not finite.
2. Overfitting, since the best epoch: the validation loss has risen clearly from its best, and by
   more than 2 % of the scale. All records of the last tenth of the epochs must be above the best,
   so that going up and down is no rise, and the training loss no higher than it was then.
3. Overfitting, by a gap: the validation excess is clearly above the training excess, by more than
   10 % of the scale, and the training points are memorised: the training excess is below 0, where
   noise is fitted, or less than a fifth of the validation excess.
4. Underfitting: the training excess is more than 10 % of the scale.
5. Both 2 or 3 and 4: it still underfits, and memorises already.
6. Still learning: none of these, but both losses are still falling, or it has only begun, less
   than 20 epochs ago: the network is not yet what it would become.
7. Otherwise a good fit.

Where the floor is unknown, 0 stands in for it in 3, and 4 asks for half of the baseline, since
nobody knows how much could be learned. A validation loss above that half beside a training loss
below it is memorised, too: less was learned than of the training points. Without a floor above 0,
half of both is enough for the gap: losses that are less than a fifth of others are so by chance
more rarely. What neighbours of the experiment show, once they are trained (`regplay.core.advice`),
is added:

* A neighbour that fits the training points less closely, by more regularization or a smaller
  network, and validates clearly better shows overfitting, where there is a clear gap.
* A neighbour that fits them more closely and validates clearly better shows underfitting, unless
  the training loss is within 5 % of the scale of a known floor. Where the floor is unknown and no
  neighbour shows it, there is no underfitting.
* More epochs that bring nothing show that losses which still fall don't fall far.

Validation without noise is not compared with training points that have noise. With squared errors
the excess is free of noise by itself. With labels of which a share p is flipped, the validation
loss in 3 is the one that is expected, had the validation points such labels too: (1 − p) times the
loss of the true class and p times the mean loss of the others.

The verdict describes the network as it is now. Unless early stopping has ended the training, it
says too whether the losses are still falling: whether the mean over the last tenth of the epochs is
below the mean over the tenth before it, by more than 1.5 % of it, 0.25 % of the scale and three
standard errors. These come from the scatter about the trend, so that neither noise counts as a fall
nor a steep fall as noise.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from regplay.core.arrays import Floats, Integers
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit
from regplay.core.history import History
from regplay.core.hyperparameters import is_on
from regplay.core.number_text import number

CLEARLY = 2.0  # standard errors
_RISE = 0.02  # of the scale, and so on
_GAP = 0.1
EXCESS = 0.1  # of the training loss above the floor, from which a network underfits
_WITHOUT_FLOOR = 0.5  # of what is asked of a gap
NEAR = 0.05  # the floor, from above
_EXCESS_OF_BASELINE = 0.5  # where the floor is unknown
_MEMORISED = 0.2  # of the validation loss above the floor
_TAIL = 0.1  # of the epochs
_TINY = 1e-300  # a probability that has a logarithm

EARLY = 20  # epochs
_RECENT = 0.2  # of the epochs
_FEWEST = 5  # records of which a mean says something
_NOTICEABLE = 0.015  # of a loss
_NOTICEABLE_OF_SCALE = 0.0025
_STANDARD_ERRORS = 3.0
VerdictKind = Literal[
    "untrained",
    "diverged",
    "overfitting",
    "underfitting",
    "underfitting and overfitting",  # it still underfits, and memorises already
    "still learning",
    "good fit",
]


@dataclass(frozen=True)
class Verdict:
    """What a run shows."""

    kind: VerdictKind
    headline: str
    reason: str  # the numbers that show it, in a sentence or two
    since: int | None = None  # the epoch it holds from, for overfitting and divergence


@dataclass(frozen=True)
class Shown:
    """What neighbours of an experiment that validate clearly better than it have in common."""

    looser: bool = False  # one of them fits the training points less closely
    closer: bool = False  # one of them fits them more closely
    is_done: bool = False  # more epochs are not among them, though they were trained


@dataclass(frozen=True, eq=False)
class PointLosses:
    """The data loss of each point, as the losses of a record are the means of."""

    # Of the validation points, now and at the best epoch, [n_valid]
    valid: Floats
    best: Floats
    # What it is above that of the true function, [n_train] and [n_valid]; the latter as if the
    # validation points had the noise of the training points. All of it, where the floor is unknown.
    train_excess: Floats
    valid_excess: Floats

    @staticmethod
    def of(
        experiment: Experiment, dataset: Dataset, now: Fit, best: NDArray[Any] | None = None
    ) -> "PointLosses":
        """Those of predictions.

        Parameters
        ----------
        best
            What was predicted for the validation points at the best epoch, as in `Fit.valid`; None
            if that is now.
        """
        valid = losses_of(dataset, now.valid, dataset.valid.y)
        train_floor, valid_floor = _true_losses(dataset)
        alike = valid
        if dataset.task == "classification" and is_on(experiment, "data.clean_valid"):
            alike = _with_flipped_labels(experiment, dataset, now.valid, valid)
            valid_floor = train_floor
        return PointLosses(
            valid=valid,
            best=valid if best is None else losses_of(dataset, best, dataset.valid.y),
            train_excess=losses_of(dataset, now.train, dataset.train.y) - train_floor,
            valid_excess=alike - valid_floor,
        )


def losses_of(dataset: Dataset, predicted: NDArray[Any], y: NDArray[Any]) -> Floats:
    """The data loss [n] of predictions, as they are in a `Fit`, for measured targets [n]."""
    if dataset.task == "classification":
        losses: Floats = _log_losses(predicted)[np.arange(len(y)), y]
        return losses
    with np.errstate(over="ignore"):  # of a network that diverges
        squares: Floats = ((predicted - y) / dataset.y_scale) ** 2
    return squares


def _log_losses(probabilities: Floats) -> Floats:
    """The loss of each class, if it were the right one, [n, classes]."""
    return -np.log(np.maximum(probabilities, _TINY))


@lru_cache(maxsize=1)
def _true_losses(dataset: Dataset) -> tuple[Floats | float, Floats | float]:
    """Those of the true function on the training and validation points; 0 where it is unknown."""
    if dataset.noise_floor is None:
        return 0.0, 0.0
    if dataset.task == "regression" and dataset.truth is not None:
        train, valid = (
            losses_of(dataset, dataset.truth(split.x), split.y)
            for split in (dataset.train, dataset.valid)
        )
        return train, valid
    # As many labels are flipped as are expected to be.
    return dataset.noise_floor, dataset.valid_noise_floor or 0.0


def _with_flipped_labels(
    experiment: Experiment, dataset: Dataset, predicted: NDArray[Any], valid: Floats
) -> Floats:
    """Expected losses of validation points, had they as many flipped labels as training points."""
    n = len(dataset.train.y)
    flipped = round(experiment.data.label_noise * n) / n
    others = (_log_losses(predicted).sum(axis=1) - valid) / (dataset.n_outputs - 1)
    expected: Floats = (1 - flipped) * valid + flipped * others
    return expected


def standard_error(values: Floats) -> float:
    """That of the mean of independent values [n]; infinite for a single one."""
    n = len(values)
    return math.inf if n < 2 else float(values.std(ddof=1)) / math.sqrt(n)


@lru_cache(maxsize=1)  # each moment of a run is judged by it
def baseline_loss(dataset: Dataset) -> float:
    """Training loss of the best constant prediction: the variance, or the entropy of classes."""
    y = dataset.targets(dataset.train.y)
    if dataset.task == "regression":
        return float(np.var(y))
    shares = np.bincount(y, minlength=dataset.n_outputs) / len(y)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


@lru_cache(maxsize=1)
def scale_of(dataset: Dataset) -> float:
    """What there is to learn: from the baseline to the floor, the unit of a loss.

    The floor is what is expected, and the baseline what these points have: where noise is large,
    they may come to nothing or less. Of a true function half its variance remains.
    """
    least = 1e-12
    if dataset.task == "regression" and dataset.truth is not None:
        least += float(np.var(dataset.truth(dataset.train.x) / dataset.y_scale)) / 2
    return max(baseline_loss(dataset) - (dataset.noise_floor or 0.0), least)


def clearly(error: float, dataset: Dataset) -> float:
    """From which difference on two losses clearly differ, by its standard error."""
    if dataset.task != "regression":
        return CLEARLY * error
    return min(CLEARLY * error, baseline_loss(dataset))


@dataclass(frozen=True)
class _Excess:
    """Of the last losses: what they are above those of the true function, and standard errors."""

    lowest: float  # of the training loss, over what is expected and what these points have
    highest: float
    gap: float  # to the validation excess, the smaller; NaN where it can't be told from the means
    gap_error: float
    rise_error: float  # of the validation loss since its best


def _excess(
    train: float, valid: float, dataset: Dataset, experiment: Experiment, points: PointLosses | None
) -> _Excess:
    floor, valid_floor = (float(np.mean(losses)) for losses in _true_losses(dataset))
    expected, valid_expected = dataset.noise_floor or 0.0, dataset.valid_noise_floor or 0.0
    train_excess, valid_excess = train - floor, valid - valid_floor
    gaps = [valid_excess - train_excess, valid - valid_expected - (train - expected)]
    if points is not None:
        valid_excess = float(points.valid_excess.mean())
        gap_error = math.hypot(
            standard_error(points.train_excess), standard_error(points.valid_excess)
        )
        rise_error = standard_error(points.valid - points.best)
    else:
        n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
        gap_error = math.hypot(
            _normal_error(train_excess, floor, n_train),
            _normal_error(valid_excess, valid_floor, n_valid),
        )
        rise_error = math.sqrt(2 / n_valid) * valid
    if dataset.task == "classification" and is_on(experiment, "data.clean_valid"):
        gaps = [valid_excess - train_excess if points is not None else math.nan]
    excesses = train_excess, train - expected
    return _Excess(min(excesses), max(excesses), min(gaps), gap_error, rise_error)


def _normal_error(excess: float, floor: float, n: int) -> float:
    """Of the mean of 2·d·ε + d² over n points, for normal misses d and noise ε."""
    return math.sqrt((2 * excess**2 + 4 * floor * max(excess, 0.0)) / n)


def judge(
    history: History,
    dataset: Dataset,
    experiment: Experiment,
    member: int = 0,
    *,
    points: PointLosses | None = None,
    shown: Shown | None = None,
) -> Verdict:
    """The verdict on one member's history so far, by the rule above.

    Parameters
    ----------
    points
        At the last record. Without them standard errors are those of normal errors.
    shown
        What neighbours showed; None before any were trained.
    """
    last, count = history.last, len(history)
    if last is None or last.step == 0:
        return Verdict("untrained", "Not trained yet", "Press Space to train.")
    if last.diverged[member]:
        epoch = int(last.stopped_at[member])
        reason = f"The steps overshoot at a learning rate of {number(experiment.optimizer.lr)}."
        if experiment.model.kind == "polynomial":
            return Verdict("diverged", "Beyond all bounds", "Its values are too large to compute.")
        return Verdict("diverged", f"Diverged at epoch {epoch:,}", reason, epoch)
    if experiment.optimizer.lr == 0 and experiment.model.kind == "network":
        reason = "The learning rate is 0: the network stays as it began."
        return Verdict("underfitting", "Underfitting", reason)
    epochs = history.epochs[:count]
    train = history.column("train_loss", member)[:count]
    valid = history.column("valid_loss", member)[:count]
    floor, scale = dataset.noise_floor, scale_of(dataset)
    now, held_out = float(train[-1]), float(valid[-1])
    excess = _excess(now, held_out, dataset, experiment, points)

    clear = clearly(excess.gap_error, dataset)
    wide = max(clear, _GAP * scale) * (1.0 if floor else _WITHOUT_FLOOR)
    has_gap = excess.gap > wide
    is_memorised = excess.highest < _MEMORISED * (excess.gap + excess.highest)
    missed = excess.lowest
    enough = (_EXCESS_OF_BASELINE if floor is None else EXCESS) * scale
    underfits = missed > enough
    if floor is None:
        is_memorised |= missed <= enough < missed + excess.gap
    if shown is not None:
        is_memorised |= shown.looser
        if floor is None:
            underfits = shown.closer
        else:
            underfits |= shown.closer and missed > NEAR * scale

    rises_since = _rising_since(epochs, train, valid, excess.rise_error, scale)
    gapes_since = None
    if has_gap and is_memorised:
        gaps = valid - train + (excess.gap - (held_out - now))
        gapes_since = _gaping_since(epochs, gaps, wide)
    since = gapes_since if rises_since is None else rises_since

    has_stopped = last.stopped_at[member] >= 0
    goes_on = not has_stopped and not (shown is not None and shown.is_done)
    falling = [goes_on and is_still_falling(epochs, each, scale) for each in (train, valid)]
    sentences = []
    is_below = floor is not None and now < floor
    if rises_since is not None:
        fell = ", and the training loss fell below its noise floor" if is_below else ""
        lowest, highest = number(valid.min(), 3), number(held_out, 3)
        sentences.append(f"The validation loss rose from {lowest} to {highest}{fell}.")
    elif gapes_since is not None:
        below = f", below its noise floor {number(floor or 0, 3)}" if is_below else ""
        sentences.append(
            f"The training loss is {number(now, 3)}{below}; "
            f"the validation loss is {number(held_out, 3)}."
        )
    if underfits:
        sentences.append(_why_underfitting(now, dataset, shown))
    # The first epochs go up and down by themselves.
    has_only_begun = last.epoch < min(EARLY, experiment.epochs) and not has_stopped
    if has_only_begun and (underfits or since is None):
        sentences.append("It has only begun.")
    # A validation loss that has risen may be falling again: that would say the contrary.
    is_clear = rises_since is None or not falling[1]
    if falling[0] and is_clear and (since is None or underfits) and not has_only_begun:
        which = "Both losses are" if falling[1] else "Only the training loss is"
        sentences.append(f"{which} still falling.")
    reason = " ".join(sentences)
    if since is None:
        kind: VerdictKind = "underfitting" if underfits else "good fit"
        if not underfits and (has_only_begun or all(falling)):
            kind = "still learning"
        return Verdict(kind, kind.capitalize(), reason)
    when = f" since epoch {since:,}"
    if experiment.model.kind == "polynomial":  # which has no past
        when, since = "", None
    if underfits:
        headline = f"Still underfits, and already memorises{when}"
        return Verdict("underfitting and overfitting", headline, reason, since)
    if rises_since is not None:
        return Verdict("overfitting", f"Overfitting{when}", reason, since)
    if held_out <= now:  # validation has less noise: there is no gap to be seen, nor when it began
        return Verdict("overfitting", "Overfitting: noise is learned", reason)
    return Verdict("overfitting", f"Overfitting: a wide gap{when}", reason, since)


def _why_underfitting(train: float, dataset: Dataset, shown: Shown | None) -> str:
    loss = f"training loss {number(train, 3)}"
    if dataset.noise_floor is not None:
        return f"The {loss} is above its noise floor {number(dataset.noise_floor, 3)}."
    if shown is not None and shown.closer:
        return f"A closer fit has a lower validation loss, too: the {loss} is too high."
    constant = number(baseline_loss(dataset), 3)
    now = number(train, 3)
    return f"A constant prediction has a training loss of {constant}, this model one of {now}."


def _rising_since(
    epochs: Integers, train: Floats, valid: Floats, error: float, scale: float
) -> int | None:
    """The best epoch, if the validation loss has risen clearly since, the other not at all."""
    best = int(valid.argmin())
    tail = epochs > (1 - _TAIL) * epochs[-1]
    rise = float(valid[tail].min() - valid[best])
    has_risen = rise > max(CLEARLY * error, _RISE * scale)
    return int(epochs[best]) if has_risen and train[tail].mean() <= train[best] else None


def _gaping_since(epochs: Integers, gaps: Floats, least: float) -> int:
    """The epoch since which the gap has been wide; the last one is."""
    without = np.flatnonzero(gaps <= least)
    # The record before any training shows no overfitting, whatever its gap.
    first = 1 if not len(without) else min(int(without[-1]) + 1, len(gaps) - 1)
    return int(epochs[first])


def is_still_falling(epochs: Integers, losses: Floats, scale: float) -> bool:
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
