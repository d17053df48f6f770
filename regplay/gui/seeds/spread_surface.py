"""The fits of many seeds over two inputs: their mean, or how far they lie apart."""

from PySide6.QtWidgets import QButtonGroup, QStackedLayout, QWidget

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Grid, grid_of
from regplay.gui.plots.color_bar import Bar, ColorBar
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry, LegendChart
from regplay.gui.plots.number_text import number, spread_text
from regplay.gui.plots.scale import Range, Scale, extend
from regplay.gui.plots.shapes import TRAIN_SHAPE, Points, PointsLayer, thinned
from regplay.gui.plots.surface_colors import (
    BoundaryLayer,
    SurfaceColors,
    SurfaceLayer,
    cell_at,
    value_pixels,
)
from regplay.gui.seeds.loss_strip import LossStrip, SeedLosses
from regplay.gui.seeds.spread_curves import MOST_MEMBERS, MemberBoundaries, SpreadCurves
from regplay.gui.widgets.buttons import Toggle
from regplay.gui.widgets.layout import named


class SpreadSurface(LegendChart):
    """For datasets with two inputs.

    Attributes
    ----------
    mean_button, std_button
        Which of the two is shown.
    members_button
        Whether each network's boundary is drawn; classification only.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface = SurfaceLayer()
        self.boundary = BoundaryLayer()
        self.boundaries = MemberBoundaries()
        self.points = PointsLayer()
        canvas = self.chart.canvas
        canvas.under += [self.surface, self.boundaries, self.boundary, self.points]
        self.chart.reader = self._read
        self.bar = ColorBar()
        self.row.addWidget(self.bar)

        self.mean_button = named("seeds.mean", Toggle("mean", "The mean over the networks"))
        tip = "The standard deviation over the networks"
        self.std_button = named("seeds.std", Toggle("spread", tip))
        tip = f"Each network's own boundary, at most {MOST_MEMBERS}"
        self.members_button = named("seeds.boundaries", Toggle("members", tip))
        self.mean_button.setChecked(True)
        self.members_button.setChecked(True)
        switch = QButtonGroup(self)  # exclusive
        for button in (self.mean_button, self.std_button):
            switch.addButton(button)
            self.header.addWidget(button)
        self.header.addWidget(self.members_button)
        self.std_button.toggled.connect(self._show_all)
        self.members_button.toggled.connect(self._show_all)

        self._dataset: Dataset | None = None
        self._grid: Grid | None = None
        self._spread: Spread | None = None
        self._scale = SurfaceColors()
        self._deviations: Range | None = None

    @property
    def dataset(self) -> Dataset | None:
        """What the networks learn."""
        return self._dataset

    @property
    def spread(self) -> Spread | None:
        """What the networks predict, or None."""
        return self._spread

    @property
    def _has_classes(self) -> bool:
        return self._dataset is not None and self._dataset.task == "classification"

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the training points, and no networks yet."""
        grid = self._grid = self.surface.grid = grid_of(dataset)
        assert grid is not None, "a surface needs a dataset with two inputs"
        self._dataset, self._spread = dataset, None
        self._forget_deviations()
        self._scale.set_dataset(dataset)
        self.members_button.setVisible(self._has_classes)
        self.chart.fix("x", float(grid.low[0]), float(grid.high[0]))
        self.chart.fix("y", float(grid.low[1]), float(grid.high[1]))
        self.chart.reset_ranges()
        self.chart.set_labels(*dataset.input_names)
        self._style()

    def set_spread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the grid, or nothing."""
        self._spread = spread
        self._show_all()

    def settle(self) -> None:
        """Give up the range of colours that only earlier deviations needed."""
        self._forget_deviations()
        self._show_all()

    def _forget_deviations(self) -> None:
        # The largest that a few probabilities can have is a little above a half.
        self._deviations = (0.0, 0.55) if self._has_classes else None

    def _std(self) -> Floats | None:
        """Standard deviations [rows, columns]; of several classes, of the most uncertain."""
        if self._spread is None or self._grid is None:
            return None
        std = self._spread.std
        return (std.max(axis=-1) if self._has_classes else std).reshape(self._grid.shape)

    def _mean(self) -> Floats | None:
        """Means [rows, columns] or [rows, columns, classes]."""
        if self._spread is None or self._grid is None:
            return None
        mean = self._spread.mean
        return mean.reshape(*self._grid.shape, *mean.shape[1:])

    def _show_all(self) -> None:
        self.surface.pixels = None
        self.boundary.clear()
        self.boundaries.clear()
        mean, std, spread, grid = self._mean(), self._std(), self._spread, self._grid
        if mean is not None and std is not None and spread is not None and grid is not None:
            if self.std_button.isChecked():
                self._deviations = extend(self._deviations, [0.0, *std.ravel()])
                self.surface.pixels = value_pixels(std, self._deviations or (0.0, 1.0))
            else:
                self.surface.pixels = self._scale.pixels(mean)
            if self._has_classes:
                self.boundary.set(mean, grid)
                if self.members_button.isChecked():
                    members = spread.members
                    shape = (len(members), *grid.shape, members.shape[-1])
                    self.boundaries.set(members.reshape(shape), grid)
        self._label_bar()
        self.chart.canvas.rest()
        self.chart.refresh()

    def _label_bar(self) -> None:
        dataset = self._dataset
        self.bar.setVisible(self.std_button.isChecked() or not self._has_classes)
        if dataset is None:
            return
        if self.std_button.isChecked():
            self.bar.set_bar(Bar(Scale(*(self._deviations or (0.0, 1.0))), "std"))
        else:
            self.bar.set_bar(Bar(Scale(*self._scale.values), dataset.target_name))

    def _style(self) -> None:
        dataset, colors = self._dataset, self.colors
        if dataset is None:
            return
        shown = thinned(len(dataset.train.y))
        x, y = dataset.train.x[shown], dataset.train.y[shown]
        fills, which = self._scale.fills(y)
        ring, seam = colors.train, colors.background
        self.points.groups = (Points(x[:, 0], x[:, 1], TRAIN_SHAPE, fills, ring, 7, which, seam),)
        tip = "training points of the present dataset; the other networks have others"
        entries = [Entry("circle", "training", colors.background, colors.train, "train", tip)]
        if self._has_classes:
            tip = "where the mean probabilities are equal; faintly, where each network's are"
            named_classes = enumerate(dataset.class_names)
            entries += [Entry("square", name, colors.class_color(k)) for k, name in named_classes]
            entries.append(Entry("line", "boundary", colors.foreground, tip=tip))
        self.legend.set_entries(entries)
        self._show_all()

    def _read(self, x: float, pixel: float) -> Reading | None:
        dataset, grid, mean, spread = self._dataset, self._grid, self._mean(), self._spread
        if dataset is None or grid is None or mean is None or spread is None:
            return None
        frame = self.chart.frame()
        y, row, column = cell_at(frame, grid, x, pixel)
        here, std = mean[row, column], spread.std.reshape(mean.shape)[row, column]
        if self._has_classes:
            values = tuple(
                ReadoutRow(name, f"{here[k]:.3f} ± {std[k]:.3f}", self.colors.class_color(k))
                for k, name in enumerate(dataset.class_names)
            )
        else:
            values = (ReadoutRow(dataset.target_name, spread_text(here, std)),)
        title = (
            f"{dataset.input_names[0]} = {number(x, 3)}, {dataset.input_names[1]} = {number(y, 3)}"
        )
        return Reading(float(frame.x(x)), title, values)


class SpreadView(QWidget):
    """Curves for one input, a surface for two; for more, the losses alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = SpreadCurves()
        self.surface = SpreadSurface()
        self.strip = LossStrip()
        self._stack = QStackedLayout(self)
        for widget in (self.strip, self.curves, self.surface):
            self._stack.addWidget(widget)

    @property
    def panel(self) -> SpreadCurves | SpreadSurface | None:
        """What shows the fits; None while the losses are shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, SpreadCurves | SpreadSurface) else None

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        panels: dict[int, SpreadCurves | SpreadSurface] = {1: self.curves, 2: self.surface}
        panel = panels.get(dataset.n_inputs)
        if panel is None:
            self.strip.clear()
        else:
            panel.set_dataset(dataset)
        self._stack.setCurrentWidget(panel or self.strip)

    def set_spread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the dataset's grid, or nothing."""
        if self.panel is not None:
            self.panel.set_spread(spread)

    def set_losses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        if self.panel is None:
            self.strip.set_losses(losses)

    def settle(self) -> None:
        """Give up the room that only earlier predictions needed."""
        (self.panel or self.strip).settle()
