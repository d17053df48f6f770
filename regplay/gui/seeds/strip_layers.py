"""What lies around the points of a strip: boxes behind them, and arrows for those off the axis."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.markers import Points

_ARROW = 11.0  # px, length


class BoxesLayer:
    """A box from the first to the third quartile in each lane, with a line at the median.

    Parameters
    ----------
    lanes
        Heights of their middles, in data units.
    half
        Half of a box's height, in data units.

    Attributes
    ----------
    values
        Numbers [K] of each lane; those that are not finite are left out.
    colors
        One a lane, as `#rrggbb`.
    """

    def __init__(self, lanes: Sequence[float], half: float) -> None:
        self.values: Sequence[Floats] = ()
        self.colors: Sequence[str] = ()
        self._lanes, self._half = lanes, half

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the boxes on whole pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for values, lane, color in zip(self.values, self._lanes, self.colors, strict=False):
            finite = values[np.isfinite(values)]
            if len(finite) < 2:
                continue
            left, middle, right = np.round(frame.x(np.quantile(finite, (0.25, 0.5, 0.75))))
            top, bottom = np.round(frame.y([lane + self._half, lane - self._half]))
            box = QRectF(QPointF(left, top), QPointF(max(right, left + 1), bottom))
            painter.fillRect(box, QColor(color))
            painter.setPen(QPen(QColor(frame.colors.foreground), 2))
            painter.drawLine(QLineF(middle, top, middle, bottom))


class BeyondLayer:
    """An arrow at the right end for each point that lies beyond it.

    Attributes
    ----------
    groups
        The points.
    """

    def __init__(self) -> None:
        self.groups: Sequence[Points] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the arrows."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.background), 1.3))
        right = frame.width - 1
        for group in self.groups:
            painter.setBrush(QColor(group.fills[0]))
            for y in frame.y(group.y)[frame.x(group.x) > frame.width]:
                back = right - _ARROW
                corners = (back, y - _ARROW / 2), (right, y), (back, y + _ARROW / 2)
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
