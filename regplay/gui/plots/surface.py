"""The fit of two inputs: class probabilities with their boundary, or values."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.gui.plots.color_bar import Bar, ColorBar
from regplay.gui.plots.confusion import wrong_text
from regplay.gui.plots.contours import boundaries_of, contours_of, fit_at
from regplay.gui.plots.fit_panel import Band, ChartPanel, Overlay, carried, counted
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.number_text import number, spread_text
from regplay.gui.plots.overlays import (
    SEAM,
    THINNED_SHARE,
    THINNED_WIDTH,
    BoundariesLayer,
    DotsLayer,
    dots_entry,
    overlay_entries,
    same_fits,
    same_overlays,
    thinned_entry,
    unsure_entry,
)
from regplay.gui.plots.scale import Scale, round_levels
from regplay.gui.plots.shapes import TRAIN_SHAPE, VALID_SHAPE, Points, PointsLayer, Shape, thinned
from regplay.gui.plots.surface_colors import (
    BoundaryLayer,
    ContoursLayer,
    LinesLayer,
    SurfaceColors,
    SurfaceLayer,
    cell_at,
    overlap,
)
from regplay.gui.theme import mix

_FULL = 0.2  # share of the colour bar that a standard deviation with the largest dot has


class SurfaceView(ChartPanel):
    """A surface over two inputs, the points of both sets, and the wrong ones marked.

    Other fits lie over it as boundaries of classes, or as contour lines of values; these are
    compared with the present fit's, which are drawn only then.
    """

    shows_passes = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = SurfaceLayer()
        self.boundary = BoundaryLayer()
        self.contours = ContoursLayer(seam=SEAM)
        self.dots = DotsLayer()
        self.thinned = LinesLayer(THINNED_WIDTH, THINNED_SHARE)
        self.others = BoundariesLayer()
        self.points = PointsLayer()
        self.wrong = PointsLayer()
        canvas = self.chart.canvas
        canvas.live += [self.surface, self.dots, self.thinned, self.others]
        # Crosses stick out from behind the points, whose class stays visible.
        canvas.live += [self.contours, self.boundary, self.wrong, self.points]
        self.chart.reader = self._read
        self.bar = ColorBar()
        self.row.addWidget(self.bar)
        self._grid: Grid | None = None
        self._scale = SurfaceColors()
        self._levels: Floats = np.zeros(0)
        self._band: Band | None = None
        self._unsure: Floats | None = None  # [rows, columns], as of `overlap`
        self._overlays: tuple[Overlay, ...] = ()
        self._thinned: tuple[Fit, ...] = ()

    @property
    def _classes(self) -> bool:
        return self.dataset is not None and self.dataset.task == "classification"

    @property
    def _full(self) -> float:
        """The standard deviation at which dots touch, in the target's units."""
        low, high = self._scale.values
        return _FULL * (high - low)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points."""
        self._take(dataset)
        self._overlays, self.fit = (), None
        self.others.set(())
        self.fit_ranges()
        self.chart.reset_ranges()
        self.chart.set_labels(*dataset.input_names)
        self._style()
        self.chart.refresh()

    def set_points(self, dataset: Dataset) -> None:
        """Show edited points; the surface, other fits and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self._overlays = tuple(replace(o, grid=o.grid or self._grid) for o in self._overlays)
        self._take(dataset)
        self.fit = fit
        for split in (dataset.train, dataset.valid):
            self.chart.cover("x", split.x[:, 0])
            self.chart.cover("y", split.x[:, 1])
        self._style()
        self.chart.refresh()

    def _take(self, dataset: Dataset) -> None:
        """Everything of a dataset but its ranges; what thinned networks predicted goes."""
        self.dataset, self._thinned = dataset, ()
        self._band, self._unsure, self.dots.sizes = None, None, None
        self.thinned.clear()
        self._grid = self.surface.grid = self.dots.grid = grid_of(dataset)
        assert self._grid is not None, "a surface needs a dataset with two inputs"
        self._scale.set_dataset(dataset)
        if not self._classes:
            self._levels = round_levels(self._scale.values)
            self._show_bar()
        self.bar.setVisible(not self._classes)

    def fit_ranges(self) -> None:
        """Let the ranges fit the points anew."""
        grid = self._grid
        if grid is not None:
            self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
            self.chart.fix("y", float(grid.low[1]), float(grid.high[1]))

    def set_fit(self, fit: Fit | None) -> None:
        """Show a surface and mark the points that are assigned another class."""
        self.fit = fit
        self._show_surface()
        self._mark_wrong()
        self._entries()
        self.chart.refresh()

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other fits' boundaries or contour lines under the present one's."""
        if same_overlays(overlays, self._overlays):
            return
        self._overlays = tuple(overlays)
        self.others.set([(self._lines([o.fit], o.grid), o.color) for o in self._overlays])
        self._show_contours()
        self._show_others()

    def set_thinned(self, fits: Sequence[Fit]) -> None:
        """Draw thinned networks' boundaries or contour lines faintly."""
        if same_fits(fits, self._thinned):
            return
        self._thinned = tuple(fits)
        self.thinned.segments = self._lines(self._thinned, None)
        self._show_contours()
        self._show_others()

    def set_band(self, band: Band | None) -> None:
        """Show where thinned networks may differ in the class, or how far in the value."""
        if band is self._band:
            return
        self._band, self._unsure, self.dots.sizes = band, None, None
        if band is not None and self._grid is not None:
            shape = self._grid.shape
            if self._classes:
                self._unsure = overlap(band.mean, band.std).reshape(shape)
            else:
                self.dots.sizes = band.std.reshape(shape) / self._full
        self._color()
        self._show_others()

    def _show_others(self) -> None:
        self._entries()
        self.chart.refresh()

    def _lines(self, fits: Sequence[Fit], grid: Grid | None) -> Floats:
        """Segments [n, 4] in data units of other fits, predicted on a grid or on the own."""
        grid = grid or self._grid
        assert grid is not None
        assert self.dataset is not None
        if self._classes:
            return boundaries_of(fits, grid, len(self.dataset.class_names))
        return contours_of(fits, grid, self._levels)

    def _shaped(self) -> Floats | None:
        """Predictions on the grid, [rows, columns] or [rows, columns, classes]."""
        if self.fit is None or self.fit.grid is None or self._grid is None:
            return None
        return self.fit.grid.reshape(*self._grid.shape, *self.fit.grid.shape[1:])

    def _show_surface(self) -> None:
        predicted, grid = self._shaped(), self._grid
        if predicted is None or grid is None or not self._classes:
            self.boundary.clear()
        else:
            self.boundary.set(predicted, grid)
        self._color()
        self._show_contours()

    def _color(self) -> None:
        predicted = self._shaped()
        if predicted is None:
            self.surface.pixels = self.dots.on_dark = None
            return
        self.surface.pixels = self._scale.pixels(predicted, self._unsure)
        if self.dots.sizes is not None:
            with np.errstate(invalid="ignore"):
                self.dots.on_dark = predicted < sum(self._scale.values) / 2

    def _show_contours(self) -> None:
        """The present fit's are there only to be compared with others."""
        predicted, is_compared = self._shaped(), bool(self._overlays or self._thinned)
        if self._classes or not is_compared:
            self.contours.clear()
            self._show_bar()
            return
        self._show_bar(self._levels.tolist())
        if predicted is None or self._grid is None:
            self.contours.clear()
        else:
            self.contours.set(predicted, self._levels, self._grid)

    def _show_bar(self, levels: Sequence[float] = ()) -> None:
        """What the colours of values stand for, and at which values there are contour lines."""
        if self.dataset is not None:
            name = self.dataset.target_name
            self.bar.set_bar(Bar(Scale(*self._scale.values), name, tuple(levels)))

    def _mark_wrong(self) -> None:
        dataset, fit, colors = self.dataset, self.fit, self.colors
        groups = []
        if dataset is not None and fit is not None and self._classes:
            for split, predicted in ((dataset.valid, fit.valid), (dataset.train, fit.train)):
                wrong = np.flatnonzero(~correct(dataset, predicted, split.y))
                x = split.x[wrong[thinned(len(wrong))]]
                groups.append(
                    Points(x[:, 0], x[:, 1], "cross", (colors.foreground,), colors.background, 19)
                )
        self.wrong.groups = tuple(groups)

    def _group(self, split: Split, shape: Shape, ring: str, size: float) -> Points:
        shown = thinned(len(split.y))
        x, (fills, which) = split.x[shown], self._scale.fills(split.y[shown])
        return Points(x[:, 0], x[:, 1], shape, fills, ring, size, which, self.colors.background)

    def _style(self) -> None:
        dataset, colors = self.dataset, self.colors
        if dataset is None:
            return
        self.points.groups = (
            self._group(dataset.valid, VALID_SHAPE, colors.valid, 7),
            self._group(dataset.train, TRAIN_SHAPE, colors.train, 8),
        )
        self._show_surface()
        self._mark_wrong()
        self._entries()

    def _entries(self) -> None:
        dataset, colors = self.dataset, self.colors
        if dataset is None:
            return
        sets = [
            Entry(shape, counted(name, min(n, len(thinned(n))), n), colors.background, ring, name)
            for name, shape, n, ring in (
                ("training", TRAIN_SHAPE, len(dataset.train.y), colors.train),
                ("validation", VALID_SHAPE, len(dataset.valid.y), colors.valid),
            )
        ]
        if self._classes:
            names = enumerate(dataset.class_names)
            entries = [Entry("square", name, colors.class_color(k)) for k, name in names]
            text = wrong_text(dataset, self.fit)
            tip = f"{text} (training, then validation): assigned another class than their own"
            sets.append(Entry("cross", text, colors.foreground, short="wrong", tip=tip))
            sets += entries
        elif len(self.contours.segments):
            heights = ", ".join(f"{level:g}" for level in self._levels)
            tip = f"where the fit is {heights}; other fits have lines at the same values"
            sets.append(Entry("line", "fit", colors.foreground, tip=tip))
        if self._band is not None:
            sets.append(unsure_entry(colors) if self._classes else dots_entry(colors, self._full))
        if self._thinned:
            sets.append(thinned_entry(mix(colors.background, colors.foreground, THINNED_SHARE)))
        shown = zip(self._overlays, self.others.lines, strict=True)
        drawn = [overlay for overlay, (segments, _) in shown if len(segments)]
        self.legend.set_entries([*sets, *overlay_entries(drawn)])

    def _read(self, x: float, pixel: float) -> Reading | None:
        dataset, grid, predicted = self.dataset, self._grid, self._shaped()
        if dataset is None or grid is None or predicted is None:
            return None
        frame = self.chart.frame()
        y, row, column = cell_at(frame, grid, x, pixel)
        here, band = predicted[row, column], self._band
        if self._classes:
            shape = predicted.shape
            more = [""] * len(here)
            if band is not None:
                more = [f" ± {std:.2f}" for std in band.std.reshape(shape)[row, column]]
            named = enumerate(zip(dataset.class_names, here, more, strict=True))
            values = tuple(
                ReadoutRow(name, f"{p:.3f}{std}", self.colors.class_color(k))
                for k, (name, p, std) in named
            )
        else:
            values = (ReadoutRow(dataset.target_name, number(here)),)
            if band is not None:
                at = row * grid.shape[1] + column
                text = spread_text(band.mean[at], band.std[at])
                values = (*values, ReadoutRow("dropout", text))
        for overlay in self._overlays:
            other_grid, classes = overlay.grid or grid, len(dataset.class_names)
            other = fit_at(overlay.fit, other_grid, np.array([x, y]), classes)
            if other is not None:
                values = (*values, self._other_row(overlay, other))
        title = (
            f"{dataset.input_names[0]} = {number(x, 3)}, {dataset.input_names[1]} = {number(y, 3)}"
        )
        return Reading(float(frame.x(x)), title, values)

    def _other_row(self, overlay: Overlay, here: Floats) -> ReadoutRow:
        """Its value, or its most probable class: all of them would fill the box."""
        assert self.dataset is not None
        if not self._classes:
            return ReadoutRow(overlay.name, number(float(here)), overlay.color)
        top = int(here.argmax())
        return ReadoutRow(
            overlay.name, f"{self.dataset.class_names[top]} {here[top]:.3f}", overlay.color
        )
