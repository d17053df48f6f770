"""The tab of many seeds: how far networks lie apart, and what their error is made of."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from regplay.core.bias_variance import DECOMPOSED, Decomposition, Spread, has_decomposition
from regplay.core.datasets import Dataset
from regplay.core.fields import FIELDS
from regplay.gui.controls.number import CountBox
from regplay.gui.seeds.decomposition import DecompositionView
from regplay.gui.seeds.loss_strip import Pauses, SeedLosses
from regplay.gui.seeds.spread_surface import SpreadView
from regplay.gui.widgets.layout import named

_FEWEST, _MOST, _DEFAULT = 5, 100, 20


class SeedsHeader(QWidget):
    """The row above the plots.

    Signals
    -------
    seeds_changed, axis_changed
        A person chose another number of seeds, or the path of another axis.
    start_clicked, stop_clicked, double_descent_clicked
        A button was pressed.
    """

    seeds_changed = Signal(int)
    axis_changed = Signal(str)
    start_clicked = Signal()
    stop_clicked = Signal()
    double_descent_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_running = False
        self.box = named("seeds.count", CountBox())
        self.box.setRange(_FEWEST, _MOST)
        self.box.setValue(_DEFAULT)
        self.box.setToolTip(
            "How many networks are trained at each position, each with points, noise and initial "
            "weights of its own"
        )
        self.box.valueChanged.connect(self.seeds_changed)
        self.combo = named("seeds.axis", QComboBox())
        for path in DECOMPOSED:
            self.combo.addItem(FIELDS[path].label, path)
        self.combo.setToolTip("What bias² and variance are measured against")
        self.combo.currentIndexChanged.connect(lambda _: self.axis_changed.emit(self.axis()))
        self.start = named("seeds.start", QPushButton("Start"))
        self.start.setMinimumWidth(72)
        self.start.clicked.connect(self._clicked)
        self.progress = named("seeds.progress", QProgressBar())
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.double_descent = named("seeds.doubleDescent", QPushButton("Double descent"))
        self.double_descent.setToolTip(
            "An experiment whose validation loss falls with the width, rises as networks come to "
            "fit the noise, and falls again beyond"
        )
        self.double_descent.clicked.connect(self.double_descent_clicked)

        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        for text, widget in (("Seeds", self.box), ("against", self.combo)):
            label = QLabel(text)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
            row.addSpacing(6)
        row.addWidget(self.start)
        row.addWidget(self.progress, 1)
        row.addSpacing(6)
        row.addWidget(self.double_descent)
        self.set_progress(0.0, False)

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.box.value()

    def set_seeds(self, seeds: int) -> None:
        """Show another number, without `seeds_changed`."""
        self.box.show_value(seeds)

    def axis(self) -> str:
        """The chosen path, one of `DECOMPOSED`."""
        return str(self.combo.currentData())

    def set_axis(self, path: str) -> None:
        """Show another axis, without `axis_changed`."""
        was_blocked = self.combo.blockSignals(True)
        self.combo.setCurrentIndex(DECOMPOSED.index(path))
        self.combo.blockSignals(was_blocked)

    def set_progress(self, progress: float, is_running: bool) -> None:
        """Show how much is done, in [0, 1], and whether the button starts or stops."""
        self._is_running = is_running
        self.progress.setValue(round(1000 * progress))
        self.start.setText("Stop" if is_running else "Start")
        tip = "Stop here; what is trained stays" if is_running else "Train all of these networks"
        self.start.setToolTip(tip)

    def _clicked(self) -> None:
        (self.stop_clicked if self._is_running else self.start_clicked).emit()


pass

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
        self.decomposition.plot.set_axis(self.axis())

        self.header.axis_changed.connect(self.decomposition.plot.set_axis)
        self._pauses = Pauses()

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.header.seeds()

    def set_seeds(self, seeds: int) -> None:
        """Show another number, without `seeds_changed`."""
        self.header.set_seeds(seeds)

    def axis(self) -> str:
        """The field path of the right plot's axis, one of `DECOMPOSED`."""
        return self.header.axis()

    def set_axis(self, path: str) -> None:
        """Show another axis and nothing along it, without `axis_changed`."""
        if path != self.axis():
            self.header.set_axis(path)
            self.decomposition.plot.set_axis(path)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet; decides whether there is a decomposition."""
        self.spread.set_dataset(dataset)
        self.decomposition.set_dataset(dataset)
        self.header.combo.setEnabled(has_decomposition(dataset))
        # A sentence leaves most of the room to the plot beside it.
        self._plots.setStretch(1, _PLOT if self.decomposition.has_plot else _SENTENCE)

    def set_spread(self, spread: Spread | None) -> None:
        """Show what the networks predict at `grid_of(dataset).x`, or nothing."""
        self.spread.set_spread(spread)

    def set_losses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        self.spread.set_losses(losses)

    def set_decompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show bias², variance and noise at these values of the axis; None where not trained."""
        self.decomposition.plot.set_decompositions(values, parts)

    def set_progress(self, progress: float, is_running: bool) -> None:
        """Show how much is done, in [0, 1], and whether the button starts or stops."""
        self.header.set_progress(progress, is_running)
        if self._pauses.is_due(progress, is_running):
            self.settle()

    def settle(self) -> None:
        """Give the axes the ranges of what is shown; otherwise they only grow."""
        self.spread.settle()
        self.decomposition.plot.settle()

    def set_current(self, value: float) -> None:
        """Mark the present experiment's value on the axis; NaN marks nothing."""
        self.decomposition.plot.set_current(value)
