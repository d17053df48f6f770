"""A reader's own runs, and which claims they show."""

import pytest
from keywords import by_path
from trainings import run

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.core.training import Training
from regplay.session.claims import parse_claim, terms
from regplay.session.lessons import Measured, Observations, progress

BASE = replace(Experiment(), {"model.depth": 1, "model.width": 4, "data.n_train": 10, "epochs": 30})


@pytest.fixture
def observations():
    return Observations()


def _run(observations, values, keeps_state=True):
    experiment = replace(BASE, values)
    training, history = Training([experiment], device="cpu"), History()
    while not training.finished:
        for record in training.train():
            history.append(record.snapshot)
    state = record.state if keeps_state else None
    observations.note(experiment, history, training.datasets[0], state, state)
    return history


def _shows(observations, claim, **values):
    base = replace(BASE, by_path(values))
    found = observations.measured(parse_claim(claim), base)
    return found is not None and found.holds


def test_a_run_shows_what_holds_of_it(observations):
    assert not _shows(observations, "train_loss >= 0")  # nothing has been trained
    loss = float(_run(observations, {}).column("train_loss")[-1])
    assert _shows(observations, f"train_loss == {loss!r}")
    assert not _shows(observations, f"train_loss < {loss!r}")
    assert _shows(observations, "epoch(epoch=10) == 10 and epoch == 30")
    assert _shows(observations, 'verdict != "diverged" and small_weights < 1')


def test_all_terms_have_to_be_known(observations):
    claim = "weight_norm(weight_decay=1) < weight_norm"
    _run(observations, {})
    assert not _shows(observations, claim)
    _run(observations, {"regularization.weight_decay": 0.5})
    assert not _shows(observations, claim)
    _run(observations, {"regularization.weight_decay": 1.0})
    assert _shows(observations, claim)
    assert not _shows(observations, claim, model__width=5)


def test_all_terms_have_to_be_of_one_seed(observations):
    claim = "weight_norm(weight_decay=1) < weight_norm"
    _run(observations, {"seed": 1})
    _run(observations, {"seed": 2, "regularization.weight_decay": 1.0})
    _run(observations, {"seed": 1, "data.seed": 3, "regularization.weight_decay": 1.0})
    assert not _shows(observations, claim)
    _run(observations, {"seed": 1, "regularization.weight_decay": 1.0})
    assert _shows(observations, claim)  # though not with the seed of the page
    assert _shows(observations, claim, seed=7)


def test_the_noise_floor_is_known_of_any_run_on_the_same_data(observations):
    _run(observations, {"regularization.weight_decay": 1.0, "data.noise": 0.5})
    assert _shows(
        observations, "train_loss(weight_decay=1) > 0 and noise_floor == 0.25", data__noise=0.5
    )
    assert not _shows(observations, "noise_floor == 0.25")


def test_without_weights_nothing_is_known_of_them(observations):
    _run(observations, {}, keeps_state=False)
    assert _shows(observations, "train_loss >= 0")
    assert not _shows(observations, "small_weights >= 0")
    assert not _shows(observations, 'verdict != "diverged"')


def test_a_run_that_is_seen_again_without_its_weights_is_still_known(observations):
    _run(observations, {})
    _run(observations, {}, keeps_state=False)  # such as a member of a map
    assert _shows(observations, 'small_weights >= 0 and verdict != "diverged"')


def test_weights_are_measured_once_a_claim_is_about_them(observations, monkeypatch):
    measured = []
    monkeypatch.setattr(terms, "small_weights", lambda state: measured.append(state) or 0.5)
    monkeypatch.setattr(terms, "thinned_loss", lambda *_: measured.append("dropout") or 0.5)
    _run(observations, {"regularization.dropout": 0.5})
    assert _shows(observations, "train_loss(dropout=0.5) >= 0")
    assert measured == []
    for _ in range(2):
        assert _shows(observations, "small_weights(dropout=0.5) == 0.5")
    assert len(measured) == 1


def test_of_large_networks_the_weights_of_the_oldest_are_forgotten(observations, monkeypatch):
    _run(observations, {"seed": 1})
    assert _shows(observations, "small_weights < 1")
    size = sum(it.size for it in observations._runs.values() for it in (it.state, it.best))
    monkeypatch.setattr(progress, "_MOST_PARAMETERS", 2 * size)
    for seed in (2, 3):
        _run(observations, {"seed": seed})
    known = observations.unknown(parse_claim("thinned_loss < 1"), replace(BASE, {"seed": 3}))
    gone = observations.unknown(parse_claim("thinned_loss < 1"), replace(BASE, {"seed": 1}))
    assert (len(known), len(gone)) == (0, 1)
    assert not observations.unknown(parse_claim("small_weights < 1"), replace(BASE, {"seed": 1}))


def test_a_run_without_records_shows_nothing(observations):
    observations.note(BASE, History(), load(BASE.data), None)
    assert not _shows(observations, "noise_floor > 0")


def test_what_a_history_gains_later_does_not_count(observations):
    experiment, history = replace(BASE, {"epochs": 10}), History()
    training = Training([replace(BASE, {"epochs": 20})], device="cpu")
    for snapshot in run(training):
        history.append(snapshot)
        if snapshot.epoch == 10:
            observations.note(experiment, history, training.datasets[0], None)
    assert history.epochs[-1] == 20
    assert observations.measured(parse_claim("epoch == 10"), experiment).holds


def test_bias_and_variance_come_from_resampled_networks(observations):
    _run(observations, {})
    assert not _shows(observations, "variance < 1")
    parts = Decomposition(
        bias_squared=0.1, variance=0.2, noise=0.09, measured=0.4, measured_error=0.01
    )
    observations.note_parts(BASE, load(BASE.data), parts)
    assert _shows(observations, "squared_bias == 0.1 and variance == 0.2 and noise == 0.09")
    assert _shows(observations, "variance == 0.2 and train_loss > 0")
    assert not _shows(observations, "variance(lr=0.1) == 0.2")


def test_the_oldest_runs_are_forgotten(observations):
    history = _run(observations, {})
    dataset = load(BASE.data)
    for seed in range(1, 256):
        observations.note(replace(BASE, {"seed": seed}), history, dataset, None)
    assert _shows(observations, "small_weights >= 0")
    observations.note(replace(BASE, {"seed": 256}), history, dataset, None)
    assert not _shows(observations, "small_weights >= 0")
    assert _shows(observations, "train_loss >= 0")


def test_values_are_told_with_what_tells_them_apart():
    claim = (
        "train_accuracy(clean_valid=true) > small_weights(epoch=10) and "
        'valid_loss(optimizer.name="sgd") > noise_floor and verdict == "good fit"'
    )
    terms = parse_claim(claim).terms
    values = dict(zip(terms, (0.875, 0.1, 0.25, 0.09, "good fit"), strict=True))
    assert Measured(BASE, values, True).lines() == [
        "**87.5 %** training accuracy, Clean validation, adam, at the end",
        "**10 %** weights near zero, no Clean validation, adam, epoch 10",
        "**0.25** validation loss, no Clean validation, sgd, at the end",
        "**0.09** noise floor",
        "**good fit** verdict, no Clean validation, adam, at the end",
    ]


def test_the_loss_with_units_dropped_is_known_of_networks_with_dropout(observations):
    _run(observations, {"regularization.dropout": 0.5})
    _run(observations, {})
    assert _shows(observations, "thinned_loss(dropout=0.5) > 0")
    assert not _shows(observations, "thinned_loss > 0")
