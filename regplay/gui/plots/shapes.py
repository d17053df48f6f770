"""Lines, points and cells: what layers are drawn of.

Measured on a noisy curve of 900 points, 2 pixels wide and antialiased: `drawPolyline` 7.1 ms,
`drawLines` 0.5 ms, because Qt's rasterizer joins the pieces of a polyline in software.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from regplay.gui.plots.canvas import Frame, Pixels, draw_joined

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

    def draw(self, painter: QPainter, segments: Pixels, is_figure: bool = False) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels, with the painter's pen.

        In a figure those that meet are one line, at any size; on screen that takes too long.
        """
        if not len(segments):
            return
        if is_figure:
            draw_joined(painter, segments)
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
        self.draw(painter, pixels, frame.is_figure)

    def draw_through(
        self,
        painter: QPainter,
        x: Pixels,
        y: Pixels,
        keep: NDArray[np.bool_] | None = None,
        is_figure: bool = False,
    ) -> None:
        """As `draw`, a line through points [n] in pixels; `keep` [n − 1] leaves pieces out."""
        if len(x) < 2:
            return
        segments = np.empty((len(x) - 1, 4))
        segments[:, 0], segments[:, 1] = x[:-1], y[:-1]
        segments[:, 2], segments[:, 3] = x[1:], y[1:]
        self.draw(painter, segments if keep is None else segments[keep], is_figure)


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
        painter.setPen(pen(frame.colors.of(self.color), self._width))
        keep = dashed(x) if self._dashed else None
        self._segments.draw_through(painter, x, y, keep, frame.is_figure)


class Cells:
    """Draws cells centred at places; the buffer for them is kept."""

    def __init__(self) -> None:
        self._buffer = PrimitiveArray(QPainter.PixmapFragment, 10)

    def draw(
        self,
        painter: QPainter,
        atlas: QPixmap,
        size: int,
        ratio: float,
        x: Pixels,
        y: Pixels,
        column: NDArray[np.intp] | int = 0,
        row: NDArray[np.intp] | int = 0,
    ) -> None:
        """Draw a cell at each place.

        Parameters
        ----------
        size
            Of a cell, in the atlas' own pixels.
        ratio
            How many of them go on a pixel of the plot.
        x, y
            [places].
        column, row
            Which cell, at each place or at all.
        """
        self._buffer.resize(len(x))
        # x, y, left, top, width, height, scale x, scale y, rotation, opacity
        fragments = self._buffer.ndarray()
        fragments[:] = (0, 0, 0, 0, size, size, 1 / ratio, 1 / ratio, 0, 1)
        fragments[:, 0], fragments[:, 1] = x, y
        fragments[:, 2], fragments[:, 3] = size * column, size * row
        painter.drawPixmapFragments(*self._buffer.drawargs(), atlas)  # type: ignore[call-arg]


Shape = Literal["circle", "diamond", "cross"]
MOST = 2000  # points of one split that are drawn; more only hide each other
_WHOLE = 260.0  # pixels of a plot's shorter side from which on markers have their full size
_LEAST = 0.6  # share of it in the smallest plots; with less, shapes are no longer told apart

TRAIN_SHAPE: Shape = "circle"
VALID_SHAPE: Shape = "diamond"


def draw_marker(
    painter: QPainter,
    shape: Shape,
    x: float,
    y: float,
    size: float,
    fill: str,
    ring: str,
    seam: str | None = None,
    weight: float = 1.0,
) -> None:
    """Draw one marker, `size` pixels across, with a line of 1.3 · `weight` pixels around it.

    `seam` goes around that line, to part it from a ground of any colour.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    half = size / 2
    if shape == "cross":
        half *= 0.72
        for color, width in ((ring, 4.2), (fill, 2.0)):  # a seam keeps it visible on any ground
            line = QPen(QColor(color), width * weight)
            line.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(line)
            painter.drawLine(QPointF(x - half, y - half), QPointF(x + half, y + half))
            painter.drawLine(QPointF(x - half, y + half), QPointF(x + half, y - half))
        return
    lines = [QPen(QColor(ring), 1.3 * weight)]
    if seam is not None:
        lines.insert(0, QPen(QColor(seam), 4 * weight))
    painter.setBrush(QColor(fill))
    for line in lines:
        painter.setPen(line)
        if shape == "circle":
            painter.drawEllipse(QPointF(x, y), half, half)
        else:
            r = half * 1.15  # a diamond of the same area looks as large as the circle
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x + dx, y + dy) for dx, dy in ((-r, 0), (0, -r), (r, 0), (0, r))]
                )
            )


@dataclass(frozen=True, eq=False)
class Points:
    """Points that share a shape: where they are, and which of `fills` each one has.

    `which` is None where all have the first; `size` is that in a large plot.
    """

    x: NDArray[np.float64]  # [n], data units
    y: NDArray[np.float64]  # [n]
    shape: Shape
    fills: Sequence[str]
    ring: str
    size: float = 7.0  # pixels
    which: NDArray[np.intp] | None = None  # [n]
    seam: str | None = None


def marker_scale(frame: Frame) -> float:
    """How large markers are in a plot, as a share of their size in a large one.

    In steps of a tenth, so that few pictures are drawn while a window is resized.
    """
    share = min(frame.width, frame.height) / _WHOLE
    return round(10 * min(max(share, _LEAST), 1.0)) / 10


class PointsLayer:
    """Groups of points, the first at the bottom; in a small plot they are smaller.

    Attributes
    ----------
    groups
        What to draw; assign a new tuple to change it.
    """

    def __init__(self) -> None:
        self.groups: tuple[Points, ...] = ()
        self._atlases: dict[tuple[object, ...], QPixmap] = {}
        self._cells = Cells()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw those that lie in the frame."""
        for points in self.groups:
            self._paint_group(painter, frame, points)

    def _paint_group(self, painter: QPainter, frame: Frame, points: Points) -> None:
        of = frame.colors.of
        seam = None if points.seam is None else of(points.seam)
        fills = tuple(map(of, points.fills))
        points = replace(points, fills=fills, ring=of(points.ring), seam=seam)
        x, y = frame.x(points.x), frame.y(points.y)
        near = (x > -20) & (x < frame.width + 20) & (y > -20) & (y < frame.height + 20)
        shown = np.flatnonzero(near)
        if not shown.size:
            return
        if frame.is_figure:
            _draw_each(painter, points, shown, x, y, marker_scale(frame))
            return
        atlas, cell = self._atlas(points, marker_scale(frame), frame.ratio)
        which = 0 if points.which is None else points.which[shown]
        self._cells.draw(painter, atlas, cell, frame.ratio, x[shown], y[shown], which)

    def _atlas(self, points: Points, scale: float, ratio: float) -> tuple[QPixmap, int]:
        """One picture with a cell for each fill, and the size of a cell in its pixels."""
        size = points.size * scale
        cell = int(np.ceil((size * 1.3 + 6) * ratio))
        looks = (points.shape, tuple(points.fills), points.ring, points.seam, points.size)
        key = (*looks, scale, ratio)
        if key not in self._atlases:
            if len(self._atlases) > 16:  # colours or screens that are gone
                self._atlases.clear()
            picture = QPixmap(cell * len(points.fills), cell)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            for index, fill in enumerate(points.fills):
                painter.save()
                painter.setClipRect(QRectF(index * cell, 0, cell, cell))
                painter.translate((index + 0.5) * cell, cell / 2)
                painter.scale(ratio, ratio)
                ring, seam = points.ring, points.seam
                draw_marker(painter, points.shape, 0, 0, size, fill, ring, seam, scale**0.5)
                painter.restore()
            painter.end()
            self._atlases[key] = picture
        return self._atlases[key], cell


def _draw_each(
    painter: QPainter,
    points: Points,
    shown: NDArray[np.intp],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    scale: float,
) -> None:
    """Draw those of the points that are `shown`, at x and y [n] in pixels, as shapes."""
    size, weight = points.size * scale, scale**0.5
    for index in shown.tolist():
        fill = points.fills[0 if points.which is None else int(points.which[index])]
        at = float(x[index]), float(y[index])
        draw_marker(painter, points.shape, *at, size, fill, points.ring, points.seam, weight)


def thinned(n: int) -> NDArray[np.intp]:
    """Indices of the points to draw: all, or `MOST` of them evenly spaced."""
    if n <= MOST:
        return np.arange(n)
    return np.linspace(0, n - 1, MOST).round().astype(np.intp)
