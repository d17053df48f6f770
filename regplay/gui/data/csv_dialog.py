"""The dialog that makes a dataset of a person's table: which columns, as what, and what is wrong.

Pasted text has no file. If it can be kept as points, the experiment holds it itself; else, or if
the person prefers, the dialog asks where to save it and the experiment reads that file.
"""

from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import DatasetError
from regplay.core.datasets.csv_reader import ReadingStoppedError, Source, open_sheet
from regplay.core.datasets.csv_table import (
    Check,
    Choice,
    columns_of,
    likely,
    names_of,
    written,
)
from regplay.core.datasets.rows import Table
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import Value, replace
from regplay.gui.controls import tones
from regplay.gui.data.checking import Checking
from regplay.gui.data.form import TableForm
from regplay.gui.data.outcome import file_values, n_valid, points_values, why_no_points
from regplay.gui.data.preview import Preview
from regplay.gui.data.problems import ProblemsList
from regplay.gui.naming import named
from regplay.session.results import OutputError, write_file

_SIZE = QSize(860, 560)  # px
_TABLES = "Tables (*.csv);;All files (*)"
_CLASSES_NAMED = 4


class CsvDialog(QDialog):
    """What to make of a table in a file, or in pasted text.

    Open it as any dialog; where it was accepted, `values` and `settings` say what was chosen.

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
        self.ok = named("data.dialog.ok", QPushButton("Use this data", self))
        self.ok.setDefault(True)
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out(buttons)

        self.checking = Checking(self)
        self.checking.progressed.connect(self._progress)
        self.checking.finished.connect(self._finish)
        self.form.columnsChanged.connect(self._check)
        self.form.usesChanged.connect(self._tell)
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
        share, standardizes = self.form.share(), self.form.standardizes()
        if self.form.keepsPoints():
            return points_values(self._table, share, standardizes)
        if isinstance(self._source, str):
            raise RuntimeError("the pasted text is not saved")
        path = self._source.absolute()
        return file_values(path, self.choice(), len(self._table.y), share, standardizes)

    def settings(self) -> DataSettings:
        """The data that were chosen; whatever the dialog doesn't ask for has its default."""
        return replace(Experiment(), self.values()).data

    def choice(self) -> Choice:
        """The columns, and what the target is."""
        if not self._names:
            return Choice()
        inputs, target = self.form.columns.checked(), self.form.target()
        others = [column for column in range(len(self._names)) if column != target]
        called = "" if inputs == others else written([self._names[column] for column in inputs])
        return Choice(self._names[target], called, self.form.task())

    def accept(self) -> None:
        """Close, after saving pasted text that is to be a file."""
        if not self.ok.isEnabled():
            return
        source = self._source
        if isinstance(source, str) and not self.form.keepsPoints() and not self._save(source):
            return
        super().accept()

    def done(self, result: int) -> None:
        """Close, reading no further."""
        self.checking.stop()
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
            sheet = open_sheet(self._source, lambda _: None)
        except (ReadingStoppedError, DatasetError, OSError):
            self.form.setEnabled(False)  # the check says why
        else:
            self._names = names_of(sheet.names)
            inputs, target = columns_of(sheet, likely(sheet))
            wanted = [column for column in (*inputs, target) if not sheet.is_text(column)]
            self.form.setColumns(self._names, wanted, target)
            sheet.close()
            self.preview.setSheet(sheet)
        name = "Pasted text" if isinstance(self._source, str) else self._source.name
        shown = self.preview.rows.rowCount()
        self.heading.setText(f"{name}, the first {shown} rows" if shown else name)
        self._check()

    def _check(self) -> None:
        self._table = None
        self._refusal = ""
        self.ok.setEnabled(False)
        inputs = self.form.columns.checked()
        self.preview.rows.setParts(inputs, self.form.target())
        if self._names and not inputs:
            self.checking.stop()
            self._finish(Check(self._source, self.choice()), "Check at least one input.")
        else:
            self.checking.start(self._source, self.choice())

    def _progress(self, rows: int) -> None:
        self._say(f"Reading… {rows:,} rows")

    def _finish(self, check: Check, refusal: str = "") -> None:
        self._table = check.table
        self.preview.rows.setProblems(check.problems)
        self.problems.setProblems(check.problems)
        self.problems.setVisible(bool(check.problems))
        self.form.setTable(check.table)
        self.form.offerPoints("" if check.table is None else why_no_points(check.table))
        if refusal:
            self._say(refusal, is_wrong=True)
        elif check.problems:
            count = len(check.problems)
            counted = "1 problem" if count == 1 else f"{count} problems"
            counted += " or more" if check.has_more else ""
            lead = f"{counted}, the first" if count > 1 else counted
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
        valid = n_valid(n, self.form.share())
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
            f"Predicts {table.target_name}, {what}, from {d} input{'s' * (d != 1)}.{kept}"
        )

    def _say(self, text: str, is_wrong: bool = False) -> None:
        self.status.setText(text)
        palette = QPalette(self.palette())
        if is_wrong:
            palette.setColor(QPalette.ColorRole.WindowText, tones.refusal(palette))
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
