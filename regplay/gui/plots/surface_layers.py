"""What lies under the points of two inputs: a coloured surface and a boundary."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.boundary import boundary_segments
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.theme import Colors, mix

_LEVELS = 64
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
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(QRectF(QPointF(left, top), QPointF(right, bottom)), image)


class BoundaryLayer:
    """Where the most probable class changes.

    Attributes
    ----------
    segments
        Lines [n, 4] in data units.
    """

    def __init__(self) -> None:
        self.segments: Floats = np.zeros((0, 4))
        self._buffer = Segments()

    def set(self, probabilities: Floats, grid: Grid) -> None:
        """Find the boundary of probabilities [rows, columns, classes] on a grid."""
        segments = boundary_segments(probabilities)
        rows, columns = grid.shape
        step = (grid.high - grid.low) / np.array([columns - 1, rows - 1])
        self.segments = segments * np.tile(step, 2) + np.tile(grid.low, 2)

    def clear(self) -> None:
        """No boundary."""
        self.segments = np.zeros((0, 4))

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines."""
        if not len(self.segments):
            return
        pixels = np.empty_like(self.segments)
        pixels[:, 0::2] = frame.x(self.segments[:, 0::2])
        pixels[:, 1::2] = frame.y(self.segments[:, 1::2])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(frame.colors.foreground, 1.8))
        self._buffer.draw(painter, pixels)
