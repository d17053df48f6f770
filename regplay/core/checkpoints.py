"""The states of a training at recorded epochs, as many as memory allows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regplay.core.history import History

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.engine import Stop
    from regplay.core.population import State
    from regplay.core.training import Training

_BUDGET = 64 << 20  # bytes
_MOST = 512  # more moments than a hand can tell apart on a handle
_AMPLE = 16 << 20  # bytes; more states than are enough take no more than this


class Checkpoints:
    """States at recorded epochs, about evenly spread over the logarithm of the epoch.

    When there are too many, the one between its closest neighbours goes; the first, the last and
    the best stay. One thread may add while others read.

    Parameters
    ----------
    budget
        Bytes; at least three states are kept whatever they take.
    enough
        How many states do; there may be more while all together take no more than 16 MB.
    """

    def __init__(self, budget: int = _BUDGET, enough: int = _MOST) -> None:
        self._budget, self._enough = budget, enough
        self._states: tuple[State, ...] = ()  # in the order of their epochs

    def __len__(self) -> int:
        return len(self._states)

    def __iter__(self) -> Iterator["State"]:
        return iter(self._states)

    @property
    def epochs(self) -> NDArray[np.int64]:
        """Epochs of the states, rising."""
        return np.array([state.epoch for state in self._states], dtype=np.int64)

    @property
    def last(self) -> "State | None":
        """The newest state."""
        states = self._states
        return states[-1] if states else None

    def keep(self, state: "State", best_epoch: int = -1) -> None:
        """Add a state; it takes the place of those of the same epoch or later ones.

        Parameters
        ----------
        best_epoch
            The state of this epoch, if it is kept, is not thrown away.
        """
        self._put([*self._before(state.epoch), state], best_epoch)

    def extend(self, states: Sequence["State"], best_epoch: int = -1) -> None:
        """Add copies of rising states, as `keep` does one after another."""
        for state in states:
            self.keep(state, best_epoch)
        lent = set(states)
        self._states = tuple(state.copy() if state in lent else state for state in self._states)

    def insert(self, state: "State", best_epoch: int = -1) -> None:
        """Add a state between the others, in place of that of the same epoch if there is one."""
        later = [kept for kept in self._states if kept.epoch > state.epoch]
        self._put([*self._before(state.epoch), state, *later], best_epoch)

    def _put(self, states: list["State"], best_epoch: int) -> None:
        size = max(states[-1].size, 1)
        ample = max(self._enough, _AMPLE // size)
        most = max(3, min(_MOST, ample, self._budget // size))
        while len(states) > most:
            times = np.log1p([kept.epoch for kept in states])
            room = times[2:] - times[:-2]
            room[[kept.epoch == best_epoch for kept in states[1:-1]]] = np.inf
            del states[1 + int(room.argmin())]
        self._states = tuple(states)

    def _before(self, epoch: int) -> list["State"]:
        states = self._states
        if not states or states[-1].epoch < epoch:  # as always while it trains
            return list(states)
        return [state for state in states if state.epoch < epoch]

    def at(self, epoch: int | None) -> "State | None":
        """The newest state that is not later than `epoch`; None stands for the last epoch."""
        states = self._states
        if epoch is not None:
            states = tuple(state for state in states if state.epoch <= epoch)
        return states[-1] if states else None

    def of_member(self, member: int) -> "Checkpoints":
        """The same of one member alone."""
        alone = Checkpoints()
        alone._states = tuple(state.member(member) for state in self._states)
        return alone

    def within(self, budget: int, best_epoch: int = -1) -> "Checkpoints":
        """The same, thinned out to a budget in bytes; the state of the best epoch stays."""
        fewer = Checkpoints(budget)
        if self._states:
            fewer._put(list(self._states), best_epoch)
        return fewer

    def forget_after(self, epoch: int) -> None:
        """Throw the later ones away."""
        self._states = tuple(self._before(epoch + 1))


def fill_in(
    checkpoints: Checkpoints, history: History, training: "Training", stop: "Stop | None" = None
) -> Iterator[None]:
    """Train again from each kept state to the next, and keep the states at the records between.

    Of a member of a large population few states are kept; alone it has room for many. As each
    stretch begins at a state of the run itself, differences by rounding don't add up.

    Parameters
    ----------
    checkpoints, history
        Of the run; the former gets the states.
    training
        Of the run's experiment alone, as it was all through the run; what it has trained is lost.
    stop
        Makes a stretch come back before its end.

    Yields
    ------
    After each stretch, so that it can be left off at any time.
    """
    best_epoch = history.best_epoch
    for state, following in pairwise(list(checkpoints)):
        epochs = history.epochs
        between = epochs[(epochs > state.epoch) & (epochs < following.epoch)]
        if not between.size:
            continue
        training.restore(state)
        goal = int(between[-1]) * training.steps_per_epoch
        while (training.step < goal or training.owes_record) and not training.finished:
            for record in training.train(goal, stop):
                checkpoints.insert(record.state.copy(), best_epoch)
            yield
