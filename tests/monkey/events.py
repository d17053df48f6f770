"""Mouse, keyboard, drops: events as the window system sends them."""

import random

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_NO_KEY = Qt.KeyboardModifier.NoModifier
_KEYS = {
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}


def reachable(window: QWidget) -> QWidget:
    """The top level that takes events now: an open menu, a modal dialog, else the window."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget() or window


def is_in_reach(widget: QWidget) -> bool:
    """Whether it is in sight, and takes events."""
    in_sight = widget.isVisible() and not widget.visibleRegion().isEmpty()
    return in_sight and widget.isEnabled()


def place_in(widget: QWidget, rng: random.Random) -> QPoint:
    """A point of it that is in sight."""
    area = widget.visibleRegion().boundingRect()
    return QPoint(rng.randint(area.left(), area.right()), rng.randint(area.top(), area.bottom()))


def mouse(widget: QWidget, kind: str, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
    """An event of the mouse, `Press`, `Move`, `Release` or `DClick`, if it is still there."""
    if not shiboken6.isValid(widget) or (handle := widget.window().windowHandle()) is None:
        return
    top = widget.window()
    here = widget.mapTo(top, at)
    here = QPoint(min(max(here.x(), 0), top.width() - 1), min(max(here.y(), 0), top.height() - 1))
    if kind == "Move":
        QTest.mouseMove(handle, here)
    else:
        getattr(QTest, f"mouse{kind}")(handle, button, _NO_KEY, here)


def drag(widget: QWidget, points: list[QPoint], button: Qt.MouseButton = LEFT) -> None:
    """Press at the first, move over the others, release at the last: with one, a click."""
    mouse(widget, "Move", points[0])
    mouse(widget, "Press", points[0], button)
    for point in points[1:]:
        mouse(widget, "Move", point)
    mouse(widget, "Release", points[-1], button)


def press(window: QWidget, keys: str | QKeySequence) -> None:
    """Press and release keys, such as `Ctrl+Z`, each in the top level that takes it by then.

    `QTest.keyClick` sends all of them to one window, although Alt alone closes a menu and thereby
    deletes its window: the next key then ends the process.
    """
    combination = QKeySequence(keys)[0]
    key, modifiers = combination.key(), combination.keyboardModifiers()
    pressed = [*(other for modifier, other in _KEYS.items() if modifier in modifiers), key]
    for is_down in (True, False):
        for one in pressed if is_down else reversed(pressed):
            top = reachable(window)  # for Python, its handle is gone when it is
            if (handle := top.windowHandle()) is not None:
                text = "" if modifiers or one != key else QTest.keyToAscii(key).strip("\0")
                QTest.simulateEvent(handle, is_down, one.value, modifiers, text, False)


def type_text(text: str) -> None:
    """Type into what has the focus, in place of what is in there."""
    if (widget := QApplication.focusWidget()) is not None:
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QApplication.sendEvent(widget, QKeyEvent(QKeyEvent.Type.KeyPress, 0, _NO_KEY, text))


def drop(window: QWidget, data: QMimeData) -> None:
    """Drag this into the middle of a window and let go of it there, if it is taken."""
    handle, place, copy = window.windowHandle(), window.rect().center(), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place, copy, data, LEFT, _NO_KEY)
    QApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        QApplication.sendEvent(handle, QDropEvent(QPointF(place), copy, data, LEFT, _NO_KEY))
