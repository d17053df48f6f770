"""Lines, points and small images: what layers are drawn of.

Measured on a noisy curve of 900 points, 2 pixels wide and antialiased: `drawPolyline` 7.1 ms,
`drawLines` 0.5 ms, because Qt's rasterizer joins the pieces of a polyline in software.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, isqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from shiboken6 import wrapInstance

from regplay.core.arrays import Flags, Floats, Indices, Pixels
from regplay.gui.plots.pyqtgraph_parts import arrayToQPolygonF
from regplay.gui.plots.scale import Frame
from regplay.gui.theme import Colors, mix

_End = tuple[float, float]
WIDTH = 2.0  # pixels at 100 %
_DASH_ON, _DASH_OFF = 8, 4  # pixels along x at 100 %


def empty_picture(frame: Frame) -> QPixmap:
    """A transparent picture of a frame's size, for a layer that keeps what it has drawn."""
    picture = QPixmap(ceil(frame.width * frame.ratio), ceil(frame.height * frame.ratio))
    picture.setDevicePixelRatio(frame.ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def pen(color: str, width: float = WIDTH) -> QPen:
    """A solid pen."""
    drawn = QPen(QColor(color), width)
    drawn.setCapStyle(Qt.PenCapStyle.FlatCap)
    return drawn


def fill_polygon(painter: QPainter, corners: Iterable[tuple[float, float]], color: str) -> None:
    """Fill a polygon of corners in pixels, without an outline."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


def draw_joined(painter: QPainter, segments: Pixels) -> None:
    """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels as one path, with the painter's pen."""
    path = QPainterPath()
    for line in joined(segments):
        path.addPolygon(arrayToQPolygonF(*line.T))
    pen = QPen(painter.pen())
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)


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


class Segments:
    """Draws lines between pairs of points."""

    def __init__(self) -> None:
        self._buffer = _Buffer(QLineF, 4)

    def draw(self, painter: QPainter, segments: Pixels, is_figure: bool = False) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels, with the painter's pen.

        In a figure those that meet are one line, at any size; on screen that takes too long.
        """
        if not len(segments):
            return
        if is_figure:
            draw_joined(painter, segments)
            return
        self._buffer.rows(len(segments))[:] = segments
        painter.drawLines(self._buffer.first, len(segments))

    def draw_placed(self, painter: QPainter, frame: Frame, segments: Floats) -> None:
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
        keep: Flags | None = None,
        is_figure: bool = False,
    ) -> None:
        """As `draw`, a line through points [n] in pixels; `keep` [n − 1] leaves pieces out."""
        if len(x) < 2:
            return
        segments = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)
        self.draw(painter, segments if keep is None else segments[keep], is_figure)


def dashed(x: Pixels, zoom: float) -> Flags:
    """Which pieces [n − 1] of a line through rising x [n] to draw for a dashed one.

    The dashes are fixed to the plot, so that they rest while the line grows.
    """
    return x[:-1] / zoom % (_DASH_ON + _DASH_OFF) < _DASH_ON


class Stamps:
    """Draws one of a few shapes at each of many places: on screen by copying pictures of them."""

    def __init__(self) -> None:
        self._buffer = _Buffer(QPainter.PixmapFragment, 10)
        self._atlases: dict[Hashable, QPixmap] = {}

    def draw(
        self,
        painter: QPainter,
        frame: Frame,
        shapes: Sequence[Callable[[QPainter, float, float], None]],
        looks: Hashable,
        size: float,
        x: Pixels,
        y: Pixels,
        which: Indices,
    ) -> None:
        """Draw a shape at each place.

        Parameters
        ----------
        shapes
            Each draws itself around a place in pixels, antialiased and without a pen at first.
        looks
            What they depend on: pictures are kept as long as it is the same.
        size
            Of the largest, in pixels.
        x, y, which
            Places, and which shape is there [places].
        """
        if frame.is_figure:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            for at_x, at_y, index in zip(x.tolist(), y.tolist(), which.tolist(), strict=True):
                shapes[index](painter, at_x, at_y)
            return
        ratio, cell = frame.ratio, ceil(size * frame.ratio)
        if (looks, ratio) not in self._atlases:
            if len(self._atlases) > 16:  # colours or screens that are gone
                self._atlases.clear()
            self._atlases[looks, ratio] = _atlas(shapes, cell, ratio)
        # x, y, left, top, width, height, scale x, scale y, rotation, opacity
        fragments = self._buffer.rows(len(x))
        fragments[:] = (0, 0, 0, 0, cell, cell, 1 / ratio, 1 / ratio, 0, 1)
        fragments[:, 0], fragments[:, 1], fragments[:, 2] = x, y, cell * which
        atlas = self._atlases[looks, ratio]
        painter.drawPixmapFragments(self._buffer.first, len(x), atlas)


def _atlas(
    shapes: Sequence[Callable[[QPainter, float, float], None]], cell: int, ratio: float
) -> QPixmap:
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


MarkerShape = Literal["circle", "diamond", "cross"]
MOST = 2000  # points of one split that are drawn; more only hide each other
_WHOLE = 260.0  # pixels of a plot's shorter side from which on markers have their full size
_LEAST = 0.6  # share of it in the smallest plots; with less, shapes are no longer told apart

TRAIN_SHAPE: MarkerShape = "circle"
VALID_SHAPE: MarkerShape = "diamond"


def draw_marker(
    painter: QPainter,
    shape: MarkerShape,
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

    x: Floats  # [n], data units
    y: Floats  # [n]
    shape: MarkerShape
    fills: Sequence[str]
    ring: str
    size: float = 7.0  # pixels
    which: Indices | None = None  # [n]
    seam: str | None = None


def marker_scale(frame: Frame) -> float:
    """How large markers are in a plot, as a share of their size in a large one at 100 %.

    In steps of a tenth, so that few pictures are drawn while a window is resized.
    """
    share = min(frame.width, frame.height) / _WHOLE
    return round(10 * min(max(share, _LEAST), 1.0) * frame.zoom) / 10


class PointsLayer:
    """Groups of points, the first at the bottom; in a small plot they are smaller.

    Attributes
    ----------
    groups
        What to draw; assign a new tuple to change it.
    """

    def __init__(self) -> None:
        self.groups: tuple[Points, ...] = ()
        self._stamps = Stamps()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw those that lie in the frame."""
        for points in self.groups:
            self._paint_group(painter, frame, points)

    def _paint_group(self, painter: QPainter, frame: Frame, points: Points) -> None:
        x, y = frame.x(points.x), frame.y(points.y)
        near = (x > -20) & (x < frame.width + 20) & (y > -20) & (y < frame.height + 20)
        shown = np.flatnonzero(near)
        if not shown.size:
            return
        of, shape, scale = frame.colors.of, points.shape, marker_scale(frame)
        fills, ring, size = tuple(map(of, points.fills)), of(points.ring), points.size * scale
        seam = None if points.seam is None else of(points.seam)

        def marker(fill: str) -> Callable[[QPainter, float, float], None]:
            return lambda painter, x, y: draw_marker(
                painter, shape, x, y, size, fill, ring, seam, scale**0.5
            )

        which = np.zeros(len(shown), dtype=np.intp) if points.which is None else points.which[shown]
        looks = shape, fills, ring, seam, size, scale
        stamps, cell = [marker(fill) for fill in fills], size * 1.3 + 6
        self._stamps.draw(painter, frame, stamps, looks, cell, x[shown], y[shown], which)


def thinned(n: int) -> Indices:
    """Indices of the points to draw: all, or `MOST` of them evenly spaced."""
    if n <= MOST:
        return np.arange(n)
    return np.linspace(0, n - 1, MOST).round().astype(np.intp)


def argb(colors: Iterable[str]) -> NDArray[np.uint32]:
    """Colours as 0xAARRGGBB."""
    return np.array([QColor(color).rgb() for color in colors], dtype=np.uint32)


def draw_pixels(
    painter: QPainter, place: QRectF, pixels: NDArray[np.uint32], *, is_smooth: bool = True
) -> None:
    """Draw colours [rows, columns] from the top, smooth in between or each as a rectangle."""
    rows, columns = pixels.shape
    pixels = np.ascontiguousarray(pixels)
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
    painter.drawImage(place, image)  # before `pixels`, which the image looks into, are gone


_INKS = 64  # shades of an image from paper to ink
_SEAM = 2.0  # px between two images


@lru_cache(maxsize=4)
def _inks(colors: Colors) -> NDArray[np.uint32]:
    """From paper to ink, as 0xAARRGGBB."""
    shares = np.linspace(0, 1, _INKS).tolist()
    return argb(mix(colors.background, colors.foreground, share) for share in shares)


def paint_image(painter: QPainter, place: QRectF, pixels: Floats, colors: Colors) -> None:
    """Draw the pixels [side²] of a square image, row by row; 0 is paper, the largest is ink."""
    side = isqrt(len(pixels))
    levels = pixels / max(float(pixels.max()), 1e-9) * (_INKS - 1)
    inks = _inks(colors)[levels.round().clip(0, _INKS - 1).astype(int).reshape(side, side)]
    draw_pixels(painter, place, inks, is_smooth=False)


def paint_images(
    painter: QPainter, area: QRectF, images: Floats, columns: int, colors: Colors
) -> None:
    """Draw images [n, side²] in rows of so many, from the upper left corner of an area."""
    cell = area.width() / columns
    for index, pixels in enumerate(images):
        down, across = divmod(index, columns)
        place = QPointF(area.left() + across * cell, area.top() + down * cell)
        paint_image(painter, QRectF(place, QSizeF(cell - _SEAM, cell - _SEAM)), pixels, colors)
