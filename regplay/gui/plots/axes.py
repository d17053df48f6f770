"""The axes of a plot: what is labelled, the room that they take, and how they are drawn.

The same on screen and in figures of any size.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.scale import Scale, Tick
from regplay.gui.theme import Colors

_TICK = 4.0  # pixels, length of a labelled one; of others half
_AWAY, _NAME_AWAY = 4.0, 2.0  # pixels from a tick to its label, and from labels to the name
_APART = 8.0  # pixels between two labels
_RIGHT = 24.0  # pixels right of a plot, for half of the last label
_WIDEST = 0.25  # of the area that labels may take
_ROOM = {"x": (80.0, 44.0), "y": (42.0, 22.0)}  # pixels that a label takes; on a logarithmic axis

# Chosen ticks: positions on the scale and texts, given the axis' pixels and the font's measures.
Marks = Callable[[float, QFontMetricsF], Sequence[tuple[float, str]]]


def probabilities(size: float, metrics: QFontMetricsF) -> list[tuple[float, str]]:
    """Marks from 0 to 1, for an axis that has something else below."""
    return [(share, f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1)]


@dataclass(frozen=True)
class Axis:
    """What stands along one side of a plot.

    Attributes
    ----------
    side
        `x` or `y`.
    scale
        Its ends, and whether it is logarithmic.
    name
        What it measures; may be empty.
    marks
        Chosen ticks in place of round numbers.
    break_at
        Share at which it is interrupted, or None.
    """

    side: str
    scale: Scale
    name: str = ""
    marks: Marks | None = None
    break_at: float | None = None

    def ticks(self, size: float, metrics: QFontMetricsF) -> list[Tick]:
        """What is marked on so many pixels, rising."""
        if self.marks is None:
            return self.scale.ticks(round(size / _ROOM[self.side][self.scale.is_log]))
        low, high = self.scale.range
        shares = [((at - low) / (high - low), text) for at, text in self.marks(size, metrics)]
        return sorted(
            (Tick(share, text) for share, text in shares if -1e-6 <= share <= 1 + 1e-6),
            key=lambda tick: tick.share,
        )

    def lines(self, size: float, metrics: QFontMetricsF) -> list[float]:
        """Shares at which a grid line crosses the plot."""
        return [tick.share for tick in self.ticks(size, metrics) if tick.text]

    def shown_name(self, size: float, metrics: QFontMetricsF) -> str:
        """The name as far as it has room."""
        return metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, size)


@dataclass(frozen=True)
class Axes:
    """Both axes of a plot."""

    x: Axis
    y: Axis

    def inside(self, area: QRectF, metrics: QFontMetricsF, usual: str = "") -> QRectF:
        """Where data go if all that belongs to the axes has room in an area; whole pixels.

        Beside them is room for a name and a number as wide as `usual`, if that is not empty.
        """
        line = metrics.height()
        bottom = area.bottom() - _TICK - _AWAY - line - (line + _NAME_AWAY if self.x.name else 0)
        top = area.top() + line / 2
        widest = min(self._widest(max(bottom - top, 1.0), metrics), _WIDEST * area.width())
        widest = max(widest, metrics.horizontalAdvance(usual))
        left = area.left() + widest + _TICK + _AWAY
        if self.y.name or usual:
            left += line + _NAME_AWAY
        right = area.right() - _RIGHT
        return QRectF(
            QPointF(round(left), round(top)),
            QPointF(max(round(right), round(left) + 1), max(round(bottom), round(top) + 1)),
        )

    def _widest(self, height: float, metrics: QFontMetricsF) -> float:
        texts = [tick.text for tick in self.y.ticks(height, metrics)]
        return max(map(metrics.horizontalAdvance, texts), default=0.0)

    def paint(self, painter: QPainter, plot: QRectF, colors: Colors) -> None:
        """Draw both around the inside of a plot."""
        metrics = QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(colors.muted), 1))
        painter.drawLine(QLineF(plot.left(), plot.top(), plot.left(), plot.bottom()))
        painter.drawLine(QLineF(plot.left(), plot.bottom(), plot.right(), plot.bottom()))
        self._paint_x(painter, plot, metrics, colors)
        self._paint_y(painter, plot, metrics, colors)
        if self.x.break_at is not None:
            _paint_break(painter, plot, self.x.break_at, colors)
        painter.setPen(QColor(colors.foreground))
        line = metrics.height()
        below = plot.bottom() + _TICK + _AWAY + line + _NAME_AWAY
        self._paint_name(painter, self.x, QPointF(plot.center().x(), below), plot.width(), metrics)
        widest = self._widest(plot.height(), metrics)
        painter.save()
        painter.translate(
            plot.left() - _TICK - _AWAY - widest - _NAME_AWAY - line, plot.center().y()
        )
        painter.rotate(-90)
        self._paint_name(painter, self.y, QPointF(0, 0), plot.height(), metrics)
        painter.restore()

    def _paint_x(
        self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colors: Colors
    ) -> None:
        bottom, end = plot.bottom(), -1e9
        for tick in self.x.ticks(plot.width(), metrics):
            x = plot.left() + tick.share * plot.width()
            painter.setPen(QPen(QColor(colors.muted), 1))
            painter.drawLine(QLineF(x, bottom, x, bottom + (_TICK if tick.text else _TICK / 2)))
            width = metrics.horizontalAdvance(tick.text)
            left = min(x - width / 2, plot.right() + _RIGHT - width)  # the last one stays in sight
            if tick.text and left > end + _APART:
                painter.setPen(QColor(colors.foreground))
                baseline = bottom + _TICK + _AWAY + metrics.ascent()
                painter.drawText(QPointF(left, baseline), tick.text)
                end = left + width

    def _paint_y(
        self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colors: Colors
    ) -> None:
        left, end = plot.left(), 1e9
        for tick in self.y.ticks(plot.height(), metrics):
            y = plot.bottom() - tick.share * plot.height()
            painter.setPen(QPen(QColor(colors.muted), 1))
            painter.drawLine(QLineF(left - (_TICK if tick.text else _TICK / 2), y, left, y))
            if tick.text and y < end - metrics.height():
                painter.setPen(QColor(colors.foreground))
                x = left - _TICK - _AWAY - metrics.horizontalAdvance(tick.text)
                baseline = y + (metrics.ascent() - metrics.descent()) / 2
                painter.drawText(QPointF(x, baseline), tick.text)
                end = y

    @staticmethod
    def _paint_name(
        painter: QPainter, axis: Axis, top: QPointF, size: float, metrics: QFontMetricsF
    ) -> None:
        """One line around the middle of `top`."""
        text = axis.shown_name(size, metrics)
        half = metrics.horizontalAdvance(text) / 2
        painter.drawText(QPointF(top.x() - half, top.y() + metrics.ascent()), text)


def _paint_break(painter: QPainter, plot: QRectF, share: float, colors: Colors) -> None:
    """Two strokes over a gap in the lower axis."""
    x, y = plot.left() + share * plot.width(), plot.bottom()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.background), 3))
    painter.drawLine(QLineF(x - 3, y, x + 3, y))
    painter.setPen(QPen(QColor(colors.muted), 1))
    for side in (-3.0, 3.0):
        painter.drawLine(QLineF(x + side - 2, y + 5, x + side + 2, y - 5))


class GridLayer:
    """Lines through the labelled ticks of two axes, which are asked for with each drawing."""

    def __init__(self, axes: Callable[[], Axes]) -> None:
        self._axes = axes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines on whole pixels, where they stay sharp without antialiasing."""
        axes, metrics = self._axes(), QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(frame.colors.grid), 1))
        for share in axes.x.lines(frame.width, metrics):
            x = round(share * frame.width)
            painter.drawLine(QLineF(x, 0, x, frame.height))
        for share in axes.y.lines(frame.height, metrics):
            y = frame.height - round(share * frame.height)
            painter.drawLine(QLineF(0, y, frame.width, y))
