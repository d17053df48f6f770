"""What a reader's own runs have shown, so that claims can be ticked."""

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

import msgspec

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.history import History
from regplay.session.claims import Statement, Term, Trained, measure_term, small_weights

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.population import State

_MOST = 256  # runs that are remembered, the latest ones
_Key = TypeVar("_Key")


class Observations:
    """The latest runs, by their experiments. Noting one takes well under a millisecond."""

    def __init__(self) -> None:
        self._runs: OrderedDict[Experiment, Trained] = OrderedDict()
        self._resampled: OrderedDict[Experiment, Trained] = OrderedDict()
        self._datasets: OrderedDict[DataSettings, Trained] = OrderedDict()

    def note(
        self, experiment: Experiment, history: History, dataset: Dataset, state: "State | None"
    ) -> None:
        """Remember a run that has trained to its end, from the start and without a change.

        Parameters
        ----------
        history
            Its records; may go on growing afterwards.
        state
            Its last one; without it, nothing is known of its weights.
        """
        if history.last is None:
            return
        share = float("nan") if state is None else small_weights(state)
        trained = Trained(experiment, dataset, history.until(history.last.epoch), share)
        _put(self._runs, experiment, trained)
        _put(self._datasets, experiment.data, trained)

    def note_parts(self, experiment: Experiment, dataset: Dataset, parts: Decomposition) -> None:
        """Remember what resampled networks said together, the first of them this experiment."""
        _put(self._resampled, experiment, Trained(experiment, dataset, parts=parts))

    def shows(self, statement: Statement, base: Experiment) -> bool:
        """Whether the runs show a statement about an experiment, for one of the seeds they had.

        All of its terms have to be known for the same `seed` and `data.seed`, those of `base` or
        others.
        """
        wanted = [(term, term.experiment(base)) for term in statement.terms]
        known = (*reversed(self._runs), *reversed(self._resampled))
        seeds = dict.fromkeys((experiment.seed, experiment.data.seed) for experiment in known)
        return any(self._shows(statement, wanted, *pair) for pair in seeds)

    def _shows(
        self,
        statement: Statement,
        wanted: list[tuple[Term, Experiment]],
        seed: int,
        data_seed: int,
    ) -> bool:
        values: dict[Term, float | str] = {}
        for term, experiment in wanted:
            data = msgspec.structs.replace(experiment.data, seed=data_seed)
            trained = self._known(term, msgspec.structs.replace(experiment, seed=seed, data=data))
            if trained is None:
                return False
            values[term] = measure_term(term, trained)
        return statement.holds(values.__getitem__)

    def _known(self, term: Term, experiment: Experiment) -> Trained | None:
        if term.needs == "data":
            return self._datasets.get(experiment.data)
        runs = self._resampled if term.needs == "resamples" else self._runs
        return runs.get(experiment)


def _put(kept: "OrderedDict[_Key, Trained]", key: _Key, trained: Trained) -> None:
    kept[key] = trained
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)
