"""The dialog that makes a dataset of a person's table: which columns, as what, and what is wrong.

Pasted text has no file. If it can be kept as points, the experiment holds it itself; else, or if
the person prefers, the dialog asks where to save it and the experiment reads that file.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import (
    MAX_CLASSES,
    MAX_POINTS,
    Check,
    Choice,
    DatasetError,
    ReadingStoppedError,
    Source,
    Table,
    columns_of,
    likely,
    names_of,
    open_table,
    points_settings,
    table_dataset,
    written,
)
from regplay.core.experiment import DataSettings
from regplay.core.fields import FIELDS, Value
from regplay.core.number_text import counted
from regplay.gui.data.table_widgets import ColumnsList, Preview, ProblemsList
from regplay.gui.theme import refusal_color
from regplay.gui.widgets import PushButton, named
from regplay.session.files import OutputError, write_file

TaskChoice = Literal["auto", "regression", "classification"]
_TASKS: dict[TaskChoice, str] = {
    "auto": "Automatic",
    "regression": "A number",
    "classification": "A class",
}
_LEAST, _USUAL, _MOST = 10, 30, 50  # % of the rows that validate
_BUDGET = 0.012  # seconds of reading in one turn of the event loop
_WIDTH = 270  # px
_IN_POINTS, _IN_A_FILE = 0, 1


def n_valid(n: int, share: int) -> int:
    """How many of `n` rows validate at a share in percent: at least 1, and 1 is left to learn."""
    largest = FIELDS["data.n_valid"].maximum
    assert largest is not None
    return max(1, min(round(share / 100 * n), n - 1, int(largest)))


def points_values(table: Table, share: int, standardizes: bool) -> dict[str, Value]:
    """The values that hold the rows of a table as points, in the same two splits as a file's.

    Raises
    ------
    DatasetError
        If `why_no_points` says why not.
    """
    reason = why_no_points(table)
    if reason:
        raise DatasetError(reason)
    n = len(table.y)
    valid = n_valid(n, share)
    dataset = table_dataset(table, DataSettings(), n - valid, valid, standardizes=standardizes)
    return {**points_settings(dataset)}


def why_no_points(table: Table) -> str:
    """Why a table can't be kept as points, in a few words; empty if it can."""
    if table.x.shape[1] > 2:
        return "points have one or two inputs"
    if len(table.class_names) > MAX_CLASSES:
        return f"points have up to {MAX_CLASSES} classes"
    if len(table.y) > MAX_POINTS:
        return f"there are more than {MAX_POINTS:,} rows"
    return ""


class TableForm(QWidget):
    """The questions about a table.

    Signals
    -------
    columns_changed
        Another target, other inputs, or another task.
    uses_changed
        Another share to validate on, another scale, another place to keep it.
    """

    columns_changed = Signal()
    uses_changed = Signal()

    def __init__(self, is_pasted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Created in the order in which Tab leads through them.
        self.target_box = named("data.dialog.target", QComboBox(self))
        self.task_box = named("data.dialog.task", QComboBox(self))
        self._all = named("data.dialog.all", PushButton("All", self))
        self._none = named("data.dialog.none", PushButton("None", self))
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
        self.share_box.setRange(_LEAST, _MOST)
        self.share_box.setValue(_USUAL)
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
        self.task_box.currentIndexChanged.connect(self.columns_changed)
        self.columns.changed.connect(self.columns_changed)
        self._all.clicked.connect(lambda: self.columns.set_all(True))
        self._none.clicked.connect(lambda: self.columns.set_all(False))
        self.share_box.valueChanged.connect(self.uses_changed)
        self.scale_box.toggled.connect(self.uses_changed)
        self.keep_box.activated.connect(self._keep)

    def set_columns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
        """Offer these columns; nothing is emitted."""
        self.target_box.clear()
        self.target_box.addItems(list(names))
        self.target_box.setCurrentIndex(target)
        self.columns.set_columns(names, wanted, target)

    def set_table(self, table: Table | None) -> None:
        """Say what `Automatic` comes to."""
        title = _TASKS["auto"]
        if table is not None and self.task() == "auto":
            title += ": a class" if table.class_names else ": a number"
        self.task_box.setItemText(0, title)

    def offer_points(self, reason: str) -> None:
        """Let pasted text be kept as points, unless there is a `reason` why it can't."""
        self.keep_box.setEnabled(not reason)
        self.keep_box.setCurrentIndex(_IN_A_FILE if reason else self._place)

    def task(self) -> TaskChoice:
        """Whether that column holds numbers or classes."""
        task: TaskChoice = self.task_box.currentData()
        return task

    def keeps_points(self) -> bool:
        """Whether the experiment is to hold pasted text as points."""
        return self._is_pasted and self.keep_box.currentIndex() == _IN_POINTS

    def _choose_target(self, column: int) -> None:
        self.columns.set_target(column)
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


_SIZE = QSize(860, 560)  # px
_TABLES = "Tables (*.csv);;All files (*)"
_CLASSES_NAMED = 4


class CsvDialog(QDialog):
    """What to make of a table in a file, or in pasted text.

    Open it as any dialog; where it was accepted, `values` say what was chosen.

    Parameters
    ----------
    path, text
        The file, or the text; exactly one of them.
    """

    def __init__(
        self, path: Path | None, text: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        assert (path is None) != (text is None)
        self._source: Source = path if path is not None else text or ""
        self._names: list[str] = []
        self._table: Table | None = None
        self._refusal = ""  # why a file could not be saved
        self.setObjectName("data.dialog")
        self.setWindowTitle("Open data" if path is not None else "Paste data")
        self.resize(_SIZE)

        self.form = named("data.dialog.form", TableForm(text is not None, self))
        self.preview = named("data.dialog.preview", Preview(self))
        self.problems = named("data.dialog.problems", ProblemsList(self))
        self.heading = named("data.dialog.heading", QLabel(self))
        self.status = named("data.dialog.status", QLabel(self))
        self.status.setWordWrap(True)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.status.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.ok = named("data.dialog.ok", PushButton("Use this data", self))
        self.ok.setDefault(True)
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out(buttons)

        self._check: Check | None = None  # that is going on
        self._steps: Iterator[int] = iter(())
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self.form.columns_changed.connect(self._read)
        self.form.uses_changed.connect(self._tell)
        self.problems.chosen.connect(self.preview.show_place)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._open()

    def values(self) -> dict[str, Value]:
        """What was chosen, by field path, for `regplay.core.fields.replace`.

        Raises
        ------
        RuntimeError
            If the data can't be used, or pasted text is to be a file that is not saved yet.
        """
        if self._table is None:
            raise RuntimeError("the data can't be used")
        share, standardizes = self.form.share_box.value(), self.form.scale_box.isChecked()
        if self.form.keeps_points():
            return points_values(self._table, share, standardizes)
        if isinstance(self._source, str):
            raise RuntimeError("the pasted text is not saved")
        choice = self.choice()
        return {
            "data.name": "csv",
            "data.file": str(self._source.absolute()),
            "data.target": choice.target,
            "data.inputs": choice.inputs,
            "data.task": choice.task,
            "data.standardize": standardizes,
            "data.n_train": 0,
            # The usual share is left to the file, so that it stays that if the file grows.
            "data.n_valid": 0 if share == _USUAL else n_valid(len(self._table.y), share),
        }

    def choice(self) -> Choice:
        """The columns, and what the target is."""
        if not self._names:
            return Choice()
        inputs, target = self.form.columns.checked(), self.form.target_box.currentIndex()
        others = [column for column in range(len(self._names)) if column != target]
        called = "" if inputs == others else written([self._names[column] for column in inputs])
        return Choice(self._names[target], called, self.form.task())

    def accept(self) -> None:
        """Close, after saving pasted text that is to be a file."""
        if not self.ok.isEnabled():
            return
        source = self._source
        if isinstance(source, str) and not self.form.keeps_points() and not self._save(source):
            return
        super().accept()

    def done(self, result: int) -> None:
        """Close, reading no further."""
        self._stop()
        super().done(result)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        right = QVBoxLayout()
        right.addWidget(self.heading)
        right.addWidget(self.preview, 1)
        right.addWidget(self.problems)
        halves = QHBoxLayout()
        halves.setSpacing(12)
        halves.addWidget(self.form)
        halves.addLayout(right, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(12)
        bottom.addWidget(self.status, 1)
        bottom.addWidget(buttons, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.addLayout(halves, 1)
        layout.addLayout(bottom)
        self.problems.hide()

    def _open(self) -> None:
        """Offer what the table seems to be."""
        try:
            sheet = open_table(self._source, lambda _: None)
        except (ReadingStoppedError, DatasetError, OSError):
            self.form.setEnabled(False)  # the check says why
        else:
            self._names = names_of(sheet.names)
            inputs, target = columns_of(sheet, likely(sheet))
            wanted = [column for column in (*inputs, target) if not sheet.is_text(column)]
            self.form.set_columns(self._names, wanted, target)
            sheet.close()
            self.preview.set_sheet(sheet)
        name = "Pasted text" if isinstance(self._source, str) else self._source.name
        shown = self.preview.rows.rowCount()
        self.heading.setText(f"{name}, the first {shown} rows" if shown else name)
        self._read()

    def _read(self) -> None:
        """Read the table again, by the newest choice; a small one is read before this returns."""
        self._table = None
        self._refusal = ""
        self.ok.setEnabled(False)
        inputs = self.form.columns.checked()
        self.preview.rows.set_parts(inputs, self.form.target_box.currentIndex())
        check = Check(self._source, self.choice())
        if self._names and not inputs:
            self._stop()
            self._finish(check, "Check at least one input.")
            return
        self._check, self._steps = check, check.steps()
        self._timer.start()
        self._go_on()

    def is_reading(self) -> bool:
        """Whether the table is not read to its end."""
        return self._check is not None

    def _stop(self) -> None:
        self._timer.stop()
        self._check = None

    def _go_on(self) -> None:
        until = time.perf_counter() + _BUDGET
        for rows in self._steps:
            if time.perf_counter() >= until:
                self._say(f"Reading… {rows:,} rows")
                return
        check = self._check
        self._stop()
        assert check is not None
        self._finish(check)

    def _finish(self, check: Check, refusal: str = "") -> None:
        self._table = check.table
        self.preview.rows.set_problems(check.problems)
        self.problems.set_problems(check.problems)
        self.problems.setVisible(bool(check.problems))
        self.form.set_table(check.table)
        self.form.offer_points("" if check.table is None else why_no_points(check.table))
        if refusal:
            self._say(refusal, is_wrong=True)
        elif check.problems:
            count = len(check.problems)
            lead = counted(count, "problem") + (" or more" if check.has_more else "")
            lead += ", the first" if count > 1 else ""
            first = self.problems.problems()[0]
            place = f" in {first.place}" if first.place else ""
            self._say(f"{lead}{place}: {first.message}.", is_wrong=True)
        else:
            self._tell()

    def _tell(self) -> None:
        """What is to be learned, if there is something."""
        if self._table is None:
            return
        self.ok.setEnabled(True)
        if self._refusal:
            self._say(self._refusal, is_wrong=True)
            return
        table = self._table
        n = len(table.y)
        valid = n_valid(n, self.form.share_box.value())
        what = "a number"
        if table.class_names:
            named = ", ".join(table.class_names[:_CLASSES_NAMED])
            more = ", …" if len(table.class_names) > _CLASSES_NAMED else ""
            what = f"one of {len(table.class_names)} classes ({named}{more})"
        d = table.x.shape[1]
        reason = why_no_points(table) if isinstance(self._source, str) else ""
        kept = f" You are asked for a file to keep it in: {reason}." if reason else ""
        self._say(
            f"{n:,} rows, {n - valid:,} to learn from and {valid:,} to validate on. "
            f"Predicts {table.target_name}, {what}, from {counted(d, 'input')}.{kept}"
        )

    def _say(self, text: str, is_wrong: bool = False) -> None:
        self.status.setText(text)
        palette = QPalette(self.palette())
        if is_wrong:
            palette.setColor(QPalette.ColorRole.WindowText, refusal_color(palette))
        self.status.setPalette(palette)
        self.ok.setToolTip(text if is_wrong else "")

    def _save(self, text: str) -> bool:
        """Ask where to save the pasted text, and save it there; False if that came to nothing."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = str(Path(folder) / "pasted.csv")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the pasted data", suggested, _TABLES)
        if not chosen:
            return False
        try:
            write_file(Path(chosen), text)
        except OutputError as error:
            self._refusal = f"{error}."
            self._tell()
            return False
        self._source = Path(chosen)
        return True
