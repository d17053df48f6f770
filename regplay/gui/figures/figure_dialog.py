"""Asks how a figure is to look and where it goes, and shows it meanwhile."""

import contextlib
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from regplay.gui.figures.figure import (
    FORMATS,
    INCH,
    LEAST,
    MOST,
    Figure,
    FigureError,
    FigurePage,
    Style,
    size_in_pixels,
    size_on_paper,
)
from regplay.gui.widgets import (
    CheckBox,
    ComboBox,
    Label,
    NumberBox,
    PushButton,
    WholeNumberBox,
    fill,
    named,
)

_SCALES: dict[str, float | None] = {
    "Text by size": None,
    "Text 1×": 1.0,
    "Text 2×": 2.0,
    "Text 3×": 3.0,
}
_PIXELS, _MM = (1600, 1066), (160.0, 107.0)  # to begin with
_LEAST_MM, _MOST_MM = 20.0, 1000.0
_DPI = 300
_ARROW = 36  # pixels of a combo box beside its text


class SizeRow(QWidget):
    """Width × height in a unit, and what else that unit needs: the text's size, or the dots.

    Attributes
    ----------
    parts
        What can be chosen, by what it is called in the settings.

    Signals
    -------
    changed
        Another size was chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixels = [WholeNumberBox(), WholeNumberBox()]
        self.mm = [NumberBox(decimals=1), NumberBox(decimals=1)]
        self.dpi = WholeNumberBox(suffix=" dpi")
        self.unit, self.scale = ComboBox({"px": "px", "mm": "mm"}), ComboBox(_SCALES)
        self.parts: dict[str, Any] = {}  # whole numbers and others
        pixels, mm = (LEAST, MOST), (_LEAST_MM, _MOST_MM)
        rows: tuple[tuple[str, Any, tuple[float, float], float], ...] = (
            ("width", self.pixels[0], pixels, _PIXELS[0]),
            ("height", self.pixels[1], pixels, _PIXELS[1]),
            ("width_mm", self.mm[0], mm, _MM[0]),
            ("height_mm", self.mm[1], mm, _MM[1]),
            ("dpi", self.dpi, (72, 1200), _DPI),
        )
        for key, box, (least, most), value in rows:
            self.parts[key] = named(f"figure.{key}", box)
            box.setRange(least, most)
            box.setValue(value)
            box.valueChanged.connect(self.changed)
        self.unit.currentIndexChanged.connect(self._show_unit)
        self.scale.setToolTip("How large text and lines are")
        widest = max(map(self.scale.fontMetrics().horizontalAdvance, _SCALES))
        self.scale.setMinimumWidth(widest + _ARROW)
        for key, combo in (("unit", self.unit), ("scale", self.scale)):
            self.parts[key] = named(f"figure.{key}", combo)
            combo.currentIndexChanged.connect(self.changed)
        layout = fill(QVBoxLayout(self), spacing=-1)
        for parts in (
            (self.pixels[0], self.mm[0], Label("×"), self.pixels[1], self.mm[1], self.unit),
            (self.scale, self.dpi),
        ):
            layout.addLayout(fill(QHBoxLayout(), *parts, None, spacing=-1))
        self._show_unit()

    def _show_unit(self) -> None:
        is_on_paper = self.unit.currentText() == "mm"
        for part in (*self.pixels, self.scale):
            part.setVisible(not is_on_paper)
        for part in (*self.mm, self.dpi):
            part.setVisible(is_on_paper)

    def size_chosen(self) -> tuple[int, int, float]:
        """Width and height in pixels, and the scale of text and lines."""
        if self.unit.currentText() == "mm":
            width, height = (box.value() for box in self.mm)
            dpi = min(self.dpi.value(), int(MOST * INCH / max(width, height)))
            return size_on_paper(width, height, dpi)
        across, up = (box.value() for box in self.pixels)
        return size_in_pixels(across, up, self.scale.currentData())


def _kept(part: Any) -> object:
    """What the settings hold of something that can be chosen."""
    if isinstance(part, QComboBox):
        data = part.currentData()
        return data if isinstance(data, str) else part.currentText()
    return str(part.isChecked()).lower() if isinstance(part, CheckBox) else part.value()


def _put_back(part: Any, kept: object) -> None:
    """Choose what the settings hold; of a number, what is none is left out."""
    text = str(kept)
    if isinstance(part, QComboBox):
        part.setCurrentIndex(max(part.findData(text), part.findText(text), 0))
    elif isinstance(part, CheckBox):
        part.setChecked(text == "true")
    else:
        with contextlib.suppress(ValueError):
            value = float(text)
            if math.isfinite(value):
                value = min(max(value, part.minimum()), part.maximum())
                part.setValue(value if isinstance(part, NumberBox) else int(value))


_SCHEMES = {"As on screen": "window", "Light": "light", "Dark": "dark"}
_PREVIEW = 380, 280  # pixels, at most
_NAME = 260  # pixels of a file's name, at least
_FOLDER = "figure/folder"


class FigureDialog(QDialog):
    """Size, format, colours, title and file name of one figure.

    What it shows is that of the moment when it was opened, or something else was chosen. What was
    chosen is remembered in the settings when the figure was saved. A file that exists is
    replaced only when the button is pressed once more.

    Signals
    -------
    saved
        (Path): the figure is there.
    copied
        The figure is on the clipboard.
    """

    saved = Signal(object)
    copied = Signal()

    def __init__(self, figure: Figure, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("figure")
        self.setWindowTitle("Save figure")
        self._figure, self._settings = figure, settings
        self._agreed: Path | None = None  # may be replaced
        self._is_titled = False  # by a person
        self._compose()
        self._restore()
        self.format.currentIndexChanged.connect(self._format_changed)
        self.size_row.changed.connect(self._changed)
        self.scheme.currentIndexChanged.connect(self._changed)
        self.transparent.toggled.connect(self._changed)
        self.heading.textEdited.connect(self._titled)
        self.file.textEdited.connect(self._named)
        self.browse.clicked.connect(self._browse)
        self.copy_button.clicked.connect(self._copy)
        self.save_button.clicked.connect(self._save)
        self.buttons.rejected.connect(self.reject)

    def _compose(self) -> None:
        self.file = named("figure.file", QLineEdit())
        self.file.setMinimumWidth(_NAME)
        self.browse = named("figure.browse", PushButton("Browse…"))
        self.browse.setAutoDefault(False)  # Enter saves
        formats = {name.upper(): name for name in FORMATS}
        self.format = named("figure.format", ComboBox(formats))
        self.size_row = SizeRow()
        self.scheme = named("figure.scheme", ComboBox(_SCHEMES))
        self.transparent = named("figure.transparent", CheckBox("Transparent background"))
        self.heading = named("figure.title", QLineEdit(self._figure.title()))
        self.heading.setPlaceholderText("No title")
        self.preview = named("figure.preview", Label())
        self.preview.setFixedSize(*_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message = named("figure.message", Label())
        self.message.setWordWrap(True)

        form = QFormLayout()
        form.addRow("Title", self.heading)
        form.addRow("Format", self.format)
        form.addRow("Size", self.size_row)
        form.addRow("Colours", self.scheme)
        form.addRow("", self.transparent)
        form.addRow("File", fill(QHBoxLayout(), (self.file, 1), self.browse, spacing=-1))
        role = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.copy_button = named("figure.copy", PushButton("Copy"))
        self.copy_button.setAutoDefault(False)
        self.save_button = named("figure.save", PushButton("Save"))
        self.buttons.addButton(self.copy_button, role.ActionRole)
        self.buttons.addButton(self.save_button, role.AcceptRole)
        left = fill(QVBoxLayout(), form, None, spacing=-1)
        halves = fill(QHBoxLayout(), (left, 1), self.preview, spacing=-1)
        layout = QVBoxLayout(self)
        layout.addLayout(halves, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.buttons)
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setAutoDefault(False)
        self.save_button.setDefault(True)

    # what was chosen

    @property
    def path(self) -> Path:
        """Where the figure goes."""
        return Path(os.path.expanduser(self.file.text().strip()))

    def style_chosen(self) -> Style:
        """How the figure is to look."""
        width, height, scale = self.size_row.size_chosen()
        scheme, is_clear = self.scheme.currentData(), self.transparent.isChecked()
        return Style(width, height, scale, scheme, is_clear, self.heading.text().strip())

    @property
    def _parts(self) -> dict[str, Any]:
        own = {"format": self.format, "scheme": self.scheme, "transparent": self.transparent}
        return own | self.size_row.parts

    def _restore(self) -> None:
        for key, part in self._parts.items():
            _put_back(part, self._settings.value(f"figure/{key}"))
        folder = Path(str(self._settings.value(_FOLDER, Path.home())))
        if not os.path.isdir(folder):  # a Path raises where there can be none
            folder = Path.home()
        self.file.setText(str(folder / f"{self._figure.name}.{self.format.currentData()}"))

    def _remember(self, path: Path) -> None:
        for key, part in self._parts.items():
            self._settings.setValue(f"figure/{key}", _kept(part))
        self._settings.setValue(_FOLDER, str(path.parent))

    # what a person does

    def _titled(self) -> None:
        self._is_titled = True
        self._changed()

    def _format_changed(self) -> None:
        path = self.path
        if path.name:
            self.file.setText(str(path.with_suffix(f".{self.format.currentData()}")))
        self._named()

    def _named(self) -> None:
        """Another name, which may say another format."""
        self._agreed = None
        self._say("")
        at = self.format.findData(self.path.suffix.lower().lstrip("."))
        if at >= 0 and at != self.format.currentIndex():
            self.format.blockSignals(True)
            self.format.setCurrentIndex(at)
            self.format.blockSignals(False)

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save figure", str(self.path), "Figures (*.png *.svg)"
        )
        if name:
            path = Path(name)
            was_asked = path.suffix.lower().lstrip(".") in FORMATS
            if not was_asked:
                path = path.with_name(f"{path.name}.{self.format.currentData()}")
            self.file.setText(str(path))
            self._named()
            self._agreed = path if was_asked else None  # the file dialog asks by itself

    def _copy(self) -> None:
        if self._tries(self._page.copy):
            self.copied.emit()
            self.accept()

    def _save(self) -> None:
        path = self.path
        if not path.suffix:  # and perhaps nothing but a folder
            path = path.parent / f"{path.name or self._figure.name}.{self.format.currentData()}"
        if os.path.isfile(path) and path != self._agreed:
            self._say(f"{path} exists: press Replace to write over it.", "Replace")
            self._agreed = path
        elif self._tries(lambda: self._page.save(path)):
            self._remember(path)
            self.saved.emit(path)
            self.accept()

    def _tries(self, act: Callable[[], None]) -> bool:
        problem = ""
        try:
            act()
        except FigureError as error:
            problem = str(error)
        if not shiboken6.isValid(self):  # closed while it waited, with the window
            return False
        self._say(problem)
        return not problem

    def _say(self, message: str, button: str = "Save") -> None:
        self.message.setText(message)
        self.save_button.setText(button)

    # the preview

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the figure for the first time."""
        super().showEvent(event)
        self._changed()

    def _changed(self, *_: object) -> None:
        if not self._is_titled:
            self.heading.setText(self._figure.title())
        style, ratio = self.style_chosen(), self.devicePixelRatioF()
        self._page, size = FigurePage(self._figure, style), style.page
        image = self._page.image(
            ratio * min(_PREVIEW[0] / size.width(), _PREVIEW[1] / size.height())
        )
        image.setDevicePixelRatio(ratio)
        self.preview.setPixmap(QPixmap.fromImage(image))
