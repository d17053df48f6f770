"""Train, pause, step, epoch, reset, new seed, speed and epochs, by mouse and keyboard."""

import threading

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.fields import get
from regplay.core.training import Training
from regplay.gui.timeline import SPEEDS
from regplay.gui.training import VirtualClock

Key = Qt.Key


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def is_training(person):
    """Whether the button, the runner and the steps say so."""
    step = person.controller.runner.step
    person.wait(lambda: person.controller.runner.step > step)
    assert person.window.timeline.play.text() == "Pause"
    return person.controller.runner.is_playing


def wait_until_paused(person):
    assert not person.controller.runner.is_playing
    assert person.window.timeline.play.text() == "Train"
    # What is shown in the end is where the thread stands.
    person.wait(lambda: person.view.snapshot.step == person.controller.runner.step)
    return person.view.snapshot.step


def test_the_button_trains_and_pauses(begin_anew):
    person = begin_anew(ENDLESS)
    person.click("timeline.play")
    assert is_training(person)
    person.click("timeline.play")
    step = wait_until_paused(person)
    assert 0 < step < person.controller.runner.last_step
    person.click("timeline.play")
    assert is_training(person)
    assert person.controller.runner.step > step
    person.click("timeline.play")
    wait_until_paused(person)


def test_space_trains_and_pauses_wherever_the_focus_is(begin_anew):
    person = begin_anew(ENDLESS)
    before = person.controller.session.experiment
    for name in (
        "model.depth",  # a slider
        "data.clean_valid",  # a check box
        "optimizer.name",  # a combo box
        "data.name",
        "epochs",  # a spin box
        "speed",
        "timeline.step",
        "fit",
    ):
        widget = person.window.fit_view.panel.chart if name == "fit" else person.find(name)
        widget = widget.focusProxy() or widget
        widget.setFocus()
        assert widget.hasFocus(), name
        QTest.keyClick(widget, Key.Key_Space)
        assert is_training(person), name
        QTest.keyClick(widget, Key.Key_Space)
        wait_until_paused(person)
        assert person.controller.session.experiment == before, name
        assert not person.controller.session.keeps_weights, name


@pytest.mark.parametrize("path", ["epochs", "data.n_train"])
def test_space_belongs_to_a_number_while_it_is_typed(person, path):
    box = person.find("epochs")
    if path != "epochs":
        box = person.window.controls.control(path).box
    before = person.controller.session.experiment
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "1 000")
    assert not person.controller.runner.is_playing
    assert person.controller.session.experiment == before  # until the number is complete
    QTest.keyClick(box, Key.Key_Return)
    assert get(person.controller.session.experiment, path) == 1000
    person.press(Key.Key_Space)  # the focus is elsewhere now: it trains
    assert person.wait_until_finished().snapshot.epoch > 0


@pytest.mark.parametrize("way", ["timeline.step", Key.Key_S])
def test_one_step_is_one_optimizer_step(begin_anew, way):
    person = begin_anew({"optimizer.batch_size": 8})  # 30 points: four steps an epoch
    for step in range(1, 7):
        person.do(way)
        view = person.wait_for_step(step)
        assert view.snapshot.epoch == step // 4
        assert not person.controller.runner.is_playing
        assert view.fit.step == step
    assert "6" in person.find("timeline.epoch").toolTip()


def test_steps_pressed_faster_than_they_are_made_all_count(person):
    for _ in range(5):
        person.click("timeline.step")
    person.wait_for_step(5)
    for _ in range(3):
        person.press(Key.Key_E, person.window)
    person.wait_for_step(8)


def test_a_step_right_after_a_reset_is_the_first(begin_anew):
    person = begin_anew({"epochs": 400})
    person.train()
    person.click("timeline.reset")
    person.click("timeline.step")
    assert person.wait_for_step(1).snapshot.epoch == 1


def test_train_right_after_a_reset_trains_to_the_same_end(person):
    person.train()
    person.click("timeline.reset")
    person.train()
    assert person.banner == ""
    assert person.controller.session.experiment.epochs == 20


@pytest.mark.parametrize("way", ["timeline.epoch", Key.Key_E])
def test_one_epoch_goes_to_the_end_of_the_epoch(begin_anew, way):
    person = begin_anew({"optimizer.batch_size": 8})
    person.click("timeline.step")
    person.wait_for_step(1)
    for epoch in (1, 2):
        person.do(way)
        assert person.wait_for_step(4 * epoch).snapshot.epoch == epoch
    assert person.window.history_view.plot.epochs[-1] == 2


@pytest.mark.parametrize("way", ["timeline.reset", Key.Key_R])
def test_reset_waits_at_the_same_initial_weights(person, way):
    first = person.wait_for_step(0).fit.grid
    trained = person.train()
    assert not np.array_equal(trained.fit.grid, first)
    person.do(way)
    again = person.wait_for_step(0)
    np.testing.assert_array_equal(again.fit.grid, first)
    assert len(again.run.history) == 1
    assert not person.controller.runner.is_playing
    assert "Not trained" in person.text("verdict.headline")


@pytest.mark.parametrize("way", ["timeline.seed", Key.Key_N])
def test_a_new_seed_trains_another_network_as_far(person, way):
    first = person.train()
    person.do(way)
    assert person.controller.session.experiment.seed == 1
    second = person.wait_until_finished()
    assert second.snapshot.epoch == 20
    assert not np.array_equal(first.fit.grid, second.fit.grid)
    # The data stay as they are.
    assert get(second.run.experiment, "data.seed") == 0


def test_slow_motion_trains_one_epoch_a_second_of_the_clock(open_window):
    clock = VirtualClock()
    person = open_window({"epochs": 100, "optimizer.batch_size": 8}, clock=clock)
    runner = person.controller.runner
    person.find("speed").setFocus()
    person.press(Key.Key_Home, "speed")
    person.click("timeline.play")
    clock.advance(0.02)  # the last frame may lie a sixtieth of a second back
    for second in range(1, 4):
        for quarter in range(1, 5):
            clock.advance(0.25)
            steps = 4 * (second - 1) + quarter  # four steps an epoch
            person.wait(lambda: runner.step >= steps)  # noqa: B023
            assert runner.step == steps
        clock.advance(0)
    assert runner.epoch == 3
    assert runner.is_playing
    person.press(Key.Key_Space, person.window)
    clock.advance(100.0)
    assert runner.step == 12


def test_a_slow_network_is_not_chased(open_window, monkeypatch):
    goes_on, train = threading.Event(), Training.train

    def slow(training, goal=None, stop=None):
        assert goal == 0 or goes_on.wait(20)
        return train(training, goal, stop)

    monkeypatch.setattr(Training, "train", slow)
    clock = VirtualClock()
    person = open_window({"epochs": 100}, clock=clock)
    person.press(Key.Key_Home, "speed")
    person.click("timeline.play")
    clock.advance(60.0)  # in which the network does not make its first step
    goes_on.set()
    person.wait(lambda: person.controller.runner.step == 1)
    clock.advance(1.0)
    person.wait(lambda: person.controller.runner.step == 2)


def test_the_speed_is_chosen_and_changed_while_training(open_window):
    clock = VirtualClock()
    person = open_window({"epochs": 300}, clock=clock)
    texts = []
    box = person.find("speed")
    for _ in SPEEDS:
        texts.append(box.currentText())
        person.press(Key.Key_Up, box)
    assert texts[0] == "full speed"
    assert texts[-1] == "1 epoch/s"
    assert len(set(texts)) == len(SPEEDS)

    person.click("timeline.play")
    clock.advance(1.0)
    person.wait(lambda: person.controller.runner.step == 1)
    person.press(Key.Key_Down, box)  # 2 epochs a second
    clock.advance(1.0)
    person.wait(lambda: person.controller.runner.step == 3)
    person.press(Key.Key_End, box)  # to the end, whatever the clock says
    person.wait(lambda: person.controller.runner.step == 300)
    person.wait(lambda: clock.advance(0.02) or person.view.is_finished)
    assert not person.controller.runner.is_playing


def test_more_epochs_after_the_end_go_on_and_fewer_retrain(person):
    first = person.train()
    person.press(Key.Key_Up, "epochs")
    more = person.wait_until_finished()
    epochs = person.controller.session.experiment.epochs
    assert epochs > 20
    assert more.snapshot.epoch == epochs
    assert more.run is first.run  # it went on
    assert more.run.changed_at == []  # no setting of the training was changed

    for _ in range(4):
        person.press(Key.Key_Down, "epochs")
    fewer = person.wait_until_finished()
    assert person.controller.session.experiment.epochs == epochs - 4
    assert fewer.snapshot.epoch == epochs - 4
    assert fewer.run is not first.run
    assert list(fewer.run.history.epochs) == list(range(epochs - 3))


# The button at night: `test_the_button_trains_and_pauses` has it by day.
@pytest.mark.parametrize(
    "way", [pytest.param("timeline.play", marks=pytest.mark.nightly), Key.Key_Space]
)
def test_at_its_end_a_run_is_shown_once_more(open_window, way):
    clock = VirtualClock()
    person = open_window({"epochs": 60}, clock=clock)
    window, play = person.window, person.window.timeline.play

    def wait_in_time(condition):
        def is_so():
            clock.advance(0.25)
            return condition()

        person.wait(is_so)

    person.do(way)
    wait_in_time(lambda: person.view.is_finished)
    assert play.text() == "Replay"
    person.do(way)
    assert play.text() == "Pause"
    wait_in_time(lambda: (window.timeline.track.moment or 0) > 5)
    person.do(way)
    assert play.text() == "Replay"
    epoch = window.timeline.track.moment
    wait_in_time(lambda: person.view.look.epoch == epoch)
    assert person.view.fit.epoch == epoch
    clock.advance(30.0)
    assert window.timeline.track.moment == epoch
    person.do(way)
    wait_in_time(lambda: window.timeline.track.moment is None)
    assert play.text() == "Replay"
    assert person.controller.session.experiment.epochs == 60
    person.press(Key.Key_Up, "epochs")  # more are asked for there alone
    wait_in_time(lambda: person.view.is_finished and person.view.snapshot.epoch > 60)


def test_how_long_a_replay_takes_is_remembered(open_window):
    person = open_window()
    assert person.controller.replay.seconds == 5
    person.choose("replay.20")
    assert open_window().controller.replay.seconds == 20


def test_the_progress_is_told_and_shown(begin_anew):
    person = begin_anew({"epochs": 1500})
    track = person.window.timeline.track
    assert person.text("timeline.epoch") == "Epoch 0"
    assert person.find("epochs").value() == track.planned == 1500
    person.click("timeline.epoch")
    person.wait_for_step(1)
    assert person.text("timeline.epoch") == "Epoch 1"
    assert track.x_of(track.value()) < track.width() / 2
    person.train()
    assert person.text("timeline.epoch") == "Epoch 1,500"
    assert track.x_of(track.value()) > track.width() - 10


def test_an_early_stopped_run_is_shown_once_more_and_can_be_reset(begin_anew):
    person = begin_anew({"epochs": 20_000, "regularization.early_stopping": 3})
    view = person.train()
    assert view.snapshot.epoch < 20_000
    person.click("timeline.play")
    assert person.controller.replay.is_on
    assert not person.controller.runner.is_playing
    person.click("timeline.reset")
    person.wait_for_step(0)
    assert not person.controller.replay.is_on
    assert person.train().snapshot.epoch == view.snapshot.epoch


def test_words_and_losses_are_those_of_the_moment_of_the_pause(person):
    for step in range(1, 6):  # faster than words may change while training
        person.click("timeline.step")
        snapshot = person.wait_for_step(step).snapshot
        assert f"{snapshot.value('train_loss'):.4g}" in person.text("verdict.losses")


def test_a_run_that_stopped_early_says_so(begin_anew):
    values = {"epochs": 5000, "optimizer.lr": 0.02, "regularization.early_stopping": 20}
    person = begin_anew(values)
    view = person.train()
    assert view.snapshot.epoch < 5000
    person.wait(lambda: person.text("timeline.epoch").startswith("Stopped at"))
