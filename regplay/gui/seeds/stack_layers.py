"""Bias², variance and noise as stacked bars, and what was measured above them."""

from collections.abc import Sequence
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

    Attributes
    ----------
    parts
        One a position.
    """

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the bars on whole pixels, a line of the background between two parts."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for position, parts in enumerate(self.parts):
            if parts is None:
                continue
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


class MeasuredLayer:
    """The measured validation losses with their standard errors, as points above the bars."""

    def __init__(self) -> None:
        self.parts: tuple[Decomposition | None, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the error bars, then the points."""
        for position, parts in enumerate(self.parts):
            if parts is None:
                continue
            x, error = float(frame.x(position)), parts.measured_error
            low, y, high = frame.y([parts.measured - error, parts.measured, parts.measured + error])
            if not np.isfinite([low, y, high]).all():
                continue
            colors = frame.colors
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
