"""The program's own buttons by the keyboard, and a label without room."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from regplay.gui.lesson_guide.wrapped_text import TextLine, WrappedButton
from regplay.gui.widgets.buttons import Button, CloseButton, FlatButton, Toggle
from regplay.gui.widgets.plain_text import as_plain
from regplay.gui.widgets.texts import ElidedLabel

BUTTONS = (Button, CloseButton, lambda: FlatButton("Go"), lambda: Toggle("Go"), WrappedButton)


@pytest.mark.parametrize("make", BUTTONS)
def test_enter_presses_a_button_and_space_is_left_to_the_window(show_widget, make) -> None:
    button = show_widget(make(), 100, 30)
    pressed = []
    button.clicked.connect(lambda: pressed.append(button))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(button, key)
    assert len(pressed) == 2
    space = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ")
    QApplication.sendEvent(button, space)
    assert len(pressed) == 2
    assert not space.isAccepted()  # it goes on to the window


def test_a_cross_follows_the_palette(show_widget) -> None:
    button = show_widget(CloseButton(), 30, 30)
    palette = button.palette()
    palette.setColor(QPalette.ColorRole.ButtonText, QColor("red"))
    button.setPalette(palette)
    image = button.icon().pixmap(16, 16).toImage()
    assert image.pixelColor(8, 8).getRgb()[:3] == (255, 0, 0)


def test_a_wrapped_button_grows_with_its_text_and_takes_clicks_on_it(show_widget) -> None:
    button = show_widget(WrappedButton(TextLine("word " * 30)), 200, 300)
    narrow, wide = button.heightForWidth(120), button.heightForWidth(400)
    assert narrow > 1.5 * wide
    pressed = []
    button.clicked.connect(lambda: pressed.append(button))
    QTest.mouseClick(button.window(), Qt.MouseButton.LeftButton, pos=button.rect().center())
    assert pressed == [button]


def test_a_label_without_room_elides_and_its_tooltip_says_all(show_widget) -> None:
    label = show_widget(ElidedLabel(), 60, 20)
    text = "a <b>long</b> sentence that has no room"
    label.setText(text)
    assert QLabel.text(label).endswith("…")
    assert label.fontMetrics().horizontalAdvance(QLabel.text(label)) <= 60
    assert (label.text(), label.accessibleName()) == (text, text)
    assert label.toolTip() == as_plain(text)  # the sign of markup is seen
    label.resize(600, 20)
    assert QLabel.text(label) == text
