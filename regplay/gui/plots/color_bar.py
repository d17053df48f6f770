"""The scale of colours beside a map or a surface."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.plots.scale import Scale, Tick
from regplay.gui.plots.surface_colors import value_colors
from regplay.gui.theme import Colors, colors_of
from regplay.session.number_text import number, tick_text

_LEFT, _WIDTH = 6.0, 12.0  # pixels before the bar, and of the bar
_TICK, _AWAY = 4.0, 3.0  # pixels of a tick, and from there to its text
_MARGIN = 6.0  # pixels right of the longest text
_ROOM = 26.0  # pixels that a label takes along the bar
_TIP = 6.0  # pixels, height of the arrowhead at an end that values lie beyond
_USUAL = ("validation loss", "−00.000")  # as wide as these at least


@dataclass(frozen=True)
class Bar:
    """Colours from the lowest value to the highest, with round values beside them.

    Attributes
    ----------
    scale
        Which values the colours stand for; None where there are no values.
    name
        What they measure.
    levels
        Values with a contour line, which are labelled in place of round ones.
    beyond
        Whether values lie below the lower end, and above the upper one: they have the colour of
        that end, and the bar ends in an arrowhead there.
    """

    scale: Scale | None = None
    name: str = ""
    levels: tuple[float, ...] = ()
    beyond: tuple[bool, bool] = (False, False)

    def ticks(self, height: float, line: float) -> list[Tick]:
        """What is labelled on so many pixels, with lines of text so high."""
        if self.scale is None:
            return []
        if self.levels:
            spacing = self.levels[1] - self.levels[0] if len(self.levels) > 1 else 1.0
            largest = max(map(abs, self.levels))
            texts = [tick_text(level, spacing, largest) for level in self.levels]
            shares = self.scale.shares(self.levels).tolist()
            return [Tick(share, text) for share, text in zip(shares, texts, strict=True)]
        ends = [float(end) for end, is_beyond in enumerate(self.beyond) if is_beyond]
        found = [Tick(end, text) for end, text in zip(ends, self.end_texts(), strict=True)]
        ticks = self.scale.ticks(max(1, min(7, int(height / _ROOM))))
        found += [
            tick
            for tick in ticks
            if tick.text and all(abs(tick.share - end) * height >= line for end in ends)
        ]
        return found

    def end_texts(self) -> list[str]:
        """What the colours of the ends stand for, where values lie beyond: `≥ 0.4`."""
        if self.scale is None:
            return []
        signs = zip("≤≥", self.scale.ends, self.beyond, strict=True)
        return [f"{sign} {number(end, 2)}" for sign, end, is_beyond in signs if is_beyond]

    def width(self, metrics: QFontMetricsF) -> float:
        """Pixels from left to right that it takes."""
        texts = [tick.text for tick in self.ticks(7 * _ROOM, metrics.height())]
        widest = max(metrics.horizontalAdvance(text) for text in [*texts, _USUAL[1]])
        beside = _LEFT + _WIDTH + _TICK + _AWAY + widest
        return max(beside, _LEFT + metrics.horizontalAdvance(_USUAL[0])) + _MARGIN

    def paint(self, painter: QPainter, place: QRectF, colors: Colors) -> None:
        """Draw it as high as a rectangle, at its left edge, and over it the name."""
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(colors.foreground))
        room = place.width() - _LEFT
        name = metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        baseline = place.top() - _TIP - metrics.descent()
        painter.drawText(QPointF(place.left() + _LEFT, baseline), name)
        if self.scale is None or place.height() <= 0:
            return
        bar = QRectF(place.left() + _LEFT, place.top(), _WIDTH, place.height())
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        shades = [QColor(color) for color in value_colors(11)]
        for index, shade in enumerate(shades):
            gradient.setColorAt(index / (len(shades) - 1), shade)
        painter.fillRect(bar, gradient)
        self._paint_tips(painter, bar, shades)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for tick in self.ticks(bar.height(), metrics.height()):
            y = round(bar.bottom() - tick.share * bar.height())
            if self.levels:
                for color, thick in ((colors.background, 3), (colors.foreground, 1)):
                    painter.setPen(QPen(QColor(color), thick))
                    painter.drawLine(QLineF(bar.left() - 1, y, bar.right() + 1, y))
            painter.setPen(QPen(QColor(colors.muted), 1))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + _TICK, y))
            painter.setPen(QColor(colors.foreground))
            baseline = y + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(bar.right() + _TICK + _AWAY, baseline), tick.text)

    def _paint_tips(self, painter: QPainter, bar: QRectF, shades: Sequence[QColor]) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        edges = ((bar.bottom(), _TIP, shades[0]), (bar.top(), -_TIP, shades[-1]))
        for (edge, tip, shade), is_beyond in zip(edges, self.beyond, strict=True):
            if is_beyond:
                painter.setBrush(shade)
                corners = [(bar.left(), edge), (bar.right(), edge), (bar.center().x(), edge + tip)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class ColorBar(QWidget):
    """A `Bar` beside a chart, as high as the inside of its axes.

    Attributes
    ----------
    bar
        What is shown; `set_bar` changes it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = Bar()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_bar(self, bar: Bar) -> None:
        """Show another one; nothing is drawn again if it is the same."""
        if bar == self.bar:
            return
        self.bar = bar
        tip = "\n".join([bar.name, *bar.end_texts()])
        if bar.scale is not None and not any(bar.beyond):
            tip += f": {' to '.join(map(number, bar.scale.ends))}"
        self.setToolTip(tip)
        self.updateGeometry()
        self.update()

    def labels(self) -> list[str]:
        """What is written beside the colours, rising."""
        return [tick.text for tick in self.bar.ticks(self.place().height(), self._line())]

    def place(self) -> QRectF:
        """Where the colours are: below the name, down to the axis of the chart beside it."""
        line = self._line()
        top, below = line + _TIP + 4, 2 * line + 12  # for its name, and as the axis beside it has
        return QRectF(0, top, self.width(), self.height() - top - below)

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height()

    def sizeHint(self) -> QSize:
        """Wide enough for the numbers and for a usual name."""
        return QSize(round(self.bar.width(QFontMetricsF(self.font()))), 100)

    def minimumSizeHint(self) -> QSize:
        """As wide."""
        return QSize(self.sizeHint().width(), 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        painter, colors = QPainter(self), colors_of(self)
        painter.fillRect(self.rect(), QColor(colors.background))
        self.bar.paint(painter, self.place(), colors)
        painter.end()
