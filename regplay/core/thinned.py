"""Networks thinned by dropout, as they are in a training step: for looking at what dropout does."""

import numpy as np
import torch

from regplay.core.bias_variance import Spread, spread
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.population import Population
from regplay.core.predictions import measured


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
