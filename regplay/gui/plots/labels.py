"""Texts that name what is drawn over epochs: curves at their ends, the noise floor at its line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsWidget

from regplay.core.arrays import Floats, Pixels
from regplay.gui.plots.canvas import BoxItem, CanvasHost
from regplay.gui.plots.frame import Frame
from regplay.gui.theme import ROLES, hairline, readable, sized, unit_of

# Pixels at 100 %.
_LEAD = 10.0  # from an end or the plot to a name
_GAP = 4.0  # from there to a line that leads to a name that was moved
_BEYOND = 4.0  # right of the names
_WIDTH = 15.0  # a plot is wide enough that is so many times as wide as a line is high
_SHARE = 0.7  # of the height of the plot that names may take together


@dataclass(frozen=True)
class EndName:
    """The name of one curve, where it ends, and its colour."""

    text: str
    epoch: float
    value: float
    color: str


def steady_order(places: Sequence[float], apart: float) -> list[int]:
    """Which place comes after which, from the smallest to the largest.

    Two neighbours come in the order in which they are given unless they are more than half of
    `apart` the other way round: names of curves that cross one another do not swap to and fro.
    """
    order = [*range(len(places))]
    for end in range(len(order) - 1, 0, -1):
        for at in range(end):
            one, other = order[at : at + 2]
            if places[one] - places[other] > apart / 2:
                order[at : at + 2] = other, one
    return order


def moved_apart(places: Sequence[float], apart: float, length: float) -> list[float]:
    """Places in [0, `length`] as near to these as they can be while `apart` from one another.

    They have their steady order; where there is room for all, each that is in nobody's way stays.
    """
    order = steady_order(places, apart)
    # Neighbours in one another's way move together: each group has a first place and a count.
    groups: list[tuple[float, int]] = []
    for place in np.clip(np.asarray(places, dtype=float)[order], 0.0, length):
        groups.append((float(place), 1))
        while len(groups) > 1 and groups[-1][0] < groups[-2][0] + groups[-2][1] * apart:
            (above, n), (below, m) = groups[-2:]
            # The mean of the places that their firsts would have.
            first = (n * above + m * (below - n * apart)) / (n + m)
            first = min(max(first, 0.0), length - (n + m - 1) * apart)
            groups[-2:] = [(first, n + m)]
    found = [first + k * apart for first, count in groups for k in range(count)]
    moved = [0.0] * len(found)
    for index, place in zip(order, found, strict=True):
        moved[index] = place
    return moved


def moved_around(
    taken: QRectF, places: Sequence[float], apart: float, height: float
) -> list[float] | None:
    """Places as `moved_apart` has them in a height, but above or below what is taken there.

    So many of the first go above it that all together are moved least; None if there is no room.
    """
    order, found = steady_order(places, apart), []
    room = int(taken.top() // apart), int((height - taken.bottom()) // apart)
    for above in range(max(len(order) - room[1], 0), min(len(order), room[0]) + 1):
        tops = [0.0] * len(order)
        for part, start, end in (
            (order[:above], 0.0, taken.top()),
            (order[above:], taken.bottom(), height),
        ):
            wanted = [places[at] - start for at in part]
            for at, top in zip(part, moved_apart(wanted, apart, end - start - apart), strict=True):
                tops[at] = start + top
        found.append(tops)
    return min(found, key=lambda tops: np.abs(np.subtract(tops, places)).sum(), default=None)


class EndNames:
    """At the ends of curves, moved apart where they would overlap: beside the plot, or in it.

    Curves that end within the plot have their names there, above or below the name of the noise
    floor where that is in the way, unless other curves go on beside them or there is no room. Those
    that are near one another stay in the order that they had when `keep_order` was called last.

    Attributes
    ----------
    names
        Asked for what to write.
    taken
        Asked for where in the plot another text is, in pixels; None where there is none.
    are_beside
        Whether none of them is in the plot.
    """

    def __init__(
        self,
        names: Callable[[], Sequence[EndName]],
        taken: Callable[[], QRectF | None] = lambda: None,
        *,
        are_beside: bool = False,
    ) -> None:
        self.names, self.taken, self.are_beside = names, taken, are_beside
        self._order: list[int] = []  # indices of names, from the uppermost

    @staticmethod
    def has_room(area: QSizeF, texts: Sequence[str], metrics: QFontMetricsF) -> bool:
        """Whether an area is large enough for a plot with these names beside it."""
        line = metrics.height()
        is_wide = area.width() - EndNames.room(texts, metrics) > _WIDTH * line
        return is_wide and len(texts) * line < _SHARE * (area.height() - 3 * line)

    @staticmethod
    def room(texts: Sequence[str], metrics: QFontMetricsF) -> float:
        """Pixels that they take right of a plot."""
        widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
        return widest + (_LEAD + _BEYOND) * unit_of(metrics)

    def keep_order(self, frame: Frame, metrics: QFontMetricsF) -> None:
        """The curves have other ends: whichever names are clearly the other way round swap.

        Painting alone changes no order: what is painted does not depend on what was painted before.
        """
        _, heights, shown = self._ends(self.names(), frame)
        order = steady_order([float(heights[at]) for at in shown], metrics.height())
        self._order = [shown[at] for at in order]

    def _ends(self, names: Sequence[EndName], frame: Frame) -> tuple[Pixels, Pixels, list[int]]:
        """Where curves end, in pixels, and the indices of those with a name, in their order."""
        values = np.array([name.value for name in names])
        heights = np.where(frame.at_foot(values), frame.height, frame.y(values))
        heights = heights.clip(0.0, frame.height)
        across = frame.x([name.epoch for name in names])
        # Before epoch 1 there is nothing on a logarithmic axis whose end could have a name.
        shown = np.flatnonzero(np.isfinite(heights) & np.isfinite(across)).tolist()
        kept = [at for at in self._order if at in shown]
        return across, heights, kept + [at for at in shown if at not in kept]

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Write them; the painter is in pixels from the plot's upper left corner."""
        metrics = QFontMetricsF(painter.font())
        line, unit = metrics.height(), unit_of(metrics)
        down = (metrics.ascent() - metrics.descent()) / 2
        names, taken = self.names(), self.taken()
        across, heights, shown = self._ends(names, frame)
        are_inside = (across < frame.width) & (across >= across[shown].max(initial=0.0) - 1)
        are_inside &= not self.are_beside
        boxes = [
            QRectF(
                (end if is_inside else frame.width) + _LEAD * unit,
                height - line / 2,
                metrics.horizontalAdvance(name.text),
                line,
            )
            for name, end, height, is_inside in zip(names, across, heights, are_inside, strict=True)
        ]
        places = [boxes[at].top() for at in shown]
        tops = moved_apart(places, line, frame.height - line)
        inside = [(boxes[at], top) for at, top in zip(shown, tops, strict=True) if are_inside[at]]
        if taken is not None and any(taken.intersects(_at(box, top)) for box, top in inside):
            around = moved_around(taken, places, line, frame.height)
            are_inside &= around is not None  # they stay together
            tops = around or tops
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for at, top in zip(shown, tops, strict=True):
            name, box, end = names[at], _at(boxes[at], top), QPointF(across[at], heights[at])
            if are_inside[at]:
                _fill_ground(painter, box, frame)
            else:
                end.setX(frame.width)
                box.moveLeft(frame.width + _LEAD * unit)
            color = readable(frame.colors.of(name.color), frame.colors)
            painter.setPen(QPen(QColor(color), unit))
            middle = box.center().y()
            if abs(middle - end.y()) > line / 2:
                start = QPointF(end.x() + _GAP * unit, end.y())
                painter.drawLine(start, QPointF(box.left() - _GAP * unit / 2, middle))
            painter.drawText(QPointF(box.left(), middle + down), name.text)


def _at(box: QRectF, top: float) -> QRectF:
    return QRectF(box.left(), top, box.width(), box.height())


class NamesItem(BoxItem):
    """Paints the names over the curves and beside them, under what hovers."""

    is_cut = False

    def __init__(self, chart: CanvasHost, box: QGraphicsWidget, names: EndNames) -> None:
        super().__init__(chart, box)
        self._names = names
        self.setZValue(5)

    def fit_box(self) -> None:
        """Take all the room from the view box on to the right."""
        super().fit_box()
        self._rect.setRight(self._chart.width())

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        painter.setFont(sized(self._chart.font()))
        self._names.paint(painter, self._chart.frame())


def _fill_ground(painter: QPainter, box: QRectF, frame: Frame) -> None:
    """Part a text from what runs under it."""
    ground = QColor(frame.colors.background)
    ground.setAlpha(_OPAQUE)
    painter.fillRect(box.adjusted(-_PAD * frame.zoom, 0, _PAD * frame.zoom, 0), ground)


# Pixels at 100 %, where they are no lines of text.
_MARGIN = 6.0  # pixels to the left and the right end of the plot, at least
_OFF = 2.0  # pixels between the line and its name
_PAD = 3.0  # pixels of ground to the left and right of the name
_ALONG = 7  # places to try along the line
_LOWEST = 4.0  # lines of text that a plot has to be high for the name
_UP = 3  # lines of text that the name may be away from the line
_STEP = 4.0  # pixels from column to column where curves are looked for
_FARTHER = 30.0  # pixels of a curve that the name may cover rather than be a line farther away
_SHORTER = 60.0  # pixels of a curve that the name may cover rather than be called less
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
        Its name, and after a dot what may be left out where there is no room beside the curves;
        where there is even less it is called the noise floor alone.
    bounds_validation
        Whether it is the floor of the validation points too; else the line is a thin one in the
        colour of training.
    box
        Where the name was drawn last, in pixels; None where it has no room.
    curves
        Asked for what the name should not cover: lines in pixels, each x [n], rising, and y [n].
    is_held
        Whether the name keeps its place by the line, as far as that is in the plot and whatever it
        covers: while a plot becomes lower, frame by frame, others would be free for a frame or two.
    """

    def __init__(self) -> None:
        self.value: float | None = None
        self.text = ""
        self.bounds_validation = True
        self.box: QRectF | None = None
        self.curves: Callable[[Frame], Sequence[tuple[Pixels, Pixels]]] = lambda frame: ()
        self.is_held = False
        self._place: tuple[int, int, int] | None = None  # which name, lines away, place along it

    @property
    def color(self) -> str:
        """That of the line and the name."""
        return ROLES.floor if self.bounds_validation else ROLES.train

    def paint(self, painter: QPainter, frame: Frame) -> None:
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
        metrics = QFontMetricsF(painter.font())
        chosen = self._chosen(y, metrics, frame)
        if chosen is None:
            return
        name, box = chosen
        self.box = box
        _fill_ground(painter, box, frame)
        painter.setPen(hairline(color.name(), frame.zoom))
        away = max(box.top() - y, y - box.bottom())
        if away > 2 * _OFF * frame.zoom:  # lead back to the line
            x = round(box.left()) + _MARGIN * frame.zoom
            painter.drawLine(
                QPointF(x, y), QPointF(x, box.bottom() if y > box.top() else box.top())
            )
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)

    def _chosen(
        self, line: float, metrics: QFontMetricsF, frame: Frame
    ) -> tuple[str, QRectF] | None:
        """What it is called and where, by a line at so many pixels from the top, or None."""
        room, height = frame.width - 2 * _MARGIN * frame.zoom, metrics.height()
        if not self.text or room <= 0 or frame.height < _LOWEST * height:
            return None
        names = self.text, self.text.partition(" · ")[0], "noise floor"
        widths = [metrics.horizontalAdvance(name) for name in names]
        fitting = [which for which, width in enumerate(widths) if width <= room] or [2]
        kept, whole = self._place, QRectF(0, 0, frame.width, frame.height)
        boxes: dict[tuple[int, int, int], QRectF] = {}
        costs: dict[tuple[int, int, int], float] = {}
        for which in fitting:
            less = _SHORTER * frame.zoom * which
            if costs and min(costs.values()) <= less and (kept is None or kept[0] < which):
                break  # a shorter one is no better
            width = min(widths[which], room)
            found = {(which, *at): box for at, box in _boxes(line, width, height, frame).items()}
            if self.is_held and kept in found:
                held = found[kept]
                held.moveTop(min(max(held.top(), 0.0), frame.height - height))
                return names[which], held
            inside = {place: box for place, box in found.items() if whole.contains(box)}
            covered = _covered([*inside.values()], self.curves(frame), frame) if inside else []
            boxes |= inside
            costs |= {
                place: pixels + less + _FARTHER * frame.zoom * place[1]
                for place, pixels in zip(inside, covered, strict=True)
            }
        if not costs:
            return None
        best = min(costs, key=lambda place: costs[place])  # the first of those that are alike
        if kept not in costs or costs[kept] > costs[best] + _KEEP * frame.zoom:
            kept = self._place = best
        return names[kept[0]], boxes[kept]


def _boxes(line: float, width: float, height: float, frame: Frame) -> dict[tuple[int, int], QRectF]:
    """Boxes by lines away from the line and place along it, the preferred first.

    Below before above, and left before right: losses fall from above, and come to the floor late.
    """
    margin, off = _MARGIN * frame.zoom, _OFF * frame.zoom
    lefts = np.linspace(margin, frame.width - margin - width, _ALONG)
    boxes = {}
    for away in range(_UP + 1):
        tops = (line + off + away * height, line - off - (away + 1) * height)
        for side, top in enumerate(tops):
            for place, left in enumerate(lefts):
                boxes[away, side * _ALONG + place] = QRectF(left, top, width, height)
    return boxes


def _covered(
    boxes: Sequence[QRectF], lines: Sequence[tuple[Pixels, Pixels]], frame: Frame
) -> list[float]:
    """How much of some lines lies under each box: pixels of all of them, along x."""
    columns = np.arange(0.0, frame.width + _STEP, _STEP)
    heights = [np.interp(columns, x, y, left=np.nan, right=np.nan) for x, y in lines if len(x)]
    table: Floats = np.array(heights).reshape(len(heights), 1, len(columns))
    # Between two columns a line passes all heights from the one to the other: [lines, 1, columns].
    tops = np.minimum(table[..., :-1], table[..., 1:])
    bottoms = np.maximum(table[..., :-1], table[..., 1:])
    sides = [(box.left(), box.right(), box.top() - 1, box.bottom() + 1) for box in boxes]
    left, right, top, bottom = np.array(sides).T[..., None]  # [boxes, 1] each
    hit = (columns[:-1] < right) & (columns[1:] > left) & (bottoms > top) & (tops < bottom)
    found: list[float] = (_STEP * hit.sum(axis=(0, 2))).tolist()
    return found
