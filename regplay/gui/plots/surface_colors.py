"""How what is predicted over two inputs becomes colours: classes by confidence, or values."""

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.ranges import Range, extend
from regplay.gui.plots.surface_layers import (
    class_table,
    confidence_levels,
    value_colors,
    value_levels,
)
from regplay.gui.theme import LIGHT, Colors

Colored = NDArray[np.uint32]  # 0xAARRGGBB
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
        self._colors = LIGHT
        self._table = _value_table()  # [levels]; of classes, [shades, classes, levels]

    def setDataset(self, dataset: Dataset) -> None:
        """Take the classes, or the range of the targets."""
        self._classes = len(dataset.class_names)
        if not self._classes:
            seen = np.concatenate([dataset.train.y, dataset.valid.y])
            self.values = extend(None, seen, steps=10) or (0.0, 1.0)
        self.setColors(self._colors)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self._table = _shaded_table(colors, self._classes) if self._classes else _value_table()

    def pixels(self, predicted: Floats, unsure: Floats | None = None) -> Colored:
        """Colours [rows, columns] as 0xAARRGGBB.

        Parameters
        ----------
        predicted
            [rows, columns] values or [rows, columns, classes] probabilities.
        unsure
            Of classes, how much to shade each point [rows, columns], from 0 to 1.
        """
        if not self._classes:
            return self._table[value_levels(predicted, *self.values)]
        winner, sure = confidence_levels(predicted)
        shade = 0 if unsure is None else np.rint(unsure * _SHADES).astype(np.intp)
        found: Colored = self._table[shade, winner, sure]
        return found

    def fills(self, y: NDArray[np.generic]) -> tuple[Sequence[str], NDArray[np.intp]]:
        """Colours that points have, and which of them each of the targets [n] has."""
        if self._classes:
            return self._colors.classes, np.asarray(y, dtype=np.intp) % len(self._colors.classes)
        return value_colors(), value_levels(np.asarray(y, dtype=float), *self.values)


def value_pixels(values: Floats, span: Range) -> Colored:
    """Colours as 0xAARRGGBB of values of any shape, over a range of their own."""
    return _value_table()[value_levels(values, *span)]


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
