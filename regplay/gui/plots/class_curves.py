"""The class probabilities over one input."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.gui.plots.axes import probabilities
from regplay.gui.plots.curve import OneInputPanel
from regplay.gui.plots.hover import ReadoutRow
from regplay.gui.plots.inputs_panel import ShownSplit
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.shapes import LineLayer, Points
from regplay.gui.theme import mix

_ROW = 0.07  # height of one row of points, in units of probability


def class_heights(y: np.ndarray, row: int = 0, rows: int = 2) -> np.ndarray:
    """Where points of these classes lie, in units of probability: training points in row 0."""
    return -_ROW * (rows * y + row + 0.8)


def class_at(height: float, classes: int) -> int:
    """The class whose training points lie nearest to a height, of two rows a class."""
    nearest = round((-height / _ROW - 0.8) / 2)
    return min(max(nearest, 0), classes - 1)


class ClassCurvesView(OneInputPanel):
    """A curve for each class, and below them a row of each kind of points a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: list[LineLayer] = []
        self.band.limits = (0.0, 1.0)
        self.chart.canvas.under += [self.members, self.others]
        self.chart.set_ticks("y", probabilities)

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        return dataset.input_names[0], f"P({dataset.target_name})"

    def _take(self, dataset: Dataset) -> None:
        super()._take(dataset)
        if self._classes != len(self.curves):
            self.curves = [LineLayer() for _ in range(self._classes)]
            self.chart.canvas.live[:] = [*self.curves, self.wrong, self.points]
        rows = len(self.subject.splits) * self._classes
        self.chart.fix("y", -_ROW * (rows + 0.6), 1.04)

    def _show_fit(self) -> None:
        fit = self.fit
        for index, curve in enumerate(self.curves):
            if fit is None or fit.grid is None:
                curve.clear()
            else:
                curve.set(self._x, fit.grid[:, index])

    def _style_fit(self) -> None:
        super()._style_fit()
        for curve, color in zip(self.curves, self._curve_colors(), strict=True):
            curve.color = color

    def _group(self, shown: ShownSplit, x: Floats, y: NDArray[np.generic]) -> Points:
        classes = np.asarray(y, dtype=np.intp)
        heights = class_heights(classes, shown.row, len(self.subject.splits))
        fills = self.colors.classes
        which = classes % len(fills)
        return Points(x[:, 0], heights, shown.shape, fills, shown.color, 7, which)

    def _curve_colors(self) -> tuple[str, ...]:
        # Nearer to the text's colour than an area: yellow on white, violet on black are thin.
        colors = self.colors
        return tuple(
            mix(colors.class_color(index), colors.foreground, 0.25)
            for index in range(len(self.curves))
        )

    def _fit_entries(self) -> list[Entry]:
        assert self.dataset is not None
        pairs = zip(self.dataset.class_names, self._curve_colors(), strict=True)
        return [*(Entry("line", name, color) for name, color in pairs), *super()._fit_entries()]

    def _rows_at(self, at: int) -> list[ReadoutRow]:
        assert self.dataset is not None
        return self._value_rows(at, self.dataset.class_names, self._curve_colors())
