"""The hand that edits points on one chart: it adds, moves and deletes."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QPointF, Signal

from regplay.core.datasets.dataset import Floats
from regplay.gui.clock import Clock, Timer
from regplay.gui.editing.chart_mouse import ChartMouse
from regplay.gui.editing.marks import Mark, MarkItem
from regplay.gui.editing.sheet import Sheet
from regplay.gui.editing.strip import EditStrip
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.surface_colors import SurfaceColors
from regplay.gui.theme import LIGHT, Colors
from regplay.session.drawing import MOST, Drawing

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


class Hand(QObject):
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
        self.mark = MarkItem(chart)
        self._chart, self._strip, self._clock = chart, strip, clock
        self._sheet: Sheet | None = None
        self._colors = LIGHT
        self._place: QPointF | None = None  # of the mouse
        self._has_shift = False
        self._drag: _Drag | None = None
        self._due: Timer | None = None  # when the others are told where the point is by then
        self._told_at = float("-inf")
        self._mouse = mouse = ChartMouse(chart)
        mouse.moved.connect(self._move)
        mouse.pressed.connect(self._press)
        mouse.released.connect(self._release)
        mouse.rightPressed.connect(self._delete_at)
        mouse.left.connect(self._leave)
        mouse.digitPressed.connect(self._choose_class)
        mouse.deletePressed.connect(self._delete_hovered)
        mouse.shiftChanged.connect(self._set_shift)

    def setOn(self, is_on: bool) -> None:
        """Take the mouse, or leave it to the chart."""
        self._mouse.setOn(is_on)
        self._place = None
        self.letGo()
        if is_on:
            self._chart.setFocus()

    def setSheet(self, sheet: Sheet | None) -> None:
        """Edit these points, or none."""
        self._sheet = sheet
        self.showMark()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.showMark()

    def letGo(self) -> None:
        """Hold no point."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        self._drag = None
        self._chart.holdRanges(False)
        self.showMark()

    # what the mouse does

    def _move(self, place: QPointF, has_shift: bool) -> None:
        self._place, self._has_shift = place, has_shift
        if (drag := self._drag) is not None:
            moved = place - drag.pressed
            if max(abs(moved.x()), abs(moved.y())) > _STILL:
                drag.has_moved = True
            if drag.has_moved and self._due is None:
                self._draw_soon()
        self.showMark()

    def _press(self, place: QPointF, has_shift: bool) -> None:
        self._place, self._has_shift = place, has_shift
        sheet = self._sheet
        if sheet is None:
            return
        points, hovered = sheet.drawing.points, sheet.hovered(place)
        if hovered is not None:
            offset = QPointF(*sheet.pixels()[hovered].tolist()) - place
            self._drag = _Drag(hovered, offset, place, float(points[hovered, -1]))
            self._chart.holdRanges(True)
        elif len(points) < MOST:
            point = sheet.point_at(place, self._target(sheet, place))
            self._drag = _Drag(len(points), QPointF(), place, float(point[-1]), is_told=True)
            self._chart.holdRanges(True)
            self._draw(sheet.drawing.added(point), goes_on=False)
        self.showMark()

    def _release(self) -> None:
        if self._drag is not None and self._drag.has_moved:
            self._draw_moved()
        self.letGo()

    def _leave(self) -> None:
        if self._drag is None:
            self._place = None
            self.showMark()

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
            self._strip.setClass(index)

    def _set_shift(self, has_shift: bool) -> None:
        self._has_shift = has_shift
        self.showMark()

    # what follows from it

    def _target(self, sheet: Sheet, place: QPointF) -> float:
        """The class or the value of a point that a click would add."""
        if sheet.has_classes:
            chosen = self._strip.currentClass
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

    def showMark(self) -> None:
        """Draw a ring around the point under the mouse, or the one that a click would add."""
        self.mark.setMark(self._mark())

    def _mark(self) -> Mark | None:
        place, sheet, drag = self._place, self._sheet, self._drag
        if place is None or sheet is None:
            return None
        points = sheet.drawing.points
        if drag is not None and drag.has_moved:
            return Mark(*sheet.data_place(sheet.point_at(place + drag.offset, drag.target)))
        held = sheet.hovered(place) if drag is None else drag.index
        if held is not None:
            return Mark(*sheet.data_place(points[held])) if held < len(points) else None
        point = sheet.point_at(place, self._target(sheet, place))
        return Mark(*sheet.data_place(point), self._fill(sheet, point))

    def _fill(self, sheet: Sheet, point: Floats) -> str:
        """The colour of a point."""
        if sheet.has_classes:
            return self._colors.class_color(int(point[-1]))
        if sheet.dataset.n_inputs == 1:
            return self._colors.train
        scale = SurfaceColors()
        scale.setDataset(sheet.dataset)
        fills, which = scale.fills(point[-1:])
        return fills[int(which[0])]
