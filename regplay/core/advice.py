"""Advice that was tried: neighbours of an experiment, and what they show once they are trained.

A *neighbour* differs from the experiment in one field by one step: one regularizer stronger, weaker
or off, one hidden layer more or less, half or twice the width, twice the points, more epochs,
another learning rate, early stopping. Of a polynomial all degrees are tried, as they take no time.
Only fields that have an effect on the experiment are tried. All are trained together with the
experiment, with the same few seeds and on the same data, so that what differs is the field.

A neighbour is better if its validation loss is lower with each seed, and on average clearly: as
verdicts mean it, by standard errors of the difference that come from the validation points and from
the seeds, by more than 3 % of the loss, and by more than 0.5 % of what there is to learn.

So one that does no better with the experiment's own seed is not, and needs no other. Of the rest
those with the lowest losses are trained with all seeds first, and others only as long as it is open
which one to advise, and whether one fits the training points more closely, or less.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Value, get, replace
from regplay.core.history import History
from regplay.core.hyperparameters import HYPERPARAMETERS, REGULARIZERS, curve_of, is_used
from regplay.core.measurements import training_seconds
from regplay.core.number_text import counted, number, value_text
from regplay.core.sweep import Lineup, Sweep
from regplay.core.verdict import EXCESS, NEAR, Shown, clearly, losses_of, scale_of, standard_error

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.joint import JointTraining

SEEDS = 3
_BUDGET = 3.0  # expected seconds of one thread
_LEAST = 0.03  # of the validation loss
_LEAST_OF_SCALE = 0.005
_CHANGED = 0.01  # of the scale, in the training loss
_ALIKE = 1.1  # validation losses of neighbours between which the order decides
_NEARBY = 1.2  # the same with one seed, between which other seeds decide


_COUNTED = {"data.n_train": "training point", "epochs": "epoch"}


@dataclass(frozen=True)
class SettingChange:
    """One field with another value."""

    path: str
    value: Value

    def __str__(self) -> str:
        """As a sentence begins with it, such as "Weight decay 0.01" or "No dropout"."""
        value, path = self.value, self.path
        if path in _COUNTED:
            return counted(int(value), _COUNTED[path])
        term = HYPERPARAMETERS[path].term or FIELDS[path].label.lower()
        if not value:
            return "No hidden layer" if path == "model.depth" else f"No {term}"
        text = value_text(value, 6)
        if path == "regularization.early_stopping":
            text = f"(patience {text})"
        return f"{term[0].upper()}{term[1:]} {text}"

    @property
    def is_plural(self) -> bool:
        """Whether it bring or brings."""
        return self.path in _COUNTED and self.value != 1


@dataclass(frozen=True)
class Neighbour:
    """What came of a neighbour that is better."""

    changes: Sequence[SettingChange]  # one, or one with fewer epochs
    # The validation loss of the experiment and of the neighbour, with the experiment's own seed;
    # infinite where it diverges
    before: float
    after: float
    # The means over all seeds
    mean_before: float
    mean_after: float

    @property
    def words(self) -> str:
        """What it is, as a sentence begins with it."""
        first, *rest = self.changes
        return " with ".join(map(str, (first, *rest)))


@dataclass(frozen=True)
class Tried:
    """What the neighbours of an experiment showed."""

    shown: Shown | None  # None if none was trained
    best: Neighbour | None  # the one to try next; None if none is better
    # What the experiment has too much or too little of, by that neighbour; empty without one
    cause: str
    count: int  # how many neighbours were trained
    seeds: int  # with how many seeds each; one, where they decide nothing
    text: str  # all that in a sentence

    @property
    def short(self) -> str:
        """The same where there is little room."""
        best = self.best
        if best is None:
            return self.text.partition(" (")[0] + "."
        losses = f"{number(best.before, 3)} → {number(best.after, 3)}"
        seeds = f" ({self.seeds} seeds)" if self.seeds > 1 else ""
        return f"{best.words}: validation loss {losses}{seeds}."


# Which neighbours


def _nearest(path: str, value: float) -> Value:
    """The position of the slider's curve that is nearest to a value, by ratio."""
    curve = [position for position in curve_of(path).values if position > 0]
    return min(curve, key=lambda position: abs(math.log(position / value)))


def _round(value: float) -> int:
    """A whole number near a value, of one digit 1, 2, 3 or 5 and zeros."""
    power: int = 10 ** max(0, math.floor(math.log10(value)))
    return min((digit * power for digit in (1, 2, 3, 5, 10)), key=lambda n: abs(n - value))


def _strengths(path: str, value: float, experiment: Experiment) -> Sequence[Value]:
    others = HYPERPARAMETERS[path].tries
    if not value:
        return others
    if (FIELDS[path].maximum or 1) < 1:  # a share
        return [0.0, _nearest(path, value / 2), _nearest(path, (1 + value) / 2)]
    return [0.0, _nearest(path, value / 3), _nearest(path, value * 3), *others]


def _rates(path: str, rate: float, experiment: Experiment) -> Sequence[Value]:
    return [_nearest(path, rate * 3), _nearest(path, rate / 3)] if rate else [0.01]


def _patience(path: str, patience: float, experiment: Experiment) -> Sequence[Value]:
    return [0, 3 * patience] if patience else [_round(max(1.0, experiment.epochs / 20))]


# From a field's path and its value in an experiment to those that are tried. In the order in which
# neighbours that do equally well are preferred.
_VALUES: dict[str, Callable[[str, Any, Experiment], Sequence[Value]]] = {
    "model.degree": lambda path, _, __: curve_of(path).values,
    **{path: _strengths for path in REGULARIZERS if not FIELDS[path].is_rare},
    "model.depth": lambda _, depth, __: [depth + 1, depth - 1],
    "model.width": lambda _, n, __: [2 * n, n // 2, *([8 * n] if n <= 8 else [])],
    "optimizer.lr": _rates,
    "regularization.early_stopping": _patience,
    "data.n_train": lambda _, points, __: [2 * points],
    "epochs": lambda _, epochs, __: [3 * epochs],
    **{path: _strengths for path in REGULARIZERS if FIELDS[path].is_rare},
}


def _changes(experiment: Experiment, history: History | None) -> Iterator[SettingChange]:
    """All neighbours that there might be; some may be out of bounds."""
    if history is not None and history.last is not None and history.last.diverged[0]:
        yield SettingChange("optimizer.lr", _nearest("optimizer.lr", experiment.optimizer.lr / 30))
    for path, values in _VALUES.items():
        if is_used(experiment, path):
            found = values(path, get(experiment, path), experiment)
            yield from (SettingChange(path, value) for value in found)


def neighbours(experiment: Experiment, history: History | None = None) -> list[SettingChange]:
    """What to try, as far as it can be trained in some seconds; the first the most promising.

    Parameters
    ----------
    history
        Of the experiment: if it diverged, a much smaller learning rate is tried too.
    """
    loaded = cache(load)  # nearly all have the same data

    def seconds(candidate: Experiment) -> float:
        return SEEDS * training_seconds(candidate, loaded(candidate.data))

    left, found = _BUDGET - seconds(experiment), list[SettingChange]()
    n_inputs = loaded(experiment.data).n_inputs
    for change in _changes(experiment, history):
        field, value = FIELDS[change.path], change.value
        assert isinstance(value, int | float)
        now = get(experiment, change.path)
        is_allowed = (field.minimum or 0) <= value <= (field.maximum or math.inf)
        if not now and n_inputs < HYPERPARAMETERS[change.path].tried_from:
            continue
        if not is_allowed or value == now or change in found:
            continue
        try:
            needed = seconds(_changed(experiment, change))
        except DatasetError:  # there are not as many points
            continue
        if needed <= left:
            left -= needed
            found.append(change)
    return found


def _changed(experiment: Experiment, change: SettingChange) -> Experiment:
    return replace(experiment, {change.path: change.value})


def lineup(experiment: Experiment, changes: Sequence[SettingChange]) -> Lineup:
    """The experiment and its neighbours, each with `SEEDS` seeds, which run fastest."""
    settings = [experiment, *(_changed(experiment, change) for change in changes)]
    sweeps = [Sweep(each, seeds=SEEDS) for each in settings]
    experiments = tuple(member for sweep in sweeps for member in sweep.experiments)
    return Lineup(experiments, partial(_choose, changes=tuple(changes)))


def _choose(training: "JointTraining", changes: Sequence[SettingChange]) -> list[int]:
    """Which members of a `lineup` to train next."""
    if not training.history.places:
        return [*range(SEEDS), *(SEEDS * place for place in range(1, len(changes) + 1))]
    places = _undecided(training, changes)
    return [SEEDS * place + seed for place in places for seed in range(1, SEEDS)]


def _undecided(training: "JointTraining", changes: Sequence[SettingChange]) -> set[int]:
    """The neighbours of which other seeds have to tell, by their places among the settings."""
    found, joint = _Found.of(training, changes), training.history
    base, own = found.base, {}  # own: of the experiment's seed, [train, valid, lowest valid]
    for place in range(1, len(changes) + 1):
        if SEEDS * place + 1 not in joint.places:
            history = joint.member(SEEDS * place)
            valid = np.append(history.column("valid_loss")[1:], np.inf)
            is_lost = history.last is None or history.last.diverged[0]
            end = np.inf if is_lost else valid[-2]
            own[place] = float(history.column("train_loss")[-1]), end, valid.min()

    def lowest(among: Collection[int], column: int) -> set[int]:
        """Those that are not far from the best of them."""
        most = _NEARBY * min((own[place][column] for place in among), default=0.0)
        return {place for place in among if own[place][column] <= most}

    before, before_best = base.valid[0], min(base.valid[0], found.base_best.valid[0])
    gains = [place for place, (_, end, _) in own.items() if end < before]
    settings = [place for place in gains if changes[place - 1].path != "data.n_train"]
    helps = {*settings, *(place for place, (*_, low) in own.items() if low < before_best)}
    now, chosen = base.train[0], set[int]()
    if not found.without_points:
        chosen |= lowest(settings, 1)
    if not found.shown.looser:
        chosen |= lowest([place for place in settings if own[place][0] > now], 1)
    if not (found.shown.closer or found.is_at_floor):
        chosen |= lowest([place for place in helps if own[place][0] < now], 2)
    chosen |= {place for place in helps if changes[place - 1].path == "epochs"}
    if chosen or found.without_points:
        return chosen
    if not found.better:
        chosen = lowest(gains, 1)
    if not (chosen or found.better or found.cut_short):
        chosen = lowest([place for place, (*_, low) in own.items() if low < before], 2)
    return chosen


# What they show


@dataclass(frozen=True, eq=False)
class _Moment:
    """A neighbour, or the experiment itself, at one epoch, over the seeds."""

    changes: Sequence[SettingChange]  # one, one with fewer epochs, or none
    train: Floats  # [seeds], losses
    valid: Floats  # [seeds]; infinite where it diverged
    points: Floats  # [n_valid], validation losses, means over the seeds
    dataset: Dataset


def _moments(
    training: "JointTraining", place: int, changes: Sequence[SettingChange]
) -> tuple[_Moment, _Moment]:
    """The end of one setting, and where its validation loss was best on average over the seeds."""
    members = slice(place * SEEDS, (place + 1) * SEEDS)
    joint, dataset = training.history, training.datasets[members.start]
    histories = [joint.member(member) for member in range(members.start, members.stop)]

    def moment(epoch: int | None, *changes: SettingChange) -> _Moment:
        train, valid = (joint.values(name, epoch)[members] for name in ("train_loss", "valid_loss"))
        if epoch is None:
            valid[joint.diverged[members]] = np.inf
        fits = [
            training.fit(None, member, epoch).valid for member in range(members.start, members.stop)
        ]
        points = np.mean([losses_of(dataset, fit, dataset.valid.y) for fit in fits], axis=0)
        return _Moment(changes, train, valid, points, dataset)

    records = min(len(history) for history in histories)
    losses = [history.column("valid_loss")[:records] for history in histories]
    first = min(1, records - 1)  # before any training there is nothing to advise
    best = int(histories[0].epochs[first + np.mean(losses, axis=0)[first:].argmin()])
    others = [change for change in changes if change.path != "epochs"]
    return moment(None, *changes), moment(best, *others, SettingChange("epochs", best))


def _is_better(one: _Moment, other: _Moment, scale: float) -> bool:
    """Whether one validates clearly better than the other."""
    if not np.isfinite(one.valid).all():
        return False
    gains = other.valid - one.valid  # [seeds]
    if not np.isfinite(gains).all():
        return True
    if np.array_equal(one.dataset.valid.x, other.dataset.valid.x):
        error = standard_error(other.points - one.points)
    else:
        error = math.hypot(standard_error(other.points), standard_error(one.points))
    least = max(
        clearly(math.hypot(error, standard_error(gains)), one.dataset),
        _LEAST * float(other.valid.mean()),
        _LEAST_OF_SCALE * scale,
    )
    return bool((gains > 0).all() and float(gains.mean()) > least)


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known of those settings that are trained with all seeds."""

    base: _Moment
    base_best: _Moment
    better: Sequence[_Moment]
    without_points: Sequence[_Moment]  # but for those with more points
    cut_short: Sequence[_Moment]
    shown: Shown

    @staticmethod
    def of(training: "JointTraining", changes: Sequence[SettingChange]) -> "_Found":
        scale = scale_of(training.datasets[0])
        moments = {
            place: _moments(training, place, changes[place - 1 : place] if place else ())
            for place in range(len(changes) + 1)
            if SEEDS * place + 1 in training.history.places
        }
        base, base_best = moments.pop(0)
        better = [end for end, _ in moments.values() if _is_better(end, base, scale)]
        # More points are harder to fit, and help whatever is wrong: only if nothing else does.
        without_points = [end for end in better if end.changes[0].path != "data.n_train"]
        ways = [base_best, *(best for _, best in moments.values())]
        cut_short = [best for best in ways if _is_better(best, base, scale)]
        # A larger network that overfits by its end shows where it was best that it can do better.
        helps = [*without_points, *(b for b in cut_short if _is_better(b, base_best, scale))]
        now, least = float(base.train.mean()), _CHANGED * scale
        epochs = [place for place, change in enumerate(changes, 1) if change.path == "epochs"]
        shown = Shown(
            looser=any(each.train.mean() > now + least for each in without_points),
            closer=any(each.train.mean() < now - least for each in helps),
            is_done=bool(epochs)
            and not any(each in helps for place in epochs for each in moments.get(place, ())),
        )
        return _Found(base, base_best, better, without_points, cut_short, shown)

    @property
    def is_at_floor(self) -> bool:
        """Whether a closer fit of the training points would show no underfitting."""
        floor = self.base.dataset.noise_floor
        least = NEAR * scale_of(self.base.dataset)
        return floor is not None and float(self.base.train[0]) <= floor + least


def compare(training: "JointTraining", changes: Sequence[SettingChange]) -> Tried:
    """What a finished training of a `lineup` of these changes showed."""
    found = _Found.of(training, changes)
    best = _lowest(found.base, found.without_points or found.better or found.cut_short)
    cause = "" if best is None else _cause(training.experiments[0], best.changes[0])
    seeds = SEEDS if is_used(training.experiments[0], "seed") else 1
    text = _text(best, found.base, len(changes), seeds)
    return Tried(found.shown if changes else None, best, cause, len(changes), seeds, text)


def _lowest(before: _Moment, others: Sequence[_Moment]) -> Neighbour | None:
    """The first of those whose validation loss is about the lowest; None of none."""
    if not others:
        return None
    lowest = min(each.valid.mean() for each in others)
    after = next(each for each in others if each.valid.mean() <= _ALIKE * lowest)
    return Neighbour(
        after.changes,
        float(before.valid[0]),
        float(after.valid[0]),
        float(before.valid.mean()),
        float(after.valid.mean()),
    )


def _cause(experiment: Experiment, change: SettingChange) -> str:
    path, value, now = change.path, change.value, get(experiment, change.path)
    assert isinstance(value, int | float)
    assert isinstance(now, int | float)
    more, sign = value > now, HYPERPARAMETERS[path].sign
    if sign:
        is_stronger = bool(value) and (not now or more == (sign > 0))
        return (
            "too little regularization" if is_stronger else f"too much {HYPERPARAMETERS[path].term}"
        )
    if path == "regularization.early_stopping":
        return "stopped too early" if now else "trained for too long"
    return {
        "model.degree": ("too high a degree", "too low a degree"),
        "model.depth": ("too many layers", "too few layers"),
        "model.width": ("too many units", "too few units"),
        "optimizer.lr": ("too large a learning rate", "too small a learning rate"),
        "data.n_train": ("too many training points", "too few training points"),
        "epochs": ("trained for too long", "too few epochs"),
    }[path][more]


def _text(best: Neighbour | None, base: _Moment, count: int, seeds: int) -> str:
    how = f" (trained with {seeds} seeds)" if seeds > 1 else ""
    if best is not None:
        verb = "bring" if best.changes[0].is_plural else "brings"
        if math.isfinite(best.before):
            gain = f"the validation loss from {number(best.before, 3)} to {number(best.after, 3)}"
        else:
            gain = f"a validation loss of {number(best.after, 3)}"
        return f"{best.words} {verb} {gain}{how}."
    if not count:
        return "Nearby settings were not tried: training them takes too long."
    tried = f"({count} trained, with up to {seeds} seeds)" if seeds > 1 else f"({count} solved)"
    floor = base.dataset.noise_floor
    is_at_floor = floor and base.train.max() <= floor + EXCESS * scale_of(base.dataset)
    if floor and is_at_floor and base.dataset.valid_noise_floor == floor:
        return f"No nearby setting does better: the noise floor is {number(floor, 3)} {tried}."
    return f"No nearby setting does better {tried}."
