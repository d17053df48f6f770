"""What a person says about a table: its target, its inputs, and how to learn from it."""

from collections.abc import Collection, Sequence
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets.rows import Table
from regplay.gui.data import outcome
from regplay.gui.data.columns import ColumnsList
from regplay.gui.naming import named

Task = Literal["auto", "regression", "classification"]
_TASKS: dict[Task, str] = {
    "auto": "Automatic",
    "regression": "A number",
    "classification": "A class",
}
_WIDTH = 270  # px
_IN_POINTS, _IN_A_FILE = 0, 1


class TableForm(QWidget):
    """The questions about a table.

    Signals
    -------
    columnsChanged
        Another target, other inputs, or another task.
    usesChanged
        Another share to validate on, another scale, another place to keep it.
    """

    columnsChanged = Signal()
    usesChanged = Signal()

    def __init__(self, is_pasted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Created in the order in which Tab leads through them.
        self.target_box = named("data.dialog.target", QComboBox(self))
        self.task_box = named("data.dialog.task", QComboBox(self))
        self._all = named("data.dialog.all", QPushButton("All", self))
        self._none = named("data.dialog.none", QPushButton("None", self))
        self.columns = named("data.dialog.inputs", ColumnsList(self))
        self.share_box = named("data.dialog.share", QSpinBox(self))
        self.scale_box = named("data.dialog.standardize", QCheckBox("&Standardize", self))
        self.keep_box = named("data.dialog.keep", QComboBox(self))

        self.target_box.setToolTip("The column to predict.")
        for task, title in _TASKS.items():
            self.task_box.addItem(title, task)
        self.task_box.setToolTip(
            "What the target is. Automatic: text, or the whole numbers 0, 1, 2 …, are classes; "
            "all else is a number."
        )
        self.share_box.setRange(outcome.LEAST, outcome.MOST)
        self.share_box.setValue(outcome.USUAL)
        self.share_box.setSingleStep(5)
        self.share_box.setSuffix(" %")
        self.share_box.setToolTip("Share of the rows to measure the fit on; never trained on.")
        self.scale_box.setChecked(True)
        self.scale_box.setToolTip(
            "Give inputs and a numeric target mean 0 and standard deviation 1."
        )
        self.keep_box.addItems(["The experiment", "A file…"])
        self.keep_box.setToolTip(
            "The experiment itself can hold points of one or two inputs, which can then be edited; "
            "a file keeps the names of columns and classes too."
        )
        for box in (self.target_box, self.task_box, self.keep_box):
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(80)
        self._is_pasted = is_pasted
        self._place = _IN_POINTS  # where the person wants it
        self._lay_out()

        self.target_box.activated.connect(self._choose_target)
        self.task_box.currentIndexChanged.connect(self.columnsChanged)
        self.columns.changed.connect(self.columnsChanged)
        self._all.clicked.connect(lambda: self.columns.setAll(True))
        self._none.clicked.connect(lambda: self.columns.setAll(False))
        self.share_box.valueChanged.connect(self.usesChanged)
        self.scale_box.toggled.connect(self.usesChanged)
        self.keep_box.activated.connect(self._keep)

    def setColumns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
        """Offer these columns; nothing is emitted."""
        self.target_box.clear()
        self.target_box.addItems(list(names))
        self.target_box.setCurrentIndex(target)
        self.columns.setColumns(names, wanted, target)

    def setTable(self, table: Table | None) -> None:
        """Say what `Automatic` comes to."""
        title = _TASKS["auto"]
        if table is not None and self.task() == "auto":
            title += ": a class" if table.class_names else ": a number"
        self.task_box.setItemText(0, title)

    def offerPoints(self, reason: str) -> None:
        """Let pasted text be kept as points, unless there is a `reason` why it can't."""
        self.keep_box.setEnabled(not reason)
        self.keep_box.setCurrentIndex(_IN_A_FILE if reason else self._place)

    def target(self) -> int:
        """The column to predict; −1 for none."""
        return self.target_box.currentIndex()

    def task(self) -> Task:
        """What it is."""
        task: Task = self.task_box.currentData()
        return task

    def share(self) -> int:
        """Rows to validate on, in percent."""
        return self.share_box.value()

    def standardizes(self) -> bool:
        """Whether the network sees standardised values."""
        return self.scale_box.isChecked()

    def keepsPoints(self) -> bool:
        """Whether the experiment is to hold pasted text as points."""
        return self._is_pasted and self.keep_box.currentIndex() == _IN_POINTS

    def _choose_target(self, column: int) -> None:
        self.columns.setTarget(column)
        self.columnsChanged.emit()

    def _keep(self, place: int) -> None:
        self._place = place
        self.usesChanged.emit()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Target", self.target_box)
        form.addRow("&Predict", self.task_box)
        inputs = QHBoxLayout()
        label = QLabel("&Inputs", self)
        label.setBuddy(self.columns)
        inputs.addWidget(label, 1)
        for button, which in ((self._all, "every column"), (self._none, "no column")):
            button.setToolTip(f"Check {which}.")
            button.setAutoDefault(False)
            inputs.addWidget(button)
        below = QFormLayout()
        below.addRow("&Validate on", self.share_box)
        below.addRow(self.scale_box)
        if self._is_pasted:
            below.addRow("&Keep in", self.keep_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addLayout(inputs)
        layout.addWidget(self.columns, 1)
        layout.addLayout(below)
        self.setFixedWidth(_WIDTH)
        self.keep_box.setVisible(self._is_pasted)
