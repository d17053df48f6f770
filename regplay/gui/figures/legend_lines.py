"""The legend of a figure: as many lines as it needs, for a figure has no tooltips."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF

from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.legend import SIGN, Entry, paint_sign
from regplay.gui.theme import Colors

_GAP = 14.0  # pixels between entries
_LEADING = 5.0  # pixels between lines
_BELOW = 6.0  # pixels under the last one
_MOST = 0.3  # of the height that a legend may take with its long texts

_Line = list[tuple[Entry, str, float]]  # with the pixels from the left


def paint_legend(
    painter: FigurePainter, entries: Sequence[Entry], area: QRectF, colors: Colors
) -> float:
    """Draw entries from the top of an area; the pixels that they take from its height."""
    if not entries:
        return 0.0
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + _LEADING
    lines = _lines([(entry, entry.text) for entry in entries], metrics, area.width())
    if len(lines) * height > _MOST * area.height():
        short = [(entry, entry.short or entry.text) for entry in entries]
        lines = _lines(short, metrics, area.width())
    for number, line in enumerate(lines):
        middle = area.top() + number * height + metrics.height() / 2
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        for entry, text, left in line:
            x = area.left() + left
            if entry.sign != "none":
                paint_sign(painter, entry, x, middle, colors.background)
                x += SIGN
            painter.setPen(QColor(colors.foreground))
            painter.drawText(QPointF(x, baseline), text)
    return len(lines) * height + _BELOW


def _lines(texts: Sequence[tuple[Entry, str]], metrics: QFontMetricsF, width: float) -> list[_Line]:
    """Entries from left to right, and on the next line where one has no room."""
    lines: list[_Line] = [[]]
    x = 0.0
    for entry, text in texts:
        sign = 0 if entry.sign == "none" else SIGN
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - sign)
        wide = sign + metrics.horizontalAdvance(text)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append((entry, text, x))
        x += wide + _GAP
    return lines
