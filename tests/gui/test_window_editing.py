"""Points that are edited in the window while it trains."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def place(chart, right: float, up: float):
    """Where these shares of the ranges are on the chart."""
    frame = chart.frame()
    inside = QPointF(right * frame.width, (1 - up) * frame.height)
    return chart.mapFromScene(chart.box.mapToScene(inside))


def test_a_click_retrains_on_one_point_more_and_ctrl_z_takes_it_back(person) -> None:
    first = person.train()
    person.click("edit")
    chart = person.window.fit_view.panel.chart
    ranges = chart.box.viewRange()
    QTest.mouseClick(chart.viewport(), LEFT, pos=place(chart, 0.5, 0.95))
    assert person.window.fit_view.panel.fit is not None  # it stays until the next
    assert person.text("edit.count") == "31 training points"
    person.wait(lambda: person.is_shown() and person.view.is_finished)
    assert len(person.view.dataset.train.y) == 31
    assert chart.box.viewRange() == ranges
    assert (person.view.fit.grid != first.fit.grid).any()
    person.controller.undo()
    again = person.wait_until_finished()
    np.testing.assert_array_equal(again.fit.grid, first.fit.grid)
    assert person.controller.session.experiment.data.name == "sine"


def test_a_dragged_point_stays_under_the_mouse_while_older_fits_arrive(person) -> None:
    person.set(data__name="moons", epochs=2000)
    person.press(Qt.Key.Key_Space)
    person.click("edit")
    view = person.window.fit_view
    chart = view.panel.chart
    QTest.mousePress(chart.viewport(), LEFT, pos=place(chart, 0.5, 0.98))
    for step in range(1, 10):
        here = place(chart, 0.5 - 0.03 * step, 0.98)
        older = person.view
        QTest.mouseMove(chart.viewport(), here)
        person.controller.runner.viewed.emit(older)  # as when its training was nearly done
        assert older.generation < person.controller.runner.generation
        assert view.panel.dataset is person.controller.dataset
        before = len(person.views)
        person.wait(lambda before=before: len(person.views) > before)
        assert view.panel.dataset is person.controller.dataset
        assert view.panel.fit.grid is not None
    QTest.mouseRelease(chart.viewport(), LEFT, pos=here)
    assert view.panel.dataset is person.controller.dataset


def test_in_the_mode_another_dataset_is_shown_at_once_and_edited(person) -> None:
    """Of one input, then of two: on another chart."""
    person.train()
    person.click("edit")
    window = person.window
    for values in ({"data__noise": 1.0}, {"data__name": "moons"}, {"data__name": "sine"}):
        person.set(**values)
        assert window.fit_view.panel.dataset is window.controller.dataset
        for right in (0.5, 0.4):  # before its first fit, and after it
            chart, points = window.fit_view.panel.chart, len(window.controller.dataset.train.y)
            QTest.mouseClick(chart.viewport(), LEFT, pos=place(chart, right, 0.95))
            assert window.controller.session.experiment.data.edits
            assert len(window.controller.dataset.train.y) == points + 1
            assert window.fit_view.panel.dataset is window.controller.dataset
            assert person.wait_until_finished().dataset is window.fit_view.panel.dataset


def test_two_clicks_and_a_drag_are_three_steps_back(person) -> None:
    start = person.controller.session.experiment
    person.click("edit")
    chart = person.window.fit_view.panel.chart
    for right in (0.3, 0.6):
        QTest.mouseClick(chart.viewport(), LEFT, pos=place(chart, right, 0.95))
    QTest.mousePress(chart.viewport(), LEFT, pos=place(chart, 0.6, 0.95))
    for step in range(10):
        QTest.mouseMove(chart.viewport(), place(chart, 0.6, 0.9 - 0.03 * step))
    QTest.mouseRelease(chart.viewport(), LEFT, pos=place(chart, 0.6, 0.6))
    for points in (2, 1):
        person.controller.undo()
        assert person.controller.session.experiment.data.edits.count("add") == points
    person.controller.undo()
    assert person.controller.session.experiment == start
    for _ in range(3):
        person.controller.redo()
    assert person.controller.session.experiment.data.edits.count("add") == 2


def test_the_entry_of_the_menu_shows_the_fit_first_or_says_why_not(person) -> None:
    window = person.window
    for tab, is_on in (("network", True), ("network", True), ("fit", False), ("fit", True)):
        person.click(f"tab.{tab}")
        person.choose("Edit points")
        assert (window.tabs.tab, window.editing.is_on) == ("fit", is_on)
        assert person.find("edit.strip").isVisible() == is_on
    person.set(data__name="linear", data__n_inputs=5)
    assert not window.editing.is_on
    person.choose("Edit points")
    assert "at most two inputs" in person.banner
