"""An axis whose logarithmic ticks are decades."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

from regplay.gui.plots.ranges import nice_step

_ROOM = {"left": 22.0, "bottom": 44.0}  # pixels that one label takes along the axis
_PLAIN = (-4, 5)  # exponents of ten between which numbers are written without one
_SMALL = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis(pg.AxisItem):  # type: ignore[misc]
    """pyqtgraph's axis, but a logarithmic one labels decades, and 2 and 5 where few are shown.

    Its own choice labels 2 … 9 in between, one over the other, when few decades are shown.
    """

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
        if not self.logMode:
            return [str(text) for text in super().tickStrings(values, scale, spacing)]
        if spacing is None:
            return [""] * len(values)
        low, high = self.range
        plain = _PLAIN[0] <= low + 1e-9 and high <= _PLAIN[1] + 1e-9
        return [f"{10.0**value:.6g}" if plain else _power(value) for value in values]


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
    digits = f"{10.0 ** (value - exponent):.4g}"
    power = "10" + str(exponent).translate(_SMALL)
    return power if digits == "1" else f"{digits}·{power}"
