"""Initial weights are the numbers that plain PyTorch draws."""

import itertools
import random

import numpy as np
import pytest
import torch
from engines import dataset_of
from torch import nn
from trainings import run

from regplay.core.experiment import Experiment, ModelSettings
from regplay.core.fields import replace
from regplay.core.measurements import layer_sizes
from regplay.core.population import initial_parameters
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")


def plain_torch(init, scale, sizes, seed):
    """The linear layers of a network built after `torch.manual_seed(seed)`."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers = [nn.Linear(n_in, n_out) for n_in, n_out in itertools.pairwise(sizes)]
        with torch.no_grad():
            for layer in layers:
                if init == "torch":
                    layer.weight *= scale
                    layer.bias *= scale
                    continue
                if init == "normal":
                    nn.init.normal_(layer.weight, std=scale)
                elif init == "xavier":
                    nn.init.xavier_normal_(layer.weight, gain=scale)
                else:
                    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                    layer.weight *= scale
                nn.init.zeros_(layer.bias)
    return layers


@pytest.mark.parametrize("init", ["torch", "normal", "xavier", "kaiming"])
@pytest.mark.parametrize("scale", [1.0, 0.25])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("seed", [0, 7, 2**31 - 1])
def test_equal_to_plain_torch_bit_for_bit(init, scale, depth, seed):
    model = ModelSettings(depth=depth, width=16, init=init, init_scale=scale)
    sizes = layer_sizes(model, dataset_of(1, 1, inputs=3, classes=2))
    expected = plain_torch(init, scale, sizes, seed)
    found = initial_parameters(model, sizes, seed)
    assert len(found) == len(expected) == depth + 1
    for (weight, bias), layer in zip(found, expected, strict=True):
        assert weight.dtype == bias.dtype == torch.float32
        assert torch.equal(weight, layer.weight)
        assert torch.equal(bias, layer.bias)


@pytest.mark.parametrize(
    ("init", "std"),
    [
        ("normal", 0.5),
        ("xavier", 0.5 * (2 / (300 + 100)) ** 0.5),
        ("kaiming", 0.5 * (2 / 300) ** 0.5),
    ],
)
def test_standard_deviations_are_those_of_the_description(init, std):
    model = ModelSettings(depth=0, init=init, init_scale=0.5)
    [(weight, bias)] = initial_parameters(model, (300, 100), seed=0)
    assert weight.std().item() == pytest.approx(std, rel=0.02)
    assert not bias.any()


def test_torch_weights_are_uniform_within_one_over_root_of_the_inputs():
    [(weight, bias)] = initial_parameters(ModelSettings(depth=0), (100, 400), seed=0)
    for part in (weight, bias):
        assert part.abs().max() <= 0.1
        assert part.abs().max() > 0.095
        assert part.std().item() == pytest.approx(0.1 / 3**0.5, rel=0.1)


def test_layer_sizes():
    dataset = dataset_of(1, 1, inputs=4, classes=3)
    assert layer_sizes(ModelSettings(depth=0, width=9), dataset) == (4, 3)
    assert layer_sizes(ModelSettings(depth=3, width=9), dataset) == (4, 9, 9, 9, 3)


def test_members_of_a_population_begin_with_their_own_weights():
    experiments = [
        replace(Experiment(), {"model.width": 5, "seed": seed, "model.init": init})
        for seed, init in ((0, "torch"), (1, "torch"), (0, "xavier"))
    ]
    population = Training(experiments, device="cpu").population
    for member, experiment in enumerate(experiments):
        expected = plain_torch(experiment.model.init, 1.0, (1, 5, 5, 1), experiment.seed)
        for (weight, bias), layer in zip(population.member(member), expected, strict=True):
            assert torch.equal(weight, layer.weight)
            assert torch.equal(bias, layer.bias)


@pytest.mark.parametrize("init", ["torch", "normal", "xavier", "kaiming"])
def test_the_generators_of_the_process_are_not_touched(init):
    experiment = replace(
        Experiment(),
        {
            "model.init": init,
            "model.width": 6,
            "regularization.dropout": 0.4,
            "regularization.input_noise": 0.1,
            "optimizer.batch_size": 8,
            "epochs": 5,
        },
    )
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    for _ in run(Training([experiment], device="cpu")):
        pass
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert np.array_equal(np.random.get_state()[1], before[2])  # noqa: NPY002


def test_the_state_of_the_process_generator_does_not_matter():
    results = []
    for seed in (1, 2):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            experiment = replace(Experiment(), {"regularization.dropout": 0.4, "epochs": 3})
            results.append([s.values for s in run(Training([experiment], device="cpu"))])
    np.testing.assert_array_equal(*results)
