"""How large a figure is to be, in pixels or in millimetres."""

import math

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from regplay.gui.controls.choice import Combo
from regplay.gui.figures.export import MOST
from regplay.gui.figures.figure import LEAST
from regplay.gui.figures.sizes import INCH, size_in_pixels, size_on_paper
from regplay.gui.naming import named

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

    Signals
    -------
    changed
        Another size was chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pixels = [named(f"figure.{side}", QSpinBox()) for side in ("width", "height")]
        self.mm = [named(f"figure.{side}_mm", QDoubleSpinBox()) for side in ("width", "height")]
        for box, value in zip(self.pixels, _PIXELS, strict=True):
            box.setRange(LEAST, MOST)
            box.setValue(value)
            box.valueChanged.connect(self._tell)
        for mm_box, length in zip(self.mm, _MM, strict=True):
            mm_box.setRange(_LEAST_MM, _MOST_MM)
            mm_box.setDecimals(1)
            mm_box.setValue(length)
            mm_box.valueChanged.connect(self._tell)
        self.unit = named("figure.unit", Combo())
        self.unit.addItems(["px", "mm"])
        self.scale = named("figure.scale", Combo())
        for text, scale in _SCALES.items():
            self.scale.addItem(text, scale)
        self.scale.setToolTip("How large text and lines are")
        widest = max(map(self.scale.fontMetrics().horizontalAdvance, _SCALES))
        self.scale.setMinimumWidth(widest + _ARROW)
        self.dpi = named("figure.dpi", QSpinBox())
        self.dpi.setRange(72, 1200)
        self.dpi.setValue(_DPI)
        self.dpi.setSuffix(" dpi")
        self.unit.currentIndexChanged.connect(self._unit_changed)
        self.scale.currentIndexChanged.connect(self._tell)
        self.dpi.valueChanged.connect(self._tell)
        self._times = QLabel("×")
        first, second = QHBoxLayout(), QHBoxLayout()
        for part in (self.pixels[0], self.mm[0], self._times, self.pixels[1], self.mm[1]):
            first.addWidget(part)
        first.addWidget(self.unit)
        first.addStretch(1)
        second.addWidget(self.scale)
        second.addWidget(self.dpi)
        second.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(first)
        layout.addLayout(second)
        self._show_unit()

    @property
    def is_on_paper(self) -> bool:
        """Whether the size is in mm."""
        return self.unit.currentText() == "mm"

    def size_chosen(self) -> tuple[int, int, float]:
        """Width and height in pixels, and the scale of text and lines."""
        if self.is_on_paper:
            width, height = (box.value() for box in self.mm)
            dpi = min(self.dpi.value(), int(MOST * INCH / max(width, height)))
            return size_on_paper(width, height, dpi)
        across, up = (box.value() for box in self.pixels)
        return size_in_pixels(across, up, self.scale.currentData())

    def remember(self, settings: QSettings) -> None:
        """Keep what was chosen."""
        for key, value in self._state().items():
            settings.setValue(f"figure/{key}", value)

    def restore(self, settings: QSettings) -> None:
        """Go back to what was kept; what is no number is left out."""
        for key, box in self._boxes().items():
            try:
                value = float(str(settings.value(f"figure/{key}")))
            except ValueError:
                continue
            if not math.isfinite(value):
                continue
            if isinstance(box, QDoubleSpinBox):
                box.setValue(min(value, box.maximum()))
            else:
                box.setValue(int(min(max(value, box.minimum()), box.maximum())))
        for key, combo in (("unit", self.unit), ("scale", self.scale)):
            at = combo.findText(str(settings.value(f"figure/{key}")))
            combo.setCurrentIndex(max(at, 0))
        self._show_unit()

    def _state(self) -> dict[str, float | str]:
        state: dict[str, float | str] = {key: box.value() for key, box in self._boxes().items()}
        return state | {"unit": self.unit.currentText(), "scale": self.scale.currentText()}

    def _boxes(self) -> dict[str, QSpinBox | QDoubleSpinBox]:
        return {
            "width": self.pixels[0],
            "height": self.pixels[1],
            "width_mm": self.mm[0],
            "height_mm": self.mm[1],
            "dpi": self.dpi,
        }

    def _unit_changed(self) -> None:
        self._show_unit()
        self._tell()

    def _show_unit(self) -> None:
        for box in self.pixels:
            box.setVisible(not self.is_on_paper)
        for mm_box in self.mm:
            mm_box.setVisible(self.is_on_paper)
        self.scale.setVisible(not self.is_on_paper)
        self.dpi.setVisible(self.is_on_paper)

    def _tell(self, *_: object) -> None:
        self.changed.emit()
