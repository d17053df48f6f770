"""Boxes: typed numbers are read by one rule in every locale, Space and the wheel are for others."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget
from wheel import turn_wheel

from regplay.core.fields import FIELDS
from regplay.gui.controls.panel import make_control
from regplay.gui.widgets import Button, ComboBox, CountBox, NumberBox, WholeNumberBox, fill

Key = Qt.Key


@pytest.fixture(params=["C", "en_US", "de_DE", "fr_FR", "de_CH", "ar_EG"])
def locale(request):
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.fixture
def whole(show_widget, locale):
    box = CountBox()
    box.setRange(0, 2_000_000)
    box.setGroupSeparatorShown(True)
    box.setValue(7)
    return show_widget(box, 120, 30)


def enter(box, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1000", 1000), ("1,000", 1000), ("1 000", 1000), ("1.000.000", 1_000_000), ("1e3", 1000)],
)
def test_a_whole_number_is_read_and_shown_alike_in_every_locale(whole, text, value) -> None:
    enter(whole, text)
    assert whole.value() == value
    assert whole.text() == f"{value:,}"
    enter(whole, whole.text())
    assert whole.value() == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1.000", "1.000: 1 or 1,000? Write it without the point."),
        ("2.5", "2.5: must be a whole number from 0 to 2,000,000."),
        ("3000000", "3000000: must be a whole number from 0 to 2,000,000."),
        ("-1", "-1: must be a whole number from 0 to 2,000,000."),
    ],
)
def test_what_is_refused_goes_back_and_says_why(whole, text, why) -> None:
    enter(whole, text)
    assert whole.value() == 7
    assert whole.text() == "7"
    assert QToolTip.text() == why


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.5", 2.5), ("2,5", 2.5), ("1,000", 1000), ("1.000", 1), ("1.000,5", 1000.5), ("-3", -3)],
)
def test_decimals_are_read_and_shown_alike_in_every_locale(show_widget, locale, text, value):
    box = NumberBox(decimals=1, suffix=" s")
    box.setRange(-5000, 5000)
    show_widget(box, 120, 30)
    for typed in (text, f"{text} s"):
        box.setValue(7)
        enter(box, typed)
        assert box.value() == value
        assert box.text() == f"{value:.1f} s"


def test_a_word_at_the_lower_end_stays_one(show_widget) -> None:
    box = NumberBox()
    box.setRange(-2, 2)
    box.setSpecialValueText("as the nearest")
    box.setValue(-2)
    show_widget(box, 120, 30)
    assert box.text() == "as the nearest"
    enter(box, box.text())
    assert box.value() == -2
    enter(box, "1,5")
    assert box.value() == 1.5


def test_the_arrow_keys_step(show_widget) -> None:
    box = WholeNumberBox()
    box.setRange(0, 10)
    show_widget(box, 120, 30)
    QTest.keyClick(box, Key.Key_Up)
    QTest.keyClick(box, Key.Key_Up)
    assert box.value() == 2


def test_space_is_of_the_number_while_one_types_and_else_of_the_window(qtbot, show_widget) -> None:
    page, box, pressed = QWidget(), CountBox(), []
    box.setRange(0, 20_000)
    QVBoxLayout(page).addWidget(box)
    action = QAction(page)
    action.setShortcut(QKeySequence("Space"))
    action.triggered.connect(lambda: pressed.append(box.value()))
    page.addAction(action)
    show_widget(page, 160, 60)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    enter(box, "12 000")
    assert box.value() == 12_000
    assert pressed == []
    QTest.keyClick(box, Key.Key_Space)
    assert pressed == [12_000]
    enter(box, "12000")  # the text is another, the number the same
    QTest.keyClick(box, Key.Key_Space)
    assert pressed == [12_000, 12_000]


def test_the_wheel_over_a_combo_box_is_for_what_is_around_it(show_widget) -> None:
    box = show_widget(ComboBox({"one": 1, "two": 2, "three": 3}), 120, 30)
    box.setCurrentIndex(1)
    assert not turn_wheel(box).isAccepted()
    assert box.currentData() == 2


@pytest.fixture(params=["epochs", "regularization.weight_decay", "data.target"])
def typed(qtbot, show_widget, request):
    """A box in which a number was typed, above a button; what counted when that was pressed."""
    page, seen = QWidget(), []
    control = CountBox() if request.param == "epochs" else make_control(FIELDS[request.param])
    box = getattr(control, "box", None) or getattr(control, "line", control)
    button, action = Button(), QAction(page)
    fill(QVBoxLayout(page), control, button)
    button.clicked.connect(lambda: seen.append(control.value()))
    action.setShortcut(QKeySequence("F9"))
    action.triggered.connect(lambda: seen.append(control.value()))
    page.addAction(action)
    show_widget(page, 300, 120)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "1")
    return SimpleNamespace(page=page, box=box, button=button, control=control, seen=seen)


def test_a_click_on_a_button_takes_what_was_typed_before(typed) -> None:
    QTest.mouseClick(typed.button, Qt.MouseButton.LeftButton)
    assert [float(value) for value in typed.seen] == [1]


def test_a_shortcut_takes_what_was_typed_before(typed) -> None:
    QTest.keyClick(typed.box, Key.Key_F9)
    assert [float(value) for value in typed.seen] == [1]
    assert typed.box.hasFocus()
    QTest.keyClick(typed.box, Key.Key_F9)
    assert [float(value) for value in typed.seen] == [1, 1]


def test_a_tool_tip_that_goes_away_does_not_end_typing(typed) -> None:
    other = QWidget(typed.page, Qt.WindowType.ToolTip)
    other.show()
    other.close()
    assert typed.control.value() not in (1, "1")


def test_a_click_into_the_box_does_not_end_typing(typed) -> None:
    QTest.mouseClick(typed.box, Qt.MouseButton.LeftButton)
    assert typed.box.hasFocus()
    QTest.keyClick(typed.box, Key.Key_End)
    QTest.keyClicks(typed.box, "0")
    QTest.mouseClick(typed.button, Qt.MouseButton.LeftButton)
    assert [float(value) for value in typed.seen] == [10]
