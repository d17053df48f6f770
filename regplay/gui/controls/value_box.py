"""The box in which a number is shown and typed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from regplay.gui.controls import tones
from regplay.gui.controls.keys import asks_for_space

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

    def set_refused(self, refused: bool) -> None:
        """Whether what was typed last was refused: a red frame."""
        if refused != self._refused:
            self._refused = refused
            self.update()

    def event(self, event: QEvent) -> bool:
        """Leave Space to the window, after the number typed so far is taken."""
        if asks_for_space(event):
            self.editingFinished.emit()
            event.ignore()
            return False
        return super().event(event)

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
            painter.setPen(QPen(tones.refusal(self.palette()), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 2, 2)
            painter.end()
