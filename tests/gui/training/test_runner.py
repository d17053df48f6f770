"""The runner and its thread without any widget, on a virtual clock."""

import dataclasses
import itertools
import math
import threading

import numpy as np
import pytest
from keywords import by_path
from PySide6.QtCore import Qt

from regplay.core import training
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.state import Checkpoints
from regplay.core.sweep import Lineup, Sweep, SweepAxis
from regplay.core.training import Training
from regplay.gui.training import FRAME, Runner, VirtualClock, worker
from regplay.gui.training.messages import Job, Look, Start, StudyRequest, View
from regplay.gui.training.worker import Mailbox, Worker
from regplay.session.session import Change, Run

SMALL = replace(Experiment(), {"epochs": 12, "model.depth": 1, "model.width": 4})
DATASET = load(SMALL.data)
GRID = grid_of(DATASET)
LONG = {"epochs": 1_000_000, "optimizer__batch_size": 1}  # 30 million steps


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def runner(clock, qapp):
    made = Runner(clock)
    made.views, made.playing, made.messages = [], [], []
    made.viewed.connect(made.views.append)
    made.playing_changed.connect(made.playing.append)
    made.failed.connect(made.messages.append)
    yield made
    made.stop()


@pytest.fixture
def until(qtbot, clock):
    """Let frames pass until something is so."""

    def is_so(condition):
        clock.advance(FRAME)
        return condition()

    return lambda condition: qtbot.waitUntil(lambda: bool(is_so(condition)))


@pytest.fixture
def finished(runner, clock, until):
    """A runner whose training is over, late in a frame."""
    runner.start()
    until(lambda: runner.is_loaded)
    submit(runner)
    runner.play()
    until(lambda: runner.is_finished)
    clock.advance(0.6 * FRAME)
    return runner


def submit(runner, change=Change.RESTART, **values):
    runner.submit(replace(SMALL, by_path(values)), DATASET, GRID, change)


def is_at(runner, step):
    return bool(runner.views) and runner.views[-1].snapshot.step == step


def test_stopping_what_was_never_started(runner, clock):
    submit(runner)
    runner.stop()
    runner.start()  # as a queued signal may, after the window was closed
    clock.advance(1.0)
    assert runner.views == []
    assert not runner._worker.isRunning()
    runner.stop()


def test_stopping_right_after_the_start(runner):
    submit(runner)
    runner.play()
    runner.start()
    runner.stop()
    assert runner._worker.isFinished()


def test_a_worker_that_waits_is_stopped(runner, until):
    runner.start()
    submit(runner)
    until(lambda: is_at(runner, 0))
    runner.stop()
    assert runner._worker.isFinished()


@pytest.mark.parametrize(
    ("order", "step"),
    [
        ([], 0),
        ([("advance", 1)], 1),
        ([("advance", 1), ("advance", 1), ("advance", 3)], 5),
        ([("advance_epoch",), ("advance_epoch",)], 2),
        ([("play",)], 12),
        ([("play",), ("pause",)], 0),
        ([("play",), ("pause",), ("advance", 2)], 2),
        ([("play",), ("rewind",)], 12),  # rewinding is for what is submitted next
        ([("advance", 100)], 12),
        ([("pause",)], 0),
    ],
)
def test_what_was_asked_for_while_loading_happens_afterwards(runner, until, order, step):
    submit(runner)
    for name, *arguments in order:
        getattr(runner, name)(*arguments)
    assert runner.step == 0
    runner.start()
    until(lambda: is_at(runner, step))
    assert runner.views[-1].is_finished == (step == 12)
    assert not runner.is_playing


def test_the_last_of_what_was_submitted_while_loading_is_trained(runner, until):
    for seed in range(5):
        submit(runner, seed=seed)
    submit(runner, Change.ADJUST, seed=4, epochs=6)
    runner.play()
    runner.start()
    until(lambda: is_at(runner, 6))
    assert {view.generation for view in runner.views} == {6}
    assert runner.views[-1].run.experiment == replace(SMALL, {"seed": 4, "epochs": 6})


def test_nothing_is_submitted_for_no_change(runner):
    submit(runner)
    submit(runner, Change.NOTHING)
    assert runner.generation == 1


def test_playing_is_told_when_it_changes(runner, until):
    runner.start()
    submit(runner)
    runner.play()
    runner.play()
    until(lambda: not runner.is_playing)
    runner.pause()
    assert runner.playing == [True, False]
    assert runner.is_finished
    assert runner.epoch == 12


def test_what_comes_after_a_finished_run_is_trained_to_its_end(runner, until):
    runner.start()
    submit(runner)
    runner.play()
    until(lambda: runner.is_finished)
    submit(runner, Change.RETRAIN, optimizer__lr=0.5, epochs=9)
    assert not runner.is_finished
    until(lambda: runner.is_finished)
    assert is_at(runner, 9)
    submit(runner, seed=3)
    until(lambda: runner.is_finished)
    assert is_at(runner, 12)
    runner.rewind()
    submit(runner, seed=4)
    until(lambda: is_at(runner, 0))
    assert not runner.is_playing


def test_a_paused_run_keeps_its_epoch_when_the_batches_change(runner, until):
    runner.start()
    submit(runner)
    runner.advance(3)
    until(lambda: is_at(runner, 3))
    submit(runner, optimizer__batch_size=10)  # three steps an epoch
    until(lambda: is_at(runner, 9))
    assert runner.epoch == 3


def view_of(generation, run=None, *, epoch=0, is_finished=False):
    snapshot = dataclasses.replace(Training([SMALL], datasets=[DATASET]).peek(), epoch=epoch)
    return View(generation, run, DATASET, snapshot, snapshot, None, None, Look(), is_finished)


def test_views_come_in_order_and_none_after_the_end_of_the_data(runner, clock):
    """A drag shows the networks of positions that lie behind, whatever was changed."""
    box = runner._worker.mailbox
    for change in (Change.RESTART, Change.RETRAIN, Change.RESTART, Change.RETRAIN, Change.RESTART):
        submit(runner, change)
    for generation in (2, 3, 5, 4, 5):
        box.put(view_of(generation))
        clock.advance(FRAME)
    assert [view.generation for view in runner.views] == [2, 3, 5, 5]
    assert runner.view is runner.views[-1]

    runner.withdraw()
    box.put(view_of(5))
    clock.advance(FRAME)
    assert len(runner.views) == 4
    submit(runner)
    for generation in (5, 6):
        box.put(view_of(generation))
        clock.advance(FRAME)
    assert [view.generation for view in runner.views[4:]] == [6]


def test_what_reaches_the_epoch_that_was_shown_is_shown_at_once(runner, clock):
    box = runner._worker.mailbox
    submit(runner)
    runner.play()
    box.put(view_of(1, epoch=5))
    clock.advance(FRAME)
    submit(runner)
    for epoch in (0, 4, 5, 6):
        box.put(view_of(2, epoch=epoch))
        clock.advance(FRAME)
    assert [view.snapshot.epoch for view in runner.views] == [5, 5, 6]
    submit(runner)
    box.put(view_of(3, epoch=3))
    clock.advance(0.9)
    assert runner.view.snapshot.epoch == 6
    clock.advance(0.2)
    assert runner.view.snapshot.epoch == 3  # a long training shows its progress
    submit(runner)
    box.put(view_of(4, epoch=1))
    clock.advance(FRAME)
    assert runner.view.snapshot.epoch == 3
    runner.pause()
    clock.advance(FRAME)
    assert runner.view.snapshot.epoch == 1  # what waits is what there is


@pytest.fixture
def put(runner, monkeypatch):
    """All views that the thread makes, also those that no frame shows."""
    views, put = [], runner._worker.mailbox.put
    monkeypatch.setattr(runner._worker.mailbox, "put", lambda view: put(view) or views.append(view))
    return views


@pytest.fixture
def holding(monkeypatch):
    """Holds trainings of these seeds up as they begin: an event that says so, one to go on."""
    has_begun, goes_on, init = threading.Event(), threading.Event(), Training.__init__

    def hold(*seeds):
        def held(training, experiments, **values):
            init(training, experiments, **values)
            if experiments[0].seed in seeds:
                has_begun.set()
                assert goes_on.wait(20)

        monkeypatch.setattr(Training, "__init__", held)
        return has_begun, goes_on

    yield hold
    goes_on.set()


@pytest.mark.parametrize("change", [Change.RETRAIN, Change.RESTART])
@pytest.mark.parametrize(("grace", "trained"), [(math.inf, [1, 4]), (-math.inf, [4])])
def test_what_takes_less_than_the_grace_is_finished_before_the_newest_is_begun(
    runner, until, put, holding, monkeypatch, change, grace, trained
):
    monkeypatch.setattr(worker, "GRACE", grace)
    has_begun, goes_on = holding(1)
    runner.start()
    submit(runner, seed=1)
    runner.play()
    assert has_begun.wait(60)
    for seed in (2, 3, 4):
        submit(runner, change, seed=seed)
    goes_on.set()
    until(lambda: runner.is_finished)
    assert [view.run.experiment.seed for view in put if view.is_finished] == trained
    # One that is left for a newer one shows how far it came; those between are never begun.
    assert {view.run.experiment.seed for view in put} <= {1, 4}
    assert [view.snapshot.epoch for view in put if view.is_finished] == [12] * len(trained)


def test_a_training_that_ends_as_a_view_is_asked_for_is_shown_once(runner, until, put, monkeypatch):
    monkeypatch.setattr(worker, "GRACE", 0.0)
    train = Training.train

    def train_and_ask(it, goal=None, stop=None):
        records = train(it, goal, stop)
        runner._worker._is_awaited = True  # as by the frame that comes now
        return records

    monkeypatch.setattr(Training, "train", train_and_ask)
    submit(runner)
    runner.play()
    runner.start()
    until(lambda: runner.is_finished)
    runner.look(Look(epoch=3))
    until(lambda: put[-1].look.epoch == 3)  # the thread is past the end
    assert [view.look.epoch for view in put if view.is_finished] == [None, 3]


@pytest.mark.parametrize("change", [Change.RETRAIN, Change.RESTART])
def test_a_hand_that_never_rests_sees_what_long_trainings_come_to(runner, until, put, change):
    runner.start()
    submit(runner, epochs=1_000_000)
    runner.play()
    until(lambda: put)
    moves = itertools.count(1)

    def has_seen_enough():
        """Asked every few milliseconds, sooner than a training may stay silent."""
        submit(runner, change, epochs=1_000_000, regularization__l1=next(moves) * 1e-6)
        return len({view.generation for view in put if view.snapshot.step > 0}) >= 5

    until(has_seen_enough)
    assert not any(view.is_finished for view in put)


def test_kept_weights_go_on_from_a_training_that_is_under_way(
    runner, until, put, holding, monkeypatch
):
    monkeypatch.setattr(worker, "GRACE", math.inf)
    has_begun, goes_on = holding(0)
    runner.start()
    submit(runner)
    runner.play()
    assert has_begun.wait(60)
    submit(runner, Change.ADJUST, regularization__l1=0.1)
    goes_on.set()
    until(lambda: runner.is_finished)
    (view,) = (view for view in put if view.is_finished)
    assert view.run.experiment.regularization.l1 == 0.1
    assert view.run.changed_at == [0]


def test_kept_weights_go_on_from_a_moment_that_is_still_to_be_gone_back_to(
    finished, until, put, holding
):
    run = finished.view.run
    has_begun, goes_on = holding(1)
    submit(finished, seed=1)
    assert has_begun.wait(20)
    finished.go_on_from(SMALL, DATASET, GRID, Start(run=run, epoch=5), 5)
    submit(finished, Change.ADJUST, regularization__l1=0.1)
    finished.play()
    goes_on.set()
    until(lambda: finished.is_finished)
    after = finished.view.run
    assert after.changed_at == [5]
    assert after.experiment.regularization.l1 == 0.1
    losses, before = after.history.column("train_loss"), run.history.column("train_loss")
    assert list(losses[:6]) == list(before[:6])
    assert losses[12] != before[12]


def test_a_run_ends_though_it_is_called_while_its_last_losses_are_measured(runner, until):
    """Which takes very much longer here than a step, and than a frame."""
    values = {"data.n_train": 4, "data.n_valid": 4000, "model.depth": 8, "model.width": 256}
    experiment = replace(SMALL, values | {"epochs": 2})
    dataset = load(experiment.data)
    runner.start()
    runner.submit(experiment, dataset, grid_of(dataset), Change.RESTART)
    runner.play()
    until(lambda: runner._worker.study({}, "auto") or runner.is_finished)
    assert list(runner.view.run.history.epochs) == [0, 1, 2]


@pytest.mark.parametrize("plays", [True, False])
def test_a_training_that_takes_long_shows_its_progress(runner, until, plays):
    """Also a run that is not to play on, but to come as far as it had."""
    runner.start()
    submit(runner, **LONG)
    if plays:
        runner.play()
    else:
        runner.advance(runner.last_step - 1)
    for _ in range(3):
        before = runner.views[-1].snapshot.step if runner.views else 0
        until(lambda: runner.views and runner.views[-1].snapshot.step > before)  # noqa: B023
    assert runner.is_playing == plays
    assert not runner.is_finished
    # Another value does not wait for its end.
    submit(runner, seed=1)
    until(lambda: runner.views[-1].run.experiment.seed == 1)


def test_a_step_beside_a_study_is_made_at_once(runner, until, monkeypatch):
    monkeypatch.setattr(training, "_FLOPS", 1e18)  # it would not come back by itself
    monkeypatch.setattr(training, "_RECORDS", 1_000_000)
    is_at_study, train = threading.Event(), Training.train

    def told(it, goal=None, stop=None):
        if len(it.experiments) == 2:
            is_at_study.set()
        return train(it, goal, stop)

    monkeypatch.setattr(Training, "train", told)
    runner.start()
    submit(runner)
    until(lambda: is_at(runner, 0))
    endless = replace(SMALL, by_path(LONG))
    lineup = Lineup((endless, replace(endless, {"optimizer.lr": 0.1})))
    runner._worker.study({"a": StudyRequest(lineup)}, "auto")
    for step in (1, 2):
        assert is_at_study.wait(60)
        is_at_study.clear()
        runner.advance(1)
        until(lambda: is_at(runner, step))  # noqa: B023


def test_going_on_slowly_begins_at_the_moment(finished, clock, qtbot, holding):
    _, goes_on = holding(0)
    finished.set_speed(1.0)
    finished.go_on_from(SMALL, DATASET, GRID, Start(epoch=5), 5)
    finished.play()  # the thread has not begun
    goes_on.set()
    qtbot.waitUntil(lambda: finished.step == 5)
    clock.advance(1.0)
    qtbot.waitUntil(lambda: finished.step == 6)


def test_a_pause_before_the_moment_is_gone_back_to_waits_there(finished, until, holding):
    _, goes_on = holding(0)
    finished.go_on_from(SMALL, DATASET, GRID, Start(epoch=5), 5)
    finished.play()
    finished.pause()
    finished.advance(2)
    goes_on.set()
    until(lambda: is_at(finished, 7))


def test_a_pause_while_moments_are_filled_in_does_not_end_that(runner, until, monkeypatch):
    longer = replace(SMALL, {"epochs": 24})
    runner.start()
    submit(runner, epochs=24)
    runner.advance(12)
    until(lambda: is_at(runner, 12))
    whole = runner.view.run
    thinned = Run(longer, whole.history, checkpoints=Checkpoints())
    for epoch in (0, 12):
        thinned.checkpoints.keep(whole.checkpoints.at(epoch))
    is_filling, goes_on, train = threading.Event(), threading.Event(), Training.train

    def held(it, goal=None, stop=None):
        is_filling.set()
        assert goes_on.wait(20)
        return train(it, goal, stop)

    monkeypatch.setattr(Training, "train", held)
    runner.go_on_from(longer, DATASET, GRID, Start(run=thinned), 12)
    assert is_filling.wait(20)
    runner.play()
    runner.pause()
    goes_on.set()
    until(lambda: list(runner.view.run.checkpoints.epochs) == list(range(13)))
    assert runner.step == 12


def test_what_is_asked_for_does_not_wait_for_a_frame(finished, clock, qtbot):
    finished.look(Look(epoch=3))
    qtbot.waitUntil(lambda: finished.views[-1].look.epoch == 3)

    # Of many that are asked for within a frame, the next frame shows the last.
    shown = len(finished.views)
    for epoch in (4, 5, 6):
        with qtbot.waitSignal(finished._worker.published):
            finished.look(Look(epoch=epoch))
    assert len(finished.views) == shown
    clock.advance(FRAME)
    assert [view.look.epoch for view in finished.views[shown:]] == [6]


def test_a_view_that_is_late_for_its_frame_does_not_wait_for_the_next(runner, clock):
    submit(runner)
    shown = []
    runner.viewed.connect(lambda view: shown.append(view.snapshot.epoch))

    def publish(epoch):
        runner._worker.mailbox.put(view_of(1, epoch=epoch))
        runner._worker.published.emit(False)
        clock.advance(0.0)

    clock.advance(FRAME)
    publish(1)
    assert shown == [1]
    publish(2)  # there is a frame to come for it
    assert shown == [1]
    clock.advance(FRAME)
    assert shown == [1, 2]
    clock.advance(FRAME * 1.5)
    publish(3)
    assert shown == [1, 2, 3]


def test_what_was_asked_for_is_not_shown_after_the_end(finished, qapp):
    shown, is_there = len(finished.views), threading.Event()
    finished._worker.published.connect(is_there.set, Qt.ConnectionType.DirectConnection)
    finished.look(Look(epoch=3))
    assert is_there.wait(20)  # without events, so that it is not taken yet
    finished.stop()
    qapp.processEvents()
    assert len(finished.views) == shown


def test_the_end_of_an_older_generation_ends_nothing(runner, clock):
    submit(runner)
    runner.play()
    submit(runner, Change.RETRAIN)
    runner._worker.mailbox.put(view_of(1, is_finished=True))
    clock.advance(FRAME)
    assert runner.is_playing
    assert not runner.is_finished
    runner._worker.mailbox.put(view_of(2, is_finished=True))
    clock.advance(FRAME)
    assert not runner.is_playing
    assert runner.is_finished


def test_with_nothing_to_train_nothing_plays(runner, until):
    runner.play()
    runner.advance(1)
    runner.advance_epoch()
    assert not runner.is_playing
    runner.start()
    submit(runner)
    runner.play()
    until(lambda: runner.is_finished)
    runner.withdraw()
    runner.play()
    assert not runner.is_playing
    assert runner.last_step == 0


@pytest.mark.parametrize("member", [1, 5])
def test_where_a_study_has_no_such_member_any_more_the_run_is_shown(finished, until, member):
    """Nor was one that waits for its round begun."""
    sweep = Sweep(SMALL, (SweepAxis("optimizer.lr", (0.1, 0.2, 0.3)),))
    finished._worker.study({"a": StudyRequest(sweep)}, "auto")
    finished.look(Look(study="a", member=member))
    assert finished.await_rest(20)
    finished.look(Look(study="a", member=member, best=True))
    until(lambda: finished.views[-1].look.best or finished.messages)
    assert finished.messages == []
    assert finished.views[-1].is_preview == (member == 1)


def test_a_message_of_an_older_generation_is_not_told(runner):
    submit(runner)
    submit(runner)
    runner._worker.failed.emit(1, "old")
    assert runner.messages == []
    runner._worker.failed.emit(2, "new")
    runner._worker.failed.emit(0, "no torch")
    assert runner.messages == ["new", "no torch"]


def test_nothing_is_told_of_what_is_no_longer_wanted(runner):
    submit(runner)
    runner.withdraw()
    runner._worker.failed.emit(runner.generation, "old")
    assert (runner.messages, runner.problem) == ([], "")


def test_without_torch_nothing_trains_and_the_reason_stands(runner):
    submit(runner)
    runner.play()
    runner._worker.failed.emit(0, "no torch")
    submit(runner, epochs=13)
    runner.play()
    assert not runner.is_playing
    assert runner.problem == "no torch"
    runner.withdraw()
    assert runner.problem == "no torch"


def test_the_mailbox_holds_the_newest():
    box = Mailbox()
    assert box.is_empty
    assert box.take() is None
    first, second = view_of(1), view_of(2)
    box.put(first)
    assert not box.is_empty
    box.put(second)
    assert box.take() is second
    assert box.take() is None
    assert box.is_empty


def test_no_view_is_lost_between_two_threads():
    box, last = Mailbox(), view_of(5_000)
    views = [view_of(0)] * 5_000 + [last]
    thread = threading.Thread(target=lambda: [box.put(view) for view in views])
    thread.start()
    taken = None
    while taken is not last:
        taken = box.take() or taken
        assert thread.is_alive() or taken is last or not box.is_empty
    thread.join()


def test_a_later_change_includes_the_one_that_still_waits(qtbot):
    thread = Worker()
    for generation, change in [(1, Change.RESTART), (2, Change.ADJUST), (3, Change.RETRAIN)]:
        thread.submit(Job(generation, SMALL, DATASET, GRID, "cpu", change, 0))
    assert thread._job.generation == 3
    assert thread._job.change is Change.RESTART


def test_a_waiting_worker_shows_the_same_only_once(runner, until, clock, qtbot):
    runner.start()
    submit(runner)
    until(lambda: is_at(runner, 0))
    runner.set_speed(1.0)
    runner.play()
    until(lambda: is_at(runner, 1))
    seen = len(runner.views)
    until(lambda: is_at(runner, 2))  # 60 frames later
    assert len(runner.views) - seen <= 2


def test_a_step_asked_for_before_a_restart_has_begun_is_its_first(runner, until, monkeypatch):
    runner.start()
    submit(runner)
    runner.play()
    until(lambda: runner.is_finished)
    goes_on, init = threading.Event(), Training.__init__

    def slow(*arguments, **values):
        goes_on.wait(10)
        init(*arguments, **values)

    monkeypatch.setattr(Training, "__init__", slow)
    runner.rewind()
    submit(runner, seed=1)
    assert runner.step == runner.epoch == 0  # not those of the run before
    runner.advance(1)
    goes_on.set()
    until(lambda: is_at(runner, 1))


def test_a_run_that_came_further_than_its_new_end_meanwhile_begins_anew(finished, until):
    submit(finished, Change.ADJUST, epochs=5)  # chosen when it was not there yet
    until(lambda: finished.is_finished)
    assert finished.views[-1].snapshot.epoch == 5
    assert list(finished.views[-1].run.history.epochs) == list(range(6))


def test_a_run_that_came_further_by_a_part_of_an_epoch_begins_anew_too(runner, until):
    batches = {"optimizer__batch_size": 8}  # four steps an epoch
    runner.start()
    submit(runner, **batches)
    runner.play()
    until(lambda: runner.is_finished)
    end = runner.view
    assert end.snapshot.step == 48
    submit(runner, Change.ADJUST, epochs=24, **batches)
    runner.advance(2)
    until(lambda: is_at(runner, 50))
    submit(runner, Change.ADJUST, **batches)
    runner.play()
    until(lambda: runner.is_finished)
    assert runner.view.snapshot.step == 48
    np.testing.assert_array_equal(runner.view.fit.train, end.fit.train)


def test_a_run_that_is_given_more_epochs_has_the_records_of_one_that_had_them_from_the_start(
    finished, until
):
    def train(epochs):
        submit(finished, Change.ADJUST, epochs=epochs)
        until(lambda: finished.is_finished)
        run = finished.view.run
        return run, list(run.history.epochs)

    whole = Training([replace(SMALL, {"epochs": 60})], device="cpu")
    records = []
    while not whole.finished:
        records += whole.train()
    expected = [record.snapshot.epoch for record in records]
    assert 21 not in expected
    run, epochs = train(21)
    assert epochs == [*range(22)]
    assert train(21) == (run, epochs)
    _, epochs = train(60)
    assert epochs == expected == [*run.checkpoints.epochs]
    losses = [record.snapshot.value("train_loss") for record in records]
    assert list(run.history.column("train_loss")) == losses
