"""The axes of a plot and the lines through their ticks: drawn alike on screen and in figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.gui.plots.frame import Frame
from regplay.gui.plots.scale import Scale, Tick
from regplay.gui.theme import Colors, hairline, unit_of

# Lengths are in pixels at 100 %; they grow with the text.
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

    def ticks(self, size: float, metrics: QFontMetricsF) -> Sequence[Tick]:
        """What is marked on so many pixels, rising."""
        if self.marks is None:
            room = _ROOM[self.side][self.scale.is_log] * unit_of(metrics)
            return self.scale.ticks(round(size / room))
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
    """Both axes of a plot.

    `aspect` is the width of its inside in heights, or None where it takes all the room there is;
    `right` is the pixels beside its inside, at least what half of the last label takes.
    """

    x: Axis
    y: Axis
    aspect: float | None = None
    right: float = _RIGHT

    def inside(self, area: QRectF, metrics: QFontMetricsF, usual: str = "") -> QRectF:
        """Where data go if all that belongs to the axes has room in an area; whole pixels.

        Beside them is room for a name and a number as wide as `usual`, if that is not empty.
        """
        line, unit = metrics.height(), unit_of(metrics)
        away, named = (_TICK + _AWAY) * unit, line + _NAME_AWAY * unit
        bottom = area.bottom() - away - line - (named if self.x.name else 0)
        top = area.top() + line / 2
        widest = min(self._widest(max(bottom - top, 1.0), metrics), _WIDEST * area.width())
        widest = max(widest, metrics.horizontalAdvance(usual))
        left = area.left() + widest + away + (named if self.y.name or usual else 0)
        right = area.right() - max(self.right, _RIGHT * unit)
        if self.aspect is not None:  # in the middle of the room
            width, height = max(right - left, 1.0), max(bottom - top, 1.0)
            across = min(width, height * self.aspect)
            left += (width - across) / 2
            top += (height - across / self.aspect) / 2
            right, bottom = left + across, top + across / self.aspect
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
        line, unit = metrics.height(), unit_of(metrics)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(hairline(colors.muted, unit))
        painter.drawLine(QLineF(plot.topLeft(), plot.bottomLeft()))
        painter.drawLine(QLineF(plot.bottomLeft(), plot.bottomRight()))
        self._paint_x(painter, plot, metrics, colors)
        self._paint_y(painter, plot, metrics, colors)
        if self.x.break_at is not None:
            _paint_break(painter, plot, self.x.break_at, colors, unit)
        painter.setPen(QColor(colors.foreground))
        away = (_TICK + _AWAY + _NAME_AWAY) * unit + line
        below = QPointF(plot.center().x(), plot.bottom() + away)
        self._paint_name(painter, self.x, below, plot.width(), metrics)
        painter.save()
        left = plot.left() - away - self._widest(plot.height(), metrics)
        painter.translate(max(left, 0.0), plot.center().y())  # near numbers that are too wide
        painter.rotate(-90)
        self._paint_name(painter, self.y, QPointF(0, 0), plot.height(), metrics)
        painter.restore()

    def _paint_x(
        self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colors: Colors
    ) -> None:
        unit, bottom, end = unit_of(metrics), plot.bottom(), -1e9
        length, right = _TICK * unit, plot.right() + _RIGHT * unit
        for tick in self.x.ticks(plot.width(), metrics):
            x = plot.left() + tick.share * plot.width()
            painter.setPen(hairline(colors.muted, unit))
            painter.drawLine(QLineF(x, bottom, x, bottom + (length if tick.text else length / 2)))
            width = metrics.horizontalAdvance(tick.text)
            left = min(x - width / 2, right - width)  # the last one stays in sight
            if tick.text and left > end + _APART * unit:
                painter.setPen(QColor(colors.foreground))
                baseline = bottom + length + _AWAY * unit + metrics.ascent()
                painter.drawText(QPointF(left, baseline), tick.text)
                end = left + width

    def _paint_y(
        self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF, colors: Colors
    ) -> None:
        unit, left, end = unit_of(metrics), plot.left(), 1e9
        length = _TICK * unit
        for tick in self.y.ticks(plot.height(), metrics):
            y = plot.bottom() - tick.share * plot.height()
            painter.setPen(hairline(colors.muted, unit))
            painter.drawLine(QLineF(left - (length if tick.text else length / 2), y, left, y))
            if tick.text and y < end - metrics.height():
                painter.setPen(QColor(colors.foreground))
                x = left - length - _AWAY * unit - metrics.horizontalAdvance(tick.text)
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


def _paint_break(
    painter: QPainter, plot: QRectF, share: float, colors: Colors, unit: float
) -> None:
    """Two strokes over a gap in the lower axis."""
    x, y, half = plot.left() + share * plot.width(), plot.bottom(), 3 * unit
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.background), half))
    painter.drawLine(QLineF(x - half, y, x + half, y))
    painter.setPen(QPen(QColor(colors.muted), unit))
    for side in (-half, half):
        painter.drawLine(
            QLineF(x + side - 2 * unit, y + 5 * unit, x + side + 2 * unit, y - 5 * unit)
        )


class GridLayer:
    """Lines through the labelled ticks of two axes, which are asked for with each drawing."""

    def __init__(self, axes: Callable[[], Axes]) -> None:
        self._axes = axes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines on whole pixels, where they stay sharp without antialiasing."""
        axes, metrics = self._axes(), QFontMetricsF(painter.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(hairline(frame.colors.grid, frame.zoom))
        for share in axes.x.lines(frame.width, metrics):
            x = round(share * frame.width)
            painter.drawLine(QLineF(x, 0, x, frame.height))
        for share in axes.y.lines(frame.height, metrics):
            y = frame.height - round(share * frame.height)
            painter.drawLine(QLineF(0, y, frame.width, y))
