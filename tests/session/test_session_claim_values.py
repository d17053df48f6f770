"""What a claim measures of a training, held against what it is computed from."""

import math

import numpy as np
import pytest

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.training import Training, run
from regplay.core.verdict import judge
from regplay.session.claims import Trained, measure_term, parse_claim, small_weights

SMALL = {"model.depth": 1, "model.width": 8, "data.n_train": 20, "data.n_valid": 40, "epochs": 60}


def _train(values):
    experiment = replace(Experiment(), SMALL | values)
    training, history = Training([experiment], device="cpu"), History()
    for snapshot in run(training):
        history.append(snapshot)
    trained = Trained(experiment, training.datasets[0], history, small_weights(training.state()))
    return trained, training


def _measure(text, trained):
    (term,) = parse_claim(f'{text} == "good fit"' if "verdict" in text else f"{text} < 1").terms
    return measure_term(term, trained)


@pytest.fixture(scope="module")
def moons():
    return _train({"data.name": "moons", "regularization.weight_decay": 0.01})


def test_recorded_measures_are_those_of_the_last_record(moons):
    trained, _ = moons
    for measure in MEASURES:
        assert _measure(measure, trained) == trained.history.column(measure)[-1]
    assert _measure("epoch", trained) == 60
    assert _measure("diverged", trained) == 0
    assert (
        _measure("verdict", trained)
        == judge(trained.history, trained.dataset, trained.experiment).kind
    )


def test_weights_are_counted_without_biases(moons):
    trained, training = moons
    weights = np.concatenate([w.numpy().ravel() for w, _ in training.population.member()])
    assert len(weights) == 2 * 8 + 8 * 2
    assert _measure("half_squared_norm", trained) == pytest.approx((weights**2).sum() / 2)
    assert _measure("gap", trained) == pytest.approx(
        _measure("valid_loss", trained) - _measure("train_loss", trained)
    )


def test_small_weights_are_those_below_a_thousandth():
    trained, training = _train({"regularization.l1": 0.05, "epochs": 400})
    weights = np.concatenate([w.numpy().ravel() for w, _ in training.population.member()])
    share = float(np.mean(np.abs(weights) < 1e-3))
    assert 0 < share < 1
    assert _measure("small_weights", trained) == share
    assert math.isnan(_measure("small_weights", Trained(trained.experiment, trained.dataset)))


def test_an_epoch_between_records_takes_the_record_before(moons):
    trained, _ = moons
    epochs = trained.history.epochs
    between = next(int(e) + 1 for e in epochs if int(e) + 1 not in epochs and e < epochs[-1])
    record = int(np.searchsorted(epochs, between)) - 1
    losses = trained.history.column("train_loss")
    assert _measure(f"train_loss(epoch={between})", trained) == losses[record]
    assert _measure(f"epoch(epoch={between})", trained) == epochs[record]
    assert _measure("epoch(epoch=1000)", trained) == 60
    assert _measure("verdict(epoch=0)", trained) == "untrained"
    best = trained.history.column("valid_loss")[: record + 1].argmin()
    assert _measure(f"best_epoch(epoch={between})", trained) == epochs[best]
    assert _measure(f"best_valid_loss(epoch={between})", trained) == pytest.approx(
        trained.history.column("valid_loss")[best]
    )


def test_of_a_network_that_diverged_only_that_is_known():
    trained, _ = _train({"optimizer.name": "sgd", "optimizer.lr": 10.0})
    assert _measure("diverged", trained) == 1
    assert _measure("verdict", trained) == "diverged"
    for measure in (*MEASURES, "gap", "half_squared_norm", "small_weights"):
        assert math.isnan(_measure(measure, trained)), measure
    assert math.isfinite(_measure("train_loss(epoch=0)", trained))
    assert _measure("diverged(epoch=0)", trained) == 0


def test_a_huge_norm_is_measured_too(moons):
    trained, _ = moons
    last, history = trained.history.last, History()
    values = last.values.copy()
    values[MEASURES.index("weight_norm")] = 1e200
    history.append(Snapshot(last.epoch, last.step, values, last.stopped_at, last.diverged))
    huge = Trained(trained.experiment, trained.dataset, history)
    assert _measure("half_squared_norm", huge) == math.inf


def test_what_there_is_not_is_nan():
    trained, _ = _train({})
    assert math.isnan(_measure("train_accuracy", trained))
    assert math.isnan(_measure("variance", trained))
    assert _measure("noise_floor", trained) == pytest.approx(0.09)
    cars = replace(Experiment(), {"data.name": "cars"})
    assert math.isnan(_measure("noise_floor", Trained(cars, load(cars.data))))
