"""A number whose slider can show what each of its positions leads to."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from regplay.core.fields import Field, Value
from regplay.core.sweep import sweep_axis
from regplay.gui.controls.number import NumberControl
from regplay.gui.controls.slider_scale import SliderScale
from regplay.gui.controls.sweep_curve import CURVE_HEIGHT, CurvePicture, SweepCurve
from regplay.gui.controls.track import HEIGHT, PreviewTrack
from regplay.gui.theme import colors_of, line_color
from regplay.gui.widgets import Toggle, named

_SIZE = QSize(24, 18)  # px
_RADIUS = 4.0


class CurveButton(Toggle):
    """A little U-curve, in a frame while it is checked, focused or under the mouse."""

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__("", tip, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(_SIZE.width())
        # As tall as the row, so that it is level with the box.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def sizeHint(self) -> QSize:
        """As large as the picture needs."""
        return _SIZE

    def _draw_frame(self, painter: QPainter, place: QRectF) -> None:
        frame = QRectF(0, 0, _SIZE.width(), _SIZE.height())
        frame.moveCenter(place.center())
        if self.isEnabled() and (self.isChecked() or self.underMouse() or self.hasFocus()):
            super()._draw_frame(painter, frame)
        elif self.isChecked():
            painter.setPen(QPen(line_color(self.palette()), 1))
            frame.adjust(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, _RADIUS, _RADIUS)

    def _draw_content(self, painter: QPainter) -> None:
        palette = self.palette()
        if not self.isEnabled():
            stroke = dot = line_color(palette, 0.35)
        elif self.isChecked():
            stroke = dot = self._text_color()
        else:
            stroke = line_color(palette, 0.75)
            dot = QColor(colors_of(palette).valid)
        middle = QRectF(self.rect()).center()
        painter.setPen(QPen(stroke, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        curve = QPainterPath(middle + QPointF(-7, -5))
        curve.cubicTo(middle + QPointF(-5, 6), middle + QPointF(4, 8), middle + QPointF(7, -4))
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        painter.drawEllipse(middle + QPointF(0.2, 3.8), 2.2, 2.2)


class CurveTrack(PreviewTrack):
    """A slider that shows the losses at its positions, and goes over them once all are there.

    A greyed one has no curve, but keeps the room for one. A curve that goes out of sight is
    forgotten, so that an outdated one never comes back.
    """

    def __init__(self, scale: SliderScale, value: float, parent: QWidget | None = None) -> None:
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

    def set_scale(self, scale: SliderScale) -> None:
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
            painter.setPen(QPen(line_color(self.palette(), 0.3), 1))
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


class SweepableControl(NumberControl):
    """A number with a slider, and a button that makes room for the slider's curve.

    Signals
    -------
    curve_toggled
        Whether the curve is to be shown.
    previewed
        Index of the trained member under the handle, while it is dragged over a finished curve;
        the box shows its value, `value()` is still the one from before.
    adopted
        Index of the trained member that was chosen; `value()` is its value, and `valueChanged` is
        not emitted: there is nothing to train.
    preview_ended
        Nothing was adopted after all; what counts is `value()`.
    """

    slider: CurveTrack

    curve_toggled = Signal(bool)
    previewed = Signal(int)
    adopted = Signal(int)
    preview_ended = Signal()

    def __init__(
        self,
        field: Field,
        scale: SliderScale,
        words: Mapping[int, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(field, scale, words, parent)
        self._adopts = True
        count = len(sweep_axis(field.path).values)
        tip = f"Show the loss at each position of this slider: trains {count} networks at once"
        self.button = named(f"{field.path}.curve", CurveButton(tip, self))
        self.button.setAccessibleName(f"{field.label}, curve")
        self.button.setAccessibleDescription(tip)
        self._grid.addWidget(self.button, 0, 1)
        QWidget.setTabOrder(self.button, self.box)
        QWidget.setTabOrder(self.box, self.slider)

        self.button.toggled.connect(self._make_room)
        self.slider.previewed.connect(self._preview)
        self.slider.preview_ended.connect(self._end_preview)
        self.slider.adopted.connect(self._adopt)

    def shows_curve(self) -> bool:
        """Whether there is room for the curve."""
        return self.button.isChecked()

    def set_shows_curve(self, shows: bool) -> None:
        """Make or take the room for the curve; `curve_toggled` follows if that is a change."""
        self.button.setChecked(shows)

    def set_adopts(self, adopts: bool) -> None:
        """Whether the handle brings trained members, or values like that of any other slider."""
        self._adopts = adopts

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Show `curve` where there is room for one; the layout stays."""
        self.slider.set_curve(curve)

    def _make_slider(self, scale: SliderScale) -> CurveTrack:
        return CurveTrack(scale, self._number(), self)

    def _make_room(self, shows: bool) -> None:
        self.slider.set_shows_curve(shows)
        self.curve_toggled.emit(shows)

    def _preview(self, index: int) -> None:
        if not self._adopts:
            self.set_value(self._under_handle())
            return
        self._show_under_handle()
        self.previewed.emit(index)

    def _end_preview(self) -> None:
        self._show_under_handle()
        self.preview_ended.emit()

    def _show_under_handle(self) -> None:
        self.box.setText(self.text(self.slider.under_handle))
        self.box.setCursorPosition(0)

    def _adopt(self, index: int) -> None:
        value = self._under_handle()
        if not self._adopts:
            self.set_value(value)
            return
        self._value = value
        self._show(self._value)
        self._refuse("")
        self.adopted.emit(index)

    def _under_handle(self) -> Value:
        number = int if self.field.kind == "integer" else float
        return self.field.check(number(self.slider.under_handle))
