"""Losses of networks over the values of one setting: on a slider, and in a figure of any size."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from regplay.core.arrays import Flags, Floats, Integers
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.scale import Scale
from regplay.gui.plots.shapes import MarkerShape, Points, PointsLayer, fill_polygon, pen, through
from regplay.gui.theme import ROLES, Colors

_SLACK = 1e-6  # of a scale, for rounding at its ends
# Pixels at 100 %.
_MARK, _MARKS_APART = 3.0, 18.0  # half the width of a mark at the edge; from one to the next
_FROM_EDGE = 4.0  # from a mark's base to the edge
_VALLEY, _DOT = 5.0, 1.5  # radius of the mark of the smallest loss, and of the dot in it


def sides_of(scale: Scale, losses: ArrayLike) -> Integers:
    """On which side of a scale losses lie: −1 below it, 1 above; 0 in it, and for NaN."""
    shares = scale.shares(losses)
    return (shares > 1 + _SLACK).astype(np.int64) - (shares < -_SLACK)


@dataclass(frozen=True, eq=False)
class LossLine:
    """A loss over the values of a setting: a line with a point at each value.

    There is a gap where it is not finite. Where losses lie beyond the room that they have, arrow
    heads at the edge say so, at even distances.

    Attributes
    ----------
    places, losses
        Where each value lies on the x scale, and its loss [P].
    color
        Of all that is drawn.
    scale
        The room that losses have; the frame may hold more.
    break_at
        A place that no line crosses, or None.
    is_joined
        Whether there is a line: names have nothing between them.
    width, dot
        Pixels of the line and across a point at 100 %.
    shape, ring
        Of the points, and the colour around them.
    has_dot
        At which values there is a point [P]; None for all.
    """

    places: Floats
    losses: Floats
    color: str
    scale: Scale
    break_at: float | None = None
    is_joined: bool = True
    width: float = 2.0
    dot: float = 7.0
    shape: MarkerShape = "circle"
    ring: str = ROLES.background
    has_dot: Flags | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line, the marks at the edges and the points."""
        order = np.argsort(self.places, kind="stable")
        places, losses = self.places[order], self.losses[order]
        sides = sides_of(self.scale, losses)
        is_after = places > (-np.inf if self.break_at is None else self.break_at)
        x, y = frame.x(places), frame.y(losses)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self.is_joined:
            painter.setPen(pen(frame.colors.of(self.color), self.width * frame.zoom))
            keep = np.isfinite(y[:-1]) & np.isfinite(y[1:]) & (is_after[:-1] == is_after[1:])
            frame.device.draw_lines(painter, through(x, y, keep))
        runs = itertools.groupby(
            zip(sides.tolist(), is_after.tolist(), x.tolist(), strict=True), lambda one: one[:2]
        )
        edge, mark = _FROM_EDGE * frame.zoom, _MARK * frame.zoom
        for (side, _), run in runs:
            base = edge if side > 0 else frame.height - edge
            for at in _spread([x for *_, x in run], frame.zoom) if side else ():
                corners = (at - mark, base), (at + mark, base), (at, base - side * mark)
                fill_polygon(painter, corners, frame.colors.of(self.color))
        dots, shown = PointsLayer(), sides == 0
        if self.has_dot is not None:
            shown &= self.has_dot[order]
        looks = self.shape, (self.color,), self.ring, self.dot
        dots.groups = (Points(places[shown], losses[shown], *looks),)
        dots.paint(painter, frame)


def _spread(xs: Sequence[float], zoom: float) -> list[float]:
    """Where to put marks for a stretch of positions: at its middle, or evenly along it."""
    length = xs[-1] - xs[0]
    count = max(1, round(length / (_MARKS_APART * zoom)))
    return [xs[0] + (index + 0.5) * length / count for index in range(count)]


@dataclass(frozen=True, eq=False)
class SmallestLoss:
    """The mark of the smallest validation loss, and a line down to its value."""

    place: float
    loss: float

    def paint(self, painter: QPainter, frame: Frame) -> None:
        at = QPointF(float(frame.x(self.place)), float(frame.y(self.loss)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.muted), frame.zoom, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(at.x(), at.y(), at.x(), frame.height))
        draw_valley(painter, at, frame.colors, frame.zoom)


def draw_valley(
    painter: QPainter, at: QPointF, colors: Colors, zoom: float, is_lit: bool = False
) -> None:
    """Mark the smallest validation loss; lit while a click is meant for it."""
    radius = (_VALLEY + 1 if is_lit else _VALLEY) * zoom
    corners = [(0, -radius), (radius, 0), (0, radius), (-radius, 0)]
    painter.setPen(QPen(QColor(colors.best), 1.5 * zoom))
    painter.setBrush(QColor(colors.valid if is_lit else colors.background))
    painter.drawPolygon(QPolygonF([at + QPointF(x, y) for x, y in corners]))
    if not is_lit:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.valid))
        painter.drawEllipse(at, _DOT * zoom, _DOT * zoom)
