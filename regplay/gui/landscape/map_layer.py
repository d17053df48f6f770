"""The cells of a landscape, and the marks over them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from regplay.gui.landscape.landscape_map import Floats
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.markers import Shape, draw_marker
from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.theme import Colors, mix

_LEVELS = 128  # shades of a cell
_SHADES = [QColor(color) for color in value_colors(_LEVELS)]
_ROOM_FOR_GAP = 7  # px; narrower cells touch
PRESENT_SHAPE: Shape = "diamond"


def cell_edges(frame: Frame, columns: int, rows: int) -> tuple[list[int], list[int]]:
    """Where cells begin and end, in whole pixels: from the left, and from the bottom row upward.

    A cell is one unit wide and high; the first is at 0.
    """
    x = frame.x(np.arange(columns + 1) - 0.5).round().astype(int)
    y = frame.y(np.arange(rows + 1) - 0.5).round().astype(int)
    return x.tolist(), y.tolist()


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
        self.diverged: NDArray[np.bool_] = np.zeros((0, 0), dtype=np.bool_)

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
                    crosses += _cross(left + width / 2, top + height / 2, min(width, height))
                painter.fillRect(left, top, width, height, fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.muted), 1.6))
        painter.drawLines(crosses)


def _cross(x: float, y: float, size: float) -> list[QLineF]:
    half = min(size * 0.28, 6.0)
    return [
        QLineF(x - half, y - half, x + half, y + half),
        QLineF(x - half, y + half, x + half, y - half),
    ]


class MarksLayer:
    """The best cell and the present experiment.

    Attributes
    ----------
    best
        Column and row of the best cell, or None.
    present
        Where the present experiment lies, in columns and rows; it may lie between cells.
    """

    def __init__(self) -> None:
        self.best: tuple[int, int] | None = None
        self.present: tuple[float, float] | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the marks; the best one goes on top, smaller."""
        colors = frame.colors
        if self.present is not None:
            x, y = float(frame.x(self.present[0])), float(frame.y(self.present[1]))
            draw_marker(
                painter, PRESENT_SHAPE, x, y, 15, colors.fit, colors.background, colors.foreground
            )
        if self.best is not None:
            at = QPointF(float(frame.x(self.best[0])), float(frame.y(self.best[1])))
            draw_ring(painter, at, colors)


def draw_ring(painter: QPainter, at: QPointF, colors: Colors) -> None:
    """The mark of the best cell: that of the best epoch, parted from a ground of any colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(QColor(colors.background))
    painter.setPen(QPen(QColor(colors.background), 4.5))
    painter.drawEllipse(at, 5.0, 5.0)
    painter.setPen(QPen(QColor(colors.best), 2))
    painter.drawEllipse(at, 4.5, 4.5)


def draw_frame(painter: QPainter, cell: QRectF, colors: Colors) -> None:
    """A frame around the cell that is pointed at, visible on a ground of any colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for inset, color in ((1.0, colors.foreground), (3.0, mix(colors.background, "#ffffff", 0.1))):
        pen = QPen(QColor(color), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(cell.adjusted(inset - 1, inset - 1, 1 - inset, 1 - inset))
