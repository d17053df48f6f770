"""Measures of a run over epochs as a figure."""

import dataclasses
from collections.abc import Callable

import numpy as np

from regplay.gui.figures.chart_figure import ChartFigure
from regplay.gui.figures.data import Series
from regplay.gui.figures.figure import Figure
from regplay.gui.figures.recolor import translated
from regplay.gui.plots.measure_plot import MeasurePlot
from regplay.gui.theme import Colors

_TITLES = {"loss": "Loss", "accuracy": "Accuracy", "weights": "Weights"}
_COLUMNS = {"loss": "loss", "accuracy": "accuracy (%)", "weights": "value"}


def history_figure(plot: MeasurePlot) -> Figure:
    """The losses, the accuracies or the weights of a run and of those that are pinned."""
    return ChartFigure(
        name=plot.tab,
        heading=lambda: _TITLES[plot.tab],
        colors=lambda: plot.colors,
        tables=lambda: history_series(plot),
        entries=lambda: plot.legendEntries(""),
        chart=plot,
        set_colors=_with_pinned(plot),
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


def _with_pinned(plot: MeasurePlot) -> Callable[[Colors], None]:
    """Restyles a plot and its pinned runs, whose colours it was handed; its ranges rest."""
    own = plot.colors
    kept = [(run, run.source, run.entry) for run in plot.pinned.runs]

    def set_colors(colors: Colors) -> None:
        plot.setColors(colors)
        for run, source, entry in kept:
            color = source.color if colors == own else translated(source.color, own, colors)
            run.source = dataclasses.replace(source, color=color)
            run.entry = dataclasses.replace(entry, color=color)
            if colors == own:
                run.source, run.entry = source, entry

    return set_colors
