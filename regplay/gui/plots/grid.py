"""Grid lines at the labelled ticks."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.gui.plots.canvas import Frame


class GridLayer:
    """Lines through the major ticks of two axes.

    pyqtgraph's own grid makes each axis cover the whole plot, and be drawn again with every curve.
    """

    def __init__(self, axes: Mapping[str, pg.AxisItem]) -> None:
        self._axes = axes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines on whole pixels, where they stay sharp without antialiasing."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(frame.colors.grid), 1))
        for position in self._pixels("x", frame.x_range, frame.width):
            painter.drawLine(QLineF(position, 0, position, frame.height))
        for position in self._pixels("y", frame.y_range, frame.height):
            y = frame.height - position
            painter.drawLine(QLineF(0, y, frame.width, y))

    def _pixels(self, axis: str, shown: tuple[float, float], size: float) -> list[float]:
        levels = self._axes[axis].tickValues(*shown, size)
        if not levels:
            return []
        values = np.asarray(levels[0][1], dtype=float)
        return [float(p) for p in np.round((values - shown[0]) / (shown[1] - shown[0]) * size)]
