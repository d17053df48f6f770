"""M networks of one shape: their initial weights, their state, and what they predict.

All parameters lie in one buffer [M, P], a row a member, each as `torch.nn.utils`'
`parameters_to_vector` lays out the equivalent `nn.Sequential`: for every layer its weights
[out, in], then its biases [out].
"""

import itertools
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from regplay.core import native
from regplay.core.arrays import Floats
from regplay.core.bias_variance import Spread, spread
from regplay.core.datasets import Dataset, seen_by
from regplay.core.engine import Engine, Loss
from regplay.core.experiment import Experiment, ModelSettings
from regplay.core.fit import Fit, Grid
from regplay.core.measurements import layer_sizes
from regplay.core.native_engine import NativeEngine
from regplay.core.polynomial import solved
from regplay.core.state import Shape, State
from regplay.core.torch_engine import TorchEngine


def loss_of(task: str) -> Loss:
    """The loss that suits a task: `regression` or `classification`."""
    return "mse" if task == "regression" else "cross_entropy"


@cache
def engine_for(device: torch.device) -> Engine:
    """The engine for a device."""
    if device.type != "cpu":
        return TorchEngine(f"PyTorch, {device.type}")
    kernels = native.load()
    if isinstance(kernels, native.Missing):
        name = f"PyTorch, without the native library: {kernels.reason}"
        return TorchEngine(name, problem=f"training is slow, by {name}")
    return NativeEngine(kernels)


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


def initial_population(
    experiments: Sequence[Experiment],
    datasets: Sequence[Dataset],
    device: torch.device,
    dtype: torch.dtype,
) -> Population:
    """The networks of experiments of one shape before any training; polynomials are solved."""
    model, dataset = experiments[0].model, datasets[0]
    shape = Shape(len(experiments), layer_sizes(model, dataset))
    population = Population(shape, model.activation, loss_of(dataset.task), device, dtype)
    if model.kind == "polynomial":
        for member, (experiment, own) in enumerate(zip(experiments, datasets, strict=True)):
            population.flat[member].copy_(torch.from_numpy(solved(experiment, own)))
        return population
    drawn = {  # once for each seed, which most members share
        (model, seed): initial_parameters(model, shape.sizes, seed)
        for model, seed in {(e.model, e.seed) for e in experiments}
    }
    for member, experiment in enumerate(experiments):
        population.set_member(member, drawn[experiment.model, experiment.seed])
    return population


def points_of(datasets: Sequence[Dataset], like: Tensor) -> tuple[Tensor, Tensor]:
    """Inputs [M or 1, N, d] and targets [M or 1, N, outputs], training points first.

    Raises
    ------
    ValueError
        If they have not equally many points and inputs.
    """
    first = datasets[0]
    is_shared = all(dataset is first for dataset in datasets)
    xs, ys = [], []
    for dataset in datasets[:1] if is_shared else datasets:
        splits = (dataset.train, dataset.valid)
        if [split.x.shape for split in splits] != [first.train.x.shape, first.valid.x.shape]:
            raise ValueError("members of one population need equally many points and inputs")
        xs.append(np.concatenate([dataset.inputs(split.x) for split in splits]))
        y = np.concatenate([dataset.targets(split.y) for split in splits])
        ys.append(y[:, None] if dataset.task == "regression" else np.eye(dataset.n_outputs)[y])
    return torch.from_numpy(np.stack(xs)).to(like), torch.from_numpy(np.stack(ys)).to(like)


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
    return fit_of(network, seen_by(experiment.model, dataset), grid, state.epoch, state.step)


def measured(outputs: Tensor, dataset: Dataset) -> Floats:
    """Outputs [.., n, outputs] as targets [.., n] or as class probabilities [.., n, classes]."""
    outputs = outputs.cpu().double()
    if dataset.task == "regression":
        return dataset.measured(outputs[..., 0].numpy())
    probabilities: Floats = outputs.softmax(-1).numpy()
    return probabilities


def thinned(network: Population, shares: Sequence[float], count: int, seed: int = 0) -> Population:
    """Copies of a population of one, each without the units that one dropout mask drops.

    A unit that is dropped sends nothing on, the others are scaled by 1/(1 − p): both are done to
    the weights of the layer after it.

    Parameters
    ----------
    shares
        As of `layers.dropouts`: p of the inputs, then of the units of each hidden layer.
    count
        How many networks, each with a mask of its own.
    seed
        Decides the masks.
    """
    stream = torch.Generator().manual_seed(seed)
    copies = network.with_parameters(network.flat.expand(count, -1))
    layers = copies.shape.views(copies.flat)
    for member in range(count):
        for (weight, _), p in zip(layers, shares, strict=True):
            if p:
                kept = torch.rand(weight.shape[2], generator=stream) >= p
                weight[member] *= kept.to(weight) / (1.0 - p)
    return copies


def stochastic_passes(
    network: Population,
    dataset: Dataset,
    x: Floats,
    shares: Sequence[float],
    count: int,
    seed: int = 0,
) -> Spread:
    """What `count` thinned networks predict at measured inputs [n, d], and how far they lie apart.

    Their standard deviation is the dropout part of the uncertainty of Gal and Ghahramani (2016),
    "Dropout as a Bayesian approximation", without the noise of the observations.
    """
    networks = thinned(network, shares, count, seed)
    inputs = torch.from_numpy(dataset.inputs(x)).to(network.flat)
    outputs = networks.predict(inputs)
    return spread(np.asarray(measured(outputs, dataset)))
