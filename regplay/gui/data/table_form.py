"""The questions about a table: what to predict from what, and on which rows to validate."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import Table
from regplay.core.experiment import MissingRule, SplitKind, TargetKind
from regplay.gui.data.table_widgets import ColumnsList
from regplay.gui.theme import zoomed
from regplay.gui.widgets import PushButton, WholeNumberBox, named

_TASKS: dict[TargetKind, str] = {
    "auto": "Automatic",
    "regression": "A number",
    "classification": "A class",
}
_MISSING: dict[str, MissingRule] = {"Leave the rows out": "leave-out", "Fill them in": "fill"}
_SPLITS: dict[str, SplitKind] = {
    "Automatic": "auto",
    "Random rows": "random",
    "The last rows": "last",
    "Of each class its share": "stratified",
}
LEAST, USUAL, MOST = 10, 30, 50  # % of the rows that validate
_WIDTH, _WIDEST = 270, 340  # px at 100 %, and at any size of the text
_IN_POINTS, _IN_A_FILE = 0, 1


class TableForm(QWidget):
    """The questions about a table.

    Signals
    -------
    columns_changed
        Another target, other inputs, another task, or what becomes of missing values.
    target_chosen, inputs_chosen
        A person chose these; `columns_changed` follows.
    uses_changed
        Another share to validate on, another scale, another place to keep it.
    """

    columns_changed = Signal()
    target_chosen = Signal()
    inputs_chosen = Signal()
    uses_changed = Signal()

    def __init__(self, is_pasted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Created in the order in which Tab leads through them.
        self.target_box = named("data.dialog.target", QComboBox(self))
        self.task_box = named("data.dialog.task", QComboBox(self))
        self._all = named("data.dialog.all", PushButton("All", self))
        self._none = named("data.dialog.none", PushButton("None", self))
        self.columns = named("data.dialog.inputs", ColumnsList(self))
        self.share_box = named("data.dialog.share", WholeNumberBox(self))
        self.missing_box = named("data.dialog.missing", QComboBox(self))
        self.split_box = named("data.dialog.split", QComboBox(self))
        self.scale_box = named("data.dialog.standardize", QCheckBox("&Standardize", self))
        self.keep_box = named("data.dialog.keep", QComboBox(self))

        self.target_box.setToolTip("The column to predict.")
        for task, title in _TASKS.items():
            self.task_box.addItem(title, task)
        self.task_box.setToolTip(
            "What the target is. Automatic: text, or the whole numbers 0, 1, 2 …, are classes; "
            "all else is a number."
        )
        for title, missing in _MISSING.items():
            self.missing_box.addItem(title, missing)
        self.missing_box.setToolTip(
            "What becomes of rows in which an input is missing: left out, or filled with the "
            "median of the training rows, of a category with the most frequent one."
        )
        for title, split in _SPLITS.items():
            self.split_box.addItem(title, split)
        self.split_box.setToolTip(
            "Which rows validate: random ones, the last ones, as of a series in time, or of each "
            "class its share."
        )
        self.share_box.setRange(LEAST, MOST)
        self.share_box.setValue(USUAL)
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
        boxes = (self.target_box, self.task_box, self.keep_box, self.missing_box, self.split_box)
        for box in boxes:
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setMinimumWidth(80)
        self._is_pasted = is_pasted
        self._place = _IN_POINTS  # where the person wants it
        self._lay_out()

        self.target_box.activated.connect(self._choose_target)
        self.task_box.currentIndexChanged.connect(self.columns_changed)
        self.columns.changed.connect(self.inputs_chosen)
        self.columns.changed.connect(self.columns_changed)
        self._all.clicked.connect(lambda: self.columns.set_all(True))
        self._none.clicked.connect(lambda: self.columns.set_all(False))
        self.share_box.valueChanged.connect(self.uses_changed)
        self.scale_box.toggled.connect(self.uses_changed)
        self.split_box.activated.connect(self.uses_changed)
        self.missing_box.activated.connect(self.columns_changed)
        self.keep_box.activated.connect(self._keep)

    def set_columns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
        """Offer these columns; nothing is emitted."""
        self.target_box.clear()
        self.target_box.addItems(list(names))
        self.target_box.setCurrentIndex(target)
        self.columns.set_columns(names, wanted, target)

    def set_table(self, table: Table | None) -> None:
        """Say what `Automatic` comes to."""
        title, split = _TASKS["auto"], "Automatic"
        if table is not None and self.task() == "auto":
            title += ": a class" if table.class_names else ": a number"
        if table is not None:
            split += ": the last rows" if table.is_series else ": random rows"
        self.task_box.setItemText(0, title)
        self.split_box.setItemText(0, split)

    def offer_points(self, reason: str) -> None:
        """Let pasted text be kept as points, unless there is a `reason` why it can't."""
        self.keep_box.setEnabled(not reason)
        self.keep_box.setCurrentIndex(_IN_A_FILE if reason else self._place)

    def task(self) -> TargetKind:
        """Whether that column holds numbers or classes."""
        task: TargetKind = self.task_box.currentData()
        return task

    def set_gaps(self, rows: int) -> None:
        """Ask about missing values, if there are rows with some."""
        self._below.setRowVisible(self.missing_box, rows > 0)

    def missing(self) -> MissingRule:
        """What becomes of rows with missing values."""
        missing: MissingRule = self.missing_box.currentData()
        return missing

    def split(self) -> SplitKind:
        """Which rows validate."""
        split: SplitKind = self.split_box.currentData()
        return split

    def keeps_points(self) -> bool:
        """Whether the experiment is to hold pasted text as points."""
        return self._is_pasted and self.keep_box.currentIndex() == _IN_POINTS

    def _choose_target(self, column: int) -> None:
        self.columns.set_target(column)
        self.target_chosen.emit()
        self.columns_changed.emit()

    def _keep(self, place: int) -> None:
        self._place = place
        self.uses_changed.emit()

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
        self._below = below = QFormLayout()
        below.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        below.addRow("&Missing values", self.missing_box)
        below.addRow("&Validate on", self.share_box)
        below.addRow("&Rows", self.split_box)
        below.addRow(self.scale_box)
        if self._is_pasted:
            below.addRow("&Keep in", self.keep_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addLayout(inputs)
        layout.addWidget(self.columns, 1)
        layout.addLayout(below)
        self.setFixedWidth(min(zoomed(_WIDTH), _WIDEST))
        self.keep_box.setVisible(self._is_pasted)
        self.set_gaps(0)
