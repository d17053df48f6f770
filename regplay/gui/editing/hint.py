"""A quiet line of text that gives way in a narrow window."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.theme import LIGHT, Colors


class Hint(QWidget):
    """Elided where it has no room; its tooltip says all."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._colors = "", LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """All that it says."""
        return self._text

    def setText(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return self.fontMetrics().size(0, self._text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as fits."""
        painter = QPainter(self)
        painter.setPen(QColor(self._colors.muted))
        right = Qt.TextElideMode.ElideRight
        text = self.fontMetrics().elidedText(self._text, right, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
