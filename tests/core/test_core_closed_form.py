"""A linear model with weight decay against the ridge solution."""

import numpy as np
import pytest
import torch
from trainings import run

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")


def ridge(x, y, decay, decay_bias):
    """w and b that minimise mean((x·w + b − y)²) + λ/2‖w‖², the bias penalised or not."""
    n, d = x.shape
    design = np.column_stack([x, np.ones(n)])
    penalty = np.eye(d + 1) * decay / 2
    if not decay_bias:
        penalty[d, d] = 0.0
    solution = np.linalg.solve(design.T @ design / n + penalty, design.T @ y / n)
    return solution[:d], solution[d]


@pytest.mark.parametrize("decay_bias", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_weight_decay_finds_the_ridge_solution(decay_bias, optimizer):
    decays = (0.0, 0.1, 1.0, 3.0)
    experiments = [
        replace(
            Experiment(),
            {
                "data.name": "cubic",
                "data.n_train": 25,
                "data.seed": 4,
                "model.depth": 0,
                "optimizer.name": optimizer,
                "optimizer.lr": 0.05 if optimizer == "sgd" else 0.01,
                "regularization.weight_decay": decay,
                "regularization.decay_bias": decay_bias,
                "epochs": 2500,
            },
        )
        for decay in decays
    ]
    training = Training(experiments, device="cpu", dtype=torch.float64)
    last = list(run(training))[-1]
    data = load(experiments[0].data)
    biases = []
    for member, decay in enumerate(decays):
        weights, bias = ridge(data.train.x, data.train.y, decay, decay_bias)
        [(found_weights, found_bias)] = training.population.member(member)
        np.testing.assert_allclose(found_weights[0], weights, rtol=1e-9)
        np.testing.assert_allclose(found_bias, bias, rtol=1e-9)
        loss = np.mean((data.train.x @ weights + bias - data.train.y) ** 2)
        size = weights @ weights + (bias**2 if decay_bias else 0)
        assert last.value("train_loss", member) == pytest.approx(loss, rel=1e-9)
        assert last.value("objective", member) == pytest.approx(loss + decay / 2 * size, rel=1e-9)
        assert last.value("weight_norm", member) == pytest.approx(np.linalg.norm(weights), rel=1e-9)
        biases.append(bias)
    assert np.ptp(biases) > 1e-3


def test_many_inputs_few_points():
    experiment = replace(
        Experiment(),
        {
            "data.name": "linear",
            "data.n_inputs": 60,
            "data.noise": 0.5,
            "model.depth": 0,
            "optimizer.name": "sgd",
            "optimizer.lr": 0.05,
            "regularization.weight_decay": 0.3,
            "regularization.decay_bias": False,
            "epochs": 3000,
        },
    )
    training = Training([experiment], device="cpu", dtype=torch.float64)
    for _ in run(training):
        pass
    data = load(experiment.data)
    assert len(data.train.y) < data.n_inputs
    weights, bias = ridge(data.train.x, data.train.y, 0.3, False)
    np.testing.assert_allclose(training.fit(None).weights, weights, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        training.fit(None).valid, data.valid.x @ weights + bias, rtol=1e-6, atol=1e-8
    )


def test_l1_gives_the_soft_threshold():
    """One input: w is the least-squares slope moved towards 0 by l1/(2·var x), b unpenalised."""
    strengths = (0.0, 0.1, 0.3)
    experiments = [
        replace(
            Experiment(),
            {
                "model.depth": 0,
                "optimizer.name": "sgd",
                "optimizer.lr": 0.01,
                "regularization.l1": l1,
                "regularization.decay_bias": False,
                "epochs": 3000,
            },
        )
        for l1 in strengths
    ]
    training = Training(experiments, device="cpu", dtype=torch.float64)
    for _ in run(training):
        pass
    data = load(experiments[0].data)
    x, y = data.train.x[:, 0], data.train.y
    covariance = np.cov(x, y, bias=True)[0, 1]
    for member, l1 in enumerate(strengths):
        expected = np.sign(covariance) * max(abs(covariance) - l1 / 2, 0) / x.var()
        assert training.population.member(member)[0][0].item() == pytest.approx(expected, rel=1e-8)
