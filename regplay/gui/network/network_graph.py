"""A network, drawn: a square for each unit, of many a sample, and a link for each weight."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Singles
from regplay.core.datasets import Dataset
from regplay.core.internals import UnitMaps
from regplay.core.number_text import number
from regplay.gui.network.graph_layout import (
    SIDE,
    GraphLayout,
    Links,
    UnitPlace,
    sign_color,
    signed_levels,
    signed_table,
)
from regplay.gui.network.pictures import Magnitude
from regplay.gui.plots import (
    Frame,
    Picture,
    Readout,
    ReadoutRow,
    ReadoutWidget,
    draw_pixels,
    pen,
    through,
)
from regplay.gui.theme import ROLES, hairline, zoom_of_text, zoomed

# Pixels at 100 %.
_NAME = 84  # of an input's or output's name, at most
_EDGE, _BE_SIDE = 10, 6  # around everything; between a unit and its name
_AMONG_POINTS = 0.8  # of the width of the grid, which holds some room on either side
_HEADROOM = 1.12  # so that a curve at its largest value stays off the frame


class NetworkGraph(ReadoutWidget):
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
        self._layout: tuple[object, GraphLayout] | None = None  # what it is for, and it
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
            self.forget()
        if picture is not None:
            weights = np.concatenate([weight.ravel() for weight in picture.weights])
            self._largest_weight.cover(weights)
            for column, magnitude in enumerate(self._largest):
                magnitude.cover(_usual(picture, self._column_values(picture, column)))
            self.links.set_weights(weights, self._largest_weight.value)
        self.refresh()

    def forget(self) -> None:
        """Another run: widths and colours start anew with the next network."""
        self._largest_weight.forget()
        columns = 0 if self.picture is None else len(self.picture.sizes)
        self._largest = [Magnitude() for _ in range(columns)]

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
            names = self.picture.input_names if unit.column == 0 else outputs
        if at < len(names):
            return names[at]
        return f"{'input' if unit.column == 0 else 'output'} {at + 1}"

    # where things are

    def layout_of(self) -> GraphLayout | None:
        """Where units and links lie on screen, or None without a network."""
        return self._layout_in(self.frame(), QFontMetricsF(self.font()))

    def _layout_in(self, frame: Frame, metrics: QFontMetricsF) -> GraphLayout | None:
        if self.picture is None:
            return None
        sizes, zoom, rooms = self.picture.sizes, frame.zoom, []
        for column in (0, len(sizes) - 1):
            names = [self.unit_name(UnitPlace(column, i)) for i in range(sizes[column])]
            rooms.append(min(max(map(metrics.horizontalAdvance, names)), _NAME * zoom))
        # A name, a gap, and half a unit, whose width depends on what is left.
        half = SIDE / 2 + 1
        left, right = (room + (_EDGE + _BE_SIDE + half) * zoom for room in rooms)
        top = metrics.height() + _EDGE * zoom
        area = QRectF(0, 0, frame.width, frame.height)
        area.adjust(left, top, -right, -_EDGE * zoom)
        area.setSize(area.size().expandedTo(QSizeF(1, 1)))  # even where there is no room
        wanted = sizes, area, zoom
        if self._layout is None or self._layout[0] != wanted:
            self._layout = wanted, GraphLayout(*wanted)
        return self._layout[1]

    # painting

    def draw(self, painter: QPainter, frame: Frame) -> None:
        layout, picture = self._layout_in(frame, QFontMetricsF(painter.font())), self.picture
        if layout is None or picture is None:
            return
        self.links.paint(painter, frame, layout.curves)
        for column, size in enumerate(picture.sizes):
            rects = [layout.unit_rect(UnitPlace(column, index)) for index in range(size)]
            values, largest = self._column_values(picture, column), self._largest[column].value
            _draw_units(painter, frame, rects, values, largest)
        self._draw_names(painter, frame, layout)

    def _draw_names(self, painter: QPainter, frame: Frame, layout: GraphLayout) -> None:
        metrics = QFontMetricsF(painter.font())
        last, room, beside = len(layout.sizes) - 1, _NAME * frame.zoom, _BE_SIDE * frame.zoom
        painter.setPen(QColor(frame.colors.foreground))
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
        painter.setPen(QColor(frame.colors.muted))
        for x, title in column_titles(layout, metrics, frame.zoom):
            half = metrics.horizontalAdvance(title) / 2
            painter.drawText(QPointF(x - half, 4.0 + metrics.ascent()), title)

    def draw_over(self, painter: QPainter) -> None:
        """Draw the unit or the link under the mouse once more."""
        layout, hovered, frame = self.layout_of(), self._hovered, self.frame()
        if layout is None or hovered is None or self.readout is None:
            return
        if isinstance(hovered, UnitPlace):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(hairline(frame.colors.foreground, 2 * frame.zoom))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(layout.unit_rect(hovered))
        else:
            self.links.paint_one(painter, frame, layout.curves[hovered], hovered)

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
        self._hovered = link = layout.link_at(position, self.links.widths * zoom_of_text())
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
            _draw_units(painter, self.frame(), [rect], values[None], largest)

        return Readout(self.unit_name(unit), tuple(rows), Picture(paint, caption))


def _usual(picture: UnitMaps, values: Singles) -> Singles:
    """The values that have room in the squares of a column.

    Those of a polynomial's P₁(x), P₂(x), … shoot up beyond the training points, and would leave
    what lies between these flat.
    """
    is_polynomial = values.ndim == 2 and picture.widths[0] > 1
    return np.quantile(np.abs(values), _AMONG_POINTS, axis=1) if is_polynomial else values


def _draw_units(
    painter: QPainter, frame: Frame, rects: Sequence[QRectF], values: Singles, largest: float
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
    colors = frame.colors
    if values.ndim == 2:
        for rect, heights in zip(rects, values, strict=True):
            _draw_curve(painter, frame, rect, heights, _HEADROOM * largest)
    else:
        maps = values.reshape(len(values), *(values.shape[1:] or (1, 1)))
        levels = signed_levels(maps, largest)
        for rect, pixels in zip(rects, signed_table(colors)[levels[:, ::-1]], strict=True):
            draw_pixels(painter, rect, pixels)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(hairline(colors.muted, frame.zoom))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRects([rect.adjusted(0, 0, -1, -1) for rect in rects])


def _draw_curve(painter: QPainter, frame: Frame, rect: QRectF, values: Singles, top: float) -> None:
    """Draw a curve of values [points] in ±`top`."""
    painter.fillRect(rect, QColor(frame.colors.background))
    middle, half = rect.center().y(), rect.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(hairline(frame.colors.grid, frame.zoom))
    painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right() - 1, middle))
    with np.errstate(all="ignore"):
        heights = np.nan_to_num(values / top).clip(-1, 1).astype(float)
    x = np.linspace(rect.left() + 1, rect.right() - 1, len(heights))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    width = (1.4 if rect.width() < 60 * frame.zoom else 2.0) * frame.zoom
    painter.setPen(pen(frame.colors.fit, width))
    frame.device.draw_lines(painter, through(x, middle - half * heights))


def column_titles(
    layout: GraphLayout, metrics: QFontMetricsF, zoom: float
) -> list[tuple[float, str]]:
    """Of each column the middle in pixels and its name, as far as all have room."""
    last = len(layout.sizes) - 1
    titles = ["input", *(f"layer {column}" for column in range(1, last)), "output"]
    for column in (0, last):
        titles[column] += "s" if layout.sizes[column] > 1 else ""
    across = [float(centres[0, 0]) for centres in layout.centres]

    def has_room() -> bool:
        widths = np.array([metrics.horizontalAdvance(title) for title in titles])
        needed = (widths[:-1] + widths[1:]) / 2 + 2 * _BE_SIDE * zoom
        return bool((needed <= np.diff(across)).all())

    if not has_room():
        titles = [title.removeprefix("layer ") for title in titles]
    if not has_room():
        titles[0] = titles[last] = ""
    return list(zip(across, titles, strict=True))
