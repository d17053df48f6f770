"""The figure of a sweep of two fields: the validation loss as a map."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPen

from regplay.core.fields import FIELDS
from regplay.core.sweep import Axis
from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.sweep_paper import SMALL, Paper
from regplay.gui.sweep_ticks import LossAxis, Tick, loss_text, value_text
from regplay.gui.theme import LIGHT
from regplay.session.sweep_results import SweepResult

_COLORS = [QColor(color) for color in value_colors(256)]
_BAR, _BAR_ROOM = 26.0, 150.0  # pixels: width of the colour bar; all that is right of the map
_LOG_FROM = 4.0  # times the smallest loss; else one large loss leaves all others one colour
_SEAM = 1.0  # pixels between two cells, where cells are large
_LARGE = 30.0  # pixels


def paint_map(paper: Paper, result: SweepResult) -> None:
    """Draw a cell for each combination, the first field from left to right; mark the best one."""
    first, second = result.sweep.axes
    columns, rows = _rising(first), _rising(second)
    losses = result.means("valid_loss")[np.ix_(columns, rows)]  # [columns, rows]
    diverged = result.diverged[np.ix_(columns, rows)]
    scale = LossAxis(losses, room=0.0, log_from=_LOG_FROM)
    paper.plot.setWidth(paper.plot.width() - _BAR_ROOM)
    widest = max((_text_width(paper, loss) for loss in losses.flat if np.isfinite(loss)), default=0)
    for column, row in np.ndindex(losses.shape):
        _paint_cell(
            paper,
            _cell(paper, losses.shape, column, row),
            float(losses[column, row]),
            scale,
            bool(diverged[column, row]),
            widest,
        )
    best = result.ranking()[0]
    _mark(paper, _cell(paper, losses.shape, columns.index(best[0]), rows.index(best[1])))
    for axis, order, draw in ((first, columns, paper.x_axis), (second, rows, paper.y_axis)):
        ticks = [
            Tick((index + 0.5) / len(order), value_text(axis.values[place]))
            for index, place in enumerate(order)
        ]
        draw(ticks, FIELDS[axis.path].label, has_marks=False)
    _paint_bar(paper, scale)
    _paint_legend(paper, result, best)


def _paint_legend(paper: Paper, result: SweepResult, best: tuple[int, ...]) -> None:
    """Above the map, from the left: what the frame and the hatching are."""
    x, y = paper.plot.left() + 4, paper.plot.top() - 18
    _mark(paper, QRectF(x, y - 16, 20, 18))
    values = ", ".join(map(value_text, result.combination(best).values()))
    text = f"best at {values}: {loss_text(float(result.means('valid_loss')[best]))}"
    paper.text(text, QPointF(x + 32, y), SMALL)
    if not result.diverged.any():
        return
    x += 64 + paper.use_font(SMALL).horizontalAdvance(text)
    is_partial = bool((np.isfinite(result.means("valid_loss")) & (result.diverged > 0)).any())
    _paint_diverged(paper, QRectF(x, y - 17, 22, 20))
    note = "diverged (* some seeds)" if is_partial else "diverged"
    paper.text(note, QPointF(x + 32, y), SMALL)


def _rising(axis: Axis) -> list[int]:
    """The places of numbers in rising order; of all other values as they are."""
    places = range(len(axis.values))
    if FIELDS[axis.path].kind not in ("integer", "number"):
        return list(places)
    return sorted(places, key=lambda place: float(axis.values[place]))


def _cell(paper: Paper, shape: tuple[int, ...], column: int, row: int) -> QRectF:
    """Its place on whole pixels, so that no background shows between two cells."""
    left, right = (round(paper.x(edge / shape[0])) for edge in (column, column + 1))
    bottom, top = (round(paper.y(edge / shape[1])) for edge in (row, row + 1))
    return QRectF(left, top, right - left, bottom - top)


def _text_width(paper: Paper, loss: float) -> float:
    return paper.use_font(SMALL).horizontalAdvance(loss_text(loss))


def _paint_cell(
    paper: Paper, cell: QRectF, loss: float, scale: LossAxis, diverged: bool, widest: float
) -> None:
    painter = paper.painter
    is_large = min(cell.width(), cell.height()) > _LARGE
    inner = cell.adjusted(0, _SEAM, -_SEAM, 0) if is_large else cell
    if not np.isfinite(loss):
        if diverged:
            _paint_diverged(paper, inner)
        else:
            painter.fillRect(inner, QColor(LIGHT.grid))
        return
    color = _COLORS[int(np.clip(scale.shares(loss) * 255, 0, 255))]
    painter.fillRect(inner, color)
    metrics = paper.use_font(SMALL)
    if cell.width() < widest + 14 or cell.height() < metrics.height() + 8:
        return
    painter.setPen(QColor("#ffffff" if color.lightnessF() < 0.5 else LIGHT.foreground))
    text = loss_text(loss) + ("*" if diverged else "")
    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)


def _paint_diverged(paper: Paper, cell: QRectF) -> None:
    paper.painter.fillRect(cell, QColor(LIGHT.grid))
    paper.painter.fillRect(cell, QBrush(QColor(LIGHT.muted), Qt.BrushStyle.BDiagPattern))


def _mark(paper: Paper, cell: QRectF) -> None:
    """A frame that is seen on every colour."""
    paper.painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in (("#ffffff", 7), ("#d00060", 4)):
        pen = QPen(QColor(color), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        paper.painter.setPen(pen)
        paper.painter.drawRect(cell)


def _paint_bar(paper: Paper, scale: LossAxis) -> None:
    """The colours from the smallest loss to the largest, and what they stand for."""
    painter, plot = paper.painter, paper.plot
    bar = QRectF(plot.right() + 44, plot.top(), _BAR, plot.height())
    gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    for index in range(0, 256, 15):
        gradient.setColorAt(index / 255, _COLORS[index])
    painter.fillRect(bar, gradient)
    metrics = paper.use_font(SMALL)
    for tick in scale.ticks():
        y = paper.y(tick.share)
        painter.setPen(QPen(QColor(LIGHT.muted), 1.2))
        length = 6 if tick.text else 3
        painter.drawLine(QLineF(bar.right(), y, bar.right() + length, y))
        baseline = y + (metrics.ascent() - metrics.descent()) / 2
        painter.setPen(QColor(LIGHT.foreground))
        painter.drawText(QPointF(bar.right() + 12, baseline), tick.text)
    right = Qt.AlignmentFlag.AlignRight
    paper.text("validation loss", QPointF(bar.right() + 60, plot.top() - 18), SMALL, align=right)
