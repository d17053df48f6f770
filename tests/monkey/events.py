"""Mouse, keyboard, drops: events as the window system sends them."""

import random
from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
_COPY = Qt.DropAction.CopyAction


def reachable(window: QWidget) -> QWidget:
    """The top level that takes events now: an open menu, a modal dialog, else the window."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget() or window


def visible(top: QWidget, is_wanted: Callable[[QWidget], bool] = lambda _: True) -> list[QWidget]:
    """What is in sight and enabled in a top level, itself among it."""
    return [
        widget
        for widget in (top, *top.findChildren(QWidget))
        if widget.window() is top
        and widget.isVisible()
        and widget.isEnabled()
        and not widget.visibleRegion().isEmpty()
        and is_wanted(widget)
    ]


def place_in(widget: QWidget, rng: random.Random) -> QPoint:
    """A point of it that is in sight."""
    area = widget.visibleRegion().boundingRect()
    return QPoint(rng.randint(area.left(), area.right()), rng.randint(area.top(), area.bottom()))


def mouse(widget: QWidget, kind: str, at: QPoint, button: Qt.MouseButton = LEFT) -> None:
    """An event of the mouse, `Press`, `Move`, `Release` or `DClick`, if it is there."""
    if not shiboken6.isValid(widget) or (handle := widget.window().windowHandle()) is None:
        return
    top = widget.window()
    at = widget.mapTo(top, at)
    at = QPoint(min(max(at.x(), 0), top.width() - 1), min(max(at.y(), 0), top.height() - 1))
    if kind == "Move":
        QTest.mouseMove(handle, at)
    else:
        getattr(QTest, f"mouse{kind}")(handle, button, NO_KEY, at)


def click(widget: QWidget, at: QPoint | None = None, button: Qt.MouseButton = LEFT) -> None:
    """Press and release, in the middle unless said otherwise."""
    at = widget.rect().center() if at is None else at
    for kind in ("Move", "Press", "Release"):
        mouse(widget, kind, at, button)


def drag(widget: QWidget, points: Sequence[QPoint], button: Qt.MouseButton = LEFT) -> None:
    """Press at the first point, move along the others, release at the last."""
    mouse(widget, "Press", points[0], button)
    for point in points[1:]:
        mouse(widget, "Move", point, button)
        QApplication.processEvents()
    mouse(widget, "Release", points[-1], button)


def wheel(widget: QWidget, at: QPoint, turns: int) -> None:
    """Turn the wheel over it."""
    top = widget.window()
    place, turned = QPointF(widget.mapTo(top, at)), QPoint(0, 120 * turns)
    far, phase = QPointF(widget.mapToGlobal(at)), Qt.ScrollPhase.NoScrollPhase
    button = Qt.MouseButton.NoButton
    event = QWheelEvent(place, far, QPoint(), turned, button, NO_KEY, phase, False)
    QApplication.sendEvent(top.windowHandle(), event)


def press(window: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
    """Press a key in whatever top level takes it."""
    handle = reachable(window).windowHandle()
    if handle is not None:
        QTest.keyClick(handle, key, modifiers)


def type_text(text: str) -> None:
    """Type into what has the focus, in place of what is in there."""
    if (widget := QApplication.focusWidget()) is None:
        return
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    if shiboken6.isValid(widget):
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, NO_KEY, text))


def drop(window: QWidget, data: QMimeData) -> None:
    """Drag this into the middle of a window and let go of it there."""
    handle, place = window.windowHandle(), window.rect().center()
    enter = QDragEnterEvent(place, _COPY, data, LEFT, NO_KEY)
    QApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(place), _COPY, data, LEFT, NO_KEY)
        QApplication.sendEvent(handle, event)
    else:
        QApplication.sendEvent(handle, QDragLeaveEvent())
