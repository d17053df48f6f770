"""A network, drawn: a square for each unit, of many a sample, and a link for each weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Indices, Pixels, Singles
from regplay.core.datasets import Dataset
from regplay.core.inside import NEAR_ZERO, UnitMaps
from regplay.core.number_text import number
from regplay.gui.network.pictures import KeptPicture, Magnitude
from regplay.gui.plots import (
    SCREEN,
    Device,
    Picture,
    Readout,
    ReadoutRow,
    argb,
    draw_pixels,
    pen,
    through,
)
from regplay.gui.theme import ROLES, Colors, hairline, mix, zoomed

_PIECES = 12  # straight ones that a link's curve is made of
# Pixels at 100 %.
_PITCH = 74.0  # between units, at most
_SIDE = 46.0  # across a unit, at most
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
            side = float(np.floor(min(0.84 * pitch, 0.42 * step, _SIDE * zoom)))
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

    def paint(
        self, painter: QPainter, curves: Pixels, colors: Colors, zoom: float, device: Device
    ) -> None:
        """Draw links along curves [links, points, 2], the widest on top."""
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

    def paint_one(
        self, painter: QPainter, curve: Pixels, link: int, colors: Colors, zoom: float
    ) -> None:
        """Draw one link over the others, between seams."""
        pieces = _pieces(curve[None])[0]
        width = float(self.widths[link])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        color = sign_color(float(self.weights[link]), colors)
        for shade, wide in ((colors.foreground, width + 3), (color, max(width, 1.5))):
            drawn = QPen(QColor(shade), wide * zoom)
            drawn.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(drawn)
            SCREEN.draw_lines(painter, pieces)


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


# Pixels at 100 %.
_NAME = 84  # of an input's or output's name, at most
_EDGE, _BE_SIDE = 10, 6  # around everything; between a unit and its name
_HEADROOM = 1.12  # so that a curve at its largest value stays off the frame


class NetworkGraph(KeptPicture):
    """Inputs, hidden layers and outputs from left to right.

    A unit shows what it puts out over the input plane, or over one input; of more inputs, the sign
    and size of its bias. The mouse enlarges a unit and reads a weight.

    Attributes
    ----------
    links
        Their weights and widths.
    picture
        The network that is drawn, or None.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.links = Links()
        self._dataset: Dataset | None = None
        self.picture: UnitMaps | None = None
        self._layout: GraphLayout | None = None
        self._largest_weight = Magnitude()
        self._largest: list[Magnitude] = []  # value that has the full colour, of each column
        self._hovered: UnitPlace | int | None = None

    def sizeHint(self) -> QSize:
        """Room for units of 20 pixels and more."""
        return QSize(420, 380)

    def minimumSizeHint(self) -> QSize:
        """Room for units that can be told apart."""
        return QSize(zoomed(200), zoomed(140))

    # what is shown

    def set_dataset(self, dataset: Dataset) -> None:
        """Whose inputs and classes the outer units are; no network yet."""
        self._dataset = dataset
        self.set_picture(None)

    def set_picture(self, picture: UnitMaps | None) -> None:
        """Show a network, or none; ranges grow until `forget` or a network of another shape."""
        before, self.picture = self.picture, picture
        if picture is None or before is None or before.widths != picture.widths:
            self._layout = None
            self.forget()
        if picture is not None:
            weights = np.concatenate([weight.ravel() for weight in picture.weights])
            self._largest_weight.cover(weights)
            for column, magnitude in enumerate(self._largest):
                magnitude.cover(self._column_values(picture, column))
            self.links.set_weights(weights, self._largest_weight.value)
        self.refresh()

    def forget(self) -> None:
        """Another run: widths and colours start anew with the next network."""
        self._largest_weight.forget()
        columns = 0 if self.picture is None else len(self.picture.sizes)
        self._largest = [Magnitude() for _ in range(columns)]

    def replica(self, colors: Colors) -> "NetworkGraph":
        """Another one that shows the same at the same scales, for a figure."""
        other = NetworkGraph()
        other.be_figure(colors)
        other._dataset = self._dataset
        if self.picture is not None:
            other.set_picture(self.picture)
            other._largest_weight, other._largest = self._largest_weight, self._largest
            other.links.set_weights(self.links.weights, self._largest_weight.value)
        return other

    @staticmethod
    def _column_values(picture: UnitMaps, column: int) -> Singles:
        """What the units of a column show, [units, ...]; an input has no bias, and shows 0."""
        if picture.maps is not None:
            return picture.maps[column]
        if column == 0:
            return np.zeros(picture.sizes[0], dtype=np.float32)
        return picture.biases[column - 1]

    # names

    def unit_name(self, unit: UnitPlace) -> str:
        """What a person calls a unit; inputs and outputs have the names in the dataset."""
        assert self.picture is not None
        data, at = self._dataset, int(self.picture.shown[unit.column][unit.index])
        names: tuple[str, ...] = ()
        if 0 < unit.column < len(self.picture.sizes) - 1:
            return f"layer {unit.column}, unit {at + 1}"
        if data is not None:
            outputs = data.class_names or (data.target_name,)
            names = data.input_names if unit.column == 0 else outputs
        if at < len(names):
            return names[at]
        return f"{'input' if unit.column == 0 else 'output'} {at + 1}"

    # where things are

    def layout_of(self) -> GraphLayout | None:
        """Where units and links lie at this size, or None without a network."""
        if self._layout is None and self.picture is not None:
            metrics, zoom = QFontMetricsF(self.font()), self.zoom
            sizes = self.picture.sizes
            rooms = []
            for column in (0, len(sizes) - 1):
                names = [self.unit_name(UnitPlace(column, i)) for i in range(sizes[column])]
                rooms.append(min(max(map(metrics.horizontalAdvance, names)), _NAME * zoom))
            # A name, a gap, and half a unit, whose width depends on what is left.
            half = _SIDE / 2 + 1
            left, right = (room + (_EDGE + _BE_SIDE + half) * zoom for room in rooms)
            top = metrics.height() + _EDGE * zoom
            area = QRectF(self.rect()).adjusted(left, top, -right, -_EDGE * zoom)
            area.setSize(area.size().expandedTo(QSizeF(1, 1)))  # even where there is no room
            self._layout = GraphLayout(sizes, area, zoom)
        return self._layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the units out anew."""
        super().resizeEvent(event)
        self._layout = None

    def changeEvent(self, event: QEvent) -> None:
        """Lay the units out anew beside names in another font."""
        super().changeEvent(event)
        if hasattr(self, "_layout"):  # not while it is constructed
            self._layout = None

    # painting

    def draw(self, painter: QPainter) -> None:
        """Draw links, units and names."""
        layout, picture = self.layout_of(), self.picture
        if layout is None or picture is None:
            return
        self.links.paint(painter, layout.curves, self.colors, self.zoom, self.device)
        for column, size in enumerate(picture.sizes):
            rects = [layout.unit_rect(UnitPlace(column, index)) for index in range(size)]
            values, largest = self._column_values(picture, column), self._largest[column].value
            self._draw_units(painter, rects, values, largest)
        self._draw_names(painter, layout)

    def _draw_units(
        self, painter: QPainter, rects: Sequence[QRectF], values: Singles, largest: float
    ) -> None:
        """Draw units into squares, each with a frame around it.

        Parameters
        ----------
        values
            [units, rows, columns], the first row at the bottom, or [units, points]; or [units], one
            number each, which fills the square.
        largest
            The absolute value that has the full colour or the full height.
        """
        colors = self.colors
        if values.ndim == 2:
            for rect, heights in zip(rects, values, strict=True):
                self._draw_curve(painter, rect, heights, _HEADROOM * largest)
        else:
            maps = values.reshape(len(values), *(values.shape[1:] or (1, 1)))
            levels = signed_levels(maps, largest)
            for rect, pixels in zip(rects, signed_table(colors)[levels[:, ::-1]], strict=True):
                draw_pixels(painter, rect, pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(hairline(colors.muted, self.zoom))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([rect.adjusted(0, 0, -1, -1) for rect in rects])

    def _draw_curve(self, painter: QPainter, rect: QRectF, values: Singles, top: float) -> None:
        """Draw a curve of values [points] in ±`top`."""
        painter.fillRect(rect, QColor(self.colors.background))
        middle, half = rect.center().y(), rect.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(hairline(self.colors.grid, self.zoom))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right() - 1, middle))
        with np.errstate(all="ignore"):
            heights = np.nan_to_num(values / top).clip(-1, 1).astype(float)
        x = np.linspace(rect.left() + 1, rect.right() - 1, len(heights))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        width = (1.4 if rect.width() < 60 * self.zoom else 2.0) * self.zoom
        painter.setPen(pen(self.colors.fit, width))
        self.device.draw_lines(painter, through(x, middle - half * heights))

    def _draw_names(self, painter: QPainter, layout: GraphLayout) -> None:
        metrics = QFontMetricsF(painter.font())
        last, room, beside = len(layout.sizes) - 1, _NAME * self.zoom, _BE_SIDE * self.zoom
        painter.setPen(QColor(self.colors.foreground))
        for column, align in ((0, Qt.AlignmentFlag.AlignRight), (last, Qt.AlignmentFlag.AlignLeft)):
            for index in range(layout.sizes[column]):
                unit = UnitPlace(column, index)
                rect = layout.unit_rect(unit)
                name = self.unit_name(unit)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
                left = rect.left() - beside - room if column == 0 else rect.right() + beside
                box = QRectF(left, 0, room, metrics.height())
                box.moveCenter(QPointF(box.center().x(), rect.center().y()))
                painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(self.colors.muted))
        for x, title in self.column_titles(layout, metrics):
            half = metrics.horizontalAdvance(title) / 2
            painter.drawText(QPointF(x - half, 4.0 + metrics.ascent()), title)

    def column_titles(self, layout: GraphLayout, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """Of each column the middle in pixels and its name, as far as all have room."""
        last = len(layout.sizes) - 1
        titles = ["input", *(f"layer {column}" for column in range(1, last)), "output"]
        for column in (0, last):
            titles[column] += "s" if layout.sizes[column] > 1 else ""
        across = [float(centres[0, 0]) for centres in layout.centres]

        def has_room() -> bool:
            widths = np.array([metrics.horizontalAdvance(title) for title in titles])
            needed = (widths[:-1] + widths[1:]) / 2 + 2 * _BE_SIDE * self.zoom
            return bool((needed <= np.diff(across)).all())

        if not has_room():
            titles = [title.removeprefix("layer ") for title in titles]
        if not has_room():
            titles[0] = titles[last] = ""
        return list(zip(across, titles, strict=True))

    def draw_over(self, painter: QPainter) -> None:
        """Draw the unit or the link under the mouse once more."""
        layout, hovered = self.layout_of(), self._hovered
        if layout is None or hovered is None or self.readout is None:
            return
        if isinstance(hovered, UnitPlace):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(hairline(self.colors.foreground, 2 * self.zoom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(layout.unit_rect(hovered))
        else:
            curve = layout.curves[hovered]
            self.links.paint_one(painter, curve, hovered, self.colors, self.zoom)

    # read-outs

    def read(self, position: QPointF) -> Readout | None:
        """The unit or the link under the mouse."""
        layout, picture = self.layout_of(), self.picture
        self._hovered = None
        if layout is None or picture is None:
            return None
        unit = layout.unit_at(position)
        if unit is not None:
            self._hovered = unit
            return self._read_unit(picture, unit)
        self._hovered = link = layout.link_at(position, self.links.widths * self.zoom)
        if link is None:
            return None
        layer = int(layout.layers[link])
        source = UnitPlace(layer, int(layout.sources[link]))
        target = UnitPlace(layer + 1, int(layout.targets[link]))
        weight = float(picture.weights[layer][target.index, source.index])
        row = ReadoutRow("weight", number(weight), sign_color(weight, ROLES))
        return Readout(f"{self.unit_name(source)} → {self.unit_name(target)}", (row,))

    def _read_unit(self, picture: UnitMaps, unit: UnitPlace) -> Readout:
        rows = []
        if unit.column > 0:
            rows.append(
                ReadoutRow("bias", number(float(picture.biases[unit.column - 1][unit.index]), 3))
            )
        if picture.maps is None:
            return Readout(self.unit_name(unit), tuple(rows))
        values, largest = picture.maps[unit.column][unit.index], self._largest[unit.column].value
        seen = values[np.isfinite(values)]
        if seen.size:
            ends = f"{number(float(seen.min()), 3)} … {number(float(seen.max()), 3)}"
            rows.append(ReadoutRow("puts out", ends))
        names = () if self._dataset is None else self._dataset.input_names
        caption = "   ".join(chain(*zip("→↑", names, strict=False)))

        def paint(painter: QPainter, rect: QRectF) -> None:
            self._draw_units(painter, [rect], values[None], largest)

        return Readout(self.unit_name(unit), tuple(rows), Picture(paint, caption))
