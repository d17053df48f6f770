"""The ring around whatever has the focus: one for all, in the accent colour."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

_WIDTH = 2.0  # px
_RADIUS = 5.0  # px


def paint_focus_ring(painter: QPainter, widget: QWidget, place: QRectF | None = None) -> None:
    """Draw it just inside of a rectangle, by default the whole widget, while it has the focus.

    A place that is as high as wide gets a circle.
    """
    if not widget.hasFocus():
        return
    ring = (QRectF(widget.rect()) if place is None else place).adjusted(1, 1, -1, -1)
    radius = ring.width() / 2 if ring.width() == ring.height() else _RADIUS
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(widget.palette().accent().color(), _WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(ring, radius, radius)
