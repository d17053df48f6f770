"""The fit of one input to one number, with its past behind it."""

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.carried import carried
from regplay.gui.plots.chart import padded
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.lines import LineLayer, Segments, pen
from regplay.gui.plots.markers import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer, thinned
from regplay.gui.plots.one_input import OneInputPanel
from regplay.gui.plots.panel import counted
from regplay.gui.plots.ranges import Range
from regplay.gui.plots.readout import Row
from regplay.gui.theme import mix

_PAST = 6  # earlier curves


class PastLayer:
    """Earlier curves, the older the fainter.

    A curve is kept whenever the epoch has doubled, so that the few that are shown span the run.
    """

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.curves: list[Floats] = []
        self.x: Floats = np.zeros(0)
        self._segments = Segments()

    def keep(self, epoch: int, curve: Floats) -> bool:
        """Keep this curve if it is time to; whether it was."""
        if self.epochs and epoch < max(2 * self.epochs[-1], 1):
            return False
        self.epochs = [*self.epochs, epoch][-_PAST:]
        self.curves = [*self.curves, curve][-_PAST:]
        return True

    def clear(self) -> None:
        """Forget all curves."""
        self.epochs, self.curves = [], []

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves, the newest last."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x = frame.x(self.x)
        for age, curve in enumerate(self.curves, start=_PAST - len(self.curves) + 1):
            y = frame.y(curve)
            placed = np.isfinite(y)
            color = mix(frame.colors.background, frame.colors.fit, 0.1 + 0.4 * age / _PAST)
            painter.setPen(pen(color, 1.4))
            self._segments.draw_through(painter, x[placed], y[placed])


class CurveView(OneInputPanel):
    """Points, the true function where it is known, the fitted curve and its past."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.past = PastLayer()
        self.truth = LineLayer(width=1.6, dashed=True)
        self.points = PointsLayer()
        self.curve = LineLayer(width=2.4)
        under = self.chart.canvas.under
        under.insert(0, self.band)  # behind the grid lines, which stay visible in it
        under += [self.thinned, self.past, self.truth, self.others, self.points]
        self.chart.canvas.live.append(self.curve)
        self.chart.reader = self._read
        self._limits = (0.0, 1.0)
        self._has_past = False  # whether a curve other than the fit's own is drawn
        self._own_entries: list[Entry] = []  # of the legend, but for what comes and goes

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points and the true function."""
        self.fit = None
        self._clear_others(self._take(dataset))
        self.curve.clear()
        self.fitRanges()
        self.chart.resetRanges()
        self.chart.setLabels(dataset.input_names[0], dataset.target_name)
        self._style()
        self.chart.canvas.rest()

    def setPoints(self, dataset: Dataset) -> None:
        """Show edited points; the curve and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self._keep_others(self._take(dataset))
        for split in (dataset.train, dataset.valid):
            self.chart.cover("x", split.x)
            self.chart.cover("y", split.y)
        self._style()
        self.chart.canvas.rest()
        self.setFit(fit)

    def _take(self, dataset: Dataset) -> Grid:
        """Everything of a dataset but its ranges; its grid."""
        self.dataset, grid = dataset, grid_of(dataset)
        assert grid is not None, "a curve needs a dataset with one input"
        self.past.clear()
        self._has_past = False
        self.past.x = grid.x[:, 0]
        self.truth.clear()
        if dataset.truth is not None:
            self.truth.set(grid.x[:, 0], dataset.truth(grid.x))
        low, high = self._seen()
        # A curve that shoots up may double the range to each side, not squash the points.
        self._limits = (2 * low - high, 2 * high - low)
        return grid

    def _seen(self) -> Range:
        """The range of the points and the true function."""
        assert self.dataset is not None
        targets = self.dataset.train.y, self.dataset.valid.y
        return padded(np.concatenate([*targets, self.truth.y]))

    def fitRanges(self) -> None:
        """Let the ranges fit the points and the curve anew."""
        grid = self._grid
        if grid is None:
            return
        self.chart.forget("y")
        self.chart.cover("y", self._seen())
        self.chart.cover("y", np.clip(self.curve.y, *self._limits))
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))

    def setFit(self, fit: Fit | None) -> None:
        """Show a curve; a smaller epoch than the last one begins a new past."""
        earlier, self.fit = self.fit, fit
        if fit is None or fit.grid is None:
            self.curve.clear()
            self._name_past()
            self.chart.refresh()
            return
        if earlier is not None and fit.epoch < earlier.epoch:
            self.clearPast()
        self.curve.set(self.past.x, fit.grid)
        self.chart.cover("y", np.clip(fit.grid, *self._limits))
        if self.past.keep(fit.epoch, fit.grid):
            self.chart.canvas.rest()
        self._name_past()
        self.chart.refresh()

    def _show_others(self) -> None:
        """Show them; the axis holds the overlays too."""
        super()._show_others()
        for _, y, _ in self.others.lines:
            self.chart.cover("y", np.clip(y, *self._limits))

    def clearPast(self) -> None:
        """Forget the earlier curves."""
        self.past.clear()
        self._name_past()
        self.chart.canvas.rest()

    def _name_past(self) -> None:
        """Name the earlier curves in the legend while there are any."""
        shown = None if self.fit is None else self.fit.epoch
        has_past = any(epoch != shown for epoch in self.past.epochs)
        if has_past != self._has_past:
            self._has_past = has_past
            self._entries()

    def _style(self) -> None:
        colors, dataset = self.colors, self.dataset
        self.truth.color, self.curve.color = colors.truth, colors.fit
        if dataset is None:
            return
        self._style_others()
        groups: list[Points] = []
        entries: list[Entry] = []
        light = mix(colors.valid, colors.background, 0.3)
        for name, split, shape, color, size in (
            ("validation", dataset.valid, VALID_SHAPE, light, 6),
            ("training", dataset.train, TRAIN_SHAPE, colors.train, 8.5),
        ):
            shown = thinned(len(split.y))
            x, y = split.x[shown, 0], np.asarray(split.y[shown], dtype=float)
            groups.append(Points(x, y, shape, (color,), colors.background, size))
            text = counted(name, len(shown), len(split.y))
            entries.insert(0, Entry(shape, text, color, short=name))
        self.points.groups = tuple(groups)
        if self.truth.x.size:
            entries.append(Entry("dashes", "true function", colors.truth, short="truth"))
        entries.append(Entry("line", "fit", colors.fit))
        self._own_entries = entries
        self._entries()

    def _entries(self) -> None:
        entries = [*self._own_entries]
        if self._has_past:
            past = mix(self.colors.background, self.colors.fit, 0.4)
            tip = "the fit at earlier epochs, each about twice the one before"
            entries.append(Entry("line", "earlier", past, tip=tip))
        self.legend.setEntries([*entries, *self._other_entries()])

    def _curve_colors(self) -> tuple[str, ...]:
        return (self.colors.fit,)

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, grid = self.dataset, self._grid
        if dataset is None or grid is None or not np.isfinite(x):
            return None
        frame = self.chart.frame()
        at = int(np.abs(self.past.x - x).argmin())
        rows = []
        for name, layer in (("fit", self.curve), ("truth", self.truth)):
            if layer.y.size:
                value = float(layer.y[at])
                rows.append(Row(name, f"{value:.4g}", layer.color, frame.dot(value)))
        band = self.band.band
        if band is not None:
            text = f"{band.mean[at]:.4g} ± {band.std[at]:.2g}"
            rows.insert(1, Row("dropout", text, self.colors.fit))
        for overlay, other_x, (curve,) in self._drawn:
            value = float(np.interp(self.past.x[at], other_x, curve))
            rows.append(Row(overlay.name, f"{value:.4g}", overlay.color, frame.dot(value)))
        title = f"{dataset.input_names[0]} = {self.past.x[at]:.4g}"
        return Reading(float(frame.x(self.past.x[at])), title, tuple(rows))
