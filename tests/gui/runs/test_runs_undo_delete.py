"""A deleted pin is offered back, in the list alone and in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.gui.runs.runs_list import RunsList
from regplay.session.pins import Pins

LEFT, DELETE = Qt.MouseButton.LeftButton, Qt.Key.Key_Delete


@pytest.fixture
def pins(controller, make_run) -> Pins:
    pins = controller.pins
    for name in "abc":
        pins.pin(make_run(), None, name)
    return pins


@pytest.fixture
def runs(show_widget, controller, pins) -> RunsList:
    return show_widget(RunsList(controller), 330, 300)


def _click(runs: RunsList, name: str) -> None:
    button = runs.findChild(QToolButton, name)
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)


def _delete(runs: RunsList, place: int) -> None:
    runs.choose(runs.rows.rows[1 + place].pin)
    QTest.keyClick(runs.view, DELETE)


def _offer(runs: RunsList) -> str:
    label = runs.findChild(QLabel, "runs.deleted")
    return label.text() if label.isVisible() else ""


def test_a_deleted_pin_comes_back_in_its_place_and_colour(runs, pins) -> None:
    before = list(pins)
    colors = [pin.color for pin in pins]
    assert _offer(runs) == ""
    _delete(runs, 1)
    assert len(pins) == 2
    assert _offer(runs) == "Deleted “b”"
    _click(runs, "runs.undo")
    assert list(pins) == before
    assert [pin.color for pin in pins] == colors
    assert runs.current is before[1]
    assert _offer(runs) == ""


def test_what_was_deleted_last_comes_back_first(runs, pins) -> None:
    before = list(pins)
    for place in (0, 1, 0):
        _delete(runs, place)
    assert not len(pins)
    for name in "bca":
        assert _offer(runs) == f"Deleted “{name}”"
        _click(runs, "runs.undo")
    assert list(pins) == before
    assert _offer(runs) == ""


def test_the_offer_ends_when_another_run_is_pinned(controller, runs, pins, make_run) -> None:
    _delete(runs, 0)
    controller.complete_pins({})  # the same once more
    assert _offer(runs) == "Deleted “a”"
    dataset = load(Experiment().data)
    new = controller.pin_run(make_run(), None, dataset, "d")  # in the deleted one's colour
    assert _offer(runs) == ""
    assert new.color == 0


def test_the_offer_leaves_the_chosen_run_in_sight(show_widget, controller, pins) -> None:
    runs = show_widget(RunsList(controller), 330, 170)
    for name in "bc":
        runs.choose(pins[1])
        QTest.keyClick(runs.view, DELETE)
        QApplication.processEvents()
        assert _offer(runs) == f"Deleted “{name}”"
        row = runs.view.visualRect(runs.view.currentIndex())
        assert runs.view.viewport().rect().contains(row)


def test_the_offer_can_be_closed(runs, pins) -> None:
    for _ in range(3):
        _delete(runs, 0)
    assert not pins
    assert runs.isVisible()
    _click(runs, "runs.forget")
    assert not runs.isVisible()


def test_a_long_name_leaves_room_for_the_button(runs, pins) -> None:
    name = "weight decay " * 12
    pins.rename(pins[2], name)
    _delete(runs, 2)
    label, button = runs.findChild(QLabel, "runs.deleted"), runs.findChild(QToolButton, "runs.undo")
    drawn = QLabel.text(label)
    assert drawn.startswith("Deleted “weight decay")
    assert drawn.endswith("…")
    assert label.fontMetrics().horizontalAdvance(drawn) <= label.width()
    assert name.strip() in label.toolTip()
    assert label.geometry().right() < button.geometry().left()
    assert button.geometry().right() < runs.width()


def test_in_the_window_its_curves_come_back_too(open_window) -> None:
    small = {"epochs": 20, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}
    person = open_window(small)
    window = person.window
    person.press(Qt.Key.Key_P)
    pin = window.controller.pins[0]

    def lines() -> list[str]:
        return [run.source.name for run in window.history_view.plot.pinned.runs]

    window.runs.choose(pin)
    person.press(DELETE, window.runs.view)
    assert lines() == []
    assert window.runs.isVisible()  # it has something to offer
    person.wait(lambda: person.find("runs.undo").width() > 20)  # it is laid out
    person.click("runs.undo")
    assert lines() == [pin.name]
    assert list(window.controller.pins) == [pin]
    window.runs.choose(pin)
    person.press(DELETE, window.runs.view)
    person.wait(person.find("runs.forget").isVisible)
    person.click("runs.forget")
    assert not window.runs.isVisible()
