"""The weights of a linear model beside the true ones."""

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.plots.markers import Points, PointsLayer
from regplay.gui.plots.panel import ChartPanel
from regplay.gui.plots.readout import Row


class StemsLayer:
    """A line from 0 to each weight.

    Attributes
    ----------
    weights
        [d]
    """

    def __init__(self) -> None:
        self.weights: Floats = np.zeros(0)
        self._segments = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines, as wide as there is room for."""
        n = len(self.weights)
        y = frame.y(self.weights)
        placed = np.isfinite(y)
        if not placed.any():
            return
        segments = np.empty((int(placed.sum()), 4))
        segments[:, 0] = segments[:, 2] = frame.x(np.arange(1, n + 1))[placed]
        segments[:, 1], segments[:, 3] = frame.y(0.0), y[placed]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(frame.colors.fit, float(np.clip(0.5 * frame.width / n, 1, 14))))
        self._segments.draw(painter, segments)


class WeightsView(ChartPanel):
    """A stem for each weight, and a mark at the true one where it is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stems = StemsLayer()
        self.truth = PointsLayer()
        self.chart.canvas.live += [self.stems, self.truth]
        self.chart.reader = self._read

    def setDataset(self, dataset: Dataset) -> None:
        """Show the true weights."""
        self.dataset, self.fit = dataset, None
        self.stems.weights = np.zeros(0)
        self.chart.fix("x", 0.0, dataset.n_inputs + 1.0)
        self.chart.forget("y")
        self.chart.cover("y", (0.0,))
        if dataset.true_weights is not None:
            self.chart.forget("y")
            true = dataset.true_weights
            self.chart.cover("y", [0.0, *(1.3 * true)])
        self.chart.resetRanges()
        self.chart.setLabels("input", "weight")
        self._style()
        self.chart.canvas.rest()

    def setFit(self, fit: Fit | None) -> None:
        """Show the weights of a linear model."""
        self.fit = fit
        self.stems.weights = np.zeros(0) if fit is None or fit.weights is None else fit.weights
        self.chart.cover("y", self.stems.weights)
        self.chart.refresh()

    def _style(self) -> None:
        dataset, colors = self.dataset, self.colors
        entries = [Entry("line", "learned weights", colors.fit, short="learned")]
        true = None if dataset is None else dataset.true_weights
        if true is not None:
            at = np.arange(1.0, len(true) + 1)
            size = 7.0 if len(true) <= 60 else 4.5
            self.truth.groups = (
                Points(at, true, "circle", (colors.truth,), colors.background, size),
            )
            entries.append(Entry("circle", "true weights", colors.truth, short="true"))
        else:
            self.truth.groups = ()
        self.legend.setEntries(entries)

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, weights = self.dataset, self.stems.weights
        if dataset is None or not len(weights) or not np.isfinite(x):
            return None
        at = int(np.clip(round(x) - 1, 0, len(weights) - 1))
        rows = [Row("learned", f"{weights[at]:.4g}", self.colors.fit)]
        if dataset.true_weights is not None:
            rows.append(Row("true", f"{dataset.true_weights[at]:.4g}", self.colors.truth))
        return Reading(float(self.chart.frame().x(at + 1)), dataset.input_names[at], tuple(rows))
