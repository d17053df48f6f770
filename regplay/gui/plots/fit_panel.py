"""What the views of a fit share: points, other fits, a band and single networks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit, Grid, correct, grid_of
from regplay.core.number_text import number, probability_text, spread_text
from regplay.gui.plots.canvas import Reading
from regplay.gui.plots.legend import Entry, LegendChart, other_entry
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    MarkerShape,
    Points,
    PointsLayer,
    thinned,
)
from regplay.gui.theme import ROLES
from regplay.session.drawing import carried

Surface = Literal["fit and band", "fit", "std"]  # "std" is that of the band, as colours


@dataclass(frozen=True)
class Overlay:
    """Another fit to lay over the present one.

    Attributes
    ----------
    name, color
        As in the legend.
    fit
        What it predicts.
    grid
        Where `fit.grid` was predicted; None is the grid of the dataset that is shown.
    """

    name: str
    color: str
    fit: Fit
    grid: Grid | None = None


@dataclass(frozen=True, eq=False)
class Band:
    """What many networks predict, at the grid points of the dataset.

    Attributes
    ----------
    mean, std
        [grid points] in the target's units, or [grid points, classes]. Where `mean` is the very
        array of the fit, the band is read as the fit's own deviation.
    """

    mean: Floats
    std: Floats


@dataclass(frozen=True)
class Subject:
    """What the fit, the band and the single networks of a view are of; here those of one run.

    Attributes
    ----------
    name
        In the names of files.
    fit, short
        The fit in a legend; the same in few letters.
    band, networks
        What the band is called, empty where it needs no name of its own; what scatters in it.
    member, member_tip
        A single network, in a legend and in a table; what a tooltip says of it.
    splits
        Which points belong to the fit, of "training" and "validation".
    points_tip
        What a tooltip says of the points.
    past
        How many earlier fits stay in sight. Single networks are paler than the fit where there are
        none, for pale shades are those of the past.
    marks_wrong
        Whether a fit says what it predicts at the points, so that wrong classes can be marked.
    """

    name: str = "fit"
    fit: str = "fit"
    short: str = "fit"
    band: str = "dropout"
    networks: str = "networks thinned by dropout"
    member: str = "thinned"
    member_tip: str = "single networks with units dropped, as in one training step"
    splits: tuple[str, ...] = ("training", "validation")
    points_tip: str = ""
    past: int = 6
    marks_wrong: bool = True


RUN = Subject()


@dataclass(frozen=True, eq=False)
class ShownSplit:
    """The training or the validation points; `row` counts those that are shown."""

    name: str
    split: Split
    shape: MarkerShape
    color: str
    row: int


class FitPanel(QWidget):
    """One way to show a fit; `FitView` picks among them. This one is blank.

    A band, single networks and other fits are shown where it draws over the inputs themselves.

    Attributes
    ----------
    shows_passes
        Whether it does.
    aspect
        Its width in heights, where it has one of its own whatever room it is given.
    dataset, fit
        What is shown, if anything.
    subject
        What the fit is of; set before the first dataset.
    caption
        What a figure is called, in place of the epoch of the fit.
    overlays, member_fits, fit_band
        Other fits that lie over this one, single networks, and how far networks scatter.
    shows_validation
        Whether the validation points are drawn; `set_shows_validation` changes it.
    """

    shows_passes = False

    @property
    def aspect(self) -> float | None:
        """Takes the room that it is given."""
        return None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dataset: Dataset | None = None
        self.fit: Fit | None = None
        self.subject = RUN
        self.caption = ""
        self.overlays: tuple[Overlay, ...] = ()
        self.member_fits: tuple[Fit, ...] = ()
        self.fit_band: Band | None = None
        self.shows_validation = True

    def set_shows_validation(self, shows: bool) -> None:
        """Draw the validation points, or the training points alone."""
        self.shows_validation = shows
        if self.dataset is not None:
            self._show_points()

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points of a dataset, and nothing that was predicted yet."""

    def set_points(self, dataset: Dataset) -> None:
        """Show a dataset after an edit of its points: what else is shown stays where it is.

        The fit stays until the next one, and ranges change only where points leave them.
        """
        self.set_dataset(dataset)

    def fit_ranges(self) -> None:
        """Let the ranges fit what is shown anew: otherwise they rest, or grow."""

    def set_fit(self, fit: Fit | None) -> None:
        """Show what a network predicts, or nothing."""

    def clear_past(self) -> None:
        """Forget earlier fits."""

    def follow_run(self) -> None:
        """The fit is another run's: give up what of the ranges only the last one needed."""

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Lay other fits of the dataset under the present one, until they are set anew."""
        if self.shows_passes and tuple(overlays) != self.overlays:
            self.overlays = tuple(overlays)
            self._show_overlays()
            self._show_others()

    def set_band(self, band: Band | None) -> None:
        """Show how far networks scatter around their mean, or nothing.

        Bands around curves; over two inputs a shade where the class is unsure, or dots.
        """
        if self.shows_passes and band is not self.fit_band:
            self.fit_band = band
            self._show_band()
            self._show_others()

    def set_members(self, fits: Sequence[Fit]) -> None:
        """Show single networks faintly, as curves, boundaries or contour lines."""
        if self.shows_passes and tuple(fits) != self.member_fits:
            self.member_fits = tuple(fits)
            self._show_members()
            self._show_others()

    def set_surface(self, shown: Surface) -> None:
        """Show over two inputs the fit with the band, the fit alone, or how far networks scatter.

        The hover line reads the band in any case.
        """

    def add_switches(self, switches: Sequence[QWidget]) -> None:
        """Take buttons into the line of the legend, where there is one."""

    def _splits(self) -> list[ShownSplit]:
        """Those that belong to the subject, drawn or not, in the order of the legend."""
        dataset = self.dataset
        assert dataset is not None
        both: tuple[tuple[str, Split, MarkerShape, str], ...] = (
            ("training", dataset.train, TRAIN_SHAPE, ROLES.train),
            ("validation", dataset.valid, VALID_SHAPE, ROLES.valid),
        )
        found = [one for one in both if one[0] in self.subject.splits]
        return [ShownSplit(*one, row) for row, one in enumerate(found)]

    def _drawn_splits(self) -> list[ShownSplit]:
        return [one for one in self._splits() if self.shows_validation or one.name == "training"]

    # what each view has of its own

    def _show_points(self) -> None: ...

    def _show_overlays(self) -> None: ...

    def _show_band(self) -> None: ...

    def _show_members(self) -> None: ...

    def _show_others(self) -> None:
        """What lies under the fit changed."""


class ChartPanel(LegendChart, FitPanel):
    """A legend above one chart."""

    def add_switches(self, switches: Sequence[QWidget]) -> None:
        """Take buttons to the right of the legend."""
        for switch in switches:
            self.header.addWidget(switch)


class InputsPanel(ChartPanel):
    """A view whose axes are the inputs, so that fits lie over each other in it.

    Attributes
    ----------
    points, validation, wrong
        Layers of the training points, of the validation points, and of crosses at those that are
        assigned another class; a view places them among its own.
    """

    shows_passes = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = PointsLayer()
        self.validation = PointsLayer()
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
        self.fit, self.overlays = None, ()
        self._take(dataset)
        self._show_under()
        self.set_fit(None)
        self.fit_ranges()
        self.chart.reset_ranges()
        self.chart.set_labels(*self._axis_names(dataset))
        self._show_points()

    def set_points(self, dataset: Dataset) -> None:
        """Show edited points; the fit, other fits and the ranges stay."""
        fit = None if self.dataset is None else carried(self.fit, self.dataset, dataset)
        self.overlays = tuple(replace(o, grid=o.grid or self._grid) for o in self.overlays)
        self._take(dataset)
        for shown in self._splits():
            self._cover(shown.split)
        self.set_fit(fit)
        self._show_under()
        self._show_points()

    def set_fit(self, fit: Fit | None) -> None:
        """Show a fit, whose lines or surface a view draws before, and mark the wrong points."""
        self.fit = fit
        self._mark_wrong()
        self._show_entries()
        self.chart.refresh()

    def _show_others(self) -> None:
        self._show_entries()
        self.chart.canvas.rest()
        self.chart.hover.read_again()

    def _take(self, dataset: Dataset) -> None:
        """Everything of a dataset but its ranges; what many networks predicted before goes."""
        self.dataset, self._grid = dataset, grid_of(dataset)
        assert self._grid is not None, "it needs a dataset with one or two inputs"
        self.member_fits, self.fit_band = (), None

    def _show_under(self) -> None:
        self._show_overlays()
        self._show_band()
        self._show_members()

    # what each view has of its own

    def _axis_names(self, dataset: Dataset) -> tuple[str, str]:
        raise NotImplementedError

    def _cover(self, split: Split) -> None:
        """Let the axes hold these points too."""
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

    def _show_points(self) -> None:
        self._split_entries = []
        layers = {"training": self.points, "validation": self.validation}
        for layer in layers.values():
            layer.groups = ()
        for shown in self._drawn_splits():
            n = len(shown.split.y)
            some = thinned(n)
            group = self._group(shown, shown.split.x[some], shown.split.y[some])
            layers[shown.name].groups = (group,)
            text, (fill, ring) = points_text(shown.name, len(some), n), self._signs(shown, group)
            entry = Entry(shown.shape, text, fill, ring, shown.name, self.subject.points_tip)
            self._split_entries.append(entry)
        self._mark_wrong()
        self._show_entries()
        self.chart.canvas.rest()

    def _mark_wrong(self) -> None:
        dataset, fit, groups = self.dataset, self.fit, []
        if dataset is not None and fit is not None and self._marks_wrong:
            predicted = {"training": fit.train, "validation": fit.valid}
            for shown in self._drawn_splits():
                split = shown.split
                wrong = np.flatnonzero(~correct(dataset, predicted[shown.name], split.y))
                wrong = wrong[thinned(len(wrong))]
                group = self._group(shown, split.x[wrong], split.y[wrong])
                is_quiet = shown.name == "validation"  # there may be a hundred of them
                cross = replace(
                    group,
                    shape="cross",
                    fills=(ROLES.foreground,),
                    ring=ROLES.background,
                    size=1.7 * group.size + (2 if is_quiet else 5),  # it sticks out from behind
                    which=None,
                    seam=None,
                    weight=0.5 if is_quiet else 1.0,
                )
                groups.append(cross)
        self.wrong.groups = tuple(reversed(groups))

    @property
    def _marks_wrong(self) -> bool:
        return self.has_classes and self.subject.marks_wrong

    # the legend

    def _show_entries(self) -> None:
        dataset = self.dataset
        if dataset is None:
            return
        entries = [*self._split_entries]
        if self._marks_wrong:
            text = wrong_text(dataset, self.fit)
            tip = f"{text} (training, then validation): assigned another class than their own"
            entries.append(Entry("cross", text, ROLES.foreground, short="wrong", tip=tip))
        others = [other_entry(o.name, o.color) for o in self._drawn_overlays()]
        self.legend.set_entries([*entries, *self._fit_entries(), *others])

    def _signs(self, shown: ShownSplit, points: Points) -> tuple[str, str | None]:
        """Fill and ring of the points in the legend, where their own fills differ."""
        return ROLES.background, shown.color

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
        fit, band = self.fit, self.fit_band
        if fit is None or fit.grid is None:
            return []
        values = np.atleast_1d(fit.grid[at])
        std = None if band is None else np.atleast_1d(band.std[at])
        is_own = band is not None and (self.has_classes or band.mean is fit.grid)
        rows = []
        for k, (name, value, color) in enumerate(zip(names, values, colors, strict=True)):
            if self.has_classes:
                text = probability_text(value, std[k] if std is not None and is_own else None)
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
            value = float(here[top])
            text = f"{self.dataset.class_names[top]} {probability_text(value)}"
        return ReadoutRow(overlay.name, text, overlay.color, self._dot(value))

    def _dot(self, value: float) -> float | None:
        """How far from the top a dot is at a value, where the heights of the plot are values."""
        return None


def wrong_text(dataset: Dataset, fit: Fit | None) -> str:
    """A legend's text, such as "wrong: 3 of 140, 5 of 60": training, then validation."""
    if fit is None:
        return "wrong"
    counts = [
        f"{int(np.count_nonzero(~correct(dataset, predicted, split.y)))} of {len(split.y):,}"
        for predicted, split in ((fit.train, dataset.train), (fit.valid, dataset.valid))
    ]
    return "wrong: " + ", ".join(counts)


def points_text(name: str, shown: int, n: int) -> str:
    """A legend's text for a set of points, which says so when only some are drawn."""
    return f"{name} ({n:,})" if shown == n else f"{name} ({shown:,} of {n:,})"
