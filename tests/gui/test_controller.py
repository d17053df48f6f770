"""What each command does, without any widget, on a virtual clock."""

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from keywords import by_path
from PySide6.QtCore import QTimer
from trainings import assert_same, trained

from regplay.core.datasets import REGISTRY, load
from regplay.core.datasets.own_table import Check
from regplay.core.experiment import Experiment
from regplay.core.fields import get, replace
from regplay.core.hyperparameters import why_unused
from regplay.core.sweep import Lineup
from regplay.gui.controller import Controller
from regplay.gui.training import FRAME, VirtualClock
from regplay.gui.training.messages import Look, Start, StudyRequest
from regplay.session.drawing import Drawing
from regplay.session.session import Annotation, Change, Run

WD, L1 = "regularization.weight_decay", "regularization.l1"
SMALL = replace(
    Experiment(), {"epochs": 20, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}
)
LONG = {"epochs": 1_000_000, "optimizer.batch_size": 1}


class Beside:
    """Has these experiments trained together beside the run."""

    def __init__(self, *experiments: Experiment) -> None:
        self.lineup = Lineup(experiments)

    def wanted(self, experiment, epoch):
        return {"beside": StudyRequest(self.lineup)}

    def show_studies(self, studies, epoch):
        pass


class Watcher:
    """Hears all that a controller says, and lets time pass until something is so."""

    def __init__(self, controller: Controller, clock: VirtualClock, qtbot) -> None:
        self.controller, self.clock, self._qtbot = controller, clock, qtbot
        self.experiments, self.data, self.views, self.readings = [], [], [], []
        self.untrained, self.messages, self.looks = [], [], []
        controller.experiment_changed.connect(lambda *told: self.experiments.append(told))
        controller.data_changed.connect(lambda *told: self.data.append(told))
        controller.untrained.connect(lambda *told: self.untrained.append(told))
        controller.reading_changed.connect(self.readings.append)
        controller.look_changed.connect(self.looks.append)
        controller.message.connect(self.messages.append)
        controller.runner.viewed.connect(self.views.append)

    @property
    def view(self):
        return self.views[-1]

    @property
    def experiment(self) -> Experiment:
        return self.controller.session.experiment

    def wait(self, condition) -> None:
        def is_so():
            self.clock.advance(FRAME)
            return bool(condition())

        self._qtbot.waitUntil(is_so)

    def wait_for_epoch(self, epoch: int):
        """Until the present experiment is shown at this epoch."""
        runner = self.controller.runner
        self.wait(
            lambda: (
                self.views
                and self.view.generation == runner.generation
                and self.view.snapshot.epoch == epoch
                and not self.view.is_preview
            )
        )
        return self.view

    def change(self, **values: object) -> None:
        self.controller.set_values(by_path(values))

    def train(self):
        """To the end."""
        self.controller.runner.play()
        return self.wait_for_epoch(self.experiment.epochs)

    def train_beside(self, *experiments: Experiment) -> None:
        self.controller.studies.add(Beside(*experiments))
        studies = self.controller.studies
        self.wait(lambda: "beside" in studies.studies and studies.studies["beside"].finished)


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def watcher(clock, qapp, qtbot):
    """At a controller of a small experiment that waits."""
    controller = Controller(SMALL, clock)
    watcher = Watcher(controller, clock, qtbot)
    controller.reset()
    controller.runner.start()
    watcher.wait(lambda: watcher.views)
    yield watcher
    controller.runner.stop()


ALONE = """
import sys
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controller import Controller

sys.path.insert(0, sys.argv[1])
from regplay.gui.training import VirtualClock

app, clock = QCoreApplication([]), VirtualClock()
controller = Controller(replace(Experiment(), {"epochs": 5}), clock)
controller.reset()
controller.runner.start()
controller.toggle()
ticks = QTimer()
ticks.timeout.connect(lambda: clock.advance(0.02))
ticks.start(10)
while not controller.runner.is_finished:
    app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
ticks.stop()
controller.pin()
controller.set_values({"regularization.weight_decay": 0.1})
controller.undo()
controller.runner.stop()
assert len(controller.pins) == 1
widgets = {"PySide6.QtWidgets", "PySide6.QtGui", "pyqtgraph"}
print(sorted(widgets & set(sys.modules)))
"""


def test_it_trains_pins_and_undoes_in_a_process_without_any_widget(tmp_path):
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    place = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, str(script), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        cwd=place,
        check=True,
    )
    assert told.stdout.strip() == "[]"


# a change


def test_a_change_is_told_with_its_data_and_trained_with_a_new_number(watcher):
    watcher.train()
    generation = watcher.controller.runner.generation
    watcher.change(regularization__weight_decay=0.1)
    assert watcher.experiments[-1] == (watcher.experiment, watcher.controller.dataset)
    assert watcher.experiment.regularization.weight_decay == 0.1
    view = watcher.wait_for_epoch(20)
    assert view.generation == generation + 1
    assert view.run.experiment == watcher.experiment


@pytest.mark.parametrize("path", [WD, "regularization.dropout", "optimizer.batch_size"])
def test_a_change_retrains_as_if_it_had_been_so_from_the_start(watcher, path):
    first = watcher.train()
    assert_same(first.run.history, trained(SMALL))
    watcher.controller.set_values({path: 0.2 if path.startswith("regul") else 5})
    runner = watcher.controller.runner
    watcher.wait(lambda: runner.is_finished)
    second = watcher.view
    assert second.run is not first.run
    assert second.run.changed_at == []
    assert_same(second.run.history, trained(watcher.experiment))


def test_a_paused_run_retrains_as_far_as_it_had_got(watcher):
    watcher.controller.set_values({"epochs": 100_000})
    for epoch in (1, 2, 3):
        watcher.controller.runner.advance_epoch()
        watcher.wait_for_epoch(epoch)
    watcher.change(regularization__l1=0.1)
    view = watcher.wait_for_epoch(3)
    assert not view.is_finished
    assert not watcher.controller.runner.is_playing
    assert_same(view.run.history, trained(replace(view.run.experiment, {"epochs": 3})))


@pytest.mark.parametrize(
    "values", [{"model.depth": 1}, {"data.noise": 0.5}, {"optimizer.batch_size": 7}]
)
def test_another_shape_or_other_data_restart_even_with_kept_weights(watcher, values):
    watcher.controller.set_keeps_weights(True)
    last = watcher.train()
    watcher.controller.set_values(values)
    watcher.wait(lambda: watcher.controller.runner.is_finished)
    assert watcher.view.run is not last.run
    assert watcher.view.snapshot.epoch == 20
    assert_same(watcher.view.run.history, trained(watcher.experiment))


def test_kept_weights_go_on_from_where_they_are(watcher):
    watcher.controller.set_keeps_weights(True)
    first = watcher.train()
    watcher.change(regularization__weight_decay=0.1)
    second = watcher.wait_for_epoch(40)  # it had trained all, and was given as many again
    assert second.run is first.run
    assert second.run.changed_at == [20]
    assert watcher.experiment.epochs == 40
    penalty = second.run.history.column("penalty")
    before = second.run.history.epochs <= 20
    assert not penalty[before].any()
    assert penalty[~before].all()


def test_undo_trains_what_was_before_anew_even_with_kept_weights(watcher):
    watcher.controller.set_keeps_weights(True)
    watcher.train()
    watcher.change(regularization__weight_decay=0.1)
    watcher.wait_for_epoch(40)
    changed = watcher.experiment
    for step, experiment in (("undo", SMALL), ("redo", changed), ("undo", SMALL)):
        getattr(watcher.controller, step)()
        assert watcher.experiment == experiment
        watcher.wait(lambda: watcher.controller.runner.is_finished)
        assert_same(watcher.view.run.history, trained(experiment))


def test_a_change_takes_a_message_away_and_shows_the_newest(watcher):
    watcher.train()
    watcher.controller.look(epoch=5)
    watcher.messages.clear()
    watcher.change(regularization__l1=0.1)
    assert watcher.messages[-1] == ""
    assert watcher.looks[-1].epoch is None
    assert watcher.wait_for_epoch(20).look.epoch is None


def test_a_change_of_nothing_trains_nothing(watcher):
    generation = watcher.controller.runner.generation
    watcher.controller.change(watcher.experiment)
    assert watcher.controller.runner.generation == generation


def test_undo_and_redo_go_through_changes_but_not_through_what_a_drag_passes(watcher):
    for value in (0.1, 0.2, 0.3):
        watcher.change(regularization__weight_decay=value)
    watcher.clock.advance(2.0)
    watcher.change(seed=5)
    watcher.controller.undo()
    assert watcher.experiment == replace(SMALL, {WD: 0.3})
    watcher.controller.undo()
    assert watcher.experiment == SMALL
    watcher.controller.undo()  # there is nothing before
    assert watcher.experiment == SMALL
    for _ in range(2):
        watcher.controller.redo()
    assert watcher.experiment == replace(SMALL, {WD: 0.3, "seed": 5})


def test_a_new_seed_leaves_the_data_as_they_are(watcher):
    dataset = watcher.controller.dataset
    watcher.controller.new_seed()
    assert watcher.experiment.seed == 1
    assert watcher.controller.dataset is dataset


def test_what_is_begun_waits_at_initial_weights_even_where_weights_are_kept(watcher):
    watcher.train()
    watcher.controller.set_keeps_weights(True)
    other = replace(SMALL, {WD: 0.1})
    watcher.controller.begin(other)
    assert watcher.wait_for_epoch(0).run.experiment == other


def test_what_was_changed_on_its_way_is_begun_anew(watcher):
    changed_on_its_way(watcher)  # weights are no longer kept
    watcher.controller.begin(watcher.experiment)
    assert watcher.wait_for_epoch(0).run.changed_at == []


def test_what_is_begun_again_stays_where_it_is(watcher):
    watcher.train()
    generation = watcher.controller.runner.generation
    watcher.controller.begin(SMALL)
    assert watcher.controller.runner.generation == generation


# data


def test_data_are_told_once_and_other_ones_are_drawn_with_their_first_view(watcher):
    watcher.train()
    assert watcher.data == [(watcher.controller.dataset, False)]
    before = watcher.controller.dataset
    watcher.change(data__noise=1.0)
    assert watcher.controller.dataset is not before
    assert len(watcher.data) == 1  # what is drawn stays until there is a fit of them
    watcher.wait_for_epoch(20)
    assert watcher.data[1:] == [(watcher.controller.dataset, False)]


def test_an_edited_point_is_drawn_at_once_and_stays_where_it_was_put(watcher):
    drawing = Drawing.of(watcher.controller.dataset, watcher.experiment.data)
    drawing = drawing.moved(0, [0.0, 1.0])
    watcher.controller.set_editing(True)
    first = drawing.experiment(watcher.experiment)
    watcher.controller.change(first, False)
    view = watcher.train()
    moved = drawing.with_outlier(lambda x: np.zeros(len(x))).experiment(first)
    watcher.controller.change(moved, False)
    dataset = watcher.controller.dataset
    assert watcher.data[-1] == (dataset, True)
    watcher.controller.runner.viewed.emit(view)  # as of a training that was nearly done
    assert watcher.data[-1] == (dataset, True)
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    assert watcher.experiment == first


def test_a_view_from_before_is_drawn_over_its_own_points(watcher):
    """Also where those of the experiment were drawn, which a network under the handle learned."""
    older = watcher.train()
    other = replace(watcher.experiment, {"data.noise": 1.0})
    points = load(other.data)
    under_handle = dataclasses.replace(
        older, run=Run(other), dataset=points, look=Look(study="beside")
    )
    watcher.controller.runner.viewed.emit(under_handle)
    assert watcher.data[-1] == (points, False)
    watcher.controller.change(other)
    assert watcher.controller.dataset is points
    watcher.controller.runner.viewed.emit(older)  # as of a training that was nearly done
    assert watcher.data[-1] == (older.dataset, False)
    watcher.wait_for_epoch(20)
    assert watcher.data[-1] == (points, False)


def test_data_that_can_not_be_loaded_are_told_and_tried_again(watcher, tmp_path):
    table = tmp_path / "table.csv"
    values = {"data.name": "csv", "data.file": str(table), "data.n_train": 6, "data.n_valid": 4}
    watcher.controller.set_values(values)
    assert str(table) in watcher.messages[-1]
    assert watcher.controller.dataset is None
    assert watcher.data[-1] == (None, False)
    assert watcher.untrained[-1] == (watcher.experiment, None, watcher.messages[-1])
    watcher.controller.toggle()
    assert str(table) in watcher.messages[-1]
    table.write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(12)))
    watcher.controller.toggle()
    assert watcher.messages[-1] == ""
    watcher.wait_for_epoch(20)


@pytest.mark.parametrize("has_data", [True, False])
@pytest.mark.parametrize("way", ["set_values", "open", "delete_pin", "undo"])
def test_why_nothing_is_shown_stands_until_something_is(watcher, tmp_path, way, has_data):
    controller, runner = watcher.controller, watcher.controller.runner
    controller.pin()
    if has_data:
        watcher.change(model__width=5)
        runner._worker.failed.emit(runner.generation, "No room.")
        why = "No room."
    else:
        watcher.change(data__name="csv", data__file=str(tmp_path / "gone.csv"))
        why = watcher.messages[-1]
    assert why
    experiment = watcher.experiment
    controller.annotate((), (Annotation(draw="text", points=((0.0, 0.0),), text="x"),))
    commands = {
        "set_values": lambda: controller.set_values({"seed": experiment.seed}),
        "open": lambda: controller.open(experiment),
        "delete_pin": lambda: controller.delete_pin(next(iter(controller.pins))),
        "undo": controller.undo,
    }
    commands[way]()
    assert watcher.messages[-1] == controller.problem == why
    controller.open(SMALL)
    assert watcher.messages[-1] == controller.problem == ""


@pytest.mark.parametrize("way", ["change", "open", "begin", "adopt", "toggle", "undo", "redo"])
def test_a_table_is_read_beside_before_anything_is_changed(watcher, monkeypatch, tmp_path, way):
    """Until the main thread has called back: it would not, if it read the table itself."""
    table, goes_on, seen, waited = tmp_path / "a.csv", threading.Event(), [], []
    rows = "x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20))
    values = {"data.name": "csv", "data.file": str(table), "data.n_train": 0, "data.n_valid": 0}
    experiment, controller = replace(SMALL, values), watcher.controller
    if way != "toggle":
        table.write_text(rows)
    if way in ("toggle", "undo", "redo"):
        controller.open(experiment)
    if way in ("undo", "redo"):
        controller.open(SMALL)
    if way == "redo":
        controller.undo()
        controller.undo()
    table.write_text(f"{rows}20,400\n")  # another than was read
    before, steps = watcher.experiment, Check.steps

    def slowly(check):
        waited.append(goes_on.wait(60))
        return steps(check)

    def look():
        seen.append(watcher.experiment)
        goes_on.set()

    monkeypatch.setattr(Check, "steps", slowly)
    controller.waits.connect(waited.append)
    QTimer.singleShot(200, look)
    {
        "change": lambda: controller.change(experiment),
        "open": lambda: controller.open(experiment),
        "begin": lambda: controller.begin(experiment),
        "adopt": lambda: controller.adopt(experiment, Start("gone", 0)),
        "toggle": controller.toggle,
        "undo": controller.undo,
        "redo": controller.redo,
    }[way]()
    assert waited == [True, True, False]
    assert seen == [before]
    assert watcher.experiment == experiment
    dataset = controller.dataset
    assert len(dataset.train.x) + len(dataset.valid.x) == 21


@pytest.mark.parametrize("values", [{"data.n_train": 30}, {"data.noise": 0.2}])
def test_points_with_many_inputs_are_drawn_beside(watcher, monkeypatch, values):
    """By whoever asks for them, or asks what can learn them."""
    drawn_on, spec = [], REGISTRY["linear"]

    def make(settings):
        drawn_on.append(threading.current_thread() is threading.main_thread())
        return spec.make(settings)

    watcher.controller.open(replace(SMALL, {"data.name": "linear", "data.n_inputs": 20}))
    monkeypatch.setitem(REGISTRY, "linear", dataclasses.replace(spec, make=make))
    watcher.controller.set_values(values)
    assert why_unused(watcher.experiment, "model.degree")
    assert drawn_on == [False]


# the course of training


@pytest.mark.parametrize("presses", [1, 2])
def test_nothing_that_waits_for_pytorch_is_paused(clock, qapp, qtbot, presses):
    watcher = Watcher(Controller(SMALL, clock), clock, qtbot)
    watcher.controller.reset()
    watcher.controller.runner.play()
    for _ in range(presses):
        watcher.controller.toggle()
    watcher.controller.runner.start()
    watcher.wait_for_epoch(20)
    watcher.controller.runner.stop()


def seen_epochs(watcher) -> list[int]:
    """The moments that were asked for, one after another."""
    return [look.epoch for look in watcher.looks]


def test_a_finished_run_is_shown_once_more_in_five_seconds(watcher):
    view = watcher.train()
    kept = view.run.checkpoints.epochs.tolist()
    watcher.looks.clear()
    watcher.controller.toggle()
    assert watcher.controller.replay.is_on
    watcher.clock.advance(2.45)
    middle = seen_epochs(watcher)
    assert middle == kept[: len(middle)]
    assert abs(len(middle) - len(kept) / 2) <= 1
    watcher.clock.advance(2.5)
    assert watcher.controller.replay.is_on
    watcher.clock.advance(0.1)
    assert not watcher.controller.replay.is_on
    assert seen_epochs(watcher) == [*kept[:-1], None]
    assert watcher.experiment.epochs == 20
    assert watcher.wait_for_epoch(20).run is view.run


@pytest.mark.parametrize("seconds", [10.0, 20.0])
def test_a_replay_takes_as_long_as_was_chosen(watcher, seconds):
    watcher.train()
    watcher.controller.replay.seconds = seconds
    watcher.controller.toggle()
    watcher.clock.advance(seconds - 0.1)
    assert watcher.controller.replay.is_on
    watcher.clock.advance(0.2)
    assert not watcher.controller.replay.is_on


def test_a_replay_pauses_and_goes_on_where_it_was(watcher):
    kept = watcher.train().run.checkpoints.epochs.tolist()
    told = []
    watcher.controller.replay.playing_changed.connect(told.append)
    watcher.controller.toggle()
    watcher.clock.advance(2.0)
    watcher.controller.toggle()
    epoch = watcher.looks[-1].epoch
    watcher.clock.advance(60.0)
    assert watcher.looks[-1].epoch == epoch
    watcher.wait(lambda: watcher.readings[-1].look.epoch == epoch)
    watcher.controller.toggle()
    watcher.clock.advance(1.0)
    assert kept.index(watcher.looks[-1].epoch) - kept.index(epoch) in (3, 4)
    watcher.clock.advance(3.0)
    assert watcher.looks[-1].epoch is None
    assert told == [True, False, True, False]


@pytest.mark.parametrize("why", ["another moment", "another value", "more epochs", "best"])
def test_whatever_else_is_done_ends_a_replay(watcher, why):
    kept = watcher.train().run.checkpoints.epochs.tolist()
    watcher.controller.toggle()
    watcher.clock.advance(2.0)
    if why == "another moment":
        watcher.controller.look(epoch=kept[1])
    elif why == "another value":
        watcher.change(regularization__weight_decay=0.1)
    elif why == "more epochs":
        watcher.change(epochs=25)
    else:
        watcher.controller.restore_best()
    assert not watcher.controller.replay.is_on
    shown = len(watcher.looks)
    watcher.clock.advance(10.0)
    assert len(watcher.looks) == shown


def test_more_epochs_are_asked_for_by_their_number(watcher):
    first = watcher.train()
    watcher.change(epochs=40)
    assert watcher.wait_for_epoch(40).run is first.run


def test_a_run_that_stopped_by_itself_is_shown_once_more(watcher):
    watcher.change(epochs=20_000, regularization__early_stopping=3)
    watcher.controller.toggle()
    watcher.wait(lambda: watcher.controller.runner.is_finished)
    stopped = watcher.view.snapshot.epoch
    watcher.controller.toggle()
    assert watcher.controller.replay.is_on
    watcher.clock.advance(6.0)
    assert watcher.view.snapshot.epoch == stopped
    assert not watcher.controller.runner.is_playing


@pytest.mark.parametrize("early_stopping", [0, 10])
def test_restore_best_is_one_step_back_and_forward(watcher, early_stopping):
    watcher.change(epochs=400, optimizer__lr=0.05, regularization__early_stopping=early_stopping)
    watcher.controller.runner.play()
    watcher.wait(lambda: watcher.controller.runner.is_finished)
    view = watcher.view
    last, history = view.snapshot.epoch, view.run.history
    best = int(history.epochs[history.best()])
    assert 0 < best < last
    losses = history.column("valid_loss").copy()
    watcher.controller.restore_best()
    watcher.wait_for_epoch(best)
    watcher.controller.undo()
    back = watcher.wait_for_epoch(last)
    np.testing.assert_array_equal(back.run.history.column("valid_loss"), losses)
    assert back.is_finished
    watcher.controller.redo()
    watcher.wait_for_epoch(best)
    watcher.controller.undo()
    watcher.wait_for_epoch(last)
    watcher.controller.undo()  # and then the settings before
    assert watcher.experiment == SMALL


def test_going_on_from_an_earlier_moment_can_be_undone(watcher):
    losses = watcher.train().run.history.column("valid_loss").copy()
    watcher.change(epochs=20)
    watcher.controller.look(epoch=5)
    watcher.controller.continue_from_here()
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    np.testing.assert_array_equal(
        watcher.wait_for_epoch(20).run.history.column("valid_loss"), losses
    )


def test_comparing_lets_the_run_wait(watcher):
    wanted = []
    watcher.controller.comparison_wanted.connect(lambda: wanted.append(True))
    watcher.controller.set_values(LONG)
    watcher.controller.toggle()
    watcher.controller.compare()
    assert wanted == [True]
    assert not watcher.controller.runner.is_playing


def test_words_are_told_no_more_than_ten_times_a_second_of_the_clock(watcher):
    watcher.controller.set_values(LONG)
    watcher.controller.toggle()
    watcher.wait(lambda: watcher.view.snapshot.epoch > 0)
    before, views, began = len(watcher.readings), len(watcher.views), watcher.clock.now()
    watcher.wait(lambda: len(watcher.views) > views + 20)
    told = len(watcher.readings) - before
    assert 1 <= told <= (watcher.clock.now() - began) / 0.1 + 1
    assert told < 20


def test_words_of_what_rests_are_told_however_soon(watcher):
    for step in range(1, 6):
        watcher.controller.runner.advance(1)
        assert watcher.wait_for_epoch(step) is watcher.readings[-1]


# looking back, and pins


def test_a_moment_that_is_gone_back_to_is_the_present_one(watcher):
    run = watcher.train().run
    state = run.checkpoints.at(10)
    watcher.controller.look(epoch=10)
    watcher.controller.go_back(10)
    view = watcher.wait_for_epoch(10)
    assert view.look.epoch is None
    assert view.run.checkpoints.last is state
    assert watcher.experiment == SMALL
    watcher.controller.runner.advance_epoch()
    again = watcher.wait_for_epoch(11).run.history
    np.testing.assert_array_equal(again.column("train_loss"), run.history.column("train_loss")[:12])


@pytest.mark.parametrize("change", [{"model.width": 5}, {"optimizer.lr": 0.2}])
def test_a_moment_of_what_is_still_shown_is_its_own_though_another_run_has_begun(watcher, change):
    run, controller = watcher.train().run, watcher.controller
    controller.set_values(change)
    assert controller.runner.await_rest(20)  # that is trained, but nobody has seen it
    controller.go_back(10)
    watcher.wait(lambda: controller.runner.is_up_to_date)
    assert not any(watcher.messages)
    again = watcher.view.run.history
    np.testing.assert_array_equal(again.column("train_loss"), run.history.column("train_loss")[:11])


def test_it_trains_on_from_the_moment_shown(watcher):
    run = watcher.train().run
    watcher.controller.look(epoch=10)
    watcher.controller.continue_from_here()
    assert watcher.controller.runner.is_playing
    again = watcher.wait_for_epoch(20).run
    assert again is not run
    losses = [it.history.column("train_loss") for it in (again, run)]
    np.testing.assert_array_equal(*losses)


def test_the_best_epoch_is_where_the_validation_loss_was_smallest(watcher):
    watcher.change(epochs=400, optimizer__lr=0.05)
    history = watcher.train().run.history
    best = int(history.epochs[history.best()])
    watcher.controller.restore_best()
    view = watcher.wait_for_epoch(best)
    assert view.snapshot.value("valid_loss") == history.column("valid_loss").min()


def test_a_run_is_pinned_whole_whatever_moment_of_it_is_shown(watcher):
    last = watcher.train().fit
    watcher.controller.look(epoch=5)
    watcher.wait(lambda: watcher.view.fit.epoch == 5)
    watcher.controller.pin()
    (pin,) = watcher.controller.pins
    assert pin.run.history.epochs[-1] == pin.fit.epoch == 20
    np.testing.assert_allclose(pin.fit.grid, last.grid, rtol=1e-5)


def test_one_pin_too_many_is_refused_with_a_message(watcher):
    changes = []
    watcher.controller.pins_changed.connect(lambda: changes.append(True))
    for _ in range(13):
        watcher.controller.pin()
    assert len(watcher.controller.pins) == len(changes) == 12
    assert "12 runs are pinned" in watcher.messages[-1]


@pytest.fixture
def pinned(watcher):
    """Three pins, a, b and c, and what is told of them from now on: their names in order."""
    for name in "abc":
        watcher.controller.pin(name=name)
    told = []
    watcher.controller.pins_changed.connect(
        lambda: told.append([pin.name for pin in watcher.controller.pins])
    )
    return told


def test_pins_are_named_hidden_and_moved(watcher, pinned):
    controller = watcher.controller
    first, _, last = controller.pins
    controller.rename_pin(first, " another   name ")
    assert pinned == [["another name", "b", "c"]]
    controller.move_pin(last, 0)
    assert pinned[1:] == [["c", "another name", "b"]]
    for is_hidden in (True, False):
        controller.set_pin_hidden(first, is_hidden)
        assert [pin.is_hidden for pin in controller.pins] == [False, is_hidden, False]
    assert len(pinned) == 4


def test_what_was_deleted_last_comes_back_first_in_its_place_and_colour(watcher, pinned):
    controller, before = watcher.controller, [*watcher.controller.pins]
    colors = [pin.color for pin in before]
    for place in (0, 1, 0):
        controller.delete_pin(controller.pins[place])
    assert pinned == [["b", "c"], ["b"], []]
    assert [controller.put_pin_back() for _ in before] == [before[1], before[2], before[0]]
    assert pinned[3:] == [["b"], ["b", "c"], ["a", "b", "c"]]
    assert [*controller.pins] == before
    assert [pin.color for pin in before] == colors
    assert not controller.pins.deleted


def pin_another(controller):
    controller.pin()


def open_other_pins(controller):
    controller.restore_pins([])


def forget(controller):
    controller.forget_deleted_pins()


@pytest.mark.parametrize("then", [pin_another, open_other_pins, forget])
def test_what_was_deleted_can_be_put_back_until(watcher, pinned, then):
    controller = watcher.controller
    controller.delete_pin(controller.pins[0])
    (deleted,) = controller.pins.deleted
    assert (deleted[0].name, deleted[1]) == ("a", 0)
    controller.rename_pin(controller.pins[0], "other")
    assert controller.pins.deleted == [deleted]
    then(controller)
    assert not controller.pins.deleted
    assert len(pinned) == 3


def test_what_restored_pins_lack_comes_later_and_to_the_deleted_too(watcher, pinned):
    controller = watcher.controller
    kept, gone = controller.pins[:2]
    kept.fit = gone.fit = None
    controller.delete_pin(gone)
    fit, grid = watcher.view.fit, controller.grid
    controller.complete_pins({pin: (pin.run, fit, grid) for pin in (kept, gone)})
    assert pinned == [["a", "c"], ["a", "c"]]
    assert controller.put_pin_back() is gone
    assert (kept.fit, kept.grid) == (gone.fit, gone.grid) == (fit, grid)


def test_room_for_another_takes_the_message_away_that_asked_for_it(watcher):
    controller = watcher.controller
    for _ in range(13):
        controller.pin()
    assert watcher.messages[-1]
    controller.delete_pin(controller.pins[3])
    assert watcher.messages[-1] == ""


# what is adopted


def changed_on_its_way(watcher):
    """A pin of a run that training its experiment from the start doesn't lead to."""
    watcher.train()
    watcher.controller.set_keeps_weights(True)
    watcher.change(regularization__weight_decay=0.5)
    watcher.wait_for_epoch(40)
    watcher.controller.pin()
    watcher.controller.set_keeps_weights(False)
    (pin,) = watcher.controller.pins
    assert pin.run.changed_at == [20]
    return pin


def test_a_kept_run_goes_on_from_its_newest_state(watcher):
    pin = changed_on_its_way(watcher)
    watcher.change(seed=7)
    watcher.wait_for_epoch(watcher.experiment.epochs)
    watcher.controller.adopt(pin.run.experiment, Start(run=pin.run))
    view = watcher.wait_for_epoch(40)
    assert view.run.changed_at == [20]
    assert view.run.checkpoints.last is pin.run.checkpoints.last
    assert view.snapshot.values.tobytes() == pin.run.history.last.values.tobytes()
    assert not watcher.controller.runner.is_playing


@pytest.mark.parametrize("keeps_weights", [False, True])
def test_without_states_it_is_trained_from_its_initial_weights(watcher, keeps_weights):
    pin = changed_on_its_way(watcher)
    bare = pin.run.until(-1)  # of which nothing was kept
    assert not bare.checkpoints
    watcher.controller.set_keeps_weights(keeps_weights)
    watcher.controller.adopt(bare.experiment, Start(run=bare))
    view = watcher.wait_for_epoch(40)
    assert view.run.experiment == bare.experiment
    assert view.run.changed_at == []
    assert list(view.run.history.epochs[[0, -1]]) == [0, 40]


def test_a_member_of_a_study_is_taken_as_it_was_trained_there(watcher):
    members = [replace(SMALL, {WD: value}) for value in (0.1, 0.2)]
    watcher.train_beside(*members)
    history = watcher.controller.studies.studies["beside"].history.member(1)
    watcher.controller.adopt(members[1], Start("beside", 1))
    view = watcher.wait_for_epoch(20)
    assert watcher.experiment == members[1]
    np.testing.assert_array_equal(
        view.run.history.column("train_loss"), history.column("train_loss")
    )


def test_of_a_study_that_is_gone_the_experiment_is_trained(watcher):
    watcher.train()
    other = replace(SMALL, {WD: 0.1})
    watcher.controller.adopt(other, Start("beside", 3))
    assert watcher.wait_for_epoch(20).run.experiment == other


def test_what_is_adopted_is_seen_at_the_epoch_that_was_looked_at(watcher):
    watcher.train()
    watcher.controller.look(epoch=7)
    other = replace(SMALL, {WD: 0.1})
    watcher.train_beside(other)
    watcher.controller.adopt(other, Start("beside", 0))
    view = watcher.wait_for_epoch(20)
    assert (view.look.epoch, view.fit.epoch) == (7, 7)


@pytest.mark.parametrize("kind", ["the same experiment", "another"])
def test_undo_brings_back_the_run_before_an_adoption(watcher, kind):
    """Which training its experiment from the start doesn't lead to."""
    run = changed_on_its_way(watcher).run
    adopted = run.until(20)  # as pinned on its way
    if kind == "another":
        adopted.experiment = SMALL
    watcher.controller.adopt(adopted.experiment, Start(run=adopted))
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    assert watcher.experiment == run.experiment
    back = watcher.wait_for_epoch(40)
    assert back.run.changed_at == [20]
    assert back.snapshot.values.tobytes() == run.history.last.values.tobytes()
    watcher.controller.redo()
    assert watcher.wait_for_epoch(20).run.experiment == adopted.experiment
    watcher.controller.undo()
    watcher.wait_for_epoch(40)
    watcher.controller.undo()
    assert watcher.experiment == SMALL  # before it was changed


@pytest.mark.parametrize("kind", ["kept", "member"])
def test_undo_brings_back_what_was_before_an_adoption(watcher, kind):
    watcher.train()
    watcher.controller.pin()
    kept = watcher.controller.pins[0].run
    other = replace(SMALL, {WD: 0.1, "epochs": 30})
    watcher.controller.change(other)
    before = watcher.train()
    if kind == "kept":
        adopted, start = SMALL, Start(run=kept)
    else:
        adopted, start = replace(SMALL, {L1: 0.01}), Start("beside", 0)
        watcher.train_beside(adopted)
    watcher.messages.clear()
    watcher.controller.adopt(adopted, start)
    assert watcher.messages[-1] == ""
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    assert watcher.experiment == other
    again = watcher.wait_for_epoch(30)
    np.testing.assert_array_equal(
        again.run.history.column("valid_loss"), before.run.history.column("valid_loss")
    )
    watcher.controller.redo()
    assert watcher.experiment == adopted


def test_what_is_adopted_twice_is_one_step_back(watcher):
    watcher.train()
    watcher.controller.pin()
    kept = watcher.controller.pins[0].run
    watcher.change(**{"regularization__weight_decay": 0.1})
    watcher.train()
    for _ in range(3):
        watcher.controller.adopt(SMALL, Start(run=kept))
        watcher.wait_for_epoch(20)
    watcher.controller.undo()
    assert get(watcher.experiment, WD) == 0.1
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    assert watcher.experiment == SMALL


@pytest.mark.parametrize("kind", ["adopted", "earlier moment"])
def test_what_is_left_twice_before_another_is_seen_is_one_step_back(watcher, kind):
    run = changed_on_its_way(watcher).run
    for _ in range(2):
        if kind == "adopted":
            watcher.controller.adopt(run.experiment, Start(run=run.until(20)))
        else:
            watcher.controller.go_back(20)
    watcher.wait_for_epoch(20)
    watcher.controller.undo()
    watcher.wait_for_epoch(40)
    watcher.controller.undo()
    assert watcher.experiment == SMALL


def test_another_device_trains_what_is_worked_on_anew(watcher):
    watcher.train()
    submitted = []
    submit = watcher.controller.runner.submit

    def note(experiment, dataset, grid, change):
        submitted.append(change)
        submit(experiment, dataset, grid, change)

    watcher.controller.runner.submit = note
    watcher.controller.set_device("cpu")
    assert submitted == [Change.RETRAIN]
    assert get(watcher.wait_for_epoch(20).run.experiment, WD) == 0.0
