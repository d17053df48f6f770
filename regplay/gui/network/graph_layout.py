"""Where the units and the links of a drawn network lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from regplay.core.arrays import Pixels

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
