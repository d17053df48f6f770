"""The dialog that makes a dataset of a person's table: how it is written, which columns, as what.

Whatever a person changes is read anew at once, a large file in turns of the event loop. Where the
table can be read in two ways, the dialog asks, and does not go on before there is an answer.

Pasted text has no file. If it can be kept as points, the experiment holds it itself; else, or if
the person prefers, the dialog asks where to save it and the experiment reads that file.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, QStandardPaths, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import (
    MAX_CLASSES,
    MAX_POINTS,
    DatasetError,
    Table,
    own_dataset,
    points_settings,
)
from regplay.core.datasets.own_table import (
    USED,
    Check,
    Problem,
    RawTable,
    Source,
    keep,
    names_of,
    read_format,
    read_pairs,
    remarks_on,
    write_format,
    write_pairs,
    written,
)
from regplay.core.experiment import DataSettings, SplitKind
from regplay.core.fields import FIELDS, Value
from regplay.core.number_text import counted
from regplay.gui.data.table_form import USUAL, FormatForm, TableForm
from regplay.gui.data.table_widgets import KindStrip, Preview, ProblemsList, QuestionBar
from regplay.gui.theme import refusal_color, zoomed
from regplay.gui.widgets import Label, PushButton, as_plain, fill, named, path_to_save
from regplay.session.files import OutputError, write_file

_BUDGET = 0.012  # seconds of reading in one turn of the event loop
_SIZE = QSize(960, 640)  # px at 100 %
_TABLES = "Tables (*.csv);;All files (*)"
_CLASSES_NAMED = 4
_NAMING = ("separator", "header", "above", "encoding", "sheet")  # what the names depend on


def n_valid(n: int, share: int) -> int:
    """How many of `n` rows validate at a share in percent: at least 1, and 1 is left to learn."""
    largest = FIELDS["data.n_valid"].maximum
    assert largest is not None
    return max(1, min(round(share / 100 * n), n - 1, int(largest)))


def points_values(
    table: Table, share: int, standardizes: bool, split: SplitKind = "auto"
) -> dict[str, Value]:
    """The values that hold the rows of a table as points, in the same two splits as a file's.

    Raises
    ------
    DatasetError
        If `why_no_points` says why not.
    """
    reason = why_no_points(table)
    if reason:
        raise DatasetError(reason)
    valid = n_valid(len(table.y), share)
    settings = DataSettings(n_train=0, n_valid=valid, standardize=standardizes, split=split)
    return {**points_settings(own_dataset(table, settings))}


def why_no_points(table: Table) -> str:
    """Why a table can't be kept as points, in a few words; empty if it can."""
    if table.x.shape[1] > 2:
        return "points have one or two inputs"
    if len(table.class_names) > MAX_CLASSES:
        return f"points have up to {MAX_CLASSES} classes"
    if len(table.y) > MAX_POINTS:
        return f"there are more than {MAX_POINTS:,} rows"
    return ""


def _sentence(text: str) -> str:
    """With a full stop, unless it is a question."""
    return text if text.endswith("?") else f"{text}."


class TableDialog(QDialog):
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
        self._source: Source = path if path is not None else text or ""
        self._raw: RawTable | None = None
        self._table: Table | None = None
        self._refusal = ""  # why a file could not be saved
        # What a person said, where that differs from what was found; and what was found.
        self._format: dict[str, Any] = {}
        self._kinds: dict[str, str] = {}
        self._found_format: dict[str, Any] = {}
        self._found_kinds: dict[str, str] = {}
        self._sample = 0
        self.setObjectName("data.dialog")
        self.setWindowTitle("Open data" if path is not None else "Paste data")
        self.resize(self._usual_size())

        self.form = named("data.dialog.form", TableForm(text is not None, self))
        self.format = FormatForm(self)
        self.question = named("data.dialog.question", QuestionBar(self))
        self.preview = named("data.dialog.preview", Preview(self))
        self.kinds = named("data.dialog.kinds", KindStrip(self.preview, self))
        self.problems = named("data.dialog.problems", ProblemsList("Problem", self))
        self.remarks = named("data.dialog.remarks", ProblemsList("Remark", self))
        self.heading = named("data.dialog.heading", Label(self))
        self.status = named("data.dialog.status", Label(self))
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
        self.format.changed.connect(self._take_format)
        self.kinds.chosen.connect(self._take_kind)
        self.question.answered.connect(self._answer)
        self.problems.chosen.connect(self.preview.show_place)
        self.remarks.chosen.connect(self.preview.show_place)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.format.set_table(None)
        self._read()

    def values(self) -> dict[str, Value]:
        """What was chosen, by field path, for `regplay.core.fields.replace`.

        Raises
        ------
        RuntimeError
            If the data can't be used, or pasted text is to be a file that is not saved yet.
        """
        if self._table is None:
            raise RuntimeError("the data can't be used")
        share, settings = self.form.share_box.value(), self.settings()
        if self.form.keeps_points():
            return points_values(self._table, share, settings.standardize, settings.split)
        if isinstance(self._source, str):
            raise RuntimeError("the pasted text is not saved")
        fields = ["target", "inputs", "task", "standardize", "format", "columns", "missing"]
        fields += ["split", "sample"]
        return {
            "data.name": "csv",
            "data.file": str(self._source.absolute()),
            **{f"data.{name}": getattr(settings, name) for name in fields},
            "data.edits": "",  # of the points of another table
            "data.n_train": 0,
            # The usual share is left to the file, so that it stays that if the file grows.
            "data.n_valid": 0 if share == USUAL else n_valid(len(self._table.y), share),
        }

    def settings(self) -> DataSettings:
        """What was chosen, but for the file and how many rows validate."""
        target = inputs = ""
        if self._raw is not None:
            called = self.form.columns.names
            if self.form.chose_target or self._table is not None:
                target = called[self.form.target_box.currentIndex()]
            if self.form.chose_inputs:
                inputs = written([called[column] for column in self.form.columns.checked()])
        return DataSettings(
            name="csv",
            n_train=0,
            n_valid=0,
            target=target,
            inputs=inputs,
            task=self.form.task_box.currentData(),
            standardize=self.form.scale_box.isChecked(),
            format=write_format(self._format),
            columns=write_pairs(self._kinds),
            missing=self.form.missing_box.currentData(),
            split=self.form.split_box.currentData(),
            sample=self._sample,
        )

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

    def _usual_size(self) -> QSize:
        """As large as it is best, or as the screen allows, with the title bar."""
        title = self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
        screen = self.screen().availableSize() - QSize(title // 2, 2 * title)
        return QSize(zoomed(_SIZE.width()), zoomed(_SIZE.height())).boundedTo(screen)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        below = fill(QVBoxLayout(), self.kinds, (self.preview, 1), self.problems, self.remarks)
        parts = self.heading, self.format, self.question, (below, 1)
        right = fill(QVBoxLayout(), *parts, spacing=6)
        halves = fill(QHBoxLayout(), self.form, (right, 1), spacing=12)
        bottom = fill(QHBoxLayout(), (self.status, 1), spacing=12)
        bottom.addWidget(buttons, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.addLayout(halves, 1)
        layout.addLayout(bottom)
        self.problems.hide()
        self.remarks.hide()

    # what a person says

    def _take_format(self, part: str, value: object) -> None:
        """Take a part of the format, unless it is what was found anyway."""
        self._forget_columns(part, value)
        self._format.pop(part, None)
        if self._found_format.get(part) != value:
            self._format[part] = value
        self._read()

    def _forget_columns(self, part: str, value: object) -> None:
        """What was said of columns goes where another part of the format gives them other names."""
        names = part in _NAMING
        if part == "skip" and isinstance(value, tuple) and self._raw is not None:
            changed = set(value) ^ set(self._raw.format.skip)
            names = any(row < self._raw.row_number(0) for row in changed)
        if names:
            self.form.chose_target = self.form.chose_inputs = False
            self._kinds.clear()
            self._found_kinds.clear()
        self._table = None

    def _take_kind(self, column: int, kind: str) -> None:
        """Take the kind of a column, unless it is what was found anyway."""
        assert self._raw is not None
        name = names_of(self._raw.names)[column]
        self._kinds.pop(name, None)
        if self._found_kinds.get(name) != kind:
            self._kinds[name] = kind
        self._read()

    def _answer(self, path: str, value: str) -> None:
        """Take what settles a question: a field and its value, of the format a part."""
        if path == "data.format":
            for part, said in read_format(value).items():
                self._forget_columns(part, said)
                self._format[part] = said
        elif path == "data.columns":
            self._kinds |= dict(read_pairs(value))
        elif path == "data.sample":
            self._sample = int(value)
        else:
            box = self.form.task_box if path == "data.task" else self.form.missing_box
            box.setCurrentIndex(box.findData(value))
        self._read()

    # reading

    def _read(self) -> None:
        """Read the table again, by the newest choice; a small one is read before this returns."""
        settings = self.settings()
        self._table = None
        self._refusal = ""
        self.ok.setEnabled(False)
        check = Check(self._source, settings)
        if self.form.chose_inputs and not self.form.columns.checked():
            self._stop()
            self.preview.set_parts([], self.form.target_box.currentIndex())
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
        chose = self.form.chose_target or self.form.chose_inputs
        if chose and check.raw and names_of(check.raw.names) != self.form.columns.names:
            self.form.chose_target = self.form.chose_inputs = False  # of columns that are no more
            self._read()
            return
        self._show_table(check)
        self._finish(check)

    def _show_table(self, check: Check) -> None:
        """Show the columns and the first rows of what was read."""
        raw = self._raw = check.raw
        self.form.setEnabled(raw is not None)
        self.preview.set_table(raw)
        self.kinds.set_table(raw)
        if raw is not None:
            if not self._format:
                self._found_format = asdict(raw.format)
            called = names_of(raw.names)
            for name, column in zip(called, raw.columns, strict=True):
                if name not in self._kinds:
                    self._found_kinds[name] = column.kind
            if check.target is not None and not self.form.chose_inputs:
                usable = raw.columns[check.target].kind in USED
                wanted = [*check.inputs, *([check.target] if usable else [])]
                self.form.set_columns(called, wanted, check.target)
            self.preview.set_parts(check.inputs, check.target)
        if raw is not None or not self._format:
            self.format.set_table(raw)
        name = "Pasted text" if isinstance(self._source, str) else self._source.name
        shown = self.preview.rowCount()
        self.heading.setText(f"{name}, the first {shown} rows" if shown else name)

    def _finish(self, check: Check, refusal: str = "") -> None:
        self._table = check.table
        if check.table is not None:
            keep(check, self.settings())  # by which it will be asked for
        self.preview.set_problems(check.problems)
        self.problems.set_problems(check.problems)
        self.problems.setVisible(bool(check.problems))
        self.form.set_table(check.table)
        self.form.set_gaps(check.gaps)
        self.form.offer_points("" if check.table is None else why_no_points(check.table))
        self._remarks = check.remarks
        self._ask([*check.problems, *check.remarks] if not refusal else [])
        if not refusal and not check.problems:
            self._tell()
            return
        self._show_remarks()
        if refusal:
            self._say(refusal, is_wrong=True)
        else:
            count = len(check.problems)
            lead = counted(count, "problem") + (" or more" if check.has_more else "")
            lead += ", the first" if count > 1 else ""
            first = self.problems.problems()[0]
            place = f" in {first.place}" if first.place else ""
            self._say(_sentence(f"{lead}{place}: {first.message}"), is_wrong=True)

    def _ask(self, problems: list[Problem]) -> None:
        """Ask the first thing that a person can settle."""
        first = next((problem for problem in problems if problem.answers), None)
        text = "" if first is None else _sentence(str(first))
        self.question.ask(text[:1].upper() + text[1:], () if first is None else first.answers)

    def _show_remarks(self) -> None:
        found = list(self._remarks) if self._table is not None else []
        table = self._table
        if table is not None and table.class_names:
            share = n_valid(len(table.y), self.form.share_box.value())
            split = self.form.split_box.currentData()
            settings = DataSettings(n_train=0, n_valid=share, split=split, standardize=False)
            classes = replace(table, x=table.x[:, :0])  # to split many inputs takes seconds
            found += remarks_on(own_dataset(classes, settings))
        self.remarks.set_problems(found)
        self.remarks.setVisible(bool(found))

    def _tell(self) -> None:
        """What is to be learned, if there is something."""
        if self._table is None:
            return
        self.ok.setEnabled(True)
        self._show_remarks()
        if self._refusal:
            self._say(self._refusal, is_wrong=True)
            return
        table = self._table
        n = len(table.y)
        valid = n_valid(n, self.form.share_box.value())
        what = "a number"
        if table.class_names:
            shown = ", ".join(table.class_names[:_CLASSES_NAMED])
            more = ", …" if len(table.class_names) > _CLASSES_NAMED else ""
            what = f"one of {len(table.class_names)} classes ({shown}{more})"
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
        self.ok.setToolTip(as_plain(text if is_wrong else ""))

    def _save(self, text: str) -> bool:
        """Ask where to save the pasted text, and save it there; False if that came to nothing."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = str(Path(folder) / "pasted.csv")
        path = path_to_save(self, "Save the pasted data", suggested, _TABLES)
        if path is None:
            return False
        try:
            write_file(path, text)
        except OutputError as error:
            self._refusal = f"{error}."
            self._tell()
            return False
        self._source = path
        return True
