"""Texts: a line to type in, and a file that can be browsed for."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QGridLayout, QLineEdit, QPushButton, QWidget

from regplay.core.fields import Field, Value
from regplay.gui.controls.control import Control, FieldLabel

_TABLES = "Tables (*.csv *.tsv *.txt);;All files (*)"


class TextControl(Control):
    """A text; it takes effect on Enter or when the line loses the focus, not letter by letter."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.line = QLineEdit(str(self._value), self)
        self.line.setAccessibleName(field.label)
        self.line.setAcceptDrops(False)  # a file that is dropped here is for the window
        self.line.setAccessibleDescription(field.description)
        self.label.setBuddy(self.line)
        self.setFocusProxy(self.line)

        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.label, 0, 0)
        self._grid.addWidget(self.line, 0, 1)

        self.label.doubleClicked.connect(self.reset)
        self.line.editingFinished.connect(self._read_line)
        self.line.returnPressed.connect(
            self.line.clearFocus
        )  # what is typed next is for the window

    def _read_line(self) -> None:
        self.setValue(self.line.text().strip())

    def _show(self, value: Value) -> None:
        self.line.setText(str(value))


class FileControl(TextControl):
    """The path of a table, typed or browsed for."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.browse = QPushButton("Browse…", self)
        self.browse.setAccessibleName(f"Browse for {field.label}")
        self.browse.setToolTip("Choose the table to learn from.")
        self._grid.addWidget(self.browse, 0, 2)
        self.browse.clicked.connect(self._browse)

    def _browse(self) -> None:
        folder = str(Path(str(self._value)).expanduser().parent) if self._value else ""
        path, _ = QFileDialog.getOpenFileName(self, "Choose a table", folder, _TABLES)
        if path:  # empty: the dialog was cancelled
            self.setValue(path)
