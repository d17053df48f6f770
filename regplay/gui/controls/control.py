"""What every control has: a field, a value, a default to go back to, and a tooltip."""

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from regplay.core.fields import Field, Value


class Control(QWidget):
    """A widget for one value of an experiment; its `objectName` is the field path."""

    valueChanged = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._value = field.default
        self._default = self._value
        self._note = ""
        self.setObjectName(field.path)
        self.setAccessibleName(field.label)
        self.setAccessibleDescription(field.description)
        self._explain()

    def value(self) -> Value:
        """The value that is shown, exactly as it was typed, slid or set."""
        return self._value

    def setValue(self, value: object) -> None:
        """Show `value`; `valueChanged` follows only if it is another one.

        Raises
        ------
        ExperimentError
            If the field refuses the value; nothing changes then.
        """
        checked = self.field.check(value)
        if checked == self._value:
            return
        self._value = checked
        self._show(checked)
        self.valueChanged.emit(checked)

    def setDefault(self, value: object) -> None:
        """What a double click goes back to."""
        checked = self.field.check(value)
        if checked != self._default:
            self._default = checked
            self._explain()

    def default(self) -> Value:
        """What a double click goes back to."""
        return self._default

    def reset(self) -> None:
        """Go back to the default."""
        self.setValue(self._default)

    def setNote(self, note: str) -> None:
        """A sentence to lead the tooltip, such as why the control is greyed; empty for none."""
        if note != self._note:
            self._note = note
            self._explain()

    def text(self, value: Value) -> str:
        """`value` as this control shows it."""
        return str(value)

    def _show(self, value: Value) -> None:
        raise NotImplementedError

    def _details(self) -> str:
        """What the tooltip says after the description."""
        return ""

    def _explain(self) -> None:
        sentences = (self._note, self.field.description, self._details())
        # Rich text, because Qt breaks the lines of that alone.
        paragraphs = (f"<p>{escape(text, quote=False)}</p>" for text in sentences if text)
        self.setToolTip("".join(paragraphs))


class FieldLabel(QLabel):
    """The name of a field beside its control; a double click asks for the default."""

    doubleClicked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default."""
        self.doubleClicked.emit()
        event.accept()
