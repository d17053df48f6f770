"""A chart as a figure: its legend, its axes, its layers, and the scale of its colours."""

import copy
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QPainter, QPen

from regplay.gui.figures.figure import Figure, like, restyled
from regplay.gui.figures.sweep_ticks import Tick
from regplay.gui.landscape.map_chart import MapChart
from regplay.gui.plots.axis import ChartAxis, Range
from regplay.gui.plots.canvas import FigurePainter, Frame, Layer
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.legend import SIGN, Entry, paint_sign
from regplay.gui.theme import Colors

_TICK = 5.0  # pixels, length of a labelled one; of others half
_AXES_AWAY = 4.0  # pixels from a tick to its label, and from labels to the name
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


def chart_ticks(axis: ChartAxis, shown: Range, size: float) -> list[Tick]:
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


def axis_name(axis: ChartAxis) -> str:
    """What an axis measures; empty where that is hidden."""
    return html.unescape(axis.labelText) if axis.label.isVisible() else ""


def plot_rect(area: QRectF, axes: AxisPair, metrics: QFontMetricsF) -> QRectF:
    """The inside of the axes if all that belongs to them has room in an area; whole pixels."""
    line = metrics.height()
    bottom = area.bottom() - _TICK - _AXES_AWAY - line
    bottom -= line + _AXES_AWAY if axes.x_name else 0
    top = area.top() + line / 2
    texts = [tick.text for tick in axes.y(max(bottom - top, 1.0))]
    widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
    left = area.left() + min(widest, _WIDEST * area.width()) + _TICK + _AXES_AWAY
    left += line + _AXES_AWAY if axes.y_name else 0
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
        top = plot.bottom() + _TICK + line + 2 * _AXES_AWAY
        _paint_name(painter, axes.x_name, QPointF(plot.center().x(), top), plot.width(), metrics)
    if axes.y_name:
        texts = [tick.text for tick in axes.y(plot.height())]
        widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
        painter.save()
        painter.translate(plot.left() - _TICK - 2 * _AXES_AWAY - widest - line, plot.center().y())
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
            baseline = bottom + _TICK + _AXES_AWAY + metrics.ascent()
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
            x = left - _TICK - _AXES_AWAY - metrics.horizontalAdvance(tick.text)
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


_GAP = 14.0  # pixels between entries
_LEADING = 5.0  # pixels between lines
_BELOW = 6.0  # pixels under the last one
_MOST = 0.3  # of the height that a legend may take with its long texts

_Line = list[tuple[Entry, str, float]]  # with the pixels from the left


def paint_legend(
    painter: FigurePainter, entries: Sequence[Entry], area: QRectF, colors: Colors
) -> float:
    """Draw entries from the top of an area; the pixels that they take from its height."""
    if not entries:
        return 0.0
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + _LEADING
    lines = _lines([(entry, entry.text) for entry in entries], metrics, area.width())
    if len(lines) * height > _MOST * area.height():
        short = [(entry, entry.short or entry.text) for entry in entries]
        lines = _lines(short, metrics, area.width())
    for number, line in enumerate(lines):
        middle = area.top() + number * height + metrics.height() / 2
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        for entry, text, left in line:
            x = area.left() + left
            if entry.sign != "none":
                paint_sign(painter, entry, x, middle, colors.background)
                x += SIGN
            painter.setPen(QColor(colors.foreground))
            painter.drawText(QPointF(x, baseline), text)
    return len(lines) * height + _BELOW


def _lines(texts: Sequence[tuple[Entry, str]], metrics: QFontMetricsF, width: float) -> list[_Line]:
    """Entries from left to right, and on the next line where one has no room."""
    lines: list[_Line] = [[]]
    x = 0.0
    for entry, text in texts:
        sign = 0 if entry.sign == "none" else SIGN
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - sign)
        wide = sign + metrics.horizontalAdvance(text)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append((entry, text, x))
        x += wide + _GAP
    return lines


pass
pass

_AWAY = 10.0  # pixels from a plot to the scale beside it
_BAR_NAME = 16.0  # pixels over a scale, for its name


class Bar(Protocol):
    """The scale of colours beside a chart."""

    def draw(self, painter: FigurePainter, top: float, bottom: float, width: float) -> None:
        """Draw it between two heights."""

    def sizeHint(self) -> QSize:
        """How wide it is on screen."""

    def isHidden(self) -> bool:
        """Whether the plot has no such scale now."""


@dataclass(frozen=True, eq=False)
class ChartFigure(Figure):
    """A `Chart`.

    Attributes
    ----------
    chart
        What is drawn, in the ranges that it shows.
    set_colors
        Restyles the view that the chart belongs to.
    bar
        The scale of its colours, or None.
    """

    chart: Chart | None = None
    set_colors: Callable[[Colors], None] | None = None
    bar: Bar | None = None

    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw the legend over the axes, and the layers inside them."""
        assert self.chart is not None
        before = self.colors()
        after = like(before, colors)
        with restyled(self.set_colors or self.chart.set_colors, before, after):
            legend = paint_legend(painter, self.entries(), area, after)
            self._paint_plot(painter, area.adjusted(0, legend, 0, 0), self.chart, after)

    def _paint_plot(
        self, painter: FigurePainter, area: QRectF, chart: Chart, colors: Colors
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        bar = None if self.bar is None or self.bar.isHidden() else self.bar
        bar_width = 0.0
        if bar:
            name = metrics.horizontalAdvance("validation loss")
            bar_width = max(_AWAY + name, 1.1 * bar.sizeHint().width())
            area = area.adjusted(0, _BAR_NAME, -bar_width, 0)
        axes = _axes(chart, QFontMetrics(painter.font()))
        plot = plot_rect(area, axes, metrics)
        shown = chart.frame()
        frame = Frame(
            plot.width(),
            plot.height(),
            shown.x_range,
            shown.y_range,
            shown.x_log,
            shown.y_log,
            max(painter.device().devicePixelRatioF(), 1.0),
            colors,
        )
        canvas = chart.canvas
        paint_layers(painter, plot, frame, [*canvas.under, *canvas.live, *canvas.over])
        paint_axes(painter, plot, axes, colors)
        if bar:
            painter.save()
            painter.translate(plot.right() + _AWAY, 0)
            bar.draw(painter, plot.top(), plot.bottom(), bar_width)
            painter.restore()


def paint_layers(
    painter: FigurePainter, plot: QRectF, frame: Frame, layers: Sequence[Layer]
) -> None:
    """Draw layers inside a plot.

    They are copies: what a layer remembers of its last frame belongs to the screen.
    """
    for layer in layers:
        painter.save()
        painter.setClipRect(plot)
        painter.translate(plot.topLeft())
        copy.copy(layer).paint(painter, frame)
        painter.restore()


def _axes(chart: Chart, metrics: QFontMetrics) -> AxisPair:
    if isinstance(chart, MapChart):
        columns, rows = chart.counts
        x = partial(_map_ticks, chart, "x", columns, metrics)
        y = partial(_map_ticks, chart, "y", rows, metrics)
    else:
        frame = chart.frame()
        x = partial(chart_ticks, chart.axes["x"], frame.x_range)
        y = partial(chart_ticks, chart.axes["y"], frame.y_range)
    return AxisPair(x, y, axis_name(chart.axes["x"]), axis_name(chart.axes["y"]))


def _map_ticks(
    chart: MapChart, side: str, count: int, metrics: QFontMetrics, size: float
) -> list[Tick]:
    labels = chart.labels_for(side, size, metrics)
    return [Tick((index + 0.5) / count, text) for index, text in labels]
