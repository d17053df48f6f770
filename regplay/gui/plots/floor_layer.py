"""The noise floor in a plot of losses: a dashed line, and its name where no curve runs."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from regplay.gui.plots.canvas import Frame, Pixels

_MARGIN = 6.0  # pixels to the left and the right end of the plot, at least
_OFF = 2.0  # pixels between the line and its name
_PAD = 3.0  # pixels of ground to the left and right of the name
_ALONG = 7  # places to try along the line
_UP = 3  # lines of text that the name may be away from the line
_STEP = 4.0  # pixels from column to column where curves are looked for
_FARTHER = 30.0  # pixels of a curve that the name may cover rather than be a line farther away
_KEEP = 24.0  # pixels of a curve that the name may cover rather than move
_OPAQUE = 225  # of 255: what runs under the name can still be made out


class FloorLayer:
    """A dashed line at the noise floor, and its name.

    The name is placed when the layer is drawn anew, which a plot does when its ranges change; so
    it rests while curves grow. Where they run into it all the same, it has a ground.

    Attributes
    ----------
    value
        In the units of the loss, or None where it is not known.
    text
        Its name.
    box
        Where the name was drawn last, in pixels; None where it has no room.
    curves
        Asked for what the name should not cover: lines in pixels, each x [n], rising, and y [n].
    """

    def __init__(self) -> None:
        self.value: float | None = None
        self.text = ""
        self.box: QRectF | None = None
        self.curves: Callable[[Frame], Sequence[tuple[Pixels, Pixels]]] = lambda frame: ()
        self._place: tuple[int, int] | None = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line and the name."""
        self.box = None
        if self.value is None:
            return
        y = float(frame.y(self.value))
        if not 0 <= y <= frame.height:  # also where a logarithmic axis has no place for 0
            return
        color = QColor(frame.colors.floor)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = QPen(color, 2)
        line.setDashPattern([4, 3])
        painter.setPen(line)
        painter.drawLine(QLineF(0, y, frame.width, y))
        metrics = QFontMetrics(painter.font())
        box = self.box = self._chosen(y, metrics, frame)
        if box is None:
            return
        ground = QColor(frame.colors.background)
        ground.setAlpha(_OPAQUE)
        painter.fillRect(box.adjusted(-_PAD, 0, _PAD, 0), ground)
        painter.setPen(QPen(color, 1))
        away = max(box.top() - y, y - box.bottom())
        if away > 2 * _OFF:  # lead back to the line
            x = round(box.left()) + _MARGIN
            painter.drawLine(
                QPointF(x, y), QPointF(x, box.bottom() if y > box.top() else box.top())
            )
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, int(box.width()) + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)

    def _chosen(self, line: float, metrics: QFontMetrics, frame: Frame) -> QRectF | None:
        """Where the name goes of a line at so many pixels from the top, or None."""
        width = min(float(metrics.horizontalAdvance(self.text)), frame.width - 2 * _MARGIN)
        if width <= 0:
            return None
        boxes = _boxes(line, width, float(metrics.height()), frame)
        if not boxes:
            return None
        covered = _Covered(self.curves(frame), frame)
        costs = {place: covered.by(box) + _FARTHER * place[0] for place, box in boxes.items()}
        best = min(costs, key=lambda place: costs[place])  # the first of those that are alike
        if self._place not in costs or costs[self._place] > costs[best] + _KEEP:
            self._place = best
        return boxes[self._place]


def _boxes(line: float, width: float, height: float, frame: Frame) -> dict[tuple[int, int], QRectF]:
    """Boxes inside the frame by lines away from the line and place along it, the preferred first.

    Right before left, where curves fall; above before below.
    """
    lefts = np.linspace(frame.width - _MARGIN - width, _MARGIN, _ALONG)
    boxes = {}
    for away in range(_UP + 1):
        tops = (line - _OFF - (away + 1) * height, line + _OFF + away * height)
        for side, top in enumerate(tops):
            if top < 0 or top + height > frame.height:
                continue
            for place, left in enumerate(lefts):
                boxes[away, side * _ALONG + place] = QRectF(left, top, width, height)
    return boxes


class _Covered:
    """How much of some lines lies under a box."""

    def __init__(self, lines: Sequence[tuple[Pixels, Pixels]], frame: Frame) -> None:
        self._columns = np.arange(0.0, frame.width + _STEP, _STEP)
        heights = [
            np.interp(self._columns, x, y, left=np.nan, right=np.nan) for x, y in lines if len(x)
        ]
        table: NDArray[np.float64] = np.array(heights).reshape(len(heights), len(self._columns))
        # Between two columns a line passes all heights from the one to the other.
        self._tops = np.minimum(table[:, :-1], table[:, 1:])
        self._bottoms = np.maximum(table[:, :-1], table[:, 1:])

    def by(self, box: QRectF) -> float:
        """Pixels of all lines, measured along x."""
        inside = (self._columns[:-1] < box.right()) & (self._columns[1:] > box.left())
        hit = (self._bottoms > box.top() - 1) & (self._tops < box.bottom() + 1)
        return _STEP * float((hit & inside).sum())
