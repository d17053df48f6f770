"""Bias², variance and noise as stacked bars, and what was measured above them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from regplay.core.bias_variance import Decomposition
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.markers import VALID_SHAPE, draw_marker
from regplay.gui.theme import Colors, mix

_SHARE = 0.72  # of the distance between two positions that a bar takes
_CAP = 4.0  # px to each side at the ends of an error bar
_ARROW = QRectF(-4.5, 10, 9, 7)  # px; above it is room for the mark of the present experiment
_TEETH = 3.0  # px, height and half width of a tooth where a bar is cut


@dataclass(frozen=True)
class Part:
    """One part of a stack: its name and where its number is, from the bottom up."""

    field: str
    name: str

    def color(self, colors: Colors) -> str:
        """Noise as the noise floor elsewhere, variance as the fits whose spread it is."""
        strong = {
            "noise": mix(colors.floor, colors.background, 0.35),
            "bias_squared": colors.class_color(9),
            "variance": colors.fit,
        }[self.field]
        return mix(strong, colors.background, 0.2)


PARTS = (
    Part("noise", "noise"),
    Part("bias_squared", "bias²"),
    Part("variance", "variance"),
)


class StackLayer:
    """A bar of three parts at each position 0, 1, 2, …; None leaves a gap.

    One that is higher than the axis ends in teeth, and above them stands its height, or an arrow.

    Attributes
    ----------
    parts
        One a position.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the bars on whole pixels, a line of the background between two parts."""
        for position, parts in _known(self.parts):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            ends = np.round(frame.x([position - _SHARE / 2, position + _SHARE / 2]))
            heights = np.cumsum([0.0, *(getattr(parts, part.field) for part in PARTS)])
            edges = np.round(frame.y(heights))
            for part, low, high in zip(PARTS, edges[:-1], edges[1:], strict=True):
                if not low - high >= 1:  # thinner than a pixel, or not finite
                    continue
                bar = QRectF(QPointF(ends[0], high), QPointF(ends[1], low))
                painter.fillRect(bar, QColor(part.color(frame.colors)))
                if part is not PARTS[0] and low - high >= 3:
                    bar.setTop(low - 1)
                    painter.fillRect(bar, QColor(frame.colors.background))
            if edges[-1] < 0 < edges[0]:
                _cut(painter, frame, ends[0], ends[1], short_number(parts.total))


def _known(parts: Sequence[Decomposition | None]) -> Iterator[tuple[int, Decomposition]]:
    """Those that are there, with their positions."""
    return ((position, one) for position, one in enumerate(parts) if one is not None)


def short_number(value: float) -> str:
    """About two digits in as few letters as possible: `0.031`, `4.2`, `312`, `1.3e4`."""
    text = f"{value:.2g}"
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    return str(round(value)) if 10 <= value < 1000 else f"{mantissa}e{int(exponent)}"


def _cut(painter: QPainter, frame: Frame, left: float, right: float, text: str) -> None:
    """End a bar from `left` to `right` px below the top, and write a number there, or an arrow."""
    metrics = painter.fontMetrics()
    bottom = _ARROW.bottom() + metrics.height() + _TEETH
    teeth = max(2, round((right - left) / (2 * _TEETH)))
    x = np.linspace(left, right, 2 * teeth + 1)
    zigzag = [QPointF(at, bottom + (index % 2) * _TEETH) for index, at in enumerate(x)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(frame.colors.background))
    painter.drawPolygon(QPolygonF([QPointF(left, -1), *zigzag, QPointF(right, -1)]))
    if metrics.horizontalAdvance(text) >= (right - left) / _SHARE:
        text = "↑"
    x_text = (left + right - metrics.horizontalAdvance(text)) / 2
    painter.setPen(QColor(frame.colors.foreground))
    painter.drawText(QPointF(x_text, _ARROW.bottom() + metrics.ascent() + 1), text)


class MeasuredLayer:
    """The measured validation losses with their standard errors, as points above the bars.

    An arrow stands where one lies beyond the top of the axis.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the error bars, then the points."""
        for position, parts in _known(self.parts):
            x, error = float(frame.x(position)), parts.measured_error
            low, y, high = frame.y([parts.measured - error, parts.measured, parts.measured + error])
            if not np.isfinite([low, y, high]).all():
                continue
            colors = frame.colors
            if y < 0:
                _draw_arrow(painter, x, colors)
                continue
            lines = [
                QLineF(x, low, x, high),
                QLineF(x - _CAP, low, x + _CAP, low),
                QLineF(x - _CAP, high, x + _CAP, high),
            ]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            for color, width in ((colors.background, 3.2), (colors.foreground, 1.6)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawLines(lines)
            draw_marker(painter, VALID_SHAPE, x, float(y), 7, colors.valid, colors.background)


def _draw_arrow(painter: QPainter, x: float, colors: Colors) -> None:
    arrow = _ARROW.translated(x, 0)
    tip = QPointF(x, arrow.top())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.background), 1.3))
    painter.setBrush(QColor(colors.valid))
    painter.drawPolygon(QPolygonF([arrow.bottomLeft(), tip, arrow.bottomRight()]))


class PresentLayer:
    """A dashed line where the present experiment stands on the axis.

    Attributes
    ----------
    position
        Among the positions 0, 1, 2, …, also between two; None draws nothing.
    """

    def __init__(self) -> None:
        self.position: float | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line, from a small triangle at the top."""
        if self.position is None:
            return
        x = round(float(frame.x(self.position))) + 0.5
        line = QPen(QColor(frame.colors.foreground), 1)
        line.setDashPattern([4, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(line)
        painter.drawLine(QLineF(x, 0, x, frame.height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(frame.colors.foreground))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))


def place_of(value: float, values: Sequence[float]) -> float | None:
    """Where a value lies among rising `values`, as an index; between two of them in proportion.

    None where there are no values, or the value is no number. What lies beyond an end is there.
    """
    if not len(values) or not np.isfinite(value):
        return None
    return float(np.interp(value, values, np.arange(len(values))))
