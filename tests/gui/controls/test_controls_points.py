"""A person's own points in the panel: a count, not their text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controls import ControlPanel


@pytest.fixture
def panel(qtbot, answered):
    widget = answered(
        ControlPanel(
            replace(Experiment(), {"data.name": "points", "data.points": "0 1; 1 2\n2 1\n"})
        )
    )
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_they_are_counted(panel):
    control = panel.control("data.points")
    assert isinstance(control.count, QLabel)
    assert control.count.text() == "3 points"
    assert control.findChildren(QLineEdit) == []
    panel.set_experiment(replace(panel.experiment(), {"data.points": "0 1"}))
    assert control.count.text() == "1 point"
    panel.set_experiment(replace(panel.experiment(), {"data.points": ""}))
    assert control.count.text() == "none"


def test_without_validation_points_some_are_held_back(panel):
    control = panel.control("data.valid_points")
    assert control.count.text() == "30 % held back"
    panel.set_experiment(replace(panel.experiment(), {"data.valid_points": "0 1; 1 1"}))
    assert control.count.text() == "2 points"


def test_a_double_click_takes_no_points_away(panel):
    control = panel.control("data.points")
    QTest.mouseDClick(control.label, Qt.MouseButton.LeftButton)
    assert control.count.text() == "3 points"
    assert panel.experiment().data.points == "0 1; 1 2\n2 1\n"


def test_edits_are_counted_and_taken_back_by_a_button(panel, qtbot):
    control = panel.control("data.edits")
    assert not control.isVisibleTo(panel)
    edits = {"data.name": "sine", "data.edits": "move 3 0 1; add 1 1; add 2 1"}
    panel.set_experiment(replace(panel.experiment(), edits))
    assert control.isVisibleTo(panel)
    assert control.count.text() == "1 moved, 2 added"
    with qtbot.waitSignal(panel.value_chosen) as told:
        QTest.mouseClick(control.restore, Qt.MouseButton.LeftButton)
    assert told.args == ["data.edits", ""]
    assert panel.experiment().data.name == "sine"
    assert not control.isVisibleTo(panel)


def test_they_are_shown_with_own_points_alone(panel):
    for name in REGISTRY:
        panel.set_experiment(replace(panel.experiment(), {"data.name": name}))
        for path in ("data.points", "data.valid_points"):
            assert panel.control(path).isVisibleTo(panel) == (name == "points"), name
