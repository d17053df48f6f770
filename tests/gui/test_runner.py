"""The runner and its thread without any widget, on a virtual clock."""

import threading

import pytest
from PySide6.QtCore import Qt

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.training import Training
from regplay.gui.clock import VirtualClock
from regplay.gui.messages import Job, Look, Mailbox, View
from regplay.gui.runner import FRAME, Runner
from regplay.gui.worker import Worker
from regplay.session.session import Change

SMALL = replace(Experiment(), {"epochs": 12, "model.depth": 1, "model.width": 4})
DATASET = load(SMALL.data)
GRID = grid_of(DATASET)


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def runner(clock, qapp):
    made = Runner(clock)
    made.views, made.playing, made.messages = [], [], []
    made.viewed.connect(made.views.append)
    made.playingChanged.connect(made.playing.append)
    made.failed.connect(made.messages.append)
    yield made
    made.stop()


@pytest.fixture
def until(qtbot, clock):
    """Let frames pass until something is so."""

    def is_so(condition):
        clock.advance(FRAME)
        return condition()

    return lambda condition: qtbot.waitUntil(lambda: bool(is_so(condition)), timeout=20_000)


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
    paths = {path.replace("__", "."): value for path, value in values.items()}
    runner.submit(replace(SMALL, paths), DATASET, GRID, change)


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


def view_of(generation, run=None, *, is_finished=False):
    snapshot = Training([SMALL], datasets=[DATASET]).record()
    return View(generation, run, DATASET, snapshot, snapshot, None, None, Look(), is_finished)


def test_views_of_an_older_generation_are_dropped(runner, clock):
    box = runner._worker.mailbox
    for _ in range(3):
        submit(runner)  # restarts: the views of what came before are of no use
    box.put(view_of(2))
    clock.advance(FRAME)
    assert runner.views == []

    # A retraining shows the networks of slider positions that lie behind, but in order.
    submit(runner, Change.RETRAIN)
    submit(runner, Change.RETRAIN)
    for generation in (3, 5, 4, 5):
        box.put(view_of(generation))
        clock.advance(FRAME)
    assert [view.generation for view in runner.views] == [3, 5, 5]
    assert runner.view is runner.views[-1]

    runner.withdraw()
    box.put(view_of(5))
    clock.advance(FRAME)
    assert len(runner.views) == 3


def test_what_is_asked_for_does_not_wait_for_a_frame(finished, clock, qtbot):
    finished.look(Look(epoch=3))
    qtbot.waitUntil(lambda: finished.views[-1].look.epoch == 3)

    # Of many that are asked for within a frame, the next frame shows the last.
    shown = len(finished.views)
    for epoch in (4, 5, 6):
        with qtbot.waitSignal(finished._worker.looked):
            finished.look(Look(epoch=epoch))
    assert len(finished.views) == shown
    clock.advance(FRAME)
    assert [view.look.epoch for view in finished.views[shown:]] == [6]


def test_what_was_asked_for_is_not_shown_after_the_end(finished, qapp):
    shown, is_there = len(finished.views), threading.Event()
    finished._worker.looked.connect(is_there.set, Qt.ConnectionType.DirectConnection)
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


def test_a_message_of_an_older_generation_is_not_told(runner):
    submit(runner)
    submit(runner)
    runner._worker.failed.emit(1, "old")
    assert runner.messages == []
    runner._worker.failed.emit(2, "new")
    runner._worker.failed.emit(0, "no torch")
    assert runner.messages == ["new", "no torch"]


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
    worker = Worker()
    for generation, change in [(1, Change.RESTART), (2, Change.ADJUST), (3, Change.RETRAIN)]:
        worker.submit(Job(generation, SMALL, DATASET, GRID, "cpu", change, 0))
    assert worker._job.generation == 3
    assert worker._job.change is Change.RESTART


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
