"""Points that are edited on a chart: where they lie on it, and what the mouse does to them."""

from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.gui.editing.edit_strip import EditStrip
from regplay.gui.plots import (
    BoxItem,
    Chart,
    Range,
    SurfaceColors,
    class_at,
    class_heights,
    marker_scale,
)
from regplay.gui.theme import ROLES
from regplay.gui.training import FRAME, Clock, Timer
from regplay.session.drawing import MOST, Drawing


def _rounded(value: float, span: Range) -> float:
    """A place on an axis of this range, to about a thousandth of it: less than a pixel, but short.

    Texts of points stay readable, and a point that is put down twice is the same.
    """
    width = span[1] - span[0]
    return round(value, 3 - floor(log10(width))) if width > 0 else value


_NEAR = 10.0  # pixels from a point within which the mouse is on it


@dataclass(frozen=True, eq=False)
class ChartPoints:
    """What is edited, and where: places are in pixels from the upper left inside the axes."""

    chart: Chart
    dataset: Dataset
    drawing: Drawing

    @property
    def has_classes(self) -> bool:
        """Whether a target is a class."""
        return self.drawing.task == "classification"

    @property
    def has_rows(self) -> bool:
        """Whether the classes lie in rows below the curves over one input."""
        return self.has_classes and self.dataset.n_inputs == 1

    def data_places(self, points: Floats) -> Floats:
        """Where points [n, d + 1] lie [n, 2], in the units of the axes."""
        heights = class_heights(points[:, 1]) if self.has_rows else points[:, 1]
        return np.column_stack([points[:, 0], heights])

    def data_place(self, point: Floats) -> tuple[float, ...]:
        """Where a point [d + 1] lies [2]."""
        return tuple(self.data_places(point[None])[0].tolist())

    def pixels(self) -> Floats:
        """Where the points lie, [n, 2]."""
        places, frame = self.data_places(self.drawing.points), self.chart.frame()
        return np.column_stack([frame.x(places[:, 0]), frame.y(places[:, 1])])

    def hovered(self, place: QPointF) -> int | None:
        """The point that the mouse is on: the nearest, of several there the topmost."""
        distance = self._distances(place)
        nearest = len(distance) - 1 - int(distance[::-1].argmin())
        return nearest if distance[nearest] <= _NEAR else None

    def point_at(self, place: QPointF, target: float) -> Floats:
        """The point [d + 1] that a place means, of this target where the place does not say it."""
        frame = self.chart.frame()
        (x0, x1), (y0, y1) = frame.x_range, frame.y_range
        x = x0 + place.x() / frame.width * (x1 - x0)
        y = y1 - place.y() / frame.height * (y1 - y0)
        x, y = _rounded(x, frame.x_range), _rounded(y, frame.y_range)
        if self.dataset.n_inputs == 2:
            return np.array([x, y, target])
        if self.has_rows:
            # Among the curves, above 0, a height is a probability and says nothing of the class.
            return np.array([x, class_at(y, self.dataset.n_outputs) if y < 0 else target])
        return np.array([x, y])

    def nearest_target(self, place: QPointF) -> float:
        """The target of the point nearest to a place."""
        return float(self.drawing.points[self._distances(place).argmin(), -1])

    def _distances(self, place: QPointF) -> Floats:
        x, y = (self.pixels() - [place.x(), place.y()]).T
        distances: Floats = np.hypot(x, y)
        return distances


_RING = 8.5  # pixels of radius in a large plot
_DOT = 4.0


@dataclass(frozen=True)
class EditMark:
    """A ring at a place [2] in data units, or with a `fill` a point that is not there yet."""

    place: tuple[float, ...]
    fill: str | None = None


class EditMarkItem(BoxItem):
    """Drawn over the canvas of a chart, whose finished frame it leaves as it is."""

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart, chart.box)
        self.mark: EditMark | None = None
        self.setZValue(9)
        self.fit_box()

    def set_mark(self, mark: EditMark | None) -> None:
        if mark != self.mark:
            self.mark = mark
            self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        mark, frame, colors = self.mark, self._chart.frame(), self._chart.colors
        if mark is None:
            return
        x, y = mark.place
        centre = QPointF(float(frame.x(x)), float(frame.y(y)))
        ring, dot = (radius * marker_scale(frame) for radius in (_RING, _DOT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark.fill is None:
            for color, width in ((colors.background, 4.6), (colors.foreground, 2.2)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawEllipse(centre, ring, ring)
            return
        painter.setOpacity(0.6)  # not there yet
        painter.setPen(QPen(QColor(colors.background), 4.0))
        painter.drawEllipse(centre, dot, dot)
        painter.setPen(QPen(QColor(colors.train), 1.3))
        painter.setBrush(QColor(colors.of(mark.fill)))
        painter.drawEllipse(centre, dot, dot)


_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)  # the second is one too
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_STILL = 3.0  # pixels that a mouse may move before a pressed point moves with it


@dataclass
class _Drag:
    """A point that is held by the mouse."""

    chart: Chart
    index: int
    offset: QPointF  # pixels from the mouse to the point
    pressed: QPointF
    target: float
    has_moved: bool = False
    is_told: bool = False  # whether a change since it was pressed is known


class PointEditor(QObject):
    """Turns what the mouse does over a chart into drawings: it adds, moves and deletes points.

    It takes the left and the right button from the chart, and the keys of editing; the wheel and
    the middle button zoom and pan as ever. While a point is held, the chart's ranges rest, and the
    others are told at most once a frame.
    """

    # (Drawing, bool): other points, and whether that goes on with the last change
    drew = Signal(object, bool)

    def __init__(self, strip: EditStrip, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self.points: ChartPoints | None = None  # what is edited, or None
        # On the chart: a ring around the point under the mouse, or the point that a click would add
        self.mark: EditMarkItem | None = None
        self._marks: dict[Chart, EditMarkItem] = {}
        self._strip, self._clock = strip, clock
        self._chart: Chart | None = None  # that the mouse was taken from
        self._place: QPointF | None = None  # of the mouse
        self._is_pressed = self._has_shift = False
        self._drag: _Drag | None = None
        self._due: Timer | None = None  # when the others are told where the point is by then
        self._told_at = float("-inf")

    def edit(self, points: ChartPoints | None) -> None:
        """Edit these from now on, or leave the mouse to the chart."""
        before, self._chart = self._chart, None if points is None else points.chart
        if before is not None and before is not self._chart:
            before.removeEventFilter(self)
            before.viewport().removeEventFilter(self)
            before.viewport().unsetCursor()
            self._release()  # of the points that were there
            self._place = None
            self.let_go()
            self.mark = None
        self.points = points
        if points is not None and before is not points.chart:
            chart, viewport = points.chart, points.chart.viewport()
            chart.installEventFilter(self)
            viewport.installEventFilter(self)
            viewport.setCursor(Qt.CursorShape.CrossCursor)
            chart.hover.leave()
            chart.setFocus()
            if chart not in self._marks:
                self._marks[chart] = EditMarkItem(chart)
            self.mark = self._marks[chart]
        self.show_mark()

    def let_go(self) -> None:
        """Hold no point."""
        self._stop_timer()
        if self._drag is not None:
            self._drag.chart.hold_ranges(False)
            self._drag = None
        self.show_mark()

    # events; all places are in pixels from the upper left corner of what is inside the axes

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what belongs to editing."""
        kind, chart = event.type(), self._chart
        if chart is None:
            return False
        if watched is chart:
            return isinstance(event, QKeyEvent) and self._take_key(event)
        if isinstance(event, QMouseEvent):
            if kind in _PRESSES:
                return self._press(chart, event)
            if kind == QEvent.Type.MouseMove:
                return self._move(chart, event)
            if kind == QEvent.Type.MouseButtonRelease and event.button() == _LEFT:
                return self._release()
            return kind == QEvent.Type.MouseButtonRelease and event.button() == _RIGHT
        if kind == QEvent.Type.Leave:
            self._leave()
        elif kind == QEvent.Type.Enter:
            chart.setFocus(Qt.FocusReason.MouseFocusReason)  # so that keys go to the plot
        return kind == QEvent.Type.ContextMenu

    def _press(self, chart: Chart, event: QMouseEvent) -> bool:
        place, points = _in_box(chart, event), self.points
        if place is None or event.button() not in (_LEFT, _RIGHT):
            return False
        chart.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == _RIGHT:
            if not self._is_pressed:
                self._delete_at(place)
            return True
        self._is_pressed, self._place, self._has_shift = True, place, _has_shift(event)
        if points is not None:
            self._take(points, place)
        self.show_mark()
        return True

    def _take(self, points: ChartPoints, place: QPointF) -> None:
        """Hold the point under the mouse, or a new one."""
        known, hovered = points.drawing.points, points.hovered(place)
        if hovered is not None:
            offset = QPointF(*points.pixels()[hovered].tolist()) - place
            self._drag = _Drag(points.chart, hovered, offset, place, float(known[hovered, -1]))
            points.chart.hold_ranges(True)
        elif len(known) < MOST:
            point = points.point_at(place, self._target(points, place))
            self._drag = _Drag(points.chart, len(known), QPointF(), place, float(point[-1]))
            self._drag.is_told = True
            points.chart.hold_ranges(True)
            self._draw(points.drawing.added(point), goes_on=False)

    def _move(self, chart: Chart, event: QMouseEvent) -> bool:
        if event.buttons() & Qt.MouseButton.MiddleButton:
            self._leave()
            return False
        if self._is_pressed and not event.buttons() & _LEFT:
            self._release()  # it went up where nobody saw it
        place = _in_box(chart, event, clamps=self._is_pressed)
        if place is None:
            self._leave()
            return True
        self._place, self._has_shift = place, _has_shift(event)
        if (drag := self._drag) is not None:
            moved = place - drag.pressed
            if max(abs(moved.x()), abs(moved.y())) > _STILL:
                drag.has_moved = True
            if drag.has_moved and self._due is None:
                self._draw_soon()
        self.show_mark()
        return True

    def _release(self) -> bool:
        """The left button went up, or the drag was broken off."""
        was_pressed, self._is_pressed = self._is_pressed, False
        if was_pressed:
            if self._drag is not None and self._drag.has_moved:
                self._draw_moved()
            self.let_go()
        return was_pressed

    def _leave(self) -> None:
        if self._drag is None:
            self._place = None
            self.show_mark()

    def _take_key(self, event: QKeyEvent) -> bool:
        key, is_press = event.key(), event.type() == QEvent.Type.KeyPress
        if key == Qt.Key.Key_Shift:
            self._has_shift = is_press
            self.show_mark()
            return False
        if event.modifiers() not in _PLAIN or event.type() == QEvent.Type.KeyRelease:
            return False
        is_delete = key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        has_classes = self.points is not None and self.points.has_classes
        is_digit = has_classes and Qt.Key.Key_0 <= key <= Qt.Key.Key_9
        if is_press and is_delete:
            if self._place is not None and self._drag is None:
                self._delete_at(self._place)
        elif is_press and is_digit:
            self._strip.set_class(key - Qt.Key.Key_0)
        elif is_delete or is_digit:  # whether it is for the chart or a shortcut of the window
            event.accept()
        return is_delete or is_digit

    def _delete_at(self, place: QPointF) -> None:
        points = self.points
        hovered = None if points is None else points.hovered(place)
        if points is not None and hovered is not None and len(points.drawing.points) > 1:
            self._draw(points.drawing.deleted(hovered), goes_on=False)

    # what follows from it

    def _target(self, points: ChartPoints, place: QPointF) -> float:
        """The class or the value of a point that a click would add."""
        if points.has_classes:
            chosen = self._strip.current_class
            return (chosen + 1) % points.dataset.n_outputs if self._has_shift else chosen
        value = self._strip.target.target()
        return points.nearest_target(place) if value is None else value

    def _draw_soon(self) -> None:
        wait = self._told_at + FRAME - self._clock.now()
        if wait > 0:
            self._due = self._clock.later(wait, self._draw_moved)
        else:
            self._draw_moved()

    def _stop_timer(self) -> None:
        if self._due is not None:
            self._due.stop()
            self._due = None

    def _draw_moved(self) -> None:
        """Tell where the held point is by now."""
        self._stop_timer()
        drag, points, place = self._drag, self.points, self._place
        if drag is None or points is None or place is None:
            return
        point = points.point_at(place + drag.offset, drag.target)
        if not np.array_equal(point, points.drawing.points[drag.index]):
            goes_on, drag.is_told = drag.is_told, True
            self._draw(points.drawing.moved(drag.index, point), goes_on=goes_on)

    def _draw(self, drawing: Drawing, *, goes_on: bool) -> None:
        self.drew.emit(drawing, goes_on)
        self._told_at = self._clock.now()

    def show_mark(self) -> None:
        """Draw a ring around the point under the mouse, or the one that a click would add."""
        if self.mark is not None:
            self.mark.set_mark(self._mark())

    def _mark(self) -> EditMark | None:
        place, points, drag = self._place, self.points, self._drag
        if place is None or points is None:
            return None
        known = points.drawing.points
        if drag is not None and drag.has_moved:
            point = points.point_at(place + drag.offset, drag.target)
        elif (held := points.hovered(place) if drag is None else drag.index) is not None:
            if held >= len(known):
                return None
            point = known[held]
        elif len(known) >= MOST:
            return None
        else:
            point = points.point_at(place, self._target(points, place))
            return EditMark(points.data_place(point), _fill(points, point))
        return EditMark(points.data_place(point))


def _fill(points: ChartPoints, point: Floats) -> str:
    """The colour of a point."""
    if points.has_classes:
        return ROLES.class_color(int(point[-1]))
    if points.dataset.n_inputs == 1:
        return ROLES.train
    scale = SurfaceColors()
    scale.set_dataset(points.dataset)
    fills, which = scale.fills(point[-1:])
    return fills[int(which[0])]


def _has_shift(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def _in_box(chart: Chart, event: QMouseEvent, clamps: bool = False) -> QPointF | None:
    """Where the mouse is, or nearest to there inside the axes; None outside of them."""
    rect = chart.box.rect()
    place = QPointF(chart.box.mapFromScene(chart.mapToScene(event.position().toPoint())))
    if clamps:
        x = min(max(place.x(), rect.left()), rect.right())
        y = min(max(place.y(), rect.top()), rect.bottom())
        return QPointF(x, y)
    return place if rect.contains(place) else None
