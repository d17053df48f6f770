"""What many networks predict, in the way that suits the dataset."""

from PySide6.QtWidgets import QStackedLayout, QWidget

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset
from regplay.gui.seeds.loss_strip import LossStrip, SeedLosses
from regplay.gui.seeds.spread_curves import SpreadCurves
from regplay.gui.seeds.spread_surface import SpreadSurface
from regplay.gui.theme import Colors


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

    def setDataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        panels: dict[int, SpreadCurves | SpreadSurface] = {1: self.curves, 2: self.surface}
        panel = panels.get(dataset.n_inputs)
        if panel is None:
            self.strip.clear()
        else:
            panel.setDataset(dataset)
        self._stack.setCurrentWidget(panel or self.strip)

    def setSpread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the dataset's grid, or nothing."""
        if self.panel is not None:
            self.panel.setSpread(spread)

    def setLosses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        if self.panel is None:
            self.strip.setLosses(losses)

    def settle(self) -> None:
        """Give up the room that only earlier predictions needed."""
        (self.panel or self.strip).settle()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.curves.setColors(colors)
        self.surface.setColors(colors)
        self.strip.setColors(colors)
