"""A plot with its legend above it: what every view of the fit is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid
from regplay.gui.plots.legend_chart import LegendChart
from regplay.gui.theme import LIGHT, Colors


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
    """What networks thinned by dropout predict, at the grid points of the dataset.

    Attributes
    ----------
    mean, std
        [grid points] in the target's units, or [grid points, classes].
    """

    mean: Floats
    std: Floats


class FitPanel(QWidget):
    """One way to show a fit; `FitView` picks among them.

    Attributes
    ----------
    shows_passes
        Whether it can show a band and thinned networks: it draws over the inputs themselves.
    """

    shows_passes = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self.dataset: Dataset | None = None
        self.fit: Fit | None = None
        self._overlays: tuple[Overlay, ...] = ()
        self._thinned: tuple[Fit, ...] = ()
        self._band: Band | None = None

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        """Other fits that lie over this one."""
        return self._overlays

    @property
    def thinnedFits(self) -> tuple[Fit, ...]:
        """Single thinned networks that are shown."""
        return self._thinned

    @property
    def passesBand(self) -> Band | None:
        """How far thinned networks scatter, where that is shown."""
        return self._band

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points of a dataset, and no fit yet: overlays, band and thinned fits go too."""
        raise NotImplementedError

    def setPoints(self, dataset: Dataset) -> None:
        """Show a dataset after an edit of its points: what else is shown stays where it is.

        The fit stays until the next one, and ranges change only where points leave them.
        """
        self.setDataset(dataset)

    def fitRanges(self) -> None:
        """Let the ranges fit the points anew, after edits that they rested in."""

    def setFit(self, fit: Fit | None) -> None:
        """Show what a network predicts, or nothing."""
        raise NotImplementedError

    def clearPast(self) -> None:
        """Forget earlier fits."""

    def setOverlays(self, overlays: Sequence[Overlay]) -> None:
        """Lay other fits over this one, where this way of showing can."""

    def setBand(self, band: Band | None) -> None:
        """Show how far thinned networks scatter, where this way of showing can."""

    def setThinned(self, fits: Sequence[Fit]) -> None:
        """Show single thinned networks, where this way of showing can."""

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        raise NotImplementedError


class ChartPanel(LegendChart, FitPanel):
    """A legend above one chart."""


def counted(name: str, shown: int, n: int) -> str:
    """A legend's text for a set of points, which says so when only some are drawn."""
    return f"{name} ({n:,})" if shown == n else f"{name} ({shown:,} of {n:,})"
