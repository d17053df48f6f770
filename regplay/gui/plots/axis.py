"""An axis whose logarithmic ticks are decades."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg

_ROOM = {"left": 22.0, "bottom": 44.0}  # pixels that one label takes along the axis


class Axis(pg.AxisItem):  # type: ignore[misc]
    """pyqtgraph's axis, but a logarithmic one labels whole decades where two or more are shown.

    Its own choice labels 2 … 9 in between, one over the other, when few decades are shown.
    """

    def logTickValues(
        self, minVal: float, maxVal: float, size: float, stdTicks: Any
    ) -> list[tuple[float | None, Sequence[float]]]:
        """Decades, then what lies between them."""
        first, last = int(np.ceil(minVal - 1e-9)), int(np.floor(maxVal + 1e-9))
        every = max(1, int(np.ceil((last - first) * _ROOM[self.orientation] / max(size, 1.0))))
        decades = [float(d) for d in range(-(-first // every) * every, last + 1, every)]
        if maxVal - minVal > 15:
            return [(float(every), decades)]
        tenths = np.log10(np.arange(2, 10))
        between = (np.arange(int(np.floor(minVal)), last + 1)[:, None] + tenths).ravel()
        minor = [float(x) for x in between if minVal < x < maxVal]
        if len(decades) < 2:
            return [(None, sorted([*decades, *minor]))]
        return [(float(every), decades), (None, minor)]

    def tickStrings(
        self, values: Sequence[float], scale: float, spacing: float | None
    ) -> list[str]:
        """Labels; none between labelled decades."""
        if self.logMode and spacing is None and self.range[1] - self.range[0] > 1:
            return [""] * len(values)
        return [str(text) for text in super().tickStrings(values, scale, spacing)]
