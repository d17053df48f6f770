"""The slider itself: a QSlider whose positions are the values of a `Scale`."""

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QWidget

from regplay.gui.controls import tones
from regplay.gui.controls.scale import Scale

_HANDLE = 14  # px, diameter
_GROOVE = 4  # px, thickness
HEIGHT = 18  # px, of the groove with its ticks and handle
_DISABLED = QPalette.ColorGroup.Disabled


class Track(QSlider):
    """Slides over the values of a scale; a click goes where it points, a drag follows the mouse.

    `picked` carries each value that a person chooses, while they drag. The QSlider's own position
    is only where the handle stands: the value itself may lie between two positions.
    """

    picked = Signal(object)
    resetRequested = Signal()

    def __init__(self, scale: Scale, value: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._exact = self._default = value
        self._grip = 0.0  # px from the handle's centre to where the mouse holds it
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the handle, or bring it to the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.setSliderDown(True)
        self._take_hold(event.position())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self.isSliderDown():
            event.accept()
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.setSliderDown(False)
            self._let_go()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.resetRequested.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the scroll area: scrolling past must not change an experiment."""
        event.ignore()

    def _take_hold(self, point: QPointF) -> None:
        on_handle = self._is_on_handle(point)
        self._grip = point.x() - self.x_of(self.value()) if on_handle else 0.0
        if not on_handle:
            self._drag_to(point.x())

    def _is_on_handle(self, point: QPointF) -> bool:
        return abs(point.x() - self.x_of(self.value())) <= _HANDLE / 2

    def _drag_to(self, x: float) -> None:
        position = round(self._position_at(x))
        # A handle that has not left its position keeps the exact value that it stands for.
        if self.scale.position(self.scale.value(position)) != self.value():
            self._pick(self.scale.value(position))

    def _let_go(self) -> None:
        """The handle was released."""

    def _position_at(self, x: float) -> float:
        """Where the handle goes while the mouse is at `x` px, between two positions as well."""
        share = (x - self._grip - _HANDLE / 2) / max(self.width() - _HANDLE, 1)
        return min(max(share, 0.0), 1.0) * self.maximum()

    # -- looks

    def sizeHint(self) -> QSize:
        """Wide enough to use; the layout gives more."""
        return QSize(120, self.height())

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any panel."""
        return QSize(60, self.height())

    def x_of(self, position: int) -> float:
        """Where the handle's centre stands at `position`, in px."""
        return _HANDLE / 2 + (self.width() - _HANDLE) * position / max(self.maximum(), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw groove, notch, ticks and handle from the palette."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        palette = self.palette()
        middle = self.height() - HEIGHT / 2 - 1
        x = self.x_of(self.value())
        first = self.scale.notch + 1 if self.scale.notch else 0
        start, end = self.x_of(first), self.x_of(self.maximum())
        quiet = tones.line(palette, 0.28)
        strong = palette.color(QPalette.ColorRole.Highlight) if self.isEnabled() else quiet

        painter.setPen(QPen(quiet, 1))
        for mark in self.scale.marks:
            at = self.x_of(mark)
            painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 7))
        painter.setPen(QPen(tones.line(palette, 0.75), 2))
        at = self.x_of(self._default_position)
        painter.drawLine(QPointF(at, middle + 5), QPointF(at, middle + 9))

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(quiet)
        _bar(painter, start, end, middle)
        if first:  # an exact 0 stands apart
            _bar(painter, self.x_of(0), self.x_of(0), middle)
        if self.value() > first:
            painter.setBrush(strong)
            _bar(painter, start, x, middle)

        active = self.hasFocus() or self.isSliderDown()
        painter.setPen(QPen(strong if active else tones.line(palette, 0.5), 2 if active else 1))
        painter.setBrush(_knob(palette))
        radius = _HANDLE / 2 - 1
        painter.drawEllipse(QPointF(x, middle), radius, radius)


def _knob(palette: QPalette) -> QColor:
    """Light on either ground, so that the handle stands out from the groove."""
    if tones.is_dark(palette):
        return tones.line(palette, 0.8 if palette.currentColorGroup() != _DISABLED else 0.4)
    return palette.color(QPalette.ColorRole.Base)


def _bar(painter: QPainter, left: float, right: float, middle: float) -> None:
    half = _GROOVE / 2
    painter.drawRoundedRect(
        QRectF(left - half, middle - half, right - left + _GROOVE, _GROOVE), half, half
    )
