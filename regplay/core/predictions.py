"""From a network's outputs to predictions in measured units, and networks thinned by dropout."""

import numpy as np
import torch

from regplay.core.bias_variance import Spread, spread
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, Grid
from regplay.core.population import Population, State, loss_of


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
    parameters = state.parameters
    network = Population(
        state.shape,
        experiment.model.activation,
        loss_of(dataset.task),
        parameters.device,
        parameters.dtype,
    )
    network.flat.copy_(parameters)
    return network


def measured(outputs: torch.Tensor, dataset: Dataset) -> Floats:
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
    layers = network.member()
    copies = network.of_members(count)
    for member in range(count):
        thin = [layers[0]]
        for weight, bias in layers[1:]:
            kept = torch.rand(weight.shape[1], generator=stream) >= dropout
            scale = kept.to(weight) / (1.0 - dropout)
            thin.append((weight * scale, bias))
        copies.set_member(member, thin)
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
