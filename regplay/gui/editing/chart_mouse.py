"""The mouse and the keys over one chart while points are edited there."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from regplay.gui.plots.chart import Chart

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)  # the second is one too
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_NO_KEY = Qt.KeyboardModifier.NoModifier
_PLAIN = (_NO_KEY, Qt.KeyboardModifier.KeypadModifier)


class ChartMouse(QObject):
    """Takes the left and the right button from a chart, and the keys of editing.

    The wheel and the middle button zoom and pan as ever. All places are in pixels from the upper
    left corner of what is inside the axes.

    Signals
    -------
    moved
        (QPointF, bool): the mouse is here, a button pressed or not; whether Shift is held.
    pressed
        (QPointF, bool): the left button went down here.
    released
        The left button went up, or the drag was broken off.
    rightPressed
        (QPointF)
    left
        The mouse is elsewhere.
    digitPressed
        (int)
    deletePressed, shiftChanged
        A key; Shift with whether it is held now.
    """

    moved = Signal(QPointF, bool)
    pressed = Signal(QPointF, bool)
    released = Signal()
    rightPressed = Signal(QPointF)
    left = Signal()
    digitPressed = Signal(int)
    deletePressed = Signal()
    shiftChanged = Signal(bool)

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._is_on = self._is_pressed = False

    def setOn(self, is_on: bool) -> None:
        """Take them, or give them back to the chart."""
        if is_on == self._is_on:
            return
        self._is_on = is_on
        chart, viewport = self._chart, self._chart.viewport()
        if is_on:
            chart.installEventFilter(self)
            viewport.installEventFilter(self)
            viewport.setCursor(Qt.CursorShape.CrossCursor)
            chart.hover.leave()
        else:
            chart.removeEventFilter(self)
            viewport.removeEventFilter(self)
            viewport.unsetCursor()
            self._release()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what belongs to editing."""
        kind = event.type()
        if watched is self._chart:
            return isinstance(event, QKeyEvent) and self._take_key(event)
        if isinstance(event, QMouseEvent):
            if kind in _PRESSES:
                return self._press(event)
            if kind == QEvent.Type.MouseMove:
                return self._move(event)
            if kind == QEvent.Type.MouseButtonRelease and event.button() == _LEFT:
                return self._release()
            return kind == QEvent.Type.MouseButtonRelease and event.button() == _RIGHT
        if kind == QEvent.Type.Leave:
            self.left.emit()
        elif kind == QEvent.Type.Enter:
            self._chart.setFocus(Qt.FocusReason.MouseFocusReason)  # so that keys go to the plot
        return kind == QEvent.Type.ContextMenu

    def _press(self, event: QMouseEvent) -> bool:
        place = self._in_box(event)
        if place is None or event.button() not in (_LEFT, _RIGHT):
            return False
        self._chart.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == _LEFT:
            self._is_pressed = True
            self.pressed.emit(place, _has_shift(event))
        elif not self._is_pressed:
            self.rightPressed.emit(place)
        return True

    def _move(self, event: QMouseEvent) -> bool:
        if event.buttons() & Qt.MouseButton.MiddleButton:
            self.left.emit()
            return False
        if self._is_pressed and not event.buttons() & _LEFT:
            self._release()  # it went up where nobody saw it
        place = self._in_box(event, clamps=self._is_pressed)
        if place is None:
            self.left.emit()
        else:
            self.moved.emit(place, _has_shift(event))
        return True

    def _release(self) -> bool:
        was_pressed, self._is_pressed = self._is_pressed, False
        if was_pressed:
            self.released.emit()
        return was_pressed

    def _take_key(self, event: QKeyEvent) -> bool:
        key, is_press = event.key(), event.type() == QEvent.Type.KeyPress
        if key == Qt.Key.Key_Shift:
            self.shiftChanged.emit(is_press)
            return False
        if event.modifiers() not in _PLAIN or event.type() == QEvent.Type.KeyRelease:
            return False
        is_delete = key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        is_digit = Qt.Key.Key_0 <= key <= Qt.Key.Key_9
        if is_press and is_delete:
            self.deletePressed.emit()
        elif is_press and is_digit:
            self.digitPressed.emit(key - Qt.Key.Key_0)
        elif is_delete or is_digit:  # whether it is for the chart or a shortcut of the window
            event.accept()
        return is_delete or is_digit

    def _in_box(self, event: QMouseEvent, clamps: bool = False) -> QPointF | None:
        chart = self._chart
        rect = chart.box.rect()
        place = QPointF(chart.box.mapFromScene(chart.mapToScene(event.position().toPoint())))
        if clamps:
            x = min(max(place.x(), rect.left()), rect.right())
            y = min(max(place.y(), rect.top()), rect.bottom())
            return QPointF(x, y)
        return place if rect.contains(place) else None


def _has_shift(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
