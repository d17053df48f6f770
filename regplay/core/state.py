"""States: what a training goes on from, and those that are kept of it, bounded in size."""

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from regplay.core.arrays import Flags, Floats, Integers
from regplay.core.history import MEASURES

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

_BUDGET = 64 << 20  # bytes
_MOST = 512  # more moments than a hand can tell apart on a handle
_AMPLE = 16 << 20  # bytes; more states than are enough take no more than this


def parameters_in(sizes: Sequence[int]) -> int:
    """Number of weights and biases between layers of these sizes."""
    return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))


@dataclass(frozen=True)
class Shape:
    """What the members of a population have in common: their number and their layer sizes."""

    members: int
    sizes: tuple[int, ...]  # inputs, hidden layers, outputs

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of each affine layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def parameters(self) -> int:
        """P, the number of weights and biases of one member."""
        return parameters_in(self.sizes)

    def views(self, flat: "Tensor") -> list[tuple["Tensor", "Tensor"]]:
        """Views of a buffer [M, P]: weights [M, out, in] and biases [M, out] of each layer."""
        found, start = [], 0
        for n_in, n_out in self.layers:
            middle, stop = start + n_in * n_out, start + (n_in + 1) * n_out
            weight = flat[:, start:middle].view(len(flat), n_out, n_in)
            found.append((weight, flat[:, middle:stop]))
            start = stop
        return found


@dataclass(frozen=True, eq=False)
class StoppingState:
    """What is known of M members at a record."""

    stopped_at: Integers  # [M], epoch; −1 while a member trains
    diverged: Flags  # [M]
    best_loss: Floats  # [M], smallest validation loss so far
    best_epoch: Integers  # [M]
    last_values: Floats  # [len(MEASURES), M], at the last record

    @staticmethod
    def fresh(members: int) -> "StoppingState":
        """Before any record."""
        return StoppingState(
            stopped_at=np.full(members, -1, dtype=np.int64),
            diverged=np.zeros(members, dtype=np.bool_),
            best_loss=np.full(members, np.inf),
            best_epoch=np.zeros(members, dtype=np.int64),
            last_values=np.full((len(MEASURES), members), np.nan),
        )

    def member(self, member: int) -> "StoppingState":
        """The same of one member."""
        one = slice(member, member + 1)
        return StoppingState(
            self.stopped_at[one],
            self.diverged[one],
            self.best_loss[one],
            self.best_epoch[one],
            self.last_values[:, one],
        )


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the rest of a training depends on, besides its experiments and data.

    `Training.restore` goes on from it bit for bit as the training did that it was taken from.
    """

    shape: Shape
    epoch: int
    step: int
    parameters: "Tensor"  # [M, P]
    momenta: tuple["Tensor", ...]  # as many as the optimizer has, [M, P] each
    updates: Integers  # [M], those that the momenta know of
    stopping: StoppingState

    def member(self, member: int) -> "State":
        """The same of one member, for a training of that one alone."""
        one = slice(member, member + 1)
        return State(
            shape=Shape(1, self.shape.sizes),
            epoch=self.epoch,
            step=self.step,
            parameters=self.parameters[one].clone(),
            momenta=tuple(momentum[one].clone() for momentum in self.momenta),
            updates=self.updates[one],
            stopping=self.stopping.member(member),
        )

    def copy(self) -> "State":
        """The same with tensors of its own."""
        momenta = tuple(momentum.clone() for momentum in self.momenta)
        return replace(self, parameters=self.parameters.clone(), momenta=momenta)

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        tensors = [self.parameters, *self.momenta]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _copied(states: Sequence[State]) -> list[State]:
    """The same with tensors that are parts of new ones, which hold nothing else."""
    if not states:
        return []
    import torch

    tensors = [(state.parameters, *state.momenta) for state in states]
    copies = [torch.stack(same).unbind() for same in zip(*tensors, strict=True)]
    rows = zip(states, *copies, strict=True)
    return [replace(state, parameters=row, momenta=tuple(more)) for state, row, *more in rows]


def _released(states: Sequence[State]) -> list[State]:
    """The same; those whose tensors are parts of ones that hold little else have their own."""
    held: Counter[int] = Counter()
    for state in states:
        held[state.parameters.untyped_storage().data_ptr()] += state.parameters.nbytes
    found = []
    for state in states:
        storage = state.parameters.untyped_storage()
        is_most = 2 * held[storage.data_ptr()] > storage.nbytes()
        found.append(state if is_most else state.copy())
    return found


def _before(states: Sequence[State], epoch: int) -> Sequence[State]:
    """Those of earlier epochs."""
    if not states or states[-1].epoch < epoch:  # as always while it trains
        return states
    return [state for state in states if state.epoch < epoch]


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

    def __iter__(self) -> Iterator[State]:
        return iter(self._states)

    @property
    def epochs(self) -> Integers:
        """Epochs of the states, rising."""
        return np.array([state.epoch for state in self._states], dtype=np.int64)

    @property
    def last(self) -> State | None:
        """The newest state."""
        states = self._states
        return states[-1] if states else None

    def keep(self, state: State, best_epoch: int = -1) -> None:
        """Add a state; it takes the place of those of the same epoch or later ones.

        Parameters
        ----------
        best_epoch
            The state of this epoch, if it is kept, is not thrown away.
        """
        self._states = tuple(self._with(self._states, state, best_epoch))

    def extend(self, states: Sequence[State], best_epoch: int = -1) -> None:
        """Add copies of rising states, as `keep` does one after another."""
        found: Sequence[State] = self._states
        for state in states:
            found = self._with(found, state, best_epoch)
        added = set(states)
        old = [state for state in found if state not in added]
        # Together, in a few calls: in each the interpreter may go to another thread for a while.
        new = _copied([state for state in found if state in added])
        self._states = (*(_released(old) if len(old) < len(self) else old), *new)

    def insert(self, state: State, best_epoch: int = -1) -> None:
        """Add a state between the others, in place of that of the same epoch if there is one."""
        later = [kept for kept in self._states if kept.epoch > state.epoch]
        states = [*_before(self._states, state.epoch), state, *later]
        self._states = tuple(self._thinned(states, best_epoch))

    def _with(self, states: Sequence[State], state: State, best_epoch: int) -> list[State]:
        return self._thinned([*_before(states, state.epoch), state], best_epoch)

    def _thinned(self, states: list[State], best_epoch: int) -> list[State]:
        """As many of these as may be kept; the list itself."""
        size = max(states[-1].size, 1)
        ample = max(self._enough, _AMPLE // size)
        most = max(3, min(_MOST, ample, self._budget // size))
        while len(states) > most:
            times = np.log1p([kept.epoch for kept in states])
            room = times[2:] - times[:-2]
            room[[kept.epoch == best_epoch for kept in states[1:-1]]] = np.inf
            del states[1 + int(room.argmin())]
        return states

    def at(self, epoch: int | None) -> State | None:
        """The newest state that is not later than `epoch`; None stands for the last epoch."""
        states = self._states
        until = len(states)
        if epoch is not None:
            until = bisect_right(states, epoch, key=attrgetter("epoch"))
        return states[until - 1] if until else None

    def of_member(self, member: int) -> "Checkpoints":
        """The same of one member alone."""
        alone = Checkpoints()
        alone._states = tuple(state.member(member) for state in self._states)
        return alone

    def within(self, budget: int, best_epoch: int = -1) -> "Checkpoints":
        """The same, thinned out to a budget in bytes; the state of the best epoch stays."""
        fewer = Checkpoints(budget)
        if self._states:
            fewer._states = tuple(fewer._thinned(list(self._states), best_epoch))
        return fewer

    def forget_after(self, epoch: int) -> None:
        """Throw the later ones away."""
        self._states = tuple(_before(self._states, epoch + 1))
