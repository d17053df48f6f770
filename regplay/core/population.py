"""M networks of one shape, trained together.

All parameters lie in one buffer [M, P], a row a member, each as `torch.nn.utils`'
`parameters_to_vector` lays out the equivalent `nn.Sequential`: for every layer its weights
[out, in], then its biases [out].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from regplay.core.engine import Engine, engine_for

Loss = Literal["mse", "cross_entropy"]


def loss_of(task: str) -> Loss:
    """The loss that suits a task: `regression` or `classification`."""
    return "mse" if task == "regression" else "cross_entropy"


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
        return sum((n_in + 1) * n_out for n_in, n_out in self.layers)

    def views(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views of a buffer [M, P]: weights [M, out, in] and biases [M, out] of each layer."""
        found, start = [], 0
        for n_in, n_out in self.layers:
            middle, stop = start + n_in * n_out, start + (n_in + 1) * n_out
            weight = flat[:, start:middle].view(len(flat), n_out, n_in)
            found.append((weight, flat[:, middle:stop]))
            start = stop
        return found

    def is_weight(self) -> Tensor:
        """Which of the P parameters are weights, not biases."""
        flags = torch.zeros(1, self.parameters, dtype=torch.bool)
        for weight, _ in self.views(flags):
            weight.fill_(True)
        return flags[0]


class Population:
    """Parameters of M networks of one shape.

    Parameters
    ----------
    shape
        Number of members and layer sizes.
    activation
        A name of `ACTIVATIONS`.
    loss
        `mse`: mean over points and outputs of the squared error. `cross_entropy`: mean over points
        of −log softmax(output)[class]. Both as in torch.
    device, dtype
        Where and in what precision everything is computed.

    Attributes
    ----------
    flat
        The parameters [M, P].
    engine
        What computes with them.
    """

    def __init__(
        self,
        shape: Shape,
        activation: str,
        loss: Loss,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.shape = shape
        self.activation = activation
        self.loss: Loss = loss
        self.flat = torch.zeros(shape.members, shape.parameters, device=device, dtype=dtype)
        self.engine: Engine = engine_for(device)

    def set_member(self, member: int, layers: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Copy weights [out, in] and biases [out] into one member."""
        row = torch.cat([part.reshape(-1) for layer in layers for part in layer])
        self.flat[member].copy_(row)

    def member(self, member: int = 0) -> list[tuple[Tensor, Tensor]]:
        """Copies of one member's weights [out, in] and biases [out]."""
        copy = self.flat[member : member + 1].clone()
        return [(weight[0], bias[0]) for weight, bias in self.shape.views(copy)]

    def select(self, member: int) -> "Population":
        """One member as a population of its own, with copies of its parameters."""
        return self.with_parameters(self.flat[member : member + 1])

    def with_parameters(self, flat: Tensor) -> "Population":
        """Another population of such networks, with a copy of these parameters [members, P]."""
        other = self.of_members(len(flat))
        other.flat.copy_(flat)
        return other

    def of_members(self, members: int) -> "Population":
        """Another population of such networks, all parameters 0."""
        shape = Shape(members, self.shape.sizes)
        return Population(shape, self.activation, self.loss, self.flat.device, self.flat.dtype)

    def predict(self, x: Tensor) -> Tensor:
        """Outputs [M, n, outputs] for inputs [M, n, d] or, the same for all, [n, d].

        Dropout is off, and there is no softmax.
        """
        return self.engine.predict(self, x if x.dim() == 3 else x[None])
