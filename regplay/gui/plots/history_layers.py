"""Layers of a plot over epochs: curves, gaps, marks and the noise floor."""

from collections.abc import Callable, Sequence

import numpy as np
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

from regplay.core.arrays import Floats, Pixels
from regplay.gui.plots.canvas import Layer
from regplay.gui.plots.scale import (
    Frame,
    Range,
    bounds,
    last_in_each_column,
)
from regplay.gui.plots.shapes import MarkerShape, Segments, dashed, draw_marker, pen
from regplay.gui.theme import ROLES, Colors, mix


class EpochLine:
    """One measure over epochs, thinned to one record a pixel column when drawn.

    Attributes
    ----------
    measure
        Its name in `MEASURES`.
    dashed
        Whether it is drawn in dashes.
    values
        [records], in the units of the plot.
    """

    def __init__(self, measure: str, dashed: bool) -> None:
        self.measure = measure
        self.dashed = dashed
        self.values: Floats = np.zeros(0)
        self._segments = Segments()

    def ends(self, log: bool) -> Range | None:
        """Smallest and largest value that has a place on an axis, or None where there is none."""
        return bounds(self.values[self.values > 0] if log else self.values)

    @property
    def first(self) -> list[float]:
        """The first finite value, if there is one."""
        finite = np.isfinite(self.values)
        return [float(self.values[finite.argmax()])] if finite.any() else []

    def thin(
        self, epochs: Floats, frame: Frame, keep: Sequence[int] = (), start: int = 0
    ) -> tuple[Pixels, Pixels]:
        """The pixels to draw it through, from the record at `start` on.

        Records at the indices in `keep`, counted from `start`, are not thinned out.
        """
        x, y = frame.x(epochs[start:]), frame.y(self.values[start:])
        placed = np.isfinite(x) & np.isfinite(y)
        kept = [int(placed[:index].sum()) for index in keep if placed[index]]
        if not placed.all():
            x, y = x[placed], y[placed]
        if len(x) > frame.width / 2:
            chosen = last_in_each_column(x, kept)
            x, y = x[chosen], y[chosen]
        return x, y

    def stroke(self, painter: QPainter, frame: Frame, x: Pixels, y: Pixels) -> None:
        """Draw it through pixels, with the painter's pen."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        keep = None
        if self.dashed and len(x) > 1:
            across = x
            if len(x) <= frame.width / 2:  # long pieces: cut them, so that there is room for dashes
                across = np.sort(np.concatenate([x, columns(x, frame, 2.0)]))
            x, y, keep = across, np.interp(across, x, y), dashed(across)
        self._segments.draw_through(painter, x, y, keep, frame.is_figure)


class EpochCurve(EpochLine):
    """A measure of the present run.

    Attributes
    ----------
    label
        What a person reads.
    field
        The name of its colour in `Colors`.
    shape
        The marker at the newest record.
    """

    def __init__(
        self, measure: str, label: str, field: str, shape: MarkerShape, dashed: bool
    ) -> None:
        super().__init__(measure, dashed)
        self.label = label
        self.field = field
        self.shape = shape

    def color(self, colors: Colors) -> str:
        """Its colour in a scheme."""
        color: str = getattr(colors, self.field)
        return color

    def draw(self, painter: QPainter, frame: Frame, x: Pixels, y: Pixels) -> None:
        """Draw it through pixels, ending in a marker at the newest record."""
        if not len(x):
            return
        color = frame.colors.of(self.color(frame.colors))
        painter.setPen(pen(color, 1.8 * frame.zoom))
        self.stroke(painter, frame, x, y)
        if 0 <= x[-1] <= frame.width:
            size, ground = 7 * frame.zoom, frame.colors.background
            draw_marker(painter, self.shape, x[-1], y[-1], size, color, ground)


def curves(tab: str) -> list[EpochCurve]:
    """The curves of a tab: `loss`, `accuracy` or `weights`."""
    if tab == "weights":
        return [
            EpochCurve("weight_norm", "‖w‖", "norm", "circle", False),
            EpochCurve("penalty", "penalty", "penalty", "diamond", True),
            EpochCurve("objective", "objective", "objective", "circle", False),
        ]
    return [
        EpochCurve(f"train_{tab}", "train", "train", "circle", False),
        EpochCurve(f"valid_{tab}", "validation", "valid", "diamond", True),
    ]


def columns(x: Pixels, frame: Frame, step: float) -> Pixels:
    """Pixel columns from the first point to the last, inside the frame."""
    first, last = max(float(x[0]), -step), min(float(x[-1]), frame.width + step)
    if last <= first:
        return np.zeros(0)
    return np.append(np.arange(first, last, step), last)


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
        Drawn over the shaded space and under the curves, or None.
    """

    def __init__(self, curves: Sequence[EpochCurve], gap: bool) -> None:
        self.curves = tuple(curves)
        self.epochs: Floats = np.zeros(0)
        self.best: int | None = None
        self.behind: Layer | None = None
        self._gap = gap
        self._fill = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the gap, what is behind the curves, the curves, and the mark at the best epoch."""
        keep = () if self.best is None else (self.best,)
        thin = [curve.thin(self.epochs, frame, keep) for curve in self.curves if self.epochs.size]
        if self._gap and thin:
            self._paint_gap(painter, frame, *thin[:2])
        if self.behind is not None:
            self.behind.paint(painter, frame)
        best = self._best_at(frame)
        if best is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(QColor(frame.colors.muted), 1))
            painter.drawLine(QLineF(round(best.x()), best.y(), round(best.x()), frame.height))
        # The first curve goes on top: training, which lies below validation at the end.
        for curve, (x, y) in reversed(list(zip(self.curves, thin, strict=bool(thin)))):
            curve.draw(painter, frame, x, y)
        if best is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(QColor(frame.colors.best), 2 * frame.zoom))
            painter.setBrush(QColor(frame.colors.background))
            # Whole even at the edges, where the best epoch is the first or the newest.
            ring = _RING * frame.zoom
            left = min(max(best.x(), ring), frame.width - ring)
            top = min(max(best.y(), ring), frame.height - ring)
            painter.drawEllipse(QPointF(left, top), 4.5 * frame.zoom, 4.5 * frame.zoom)

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
        if frame.is_figure:  # without seams at any size
            x, low, _, high = segments.T
            outline = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(gap_color(frame.colors)))
            painter.drawPolygon(arrayToQPolygonF(*outline), Qt.FillRule.WindingFill)
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


def gap_color(colors: Colors) -> str:
    """The shade between training and validation."""
    return mix(colors.background, colors.valid, 0.24)


class MarksLayer:
    """Vertical lines at epochs: dotted, or solid with a flag on top.

    The flag tells them from the hover line and from the foot of the ring at the best epoch.

    Attributes
    ----------
    epochs
        Where to draw them.
    """

    def __init__(self, has_flag: bool = False) -> None:
        self.epochs: tuple[int, ...] = ()
        self._has_flag = has_flag

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines."""
        color = QColor(frame.colors.foreground)
        line = QPen(color, 1)
        if not self._has_flag:
            line.setDashPattern([1, 3])
        for x in frame.x(self.epochs) if self.epochs else ():
            if not 0 <= x <= frame.width:  # also where a logarithmic axis has no place for 0
                continue
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(line)
            painter.drawLine(QLineF(round(x), 0, round(x), frame.height))
            if self._has_flag:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                middle, up = round(x) + 0.5, _FLAG
                corners = ((-up, 0.0), (up, 0.0), (up, up), (0.0, 2 * up), (-up, up))
                painter.drawPolygon(QPolygonF([QPointF(middle + dx, y) for dx, y in corners]))


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
    bounds_validation
        Whether it is the floor of the validation points too; else the line is a thin one in the
        colour of training.
    box
        Where the name was drawn last, in pixels; None where it has no room.
    curves
        Asked for what the name should not cover: lines in pixels, each x [n], rising, and y [n].
    """

    def __init__(self) -> None:
        self.value: float | None = None
        self.text = ""
        self.bounds_validation = True
        self.box: QRectF | None = None
        self.curves: Callable[[Frame], Sequence[tuple[Pixels, Pixels]]] = lambda frame: ()
        self._place: tuple[int, int] | None = None

    @property
    def color(self) -> str:
        """That of the line and the name."""
        return ROLES.floor if self.bounds_validation else ROLES.train

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line and the name."""
        self.box = None
        if self.value is None:
            return
        y = float(frame.y(self.value))
        if not 0 <= y <= frame.height:  # also where a logarithmic axis has no place for 0
            return
        color = QColor(frame.colors.of(self.color))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        line = QPen(color, (2 if self.bounds_validation else 1) * frame.zoom)
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
        covered = _covered_by(self.curves(frame), frame)
        costs = {place: covered(box) + _FARTHER * place[0] for place, box in boxes.items()}
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


def _covered_by(lines: Sequence[tuple[Pixels, Pixels]], frame: Frame) -> Callable[[QRectF], float]:
    """Measures how much of some lines lies under a box: pixels of all of them, along x."""
    columns = np.arange(0.0, frame.width + _STEP, _STEP)
    heights = [np.interp(columns, x, y, left=np.nan, right=np.nan) for x, y in lines if len(x)]
    table: Floats = np.array(heights).reshape(len(heights), len(columns))
    # Between two columns a line passes all heights from the one to the other.
    tops = np.minimum(table[:, :-1], table[:, 1:])
    bottoms = np.maximum(table[:, :-1], table[:, 1:])

    def measure(box: QRectF) -> float:
        inside = (columns[:-1] < box.right()) & (columns[1:] > box.left())
        hit = (bottoms > box.top() - 1) & (tops < box.bottom() + 1)
        return _STEP * float((hit & inside).sum())

    return measure
