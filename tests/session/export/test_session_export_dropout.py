"""Dropout and input noise: exported scripts agree with training on average over seeds."""

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
        "epochs": 25,
    },
    "input noise": {"regularization.input_noise": 0.4},
    "inputs": {
        "data.name": "breast-cancer",
        "data.n_train": 40,
        "regularization.input_dropout": 0.3,
        "model.widths": "12, 8",
        "epochs": 40,
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
COMMON = {"model.width": 16, "data.n_train": 20, "epochs": 60, "optimizer.lr": 0.02}
WITHOUT = {
    "regularization.dropout": 0.0,
    "regularization.dropouts": "",
    "regularization.input_dropout": 0.0,
    "regularization.input_noise": 0.0,
}


def experiments(name, more=()):
    values = COMMON | CASES[name] | dict(more)
    return [experiment_of(values | {"seed": seed}) for seed in range(SEEDS)]


def _losses(outcomes, measure):
    return np.array([outcome[measure] for outcome in outcomes])


# Dropout alone is in those by layer and by batches too: that is asked for at night.
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.nightly if n == "dropout" else ()) for n in CASES],
)
def test_means_over_seeds_agree_within_three_standard_errors_but_not_without_the_draws(
    run_script, name
):
    found = [run_script(experiment) for experiment in experiments(name)]
    expected = trained(*experiments(name))
    for measure in ("train_loss", "valid_loss"):
        # The seeds share data, initial weights and batches, so that their differences are compared.
        differences = _losses(found, measure) - _losses(expected, measure)
        assert np.abs(differences).max() > 1e-3  # the draws are others
        assert abs(differences.mean()) < 3 * differences.std(ddof=1) / np.sqrt(SEEDS), measure
    if "early" not in name:
        plain = trained(*experiments(name, WITHOUT))
        differences = _losses(found, "train_loss") - _losses(plain, "train_loss")
        assert abs(differences.mean()) > 3 * differences.std(ddof=1) / np.sqrt(SEEDS)
