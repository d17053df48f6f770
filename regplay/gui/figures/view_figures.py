"""The figure of each view in the window: how it is drawn, and the numbers behind it."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset, Split
from regplay.core.fields import FIELDS
from regplay.core.fit import Grid, grid_of
from regplay.core.number_text import exact, number
from regplay.core.sweep import NumberAxis
from regplay.gui.controls import SweepableControl
from regplay.gui.figures.figure import Figure, Plot, Series
from regplay.gui.figures.sweep_figure import field_axis, losses_plot
from regplay.gui.landscape import MEASURE_NAMES, LandscapeTab
from regplay.gui.network import (
    Histograms,
    NetworkGraph,
    NetworkView,
    NormsPlot,
    UnitPlace,
    layer_name,
)
from regplay.gui.plots import (
    Chart,
    ChartPanel,
    ColorBar,
    ConfusionView,
    CurveView,
    Entry,
    FitPanel,
    HistoryView,
    LegendChart,
    MeasurePlot,
    PredictedChart,
    SurfaceView,
    WeightsView,
    paint_legend,
    without_named,
)
from regplay.gui.runs import SideTab
from regplay.gui.seeds import DecompositionPlot, LossStrip
from regplay.gui.theme import Colors, colors_of, with_fit

_GAP = 12.0  # pixels between fits side by side

SeriesSource = Callable[[], Sequence[Series]]


def figure_at(widget: QWidget | None) -> Figure | None:
    """The figure of the plot that a widget is or is part of; None where there is no plot."""
    while widget is not None:
        figure = _figure_of(widget)
        if figure is not None:
            return figure
        widget = widget.parentWidget()
    return None


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
            return _history_figure(widget.plot)
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
        case NetworkGraph() | Histograms() | NormsPlot():
            return _network_figure(widget)
    return None


def _chart_figure(
    name: str,
    heading: Callable[[], str],
    series: SeriesSource,
    chart: Chart,
    entries: Callable[[], Sequence[Entry]],
    bar: ColorBar | None = None,
) -> Figure:
    """Of a chart under a legend, perhaps beside the scale of its colours, in the present ranges."""

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        shown = None if bar is None or bar.isHidden() else bar.bar
        plot = Plot(chart.axes(), chart.layers(), entries(), shown)
        return plot.paint(painter, area, with_fit(colors, chart.fit))

    return Figure(name, heading, lambda: chart.colors, series, paint)


def _legend_chart_figure(
    view: LegendChart, name: str, heading: Callable[[], str], series: SeriesSource
) -> Figure:
    bar = view.bar if isinstance(view, SurfaceView) else None
    return _chart_figure(name, heading, series, view.chart, lambda: view.legend.entries, bar)


def _below_legend(
    entries: Callable[[], Sequence[Entry]], draw: Callable[[QPainter, QSize, Colors], None]
) -> Callable[[QPainter, QRectF, Colors], QRectF]:
    """Paints a legend, and below it a picture that is drawn from 0, 0 at a size."""

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        top = paint_legend(painter, entries(), area, colors)
        painter.translate(area.left(), area.top() + top)
        draw(painter, QSize(int(area.width()), int(area.height() - top)), colors)
        return area.adjusted(0, top, 0, 0)

    return paint


# Fits


def _fit_figure(panel: ChartPanel | ConfusionView) -> Figure:
    """Of a view of a fit, named by its run where fits are side by side."""
    run = _name_in_split(panel)

    def heading(what: str) -> str:
        at = what if panel.fit is None else f"{what} at epoch {panel.fit.epoch:,}"
        return run + (panel.caption or at)

    if isinstance(panel, ConfusionView):
        return Figure(
            "confusion",
            lambda: heading("Classes"),
            lambda: colors_of(panel),
            lambda: _confusion_series(panel),
            _below_legend(lambda: panel.legend.entries, panel.grid.draw),
        )
    name, what, series = panel.subject.name, "Fit", partial(_fit_series, panel)
    if isinstance(panel, PredictedChart):
        name, series = "predicted", partial(_predicted_series, panel)
    elif isinstance(panel, WeightsView):
        name, what, series = "linear_weights", "Weights", partial(_weights_series, panel)
    return _legend_chart_figure(panel, name, lambda: heading(what), series)


def _name_in_split(panel: QWidget) -> str:
    """Of the run whose fit this is among several side by side: `plain: `."""
    split = panel.parentWidget()
    while split is not None and not isinstance(split, SideTab):
        split = split.parentWidget()
    if split is not None:
        for view, line in zip(split.views, split.titles, strict=True):
            if view.isAncestorOf(panel) and line.name:
                return f"{line.name}: "
    return ""


def _fit_series(panel: FitPanel) -> list[Series]:
    """Of a view over one or two inputs: the points, and what each fit predicts on its grid."""
    dataset, fit = panel.dataset, panel.fit
    grid = None if dataset is None else grid_of(dataset)
    if dataset is None or grid is None:
        return []
    subject, band = panel.subject, panel.fit_band
    found = [
        Series(name, _inputs(dataset, split.x) | {dataset.target_name: _targets(dataset, split)})
        for name, split in (("training", dataset.train), ("validation", dataset.valid))
        if name in subject.splits
    ]
    if isinstance(panel, CurveView) and dataset.truth is not None:
        found += _predicted("true function", dataset, grid, dataset.truth(grid.x))
    if fit is not None and (band is None or band.mean is not fit.grid):
        found += _predicted(subject.fit, dataset, grid, fit.grid)
    if isinstance(panel, CurveView):
        for epoch, curve in zip(panel.past.epochs, panel.past.curves, strict=True):
            if fit is None or epoch != fit.epoch:
                found += _predicted(f"fit at epoch {epoch}", dataset, grid, curve)
    if band is not None:
        name = f"{subject.band}, mean" if subject.band else "mean"
        spread = _outputs(dataset, band.std, "standard deviation", "standard deviation of P")
        columns = _inputs(dataset, grid.x) | _outputs(dataset, band.mean) | spread
        found.append(Series(name, columns))
    for count, one in enumerate(panel.member_fits, start=1):
        found += _predicted(f"{subject.member} {count}", dataset, grid, one.grid)
    for overlay in panel.overlays:
        found += _predicted(overlay.name, dataset, overlay.grid or grid, overlay.fit.grid)
    return found


def _inputs(dataset: Dataset, x: Floats) -> dict[str, ArrayLike]:
    return {name: x[:, index] for index, name in enumerate(dataset.input_names)}


def _targets(dataset: Dataset, split: Split) -> ArrayLike:
    if dataset.task == "regression":
        return split.y
    names: Sequence[str] = dataset.class_names
    return [names[index] for index in split.y]


def _outputs(dataset: Dataset, values: Floats, value: str = "", p: str = "P") -> dict[str, Floats]:
    """A column `value`, the target's name by default, or one for each class: `P(A)`, `P(B)`."""
    if dataset.task == "regression":
        return {value or dataset.target_name: values}
    return {f"{p}({name})": values[:, index] for index, name in enumerate(dataset.class_names)}


def _predicted(name: str, dataset: Dataset, grid: Grid, values: Floats | None) -> list[Series]:
    """None where the fit was not predicted on this grid."""
    if values is None or len(values) != len(grid.x):
        return []
    return [Series(name, _inputs(dataset, grid.x) | _outputs(dataset, values))]


def _predicted_series(panel: PredictedChart) -> list[Series]:
    """What is predicted for each point beside what is true."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None or fit is None:
        return []
    name = dataset.target_name
    pairs = (("training", dataset.train, fit.train), ("validation", dataset.valid, fit.valid))
    return [
        Series(which, {f"true {name}": split.y, f"predicted {name}": predicted})
        for which, split, predicted in pairs
    ]


def _weights_series(panel: WeightsView) -> list[Series]:
    """A linear model's weights and the true ones, by input."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None:
        return []
    learned = None if fit is None else fit.weights
    pairs = (("learned weights", learned), ("true weights", dataset.true_weights))
    return [
        Series(name, {"input": list(dataset.input_names), "weight": weights})
        for name, weights in pairs
        if weights is not None
    ]


def _confusion_series(panel: ConfusionView) -> list[Series]:
    """How many points of each class are assigned each class."""
    names, counts = panel.grid.names, panel.grid.counts
    if not counts.size:
        return []
    which = "training" if panel.train_button.isChecked() else "validation"
    true, assigned = np.indices(counts.shape).reshape(2, -1)
    columns: dict[str, ArrayLike] = {
        "true class": [names[index] for index in true],
        "assigned class": [names[index] for index in assigned],
        "points": counts.ravel(),
    }
    return [Series(which, columns)]


def _split_figure(view: SideTab) -> Figure | None:
    """Fits side by side or in two rows, each under its title; the table names the run."""
    found = [_panel_figure(one.panel) for one in view.views]
    cells = [figure for figure in found if figure is not None]
    if not cells:
        return None

    def series() -> list[Series]:
        return [
            dataclasses.replace(one, name=f"{cell.title}: {one.name}")
            for cell in cells
            for one in cell.series()
        ]

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        columns = 1 if len(cells) == 1 else 2
        rows = -(-len(cells) // columns)
        width = (area.width() - (columns - 1) * _GAP) / columns
        height = (area.height() - (rows - 1) * _GAP) / rows
        metrics = QFontMetricsF(painter.font())
        for index, cell in enumerate(cells):
            row, column = divmod(index, columns)
            left, top = area.left() + column * (width + _GAP), area.top() + row * (height + _GAP)
            place = QRectF(left, top, width, height)
            title = metrics.elidedText(cell.title, Qt.TextElideMode.ElideRight, width)
            painter.save()
            painter.setPen(QColor(colors.foreground))
            painter.drawText(QPointF(left, top + metrics.ascent()), title)
            cell.paint(painter, place.adjusted(0, metrics.height() + 4, 0, 0), colors)
            painter.restore()
        return area

    return Figure("split", lambda: "", cells[0].colors, series, paint)


def _panel_figure(panel: FitPanel) -> Figure | None:
    """Of a panel that is no chart itself, that of its first chart."""
    children = panel.findChildren(ChartPanel)
    figures = (_figure_of(widget) for widget in (panel, *children))
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
        is_named = names.has_room(area.size(), texts, metrics)
        axes = dataclasses.replace(
            plot.axes(), right=names.room(texts, metrics) if is_named else 0.0
        )
        entries = plot.legend_entries("")
        entries = without_named(entries) if is_named else entries
        shown = Plot(axes, plot.layers(), entries, beside=names if is_named else None)
        return shown.paint(painter, area, with_fit(colors, plot.fit))

    return Figure(
        plot.tab,
        lambda: heading,
        lambda: plot.colors,
        lambda: _history_series(plot, column),
        paint,
    )


def _history_series(plot: MeasurePlot, column: str) -> list[Series]:
    """Every record of each curve, and the lines that stand at one value."""
    found = [
        Series(curve.label, {"epoch": plot.epochs.astype(int), column: curve.values})
        for curve in plot.curves
    ]
    labels = {curve.measure: curve.label for curve in plot.curves}
    for run in plot.pinned.runs:
        for line in run.lines:
            name = f"{run.source.name}: {labels[line.measure]}"
            found.append(Series(name, {"epoch": run.epochs.astype(int), column: line.values}))
    if plot.floor.value is not None:
        found.append(Series("noise floor", {column: [plot.floor.value]}))
    if plot.best_epoch is not None and plot.tab != "weights":
        at = np.flatnonzero(plot.epochs == plot.best_epoch)
        values = plot.curves[1].values[at]
        found.append(Series("best epoch", {"epoch": [plot.best_epoch] * len(at), column: values}))
    if plot.marks.epochs:
        found.append(Series("settings changed", {"epoch": list(plot.marks.epochs)}))
    return found


# Many networks

_MEASURES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy",
    "valid_accuracy": "validation accuracy",
}


def _landscape_figure(view: LandscapeTab) -> Figure:
    """The map of a measure over two fields; its legend doesn't say what a click does."""

    def heading() -> str:
        name = MEASURE_NAMES[view.header.measure]
        stage = "" if view.map is None else view.map.stage
        return f"{name[0].upper()}{name[1:]}" + (f", {stage}" if stage else "")

    return _chart_figure(
        "landscape",
        heading,
        lambda: _landscape_series(view),
        view.chart,
        lambda: [one for one in view.legend.entries if not one.text.startswith("click")],
        view.bar,
    )


def _landscape_series(view: LandscapeTab) -> list[Series]:
    """The measures of each network, row by row from the lower left."""
    shown = view.map
    if shown is None:
        return []
    row, column = np.indices(shown.diverged.shape).reshape(2, -1)
    has_classes = bool(np.isfinite(shown.measures["valid_accuracy"]).any())
    table = {
        FIELDS[shown.x.path].label: np.array(shown.x.values)[column],
        FIELDS[shown.y.path].label: np.array(shown.y.values)[row],
    }
    for measure, name in _MEASURES.items():
        if has_classes or measure.endswith("loss"):
            table[name] = shown.measures[measure].ravel()
    table["diverged"] = shown.diverged.ravel()
    return [Series("networks", table)]


def _strip_figure(view: LossStrip) -> Figure:
    """The losses of networks whose fits can't be drawn."""

    def heading() -> str:
        return f"Losses of {0 if view.losses is None else len(view.losses[0])} networks"

    def series() -> list[Series]:
        pairs = () if view.losses is None else zip(_BOTH, view.losses, strict=True)
        return [
            Series(name, {"network": np.arange(1, len(losses) + 1), "loss": losses})
            for name, losses in pairs
        ]

    return _legend_chart_figure(view, "seeds_losses", heading, series)


_BOTH = "training", "validation"


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
        return [Series("decomposition", columns)]

    heading = "Bias², variance and noise"
    return _legend_chart_figure(view, "bias_variance", lambda: heading, series)


def _slider_figure(control: SweepableControl) -> Figure | None:
    """The final losses over a slider's values, or None where it has no curve."""
    curve, path = control.slider.curve, control.field.path
    if curve is None:
        return None
    label = FIELDS[path].label

    def series() -> list[Series]:
        return [
            Series(name, {label: list(curve.values), "loss": losses})
            for name, losses in zip(_BOTH, (curve.train, curve.valid), strict=True)
        ]

    def paint(painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        text = ""
        if curve.valley is not None:
            loss, value = curve.valid[curve.valley], exact(curve.values[curve.valley])
            text = f"smallest: {number(loss, 3)} at {value}"
        across = field_axis(NumberAxis(path, curve.values))
        scale = control.slider.loss_scale
        plot = losses_plot(across, (curve.train, curve.valid), curve.valley, text, scale=scale)
        return plot.paint(painter, area, colors)

    return Figure(
        path.replace(".", "_"),
        lambda: f"{label}: losses" if curve.is_finished else f"{label}: losses so far",
        lambda: colors_of(control),
        series,
        paint,
    )


# The network


def _network_figure(widget: NetworkGraph | Histograms | NormsPlot) -> Figure | None:
    view = widget.parentWidget()
    while view is not None and not isinstance(view, NetworkView):
        view = view.parentWidget()
    if view is None or (isinstance(widget, NetworkGraph) and widget.picture is None):
        return None
    if isinstance(widget, NormsPlot):
        return _norms_figure(widget)
    picture = widget

    def draw(painter: QPainter, size: QSize, colors: Colors) -> None:
        other = picture.replica(colors)  # it paints itself at the size that it has
        other.setFont(painter.font())
        other.resize(size)
        other.draw(painter)

    series: SeriesSource
    if isinstance(widget, NetworkGraph):
        name, heading = "network", "Network"
        series = partial(_graph_series, widget)
    else:
        name, heading = "weight_histograms", "Weights of each layer"
        series = partial(_histogram_series, widget)

    def legend() -> Sequence[Entry]:
        is_graph = isinstance(widget, NetworkGraph)
        return _graph_legend(view) if is_graph else view.counts.entries

    paint = _below_legend(legend, draw)
    return Figure(name, lambda: heading, lambda: picture.colors, series, paint)


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

    def series() -> list[Series]:
        epochs = plot.epochs.astype(int)
        return [Series(one.label, {"epoch": epochs, column: one.values}) for one in plot.curves]

    return _chart_figure(name, lambda: heading, series, plot, plot.legend_entries)


def _histogram_series(histograms: Histograms) -> list[Series]:
    """Of each layer the bins, and how many weights are in them."""
    edges, counts = histograms.bins()
    return [
        Series(
            layer_name(index, len(counts)),
            {"from": edges[:-1], "to": edges[1:], "weights now": now, "before training": before},
        )
        for index, (now, before) in enumerate(counts)
    ]


def _graph_series(graph: NetworkGraph) -> list[Series]:
    """Weights and biases by the units they belong to, and what each unit puts out."""
    picture = graph.picture
    if picture is None:
        return []

    def names(column: int, units: Sequence[int] | np.ndarray) -> list[str]:
        return [graph.unit_name(UnitPlace(column, int(unit))) for unit in units]

    found = []
    for layer, (weights, biases) in enumerate(zip(picture.weights, picture.biases, strict=True)):
        targets, sources = np.indices(weights.shape).reshape(2, -1)
        ends = {"from": names(layer, sources), "to": names(layer + 1, targets)}
        found.append(Series("weights", ends | {"value": weights.ravel()}))
        units = names(layer + 1, range(len(biases)))
        found.append(Series("biases", {"to": units, "value": biases}))
    if picture.grid is not None and picture.maps is not None:
        x = picture.grid.x
        inputs = dict(zip(names(0, range(x.shape[1])), x.T, strict=True))
        found += [
            Series(f"output of {name}", inputs | {"value": values.ravel()})
            for column, units in enumerate(picture.maps)
            for name, values in zip(names(column, range(len(units))), units, strict=True)
        ]
    return found
