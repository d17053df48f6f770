"""The names of the columns of the list of runs."""

from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from regplay.gui.controls.tones import blend
from regplay.gui.runs.row_painter import RIGHT, places, write
from regplay.gui.theme import LIGHT


class Header(QWidget):
    """The names of the columns, over the numbers in `view`."""

    def __init__(self, view: QAbstractScrollArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self._view = view
        self.setFixedHeight(QFontMetrics(self.font()).height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the names where the numbers are."""
        painter = QPainter(self)
        frame = (self._view.width() - self._view.contentsRect().width()) // 2
        painter.translate(frame, 0)
        at = places(self._view.contentsRect().width() - self._scroll_width(), self.font())
        palette = self.palette()
        quiet = blend(
            palette.color(QPalette.ColorRole.WindowText),
            palette.color(QPalette.ColorRole.Window),
            0.3,
        )
        colors = (QColor(self.colors.train), QColor(self.colors.valid), quiet)
        for place, words, color in zip(at.numbers, ("train", "valid", "gap"), colors, strict=True):
            write(painter, self.font(), color, place, words, RIGHT)
        painter.end()

    def _scroll_width(self) -> int:
        bar = self._view.verticalScrollBar()
        return bar.width() if bar.isVisible() else 0
