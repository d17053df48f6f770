"""The numbers inside a network, held against torch modules and hooks."""

import numpy as np
import pytest
import torch
from keywords import by_path
from plain_torch import ACTIVATIONS
from small_trainings import advance
from torch import nn

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.internals import (
    InternalsLog,
    near_zero_share,
    near_zero_shares,
    sample_of,
    unit_maps,
    weight_norms,
)
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")


def trained(epochs=20, **values) -> Training:
    paths = {"model.depth": 2, "model.width": 6}
    paths |= by_path(values)
    training = Training([replace(Experiment(), paths)], device="cpu")
    for _ in range(epochs):
        advance(training)
    return training


def as_module(layers, activation: str) -> nn.Sequential:
    parts: list[nn.Module] = []
    for weight, bias in layers:
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": weight, "bias": bias})
        parts += [linear, ACTIVATIONS[activation]()]
    return nn.Sequential(*parts[:-1])


def hooked(module: nn.Sequential, x: torch.Tensor) -> list[np.ndarray]:
    """What a forward pass puts out after each activation, and at the end."""
    seen: list[np.ndarray] = []
    shown = [part for part in module if not isinstance(part, nn.Linear)] + [module[-1]]
    for part in shown:
        part.register_forward_hook(lambda _, __, out: seen.append(out.detach().numpy()))
    module(x)
    return seen


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", ["sine", "moons", "motorcycle"])
def test_maps_are_what_a_torch_module_puts_out(activation, data) -> None:
    training = trained(data__name=data, model__activation=activation)
    dataset, layers = training.datasets[0], training.population.member()
    picture = unit_maps(layers, activation, dataset)
    assert picture is not None
    assert picture.grid is not None
    assert picture.maps is not None
    x = dataset.inputs(picture.grid.x)
    seen = hooked(as_module(layers, activation), torch.tensor(x, dtype=torch.float32))
    assert [len(column) for column in picture.maps] == list(picture.sizes)
    np.testing.assert_allclose(picture.maps[0].reshape(dataset.n_inputs, -1).T, x, rtol=1e-5)
    for found, expected in zip(picture.maps[1:], seen, strict=True):
        assert found.dtype == np.float32
        flat = found.reshape(len(found), -1)
        np.testing.assert_allclose(flat.T, expected, rtol=1e-4, atol=1e-5)


def test_rows_of_a_map_run_along_the_second_input() -> None:
    training = trained(data__name="moons", epochs=0)
    picture = unit_maps(training.population.member(), "tanh", training.datasets[0])
    assert picture is not None
    assert picture.grid is not None
    assert picture.maps is not None
    first, second = picture.maps[0]
    assert first.shape == picture.grid.shape == (24, 24)
    assert (np.diff(first, axis=1) > 0).all()
    assert (np.diff(second, axis=0) > 0).all()


@pytest.mark.parametrize("data", ["sine", "moons"])
def test_the_coarse_grid_covers_the_range_of_the_fit(data) -> None:
    training = trained(data__name=data, epochs=0)
    dataset = training.datasets[0]
    fine = grid_of(dataset)
    coarse = unit_maps(training.population.member(), "tanh", dataset).grid
    np.testing.assert_array_equal(coarse.x.min(axis=0), fine.x.min(axis=0))
    np.testing.assert_array_equal(coarse.x.max(axis=0), fine.x.max(axis=0))
    assert len(coarse.x) == np.prod(coarse.shape)


def test_three_inputs_have_parameters_but_no_maps() -> None:
    training = trained(data__name="linear", data__n_inputs=3)
    layers = training.population.member()
    picture = unit_maps(layers, "tanh", training.datasets[0])
    assert picture is not None
    assert picture.grid is None
    assert picture.maps is None
    assert picture.sizes == (3, 6, 6, 1)
    for found, bias, (weight, expected) in zip(
        picture.weights, picture.biases, layers, strict=True
    ):
        np.testing.assert_array_equal(found, weight)
        np.testing.assert_array_equal(bias, expected)


@pytest.mark.parametrize("n", [1, 2, 16, 17, 40, 256])
def test_a_sample_goes_from_the_first_unit_to_the_last(n) -> None:
    sample = sample_of(n)
    assert len(sample) == min(n, 16)
    assert (sample[0], sample[-1]) == (0, n - 1)
    assert (np.diff(sample) >= 1).all()


def test_a_sample_of_a_large_network_is_a_part_of_it() -> None:
    training = trained(0, data__name="moons", model__depth=4, model__width=40)
    layers, data = training.population.member(), training.datasets[0]
    picture = unit_maps(layers, "tanh", data)
    assert picture.sizes == (2, 16, 16, 16, 16, 2)
    assert picture.widths == (2, 40, 40, 40, 40, 2)
    at, (weight, bias) = picture.shown[2], layers[2]
    np.testing.assert_array_equal(picture.weights[2], weight[picture.shown[3]][:, at])
    np.testing.assert_array_equal(picture.biases[2], bias[picture.shown[3]])
    x = torch.from_numpy(data.inputs(picture.grid.x)).to(weight)
    for weight, bias in layers[:2]:
        x = torch.tanh(x @ weight.T + bias)
    expected = x.T[at].reshape(-1, *picture.grid.shape)
    np.testing.assert_allclose(picture.maps[2], expected, atol=1e-6)


def test_norms_are_those_of_the_weights_alone() -> None:
    training = trained()
    module = as_module(training.population.member(), "tanh")
    expected = [part.weight.norm().item() for part in module if isinstance(part, nn.Linear)]
    np.testing.assert_allclose(weight_norms(training.population.member()), expected, rtol=1e-6)
    whole = np.linalg.norm(expected)
    assert training.peek().value("weight_norm") == pytest.approx(whole, rel=1e-6)


def test_share_near_zero_counts_weights_and_no_biases() -> None:
    weight = torch.tensor([[0.0, 0.0009, -0.0009, 0.001], [-0.002, 1.0, -1.0, 0.5]])
    layers = [(weight, torch.zeros(2)), (torch.ones(1, 2), torch.zeros(1))]
    np.testing.assert_allclose(near_zero_shares(layers), [3 / 8, 0.0])
    assert near_zero_share(weight.numpy()) == 3 / 8


def test_l1_brings_more_weights_near_zero_than_weight_decay() -> None:
    def share(**regularization) -> float:
        training = trained(600, data__name="sine", model__width=16, **regularization)
        return near_zero_shares(training.population.member())[1]

    l1 = share(regularization__l1=0.003)
    assert l1 > 0.2
    assert l1 > 3 * share(regularization__weight_decay=0.003)


def test_weights_are_copies_beside_the_initial_ones() -> None:
    training = trained(0)
    initial = training.population.member()
    advance(training)
    layers = training.population.member()
    pairs = InternalsLog(initial).internals(1, layers, "tanh", training.datasets[0]).layers
    for pair, (now, _), (then, _) in zip(pairs, layers, initial, strict=True):
        np.testing.assert_array_equal(pair.now, now.ravel())
        np.testing.assert_array_equal(pair.initial, then.ravel())
        assert (pair.now != pair.initial).any()
    layers[0][0].zero_()
    assert pairs[0].now.any()


def test_a_log_keeps_the_epochs_and_their_figures() -> None:
    training = trained(0, data__name="moons")
    log = InternalsLog(training.population.member())
    expected = []
    for epoch in range(3):
        expected.append(weight_norms(training.population.member()))
        internals = log.internals(epoch, training.population.member(), "tanh", training.datasets[0])
        advance(training)
    assert internals.epoch == 2
    assert internals.epochs.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(internals.norms, expected)
    assert internals.near_zero.shape == (3, 3)
    assert internals.picture is not None
    again = log.internals(2, training.population.member(), "tanh", training.datasets[0])
    assert again.epochs.tolist() == [0, 1, 2]
    for before, after in zip(internals.layers, again.layers, strict=True):
        assert before.initial is after.initial
        assert (after.now != after.initial).any()


def test_a_long_log_thins_itself_and_keeps_the_first_and_the_last() -> None:
    layers = [(torch.ones(2, 2), torch.zeros(2))]
    log = InternalsLog(layers, most=8)
    for epoch in range(100):
        log.append(epoch, layers)
    dataset = trained(0, data__name="moons").datasets[0]
    epochs = log.internals(100, layers, "tanh", dataset).epochs
    assert epochs[0] == 0
    assert epochs[-1] == 100
    assert 4 <= len(epochs) <= 8
    assert (np.diff(epochs) > 0).all()
