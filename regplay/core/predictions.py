"""From a network's outputs to predictions in measured units."""

import numpy as np
import torch

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, Grid
from regplay.core.population import Population, loss_of
from regplay.core.state import State


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
