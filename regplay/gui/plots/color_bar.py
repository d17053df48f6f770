"""The scale of a surface of values."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.theme import LIGHT, Colors


class ColorBar(QWidget):
    """A vertical bar with the lowest, the middle and the highest value, or with contour lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high, self._name = 0.0, 1.0, ""
        self._levels: tuple[float, ...] = ()
        self._colors = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def setRange(self, low: float, high: float, name: str) -> None:
        """Show these ends, and the name of what they measure."""
        self._low, self._high, self._name = low, high, name
        self.setToolTip(f"{name}: {low:g} to {high:g}")
        self.update()

    def setLevels(self, levels: Sequence[float]) -> None:
        """Mark the values of contour lines; none if there are none."""
        if tuple(levels) != self._levels:
            self._levels = tuple(levels)
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for seven digits."""
        return QSize(30 + QFontMetrics(self.font()).horizontalAdvance("-00.000"), 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._colors.background))
        metrics = QFontMetrics(self.font())
        top, bottom = metrics.height() + 12, self.height() - 2 * metrics.height() - 10
        bar = QRectF(6, top, 12, bottom - top)
        gradient = QLinearGradient(QPointF(0, bottom), QPointF(0, top))
        colors = value_colors(9)
        for index, color in enumerate(colors):
            gradient.setColorAt(index / (len(colors) - 1), QColor(color))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(QColor(self._colors.foreground)))
        shift = (metrics.ascent() - metrics.descent()) / 2
        values = self._levels or tuple(
            self._low + k / 2 * (self._high - self._low) for k in (0, 1, 2)
        )
        for value in values:
            y = bottom + (value - self._low) / (self._high - self._low) * (top - bottom)
            painter.drawText(QPointF(24, y + shift), f"{value:.4g}")
            if self._levels:
                painter.fillRect(QRectF(5, round(y) - 1, 14, 3), QColor(self._colors.background))
                painter.fillRect(QRectF(5, round(y), 14, 1), QColor(self._colors.foreground))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, self.width() - 6)
        painter.drawText(QPointF(6, metrics.ascent() + 2), name)
        painter.end()
