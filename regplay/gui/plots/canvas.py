"""One graphics item that draws everything inside a plot's axes, in pixels.

A graphics item for each curve pays for bounding rectangles, transforms and a stroke that Qt
computes with joins, on every frame. This one maps data to pixels with numpy, and keeps pictures of
what rests under the curves and over them: a new frame costs only the curves that moved. Of a frame
that is painted again there is a picture too: a hover line that moves costs one copy of it.
"""

import sys
from collections import defaultdict
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsObject

from regplay.gui.theme import Colors

if TYPE_CHECKING:
    from regplay.gui.plots.chart import Chart


Pixels = NDArray[np.float64]
_FAR = 1e5  # pixels; Qt's rasterizer wraps around beyond some 8 million


@dataclass(frozen=True)
class Frame:
    """How data become pixels, for one size and one pair of ranges.

    Ranges of a logarithmic axis are exponents of ten. `ratio` is device pixels per pixel.
    """

    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_log: bool
    y_log: bool
    ratio: float
    colors: Colors

    def x(self, values: ArrayLike) -> Pixels:
        """Pixels from the left; NaN where a value has no place on the axis."""
        low, high = self.x_range
        return _scaled(values, self.x_log, low, self.width / (high - low), 0.0)

    def y(self, values: ArrayLike) -> Pixels:
        """Pixels from the top; NaN where a value has no place on the axis."""
        low, high = self.y_range
        return _scaled(values, self.y_log, low, -self.height / (high - low), self.height)

    def dot(self, value: float) -> float | None:
        """Pixels from the top, or None where a value lies outside of the frame."""
        y = float(self.y(value))
        return y if 0 <= y <= self.height else None  # False for NaN

    def x_value(self, pixel: float) -> float:
        """The value at a distance in pixels from the left."""
        low, high = self.x_range
        position = low + pixel / self.width * (high - low)
        return float(10.0 ** np.clip(position, -300, 300)) if self.x_log else position


def _scaled(values: ArrayLike, log: bool, low: float, factor: float, offset: float) -> Pixels:
    array: NDArray[Any] = np.asarray(values, dtype=float)
    with np.errstate(all="ignore"):  # diverged runs: what overflows is clipped, the rest is NaN
        if log:
            array = np.log10(np.where(array > 0, array, np.nan))
        pixels: Pixels = ((array - low) * factor + offset).clip(-_FAR, _FAR)
    finite = np.isfinite(array)
    return pixels if finite.all() else np.where(finite, pixels, np.nan)


def empty_picture(frame: Frame) -> QPixmap:
    """A transparent picture of a frame's size, for a layer that keeps what it has drawn."""
    picture = QPixmap(ceil(frame.width * frame.ratio), ceil(frame.height * frame.ratio))
    picture.setDevicePixelRatio(frame.ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


class Layer(Protocol):
    """Something that draws itself into a frame."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw; the painter is in pixels, its settings are whatever the last layer left."""


class Canvas(QGraphicsObject):
    """The layers of a chart.

    Attributes
    ----------
    under, live, over
        Layers from bottom to top. `under` and `over` are drawn once and kept until `rest` says
        that they changed; `live` ones on every `update_live`.
    frames
        How often the live layers were drawn.
    """

    def __init__(self, chart: "Chart") -> None:
        super().__init__(chart.box)
        self.under: list[Layer] = []
        self.live: list[Layer] = []
        self.over: list[Layer] = []
        self.frames = 0
        self._chart = chart
        self._rect = QRectF()
        self._under: QPixmap | None = None
        self._over: QPixmap | None = None
        self._frame: QPixmap | None = None
        self._is_kept = False  # whether that is the present frame
        self._stale = True
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """The inside of the axes."""
        return self._rect

    def fit_box(self) -> None:
        """Take the size of the view box."""
        rect = self._chart.box.rect()
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = QRectF(rect)
            self.rest()

    def rest(self) -> None:
        """Layers that rest, the ranges or the colours changed: draw everything anew."""
        self._under = self._over = self._frame = None
        self.update_live()

    def update_live(self) -> None:
        """The live layers changed."""
        self._stale = True
        self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw a new frame; of one that is painted again, copy a picture."""
        if self._rect.isEmpty():
            return
        frame = self._chart.frame()
        if self._under is None or self._under.devicePixelRatio() != frame.ratio:
            self._under = self._drawn(self.under, frame, QColor(frame.colors.background))
            self._over, self._frame, self._stale = None, None, True
        is_new, self._stale = self._stale, False
        self._is_kept &= not is_new
        if is_new and _is_on_pixels(painter):  # most frames are painted once
            painter.save()
            painter.setClipRect(self._rect)
            self._compose(painter, frame, self._under)
            painter.restore()
            return
        if self._frame is None or not self._is_kept:
            self._is_kept = True
            self._frame = self._frame or QPixmap(self._under.size())
            self._frame.setDevicePixelRatio(frame.ratio)
            inner = QPainter(self._frame)
            self._compose(inner, frame, self._under)
            inner.end()
        painter.drawPixmap(0, 0, self._frame)

    def _compose(self, painter: QPainter, frame: Frame, under: QPixmap) -> None:
        self.frames += 1
        painter.drawPixmap(0, 0, under)
        _paint(self.live, painter, frame)
        if self.over:
            if self._over is None:
                self._over = self._drawn(self.over, frame, QColor(0, 0, 0, 0))
            painter.drawPixmap(0, 0, self._over)

    def _drawn(self, layers: list[Layer], frame: Frame, background: QColor) -> QPixmap:
        size = (self._rect.size() * frame.ratio).toSize()
        picture = QPixmap(size)
        picture.setDevicePixelRatio(frame.ratio)
        picture.fill(background)
        painter = QPainter(picture)
        _paint(layers, painter, frame)
        painter.end()
        return picture


def _is_on_pixels(painter: QPainter) -> bool:
    """Whether the item begins at a whole pixel of the screen, as a picture of it always does."""
    origin = painter.deviceTransform().map(QPointF(0, 0))
    return origin.x().is_integer() and origin.y().is_integer()


def _paint(layers: list[Layer], painter: QPainter, frame: Frame) -> None:
    """Draw layers; one that fails is reported and skipped.

    An exception that leaves `QGraphicsItem.paint` ends the process with a segmentation fault.
    """
    for layer in layers:
        try:
            layer.paint(painter, frame)
        except Exception:
            sys.excepthook(*sys.exc_info())


_Point = tuple[float, float]


class FigurePainter(QPainter):
    """Draws a figure that is kept, at any size and as vectors where the device has them.

    A layer that is handed one takes its time: lines are joined, points are shapes, and nothing is
    copied from a picture that was made for the screen.
    """

    def draw_segments(self, segments: Pixels) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels as one path, with the pen's colour."""
        path = QPainterPath()
        for line in joined(segments):
            path.addPolygon(arrayToQPolygonF(*line.T))
        pen = QPen(self.pen())
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.strokePath(path, pen)


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
    ends: dict[_Point, list[int]] = defaultdict(list)
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
    run: Pixels, runs: list[Pixels], ends: dict[_Point, list[int]], used: NDArray[np.bool_]
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


def _point(place: Pixels) -> _Point:
    return float(place[0]), float(place[1])
