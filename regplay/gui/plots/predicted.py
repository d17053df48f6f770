"""Many inputs, one number: what is predicted against what is true, and a linear model's weights."""

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.fit_panel import ChartPanel, FitPanel, counted
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.scale import padded
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    LineLayer,
    Points,
    PointsLayer,
    Segments,
    pen,
    thinned,
)
from regplay.gui.theme import mix
from regplay.session.number_text import number


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
        self._segments.draw(painter, segments, frame.is_figure)


class WeightsView(ChartPanel):
    """A stem for each weight, and a mark at the true one where it is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stems = StemsLayer()
        self.truth = PointsLayer()
        self.chart.canvas.live += [self.stems, self.truth]
        self.chart.reader = self._read

    def set_dataset(self, dataset: Dataset) -> None:
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
        self.chart.reset_ranges()
        self.chart.set_labels("input", "weight")
        self._style()
        self.chart.canvas.rest()

    def set_fit(self, fit: Fit | None) -> None:
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
        self.legend.set_entries(entries)

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, weights = self.dataset, self.stems.weights
        if dataset is None or not len(weights) or not np.isfinite(x):
            return None
        at = int(np.clip(round(x) - 1, 0, len(weights) - 1))
        rows = [ReadoutRow("learned", number(weights[at]), self.colors.fit)]
        if dataset.true_weights is not None:
            rows.append(ReadoutRow("true", number(dataset.true_weights[at]), self.colors.truth))
        return Reading(float(self.chart.frame().x(at + 1)), dataset.input_names[at], tuple(rows))


class PredictedChart(ChartPanel):
    """A point for each point: its true value across, the predicted one up."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.identity = LineLayer(width=1.4)
        self.points = PointsLayer()
        self.chart.canvas.under.append(self.identity)
        self.chart.canvas.live.append(self.points)
        self._limits = (0.0, 1.0)

    def set_dataset(self, dataset: Dataset) -> None:
        """Set up axes in the target's units."""
        self.dataset, self.fit = dataset, None
        self.points.groups = ()
        seen = np.concatenate([dataset.train.y, dataset.valid.y])
        low, high = padded(seen)
        self._limits = (2 * low - high, 2 * high - low)
        # Two points far outside stay on the line whatever is shown.
        ends = (4 * low - 3 * high, 4 * high - 3 * low)
        self.identity.set(ends, ends)
        for axis in ("x", "y"):
            self.chart.forget(axis)
            self.chart.cover(axis, (low, high))
        self.chart.reset_ranges()
        self.chart.set_labels(f"true {dataset.target_name}", f"predicted {dataset.target_name}")
        self._style()
        self.chart.canvas.rest()

    def set_fit(self, fit: Fit | None) -> None:
        """Show the predictions of both sets."""
        self.fit = fit
        if fit is not None:
            seen = np.concatenate([fit.train, fit.valid])
            self.chart.cover("y", np.clip(seen, *self._limits))
        self._place()
        self.chart.refresh()

    def _place(self) -> None:
        dataset, fit, colors = self.dataset, self.fit, self.colors
        if dataset is None or fit is None:
            self.points.groups = ()
            return
        groups = []
        light = mix(colors.valid, colors.background, 0.25)
        for split, predicted, shape, color, size in (
            (dataset.valid, fit.valid, VALID_SHAPE, light, 6),
            (dataset.train, fit.train, TRAIN_SHAPE, colors.train, 7),
        ):
            shown = thinned(len(split.y))
            x, y = split.y[shown], predicted[shown]
            groups.append(Points(x, y, shape, (color,), colors.background, size))
        self.points.groups = tuple(groups)

    def _style(self) -> None:
        dataset, colors = self.dataset, self.colors
        self.identity.color = colors.truth
        self._place()
        if dataset is None:
            return
        entries = [
            Entry(shape, counted(name, len(thinned(n)), n), color, short=name)
            for name, shape, n, color in (
                ("training", TRAIN_SHAPE, len(dataset.train.y), colors.train),
                ("validation", VALID_SHAPE, len(dataset.valid.y), colors.valid),
            )
        ]
        entries.append(Entry("line", "predicted = true", colors.truth, short="equal"))
        self.legend.set_entries(entries)


class PredictedView(FitPanel):
    """`PredictedChart`, and beside it the weights where the model is linear."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart_panel = PredictedChart()
        self.weights: WeightsView | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.chart_panel, 1)

    def set_dataset(self, dataset: Dataset) -> None:
        """Set up both."""
        self.dataset = dataset
        self.chart_panel.set_dataset(dataset)
        if self.weights is not None:
            self.weights.set_dataset(dataset)
            self.weights.hide()

    def set_fit(self, fit: Fit | None) -> None:
        """Show the predictions, and the weights if there are any."""
        self.fit = fit
        self.chart_panel.set_fit(fit)
        if fit is not None and fit.weights is not None and self.weights is None:
            self.weights = WeightsView()
            self._row.addWidget(self.weights, 1)
            self.weights.set_fit_color(self.chart_panel.chart.fit)
            if self.dataset is not None:
                self.weights.set_dataset(self.dataset)
        if self.weights is not None:
            self.weights.setVisible(fit is not None and fit.weights is not None)
            self.weights.set_fit(fit)

    def set_fit_color(self, color: str | None) -> None:
        """Draw the fit of both in the colour of its run, or in its own."""
        self.chart_panel.set_fit_color(color)
        if self.weights is not None:
            self.weights.set_fit_color(color)
