"""A slider with its own curve above the groove: what each position leads to."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from regplay.gui.controls import tones
from regplay.gui.controls.curve import CURVE_HEIGHT, CurvePicture, SweepCurve
from regplay.gui.controls.preview_track import PreviewTrack
from regplay.gui.controls.scale import Scale
from regplay.gui.controls.track import HEIGHT


class CurveTrack(PreviewTrack):
    """A slider that shows the losses at its positions, and goes over them once all are there.

    A greyed one has no curve, but keeps the room for one. A curve that goes out of sight is
    forgotten, so that an outdated one never comes back.
    """

    def __init__(self, scale: Scale, value: float, parent: QWidget | None = None) -> None:
        self._picture = CurvePicture()
        self._positions: list[int] = []  # of the curve's values
        self._shows = False
        self._is_lit = False  # the mouse is over the valley
        super().__init__(scale, value, parent)

    @property
    def curve(self) -> SweepCurve | None:
        """What is drawn above the groove."""
        return self._picture.curve

    def shows_curve(self) -> bool:
        """Whether there is room for a curve."""
        return self._shows

    def set_shows_curve(self, shows: bool) -> None:
        """Make or take the room for a curve above the groove."""
        if shows != self._shows:
            self._shows = shows
            self.setFixedHeight(HEIGHT + (CURVE_HEIGHT if shows else 0))
            self.setMouseTracking(shows)
            self.set_curve(None)

    def set_scale(self, scale: Scale) -> None:
        """Slide over other values from now on; the shown value and the curve stay."""
        super().set_scale(scale)
        self._place()

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Draw another curve, if there is room for one; the height stays."""
        placed = self.curve
        self._picture.set_curve(curve if self._shows and self.isEnabled() else None)
        if curve is None or placed is None or curve.values != placed.values:
            self._place()
        self._offer()

    def _offer(self) -> None:
        """Go over the trained values if there are any to be seen."""
        curve = self.curve
        is_ready = curve is not None and curve.is_finished
        self.set_trained(curve.values if is_ready and curve is not None else None)
        self._light(self._is_lit and is_ready)
        self.update()

    # -- what the mouse points at

    def tip_at(self, point: QPointF) -> str:
        """What the curve says at `point`; empty off the curve."""
        curve = self.curve
        if curve is None or not self._region().contains(point):
            return ""
        if self._mark_at(point) is not None:
            return curve.valley_reading()
        xs = self._xs()
        nearest = min(range(len(xs)), key=lambda index: abs(xs[index] - point.x()))
        return self._picture.reading(nearest)

    def event(self, event: QEvent) -> bool:
        """Show the losses under the mouse; the tooltip of the control is for the rest."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse; without a button, say what it points at."""
        super().mouseMoveEvent(event)
        if self.isSliderDown():
            return
        self._light(self._mark_at(event.position()) is not None)
        text = self.tip_at(event.position())
        if text and QToolTip.isVisible() and QToolTip.text() != text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def changeEvent(self, event: QEvent) -> None:
        """Forget the curve of a greyed slider: it has no effect."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.set_curve(None)

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse points at nothing here."""
        super().leaveEvent(event)
        self._light(False)

    def _mark_at(self, point: QPointF) -> int | None:
        curve = self.curve
        if curve is None or not curve.is_finished:
            return None
        is_on_mark = self._picture.is_on_valley(self._region(), self._xs(), point)
        return curve.valley if is_on_mark else None

    def _is_on_handle(self, point: QPointF) -> bool:
        return super()._is_on_handle(point) and not self._region().contains(point)

    def _light(self, is_lit: bool) -> None:
        if is_lit != self._is_lit:
            self._is_lit = is_lit
            if is_lit:
                self.setCursor(Qt.CursorShape.PointingHandCursor)
            else:
                self.unsetCursor()
            self.update()

    # -- looks

    def _region(self) -> QRectF:
        """Where the curve is drawn."""
        return QRectF(0, 0, self.width(), self.height() - HEIGHT)

    def _place(self) -> None:
        values = self.curve.values if self.curve is not None else ()
        self._positions = [self.scale.position(value) for value in values]

    def _xs(self) -> list[float]:
        """Where the handle stands at each value of the curve, in px."""
        return [self.x_of(position) for position in self._positions]

    def _paint(self, painter: QPainter) -> None:
        curve = self.curve
        if curve is not None:
            values, region, here = curve.values, self._region(), self.under_handle
            x = self.x_of(self.value())
            painter.setPen(QPen(tones.line(self.palette(), 0.3), 1))
            painter.drawLine(QPointF(x, region.top() + 2), QPointF(x, region.bottom() + 2))
            self._picture.draw(
                painter,
                region,
                self._xs(),
                self.palette(),
                after_zero=bool(self.scale.notch) and values[0] == 0,
                at=values.index(here) if here in values else None,
                is_lit=self._is_lit,
            )
        super()._paint(painter)
