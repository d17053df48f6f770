"""A number: its name and an editable box on one line, a slider below."""

import math
import re
from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QSpinBox, QWidget

from regplay.core.fields import ExperimentError, Field, Value
from regplay.gui.controls.control import Control, FieldLabel
from regplay.gui.controls.slider_scale import SliderScale
from regplay.gui.controls.track import Track
from regplay.gui.theme import refusal_color
from regplay.gui.widgets import leave_space
from regplay.session.number_text import exact


def read_number(field: Field, text: str, words: Mapping[int, str]) -> Value:
    """The value that a person typed: `1e-3`, `0,01`, a word such as `off`.

    Raises
    ------
    ExperimentError
        If it is no number, or not one that the field takes.
    """
    text = text.strip()
    for value, word in words.items():
        if text.lower() == word:
            return field.check(value)
    if field.kind == "number":
        # `0,01` is how much of Europe writes it; `1,000` could be either, so it is refused.
        plain = text.replace(",", ".") if not re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", text) else text
        return field.parse(plain)
    try:
        number = float(text)
    except ValueError:
        return field.parse(text)
    whole = math.isfinite(number) and number.is_integer()
    return field.check(int(number)) if whole else field.parse(text)


_WIDTH = 76  # px; fixed, so that a changing text never moves the layout


class ValueBox(QLineEdit):
    """The editable value beside a slider; the arrow and page keys move the slider from here."""

    stepped = Signal(int)
    paged = Signal(int)
    abandoned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refused = False
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFixedWidth(_WIDTH)
        self.setAcceptDrops(False)  # a file that is dropped here is for the window
        leave_space(self, self.editingFinished.emit)

    def set_refused(self, refused: bool) -> None:
        """Whether what was typed last was refused: a red frame."""
        if refused != self._refused:
            self._refused = refused
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, PageUp and PageDown step; Escape takes back what was typed."""
        match event.key():
            case Qt.Key.Key_Up:
                self.stepped.emit(1)
            case Qt.Key.Key_Down:
                self.stepped.emit(-1)
            case Qt.Key.Key_PageUp:
                self.paged.emit(1)
            case Qt.Key.Key_PageDown:
                self.paged.emit(-1)
            case Qt.Key.Key_Escape if self.isModified():
                self.abandoned.emit()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The usual line edit, in a red frame while a value is refused."""
        super().paintEvent(event)
        if self._refused:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(refusal_color(self.palette()), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 2, 2)
            painter.end()


class NumberControl(Control):
    """A number with a slider.

    Sliding and the keys reach the values of the scale; what is typed is kept exactly, also beyond
    the slider's end, as far as the field's bounds. What the field refuses changes nothing: the box
    goes back to the last good value, and a message below says what is allowed.
    """

    def __init__(
        self,
        field: Field,
        scale: SliderScale,
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

        self.label.double_clicked.connect(self.reset)
        self.slider.reset_requested.connect(self.reset)
        self.slider.picked.connect(self.set_value)
        self.box.editingFinished.connect(self._read_box)
        self.box.returnPressed.connect(self.slider.setFocus)  # where keys are not letters
        self.box.abandoned.connect(self._restore_box)
        self.box.stepped.connect(self.slider.step)
        self.box.paged.connect(self.slider.page)

    def text(self, value: Value) -> str:
        """The number, or the word that stands for it (`off`, `full`)."""
        assert isinstance(value, int | float)
        return self._words.get(int(value), "") if value in self._words else exact(value)

    def message(self) -> str:
        """Why the last typed value was refused; empty if it was not."""
        return self._message.text() if self._message and not self._message.isHidden() else ""

    def set_reach(self, scale: SliderScale, words: Mapping[int, str]) -> None:
        """Let the slider go over other values, and show some numbers as words."""
        if scale != self.slider.scale or words != self._words:
            self._words = words
            self.slider.set_scale(scale)
            self._restore_box()
            self._explain()

    def set_default(self, value: object) -> None:
        """What a double click goes back to; the slider marks it."""
        super().set_default(value)
        default = self.default()
        assert isinstance(default, int | float)
        self.slider.set_default(default)

    def reset(self) -> None:
        """Go back to the default; what was typed wrong before is no longer of interest."""
        super().reset()
        self._refuse("")

    def _make_slider(self, scale: SliderScale) -> Track:
        return Track(scale, self._number(), self)

    def _number(self) -> float:
        assert isinstance(self._value, int | float)
        return self._value

    def _show(self, value: Value) -> None:
        self.slider.show_value(self._number())
        self._restore_box()
        self._refuse("")

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
        self.set_value(value)
        self._restore_box()  # the same value may have been typed in other words
        self._refuse("")

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


class CountBox(QSpinBox):
    """Leaves Space to the window, after the number typed so far is taken.

    A number counts once it is typed whole: on the way to 50 it is not 5.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        leave_space(self, self.interpretText)

    def show_value(self, value: int) -> None:
        """Show another number, without `valueChanged`."""
        with QSignalBlocker(self):
            self.setValue(value)
