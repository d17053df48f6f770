"""The inside of a network as figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF

from regplay.core.datasets.dataset import Floats
from regplay.core.inside import UnitMaps
from regplay.gui.figures.chart_figure import ChartFigure, paint_legend
from regplay.gui.figures.figure import Figure, Series, restyled
from regplay.gui.network.histograms import Histograms
from regplay.gui.network.network_graph import NetworkGraph, UnitPlace
from regplay.gui.network.network_view import NetworkView
from regplay.gui.network.pictures import layer_name
from regplay.gui.plots.canvas import FigurePainter
from regplay.gui.theme import Colors

_MEASURES = {"norm": "‖w‖", "near_zero": "under 0.001 (%)"}


@dataclass(frozen=True, eq=False)
class PictureFigure(Figure):
    """What paints itself at the size that it has: a copy of it is made for each figure."""

    view: NetworkView | None = None
    picture: NetworkGraph | Histograms | None = None

    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw the legend, and below it the picture."""
        assert self.view is not None
        assert self.picture is not None
        with restyled(self.view.set_colors, self.colors(), colors):
            top = paint_legend(painter, self.entries(), area, colors)
            other = self.picture.replica()
        other.setFont(painter.font())
        other.resize(int(area.width()), int(area.height() - top))
        painter.translate(area.left(), area.top() + top)
        other.draw(painter)


def graph_figure(view: NetworkView) -> Figure:
    """The network itself."""
    return PictureFigure(
        name="network",
        heading=lambda: "Network",
        colors=lambda: view.graph.colors,
        tables=lambda: graph_series(view.graph),
        entries=lambda: view.signs.entries,
        view=view,
        picture=view.graph,
    )


def histograms_figure(view: NetworkView) -> Figure:
    """The weights of each layer."""
    return PictureFigure(
        name="weight_histograms",
        heading=lambda: "Weights of each layer",
        colors=lambda: view.histograms.colors,
        tables=lambda: histogram_series(view.histograms),
        entries=lambda: view.counts.entries,
        view=view,
        picture=view.histograms,
    )


def norms_figure(view: NetworkView) -> Figure:
    """What becomes of the weights of each layer over epochs."""
    is_norm = view.norms.measure == "norm"
    return ChartFigure(
        name="weight_norms" if is_norm else "near_zero_weights",
        heading=lambda: "‖w‖ of each layer" if is_norm else "Share of weights under 0.001",
        colors=lambda: view.norms.colors,
        tables=lambda: norms_series(view),
        entries=view.norms.legend_entries,
        chart=view.norms,
    )


def norms_series(view: NetworkView) -> list[Series]:
    """Each layer's curve."""
    plot = view.norms
    epochs, column = plot.epochs.astype(int), _MEASURES[plot.measure]
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
