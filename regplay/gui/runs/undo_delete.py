"""The line below the list of runs that takes back what was deleted last."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from regplay.gui.icons import icon
from regplay.gui.naming import named
from regplay.session.pins import Pin


@dataclass(frozen=True, eq=False)
class Deleted:
    """A pin that was deleted, and its place in the list, from 0."""

    pin: Pin
    place: int


class UndoDelete(QWidget):
    """Says what was deleted and offers it back, the last one first; hidden while there is nothing.

    Signals
    -------
    undoClicked
        (Deleted): pin this again.
    dismissed
        A person closed it: nothing is offered any longer.
    """

    undoClicked = Signal(object)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deleted: list[Deleted] = []
        self._label = named("runs.deleted", QLabel())
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        undo = self._button("undo", "Undo", "Pin it again, in its place and its colour", self._undo)
        self._close = self._button("forget", "", "Close", self._dismiss)
        self._close.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._label, 1)
        row.addWidget(undo)
        row.addWidget(self._close)
        self.clear()

    def _button(self, name: str, text: str, tip: str, do: Callable[[], None]) -> QToolButton:
        button = named(f"runs.{name}", QToolButton())
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text or tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(do)
        return button

    @property
    def is_offered(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._deleted)

    def offer(self, pin: Pin, place: int) -> None:
        """Say that a pin was deleted from this place, from 0."""
        self._deleted.append(Deleted(pin, place))
        self._show()

    def clear(self) -> None:
        """Offer nothing any longer."""
        self._deleted = []
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the name to the room that there is."""
        super().resizeEvent(event)
        self._write()

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon anew when the palette changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_close"):
            self._close.setIcon(icon("close", self.palette()))

    def _undo(self) -> None:
        deleted = self._deleted.pop()
        self._show()
        self.undoClicked.emit(deleted)

    def _dismiss(self) -> None:
        self.clear()
        self.dismissed.emit()

    def _show(self) -> None:
        self._close.setIcon(icon("close", self.palette()))
        self.setVisible(self.is_offered)
        self._write()

    def _write(self) -> None:
        if not self._deleted:
            return
        name, metrics = self._deleted[-1].pin.name, self._label.fontMetrics()
        room = self._label.width() - metrics.horizontalAdvance("“” deleted")
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 0))
        self._label.setText(f"“{elided}” deleted")
        self._label.setToolTip(name if elided != name else "")
