"""Sliders: one over a `SliderScale`, and one that goes over trained networks."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from regplay.gui.controls.handle_slider import HandleSlider
from regplay.gui.controls.slider_scale import SliderScale
from regplay.gui.controls.sweep_curve import CURVE_HEIGHT, CurvePicture
from regplay.gui.plots import Scale, draw_valley
from regplay.gui.theme import colors_of, line_color, zoom_of_text, zoomed
from regplay.gui.training import SweepCurve
from regplay.gui.widgets import as_plain, fill_rounded

_HEIGHT = 18  # px at 100 %, of the groove with its ticks and handle
_NARROWEST = 60  # px, for any panel


class ValueSlider(HandleSlider):
    """Slides over the values of a scale.

    The QSlider's own position is only where the handle stands: the value itself may lie between two
    positions.

    Signals
    -------
    picked
        Each value that a person chooses, while they drag.
    reset_requested
        The default is wanted.
    """

    picked = Signal(object)
    reset_requested = Signal()

    def __init__(self, scale: SliderScale, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exact = self._default = value
        self.setMinimumWidth(_NARROWEST)
        self._fit_height()
        self.set_scale(scale)
        # Assistive technology moves a slider by its position.
        self.valueChanged.connect(self._moved)

    @property
    def _groove(self) -> int:
        """Px from the top of the groove's row to its bottom."""
        return zoomed(_HEIGHT)

    def _fit_height(self) -> None:
        self.setFixedHeight(self._groove)

    def changeEvent(self, event: QEvent) -> None:
        """Be as high as text of another size asks for."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_height()

    def set_scale(self, scale: SliderScale) -> None:
        """Slide over other values from now on; the shown value stays."""
        self.scale = scale
        with QSignalBlocker(self):
            self.setRange(0, scale.top)
            self.setPageStep(scale.coarse * len(scale.values) // len(scale.keys))
        self.show_value(self._exact)

    def show_value(self, value: float) -> None:
        """Move the handle to `value`, without a signal."""
        self._exact = value
        self._move_handle(value)

    def _move_handle(self, value: float) -> None:
        with QSignalBlocker(self):
            self.setValue(self.scale.position(value))
        self.update()

    def set_default(self, value: float) -> None:
        """Mark `value` as the one that a double click goes back to."""
        self._default = value
        self.update()

    def _stops(self) -> SliderScale:
        """What the keys go over."""
        return self.scale

    def _pick(self, value: float) -> None:
        if value != self._exact:
            self.show_value(value)
            self.picked.emit(value)

    def _moved(self, position: int) -> None:
        self._pick(self.scale.value(position))

    # -- keyboard and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows one step, PageUp and PageDown several, Home and End to the ends."""
        stops, key = self._stops(), Qt.Key
        page = stops.coarse
        steps: dict[int, int] = {
            **{key.Key_Right: 1, key.Key_Up: 1, key.Key_PageUp: page},
            **{key.Key_Left: -1, key.Key_Down: -1, key.Key_PageDown: -page},
        }
        ends: dict[int, float] = {key.Key_Home: stops.values[0], key.Key_End: stops.values[-1]}
        pressed = event.key()
        if pressed in steps:
            self._pick(stops.stepped(self._exact, steps[pressed]))
        elif pressed in ends:
            self._pick(ends[pressed])
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.reset_requested.emit()

    def _drag_to(self, x: float) -> None:
        position = round(self._held_at(x))
        # A handle that has not left its position keeps the exact value that it stands for.
        if self.scale.position(self.scale.value(position)) != self.value():
            self._pick(self.scale.value(position))

    # -- looks

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw groove, notch, ticks and handle from the palette."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        palette, middle = self.palette(), self.height() - self._groove / 2 - 1

        def tick(position: int, length: int) -> None:
            at = self.x_of(position)
            painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 5 + length))

        painter.setPen(QPen(line_color(palette, 0.28), 1))
        for mark in self.scale.marks:
            tick(mark, 2)
        painter.setPen(QPen(line_color(palette, 0.75), 2))
        tick(self.scale.position(self._default), 4)
        self._paint_groove(painter, middle, self.scale.notch + 1 if self.scale.notch else 0)
        self._paint_handle(painter, middle)


class CurveSlider(ValueSlider):
    """A slider that shows the losses at its positions, and goes over them once all are there.

    A greyed one has no curve, but keeps the room for one. A curve that goes out of sight is
    forgotten, so that an outdated one never comes back.

    While its handle is dragged over trained values, the value stays what it was until the handle is
    let go; `adopted` then takes the place of `picked`. Values that come during a drag count from
    the next one on. If they are taken away, the drag goes on as on any other slider.

    Attributes
    ----------
    hint
        The curve whose valley alone is marked, on the groove.

    Signals
    -------
    previewed
        (int | None): index of the trained value that the handle has come to; None once nothing was
        adopted: it is back where it began, or the values were taken away.
    adopted
        (int): index of the trained value that a person chose, which is the slider's value now.
    """

    previewed = Signal(object)
    adopted = Signal(int)

    _shows = False  # a curve

    def __init__(self, scale: SliderScale, value: float, parent: QWidget | None = None) -> None:
        self.hint: SweepCurve | None = None
        self._picture = CurvePicture()
        self._is_lit = False  # the mouse is over the valley
        self._trained: SliderScale | None = None
        self._previews = False  # the handle is held, and goes over trained values
        self._was_previewed = False  # since it was taken
        self._took_valley = False  # it was brought here by a click that means this very value
        self._under: float | None = None  # under the handle, if it is not the value itself
        super().__init__(scale, value, parent)

    @property
    def curve(self) -> SweepCurve | None:
        """What is drawn above the groove."""
        return self._picture.curve

    @property
    def loss_scale(self) -> Scale:
        """What the height of the curve holds."""
        return self._picture.range.scale

    @property
    def under_handle(self) -> float:
        """The value where the handle stands: during a preview, not yet the value itself."""
        return self._exact if self._under is None else self._under

    def show_value(self, value: float) -> None:
        """Move the handle to `value`, without a signal."""
        self._under = None
        super().show_value(value)

    def _fit_height(self) -> None:
        self.setFixedHeight(self._groove + (zoomed(CURVE_HEIGHT) if self._shows else 0))

    def set_shows_curve(self, shows: bool) -> None:
        """Make or take the room for a curve above the groove."""
        if shows != self._shows:
            self._shows = shows
            self._fit_height()
            self.setMouseTracking(shows)
            self.set_curve(None)
            self.set_hint(None)

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Draw another curve, if there is room for one, and go over its values if all are there."""
        shown = curve if self._shows and self.isEnabled() else None
        self._picture.set_curve(shown)
        if not (self._shows and self.isEnabled()):
            self._picture.clear()
        before, self._trained = self._trained, None
        if shown is not None and shown.is_finished:
            coarse = self.scale.coarse * len(shown.values) / len(self.scale.keys)  # pages as long
            self._trained = SliderScale(shown.values, max(1, round(coarse)))
        if self._trained != before:
            self._break_off()
        self._light(self._is_lit and self._trained is not None)
        self.update()

    def set_hint(self, curve: SweepCurve | None) -> None:
        """Mark the valley of a finished curve where there is no room for all of it; or nothing."""
        has_valley = curve is not None and curve.valley is not None and not self._shows
        hint = curve if has_valley else None
        if hint is not self.hint:
            self.hint = hint
            self.update()

    # -- which values can be chosen

    def _offered(self) -> SliderScale | None:
        """The trained values, unless the handle is held and began without them."""
        return self._trained if self._previews or not self.isSliderDown() else None

    def _stops(self) -> SliderScale:
        return self._offered() or self.scale

    def _pick(self, value: float) -> None:
        trained = self._offered()
        if self._previews:  # a key, while the mouse holds the handle
            return
        if trained is not None:
            if value != self._exact:
                self._adopt(trained, value)
        elif value == self._exact and self._under is not None:  # back, after a preview broke off
            self.show_value(value)
            self.previewed.emit(None)
        else:
            super()._pick(value)

    def _moved(self, position: int) -> None:
        trained = self._offered()
        if trained is None:
            super()._moved(position)
            return
        start = self.scale.position(self._exact)
        value = trained.values[self._nearest(trained, position)]
        if (value - self._exact) * (position - start) <= 0:  # a step that falls short of the next
            value = trained.stepped(self._exact, 1 if position > start else -1)
        self._move_handle(self.under_handle)
        self._pick(value)

    def _adopt(self, trained: SliderScale, value: float) -> None:
        self.show_value(value)
        self.adopted.emit(trained.values.index(value))

    # -- the handle while it is held

    def _take_hold(self, point: QPointF) -> None:
        trained, valley = self._trained, None if self.curve is None else self.curve.valley
        self._previews = trained is not None
        self._was_previewed = self._took_valley = False
        if trained is None or valley is None or not self._placed().is_on_valley(point):
            super()._take_hold(point)
            return
        self._grip = point.x() - self.x_of(self.scale.position(trained.values[valley]))
        self._preview(trained, valley)
        self._took_valley = True

    def _drag_to(self, x: float) -> None:
        trained = self._trained
        if not self._previews or trained is None:
            super()._drag_to(x)
            return
        position = self._held_at(x)
        index = self._nearest(trained, position)
        if self._exact not in trained.values:  # it can be gone back to as well
            away = self._distance(trained.values[index], position)
            if self._distance(self._exact, position) <= away:
                self._preview(trained, None)
                return
        self._preview(trained, index)

    def _preview(self, trained: SliderScale, index: int | None) -> None:
        """Bring the handle to a trained value, or back to where it began."""
        value = self._exact if index is None else trained.values[index]
        if value == self.under_handle:
            return
        self._took_valley = False
        self._under = None if value == self._exact else value
        self._move_handle(value)
        if index is not None:
            self._was_previewed = True
            self.previewed.emit(index)
        elif self._was_previewed:
            self._was_previewed = False
            self.previewed.emit(None)

    def _let_go(self) -> None:
        value, has_moved = self.under_handle, self._under is not None
        if not self._previews or self._trained is None:
            if has_moved:  # a preview that broke off: what is under the handle counts
                super()._pick(value)
            return
        self._previews = False
        if has_moved or self._took_valley:
            self._adopt(self._trained, value)
        elif self._was_previewed:
            self.previewed.emit(None)

    def _break_off(self) -> None:
        """Go on as a plain drag, with the handle where it is."""
        if self._previews:
            self._previews = False
            if self._was_previewed:
                self.previewed.emit(None)

    def _cancel(self) -> None:
        """Let go without any effect: no release reaches a slider that can't be used."""
        self.setSliderDown(False)
        self.show_value(self._exact)
        self._break_off()

    def _distance(self, value: float, position: float) -> float:
        """In positions."""
        return abs(self.scale.position(value) - position)

    def _nearest(self, trained: SliderScale, position: float) -> int:
        values = trained.values
        return min(range(len(values)), key=lambda index: self._distance(values[index], position))

    # -- what the mouse points at

    def tip_at(self, point: QPointF) -> str:
        """What the curve says at `point`; empty off the curve."""
        return self._placed().text_at(point)

    def event(self, event: QEvent) -> bool:
        """Show the losses under the mouse; the tooltip of the control is for the rest."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.tip_at(QPointF(event.pos()))
            if self.hint is not None:
                text = f"◇ {self.hint.valley_reading().partition(':')[0]}"
            if text:
                QToolTip.showText(event.globalPos(), as_plain(text), self)
                return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse; without a button, say what it points at."""
        super().mouseMoveEvent(event)
        if self.isSliderDown():
            return
        self._light(self._placed().is_on_valley(event.position()))
        text = as_plain(self.tip_at(event.position()))
        if text and QToolTip.isVisible() and QToolTip.text() != text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default; on the valley, it is one more click."""
        if self._placed().is_on_valley(event.position()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go of the handle of a greyed slider, and forget its curve: it has no effect."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._cancel()
            self.set_curve(None)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of a handle that is out of sight."""
        super().hideEvent(event)
        self._cancel()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._light(False)

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
        return QRectF(0, 0, self.width(), self.height() - self._groove)

    def _placed(self) -> CurvePicture:
        """The picture of the curve, where it is now."""
        picture, scale, ratio = self._picture, self.scale, self.devicePixelRatioF()
        values = () if picture.drawn is None else picture.drawn.values
        places, has_zero = list(map(scale.position, values)), bool(scale.notch) and 0 in values
        size, colors = self._region().size(), colors_of(self)
        picture.place(size, places, scale.top, self.handle / 2, ratio, colors, has_zero=has_zero)
        return picture

    def _paint(self, painter: QPainter) -> None:
        curve = self.curve
        if self._shows and self.isEnabled():  # the ground of the curve, which ends on the groove
            ground = self._region().adjusted(0, 0, 0, self._groove / 2 - 1)
            fill_rounded(painter, ground, self.palette().base(), 4)
        if curve is not None:
            values, region, here = curve.values, self._region(), self.under_handle
            x = self.x_of(self.value())
            painter.setPen(QPen(line_color(self.palette(), 0.3), 1))
            painter.drawLine(QPointF(x, region.top() + 2), QPointF(x, region.bottom() + 2))
            at = values.index(here) if here in values else None
            self._placed().draw(painter, at=at, is_lit=self._is_lit)
        elif self._picture.outdated is not None:
            self._placed().draw(painter)
        super()._paint(painter)
        hint = self.hint
        if hint is not None and hint.valley is not None:
            there = self.x_of(self.scale.position(hint.values[hint.valley]))
            middle = QPointF(there, self.height() - self._groove / 2 - 1)
            if not self._is_on_handle(middle):  # else it is there already
                draw_valley(painter, middle, colors_of(self), zoom_of_text())
