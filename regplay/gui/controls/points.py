"""A person's own points: how many there are. They are drawn on the plot, not typed here."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from regplay.core.datasets.points import counted_points
from regplay.core.fields import Field, Value
from regplay.gui.controls.control import Control, FieldLabel

_NONE = {"data.valid_points": "30 % held back"}


class PointsControl(Control):
    """The number of points in a text."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.count = QLabel(self.text(self._value), self)
        self.count.setAccessibleName(field.label)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.count)

    def text(self, value: Value) -> str:
        """Such as `34 points`."""
        return _NONE.get(self.field.path, "none") if not value else counted_points(str(value))

    def _show(self, value: Value) -> None:
        self.count.setText(self.text(value))
