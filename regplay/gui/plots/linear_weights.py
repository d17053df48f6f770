"""The weights of a linear model, by input."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.fit import Fit
from regplay.core.number_text import number
from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.fit_panel import ChartPanel
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.scale import is_loose
from regplay.gui.plots.shapes import Points, PointsLayer, pen
from regplay.gui.theme import ROLES, unit_of
from regplay.gui.widgets import Toggle, named

_LEAST_NAME = 30.0  # px at 100 % of the part of a long name that is still worth showing
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)  # from one name that is shown to the next
_APART = 10.0  # px at 100 % between two names
_PER_UNIT = (
    "By how much the prediction changes with one unit of a column; otherwise by how many standard "
    "deviations of the target with one standard deviation of it, so that columns can be compared"
)


class StemsLayer:
    """A line from 0 to each weight.

    Attributes
    ----------
    weights
        [d]
    """

    def __init__(self) -> None:
        self.weights: Floats = np.zeros(0)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines, as wide as there is room for."""
        n = len(self.weights)
        x, y = frame.x(np.arange(1, n + 1)), frame.y(self.weights)
        segments = np.stack([x, np.full(n, frame.y(0.0)), x, y], axis=1)[np.isfinite(y)]
        if not len(segments):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        width = float(np.clip(0.5 * frame.width / n, 1, 14 * frame.zoom))
        painter.setPen(pen(frame.colors.fit, width))
        frame.device.draw_lines(painter, segments)


class WeightsView(ChartPanel):
    """A stem for each weight, and a mark at the true one where it is known.

    Where the network sees standardized columns, its weights are of those; a switch shows them per
    unit of each column.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stems = StemsLayer()
        self.truth = PointsLayer()
        self._least: list[float] = []  # that the axis holds, whatever was learned
        self.chart.canvas.live += [self.stems, self.truth]
        self.chart.reader = self._read
        self.chart.set_ticks("x", self._names)
        self.per_unit = named("weights.per_unit", Toggle("per unit", _PER_UNIT))
        self.per_unit.toggled.connect(self._show_scale)
        self.add_switches([self.per_unit])

    @property
    def _unit(self) -> Floats | None:
        """By what weights are multiplied that are shown per unit; None where they are not."""
        dataset = self.dataset
        if dataset is None or dataset.x_scale is None or not self.per_unit.isChecked():
            return None
        return dataset.y_scale / dataset.x_scale

    @property
    def names(self) -> tuple[str, str]:
        """What the axes are called: of what, and which weights."""
        if self._unit is not None:
            return "input", "weight per unit"
        is_standardized = self.dataset is not None and self.dataset.x_scale is not None
        return "input, standardized" if is_standardized else "input", "weight"

    def in_shown_units(self, weights: Floats) -> Floats:
        """Weights [d] of what the network sees, as they are drawn."""
        return weights if self._unit is None else weights * self._unit

    def set_dataset(self, dataset: Dataset) -> None:
        self.dataset, self.fit = dataset, None
        self.per_unit.setVisible(dataset.x_mean is not None)
        self.chart.fix("x", 0.0, dataset.n_inputs + 1.0)
        entries = [Entry("line", "learned weights", ROLES.fit, short="learned")]
        if dataset.true_weights is not None:
            entries.append(Entry("circle", "true weights", ROLES.truth, short="true"))
        self.legend.set_entries(entries)
        self._show_scale()

    def _show_scale(self) -> None:
        """Draw all that is there by the present scale, with a range of its own."""
        if self.dataset is None:
            return
        self.chart.set_labels(*self.names)
        self.truth.groups = ()
        self.chart.forget("y")
        self._least, true = [0.0], self.dataset.true_weights
        if true is not None:
            true = self.in_shown_units(true)
            self._least += (1.3 * true).tolist()
            at, size = np.arange(1.0, len(true) + 1), 7.0 if len(true) <= 60 else 4.5
            points = Points(at, true, "circle", (ROLES.truth,), ROLES.background, size)
            self.truth.groups = (points,)
        self.chart.cover("y", self._least)
        self.set_fit(self.fit)
        self.chart.reset_ranges()
        self.chart.canvas.rest()

    def set_fit(self, fit: Fit | None) -> None:
        self.fit = fit
        weights = None if fit is None else fit.weights
        self.stems.weights = np.zeros(0) if weights is None else self.in_shown_units(weights)
        self.chart.cover("y", 1.05 * self.stems.weights)
        self.chart.refresh()

    def follow_run(self) -> None:
        """Let the range of weights come back after a run that needed much more of it."""
        wanted = np.append(self._least, 1.05 * self.stems.weights)
        if is_loose(self.chart.auto_range("y"), wanted):
            self.chart.settle("y", wanted)

    def _names(self, size: float, metrics: QFontMetricsF) -> Sequence[tuple[float, str]]:
        """The columns at the axis, as many of them and as much of each as there is room for."""
        names = () if self.dataset is None else self.dataset.input_names
        slot, unit = size / (len(names) + 1), unit_of(metrics)
        step = next(k for k in _STEPS if k * slot >= _LEAST_NAME * unit or k >= len(names))
        width, cut = step * slot - _APART * unit, Qt.TextElideMode.ElideRight
        return [
            (at + 1.0, metrics.elidedText(names[at], cut, width))
            for at in range(0, len(names), step)
        ]

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, weights = self.dataset, self.stems.weights
        if dataset is None or not len(weights) or not np.isfinite(x):
            return None
        at = int(np.clip(round(x) - 1, 0, len(weights) - 1))
        rows = [ReadoutRow("learned", number(weights[at]), ROLES.fit)]
        if dataset.true_weights is not None:
            true = self.in_shown_units(dataset.true_weights)
            rows.append(ReadoutRow("true", number(true[at]), ROLES.truth))
        return Reading(float(self.chart.frame().x(at + 1)), dataset.input_names[at], tuple(rows))
