"""Ranges that rest while networks train, and are fitted to what is there now and then."""

import numpy as np
from numpy.typing import ArrayLike

from regplay.gui.plots.chart import Chart, Side
from regplay.gui.plots.ranges import extend

_MEDIANS = 8.0  # a bar at the median is still an eighth as high as the plot


def highest_usual(values: ArrayLike) -> float:
    """The largest value that is not far out; NaN where none is finite.

    Far out is what is both more than 8 times the median and beyond Tukey's outer fence, 3
    interquartile ranges above the third quartile ("Exploratory Data Analysis", 1977, section 2C).
    So neither a peak with a foot nor a steep rise is far out, but a single network that nearly
    diverged is. Up to a quarter of all values may be.

    Parameters
    ----------
    values
        Numbers from 0 on, of any shape; those that are not finite are ignored.
    """
    array = np.asarray(values, dtype=float)
    finite = array[np.isfinite(array)]
    if not finite.size:
        return float("nan")
    first, median, third = np.quantile(finite, (0.25, 0.5, 0.75))
    limit = max(_MEDIANS * median, third + 3 * (third - first))
    return float(finite[finite <= limit].max())


def settle(chart: Chart, side: Side, values: ArrayLike, steps: int = 5) -> None:
    """Give an axis the range that it would have if it had never held other values than these."""
    wanted = extend(None, values, steps)
    if wanted is not None:
        chart.fix(side, *wanted)


class Pauses:
    """When to settle: at each quarter of the training, and when it ends or is stopped."""

    def __init__(self) -> None:
        self._stage: int | None = -1

    def is_due(self, progress: float, is_running: bool) -> bool:
        """Whether another stage has begun since the last call; `progress` is in [0, 1]."""
        stage = int(4 * progress) if is_running else None
        before, self._stage = self._stage, stage
        return stage != before
