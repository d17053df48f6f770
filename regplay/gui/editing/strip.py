"""The line of tools above the plot while points are edited."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QWidget

from regplay.core.datasets import Dataset
from regplay.core.datasets.points import MAX_CLASSES
from regplay.gui.editing.class_chip import ClassChip
from regplay.gui.editing.hint import Hint
from regplay.gui.editing.target_box import TargetBox
from regplay.gui.naming import named
from regplay.gui.plots.ranges import bounds
from regplay.gui.plots.toggle import Toggle
from regplay.gui.theme import Colors

_HINT = "Click adds, drag moves, right click deletes"
_CLASSES_HINT = f"{_HINT}; Shift: the next class"
_OUTLIER = "A point far from what the others tell: what does one such point do to the fit?"


class EditStrip(QWidget):
    """Which class or value points to come have, an outlier, and how many points there are.

    Signals
    -------
    classChosen
        (int): points to come are of another class.
    outlierClicked
        One more point is wanted, far from what the others tell.
    """

    classChosen = Signal(int)
    outlierClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("edit.strip")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 1, 6, 3)
        row.setSpacing(3)
        self._group = QButtonGroup(self)
        self.chips = [named(f"edit.class.{k}", ClassChip(k)) for k in range(MAX_CLASSES)]
        for chip in self.chips:
            self._group.addButton(chip)
            row.addWidget(chip)
            chip.clicked.connect(lambda _, k=chip.index: self.classChosen.emit(k))
        self.chips[0].setChecked(True)
        self._value = QLabel("Value")
        self.target = named("edit.value", TargetBox())
        row.addWidget(self._value)
        row.addWidget(self.target)
        self.outlier = named("edit.outlier", Toggle("Add outlier", _OUTLIER))
        self.outlier.setCheckable(False)
        self.outlier.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.outlier.clicked.connect(self.outlierClicked)
        row.addWidget(self.outlier)
        row.addSpacing(6)
        self.hint = named("edit.hint", Hint())
        row.addWidget(self.hint, 1)
        row.addSpacing(6)
        self.count = named("edit.count", QLabel())
        row.addWidget(self.count)

    @property
    def currentClass(self) -> int:
        """The class of points to come."""
        return next(chip.index for chip in self.chips if chip.isChecked())

    def setClass(self, index: int) -> None:
        """Make this the class of points to come."""
        self.chips[index].setChecked(True)
        self.classChosen.emit(index)

    def setDataset(self, dataset: Dataset) -> None:
        """Show what goes with the points of a dataset."""
        has_classes = dataset.task == "classification"
        for chip in self.chips:
            chip.setVisible(has_classes)
        has_value = not has_classes and dataset.n_inputs == 2
        self._value.setVisible(has_value)
        self.target.setVisible(has_value)
        span = bounds(dataset.train.y) if has_value else None
        if span is not None:
            self.target.setSpan(span)
        self.hint.setText(_CLASSES_HINT if has_classes else _HINT)
        n = len(dataset.train.y)
        self.count.setText(f"{n:,} training point{'s' * (n != 1)}")

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.hint.setColors(colors)
        for chip in self.chips:
            chip.setColors(colors)
