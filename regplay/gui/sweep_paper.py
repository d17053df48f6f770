"""What figures are drawn with: text, a frame with ticks, marks. All in pixels."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from regplay.gui.sweep_ticks import Tick
from regplay.gui.theme import LIGHT

LARGE, MEDIUM, SMALL = 28, 21, 18  # pixels, of fonts
_TICK = 7.0  # pixels, length
_GAP = 14.0  # pixels between two labels, at least


class Paper:
    """A page with a plot on it.

    Attributes
    ----------
    painter
        What draws on it.
    plot
        Where the data go; may be made smaller to leave room beside it.
    """

    def __init__(self, painter: QPainter, plot: QRectF) -> None:
        self.painter, self.plot = painter, plot
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)

    def use_font(self, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFontMetricsF:
        """Write in this size from here on; the font's measures."""
        font = QFont("sans-serif")
        font.setPixelSize(size)
        font.setWeight(weight)
        self.painter.setFont(font)
        return QFontMetricsF(font)

    def text(
        self,
        text: str,
        at: QPointF,
        size: int,
        color: str = LIGHT.foreground,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        """One line with its baseline at `at`; too long for the page, it is cut short."""
        metrics = self.use_font(size, weight)
        room = self.painter.device().width() - 2.0 * _GAP
        if align == Qt.AlignmentFlag.AlignLeft:
            room -= at.x() - _GAP
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text)
        share = {Qt.AlignmentFlag.AlignLeft: 0.0, Qt.AlignmentFlag.AlignHCenter: 0.5}.get(
            align, 1.0
        )
        self.painter.setPen(QColor(color))
        self.painter.drawText(QPointF(at.x() - share * width, at.y()), text)

    def x(self, share: float) -> float:
        """Pixels of a share of the horizontal axis."""
        return self.plot.left() + share * self.plot.width()

    def y(self, share: float) -> float:
        """Pixels of a share of the vertical axis, from the bottom."""
        return self.plot.bottom() - share * self.plot.height()

    def grid(self, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick]) -> None:
        """Lines at the labelled ticks."""
        self.painter.setPen(QPen(QColor(LIGHT.grid), 1))
        for tick in x_ticks:
            if tick.text:
                x = round(self.x(tick.share)) + 0.5
                self.painter.drawLine(QLineF(x, self.plot.top(), x, self.plot.bottom()))
        for tick in y_ticks:
            if tick.text:
                y = round(self.y(tick.share)) + 0.5
                self.painter.drawLine(QLineF(self.plot.left(), y, self.plot.right(), y))

    def x_axis(self, ticks: Sequence[Tick], label: str, *, has_marks: bool = True) -> None:
        """Ticks, their texts as far as there is room, and what they measure."""
        metrics = self.use_font(SMALL)
        bottom, end = self.plot.bottom(), -1e9
        for tick in ticks:
            x = self.x(tick.share)
            if has_marks:
                self._mark(QLineF(x, bottom, x, bottom + (_TICK if tick.text else _TICK / 2)))
            half = metrics.horizontalAdvance(tick.text) / 2
            if tick.text and x - half > end + _GAP:
                self.painter.setPen(QColor(LIGHT.foreground))
                baseline = bottom + _TICK + 6 + metrics.ascent()
                self.painter.drawText(QPointF(x - half, baseline), tick.text)
                end = x + half
        middle = QPointF(self.plot.center().x(), bottom + 74)
        self.text(label, middle, MEDIUM, align=Qt.AlignmentFlag.AlignHCenter)

    def y_axis(self, ticks: Sequence[Tick], label: str, *, has_marks: bool = True) -> None:
        """As `x_axis`, from the bottom to the top, at the left."""
        metrics = self.use_font(SMALL)
        left, end = self.plot.left(), 1e9
        room = left - 62  # for texts, beside the label
        for tick in ticks:
            y = self.y(tick.share)
            if has_marks:
                self._mark(QLineF(left - (_TICK if tick.text else _TICK / 2), y, left, y))
            if tick.text and y < end - metrics.height():
                text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, room)
                x = left - _TICK - 5 - metrics.horizontalAdvance(text)
                self.painter.setPen(QColor(LIGHT.foreground))
                baseline = y + (metrics.ascent() - metrics.descent()) / 2
                self.painter.drawText(QPointF(x, baseline), text)
                end = y
        self.painter.save()
        self.painter.translate(38, self.plot.center().y())
        self.painter.rotate(-90)
        self.text(label, QPointF(0, 0), MEDIUM, align=Qt.AlignmentFlag.AlignHCenter)
        self.painter.restore()

    def _mark(self, line: QLineF) -> None:
        self.painter.setPen(QPen(QColor(LIGHT.muted), 1.2))
        self.painter.drawLine(line)

    def frame(self, break_at: float | None = None) -> None:
        """The two axes themselves; the lower one broken at a share of it."""
        plot, painter = self.plot, self.painter
        painter.setPen(QPen(QColor(LIGHT.muted), 1.5))
        painter.drawLine(plot.topLeft(), plot.bottomLeft())
        if break_at is None:
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            return
        x, y = self.x(break_at), plot.bottom()
        painter.drawLine(QLineF(plot.left(), y, x - 5, y))
        painter.drawLine(QLineF(x + 5, y, plot.right(), y))
        for side in (-5, 5):
            painter.drawLine(QLineF(x + side - 4, y + 8, x + side + 4, y - 8))

    def diamond(self, at: QPointF, radius: float, fill: str) -> None:
        """The mark of the best."""
        corners = [QPointF(0, -radius), QPointF(radius, 0), QPointF(0, radius), QPointF(-radius, 0)]
        self.painter.setPen(QPen(QColor(LIGHT.best), 2.5))
        self.painter.setBrush(QColor(fill))
        self.painter.drawPolygon(QPolygonF([at + corner for corner in corners]))

    def cross(self, at: QPointF, radius: float, color: str = LIGHT.best) -> None:
        """The mark of what diverged."""
        self.painter.setPen(QPen(QColor(color), 2.5))
        for side in (-radius, radius):
            self.painter.drawLine(at + QPointF(-radius, side), at + QPointF(radius, -side))
