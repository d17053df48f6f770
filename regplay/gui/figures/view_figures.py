"""The figure of each view in the window."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TypeVar

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.fields import FIELDS
from regplay.core.number_text import exact, number
from regplay.core.sweep import NumberAxis
from regplay.gui.controls import SweepableControl
from regplay.gui.figures.figure import Figure, Plot, Series, figure_frame
from regplay.gui.figures.sweep_figure import field_axis, losses_plot
from regplay.gui.figures.view_tables import (
    confusion_series,
    curve_series,
    fit_series,
    graph_series,
    histogram_series,
    history_series,
    landscape_series,
    loss_series,
    predicted_series,
    weights_series,
)
from regplay.gui.landscape import MEASURE_NAMES, LandscapeTab
from regplay.gui.network import Histograms, NetworkGraph, NetworkView, NormsPlot
from regplay.gui.plots import (
    Chart,
    ChartPanel,
    ColorBar,
    ConfusionView,
    DegreePlot,
    EndNames,
    Entry,
    FitPanel,
    HistoryView,
    LegendChart,
    MeasurePlot,
    PredictedChart,
    ReadoutWidget,
    Scale,
    SurfaceView,
    WeightsView,
    paint_legend,
    without_named,
)
from regplay.gui.runs import SideTab
from regplay.gui.seeds import DecompositionPlot, LossStrip
from regplay.gui.theme import Colors, colors_of, with_fit
from regplay.gui.widgets import with_parents

_GAP = 12.0  # pixels between fits side by side
_Pictured = TypeVar("_Pictured", bound=QWidget)

SeriesSource = Callable[[], Sequence[Series]]


def figure_at(widget: QWidget | None) -> Figure | None:
    """The figure of the plot that a widget is or is part of; None where there is no plot."""
    found = map(_figure_of, with_parents(widget))
    return next((figure for figure in found if figure is not None), None)


def figures_in(root: QWidget) -> list[Figure]:
    """The figures of all plots that are in sight, from the top to the bottom."""
    found: list[tuple[int, int, Figure]] = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and (figure := _figure_of(widget)) is not None:
            place = widget.mapTo(root, widget.rect().topLeft())
            found.append((place.y(), place.x(), figure))
    return [figure for *_, figure in sorted(found, key=lambda one: one[:2])]


def _figure_of(widget: QWidget) -> Figure | None:
    """The figure of this very widget."""
    match widget:
        case ChartPanel() | ConfusionView():
            return None if widget.dataset is None else _fit_figure(widget)
        case HistoryView():
            over_degrees = widget.degrees if widget.tab == "loss" else None
            return _degrees_figure(over_degrees) if over_degrees else _history_figure(widget.plot)
        case LandscapeTab():
            return _landscape_figure(widget)
        case LossStrip():
            return _strip_figure(widget)
        case DecompositionPlot():
            return _decomposition_figure(widget)
        case SweepableControl():
            return _slider_figure(widget)
        case SideTab():
            return _split_figure(widget)
        case NetworkGraph() | Histograms():
            return _network_figure(widget)
        case NormsPlot():
            return _norms_figure(widget)
    return None


def _chart_figure(
    name: str,
    heading: Callable[[], str],
    series: SeriesSource,
    chart: Chart,
    entries: Callable[[], Sequence[Entry]],
    bar: ColorBar | None = None,
) -> Figure:
    """Of a chart under a legend, perhaps beside the scale of its colours, in the present ranges.

    The legend doesn't say what a click does.
    """

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        shown = None if bar is None or bar.isHidden() else bar.bar
        lasting = [entry for entry in entries() if not entry.text.startswith("click")]
        plot = Plot(chart.axes(), chart.layers(), lasting, shown)
        return plot.paint(painter, area, with_fit(colors, chart.fit))

    return Figure(name, heading, lambda: chart.colors, series, paint)


def _legend_chart_figure(
    view: LegendChart, name: str, heading: Callable[[], str], series: SeriesSource
) -> Figure:
    bar = view.bar if isinstance(view, SurfaceView) else None
    entries = partial(attrgetter("entries"), view.legend)
    return _chart_figure(name, heading, series, view.chart, entries, bar)


def _below_legend(
    entries: Callable[[], Sequence[Entry]], picture: ReadoutWidget
) -> Callable[[QPainter, QRectF, Colors], QRectF]:
    """Paints a legend, and below it a picture."""

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        top = paint_legend(painter, entries(), area, colors)
        painter.translate(area.left(), area.top() + top)
        size = QSizeF(int(area.width()), int(area.height() - top))
        picture.draw(painter, figure_frame(painter, size, Scale(), Scale(), colors))
        return area.adjusted(0, top, 0, 0)

    return paint


# Fits


def _fit_figure(panel: ChartPanel | ConfusionView) -> Figure:
    """Of a view of a fit, named by its run where fits are side by side."""
    series: SeriesSource
    match panel:
        case ConfusionView():
            name, what, series = "confusion", "Classes", partial(confusion_series, panel)
        case PredictedChart():
            name, what, series = "predicted", "Fit", partial(predicted_series, panel)
        case WeightsView():
            name, what, series = "linear_weights", "Weights", partial(weights_series, panel)
        case _:
            name, what, series = panel.subject.name, "Fit", partial(fit_series, panel)
    run = _name_in_split(panel)

    def heading() -> str:
        at = what if panel.fit is None else f"{what} at epoch {panel.fit.epoch:,}"
        return run + (panel.caption or at)

    if isinstance(panel, ConfusionView):
        paint = _below_legend(lambda: panel.legend.entries, panel.grid)
        return Figure(name, heading, lambda: colors_of(panel), series, paint)
    return _legend_chart_figure(panel, name, heading, series)


def _name_in_split(panel: QWidget) -> str:
    """Of the run whose fit this is among several side by side: `plain: `."""
    split = _above(panel, SideTab)
    pairs = () if split is None else zip(split.views, split.titles, strict=True)
    names = (line.name for view, line in pairs if view.isAncestorOf(panel) and line.name)
    return next((f"{name}: " for name in names), "")


def _above(widget: QWidget, kind: type[_Pictured]) -> _Pictured | None:
    """The widget of a kind that another one is part of."""
    return next((one for one in with_parents(widget) if isinstance(one, kind)), None)


def _split_figure(view: SideTab) -> Figure | None:
    """Fits side by side or in two rows, each under its title; the table names the run."""
    found = [_panel_figure(one.panel) for one in view.views]
    cells = [figure for figure in found if figure is not None]
    if not cells:
        return None

    def series() -> list[Series]:
        return [
            dataclasses.replace(one, name=f"{cell.title()}: {one.name}")
            for cell in cells
            for one in cell.series()
        ]

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        columns = min(len(cells), 2)
        rows = -(-len(cells) // columns)
        width = (area.width() - (columns - 1) * _GAP) / columns
        height = (area.height() - (rows - 1) * _GAP) / rows
        metrics = QFontMetricsF(painter.font())
        for index, cell in enumerate(cells):
            row, column = divmod(index, columns)
            corner = area.topLeft() + QPointF(column * (width + _GAP), row * (height + _GAP))
            title = metrics.elidedText(cell.title(), Qt.TextElideMode.ElideRight, width)
            painter.save()
            painter.setPen(QColor(colors.foreground))
            painter.drawText(corner + QPointF(0, metrics.ascent()), title)
            below = QRectF(corner, QSizeF(width, height)).adjusted(0, metrics.height() + 4, 0, 0)
            cell.paint(painter, below, colors)
            painter.restore()
        return area

    return Figure("split", lambda: "", cells[0].colors, series, paint)


def _panel_figure(panel: FitPanel) -> Figure | None:
    """Of a panel that is no chart itself, that of its first chart."""
    figures = map(_figure_of, (panel, *panel.findChildren(ChartPanel)))
    return next((figure for figure in figures if figure is not None), None)


# Losses over epochs

_HISTORIES = {  # what a tab is called, and the column of its numbers
    "loss": ("Loss", "loss"),
    "accuracy": ("Accuracy", "accuracy (%)"),
    "weights": ("Weights", "value"),
}


def _history_figure(plot: MeasurePlot) -> Figure:
    """The losses, the accuracies or the weights of a run and of those that are pinned."""
    heading, column = _HISTORIES[plot.tab]

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        names, texts, metrics = plot.end_names, plot.end_texts, QFontMetricsF(painter.font())
        entries, right, beside = plot.legend_entries(""), 0.0, None
        if names.has_room(area.size(), texts, metrics):
            right = names.room(texts, metrics)
            entries = without_named(entries)
            beside = EndNames(names.names, are_beside=True)
        axes = dataclasses.replace(plot.axes(), right=right)  # on screen they may be named or not
        shown = Plot(axes, plot.layers(), entries, beside=beside)
        return shown.paint(painter, area, with_fit(colors, plot.fit))

    series = partial(history_series, plot, column)
    return Figure(plot.tab, lambda: heading, lambda: plot.colors, series, paint)


def _degrees_figure(plot: DegreePlot) -> Figure:
    """The losses of polynomials over their degree."""

    def series() -> list[Series]:
        curve = plot.curve
        return (
            [] if curve is None else loss_series("degree", curve.values, (curve.train, curve.valid))
        )

    entries = partial(plot.legend_entries, "")
    return _chart_figure("degrees", lambda: "Loss of polynomials", series, plot, entries)


# Many networks


def _landscape_figure(view: LandscapeTab) -> Figure:
    """The map of a measure over two fields."""

    def heading() -> str:
        name, stage = MEASURE_NAMES[view.header.measure], view.map.stage if view.map else ""
        return f"{name[0].upper()}{name[1:]}" + (f", {stage}" if stage else "")

    series, entries = partial(landscape_series, view), partial(attrgetter("entries"), view.legend)
    return _chart_figure("landscape", heading, series, view.chart, entries, view.bar)


def _strip_figure(view: LossStrip) -> Figure:
    """The losses of networks whose fits can't be drawn."""

    def heading() -> str:
        return f"Losses of {0 if view.losses is None else len(view.losses[0])} networks"

    def series() -> list[Series]:
        losses = view.losses
        return (
            [] if losses is None else loss_series("network", range(1, len(losses[0]) + 1), losses)
        )

    return _legend_chart_figure(view, "seeds_losses", heading, series)


def _decomposition_figure(view: DecompositionPlot) -> Figure:
    """What the error of the networks is made of, at each position where it is known."""

    def series() -> list[Series]:
        pairs = zip(view.values, view.bars.parts, strict=True)
        known = [(value, one) for value, one in pairs if one is not None]
        columns = {
            FIELDS[view.path].label: [value for value, _ in known],
            "bias²": [one.bias_squared for _, one in known],
            "variance": [one.variance for _, one in known],
            "noise": [one.noise for _, one in known],
            "sum": [one.total for _, one in known],
            "measured loss": [one.measured for _, one in known],
            "standard error": [one.measured_error for _, one in known],
        }
        if any(one.diverged for _, one in known):
            columns["diverged"] = [one.diverged for _, one in known]
        return [Series("decomposition", columns)]

    heading = "Bias², variance and noise"
    return _legend_chart_figure(view, "bias_variance", lambda: heading, series)


def _slider_figure(control: SweepableControl) -> Figure | None:
    """The final losses over a slider's values, or None where it has no curve."""
    curve, path = control.slider.curve, control.field.path
    if curve is None:
        return None
    label, losses = FIELDS[path].label, (curve.train, curve.valid)

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        text = ""
        if curve.valley is not None:
            loss, value = curve.valid[curve.valley], exact(curve.values[curve.valley])
            text = f"smallest: {number(loss, 3)} at {value}"
        across = field_axis(NumberAxis(path, curve.values))
        scale = control.slider.loss_scale
        plot = losses_plot(across, losses, curve.valley, text, scale=scale)
        return plot.paint(painter, area, colors)

    return Figure(
        path.replace(".", "_"),
        lambda: f"{label}: losses" if curve.is_finished else f"{label}: losses so far",
        lambda: colors_of(control),
        partial(loss_series, label, curve.values, losses),
        paint,
    )


# The network


def _network_figure(picture: NetworkGraph | Histograms) -> Figure | None:
    view = _above(picture, NetworkView)
    if view is None or (isinstance(picture, NetworkGraph) and picture.picture is None):
        return None

    name, heading = "weight_histograms", "Weights of each layer"
    series: SeriesSource = partial(histogram_series, view.histograms)
    entries = partial(attrgetter("entries"), view.counts)
    if isinstance(picture, NetworkGraph):
        name, heading = "network", "Network"
        series, entries = partial(graph_series, picture), partial(_graph_legend, view)
    paint = _below_legend(entries, picture)
    return Figure(name, lambda: heading, lambda: colors_of(picture), series, paint)


def _graph_legend(view: NetworkView) -> list[Entry]:
    """What is drawn, and of how many units that is a sample."""
    sentence = view.sentence.text()
    return [*view.signs.entries, *([Entry("none", sentence)] if sentence else [])]


def _norms_figure(plot: NormsPlot) -> Figure:
    """What becomes of the weights of each layer over epochs."""
    name, heading, column = "weight_norms", "‖w‖ of each layer", "‖w‖"
    if plot.measure != "norm":
        name, heading = "near_zero_weights", "Share of weights under 0.001"
        column = "under 0.001 (%)"
    series = partial(curve_series, plot, column)
    return _chart_figure(name, lambda: heading, series, plot, plot.legend_entries)
