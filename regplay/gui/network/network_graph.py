"""A small network, drawn: a square for each unit, a link for each weight."""

from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.inside import UnitMaps
from regplay.gui.network.graph_layout import GraphLayout, UnitPlace
from regplay.gui.network.kept_picture import KeptPicture
from regplay.gui.network.links import Links
from regplay.gui.network.scales import Magnitude, number, sign_color
from regplay.gui.network.thumbnails import Thumbnails
from regplay.gui.plots.readout import Picture, Readout, Row
from regplay.gui.theme import Colors

_NAME = 84  # pixels of an input's or output's name, at most
_EDGE = 10  # pixels


class NetworkGraph(KeptPicture):
    """Inputs, hidden layers and outputs from left to right.

    A unit shows what it puts out over the input plane, or over one input; of more inputs, the sign
    and size of its bias. The mouse enlarges a unit and reads a weight.

    Attributes
    ----------
    links
        Their weights and widths.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.links = Links()
        self._dataset: Dataset | None = None
        self._picture: UnitMaps | None = None
        self._layout: GraphLayout | None = None
        self._thumbnails = Thumbnails()
        self._largest_weight = Magnitude()
        self._largest: list[Magnitude] = []  # value that has the full colour, of each column
        self._hovered: UnitPlace | int | None = None

    def sizeHint(self) -> QSize:
        """Room for units of 20 pixels and more."""
        return QSize(420, 380)

    # what is shown

    def setDataset(self, dataset: Dataset) -> None:
        """Whose inputs and classes the outer units are; no network yet."""
        self._dataset = dataset
        self.setPicture(None)

    def setPicture(self, picture: UnitMaps | None) -> None:
        """Show a network, or none; ranges grow until `forget` or a network of another shape."""
        before, self._picture = self._picture, picture
        if picture is None or before is None or before.sizes != picture.sizes:
            self._layout = None
            self.forget()
        if picture is not None:
            weights = np.concatenate([weight.ravel() for weight in picture.weights])
            self._largest_weight.cover(weights)
            for column, magnitude in enumerate(self._largest):
                magnitude.cover(self._column_values(picture, column))
            self.links.setWeights(weights, self._largest_weight.value)
        self.refresh()

    def forget(self) -> None:
        """Another run: widths and colours start anew with the next network."""
        self._largest_weight.forget()
        columns = 0 if self._picture is None else len(self._picture.sizes)
        self._largest = [Magnitude() for _ in range(columns)]

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.links.setColors(colors)
        self._thumbnails.setColors(colors)
        super().setColors(colors)

    def replica(self) -> "NetworkGraph":
        """Another one that shows the same with the same widths and colours, never on screen."""
        other = NetworkGraph()
        other.setColors(self.colors)
        other._dataset = self._dataset
        if self._picture is not None:
            other.setPicture(self._picture)
            other._largest_weight, other._largest = self._largest_weight, self._largest
            other.links.setWeights(self.links.weights, self._largest_weight.value)
        return other

    @property
    def picture(self) -> UnitMaps | None:
        """The network that is drawn, or None."""
        return self._picture

    @staticmethod
    def _column_values(picture: UnitMaps, column: int) -> NDArray[np.float32]:
        """What the units of a column show, [units, ...]; an input has no bias, and shows 0."""
        if picture.maps is not None:
            return picture.maps[column]
        if column == 0:
            return np.zeros(picture.sizes[0], dtype=np.float32)
        return picture.biases[column - 1]

    # names

    def unitName(self, unit: UnitPlace) -> str:
        """What a person calls a unit; inputs and outputs have the names in the dataset."""
        assert self._picture is not None
        last = len(self._picture.sizes) - 1
        if unit.column == 0:
            names = () if self._dataset is None else self._dataset.input_names
        elif unit.column == last:
            names = () if self._dataset is None else self._output_names(self._dataset)
        else:
            return f"layer {unit.column}, unit {unit.index + 1}"
        if unit.index < len(names):
            return names[unit.index]
        return f"{'input' if unit.column == 0 else 'output'} {unit.index + 1}"

    @staticmethod
    def _output_names(dataset: Dataset) -> tuple[str, ...]:
        return dataset.class_names or (dataset.target_name,)

    # where things are

    def layoutOf(self) -> GraphLayout | None:
        """Where units and links lie at this size, or None without a network."""
        if self._layout is None and self._picture is not None:
            metrics = QFontMetrics(self.font())
            sizes = self._picture.sizes
            rooms = []
            for column in (0, len(sizes) - 1):
                names = [self.unitName(UnitPlace(column, i)) for i in range(sizes[column])]
                rooms.append(min(max(map(metrics.horizontalAdvance, names)), _NAME))
            # A name, a gap, and half a unit, whose width depends on what is left.
            half = 24
            left, right = (_EDGE + room + 6 + half for room in rooms)
            top = metrics.height() + 10
            area = QRectF(self.rect()).adjusted(left, top, -right, -_EDGE)
            area.setSize(area.size().expandedTo(QSizeF(1, 1)))  # even where there is no room
            self._layout = GraphLayout(sizes, area)
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
        layout, picture = self.layoutOf(), self._picture
        if layout is None or picture is None:
            return
        self.links.paint(painter, layout.curves)
        for column, size in enumerate(picture.sizes):
            rects = [layout.unit_rect(UnitPlace(column, index)) for index in range(size)]
            values, largest = self._column_values(picture, column), self._largest[column].value
            self._thumbnails.paint(painter, rects, values, largest)
        self._draw_names(painter, layout)

    def _draw_names(self, painter: QPainter, layout: GraphLayout) -> None:
        metrics = QFontMetrics(painter.font())
        last = len(layout.sizes) - 1
        painter.setPen(QColor(self.colors.foreground))
        for column, align in ((0, Qt.AlignmentFlag.AlignRight), (last, Qt.AlignmentFlag.AlignLeft)):
            for index in range(layout.sizes[column]):
                unit = UnitPlace(column, index)
                rect = layout.unit_rect(unit)
                name = self.unitName(unit)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, _NAME)
                left = rect.left() - 6 - _NAME if column == 0 else rect.right() + 6
                box = QRectF(
                    left, rect.center().y() - metrics.height() / 2, _NAME, metrics.height()
                )
                painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(QColor(self.colors.muted))
        for column, centres in enumerate(layout.centres):
            title = "input" if column == 0 else "output" if column == last else f"layer {column}"
            title += "s" if column in (0, last) and layout.sizes[column] > 1 else ""
            half = metrics.horizontalAdvance(title) / 2
            painter.drawText(QPointF(centres[0, 0] - half, 4.0 + metrics.ascent()), title)

    def drawOver(self, painter: QPainter) -> None:
        """Draw the unit or the link under the mouse once more."""
        layout, hovered = self.layoutOf(), self._hovered
        if layout is None or hovered is None or self.readout is None:
            return
        if isinstance(hovered, UnitPlace):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(self.colors.foreground), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(layout.unit_rect(hovered))
        else:
            self.links.paint_one(painter, layout.curves[hovered], hovered, self.colors)

    # read-outs

    def read(self, position: QPointF) -> Readout | None:
        """The unit or the link under the mouse."""
        layout, picture = self.layoutOf(), self._picture
        self._hovered = None
        if layout is None or picture is None:
            return None
        unit = layout.unit_at(position)
        if unit is not None:
            self._hovered = unit
            return self._read_unit(picture, unit)
        self._hovered = link = layout.link_at(position, self.links.widths)
        if link is None:
            return None
        layer = int(layout.layers[link])
        source = UnitPlace(layer, int(layout.sources[link]))
        target = UnitPlace(layer + 1, int(layout.targets[link]))
        weight = float(picture.weights[layer][target.index, source.index])
        row = Row("weight", f"{weight:.4g}".replace("-", "−"), sign_color(weight, self.colors))
        return Readout(f"{self.unitName(source)} → {self.unitName(target)}", (row,))

    def _read_unit(self, picture: UnitMaps, unit: UnitPlace) -> Readout:
        rows = []
        if unit.column > 0:
            rows.append(Row("bias", number(float(picture.biases[unit.column - 1][unit.index]))))
        if picture.maps is None:
            return Readout(self.unitName(unit), tuple(rows))
        values, largest = picture.maps[unit.column][unit.index], self._largest[unit.column].value
        seen = values[np.isfinite(values)]
        if seen.size:
            ends = f"{number(float(seen.min()))} … {number(float(seen.max()))}"
            rows.append(Row("puts out", ends))
        names = () if self._dataset is None else self._dataset.input_names
        caption = "   ".join(chain(*zip("→↑", names, strict=False)))

        def paint(painter: QPainter, rect: QRectF) -> None:
            self._thumbnails.paint(painter, [rect], values[None], largest)

        return Readout(self.unitName(unit), tuple(rows), Picture(paint, caption))
