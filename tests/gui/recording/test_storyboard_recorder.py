"""Recording a storyboard: what a person does, played again, leads to the same."""

import pytest
from endless import ENDLESS
from file_tools import answer_with, dialog_of, drop, put_files, use_table
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QInputDialog

from regplay.core.fields import get, replace
from regplay.gui.application.render import Renderer
from regplay.gui.training import VirtualClock
from regplay.session.storyboard import (
    BeginSection,
    Caption,
    Draw,
    Hide,
    PinRun,
    Scrub,
    SetValues,
    ShowTab,
    SweepField,
    Train,
    load_storyboard,
    loads_storyboard,
    storyboard_toml,
)

WD = "regularization.weight_decay"


SMALL = {"model.width": 8, "data.n_valid": 20}


@pytest.fixture
def recorded(begin_anew):
    return record(begin_anew(SMALL))


def record(person):
    person.choose("Record storyboard")
    assert person.window.recording.storyboard_recorder.is_on
    return person


def finish(person):
    """The steps of the storyboard that opens at the end, without pauses."""
    person.choose("Record storyboard")
    playback = person.window.recording.storyboard.playback
    return playback.storyboard, [step for step in playback.steps if "wait" not in str(step)]


def test_what_was_done_becomes_steps_in_their_order(recorded):
    recorded.train()
    recorded.controller.look(epoch=5)
    recorded.wait(lambda: recorded.view.moment.epoch == 5)
    recorded.set(data__noise=0.1)
    recorded.wait_until_finished()
    recorded.click("pin")
    recorded.window.tabs.set_tab("split")
    _, steps = finish(recorded)
    kinds = [type(step) for step in steps]
    assert kinds == [Train, Scrub, SetValues, PinRun, ShowTab]
    train, scrub, change, _, show = steps
    assert train.train == "end"
    assert scrub.scrub == 5
    assert change.set == {"data.noise": 0.1}
    assert show.show == "split"


def test_a_run_that_is_shown_once_more_is_so_in_the_film(open_window):
    clock = VirtualClock()
    person = open_window({"model.width": 8, "data.n_valid": 20}, clock=clock)

    def is_trained():
        clock.advance(0.05)
        return person.is_shown() and person.view.is_finished

    person.press(Qt.Key.Key_Space, person.window)
    person.wait(is_trained)
    person.choose("Record storyboard")
    person.press(Qt.Key.Key_Space, person.window)
    assert person.controller.replay.is_on
    while person.controller.replay.is_on:
        clock.advance(0.1)
    _, steps = finish(person)
    assert [step.scrub for step in steps if isinstance(step, Scrub)] == [0, "end"]


def test_a_run_is_pinned_once_whatever_it_is_called_later(recorded):
    recorded.train()
    recorded.click("pin")
    recorded.set(data__noise=0.1)
    recorded.wait_until_finished()
    recorded.click("pin")  # from now on each is called by its noise
    recorded.controller.rename_pin(recorded.controller.pins[0], "mine")
    _, steps = finish(recorded)
    assert [type(step) for step in steps] == [Train, PinRun, SetValues, PinRun]
    assert [step.pin for step in steps if isinstance(step, PinRun)] == ["mine", "σ 0.1"]


def test_a_run_that_is_pinned_while_it_trains_is_trained_until_then_first(begin_anew):
    recorded = record(begin_anew({**SMALL, "epochs": 1_000_000}))
    recorded.click("timeline.play")
    recorded.wait(lambda: recorded.is_shown() and recorded.view.snapshot.epoch > 0)
    recorded.click("pin")
    recorded.click("timeline.play")
    _, steps = finish(recorded)
    assert [type(step) for step in steps][:2] == [Train, PinRun]
    assert sum(isinstance(step, PinRun) for step in steps) == 1


def test_what_was_pinned_meanwhile_is_not_there_when_it_begins_anew(recorded):
    recorded.train()
    recorded.click("pin")
    recorded.set(data__noise=0.1)
    recorded.wait_until_finished()
    recorded.click("pin")
    assert len(recorded.controller.pins) == 2
    storyboard, steps = finish(recorded)
    assert not shown_pins(recorded)
    playback = recorded.window.recording.storyboard.playback
    playback.go_to(storyboard.steps.index(steps[2]))
    recorded.wait(lambda: len(shown_pins(recorded)) == 1)
    playback.go_to(0)
    assert not shown_pins(recorded)


def shown_pins(person):
    return [pin.name for pin in person.controller.pins if not pin.is_hidden]


def pin_two(person):
    person.train()
    person.click("pin")
    person.set(data__noise=0.1)
    person.wait_until_finished()
    person.click("pin")
    return [(pin.name, pin.run.history.last.value("valid_loss")) for pin in person.controller.pins]


def test_runs_that_were_pinned_before_are_trained_and_pinned_off_camera(begin_anew, tmp_path):
    person = begin_anew(SMALL)
    pinned = pin_two(person)
    person.set(model__width=4)
    person.wait_until_finished()
    loss = person.view.snapshot.value("valid_loss")
    record(person)
    person.window.tabs.set_tab("split")
    film, steps = finish(person)
    assert [type(step) for step in steps] == [Hide, ShowTab]
    assert not shown_pins(person)
    person.window.recording.storyboard.close_storyboard()
    assert shown_pins(person) == [name for name, _ in pinned]
    renderer = Renderer(loads_storyboard(storyboard_toml(film)), (640, 480), tmp_path / "film")
    try:
        for _ in renderer.frames():
            pass
        again = renderer._window.controller
        pins = [(pin.name, pin.run.history.last.value("valid_loss")) for pin in again.pins]
        assert pins == pinned
        assert again.session.experiment == person.controller.session.experiment
        assert again.view.snapshot.value("valid_loss") == loss
    finally:
        renderer.close()


def test_pinned_runs_that_no_steps_lead_to_are_named(begin_anew):
    person = begin_anew(SMALL)
    person.train()
    person.click("pin")
    person.controller.pins[0].run.changed_at.append(3)
    record(person)
    assert person.window.status.currentMessage() == (
        "The storyboard will be without these pinned runs, as settings were changed while they "
        "trained: plain"
    )
    _, (step,) = finish(person)
    assert step == Hide(hide=(Train(train="end"),))


def test_keys_on_a_slider_are_a_sweep_to_where_it_came(open_window):
    clock = VirtualClock()
    person = open_window({"model.width": 8}, clock=clock)
    person.choose("Record storyboard")
    slider = person.window.controls.control(WD).slider
    for _ in range(8):
        QTest.keyClick(slider, Qt.Key.Key_Right)
        clock.advance(0.1)
    last = get(person.controller.session.experiment, WD)
    _, steps = finish(person)
    assert steps == [SweepField(sweep=WD, to=last, seconds=0.7)]


@pytest.mark.usefixtures("first_curves")
def test_a_slider_that_goes_over_trained_networks_is_noted_like_any_other(open_window):
    recorded = record(open_window(SMALL))
    studies = recorded.controller.studies
    recorded.train()
    recorded.wait(lambda: WD in studies.studies and studies.studies[WD].history is not None)
    experiments = studies.studies[WD].sweep.experiments
    for member in (2, 4, 6):
        recorded.controller.look(study=WD, member=member)
    recorded.controller.look(study="", member=0)
    _, steps = finish(recorded)
    assert [step.set for step in steps if isinstance(step, SetValues)] == [
        {WD: get(experiments[6], WD)}
    ]


def test_where_it_began_is_made_off_camera(begin_anew):
    person = begin_anew({"model.width": 8})
    person.train()
    person.choose("Record storyboard")
    _, steps = finish(person)
    assert steps == [Hide(hide=(Train(train="end"),))]


def test_it_is_rendered_to_the_same_end(recorded, tmp_path):
    recorded.train()
    recorded.set(**{WD.replace(".", "__"): 0.1})
    recorded.wait_until_finished()
    drawn = Draw(draw="arrow", points=((-1.0, 0.5), (1.0, -0.5))).annotation()
    recorded.controller.annotate((drawn,), before=())
    loss = recorded.view.snapshot.value("valid_loss")
    film, _ = finish(recorded)
    recorded.window.recording.storyboard.close_storyboard()
    again = loads_storyboard(storyboard_toml(film))
    assert again.experiment == film.experiment == replace(again.experiment, {WD: 0.0})
    renderer = Renderer(again, (640, 480), tmp_path / "film")
    try:
        frames = sum(1 for _ in renderer.frames())
        window = renderer._window
        assert frames > 10
        assert get(window.controller.session.experiment, WD) == 0.1
        assert window.controller.view.snapshot.value("valid_loss") == loss
        assert window.controller.annotations == (drawn,)
    finally:
        renderer.close()


def test_a_table_that_was_opened_is_copied_beside_the_file(recorded, tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    path.write_text("x,y\n" + "".join(f"{x},{x % 5}\n" for x in range(40)))
    drop(recorded.window, put_files(path), QPoint(400, 300))
    recorded.wait(lambda: dialog_of(recorded.window) is not None)
    use_table(recorded)
    recorded.wait(lambda: recorded.controller.session.experiment.data.name == "csv")
    finish(recorded)
    (folder := tmp_path / "films").mkdir()
    answer_with(monkeypatch, folder / "mine.toml")
    recorded.click("storyboard.save")
    message = recorded.window.status.currentMessage()
    assert message == "Saved mine.toml, and a copy of marks.csv beside it"
    path.unlink()
    recorded.window.recording.storyboard.close_storyboard()
    recorded.window.files.open(folder / "mine.toml")
    assert ("read", (str(folder / "marks.csv"),)) in recorded.answers.asked
    playback = recorded.window.recording.storyboard.playback
    playback.go_to(len(playback.storyboard.steps))
    recorded.wait(lambda: playback._timer is None)
    assert recorded.controller.dataset.n_inputs == 1
    assert recorded.controller.session.experiment.data.file == str(folder / "marks.csv")


def trained(person, epoch):
    """The person has the run trained to an epoch, then pauses."""
    runner = person.controller.runner
    if not runner.is_playing:
        person.press(Qt.Key.Key_Space)
    person.wait(lambda: runner.epoch >= epoch)
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: runner.await_rest(0) and runner.settle())  # it may be past the goal


def replayed(person):
    """Where the run comes to when what was recorded is played."""
    storyboard, steps = finish(person)
    playback = person.window.recording.storyboard.playback
    playback.go_to(len(storyboard.steps))
    person.wait(lambda: playback._timer is None)
    return person.controller.runner.epoch, [step.train for step in steps if isinstance(step, Train)]


def test_a_run_that_is_reset_begins_anew_in_the_film(begin_anew):
    person = record(begin_anew(ENDLESS))
    trained(person, 8)
    first = person.controller.runner.epoch
    person.press(Qt.Key.Key_R)
    trained(person, 3)
    last = person.controller.runner.epoch
    assert replayed(person) == (last, [first, 0, last])


def test_single_epochs_are_trained_in_the_film(begin_anew):
    person = record(begin_anew(ENDLESS))
    for _ in range(3):
        person.press(Qt.Key.Key_E)
    trained(person, 4)
    paused = person.controller.runner.epoch
    person.press(Qt.Key.Key_E)
    epoch, steps = replayed(person)
    assert epoch == sum(steps) == paused + 1
    assert steps[-1] == 1


def test_a_moment_from_which_it_goes_on_is_gone_back_to_in_the_film(begin_anew):
    person = record(begin_anew(ENDLESS))
    trained(person, 8)
    person.controller.look(epoch=4)
    person.wait(lambda: person.view.moment.epoch == 4)
    person.controller.continue_from_here()
    person.wait(lambda: person.controller.runner.epoch > 6)
    person.press(Qt.Key.Key_Space)
    epoch, (_, anew, moment, after) = replayed(person)
    assert anew == 0
    assert 4 <= moment <= epoch
    assert epoch == moment + after


def test_a_change_while_it_trains_begins_anew_in_the_film(begin_anew):
    person = record(begin_anew(ENDLESS))
    runner = person.controller.runner
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: runner.epoch > 8)
    person.set(data__noise=0.1)
    trained(person, 3)
    epoch, (_, anew, after) = replayed(person)
    assert anew == 0
    assert epoch == after


def answer(monkeypatch, clock, *texts):
    """Have the next questions answered with these, each a minute later; None cancels."""
    answers = iter(texts)

    def write(dialog):
        clock.advance(60.0)
        text = next(answers)
        if text is None:
            return QDialog.DialogCode.Rejected
        dialog.setTextValue(text)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QInputDialog, "exec", write)


def test_captions_and_sections_are_said_while_it_is_recorded(open_window, monkeypatch):
    clock = VirtualClock()
    person = open_window({"model.width": 8}, clock=clock)
    bar = person.window.recording.storyboard_bar
    assert not bar.isVisible()
    person.choose("Record storyboard")
    assert bar.isVisible()
    answer(monkeypatch, clock, "Noise", "Thirty points", "", None)
    person.click("storyboard_recorder.section")
    person.click("storyboard_recorder.caption")
    person.wait(lambda: person.window.recording.presentation.caption.text() == "Thirty points")
    clock.advance(5.0)
    person.controller.set_value("data.noise", 0.1)
    clock.advance(1.0)
    person.click("storyboard_recorder.caption")
    person.click("storyboard_recorder.caption")  # and changes her mind
    person.click("storyboard_recorder.stop")
    assert not bar.isVisible()
    assert person.window.recording.storyboard.playback.steps == (
        BeginSection(section="Noise"),
        Caption(caption="Thirty points", seconds=5.0),
        SetValues(set={"data.noise": 0.1}, seconds=1.0),
        Caption(caption=""),
    )
    person.choose("Record storyboard")  # the entry of the menu knows that it was stopped
    assert bar.isVisible()


def test_what_was_recorded_is_asked_about_even_while_it_is(open_window, tmp_path, monkeypatch):
    person = open_window(SMALL)
    person.choose("Record storyboard")
    person.set(data__noise=0.1)
    person.answers.keeps = "cancel"
    person.window.close()
    assert person.window.isVisible()
    assert ("keep", "the storyboard “What I did”") in person.answers.asked
    steps = person.window.recording.storyboard.playback.steps
    assert SetValues(set={"data.noise": 0.1}, seconds=0.0) in steps
    person.answers.asked.clear()
    answer_with(monkeypatch, tmp_path / "mine.toml")
    person.answers.keeps = "save"
    person.window.close()
    assert not person.window.isVisible()
    assert load_storyboard(tmp_path / "mine.toml").steps == steps


def test_a_training_that_takes_longer_than_a_step_may_is_one_that_can_be_saved(open_window):
    clock = VirtualClock()
    person = open_window(ENDLESS, clock=clock)
    runner = person.controller.runner
    person.choose("Record storyboard")
    person.press(Qt.Key.Key_Space, person.window)

    def has_trained():
        clock.advance(0.05)
        return runner.epoch > 0

    person.wait(has_trained)
    person.press(Qt.Key.Key_Space, person.window)
    person.press(Qt.Key.Key_Space, person.window)
    at = runner.epoch
    for _ in range(7):
        clock.advance(100.0)
    person.wait(lambda: runner.epoch > at)
    film, steps = finish(person)
    assert isinstance(steps[-1], Train)
    assert steps[-1].seconds == 600.0
    assert loads_storyboard(storyboard_toml(film)).steps == film.steps


def test_what_is_said_during_training_comes_between_its_two_parts(begin_anew):
    person = begin_anew(ENDLESS)
    runner = person.controller.runner
    person.choose("Record storyboard")
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: runner.epoch > 10)
    person.window.recording.storyboard_recorder.say("It goes on")
    at = runner.epoch
    person.wait(lambda: runner.epoch > at)
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: runner.await_rest(0) and runner.settle())
    last = runner.epoch
    _, steps = finish(person)
    assert [type(step) for step in steps] == [Train, Caption, Train]
    assert steps[0].train == at
    assert steps[0].train + steps[2].train == last
