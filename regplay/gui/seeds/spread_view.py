"""What many networks predict, in the way that suits the dataset."""

from PySide6.QtWidgets import QStackedLayout, QWidget

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset
from regplay.gui.seeds.sentence import Sentence
from regplay.gui.seeds.spread_curves import SpreadCurves
from regplay.gui.seeds.spread_surface import SpreadSurface
from regplay.gui.theme import Colors

_TOO_MANY = (
    "This dataset has {count} inputs: there is no picture of how the fits lie over more than two."
)


class SpreadView(QWidget):
    """Curves for one input, a surface for two, a sentence for more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = SpreadCurves()
        self.surface = SpreadSurface()
        self.sentence = Sentence("seeds.noFit")
        self._stack = QStackedLayout(self)
        for widget in (self.sentence, self.curves, self.surface):
            self._stack.addWidget(widget)

    @property
    def panel(self) -> SpreadCurves | SpreadSurface | None:
        """What is shown; None while it is the sentence."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, SpreadCurves | SpreadSurface) else None

    def setDataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        panels: dict[int, SpreadCurves | SpreadSurface] = {1: self.curves, 2: self.surface}
        panel = panels.get(dataset.n_inputs)
        if panel is None:
            self.sentence.setText(_TOO_MANY.format(count=dataset.n_inputs))
            self._stack.setCurrentWidget(self.sentence)
            return
        panel.setDataset(dataset)
        self._stack.setCurrentWidget(panel)

    def setSpread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the dataset's grid, or nothing."""
        if self.panel is not None:
            self.panel.setSpread(spread)

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.curves.setColors(colors)
        self.surface.setColors(colors)
