"""What the views of one input have in common: other fits under the present curves, and a band."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid
from regplay.gui.plots.band_entries import band_entry, thinned_entry
from regplay.gui.plots.bands import BandLayer
from regplay.gui.plots.fit_shapes import fit_curves
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.overlay_layers import (
    OVERLAY_WIDTH,
    THINNED_WIDTH,
    FitLinesLayer,
    overlay_entries,
    same_fits,
    same_overlays,
    thinned_color,
)
from regplay.gui.plots.panel import Band, ChartPanel, Overlay

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
    def passesBand(self) -> Band | None:
        """How far thinned networks scatter, where that is shown."""
        return self.band.band

    def setOverlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other fits' curves under the present ones."""
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
