"""How a table is written: one line in words, and below it, once asked for, its parts."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets.own_table import (
    DATES,
    DECIMALS,
    ENCODINGS,
    HEADERS,
    MOST_ABOVE,
    SEPARATORS,
    THOUSANDS,
    Sheet,
)
from regplay.gui.theme import zoomed
from regplay.gui.widgets import PushButton, WholeNumberBox, fill, named

_CHOICES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "separator": ("Se&parator", SEPARATORS),
    "decimal": ("&Decimal mark", DECIMALS),
    "thousands": ("T&housands mark", THOUSANDS),
    "header": ("First row is a &header", HEADERS),
    "dates": ("Da&tes", DATES),
    "encoding": ("&Encoding", ENCODINGS),
}
_NARROWEST = 70  # px of a control at 100 %


class FormatForm(QWidget):
    """The format of a table.

    Signals
    -------
    changed
        (str, object): a part of it, and the value that a person gave it.
    """

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = named("data.dialog.format", QLabel(self))
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.more = named("data.dialog.change", PushButton("Change…", self))
        self.more.setToolTip("Say how the file is written, if this is not so.")
        self.more.setCheckable(True)
        self.more.setAutoDefault(False)
        self.parts = QWidget(self)
        grid = QGridLayout(self.parts)
        grid.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[str, QComboBox] = {}
        for part, (title, choices) in _CHOICES.items():
            box = QComboBox(self.parts)
            for name, value in choices.items():
                box.addItem(name, value)
            self._add(grid, part, title, box)
        self.sheets = QComboBox(self.parts)
        self._add(grid, "sheet", "Shee&t", self.sheets)
        self.above = named("data.dialog.above", WholeNumberBox(self.parts))
        self.above.setRange(0, MOST_ABOVE)
        self.above.setToolTip("Rows at the top that are no part of the table.")
        self._place(grid, "Rows &above it", self.above)
        self.missing = named("data.dialog.marks", QLineEdit(self.parts))
        self.missing.setToolTip("What stands for a missing value, separated by commas.")
        self._place(grid, "&Missing values as", self.missing)
        self.parts.hide()
        top = fill(QHBoxLayout(), (self.words, 1), self.more, spacing=6)
        fill(QVBoxLayout(self), top, self.parts, spacing=4)
        self.more.toggled.connect(self.parts.setVisible)
        self.above.valueChanged.connect(lambda rows: self.changed.emit("above", rows))
        self.missing.editingFinished.connect(self._note_missing)
        self._marks: tuple[str, ...] = ()

    def set_sheet(self, sheet: Sheet | None) -> None:
        """Show the format of a table; `changed` is not emitted."""
        self.setEnabled(sheet is not None)
        if sheet is None:
            self.words.setText("")
            return
        words = sheet.format.words
        self.words.setText(f"{words[:1].upper()}{words[1:]}.")
        for part in _CHOICES:
            box = self.boxes[part]
            box.setCurrentIndex(box.findData(getattr(sheet.format, part)))
            box.setEnabled(bool(sheet.format.separator) or part not in ("separator", "encoding"))
        self.sheets.clear()
        for name in sheet.sheets:
            self.sheets.addItem(name, name)
        self.sheets.setCurrentIndex(self.sheets.findData(sheet.format.sheet))
        self.sheets.setEnabled(len(sheet.sheets) > 1)
        with QSignalBlocker(self.above):
            self.above.setValue(sheet.format.above)
        self._marks = sheet.format.missing
        self.missing.setText(", ".join(self._marks))

    def _note_missing(self) -> None:
        marks = tuple(mark.strip() for mark in self.missing.text().split(",") if mark.strip())
        if marks != self._marks:
            self._marks = marks
            self.changed.emit("missing", marks)

    def _add(self, grid: QGridLayout, part: str, title: str, box: QComboBox) -> None:
        self.boxes[part] = named(f"data.dialog.{part}", box)
        self._place(grid, title, box)
        box.activated.connect(lambda at: self.changed.emit(part, box.itemData(at)))

    def _place(self, grid: QGridLayout, title: str, widget: QWidget) -> None:
        at = grid.count() // 2
        row, column = divmod(at, 3 if zoomed(100) <= 110 else 2)  # side by side
        if isinstance(widget, QComboBox | QLineEdit):  # the names of sheets can be long
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            widget.setMinimumWidth(zoomed(_NARROWEST))
        label = QLabel(title, self.parts)
        label.setBuddy(widget)
        grid.addWidget(label, row, 2 * column)
        grid.addWidget(widget, row, 2 * column + 1)
        grid.setColumnStretch(2 * column + 1, 1)
