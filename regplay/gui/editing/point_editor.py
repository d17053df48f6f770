"""What edits points on one chart: it adds, moves and deletes them."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from regplay.core.datasets.dataset import Floats
from regplay.gui.editing.chart_points import ChartPoints, EditMark, EditMarkItem
from regplay.gui.editing.edit_strip import EditStrip
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.surface_colors import SurfaceColors
from regplay.gui.theme import ROLES
from regplay.gui.training import Clock, Timer
from regplay.session.drawing import MOST, Drawing

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
    right_pressed
        (QPointF)
    left
        The mouse is elsewhere.
    digit_pressed
        (int)
    delete_pressed, shift_changed
        A key; Shift with whether it is held now.
    """

    moved = Signal(QPointF, bool)
    pressed = Signal(QPointF, bool)
    released = Signal()
    right_pressed = Signal(QPointF)
    left = Signal()
    digit_pressed = Signal(int)
    delete_pressed = Signal()
    shift_changed = Signal(bool)

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self._chart = chart
        self._is_on = self._is_pressed = False

    def set_on(self, is_on: bool) -> None:
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
            self.right_pressed.emit(place)
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
            self.shift_changed.emit(is_press)
            return False
        if event.modifiers() not in _PLAIN or event.type() == QEvent.Type.KeyRelease:
            return False
        is_delete = key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        is_digit = Qt.Key.Key_0 <= key <= Qt.Key.Key_9
        if is_press and is_delete:
            self.delete_pressed.emit()
        elif is_press and is_digit:
            self.digit_pressed.emit(key - Qt.Key.Key_0)
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


_STILL = 3.0  # pixels that a mouse may move before a pressed point moves with it
_FRAME = 1 / 60  # s


@dataclass
class _Drag:
    """A point that is held by the mouse."""

    index: int
    offset: QPointF  # pixels from the mouse to the point
    pressed: QPointF
    target: float
    has_moved: bool = False
    is_told: bool = False  # whether a change since it was pressed is known


class PointEditor(QObject):
    """Turns what the mouse does over a chart into drawings.

    While a point is held, the chart's ranges rest, and the others are told at most once a frame.

    Signals
    -------
    drew
        (Drawing, bool): other points, and whether that goes on with the last change.
    """

    drew = Signal(object, bool)

    def __init__(self, chart: Chart, strip: EditStrip, clock: Clock) -> None:
        super().__init__(chart)
        self.mark = EditMarkItem(chart)
        self._chart, self._strip, self._clock = chart, strip, clock
        self._sheet: ChartPoints | None = None
        self._place: QPointF | None = None  # of the mouse
        self._has_shift = False
        self._drag: _Drag | None = None
        self._due: Timer | None = None  # when the others are told where the point is by then
        self._told_at = float("-inf")
        self._mouse = mouse = ChartMouse(chart)
        mouse.moved.connect(self._move)
        mouse.pressed.connect(self._press)
        mouse.released.connect(self._release)
        mouse.right_pressed.connect(self._delete_at)
        mouse.left.connect(self._leave)
        mouse.digit_pressed.connect(self._choose_class)
        mouse.delete_pressed.connect(self._delete_hovered)
        mouse.shift_changed.connect(self._set_shift)

    def set_on(self, is_on: bool) -> None:
        """Take the mouse, or leave it to the chart."""
        self._mouse.set_on(is_on)
        self._place = None
        self.let_go()
        if is_on:
            self._chart.setFocus()

    def set_sheet(self, sheet: ChartPoints | None) -> None:
        """Edit these points, or none."""
        self._sheet = sheet
        self.show_mark()

    def let_go(self) -> None:
        """Hold no point."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        self._drag = None
        self._chart.hold_ranges(False)
        self.show_mark()

    # what the mouse does

    def _move(self, place: QPointF, has_shift: bool) -> None:
        self._place, self._has_shift = place, has_shift
        if (drag := self._drag) is not None:
            moved = place - drag.pressed
            if max(abs(moved.x()), abs(moved.y())) > _STILL:
                drag.has_moved = True
            if drag.has_moved and self._due is None:
                self._draw_soon()
        self.show_mark()

    def _press(self, place: QPointF, has_shift: bool) -> None:
        self._place, self._has_shift = place, has_shift
        sheet = self._sheet
        if sheet is None:
            return
        points, hovered = sheet.drawing.points, sheet.hovered(place)
        if hovered is not None:
            offset = QPointF(*sheet.pixels()[hovered].tolist()) - place
            self._drag = _Drag(hovered, offset, place, float(points[hovered, -1]))
            self._chart.hold_ranges(True)
        elif len(points) < MOST:
            point = sheet.point_at(place, self._target(sheet, place))
            self._drag = _Drag(len(points), QPointF(), place, float(point[-1]), is_told=True)
            self._chart.hold_ranges(True)
            self._draw(sheet.drawing.added(point), goes_on=False)
        self.show_mark()

    def _release(self) -> None:
        if self._drag is not None and self._drag.has_moved:
            self._draw_moved()
        self.let_go()

    def _leave(self) -> None:
        if self._drag is None:
            self._place = None
            self.show_mark()

    def _delete_at(self, place: QPointF) -> None:
        sheet = self._sheet
        hovered = None if sheet is None else sheet.hovered(place)
        if sheet is not None and hovered is not None and len(sheet.drawing.points) > 1:
            self._draw(sheet.drawing.deleted(hovered), goes_on=False)

    def _delete_hovered(self) -> None:
        if self._place is not None and self._drag is None:
            self._delete_at(self._place)

    def _choose_class(self, index: int) -> None:
        if self._sheet is not None and self._sheet.has_classes and index < len(self._strip.chips):
            self._strip.set_class(index)

    def _set_shift(self, has_shift: bool) -> None:
        self._has_shift = has_shift
        self.show_mark()

    # what follows from it

    def _target(self, sheet: ChartPoints, place: QPointF) -> float:
        """The class or the value of a point that a click would add."""
        if sheet.has_classes:
            chosen = self._strip.current_class
            return (chosen + 1) % sheet.dataset.n_outputs if self._has_shift else chosen
        value = self._strip.target.target()
        return sheet.nearest_target(place) if value is None else value

    def _draw_soon(self) -> None:
        wait = self._told_at + _FRAME - self._clock.now()
        if wait > 0:
            self._due = self._clock.later(wait, self._draw_moved)
        else:
            self._draw_moved()

    def _draw_moved(self) -> None:
        """Tell where the held point is by now."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        drag, sheet, place = self._drag, self._sheet, self._place
        if drag is None or sheet is None or place is None:
            return
        point = sheet.point_at(place + drag.offset, drag.target)
        if not np.array_equal(point, sheet.drawing.points[drag.index]):
            goes_on, drag.is_told = drag.is_told, True
            self._draw(sheet.drawing.moved(drag.index, point), goes_on=goes_on)

    def _draw(self, drawing: Drawing, *, goes_on: bool) -> None:
        self.drew.emit(drawing, goes_on)
        self._told_at = self._clock.now()

    # what it shows

    def show_mark(self) -> None:
        """Draw a ring around the point under the mouse, or the one that a click would add."""
        self.mark.set_mark(self._mark())

    def _mark(self) -> EditMark | None:
        place, sheet, drag = self._place, self._sheet, self._drag
        if place is None or sheet is None:
            return None
        points = sheet.drawing.points
        if drag is not None and drag.has_moved:
            return EditMark(*sheet.data_place(sheet.point_at(place + drag.offset, drag.target)))
        held = sheet.hovered(place) if drag is None else drag.index
        if held is not None:
            return EditMark(*sheet.data_place(points[held])) if held < len(points) else None
        point = sheet.point_at(place, self._target(sheet, place))
        return EditMark(*sheet.data_place(point), self._fill(sheet, point))

    def _fill(self, sheet: ChartPoints, point: Floats) -> str:
        """The colour of a point."""
        if sheet.has_classes:
            return ROLES.class_color(int(point[-1]))
        if sheet.dataset.n_inputs == 1:
            return ROLES.train
        scale = SurfaceColors()
        scale.set_dataset(sheet.dataset)
        fills, which = scale.fills(point[-1:])
        return fills[int(which[0])]
