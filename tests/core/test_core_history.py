"""A history holds what was appended, however much, and in order."""

import numpy as np
import pytest

from regplay.core.history import MEASURES, History, Snapshot


def snapshot(epoch, members=1, values=None):
    if values is None:
        values = epoch + np.arange(len(MEASURES) * members, dtype=float).reshape(-1, members) / 100
    return Snapshot(
        epoch, 3 * epoch, values, np.full(members, -1), np.zeros(members, dtype=np.bool_)
    )


def with_valid(losses):
    history = History()
    for epoch, loss in enumerate(losses):
        values = np.ones((len(MEASURES), 1))
        values[MEASURES.index("valid_loss")] = loss
        history.append(snapshot(epoch, values=values))
    return history


def test_an_empty_history():
    history = History(3)
    assert len(history) == 0
    assert history.last is None
    assert len(history.epochs) == 0
    assert len(history.column("train_loss", 2)) == 0
    assert history.best(1) is None


@pytest.mark.parametrize("members", [1, 4])
@pytest.mark.parametrize("count", [1, 256, 257, 2000])
def test_everything_appended_is_there(members, count):
    history = History(members)
    snapshots = [snapshot(5 * i, members) for i in range(count)]
    for i, one in enumerate(snapshots):
        history.append(one)
        assert len(history) == i + 1
        assert history.last is one
    np.testing.assert_array_equal(history.epochs, 5 * np.arange(count))
    for member in range(members):
        for measure in MEASURES:
            expected = [one.value(measure, member) for one in snapshots]
            np.testing.assert_array_equal(history.column(measure, member), expected)


def test_what_was_read_before_growing_stays():
    history = History()
    for epoch in range(256):
        history.append(snapshot(epoch))
    epochs, losses = history.epochs, history.column("train_loss")
    before = epochs.copy(), losses.copy()
    for epoch in range(256, 600):
        history.append(snapshot(epoch))
    np.testing.assert_array_equal(epochs, before[0])
    np.testing.assert_array_equal(losses, before[1])


@pytest.mark.parametrize("epoch", [7, 6, 0])
def test_epochs_must_rise(epoch):
    history = History()
    history.append(snapshot(7))
    with pytest.raises(ValueError, match=f"epoch {epoch} is not after 7"):
        history.append(snapshot(epoch))
    assert len(history) == 1
    assert history.last.epoch == 7


def test_the_first_epoch_may_be_any():
    history = History()
    history.append(snapshot(40))
    assert list(history.epochs) == [40]


def test_appended_values_are_copies():
    history = History()
    one = snapshot(1)
    history.append(one)
    expected = one.value("train_loss")
    one.values[:] = 99
    assert history.column("train_loss")[0] == expected


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        ([3, 1, 2], 1),
        ([3, 1, 1], 1),
        ([np.nan, 5, np.nan, 4, 6], 3),
        ([np.nan, np.inf, 5], 2),
        ([-np.inf, 5], 1),
        ([np.nan, np.inf], None),
        ([0.5], 0),
    ],
)
def test_best_is_the_smallest_finite_validation_loss(losses, best):
    assert with_valid(losses).best() == best


def test_best_is_each_members_own():
    history = History(2)
    for epoch, pair in enumerate([(3, 1), (2, 2), (1, 3)]):
        values = np.ones((len(MEASURES), 2))
        values[MEASURES.index("valid_loss")] = pair
        history.append(snapshot(epoch, 2, values))
    assert (history.best(0), history.best(1)) == (2, 0)


def test_a_measure_is_asked_for_by_name():
    one = snapshot(2, members=2)
    for row, measure in enumerate(MEASURES):
        assert one.value(measure, 1) == one.values[row, 1]


def stopped_history(at, epochs=400):
    history = History()
    for epoch in range(epochs):
        values = np.full((len(MEASURES), 1), float(epoch))
        stopped_at = np.array([at if 0 <= at <= epoch else -1])
        history.append(Snapshot(epoch, 3 * epoch, values, stopped_at, stopped_at >= 0))
    return history


@pytest.mark.parametrize(("stopped_at", "epochs"), [(-1, 400), (120, 121)])
def test_the_past_is_what_was_known_at_an_epoch(stopped_at, epochs):
    history = stopped_history(stopped_at, epochs)
    past = history.until(100)
    assert list(past.epochs) == list(range(101))
    assert (past.last.epoch, past.last.step) == (100, 300)
    assert list(past.last.stopped_at) == [-1]
    assert not past.last.diverged.any()
    assert list(history.until(200).last.stopped_at) == [stopped_at]
    assert history.until(-1).last is None
    past.append(Snapshot(150, 450, np.zeros((len(MEASURES), 1)), np.array([-1]), np.array([False])))
    assert list(past.epochs[-2:]) == [100, 150]
    assert history.column("train_loss")[101] == 101.0


def alone_of(history, member):
    alone = History()
    alone.follow(history, member)
    return alone


def test_a_member_alone_ends_where_it_stopped():
    history = History(members=2)
    for epoch in range(10):
        values = np.tile([float(epoch), -float(epoch)], (len(MEASURES), 1))
        stopped_at = np.array([-1, 6 if epoch >= 6 else -1])
        history.append(Snapshot(epoch, epoch, values, stopped_at, np.zeros(2, dtype=bool)))
    assert list(alone_of(history, 0).epochs) == list(range(10))
    alone = alone_of(history, 1)
    assert list(alone.column("valid_loss")) == [-float(epoch) for epoch in range(7)]
    assert list(alone.last.stopped_at) == [6]


def test_a_history_that_follows_a_member_has_what_that_one_recorded():
    source, own = History(members=2), History()
    own.follow(source, 1)  # nothing yet
    assert (len(own), own.last) == (0, None)
    for epoch in range(700):
        values = np.tile([float(epoch), -float(epoch)], (len(MEASURES), 1))
        stopped_at = np.array([-1, 600 if epoch >= 600 else -1])
        source.append(Snapshot(epoch, 2 * epoch, values, stopped_at, stopped_at >= 0))
        if epoch in (3, 4, 300, 610):
            own.follow(source, 1)
            known = min(epoch, 600)
            assert list(own.epochs) == list(range(known + 1))
            assert (own.last.epoch, own.last.step) == (known, 2 * known)
            assert list(own.column("train_loss")) == [-float(epoch) for epoch in own.epochs]
            assert list(own.last.stopped_at) == [600 if epoch >= 600 else -1]
            assert list(own.last.diverged) == [epoch >= 600]


def test_a_member_that_diverged_has_not_stopped_early():
    values = np.zeros((len(MEASURES), 3))
    one = Snapshot(9, 9, values, np.array([-1, 7, 8]), np.array([False, True, False]))
    assert [one.has_stopped_early(9, member) for member in range(3)] == [False, False, True]
    assert not one.has_stopped_early(8, 2)  # it has trained all its epochs
