"""A plot with its legend above it: what every view of the fit is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, Split
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.legend import LegendChart
from regplay.gui.theme import ROLES
from regplay.session.drawing import unchanged_rows

Surface = Literal["fit and band", "fit", "std"]  # "std" is that of the band, as colours


@dataclass(frozen=True, eq=False)
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


class FitPanel(QWidget):
    """One way to show a fit; `FitView` picks among them.

    Attributes
    ----------
    shows_passes
        Whether it can show a band and single networks: it draws over the inputs themselves.
    subject
        What is shown; set before the first dataset.
    caption
        What a figure is called, in place of the epoch of the fit.
    """

    shows_passes = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = ROLES
        self.dataset: Dataset | None = None
        self.fit: Fit | None = None
        self.subject = RUN
        self.caption = ""
        self._overlays: tuple[Overlay, ...] = ()
        self._members: tuple[Fit, ...] = ()
        self._band: Band | None = None

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """Other fits that lie over this one."""
        return self._overlays

    @property
    def member_fits(self) -> tuple[Fit, ...]:
        """Single networks that are shown."""
        return self._members

    @property
    def fit_band(self) -> Band | None:
        """How far networks scatter, where that is shown."""
        return self._band

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the points of a dataset, and nothing that was predicted yet."""
        raise NotImplementedError

    def set_points(self, dataset: Dataset) -> None:
        """Show a dataset after an edit of its points: what else is shown stays where it is.

        The fit stays until the next one, and ranges change only where points leave them.
        """
        self.set_dataset(dataset)

    def fit_ranges(self) -> None:
        """Let the ranges fit what is shown anew: otherwise they rest, or grow."""

    def set_fit(self, fit: Fit | None) -> None:
        """Show what a network predicts, or nothing."""
        raise NotImplementedError

    def clear_past(self) -> None:
        """Forget earlier fits."""

    def set_fit_color(self, color: str | None) -> None:
        """Draw the fit in the colour of its run, or in its own."""

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Lay other fits over this one, where this way of showing can."""

    def set_band(self, band: Band | None) -> None:
        """Show how far networks scatter, where this way of showing can."""

    def set_members(self, fits: Sequence[Fit]) -> None:
        """Show single networks faintly, where this way of showing can."""

    def set_surface(self, shown: Surface) -> None:
        """Show this on a surface, where there is one."""

    def add_switches(self, switches: Sequence[QWidget]) -> None:
        """Take buttons into the line of the legend, where this way of showing has one."""


class ChartPanel(LegendChart, FitPanel):
    """A legend above one chart."""

    def add_switches(self, switches: Sequence[QWidget]) -> None:
        """Take buttons to the right of the legend."""
        for switch in switches:
            self.header.addWidget(switch)

    def set_fit_color(self, color: str | None) -> None:
        """Draw the fit in the colour of its run, or in its own."""
        self.chart.set_fit_color(color)
        self.legend.set_fit_color(color)


def counted(name: str, shown: int, n: int) -> str:
    """A legend's text for a set of points, which says so when only some are drawn."""
    return f"{name} ({n:,})" if shown == n else f"{name} ({shown:,} of {n:,})"


def carried(fit: Fit | None, before: Dataset, after: Dataset) -> Fit | None:
    """A fit of one dataset, on the grid and at the points of another with the same inputs.

    What the network predicts at other places is interpolated; beyond the edge of its grid it is
    what it was there. None if it can't be shown: of other classes, or over other inputs.
    """
    old, new = grid_of(before), grid_of(after)
    if fit is None or fit.grid is None or old is None or new is None:
        return None
    if (before.n_inputs, before.class_names) != (after.n_inputs, after.class_names):
        return None
    is_same = np.array_equal(old.low, new.low) and np.array_equal(old.high, new.high)
    return replace(
        fit,
        train=_at_points(fit.grid, old, fit.train, before.train, after.train),
        valid=_at_points(fit.grid, old, fit.valid, before.valid, after.valid),
        grid=fit.grid if is_same else interpolated(fit.grid, old, new.x),
    )


def _at_points(values: Floats, grid: Grid, known: Floats, before: Split, after: Split) -> Floats:
    """Predictions at points; of those that are as before, what is known."""
    head, tail = unchanged_rows(before, after)
    moved = after.x[head : len(after.y) - tail]
    between = interpolated(values, grid, moved)
    return np.concatenate([known[:head], between, known[len(known) - tail :]])


def interpolated(values: Floats, grid: Grid, x: Floats) -> Floats:
    """What was predicted on a grid, [points] or [points, classes], at `x` [n, d]: [n] or [n, ..].

    Linear between the grid's points; beyond them, what is at the edge.
    """
    ends = np.array(grid.shape[::-1]) - 1  # along the first input, and the second
    place = ((x - grid.low) / (grid.high - grid.low)).clip(0, 1) * ends
    first = np.minimum(place.astype(np.intp), np.maximum(ends - 1, 0))
    share = place - first
    shaped = values.reshape(*grid.shape, *values.shape[1:])
    rest = (1,) * (values.ndim - 1)
    along, u = first[:, 0], share[:, 0].reshape(-1, *rest)
    if len(grid.shape) == 1:
        between: Floats = shaped[along] * (1 - u) + shaped[along + 1] * u
        return between
    up, v = first[:, 1], share[:, 1].reshape(-1, *rest)
    low = shaped[up, along] * (1 - u) + shaped[up, along + 1] * u
    high = shaped[up + 1, along] * (1 - u) + shaped[up + 1, along + 1] * u
    found: Floats = low * (1 - v) + high * v
    return found
