"""The scale of a surface of values."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.plots.tick_text import tick_text
from regplay.gui.theme import LIGHT, Colors

_STEPS = 100  # that numbers tell apart, from one end to the other
_TEXT, _MARGIN = 24, 6  # px: where the numbers begin, and what is free beyond them


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
        self.setToolTip(f"{name}: {self._text(low)} to {self._text(high)}")
        self.updateGeometry()
        self.update()

    def setLevels(self, levels: Sequence[float]) -> None:
        """Mark the values of contour lines; none if there are none."""
        if tuple(levels) != self._levels:
            self._levels = tuple(levels)
            self.updateGeometry()
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for the numbers, and for seven digits at least."""
        advance = QFontMetrics(self.font()).horizontalAdvance
        widest = max(map(advance, ("-00.000", *self.labels())))
        return QSize(_TEXT + widest + _MARGIN, 100)

    @property
    def values(self) -> tuple[float, ...]:
        """The values that are marked, rising."""
        low, high = self._low, self._high
        return self._levels or tuple(low + k / 2 * (high - low) for k in (0, 1, 2))

    def labels(self) -> list[str]:
        """What is written beside them."""
        return [self._text(value) for value in self.values]

    def _text(self, value: float) -> str:
        low, high, levels = self._low, self._high, self._levels
        spacing = levels[1] - levels[0] if len(levels) > 1 else (high - low) / _STEPS
        text = tick_text(value, spacing, max(abs(low), abs(high)))
        is_decimal = "." in text and "·" not in text
        return text.rstrip("0").rstrip(".") if is_decimal else text

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._colors.background))
        line = QFontMetrics(self.font()).height()
        self.draw(painter, line + 12, self.height() - 2 * line - 10, self.width())
        painter.end()

    def draw(self, painter: QPainter, top: float, bottom: float, width: float) -> None:
        """Draw the bar between two heights, and over it the name, `width` pixels wide at most."""
        metrics = QFontMetrics(painter.font())
        bar = QRectF(6, top, 12, bottom - top)
        gradient = QLinearGradient(QPointF(0, bottom), QPointF(0, top))
        colors = value_colors(9)
        for index, color in enumerate(colors):
            gradient.setColorAt(index / (len(colors) - 1), QColor(color))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(QColor(self._colors.foreground)))
        shift = (metrics.ascent() - metrics.descent()) / 2
        for value, text in zip(self.values, self.labels(), strict=True):
            y = bottom + (value - self._low) / (self._high - self._low) * (top - bottom)
            painter.drawText(QPointF(_TEXT, y + shift), text)
            if self._levels:
                painter.fillRect(QRectF(5, round(y) - 1, 14, 3), QColor(self._colors.background))
                painter.fillRect(QRectF(5, round(y), 14, 1), QColor(self._colors.foreground))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, int(width) - 6)
        painter.drawText(QPointF(6, top - 10 - metrics.descent()), name)
