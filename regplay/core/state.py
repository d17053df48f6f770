"""A population at the end of an epoch, and as many of these as memory allows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.draws import DrawsState
from regplay.core.optimizers import OptimizerState
from regplay.core.population import Shape
from regplay.core.stopping import StoppingState

_BUDGET = 64 << 20  # bytes
_MOST = 512  # more moments than a hand can tell apart on a handle


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the rest of a training depends on, besides its experiments and data.

    `Training.restore` goes on from it bit for bit as the training did that it was taken from.
    """

    shape: Shape
    epoch: int
    step: int
    parameters: Tensor  # the flat buffer
    optimizer: OptimizerState
    draws: DrawsState
    stopping: StoppingState

    def member(self, member: int) -> "State":
        """The same of one member, for a training of that one alone."""
        return State(
            shape=Shape(1, self.shape.sizes),
            epoch=self.epoch,
            step=self.step,
            parameters=self.shape.of_member(self.parameters, member),
            optimizer=self.optimizer.member(self.shape, member),
            draws=self.draws.member(member),
            stopping=self.stopping.member(member),
        )

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        streams = [stream for kind in self.draws.streams for stream in kind]
        tensors = [self.parameters, *self.optimizer.momenta, *streams]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


class Checkpoints:
    """States at recorded epochs, about evenly spread over the logarithm of the epoch.

    When they take more than the budget, the one between its closest neighbours goes; the first,
    the last and the best stay. One thread may add while others read.

    Parameters
    ----------
    budget
        Bytes; at least three states are kept whatever they take.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget
        self._states: tuple[State, ...] = ()  # in the order of their epochs

    def __len__(self) -> int:
        return len(self._states)

    def __iter__(self) -> Iterator[State]:
        return iter(self._states)

    @property
    def epochs(self) -> NDArray[np.int64]:
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
        states = [*self._before(state.epoch), state]
        most = max(3, min(_MOST, self._budget // max(state.size, 1)))
        while len(states) > most:
            times = np.log1p([kept.epoch for kept in states])
            room = times[2:] - times[:-2]
            room[[kept.epoch == best_epoch for kept in states[1:-1]]] = np.inf
            del states[1 + int(room.argmin())]
        self._states = tuple(states)

    def _before(self, epoch: int) -> list[State]:
        return [state for state in self._states if state.epoch < epoch]

    def at(self, epoch: int | None) -> State | None:
        """The newest state that is not later than `epoch`; None stands for the last epoch."""
        states = self._states
        if epoch is not None:
            states = tuple(state for state in states if state.epoch <= epoch)
        return states[-1] if states else None

    def of_member(self, member: int) -> "Checkpoints":
        """The same of one member alone."""
        alone = Checkpoints(self._budget)
        alone._states = tuple(state.member(member) for state in self._states)
        return alone

    def forget_after(self, epoch: int) -> None:
        """Throw the later ones away."""
        self._states = tuple(self._before(epoch + 1))
