"""What the networks of many seeds have in common: bands and faint members."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.bands import band_polygon
from regplay.gui.plots.boundary import boundary_segments, on_grid
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.plots.surface_layers import LinesLayer

MOST_MEMBERS = 40  # drawn; more only blacken the band
_MEMBER = 1.0  # px


def drawn_members(members: Floats) -> Floats:
    """At most `MOST_MEMBERS` of the members [K, …], evenly taken."""
    count = len(members)
    if count <= MOST_MEMBERS:
        return members
    chosen: Floats = members[np.linspace(0, count - 1, MOST_MEMBERS).round().astype(np.intp)]
    return chosen


class BandLayer:
    """The mean ± `deviations` standard deviations over x.

    Attributes
    ----------
    color
        As `#rrggbb`; not transparent, so what is drawn later covers it.
    """

    def __init__(self, deviations: float) -> None:
        self.deviations = deviations
        self.color = "#000000"
        self.x: Floats = np.zeros(0)
        self.low: Floats = np.zeros(0)
        self.high: Floats = np.zeros(0)

    def set(self, x: Floats, mean: Floats, std: Floats) -> None:
        """Show the band of `mean` and `std` [n] at rising x [n]."""
        self.x = x
        self.low, self.high = mean - self.deviations * std, mean + self.deviations * std

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Fill the band."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.color))
        painter.drawPolygon(band_polygon(frame, self.x, self.low, self.high))


class MembersLayer:
    """Each network's curve, faintly.

    Attributes
    ----------
    curves
        [K, n] at `x` [n], in data units.
    """

    def __init__(self) -> None:
        self.x: Floats = np.zeros(0)
        self.curves: Floats = np.zeros((0, 0))
        self.color = "#000000"
        self._segments = Segments()

    def set(self, x: Floats, members: Floats) -> None:
        """Show at most `MOST_MEMBERS` of these curves [K, n]."""
        self.x, self.curves = x, drawn_members(members)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves."""
        if not self.curves.size:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(self.color, _MEMBER))
        x = frame.x(self.x)
        for curve in self.curves:
            y = frame.y(curve)
            placed = np.isfinite(y)
            self._segments.draw_through(painter, x[placed], y[placed])


class MemberBoundaries(LinesLayer):
    """Where the most probable class changes, of each network, faintly."""

    def __init__(self) -> None:
        super().__init__(_MEMBER, share=0.45)

    def set(self, members: Floats, grid: Grid) -> None:
        """Find the boundaries of probabilities [K, rows, columns, classes] on a grid."""
        self.segments = on_grid(boundary_segments(drawn_members(members)), grid)
