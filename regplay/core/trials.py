"""Advice that was tried: what the neighbours of an experiment show, once they are trained.

All are trained together with the experiment, each with the same few seeds and on the same data, so
that what differs is the field.

A neighbour is better if its validation loss is lower with each seed, and on average clearly: by
more than two standard errors of the difference, which come from the validation points and from the
seeds, by more than 3 % of the loss, and by more than 0.5 % of what there is to learn.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import get
from regplay.core.history import Floats, History
from regplay.core.hyperparameters import HYPERPARAMETERS
from regplay.core.neighbours import SEEDS, Neighbour, SettingChange, Tried
from regplay.core.number_text import number
from regplay.core.verdict import (
    CLEARLY,
    PointLosses,
    Shown,
    Verdict,
    judge,
    losses_of,
    scale_of,
    standard_error,
)

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.joint import JointTraining

_LEAST = 0.03  # of the validation loss
_LEAST_OF_SCALE = 0.005
_CHANGED = 0.01  # of the scale, in the training loss
_ALIKE = 1.1  # validation losses of neighbours between which the order decides


def point_losses(training: "JointTraining", member: int, epoch: int | None = None) -> PointLosses:
    """The losses of the points of a member at a kept epoch, and at its best epoch until then."""
    experiment, dataset = training.experiments[member], training.datasets[member]
    now, history = training.fit(None, member, epoch), training.history.member(member)
    best = history.until(now.epoch).best()
    if best is None:
        return PointLosses.of(experiment, dataset, now)
    then = training.fit(None, member, int(history.epochs[best]))
    return PointLosses.of(experiment, dataset, now, then.valid)


def judged(
    training: "JointTraining", member: int, *, epoch: int | None = None, shown: Shown | None = None
) -> Verdict:
    """The verdict on a member of a training at a kept epoch, with the losses of its points."""
    history = training.history.member(member)
    if epoch is not None:
        history = history.until(epoch)
    points = point_losses(training, member, epoch)
    experiment, dataset = training.experiments[member], training.datasets[member]
    return judge(history, dataset, experiment, points=points, shown=shown)


@dataclass(frozen=True, eq=False)
class _Moment:
    """One setting at one epoch, over the seeds."""

    epoch: int
    train: Floats  # [seeds], losses
    valid: Floats  # [seeds]; infinite where it diverged
    points: Floats  # [n_valid], validation losses, means over the seeds
    dataset: Dataset


@dataclass(frozen=True, eq=False)
class _Trained:
    """One setting at its end, and where its validation loss was best on average over the seeds."""

    change: SettingChange | None
    final: _Moment
    best: _Moment


def _trained(training: "JointTraining", place: int, change: SettingChange | None) -> _Trained:
    members = range(place * SEEDS, (place + 1) * SEEDS)
    dataset = training.datasets[members[0]]
    histories = [training.history.member(member) for member in members]
    diverged = training.history.diverged[members.start : members.stop]

    def moment(epoch: int | None) -> _Moment:
        train, valid = (
            np.array([_at(history, measure, epoch) for history in histories])
            for measure in ("train_loss", "valid_loss")
        )
        if epoch is None:
            valid[diverged] = np.inf
        fits = [training.fit(None, member, epoch).valid for member in members]
        points = np.mean([losses_of(dataset, fit, dataset.valid.y) for fit in fits], axis=0)
        last = int(histories[0].epochs[-1])
        return _Moment(last if epoch is None else epoch, train, valid, points, dataset)

    records = min(len(history) for history in histories)
    losses = [history.column("valid_loss")[:records] for history in histories]
    best = int(np.mean(losses, axis=0).argmin())
    return _Trained(change, moment(None), moment(int(histories[0].epochs[best])))


def _at(history: History, measure: str, epoch: int | None) -> float:
    """At the newest record that is not later."""
    record = -1 if epoch is None else int(np.searchsorted(history.epochs, epoch, side="right")) - 1
    return float(history.column(measure)[record])


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
        CLEARLY * math.hypot(error, standard_error(gains)),
        _LEAST * float(other.valid.mean()),
        _LEAST_OF_SCALE * scale,
    )
    return bool((gains > 0).all() and float(gains.mean()) > least)


def compare(training: "JointTraining", changes: Sequence[SettingChange]) -> Tried:
    """What a finished training of a `lineup` of these changes showed."""
    experiment = training.experiments[0]
    base, scale = _trained(training, 0, None), scale_of(training.datasets[0])
    tried = [_trained(training, place, change) for place, change in enumerate(changes, start=1)]
    better = [each for each in tried if _is_better(each.final, base.final, scale)]
    shown = _shown(tried, better, base, scale)
    best = _best(better, base) or _best_cut_short(tried, base, scale)
    cause = "" if best is None else _cause(experiment, best.changes[0])
    text = _text(best, base.final.dataset, len(changes))
    return Tried(shown, best, cause, len(changes), SEEDS, text)


def _shown(
    tried: Sequence[_Trained], better: Sequence[_Trained], base: _Trained, scale: float
) -> Shown:
    now, least = float(base.final.train.mean()), _CHANGED * scale
    # More points are harder to fit, and help whatever is wrong.
    settings = [each.final for each in better if not _has_more_points(each)]
    # A larger network that overfits by its end shows where it was best that it can do better.
    on_the_way = [each.best for each in tried if _is_better(each.best, base.best, scale)]
    return Shown(
        looser=any(each.train.mean() > now + least for each in settings),
        closer=any(each.train.mean() < now - least for each in (*settings, *on_the_way)),
    )


def _has_more_points(trained: _Trained) -> bool:
    return trained.change is not None and trained.change.path == "data.n_train"


def _best(better: Sequence[_Trained], base: _Trained) -> Neighbour | None:
    """The one with the lowest validation loss; more points, only if nothing else helps."""
    settings = [each for each in better if not _has_more_points(each)] or better
    if not settings:
        return None
    lowest = min(each.final.valid.mean() for each in settings)
    chosen = next(each for each in settings if each.final.valid.mean() <= _ALIKE * lowest)
    assert chosen.change is not None
    return _neighbour((chosen.change,), base.final, chosen.final)


def _best_cut_short(tried: Sequence[_Trained], base: _Trained, scale: float) -> Neighbour | None:
    """Where it was best, that which was best then: the experiment itself, or a neighbour of it."""
    candidates = [each for each in (base, *tried) if _is_better(each.best, base.final, scale)]
    if not candidates:
        return None
    lowest = min(each.best.valid.mean() for each in candidates)
    chosen = next(each for each in candidates if each.best.valid.mean() <= _ALIKE * lowest)
    fewer = SettingChange("epochs", chosen.best.epoch)
    changes = (fewer,) if chosen.change is None else (chosen.change, fewer)
    return _neighbour(changes, base.final, chosen.best)


def _neighbour(changes: tuple[SettingChange, ...], before: _Moment, after: _Moment) -> Neighbour:
    return Neighbour(
        changes,
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
        "model.depth": ("too many layers", "too few layers"),
        "model.width": ("too many units", "too few units"),
        "optimizer.lr": ("too large a learning rate", "too small a learning rate"),
        "data.n_train": ("too many training points", "too few training points"),
        "epochs": ("trained for too long", "too few epochs"),
    }[path][more]


def _text(best: Neighbour | None, dataset: Dataset, count: int) -> str:
    how = f"(trained with {SEEDS} seeds)"
    if best is not None:
        verb = "bring" if best.changes[0].is_plural else "brings"
        if math.isfinite(best.before):
            gain = f"the validation loss from {number(best.before, 3)} to {number(best.after, 3)}"
        else:
            gain = f"a validation loss of {number(best.after, 3)}"
        return f"{best.words} {verb} {gain} {how}."
    if not count:
        return "Neighbours were not tried: training them takes too long."
    tried = f"({count} trained, with {SEEDS} seeds each)"
    floor = dataset.noise_floor
    if floor and dataset.valid_noise_floor == floor:
        return f"No nearby setting does better: the noise floor is {number(floor, 3)} {tried}."
    return f"No nearby setting does better {tried}."
