"""The class probabilities over one input."""

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.gui.plots.hover import Reading, Row
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.lines import LineLayer
from regplay.gui.plots.markers import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer, Shape, thinned
from regplay.gui.plots.panel import ChartPanel
from regplay.gui.plots.wrong import wrong_text
from regplay.gui.theme import mix

_ROW = 0.07  # height of one row of points, in units of probability


class ClassCurvesView(ChartPanel):
    """A curve for each class, and below them two rows of points a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = PointsLayer()
        self.wrong = PointsLayer()
        self.curves: list[LineLayer] = []
        self.chart.reader = self._read
        self._grid: Grid | None = None

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points."""
        self.dataset, self.fit = dataset, None
        grid = self._grid = grid_of(dataset)
        assert grid is not None, "class curves need a dataset with one input"
        classes = len(dataset.class_names)
        self.curves = [LineLayer() for _ in range(classes)]
        self.chart.canvas.live[:] = [*self.curves, self.wrong, self.points]
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
        self.chart.fix("y", -_ROW * (2 * classes + 0.6), 1.04)
        ticks = [(value, f"{value:g}") for value in (0, 0.25, 0.5, 0.75, 1)]
        self.chart.axes["y"].setTicks([ticks])
        self.chart.resetRanges()
        self.chart.setLabels(dataset.input_names[0], f"P({dataset.target_name})")
        self.setFit(None)
        self._style()
        self.chart.canvas.rest()

    def setFit(self, fit: Fit | None) -> None:
        """Show the probabilities and mark the points that are assigned another class."""
        self.fit = fit
        dataset, grid = self.dataset, self._grid
        if dataset is None or grid is None:
            return
        for index, curve in enumerate(self.curves):
            if fit is None or fit.grid is None:
                curve.clear()
            else:
                curve.set(grid.x[:, 0], fit.grid[:, index])
        self._mark_wrong()
        self._entries()
        self.chart.refresh()

    def _heights(self, y: np.ndarray, row: int) -> np.ndarray:
        return -_ROW * (2 * y + row + 0.8)

    def _splits(self) -> tuple[tuple[Split, Floats | None, Shape, str, int], ...]:
        dataset, fit = self.dataset, self.fit
        assert dataset is not None
        return (
            (dataset.train, None if fit is None else fit.train, TRAIN_SHAPE, self.colors.train, 0),
            (dataset.valid, None if fit is None else fit.valid, VALID_SHAPE, self.colors.valid, 1),
        )

    def _mark_wrong(self) -> None:
        dataset, colors, groups = self.dataset, self.colors, []
        assert dataset is not None
        for split, predicted, _, _, row in self._splits():
            if predicted is None:
                continue
            wrong = np.flatnonzero(~correct(dataset, predicted, split.y))
            wrong = wrong[thinned(len(wrong))]
            x, y = split.x[wrong, 0], self._heights(split.y[wrong], row)
            groups.append(Points(x, y, "cross", (colors.foreground,), colors.background, 17))
        self.wrong.groups = tuple(groups)

    def _style(self) -> None:
        dataset, colors, groups = self.dataset, self.colors, []
        if dataset is None:
            return
        for index, curve in enumerate(self.curves):
            # Nearer to the text's colour than an area: yellow on white, violet on black are thin.
            curve.color = mix(colors.class_color(index), colors.foreground, 0.25)
        for split, _, shape, color, row in self._splits():
            shown = thinned(len(split.y))
            y = split.y[shown]
            x, heights = split.x[shown, 0], self._heights(y, row)
            which = y % len(colors.classes)
            groups.append(Points(x, heights, shape, colors.classes, color, 7, which))
        self.points.groups = tuple(groups)
        self._mark_wrong()
        self._entries()

    def _entries(self) -> None:
        dataset, colors = self.dataset, self.colors
        assert dataset is not None
        self.legend.setEntries(
            [
                *(
                    Entry("line", name, curve.color)
                    for name, curve in zip(dataset.class_names, self.curves, strict=True)
                ),
                Entry("circle", "training", colors.background, colors.train),
                Entry("diamond", "validation", colors.background, colors.valid),
                Entry("cross", wrong_text(dataset, self.fit), colors.foreground, short="wrong"),
            ]
        )

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, grid, fit = self.dataset, self._grid, self.fit
        if dataset is None or grid is None or fit is None or fit.grid is None:
            return None
        frame = self.chart.frame()
        at = int(np.abs(grid.x[:, 0] - x).argmin())
        rows = tuple(
            Row(name, f"{curve.y[at]:.3f}", curve.color, float(frame.y(curve.y[at])))
            for name, curve in zip(dataset.class_names, self.curves, strict=True)
        )
        title = f"{dataset.input_names[0]} = {grid.x[at, 0]:.4g}"
        return Reading(float(frame.x(grid.x[at, 0])), title, rows)
