"""What the mouse is about to do: a ring around a point, or the point that a click would add."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject

from regplay.gui.plots.chart import Chart
from regplay.gui.plots.markers import marker_scale

_RING = 8.5  # pixels of radius in a large plot
_DOT = 4.0


@dataclass(frozen=True)
class Mark:
    """A ring at a place in data units, or with a `fill` a point that is not there yet."""

    x: float
    y: float
    fill: str | None = None


class MarkItem(QGraphicsObject):
    """Drawn over the canvas, whose finished frame it leaves as it is.

    Attributes
    ----------
    mark
        What is drawn, or None.
    """

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart.box)
        self.mark: Mark | None = None
        self._chart = chart
        self.setZValue(9)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def setMark(self, mark: Mark | None) -> None:
        """Draw another one."""
        if mark != self.mark:
            self.mark = mark
            self.update()

    def boundingRect(self) -> QRectF:
        """The inside of the axes."""
        return QRectF(self._chart.box.rect())

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the mark."""
        mark, colors = self.mark, self._chart.colors
        if mark is None:
            return
        frame = self._chart.frame()
        centre = QPointF(float(frame.x(mark.x)), float(frame.y(mark.y)))
        ring, dot = (radius * marker_scale(frame) for radius in (_RING, _DOT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if mark.fill is None:
            for color, width in ((colors.background, 4.6), (colors.foreground, 2.2)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawEllipse(centre, ring, ring)
            return
        painter.setOpacity(0.6)  # not there yet
        painter.setPen(QPen(QColor(colors.background), 4.0))
        painter.drawEllipse(centre, dot, dot)
        painter.setPen(QPen(QColor(colors.train), 1.3))
        painter.setBrush(QColor(mark.fill))
        painter.drawEllipse(centre, dot, dot)
