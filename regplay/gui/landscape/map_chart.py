"""A chart whose axes are lists of values: its cells, pointed at by mouse or by keys."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Flags, Floats
from regplay.core.fields import FIELDS
from regplay.core.number_text import exact, gap_text, number, percent_text
from regplay.core.sweep import NumberAxis
from regplay.gui.landscape.landscape_map import RECORDED, LandscapeMap, Measure, labelled
from regplay.gui.plots import (
    Chart,
    Entry,
    Frame,
    HoverItem,
    Readout,
    ReadoutRow,
    draw_marker,
    readout_size,
    value_colors,
)
from regplay.gui.theme import ROLES, Colors, mix, sized

Cell = tuple[int, int]  # column from the left, row from the bottom

_LEVELS = 128  # shades of a cell
_SHADES = [QColor(color) for color in value_colors(_LEVELS)]
_ROOM_FOR_GAP = 7  # px; narrower cells touch


def shade_at(share: float) -> QColor:
    """The colour of a cell at a share of the scale."""
    return _SHADES[round(share * (_LEVELS - 1))]


def cell_edges(frame: Frame, columns: int, rows: int) -> tuple[list[int], list[int]]:
    """Where cells begin and end, in whole pixels: from the left, and from the bottom row upward.

    A cell is one unit wide and high; the first is at 0.
    """
    x = frame.x(np.arange(columns + 1) - 0.5).round().astype(int)
    y = frame.y(np.arange(rows + 1) - 0.5).round().astype(int)
    return x.tolist(), y.tolist()


def cell_place(frame: Frame, columns: int, rows: int, cell: Cell) -> QRectF:
    """Where a cell is, without the seam to the next ones."""
    (x, y), (column, row) = cell_edges(frame, columns, rows), cell
    return QRectF(QPointF(x[column], y[row + 1]), QPointF(x[column + 1] - 1, y[row] - 1))


class CellsLayer:
    """A rectangle for each network.

    Attributes
    ----------
    shares
        [rows, columns], 0 … 1 from the first colour to the last; NaN is drawn hatched.
    diverged
        [rows, columns]; these get a cross instead of a colour.
    """

    def __init__(self) -> None:
        self.shares: Floats = np.full((0, 0), np.nan)
        self.diverged: Flags = np.zeros((0, 0), dtype=np.bool_)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the cells on whole pixels."""
        rows, columns = self.shares.shape
        if not self.shares.size:
            return
        x, y = cell_edges(frame, columns, rows)
        gap = 1 if min(frame.width / columns, frame.height / rows) >= _ROOM_FOR_GAP else 0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        hatch = QBrush(QColor(frame.colors.grid), Qt.BrushStyle.BDiagPattern)
        levels = np.nan_to_num(self.shares * (_LEVELS - 1), nan=-1.0).round().astype(int).tolist()
        crossed = self.diverged.tolist()
        crosses: list[QLineF] = []
        for row in range(rows):
            top, height = y[row + 1], y[row] - y[row + 1] - gap
            for column in range(columns):
                left, level = x[column], levels[row][column]
                width = x[column + 1] - left - gap
                fill = _SHADES[level] if level >= 0 else hatch
                if crossed[row][column]:
                    fill = QColor(frame.colors.grid)
                    half = min(0.28 * min(width, height), 6 * frame.zoom)
                    crosses += _cross(left + width / 2, top + height / 2, half)
                painter.fillRect(left, top, width, height, fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.muted), 1.6 * frame.zoom))
        painter.drawLines(crosses)


def _cross(x: float, y: float, half: float) -> list[QLineF]:
    return [
        QLineF(x - half, y - half, x + half, y + half),
        QLineF(x - half, y + half, x + half, y - half),
    ]


class CellMarksLayer:
    """The best cell and the present experiment.

    Attributes
    ----------
    best
        Column and row of the best cell, or None.
    present
        Where the present experiment lies, in columns and rows; it may lie between cells.
    """

    def __init__(self) -> None:
        self.best: Cell | None = None
        self.present: tuple[float, float] | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the marks; the best one goes on top, smaller."""
        colors, zoom = frame.colors, frame.zoom
        if self.present is not None:
            x, y = float(frame.x(self.present[0])), float(frame.y(self.present[1]))
            looks = colors.fit, colors.background, colors.foreground
            draw_marker(painter, "diamond", x, y, 15 * zoom, *looks, zoom**0.5)
        if self.best is not None:
            at = QPointF(float(frame.x(self.best[0])), float(frame.y(self.best[1])))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setBrush(QColor(colors.background))
            # That of the best epoch, parted from a ground of any colour.
            for color, width, radius in ((colors.background, 4.5, 5.0), (colors.best, 2.0, 4.5)):
                painter.setPen(QPen(QColor(color), width * zoom))
                painter.drawEllipse(at, radius * zoom, radius * zoom)


def draw_frame(painter: QPainter, cell: QRectF, colors: Colors, zoom: float) -> None:
    """A frame around the cell that is pointed at, visible on a ground of any colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide = round(2 * zoom)
    for inset, color in ((0, colors.foreground), (wide, mix(colors.background, "#ffffff", 0.1))):
        painter.setPen(QPen(QColor(color), wide, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(cell.adjusted(inset, inset, -inset, -inset))


_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class CellHover(HoverItem):
    """A frame around the cell that is pointed at, and its values beside it."""

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the frame and the box."""
        chart, reading = self._chart, self.reading
        if reading is None or not isinstance(chart, MapChart) or chart.cell is None:
            return
        cell = chart.cell_rect(chart.cell)
        draw_frame(painter, cell, chart.colors, chart.frame().zoom)
        # The box goes to the right of its place, or to the left where there is no room.
        box = readout_size(QFontMetricsF(self._chart.font()), Readout(reading.title, reading.rows))
        fits = cell.right() + box.width() + 8 <= self._rect.width()
        beside = cell.right() - 4 if fits else cell.left() + 4
        painter.setFont(sized(self._chart.font()))
        self._paint_box(painter, replace(reading, x=beside))


class MapChart(Chart):
    """Columns and rows of cells; `reader` is asked for the cell's column and a height in pixels.

    It is neither panned nor zoomed. The mouse points at a cell and a click chooses it; with the
    focus, the arrow keys move from cell to cell and Enter chooses.

    Attributes
    ----------
    cell
        The one that is pointed at, or None.

    Signals
    -------
    cell_chosen
        (int, int): column and row of a trained network.
    """

    cell_chosen = Signal(int, int)
    hover_item = CellHover

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell: Cell | None = None
        self._last: Cell | None = None  # where the keys go on
        self._pressed: Cell | None = None
        self._values: dict[str, NumberAxis] = {}
        self._trained: Flags = np.zeros((0, 0), dtype=np.bool_)
        self.setInteractive(False)  # no item takes the mouse
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas.under.clear()  # grid lines mean nothing between cells

    def set_locked(self, locked: bool) -> None:
        """Its ranges are the number of columns and rows: there is nothing to lock."""

    # columns and rows

    def set_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Have these columns and rows."""
        if self._values != {"x": x, "y": y}:
            self._values = {"x": x, "y": y}
            self._last = None
            self.point(None)
            self.fix("x", -0.5, len(x.values) - 0.5)
            self.fix("y", -0.5, len(y.values) - 0.5)
            self.set_ticks("x", partial(self._cell_marks, "x"))
            self.set_ticks("y", partial(self._cell_marks, "y"))
            self.set_labels(FIELDS[x.path].label, FIELDS[y.path].label)

    def set_trained(self, trained: Flags) -> None:
        """Say which cells [rows, columns] can be chosen."""
        self._trained = trained
        self._show_cursor()

    def _is_trained(self, cell: Cell | None) -> bool:
        return cell is not None and bool(self._trained[cell[1], cell[0]])

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape
        cursor = shape.PointingHandCursor if self._is_trained(self.cell) else shape.ArrowCursor
        if self.viewport().cursor().shape() != cursor:
            self.viewport().setCursor(cursor)

    @property
    def counts(self) -> tuple[int, int]:
        return len(self._values["x"].values), len(self._values["y"].values)

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is, in pixels of the plot."""
        return cell_place(self.frame(), *self.counts, cell)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell at a place of the widget, or None outside of all."""
        point = self.place_of(position)
        if not self.box.rect().contains(point) or not self._values:
            return None
        (x, y), (columns, rows) = cell_edges(self.frame(), *self.counts), self.counts
        column = int(np.searchsorted(x, point.x(), side="right")) - 1
        row = rows - int(np.searchsorted(y[::-1], point.y(), side="right"))
        return min(max(column, 0), columns - 1), min(max(row, 0), rows - 1)

    def _cell_marks(
        self, side: str, length: float, metrics: QFontMetricsF
    ) -> list[tuple[float, str]]:
        """The columns (`x`) or rows (`y`) that have room for their values on so many pixels."""
        axis = self._values[side]
        texts = [exact(value) for value in axis.values]
        if side == "x":
            sizes = [metrics.horizontalAdvance(text) for text in texts]
        else:
            sizes = [metrics.ascent()] * len(texts)
        shown = labelled(axis, sizes, length / len(texts), gap=8.0 if side == "x" else 2.0)
        return [(index, texts[index]) for index in shown]

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
            middle = self.cell_rect(cell).center()
            self.hover.move(middle.x(), middle.y())
            self.hover.update()
        self._show_cursor()

    def _hover_at(self, position: QPointF) -> None:
        self.point(self.cell_at(position))

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.point(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Point at a cell where the keys brought the focus here, so that it can be seen."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.point(self._last or (0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the cell: a click is a press and a release on the same one."""
        super().mousePressEvent(event)
        self.point(self.cell_at(event.position()))  # a touch moves no mouse
        self._pressed = self.cell if event.button() == Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.cell_at(event.position()) == pressed:
            self._choose(pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from cell to cell, choose on Enter; leave all other keys to the window."""
        key = Qt.Key(event.key())
        keypad = Qt.KeyboardModifier.KeypadModifier
        if event.modifiers() & ~keypad or not self._values:
            event.ignore()
        elif key in _ARROWS:
            self.point(self._neighbour(*_ARROWS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cell is not None:
            self._choose(self.cell)
        else:
            event.ignore()

    def _choose(self, cell: Cell) -> None:
        if self._is_trained(cell):
            self.cell_chosen.emit(*cell)

    def _neighbour(self, right: int, up: int) -> Cell:
        """The next cell, or at first the one that was pointed at last."""
        columns, rows = self.counts
        if self.cell is None:
            return self._last or (0, 0)
        return (
            min(max(self.cell[0] + right, 0), columns - 1),
            min(max(self.cell[1] + up, 0), rows - 1),
        )


def place_text(x: NumberAxis, y: NumberAxis, cell: Cell) -> str:
    """The two values of a cell: `Weight decay λ 0.01, Dropout p 0.2`."""
    parts = ((x, cell[0]), (y, cell[1]))
    return ", ".join(
        f"{FIELDS[axis.path].label} {exact(axis.values[index])}" for axis, index in parts
    )


def cell_rows(shown: LandscapeMap, cell: Cell) -> tuple[ReadoutRow, ...]:
    """The measures of a cell, a line each."""
    at = (cell[1], cell[0])
    if not shown.trained[at]:
        return (ReadoutRow("not trained yet", ""),)
    rows = []
    for measure, name in RECORDED.items():
        value = float(shown.measures[measure][at])
        is_share = measure.endswith("accuracy")
        if not (is_share and np.isnan(value)):  # as in regression
            text = percent_text(value, 1) if is_share else number(value)
            color = ROLES.train if measure.startswith("train") else ROLES.valid
            rows.append(ReadoutRow(name, text, color))
    train, valid = (float(shown.measures[f"{split}_loss"][at]) for split in ("train", "valid"))
    rows.insert(2, ReadoutRow("gap", gap_text(train, valid)))
    if shown.diverged[at]:
        rows.append(ReadoutRow("diverged; last finite values", ""))
    elif shown.stage:
        rows.append(ReadoutRow(shown.stage, ""))
    return tuple(rows)


def best_text(shown: LandscapeMap, measure: Measure, cell: Cell) -> str:
    """The best cell in words: what it reaches, and where it is."""
    at = (cell[1], cell[0])
    if measure == "accuracy":
        reached = f"validation accuracy {percent_text(shown.measures['valid_accuracy'][at], 1)}"
    else:
        reached = f"validation loss {number(shown.measures['valid_loss'][at])}"
    which = "best so far" if shown.stage else "best"
    return f"{which}: {reached} at {place_text(shown.x, shown.y, cell)}"


def legend_entries(
    shown: LandscapeMap | None, measure: Measure, best: Cell | None, present: bool
) -> list[Entry]:
    """What the marks are, and at which epoch the map is."""
    entries = []
    if shown is not None and best is not None:
        text = best_text(shown, measure, best)
        short = text.partition(":")[0]
        entries.append(Entry("circle", text, ROLES.background, ROLES.best, short=short, tip=text))
    if present:
        entries.append(Entry("diamond", "present settings", ROLES.fit, short="present"))
    if shown is None:
        return entries
    if shown.diverged.any():
        entries.append(Entry("cross", "diverged", ROLES.muted))
    if shown.stage and shown.trained.any():
        entries.append(Entry("none", shown.stage))
    if shown.trained.any():
        entries.append(Entry("none", "click a cell to adopt its settings", short="click to adopt"))
    return entries
