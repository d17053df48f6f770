"""Thinned networks are what `nn.Dropout` makes of a network in a training step."""

import numpy as np
import pytest
import torch
from small_trainings import advance
from torch import nn

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.population import stochastic_passes, thinned
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

EXPERIMENT = replace(
    Experiment(), {"model.width": 16, "regularization.dropout": 0.3, "data.n_train": 20}
)


def network(steps=200):
    training = Training([EXPERIMENT])
    for _ in range(steps):
        advance(training)
    return training.population, training.datasets[0]


def test_without_dropout_all_are_the_network_itself():
    population, dataset = network()
    passes = stochastic_passes(population, dataset, dataset.valid.x, (0.0, 0.0, 0.0), 4)
    assert passes.std.max() < 1e-6
    x = torch.tensor(dataset.valid.x).float()
    np.testing.assert_allclose(passes.mean, population.predict(x)[0, :, 0], atol=1e-5)


def test_mean_and_deviation_are_those_of_a_module_in_training_mode():
    population, dataset = network()
    layers = population.member()
    modules = []
    for weight, bias in layers:
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        linear.weight.data, linear.bias.data = weight, bias
        modules += [linear, nn.Tanh(), nn.Dropout(0.3)]
    module = nn.Sequential(*modules[:-2]).train()
    x = torch.linspace(-2, 2, 5)[:, None]
    torch.manual_seed(1)
    with torch.no_grad():
        wanted = module(x.repeat(6000, 1)).view(6000, 5).numpy()  # each row has a mask of its own
    shares = (0.0, 0.3, 0.3)
    passes = stochastic_passes(population, dataset, x.double().numpy(), shares, 3000, seed=2)
    error = wanted.std(axis=0) / np.sqrt(3000)
    assert (np.abs(passes.mean - wanted.mean(axis=0)) < 5 * error).all()
    np.testing.assert_allclose(passes.std, wanted.std(axis=0), rtol=0.1)


def test_each_has_a_mask_of_its_own_and_the_seed_decides_them():
    population, _ = network(10)
    one, same, other = (thinned(population, (0.0, 0.5, 0.5), 3, seed) for seed in (1, 1, 2))
    assert torch.equal(one.flat, same.flat)
    assert not torch.equal(one.flat, other.flat)
    dropped = [(one.member(i)[1][0] == 0).all(dim=0) for i in range(3)]
    assert all(0 < int(mask.sum()) < 16 for mask in dropped)
    assert not torch.equal(dropped[0], dropped[1])
