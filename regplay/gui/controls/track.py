"""The slider itself: its positions are the values of a `Scale`; one goes over trained networks."""

from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from regplay.gui.controls.slider_scale import SliderScale
from regplay.gui.theme import line_color
from regplay.gui.widgets import HandleSlider

HEIGHT = 18  # px, of the groove with its ticks and handle


class Track(HandleSlider):
    """Slides over the values of a scale.

    `picked` carries each value that a person chooses, while they drag. The QSlider's own position
    is only where the handle stands: the value itself may lie between two positions.
    """

    picked = Signal(object)
    reset_requested = Signal()

    def __init__(self, scale: SliderScale, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exact = self._default = value
        self.setFixedHeight(HEIGHT)
        self.set_scale(scale)
        # Assistive technology moves a slider by its position.
        self.valueChanged.connect(self._moved)

    def set_scale(self, scale: SliderScale) -> None:
        """Slide over other values from now on; the shown value stays."""
        self.scale = scale
        self._default_position = scale.position(self._default)
        with QSignalBlocker(self):
            self.setRange(0, scale.top)
            self.setPageStep(scale.coarse)
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
        self._default_position = self.scale.position(value)
        self.update()

    def step(self, steps: int) -> None:
        """Go `steps` values up or down, from the exact value."""
        self._pick(self._stops().stepped(self._exact, steps))

    def page(self, pages: int) -> None:
        """Go up or down by as many values as PageUp and PageDown do, `pages` times."""
        self.step(pages * self._stops().coarse)

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
        """Arrows one value, PageUp and PageDown several, Home and End to the ends."""
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self.step(1)
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self.step(-1)
            case Qt.Key.Key_PageUp:
                self.page(1)
            case Qt.Key.Key_PageDown:
                self.page(-1)
            case Qt.Key.Key_Home:
                self._pick(self._stops().values[0])
            case Qt.Key.Key_End:
                self._pick(self._stops().values[-1])
            case _:
                event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.reset_requested.emit()

    def _drag_to(self, x: float) -> None:
        position = round(self._held_at(x))
        # A handle that has not left its position keeps the exact value that it stands for.
        if self.scale.position(self.scale.value(position)) != self.value():
            self._pick(self.scale.value(position))

    # -- looks

    def sizeHint(self) -> QSize:
        """Wide enough to use; the layout gives more."""
        return QSize(120, self.height())

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any panel."""
        return QSize(60, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw groove, notch, ticks and handle from the palette."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        palette = self.palette()
        middle = self.height() - HEIGHT / 2 - 1
        first = self.scale.notch + 1 if self.scale.notch else 0
        painter.setPen(QPen(line_color(palette, 0.28), 1))
        for mark in self.scale.marks:
            at = self.x_of(mark)
            painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 7))
        painter.setPen(QPen(line_color(palette, 0.75), 2))
        at = self.x_of(self._default_position)
        painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 9))

        self._paint_groove(painter, middle, first)
        self._paint_handle(painter, middle)


class PreviewTrack(Track):
    """A `Track` that, while it has trained values, shows these and goes over no others.

    While its handle is dragged over trained values, the value stays what it was until the handle is
    let go; `adopted` then takes the place of `picked`. Values that come during a drag count from
    the next one on. If they are taken away, the drag goes on as on any other track.

    Signals
    -------
    previewed
        Index of the trained value that the handle has come to.
    adopted
        Index of the trained value that a person chose, which is the track's value now.
    preview_ended
        Nothing was adopted: the handle is back where it began, or the values were taken away.
    """

    previewed = Signal(int)
    adopted = Signal(int)
    preview_ended = Signal()

    def __init__(self, scale: SliderScale, value: float, parent: QWidget | None = None) -> None:
        self._trained: SliderScale | None = None
        self._previews = False  # the handle is held, and goes over trained values
        self._was_previewed = False  # since it was taken
        self._took_mark = False  # it was brought here by a click that means this very value
        self._under: float | None = None  # under the handle, if it is not the value itself
        super().__init__(scale, value, parent)

    @property
    def under_handle(self) -> float:
        """The value where the handle stands: during a preview, not yet the value itself."""
        return self._exact if self._under is None else self._under

    def set_trained(self, values: tuple[float, ...] | None) -> None:
        """Go over `values` (rising) from now on, or over the whole scale."""
        if self._trained is not None and values == self._trained.values:
            return
        self._trained = None
        if values is not None:
            coarse = self.scale.coarse * len(values) / len(self.scale.values)  # pages as long
            self._trained = SliderScale(values, max(1, round(coarse)))
        self._break_off()

    def show_value(self, value: float) -> None:
        """Move the handle to `value`, without a signal."""
        self._under = None
        super().show_value(value)

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
            self.preview_ended.emit()
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

    # -- the handle in the hand

    def _mark_at(self, point: QPointF) -> int | None:
        """Index of the trained value that a press at `point` means, whatever its x."""
        return None

    def _take_hold(self, point: QPointF) -> None:
        trained = self._trained
        self._previews = trained is not None
        self._was_previewed = self._took_mark = False
        mark = self._mark_at(point)
        if trained is None or mark is None:
            super()._take_hold(point)
            return
        self._grip = point.x() - self.x_of(self.scale.position(trained.values[mark]))
        self._preview(trained, mark)
        self._took_mark = True

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
        self._took_mark = False
        self._under = None if value == self._exact else value
        self._move_handle(value)
        if index is not None:
            self._was_previewed = True
            self.previewed.emit(index)
        elif self._was_previewed:
            self._was_previewed = False
            self.preview_ended.emit()

    def _let_go(self) -> None:
        value, has_moved = self.under_handle, self._under is not None
        if not self._previews or self._trained is None:
            if has_moved:  # a preview that broke off: what is under the handle counts
                super()._pick(value)
            return
        self._previews = False
        if has_moved or self._took_mark:
            self._adopt(self._trained, value)
        elif self._was_previewed:
            self.preview_ended.emit()

    def _break_off(self) -> None:
        """Go on as a plain drag, with the handle where it is."""
        if self._previews:
            self._previews = False
            if self._was_previewed:
                self.preview_ended.emit()

    def _cancel(self) -> None:
        """Let go without any effect: no release reaches a track that can't be used."""
        self.setSliderDown(False)
        self.show_value(self._exact)
        self._break_off()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default; on a mark, it is one more click."""
        if self._mark_at(event.position()) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go of a handle that is greyed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._cancel()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of a handle that is out of sight."""
        super().hideEvent(event)
        self._cancel()

    # -- distances on the track, in positions

    def _distance(self, value: float, position: float) -> float:
        return abs(self.scale.position(value) - position)

    def _nearest(self, trained: SliderScale, position: float) -> int:
        values = trained.values
        return min(range(len(values)), key=lambda index: self._distance(values[index], position))
