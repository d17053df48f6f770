"""Text that wraps, as a label."""

from math import ceil

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.lessons.lines import Line, Lines

_WIDTH = 200  # px, asked for; the height follows from the width there is


class Words(QWidget):
    """Text that wraps; its links can't be clicked."""

    def __init__(self, *lines: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._lines = lines
        self._set_up()

    def setLines(self, *lines: Line) -> None:
        """Show other text."""
        if lines != self._lines:
            self._lines = lines
            self._set_up()

    def text(self) -> str:
        """What is written, a line each."""
        return "\n".join(line.text for line in self._lines)

    def _set_up(self) -> None:
        self._drawn = Lines(self._lines, self.font(), self.palette())
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        return ceil(self._drawn.height(width))

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._set_up()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the lines."""
        painter = QPainter(self)
        self._drawn.draw(painter, 0, 0, self.width())
        painter.end()
