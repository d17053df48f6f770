"""What lies under the points of two inputs: a coloured surface, a boundary, contour lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.boundary import boundary_segments, contour_segments, on_grid
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.theme import Colors, mix

_LEVELS = 64
_WIDTH = 1.8  # pixels
# Cividis (Nuñez, Anderton & Renslow, 2018): even in lightness, the same to colour-blind eyes.
_CIVIDIS = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")


def _argb(colors: Sequence[str]) -> NDArray[np.uint32]:
    return np.array([QColor(color).rgb() for color in colors], dtype=np.uint32)


def class_table(colors: Colors, classes: int) -> NDArray[np.uint32]:
    """Colours [classes, levels]: each class's hue, from the background to 60 % with confidence."""
    steps = 0.1 + 0.5 * np.linspace(0, 1, _LEVELS)
    return np.stack(
        [
            _argb([mix(colors.background, colors.class_color(k), share) for share in steps])
            for k in range(classes)
        ]
    )


def value_colors(levels: int = _LEVELS) -> list[str]:
    """Colours from the lowest value to the highest."""
    places = np.linspace(0, len(_CIVIDIS) - 1, levels)
    lower = np.minimum(places.astype(int), len(_CIVIDIS) - 2)
    return [
        mix(_CIVIDIS[i], _CIVIDIS[i + 1], float(p - i)) for i, p in zip(lower, places, strict=True)
    ]


def value_levels(
    values: Floats, low: float, high: float, levels: int = _LEVELS
) -> NDArray[np.intp]:
    """Which of `levels` colours each value has; those that are not finite have the lowest."""
    with np.errstate(all="ignore"):
        scaled = (values - low) / (high - low) * levels
        return np.nan_to_num(scaled, nan=0.0).clip(0, levels - 1).astype(np.intp)


def confidence_levels(probabilities: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The most probable class, and how sure it is from 0 (all alike) to the highest level."""
    winner = probabilities.argmax(axis=-1)
    top = np.take_along_axis(probabilities, winner[..., None], axis=-1)[..., 0]
    chance = 1 / probabilities.shape[-1]
    return winner, value_levels(top, chance, 1.0)


class SurfaceLayer:
    """Colours at the points of a grid, smooth in between.

    Attributes
    ----------
    pixels
        [rows, columns] as 0xAARRGGBB, the first row at the bottom; None draws nothing.
    """

    def __init__(self) -> None:
        self.pixels: NDArray[np.uint32] | None = None
        self.grid: Grid | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the surface."""
        if self.pixels is None or self.grid is None:
            return
        rows, columns = self.pixels.shape
        flipped = np.ascontiguousarray(self.pixels[::-1])
        image = QImage(flipped.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        low, high = self.grid.low, self.grid.high
        half = (high - low) / np.array([columns - 1, rows - 1]) / 2  # a pixel's centre is its point
        left, right = frame.x([low[0] - half[0], high[0] + half[0]])
        bottom, top = frame.y([low[1] - half[1], high[1] + half[1]])
        place = QRectF(QPointF(left, top), QPointF(right, bottom))
        if isinstance(painter, FigurePainter):
            _draw_inside(painter, frame, image, place)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(place, image)


def _draw_inside(painter: FigurePainter, frame: Frame, image: QImage, place: QRectF) -> None:
    """Draw what lies inside of the frame as an image that fills it.

    Not every program that shows vectors cuts an image off, or has smooth steps between its pixels.
    """
    size = QSizeF(frame.width, frame.height)
    inside = QImage((size * frame.ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    inside.setDevicePixelRatio(frame.ratio)
    inside.fill(0)
    inner = QPainter(inside)
    inner.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    inner.drawImage(place, image)
    inner.end()
    painter.drawImage(QRectF(QPointF(0, 0), size), inside)


class LinesLayer:
    """Lines over a surface that follow it.

    Attributes
    ----------
    segments
        [n, 4] in data units.
    """

    def __init__(self, width: float = _WIDTH, share: float = 1.0, seam: float = 0.0) -> None:
        """Be `width` pixels wide, of a `share` of the foreground's colour.

        A `seam` of so many pixels in the background's colour parts them from ground of any colour.
        """
        self.segments: Floats = np.zeros((0, 4))
        self._width, self._share, self._seam = width, share, seam
        self._buffer = Segments()

    def clear(self) -> None:
        """No lines."""
        self.segments = np.zeros((0, 4))

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines."""
        if not len(self.segments):
            return
        colors = frame.colors
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self._seam:
            painter.setPen(pen(colors.background, self._width + self._seam))
            self._buffer.draw_placed(painter, frame, self.segments)
        color = mix(colors.background, colors.foreground, self._share)
        painter.setPen(pen(color, self._width))
        self._buffer.draw_placed(painter, frame, self.segments)


class BoundaryLayer(LinesLayer):
    """Where the most probable class changes."""

    def set(self, probabilities: Floats, grid: Grid) -> None:
        """Find the boundary of probabilities [rows, columns, classes] on a grid."""
        self.segments = on_grid(boundary_segments(probabilities), grid)


class ContoursLayer(LinesLayer):
    """Where a surface has one of a few values."""

    def set(self, values: Floats, levels: Floats, grid: Grid) -> None:
        """Find the lines of values [rows, columns] on a grid at some levels."""
        self.segments = on_grid(contour_segments(values, levels), grid)
