"""The fit of two inputs: class probabilities with their boundary, or values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit, Grid
from regplay.core.number_text import number
from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.contours import boundaries_of, contours_of, fit_at
from regplay.gui.plots.fit_layers import (
    MEMBER_WIDTH,
    OVERLAY_WIDTH,
    SEAM,
    SURFACE_MEMBER,
    DotsLayer,
    SegmentsLayer,
    SurfaceLayer,
    cell_at,
    dots_entry,
    drawn_members,
    unsure_entry,
)
from regplay.gui.plots.fit_panel import InputsPanel, Overlay, ShownSplit, Surface
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.scale import Range, Scale, extend, round_levels
from regplay.gui.plots.shapes import Points
from regplay.gui.plots.surface_colors import Bar, ColorBar, SurfaceColors, overlap, value_pixels
from regplay.gui.theme import ROLES, colors_of

_WIDTH = 1.8  # pixels, of the fit's own lines
_FULL = 0.2  # share of the colour bar that a standard deviation with the largest dot has
_LARGEST_STD = 0.55  # that a few probabilities can have, a little above a half


class SurfaceView(InputsPanel):
    """A surface over two inputs, the points, and the wrong ones marked.

    Other fits lie over it as boundaries of classes, or as contour lines of values; these are
    compared with the present fit's, which are drawn only then.
    """

    @property
    def aspect(self) -> float | None:
        """Both inputs have one scale."""
        return self.chart.axes().aspect

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = SurfaceLayer()
        self.boundary = SegmentsLayer(_WIDTH)
        self.contours = SegmentsLayer(_WIDTH, SEAM)
        self.dots = DotsLayer()
        self.members = SegmentsLayer(MEMBER_WIDTH)
        self.others = SegmentsLayer(OVERLAY_WIDTH, SEAM, is_kept=True)
        canvas = self.chart.canvas
        canvas.live += [self.surface, self.dots, self.members, self.others]
        # Crosses stick out from behind the points, whose class stays visible.
        canvas.live += [self.contours, self.boundary, self.wrong, self.validation, self.points]
        self.chart.is_equal = True
        self.bar = ColorBar()
        self.row.addWidget(self.bar)
        self.chart.box.sigResized.connect(self._place_bar)
        self._scale = SurfaceColors()
        self._levels: Floats = np.zeros(0)
        self._unsure: Floats | None = None  # [rows, columns], as of `overlap`
        self._shown: Surface = "fit and band"
        self._deviations: Range | None = None  # that the colours have spanned so far

    @property
    def _full(self) -> float:
        """The standard deviation at which dots touch, in the target's units."""
        low, high = self._scale.values
        return _FULL * (high - low)

    @property
    def _least_deviations(self) -> Range | None:
        return (0.0, _LARGEST_STD) if self.has_classes else None

    def set_surface(self, shown: Surface) -> None:
        """Show the fit, with the band or alone, or the deviation: of classes, the largest."""
        if shown != self._shown:
            self._shown = shown
            self._show_band()
            self._show_contours()
            self._show_others()

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        first, second = dataset.input_names
        return first, second

    def _take(self, dataset: Dataset) -> None:
        super()._take(dataset)
        self.members.set(())
        self.surface.grid = self.dots.grid = self._grid
        self._scale.set_dataset(dataset)
        self._levels = np.zeros(0) if self.has_classes else round_levels(self._scale.values)
        self._unsure = self.dots.sizes = self.surface.pixels = None
        self._deviations = self._least_deviations
        self._label_bar()

    def _cover(self, split: Split) -> None:
        self.chart.cover("x", split.x[:, 0])
        self.chart.cover("y", split.x[:, 1])

    def fit_ranges(self) -> None:
        """Let the ranges, and that of the colours of deviations, fit what is shown anew."""
        grid = self._grid
        if grid is not None:
            self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
            self.chart.fix("y", float(grid.low[1]), float(grid.high[1]))
            self._deviations = self._least_deviations
            if self._shown == "std":
                self._color()
                self.chart.refresh()

    def _show_others(self) -> None:
        # All of its layers are drawn anew with each fit: none rests.
        self._show_entries()
        self.chart.refresh()

    def _show_overlays(self) -> None:
        self.others.set([(self._lines([o.fit], o.grid), o.color) for o in self.overlays])
        self._show_contours()

    def _show_members(self) -> None:
        shade = SURFACE_MEMBER
        self.members.set([(self._lines(drawn_members(self.member_fits)), shade)])
        self._show_contours()

    def _show_band(self) -> None:
        band, self._unsure, self.dots.sizes = self.fit_band, None, None
        if band is not None and self._grid is not None and self._shown == "fit and band":
            shape = self._grid.shape
            if self.has_classes:
                self._unsure = overlap(band.mean, band.std).reshape(shape)
            else:
                self.dots.sizes = band.std.reshape(shape) / self._full
        self._color()

    def _lines(self, fits: Sequence[Fit], grid: Grid | None = None) -> Floats:
        """Segments [n, 4] in data units of fits, predicted on a grid or on the dataset's own."""
        grid = grid or self._grid
        assert grid is not None
        assert self.dataset is not None
        if self.has_classes:
            return boundaries_of(fits, grid, len(self.dataset.class_names))
        return contours_of(fits, grid, self._levels)

    def _shaped(self) -> Floats | None:
        """Predictions on the grid, [rows, columns] or [rows, columns, classes]."""
        if self.fit is None or self.fit.grid is None or self._grid is None:
            return None
        return self.fit.grid.reshape(*self._grid.shape, *self.fit.grid.shape[1:])

    def set_fit(self, fit: Fit | None) -> None:
        self.fit = fit
        self.boundary.set(self._own_lines() if self.has_classes else ())
        if self._shown != "std":
            self._color()
        self._show_contours()
        super().set_fit(fit)

    def _own_lines(self) -> list[tuple[Floats, str]]:
        return [] if self.fit is None else [(self._lines([self.fit]), ROLES.foreground)]

    def _color(self) -> None:
        predicted = self._shaped()
        self.surface.pixels = self.dots.on_dark = None
        if self._shown == "std":
            self._color_std()
        elif predicted is not None:
            self.surface.pixels = self._scale.pixels(predicted, self._unsure)
            if self.dots.sizes is not None:
                with np.errstate(invalid="ignore"):
                    self.dots.on_dark = predicted < sum(self._scale.values) / 2

    def _color_std(self) -> None:
        if self.fit_band is None or self._grid is None:
            return
        std = self.fit_band.std
        std = (std.max(axis=-1) if self.has_classes else std).reshape(self._grid.shape)
        self._deviations = extend(self._deviations, np.append(std, 0.0))
        self.surface.pixels = value_pixels(std, self._deviations or (0.0, 1.0))
        self._label_bar()

    @property
    def _has_contours(self) -> bool:
        """Whether values are compared with those of other fits, by lines at the same ones."""
        is_compared = bool(self.overlays or self.member_fits)
        return is_compared and not self.has_classes and self._shown != "std"

    def _label_bar(self) -> None:
        self.bar.setVisible(self._shown == "std" or not self.has_classes)
        if self._shown == "std":
            self.bar.set_bar(Bar(Scale(*(self._deviations or (0.0, 1.0))), "std"))
        elif self.dataset is not None:
            marked = tuple(self._levels.tolist()) if self._has_contours else ()
            self.bar.set_bar(Bar(Scale(*self._scale.values), self.dataset.target_name, marked))
        self._place_bar()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_bar()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Give the room beside the chart its ground."""
        painter = QPainter(self)
        below = self.rect().adjusted(0, self.chart.y(), 0, 0)
        painter.fillRect(below, QColor(colors_of(self).background))
        painter.end()

    def _place_bar(self) -> None:
        """Put the chart and its colours in the middle together: one scale may leave room."""
        inside = self.chart.box.geometry()
        self.bar.set_span(inside.top(), inside.bottom())
        free = 0.0
        if not self.bar.isHidden():
            width = self.width() - self.bar.sizeHint().width()
            free = max(width - self.chart.width_at(self.chart.height()), 0.0) / 2
        if self.row.contentsMargins().left() != int(free):
            self.row.setContentsMargins(int(free), 0, int(free), 0)

    def _show_contours(self) -> None:
        """The present fit's are there only to be compared with others."""
        self.contours.set(self._own_lines() if self._has_contours else ())
        self._label_bar()

    def _group(self, shown: ShownSplit, x: Floats, y: NDArray[np.generic]) -> Points:
        fills, which = self._scale.fills(y)
        ground = ROLES.background
        if shown.name == "validation":
            return Points(x[:, 0], x[:, 1], shown.shape, fills, ground, 6, which)
        return Points(x[:, 0], x[:, 1], shown.shape, fills, shown.color, 8, which, ground)

    def _fit_entries(self) -> list[Entry]:
        dataset, subject, entries = self.dataset, self.subject, []
        assert dataset is not None
        if self.has_classes:
            names = enumerate(dataset.class_names)
            entries += [Entry("square", name, ROLES.class_color(k)) for k, name in names]
            if not self._marks_wrong:  # how many are wrong takes the room
                tip = f"where the most probable class of the {subject.fit} changes"
                entries.append(Entry("line", "boundary", ROLES.foreground, tip=tip))
        elif len(self.contours.segments):
            heights = ", ".join(number(level, 3) for level in self._levels)
            tip = f"where the fit is {heights}; other fits have lines at the same values"
            entries.append(Entry("line", subject.fit, ROLES.foreground, tip=tip))
        if self.fit_band is not None and self._shown == "fit and band":
            if self.has_classes:
                entries.append(unsure_entry(subject))
            else:
                entries.append(dots_entry(self._full, subject))
        if self.member_fits:
            shade = SURFACE_MEMBER
            entries.append(Entry("thin", subject.member, shade, tip=subject.member_tip))
        return entries

    def _drawn_overlays(self) -> list[Overlay]:
        pairs = zip(self.overlays, self.others.lines, strict=True)
        return [overlay for overlay, (segments, _) in pairs if len(segments)]

    def _read(self, x: float, pixel: float) -> Reading | None:
        dataset, grid = self.dataset, self._grid
        if dataset is None or grid is None or self._shaped() is None:
            return None
        frame = self.chart.frame()
        y, row, column = cell_at(frame, grid, x, pixel)
        names: Sequence[str] = (dataset.target_name,)
        colors: Sequence[str | None] = (None,)
        if self.has_classes:
            names = dataset.class_names
            colors = [ROLES.class_color(k) for k in range(len(names))]
        rows = self._value_rows(row * grid.shape[1] + column, names, colors)
        for overlay in self.overlays:
            there = overlay.grid or grid
            other = fit_at(overlay.fit, there, np.array([x, y]), len(dataset.class_names))
            if other is not None:
                rows.append(self._overlay_row(overlay, other))
        title = (
            f"{dataset.input_names[0]} = {number(x, 3)}, {dataset.input_names[1]} = {number(y, 3)}"
        )
        return Reading(float(frame.x(x)), title, tuple(rows), pixel)
