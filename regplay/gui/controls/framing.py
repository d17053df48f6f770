"""A frame around controls that a lesson points out."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from regplay.gui.controls.tones import blend

_ACCENT = QPalette.ColorRole.Highlight
_RADIUS = 4.0  # px


class Framing(QWidget):
    """Where controls stand; it draws a soft frame behind some of them, to point them out.

    It and not the controls, because the frame has to lie outside of them: they fill their room.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._framed: tuple[QWidget, ...] = ()

    def frame(self, controls: Iterable[QWidget]) -> None:
        """Point out these controls and no others."""
        self._framed = tuple(controls)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Draw the frames anew where the controls may have moved."""
        if event.type() == QEvent.Type.LayoutRequest and self._framed:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame and a tint in the accent colour."""
        shown = [control for control in self._framed if control.isVisible()]
        if not shown:
            return
        window, accent = (
            self.palette().color(role) for role in (QPalette.ColorRole.Window, _ACCENT)
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(blend(window, accent, 0.75), 1.0))
        painter.setBrush(blend(window, accent, 0.14))
        for control in shown:
            place = QRectF(control.rect()).translated(control.mapTo(self, QPoint()))
            painter.drawRoundedRect(place.adjusted(-3.5, -1.5, 3.5, 1.5), _RADIUS, _RADIUS)
        painter.end()
