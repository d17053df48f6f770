"""A population at the end of an epoch."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.population import Shape
from regplay.core.stopping import StoppingState


@dataclass(frozen=True, eq=False)
class State:
    """Everything that the rest of a training depends on, besides its experiments and data.

    `Training.restore` goes on from it bit for bit as the training did that it was taken from.
    """

    shape: Shape
    epoch: int
    step: int
    parameters: Tensor  # [M, P]
    momenta: tuple[Tensor, ...]  # as many as the optimizer has, [M, P] each
    updates: NDArray[np.int64]  # [M], those that the momenta know of
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
