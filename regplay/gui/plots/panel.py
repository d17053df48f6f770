"""A plot with its legend above it: what every view of the fit is made of."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.legend import Legend
from regplay.gui.theme import LIGHT, Colors


class FitPanel(QWidget):
    """One way to show a fit; `FitView` picks among them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self.dataset: Dataset | None = None
        self.fit: Fit | None = None

    def setDataset(self, dataset: Dataset) -> None:
        """Show the points of a dataset, and no fit yet."""
        raise NotImplementedError

    def setFit(self, fit: Fit | None) -> None:
        """Show what a network predicts, or nothing."""
        raise NotImplementedError

    def clearPast(self) -> None:
        """Forget earlier fits."""

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        raise NotImplementedError


class ChartPanel(FitPanel):
    """A legend above one chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.chart = Chart()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.legend)
        self.row = QHBoxLayout()  # the chart, and what a view puts beside it
        self.row.addWidget(self.chart, 1)
        layout.addLayout(self.row, 1)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.colors = colors
        self.legend.setColors(colors)
        self._style()
        self.chart.setColors(colors)

    def _style(self) -> None:
        """Give the layers and the legend the colours of `self.colors`."""
        raise NotImplementedError


def counted(name: str, shown: int, n: int) -> str:
    """A legend's text for a set of points, which says so when only some are drawn."""
    return f"{name} ({n:,})" if shown == n else f"{name} ({shown:,} of {n:,})"
