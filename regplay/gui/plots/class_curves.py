"""The class probabilities over one input."""

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.gui.plots.axes import probabilities
from regplay.gui.plots.confusion import wrong_text
from regplay.gui.plots.curve import OneInputPanel
from regplay.gui.plots.fit_panel import carried
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.number_text import number
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    LineLayer,
    Points,
    PointsLayer,
    Shape,
    thinned,
)
from regplay.gui.theme import mix

_ROW = 0.07  # height of one row of points, in units of probability


def class_heights(y: np.ndarray, row: int = 0) -> np.ndarray:
    """Where points of these classes lie, in units of probability: training points in row 0."""
    return -_ROW * (2 * y + row + 0.8)


def class_at(height: float, classes: int) -> int:
    """The class whose training points lie nearest to a height."""
    nearest = round((-height / _ROW - 0.8) / 2)
    return min(max(nearest, 0), classes - 1)


class ClassCurvesView(OneInputPanel):
    """A curve for each class, and below them two rows of points a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = PointsLayer()
        self.wrong = PointsLayer()
        self.curves: list[LineLayer] = []
        self.band.limits = (0.0, 1.0)
        under = self.chart.canvas.under
        under.insert(0, self.band)  # behind the grid lines, which stay visible in it
        under += [self.thinned, self.others]
        self.chart.reader = self._read

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points."""
        self._clear_others(self._take(dataset))
        self.fit_ranges()
        self.chart.set_ticks("y", probabilities)
        self.chart.reset_ranges()
        self.chart.set_labels(dataset.input_names[0], f"P({dataset.target_name})")
        self.set_fit(None)
        self._style()
        self.chart.canvas.rest()

    def set_points(self, dataset: Dataset) -> None:
        """Show edited points; the curves and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self._keep_others(self._take(dataset))
        for split in (dataset.train, dataset.valid):
            self.chart.cover("x", split.x)
        self._fit_rows()
        self.set_fit(fit)
        self._style()
        self.chart.canvas.rest()

    def _take(self, dataset: Dataset) -> Grid:
        """Everything of a dataset but its ranges; its grid."""
        self.dataset, grid = dataset, grid_of(dataset)
        assert grid is not None, "class curves need a dataset with one input"
        classes = len(dataset.class_names)
        if classes != len(self.curves):
            self.curves = [LineLayer() for _ in range(classes)]
            self.chart.canvas.live[:] = [*self.curves, self.wrong, self.points]
        return grid

    def fit_ranges(self) -> None:
        """Let the ranges fit the points anew."""
        grid = self._grid
        if grid is not None:
            self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
            self._fit_rows()

    def _fit_rows(self) -> None:
        """Leave room for two rows a class below the probabilities."""
        self.chart.fix("y", -_ROW * (2 * len(self.curves) + 0.6), 1.04)

    def set_fit(self, fit: Fit | None) -> None:
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
            x, y = split.x[wrong, 0], class_heights(split.y[wrong], row)
            groups.append(Points(x, y, "cross", (colors.foreground,), colors.background, 17))
        self.wrong.groups = tuple(groups)

    def _style(self) -> None:
        dataset, colors, groups = self.dataset, self.colors, []
        if dataset is None:
            return
        for curve, color in zip(self.curves, self._curve_colors(), strict=True):
            curve.color = color
        self._style_others()
        for split, _, shape, color, row in self._splits():
            shown = thinned(len(split.y))
            y = split.y[shown]
            x, heights = split.x[shown, 0], class_heights(y, row)
            which = y % len(colors.classes)
            groups.append(Points(x, heights, shape, colors.classes, color, 7, which))
        self.points.groups = tuple(groups)
        self._mark_wrong()
        self._entries()

    def _curve_colors(self) -> tuple[str, ...]:
        # Nearer to the text's colour than an area: yellow on white, violet on black are thin.
        colors = self.colors
        return tuple(
            mix(colors.class_color(index), colors.foreground, 0.25)
            for index in range(len(self.curves))
        )

    def _entries(self) -> None:
        dataset, colors = self.dataset, self.colors
        assert dataset is not None
        self.legend.set_entries(
            [
                *(
                    Entry("line", name, curve.color)
                    for name, curve in zip(dataset.class_names, self.curves, strict=True)
                ),
                Entry("circle", "training", colors.background, colors.train),
                Entry("diamond", "validation", colors.background, colors.valid),
                Entry("cross", wrong_text(dataset, self.fit), colors.foreground, short="wrong"),
                *self._other_entries(),
            ]
        )

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, grid, fit = self.dataset, self._grid, self.fit
        if dataset is None or grid is None or fit is None or fit.grid is None:
            return None
        frame = self.chart.frame()
        at = int(np.abs(grid.x[:, 0] - x).argmin())
        band = self.band.band
        if band is None:
            more = [""] * len(self.curves)
        else:
            more = [f" ± {std:.2f}" for std in band.std[at]]
        rows = [
            ReadoutRow(name, f"{curve.y[at]:.3f}{std}", curve.color, frame.dot(curve.y[at]))
            for name, curve, std in zip(dataset.class_names, self.curves, more, strict=True)
        ]
        for overlay, other_x, curves in self._drawn:
            p = [float(np.interp(grid.x[at, 0], other_x, curve)) for curve in curves]
            top = int(np.argmax(p))  # the others would fill the box
            text = f"{dataset.class_names[top]} {p[top]:.3f}"
            rows.append(ReadoutRow(overlay.name, text, overlay.color, frame.dot(p[top])))
        title = f"{dataset.input_names[0]} = {number(grid.x[at, 0])}"
        return Reading(float(frame.x(grid.x[at, 0])), title, tuple(rows))
