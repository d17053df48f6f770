"""An axis: its ticks, their texts, its range that grows by steps and rests, and grid lines.

Redrawing axes costs three times as much as redrawing curves, so a range changes only when data
leave it, and then by enough to last a while. It never shrinks by itself: a loss that falls moves
through a resting frame, and the fall can be seen.
"""

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.number_text import tick_text, with_power

Range = tuple[float, float]

LARGEST = 1e30  # what lies beyond this is a diverged run, and no axis can show it
_DECADES = 14  # the most that a logarithmic axis reaches down from its top
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def nice_step(width: float) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10ᵏ that is not below `width`, a normal number above 0."""
    power = 10.0 ** np.floor(np.log10(width))
    for nice in _NICE:
        if nice * power >= width * (1 - 1e-9):
            return float(nice * power)
    return float(10 * power)


def round_levels(span: Range, most: int = 7) -> NDArray[np.float64]:
    """Multiples of a nice step inside a range, not at its ends: 2 to `most` of them."""
    low, high = span
    step = nice_step((high - low) / most)
    first, last = np.floor(low / step + 1e-9) + 1, np.ceil(high / step - 1e-9) - 1
    levels: NDArray[np.float64] = np.arange(first, last + 1) * step
    return levels


def bounds(values: ArrayLike) -> Range | None:
    """Smallest and largest finite value, or None where there is none."""
    array: NDArray[Any] = np.asarray(values, dtype=float)
    if not array.size:
        return None
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = array[np.isfinite(array)]
        if not finite.size:
            return None
        low, high = float(finite.min()), float(finite.max())
    return min(max(low, -LARGEST), LARGEST), min(max(high, -LARGEST), LARGEST)


def extend(current: Range | None, values: ArrayLike, steps: int = 5) -> Range | None:
    """The range that also holds `values`: `current` itself while they lie in it.

    Parameters
    ----------
    current
        The range so far, or None before any.
    values
        Numbers of any shape; those that are not finite are ignored.
    steps
        How finely it grows: ends that move land on multiples of a nice step of about 1/`steps` of
        the width. Fewer steps grow more rarely and leave more room.
    """
    seen = bounds(values)
    if seen is None:
        return current
    low, high = seen
    if current is not None:
        if current[0] <= low and high <= current[1]:
            return current
        low, high = min(low, current[0]), max(high, current[1])
    if high - low <= max(1e-9 * max(abs(low), abs(high)), 1e-300):  # one value: give it a frame
        half = abs(low) / 2 if abs(low) > 1e-290 else 1.0
        low, high = low - half, high + half
    step = nice_step((high - low) / steps)
    if current is None or low < current[0]:
        low = float(np.floor(low / step + 1e-9) * step)
    if current is None or high > current[1]:
        high = float(np.ceil(high / step - 1e-9) * step)
    return low, high


def extend_decades(current: Range | None, values: ArrayLike) -> Range | None:
    """As `extend` for a logarithmic axis: exponents of ten in and out, values themselves in.

    Values that are not above 0 are ignored. The range reaches at most 14 decades down.
    """
    array: NDArray[Any] = np.asarray(values, dtype=float)
    seen = bounds(array[array > 0])  # a comparison with NaN is False
    if seen is None:
        return current
    low, high = np.floor(np.log10(seen[0]) + 1e-9), np.ceil(np.log10(seen[1]) - 1e-9)
    if current is not None:
        low, high = min(low, current[0]), max(high, current[1])
    if high <= low:
        high = low + 1
    grown = float(max(low, high - _DECADES)), float(high)
    return current if current is not None and grown == current else grown


def last_in_each_column(pixels: NDArray[Any], keep: Sequence[int] = ()) -> NDArray[np.intp]:
    """Indices that thin a rising curve to one point a pixel column.

    A column keeps its last point, so that what is drawn stays while a run grows; the last point of
    all and the indices in `keep` stay too.
    """
    columns = np.floor(pixels)
    last = np.empty(len(columns), dtype=bool)
    last[:-1] = columns[1:] != columns[:-1]
    last[-1:] = True
    for index in keep:
        last[index] = True
    return np.flatnonzero(last)


_ROOM = {"left": 22.0, "bottom": 44.0}  # pixels that one label takes along the axis
_PLAIN = (-4, 5)  # exponents of ten between which numbers are written without one
_BESIDE = 9.0  # pixels between the numbers of a left axis and its line


class ChartAxis(pg.AxisItem):  # type: ignore[misc]
    """pyqtgraph's axis, but a logarithmic one labels decades, and 2 and 5 where few are shown.

    Its own choice labels 2 … 9 in between, one over the other, when few decades are shown. A left
    axis gets wider than `setWidth` says where its numbers need it, and a name that is longer than
    the axis ends in "…", the whole of it in the tooltip.
    """

    def __init__(self, orientation: str) -> None:
        self._name = ""
        self._least = 0.0  # pixels, the width of a left axis whose numbers are short
        self._shown_name = ""
        self._bounds: tuple[QSizeF, QRectF] | None = None
        super().__init__(orientation)

    def boundingRect(self) -> QRectF:
        """Its size and the room for labels at its ends; Qt asks several times a frame.

        Kept until the size changes: `setStyle` and `setGrid` are for before the first frame.
        """
        size = self.size()
        if self._bounds is None or self._bounds[0] != size:
            self._bounds = size, super().boundingRect()
        return self._bounds[1]

    # its name

    def set_name(self, name: str) -> None:
        """Name the axis; "<" is a plain character in it."""
        self._name = name
        self.setLabel(html.escape(name))
        self._fit_name()

    @property
    def shown_name(self) -> str:
        """The name as far as it has room."""
        return self._shown_name

    def labelString(self) -> str:
        """The label as rich text."""
        if not self._name:
            return str(super().labelString())
        text = html.escape(self._shown_name)
        color = self.labelStyle.get("color", "")
        return f"<span style='color: {color}'>{text}</span>"

    def resizeEvent(self, event: Any = None) -> None:
        """Fit the texts to the new length."""
        self._fit_name()
        self._fit_width()
        super().resizeEvent(event)

    def _fit_name(self) -> None:
        label = self.label
        if label is None or not self._name:  # None once it is closed
            return
        size = self.size()
        length = size.height() if self.orientation == "left" else size.width()
        metrics = QFontMetricsF(label.font())
        room = length - 2 * label.document().documentMargin()
        # Before it is laid out the first time it has no length.
        name = self._name
        if length > 0:
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 0.0))
        if name != self._shown_name:
            self._shown_name = name
            self._updateLabel()
        self.setToolTip("" if name == self._name else self._name)

    # its width

    def setWidth(self, w: float | None = None) -> None:
        """Have this width in pixels, or that which the numbers and the name need."""
        self._least = w or 0.0
        super().setWidth(w)

    def setRange(self, mn: float, mx: float) -> None:
        """Show another range."""
        super().setRange(mn, mx)
        self._fit_width()

    def _fit_width(self) -> None:
        length = self.size().height()
        if self.orientation != "left" or not self._least or length <= 0:
            return
        spacing, values = self.tickValues(*self.range, length)[0]
        metrics = QFontMetricsF(self.label.font())
        numbers = [metrics.horizontalAdvance(t) for t in self.tickStrings(values, 1.0, spacing)]
        name = metrics.ascent() if self.label.isVisible() else 0.0
        width = max(self._least, max(numbers, default=0.0) + name + _BESIDE)
        if width != self.fixedWidth:
            super().setWidth(width)

    # its ticks

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: Any
    ) -> list[tuple[float | None, Sequence[float]]]:
        """What is labelled, then what lies between."""
        first, last = int(np.ceil(minVal - 1e-9)), int(np.floor(maxVal + 1e-9))
        room = _ROOM[self.orientation] / max(size, 1.0) * (maxVal - minVal)
        if maxVal - minVal > 2 + 1e-9:
            every = max(1, int(np.ceil((last - first) * room / (maxVal - minVal))))
            labelled = [float(d) for d in range(-(-first // every) * every, last + 1, every)]
            if maxVal - minVal > 15:
                return [(float(every), labelled)]
        else:
            labelled = _labelled(minVal, maxVal, room)
        tenths = np.log10(np.arange(1, 10))
        between = (np.arange(first - 1, last + 1)[:, None] + tenths).ravel()
        inside = between[(between > minVal) & (between < maxVal)]
        if labelled:
            apart = np.abs(inside[:, None] - np.array(labelled)).min(axis=1, initial=np.inf)
            inside = inside[apart > 1e-9]
        return [(1.0, labelled), (None, inside.tolist())]

    def tickStrings(
        self, values: Sequence[float], scale: float, spacing: float | None
    ) -> list[str]:
        """Labels; none between the labelled values of a logarithmic axis."""
        low, high = self.range
        if not self.logMode:
            largest = max(abs(low), abs(high))
            return [tick_text(value, spacing or 1.0, largest) for value in values]
        if spacing is None:
            return [""] * len(values)
        plain = _PLAIN[0] <= low + 1e-9 and high <= _PLAIN[1] + 1e-9
        return [f"{10.0**value:,.6g}" if plain else _power(value) for value in values]


def _labelled(low: float, high: float, room: float) -> list[float]:
    """Values to label where two decades or fewer are shown; all are exponents of ten."""
    decades = np.arange(np.floor(low), np.floor(high) + 1)
    inside = np.zeros(0)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        values = (decades[:, None] + np.log10(digits)).ravel()
        inside = values[(values >= low - 1e-9) & (values <= high + 1e-9)]
        if len(inside) < 2 or np.diff(inside).min() >= room:
            break
    if len(inside) > 1 or abs(low) > 290 or abs(high) > 290:
        return [float(x) for x in inside]
    ends = 10.0 ** np.array([low, high])  # zoomed in: the numbers lie nearly evenly
    step = nice_step(max((ends[1] - ends[0]) / 4, 1e-290))
    even = np.arange(np.ceil(ends[0] / step), np.floor(ends[1] / step) + 1) * step
    return [float(x) for x in np.log10(even[even > 0])]


def _power(value: float) -> str:
    exponent = int(np.floor(value + 1e-9))
    return with_power(float(10.0 ** (value - exponent)), exponent)


class GridLayer:
    """Lines through the major ticks of two axes.

    pyqtgraph's own grid makes each axis cover the whole plot, and be drawn again with every curve.
    """

    def __init__(self, axes: Mapping[str, pg.AxisItem]) -> None:
        self._axes = axes

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the lines on whole pixels, where they stay sharp without antialiasing."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(frame.colors.grid), 1))
        for position in self._pixels("x", frame.x_range, frame.width):
            painter.drawLine(QLineF(position, 0, position, frame.height))
        for position in self._pixels("y", frame.y_range, frame.height):
            y = frame.height - position
            painter.drawLine(QLineF(0, y, frame.width, y))

    def _pixels(self, axis: str, shown: tuple[float, float], size: float) -> list[float]:
        levels = self._axes[axis].tickValues(*shown, size)
        if not levels:
            return []
        values = np.asarray(levels[0][1], dtype=float)
        return [float(p) for p in np.round((values - shown[0]) / (shown[1] - shown[0]) * size)]
