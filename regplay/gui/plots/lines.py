"""Lines, drawn as separate pieces.

Measured on a noisy curve of 900 points, 2 pixels wide and antialiased: `drawPolyline` 7.1 ms,
`drawLines` 0.5 ms, because Qt's rasterizer joins the pieces of a polyline in software.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.gui.plots.canvas import Frame, Pixels
from regplay.gui.plots.figure_painter import FigurePainter

WIDTH = 2.0  # pixels
_DASH_ON, _DASH_OFF = 8, 4  # pixels along x


def pen(color: str, width: float = WIDTH) -> QPen:
    """A solid pen."""
    drawn = QPen(QColor(color), width)
    drawn.setCapStyle(Qt.PenCapStyle.FlatCap)
    return drawn


class Segments:
    """Buffer for lines between pairs of points, reused from frame to frame."""

    def __init__(self) -> None:
        self._buffer = PrimitiveArray(QLineF, 4)
        self._room = 0  # lines
        self._first: Any = None  # the buffer as Qt wants it; making that takes long

    def draw(self, painter: QPainter, segments: Pixels) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels, with the painter's pen."""
        if not len(segments):
            return
        if isinstance(painter, FigurePainter):
            painter.draw_segments(segments)
            return
        if len(segments) > self._room:
            self._room = 2 * len(segments)
            self._buffer.resize(self._room)
            self._first, _ = self._buffer.drawargs()
        self._buffer.ndarray()[: len(segments)] = segments
        painter.drawLines(self._first, len(segments))

    def draw_placed(self, painter: QPainter, frame: Frame, segments: NDArray[np.float64]) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in data units, with the painter's pen."""
        pixels = np.empty_like(segments)
        pixels[:, 0::2] = frame.x(segments[:, 0::2])
        pixels[:, 1::2] = frame.y(segments[:, 1::2])
        self.draw(painter, pixels)

    def draw_through(
        self, painter: QPainter, x: Pixels, y: Pixels, keep: NDArray[np.bool_] | None = None
    ) -> None:
        """Draw a line through points [n] in pixels; `keep` [n − 1] leaves pieces out."""
        if len(x) < 2:
            return
        segments = np.empty((len(x) - 1, 4))
        segments[:, 0], segments[:, 1] = x[:-1], y[:-1]
        segments[:, 2], segments[:, 3] = x[1:], y[1:]
        self.draw(painter, segments if keep is None else segments[keep])


def dashed(x: Pixels) -> NDArray[np.bool_]:
    """Which pieces [n − 1] of a line through rising x [n] to draw for a dashed one.

    The dashes are fixed to the plot, so that they rest while the line grows.
    """
    kept: NDArray[np.bool_] = x[:-1] % (_DASH_ON + _DASH_OFF) < _DASH_ON
    return kept


class LineLayer:
    """One line through data points; those without a place on the axes are left out.

    Attributes
    ----------
    x, y
        The points [n], in data units.
    color
        As `#rrggbb`.
    """

    def __init__(self, color: str = "#000000", width: float = WIDTH, dashed: bool = False) -> None:
        self.x: NDArray[np.float64] = np.zeros(0)
        self.y: NDArray[np.float64] = np.zeros(0)
        self.color = color
        self._width = width
        self._dashed = dashed
        self._segments = Segments()

    def set(self, x: ArrayLike, y: ArrayLike) -> None:
        """Show these points."""
        self.x, self.y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)

    def clear(self) -> None:
        """Show nothing."""
        self.set((), ())

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line."""
        if not self.x.size:
            return
        x, y = frame.x(self.x), frame.y(self.y)
        placed = np.isfinite(x) & np.isfinite(y)
        if not placed.all():
            x, y = x[placed], y[placed]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(self.color, self._width))
        self._segments.draw_through(painter, x, y, dashed(x) if self._dashed else None)
