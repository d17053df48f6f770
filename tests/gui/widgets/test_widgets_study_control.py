"""Start, Stop and progress of studies, which the map and the seeds share."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.core.sweep import Lineup
from regplay.gui.training.messages import Study, StudyRequest
from regplay.gui.widgets.study_control import StudyControl

pytestmark = pytest.mark.usefixtures("short_stretches")

SMALL = replace(
    Experiment(), {"epochs": 40, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}
)
SWEEP = Lineup((SMALL, replace(SMALL, {"regularization.weight_decay": 0.1})))
OTHER = Lineup((SMALL, replace(SMALL, {"regularization.dropout": 0.1})))
REQUESTS = {"a": StudyRequest(SWEEP, epoch=3)}


def study_of(sweep: Lineup, records: int) -> Study:
    """After so many records; −1 trains to the end."""
    joint = JointTraining(sweep.experiments, device="cpu")
    while records and not joint.finished:
        joint.advance()
        records -= 1
    return Study(sweep, "cpu", joint.history)


@pytest.fixture
def control(show_widget) -> StudyControl:
    control = StudyControl("a")
    control.set_start("Train 2 networks")
    return show_widget(control, 300, 30)


def click(control: StudyControl) -> None:
    QTest.mouseClick(control.button, Qt.MouseButton.LeftButton)


def seen(control: StudyControl) -> tuple[str, str]:
    """What the button says, and the number beside the bar; empty while there is none."""
    assert control.progress.isVisible() == bool(control.percent.text())
    return control.button.text(), control.percent.text()


def test_one_button_starts_and_stops(control) -> None:
    heard = []
    control.turned.connect(heard.append)
    assert seen(control) == ("Start", "")
    assert control.button.toolTip() == "Train 2 networks"
    assert control.wanted(REQUESTS) == {}
    click(control)
    assert seen(control) == ("Stop", "0 %")
    assert "stays" in control.button.toolTip()
    assert control.wanted(REQUESTS) == REQUESTS
    click(control)
    assert seen(control) == ("Start", "")
    assert control.wanted(REQUESTS) == {}  # nothing had been trained
    assert heard == [True, False]


def test_what_is_stopped_stays_and_start_goes_on_with_it(control) -> None:
    click(control)
    study = study_of(SWEEP, 10)
    control.take({"a": study})
    done = study.history.progress
    assert 0 < done < 1
    assert control.progress.value() == round(1000 * done)
    assert seen(control) == ("Stop", f"{int(100 * done)} %")
    click(control)
    assert seen(control) == ("Start", f"{int(100 * done)} %")
    paused = control.wanted(REQUESTS)["a"]
    assert (paused.sweep, paused.epoch, paused.is_paused) == (SWEEP, 3, True)
    click(control)
    assert not control.wanted(REQUESTS)["a"].is_paused
    assert seen(control) == ("Stop", f"{int(100 * done)} %")


def test_all_of_several_have_to_be_at_their_ends(control) -> None:
    click(control)
    control.take({"a": study_of(SWEEP, -1), "b": study_of(OTHER, 0)})
    assert seen(control) == ("Stop", "50 %")
    control.take({"b": study_of(OTHER, -1)})
    assert seen(control) == ("Start", "")
    click(control)  # nothing is left to do
    assert seen(control) == ("Start", "")


def test_another_sweep_is_begun_by_itself_once_the_last_was_finished(control) -> None:
    dropped = []
    control.dropped.connect(dropped.append)
    click(control)
    control.take({"a": study_of(SWEEP, -1)})
    assert seen(control) == ("Start", "")
    assert control.wanted({"a": StudyRequest(OTHER)}) == {"a": StudyRequest(OTHER)}
    assert dropped == ["a"]
    assert seen(control) == ("Stop", "0 %")


def test_nothing_is_left_of_another_sweep_after_stop(control) -> None:
    click(control)
    control.take({"a": study_of(SWEEP, 10)})
    click(control)
    assert control.wanted({"a": StudyRequest(OTHER)}) == {}
    assert seen(control) == ("Start", "")


def test_what_cannot_be_trained_is_not_running(control) -> None:
    click(control)
    control.take({"a": Study(SWEEP, "cpu", problem="no such file")})
    assert seen(control) == ("Start", "")


def test_start_waits_until_it_can_be_chosen_but_stop_does_not(control) -> None:
    control.set_start("No effect", can_start=False)
    assert not control.button.isEnabled()
    control.turn(True)
    assert control.button.isEnabled()


def test_a_new_number_lays_nothing_out(control) -> None:
    parts = (control.button, control.progress, control.percent)
    places = [part.geometry() for part in parts]
    click(control)
    control.take({"a": study_of(SWEEP, 10)})
    assert [part.geometry() for part in parts] == places
