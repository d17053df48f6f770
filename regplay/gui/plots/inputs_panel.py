"""What the views over one and two inputs share: points, other fits, a band and single networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.gui.plots.confusion import wrong_text
from regplay.gui.plots.fit_panel import Band, ChartPanel, Overlay, carried, counted
from regplay.gui.plots.hover import Reading, ReadoutRow
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.overlays import overlay_entries, same_fits, same_overlays
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Points,
    PointsLayer,
    Shape,
    thinned,
)
from regplay.session.number_text import number, spread_text


@dataclass(frozen=True, eq=False)
class ShownSplit:
    """The training or the validation points; `row` counts those that are shown."""

    name: str
    split: Split
    shape: Shape
    color: str
    row: int


class InputsPanel(ChartPanel):
    """A view whose axes are the inputs, so that fits lie over each other in it.

    Attributes
    ----------
    points, wrong
        Layers of the points, and of crosses at those that are assigned another class; a view
        places them among its own.
    """

    shows_passes = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = PointsLayer()
        self.wrong = PointsLayer()
        self.chart.reader = self._read
        self._grid: Grid | None = None
        self._split_entries: list[Entry] = []

    @property
    def has_classes(self) -> bool:
        """Whether the dataset is a classification."""
        return self.dataset is not None and self.dataset.task == "classification"

    # what is shown

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points."""
        self.fit, self._overlays = None, ()
        self._take(dataset)
        self._show_fit()
        self._show_overlays()
        self.fit_ranges()
        self.chart.reset_ranges()
        self.chart.set_labels(*self._axis_names(dataset))
        self._style()
        self.chart.canvas.rest()

    def set_points(self, dataset: Dataset) -> None:
        """Show edited points; the fit, other fits and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self._overlays = tuple(replace(o, grid=o.grid or self._grid) for o in self._overlays)
        self._take(dataset)
        for shown in self._splits():
            self._cover(shown.split)
        self.set_fit(fit)
        self._style()
        self.chart.canvas.rest()

    def set_fit(self, fit: Fit | None) -> None:
        """Show a fit, and mark the points that it assigns another class."""
        self.fit = fit
        self._show_fit()
        self._mark_wrong()
        self._show_entries()
        self.chart.refresh()

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other fits under the present one."""
        if not same_overlays(overlays, self._overlays):
            self._overlays = tuple(overlays)
            self._show_overlays()
            self._show_others()

    def set_band(self, band: Band | None) -> None:
        """Show how far networks scatter around their mean."""
        if band is not self._band:
            self._band = band
            self._show_band()
            self._show_others()

    def set_members(self, fits: Sequence[Fit]) -> None:
        """Draw single networks faintly."""
        if not same_fits(fits, self._members):
            self._members = tuple(fits)
            self._show_members()
            self._show_others()

    def _show_others(self) -> None:
        """What lies under the fit changed."""
        self._show_entries()
        self.chart.canvas.rest()
        self.chart.hover.read_again()

    def _take(self, dataset: Dataset) -> None:
        """Everything of a dataset but its ranges; what many networks predicted before goes."""
        self.dataset, self._grid = dataset, grid_of(dataset)
        assert self._grid is not None, "it needs a dataset with one or two inputs"
        self._members, self._band = (), None

    # what each view has of its own

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        raise NotImplementedError

    def _cover(self, split: Split) -> None:
        """Let the axes hold these points too."""
        raise NotImplementedError

    def _show_fit(self) -> None:
        """Lay the lines or the surface of the fit, or none, into their layers."""
        raise NotImplementedError

    def _show_overlays(self) -> None:
        raise NotImplementedError

    def _show_band(self) -> None:
        raise NotImplementedError

    def _show_members(self) -> None:
        raise NotImplementedError

    def _style_fit(self) -> None:
        """Give the layers of the fit and of the others the colours of `self.colors`."""
        raise NotImplementedError

    def _group(self, shown: ShownSplit, x: Floats, y: NDArray[np.generic]) -> Points:
        """Points of these inputs [n, d] and targets [n]."""
        raise NotImplementedError

    def _fit_entries(self) -> list[Entry]:
        """What the legend says of the fit, the band and single networks."""
        raise NotImplementedError

    def _drawn_overlays(self) -> list[Overlay]:
        """Those that can be drawn over this dataset."""
        raise NotImplementedError

    def _read(self, x: float, pixel: float) -> Reading | None:
        raise NotImplementedError

    # points

    def _splits(self) -> list[ShownSplit]:
        """Those that belong to the subject, in the order of the legend."""
        dataset, colors = self.dataset, self.colors
        assert dataset is not None
        both: tuple[tuple[str, Split, Shape, str], ...] = (
            ("training", dataset.train, TRAIN_SHAPE, colors.train),
            ("validation", dataset.valid, VALID_SHAPE, colors.valid),
        )
        found = [one for one in both if one[0] in self.subject.splits]
        return [ShownSplit(*one, row) for row, one in enumerate(found)]

    def _style(self) -> None:
        if self.dataset is None:
            return
        self._style_fit()
        self._split_entries, groups = [], []
        for shown in self._splits():
            n = len(shown.split.y)
            some = thinned(n)
            groups.append(self._group(shown, shown.split.x[some], shown.split.y[some]))
            text, (fill, ring) = counted(shown.name, len(some), n), self._signs(shown, groups[-1])
            entry = Entry(shown.shape, text, fill, ring, shown.name, self.subject.points_tip)
            self._split_entries.append(entry)
        self.points.groups = tuple(reversed(groups))  # the training points on top
        self._mark_wrong()
        self._show_entries()

    def _mark_wrong(self) -> None:
        dataset, fit, ink, groups = self.dataset, self.fit, self.colors, []
        if dataset is not None and fit is not None and self._marks_wrong:
            predicted = {"training": fit.train, "validation": fit.valid}
            for shown in self._splits():
                split = shown.split
                wrong = np.flatnonzero(~correct(dataset, predicted[shown.name], split.y))
                wrong = wrong[thinned(len(wrong))]
                group = self._group(shown, split.x[wrong], split.y[wrong])
                cross = replace(
                    group,
                    shape="cross",
                    fills=(ink.foreground,),
                    ring=ink.background,
                    size=group.size + 11,  # it sticks out from behind the point
                    which=None,
                    seam=None,
                )
                groups.append(cross)
        self.wrong.groups = tuple(reversed(groups))

    @property
    def _marks_wrong(self) -> bool:
        return self.has_classes and self.subject.marks_wrong

    # the legend

    def _show_entries(self) -> None:
        dataset, colors = self.dataset, self.colors
        if dataset is None:
            return
        entries = [*self._split_entries]
        if self._marks_wrong:
            text = wrong_text(dataset, self.fit)
            tip = f"{text} (training, then validation): assigned another class than their own"
            entries.append(Entry("cross", text, colors.foreground, short="wrong", tip=tip))
        others = overlay_entries(self._drawn_overlays())
        self.legend.set_entries([*entries, *self._fit_entries(), *others])

    def _signs(self, shown: ShownSplit, points: Points) -> tuple[str, str | None]:
        """Fill and ring of the points in the legend, where their own fills differ."""
        return self.colors.background, shown.color

    # what is read under the mouse

    def _value_rows(
        self, at: int, names: Sequence[str], colors: Sequence[str | None]
    ) -> list[ReadoutRow]:
        """What the fit predicts at a point of the grid, and how far networks scatter there.

        Parameters
        ----------
        names, colors
            Of each class; of a regression, one.
        """
        fit, band = self.fit, self._band
        if fit is None or fit.grid is None:
            return []
        values = np.atleast_1d(fit.grid[at])
        std = None if band is None else np.atleast_1d(band.std[at])
        is_own = band is not None and (self.has_classes or band.mean is fit.grid)
        rows = []
        for k, (name, value, color) in enumerate(zip(names, values, colors, strict=True)):
            if self.has_classes:
                text = f"{value:.3f}" + (f" ± {std[k]:.3f}" if std is not None and is_own else "")
            else:
                text = spread_text(value, std[k]) if std is not None and is_own else number(value)
            rows.append(ReadoutRow(name, text, color, self._dot(value)))
        if band is not None and not is_own:
            text = spread_text(band.mean[at], band.std[at])
            rows.append(ReadoutRow(self.subject.band, text, colors[0]))
        return rows

    def _overlay_row(self, overlay: Overlay, here: Floats) -> ReadoutRow:
        """Its value [], or of probabilities [classes] the largest: all would fill the box."""
        assert self.dataset is not None
        if not self.has_classes:
            value, text = float(here), number(float(here))
        else:
            top = int(here.argmax())
            value, text = float(here[top]), f"{self.dataset.class_names[top]} {here[top]:.3f}"
        return ReadoutRow(overlay.name, text, overlay.color, self._dot(value))

    def _dot(self, value: float) -> float | None:
        """How far from the top a dot is at a value, where the heights of the plot are values."""
        return None
