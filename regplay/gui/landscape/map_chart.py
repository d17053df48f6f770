"""A chart whose axes are lists of values: cells to point at, by mouse or by keys."""

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import QLabel, QWidget

from regplay.core.fields import FIELDS
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.number_text import number_text
from regplay.gui.landscape.map_layer import cell_edges, draw_frame
from regplay.gui.landscape.ticks import labelled
from regplay.gui.naming import named
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.hover import HoverItem, Reading
from regplay.gui.theme import Colors

Cell = tuple[int, int]  # column from the left, row from the bottom

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_BOX_PADDING = 46  # px that the read-out takes beside its names and values, and beside the cell


class CellHover(HoverItem):
    """A frame around the cell that is pointed at, and its values beside it."""

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the frame and the box."""
        chart, reading = self._chart, self.reading
        if reading is None or not isinstance(chart, MapChart) or chart.cell is None:
            return
        cell = chart.cellRect(chart.cell)
        draw_frame(painter, cell, chart.colors)
        # The box goes to the right of its place, or to the left where there is no room.
        fits = cell.right() + self._box_width(painter, reading) <= self._rect.width()
        beside = cell.right() - 4 if fits else cell.left() + 4
        self._paint_box(painter, replace(reading, x=beside))

    @staticmethod
    def _box_width(painter: QPainter, reading: Reading) -> float:
        metrics = QFontMetrics(painter.font())
        names = max((metrics.horizontalAdvance(row.name) for row in reading.rows), default=0)
        values = max((metrics.horizontalAdvance(row.value) for row in reading.rows), default=0)
        return max(names + values, metrics.horizontalAdvance(reading.title)) + _BOX_PADDING


class MapChart(Chart):
    """Columns and rows of cells; `reader` is asked for the cell's column and a height in pixels.

    It is neither panned nor zoomed. The mouse points at a cell and a click chooses it; with the
    focus, the arrow keys move from cell to cell and Enter chooses.

    Attributes
    ----------
    cell
        The one that is pointed at, or None.
    """

    cellPointed = Signal(object)  # Cell | None
    cellChosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell: Cell | None = None
        self._last: Cell | None = None  # where the keys go on
        self._pressed: Cell | None = None
        self._values: dict[str, NumberAxis] = {}
        self.setInteractive(False)  # no item takes the mouse
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas.under.clear()  # grid lines mean nothing between cells
        self.scene().removeItem(self.hover)
        self.hover = CellHover(self)
        self.hover.fit_box()
        self.hint = named("landscape.hint", QLabel(self))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.setAutoFillBackground(True)
        self.hint.setContentsMargins(10, 6, 10, 6)
        self.hint.hide()

    # columns and rows

    def setAxes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Have these columns and rows."""
        if self._values != {"x": x, "y": y}:
            self._values = {"x": x, "y": y}
            self._last = None
            self.point(None)
            for side, axis in (("x", x), ("y", y)):
                self.fix("x" if side == "x" else "y", -0.5, len(axis.values) - 0.5)
            self.setLabels(FIELDS[x.path].label, FIELDS[y.path].label)
            self._label_cells()

    @property
    def counts(self) -> tuple[int, int]:
        """Columns and rows."""
        return len(self._values["x"].values), len(self._values["y"].values)

    def cellRect(self, cell: Cell) -> QRectF:
        """Where a cell is, in pixels of the plot."""
        x, y = cell_edges(self.frame(), *self.counts)
        column, row = cell
        return QRectF(QPointF(x[column], y[row + 1]), QPointF(x[column + 1] - 1, y[row] - 1))

    def cellAt(self, position: QPointF) -> Cell | None:
        """The cell at a place of the widget, or None outside of all."""
        point = self.box.mapFromScene(self.mapToScene(position.toPoint()))
        if not self.box.rect().contains(point) or not self._values:
            return None
        (x, y), (columns, rows) = cell_edges(self.frame(), *self.counts), self.counts
        column = int(np.searchsorted(x, point.x(), side="right")) - 1
        row = rows - int(np.searchsorted(y[::-1], point.y(), side="right"))
        return min(max(column, 0), columns - 1), min(max(row, 0), rows - 1)

    def _label_cells(self) -> None:
        """Write the values of as many columns and rows as have room."""
        if not getattr(self, "_values", None):  # the box resizes while it is constructed
            return
        metrics = QFontMetrics(self.font())
        frame = self.frame()
        for side, length in (("x", frame.width), ("y", frame.height)):
            self.axes[side].setTicks([self.labelsFor(side, length, metrics)])
        self._draw_axes_anew()

    def labelsFor(self, side: str, length: float, metrics: QFontMetrics) -> list[tuple[int, str]]:
        """The columns (`x`) or rows (`y`) that have room for their values on so many pixels."""
        axis = self._values[side]
        texts = [number_text(value) for value in axis.values]
        if side == "x":
            sizes = [float(metrics.horizontalAdvance(text)) for text in texts]
        else:
            sizes = [float(metrics.ascent())] * len(texts)
        shown = labelled(axis, sizes, length / len(texts), gap=8.0 if side == "x" else 2.0)
        return [(index, texts[index]) for index in shown]

    def _box_resized(self, *args: Any) -> None:
        super()._box_resized(*args)
        self._label_cells()
        self._place_hint()

    # pointing

    def point(self, cell: Cell | None) -> None:
        """Point at a cell: frame it and read its values."""
        if cell is not None:
            self._last = cell
        if cell == self.cell:
            return
        self.cell = cell
        if cell is None:
            self.hover.leave()
        else:
            middle = self.cellRect(cell).center()
            self.hover.move(middle.x(), middle.y())
            self.hover.update()
        self.cellPointed.emit(cell)

    def _hover_at(self, position: QPointF) -> None:
        self.point(self.cellAt(position))

    def leaveEvent(self, event: Any) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self.point(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Point at a cell where the keys brought the focus here, so that it can be seen."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.point(self._last or (0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        super().focusOutEvent(event)
        self.point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the cell: a click is a press and a release on the same one."""
        super().mousePressEvent(event)
        self.point(self.cellAt(event.position()))  # a touch moves no mouse
        self._pressed = self.cell if event.button() == Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the cell."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.cellAt(event.position()) == pressed:
            self.cellChosen.emit(*pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from cell to cell, choose on Enter; leave all other keys to the window."""
        key = Qt.Key(event.key())
        keypad = Qt.KeyboardModifier.KeypadModifier
        if event.modifiers() & ~keypad or not self._values:
            event.ignore()
        elif key in _ARROWS:
            self.point(self._neighbour(*_ARROWS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cell is not None:
            self.cellChosen.emit(*self.cell)
        else:
            event.ignore()

    def _neighbour(self, right: int, up: int) -> Cell:
        """The next cell, or at first the one that was pointed at last."""
        columns, rows = self.counts
        if self.cell is None:
            return self._last or (0, 0)
        return (
            min(max(self.cell[0] + right, 0), columns - 1),
            min(max(self.cell[1] + up, 0), rows - 1),
        )

    # the sentence where there is no map

    def setHint(self, text: str) -> None:
        """Write a sentence over the middle; none if it is empty."""
        if text != self.hint.text() or self.hint.isHidden() == bool(text):
            self.hint.setText(text)
            self.hint.setVisible(bool(text))
            self._place_hint()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        super().setColors(colors)
        if hasattr(self, "hint"):  # not while it is constructed
            palette = self.hint.palette()
            palette.setColor(QPalette.ColorRole.Window, QColor(colors.background))
            palette.setColor(QPalette.ColorRole.WindowText, QColor(colors.foreground))
            self.hint.setPalette(palette)

    def _place_hint(self) -> None:
        if not hasattr(self, "hint"):  # the box resizes while it is constructed
            return
        inside = self.mapFromScene(self.box.sceneBoundingRect()).boundingRect()
        width = min(inside.width() - 16, 460)
        height = self.hint.heightForWidth(width) + 8
        self.hint.resize(max(width, 1), height)
        self.hint.move(inside.center() - self.hint.rect().center())
