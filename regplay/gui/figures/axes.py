"""The axes of a figure: ticks, their labels as far as there is room, and what they measure."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.gui.plots.axis import Axis
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.ranges import Range
from regplay.gui.sweep_ticks import Tick
from regplay.gui.theme import Colors

_TICK = 5.0  # pixels, length of a labelled one; of others half
_AWAY = 4.0  # pixels from a tick to its label, and from labels to the name
_APART = 8.0  # pixels between two labels
_ENDS = 16.0  # pixels right of a plot, for half of the last label
_WIDEST = 0.25  # of the area that labels may take

Ticks = Callable[[float], Sequence[Tick]]  # on so many pixels


@dataclass(frozen=True)
class AxisPair:
    """What stands at both axes: ticks by their share of the axis, and names, perhaps empty."""

    x: Ticks
    y: Ticks
    x_name: str
    y_name: str


def chart_ticks(axis: Axis, shown: Range, size: float) -> list[Tick]:
    """The ticks of a plot's axis if it were `size` pixels long; those between have no text."""
    low, high = shown
    levels: list[list[tuple[float, str]]] = []
    if axis._tickLevels is not None:  # chosen ones, by `setTicks`
        levels = [[(float(value), text) for value, text in level] for level in axis._tickLevels]
    else:
        for spacing, values in axis.tickValues(low, high, size)[:2]:
            texts = axis.tickStrings(values, 1.0, spacing)
            levels.append(list(zip(map(float, values), texts, strict=True)))
    ticks = []
    for number, level in enumerate(levels):
        for value, text in level:
            share = (value - low) / (high - low)
            if -1e-6 <= share <= 1 + 1e-6:
                ticks.append(Tick(share, text if number == 0 else ""))
    return ticks


def axis_name(axis: Axis) -> str:
    """What an axis measures; empty where that is hidden."""
    return html.unescape(axis.labelText) if axis.label.isVisible() else ""


def plot_rect(area: QRectF, axes: AxisPair, metrics: QFontMetricsF) -> QRectF:
    """The inside of the axes if all that belongs to them has room in an area; whole pixels."""
    line = metrics.height()
    bottom = area.bottom() - _TICK - _AWAY - line
    bottom -= line + _AWAY if axes.x_name else 0
    top = area.top() + line / 2
    texts = [tick.text for tick in axes.y(max(bottom - top, 1.0))]
    widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
    left = area.left() + min(widest, _WIDEST * area.width()) + _TICK + _AWAY
    left += line + _AWAY if axes.y_name else 0
    right = area.right() - _ENDS
    return QRectF(
        QPointF(round(left), round(top)),
        QPointF(max(round(right), round(left) + 1), max(round(bottom), round(top) + 1)),
    )


def paint_axes(painter: FigurePainter, plot: QRectF, axes: AxisPair, colors: Colors) -> None:
    """Draw both axes around the inside of a plot."""
    metrics = QFontMetricsF(painter.font())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.muted), 1))
    painter.drawLine(QLineF(plot.left(), plot.top(), plot.left(), plot.bottom()))
    painter.drawLine(QLineF(plot.left(), plot.bottom(), plot.right(), plot.bottom()))
    _paint_x(painter, plot, axes.x(plot.width()), metrics, colors)
    _paint_y(painter, plot, axes.y(plot.height()), metrics, colors)
    painter.setPen(QColor(colors.foreground))
    line = metrics.height()
    if axes.x_name:
        top = plot.bottom() + _TICK + line + 2 * _AWAY
        _paint_name(painter, axes.x_name, QPointF(plot.center().x(), top), plot.width(), metrics)
    if axes.y_name:
        texts = [tick.text for tick in axes.y(plot.height())]
        widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
        painter.save()
        painter.translate(plot.left() - _TICK - 2 * _AWAY - widest - line, plot.center().y())
        painter.rotate(-90)
        _paint_name(painter, axes.y_name, QPointF(0, 0), plot.height(), metrics)
        painter.restore()


def _paint_x(
    painter: FigurePainter,
    plot: QRectF,
    ticks: Sequence[Tick],
    metrics: QFontMetricsF,
    colors: Colors,
) -> None:
    bottom, end = plot.bottom(), -1e9
    for tick in sorted(ticks, key=lambda tick: tick.share):
        x = plot.left() + tick.share * plot.width()
        painter.setPen(QPen(QColor(colors.muted), 1))
        painter.drawLine(QLineF(x, bottom, x, bottom + (_TICK if tick.text else _TICK / 2)))
        half = metrics.horizontalAdvance(tick.text) / 2
        if tick.text and x - half > end + _APART:
            painter.setPen(QColor(colors.foreground))
            baseline = bottom + _TICK + _AWAY + metrics.ascent()
            painter.drawText(QPointF(x - half, baseline), tick.text)
            end = x + half


def _paint_y(
    painter: FigurePainter,
    plot: QRectF,
    ticks: Sequence[Tick],
    metrics: QFontMetricsF,
    colors: Colors,
) -> None:
    left, end = plot.left(), 1e9
    for tick in sorted(ticks, key=lambda tick: tick.share):
        y = plot.bottom() - tick.share * plot.height()
        painter.setPen(QPen(QColor(colors.muted), 1))
        painter.drawLine(QLineF(left - (_TICK if tick.text else _TICK / 2), y, left, y))
        if tick.text and y < end - metrics.height():
            painter.setPen(QColor(colors.foreground))
            x = left - _TICK - _AWAY - metrics.horizontalAdvance(tick.text)
            baseline = y + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(x, baseline), tick.text)
            end = y


def _paint_name(
    painter: FigurePainter, name: str, top: QPointF, room: float, metrics: QFontMetricsF
) -> None:
    """One line around the middle of `top`."""
    text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
    half = metrics.horizontalAdvance(text) / 2
    painter.drawText(QPointF(top.x() - half, top.y() + metrics.ascent()), text)
