"""The views of a fit as figures, and the numbers behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.figures.figure import Figure, PlotFigure, Series, by_class
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.color_bar import ColorBar
from regplay.gui.plots.confusion import ConfusionGrid, ConfusionView
from regplay.gui.plots.curve import CurveView
from regplay.gui.plots.fit_panel import ChartPanel, FitPanel
from regplay.gui.plots.legend import Entry, LegendChart, paint_legend
from regplay.gui.plots.plot import Plot
from regplay.gui.plots.predicted import PredictedChart, WeightsView
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.theme import Colors, colors_of

_STD = "standard deviation"


def fit_series(panel: FitPanel) -> list[Series]:
    """Of a view over one or two inputs: the points, and what each fit predicts on its grid."""
    dataset, fit = panel.dataset, panel.fit
    if dataset is None:
        return []
    subject, band = panel.subject, panel.fit_band
    found = [*points_series(dataset, subject.splits), *truth_series(dataset)]
    grid = grid_of(dataset)
    if grid is None:
        return found
    if fit is not None and (band is None or band.mean is not fit.grid):
        found += _predicted(subject.fit, dataset, grid, fit.grid)
    if isinstance(panel, CurveView):
        for epoch, curve in zip(panel.past.epochs, panel.past.curves, strict=True):
            if fit is None or epoch != fit.epoch:
                found += _predicted(f"fit at epoch {epoch}", dataset, grid, curve)
    if band is not None:
        name = f"{subject.band}, mean" if subject.band else "mean"
        found.append(spread_series(name, dataset, grid, band.mean, band.std))
    for number, one in enumerate(panel.member_fits, start=1):
        found += _predicted(f"{subject.member} {number}", dataset, grid, one.grid)
    for overlay in panel.overlays:
        found += _predicted(overlay.name, dataset, overlay.grid or grid, overlay.fit.grid)
    return found


def points_series(dataset: Dataset, names: Sequence[str]) -> list[Series]:
    """The training and the validation points, where they are among these."""
    splits = (("training", dataset.train), ("validation", dataset.valid))
    return [
        Series(name, _inputs(dataset, split.x) | {dataset.target_name: _targets(dataset, split)})
        for name, split in splits
        if name in names
    ]


def truth_series(dataset: Dataset) -> list[Series]:
    """The true function over one input, where it is drawn."""
    grid = grid_of(dataset)
    is_drawn = dataset.n_inputs == 1 and dataset.task == "regression"
    if not is_drawn or dataset.truth is None or grid is None:
        return []
    return _predicted("true function", dataset, grid, dataset.truth(grid.x))


def spread_series(name: str, dataset: Dataset, grid: Grid, mean: Floats, std: Floats) -> Series:
    """Mean and standard deviation of many networks on a grid."""
    columns = _inputs(dataset, grid.x) | _outputs(dataset, mean)
    if dataset.task == "regression":
        columns[_STD] = std
    else:
        columns |= by_class(f"{_STD} of P", dataset.class_names, std)
    return Series(name, columns)


def member_series(name: str, dataset: Dataset, grid: Grid, values: Floats) -> Series:
    """What one network predicts on a grid."""
    return Series(name, _inputs(dataset, grid.x) | _outputs(dataset, values))


def predicted_series(panel: PredictedChart) -> list[Series]:
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


def weights_series(panel: WeightsView) -> list[Series]:
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


def confusion_series(panel: ConfusionView) -> list[Series]:
    """How many points of each class are assigned each class."""
    names, counts = panel.grid.names, panel.grid.counts
    if not counts.size:
        return []
    which = "training" if panel.train_button.isChecked() else "validation"
    true, assigned = np.indices(counts.shape).reshape(2, -1)
    return [
        Series(
            which,
            {
                "true class": [names[index] for index in true],
                "assigned class": [names[index] for index in assigned],
                "points": counts.ravel(),
            },
        )
    ]


def _inputs(dataset: Dataset, x: Floats) -> dict[str, ArrayLike]:
    return {name: x[:, index] for index, name in enumerate(dataset.input_names)}


def _targets(dataset: Dataset, split: Split) -> ArrayLike:
    if dataset.task == "regression":
        return split.y
    names: Sequence[str] = dataset.class_names
    return [names[index] for index in split.y]


def _outputs(dataset: Dataset, values: Floats) -> dict[str, ArrayLike]:
    if dataset.task == "regression":
        return {dataset.target_name: values}
    return by_class("P", dataset.class_names, values)


def _predicted(name: str, dataset: Dataset, grid: Grid, values: Floats | None) -> list[Series]:
    """None where the fit was not predicted on this grid."""
    if values is None or len(values) != len(grid.x):
        return []
    return [member_series(name, dataset, grid, values)]


def panel_figure(panel: ChartPanel) -> Figure:
    """A view of a fit that is a chart."""
    name, what, tables = panel.subject.name, "Fit", lambda: fit_series(panel)
    if isinstance(panel, PredictedChart):
        name, tables = "predicted", lambda: predicted_series(panel)
    elif isinstance(panel, WeightsView):
        name, what, tables = "linear_weights", "Weights", lambda: weights_series(panel)
    bar = panel.bar if isinstance(panel, SurfaceView) else None
    return view_figure(
        panel, name, lambda: panel.caption or _at_epoch(what, panel.fit), tables, bar
    )


def view_figure(
    view: LegendChart,
    name: str,
    heading: Callable[[], str],
    tables: Callable[[], Sequence[Series]],
    bar: ColorBar | None = None,
) -> Figure:
    """Of a chart under a legend, perhaps beside the scale of its colours."""
    return PlotFigure(
        name=name,
        heading=heading,
        colors=lambda: view.chart.colors,
        tables=tables,
        plot=lambda: chart_plot(view.chart, view.legend.entries, bar),
        fit=lambda: view.chart.fit,
    )


def chart_plot(chart: Chart, entries: Sequence[Entry], bar: ColorBar | None = None) -> Plot:
    """What a chart shows at this moment, in the ranges that it has."""
    shown = None if bar is None or bar.isHidden() else bar.bar
    return Plot(chart.axes(), chart.layers(), entries, shown)


def _at_epoch(what: str, fit: Fit | None) -> str:
    return what if fit is None else f"{what} at epoch {fit.epoch:,}"


@dataclass(frozen=True, eq=False)
class ConfusionFigure(Figure):
    """Which class is taken for which."""

    view: ConfusionView | None = None

    def paint(self, painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        """Draw the legend and the cells."""
        view = self.view
        assert view is not None
        top = paint_legend(painter, view.legend.entries, area, colors)
        grid = ConfusionGrid()
        grid.set_names(view.grid.names)
        grid.set_counts(view.grid.counts)
        grid.set_color(view.grid.color)
        grid.setFont(painter.font())
        grid.resize(int(area.width()), int(area.height() - top))
        painter.translate(area.left(), area.top() + top)
        grid.draw(painter, colors)
        return area.adjusted(0, top, 0, 0)


def confusion_figure(view: ConfusionView) -> Figure:
    """A confusion matrix."""
    return ConfusionFigure(
        name="confusion",
        heading=lambda: _at_epoch("Classes", view.fit),
        colors=lambda: colors_of(view),
        tables=lambda: confusion_series(view),
        view=view,
    )


_GAP = 12.0  # pixels between two of them


@dataclass(frozen=True, eq=False)
class SplitFigure(Figure):
    """Several figures, each under its title: side by side, or in two rows."""

    cells: Sequence[Figure] = ()

    def paint(self, painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        """Draw them one by one."""
        columns = 1 if len(self.cells) == 1 else 2
        rows = -(-len(self.cells) // columns)
        width = (area.width() - (columns - 1) * _GAP) / columns
        height = (area.height() - (rows - 1) * _GAP) / rows
        metrics = QFontMetricsF(painter.font())
        for index, cell in enumerate(self.cells):
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


def split_figure(cells: Sequence[Figure]) -> Figure:
    """One figure of several; its table names the run before each series."""

    def tables() -> list[Series]:
        return [
            replace(one, name=f"{cell.title}: {one.name}")
            for cell in cells
            for one in cell.series()
        ]

    return SplitFigure(
        name="split", heading=lambda: "", colors=cells[0].colors, tables=tables, cells=tuple(cells)
    )
