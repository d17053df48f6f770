"""A population at the end of an epoch."""

from dataclasses import dataclass

from torch import Tensor

from regplay.core.draws import DrawsState
from regplay.core.optimizers import OptimizerState
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
