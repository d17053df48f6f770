"""What training reports and keeps: measurements and states of its epochs, bounded in size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.engine import Stop
    from regplay.core.population import State
    from regplay.core.training import Training

MEASURES = (
    "train_loss",
    "valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "penalty",
    "objective",
    "weight_norm",
)
Floats = NDArray[np.float64]
_BUDGET = 64 << 20  # bytes
_MOST = 512  # more moments than a hand can tell apart on a handle
_AMPLE = 16 << 20  # bytes; more states than are enough take no more than this
Ending = Literal["", "stopped early", "diverged"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Measurements of M members after `epoch` passes, `step` updates.

    `values` holds one row for each of `MEASURES`, one column a member; accuracies are in [0, 1],
    and NaN in regression. A member that has stopped keeps its last finite values; `stopped_at`
    holds the epoch and is −1 while it trains. `diverged` says which of them stopped because a loss
    or a weight was no longer finite.
    """

    epoch: int
    step: int
    values: Floats  # [len(MEASURES), M]
    stopped_at: NDArray[np.int64]  # [M]
    diverged: NDArray[np.bool_]  # [M]

    def value(self, measure: str, member: int = 0) -> float:
        """One measurement of one member, such as `value("valid_loss")`."""
        return float(self.values[MEASURES.index(measure), member])

    def ending(self, member: int = 0) -> Ending:
        """How a member stopped before its last epoch; empty if it has not."""
        if self.stopped_at[member] < 0:
            return ""
        return "diverged" if self.diverged[member] else "stopped early"


class History:
    """The snapshots of a run in the order of their epochs.

    One thread may append while others read: what `len` counts is complete.
    """

    def __init__(self, members: int = 1) -> None:
        self._epochs = np.zeros(256, dtype=np.int64)
        self._steps = np.zeros(256, dtype=np.int64)
        self._values = np.zeros((256, len(MEASURES), members))
        self._length = 0
        self.last: Snapshot | None = None

    def __len__(self) -> int:
        return self._length

    def append(self, snapshot: Snapshot) -> None:
        """Add a snapshot; its epoch must be later than the last one's."""
        if self._length and snapshot.epoch <= self._epochs[self._length - 1]:
            raise ValueError(
                f"epoch {snapshot.epoch} is not after {self._epochs[self._length - 1]}"
            )
        if self._length == len(self._epochs):
            self._make_room()
        self._epochs[self._length] = snapshot.epoch
        self._steps[self._length] = snapshot.step
        self._values[self._length] = snapshot.values
        self.last = snapshot
        self._length += 1

    def _make_room(self) -> None:
        """For as many records again."""
        more = max(256, self._length)
        self._epochs = np.concatenate([self._epochs, np.zeros(more, dtype=np.int64)])
        self._steps = np.concatenate([self._steps, np.zeros(more, dtype=np.int64)])
        room = np.zeros((more, *self._values.shape[1:]))
        self._values = np.concatenate([self._values, room])

    @property
    def epochs(self) -> NDArray[np.int64]:
        """Epochs of the records, [records], rising; the first is 0, before any training."""
        length = self._length
        return self._epochs[:length]

    def column(self, measure: str, member: int = 0) -> Floats:
        """One measure of one member over the records, [records]."""
        length = self._length
        return self._values[:length, MEASURES.index(measure), member]

    def row(self, measure: str, epoch: int | None = None) -> Floats:
        """One measure of all members [M] at the newest record, or at that of an epoch.

        That is the newest that is not later; NaN before any.
        """
        n = self._records(epoch)
        values: Floats = self._values[n - 1, MEASURES.index(measure)]
        return values if n else np.full_like(values, np.nan)

    def _records(self, epoch: int | None) -> int:
        """How many records there are, or were at an epoch."""
        n = self._length
        return n if epoch is None else int(np.searchsorted(self._epochs[:n], epoch, side="right"))

    def follow(self, source: "History", member: int, until: int | None = None) -> None:
        """Append what a member of another history has recorded since, until where it stopped.

        What is here already must come from that member too. With `until` later epochs are left out.
        """
        start, end, newest = self._length, source._records(until), source.last
        if newest is None:
            return
        stopped_at = int(newest.stopped_at[member])
        if stopped_at >= 0:
            end = min(end, source._records(stopped_at))
        if end <= start:
            return
        while len(self._epochs) < end:
            self._make_room()
        self._epochs[start:end] = source._epochs[start:end]
        self._steps[start:end] = source._steps[start:end]
        self._values[start:end] = source._values[start:end, :, member : member + 1]
        epoch = int(source._epochs[end - 1])
        is_stopped = 0 <= stopped_at <= epoch
        self.last = Snapshot(
            epoch,
            int(source._steps[end - 1]),
            source._values[end - 1, :, member : member + 1].copy(),
            np.array([stopped_at if is_stopped else -1]),
            newest.diverged[member : member + 1] & is_stopped,
        )
        self._length = end

    def until(self, epoch: int) -> "History":
        """A copy of what was known at an epoch, of a history of one member."""
        earlier = History()
        earlier.follow(self, 0, epoch)
        return earlier

    def best(self, member: int = 0) -> int | None:
        """Index of the record with the smallest finite validation loss, or None before any."""
        loss = self.column("valid_loss", member)
        finite = np.isfinite(loss)
        return int(np.where(finite, loss, np.inf).argmin()) if finite.any() else None

    @property
    def best_epoch(self) -> int:
        """Of the record that is the best of the first member; −1 before any."""
        best = self.best()
        return -1 if best is None else int(self._epochs[best])


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
