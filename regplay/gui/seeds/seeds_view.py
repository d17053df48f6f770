"""The tab of many seeds: how far networks lie apart, and what their error is made of."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.bias_variance import Decomposition, Spread, has_decomposition
from regplay.core.datasets import Dataset
from regplay.gui.seeds.decomposition_view import DecompositionView
from regplay.gui.seeds.header import SeedsHeader
from regplay.gui.seeds.spread_view import SpreadView
from regplay.gui.theme import Colors

_PLOT, _SENTENCE = 5, 2  # shares of the width


class SeedsView(QWidget):
    """The spread of the fits on the left, bias² + variance + noise on the right. Trains nothing.

    Signals
    -------
    seedsChanged, axisChanged
        A person chose another number of seeds, or the field path of another axis.
    startClicked, stopClicked, doubleDescentClicked
        A button was pressed.
    """

    seedsChanged = Signal(int)
    axisChanged = Signal(str)
    startClicked = Signal()
    stopClicked = Signal()
    doubleDescentClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seeds")
        self.header = SeedsHeader()
        self.spread = SpreadView()
        self.decomposition = DecompositionView()
        plots = self._plots = QHBoxLayout()
        plots.setSpacing(8)
        plots.addWidget(self.spread, _PLOT)
        plots.addWidget(self.decomposition, _PLOT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(plots, 1)
        self.decomposition.plot.setAxis(self.axis())

        self.header.seedsChanged.connect(self.seedsChanged)
        self.header.axisChanged.connect(self._axis_chosen)
        self.header.startClicked.connect(self.startClicked)
        self.header.stopClicked.connect(self.stopClicked)
        self.header.doubleDescentClicked.connect(self.doubleDescentClicked)

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.header.seeds()

    def setSeeds(self, seeds: int) -> None:
        """Show another number, without `seedsChanged`."""
        self.header.setSeeds(seeds)

    def axis(self) -> str:
        """The field path of the right plot's axis, one of `DECOMPOSED`."""
        return self.header.axis()

    def setAxis(self, path: str) -> None:
        """Show another axis and nothing along it, without `axisChanged`."""
        if path != self.axis():
            self.header.setAxis(path)
            self.decomposition.plot.setAxis(path)

    def setDataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet; decides whether there is a decomposition."""
        self.spread.setDataset(dataset)
        self.decomposition.setDataset(dataset)
        self.header.combo.setEnabled(has_decomposition(dataset))
        fit, parts = self.spread.panel is not None, self.decomposition.has_plot
        # A sentence leaves most of the room to a plot beside it.
        self._plots.setStretch(0, _PLOT if fit or not parts else _SENTENCE)
        self._plots.setStretch(1, _PLOT if parts or not fit else _SENTENCE)

    def setSpread(self, spread: Spread | None) -> None:
        """Show what the networks predict at `grid_of(dataset).x`, or nothing."""
        self.spread.setSpread(spread)

    def setDecompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show bias², variance and noise at these values of the axis; None where not trained."""
        self.decomposition.plot.setDecompositions(values, parts)

    def setProgress(self, progress: float, is_running: bool) -> None:
        """Show how much is done, in [0, 1], and whether the button starts or stops."""
        self.header.setProgress(progress, is_running)

    def setCurrent(self, value: float) -> None:
        """Mark the present experiment's value on the axis; NaN marks nothing."""
        self.decomposition.plot.setCurrent(value)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.spread.setColors(colors)
        self.decomposition.setColors(colors)

    def _axis_chosen(self, path: str) -> None:
        self.decomposition.plot.setAxis(path)
        self.axisChanged.emit(path)
