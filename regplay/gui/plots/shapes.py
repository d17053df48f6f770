"""Lines, points and small images: what layers are drawn of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, isqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from regplay.core.arrays import Flags, Floats, Indices, Pixels
from regplay.gui.plots.frame import Frame, ShapePainter, Shapes
from regplay.gui.theme import Colors, mix

WIDTH = 2.0  # pixels at 100 %
_DASH_ON, _DASH_OFF = 8, 4  # pixels along x at 100 %


class PictureCache:
    """A layer's picture of what rests, on a device that keeps one.

    Attributes
    ----------
    picture
        None while there is none.
    """

    def __init__(self) -> None:
        self.picture: QPixmap | None = None
        self._frame: Frame | None = None  # that it was drawn for

    def forget(self) -> None:
        """What rested has changed."""
        self.picture = None

    def paint(
        self, painter: QPainter, frame: Frame, draw: Callable[[QPainter, bool], None]
    ) -> None:
        """Copy the picture, after it was drawn or added to.

        Parameters
        ----------
        draw
            Draws all, or, where the second argument is false, what has come since the last time.
        """
        if not frame.device.keeps_pictures:
            draw(painter, True)
            return
        is_new = self.picture is None or self._frame != frame
        if self.picture is None or is_new:
            width, height = (ceil(side * frame.ratio) for side in (frame.width, frame.height))
            self.picture, self._frame = QPixmap(width, height), frame
            self.picture.setDevicePixelRatio(frame.ratio)
            self.picture.fill(Qt.GlobalColor.transparent)
        with QPainter(self.picture) as inner:
            draw(inner, is_new)
        painter.drawPixmap(0, 0, self.picture)


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


def through(x: Pixels, y: Pixels, keep: Flags | None = None) -> Pixels:
    """The pieces [n, 4] of a line through points [n + 1] in pixels; `keep` [n] leaves some out."""
    segments = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)
    return segments if keep is None else segments[keep]


def columns(x: Pixels, frame: Frame, step: float) -> Pixels:
    """Pixel columns from the first point to the last, inside the frame."""
    first, last = max(float(x[0]), -step), min(float(x[-1]), frame.width + step)
    if last <= first:
        return np.zeros(0)
    return np.append(np.arange(first, last, step), last)


def in_dashes(x: Pixels, frame: Frame) -> tuple[Pixels, Flags]:
    """Cut a line through rising x [n] for dashes: places x [m], and which pieces [m − 1] to draw.

    The dashes are fixed to the plot, so that they rest while the line grows.
    """
    if 1 < len(x) <= frame.width / 2:  # long pieces, in which dashes would have no room
        x = np.sort(np.concatenate([x, columns(x, frame, 2.0)]))
    return x, x[:-1] / frame.zoom % (_DASH_ON + _DASH_OFF) < _DASH_ON


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

    `which` is None where all have the first; `size` is that in a large plot, `weight` that of lines
    as in `draw_marker`.
    """

    x: Floats  # [n], data units
    y: Floats  # [n]
    shape: MarkerShape
    fills: Sequence[str]
    ring: str
    size: float = 7.0  # pixels
    which: Indices | None = None  # [n]
    seam: str | None = None
    weight: float = 1.0


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
        weight = points.weight * scale**0.5

        def marker(fill: str) -> ShapePainter:
            return lambda painter, x, y: draw_marker(
                painter, shape, x, y, size, fill, ring, seam, weight
            )

        which = np.zeros(len(shown), dtype=np.intp) if points.which is None else points.which[shown]
        looks = shape, fills, ring, seam, size, weight
        shapes = Shapes([marker(fill) for fill in fills], looks, size * 1.3 + 6)
        frame.device.draw_shapes(painter, frame, shapes, x[shown], y[shown], which)


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
