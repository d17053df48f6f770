"""M networks of one shape, trained together; their initial weights, and their state.

All parameters lie in one buffer [M, P], a row a member, each as `torch.nn.utils`'
`parameters_to_vector` lays out the equivalent `nn.Sequential`: for every layer its weights
[out, in], then its biases [out].
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from regplay.core.engine import Engine, engine_for
from regplay.core.experiment import ModelSettings
from regplay.core.stopping import StoppingState

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


def layer_sizes(model: ModelSettings, n_inputs: int, n_outputs: int) -> tuple[int, ...]:
    """Units of each layer from the inputs to the outputs, `depth + 2` numbers."""
    return (n_inputs, *[model.width] * model.depth, n_outputs)


def initial_parameters(
    model: ModelSettings, sizes: Sequence[int], seed: int
) -> list[tuple[Tensor, Tensor]]:
    """Weights [out, in] and biases [out] of each layer, float32, on the CPU.

    They equal those of an `nn.Sequential` built in order after `torch.manual_seed(seed)`, to whose
    linear layers, for an `init` other than `torch`, `nn.init.normal_`, `xavier_normal_` or
    `kaiming_normal_` and `nn.init.zeros_` for the bias are then applied in order. The process's own
    generator is not touched.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        weight, bias = torch.empty(n_out, n_in), torch.empty(n_out)
        # What nn.Linear.reset_parameters does.
        nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
        bound = 1 / math.sqrt(n_in)
        nn.init.uniform_(bias, -bound, bound, generator=generator)
        layers.append((weight, bias))
    for weight, bias in layers:
        match model.init:
            case "torch":
                weight.mul_(model.init_scale)
                bias.mul_(model.init_scale)
                continue
            case "normal":
                nn.init.normal_(weight, 0.0, model.init_scale, generator=generator)
            case "xavier":
                nn.init.xavier_normal_(weight, model.init_scale, generator=generator)
            case "kaiming":
                nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=generator)
                weight.mul_(model.init_scale)
        nn.init.zeros_(bias)
    return layers


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
