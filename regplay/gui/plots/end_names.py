"""Names of curves at their right ends, in place of a legend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.gui.plots.scale import Frame
from regplay.gui.theme import readable

_LEAD = 8.0  # pixels from the plot to the names, where a line leads to one that was moved
_BEYOND = 4.0  # pixels right of them
_WIDTH = 15.0  # a plot is wide enough that is so many times as wide as a line is high
_SHARE = 0.7  # of the height of the plot that names may take together


@dataclass(frozen=True)
class EndName:
    """The name of one curve, the value that it ends at, and its colour."""

    text: str
    value: float
    color: str


def moved_apart(places: Sequence[float], apart: float, length: float) -> list[float]:
    """Places in [0, `length`] as near to these as they can be while `apart` from one another.

    The order stays, and where there is room for all, so does each that is in nobody's way.
    """
    order = np.argsort(places, kind="stable")
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
        moved[int(index)] = place
    return moved


class EndNames:
    """Right of a plot, each as high as its curve ends, moved apart where they would overlap.

    Attributes
    ----------
    names
        Asked for what to write.
    """

    def __init__(self, names: Callable[[], Sequence[EndName]]) -> None:
        self.names = names

    @staticmethod
    def has_room(area: QSizeF, texts: Sequence[str], metrics: QFontMetricsF) -> bool:
        """Whether an area is large enough for a plot with these names beside it."""
        line = metrics.height()
        is_wide = area.width() - EndNames.room(texts, metrics) > _WIDTH * line
        return is_wide and len(texts) * line < _SHARE * (area.height() - 3 * line)

    @staticmethod
    def room(texts: Sequence[str], metrics: QFontMetricsF) -> float:
        """Pixels that they take right of a plot."""
        return _LEAD + max(map(metrics.horizontalAdvance, texts), default=0.0) + _BEYOND

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Write them; the painter is in pixels from the plot's upper left corner."""
        names = [name for name in self.names() if np.isfinite(frame.y(name.value))]
        metrics = QFontMetricsF(painter.font())
        ends = np.clip([float(frame.y(name.value)) for name in names], 0.0, frame.height)
        middles = moved_apart(ends.tolist(), metrics.height(), frame.height)
        down = (metrics.ascent() - metrics.descent()) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for name, end, middle in zip(names, ends, middles, strict=True):
            color = readable(frame.colors.of(name.color), frame.colors)
            painter.setPen(QPen(QColor(color), 1))
            if abs(middle - end) > metrics.height() / 2:
                start = QPointF(frame.width + 2, end)
                painter.drawLine(start, QPointF(frame.width + _LEAD - 2, middle))
            painter.drawText(QPointF(frame.width + _LEAD, middle + down), name.text)
