"""The fits of many seeds over one input: their mean, bands around it, and each of them."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid, grid_of
from regplay.gui.plots.axes import probabilities
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.contours import boundary_segments, on_grid
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry, LegendChart
from regplay.gui.plots.number_text import number
from regplay.gui.plots.overlays import band_polygon
from regplay.gui.plots.scale import Range, padded
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    LineLayer,
    Points,
    PointsLayer,
    Segments,
    pen,
    thinned,
)
from regplay.gui.plots.surface_colors import LinesLayer
from regplay.gui.seeds.loss_strip import settle
from regplay.gui.theme import Colors, mix
from regplay.gui.widgets.buttons import Toggle
from regplay.gui.widgets.layout import named

MOST_MEMBERS = 40  # drawn; more only blacken the band
_MEMBER = 1.0  # px


def drawn_members(members: Floats) -> Floats:
    """At most `MOST_MEMBERS` of the members [K, …], evenly taken."""
    count = len(members)
    if count <= MOST_MEMBERS:
        return members
    chosen: Floats = members[np.linspace(0, count - 1, MOST_MEMBERS).round().astype(np.intp)]
    return chosen


class SpreadBandLayer:
    """The mean ± `deviations` standard deviations over x.

    Attributes
    ----------
    color
        As `#rrggbb`; not transparent, so what is drawn later covers it.
    """

    def __init__(self, deviations: float) -> None:
        self.deviations = deviations
        self.color = "#000000"
        self.x: Floats = np.zeros(0)
        self.low: Floats = np.zeros(0)
        self.high: Floats = np.zeros(0)

    def set(self, x: Floats, mean: Floats, std: Floats) -> None:
        """Show the band of `mean` and `std` [n] at rising x [n]."""
        self.x = x
        self.low, self.high = mean - self.deviations * std, mean + self.deviations * std

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Fill the band."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(frame.colors.of(self.color)))
        painter.drawPolygon(band_polygon(frame, self.x, self.low, self.high))


class MembersLayer:
    """Each network's curve, faintly.

    Attributes
    ----------
    curves
        [K, n] at `x` [n], in data units.
    """

    def __init__(self) -> None:
        self.x: Floats = np.zeros(0)
        self.curves: Floats = np.zeros((0, 0))
        self.color = "#000000"
        self._segments = Segments()

    def set(self, x: Floats, members: Floats) -> None:
        """Show at most `MOST_MEMBERS` of these curves [K, n]."""
        self.x, self.curves = x, drawn_members(members)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves."""
        if not self.curves.size:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(frame.colors.of(self.color), _MEMBER))
        x = frame.x(self.x)
        for curve in self.curves:
            y = frame.y(curve)
            placed = np.isfinite(y)
            self._segments.draw_through(painter, x[placed], y[placed], None, frame.is_figure)


class MemberBoundaries(LinesLayer):
    """Where the most probable class changes, of each network, faintly."""

    def __init__(self) -> None:
        super().__init__(_MEMBER, share=0.45)

    def set(self, members: Floats, grid: Grid) -> None:
        """Find the boundaries of probabilities [K, rows, columns, classes] on a grid."""
        self.segments = on_grid(boundary_segments(drawn_members(members)), grid)


pass

_ONE, _TWO = 0.34, 0.15  # shares of the curve's colour in the two bands
_ROW = 0.08  # height of a class's row of points, in units of probability


class Series:
    """One output over the input: a number, or the probability of one class."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.two = SpreadBandLayer(2)
        self.one = SpreadBandLayer(1)
        self.members = MembersLayer()
        self.mean = LineLayer(width=2.4)
        self.std: Floats = np.zeros(0)

    def set(self, x: Floats, mean: Floats, std: Floats, members: Floats) -> None:
        """Show mean and std [n] and members [K, n] at x [n]."""
        self.std = std
        self.mean.set(x, mean)
        self.members.set(x, members)
        for band in (self.one, self.two):
            band.set(x, mean, std)

    def set_color(self, color: str, background: str) -> None:
        """Take a colour, and shades of it."""
        self.mean.color = color
        self.one.color = mix(background, color, _ONE)
        self.two.color = mix(background, color, _TWO)
        self.members.color = mix(background, color, 0.5)


class SpreadCurves(LegendChart):
    """For datasets with one input.

    Attributes
    ----------
    series
        One for regression, one a class for classification.
    spread
        What the networks predict, or None.
    members_button
        Whether each network's own curve is drawn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series: list[Series] = []
        self.spread: Spread | None = None
        self.truth = LineLayer(width=1.8, dashed=True)
        self.points = PointsLayer()
        self.members_button = named(
            "seeds.members", Toggle("members", f"Each network's own fit, at most {MOST_MEMBERS}")
        )
        self.members_button.setChecked(True)
        self.members_button.toggled.connect(self._arrange)
        self.header.addWidget(self.members_button)
        self.chart.reader = self._read
        self._dataset: Dataset | None = None
        self._grid: Grid | None = None
        self._data: Range = (0.0, 1.0)
        self._limits: Range = (0.0, 1.0)

    @property
    def dataset(self) -> Dataset | None:
        """What the networks learn."""
        return self._dataset

    @property
    def _has_classes(self) -> bool:
        return self._dataset is not None and self._dataset.task == "classification"

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the training points and the truth, and no networks yet."""
        grid = self._grid = grid_of(dataset)
        assert grid is not None, "curves need a dataset with one input"
        self._dataset = dataset
        names = dataset.class_names if self._has_classes else (dataset.target_name,)
        self.series = [Series(name) for name in names]
        self.spread = None
        self.truth.clear()
        self.chart.set_ticks("y", probabilities if self._has_classes else None)
        if self._has_classes:
            self._limits = (-_ROW * (len(names) + 0.4), 1.04)
            self.chart.fix("y", *self._limits)
        else:
            if dataset.truth is not None:
                self.truth.set(grid.x[:, 0], dataset.truth(grid.x))
            low, high = padded(np.concatenate([dataset.train.y, self.truth.y]))
            # A band that shoots up may double the range to each side, not squash the points.
            self._limits = (2 * low - high, 2 * high - low)
            self._data = (low, high)
            settle(self.chart, "y", self._data)
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
        self.chart.reset_ranges()
        y = f"P({dataset.target_name})" if self._has_classes else dataset.target_name
        self.chart.set_labels(dataset.input_names[0], y)
        self._style()
        self._arrange()

    def set_spread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the grid, or nothing."""
        grid = self._grid
        if grid is None:
            return
        self.spread = spread
        if spread is None:
            self.series = [Series(one.name) for one in self.series]
            self._style()
        else:
            x, classes = grid.x[:, 0], self._has_classes
            for index, one in enumerate(self.series):
                at = (..., index) if classes else (...,)
                one.set(x, spread.mean[at], spread.std[at], spread.members[at])
            if not classes:
                self.chart.cover("y", self._seen())
        self._arrange()

    def settle(self) -> None:
        """Give up the room that only earlier bands needed."""
        if self._dataset is not None and not self._has_classes:
            settle(self.chart, "y", self._seen())

    def _seen(self) -> Floats:
        """What the axis of a regression holds: the data, and the band as far as it goes along."""
        bands = [end for one in self.series for end in (one.two.low, one.two.high)]
        return np.concatenate([self._data, np.clip(np.concatenate(bands), *self._limits)])

    def _arrange(self) -> None:
        """Put the layers in their order, bands at the bottom and means on top."""
        series, layers = self.series, self.chart.canvas.under
        del layers[1:]  # the grid lines stay
        layers += [one.two for one in series] + [one.one for one in series]
        if self.members_button.isChecked():
            layers += [one.members for one in series]
        layers += [self.truth, self.points, *(one.mean for one in series)]
        self.chart.canvas.rest()
        self.chart.refresh()

    def _style(self) -> None:
        dataset, colors = self._dataset, self.colors
        if dataset is None:
            return
        self.truth.color = colors.foreground
        for index, one in enumerate(self.series):
            color = colors.fit
            if self._has_classes:
                # Nearer to the text's colour than an area: yellow on white is thin.
                color = mix(colors.class_color(index), colors.foreground, 0.25)
            one.set_color(color, colors.background)
        shown = thinned(len(dataset.train.y))
        x, y = dataset.train.x[shown, 0], dataset.train.y[shown]
        if self._has_classes:
            fills, which = colors.classes, y % len(colors.classes)
            heights, ring = -_ROW * (y + 0.7), colors.train
            group = Points(x, heights, TRAIN_SHAPE, fills, ring, 7, which)
        else:
            heights = np.asarray(y, dtype=float)
            group = Points(x, heights, TRAIN_SHAPE, (colors.train,), colors.background, 7.5)
        self.points.groups = (group,)
        self.legend.set_entries(self._entries(colors))

    def _entries(self, colors: Colors) -> list[Entry]:
        if self._has_classes:
            curves = [Entry("line", one.name, one.mean.color) for one in self.series]
            points = Entry("circle", "training", colors.background, colors.train)
            tip = "darker: mean ± 1 standard deviation over the networks; lighter: ± 2"
            bands = [Entry("band", "±1, ±2 std", self.series[-1].one.color, tip=tip)]
            return [*curves, *bands, points]
        one = self.series[0]
        entries = [
            Entry("line", "mean fit", one.mean.color, short="mean"),
            Entry("band", "±1 std", one.one.color, tip="mean ± 1 standard deviation"),
            Entry("band", "±2 std", one.two.color, short="±2", tip="mean ± 2 standard deviations"),
        ]
        if self.truth.x.size:
            entries.append(Entry("dashes", "true function", self.truth.color, short="truth"))
        tip = "training points of the present dataset; the other networks have others"
        entries.append(Entry("circle", "training", colors.train, short="train", tip=tip))
        return entries

    def _read(self, x: float, _: float) -> Reading | None:
        dataset, grid = self._dataset, self._grid
        if dataset is None or grid is None or not np.isfinite(x):
            return None
        at = int(np.abs(grid.x[:, 0] - x).argmin())
        frame = self.chart.frame()

        def row(name: str, layer: LineLayer, more: str = "") -> ReadoutRow:
            value = float(layer.y[at])
            return ReadoutRow(name, f"{number(value)}{more}", layer.color, frame.dot(value))

        rows = [
            row(one.name if self._has_classes else "mean", one.mean, f" ± {number(one.std[at], 2)}")
            for one in self.series
            if one.mean.y.size
        ]
        if self.truth.y.size:
            rows.append(row("truth", self.truth))
        title = f"{dataset.input_names[0]} = {number(grid.x[at, 0])}"
        return Reading(float(frame.x(grid.x[at, 0])), title, tuple(rows)) if rows else None
