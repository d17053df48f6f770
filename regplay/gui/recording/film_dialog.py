"""What is asked before a film is recorded or made: how it is to be, and where to write it."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QSizePolicy,
    QWidget,
)

from regplay.gui.recording.video_formats import FORMATS, Format
from regplay.gui.widgets import CheckBox, ComboBox, named, path_to_save
from regplay.session.storyboard import SIZES


class FilmDialog(QDialog):
    """Asks for some values; what was chosen is remembered.

    Parameters
    ----------
    name
        Of the values in the settings, before a dot.
    """

    def __init__(self, name: str, title: str, settings: QSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._name, self._settings = name, settings
        self.rows = QFormLayout(self)
        self._boxes: dict[str, ComboBox] = {}
        self._switches: dict[str, CheckBox] = {}

    def add_box(self, key: str, label: str, texts: Mapping[str, str]) -> ComboBox:
        """Ask for one of some values, by their texts."""
        box = self._boxes[key] = named(
            f"{self._name}.{key}", ComboBox({text: value for value, text in texts.items()})
        )
        box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        box.setCurrentIndex(max(box.findData(self.remembered(key, "")), 0))
        self.rows.addRow(label, box)
        return box

    def add_format(self) -> ComboBox:
        """Ask for the format of the file."""
        return self.add_box("format", "Format", {form.label: form.label for form in FORMATS})

    def add_size(self, others: Mapping[str, str]) -> ComboBox:
        """Ask for the size of the frames: a usual one, or another."""
        usual = {size: size.replace("x", " × ") for size in SIZES}
        return self.add_box("size", "Size", {**others, **usual})

    def add_switch(self, key: str, text: str, *, is_on: bool) -> CheckBox:
        """Ask whether something is wanted, which it is at first or not."""
        switch = self._switches[key] = named(f"{self._name}.{key}", CheckBox(text))
        switch.setChecked(self.remembered(key, str(int(is_on))) == "1")
        self.rows.addRow("", switch)
        return switch

    def add_buttons(self) -> None:
        """End with a button that goes on to the file, and one that doesn't."""
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        start = buttons.addButton("Choose file…", QDialogButtonBox.ButtonRole.AcceptRole)
        start.setObjectName(f"{self._name}.start")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.rows.addRow(buttons)

    def remembered(self, key: str, usual: str) -> str:
        """What was chosen the last time."""
        return str(self._settings.value(f"{self._name}.{key}", usual))

    def remember(self, key: str, value: object) -> None:
        """Choose this the next time."""
        self._settings.setValue(f"{self._name}.{key}", value)

    def accept(self) -> None:
        """Remember what was chosen."""
        for key, box in self._boxes.items():
            self.remember(key, box.currentData())
        for key, switch in self._switches.items():
            self.remember(key, int(switch.isChecked()))
        super().accept()

    @property
    def format(self) -> Format:
        return FORMATS[self._boxes["format"].currentIndex()]

    def ask(self, title: str, stem: str) -> Path | None:
        """Where to write the film, once all is chosen; None if the person would rather not."""
        if self.exec() != QDialog.DialogCode.Accepted:
            return None
        form = self.format
        kinds = f"{form.label} (*{form.suffix})" if form.suffix else "Folder (*)"
        suggested = f"{stem}{form.suffix}"
        return path_to_save(self.parentWidget(), title, suggested, kinds)
