"""The figure of a sweep of one field: training and validation loss over its values."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPen

from regplay.core.fields import FIELDS
from regplay.core.history import Floats
from regplay.gui.sweep_paper import SMALL, Paper
from regplay.gui.sweep_ticks import LossAxis, ValueAxis, loss_text, value_text
from regplay.gui.theme import LIGHT, mix
from regplay.session.sweep_results import SweepResult

_LOSS = {
    "regression": "Loss (mean squared error)",
    "classification": "Loss (cross-entropy)",
    "mixed": "Loss",
}
_CURVES = (("valid_loss", "validation", LIGHT.valid), ("train_loss", "training", LIGHT.train))
_FAINT = 0.55  # of the background is in the colour of a single seed
_DOT, _SEED_DOT = 5.0, 3.5  # pixels, radius
_MOST_DOTS = 60  # values; more would hide the line


def paint_lines(paper: Paper, result: SweepResult) -> None:
    """Draw both losses, with seeds their means and each one as a dot, and mark the valley."""
    (axis,) = result.sweep.axes
    across = ValueAxis(axis)
    up = LossAxis(np.stack([result.values(measure) for measure, _, _ in _CURVES]))
    paper.grid(across.ticks(), up.ticks())
    # What failed has no room on the axis: a line to it leaves the plot.
    paper.painter.setClipRect(paper.plot.adjusted(-8, -1, 8, 8))
    if result.sweep.seeds > 1:
        for measure, _, color in _CURVES:
            _paint_seeds(paper, across, up.shares(result.values(measure)), color)
    for measure, _, color in _CURVES:
        _paint_curve(paper, across, up.shares(result.means(measure)), color)
    paper.painter.setClipping(False)
    for place in np.flatnonzero(result.diverged):
        paper.cross(QPointF(paper.x(across.shares[place]), paper.plot.top() + 14), 6)
    best = result.ranking()[0][0]
    means = result.means("valid_loss")
    at = QPointF(paper.x(across.shares[best]), paper.y(float(up.shares(means[best]))))
    paper.painter.setPen(QPen(QColor(LIGHT.muted), 1.2, Qt.PenStyle.DashLine))
    paper.painter.drawLine(QLineF(at, QPointF(at.x(), paper.plot.bottom())))
    paper.diamond(at, 10, LIGHT.background)
    paper.frame(across.break_at)
    paper.x_axis(across.ticks(), FIELDS[axis.path].label)
    paper.y_axis(up.ticks(), _LOSS[result.task])
    _paint_legend(
        paper, result, f"best at {value_text(axis.values[best])}: {loss_text(float(means[best]))}"
    )


def _paint_curve(paper: Paper, across: ValueAxis, heights: Floats, color: str) -> None:
    """A line through the numbers that have a loss; none across the break of the axis."""
    painter = paper.painter
    order = np.argsort(across.shares, kind="stable")
    points = [QPointF(paper.x(across.shares[i]), paper.y(heights[i])) for i in order]
    is_there = np.isfinite(heights[order])
    painter.setPen(QPen(QColor(color), 3, c=Qt.PenCapStyle.RoundCap))
    for i in range(len(points) - 1):
        left, right = across.shares[order[i]], across.shares[order[i + 1]]
        is_broken = across.break_at is not None and left < across.break_at < right
        if across.is_numeric and is_there[i] and is_there[i + 1] and not is_broken:
            painter.drawLine(points[i], points[i + 1])
    painter.setPen(QPen(QColor(LIGHT.background), 1.2))
    painter.setBrush(QColor(color))
    for i, point in enumerate(points):
        is_alone = across.break_at is not None and across.shares[order[i]] < across.break_at
        if is_there[i] and (len(points) <= _MOST_DOTS or is_alone):
            painter.drawEllipse(point, _DOT, _DOT)


def _paint_seeds(paper: Paper, across: ValueAxis, heights: Floats, color: str) -> None:
    """A faint dot for each network."""
    paper.painter.setPen(Qt.PenStyle.NoPen)
    paper.painter.setBrush(QColor(mix(color, LIGHT.background, _FAINT)))
    for share, seeds in zip(across.shares, heights, strict=True):
        for height in seeds[np.isfinite(seeds)]:
            at = QPointF(paper.x(share), paper.y(height))
            paper.painter.drawEllipse(at, _SEED_DOT, _SEED_DOT)


def _paint_legend(paper: Paper, result: SweepResult, best: str) -> None:
    """Above the plot, from the left: what the lines and marks are."""
    painter = paper.painter
    x, y = paper.plot.left() + 2, paper.plot.top() - 18
    metrics = paper.use_font(SMALL)
    entries = [(name, color) for _, name, color in reversed(_CURVES)] + [(best, "best")]
    if result.diverged.any():
        entries.append(("diverged", "cross"))
    for text, sign in entries:
        middle = QPointF(x + 15, y - 6)
        if sign == "best":
            paper.diamond(middle, 8, LIGHT.background)
        elif sign == "cross":
            paper.cross(middle, 6)
        else:
            painter.setPen(QPen(QColor(sign), 3))
            painter.drawLine(middle - QPointF(15, 0), middle + QPointF(15, 0))
            painter.setPen(QPen(QColor(LIGHT.background), 1.2))
            painter.setBrush(QColor(sign))
            painter.drawEllipse(middle, _DOT, _DOT)
        painter.setPen(QColor(LIGHT.foreground))
        painter.drawText(QPointF(x + 40, y), text)
        x += 40 + metrics.horizontalAdvance(text) + 32
