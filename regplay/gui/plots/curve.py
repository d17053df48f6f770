"""The fits of one input: a curve to one number, or the probabilities of classes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit
from regplay.core.number_text import number
from regplay.gui.plots.axes import probabilities
from regplay.gui.plots.canvas import LineLayer, Reading
from regplay.gui.plots.contours import fit_curves
from regplay.gui.plots.fit_layers import (
    MEMBER_WIDTH,
    OVERLAY_WIDTH,
    BandLayer,
    FitLinesLayer,
    band_entries,
    drawn_members,
    member_color,
)
from regplay.gui.plots.fit_panel import InputsPanel, Overlay, ShownSplit
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.scale import Range, is_loose, padded
from regplay.gui.plots.shapes import Points
from regplay.gui.theme import ROLES, mix

_FLAT = 0.002  # of probability: less than a pixel


def without_tails(x: Floats, p: Floats) -> tuple[Floats, Floats]:
    """A curve of probabilities without the points inside its flat parts at 0 and at 1.

    Of many classes most curves are flat nearly everywhere, and each piece has to be drawn.
    """
    side = (p > 1 - _FLAT).astype(int) - (p < _FLAT)
    is_inside = (side[1:-1] != 0) & (side[1:-1] == side[:-2]) & (side[1:-1] == side[2:])
    kept = np.concatenate([[True], ~is_inside, [True]])
    return x[kept], p[kept]


class OneInputPanel(InputsPanel):
    """Curves over one input, with overlays, single networks and a band that rest under them.

    Attributes
    ----------
    band, members, others
        Their layers; a view places them among its own.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.band = BandLayer()
        self.members = FitLinesLayer(MEMBER_WIDTH)
        self.others = FitLinesLayer(OVERLAY_WIDTH)
        self.chart.canvas.under.insert(0, self.band)  # the grid lines stay visible in it
        self._x: Floats = np.zeros(0)  # [grid points]
        self._drawn: list[tuple[Overlay, Floats, Floats]] = []  # with x [points], [curves, points]

    def _curve_colors(self) -> tuple[str, ...]:
        """Of the fit's own curves."""
        raise NotImplementedError

    def _take(self, dataset: Dataset) -> None:
        super()._take(dataset)
        assert self._grid is not None
        self._x = self.band.x = self._grid.x[:, 0]
        self.band.band = None

    def _cover(self, split: Split) -> None:
        self.chart.cover("x", split.x)

    def fit_ranges(self) -> None:
        """Let the ranges fit what is shown anew."""
        if self._grid is not None:
            self.chart.fix("x", float(self._grid.low[0]), float(self._grid.high[0]))

    def _show_band(self) -> None:
        self.band.band, self.band.curves = self.fit_band, self._curve_colors()

    def _show_overlays(self) -> None:
        grid, classes = self._grid, self._classes
        assert grid is not None
        found = [(o, fit_curves(o.fit, o.grid or grid, classes)) for o in self.overlays]
        self._drawn = [(overlay, *curves) for overlay, curves in found if curves is not None]
        self.others.lines = [
            (*self._bends(x, curve), overlay.color)
            for overlay, x, curves in self._drawn
            for curve in curves
        ]

    def _show_members(self) -> None:
        assert self._grid is not None
        shades = [member_color(one, self.subject) for one in self._curve_colors()]
        self.members.lines = []
        for fit in drawn_members(self.member_fits):
            found = fit_curves(fit, self._grid, self._classes)
            if found is not None:
                x, curves = found
                pairs = zip(curves, shades, strict=True)
                self.members.lines += [(*self._bends(x, curve), shade) for curve, shade in pairs]

    @property
    def _classes(self) -> int:
        return 0 if self.dataset is None else len(self.dataset.class_names)

    def _bends(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """What is to be drawn of a curve."""
        return without_tails(x, y) if self._classes else (x, y)

    def _fit_entries(self) -> list[Entry]:
        entries, curves = [], self._curve_colors()
        if self.fit_band is not None:
            entries += band_entries(curves, self.subject)
        if self.member_fits:
            shade = member_color(curves[-1], self.subject)
            entries.append(Entry("thin", self.subject.member, shade, tip=self.subject.member_tip))
        return entries

    def _drawn_overlays(self) -> list[Overlay]:
        return [overlay for overlay, _, _ in self._drawn]

    def _read(self, x: float, pixel: float) -> Reading | None:
        dataset, there = self.dataset, self._x
        if dataset is None or not np.isfinite(x):
            return None
        at = int(np.abs(there - x).argmin())
        rows = self._rows_at(at)
        for overlay, other_x, curves in self._drawn:
            here = np.array([np.interp(there[at], other_x, curve) for curve in curves])
            rows.append(self._overlay_row(overlay, here if self.has_classes else here[0]))
        title = f"{dataset.input_names[0]} = {number(there[at])}"
        return Reading(float(self.chart.frame().x(there[at])), title, tuple(rows)) if rows else None

    def _rows_at(self, at: int) -> list[ReadoutRow]:
        """Of the fit, at one of the grid points."""
        raise NotImplementedError

    def _dot(self, value: float) -> float | None:
        return self.chart.frame().dot(value)


class PastLayer(FitLinesLayer):
    """Earlier curves, the older the fainter.

    A curve is kept whenever the epoch has doubled, so that the few that are shown span the run.

    Attributes
    ----------
    most
        How many are kept.
    epochs, curves
        Of each curve the epoch, and its values at `x`.
    """

    def __init__(self) -> None:
        super().__init__(1.4)
        self.most = 0
        self.epochs: list[int] = []
        self.curves: list[Floats] = []
        self.x: Floats = np.zeros(0)
        self._newest = 0  # epoch, kept or not

    def keep(self, epoch: int, curve: Floats) -> bool:
        """Keep this curve if it is time to; whether it was. An earlier epoch begins anew."""
        if epoch < self._newest:
            self.clear()
        self._newest = epoch
        if not self.most or (self.epochs and epoch < max(2 * self.epochs[-1], 1)):
            return False
        self.epochs = [*self.epochs, epoch][-self.most :]
        self.curves = [*self.curves, curve][-self.most :]
        ages = range(self.most, self.most - len(self.curves), -1)
        colors = [mix(ROLES.background, ROLES.fit, 0.1 + 0.4 * age / self.most) for age in ages]
        self.lines = [
            (self.x, one, color) for one, color in zip(reversed(self.curves), colors, strict=True)
        ]
        return True

    def clear(self) -> None:
        self.epochs, self.curves, self.lines, self._newest = [], [], [], 0


class CurveView(OneInputPanel):
    """Points, the true function where it is known, the fitted curve and its past."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.past = PastLayer()
        self.truth = LineLayer(ROLES.truth, 1.8, dashed=True)
        self.curve = LineLayer(ROLES.fit, 2.4)
        under = self.chart.canvas.under
        under += [self.members, self.past, self.truth, self.others, self.validation]
        # Few points are drawn in less time than a picture of them is copied.
        self.chart.canvas.live += [self.curve, self.points]
        self._limits = (0.0, 1.0)

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        return dataset.input_names[0], dataset.target_name

    def _take(self, dataset: Dataset) -> None:
        super()._take(dataset)
        self.past.most = self.subject.past
        self.past.clear()
        self.past.x = self._x
        self.truth.clear()
        if dataset.truth is not None and self._grid is not None:
            self.truth.set(self._x, dataset.truth(self._grid.x))
        low, high = self._seen()
        # A curve that shoots up may widen the range by half to each side, not squash the points.
        self._limits = (1.5 * low - 0.5 * high, 1.5 * high - 0.5 * low)

    def _seen(self) -> Range:
        """The range of the points and the true function."""
        targets = [shown.split.y for shown in self._splits()]
        return padded(np.concatenate([*targets, self.truth.y]))

    def _cover(self, split: Split) -> None:
        super()._cover(split)
        self.chart.cover("y", split.y)

    def fit_ranges(self) -> None:
        """Let the ranges fit the points, the curve and what lies under it anew."""
        super().fit_ranges()
        if self._grid is not None:
            drawn = np.clip(self.curve.y, *self._limits)
            self.chart.settle("y", np.concatenate([self._seen(), drawn]))
            self._hold_others()

    def follow_run(self) -> None:
        """Let the range of values come back after a curve that needed much more of it."""
        drawn = np.clip(self.curve.y, *self._limits)
        if is_loose(self.chart.auto_range("y"), np.concatenate([self._seen(), drawn])):
            self.fit_ranges()

    def set_fit(self, fit: Fit | None) -> None:
        """Show a curve; an earlier epoch than that of the last one begins a new past."""
        if fit is None or fit.grid is None:
            self.curve.clear()
        else:
            self.curve.set(self._x, fit.grid)
            self.chart.cover("y", np.clip(fit.grid, *self._limits))
            if self.past.keep(fit.epoch, fit.grid):
                self.chart.canvas.rest()
        super().set_fit(fit)

    def _show_overlays(self) -> None:
        super()._show_overlays()
        self._hold_others()

    def _show_band(self) -> None:
        super()._show_band()
        self._hold_others()

    def _hold_others(self) -> None:
        """Let the axis hold the band and other fits too."""
        heights = [end for both in self.band.ends(2) for end in both]
        heights += [y for _, y, _ in self.others.lines]
        if heights:
            self.chart.cover("y", np.clip(np.concatenate(heights), *self._limits))

    def clear_past(self) -> None:
        self.past.clear()
        self._show_entries()
        self.chart.canvas.rest()

    def _group(self, shown: ShownSplit, x: Floats, y: NDArray[np.generic]) -> Points:
        fill, size = shown.color, 8.5
        if shown.name == "validation":
            fill, size = mix(fill, ROLES.background, 0.3), 5.5
        heights = np.asarray(y, dtype=float)
        return Points(x[:, 0], heights, shown.shape, (fill,), ROLES.background, size)

    def _signs(self, shown: ShownSplit, points: Points) -> tuple[str, str | None]:
        return points.fills[0], None

    def _fit_entries(self) -> list[Entry]:
        subject, entries = self.subject, []
        if self.truth.x.size:
            entries.append(Entry("dashes", "true function", ROLES.truth, short="truth"))
        entries.append(Entry("line", subject.fit, ROLES.fit, short=subject.short))
        shown = None if self.fit is None else self.fit.epoch
        if any(epoch != shown for epoch in self.past.epochs):
            past = mix(ROLES.background, ROLES.fit, 0.4)
            tip = "the fit at earlier epochs, each about twice the one before"
            entries.append(Entry("line", "earlier", past, tip=tip))
        return [*entries, *super()._fit_entries()]

    def _curve_colors(self) -> tuple[str, ...]:
        return (ROLES.fit,)

    def _rows_at(self, at: int) -> list[ReadoutRow]:
        rows = self._value_rows(at, (self.subject.short,), (ROLES.fit,))
        if self.truth.y.size:
            value = float(self.truth.y[at])
            row = ReadoutRow("truth", number(value), self.truth.color, self._dot(value))
            rows.append(row)
        return rows


_ROW = 0.07  # height of one row of points, in units of probability


def class_heights(y: np.ndarray, row: int = 0, rows: int = 2) -> np.ndarray:
    """Where points of these classes lie, in units of probability: training points in row 0."""
    return -_ROW * (rows * y + row + 0.8)


def class_at(height: float, classes: int) -> int:
    """The class whose training points lie nearest to a height, of two rows a class."""
    nearest = round((-height / _ROW - 0.8) / 2)
    return min(max(nearest, 0), classes - 1)


class ClassCurvesView(OneInputPanel):
    """A curve for each class, and below them a row of each kind of points a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves: list[LineLayer] = []
        self.band.limits = (0.0, 1.0)
        self.chart.canvas.under += [self.members, self.others]
        self.chart.set_ticks("y", probabilities)

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        return dataset.input_names[0], f"P({dataset.target_name})"

    def _take(self, dataset: Dataset) -> None:
        super()._take(dataset)
        if self._classes != len(self.curves):
            self.curves = [LineLayer(color) for color in self._curve_colors()]
            points = [self.wrong, self.validation, self.points]
            self.chart.canvas.live[:] = [*self.curves, *points]
        rows = len(self.subject.splits) * self._classes
        self.chart.fix("y", -_ROW * (rows + 0.6), 1.04)

    def set_fit(self, fit: Fit | None) -> None:
        for index, curve in enumerate(self.curves):
            if fit is None or fit.grid is None:
                curve.clear()
            else:
                curve.set(self._x, fit.grid[:, index])
        super().set_fit(fit)

    def _group(self, shown: ShownSplit, x: Floats, y: NDArray[np.generic]) -> Points:
        classes = np.asarray(y, dtype=np.intp)
        heights = class_heights(classes, shown.row, len(self.subject.splits))
        fills = ROLES.classes
        which = classes % len(fills)
        if shown.name == "validation":
            return Points(x[:, 0], heights, shown.shape, fills, ROLES.background, 5, which)
        return Points(x[:, 0], heights, shown.shape, fills, shown.color, 7, which)

    def _curve_colors(self) -> tuple[str, ...]:
        # Nearer to the text's colour than an area: yellow on white, violet on black are thin.
        classes = range(self._classes)
        return tuple(mix(ROLES.class_color(k), ROLES.foreground, 0.25) for k in classes)

    def _fit_entries(self) -> list[Entry]:
        assert self.dataset is not None
        pairs = zip(self.dataset.class_names, self._curve_colors(), strict=True)
        return [*(Entry("line", name, color) for name, color in pairs), *super()._fit_entries()]

    def _rows_at(self, at: int) -> list[ReadoutRow]:
        assert self.dataset is not None
        return self._value_rows(at, self.dataset.class_names, self._curve_colors())
