"""Yes or no: a check box."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from regplay.core.fields import Field, Value
from regplay.gui.controls.control import Control


class SwitchControl(Control):
    """A check box; its own text is the label."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.check_box = QCheckBox(field.label, self)
        self.check_box.setChecked(bool(self._value))
        self.check_box.setAccessibleName(field.label)
        self.check_box.setAccessibleDescription(field.description)
        self.setFocusProxy(self.check_box)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.check_box)

        self.check_box.toggled.connect(self.setValue)

    def text(self, value: Value) -> str:
        """`on` or `off`."""
        return "on" if value else "off"

    def _show(self, value: Value) -> None:
        self.check_box.setChecked(bool(value))

    def _details(self) -> str:
        return f"Default: {self.text(self.default())}."
