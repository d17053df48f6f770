"""A handle on a groove: what the sliders of values and of epochs have in common."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from regplay.gui.theme import colors_of, line_color, zoom_of_text, zoomed
from regplay.gui.widgets import fill_rounded, paint_focus_ring

HANDLE = 14  # px at 100 %, diameter
_HALF = 2.0  # px, of the thickness of the groove
_QUIET, _STRONG = 0.16, 0.45  # of the text's colour, beyond the handle and up to it


class HandleSlider(QSlider):
    """Horizontal; a click goes where it points, a drag follows the mouse, the wheel does nothing.

    A handle that is taken off its centre keeps its distance from the mouse.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._grip = 0.0  # px from the handle's centre to where the mouse holds it
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def x_of(self, position: int) -> float:
        """Where the handle's centre stands at `position`, in px."""
        return self.handle / 2 + (self.width() - self.handle) * position / max(self.maximum(), 1)

    # -- mouse

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
        if self.isSliderDown():
            event.accept()
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.setSliderDown(False)
            self._let_go()
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what is around: scrolling past must change nothing."""
        event.ignore()

    def _take_hold(self, point: QPointF) -> None:
        on_handle = self._is_on_handle(point)
        self._grip = point.x() - self.x_of(self.value()) if on_handle else 0.0
        if not on_handle:
            self._drag_to(point.x())

    def _is_on_handle(self, point: QPointF) -> bool:
        return abs(point.x() - self.x_of(self.value())) <= self.handle / 2

    def _drag_to(self, x: float) -> None:
        """The handle is held, and the mouse is at `x` px."""
        raise NotImplementedError

    def _let_go(self) -> None:
        """The handle was released."""

    def _held_at(self, x: float) -> float:
        """Where the held handle goes while the mouse is at `x` px: also between two positions."""
        return self._position_at(x - self._grip)

    def _position_at(self, x: float) -> float:
        """The position at `x` px, also between two; the inverse of `x_of`."""
        share = (x - self.handle / 2) / max(self.width() - self.handle, 1)
        return min(max(share, 0.0), 1.0) * self.maximum()

    # -- looks

    @property
    def handle(self) -> int:
        """Diameter of the handle in px, at the present zoom."""
        return zoomed(HANDLE)

    def _strong_color(self) -> QColor:
        """Of the groove up to the handle: a grey, as the accent is for what is in use."""
        return line_color(self.palette(), _STRONG if self.isEnabled() else _QUIET)

    def _paint_groove(self, painter: QPainter, middle: float, first: int = 0) -> None:
        """The groove from position `first` on, strong up to the handle; 0 stands apart from it."""
        quiet, here = line_color(self.palette(), _QUIET), self.x_of(self.value())
        zero, start, end = self.x_of(0), self.x_of(first), self.width() - self.handle / 2
        pieces = [(quiet, start, end)]
        if first:
            pieces.append((quiet, zero, zero))
        if here > start:
            pieces.append((self._strong_color(), start, here))
        half = _HALF * zoom_of_text()
        for color, left, right in pieces:
            place = QRectF(left, middle, right - left, 0).adjusted(-half, -half, half, half)
            fill_rounded(painter, place, color, half)

    def _paint_handle(self, painter: QPainter, middle: float) -> None:
        palette = self.palette()
        is_held = self.isEnabled() and self.isSliderDown()
        line = palette.highlight().color() if is_held else line_color(palette, 0.5)
        painter.setPen(QPen(line, 2 if is_held else 1))
        # Light on either ground, so that it stands out from the groove.
        light = line_color(palette, 0.8 if self.isEnabled() else 0.4)
        painter.setBrush(light if colors_of(palette).dark else palette.base())
        radius = self.handle / 2 - 1
        handle = QPointF(self.x_of(self.value()), middle)
        painter.drawEllipse(handle, radius, radius)
        around = QRectF(0, 0, self.handle, self.handle)
        around.moveCenter(handle)
        paint_focus_ring(painter, self, around)
