"""How what is predicted over two inputs becomes colours, and the scale beside them."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.contours import boundary_segments, contour_segments, on_grid
from regplay.gui.plots.scale import Range, extend
from regplay.gui.plots.shapes import Segments, pen
from regplay.gui.theme import ROLES, Colors, mix

Colored = NDArray[np.uint32]  # 0xAARRGGBB
Coloring = Callable[[Colors], Colored]  # in the colours of a scheme
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
        [rows, columns] in the colours of a scheme, the first row at the bottom; None draws nothing.
    """

    def __init__(self) -> None:
        self.pixels: Coloring | None = None
        self.grid: Grid | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the surface."""
        if self.pixels is None or self.grid is None:
            return
        pixels = self.pixels(frame.colors)
        rows, columns = pixels.shape
        flipped = np.ascontiguousarray(pixels[::-1])
        image = QImage(flipped.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        low, high = self.grid.low, self.grid.high
        half = (high - low) / np.array([columns - 1, rows - 1]) / 2  # a pixel's centre is its point
        left, right = frame.x([low[0] - half[0], high[0] + half[0]])
        bottom, top = frame.y([low[1] - half[1], high[1] + half[1]])
        place = QRectF(QPointF(left, top), QPointF(right, bottom))
        if frame.is_figure:
            _draw_inside(painter, frame, image, place)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawImage(place, image)


def _draw_inside(painter: QPainter, frame: Frame, image: QImage, place: QRectF) -> None:
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


UNSURE = 0.3  # share of the foreground's colour in a band of ±1 σ; half of it in one of ±2 σ
_SHADES = 16  # from none to that share
_SOFT = 0.5  # σ across the edge of a band: it runs smoothly over a coarse grid


class SurfaceColors:
    """The colours of one dataset's surface and of its points.

    Attributes
    ----------
    values
        The range that the colours of a regression span, in the target's units.
    """

    def __init__(self) -> None:
        self.values: Range = (0.0, 1.0)
        self._classes = 0

    def set_dataset(self, dataset: Dataset) -> None:
        """Take the classes, or the range of the targets."""
        self._classes = len(dataset.class_names)
        if not self._classes:
            seen = np.concatenate([dataset.train.y, dataset.valid.y])
            self.values = extend(None, seen, steps=10) or (0.0, 1.0)

    def pixels(self, predicted: Floats, unsure: Floats | None = None) -> Coloring:
        """Colours [rows, columns] as 0xAARRGGBB, in any scheme.

        Parameters
        ----------
        predicted
            [rows, columns] values or [rows, columns, classes] probabilities.
        unsure
            Of classes, how much to shade each point [rows, columns], from 0 to 1.
        """
        if not self._classes:
            return value_pixels(predicted, self.values)
        winner, sure = confidence_levels(predicted)
        shade = 0 if unsure is None else np.rint(unsure * _SHADES).astype(np.intp)
        classes = self._classes
        return lambda colors: _shaded_table(colors, classes)[shade, winner, sure]

    def fills(self, y: NDArray[np.generic]) -> tuple[Sequence[str], NDArray[np.intp]]:
        """Colours that points have, and which of them each of the targets [n] has."""
        if self._classes:
            return ROLES.classes, np.asarray(y, dtype=np.intp) % len(ROLES.classes)
        return value_colors(), value_levels(np.asarray(y, dtype=float), *self.values)


def value_pixels(values: Floats, span: Range) -> Coloring:
    """Colours as 0xAARRGGBB of values of any shape, over a range; the same in any scheme."""
    levels = value_levels(values, *span)
    return lambda _: _value_table()[levels]


def overlap(mean: Floats, std: Floats) -> Floats:
    """Where it is open which class is the most probable one.

    Parameters
    ----------
    mean, std
        Of probabilities [.., classes].

    Returns
    -------
    [..]: 1 where ± one standard deviation of the most probable class and of another overlap, a half
    where ± two do, 0 elsewhere, with soft edges. Of two classes that is where such a band around
    the probability holds a half.
    """
    classes = mean.shape[-1]
    top = mean.argmax(axis=-1)[..., None]
    here, away = np.take_along_axis(mean, top, -1), np.take_along_axis(std, top, -1)
    with np.errstate(all="ignore"):  # networks that agree, or diverged
        apart = np.where(np.arange(classes) == top, np.inf, (here - mean) / (away + std))
    apart = np.where(np.isnan(apart), np.inf, apart).min(axis=-1)  # in standard deviations
    one, two = ((k - apart) / _SOFT + 0.5 for k in (1, 2))
    shades: Floats = (one.clip(0, 1) + two.clip(0, 1)) / 2
    return shades


def cell_at(frame: Frame, grid: Grid, x: float, pixel: float) -> tuple[float, int, int]:
    """The second input at a height in pixels, and the row and column of the nearest grid point."""
    (y0, y1), (rows, columns) = frame.y_range, grid.shape
    y = y1 - pixel / frame.height * (y1 - y0)
    share = (np.array([x, y]) - grid.low) / (grid.high - grid.low)
    column, row = (share.clip(0, 1) * [columns - 1, rows - 1]).round().astype(int)
    return y, int(row), int(column)


@lru_cache(maxsize=8)  # a point that is dragged asks for it in each frame
def _shaded_table(colors: Colors, classes: int) -> Colored:
    """Colours [shades, classes, levels]."""
    table, shade = class_table(colors, classes), int(colors.foreground[1:], 16)
    shares = UNSURE * np.linspace(0, 1, _SHADES + 1)
    return np.stack([_mixed(table, shade, share) for share in shares])


@cache
def _value_table() -> Colored:
    steps = [int(color[1:], 16) | 0xFF000000 for color in value_colors()]
    return np.array(steps, dtype=np.uint32)


def _mixed(table: Colored, shade: int, share: float) -> Colored:
    """Colours with a share of one other in them."""
    mixed = np.full_like(table, 0xFF000000)
    for shift in (16, 8, 0):
        here, other = (table >> shift) & 0xFF, (shade >> shift) & 0xFF
        mixed |= np.rint(here + (other - here.astype(float)) * share).astype(np.uint32) << shift
    return mixed
