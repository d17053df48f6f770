"""The colours of a landscape and what they stand for."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.landscape.color_scale import ColorScale
from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.theme import LIGHT, Colors

_BAR = 12  # px, thickness
_ROOM = 26  # px that a tick takes along the bar


class MeasureBar(QWidget):
    """A vertical bar with round values beside it, evenly or logarithmically spaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._colors = "", LIGHT
        self._scale = ColorScale(may_be_log=False)
        self._state: object = None  # what was drawn last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def setScale(self, scale: ColorScale, name: str) -> None:
        """Show a scale and the name of what it measures; drawn again only if they changed."""
        self._scale, self._name = scale, name
        state = (name, scale.range, scale.is_log)
        if state != self._state:
            self._state = state
            kind = "logarithmic" if scale.is_log else "linear"
            self.setToolTip(f"{name}, on a {kind} scale that grows while the map fills in")
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for the longest name."""
        return QSize(12 + self.fontMetrics().horizontalAdvance("validation loss"), 100)

    def minimumSizeHint(self) -> QSize:
        """As wide."""
        return QSize(self.sizeHint().width(), 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, its ticks and its name."""
        painter = QPainter(self)
        metrics = self.fontMetrics()
        painter.fillRect(self.rect(), QColor(self._colors.background))
        # As high as the cells of the chart beside it.
        top, bottom = metrics.height() + 8, self.height() - 2 * metrics.height() - 10
        painter.setPen(QColor(self._colors.foreground))
        painter.drawText(QPointF(2, metrics.ascent() + 1), self._name)
        if self._scale.range is None or bottom <= top:
            painter.end()
            return
        bar = QRectF(4, top, _BAR, bottom - top)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        colors = value_colors(11)
        for index, color in enumerate(colors):
            gradient.setColorAt(index / (len(colors) - 1), QColor(color))
        painter.fillRect(bar, gradient)
        shift = (metrics.ascent() - metrics.descent()) / 2
        for value, share in self._placed(bar.height()):
            y = bottom + share * (top - bottom)
            painter.setPen(QColor(self._colors.muted))
            painter.drawLine(QPointF(4 + _BAR, y), QPointF(8 + _BAR, y))
            painter.setPen(QColor(self._colors.foreground))
            painter.drawText(QPointF(11 + _BAR, y + shift), self._text(value))
        painter.end()

    def _placed(self, height: float) -> list[tuple[float, float]]:
        """Values to label, and how far up each lies."""
        ticks = self._scale.ticks(max(2, min(8, int(height / _ROOM))))
        shares = self._scale.share(np.array(ticks, dtype=float))
        return list(zip(ticks, shares.tolist(), strict=True))

    def _text(self, value: float) -> str:
        return "0" if abs(value) < 1e-12 and not self._scale.is_log else f"{value:.4g}"
