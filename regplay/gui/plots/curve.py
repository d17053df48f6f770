"""The fit of one input to one number, with its past behind it."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.chart import padded
from regplay.gui.plots.hover import Reading, Row
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.lines import LineLayer, Segments, pen
from regplay.gui.plots.markers import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer, thinned
from regplay.gui.plots.overlay_layers import (
    OVERLAY_WIDTH,
    THINNED_WIDTH,
    BandLayer,
    FitLinesLayer,
    band_colors,
    fit_line,
    overlay_entries,
    same_fits,
    same_overlays,
    thinned_color,
)
from regplay.gui.plots.panel import Band, ChartPanel, Overlay, counted
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


class CurveView(ChartPanel):
    """Points, the true function where it is known, the fitted curve and its past."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.band = BandLayer()
        self.thinned = FitLinesLayer(THINNED_WIDTH)
        self.past = PastLayer()
        self.others = FitLinesLayer(OVERLAY_WIDTH)
        self.truth = LineLayer(width=1.6, dashed=True)
        self.points = PointsLayer()
        self.curve = LineLayer(width=2.4)
        under = self.chart.canvas.under
        under.insert(0, self.band)  # behind the grid lines, which stay visible in it
        under += [self.thinned, self.past, self.truth, self.others, self.points]
        self.chart.canvas.live.append(self.curve)
        self.chart.reader = self._read
        self._grid: Grid | None = None
        self._limits = (0.0, 1.0)
        self._overlays: tuple[Overlay, ...] = ()
        self._thinned: tuple[Fit, ...] = ()

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points and the true function."""
        self.dataset, self.fit = dataset, None
        grid = self._grid = grid_of(dataset)
        assert grid is not None, "a curve needs a dataset with one input"
        self.past.clear()
        self.past.x = self.band.x = grid.x[:, 0]
        self._overlays, self._thinned, self.band.band = (), (), None
        self.curve.clear()
        self.truth.clear()
        if dataset.truth is not None:
            self.truth.set(grid.x[:, 0], dataset.truth(grid.x))
        seen = np.concatenate([dataset.train.y, dataset.valid.y, self.truth.y])
        low, high = padded(seen)
        # A curve that shoots up may double the range to each side, not squash the points.
        self._limits = (2 * low - high, 2 * high - low)
        self.chart.forget("y")
        self.chart.cover("y", (low, high))
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
        self.chart.resetRanges()
        self.chart.setLabels(dataset.input_names[0], dataset.target_name)
        self._style()
        self.chart.canvas.rest()

    def setFit(self, fit: Fit | None) -> None:
        """Show a curve; a smaller epoch than the last one begins a new past."""
        earlier, self.fit = self.fit, fit
        if fit is None or fit.grid is None:
            self.curve.clear()
            self.chart.refresh()
            return
        if earlier is not None and fit.epoch < earlier.epoch:
            self.clearPast()
        self.curve.set(self.past.x, fit.grid)
        self.chart.cover("y", np.clip(fit.grid, *self._limits))
        if self.past.keep(fit.epoch, fit.grid):
            self.chart.canvas.rest()
        self.chart.refresh()

    def setOverlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other fits' curves under the present one."""
        if not same_overlays(overlays, self._overlays):
            self._overlays = tuple(overlays)
            self._show_others()

    def setThinned(self, fits: Sequence[Fit]) -> None:
        """Draw thinned networks' curves faintly."""
        if not same_fits(fits, self._thinned):
            self._thinned = tuple(fits)
            self._show_others()

    def setBand(self, band: Band | None) -> None:
        """Shade one and two standard deviations around the mean of thinned networks."""
        if band is not self.band.band:
            self.band.band = band
            self._show_others()

    def _show_others(self) -> None:
        """What rests under the curve changed; the axis holds the overlays too."""
        self._style()
        for _, y, _ in self.others.lines:
            self.chart.cover("y", np.clip(y, *self._limits))
        self.chart.canvas.rest()
        self.chart.hover.read_again()

    def _lines(self, overlays: Sequence[Overlay]) -> list[tuple[Floats, Floats, str]]:
        """Those that are curves: x, y and the colour."""
        lines = []
        for overlay in overlays:
            grid = overlay.grid or self._grid
            line = None if grid is None else fit_line(overlay.fit, grid)
            if line is not None:
                lines.append((*line, overlay.color))
        return lines

    def clearPast(self) -> None:
        """Forget the earlier curves."""
        self.past.clear()
        self.chart.canvas.rest()

    def _style(self) -> None:
        colors, dataset = self.colors, self.dataset
        self.truth.color, self.curve.color = colors.truth, colors.fit
        if dataset is None:
            return
        self.others.lines = self._lines(self._overlays)
        drawn = [overlay for overlay in self._overlays if self._lines([overlay])]
        faint = thinned_color(colors)
        self.thinned.lines = self._lines([Overlay("", faint, fit) for fit in self._thinned])
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
        past = mix(colors.background, colors.fit, 0.4)
        tip = "the fit at earlier epochs, each about twice the one before"
        entries.append(Entry("line", "earlier", past, tip=tip))
        if self.band.band is not None:
            text = "dropout band ±1, ±2 σ"
            tip = f"{text}: how far networks thinned by dropout scatter around their mean"
            entries.append(Entry("band", text, band_colors(colors)[1], short="dropout ±σ", tip=tip))
        if self._thinned:
            tip = "single networks with units dropped, as in one training step"
            entries.append(Entry("line", "thinned", faint, tip=tip))
        self.legend.setEntries([*entries, *overlay_entries(drawn)])

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, grid = self.dataset, self._grid
        if dataset is None or grid is None or not np.isfinite(x):
            return None
        frame = self.chart.frame()
        at = int(np.abs(self.past.x - x).argmin())
        rows = []
        for name, layer in (("fit", self.curve), ("truth", self.truth)):
            if layer.y.size:
                height = float(frame.y(layer.y[at]))
                dot = height if 0 <= height <= frame.height else None
                rows.append(Row(name, f"{layer.y[at]:.4g}", layer.color, dot))
        for overlay in self._overlays:
            for other_x, y, color in self._lines([overlay]):
                value = float(np.interp(self.past.x[at], other_x, y))
                height = float(frame.y(value))
                dot = height if 0 <= height <= frame.height else None
                rows.append(Row(overlay.name, f"{value:.4g}", color, dot))
        title = f"{dataset.input_names[0]} = {self.past.x[at]:.4g}"
        return Reading(float(frame.x(self.past.x[at])), title, tuple(rows))
