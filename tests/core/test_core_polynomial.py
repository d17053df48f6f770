"""Polynomials against closed forms, and among all that networks are compared with."""

import numpy as np
import pytest
from numpy.polynomial import Legendre
from trainings import run, try_neighbours

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.fit import grid_of
from regplay.core.history import History
from regplay.core.hyperparameters import is_used, why_unused
from regplay.core.joint import JointTraining
from regplay.core.population import fit_at
from regplay.core.sweep import landscape_axis, sweep_axis
from regplay.core.training import Training

DECAY = "regularization.weight_decay"


def polynomial(degree, values=None):
    return replace(
        Experiment(), {"model.kind": "polynomial", "model.degree": degree} | (values or {})
    )


def solved(experiment):
    training, history = Training([experiment], device="cpu"), History()
    for snapshot in run(training):
        history.append(snapshot)
    return training, history


def legendre(dataset, weights, x):
    """b + Σ wₖ·Pₖ(x), of which the training points fill [−1, 1]; the bias is the last weight."""
    low, high = dataset.train.x.min(), dataset.train.x.max()
    return Legendre([weights[-1], *weights[:-1]], domain=(low, high))(x[:, 0])


def closed_form(dataset, degree, decay, decay_bias):
    """What minimises mean((f(x) − y)²) + λ/2·‖w‖², by the normal equations."""
    columns = [legendre(dataset, one, dataset.train.x) for one in np.eye(degree + 1)]
    design, n = np.stack(columns, axis=1), len(dataset.train.y)
    penalty = np.eye(degree + 1) * decay / 2
    penalty[-1, -1] *= decay_bias
    return np.linalg.solve(design.T @ design / n + penalty, design.T @ dataset.train.y / n)


@pytest.mark.parametrize("decay_bias", [True, False])
@pytest.mark.parametrize("decay", [0.0, 1e-4, 0.03, 10.0])
@pytest.mark.parametrize("degree", [1, 4, 15, 20])
def test_it_is_the_ridge_solution(engine, degree, decay, decay_bias):
    values = {DECAY: decay, "regularization.decay_bias": decay_bias, "optimizer.name": "adamw"}
    experiment = polynomial(degree, values | {"data.n_train": 60})
    training, history = solved(experiment)
    dataset = load(experiment.data)
    weights = closed_form(dataset, degree, decay, decay_bias)
    np.testing.assert_allclose(training.population.flat[0], weights, rtol=1e-4, atol=1e-5)
    losses = {
        name: np.mean((legendre(dataset, weights, split.x) - split.y) ** 2)
        for name, split in (("train_loss", dataset.train), ("valid_loss", dataset.valid))
    }
    penalty = decay / 2 * np.sum(weights[: None if decay_bias else -1] ** 2)
    expected = losses | {"penalty": penalty, "objective": losses["train_loss"] + penalty}
    for measure, value in expected.items():
        np.testing.assert_allclose(history.column(measure), value, rtol=1e-4, atol=1e-7)


def test_it_is_least_squares_in_powers_of_x():
    for name, degree in (("sine", 4), ("x-sin-x", 9), ("motorcycle", 5)):
        experiment = polynomial(degree, {"data.name": name})
        dataset = load(experiment.data)
        powers = np.polynomial.Polynomial.fit(dataset.train.x[:, 0], dataset.train.y, degree)
        training, _ = solved(experiment)
        np.testing.assert_allclose(
            training.fit(None).train, powers(dataset.train.x[:, 0]), rtol=1e-4, atol=1e-4
        )


def test_as_many_weights_as_points_go_through_all_of_them(engine):
    for n in (21, 12, 1):
        experiment = polynomial(20, {"data.n_train": n, "data.seed": 3})
        training, history = solved(experiment)
        assert history.column("train_loss")[-1] < 1e-4  # of noise 0.09
        fit = training.fit(grid_of(load(experiment.data)))
        np.testing.assert_allclose(fit.train, load(experiment.data).train.y, atol=0.02)
        assert np.isfinite(fit.grid).all()


def test_it_is_there_from_the_first_record_and_is_the_same_in_the_last(engine):
    values = {"optimizer.batch_size": 8, "regularization.dropout": 0.5, "epochs": 500}
    values |= {"regularization.max_norm": 0.1, "regularization.early_stopping": 1}
    training, history = solved(polynomial(4, values))
    assert list(history.epochs) == [0, 1, 500]
    assert history.last.stopped_at[0] == -1
    assert len(set(history.column("valid_loss"))) == 1
    assert training.finished


def test_a_state_is_drawn_by_the_points_alone():
    experiment = polynomial(6)
    training, dataset = Training([experiment]), load(experiment.data)
    (record, *_), grid = training.train(), grid_of(dataset)
    found = fit_at(record.state, experiment, dataset, grid)
    np.testing.assert_array_equal(found.grid, training.fit(grid).grid)


def test_of_a_higher_degree_the_training_loss_is_lower_and_the_validation_loss_has_a_valley():
    axis = sweep_axis("model.degree")
    assert axis.values == tuple(range(1, 21))
    together = JointTraining([polynomial(degree) for degree in axis.values], device="cpu")
    while not together.finished:
        together.advance()
    train, valid = (together.history.values(name) for name in ("train_loss", "valid_loss"))
    assert (np.diff(train) < 1e-6).all()
    assert 3 <= axis.values[valid.argmin()] <= 6
    assert valid[0] > 1.5 * valid.min()
    assert valid[14] > 5 * valid.min()


def test_verdicts_and_advice_name_the_degree():
    verdict, tried = try_neighbours(polynomial(15))
    assert verdict.kind == "overfitting"
    assert verdict.headline == "Overfitting: a wide gap"
    assert verdict.since is None
    [change] = tried.best.changes
    assert change.path == "model.degree"
    assert 3 <= change.value <= 6
    assert tried.text.startswith(f"Degree {change.value} brings the validation loss from 36.8 to ")
    assert "seed" not in tried.text + tried.short
    assert tried.cause == "too high a degree"
    verdict, tried = try_neighbours(polynomial(1))
    assert verdict.kind == "underfitting"
    assert tried.cause == "too low a degree"


def test_what_trains_networks_has_no_effect_on_it_and_one_reason():
    experiment = polynomial(4, {DECAY: 0.1})
    used = {path for path in FIELDS if is_used(experiment, path) and not path.startswith("data.")}
    ridge = {DECAY, "regularization.decay_bias"}
    assert used == {"model.kind", "model.degree"} | ridge
    for path in set(FIELDS) - used:
        if not path.startswith("data."):
            assert why_unused(experiment, path) == "a polynomial is solved exactly"
    assert "a network has none" in why_unused(Experiment(), "model.degree")


@pytest.mark.parametrize(
    ("name", "found"), [("moons", "classes"), ("xor", "2 inputs"), ("linear", "200 inputs")]
)
def test_of_other_data_there_is_none(name, found):
    other = replace(Experiment(), {"data.name": name})
    assert "one input" in why_unused(other, "model.kind")
    assert replace(polynomial(4), {"data.name": name}).model.kind == "network"
    forced = polynomial(4, {"data.name": name})
    for train in (Training, JointTraining):
        with pytest.raises(DatasetError, match=rf"^model.kind = polynomial: .*{found}; choose"):
            train([forced])


def test_own_points_of_one_input_have_one():
    values = {"data.name": "points", "data.points": "0 1; 1 3; 2 5; 3 7", "model.degree": 1}
    experiment = replace(polynomial(4), values)
    assert experiment.model.kind == "polynomial"
    training, _ = solved(experiment)
    assert training.fit(None).train == pytest.approx(load(experiment.data).train.y, abs=1e-5)


def test_a_landscape_of_degrees_has_even_steps_from_1():
    assert landscape_axis("model.degree", 10).values == (1, 3, 5, 7, 9, 11, 13, 15, 17, 19)
    assert landscape_axis("model.degree", 20).values == tuple(range(1, 21))
