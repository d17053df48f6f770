"""How data become pixels, by two scales, and what draws them there."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from regplay.core.arrays import Flags, Floats, Indices, Pixels
from regplay.gui.plots.scale import Range, Scale
from regplay.gui.theme import Colors

_FARTHEST = 1e5  # pixels; Qt's rasterizer wraps around beyond some 8 million


@dataclass(frozen=True)
class Frame:
    """How data become pixels, for one size and one pair of scales.

    Attributes
    ----------
    width, height
        In pixels.
    x_scale, y_scale
        Which values are where along them.
    ratio
        Device pixels per pixel.
    colors
        Those to draw in.
    device
        What draws lines, areas, markers and surfaces.
    zoom
        How many times as wide as at 100 % lines and markers are drawn.
    """

    width: float
    height: float
    x_scale: Scale
    y_scale: Scale
    ratio: float
    colors: Colors
    device: "PaintDevice"
    zoom: float = 1.0

    @property
    def x_range(self) -> Range:
        """Ends of the lower axis, exponents of ten on a logarithmic one."""
        return self.x_scale.range

    @property
    def y_range(self) -> Range:
        """Ends of the left axis, exponents of ten on a logarithmic one."""
        return self.y_scale.range

    def x(self, values: ArrayLike) -> Pixels:
        """Pixels from the left; NaN where a value has no place on the axis."""
        return _pixels(self.width * self.x_scale.shares(values))

    def y(self, values: ArrayLike) -> Pixels:
        """Pixels from the top; NaN where a value has no place on the axis."""
        return _pixels(self.height * (1 - self.y_scale.shares(values)))

    def segments(self, ends: Floats) -> Pixels:
        """Lines [n, 4] of x₁, y₁, x₂, y₂ in data units, in pixels."""
        pixels = np.empty_like(ends)
        pixels[:, 0::2], pixels[:, 1::2] = self.x(ends[:, 0::2]), self.y(ends[:, 1::2])
        return pixels

    def at_foot(self, values: ArrayLike) -> Flags:
        """Which values have no place on a logarithmic left axis: they are marked at its foot."""
        array = np.asarray(values, dtype=float)
        return np.asarray(self.y_scale.is_log & np.isfinite(array) & (array <= 0))

    def dot(self, value: float) -> float | None:
        """Pixels from the top, or None where a value lies outside of the frame."""
        y = self.height if self.at_foot(value) else float(self.y(value))
        return y if 0 <= y <= self.height else None  # False for NaN

    def x_value(self, pixel: float) -> float:
        """The value at a distance in pixels from the left."""
        return self.x_scale.value(pixel / self.width)

    def y_value(self, pixel: float) -> float:
        """The value at a distance in pixels from the top."""
        return self.y_scale.value(1 - pixel / self.height)


def _pixels(places: Pixels) -> Pixels:
    """Places on or near a plot; NaN for those that are infinitely far."""
    finite = np.isfinite(places)
    near: Pixels = places.clip(-_FARTHEST, _FARTHEST)
    return near if finite.all() else np.where(finite, near, np.nan)


ShapePainter = Callable[[QPainter, float, float], None]  # draws itself around a place in pixels


class Shapes(NamedTuple):
    """A few shapes, of which one is drawn at each of many places."""

    painters: Sequence[ShapePainter]  # antialiased and without a pen at first
    looks: Hashable  # what they depend on, which its text tells: pictures of them are kept by it
    size: float  # of the largest, in pixels


class PaintDevice(Protocol):
    """What is drawn otherwise on a screen, many times a second, than in a figure of any size.

    Attributes
    ----------
    keeps_pictures
        Whether what rests is copied from a picture of it.
    """

    keeps_pictures: bool

    def draw_lines(self, painter: QPainter, segments: Pixels) -> None:
        """Draw lines [n, 4] of x₁, y₁, x₂, y₂ in pixels, with the painter's pen."""

    def fill_between(
        self, painter: QPainter, frame: Frame, x: Pixels, low: Pixels, high: Pixels, color: QColor
    ) -> None:
        """Fill the space between two curves over rising pixels `x`; all are [n]."""

    def draw_shapes(
        self, painter: QPainter, frame: Frame, shapes: Shapes, x: Pixels, y: Pixels, which: Indices
    ) -> None:
        """Draw at each place [n] the shape with the index `which` [n]."""

    def draw_surface(
        self, painter: QPainter, frame: Frame, place: QRectF, pixels: NDArray[np.uint32]
    ) -> None:
        """Draw colours [rows, columns] from the top, smooth in between, as far as they are seen."""
