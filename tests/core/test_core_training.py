"""A training from its first record to its end: records, divergence, early stopping, peeking."""

import numpy as np
import pytest
import torch
from small_trainings import parameters, patient, records, small, training_of

from regplay.core.datasets import load
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History
from regplay.core.training import Training, run, train

pytestmark = pytest.mark.usefixtures("one_thread")


# Records


@pytest.mark.parametrize("epochs", [1, 3, 31, 47, 113])
@pytest.mark.parametrize("batch_size", [0, 7])
def test_records_begin_before_training_and_end_with_the_last_epoch(epochs, batch_size):
    training = training_of(small({"epochs": epochs, "optimizer.batch_size": batch_size}))
    history = History()
    steps = 0
    for i, snapshot in enumerate(run(training)):
        steps += i > 0
        if snapshot is not None:
            history.append(snapshot)
            assert snapshot.step == snapshot.epoch * training.steps_per_epoch == steps
    assert history.epochs[0] == 0
    assert history.epochs[-1] == epochs == training.epoch
    assert list(history.epochs[:21]) == list(range(min(epochs, 20) + 1))[:21]
    assert np.all(np.diff(history.epochs) > 0)
    assert training.finished


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
    first = next(run(training))
    assert (first.epoch, first.step) == (0, 0)
    torch.testing.assert_close(parameters(training), before, rtol=0, atol=0)
    data = training.datasets[0]
    expected = np.mean((training.fit(None).valid - data.valid.y) ** 2)
    assert first.value("valid_loss") == pytest.approx(expected, rel=1e-10)


def test_a_run_that_pauses_goes_on_where_it_was():
    whole, paused = (training_of(small({"epochs": 40, "optimizer.batch_size": 6})) for _ in "ab")
    expected = records(whole)
    steps = run(paused)
    found = [next(steps) for _ in range(50)]
    steps.close()
    found = [snapshot for snapshot in [*found, *run(paused)] if snapshot is not None]
    assert [s.epoch for s in found] == [s.epoch for s in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


def test_snapshots_do_not_change_afterwards():
    found = [
        (snapshot, snapshot.values.copy(), snapshot.stopped_at.copy())
        for snapshot in run(training_of(small({"epochs": 60})))
        if snapshot
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


def test_train_is_the_short_way():
    experiment = small({"epochs": 30})
    short = [s.values for s in train(experiment, device="cpu", dtype=torch.float64) if s]
    np.testing.assert_array_equal(short, [s.values for s in records(training_of(experiment))])


# Divergence


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_a_member_that_diverges_stops_and_harms_no_other(optimizer, dtype):
    base = {"optimizer.name": optimizer, "epochs": 600, "model.activation": "relu"}
    experiments = [small(base | {"optimizer.lr": lr}) for lr in (0.01, 10.0, 0.003)]
    training = Training(experiments, device="cpu", dtype=dtype)
    history = records(training)
    last = history[-1]
    assert last.epoch == 600
    assert last.diverged.tolist() == [False, True, False]
    assert last.stopped_at[[0, 2]].tolist() == [-1, -1]
    stopped_at = last.stopped_at[1]
    assert 0 < stopped_at <= 600
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
    training = training_of(patient(patience))
    history = records(training)
    free = records(training_of(patient(0)))
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
    assert snapshot.epoch < 1000
    assert not history[-1].diverged[0]
    assert training.finished
    np.testing.assert_array_equal(history[-1].values, snapshot.values)


def test_those_that_stopped_stay_still_while_others_go_on():
    for optimizer in ("sgd", "momentum", "adam", "adamw"):
        more = {
            "optimizer__name": optimizer,
            "regularization__weight_decay": 0.01,
            "regularization__l1": 0.001,
            "epochs": 300,
        }
        # With a patience of 1, so little lr that the loss soon stands still; others never stop.
        experiments = [
            patient(0, **more),
            patient(1, **more | {"optimizer__lr": 0.0}),
            patient(0, **more | {"regularization__dropout": 0.2}),
        ]
        training = training_of(*experiments)
        at_stop = None
        for snapshot in run(training):
            if snapshot is None:
                continue
            if snapshot.stopped_at[1] >= 0 and at_stop is None:
                at_stop, values = parameters(training, 1), snapshot.values[:, 1]
                assert snapshot.stopped_at[1] == snapshot.epoch == 1
        assert snapshot.epoch == 300
        assert snapshot.stopped_at.tolist() == [-1, 1, -1]
        torch.testing.assert_close(parameters(training, 1), at_stop, rtol=0, atol=0)
        np.testing.assert_array_equal(snapshot.values[:, 1], values)
        for member in (0, 2):
            alone = training_of(experiments[member])
            records(alone)
            torch.testing.assert_close(
                parameters(training, member), parameters(alone), rtol=1e-8, atol=1e-11
            )


def test_weights_stay_where_a_moving_member_stopped():
    """With momentum left, or a penalty to pull, a stopped member still does not move."""
    more = {"regularization__weight_decay": 0.001, "data__seed": 1}
    experiments = [patient(20, **more), patient(0, **more)]
    alone = training_of(experiments[0])
    end = records(alone)[-1]
    assert 0 < end.stopped_at[0] < 1500
    together = training_of(*experiments)
    history = {s.epoch: s for s in records(together)}
    assert history[2000].stopped_at[0] > 0
    stopped = together.population.member(0)
    fitted = together.fit(None, 0)
    expected = np.mean((fitted.valid - together.datasets[0].valid.y) ** 2)
    assert history[2000].value("valid_loss", 0) == pytest.approx(expected, rel=1e-9)
    at = history[int(history[2000].stopped_at[0])]
    np.testing.assert_array_equal(at.values[:, 0], history[2000].values[:, 0])
    if at.epoch == end.epoch:  # both recorded the same epochs until then
        for pair, other in zip(stopped, alone.population.member(), strict=True):
            for part, expected_part in zip(pair, other, strict=True):
                torch.testing.assert_close(part, expected_part, rtol=1e-8, atol=1e-10)


# Peeking


def test_peeking_measures_now_and_changes_nothing():
    experiment = small(
        {"epochs": 90, "regularization.dropout": 0.3, "regularization.early_stopping": 60}
    )
    peeking, plain = training_of(experiment), training_of(experiment)
    found = []
    for snapshot in run(peeking):
        peeked = peeking.peek()
        assert (peeked.epoch, peeked.step) == (peeking.epoch, peeking.step)
        if snapshot is not None:
            found.append(snapshot)
            np.testing.assert_array_equal(peeked.values, snapshot.values)
        else:
            data = peeking.datasets[0]
            expected = np.mean((peeking.fit(None).train - data.train.y) ** 2)
            assert peeked.value("train_loss") == pytest.approx(expected, rel=1e-9)
    expected = records(plain)
    assert [s.epoch for s in found] == [s.epoch for s in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.stopped_at, b.stopped_at)


def test_peeking_between_divergence_and_its_record_shows_the_last_finite_values():
    experiment = small({"optimizer.name": "sgd", "optimizer.lr": 10.0, "epochs": 500})
    training = training_of(experiment)
    for _ in run(training):
        assert np.isfinite(training.peek().values[[MEASURES.index("valid_loss"), 0]]).all()
    assert training.peek().diverged[0]
