"""What the networks of many seeds have in common: bands and faint members."""

import numpy as np
from PySide6.QtGui import QPainter

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.canvas import Frame, Pixels
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.plots.surface_layers import BoundaryLayer
from regplay.gui.theme import mix

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
        self._segments = Segments()

    def set(self, x: Floats, mean: Floats, std: Floats) -> None:
        """Show the band of `mean` and `std` [n] at rising x [n]."""
        self.x = x
        self.low, self.high = mean - self.deviations * std, mean + self.deviations * std

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Shade by columns: Qt fills a polygon of this many corners ten times more slowly."""
        low, high = frame.y(self.low), frame.y(self.high)
        x = frame.x(self.x)
        placed = np.isfinite(low) & np.isfinite(high)
        if placed.sum() < 2:
            return
        x, low, high = x[placed], low[placed], high[placed]
        first, last = max(x[0], 0.0), min(x[-1], frame.width)
        columns = np.arange(np.floor(first), np.ceil(last)) + 0.5
        lines: Pixels = np.empty((len(columns), 4))
        lines[:, 0] = lines[:, 2] = columns
        lines[:, 1], lines[:, 3] = np.interp(columns, x, low), np.interp(columns, x, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen(self.color, 1.0))
        self._segments.draw(painter, lines)


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


class MemberBoundaries:
    """Where the most probable class changes, of each network, faintly.

    Attributes
    ----------
    segments
        Lines [n, 4] of all networks, in data units.
    """

    def __init__(self) -> None:
        self.segments: Floats = np.zeros((0, 4))
        self._segments = Segments()

    def set(self, members: Floats, grid: Grid) -> None:
        """Find the boundaries of probabilities [K, rows, columns, classes] on a grid."""
        boundary, found = BoundaryLayer(), [np.zeros((0, 4))]
        for probabilities in drawn_members(members):
            boundary.set(probabilities, grid)
            found.append(boundary.segments)
        self.segments = np.concatenate(found)

    def clear(self) -> None:
        """No boundaries."""
        self.segments = np.zeros((0, 4))

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines."""
        if not len(self.segments):
            return
        pixels = np.empty_like(self.segments)
        pixels[:, 0::2] = frame.x(self.segments[:, 0::2])
        pixels[:, 1::2] = frame.y(self.segments[:, 1::2])
        colors = frame.colors
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(mix(colors.background, colors.foreground, 0.45), _MEMBER))
        self._segments.draw(painter, pixels)
