"""Combo boxes, check boxes and text lines."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from regplay.core.fields import FIELDS, ExperimentError

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def make(show_control):
    def build(path):
        control = show_control(path)
        changes = []
        control.value_changed.connect(changes.append)
        return control, changes

    return build


@pytest.mark.parametrize("path", ["model.activation", "model.init", "optimizer.name"])
def test_a_choice_offers_what_the_field_takes(make, path):
    control, changes = make(path)
    combo = control.combo
    assert tuple(combo.itemText(i) for i in range(combo.count())) == FIELDS[path].choices
    assert control.value() == FIELDS[path].default
    control.set_value(FIELDS[path].choices[-1])
    control.set_value(FIELDS[path].choices[-1])
    assert changes == [FIELDS[path].choices[-1]]
    assert combo.currentText() == FIELDS[path].choices[-1]


def test_a_choice_by_keyboard_and_back_by_double_click(make):
    control, changes = make("model.activation")
    QTest.keyClick(control.combo, Key.Key_Down)
    assert changes == ["relu"]
    QTest.mouseDClick(control.label, LEFT)
    assert changes == ["relu", "tanh"]


def test_a_choice_refuses_another_word(make):
    control, changes = make("optimizer.name")
    with pytest.raises(ExperimentError, match="did you mean adam"):
        control.set_value("adan")
    assert changes == []


def test_a_switch_by_mouse_and_keyboard(make):
    control, changes = make("data.clean_valid")
    QTest.mouseClick(control.check_box, LEFT, pos=QPoint(8, control.check_box.height() // 2))
    assert changes == [True]
    QTest.keyClick(control.check_box, Key.Key_Space)
    assert changes == [True, False]
    control.set_value(False)
    assert changes == [True, False]
    control.reset()
    assert control.value() is FIELDS["data.clean_valid"].default


def test_a_text_takes_effect_on_enter(make):
    control, changes = make("data.target")
    QTest.keyClicks(control.line, " price ")
    assert changes == []
    QTest.keyClick(control.line, Key.Key_Return)
    assert changes == ["price"]
    QTest.mouseDClick(control.label, LEFT)
    assert changes == ["price", ""]


def test_a_file_is_browsed_for(make, monkeypatch):
    control, changes = make("data.file")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/tmp/cars.csv", ""))
    QTest.mouseClick(control.browse, LEFT)
    assert changes == ["/tmp/cars.csv"]
    assert control.line.text() == "/tmp/cars.csv"


def test_a_cancelled_dialog_keeps_the_file(make, monkeypatch):
    control, changes = make("data.file")
    control.set_value("/tmp/cars.csv")
    asked = []

    def cancel(parent, title, folder, kinds):
        asked.append(folder)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", cancel)
    QTest.mouseClick(control.browse, LEFT)
    assert changes == ["/tmp/cars.csv"]
    assert asked == ["/tmp"]
