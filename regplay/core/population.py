"""M networks of one shape: their initial weights, their state, and what they predict.

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

from regplay.core.bias_variance import Spread, spread
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.engine import Engine, engine_for
from regplay.core.experiment import Experiment, ModelSettings
from regplay.core.fit import Fit, Grid
from regplay.core.measurements import StoppingState, parameters_in

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
        return parameters_in(self.sizes)

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
        shape = Shape(len(flat), self.shape.sizes)
        other = Population(shape, self.activation, self.loss, self.flat.device, self.flat.dtype)
        other.flat.copy_(flat)
        return other

    def predict(self, x: Tensor) -> Tensor:
        """Outputs [M, n, outputs] for inputs [M, n, d] or, the same for all, [n, d].

        Dropout is off, and there is no softmax.
        """
        return self.engine.predict(self, x if x.dim() == 3 else x[None])


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


# predictions


def fit_of(network: Population, dataset: Dataset, grid: Grid | None, epoch: int, step: int) -> Fit:
    """What a population of one predicts for its points and on `grid`; dropout is off."""
    parts = [dataset.train.x, dataset.valid.x] + ([] if grid is None else [grid.x])
    x = torch.from_numpy(dataset.inputs(np.concatenate(parts)))
    outputs = network.predict(x.to(network.flat.device, network.flat.dtype))
    predicted = measured(outputs[0], dataset)
    ends = np.cumsum([len(dataset.train.y), len(dataset.valid.y)])
    train, valid, rest = np.split(predicted, ends)
    weights = None
    if network.shape.layers == [(dataset.n_inputs, 1)]:
        weights = network.member()[0][0][0].cpu().double().numpy()
    return Fit(epoch, step, train, valid, None if grid is None else rest, weights)


def network_at(state: State, experiment: Experiment, dataset: Dataset) -> Population:
    """The network, or the population of them, that a training of an experiment had at a state."""
    flat, loss = state.parameters, loss_of(dataset.task)
    network = Population(state.shape, experiment.model.activation, loss, flat.device, flat.dtype)
    network.flat.copy_(flat)
    return network


def fit_at(state: State, experiment: Experiment, dataset: Dataset, grid: Grid | None) -> Fit:
    """What the only network of a training predicted at a state, as `fit_of`."""
    network = network_at(state, experiment, dataset)
    return fit_of(network, dataset, grid, state.epoch, state.step)


def measured(outputs: Tensor, dataset: Dataset) -> Floats:
    """Outputs [.., n, outputs] as targets [.., n] or as class probabilities [.., n, classes]."""
    outputs = outputs.cpu().double()
    if dataset.task == "regression":
        return dataset.measured(outputs[..., 0].numpy())
    probabilities: Floats = outputs.softmax(-1).numpy()
    return probabilities


def thinned(network: Population, dropout: float, count: int, seed: int = 0) -> Population:
    """Copies of a population of one, each without the units that one dropout mask drops.

    A unit that is dropped sends nothing on, the others are scaled by 1/(1 − p): both are done to
    the weights of the layer after it.

    Parameters
    ----------
    dropout
        p, the probability of dropping a hidden unit, in [0, 1).
    count
        How many networks, each with a mask of its own.
    seed
        Decides the masks.
    """
    stream = torch.Generator().manual_seed(seed)
    copies = network.with_parameters(network.flat.expand(count, -1))
    layers = copies.shape.views(copies.flat)
    for member in range(count):
        for weight, _ in layers[1:]:
            kept = torch.rand(weight.shape[2], generator=stream) >= dropout
            weight[member] *= kept.to(weight) / (1.0 - dropout)
    return copies


def stochastic_passes(
    network: Population, dataset: Dataset, x: Floats, dropout: float, count: int, seed: int = 0
) -> Spread:
    """What `count` thinned networks predict at measured inputs [n, d], and how far they lie apart.

    Their standard deviation is the dropout part of the uncertainty of Gal and Ghahramani (2016),
    "Dropout as a Bayesian approximation", without the noise of the observations.
    """
    networks = thinned(network, dropout, count, seed)
    inputs = torch.from_numpy(dataset.inputs(x)).to(network.flat)
    outputs = networks.predict(inputs)
    return spread(np.asarray(measured(outputs, dataset)))
