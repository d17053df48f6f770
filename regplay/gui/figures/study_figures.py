"""Losses over epochs, a landscape, many seeds, a slider and a network as figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from regplay.core.datasets.dataset import Floats
from regplay.core.fields import FIELDS
from regplay.core.inside import UnitMaps
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.curve_control import SweepableControl
from regplay.gui.controls.sweep_curve import SweepCurve
from regplay.gui.figures.figure import Figure, PlotFigure, Series
from regplay.gui.figures.fit_figures import (
    chart_plot,
    view_figure,
)
from regplay.gui.figures.sweep_figure import field_axis, losses_plot
from regplay.gui.landscape.landscape_map import MEASURE_NAMES
from regplay.gui.landscape.landscape_tab import LandscapeTab
from regplay.gui.network.histograms import Histograms
from regplay.gui.network.network_graph import NetworkGraph, UnitPlace
from regplay.gui.network.network_view import NetworkView
from regplay.gui.network.pictures import layer_name
from regplay.gui.plots.legend import Entry, Legend, paint_legend
from regplay.gui.plots.measure_plot import MeasurePlot
from regplay.gui.plots.plot import Plot
from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.seeds.seeds_tab import LossStrip
from regplay.gui.theme import Colors, colors_of
from regplay.session.number_text import exact, number

_TITLES = {"loss": "Loss", "accuracy": "Accuracy", "weights": "Weights"}
_COLUMNS = {"loss": "loss", "accuracy": "accuracy (%)", "weights": "value"}


def history_figure(plot: MeasurePlot) -> Figure:
    """The losses, the accuracies or the weights of a run and of those that are pinned."""
    return PlotFigure(
        name=plot.tab,
        heading=lambda: _TITLES[plot.tab],
        colors=lambda: plot.colors,
        tables=lambda: history_series(plot),
        plot=lambda: chart_plot(plot, plot.legend_entries("")),
    )


def history_series(plot: MeasurePlot) -> list[Series]:
    """Every record of each curve, and the lines that stand at one value."""
    column = _COLUMNS[plot.tab]
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


_MEASURES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy",
    "valid_accuracy": "validation accuracy",
}


def landscape_figure(view: LandscapeTab) -> Figure:
    """The map of a measure over two fields."""

    def heading() -> str:
        name = MEASURE_NAMES[view.header.measure]
        stage = "" if view.map is None else view.map.stage
        return f"{name[0].upper()}{name[1:]}" + (f", {stage}" if stage else "")

    return PlotFigure(
        name="landscape",
        heading=heading,
        colors=lambda: view.chart.colors,
        tables=lambda: landscape_series(view),
        plot=lambda: chart_plot(view.chart, _entries(view), view.bar),
    )


def landscape_series(view: LandscapeTab) -> list[Series]:
    """The measures of each network, row by row from the lower left."""
    shown = view.map
    if shown is None:
        return []
    rows, columns = shown.diverged.shape
    row, column = np.indices((rows, columns)).reshape(2, -1)
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


def _entries(view: LandscapeTab) -> list[Entry]:
    """Without what says what a click does."""
    return [one for one in view.legend.entries if not one.text.startswith("click")]


def strip_figure(view: LossStrip) -> Figure:
    """The losses of networks whose fits can't be drawn."""

    def heading() -> str:
        count = 0 if view.losses is None else len(view.losses[0])
        return f"Losses of {count} networks"

    return view_figure(view, "seeds_losses", heading, lambda: losses_of(view))


def decomposition_figure(view: DecompositionPlot) -> Figure:
    """What the error of the networks is made of."""
    heading = "Bias², variance and noise"
    return view_figure(view, "bias_variance", lambda: heading, lambda: parts_of(view))


def losses_of(view: LossStrip) -> list[Series]:
    """The losses of each network."""
    if view.losses is None:
        return []
    return [
        Series(name, {"network": np.arange(1, len(losses) + 1), "loss": losses})
        for name, losses in zip(("training", "validation"), view.losses, strict=True)
    ]


def parts_of(view: DecompositionPlot) -> list[Series]:
    """The parts of the error at each position of the axis where it is known."""
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


def slider_figure(control: SweepableControl) -> Figure | None:
    """The curve of a slider, or None while it has none."""
    curve, path = control.slider.curve, control.field.path
    if curve is None:
        return None
    label = FIELDS[path].label
    return PlotFigure(
        name=path.replace(".", "_"),
        heading=lambda: f"{label}: losses" if curve.is_finished else f"{label}: losses so far",
        colors=lambda: colors_of(control),
        tables=lambda: slider_series(curve, path),
        plot=lambda: slider_plot(curve, path),
    )


def slider_plot(curve: SweepCurve, path: str) -> Plot:
    """The final losses over the values of one field; 0 stands apart on a logarithmic axis."""
    text = ""
    if curve.valley is not None:
        loss, value = curve.valid[curve.valley], exact(curve.values[curve.valley])
        text = f"smallest: {number(loss, 3)} at {value}"
    across = field_axis(NumberAxis(path, curve.values))
    return losses_plot(across, (curve.train, curve.valid), curve.valley, text)


def slider_series(curve: SweepCurve, path: str) -> list[Series]:
    """Both losses at each value."""
    label = FIELDS[path].label
    return [
        Series(name, {label: list(curve.values), "loss": losses})
        for name, losses in (("training", curve.train), ("validation", curve.valid))
    ]


_OF_LAYERS = {"norm": "‖w‖", "near_zero": "under 0.001 (%)"}


@dataclass(frozen=True, eq=False)
class PictureFigure(Figure):
    """What paints itself at the size that it has: a copy of it is made for each figure."""

    entries: Callable[[], Sequence[Entry]] = tuple
    picture: NetworkGraph | Histograms | None = None

    def paint(self, painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        """Draw the legend, and below it the picture."""
        assert self.picture is not None
        top = paint_legend(painter, self.entries(), area, colors)
        other = self.picture.replica(colors)
        other.setFont(painter.font())
        other.resize(int(area.width()), int(area.height() - top))
        painter.translate(area.left(), area.top() + top)
        other.draw(painter)
        return area.adjusted(0, top, 0, 0)


def graph_figure(view: NetworkView) -> Figure:
    """The network itself."""
    tables = partial(graph_series, view.graph)
    return _picture_figure("network", "Network", view.graph, view.signs, tables)


def histograms_figure(view: NetworkView) -> Figure:
    """The weights of each layer."""
    tables = partial(histogram_series, view.histograms)
    heading = "Weights of each layer"
    return _picture_figure("weight_histograms", heading, view.histograms, view.counts, tables)


def _picture_figure(
    name: str,
    heading: str,
    picture: NetworkGraph | Histograms,
    legend: Legend,
    tables: Callable[[], Sequence[Series]],
) -> Figure:
    return PictureFigure(
        name=name,
        heading=lambda: heading,
        colors=lambda: picture.colors,
        tables=tables,
        entries=lambda: legend.entries,
        picture=picture,
    )


def norms_figure(view: NetworkView) -> Figure:
    """What becomes of the weights of each layer over epochs."""
    is_norm = view.norms.measure == "norm"
    return PlotFigure(
        name="weight_norms" if is_norm else "near_zero_weights",
        heading=lambda: "‖w‖ of each layer" if is_norm else "Share of weights under 0.001",
        colors=lambda: view.norms.colors,
        tables=lambda: norms_series(view),
        plot=lambda: chart_plot(view.norms, view.norms.legend_entries()),
    )


def norms_series(view: NetworkView) -> list[Series]:
    """Each layer's curve."""
    plot = view.norms
    epochs, column = plot.epochs.astype(int), _OF_LAYERS[plot.measure]
    return [Series(one.label, {"epoch": epochs, column: one.values}) for one in plot.curves]


def histogram_series(histograms: Histograms) -> list[Series]:
    """Of each layer the bins, and how many weights are in them."""
    edges, counts = histograms.bins()
    return [
        Series(
            layer_name(index, len(counts)),
            {"from": edges[:-1], "to": edges[1:], "weights now": now, "before training": before},
        )
        for index, (now, before) in enumerate(counts)
    ]


def graph_series(graph: NetworkGraph) -> list[Series]:
    """Weights and biases by the units they belong to, and what each unit puts out."""
    picture = graph.picture
    if picture is None:
        return []
    found = []
    for layer, (weights, biases) in enumerate(zip(picture.weights, picture.biases, strict=True)):
        targets, sources = np.indices(weights.shape).reshape(2, -1)
        found.append(
            Series(
                "weights",
                {
                    "from": [graph.unit_name(UnitPlace(layer, int(i))) for i in sources],
                    "to": [graph.unit_name(UnitPlace(layer + 1, int(i))) for i in targets],
                    "value": weights.ravel(),
                },
            )
        )
        names = [graph.unit_name(UnitPlace(layer + 1, i)) for i in range(len(biases))]
        found.append(Series("biases", {"to": names, "value": biases}))
    if picture.grid is not None and picture.maps is not None:
        found += _maps(graph, picture, picture.grid.x)
    return found


def _maps(graph: NetworkGraph, picture: UnitMaps, x: Floats) -> list[Series]:
    assert picture.maps is not None
    inputs: dict[str, ArrayLike] = {
        graph.unit_name(UnitPlace(0, index)): x[:, index] for index in range(x.shape[1])
    }
    return [
        Series(
            f"output of {graph.unit_name(UnitPlace(column, index))}",
            inputs | {"value": values.ravel()},
        )
        for column, units in enumerate(picture.maps)
        for index, values in enumerate(units)
    ]
