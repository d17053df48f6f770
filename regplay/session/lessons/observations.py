"""What a reader's own runs have shown, so that claims can be ticked."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from typing import TypeVar

import msgspec

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import FIELDS, get
from regplay.core.history import History
from regplay.core.number_text import number
from regplay.core.state import State
from regplay.session.claims import (
    Statement,
    Term,
    Trained,
    measure_term,
    small_weights,
    thinned_loss,
)

_MOST = 256  # runs that are remembered, the latest ones
_Kept = TypeVar("_Kept")

_NAMES = {
    "train_loss": "training loss",
    "train_accuracy": "training accuracy",
    "valid_loss": "validation loss",
    "valid_accuracy": "validation accuracy",
    "best_valid_loss": "best validation loss",
    "small_weights": "weights near zero",
    "squared_bias": "bias²",
    "thinned_loss": "validation loss with units dropped",
    "weight_norm": "norm of the weights",
}
_SHARES = ("train_accuracy", "valid_accuracy", "small_weights")


@dataclass(frozen=True)
class Measured:
    """The values of the terms of a statement about an experiment, in its order."""

    base: Experiment
    values: Mapping[Term, float | str]
    holds: bool  # whether the statement holds with them

    def lines(self) -> list[str]:
        """A line for each value and what tells it apart: `**0.2** validation loss, λ 0.01`.

        It is Markdown.
        """
        varied = dict.fromkeys(path for term in self.values for path in term.changes)
        has_epochs = any(term.epoch is not None for term in self.values)
        lines = []
        for term, value in self.values.items():
            words = [_NAMES.get(term.measure, term.measure.replace("_", " "))]
            if term.needs != "data" or term.changes:
                words += [self._setting(path, term) for path in varied]
            if has_epochs and term.needs != "data":
                words.append("at the end" if term.epoch is None else f"epoch {term.epoch:,}")
            shown = value if isinstance(value, str) else number(value)
            if term.measure in _SHARES and not isinstance(value, str):
                shown = f"{number(100 * value, 3)} %"
            lines.append(f"**{shown}** {', '.join(words)}")
        return lines

    def _setting(self, path: str, term: Term) -> str:
        value, of = term.changes.get(path, get(self.base, path)), FIELDS[path]
        if isinstance(value, bool):
            return of.label if value else f"no {of.label}"
        shown = number(value) if isinstance(value, int | float) else value
        return f"{of.symbol} {shown}".strip()


class Observations:
    """The latest runs, by their experiments. Noting one takes well under a millisecond."""

    def __init__(self) -> None:
        self._runs: OrderedDict[Experiment, Trained] = OrderedDict()
        self._resampled: OrderedDict[Experiment, Trained] = OrderedDict()
        self._datasets: OrderedDict[DataSettings, Trained] = OrderedDict()

    def note(
        self, experiment: Experiment, history: History, dataset: Dataset, state: State | None
    ) -> None:
        """Remember a run that has trained to its end, from the start and without a change.

        Its history may go on growing; without its last state, nothing is known of its weights.
        """
        if history.last is None:
            return
        trained = Trained(experiment, dataset, history.until(history.last.epoch))
        if state is not None:
            trained = replace(
                trained,
                small_weights=small_weights(state),
                thinned_loss=thinned_loss(state, experiment, dataset),
            )
        _put(self._runs, experiment, trained)
        _put(self._datasets, experiment.data, trained)

    def note_parts(self, experiment: Experiment, dataset: Dataset, parts: Decomposition) -> None:
        """Remember what resampled networks said together, the first of them this experiment."""
        _put(self._resampled, experiment, Trained(experiment, dataset, parts=parts))

    def measured(self, statement: Statement, base: Experiment) -> Measured | None:
        """What the runs say of a statement about an experiment; None while a term is not known.

        All terms are taken at the same `seed` and `data.seed`: those of the newest run for which
        the statement holds, else those of the newest that is known.
        """
        wanted = [(term, term.experiment(base)) for term in statement.terms]
        known = (*reversed(self._runs), *reversed(self._resampled))
        seeds = dict.fromkeys((experiment.seed, experiment.data.seed) for experiment in known)
        newest = None
        for pair in seeds:
            found = self._measured(statement, base, wanted, *pair)
            if found is not None and found.holds:
                return found
            newest = newest or found
        return newest

    def unknown(self, statement: Statement, base: Experiment) -> list[Term]:
        """The terms of which nothing is known with the seeds of `base`."""
        return [
            term for term in statement.terms if self._known(term, term.experiment(base)) is None
        ]

    def _measured(
        self,
        statement: Statement,
        base: Experiment,
        wanted: list[tuple[Term, Experiment]],
        seed: int,
        data_seed: int,
    ) -> Measured | None:
        values: dict[Term, float | str] = {}
        for term, experiment in wanted:
            data = msgspec.structs.replace(experiment.data, seed=data_seed)
            trained = self._known(term, msgspec.structs.replace(experiment, seed=seed, data=data))
            if trained is None:
                return None
            values[term] = measure_term(term, trained)
        return Measured(base, values, statement.holds(values.__getitem__))

    def _known(self, term: Term, experiment: Experiment) -> Trained | None:
        if term.needs == "data":
            return self._datasets.get(experiment.data)
        runs = self._resampled if term.needs == "resamples" else self._runs
        found = runs.get(experiment)
        is_without_weights = found is not None and isnan(found.small_weights)
        return None if term.needs == "weights" and is_without_weights else found


def _put(kept: "OrderedDict[_Kept, Trained]", key: _Kept, trained: Trained) -> None:
    kept[key] = trained
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)
