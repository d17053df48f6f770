"""The colours of a landscape and what they stand for."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.landscape.color_scale import ColorScale
from regplay.gui.plots.surface_layers import value_colors
from regplay.gui.theme import LIGHT, Colors

_BAR = 12  # px, thickness
_ROOM = 26  # px that a tick takes along the bar
_TIP = 6  # px, height of the arrowhead at an end that values lie beyond


class MeasureBar(QWidget):
    """A vertical bar with round values beside it, evenly or logarithmically spaced.

    It ends in an arrowhead where the map has values beyond: they have the colour of that end.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._colors = "", LIGHT
        self._scale = ColorScale()
        self._beyond = (False, False)
        self._state: object = None  # what was drawn last
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def setScale(
        self, scale: ColorScale, name: str, beyond: tuple[bool, bool] = (False, False)
    ) -> None:
        """Show a scale and the name of what it measures; drawn again only if they changed.

        Parameters
        ----------
        beyond
            Whether values lie below the lower end, and above the upper one.
        """
        self._scale, self._name, self._beyond = scale, name, beyond
        state = (name, scale, beyond)
        if state != self._state:
            self._state = state
            self.setToolTip("\n".join([name, *self.endTexts()]))
            self.update()

    def endTexts(self) -> list[str]:
        """What the colours of the ends stand for, where values lie beyond: `≥ 0.4`."""
        ends, (below, above) = self._scale.ends, self._beyond
        if ends is None:
            return []
        texts = [f"≤ {ends[0]:.2g}"] if below else []
        return [*texts, f"≥ {ends[1]:.2g}"] if above else texts

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
        line = self.fontMetrics().height()
        painter.fillRect(self.rect(), QColor(self._colors.background))
        # As high as the cells of the chart beside it.
        self.draw(painter, line + 8, self.height() - 2 * line - 10, self.width())
        painter.end()

    def draw(self, painter: QPainter, top: float, bottom: float, width: float) -> None:
        """Draw the bar between two heights, and over it the name, `width` pixels wide at most."""
        metrics = QFontMetrics(painter.font())
        painter.setPen(QColor(self._colors.foreground))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QPointF(2, top - 7 - metrics.descent()), name)
        if self._scale.range is None or bottom <= top:
            return
        bar = QRectF(4, top, _BAR, bottom - top)
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        colors = value_colors(11)
        for index, color in enumerate(colors):
            gradient.setColorAt(index / (len(colors) - 1), QColor(color))
        painter.fillRect(bar, gradient)
        self._paint_tips(painter, bar, colors)
        shift = (metrics.ascent() - metrics.descent()) / 2
        for text, share in self._labels(bar.height(), metrics.height()):
            y = bottom + share * (top - bottom)
            painter.setPen(QColor(self._colors.muted))
            painter.drawLine(QPointF(4 + _BAR, y), QPointF(8 + _BAR, y))
            painter.setPen(QColor(self._colors.foreground))
            painter.drawText(QPointF(11 + _BAR, y + shift), text)

    def _paint_tips(self, painter: QPainter, bar: QRectF, colors: list[str]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        edges = ((bar.bottom(), _TIP, colors[0]), (bar.top(), -_TIP, colors[-1]))
        for (edge, tip, color), is_beyond in zip(edges, self._beyond, strict=True):
            if is_beyond:
                painter.setBrush(QColor(color))
                corners = [(bar.left(), edge), (bar.right(), edge), (bar.center().x(), edge + tip)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _labels(self, height: float, line: float) -> list[tuple[str, float]]:
        """Texts, and how far up each lies: the ends that values lie beyond, then round values."""
        ticks = self._scale.ticks(max(2, min(8, int(height / _ROOM))))
        shares = self._scale.share(np.array(ticks, dtype=float)).tolist()
        ends = [float(end) for end, is_beyond in enumerate(self._beyond) if is_beyond]
        labels = list(zip(self.endTexts(), ends, strict=True))
        for tick, share in zip(ticks, shares, strict=True):
            if all(abs(share - end) * height >= line for end in ends):
                labels.append((self._text(tick), share))
        return labels

    def _text(self, value: float) -> str:
        return "0" if abs(value) < 1e-12 and not self._scale.is_log else f"{value:.4g}"
