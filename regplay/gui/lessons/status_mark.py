"""Marks that say by their shape, and by their colour besides, how something stands."""

from enum import Enum

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF, Qt
from PySide6.QtWidgets import QWidget

from regplay.gui.theme import DARK, LIGHT
from regplay.gui.widgets import tones

_SIZE = 14  # px, across
_TICK = ((-3.4, 0.2), (-1.0, 2.8), (3.6, -2.8))
_CROSS = (((-2.6, -2.6), (2.6, 2.6)), ((-2.6, 2.6), (2.6, -2.6)))


class StatusMark(Enum):
    """What a mark says; the value is that in words."""

    OPEN = "not shown yet"
    SHOWN = "shown"
    CHOICE = "a choice"
    RIGHT = "right"
    WRONG = "wrong"
    OTHER = "not chosen"


def _draw(painter: QPainter, middle: QPointF, mark: StatusMark, palette: QPalette) -> None:
    """An empty circle, or a disc with a tick or a cross in it, `_SIZE` px across."""
    color = _color(mark, palette)
    radius = _SIZE / 2 - 1
    painter.setPen(QPen(color, 1.4))
    is_filled = mark in (StatusMark.SHOWN, StatusMark.RIGHT, StatusMark.WRONG)
    painter.setBrush(color if is_filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, radius, radius)
    if not is_filled:
        return
    painter.setPen(
        QPen(
            palette.color(QPalette.ColorRole.Window),
            1.8,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
        )
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark is StatusMark.WRONG:
        for (ax, ay), (bx, by) in _CROSS:
            painter.drawLine(middle + QPointF(ax, ay), middle + QPointF(bx, by))
    else:
        painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in _TICK]))


def _color(mark: StatusMark, palette: QPalette) -> QColor:
    is_dark = tones.is_dark(palette)
    if mark in (StatusMark.SHOWN, StatusMark.RIGHT):
        # The plots' green is too light for a mark on a light ground.
        return QColor(DARK.fit) if is_dark else QColor(LIGHT.fit).darker(135)
    if mark is StatusMark.WRONG:
        return tones.refusal(palette)
    return tones.line(palette, 0.35 if mark is StatusMark.OTHER else 0.6)


class StatusMarkView(QWidget):
    """A mark on its own, level with the first line of the text beside it."""

    def __init__(self, mark: StatusMark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setFixedSize(self.sizeHint())

    def mark(self) -> StatusMark:
        """What is shown."""
        return self._mark

    def set_mark(self, mark: StatusMark) -> None:
        """Show another one."""
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as a line."""
        return QSize(_SIZE + 2, self.fontMetrics().height() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        palette = self.palette()
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)  # answers stay in full colour
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw(painter, QPointF(self.width() / 2, self.height() / 2), self._mark, palette)
        painter.end()
