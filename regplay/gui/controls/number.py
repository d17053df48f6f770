"""A number: its name and an editable box on one line, a slider below, perhaps with a curve."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from regplay.core.fields import ExperimentError, Field, Value
from regplay.core.number_text import exact
from regplay.core.sweep import sweep_axis
from regplay.core.typed_number import TypedNumberError, typed_number
from regplay.gui.controls.control import ROW, Control
from regplay.gui.controls.slider import CurveSlider, ValueSlider
from regplay.gui.controls.slider_scale import SliderScale, reach_of
from regplay.gui.theme import colors_of, line_color, refusal_color, zoomed
from regplay.gui.widgets import FocusRing, Label, Toggle, commit_first, leave_keys, named


def read_number(field: Field, text: str, words: Mapping[int, str]) -> Value:
    """The value that a person typed: `1e-3`, `0,01`, `12 000`, a word such as `off`.

    Raises
    ------
    TypedNumberError
        If it is no number, or could be two.
    ExperimentError
        If the field does not take it.
    """
    text = text.strip()
    for value, word in words.items():
        if text.lower() == word:
            return field.check(value)
    is_whole = field.kind == "integer"
    number = typed_number(text, whole=is_whole)
    return field.check(int(number) if is_whole and number.is_integer() else number)


_BOX_WIDTH = 76  # px at 100 %


class ValueBox(FocusRing, QLineEdit):
    """The editable value beside a slider; the arrow and page keys are for the slider.

    Signals
    -------
    step_pressed
        (QKeyEvent): one of these keys.
    abandoned
        What was typed doesn't count.
    """

    step_pressed = Signal(object)
    abandoned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._refused = False
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAcceptDrops(False)  # a file that is dropped here is for the window
        leave_keys(self, self)
        commit_first(self, self)

    def sizeHint(self) -> QSize:
        """Of one width: a changing text never moves the layout."""
        return QSize(zoomed(_BOX_WIDTH), super().sizeHint().height())

    def set_refused(self, refused: bool) -> None:
        """Whether what was typed last was refused: a red frame."""
        if refused != self._refused:
            self._refused = refused
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand on what steps; Escape takes back what was typed."""
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.step_pressed.emit(event)
            case Qt.Key.Key_Escape if self.isModified() or self._refused:
                self.abandoned.emit()
            case _:
                super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The usual line edit, in a red frame while a value is refused."""
        if not self._refused:
            super().paintEvent(event)
            return
        QLineEdit.paintEvent(self, event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(refusal_color(self.palette()), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 2, 2)


class NumberControl(Control):
    """A number with a slider.

    Sliding and the keys reach the values of the scale; what is typed is kept exactly, also beyond
    the slider's end, as far as the field's bounds. What the field refuses changes nothing: the box
    goes back to the last good value, and a message below says what is allowed.
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        scale, self._words = reach_of(field, field.default)
        super().__init__(field, parent)
        self.box = ValueBox(self)
        self.slider = self._make_slider(scale)
        self.label = self._make_label(self.slider)
        self._message = Label(self)
        self._message.setWordWrap(True)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._message.hide()
        self.box.setAccessibleName(f"{field.label}, value")
        self.box.setAccessibleDescription(f"{field.bounds}. {field.description}")
        self.box.setText(self.text(self._value))

        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(0)
        self._grid.setRowMinimumHeight(0, ROW)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self.label, 0, 0)
        self._grid.addWidget(self.box, 0, 2)  # the column between is for a button
        self._grid.addWidget(self.slider, 1, 0, 1, 3)
        self._grid.addWidget(self._message, 2, 0, 1, 3)

        self.slider.reset_requested.connect(self.reset)
        self.slider.picked.connect(self.set_value)
        self.box.editingFinished.connect(self._read_box)
        self.box.returnPressed.connect(self.slider.setFocus)  # where keys are not letters
        self.box.textEdited.connect(lambda: self.refuse(""))
        self.box.abandoned.connect(lambda: self._show(self._value))
        self.box.step_pressed.connect(self.slider.keyPressEvent)

    def text(self, value: Value) -> str:
        """The number, or the word that stands for it (`off`, `full`)."""
        assert isinstance(value, int | float)
        return self._words.get(int(value), "") if value in self._words else exact(value)

    def message(self) -> str:
        """Why the last typed value was refused; empty if it was not."""
        return self._message.text()

    def set_reach(self, scale: SliderScale, words: Mapping[int, str]) -> None:
        """Let the slider go over other values, and show some numbers as words."""
        if scale != self.slider.scale or words != self._words:
            self._words = words
            self.slider.set_scale(scale)
            self._show_in_box(self._value)
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
        self.refuse("")

    def _make_slider(self, scale: SliderScale) -> ValueSlider:
        return ValueSlider(scale, self._number(), self)

    def _number(self) -> float:
        assert isinstance(self._value, int | float)
        return self._value

    def _show(self, value: Value) -> None:
        self.slider.show_value(self._number())
        self._show_in_box(value)
        self.refuse("")

    def _details(self) -> str:
        bounds = self.field.bounds
        default = self.text(self.default())
        return f"{bounds[0].upper()}{bounds[1:]}. Double-click for the default, {default}."

    def _show_in_box(self, value: Value) -> None:
        self.box.setText(self.text(value))
        self.box.setCursorPosition(0)  # of a long number, show the leading digits

    def _read_box(self) -> None:
        if not self.box.isModified():  # focus passed through
            return
        typed = self.box.text().strip()
        try:
            value = read_number(self.field, typed, self._words)
        except (ExperimentError, TypedNumberError) as error:
            self._show_in_box(self._value)
            self.box.selectAll()
            shown = typed if len(typed) <= 20 else typed[:19] + "…"
            is_doubtful = isinstance(error, TypedNumberError) and str(error)
            why = error if is_doubtful else f"must be {self.field.bounds}."
            self.refuse(f"{shown or 'Nothing'}: {why}")
            return
        self.refuse("")
        self.set_value(value)  # which others may refuse
        self._show_in_box(self._value)  # the same value may have been typed in other words

    def refuse(self, message: str) -> None:
        """Say below why a value was refused, until the next one is typed; empty for nothing."""
        self.box.set_refused(bool(message))
        self._message.setText(message)
        self._message.setVisible(bool(message))


class CurveButton(Toggle):
    """A little U-curve."""

    _SIZE = QSize(24, 20)  # px

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__("", tip, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(self._SIZE.width())
        # As tall as the row, so that it is level with the box.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def sizeHint(self) -> QSize:
        return self._SIZE

    def _resting_share(self) -> float:
        return 0.0

    def _draw_ground(self, painter: QPainter, place: QRectF) -> None:
        ground = QRectF(QPointF(), self._SIZE.toSizeF())
        ground.moveCenter(place.center())
        super()._draw_ground(painter, ground)

    def _draw_content(self, painter: QPainter) -> None:
        palette = self.palette()
        if self.isEnabled():
            stroke, dot = line_color(palette, 0.75), QColor(colors_of(palette).valid)
        else:
            stroke = dot = line_color(palette, 0.35)
        middle = QRectF(self.rect()).center()
        painter.setPen(QPen(stroke, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle -= QPointF(0, 1)  # above the line that says that it is checked
        curve = QPainterPath(middle + QPointF(-7, -5))
        curve.cubicTo(middle + QPointF(-5, 6), middle + QPointF(4, 8), middle + QPointF(7, -4))
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        painter.drawEllipse(middle + QPointF(0.2, 3.8), 2.2, 2.2)


class SweepableControl(NumberControl):
    """A number with a slider, and a button that makes room for the slider's curve.

    Attributes
    ----------
    button
        Checked while there is that room.
    adopts
        Whether the handle brings trained members, or values like that of any other slider.

    Signals
    -------
    curve_toggled
        Whether a person wants the curve to be shown.
    previewed
        (int | None): index of the trained member under the handle, while it is dragged over a
        finished curve; the box shows its value, `value()` is still the one from before, which
        counts once nothing was adopted: None.
    adopted
        Index of the trained member that was chosen; `value()` is its value, and `value_changed` is
        not emitted: there is nothing to train.
    neared
        (bool): whether the mouse is here.
    """

    slider: CurveSlider

    curve_toggled = Signal(bool)
    previewed = Signal(object)
    adopted = Signal(int)
    neared = Signal(bool)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.adopts = True
        count = len(sweep_axis(field.path).values)
        tip = f"Show the loss at each position of this slider: trains {count} networks at once"
        self.button = named(f"{field.path}.curve", CurveButton(tip, self))
        self.button.setAccessibleName(f"{field.label}, curve")
        self.button.setAccessibleDescription(tip)
        self._grid.addWidget(self.button, 0, 1)
        QWidget.setTabOrder(self.button, self.box)
        QWidget.setTabOrder(self.box, self.slider)

        self.button.toggled.connect(self.slider.set_shows_curve)
        self.button.clicked.connect(self.curve_toggled)
        self.slider.previewed.connect(self._preview)
        self.slider.adopted.connect(self._adopt)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.neared.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.neared.emit(False)

    def _make_slider(self, scale: SliderScale) -> CurveSlider:
        return CurveSlider(scale, self._number(), self)

    def _preview(self, index: int | None) -> None:
        if self.adopts or index is None:
            self._show_in_box(self.slider.under_handle)
            self.previewed.emit(index)
        else:
            self.set_value(self._under_handle())

    def _adopt(self, index: int) -> None:
        value = self._under_handle()
        if self.adopts:
            self._value = value
            self._show(value)
            self.adopted.emit(index)
        else:
            self.set_value(value)

    def _under_handle(self) -> Value:
        number = int if self.field.kind == "integer" else float
        return self.field.check(number(self.slider.under_handle))
