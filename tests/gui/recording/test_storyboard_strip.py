"""A teacher opens a storyboard in front of a class, steps through it, changes it and saves it."""

import pytest
from file_tools import answer_with, drop, put_files
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from regplay.core.fields import get
from regplay.gui.recording.storyboard_strip import StepDialog
from regplay.gui.training import VirtualClock
from regplay.session.storyboard import Wait, load_storyboard

LEFT = Qt.MouseButton.LeftButton
WD = "regularization.weight_decay"
TEXT = f"""
title = "A lecture"
fps = 10
experiment = {{ epochs = 20, model.width = 8, data.n_valid = 20 }}
[[steps]]
caption = "Thirty points"
seconds = 0.2
[[steps]]
train = "end"
seconds = 0.3
[[steps]]
sweep = "{WD}"
to = 0.1
seconds = 0.3
[[steps]]
draw = "arrow"
points = [[-2.0, 1.5], [2.0, -1.5]]
seconds = 0.2
[[steps]]
require = "valid_loss < 0.000001"
"""


@pytest.fixture
def lecture(begin_anew, tmp_path):
    """A window into which a storyboard was dropped."""
    person = begin_anew({"model.width": 16})
    path = tmp_path / "lecture.toml"
    path.write_text(TEXT)
    drop(person.window, put_files(path), QPoint(400, 300))
    person.wait(person.window.recording.storyboard.isVisible)
    yield person
    person.answers.keeps = "discard"
    if strip(person).isVisible():
        person.click("storyboard.close")


def strip(person):
    return person.window.recording.storyboard


def decay(person) -> float:
    return get(person.controller.session.experiment, WD)


def press(person, key):
    QTest.keyClick(person.window, key)


def wait_at(person, position):
    def is_there():
        playback = strip(person).playback
        return playback.position == position and playback._timer is None

    person.wait(is_there)


def test_a_storyboard_that_is_dropped_shows_its_steps_and_waits_at_the_first(lecture):
    steps = strip(lecture).list
    assert steps.count() == 5
    assert steps.item(0).text() == "1  caption · 0.2 s\nThirty points"
    assert steps.item(2).text() == "3  sweep · 0.3 s\nWeight decay λ → 0.1"
    assert steps.currentRow() == 0
    assert lecture.controller.session.experiment.model.width == 8
    assert lecture.window.recording.presentation.caption.text() == ""


def test_it_begins_with_the_fit_in_sight_like_its_film(lecture):
    lecture.window.tabs.set_tab("network")
    press(lecture, Qt.Key.Key_PageDown)
    wait_at(lecture, 1)
    press(lecture, Qt.Key.Key_PageUp)
    lecture.wait(lambda: lecture.window.tabs.tab == "fit")


def test_a_step_that_waits_for_data_can_be_left_meanwhile(lecture, monkeypatch):
    playback = strip(lecture).playback

    def wait_and_end():
        playback.back()  # waiting has an event loop of its own
        return False

    monkeypatch.setattr(playback._player, "advance", wait_and_end)
    press(lecture, Qt.Key.Key_PageDown)
    lecture.wait(lambda: playback._timer is None)
    assert playback.position == 0


def test_runs_that_a_person_has_pinned_are_out_of_sight_until_it_is_closed(begin_anew, tmp_path):
    person = begin_anew({"model.width": 16})
    person.train()
    person.click("pin")
    mine = person.controller.pins[0]
    person.controller.rename_pin(mine, "mine")
    path = tmp_path / "pins.toml"
    path.write_text(TEXT + '[[steps]]\npin = "mine"\n[[steps]]\npin = "of the film"\n')
    person.window.files.open(path)
    assert mine.is_hidden
    playback = strip(person).playback
    playback.set_steps(playback.steps[-2:], 0)
    for position in (1, 2):
        press(person, Qt.Key.Key_PageDown)
        wait_at(person, position)
    assert [pin.is_hidden for pin in person.controller.pins] == [True, False, False]
    saved = person.window.documents._present().pins
    assert not any(pin.is_hidden for pin in saved)
    strip(person).close_storyboard()
    assert [pin.name for pin in person.controller.pins] == ["mine", "of the film"]
    assert person.controller.pins[0] is mine
    assert not mine.is_hidden


def test_playing_on_while_a_step_is_under_way_plays_it_once(lecture, monkeypatch):
    playback, timers = strip(lecture).playback, []
    every = playback._clock.every

    def note(interval, callback):
        timer = every(interval, callback)
        if callback == playback._tick:
            timers.append(timer)
        return timer

    monkeypatch.setattr(playback._clock, "every", note)
    press(lecture, Qt.Key.Key_PageDown)
    playback.toggle()
    assert playback.is_playing
    lecture.wait(lambda: playback.position == 2)
    assert lecture.view.snapshot.epoch == 20
    lecture.click("storyboard.close")
    assert len(timers) == 3
    assert not any(timer._timer.isActive() for timer in timers)


def test_a_storyboard_that_is_closed_while_it_waits_for_data_ends(lecture, monkeypatch):
    playback, told = strip(lecture).playback, []
    press(lecture, Qt.Key.Key_PageDown)
    wait_at(lecture, 1)
    playback.changed.connect(lambda: told.append(True))
    monkeypatch.setattr(playback._player, "set_up", playback.close)
    playback.go_to(0)
    assert playback._timer is None
    assert not told


def test_there_is_room_for_captions_while_there_are_some(lecture):
    playback = strip(lecture).playback
    playback.set_steps([Wait(wait=0.1)], 0)
    assert lecture.window.recording.presentation.caption is None


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_Space, pytest.param(Qt.Key.Key_PageDown, marks=pytest.mark.nightly)]
)
def test_keys_of_a_remote_step_forward_and_back(lecture, key):
    lecture.find(WD).setFocus()  # a slider would take the key otherwise
    press(lecture, key)
    wait_at(lecture, 1)
    assert lecture.window.recording.presentation.caption.text() == "Thirty points"
    press(lecture, key)
    wait_at(lecture, 2)
    assert lecture.view.snapshot.epoch == 20
    press(lecture, key)
    wait_at(lecture, 3)
    assert decay(lecture) == 0.1
    press(lecture, Qt.Key.Key_PageUp)
    wait_at(lecture, 2)
    assert decay(lecture) == 0.0
    assert lecture.view.snapshot.epoch == 20
    assert lecture.window.recording.presentation.caption.text() == "Thirty points"


def test_a_key_while_a_step_is_under_way_completes_it_and_plays_the_next(lecture):
    for _ in range(3):
        press(lecture, Qt.Key.Key_Space)
    wait_at(lecture, 3)
    assert decay(lecture) == 0.1
    assert lecture.view.snapshot.epoch == 20


def test_a_click_goes_to_a_step_and_play_goes_on_from_there_to_the_end(lecture):
    steps = strip(lecture).list
    QTest.mouseClick(steps.viewport(), LEFT, pos=steps.visualItemRect(steps.item(2)).center())
    wait_at(lecture, 2)
    assert lecture.view.snapshot.epoch == 20
    assert decay(lecture) == 0.0
    lecture.click("storyboard.play")
    assert strip(lecture).play.text() == "Pause"
    wait_at(lecture, 5)
    assert strip(lecture).play.text() == "Play"
    assert decay(lecture) == 0.1
    assert [each.draw for each in lecture.controller.annotations] == ["arrow"]
    assert lecture.controller.annotations[0].points == ((-2.0, 1.5), (2.0, -1.5))


def test_a_pause_stays_where_it_is_and_goes_on_from_there(lecture):
    press(lecture, Qt.Key.Key_Space)
    wait_at(lecture, 1)
    strip(lecture).playback.set_steps(
        [strip(lecture).playback.steps[0], Wait(wait=0.6), Wait(wait=0.1)], 1
    )
    wait_at(lecture, 1)
    lecture.click("storyboard.play")
    lecture.click("storyboard.play")
    assert strip(lecture).playback.position == 1
    assert not strip(lecture).playback.is_playing
    lecture.click("storyboard.play")
    wait_at(lecture, 3)


def test_what_a_person_does_between_two_steps_stays(lecture):
    press(lecture, Qt.Key.Key_Space)
    wait_at(lecture, 1)
    lecture.set(data__noise=0.1)
    press(lecture, Qt.Key.Key_Space)
    wait_at(lecture, 2)
    assert lecture.controller.session.experiment.data.noise == 0.1


def test_steps_are_moved_edited_left_out_and_saved(lecture, tmp_path, monkeypatch):
    shown = strip(lecture)
    model = shown.list.model()
    model.moveRow(model.index(-1, -1), 4, model.index(-1, -1), 0)  # as a drag does it
    lecture.wait(lambda: shown.list.item(0).text().startswith("1  require"))
    shown.list.setCurrentRow(0)
    lecture.click("storyboard.delete")
    assert shown.list.count() == 4
    problems = []

    def write(dialog):
        dialog.text.setPlainText(dialog.text.toPlainText().replace("0.1", "-1"))
        dialog.accept()
        problems.append(dialog.problem.text())
        dialog.text.setPlainText(dialog.text.toPlainText().replace("-1", "0.01"))
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(StepDialog, "exec", write)
    shown.list.setCurrentRow(2)
    lecture.click("storyboard.edit")
    assert problems == ["step 1 (sweep): " + f"{WD} = -1.0: must be a number from 0 to 10"]
    wait_at(lecture, 2)
    path = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    lecture.click("storyboard.save")
    saved, now = load_storyboard(path), shown.playback.storyboard
    assert saved.steps == now.steps
    assert saved.steps[2].to == 0.01
    assert saved.experiment == now.experiment
    assert saved.title == "A lecture"


def close_strip(person, _):
    person.click("storyboard.close")


def drop_another(person, folder):
    path = folder / "another.toml"
    path.write_text(TEXT.replace("A lecture", "Another"))
    person.window.files.open(path)


def record_one(person, _):
    person.choose("Record storyboard")


def quit_window(person, _):
    person.window.close()


WAYS = [close_strip, drop_another, record_one, quit_window]


@pytest.mark.parametrize("way", WAYS)
def test_what_was_not_saved_is_asked_about_and_stays_unless_it_may_go(lecture, tmp_path, way):
    shown, steps = strip(lecture), strip(lecture).playback.steps
    shown.list.setCurrentRow(0)
    lecture.click("storyboard.delete")
    lecture.answers.keeps = "cancel"
    way(lecture, tmp_path)
    assert lecture.answers.asked == [("keep", "the storyboard “A lecture”")]
    assert lecture.window.isVisible()
    assert shown.playback.steps == steps[1:]
    assert not lecture.window.recording.storyboard_recorder.is_on
    action = next(a for a in lecture.window.findChildren(QAction) if "record_st" in a.objectName())
    assert not action.isChecked()


@pytest.mark.parametrize("way", WAYS[:3])
def test_what_was_only_played_goes_unasked(lecture, tmp_path, way):
    press(lecture, Qt.Key.Key_Space)
    wait_at(lecture, 1)
    way(lecture, tmp_path)
    assert not lecture.answers.asked
    lecture.window.recording.record_storyboard(False)


@pytest.mark.parametrize("way", WAYS[:3])
def test_what_was_not_saved_is_where_that_is_wanted(lecture, tmp_path, monkeypatch, way):
    strip(lecture).list.setCurrentRow(0)
    lecture.click("storyboard.copy")
    answer_with(monkeypatch, tmp_path / "mine.toml")
    lecture.answers.keeps = "save"
    way(lecture, tmp_path)
    assert len(load_storyboard(tmp_path / "mine.toml").steps) == 6
    assert strip(lecture).playback is None or not strip(lecture).is_modified
    lecture.window.recording.record_storyboard(False)


def test_one_that_is_too_long_says_so_and_can_be_saved_once_it_is_shorter(
    lecture, tmp_path, monkeypatch
):
    playback, path = strip(lecture).playback, tmp_path / "mine.toml"
    asked = answer_with(monkeypatch, path)
    playback.set_steps([Wait(wait=600.0)] * 4, 0)
    lecture.click("storyboard.save")
    assert "can't be saved: it is 2,400 s long: a film has at most 1,800 s" in lecture.banner
    assert not asked
    assert strip(lecture).is_modified
    lecture.click("storyboard.delete")
    lecture.click("storyboard.save")
    assert load_storyboard(path).seconds == 1800.0
    assert not strip(lecture).is_modified


def test_what_does_not_hold_is_said_and_the_strip_waits(lecture):
    step = 'wait-until = "train_loss < 1e-9"\nlimit = 0.1'
    from regplay.session.storyboard import read_step

    strip(lecture).playback.set_steps([read_step(step)], 0)
    press(lecture, Qt.Key.Key_Space)
    lecture.wait(lambda: "step 1 (wait-until): train_loss < 1e-9 does not hold" in lecture.banner)
    assert not strip(lecture).playback.is_playing


@pytest.fixture
def timed(open_window, tmp_path):
    """A window with a storyboard of these steps, and what lets seconds pass in it."""
    clock = VirtualClock()
    person = open_window({"model.width": 16}, clock=clock)
    path = tmp_path / "timed.toml"

    def begin(steps, epochs=5000):
        head = f"experiment = {{ epochs = {epochs}, model.width = 8, data.n_valid = 20 }}"
        path.write_text(f'title = "t"\n{head}\nsteps = [{steps}]')
        person.window.files.open(path)
        return person, strip(person).playback

    def let_pass(until):
        """How long it takes until this is so, s."""
        before = clock.now()

        def is_so():
            clock.advance(1 / 60)
            return until()

        person.wait(is_so)
        return clock.now() - before

    yield begin, let_pass, clock
    person.click("storyboard.close")


WAITS = '{ wait-until = "epoch >= 40", epochs = 10, limit = 6 }'


OFF_CAMERA = f"{{ hide = [{WAITS}] }}, {{ wait = 0.1 }}"


@pytest.mark.parametrize("steps", [WAITS, pytest.param(OFF_CAMERA, marks=pytest.mark.nightly)])
def test_a_pause_is_no_part_of_the_time_that_a_claim_is_waited_for(timed, steps):
    begin, let_pass, clock = timed
    person, playback = begin(steps)
    runner = person.controller.runner
    playback.toggle()
    let_pass(lambda: runner.epoch >= 10)
    playback.toggle()
    clock.advance(60.0)
    playback.toggle()
    assert let_pass(lambda: not playback.is_playing) < 30.0
    assert person.banner == ""
    assert playback.position == len(playback.steps)
    assert 40 <= runner.epoch < 400  # it did not leap ahead


def test_a_key_while_a_claim_is_waited_for_has_it_trained_at_once(timed):
    begin, let_pass, _ = timed
    person, playback = begin('{ wait-until = "epoch >= 400", epochs = 10, limit = 60 }')
    press(person, Qt.Key.Key_Space)
    press(person, Qt.Key.Key_Space)
    assert let_pass(lambda: playback.position == 1) < 30.0
    assert person.banner == ""
    assert person.controller.runner.epoch >= 400


def test_a_step_is_gone_to_without_the_time_that_those_before_it_take(timed):
    begin, let_pass, _ = timed
    _, playback = begin("{ together = [[{ wait = 0.2, at = 50 }, { train = 3 }]] }, { wait = 9 }")
    playback.go_to(1)
    let_pass(lambda: playback._timer is None)
    assert playback.position == 1


def test_a_step_alone_begins_at_its_own_second(timed):
    begin, let_pass, _ = timed
    person, playback = begin(
        "{ wait = 1, at = 20 }, { together = [{ wait = 1 }, { pin = 'a', at = 21.5 }], at = 20.9 }"
    )
    playback.go_to(1)
    let_pass(lambda: playback._timer is None)
    press(person, Qt.Key.Key_Space)
    passed = let_pass(lambda: bool(person.controller.pins))
    assert passed == pytest.approx(0.5, abs=0.1)


def test_presented_it_is_out_of_sight_and_closing_it_leaves_the_window_to_the_person(lecture):
    lecture.press(Qt.Key.Key_F11, lecture.window)
    lecture.wait(lecture.window.isFullScreen)
    assert not strip(lecture).isVisible()  # the audience sees plots and captions
    press(lecture, Qt.Key.Key_PageDown)
    wait_at(lecture, 1)
    assert lecture.window.recording.presentation.caption.isVisible()
    lecture.press(Qt.Key.Key_Escape, lecture.window)
    lecture.wait(strip(lecture).isVisible)
    lecture.click("storyboard.close")
    assert not strip(lecture).isVisible()
    assert lecture.window.recording.presentation.caption is None
    press(lecture, Qt.Key.Key_Space)  # trains again
    lecture.wait_until_finished()


def test_a_storyboard_with_a_mistake_is_refused_with_its_step(person, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('title = "t"\nsteps = [{ trian = "end" }]')
    person.window.files.open(path)
    assert "step 1: no verb is in it; did you mean train" in person.banner
    assert not person.window.recording.storyboard.isVisible()
