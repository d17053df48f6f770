"""Combo boxes; and boxes for numbers, which read what is typed by one rule.

Both leave keys and the wheel, where these are not for them, to what is around.
"""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QLocale, QObject, QPoint, QSignalBlocker, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolTip,
    QWidget,
)

from regplay.core.typed_number import TypedNumberError, typed_number
from regplay.gui.widgets.layout import application
from regplay.gui.widgets.painting import FocusRing
from regplay.gui.widgets.plain_text import as_plain

_ENGLISH = QLocale(QLocale.Language.English)  # in which the window writes all numbers


class _KeyFilter(QObject):
    def __init__(self, box: QWidget, line: QLineEdit, *, has_space: bool) -> None:
        super().__init__(box)
        self._line, self._has_space = line, has_space

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say whether a key of a shortcut is for the box; all else goes its way."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Undo):
            event.setAccepted(self._line.isUndoAvailable())
        elif event.matches(QKeySequence.StandardKey.Redo):
            event.setAccepted(self._line.isRedoAvailable())
        elif event.key() == Qt.Key.Key_Space and not self._has_space:
            event.setAccepted(self._line.isModified())
        else:
            return False
        return True


def leave_keys(box: QWidget, line: QLineEdit, *, has_space: bool = False) -> None:
    """Let a box leave keys to the window: Undo and Redo where there is nothing typed to undo.

    Parameters
    ----------
    line
        Where one types: the box itself, or its part.
    has_space
        Whether Space is always for the box, as of a text; else only while a number is being typed.
    """
    box.installEventFilter(_KeyFilter(box, line, has_space=has_space))


class _CommitFilter(QObject):
    """Watches the application from the first letter that is typed until the box is left."""

    def __init__(self, box: QWidget, line: QLineEdit) -> None:
        super().__init__(box)
        self._box = box
        line.textEdited.connect(lambda: application().installEventFilter(self))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the box before anything else is done; all events go their way."""
        match event.type():
            case QEvent.Type.FocusOut if watched is self._box:
                application().removeEventFilter(self)
            case QEvent.Type.MouseButtonPress if isinstance(event, QMouseEvent):
                place = self._box.mapFromGlobal(event.globalPosition().toPoint())
                is_of_menu = QApplication.activePopupWidget() is not None  # such as Paste
                if not (is_of_menu or self._box.visibleRegion().contains(place)):
                    self._box.clearFocus()
            case QEvent.Type.Close if watched is not self._box.window():
                pass  # such as a tool tip
            case QEvent.Type.Shortcut | QEvent.Type.Close | QEvent.Type.Drop:
                self._box.clearFocus()
                self._box.setFocus()  # the next Tab goes on from here
        return False


def commit_first(box: QWidget, line: QLineEdit) -> None:
    """Have what was typed count before what a person clicks, or does by a shortcut.

    The same goes for closing the window, and for what is dropped on it. Qt takes what was typed
    when the box loses the focus, which few buttons take by a click, and none of the others.

    Parameters
    ----------
    line
        Where it is typed: the box itself, or its part.
    """
    _CommitFilter(box, line)


class _TypedNumber:
    """Of a spin box, before its class of Qt's: reads what is typed by `typed_number`.

    What is refused goes back to the number from before, and a tool tip says why.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        box = self._box()
        box.setLocale(_ENGLISH)
        leave_keys(box, box.lineEdit())
        commit_first(box, box.lineEdit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """After Enter, nothing is being typed."""
        super().keyPressEvent(event)  # type: ignore[misc]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._box().lineEdit().setModified(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Nothing is typed yet."""
        super().focusInEvent(event)  # type: ignore[misc]
        self._box().lineEdit().setModified(False)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Anything may be typed; whether it is a number within the range so far."""
        try:
            self._read(text)
        except TypedNumberError:
            return QValidator.State.Intermediate, text, position
        return QValidator.State.Acceptable, text, position

    def valueFromText(self, text: str) -> Any:
        """The number in a text that `validate` accepts."""
        return self._read(text)

    def fixup(self, text: str) -> str:
        """Leave it to Qt to go back to the last number; say why."""
        try:
            self._read(text)
        except TypedNumberError as error:
            box = self._box()
            shown = self._number_in(text) or "Nothing"
            QToolTip.showText(
                box.mapToGlobal(QPoint(0, box.height())), as_plain(f"{shown}: {error}"), box
            )
        return text

    def _box(self) -> QSpinBox | QDoubleSpinBox:
        assert isinstance(self, QSpinBox | QDoubleSpinBox)
        return self

    def _number_in(self, text: str) -> str:
        box = self._box()
        return text.removeprefix(box.prefix()).removesuffix(box.suffix().strip()).strip()

    def _read(self, text: str) -> float:
        box = self._box()
        if box.specialValueText() and text == box.specialValueText():
            return box.minimum()
        is_whole = isinstance(box, QSpinBox)
        number = typed_number(self._number_in(text), whole=is_whole)
        if (is_whole and not number.is_integer()) or not box.minimum() <= number <= box.maximum():
            kind = "a whole number" if is_whole else "a number"
            low, high = (f"{bound:,}" for bound in (box.minimum(), box.maximum()))
            raise TypedNumberError(f"must be {kind} from {low} to {high}.")
        return int(number) if is_whole else number


class WholeNumberBox(_TypedNumber, FocusRing, QSpinBox):
    """A whole number."""


class NumberBox(_TypedNumber, FocusRing, QDoubleSpinBox):
    """A number with decimals."""


class CountBox(WholeNumberBox):
    """A number counts once it is typed whole: on the way to 50 it is not 5."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)

    def show_value(self, value: int) -> None:
        """Show another number, without `valueChanged`."""
        with QSignalBlocker(self):
            self.setValue(value)


class ComboBox(FocusRing, QComboBox):
    """Offers values by their texts, and leaves the wheel to the scroll area around it.

    Parameters
    ----------
    entries
        The texts in order, each with the value that it stands for.
    """

    def __init__(
        self, entries: Mapping[str, object] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The longest entry, such as the name of a column, must not decide how wide a panel is.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(80)
        for text, value in (entries or {}).items():
            self.addItem(text, value)

    def minimumSizeHint(self) -> QSize:
        """By the present font: Qt keeps the one that it computed for the first."""
        needed = self.sizeHint()
        return QSize(min(needed.width(), self.minimumWidth()), needed.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
