"""A number: its name and an editable box on one line, a slider below."""

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from regplay.core.fields import ExperimentError, Field, Value
from regplay.gui.controls.control import Control, FieldLabel
from regplay.gui.controls.number_text import number_text, read_number
from regplay.gui.controls.scale import Scale
from regplay.gui.controls.track import Track
from regplay.gui.controls.value_box import ValueBox


class NumberControl(Control):
    """A number with a slider.

    Sliding and the keys reach the values of the scale; what is typed is kept exactly, also beyond
    the slider's end, as far as the field's bounds. What the field refuses changes nothing: the box
    goes back to the last good value, and a message below says what is allowed.
    """

    def __init__(
        self,
        field: Field,
        scale: Scale,
        words: Mapping[int, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._words: Mapping[int, str] = words or {}
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.box = ValueBox(self)
        self.slider = self._make_slider(scale)
        self._message: QLabel | None = None

        self.label.setBuddy(self.slider)
        self.setFocusProxy(self.slider)
        self.slider.setAccessibleName(field.label)
        self.slider.setAccessibleDescription(field.description)
        self.box.setAccessibleName(f"{field.label}, value")
        self.box.setAccessibleDescription(f"{field.bounds}. {field.description}")
        self.box.setText(self.text(self._value))

        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.label, 0, 0)
        self._grid.addWidget(self.box, 0, 2)  # the column between is for a button
        self._grid.addWidget(self.slider, 1, 0, 1, 3)

        self.label.doubleClicked.connect(self.reset)
        self.slider.resetRequested.connect(self.reset)
        self.slider.picked.connect(self.setValue)
        self.box.editingFinished.connect(self._read_box)
        self.box.returnPressed.connect(self.slider.setFocus)  # where keys are not letters
        self.box.abandoned.connect(self._restore_box)
        self.box.stepped.connect(self.slider.step)
        self.box.paged.connect(self.slider.page)

    def text(self, value: Value) -> str:
        """The number, or the word that stands for it (`off`, `full`)."""
        assert isinstance(value, int | float)
        return self._words.get(int(value), "") if value in self._words else number_text(value)

    def message(self) -> str:
        """Why the last typed value was refused; empty if it was not."""
        return self._message.text() if self._message and not self._message.isHidden() else ""

    def setReach(self, scale: Scale, words: Mapping[int, str]) -> None:
        """Let the slider go over other values, and show some numbers as words."""
        if scale != self.slider.scale or words != self._words:
            self._words = words
            self.slider.set_scale(scale)
            self._restore_box()
            self._explain()

    def setDefault(self, value: object) -> None:
        """What a double click goes back to; the slider marks it."""
        super().setDefault(value)
        default = self.default()
        assert isinstance(default, int | float)
        self.slider.set_default(default)

    def setValue(self, value: object) -> None:
        """Show `value` exactly; see `Control.setValue`."""
        super().setValue(value)
        self._refuse("")

    def _make_slider(self, scale: Scale) -> Track:
        return Track(scale, self._number(), self)

    def _number(self) -> float:
        assert isinstance(self._value, int | float)
        return self._value

    def _show(self, value: Value) -> None:
        self.slider.show_value(self._number())
        self._restore_box()

    def _details(self) -> str:
        bounds = self.field.bounds
        default = self.text(self.default())
        return f"{bounds[0].upper()}{bounds[1:]}. Double-click for the default, {default}."

    def _restore_box(self) -> None:
        self.box.setText(self.text(self._value))
        self.box.setCursorPosition(0)  # of a long number, show the leading digits

    def _read_box(self) -> None:
        if not self.box.isModified():  # focus passed through
            return
        typed = self.box.text().strip()
        try:
            value = read_number(self.field, typed, self._words)
        except ExperimentError:
            self._restore_box()
            self.box.selectAll()
            shown = typed if len(typed) <= 20 else typed[:19] + "…"
            self._refuse(f"{shown or 'Nothing'}: must be {self.field.bounds}.")
            return
        self.setValue(value)
        self._restore_box()  # the same value may have been typed in other words

    def _refuse(self, message: str) -> None:
        self.box.set_refused(bool(message))
        if self._message is None:
            if not message:
                return
            self._message = QLabel(self)
            self._message.setWordWrap(True)
            self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._grid.addWidget(self._message, 2, 0, 1, 3)
        self._message.setText(message)
        self._message.setVisible(bool(message))
