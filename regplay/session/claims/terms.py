"""What a claim speaks of: one measure of one training, and its value once that is known."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from regplay.core import UserError, fields
from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, Field, Value, hint_at
from regplay.core.history import MEASURES, History
from regplay.core.layers import dropouts
from regplay.core.state import State
from regplay.core.verdict import EARLY, PointLosses, judge, losses_of

Needs = Literal["data", "history", "weights", "resamples"]  # what a measure is taken from

TEXTS = frozenset({"verdict"})  # measures that are words; all others are numbers
RESAMPLES = 20
_MASKS = 20  # of dropout
SEEDS = frozenset({"seed", "data.seed"})  # fields that a claim can't set: it is about many of them
FILE = "data.file"  # nor this one: it would not be known from which folder it is meant


class ClaimError(UserError):
    """A claim can't be read; the message says what is wrong, and what to do."""

    def __init__(self, problem: str, column: int) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column  # where in the claim it is, from 1


@dataclass(frozen=True)
class Term:
    """A measure of a training, such as `valid_loss(weight_decay=0.01)`."""

    measure: str  # a name of `NEEDS`
    # Field paths and values, on top of the experiment that the claim is about
    changes: Mapping[str, Value] = field(default_factory=dict)
    # Measured at the newest record that is not later than this; None is the last record. For
    # verdicts, weights and resampled networks, at the end of a training that stops there.
    epoch: int | None = None

    def __hash__(self) -> int:
        return hash((self.measure, frozenset(self.changes.items()), self.epoch))

    def __str__(self) -> str:
        changes = [f"{short_name(path)}={shown(value)}" for path, value in self.changes.items()]
        if self.epoch is not None:
            changes.append(f"epoch={self.epoch}")
        return self.measure + (f"({', '.join(changes)})" if changes else "")

    @property
    def needs(self) -> Needs:
        """What it is measured from."""
        return NEEDS[self.measure]

    @property
    def is_text(self) -> bool:
        """Whether its values are words instead of numbers."""
        return self.measure in TEXTS

    def experiment(self, base: Experiment) -> Experiment:
        """What has to be trained for it; `base` is what the claim is about, with one seed."""
        changed = fields.replace(base, self.changes)
        if self.epoch is None or self.needs not in ("weights", "resamples"):
            return changed
        return fields.replace(changed, {"epochs": max(1, min(self.epoch, changed.epochs))})


def shown(value: Value) -> str:
    """A value as a claim writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'" if '"' in value else f'"{value}"'
    return repr(value)


def short_name(path: str) -> str:
    """The last part of a field path where that is enough, such as `lr`."""
    name = path.rpartition(".")[2]
    return name if _paths_of(name) == [path] else path


def _paths_of(name: str) -> list[str]:
    """The field paths that a name may stand for: itself, or all that end with it."""
    if name in FIELDS:
        return [name]
    return [path for path in FIELDS if path.endswith(f".{name}")]


def find_field(name: str, column: int) -> Field:
    """The field that is meant by a path or the last part of one.

    `ClaimError` if there is none, or several, or if it is a seed or a file.
    """
    paths = _paths_of(name)
    if len(paths) > 1:
        raise ClaimError(f"{name} may be {' or '.join(paths)}; write one of them", column)
    if not paths:
        raise ClaimError(f"{name}: no such field{hint_at(name, [*FIELDS, 'epoch'])}", column)
    if paths[0] in SEEDS:
        raise ClaimError(f"{name} can't be set: a claim is checked with many seeds", column)
    if paths[0] == FILE:
        raise ClaimError(
            f"{name} can't be set: name the file in the experiment of the page", column
        )
    return FIELDS[paths[0]]


def check_value(of: Field, value: Value, column: int) -> Value:
    """The value as the field takes it; else `ClaimError`, with the bound."""
    if of.kind == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)  # 1e4
    try:
        return of.check(value)
    except ExperimentError as error:
        raise ClaimError(str(error), column) from None


def check_measure(name: str, column: int) -> str:
    """The name, if it is that of a measure; else `ClaimError`, with the nearest one."""
    if name in NEEDS:
        return name
    if _paths_of(name):
        problem = f"{name} is no measure but a field: set it in parentheses, valid_loss({name}=...)"
    else:
        problem = f"{name}: no such measure{hint_at(name, NEEDS, lists=True)}"
    raise ClaimError(problem, column)


# values


@dataclass(frozen=True, eq=False)
class Trained:
    """A training, as far as it is known; what is not leaves the measures that need it NaN."""

    experiment: Experiment
    dataset: Dataset
    history: History | None = None  # its records, to the end
    state: State | None = None  # of the network at the end
    best: State | None = None  # of that at its best epoch
    parts: Decomposition | None = None  # of the error of `RESAMPLES` networks on other data
    # What its terms came to, once they were asked for: a lesson asks again after each run.
    values: "dict[Term, float | str]" = field(default_factory=dict)


def small_weights(state: State) -> float:
    """The share of a network's weights, without biases, that are near zero, in [0, 1]."""
    from regplay.core.internals import NEAR_ZERO  # which needs torch

    weights = [weight for weight, _ in state.shape.views(state.parameters)]
    small = sum(int((weight.abs() < NEAR_ZERO).sum()) for weight in weights)
    return small / sum(weight.numel() for weight in weights)


def thinned_loss(state: State, experiment: Experiment, dataset: Dataset, seed: int = 0) -> float:
    """The validation loss with units dropped as in training: the mean over `_MASKS` masks.

    NaN without dropout, of which it says nothing. `seed` decides the masks.
    """
    from regplay.core.population import measured, network_at, thinned  # which need torch

    shares = dropouts(experiment)
    if not any(shares):
        return math.nan
    networks = thinned(network_at(state, experiment, dataset), shares, _MASKS, seed)
    inputs = networks.flat.new_tensor(dataset.inputs(dataset.valid.x))
    outputs = measured(networks.predict(inputs), dataset)
    losses = [losses_of(dataset, predicted, dataset.valid.y).mean() for predicted in outputs]
    return float(np.mean(losses))


def measure_term(term: Term, trained: Trained) -> float | str:
    """The value of a term for the training of its own experiment.

    Losses, accuracies, penalties and weights of a network that has diverged are NaN. So is whatever
    the training or its data don't have, such as an accuracy in regression.
    """
    if term not in trained.values:
        trained.values[term] = _measured(term, trained)
    return trained.values[term]


def _measured(term: Term, trained: Trained) -> float | str:
    dataset, parts = trained.dataset, trained.parts
    match term.needs:
        case "data":
            return math.nan if dataset.noise_floor is None else dataset.noise_floor
        case "resamples":
            if parts is None:
                return math.nan
            return float(getattr(parts, _OF_RESAMPLES[term.measure]))
    history = trained.history
    if history is None or not len(history):
        return "" if term.is_text else math.nan
    if term.epoch is not None:
        history = history.until(term.epoch)
    if term.measure == "verdict":
        return _verdict(term, trained, history)
    if term.needs == "weights":
        if trained.state is None or _diverged(history):
            return math.nan
        if term.measure == "small_weights":
            return small_weights(trained.state)
        return thinned_loss(trained.state, trained.experiment, dataset)
    return _OF_HISTORY[term.measure](history)


def _verdict(term: Term, trained: Trained, history: History) -> str:
    """The kind that the window would show of the run at the end of a history."""
    experiment, dataset, state, points = trained.experiment, trained.dataset, trained.state, None
    if history.last is not None and state is not None and history.last.epoch >= state.epoch:
        from regplay.core.population import fit_at  # which needs torch

        fits = [fit_at(it, experiment, dataset, None) for it in (state, trained.best or state)]
        points = PointLosses.of(experiment, dataset, fits[0], fits[1].valid)
    if term.epoch is not None and experiment.epochs < EARLY:  # it is that of a longer training
        experiment = fields.replace(experiment, {"epochs": EARLY})
    return judge(history, dataset, experiment, points=points).kind


def _recorded(measure: str) -> Callable[[History], float]:
    def value(history: History) -> float:
        assert history.last is not None
        return math.nan if history.last.diverged[0] else history.last.value(measure)

    return value


def _half_squared(norm: float) -> float:
    return norm * norm / 2  # inf for a norm above 1e154, of which ** makes an error


def _diverged(history: History) -> float:
    return float(history.last is not None and bool(history.last.diverged[0]))


_LAST = {measure: _recorded(measure) for measure in MEASURES}
_OF_HISTORY: Mapping[str, Callable[[History], float]] = {
    **_LAST,
    "gap": lambda history: _LAST["valid_loss"](history) - _LAST["train_loss"](history),
    "half_squared_norm": lambda history: _half_squared(_LAST["weight_norm"](history)),
    "best_valid_loss": lambda history: history.at_best("valid_loss"),
    "best_epoch": lambda history: history.best_epoch if history.best_epoch >= 0 else math.nan,
    "epoch": lambda history: float(history.epochs[-1]),
    "diverged": _diverged,
}
_OF_RESAMPLES = {"squared_bias": "bias_squared", "variance": "variance", "noise": "noise"}

NEEDS: Mapping[str, Needs] = {
    **dict.fromkeys(_OF_HISTORY, "history"),  # of a training
    **dict.fromkeys([*TEXTS, "small_weights", "thinned_loss"], "weights"),  # at its end
    "noise_floor": "data",
    **dict.fromkeys(_OF_RESAMPLES, "resamples"),  # `RESAMPLES` trainings on other draws
}
