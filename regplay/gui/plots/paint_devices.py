"""How lines, areas, markers and surfaces get onto a screen or into a figure.

Measured on a noisy curve of 900 points, 2 pixels wide and antialiased: `drawPolyline` 7.1 ms,
`drawLines` 0.5 ms, because Qt's rasterizer joins the pieces of a polyline in software. So on screen
they are not joined, a space is filled by columns, and shapes are copied from pictures. In a figure
lines are whole, at any size, and all but surfaces are vectors where the file has them.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QPixmapCache
from shiboken6 import wrapInstance

from regplay.core.arrays import Flags, Floats, Indices, Pixels
from regplay.gui.plots.frame import Frame, ShapePainter, Shapes
from regplay.gui.plots.pyqtgraph_parts import arrayToQPolygonF
from regplay.gui.plots.shapes import columns, draw_pixels

_End = tuple[float, float]


class _Buffer:
    """Rows of numbers that Qt reads as an array of its own objects, reused from frame to frame.

    Attributes
    ----------
    first
        The object in the first row, which Qt takes for all; None without any.
    """

    def __init__(self, kind: type, fields: int) -> None:
        self.first: Any = None
        self._kind, self._rows = kind, np.empty((0, fields))

    def rows(self, n: int) -> Floats:
        """The first n rows."""
        if n > len(self._rows):
            self._rows = np.empty((2 * n, self._rows.shape[1]))
            self.first = wrapInstance(self._rows.ctypes.data, self._kind)
        return self._rows[:n]


class Screen:
    """Draws pixels, many times a second."""

    keeps_pictures = True

    def __init__(self) -> None:
        self._lines = _Buffer(QLineF, 4)
        self._fragments = _Buffer(QPainter.PixmapFragment, 10)

    def draw_lines(self, painter: QPainter, segments: Pixels) -> None:
        """Each by itself: where they meet there is no join."""
        if len(segments):
            self._lines.rows(len(segments))[:] = segments
            painter.drawLines(self._lines.first, len(segments))

    def fill_between(
        self, painter: QPainter, frame: Frame, x: Pixels, low: Pixels, high: Pixels, color: QColor
    ) -> None:
        """By columns: Qt fills a polygon of as many corners ten times more slowly."""
        across = np.round(columns(x, frame, 1.0)) + 0.5
        ends = np.interp(across, x, low), np.interp(across, x, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(color, 1.0, c=Qt.PenCapStyle.FlatCap))
        self.draw_lines(painter, np.stack([across, ends[0], across, ends[1]], axis=1))

    def draw_shapes(
        self, painter: QPainter, frame: Frame, shapes: Shapes, x: Pixels, y: Pixels, which: Indices
    ) -> None:
        """By copies of pictures, which Qt keeps while there is room."""
        ratio, cell = frame.ratio, ceil(shapes.size * frame.ratio)
        key, pictures = f"shapes {shapes.looks} {ratio}", QPixmap()
        if not QPixmapCache.find(key, pictures):
            pictures = _side_by_side(shapes.painters, cell, ratio)
            QPixmapCache.insert(key, pictures)
        # x, y, left, top, width, height, scale x, scale y, rotation, opacity
        fragments = self._fragments.rows(len(x))
        fragments[:] = (0, 0, 0, 0, cell, cell, 1 / ratio, 1 / ratio, 0, 1)
        fragments[:, 0], fragments[:, 1], fragments[:, 2] = x, y, cell * which
        painter.drawPixmapFragments(self._fragments.first, len(x), pictures)

    def draw_surface(
        self, painter: QPainter, frame: Frame, place: QRectF, pixels: NDArray[np.uint32]
    ) -> None:
        """All of it; the painter cuts it off."""
        draw_pixels(painter, place, pixels)


def _side_by_side(shapes: Sequence[ShapePainter], cell: int, ratio: float) -> QPixmap:
    """Shapes from left to right, in cells of so many device pixels."""
    picture = QPixmap(cell * len(shapes), cell)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, shape in enumerate(shapes):
        painter.save()
        painter.setClipRect(QRectF(index * cell, 0, cell, cell))
        painter.translate((index + 0.5) * cell, cell / 2)
        painter.scale(ratio, ratio)
        shape(painter, 0, 0)
        painter.restore()
    painter.end()
    return picture


class Vectors:
    """Draws what is kept: as shapes, at any size."""

    keeps_pictures = False

    def draw_lines(self, painter: QPainter, segments: Pixels) -> None:
        """Those that meet as one line, all as one path."""
        path = QPainterPath()
        for line in joined(segments):
            path.addPolygon(arrayToQPolygonF(*line.T))
        pen = QPen(painter.pen())
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)

    def fill_between(
        self, painter: QPainter, frame: Frame, x: Pixels, low: Pixels, high: Pixels, color: QColor
    ) -> None:
        """As one polygon, without seams."""
        outline = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(arrayToQPolygonF(*outline), Qt.FillRule.WindingFill)

    def draw_shapes(
        self, painter: QPainter, frame: Frame, shapes: Shapes, x: Pixels, y: Pixels, which: Indices
    ) -> None:
        """Each by itself."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        for at_x, at_y, index in zip(x.tolist(), y.tolist(), which.tolist(), strict=True):
            shapes.painters[index](painter, at_x, at_y)

    def draw_surface(
        self, painter: QPainter, frame: Frame, place: QRectF, pixels: NDArray[np.uint32]
    ) -> None:
        """What lies inside, as an image that fills the frame.

        Not every program that shows vectors cuts an image off, or has smooth steps in between.
        """
        size = QSizeF(frame.width, frame.height)
        inside = QImage((size * frame.ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        inside.setDevicePixelRatio(frame.ratio)
        inside.fill(0)
        with QPainter(inside) as inner:
            draw_pixels(inner, place, pixels)
        painter.drawImage(QRectF(QPointF(0, 0), size), inside)


def joined(segments: Pixels) -> list[Pixels]:
    """Segments [n, 4] as lines [points, 2]: those that share an end with just one other are joined.

    Segments without a place (NaN) are left out.
    """
    segments = segments[np.isfinite(segments).all(axis=1)]
    if not len(segments):
        return []
    breaks = np.flatnonzero((segments[1:, :2] != segments[:-1, 2:]).any(axis=1)) + 1
    runs = [np.concatenate([run[:1, :2], run[:, 2:]]) for run in np.split(segments, breaks)]
    return runs if len(runs) < 2 else _linked(runs)


def _linked(runs: list[Pixels]) -> list[Pixels]:
    ends: dict[_End, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        for end in (run[0], run[-1]):
            ends[_point(end)].append(index)
    used = np.zeros(len(runs), dtype=bool)
    lines = []
    for index, run in enumerate(runs):
        if used[index]:
            continue
        used[index] = True
        after = _followed(run, runs, ends, used)
        before = _followed(run[::-1], runs, ends, used)
        parts = [part[:-1] for part in (piece[::-1] for piece in reversed(before))]
        parts += [run, *(part[1:] for part in after)]
        lines.append(np.concatenate(parts))
    return lines


def _followed(
    run: Pixels, runs: list[Pixels], ends: dict[_End, list[int]], used: Flags
) -> list[Pixels]:
    """The runs that go on from the end of one, each turned so that it begins there."""
    found: list[Pixels] = []
    while True:
        end = _point(run[-1])
        there = ends[end]
        following = next((index for index in there if not used[index]), None)
        if len(there) != 2 or following is None:
            return found
        used[following] = True
        run = runs[following]
        if _point(run[0]) != end:
            run = run[::-1]
        found.append(run)


def _point(place: Pixels) -> _End:
    return float(place[0]), float(place[1])


SCREEN, VECTORS = Screen(), Vectors()
