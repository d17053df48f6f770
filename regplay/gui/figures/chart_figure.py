"""A chart as a figure: its legend, its axes, its layers, and the scale of its colours."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QFontMetricsF

from regplay.gui.figures.axes import AxisPair, axis_name, chart_ticks, paint_axes, plot_rect
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.legend_lines import paint_legend
from regplay.gui.figures.recolor import like, restyled
from regplay.gui.landscape.map_chart import MapChart
from regplay.gui.plots.canvas import Frame, Layer
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.sweep_ticks import Tick
from regplay.gui.theme import Colors

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
        with restyled(self.set_colors or self.chart.setColors, before, after):
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
    labels = chart.labelsFor(side, size, metrics)
    return [Tick((index + 0.5) / count, text) for index, text in labels]
