"""How many seeds, along which axis, and the course of training them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

from regplay.core.bias_variance import DECOMPOSED
from regplay.core.fields import FIELDS
from regplay.gui.controls.count_box import CountBox
from regplay.gui.naming import named

_FEWEST, _MOST, _DEFAULT = 5, 100, 20


class SeedsHeader(QWidget):
    """The row above the plots.

    Signals
    -------
    seedsChanged, axisChanged
        A person chose another number of seeds, or the path of another axis.
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
        self._is_running = False
        self.box = named("seeds.count", CountBox())
        self.box.setRange(_FEWEST, _MOST)
        self.box.setValue(_DEFAULT)
        self.box.setToolTip(
            "How many networks are trained at each position, each with points, noise and initial "
            "weights of its own"
        )
        self.box.valueChanged.connect(self.seedsChanged)
        self.combo = named("seeds.axis", QComboBox())
        for path in DECOMPOSED:
            self.combo.addItem(FIELDS[path].label, path)
        self.combo.setToolTip("What bias² and variance are measured against")
        self.combo.currentIndexChanged.connect(lambda _: self.axisChanged.emit(self.axis()))
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
        self.double_descent.clicked.connect(self.doubleDescentClicked)

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
        self.setProgress(0.0, False)

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.box.value()

    def setSeeds(self, seeds: int) -> None:
        """Show another number, without `seedsChanged`."""
        self.box.showValue(seeds)

    def axis(self) -> str:
        """The chosen path, one of `DECOMPOSED`."""
        return str(self.combo.currentData())

    def setAxis(self, path: str) -> None:
        """Show another axis, without `axisChanged`."""
        was_blocked = self.combo.blockSignals(True)
        self.combo.setCurrentIndex(DECOMPOSED.index(path))
        self.combo.blockSignals(was_blocked)

    def setProgress(self, progress: float, is_running: bool) -> None:
        """Show how much is done, in [0, 1], and whether the button starts or stops."""
        self._is_running = is_running
        self.progress.setValue(round(1000 * progress))
        self.start.setText("Stop" if is_running else "Start")
        tip = "Stop here; what is trained stays" if is_running else "Train all of these networks"
        self.start.setToolTip(tip)

    def _clicked(self) -> None:
        (self.stopClicked if self._is_running else self.startClicked).emit()
