"""From a session to the text of a file."""

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regplay.core.experiment import Experiment
from regplay.core.fields import to_dict
from regplay.core.history import MEASURES, History
from regplay.session.document import Document, StoredRun
from regplay.session.document_text import joined
from regplay.session.experiment_text import changes
from regplay.session.session import Run
from regplay.session.stored_arrays import encoded
from regplay.session.stored_states import MOST_CHANGES, StoredStates

if TYPE_CHECKING:
    from regplay.core.state import State

# The first, the last and the best state stay, unless they take so many budgets: then the last.
_ROOM = 8


@dataclass(frozen=True)
class Budget:
    """Bytes that the states of the present run, and of each pin, may take in a file.

    A network of the usual size, two layers of 64 units, takes 67 KB a state.
    """

    run: int = 4 << 20
    pin: int = 1 << 20


BRIEF = Budget(run=1 << 20, pin=1 << 18)  # for what is written every few seconds


@dataclass(frozen=True, eq=False)
class _Written:
    """A run as text, apart from its experiment, which is told by what differs."""

    run: StoredRun
    budget: int
    table: Mapping[str, Any]
    arrays: Mapping[str, str]


class DocumentWriter:
    """Writes sessions, and remembers the texts of runs that stay as they are.

    It belongs to one thread.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self._budget = budget or Budget()
        self._written: weakref.WeakKeyDictionary[Run, _Written] = weakref.WeakKeyDictionary()

    def text(self, document: Document) -> str:
        """The text of a session.

        Raises
        ------
        DocumentError
            If it is too long.
        """
        head: dict[str, Any] = {}
        if document.lesson:
            head |= {"lesson": document.lesson, "page": document.page}
        head["experiment"] = to_dict(document.experiment)
        if document.view:
            head["view"] = dict(document.view)
        arrays: dict[str, str] = {}
        base = document.experiment
        if document.run is not None:
            head["run"] = self._table("run", document.run, self._budget.run, base, arrays)
        pins = []
        for number, pin in enumerate(document.pins, 1):
            table = self._table(f"pin{number}", pin.run, self._budget.pin, base, arrays)
            names = {"name": pin.name, "color": pin.color, "is_hidden": pin.is_hidden}
            pins.append(names | table)
        if pins:
            head["pins"] = pins
        return joined(head, arrays)

    def _table(
        self, owner: str, run: StoredRun, budget: int, base: Experiment, arrays: dict[str, str]
    ) -> dict[str, Any]:
        written = self._known(run, budget) or _write(run, budget)
        if run.source is not None:
            self._written[run.source] = written
        arrays |= {f"{owner}_{name}": text for name, text in written.arrays.items()}
        return {**written.table, "changes": changes(base, run.experiment)}

    def _known(self, run: StoredRun, budget: int) -> _Written | None:
        known = None if run.source is None else self._written.get(run.source)
        if known is None or known.budget != budget:
            return None
        # States are the same objects, or none of them is.
        is_same = (len(run.history), run.changed_at, run.states) == (
            len(known.run.history),
            known.run.changed_at,
            known.run.states,
        )
        return known if is_same else None


def _write(run: StoredRun, budget: int) -> _Written:
    history = run.history.until(run.epoch)  # whose last record is of the last epoch
    last = history.last
    steps_per_epoch = last.step // last.epoch if last is not None and last.epoch else 1
    table: dict[str, Any] = {
        "placement": run.placement[:200],
        "changed_at": list(run.changed_at[-MOST_CHANGES:]),
        "records": len(history),
        "steps_per_epoch": steps_per_epoch,
        "stopped_at": -1 if last is None else int(last.stopped_at[0]),
        "diverged": last is not None and bool(last.diverged[0]),
    }
    columns = [history.column(measure) for measure in MEASURES]
    arrays = {"epochs": history.epochs, "values": np.stack(columns, axis=1)}
    states = run.states
    if isinstance(states, tuple) and len(history):
        states = StoredStates.of(_thinned(states, budget, history), steps_per_epoch)
    if isinstance(states, StoredStates):
        table |= {"sizes": list(states.sizes), "states": len(states)}
        arrays |= states.arrays
    texts = {name: encoded(array) for name, array in arrays.items()}
    return _Written(run, budget, table, texts)


def _thinned(states: Sequence["State"], budget: int, history: History) -> Sequence["State"]:
    """As many states as a budget allows, the first, the last and the best among them.

    About the same as `Checkpoints.within` keeps, but chosen at one go: that holds up no painting.
    """
    states = [state for state in states if state.epoch <= history.epochs[-1]]
    best = history.best()
    best_epoch = -1 if best is None else int(history.epochs[best])
    most = max(3, budget // max(states[-1].size, 1))
    if len(states) > most:
        times = np.log1p([state.epoch for state in states])
        wanted = np.linspace(times[0], times[-1], most - 1)
        nearest = np.abs(times[:, None] - wanted).argmin(axis=0)
        places = {*nearest.tolist(), *(i for i, s in enumerate(states) if s.epoch == best_epoch)}
        states = [states[place] for place in sorted(places)]
    is_much = sum(state.size for state in states) > _ROOM * budget
    return states[-1:] if is_much else states
