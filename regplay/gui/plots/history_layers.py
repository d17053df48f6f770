"""Layers of a plot over epochs: curves, the gap between two of them, lines and marks."""

from collections.abc import Sequence

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from regplay.gui.plots.canvas import Frame, Layer, Pixels
from regplay.gui.plots.epoch_curves import EpochCurve, Floats, columns
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.theme import Colors, mix

_FLAG = 5.0  # pixels, half the width of the flag on the line at the moment shown
_RING = 5.5  # pixels from the middle of the ring at the best epoch to its outer edge


class CurvesLayer:
    """Curves over the same epochs; the space between the first two may be shaded.

    Attributes
    ----------
    epochs
        [records], as floats.
    best
        Index of the record to mark on the second curve, or None.
    behind
        Layers drawn over the shaded space and under the curves.
    """

    def __init__(self, curves: Sequence[EpochCurve], gap: bool) -> None:
        self.curves = tuple(curves)
        self.epochs: Floats = np.zeros(0)
        self.best: int | None = None
        self.behind: list[Layer] = []
        self._gap = gap
        self._fill = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the gap, what is behind the curves, the curves, and the mark at the best epoch."""
        if not self.epochs.size:
            self._paint_behind(painter, frame)
            return
        keep = () if self.best is None else (self.best,)
        thin = [curve.thin(self.epochs, frame, keep) for curve in self.curves]
        if self._gap:
            self._paint_gap(painter, frame, *thin[:2])
        self._paint_behind(painter, frame)
        best = self._best_at(frame)
        if best is not None:
            self._paint_best(painter, frame, best)
        # The first curve goes on top: training, which lies below validation at the end.
        for curve, (x, y) in reversed(list(zip(self.curves, thin, strict=True))):
            curve.draw(painter, frame, x, y)
        if best is not None:
            self._paint_best_marker(painter, frame, best)

    def _paint_behind(self, painter: QPainter, frame: Frame) -> None:
        for layer in self.behind:
            layer.paint(painter, frame)

    def _paint_gap(
        self,
        painter: QPainter,
        frame: Frame,
        train: tuple[Pixels, Pixels],
        valid: tuple[Pixels, Pixels],
    ) -> None:
        """Shade by columns: Qt fills a polygon of this many corners ten times more slowly."""
        if len(train[0]) < 2 or len(valid[0]) < 2:
            return
        across = np.round(columns(train[0], frame, 1.0)) + 0.5
        segments = np.empty((len(across), 4))
        segments[:, 0] = segments[:, 2] = across
        segments[:, 1], segments[:, 3] = np.interp(across, *train), np.interp(across, *valid)
        if isinstance(painter, FigurePainter):
            _fill_between(painter, segments, gap_color(frame.colors))
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen(gap_color(frame.colors), 1.0))
        self._fill.draw(painter, segments)

    def covered(self, frame: Frame) -> list[tuple[Pixels, Pixels]]:
        """What a label should leave free: the curves, as if they went on level, and the ring."""
        lines = []
        for curve in self.curves:
            x, y = curve.thin(self.epochs, frame)
            if len(x):
                lines.append((np.append(x, max(x[-1], frame.width) + 1), np.append(y, y[-1])))
        at = self._best_at(frame)
        if at is not None:
            # A line up and down through it counts four times: the ring says more than a curve.
            x, y = (
                at.x() + _RING * np.array([-1, -1, 1, 1]),
                at.y() + _RING * np.array([1, -1, -1, 1]),
            )
            lines += [(x, y)] * 4
        return lines

    def _best_at(self, frame: Frame) -> QPointF | None:
        if self.best is None:
            return None
        x = frame.x(self.epochs[self.best : self.best + 1])[0]
        y = frame.y(self.curves[1].values[self.best : self.best + 1])[0]
        inside = 0 <= x <= frame.width and 0 <= y <= frame.height  # False for NaN
        return QPointF(x, y) if inside else None

    def _paint_best(self, painter: QPainter, frame: Frame, at: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(frame.colors.muted), 1))
        painter.drawLine(QLineF(round(at.x()), at.y(), round(at.x()), frame.height))

    def _paint_best_marker(self, painter: QPainter, frame: Frame, at: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.best), 2))
        painter.setBrush(QColor(frame.colors.background))
        # Whole even at the edges, where the best epoch is the first or the newest.
        x = min(max(at.x(), _RING), frame.width - _RING)
        y = min(max(at.y(), _RING), frame.height - _RING)
        painter.drawEllipse(QPointF(x, y), 4.5, 4.5)


def gap_color(colors: Colors) -> str:
    """The shade between training and validation."""
    return mix(colors.background, colors.valid, 0.24)


def _fill_between(painter: FigurePainter, segments: Pixels, color: str) -> None:
    """Fill the space that upright lines [n, 4] span, without seams at any size."""
    if not len(segments):
        return
    x = np.concatenate([segments[:, 0], segments[::-1, 2]])
    y = np.concatenate([segments[:, 1], segments[::-1, 3]])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawPolygon(arrayToQPolygonF(x, y), Qt.FillRule.WindingFill)


class MarksLayer:
    """Dotted vertical lines at epochs.

    Attributes
    ----------
    epochs
        Where to draw them.
    """

    def __init__(self) -> None:
        self.epochs: tuple[int, ...] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines."""
        line = QPen(QColor(frame.colors.foreground), 1)
        line.setDashPattern([1, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(line)
        for x in frame.x(self.epochs) if self.epochs else ():
            if 0 <= x <= frame.width:
                painter.drawLine(QLineF(round(x), 0, round(x), frame.height))


class MomentLayer:
    """A line at the epoch that the other plots show, with a flag on top.

    The flag tells it from the hover line and from the foot of the ring at the best epoch.

    Attributes
    ----------
    epoch
        Where, or None for no line.
    """

    def __init__(self) -> None:
        self.epoch: int | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line."""
        if self.epoch is None:
            return
        x = float(frame.x(self.epoch))
        if not 0 <= x <= frame.width:  # also where a logarithmic axis has no place for 0
            return
        color = QColor(frame.colors.foreground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(color, 1))
        painter.drawLine(QLineF(round(x), 0, round(x), frame.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        middle, top = round(x) + 0.5, _FLAG
        corners = ((-_FLAG, 0.0), (_FLAG, 0.0), (_FLAG, top), (0.0, 2 * top), (-_FLAG, top))
        painter.drawPolygon(QPolygonF([QPointF(middle + dx, y) for dx, y in corners]))
