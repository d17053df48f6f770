"""The fit of two inputs: class probabilities with their boundary, or values."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.gui.plots.color_bar import ColorBar
from regplay.gui.plots.hover import Reading, Row
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.markers import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Points,
    PointsLayer,
    Shape,
    thinned,
)
from regplay.gui.plots.overlay_layers import (
    THINNED_WIDTH,
    BoundariesLayer,
    fit_boundary,
    overlay_entries,
    same_fits,
    same_overlays,
    thinned_boundary_color,
)
from regplay.gui.plots.panel import ChartPanel, Overlay, counted
from regplay.gui.plots.ranges import Range, extend
from regplay.gui.plots.surface_layers import (
    BoundaryLayer,
    SurfaceLayer,
    class_table,
    confidence_levels,
    value_colors,
    value_levels,
)
from regplay.gui.plots.wrong import wrong_text


class SurfaceView(ChartPanel):
    """A surface over two inputs, the points of both sets, and the wrong ones marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = SurfaceLayer()
        self.boundary = BoundaryLayer()
        self.thinned = BoundariesLayer(THINNED_WIDTH)
        self.others = BoundariesLayer()
        self.points = PointsLayer()
        self.wrong = PointsLayer()
        canvas = self.chart.canvas
        # Crosses stick out from behind the points, whose class stays visible.
        canvas.live += [self.surface, self.thinned, self.others, self.boundary]
        canvas.live += [self.wrong, self.points]
        self.chart.reader = self._read
        self.bar = ColorBar()
        self.row.addWidget(self.bar)
        self._grid: Grid | None = None
        self._values: Range = (0.0, 1.0)
        self._table = class_table(self.colors, 2)
        self._overlays: tuple[Overlay, ...] = ()
        self._thinned: tuple[Fit, ...] = ()

    @property
    def _classes(self) -> bool:
        return self.dataset is not None and self.dataset.task == "classification"

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points."""
        self.dataset, self.fit = dataset, None
        self.setOverlays(())
        self.setThinned(())
        grid = self._grid = self.surface.grid = grid_of(dataset)
        assert grid is not None, "a surface needs a dataset with two inputs"
        if not self._classes:
            seen = np.concatenate([dataset.train.y, dataset.valid.y])
            self._values = extend(None, seen, steps=10) or (0.0, 1.0)
            self.bar.setRange(*self._values, dataset.target_name)
        self.bar.setVisible(not self._classes)
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
        self.chart.fix("y", float(grid.low[1]), float(grid.high[1]))
        self.chart.resetRanges()
        self.chart.setLabels(*dataset.input_names)
        self._style()
        self.chart.refresh()

    def setFit(self, fit: Fit | None) -> None:
        """Show a surface and mark the points that are assigned another class."""
        self.fit = fit
        self._show_surface()
        self._mark_wrong()
        self._entries()
        self.chart.refresh()

    def setOverlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other classifiers' boundaries under the present one."""
        if same_overlays(overlays, self._overlays):
            return
        self._overlays = tuple(overlays) if self._classes else ()
        self.others.set(
            [
                (fit_boundary(overlay.fit, grid), overlay.color)
                for overlay in self._overlays
                if (grid := overlay.grid or self._grid) is not None
            ]
        )
        self._entries()
        self.chart.refresh()

    def setThinned(self, fits: Sequence[Fit]) -> None:
        """Draw thinned networks' boundaries faintly."""
        if same_fits(fits, self._thinned):
            return
        self._thinned = tuple(fits) if self._classes else ()
        grid = self._grid
        shown = () if grid is None else self._thinned
        self.thinned.set([(fit_boundary(fit, grid), None) for fit in shown if grid is not None])
        self._entries()
        self.chart.refresh()

    def _shaped(self) -> Floats | None:
        """Predictions on the grid, [rows, columns] or [rows, columns, classes]."""
        if self.fit is None or self.fit.grid is None or self._grid is None:
            return None
        return self.fit.grid.reshape(*self._grid.shape, *self.fit.grid.shape[1:])

    def _show_surface(self) -> None:
        predicted = self._shaped()
        if predicted is None or self._grid is None:
            self.surface.pixels = None
            self.boundary.clear()
        elif self._classes:
            winner, sure = confidence_levels(predicted)
            self.surface.pixels = self._table[winner, sure]
            self.boundary.set(predicted, self._grid)
        else:
            self.surface.pixels = self._table[0, value_levels(predicted, *self._values)]
            self.boundary.clear()

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
        x, colors = split.x[shown], self.colors
        if self._classes:
            fills: tuple[str, ...] = colors.classes
            which = split.y[shown] % len(fills)
        else:
            fills = tuple(value_colors())
            which = value_levels(split.y[shown], *self._values)
        return Points(x[:, 0], x[:, 1], shape, fills, ring, size, which, colors.background)

    def _style(self) -> None:
        dataset, colors = self.dataset, self.colors
        self.bar.setColors(colors)
        if dataset is None:
            return
        if self._classes:
            self._table = class_table(colors, len(dataset.class_names))
        else:
            steps = [int(color[1:], 16) | 0xFF000000 for color in value_colors()]
            self._table = np.array([steps], dtype=np.uint32)
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
            if self._thinned:
                tip = "boundaries of single networks with units dropped, as in one training step"
                entries.append(Entry("line", "thinned", thinned_boundary_color(colors), tip=tip))
            self.legend.setEntries([*sets, *entries, *overlay_entries(self._overlays)])
        else:
            self.legend.setEntries(sets)

    def _read(self, x: float, pixel: float) -> Reading | None:
        dataset, grid, predicted = self.dataset, self._grid, self._shaped()
        if dataset is None or grid is None or predicted is None:
            return None
        frame = self.chart.frame()
        (y0, y1), (rows, columns) = frame.y_range, grid.shape
        y = y1 - pixel / frame.height * (y1 - y0)
        share = (np.array([x, y]) - grid.low) / (grid.high - grid.low)
        column, row = (share.clip(0, 1) * [columns - 1, rows - 1]).round().astype(int)
        here = predicted[row, column]
        if self._classes:
            named = enumerate(zip(dataset.class_names, here, strict=True))
            values = tuple(
                Row(name, f"{p:.3f}", self.colors.class_color(k)) for k, (name, p) in named
            )
        else:
            values = (Row(dataset.target_name, f"{here:.4g}"),)
        title = f"{dataset.input_names[0]} = {x:.3g}, {dataset.input_names[1]} = {y:.3g}"
        return Reading(float(frame.x(x)), title, values)
