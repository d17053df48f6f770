"""A control for each kind of value: a choice, a switch, a text, a file; and what all have."""

import os
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QLineEdit, QWidget

from regplay.core.datasets import counted_edits, points_in
from regplay.core.fields import Field, Value
from regplay.core.number_text import counted
from regplay.gui.widgets import (
    CheckBox,
    ComboBox,
    FlatButton,
    FocusRing,
    Label,
    PushButton,
    commit_first,
    fill,
    leave_keys,
)
from regplay.session.files import TABLES

ROW = 32  # px, the height of a line with a name and its value


class FieldLabel(Label):
    """The name of a field beside its control; a double click asks for the default."""

    double_clicked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()
        event.accept()


class Control(QWidget):
    """A widget for one value of an experiment; its `objectName` is the field path."""

    value_changed = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._value = self._default = field.default
        self._note = ""
        self.setObjectName(field.path)
        self._describe(self)
        self._explain()

    def value(self) -> Value:
        """The value that is shown, exactly as it was typed, slid or set."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show `value`; `value_changed` follows only if it is another one.

        Raises
        ------
        ExperimentError
            If the field refuses the value; nothing changes then.
        """
        if self.show_value(value):
            self.value_changed.emit(self._value)

    def show_value(self, value: object) -> bool:
        """As `set_value`, without the signal; whether it is another one."""
        checked = self.field.check(value)
        if checked == self._value:
            return False
        self._value = checked
        self._show(checked)
        return True

    def set_default(self, value: object) -> None:
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
        self.set_value(self._default)

    def set_note(self, note: str) -> None:
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

    def _describe(self, part: QWidget) -> None:
        part.setAccessibleName(self.field.label)
        part.setAccessibleDescription(self.field.description)

    def _make_label(self, part: QWidget) -> FieldLabel:
        """The name of the field, for the part that has the focus; a double click resets it."""
        label = FieldLabel(self.field.label, self)
        label.setBuddy(part)
        label.double_clicked.connect(self.reset)
        self.setFocusProxy(part)
        self._describe(part)
        return label

    def _make_row(self, *parts: QWidget, shares: tuple[int, ...]) -> QBoxLayout:
        """These beside one another; they share the width that is left in this proportion."""
        self.setMinimumHeight(ROW)
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        return fill(row, *zip(parts, shares, strict=True), spacing=-1)


class ChoiceControl(Control):
    """One of `field.choices`."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.combo = ComboBox({self.text(choice): choice for choice in field.choices}, self)
        self.combo.setCurrentIndex(self.combo.findData(self._value))
        self.label = self._make_label(self.combo)
        self._row = self._make_row(self.label, self.combo, shares=(1, 1))
        self.combo.currentIndexChanged.connect(lambda k: self.set_value(self.combo.itemData(k)))

    def _show(self, value: Value) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value))

    def _details(self) -> str:
        return f"Double-click the name for the default, {self.text(self.default())}."


class SwitchControl(Control):
    """A check box; its own text is the label."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.check_box = CheckBox(field.label, self)
        self.check_box.setChecked(bool(self._value))
        self._describe(self.check_box)
        self.setFocusProxy(self.check_box)
        self._make_row(self.check_box, shares=(0,))
        self.check_box.toggled.connect(self.set_value)

    def text(self, value: Value) -> str:
        """`on` or `off`."""
        return "on" if value else "off"

    def _show(self, value: Value) -> None:
        self.check_box.setChecked(bool(value))

    def _details(self) -> str:
        return f"Default: {self.text(self.default())}."


class _LineEdit(FocusRing, QLineEdit):
    pass


class TextControl(Control):
    """A text; it takes effect on Enter or when the line loses the focus, not letter by letter."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = _LineEdit(str(self._value), self)
        self.line.setAcceptDrops(False)  # a file that is dropped here is for the window
        leave_keys(self.line, self.line, has_space=True)
        commit_first(self.line, self.line)
        self.label = self._make_label(self.line)
        self._row = self._make_row(self.label, self.line, shares=(0, 1))
        self.line.editingFinished.connect(lambda: self.set_value(self.line.text().strip()))
        self.line.returnPressed.connect(self.line.clearFocus)  # what follows is for the window

    def _show(self, value: Value) -> None:
        self.line.setText(str(value))


class FileControl(TextControl):
    """The path of a table, typed or browsed for."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.browse = PushButton("Browse…", self)
        self.browse.setAccessibleName(f"Browse for {field.label}")
        self.browse.setToolTip("Choose the table to learn from.")
        self._row.addWidget(self.browse)
        self.browse.clicked.connect(self._browse)

    def _browse(self) -> None:
        folder = os.path.dirname(os.path.expanduser(str(self._value))) if self._value else ""
        tables = f"Tables ({TABLES});;All files (*)"
        path, _ = QFileDialog.getOpenFileName(self, "Choose a table", folder, tables)
        if path:  # empty: the dialog was cancelled
            self.set_value(path)


class PointsControl(Control):
    """The number of points in a text."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.count = Label(self.text(self._value), self)
        self.count.setAccessibleName(field.label)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = self._make_row(self.label, self.count, shares=(1, 0))

    def text(self, value: Value) -> str:
        """Such as `34 points`."""
        if value:
            return counted(points_in(str(value)), "point")
        return "30 % held back" if self.field.path == "data.valid_points" else "none"

    def _show(self, value: Value) -> None:
        self.count.setText(self.text(value))


class EditsControl(PointsControl):
    """What was done to training points by hand, and a button that takes it back."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.restore = FlatButton(
            "Restore", "The points as they were drawn, without what was edited"
        )
        self._row.addWidget(self.restore)
        self.restore.clicked.connect(lambda: self.set_value(""))

    def text(self, value: Value) -> str:
        """Such as `2 moved, 1 added`."""
        return counted_edits(str(value)) or "none"
