"""The fit of one input to one number, with its past behind it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.contours import fit_curves
from regplay.gui.plots.fit_panel import Band, ChartPanel, Overlay, carried, counted
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.number_text import number, spread_text
from regplay.gui.plots.overlays import (
    OVERLAY_WIDTH,
    THINNED_WIDTH,
    BandLayer,
    FitLinesLayer,
    band_entry,
    overlay_entries,
    same_fits,
    same_overlays,
    thinned_color,
    thinned_entry,
)
from regplay.gui.plots.scale import Range, padded
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

_FLAT = 0.002  # of probability: less than a pixel


def without_tails(x: Floats, p: Floats) -> tuple[Floats, Floats]:
    """A curve of probabilities without the points inside its flat parts at 0 and at 1.

    Of many classes most curves are flat nearly everywhere, and each piece has to be drawn.
    """
    side = (p > 1 - _FLAT).astype(int) - (p < _FLAT)
    is_inside = (side[1:-1] != 0) & (side[1:-1] == side[:-2]) & (side[1:-1] == side[2:])
    kept = np.concatenate([[True], ~is_inside, [True]])
    return x[kept], p[kept]


def _whole(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return x, y


class OneInputPanel(ChartPanel):
    """Curves over one input, with overlays, thinned networks and a band that rest under them.

    Attributes
    ----------
    band, thinned, others
        Their layers; a view places them among its own.
    """

    shows_passes = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.band = BandLayer()
        self.thinned = FitLinesLayer(THINNED_WIDTH)
        self.others = FitLinesLayer(OVERLAY_WIDTH)
        self._grid: Grid | None = None
        self._drawn: list[tuple[Overlay, Floats, Floats]] = []  # with x [points], [curves, points]
        self._overlays: tuple[Overlay, ...] = ()
        self._thinned: tuple[Fit, ...] = ()

    # what lies under the curves

    @property
    def passes_band(self) -> Band | None:
        """How far thinned networks scatter, where that is shown."""
        return self.band.band

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other fits' curves under the present ones."""
        if not same_overlays(overlays, self._overlays):
            self._overlays = tuple(overlays)
            self._show_others()

    def set_thinned(self, fits: Sequence[Fit]) -> None:
        """Draw thinned networks' curves faintly."""
        if not same_fits(fits, self._thinned):
            self._thinned = tuple(fits)
            self._show_others()

    def set_band(self, band: Band | None) -> None:
        """Shade one and two standard deviations around the mean of thinned networks."""
        if band is not self.band.band:
            self.band.band = band
            self._show_others()

    def _clear_others(self, grid: Grid) -> None:
        """Another dataset, with this grid."""
        self._grid, self.band.x = grid, grid.x[:, 0]
        self._overlays, self._thinned, self.band.band = (), (), None

    def _keep_others(self, grid: Grid) -> None:
        """The same dataset with other points and this grid: what was predicted there goes."""
        before, overlays = self._grid, self._overlays
        self._clear_others(grid)
        self._overlays = tuple(replace(o, grid=o.grid or before) for o in overlays)

    def _show_others(self) -> None:
        """What rests under the curves changed."""
        self._style()
        self.chart.canvas.rest()
        self.chart.hover.read_again()

    def _curve_colors(self) -> tuple[str, ...]:
        """Of the fit's own curves."""
        raise NotImplementedError

    # what a view's `_style` takes from here

    def _style_others(self) -> None:
        """Find the lines, and give them their colours."""
        grid, colors = self._grid, self.colors
        if grid is None or self.dataset is None:
            return
        classes = len(self.dataset.class_names)
        self.band.curves = self._curve_colors()
        self._drawn = []
        for overlay in self._overlays:
            found = fit_curves(overlay.fit, overlay.grid or grid, classes)
            if found is not None:
                self._drawn.append((overlay, *found))
        bends = without_tails if classes else _whole
        self.others.lines = [
            (*bends(x, curve), overlay.color)
            for overlay, x, curves in self._drawn
            for curve in curves
        ]
        shades = [thinned_color(colors, curve) for curve in self._curve_colors()]
        self.thinned.lines = []
        for fit in self._thinned:
            found = fit_curves(fit, grid, classes)
            if found is not None:
                x, curves = found
                pairs = zip(curves, shades, strict=True)
                self.thinned.lines += [(*bends(x, curve), shade) for curve, shade in pairs]

    def _other_entries(self) -> list[Entry]:
        """What the legend says of them."""
        entries = []
        if self.band.band is not None:
            entries.append(band_entry(self.colors, self._curve_colors()))
        if self._thinned:
            shade = thinned_color(self.colors, self._curve_colors()[-1])
            entries.append(thinned_entry(shade))
        return [*entries, *overlay_entries([overlay for overlay, _, _ in self._drawn])]


pass

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
            self._segments.draw_through(painter, x[placed], y[placed], None, frame.is_figure)


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

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points and the true function."""
        self.fit = None
        self._clear_others(self._take(dataset))
        self.curve.clear()
        self.fit_ranges()
        self.chart.reset_ranges()
        self.chart.set_labels(dataset.input_names[0], dataset.target_name)
        self._style()
        self.chart.canvas.rest()

    def set_points(self, dataset: Dataset) -> None:
        """Show edited points; the curve and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self._keep_others(self._take(dataset))
        for split in (dataset.train, dataset.valid):
            self.chart.cover("x", split.x)
            self.chart.cover("y", split.y)
        self._style()
        self.chart.canvas.rest()
        self.set_fit(fit)

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

    def fit_ranges(self) -> None:
        """Let the ranges fit the points and the curve anew."""
        grid = self._grid
        if grid is None:
            return
        self.chart.forget("y")
        self.chart.cover("y", self._seen())
        self.chart.cover("y", np.clip(self.curve.y, *self._limits))
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))

    def set_fit(self, fit: Fit | None) -> None:
        """Show a curve; a smaller epoch than the last one begins a new past."""
        earlier, self.fit = self.fit, fit
        if fit is None or fit.grid is None:
            self.curve.clear()
            self._name_past()
            self.chart.refresh()
            return
        if earlier is not None and fit.epoch < earlier.epoch:
            self.clear_past()
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

    def clear_past(self) -> None:
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
        self.legend.set_entries([*entries, *self._other_entries()])

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
                rows.append(ReadoutRow(name, number(value), layer.color, frame.dot(value)))
        band = self.band.band
        if band is not None:
            text = spread_text(band.mean[at], band.std[at])
            rows.insert(1, ReadoutRow("dropout", text, self.colors.fit))
        for overlay, other_x, (curve,) in self._drawn:
            value = float(np.interp(self.past.x[at], other_x, curve))
            rows.append(ReadoutRow(overlay.name, number(value), overlay.color, frame.dot(value)))
        title = f"{dataset.input_names[0]} = {number(self.past.x[at])}"
        return Reading(float(frame.x(self.past.x[at])), title, tuple(rows))
