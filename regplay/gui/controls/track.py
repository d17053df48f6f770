"""The slider itself: a QSlider whose positions are the values of a `Scale`."""

from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from regplay.gui.controls import tones
from regplay.gui.controls.handle_slider import HandleSlider, draw_groove, quiet
from regplay.gui.controls.scale import Scale

HEIGHT = 18  # px, of the groove with its ticks and handle


class Track(HandleSlider):
    """Slides over the values of a scale.

    `picked` carries each value that a person chooses, while they drag. The QSlider's own position
    is only where the handle stands: the value itself may lie between two positions.
    """

    picked = Signal(object)
    resetRequested = Signal()

    def __init__(self, scale: Scale, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._exact = self._default = value
        self.setFixedHeight(HEIGHT)
        self.set_scale(scale)
        # Assistive technology moves a slider by its position.
        self.valueChanged.connect(self._moved)

    def set_scale(self, scale: Scale) -> None:
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

    def _stops(self) -> Scale:
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
            self.resetRequested.emit()

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
        start, end = self.x_of(first), self.x_of(self.maximum())

        painter.setPen(QPen(quiet(palette), 1))
        for mark in self.scale.marks:
            at = self.x_of(mark)
            painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 7))
        painter.setPen(QPen(tones.line(palette, 0.75), 2))
        at = self.x_of(self._default_position)
        painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 9))

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(quiet(palette))
        draw_groove(painter, start, end, middle)
        if first:  # an exact 0 stands apart
            draw_groove(painter, self.x_of(0), self.x_of(0), middle)
        if self.value() > first:
            painter.setBrush(self._strong_color())
            draw_groove(painter, start, self.x_of(self.value()), middle)

        self._paint_handle(painter, middle)
