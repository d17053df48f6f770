"""What is measured of a training that a claim speaks of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES as RECORDED
from regplay.core.history import History
from regplay.core.verdict import judge
from regplay.session.claim_terms import Term

if TYPE_CHECKING:  # torch takes a second to import
    from regplay.core.state import State

_NAN = float("nan")


@dataclass(frozen=True, eq=False)
class Trained:
    """A training, as far as it is known; what is not leaves the measures that need it NaN.

    Attributes
    ----------
    history
        Its records, to the end.
    small_weights
        As `small_weights` gives it, of the network at the end.
    parts
        Of the error of `RESAMPLES` networks like this one, each trained on other data.
    """

    experiment: Experiment
    dataset: Dataset
    history: History | None = None
    small_weights: float = _NAN
    parts: Decomposition | None = None


def small_weights(state: "State") -> float:
    """The share of a network's weights, without biases, that are near zero, in [0, 1]."""
    from regplay.core.inside import NEAR_ZERO

    weights = [weight for weight, _ in state.shape.views(state.parameters)]
    small = sum(int((weight.abs() < NEAR_ZERO).sum()) for weight in weights)
    return small / sum(weight.numel() for weight in weights)


def measure_term(term: Term, trained: Trained) -> float | str:
    """The value of a term for the training of its own experiment.

    Losses, accuracies, penalties and weights of a network that has diverged are NaN. So is whatever
    the training or its data don't have, such as an accuracy in regression.
    """
    dataset, parts = trained.dataset, trained.parts
    match term.needs:
        case "data":
            return _NAN if dataset.noise_floor is None else dataset.noise_floor
        case "resamples":
            if parts is None:
                return _NAN
            name = {"squared_bias": "bias_squared"}.get(term.measure, term.measure)
            return float(getattr(parts, name))
    history = trained.history
    if history is None or not len(history):
        return "" if term.is_text else _NAN
    if term.epoch is not None and term.needs == "history":
        history = history.until(term.epoch)
    if term.needs == "weights":
        return _NAN if _diverged(history) else trained.small_weights
    if term.measure == "verdict":
        return judge(history, dataset, trained.experiment).kind
    return _MEASURES[term.measure](history)


def _recorded(measure: str) -> Callable[[History], float]:
    def value(history: History) -> float:
        assert history.last is not None
        return _NAN if history.last.diverged[0] else history.last.value(measure)

    return value


_LAST = {measure: _recorded(measure) for measure in RECORDED}


def _best_epoch(history: History) -> float:
    best = history.best()
    return _NAN if best is None else float(history.epochs[best])


def _best_valid_loss(history: History) -> float:
    best = history.best()
    return _NAN if best is None else float(history.column("valid_loss")[best])


def _half_squared(norm: float) -> float:
    return norm * norm / 2  # inf for a norm above 1e154, of which ** makes an error


def _diverged(history: History) -> float:
    return float(history.last is not None and bool(history.last.diverged[0]))


_MEASURES: Mapping[str, Callable[[History], float]] = {
    **_LAST,
    "gap": lambda history: _LAST["valid_loss"](history) - _LAST["train_loss"](history),
    "half_squared_norm": lambda history: _half_squared(_LAST["weight_norm"](history)),
    "best_valid_loss": _best_valid_loss,
    "best_epoch": _best_epoch,
    "epoch": lambda history: float(history.epochs[-1]),
    "diverged": _diverged,
}
