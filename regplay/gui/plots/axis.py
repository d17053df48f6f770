"""An axis whose logarithmic ticks are decades, and whose texts have room."""

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

from regplay.gui.plots.ranges import nice_step
from regplay.gui.plots.tick_text import tick_text, with_power

_ROOM = {"left": 22.0, "bottom": 44.0}  # pixels that one label takes along the axis
_PLAIN = (-4, 5)  # exponents of ten between which numbers are written without one
_BESIDE = 9.0  # pixels between the numbers of a left axis and its line


class Axis(pg.AxisItem):  # type: ignore[misc]
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

    def setName(self, name: str) -> None:
        """Name the axis; "<" is a plain character in it."""
        self._name = name
        self.setLabel(html.escape(name))
        self._fit_name()

    @property
    def shownName(self) -> str:
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
