"""What one histogram is made of; its heights are the roots of counts."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from regplay.gui.network.scales import number
from regplay.gui.plots.canvas import Frame
from regplay.gui.theme import mix


def _steps(frame: Frame, edges: NDArray[np.float64], counts: NDArray[np.intp]) -> QPolygonF:
    """The outline of bars, from the lower left corner to the lower right one, in pixels."""
    x = np.repeat(np.round(frame.x(edges)), 2)
    y = np.concatenate([[frame.height], np.repeat(frame.y(np.sqrt(counts)), 2), [frame.height]])
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


def paint_bars(
    painter: QPainter,
    frame: Frame,
    edges: NDArray[np.float64],
    now: NDArray[np.intp],
    initial: NDArray[np.intp],
) -> None:
    """Draw the counts now, filled, and the initial ones over them, as an outline."""
    colors = frame.colors
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    outline = _steps(frame, edges, initial)
    for polygon, color in (
        (outline, mix(colors.background, colors.muted, 0.22)),
        (_steps(frame, edges, now), mix(colors.background, colors.norm, 0.75)),
    ):
        painter.setBrush(QColor(color))
        painter.drawPolygon(polygon)
    painter.setPen(QPen(QColor(colors.muted), 1))
    painter.drawPolyline(outline)


def paint_ticks(painter: QPainter, frame: Frame, largest: float, top: int) -> None:
    """Draw lines at a count of `top` and a quarter of it, and at weights of 0 and ±`largest`.

    On a scale of roots a quarter has half the height.
    """
    colors, metrics = frame.colors, QFontMetrics(painter.font())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for count in (top, top // 4):
        y = round(float(frame.y(np.sqrt(count))))
        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawLine(QPointF(0, y), QPointF(frame.width, y))
        painter.setPen(QColor(colors.foreground))
        box = QRectF(-60, y - metrics.height() / 2, 56, metrics.height())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, right, _short(count))
    for weight, share in ((-largest, 0.0), (0.0, 0.5), (largest, 1.0)):
        x = round(float(frame.x(weight)))
        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawLine(QPointF(x, 0), QPointF(x, frame.height + 3))
        text = number(weight)
        width = metrics.horizontalAdvance(text)
        # The outer ones end with the plot, or they would run into those of its neighbours.
        painter.setPen(QColor(colors.foreground))
        painter.drawText(QPointF(x - share * width, frame.height + 4 + metrics.ascent()), text)
    painter.setPen(QPen(QColor(colors.muted), 1))
    painter.drawLine(QPointF(0, frame.height), QPointF(frame.width, frame.height))


def _short(count: int) -> str:
    """A count in four characters or fewer."""
    return str(count) if count < 1000 else f"{count / 1000:.3g}k"
