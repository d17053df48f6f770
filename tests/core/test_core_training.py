"""A training from its first record to its end: records, divergence, early stopping, peeking."""

import numpy as np
import pytest
import torch
from engines import TORCH_AT_NIGHT
from small_trainings import (
    advance,
    kept_records,
    parameters,
    patient,
    records,
    small,
    state_of,
    training_of,
)
from trainings import run

from regplay.core.datasets import load
from regplay.core.engine import Stop
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("engine")


# Records


@pytest.mark.parametrize("epochs", [1, 3, 31, 47, 113])
@pytest.mark.parametrize("batch_size", [0, 7])
def test_records_begin_before_training_and_end_with_the_last_epoch(epochs, batch_size):
    training = training_of(small({"epochs": epochs, "optimizer.batch_size": batch_size}))
    assert training.steps_per_epoch == (3 if batch_size else 1)
    history = History()
    for snapshot in run(training):
        history.append(snapshot)
        assert snapshot.step == snapshot.epoch * training.steps_per_epoch
    assert history.epochs[0] == 0
    assert history.epochs[-1] == epochs == training.epoch
    assert list(history.epochs[:21]) == list(range(min(epochs, 20) + 1))[:21]
    assert np.all(np.diff(history.epochs) > 0)
    assert training.finished
    assert training.train() == []


def test_a_longer_run_begins_with_the_records_of_a_shorter_one():
    short, long = (
        records(training_of(small({"epochs": epochs, "regularization.dropout": 0.3})))
        for epochs in (70, 300)
    )
    for a, b in zip(short[:-1], long, strict=False):
        assert a.epoch == b.epoch
        np.testing.assert_array_equal(a.values, b.values)


def test_the_first_record_measures_the_initial_weights():
    training = training_of(small())
    before = parameters(training)
    [first] = training.train(0)
    assert (first.snapshot.epoch, first.snapshot.step, training.step) == (0, 0, 0)
    assert torch.equal(parameters(training), before)
    assert torch.equal(first.state.parameters[0], before)
    data = training.datasets[0]
    expected = np.mean((training.fit(None).valid - data.valid.y) ** 2)
    assert first.snapshot.value("valid_loss") == pytest.approx(expected, rel=1e-10)
    assert training.train(0) == []


def equal(snapshots, others):
    assert [s.epoch for s in snapshots] == [s.epoch for s in others]
    for a, b in zip(snapshots, others, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.stopped_at, b.stopped_at)


def test_a_run_that_pauses_goes_on_where_it_was():
    experiment = small({"epochs": 40, "optimizer.batch_size": 6})
    expected = records(training_of(experiment))
    for goals in ([50], [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144], range(161)):
        paused, found = training_of(experiment), []
        for goal in goals:
            found += [record.snapshot for record in paused.train(goal)]
            assert paused.step == goal
            assert [s.epoch for s in found] == [s.epoch for s in expected if s.step <= goal]
        equal([*found, *run(paused)], expected)


def test_one_step_at_a_time_comes_to_the_same():
    experiment = small({"epochs": 30, "optimizer.batch_size": 6, "regularization.dropout": 0.2})
    stepwise, expected = training_of(experiment), records(training_of(experiment))
    found = []
    for step in range(1, 121):
        snapshot = advance(stepwise)
        assert stepwise.step == step
        if snapshot is not None:
            assert snapshot.step == step
            found.append(snapshot)
    equal(found, expected[1:])  # the first is before any step
    assert stepwise.finished
    assert advance(stepwise) is None
    assert stepwise.step == 120


@TORCH_AT_NIGHT  # by day it pauses at steps that are asked for, above
def test_a_call_comes_back_after_a_while_and_changes_nothing(monkeypatch):
    experiment = small({"epochs": 100, "optimizer.batch_size": 6})
    expected = records(training_of(experiment))
    for bound, value in (("_FLOPS", 3e5), ("_RECORDS", 5), ("_KEPT", 15_000), ("_ORDERS", 200)):
        with monkeypatch.context() as bounded:
            bounded.setattr(f"regplay.core.training.{bound}", value)
            training, found, calls = training_of(experiment), [], 0
            while not training.finished:
                found += [record.snapshot for record in training.train()]
                calls += 1
        assert calls > 5
        equal(found, expected)


def test_a_call_that_is_told_to_stop_makes_no_step():
    training, stop = training_of(small()), Stop()
    stop.set()
    assert stop.is_set
    for _ in range(3):
        training.train(stop=stop)
        assert training.step == 0
    stop.clear()
    assert not stop.is_set
    training.train(7, stop)
    assert training.step == 7


def test_the_states_of_records_are_the_parameters_then():
    experiment = small({"epochs": 40, "optimizer.batch_size": 6})
    stepwise = training_of(experiment)
    for record in kept_records(training_of(experiment)):
        while stepwise.epoch < record.state.epoch:
            advance(stepwise)
        expected = state_of(stepwise)
        assert (record.state.epoch, record.state.step) == (expected.epoch, expected.step)
        assert torch.equal(record.state.parameters, expected.parameters)
        assert all(map(torch.equal, record.state.momenta, expected.momenta))
        assert record.state.updates.tolist() == expected.updates.tolist() == [stepwise.step]


def test_snapshots_do_not_change_afterwards():
    found = [
        (snapshot, snapshot.values.copy(), snapshot.stopped_at.copy())
        for snapshot in run(training_of(small({"epochs": 60})))
    ]
    for snapshot, values, stopped_at in found:
        np.testing.assert_array_equal(snapshot.values, values)
        np.testing.assert_array_equal(snapshot.stopped_at, stopped_at)


def test_points_that_are_loaded_already_are_used():
    experiment = small({"epochs": 30})
    other = load(replace(experiment, {"data.seed": 5}).data)
    given = Training([experiment], datasets=[other], device="cpu", dtype=torch.float64)
    expected = training_of(replace(experiment, {"data.seed": 5}))
    assert given.datasets[0] is other
    np.testing.assert_array_equal(records(given)[-1].values, records(expected)[-1].values)


# Divergence


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_a_member_that_diverges_stops_and_harms_no_other(optimizer, dtype):
    base = {"optimizer.name": optimizer, "epochs": 100, "model.activation": "relu"}
    experiments = [small(base | {"optimizer.lr": lr}) for lr in (0.01, 10.0, 0.003)]
    training = Training(experiments, device="cpu", dtype=dtype)
    history = records(training)
    last = history[-1]
    assert last.epoch == 100
    assert last.diverged.tolist() == [False, True, False]
    assert last.stopped_at[[0, 2]].tolist() == [-1, -1]
    stopped_at = last.stopped_at[1]
    assert 0 < stopped_at <= 100
    assert torch.isfinite(training.population.flat).all()

    # What it had last while finite stays, in the snapshots and in the parameters.
    epochs = [snapshot.epoch for snapshot in history]
    index = epochs.index(stopped_at)
    assert not history[index - 1].diverged.any()
    for snapshot in history[index:]:
        assert snapshot.diverged[1]
        np.testing.assert_array_equal(snapshot.values[:, 1], history[index - 1].values[:, 1])
    assert np.isfinite(last.values[[0, 1, 4, 5, 6]]).all()
    data = training.datasets[1]
    predicted = training.fit(None, 1).train
    assert np.mean((predicted - data.train.y) ** 2) == pytest.approx(
        last.value("train_loss", 1), rel=1e-4
    )

    for member in (0, 2):
        alone = Training([experiments[member]], device="cpu", dtype=dtype)
        expected = records(alone)[-1]
        tolerance = 1e-3 if dtype == torch.float32 else 1e-9
        np.testing.assert_allclose(last.values[:, member], expected.values[:, 0], rtol=tolerance)


def test_alone_a_diverged_training_is_finished():
    training = training_of(small({"optimizer.name": "sgd", "optimizer.lr": 10.0, "epochs": 9999}))
    last = records(training)[-1]
    assert training.finished
    assert last.diverged[0]
    assert last.epoch == last.stopped_at[0] == training.epoch < 9999
    assert training.peek().values.tobytes() == last.values.tobytes()


# Early stopping


def test_early_stopping_waits_for_its_patience_after_the_best_epoch():
    patience = 25
    training = training_of(patient(patience, epochs=300))
    history = records(training)
    free = records(training_of(patient(0, epochs=300)))
    # The first record that comes `patience` epochs after the best so far, in the run without.
    best, best_epoch = np.inf, 0
    for snapshot in free:
        loss = snapshot.value("valid_loss")
        if loss < best:
            best, best_epoch = loss, snapshot.epoch
        if snapshot.epoch - best_epoch >= patience:
            break
    assert best_epoch > 20
    assert [s.epoch for s in history] == [s.epoch for s in free[: len(history)]]
    assert history[-1].epoch == history[-1].stopped_at[0] == snapshot.epoch
    assert snapshot.epoch < 250
    assert not history[-1].diverged[0]
    assert training.finished
    np.testing.assert_array_equal(history[-1].values, snapshot.values)


@pytest.mark.parametrize("records_a_call", [7, pytest.param(256, marks=pytest.mark.nightly)])
def test_those_that_stopped_stay_still_while_others_go_on(monkeypatch, records_a_call):
    """In the call in which they stop, and in those that follow."""
    monkeypatch.setattr("regplay.core.training._RECORDS", records_a_call)
    for optimizer in ("sgd", "momentum", "adam", "adamw"):
        more = {
            "optimizer__name": optimizer,
            "regularization__weight_decay": 0.01,
            "regularization__l1": 0.001,
            "epochs": 60,
        }
        # With a patience of 1, so little lr that the loss soon stands still; others never stop.
        experiments = [
            patient(0, **more),
            patient(1, **more | {"optimizer__lr": 0.0}),
            patient(0, **more | {"regularization__dropout": 0.2}),
            patient(3, **more | {"regularization__dropout": 0.5, "optimizer__lr": 0.05}),
        ]
        training = training_of(*experiments)
        history = kept_records(training)
        _, at_stop, *_, last = history
        moving_at = int(last.snapshot.stopped_at[3])
        assert 0 < moving_at < 50
        [moving] = [r.state for r in history if r.state.epoch == moving_at]
        for record in history:
            if record.state.epoch >= moving_at:
                assert torch.equal(record.state.parameters[3], moving.parameters[3])
                for momentum, then in zip(record.state.momenta, moving.momenta, strict=True):
                    assert torch.equal(momentum[3], then[3])
        assert torch.equal(parameters(training, 3), moving.parameters[3])
        assert at_stop.snapshot.stopped_at.tolist() == [-1, 1, -1, -1]
        assert at_stop.snapshot.epoch == 1
        assert last.snapshot.epoch == 60
        assert last.snapshot.stopped_at.tolist() == [-1, 1, -1, moving_at]
        for state in (at_stop.state, last.state):
            assert torch.equal(parameters(training, 1), state.parameters[1])
        np.testing.assert_array_equal(last.snapshot.values[:, 1], at_stop.snapshot.values[:, 1])
        for member in (0, 2):
            alone = training_of(experiments[member])
            records(alone)
            torch.testing.assert_close(
                parameters(training, member), parameters(alone), rtol=1e-8, atol=1e-11
            )


@pytest.mark.parametrize("patiences", [(1, 5), (5, 1), (3, 3), (1, 5, 2)])
def test_members_may_all_stop_at_different_records_of_one_call(patiences):
    experiments = [patient(patience, optimizer__lr=0.0) for patience in patiences]
    training = training_of(*experiments)
    history = records(training)
    assert history[-1].stopped_at.tolist() == list(patiences)
    assert [s.epoch for s in history] == list(range(max(patiences) + 1))
    assert training.finished
    assert training.epoch == max(patiences)
    assert training.train() == []
    np.testing.assert_array_equal(training.peek().values, history[-1].values)


def test_weights_stay_where_a_moving_member_stopped():
    """With momentum left, or a penalty to pull, a stopped member still does not move."""
    more = {"regularization__weight_decay": 0.001, "data__seed": 1, "epochs": 300}
    experiments = [patient(20, **more), patient(0, **more)]
    alone = training_of(experiments[0])
    end = records(alone)[-1]
    assert 0 < end.stopped_at[0] < 250
    together = training_of(*experiments)
    history = {s.epoch: s for s in records(together)}
    assert history[300].stopped_at[0] > 0
    stopped = together.population.member(0)
    fitted = together.fit(None, 0)
    expected = np.mean((fitted.valid - together.datasets[0].valid.y) ** 2)
    assert history[300].value("valid_loss", 0) == pytest.approx(expected, rel=1e-9)
    at = history[int(history[300].stopped_at[0])]
    np.testing.assert_array_equal(at.values[:, 0], history[300].values[:, 0])
    if at.epoch == end.epoch:  # both recorded the same epochs until then
        for pair, other in zip(stopped, alone.population.member(), strict=True):
            for part, expected_part in zip(pair, other, strict=True):
                torch.testing.assert_close(part, expected_part, rtol=1e-8, atol=1e-10)


# Peeking


@pytest.mark.parametrize("batch_size", [0, 6])
def test_peeking_measures_now_and_changes_nothing(batch_size):
    experiment = small(
        {
            "epochs": 30,
            "regularization.dropout": 0.3,
            "regularization.early_stopping": 20,
            "optimizer.batch_size": batch_size,
        }
    )
    peeking, plain = training_of(experiment), training_of(experiment)
    found = []
    while not peeking.finished:
        new = [record.snapshot for record in peeking.train(peeking.step + 1)]
        found += new
        peeked = peeking.peek()
        assert (peeked.epoch, peeked.step) == (peeking.epoch, peeking.step)
        if new and new[-1].step == peeking.step:
            np.testing.assert_array_equal(peeked.values, new[-1].values)
        else:
            data = peeking.datasets[0]
            expected = np.mean((peeking.fit(None).train - data.train.y) ** 2)
            assert peeked.value("train_loss") == pytest.approx(expected, rel=1e-9)
    equal(found, records(plain))


def test_peeking_between_divergence_and_its_record_shows_the_last_finite_values():
    experiment = small({"optimizer.name": "sgd", "optimizer.lr": 10.0, "epochs": 500})
    training = training_of(experiment)
    training.train(0)
    while not training.finished:
        advance(training)
        assert np.isfinite(training.peek().values[[MEASURES.index("valid_loss"), 0]]).all()
    assert training.peek().diverged[0]


def test_what_was_never_measured_is_not_looked_at(monkeypatch):
    """Of a member that has stopped nothing is written, and memory holds anything."""

    def filled(shape, *args, **kwargs):
        return np.full(shape, -1.0)

    monkeypatch.setattr("regplay.core.engine.np", Numpy(empty=filled))
    several = [(5, {"optimizer__lr": 0.0}), (0, {}), (0, {"seed": 1})]
    experiments = [patient(patience, **more, epochs=150) for patience, more in several]
    together = training_of(*experiments)
    together.train(70)
    last = records(together)[-1]
    assert last.stopped_at.tolist() == [5, -1, -1]
    for member in (1, 2):
        expected = records(training_of(experiments[member]))[-1]
        np.testing.assert_allclose(last.values[:, member], expected.values[:, 0], rtol=1e-6)
    np.testing.assert_array_equal(together.peek().values, last.values)


class Numpy:
    """numpy, but for some names."""

    def __init__(self, **names):
        self.__dict__.update(names)

    def __getattr__(self, name):
        return getattr(np, name)
