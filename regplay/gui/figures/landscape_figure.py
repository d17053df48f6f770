"""A landscape as a figure."""

import numpy as np

from regplay.core.fields import FIELDS
from regplay.gui.figures.chart_figure import ChartFigure
from regplay.gui.figures.data import Series
from regplay.gui.figures.figure import Figure
from regplay.gui.landscape.landscape_map import MEASURE_NAMES
from regplay.gui.landscape.landscape_view import LandscapeView
from regplay.gui.plots.legend import Entry

_MEASURES = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy",
    "valid_accuracy": "validation accuracy",
}


def landscape_figure(view: LandscapeView) -> Figure:
    """The map of a measure over two fields."""

    def heading() -> str:
        name = MEASURE_NAMES[view.measure]
        stage = "" if view.map is None else view.map.stage
        return f"{name[0].upper()}{name[1:]}" + (f", {stage}" if stage else "")

    return ChartFigure(
        name="landscape",
        heading=heading,
        colors=lambda: view.chart.colors,
        tables=lambda: landscape_series(view),
        entries=lambda: _entries(view),
        chart=view.chart,
        set_colors=view.setColors,
        bar=view.bar,
    )


def landscape_series(view: LandscapeView) -> list[Series]:
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


def _entries(view: LandscapeView) -> list[Entry]:
    """Without what says what a click does."""
    return [one for one in view.legend.entries if not one.text.startswith("click")]
