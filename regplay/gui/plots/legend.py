"""The line above a plot that says what its lines and points are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.plots.markers import draw_marker
from regplay.gui.theme import LIGHT, Colors

Sign = Literal["line", "dashes", "dots", "band", "square", "circle", "diamond", "cross", "none"]
_SIGN = 20  # pixels for a swatch
_LEAST = 40  # pixels of an elided text
_GAP = 12  # pixels between entries


@dataclass(frozen=True)
class Entry:
    """A swatch and its text; `short` is for narrow windows, `tip` for the tooltip."""

    sign: Sign
    text: str
    color: str = "#000000"
    ring: str | None = None  # around a marker; None takes the background
    short: str | None = None
    tip: str = ""


class Legend(QWidget):
    """Entries from left to right, in their short form where the long one has no room.

    One painted widget: a label for each entry would lay itself out again with every new number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self._colors = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setEntries(self, entries: Sequence[Entry]) -> None:
        """Show these; nothing is drawn again if they are the same."""
        if tuple(entries) != self.entries:
            self.entries = tuple(entries)
            lines = [entry.tip or entry.text for entry in self.entries]
            tip = "\n".join(lines)
            if tip != self.toolTip():
                self.setToolTip(tip)
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def text(self) -> str:
        """The entries as one line, for tests and screen readers."""
        return "   ".join(entry.text for entry in self.entries)

    def sizeHint(self) -> QSize:
        """One line of text."""
        return QSize(200, QFontMetrics(self.font()).height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the entries."""
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        texts = [entry.text for entry in self.entries]
        for index in reversed(range(len(texts))):  # shorten from the end until all have room
            if self._width(metrics, texts) <= self.width():
                break
            texts[index] = self.entries[index].short or texts[index]
        baseline = (self.height() + metrics.ascent() - metrics.descent()) / 2
        x = 2.0
        for entry, text in zip(self.entries, texts, strict=True):
            if self.width() - x < _SIGN + min(metrics.horizontalAdvance(text), _LEAST):
                break  # the tooltip has it
            if entry.sign != "none":
                self._paint_sign(painter, entry, x, self.height() / 2)
                x += _SIGN
            room = self.width() - x
            painter.setPen(QColor(self._colors.foreground))
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QPointF(x, baseline), text)
            x += metrics.horizontalAdvance(text) + _GAP
        painter.end()

    def _width(self, metrics: QFontMetrics, texts: Sequence[str]) -> float:
        signs = sum(_SIGN for entry in self.entries if entry.sign != "none")
        return 2 + signs + sum(metrics.horizontalAdvance(text) + _GAP for text in texts) - _GAP

    def _paint_sign(self, painter: QPainter, entry: Entry, x: float, y: float) -> None:
        color = QColor(entry.color)
        middle = x + _SIGN / 2 - 3
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if entry.sign in ("line", "dashes", "dots"):
            pen = QPen(color, 2)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if entry.sign != "line":
                pen.setDashPattern([3, 1.5] if entry.sign == "dashes" else [1, 1.5])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, y), QPointF(x + _SIGN - 6, y))
        elif entry.sign in ("band", "square"):
            half = 5 if entry.sign == "square" else 4
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRect(QRectF(middle - half, y - half, 2 * half, 2 * half))
        elif entry.sign in ("circle", "diamond", "cross"):
            ring = entry.ring or self._colors.background
            draw_marker(painter, entry.sign, middle, y, 8, entry.color, ring)
