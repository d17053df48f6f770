"""One of a few names: a combo box beside its label."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from regplay.core.fields import Field, Value
from regplay.gui.controls.control import Control, FieldLabel


class Combo(QComboBox):
    """A combo box that leaves the wheel to the scroll area around it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The longest entry of a list must not decide how wide the panel is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(80)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the panel scroll."""
        event.ignore()


class ChoiceControl(Control):
    """One of `field.choices`."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.combo = Combo(self)
        self.combo.addItems(list(field.choices))
        self.combo.setCurrentText(str(self._value))
        self.combo.setAccessibleName(field.label)
        self.combo.setAccessibleDescription(field.description)
        self.label.setBuddy(self.combo)
        self.setFocusProxy(self.combo)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.combo, 1)

        self.label.doubleClicked.connect(self.reset)
        self.combo.currentTextChanged.connect(self.setValue)

    def _show(self, value: Value) -> None:
        self.combo.setCurrentText(str(value))

    def _details(self) -> str:
        return f"Double-click the name for the default, {self.text(self.default())}."
