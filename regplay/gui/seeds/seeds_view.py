"""The tab of many seeds: how far networks lie apart, and what their error is made of."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.bias_variance import Decomposition, Spread, has_decomposition
from regplay.core.datasets import Dataset
from regplay.gui.seeds.decomposition_view import DecompositionView
from regplay.gui.seeds.header import SeedsHeader
from regplay.gui.seeds.loss_strip import SeedLosses
from regplay.gui.seeds.settling import Pauses
from regplay.gui.seeds.spread_view import SpreadView
from regplay.gui.theme import Colors

_PLOT, _SENTENCE = 5, 2  # shares of the width


class SeedsView(QWidget):
    """The spread of the fits on the left, bias² + variance + noise on the right. Trains nothing.

    What a person chooses and presses is told by the signals of `header`.
    """

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

        self.header.axisChanged.connect(self.decomposition.plot.setAxis)
        self._pauses = Pauses()

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
        # A sentence leaves most of the room to the plot beside it.
        self._plots.setStretch(1, _PLOT if self.decomposition.has_plot else _SENTENCE)

    def setSpread(self, spread: Spread | None) -> None:
        """Show what the networks predict at `grid_of(dataset).x`, or nothing."""
        self.spread.setSpread(spread)

    def setLosses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        self.spread.setLosses(losses)

    def setDecompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show bias², variance and noise at these values of the axis; None where not trained."""
        self.decomposition.plot.setDecompositions(values, parts)

    def setProgress(self, progress: float, is_running: bool) -> None:
        """Show how much is done, in [0, 1], and whether the button starts or stops."""
        self.header.setProgress(progress, is_running)
        if self._pauses.is_due(progress, is_running):
            self.settle()

    def settle(self) -> None:
        """Give the axes the ranges of what is shown; otherwise they only grow."""
        self.spread.settle()
        self.decomposition.plot.settle()

    def setCurrent(self, value: float) -> None:
        """Mark the present experiment's value on the axis; NaN marks nothing."""
        self.decomposition.plot.setCurrent(value)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.spread.setColors(colors)
        self.decomposition.setColors(colors)
