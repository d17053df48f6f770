"""A chart below a legend, with room for buttons at the legend's right end."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.gui.plots.chart import Chart
from regplay.gui.plots.legend import Legend
from regplay.gui.theme import LIGHT, Colors

_HEADER = 26  # px: all legends are as high, with buttons or without, so that plots line up


class LegendChart(QWidget):
    """What most plots are made of.

    Attributes
    ----------
    header
        The legend, and what a view puts at its right end.
    row
        The chart, and what a view puts beside it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self.legend = Legend()
        self.legend.setMinimumHeight(_HEADER)
        self.chart = Chart()
        self.header = QHBoxLayout()
        self.header.setContentsMargins(0, 0, 4, 0)
        self.header.setSpacing(4)
        self.header.addWidget(self.legend, 1)
        self.row = QHBoxLayout()
        self.row.addWidget(self.chart, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.header)
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
