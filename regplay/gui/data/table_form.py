"""The questions about a table: how it is written, what to predict from what, where to validate."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import Table
from regplay.core.datasets.own_table import (
    DATES,
    DECIMALS,
    ENCODINGS,
    HEADERS,
    MOST_ABOVE,
    SEPARATORS,
    THOUSANDS,
    RawTable,
)
from regplay.gui.data.table_widgets import ColumnsList
from regplay.gui.theme import zoomed
from regplay.gui.widgets import (
    CheckBox,
    ComboBox,
    Label,
    PushButton,
    WholeNumberBox,
    as_plain,
    fill,
    named,
)

_FORMAT: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "separator": ("Se&parator", SEPARATORS),
    "decimal": ("&Decimal mark", DECIMALS),
    "thousands": ("T&housands mark", THOUSANDS),
    "header": ("&Header", HEADERS),
    "dates": ("Da&tes", DATES),
    "encoding": ("&Encoding", ENCODINGS),
    "sheet": ("Shee&t", {}),
}
_NARROWEST = 70  # px of a control at 100 %


class FormatForm(QWidget):
    """How a table is written: one line in words, and below it, once asked for, its parts.

    Signals
    -------
    changed
        (str, object): a part of it, and the value that a person gave it.
    """

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = named("data.dialog.format", Label(self))
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.more = named("data.dialog.change", PushButton("Change…", self))
        self.more.setToolTip("Say how the file is written, if this is not so.")
        self.more.setCheckable(True)
        self.more.setAutoDefault(False)
        self.parts = QWidget(self)
        self._grid = QGridLayout(self.parts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[str, ComboBox] = {}
        for part, (title, choices) in _FORMAT.items():
            self._add(part, title, choices)
        self.above = named("data.dialog.above", WholeNumberBox(self.parts))
        self.above.setRange(0, MOST_ABOVE)
        self.above.setToolTip("Rows at the top that are no part of the table.")
        self._place("Rows &above it", self.above)
        self.missing = named("data.dialog.marks", QLineEdit(self.parts))
        self.missing.setToolTip("What stands for a missing value, separated by commas.")
        self.skip = named("data.dialog.skip", QLineEdit(self.parts))
        self.skip.setToolTip("Numbers of rows that are no part of the table, separated by commas.")
        for title, edit in (("&Missing values as", self.missing), ("Ro&ws left out", self.skip)):
            edit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            edit.setMinimumWidth(zoomed(_NARROWEST))
            self._place(title, edit)
        self.parts.hide()
        top = fill(QHBoxLayout(), (self.words, 1), self.more, spacing=6)
        fill(QVBoxLayout(self), top, self.parts, spacing=4)
        self.more.toggled.connect(self.parts.setVisible)
        self.above.valueChanged.connect(lambda rows: self.changed.emit("above", rows))
        self.missing.editingFinished.connect(self._note_missing)
        self.skip.editingFinished.connect(self._note_skip)
        self._marks: tuple[str, ...] = ()
        self._skipped: tuple[int, ...] = ()

    def set_table(self, raw: RawTable | None) -> None:
        """Show the format of a table; `changed` is not emitted."""
        self.setEnabled(raw is not None)
        if raw is None:
            self.words.setText("")
            return
        words = raw.format.words
        self.words.setText(f"{words[:1].upper()}{words[1:]}.")
        sheets = self.boxes["sheet"]
        sheets.clear()
        for name in raw.sheets:
            sheets.addItem(name, name)
        for part, box in self.boxes.items():
            box.setCurrentIndex(box.findData(getattr(raw.format, part)))
        for part in ("separator", "encoding"):
            self.boxes[part].setEnabled(bool(raw.format.separator))
        sheets.setEnabled(len(raw.sheets) > 1)
        with QSignalBlocker(self.above):
            self.above.setValue(raw.format.above)
        self._marks, self._skipped = raw.format.missing, raw.format.skip
        self.missing.setText(", ".join(self._marks))
        self.skip.setText(", ".join(map(str, self._skipped)))

    def _note_missing(self) -> None:
        marks = tuple(mark.strip() for mark in self.missing.text().split(",") if mark.strip())
        if marks != self._marks:
            self._marks = marks
            self.changed.emit("missing", marks)

    def _note_skip(self) -> None:
        """Take the numbers that are there, whatever stands between them."""
        rows = tuple(sorted({int(row) for row in re.findall("[0-9]{1,6}", self.skip.text())}))
        if rows != self._skipped:
            self._skipped = rows
            self.changed.emit("skip", rows)

    def _add(self, part: str, title: str, choices: Mapping[str, Any]) -> None:
        box = self.boxes[part] = named(f"data.dialog.{part}", ComboBox(choices, self.parts))
        box.setMinimumWidth(zoomed(_NARROWEST))
        self._place(title, box)
        box.activated.connect(lambda at: self.changed.emit(part, box.itemData(at)))

    def _place(self, title: str, widget: QWidget) -> None:
        at = self._grid.count() // 2
        row, column = divmod(at, 3 if zoomed(100) <= 110 else 2)  # side by side
        label = Label(title, self.parts)
        label.setBuddy(widget)
        self._grid.addWidget(label, row, 2 * column)
        self._grid.addWidget(widget, row, 2 * column + 1)
        self._grid.setColumnStretch(2 * column + 1, 1)


_TASKS = {"Automatic": "auto", "A number": "regression", "A class": "classification"}
_MISSING = {"Leave the rows out": "leave-out", "Fill them in": "fill"}
_SPLITS = {
    "Automatic": "auto",
    "Random rows": "random",
    "The last rows": "last",
    "Of each class its share": "stratified",
}
_KEPT = {"The experiment": True, "A file…": False}  # whether as points
LEAST, USUAL, MOST = 10, 30, 50  # % of the rows that validate
_WIDTH, _WIDEST = 270, 340  # px at 100 %, and at any size of the text


class TableForm(QWidget):
    """The questions about a table; the data of its boxes are the values of the fields.

    Signals
    -------
    columns_changed
        Another target, other inputs, another task, or what becomes of missing values.
    uses_changed
        Another share to validate on, another scale, another place to keep it.

    Attributes
    ----------
    chose_target, chose_inputs
        Whether a person chose these.
    """

    columns_changed = Signal()
    uses_changed = Signal()

    def __init__(self, is_pasted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chose_target = self.chose_inputs = False
        # Created in the order in which Tab leads through them.
        self.target_box = self._box("target", {}, "The column to predict.")
        self.task_box = self._box(
            "task",
            _TASKS,
            "What the target is. Automatic: text, or the whole numbers 0, 1, 2 …, are classes; "
            "all else is a number.",
        )
        self._all = named("data.dialog.all", PushButton("All", self))
        self._none = named("data.dialog.none", PushButton("None", self))
        self.columns = named("data.dialog.inputs", ColumnsList(self))
        self.share_box = named("data.dialog.share", WholeNumberBox(self))
        self.share_box.setRange(LEAST, MOST)
        self.share_box.setValue(USUAL)
        self.share_box.setSingleStep(5)
        self.share_box.setSuffix(" %")
        self.share_box.setToolTip("Share of the rows to measure the fit on; never trained on.")
        self.missing_box = self._box(
            "missing",
            _MISSING,
            "What becomes of rows in which an input is missing: left out, or filled with the "
            "median of the training rows, of a category with the most frequent one.",
        )
        self.split_box = self._box(
            "split",
            _SPLITS,
            "Which rows validate: random ones, the last ones, as of a series in time, or of each "
            "class its share.",
        )
        self.scale_box = named("data.dialog.standardize", CheckBox("&Standardize", self))
        self.scale_box.setChecked(True)
        self.scale_box.setToolTip(
            "Give inputs and a numeric target mean 0 and standard deviation 1."
        )
        self.keep_box = self._box(
            "keep",
            _KEPT,
            "The experiment itself can hold points of one or two inputs, which can then be edited; "
            "a file keeps the names of columns and classes too.",
        )
        self._is_pasted = is_pasted
        self._place = 0  # the index of where the person wants it
        self._lay_out()

        self.target_box.activated.connect(self._choose_target)
        self.task_box.currentIndexChanged.connect(self.columns_changed)
        self.columns.changed.connect(self._choose_inputs)
        self._all.clicked.connect(lambda: self.columns.set_all(True))
        self._none.clicked.connect(lambda: self.columns.set_all(False))
        self.share_box.valueChanged.connect(self.uses_changed)
        self.scale_box.toggled.connect(self.uses_changed)
        self.split_box.activated.connect(self.uses_changed)
        self.missing_box.activated.connect(self.columns_changed)
        self.keep_box.activated.connect(self._keep)

    def _box(self, name: str, choices: Mapping[str, object], tip: str) -> ComboBox:
        box = named(f"data.dialog.{name}", ComboBox(choices, self))
        box.setToolTip(as_plain(tip))
        return box

    def set_columns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
        """Offer these columns; nothing is emitted."""
        self.target_box.clear()
        self.target_box.addItems(list(names))
        self.target_box.setCurrentIndex(target)
        self.columns.set_columns(names, wanted, target)

    def set_table(self, table: Table | None) -> None:
        """Say what `Automatic` comes to."""
        task = split = "Automatic"
        if table is not None and self.task_box.currentData() == "auto":
            task += ": a class" if table.class_names else ": a number"
        if table is not None:
            split += ": the last rows" if table.is_series else ": random rows"
        self.task_box.setItemText(0, task)
        self.split_box.setItemText(0, split)

    def offer_points(self, reason: str) -> None:
        """Let pasted text be kept as points, unless there is a `reason` why it can't."""
        self.keep_box.setEnabled(not reason)
        self.keep_box.setCurrentIndex(self.keep_box.findData(False) if reason else self._place)

    def set_gaps(self, rows: int) -> None:
        """Ask about missing values, if there are rows with some."""
        self._below.setRowVisible(self.missing_box, rows > 0)

    def keeps_points(self) -> bool:
        """Whether the experiment is to hold pasted text as points."""
        return self._is_pasted and self.keep_box.currentData()

    def _choose_target(self, column: int) -> None:
        self.columns.set_target(column)
        self.chose_target = True
        self.columns_changed.emit()

    def _choose_inputs(self) -> None:
        self.chose_inputs = True
        self.columns_changed.emit()

    def _keep(self, place: int) -> None:
        self._place = place
        self.uses_changed.emit()

    def _lay_out(self) -> None:
        form, self._below = QFormLayout(), QFormLayout()
        for rows in (form, self._below):
            rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Target", self.target_box)
        form.addRow("&Predict", self.task_box)
        inputs = QHBoxLayout()
        label = Label("&Inputs", self)
        label.setBuddy(self.columns)
        inputs.addWidget(label, 1)
        for button, which in ((self._all, "every column"), (self._none, "no column")):
            button.setToolTip(as_plain(f"Check {which}."))
            button.setAutoDefault(False)
            inputs.addWidget(button)
        self._below.addRow("&Missing values", self.missing_box)
        self._below.addRow("&Validate on", self.share_box)
        self._below.addRow("&Rows", self.split_box)
        self._below.addRow(self.scale_box)
        if self._is_pasted:
            self._below.addRow("&Keep in", self.keep_box)
        fill(QVBoxLayout(self), form, inputs, (self.columns, 1), self._below, spacing=-1)
        self.setFixedWidth(min(zoomed(_WIDTH), _WIDEST))
        self.keep_box.setVisible(self._is_pasted)
        self.set_gaps(0)
