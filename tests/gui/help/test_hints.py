"""The line on the picture that says what to try, from the first start on."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from session_tools import save

from regplay.gui.help.hints import _drawn
from regplay.session.lessons import lessons

DECAY = "regularization.weight_decay"
Key = Qt.Key
SINE = {"epochs": 400, "optimizer.lr": 0.02, "model.width": 32}  # overfitted, and soon


@pytest.fixture(autouse=True)
def one_curve(settings):
    """The hints know one curve; others, and advice, would be trained beside it for nothing."""
    settings.setValue("curves", DECAY)


@pytest.fixture
def beginner(open_window):
    """Sits before the overfitted sine, at the first start."""
    return begun(open_window)


def begun(open_window):
    person = open_window(SINE)
    person.controller.studies.remove(person.window.verdict_bar)
    person.window.hints.begin()
    person.train()
    return person


def hint(person) -> str:
    label = person.window.hints.label
    return label.text() if label.isVisible() else ""


def follow_first(person) -> None:
    """Take weight decay to the valley of its curve."""
    person.wait(lambda: "valley" in hint(person))
    curve = person.window.controls.curve(DECAY)
    person.set(**{"regularization__weight_decay": curve.values[curve.valley]})
    person.wait(lambda: "valley" not in hint(person))


def test_an_audience_sees_no_hint(beginner):
    beginner.wait(lambda: "valley" in hint(beginner))
    beginner.press(Key.Key_F11, beginner.window)
    beginner.wait(lambda: hint(beginner) == "")
    beginner.press(Key.Key_Escape, beginner.window)
    beginner.wait(lambda: "valley" in hint(beginner))


def test_the_first_hint_goes_when_it_is_followed_and_the_others_follow(beginner, settings):
    person, window = beginner, beginner.window
    follow_first(person)
    person.wait(lambda: "<b>epoch</b>" in hint(person))
    window.timeline.track.pick_moment(16)
    person.wait(lambda: "lesson" in hint(person))
    window.guide.open()
    window.guide.go_to(lessons()[0].id, 0)
    assert hint(person) == ""  # none in a lesson
    window.guide.close()
    person.wait(lambda: "<b>P</b>" in hint(person))
    person.press(Key.Key_P)
    assert hint(person) == ""
    assert set(settings.value("hints").split()) == {"valley", "moment", "lesson", "pin"}


def test_a_value_away_from_the_valley_is_not_what_is_meant(beginner):
    person = beginner
    person.wait(lambda: "valley" in hint(person))
    curve = person.window.controls.curve(DECAY)
    person.set(regularization__weight_decay=curve.values[-1])
    person.wait_until_finished()
    assert "valley" in hint(person)


def test_without_a_valley_to_drag_to_the_next_thing_is_asked_for(open_window, settings):
    settings.setValue("curves", "regularization.dropout")
    person = begun(open_window)
    person.wait(lambda: "<b>epoch</b>" in hint(person))
    assert "valley" not in settings.value("hints")  # that is still to come


def test_where_no_decay_is_best_the_next_thing_is_asked_for(beginner):
    person = beginner
    person.wait(lambda: "valley" in hint(person))
    person.set(data__noise=0.0, model__depth=1, model__width=4)
    curve = person.window.controls.curve
    person.wait(lambda: curve(DECAY) is not None and curve(DECAY).is_finished)
    assert curve(DECAY).values[curve(DECAY).valley] == 0
    person.wait(lambda: "<b>epoch</b>" in hint(person))


def test_a_polynomial_has_no_epochs_to_go_back_to(beginner):
    person = beginner
    follow_first(person)
    person.wait(lambda: "<b>epoch</b>" in hint(person))
    person.set(model__kind="polynomial")
    person.wait(lambda: "lesson" in hint(person))
    person.set(model__kind="network")
    person.wait(lambda: "<b>epoch</b>" in hint(person))


def test_what_was_done_before_its_turn_is_not_asked_for(beginner):
    person = beginner
    person.press(Key.Key_P)
    person.window.timeline.track.pick_moment(16)
    person.window.timeline.track.pick_moment(None)
    follow_first(person)
    person.wait(lambda: "lesson" in hint(person))


def test_each_comes_at_one_start_alone_but_for_the_first(open_window):
    follow_first(begun(open_window))  # the second has been seen, not followed
    person = begun(open_window)
    person.wait(lambda: "lesson" in hint(person))


def test_a_first_hint_that_was_not_followed_comes_again(open_window):
    for _ in range(2):
        person = begun(open_window)
        person.wait(lambda: "valley" in hint(person))  # noqa: B023


def test_there_is_none_for_an_experiment_of_ones_own(open_window):
    person = open_window(SINE)
    person.train()
    curve = person.window.controls.curve
    person.wait(lambda: curve(DECAY) is not None and curve(DECAY).is_finished)
    assert hint(person) == ""


def test_there_is_none_while_a_session_is_open(beginner, tmp_path):
    person = beginner
    person.wait(lambda: "valley" in hint(person))
    save(person, tmp_path / "mine.regplay")
    assert hint(person) == ""


def test_it_is_in_nobodys_way(beginner):
    """In another tab, while points are edited, and over a confusion matrix."""
    person, window = beginner, beginner.window
    person.wait(lambda: "valley" in hint(person))
    window.tabs.set_tab("network")
    assert hint(person) == ""
    window.tabs.set_tab("fit")
    person.wait(lambda: "valley" in hint(person))
    window.editing.button.setChecked(True)
    assert hint(person) == ""
    window.editing.button.setChecked(False)
    person.wait(lambda: "valley" in hint(person))
    person.set(data__name="digits", epochs=5)
    person.wait_until_finished()
    assert hint(person) == ""


def test_it_covers_no_point_and_lets_the_mouse_through(beginner):
    for size in ((1024, 640), (1280, 800)):
        beginner.window.resize(*size)
        beginner.wait(lambda: "valley" in hint(beginner))
        assert_it_is_in_no_way(beginner)


def assert_it_is_in_no_way(person):
    window = person.window
    QApplication.processEvents()
    panel, label = window.fit_view.panel, window.hints.label
    viewport = panel.chart.viewport()
    inside = panel.chart.box.geometry()
    place = QRect(label.mapTo(window, QPoint()), label.size())
    origin = viewport.mapTo(window, inside.topLeft().toPoint())
    x, y = _drawn(panel, panel.fit)
    assert len(x) > 230
    x, y = x + origin.x(), y + origin.y()
    covered = (x > place.left()) & (x < place.right()) & (y > place.top()) & (y < place.bottom())
    assert not np.any(covered)
    assert QRect(origin, inside.size().toSize()).contains(place)
    assert window.childAt(place.center()) is viewport
    QTest.mouseMove(viewport, viewport.mapFrom(window, place.center()))
    assert panel.chart.hover.isVisible()
