"""Sessions in the real window: saved, closed, and opened in another one."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest
from file_tools import answer_with, press, written
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from samples import LESSON
from session_tools import is_same_run, save, untrained

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui import controller
from regplay.gui.persistence import shown_session
from regplay.gui.training import VirtualClock
from regplay.gui.training.messages import Start
from regplay.gui.training.runner import Runner
from regplay.session.document import Document, read, write
from regplay.session.session import Run

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key
DECAY, DROPOUT = "regularization.weight_decay", "regularization.dropout"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.regplay"


@dataclass(frozen=True)
class Saved:
    """What was worked on when a session was saved, and its file."""

    content: bytes
    run: Run


@pytest.fixture(scope="module")
def once_saved(begin_once, tmp_path_factory):
    """A person has trained two runs of 40 epochs, pinned them, and saved."""
    person = begin_once({"epochs": 40, DROPOUT: 0.2})
    person.train()
    person.press(Key.Key_P)
    person.set(regularization__weight_decay=0.1)
    person.train()
    person.press(Key.Key_P)
    pins = person.controller.pins
    pins.rename(pins[0], "without")
    pins[1].is_hidden = True
    path = tmp_path_factory.mktemp("saved") / "mine.regplay"
    save(person, path)
    return Saved(path.read_bytes(), person.view.run.until(40))  # the run itself may go on


@pytest.fixture
def saved(once_saved, path):
    """What was worked on; its file is at `path`."""
    path.write_bytes(once_saved.content)
    return once_saved


def wait_until_opened(person):
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 40)


@pytest.fixture
def worked(saved, begin_anew, path):
    """A person who has gone back to it."""
    person = begin_anew()
    assert person.window.documents.open(path)
    wait_until_opened(person)
    return person


@pytest.fixture
def start_later(monkeypatch):
    """Windows that are opened from here on load no PyTorch until they are told to."""
    start = Runner.start
    monkeypatch.setattr(Runner, "start", lambda runner: None)
    return lambda person: start(person.controller.runner)


# Saving


def test_ctrl_s_asks_once_for_a_name_and_then_saves(open_window, path):
    clock = VirtualClock()
    person = open_window(clock=clock)
    window = person.window
    assert (window.windowTitle(), window.isWindowModified()) == ("regplay", False)
    person.answers.path = path
    press(person, Key.Key_S)
    assert [kind for kind, _ in person.answers.asked] == ["save"]
    assert (window.windowTitle(), window.isWindowModified()) == ("mine.regplay[*] — regplay", False)
    person.set(seed=4)
    clock.advance(1)
    assert window.isWindowModified()
    press(person, Key.Key_S)
    assert len(person.answers.asked) == 1
    assert not window.isWindowModified()
    assert read(path).experiment.seed == 4
    clock.advance(2)  # else both changes are one to undo
    person.set(seed=5)
    clock.advance(1)
    press(person, Key.Key_Z)
    clock.advance(1)
    assert not window.isWindowModified()


def test_ctrl_shift_s_asks_for_another_name(worked, path, tmp_path):
    worked.answers.path = tmp_path / "other.regplay"
    press(worked, Key.Key_S, CTRL | SHIFT)
    assert worked.window.windowTitle() == "other.regplay[*] — regplay"
    assert read(tmp_path / "other.regplay").is_like(read(path))
    assert worked.window.documents.recent[:2] == [tmp_path / "other.regplay", path]


def test_what_can_not_be_saved_is_told_and_stays_changed(worked, tmp_path):
    worked.answers.path = tmp_path / "nowhere" / "mine.regplay"
    worked.set(seed=4)
    worked.window.documents.check()
    press(worked, Key.Key_S, CTRL | SHIFT)
    assert "can't be written" in worked.banner
    assert worked.window.isWindowModified()


# Closing


def test_who_only_tried_settings_is_not_asked(person):
    person.set(seed=4)
    person.train()
    assert person.window.close()
    assert person.answers.asked == []


def test_what_was_saved_is_closed_without_a_question(saved, path, open_window):
    person = open_window()
    assert person.window.documents.open(path)
    wait_until_opened(person)
    assert person.window.close()
    assert person.answers.asked == []


def test_cancel_keeps_the_window_as_it_is(person):
    person.train()
    person.press(Key.Key_P)
    person.answers.keeps = "cancel"
    press(person, Key.Key_Q)
    assert person.answers.asked == [("keep", "this session")]
    assert person.window.isVisible()
    assert len(person.controller.pins) == 1
    person.set(regularization__weight_decay=0.1)
    assert person.train().snapshot.epoch == 20  # the thread lives
    person.answers.keeps = "discard"
    press(person, Key.Key_Q)
    assert not person.window.isVisible()


def test_save_saves_and_closes_and_without_a_name_does_neither(person, path, tmp_path):
    person.train()
    person.press(Key.Key_P)
    person.answers.keeps = "save"
    assert not person.window.close()
    assert person.window.isVisible()
    person.answers.path = path
    box = person.find(DECAY).box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "1")  # and nothing else is pressed
    assert person.window.close()
    assert len(read(path).pins) == 1
    assert read(path).experiment.regularization.weight_decay == 1
    assert list((tmp_path / "kept").glob("*")) == []


def test_a_named_session_is_asked_about_by_its_name(saved, path, open_window):
    person = open_window()
    assert person.window.documents.open(path)
    person.set(seed=4)
    person.answers.keeps = "discard"
    assert person.window.close()
    assert person.answers.asked == [("keep", "mine.regplay")]
    assert read(path).experiment.seed == 0


# Opening


def test_all_of_a_session_is_shown_in_another_window(
    saved, worked, open_window, path, monkeypatch, settings
):
    lesson = written(path.parent / "small.toml", LESSON)
    window, view = worked.window, worked.view
    window.guide.open_file(lesson)
    window.guide.go_to("small", 1, sets_up=False)
    kept = worked.controller.pins[1].run
    worked.controller.adopt(kept.experiment, Start(run=kept))
    wait_until_opened(worked)
    worked.click("tab.network")
    window.history_view.set_tab("weights")
    window.history_view.set_log_axes(["loss"])
    worked.click("timeline.overlay")
    worked.click("keep_weights")
    window.timeline.set_speed(100)
    window.controls.set_shown_curves(["optimizer.lr", "regularization.l1"])
    kept = worked.view.run.checkpoints.epochs.tolist()
    window.timeline.track.pick_moment(kept[3])
    save(worked, path)

    other = open_window()
    other.window.guide.open_file(lesson)
    other.window.guide.close()
    answer_with(monkeypatch, path)
    press(other, Key.Key_O)
    window = other.window
    other.wait(lambda: other.is_shown() and other.view.moment.epoch == kept[3])
    assert window.timeline.track.moment == kept[3]
    assert other.view.snapshot.epoch == 40
    assert is_same_run(other.view.run, saved.run)
    assert (window.tabs.tab, window.history_view.tab) == ("network", "weights")
    assert window.history_view.log_axes == {"loss"}
    assert "log_axes" not in settings.allKeys()  # a session's choice is not the person's
    assert window.timeline.action("overlay").isChecked()
    other.wait(lambda: other.view.best is not None)
    assert window.controller.session.keeps_weights
    assert window.timeline.action("keep_weights").isChecked()
    assert window.controller.runner.speed == 100
    assert window.controls.chosen_curves() == ("regularization.l1", "optimizer.lr")
    assert window.guide.position == ("small", 1)
    assert window.guide.panel.isVisible()
    assert not other.find("data.noise").isVisible()
    pins = list(window.controller.pins)
    assert [(pin.name, pin.is_hidden) for pin in pins] == [("without", False), ("λ 0.1", True)]
    assert is_same_run(pins[1].run, saved.run)
    assert np.array_equal(pins[1].fit.grid, view.fit.grid)
    assert window.windowTitle() == "mine.regplay[*] — regplay"
    window.documents.check()
    assert not window.isWindowModified()
    assert not window.controller.runner.is_playing


def test_a_session_takes_the_place_of_all_that_was_there(saved, begin_anew, path, tmp_path):
    other = begin_anew({"model.depth": 1})
    other.train()
    other.press(Key.Key_P)
    other.window.runs.choose(other.controller.pins[0])
    other.press(Key.Key_Delete, on="runs.list")
    other.window.controls.set_shown_curves([])
    other.click("keep_weights")
    experiment = untrained(tmp_path / "bare.regplay", model__depth=3)
    other.answers.keeps = "discard"
    assert other.window.documents.open(tmp_path / "bare.regplay")
    view = other.wait_for_step(0)
    assert view.run.experiment == experiment
    assert not other.controller.session.keeps_weights
    assert not other.window.runs.isVisible()  # nor is the one deleted offered back
    assert other.window.documents.open(path)
    wait_until_opened(other)
    assert len(other.controller.pins) == 2
    assert other.window.documents.open(tmp_path / "bare.regplay")
    assert len(other.controller.pins) == 0
    assert not other.window.runs.isVisible()


def test_changes_are_asked_about_before_another_session_is_opened(worked, path):
    worked.set(seed=4)
    worked.answers.asked.clear()
    worked.answers.keeps = "cancel"
    assert not worked.window.documents.open(path)
    assert worked.answers.asked == [("keep", "mine.regplay")]
    assert worked.controller.session.experiment.seed == 4
    worked.answers.keeps = "discard"
    assert worked.window.documents.open(path)
    wait_until_opened(worked)
    assert worked.controller.session.experiment.seed == 0


def test_changes_saved_on_the_way_to_the_same_file_are_what_is_opened(worked, path):
    worked.set(seed=4)
    worked.answers.keeps = "save"
    assert worked.window.documents.open(path)
    assert worked.controller.session.experiment.seed == 4
    worked.window.documents.check()
    assert not worked.window.isWindowModified()
    assert worked.window.documents.save()
    assert read(path).experiment.seed == 4
    assert len(read(path).pins) == 2


def test_the_fits_of_pins_are_made_beside_the_window(saved, begin_anew, path, monkeypatch):
    loaded_on, usual = [], shown_session.load
    person = begin_anew()

    def load(settings):
        loaded_on.append(threading.current_thread())
        return usual(settings)

    monkeypatch.setattr(shown_session, "load", load)
    assert person.window.documents.open(path)
    assert len(loaded_on) == 2
    assert threading.main_thread() not in loaded_on
    wait_until_opened(person)
    assert all(pin.fit is not None for pin in person.controller.pins)


@pytest.mark.parametrize("epochs", [40, 1_000_000])
def test_opening_one_ends_the_run_that_plays(saved, begin_anew, path, epochs):
    """Also where it is of the very experiment that is opened, but for its epochs."""
    other = begin_anew({"epochs": epochs, DROPOUT: 0.2, DECAY: 0.1})
    other.window.timeline.set_speed(5 if epochs == 40 else None)
    other.click("timeline.play")
    other.wait(lambda: other.view.snapshot.epoch > 0)
    assert other.window.documents.open(path)
    assert not other.controller.runner.is_playing
    wait_until_opened(other)
    assert is_same_run(other.view.run, saved.run)
    assert other.controller.session.experiment == saved.run.experiment


def test_an_untrained_session_of_the_same_experiment_begins_at_the_beginning(begin_anew, tmp_path):
    untrained(tmp_path / "bare.regplay")
    person = begin_anew()
    person.train()
    assert person.window.documents.open(tmp_path / "bare.regplay")
    assert person.wait_for_step(0).run.history.last.epoch == 0
    person.set(epochs=1_000_000)
    person.click("timeline.play")
    person.wait(lambda: person.view.snapshot.epoch > 0)
    untrained(tmp_path / "bare.regplay", epochs=1_000_000)
    assert person.window.documents.open(tmp_path / "bare.regplay")
    assert person.wait_for_step(0).run.history.last.epoch == 0
    assert not person.controller.runner.is_playing


def test_a_session_has_its_own_number_of_epochs(saved, begin_anew, path):
    """The window had 20, and was given 20 more to go on with."""
    other = begin_anew()
    other.train()
    other.click("keep_weights")
    other.set(regularization__weight_decay=0.01)
    other.wait_until_finished()
    assert other.controller.session.experiment.epochs == 40
    assert other.window.documents.open(path)
    wait_until_opened(other)
    assert other.controller.session.experiment == saved.run.experiment
    assert is_same_run(other.view.run, saved.run)


def test_the_tab_of_a_session_is_found_by_its_earlier_name_too(person_who_begins_anew, path):
    person = person_who_begins_anew
    person.click("tab.split")
    save(person, path)
    text = path.read_text()
    assert 'tab = "split"' in text
    path.write_text(text.replace('tab = "split"', 'tab = "side"'))
    person.click("tab.fit")
    assert person.window.documents.open(path)
    person.wait(lambda: person.window.tabs.tab == "split")


def test_a_truncated_session_changes_nothing(saved, begin_anew, path):
    path.write_bytes(saved.content[: len(saved.content) // 2])
    other = begin_anew({"model.depth": 1})
    view = other.train()
    other.press(Key.Key_P)
    assert not other.window.documents.open(path)
    assert f"{path}: the file is not complete" in other.banner
    assert other.is_shown()
    assert other.view.run is view.run
    assert len(other.controller.pins) == 1
    assert other.window.windowTitle() == "regplay"
    assert other.answers.asked == []


def test_pins_that_a_page_asked_for_do_not_come_into_another_session(open_window, tmp_path):
    clock = VirtualClock()
    person = open_window(clock=clock)
    person.window.guide.open_file(written(tmp_path / "small.toml", LESSON))
    untrained(tmp_path / "bare.regplay")
    assert person.window.documents.open(tmp_path / "bare.regplay")
    assert not person.window.guide.panel.isVisible()
    assert person.window.lesson_studies.wanted(person.controller.session.experiment, None) == {}


def test_a_lesson_that_is_not_there_is_told_and_the_rest_is_opened(worked, open_window, path):
    lesson = written(path.parent / "small.toml", LESSON)
    worked.window.guide.open_file(lesson)
    worked.train()  # so that the run is opened too
    save(worked, path)
    other = open_window()
    assert other.window.documents.open(path)
    assert "There is no lesson small here: open its file first." in other.banner
    assert other.window.guide.position is None
    assert not other.window.guide.panel.isVisible()
    assert other.controller.session.experiment == worked.controller.session.experiment


# Before PyTorch is loaded


def test_a_session_is_completed_once_pytorch_is_there(saved, open_window, path, start_later):
    other = open_window(loads=False)
    window = other.window
    assert window.documents.open(path)
    assert window.controller.session.experiment == saved.run.experiment
    assert [len(pin.run.history) > 5 for pin in window.controller.pins] == [True, True]
    assert [pin.fit for pin in window.controller.pins] == [None, None]
    window.documents.check()
    assert not window.isWindowModified()
    save(other, path.parent / "copy.regplay")  # whatever is not there yet is not lost
    start_later(other)
    wait_until_opened(other)
    assert is_same_run(other.view.run, saved.run)
    assert all(pin.fit is not None for pin in window.controller.pins)
    window.documents.check()
    assert not window.isWindowModified()
    copied, first = read(path.parent / "copy.regplay"), read(path)
    assert copied.is_like(first)
    assert len(copied.run.states) == len(first.run.states)


def test_while_it_is_completed_its_run_is_saved_not_the_one_that_begins_anew(
    saved, begin_anew, path, monkeypatch
):
    person, found = begin_anew(), []

    def completed(task, show_waiting):
        person.wait(person.is_shown)
        found.append(person.window._shown_session.document())
        return task()

    monkeypatch.setattr(shown_session, "done_beside", completed)
    assert person.window.documents.open(path)
    assert [document.run.epoch for document in found] == [40]


def test_while_its_points_are_drawn_a_session_is_saved_as_it_was_opened(
    begin_anew, path, monkeypatch
):
    experiment = replace(Experiment(), {"data.name": "linear", "data.n_train": 10})
    write(path, Document(experiment))
    person, found = begin_anew(), []

    def drawn(task, show_waiting):  # meanwhile, timers call back
        found.append(person.window.documents._present().experiment)
        return task()

    monkeypatch.setattr(controller, "done_beside", drawn)
    assert person.window.documents.open(path)
    assert found == [experiment]


def test_what_is_changed_meanwhile_is_kept(saved, open_window, path, start_later):
    other = open_window(loads=False)
    assert other.window.documents.open(path)
    other.window.runs.choose(other.controller.pins[0])
    other.press(Key.Key_Delete, on="runs.list")
    other.set(regularization__weight_decay=0.2)
    start_later(other)
    view = other.wait_for_step(0)
    assert view.run.experiment.regularization.weight_decay == 0.2
    assert [pin.name for pin in other.controller.pins] == ["λ 0.1"]
    other.wait(lambda: other.controller.pins[0].fit is not None)  # a view may be quicker


def test_what_is_opened_from_within_a_lesson_has_its_own_curves(begin_anew, tmp_path):
    other = begin_anew()
    (tmp_path / "lesson.toml").write_text(LESSON)
    other.window.guide.open_file(tmp_path / "lesson.toml")
    assert not other.window.controls.chosen_curves()
    write(tmp_path / "a.regplay", Document(Experiment(), view={"curves": DROPOUT}))
    assert other.window.documents.open(tmp_path / "a.regplay")
    assert other.window.guide.position is None
    assert other.window.controls.chosen_curves() == (DROPOUT,)


def test_what_is_changed_before_torch_is_loaded_is_saved(saved, open_window, path, monkeypatch):
    monkeypatch.setattr(Runner, "start", lambda self: None)  # which has it loaded
    person = open_window(loads=False)
    window = person.window
    assert window.documents.open(path)
    window.documents.check()
    assert not window.documents.is_modified
    pins = [*person.controller.pins]
    person.controller.rename_pin(pins[0], "other")
    person.press(Key.Key_Right, on="regularization.l1")
    assert window.documents.save()
    found = read(path)
    assert found.experiment.regularization.l1 > 0
    assert [pin.name for pin in found.pins] == ["other", "λ 0.1"]
    assert all(pin.run.states is not None for pin in found.pins)
