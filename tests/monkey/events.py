"""Mouse, keyboard, drops: events as the window system sends them."""

import random

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_NO_KEY = Qt.KeyboardModifier.NoModifier
_COPY = Qt.DropAction.CopyAction


def reachable(window: QWidget) -> QWidget:
    """The top level that takes events now: an open menu, a modal dialog, else the window."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget() or window


def visible(top: QWidget, *kinds: type) -> list[QWidget]:
    """What is in sight and enabled in a top level, itself among it."""
    return [
        widget
        for widget in (top, *top.findChildren(QWidget))
        if isinstance(widget, kinds or QWidget)
        and widget.window() is top
        and widget.isVisible()
        and widget.isEnabled()
        and not widget.visibleRegion().isEmpty()
    ]


def place_in(widget: QWidget, rng: random.Random) -> QPoint:
    """A point of it that is in sight."""
    area = widget.visibleRegion().boundingRect()
    return QPoint(rng.randint(area.left(), area.right()), rng.randint(area.top(), area.bottom()))


def mouse(widget: QWidget, at: QPoint, *kinds: str, button: Qt.MouseButton = LEFT) -> None:
    """Events of the mouse, `Press`, `Move`, `Release` or `DClick`, as long as it is there."""
    for kind in kinds:
        if not shiboken6.isValid(widget) or (handle := widget.window().windowHandle()) is None:
            return
        top = widget.window()
        here = widget.mapTo(top, at)
        x, y = min(max(here.x(), 0), top.width() - 1), min(max(here.y(), 0), top.height() - 1)
        if kind == "Move":
            QTest.mouseMove(handle, QPoint(x, y))
        else:
            getattr(QTest, f"mouse{kind}")(handle, button, _NO_KEY, QPoint(x, y))


def click(widget: QWidget, at: QPoint | None = None, button: Qt.MouseButton = LEFT) -> None:
    """Press and release, in the middle unless said otherwise."""
    at = widget.rect().center() if at is None else at
    mouse(widget, at, "Move", "Press", "Release", button=button)


def wheel(widget: QWidget, at: QPoint, turns: int) -> None:
    """Turn the wheel over it."""
    top = widget.window()
    place, turned = QPointF(widget.mapTo(top, at)), QPoint(0, 120 * turns)
    far, phase = QPointF(widget.mapToGlobal(at)), Qt.ScrollPhase.NoScrollPhase
    button = Qt.MouseButton.NoButton
    event = QWheelEvent(place, far, QPoint(), turned, button, _NO_KEY, phase, False)
    QApplication.sendEvent(top.windowHandle(), event)


def press(window: QWidget, keys: str | QKeySequence) -> None:
    """Press a key, such as `Ctrl+Z`, in whatever top level takes it."""
    handle, combination = reachable(window).windowHandle(), QKeySequence(keys)[0]
    if handle is not None:
        QTest.keyClick(handle, combination.key(), combination.keyboardModifiers())


def type_text(text: str) -> None:
    """Type into what has the focus, in place of what is in there."""
    if (widget := QApplication.focusWidget()) is None:
        return
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        if shiboken6.isValid(widget):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, _NO_KEY, text))


def drop(window: QWidget, data: QMimeData) -> None:
    """Drag this into the middle of a window and let go of it there, if it is taken."""
    handle, place = window.windowHandle(), window.rect().center()
    enter = QDragEnterEvent(place, _COPY, data, LEFT, _NO_KEY)
    QApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(place), _COPY, data, LEFT, _NO_KEY)
        QApplication.sendEvent(handle, event)
