"""Neighbours of an experiment: what differs from it in one field by one step, to be tried.

A *neighbour* has one regularizer stronger, weaker or off, one hidden layer more or less, half or
twice the width, twice the points, more epochs, another learning rate, early stopping. Only fields
that have an effect on the experiment are tried. `regplay.core.trials` says what they show.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Value, get, replace
from regplay.core.history import History
from regplay.core.hyperparameters import HYPERPARAMETERS, REGULARIZERS, curve_of, is_used
from regplay.core.measurements import training_seconds
from regplay.core.number_text import value_text
from regplay.core.sweep import Lineup, Sweep
from regplay.core.verdict import Shown

SEEDS = 3
_BUDGET = 3.0  # expected seconds of one thread


@dataclass(frozen=True)
class SettingChange:
    """One field with another value."""

    path: str
    value: Value

    def __str__(self) -> str:
        """As a sentence begins with it, such as "Weight decay 0.01" or "No dropout"."""
        value, path = self.value, self.path
        if path in ("data.n_train", "epochs"):
            return f"{value:,} {FIELDS[path].label.lower()}"
        term = HYPERPARAMETERS[path].term or FIELDS[path].label.lower()
        if not value:
            return f"No {term}"
        number = value_text(value, 6)
        if path == "regularization.early_stopping":
            number = f"(patience {number})"
        return f"{term[0].upper()}{term[1:]} {number}"

    @property
    def is_plural(self) -> bool:
        """Whether it bring or brings."""
        return self.path in ("data.n_train", "epochs")


@dataclass(frozen=True)
class Neighbour:
    """What came of a neighbour that is better.

    Attributes
    ----------
    changes
        One, or one with fewer epochs.
    before, after
        The validation loss of the experiment and of the neighbour, with the experiment's own seed;
        infinite where it diverges.
    mean_before, mean_after
        The means over all seeds.
    """

    changes: tuple[SettingChange, ...]
    before: float
    after: float
    mean_before: float
    mean_after: float

    @property
    def words(self) -> str:
        """What it is, as a sentence begins with it."""
        first, *rest = self.changes
        return " with ".join([str(first), *(f"{change.value:,} epochs" for change in rest)])


@dataclass(frozen=True)
class Tried:
    """What the neighbours of an experiment showed.

    Attributes
    ----------
    best
        The one to try next; None if none is better.
    cause
        What the experiment has too much or too little of, by that neighbour; empty without one.
    count
        How many neighbours were trained.
    seeds
        With how many seeds each.
    text
        All that in a sentence.
    """

    shown: Shown
    best: Neighbour | None
    cause: str
    count: int
    seeds: int
    text: str


# Which neighbours


def _nearest(path: str, value: float) -> Value:
    """The position of the slider's curve that is nearest to a value, by ratio."""
    curve = [position for position in curve_of(path).values if position > 0]
    return min(curve, key=lambda position: abs(math.log(position / value)))


def _round(value: float) -> int:
    """A whole number near a value, of one digit 1, 2, 3 or 5 and zeros."""
    power: int = 10 ** max(0, math.floor(math.log10(value)))
    return min((digit * power for digit in (1, 2, 3, 5, 10)), key=lambda n: abs(n - value))


def _strengths(experiment: Experiment, path: str) -> list[Value]:
    value = get(experiment, path)
    assert isinstance(value, float)
    others = list[Value](HYPERPARAMETERS[path].tries)
    if not value:
        return others
    if path == "regularization.dropout":
        return [0.0, _nearest(path, value / 2), _nearest(path, (1 + value) / 2)]
    return [0.0, _nearest(path, value / 3), _nearest(path, value * 3), *others]


def _depths(experiment: Experiment, path: str) -> list[Value]:
    depth = experiment.model.depth
    return [depth + 1, depth - 1]


def _widths(experiment: Experiment, path: str) -> list[Value]:
    width = experiment.model.width
    return [2 * width, width // 2, *([8 * width] if width <= 8 else [])]


def _rates(experiment: Experiment, path: str) -> list[Value]:
    rate = experiment.optimizer.lr
    return [_nearest(path, rate * 3), _nearest(path, rate / 3)] if rate else [0.01]


def _points(experiment: Experiment, path: str) -> list[Value]:
    return [2 * experiment.data.n_train]


def _patience(experiment: Experiment, path: str) -> list[Value]:
    patience = experiment.regularization.early_stopping
    return [0, 3 * patience] if patience else [_round(max(1.0, experiment.epochs / 20))]


# In the order in which neighbours that do equally well are preferred.
_VALUES: dict[str, Callable[[Experiment, str], list[Value]]] = {
    **dict.fromkeys(REGULARIZERS, _strengths),
    "model.depth": _depths,
    "model.width": _widths,
    "optimizer.lr": _rates,
    "regularization.early_stopping": _patience,
    "data.n_train": _points,
}


def _changes(experiment: Experiment, history: History | None) -> Iterator[SettingChange]:
    """All neighbours that there might be; some may be out of bounds."""
    for path, values in _VALUES.items():
        if is_used(experiment, path):
            yield from (SettingChange(path, value) for value in values(experiment, path))
    if history is not None and history.last is not None and history.last.diverged[0]:
        yield SettingChange("optimizer.lr", _nearest("optimizer.lr", experiment.optimizer.lr / 30))
    yield SettingChange("epochs", 3 * experiment.epochs)


def neighbours(experiment: Experiment, history: History | None = None) -> list[SettingChange]:
    """What to try, as far as it can be trained in some seconds; the first the most promising.

    Parameters
    ----------
    history
        Of the experiment: if it diverged, a much smaller learning rate is tried too.
    """
    datasets = {experiment.data: load(experiment.data)}

    def seconds(candidate: Experiment) -> float:
        dataset = datasets.setdefault(candidate.data, load(candidate.data))
        points, ends = (
            (len(dataset.train.y), len(dataset.valid.y)),
            (dataset.n_inputs, dataset.n_outputs),
        )
        return SEEDS * training_seconds(candidate, *points, *ends)

    left, found = _BUDGET - seconds(experiment), list[SettingChange]()
    for change in _changes(experiment, history):
        field, value = FIELDS[change.path], change.value
        assert isinstance(value, int | float)
        is_allowed = (field.minimum or 0) <= value <= (field.maximum or math.inf)
        if not is_allowed or value == get(experiment, change.path) or change in found:
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
    return Lineup(tuple(member for sweep in sweeps for member in sweep.experiments))
