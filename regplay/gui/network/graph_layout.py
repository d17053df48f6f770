"""Where the units and the links of a drawn network are, and how its numbers become colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.core.arrays import Indices, Pixels, Singles
from regplay.core.internals import NEAR_ZERO
from regplay.gui.plots import Frame, argb
from regplay.gui.theme import Colors, hairline, mix

_PIECES = 12  # straight ones that a link's curve is made of
# Pixels at 100 %.
_PITCH = 74.0  # between units, at most
SIDE = 46.0  # across a unit, at most
_NEAR = 3.0  # beside a link, that still point at it


@dataclass(frozen=True)
class UnitPlace:
    """A unit: its column, 0 for the inputs, and its place in it from the top."""

    column: int
    index: int


class GraphLayout:
    """Columns of square units in a rectangle, and a curve for each weight.

    Links are in the order of the weights: layer by layer, each [out, in] row by row.

    Parameters
    ----------
    sizes
        Units of each column.
    area
        Where the units lie, in pixels.
    zoom
        How many times as large as at 100 % units may be.

    Attributes
    ----------
    centres
        [units, 2] of each column, in pixels.
    sides
        Width of a unit of each column, in pixels.
    curves
        [links, points, 2], in pixels, from left to right.
    layers, targets, sources
        [links]: the layer of weights, and the unit in its column and the one before it.
    """

    def __init__(self, sizes: Sequence[int], area: QRectF, zoom: float = 1.0) -> None:
        self.sizes = tuple(sizes)
        columns = len(self.sizes)
        step = area.width() / max(columns - 1, 1)  # the outer columns stand on the edges
        self.centres: list[Pixels] = []
        self.sides: list[float] = []
        for column, size in enumerate(self.sizes):
            pitch = min(area.height() / size, _PITCH * zoom)
            y = area.center().y() + (np.arange(size) - (size - 1) / 2) * pitch
            x = np.full(size, area.left() + column * step)
            self.centres.append(np.stack([x, y], axis=1))
            side = float(np.floor(min(0.84 * pitch, 0.42 * step, SIDE * zoom)))
            self.sides.append(max(side, 4.0))
        self._place_links()

    def _place_links(self) -> None:
        ends, numbers = [], []
        pairs = zip(self.sizes, self.sizes[1:], strict=False)
        for layer, (n_in, n_out) in enumerate(pairs):
            target, source = np.divmod(np.arange(n_in * n_out), n_in)
            start, stop = self.centres[layer][source], self.centres[layer + 1][target]
            half = np.array([self.sides[layer], -self.sides[layer + 1]]) / 2
            x = np.stack([start[:, 0] + half[0], stop[:, 0] + half[1]], axis=1)
            y = np.stack([start[:, 1], stop[:, 1]], axis=1)
            ends.append(np.stack([x, y], axis=2))
            numbers.append(np.stack([np.full_like(target, layer), target, source]))
        start, stop = np.concatenate(ends).transpose(1, 0, 2)
        self.layers, self.targets, self.sources = np.concatenate(numbers, axis=1)
        # Level at both ends, so that the links of a unit leave it apart from one another.
        along = np.linspace(0, 1, _PIECES + 1)
        share = np.stack([along, along**2 * (3 - 2 * along)], axis=1)
        self.curves: Pixels = start[:, None] + (stop - start)[:, None] * share

    def unit_rect(self, unit: UnitPlace) -> QRectF:
        """Where a unit lies, on whole pixels."""
        x, y = self.centres[unit.column][unit.index]
        side = self.sides[unit.column]
        return QRectF(round(x - side / 2), round(y - side / 2), side, side)

    def unit_at(self, position: QPointF) -> UnitPlace | None:
        """The unit under a point, or None."""
        for column, centres in enumerate(self.centres):
            away = np.abs(centres - [position.x(), position.y()]).max(axis=1)
            nearest = int(away.argmin())
            if away[nearest] <= self.sides[column] / 2 + 1:
                return UnitPlace(column, nearest)
        return None

    def link_at(self, position: QPointF, widths: Pixels) -> int | None:
        """The link under a point, given the width of each: the widest of those that lie there."""
        point = np.array([position.x(), position.y()])
        starts, pieces = self.curves[:, :-1], np.diff(self.curves, axis=1)
        length = (pieces**2).sum(axis=2)
        share = ((point - starts) * pieces).sum(axis=2) / np.maximum(length, 1e-9)
        nearest = starts + pieces * share.clip(0, 1)[..., None]
        away = np.sqrt(((point - nearest) ** 2).sum(axis=2)).min(axis=1)
        beside = away - widths / 2  # below 0 on the link itself
        under = np.flatnonzero(beside <= 0)
        if under.size:
            return int(under[widths[under].argmax()])
        closest = int(beside.argmin())
        return closest if beside[closest] <= _NEAR else None


_LEVELS = 12  # widths that there are: a weight that moves a little leaves its link as it is
_THIN, _THICK = 0.7, 6.0  # pixels
_FEW = 200  # links that may all have smooth curves
_JOINED = 2.5  # pixels from which gaps between the pieces of a curve would show


class Links:
    """Widths, colours and painting.

    Attributes
    ----------
    weights
        [links]
    widths
        [links], in pixels at 100 %.
    """

    def __init__(self) -> None:
        self.weights: Singles = np.zeros(0, dtype=np.float32)
        self.widths: Pixels = np.zeros(0)
        self._levels: Indices = np.zeros(0, dtype=np.intp)

    def set_weights(self, weights: Singles, largest: float) -> None:
        """Show these; `largest` is the absolute value that has the full width."""
        self.weights = np.nan_to_num(weights)
        share = (np.abs(self.weights) / largest).clip(0, 1)
        self._levels = np.rint(share * _LEVELS).astype(np.intp)
        self.widths = _width(self._levels)

    def paint(self, painter: QPainter, frame: Frame, curves: Pixels) -> None:
        """Draw links along curves [links, points, 2], the widest on top."""
        colors, zoom, device = frame.colors, frame.zoom, frame.device
        pens = _pens(colors, zoom)
        fine, coarse = _pieces(curves), _pieces(curves[:, ::2])
        is_sparse = len(curves) <= _FEW
        is_faint = np.abs(self.weights) < NEAR_ZERO
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(hairline(mix(colors.background, colors.muted, 0.3), zoom))
        device.draw_lines(painter, coarse[is_faint].reshape(-1, 4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for level in range(_LEVELS + 1):
            # Painting takes as long as there are pieces, and corners show on wide links first.
            pieces = fine if is_sparse or _width(level) > _JOINED else coarse
            for is_negative in (False, True):
                chosen = (self._levels == level) & ((self.weights < 0) == is_negative) & ~is_faint
                if chosen.any():
                    painter.setPen(pens[is_negative][level])
                    device.draw_lines(painter, pieces[chosen].reshape(-1, 4))

    def paint_one(self, painter: QPainter, frame: Frame, curve: Pixels, link: int) -> None:
        """Draw one link over the others, between seams."""
        pieces, colors = _pieces(curve[None])[0], frame.colors
        width = float(self.widths[link])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        color = sign_color(float(self.weights[link]), colors)
        for shade, wide in ((colors.foreground, width + 3), (color, max(width, 1.5))):
            drawn = QPen(QColor(shade), wide * frame.zoom)
            drawn.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(drawn)
            frame.device.draw_lines(painter, pieces)


def _pieces(curves: Pixels) -> Pixels:
    """The straight pieces [links, pieces, 4] of curves."""
    return np.concatenate([curves[:, :-1], curves[:, 1:]], axis=2)


def _width(level: float | Indices) -> Any:
    """Pixels at 100 % across a link of a level."""
    return _THIN + (_THICK - _THIN) * level / _LEVELS


@lru_cache(maxsize=4)
def _pens(colors: Colors, zoom: float) -> list[list[QPen]]:
    """Of each level, for positive weights and for negative ones."""
    pens: list[list[QPen]] = [[], []]
    for sign, found in zip((1, -1), pens, strict=True):
        for level in range(_LEVELS + 1):
            # Small weights are pale, so that hundreds of them don't hide the large ones.
            share = 0.15 + 0.85 * (level / _LEVELS) ** 0.8
            drawn = QPen(QColor(mix(colors.background, sign_color(sign, colors), share)))
            drawn.setWidthF(_width(level) * zoom)
            cap = Qt.PenCapStyle.SquareCap if _width(level) > _JOINED else Qt.PenCapStyle.FlatCap
            drawn.setCapStyle(cap)
            found.append(drawn)
    return pens


_SHADES = 255  # odd, so that 0 has a level of its own: the background


def sign_color(value: float, colors: Colors) -> str:
    """The colour of positive and that of negative numbers."""
    return colors.valid if value < 0 else colors.train


@lru_cache(maxsize=4)
def signed_table(colors: Colors) -> NDArray[np.uint32]:
    """Colours from −1 over 0 (the background) to 1, as 0xAARRGGBB; for `signed_levels`."""
    places = np.linspace(-1, 1, _SHADES)
    return argb(mix(colors.background, sign_color(p, colors), abs(p)) for p in places)


def signed_levels(values: Singles, largest: float) -> Indices:
    """Which colour of `signed_table` each value in ±`largest` has; NaN has that of 0."""
    with np.errstate(all="ignore"):
        scaled = np.nan_to_num(values / largest, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1)
    levels: Indices = np.rint((scaled + 1) * (_SHADES // 2)).astype(np.intp)
    return levels
