"""What a network predicts, in measured units."""

import numpy as np
import pytest
import torch
from keywords import by_path
from small_trainings import advance

from regplay.core.datasets import load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.fit import correct, grid_of
from regplay.core.training import Training


def training_of(*changes, epochs=5, **values):
    base = {"model.width": 9} | by_path(values)
    experiments = [replace(Experiment(), base | change) for change in changes or ({},)]
    training = Training(experiments, device="cpu", dtype=torch.float64)
    for _ in range(epochs):
        advance(training)
    return training


def network(training, x, member=0):
    """Outputs of one member for what its dataset measures, by the formulas."""
    data = training.datasets[member]
    mean = 0.0 if data.x_mean is None else data.x_mean
    scale = 1.0 if data.x_scale is None else data.x_scale
    a = (x - mean) / scale
    *hidden, (weight, bias) = [
        (weight.numpy(), bias.numpy()) for weight, bias in training.population.member(member)
    ]
    for w, b in hidden:
        a = np.tanh(a @ w.T + b)
    return a @ weight.T + bias


@pytest.mark.parametrize("members", [1, 2])
def test_one_input_regression(members):
    changes = [{"seed": seed} for seed in range(members)]
    training = training_of(*changes)
    for member in range(members):
        data = training.datasets[member]
        grid = grid_of(data)
        fit = training.fit(grid, member)
        assert (fit.epoch, fit.step) == (5, 5)
        assert fit.train.shape == (30,)
        assert fit.valid.shape == (200,)
        assert fit.grid.shape == grid.shape == (len(grid.x),)
        assert fit.weights is None
        for x, found in ((data.train.x, fit.train), (data.valid.x, fit.valid), (grid.x, fit.grid)):
            np.testing.assert_allclose(found, network(training, x, member)[:, 0], rtol=1e-10)


def test_a_standardised_table_is_predicted_in_measured_units():
    training = training_of(data__name="motorcycle", data__n_train=60, data__n_valid=40, epochs=300)
    data = training.datasets[0]
    assert (data.x_scale > 1).all()
    assert data.y_scale > 2
    grid = grid_of(data)
    fit = training.fit(grid)
    for x, found in ((data.train.x, fit.train), (grid.x, fit.grid)):
        expected = network(training, x)[:, 0] * data.y_scale + data.y_mean
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert np.corrcoef(fit.train, data.train.y)[0, 1] > 0.7
    assert np.mean((fit.train - data.train.y) ** 2) < data.train.y.var()


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("members", [1, 2])
def test_classes_on_a_plane(members, n_classes):
    changes = [{"seed": seed} for seed in range(members)]
    training = training_of(*changes, data__name="blobs", data__n_classes=n_classes)
    for member in range(members):
        data = training.datasets[member]
        grid = grid_of(data)
        fit = training.fit(grid, member)
        assert fit.train.shape == (60, n_classes)
        assert fit.valid.shape == (300, n_classes)
        assert fit.grid.shape == (grid.shape[0] * grid.shape[1], n_classes)
        assert fit.weights is None
        for x, found in ((data.train.x, fit.train), (data.valid.x, fit.valid), (grid.x, fit.grid)):
            np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-12)
            assert (found >= 0).all()
            powers = np.exp(network(training, x, member))
            np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), rtol=1e-9)


def test_more_than_two_inputs_have_no_grid():
    training = training_of(data__name="linear", data__n_inputs=3, model__depth=0)
    assert grid_of(training.datasets[0]) is None
    fit = training.fit(None)
    assert fit.grid is None
    assert fit.train.shape == (20,)


def test_weights_of_a_linear_model_with_one_output_alone():
    training = training_of(data__name="linear", data__n_inputs=12, model__depth=0)
    weights = training.fit(None).weights
    np.testing.assert_array_equal(weights, training.population.member()[0][0][0].numpy())
    assert weights.shape == (12,)
    assert training_of(data__name="linear", data__n_inputs=12).fit(None).weights is None
    assert training_of(data__name="blobs", model__depth=0).fit(None).weights is None


def test_a_fit_does_not_change_when_training_goes_on():
    training = training_of(data__name="linear", data__n_inputs=2, model__depth=0)
    fit = training.fit(grid_of(training.datasets[0]))
    before = [part.copy() for part in (fit.train, fit.valid, fit.grid, fit.weights)]
    for _ in range(20):
        advance(training)
    for part, expected in zip((fit.train, fit.valid, fit.grid, fit.weights), before, strict=True):
        np.testing.assert_array_equal(part, expected)


def test_dropout_and_input_noise_are_off():
    training = training_of(regularization__dropout=0.5, regularization__input_noise=1.0)
    data = training.datasets[0]
    expected = network(training, data.valid.x)[:, 0]
    np.testing.assert_allclose(training.fit(None).valid, expected, rtol=1e-10)


@pytest.mark.parametrize("name", ["sine", "motorcycle", "curved", "spirals"])
def test_a_grid_covers_all_points_evenly(name):
    settings = replace(Experiment(), {"data.name": name}).data
    data = load(settings)
    grid = grid_of(data)
    points = np.concatenate([data.train.x, data.valid.x])
    assert (grid.low < points.min(axis=0)).all()
    assert (grid.high > points.max(axis=0)).all()
    assert (grid.high - grid.low < 1.3 * np.ptp(points, axis=0)).all()
    assert len(grid.x) == np.prod(grid.shape)
    if data.n_inputs == 1:
        x = grid.x[:, 0]
        np.testing.assert_allclose(np.diff(x), np.diff(x)[0])
        assert (x[0], x[-1]) == pytest.approx((grid.low[0], grid.high[0]))
        return
    rows, columns = grid.shape
    x = grid.x.reshape(rows, columns, 2)
    np.testing.assert_allclose(x[:, :, 0], np.broadcast_to(x[0, :, 0], (rows, columns)))
    np.testing.assert_allclose(x[:, :, 1].T, np.broadcast_to(x[:, 0, 1], (columns, rows)))
    np.testing.assert_allclose(np.diff(x[0, :, 0]), np.diff(x[0, :, 0])[0])
    assert (np.diff(x[:, 0, 1]) > 0).all()  # upward
    assert tuple(x[0, 0]) == pytest.approx(tuple(grid.low))
    assert tuple(x[-1, -1]) == pytest.approx(tuple(grid.high))


def test_a_single_point_has_a_grid_around_it():
    data = load(DataSettings(name="points", points="2 0", valid_points="2 1"))
    grid = grid_of(data)
    assert grid.low[0] < 2 < grid.high[0]


def test_correct_is_the_class_of_the_largest_probability():
    data = load(replace(Experiment(), {"data.name": "blobs"}).data)
    shares = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.2, 0.3, 0.5]])
    assert correct(data, shares, np.array([1, 2, 2])).tolist() == [True, False, True]
