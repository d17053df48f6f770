"""Dropout and input noise: exported scripts agree with training on average over seeds."""

from functools import cache

import numpy as np
import pytest
from exported_scripts import experiment_of, trained

SEEDS = 10
CASES = {
    "dropout": {"regularization.dropout": 0.3},
    "dropout and decay, by batches": {
        "data.name": "moons",
        "data.n_train": 40,
        "regularization.dropout": 0.5,
        "regularization.weight_decay": 0.02,
        "optimizer.batch_size": 20,
        "epochs": 60,
    },
    "input noise": {"regularization.input_noise": 0.4},
    "inputs": {
        "data.name": "breast-cancer",
        "data.n_train": 40,
        "regularization.input_dropout": 0.3,
        "model.widths": "12, 8",
        "epochs": 60,
    },
    "by layer": {
        "data.name": "moons",
        "regularization.dropouts": "0.1, 0.4",
        "model.widths": "24",
    },
    "both, stopping early": {
        "regularization.dropout": 0.2,
        "regularization.input_noise": 0.2,
        "regularization.early_stopping": 10,
        "optimizer.lr": 0.02,
    },
}
COMMON = {"model.width": 16, "data.n_train": 20, "epochs": 150}
WITHOUT = {
    "regularization.dropout": 0.0,
    "regularization.dropouts": "",
    "regularization.input_dropout": 0.0,
    "regularization.input_noise": 0.0,
}


def experiments(name):
    return [experiment_of(COMMON | CASES[name] | {"seed": seed}) for seed in range(SEEDS)]


@pytest.fixture(scope="module")
def exported(interpreter):
    """What the scripts of a case come to, a list over seeds."""
    return cache(lambda name: [interpreter.run(experiment) for experiment in experiments(name)])


def _losses(outcomes, measure):
    return np.array([outcome[measure] for outcome in outcomes])


@pytest.mark.parametrize("name", CASES)
def test_means_over_seeds_agree_within_three_standard_errors(exported, name):
    found, expected = exported(name), trained(*experiments(name))
    for measure in ("train_loss", "valid_loss"):
        # The seeds share data, initial weights and batches, so that their differences are compared.
        differences = _losses(found, measure) - _losses(expected, measure)
        assert np.abs(differences).max() > 1e-3  # the draws are others
        assert abs(differences.mean()) < 3 * differences.std(ddof=1) / np.sqrt(SEEDS), measure


@pytest.mark.parametrize("name", [name for name in CASES if "early" not in name])
def test_without_the_draws_the_means_would_not_agree(exported, name):
    plain = [experiment_of(COMMON | CASES[name] | WITHOUT | {"seed": s}) for s in range(SEEDS)]
    found, expected = _losses(exported(name), "train_loss"), _losses(trained(*plain), "train_loss")
    differences = found - expected
    assert abs(differences.mean()) > 3 * differences.std(ddof=1) / np.sqrt(SEEDS)
