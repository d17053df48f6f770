"""Axis ranges that grow by steps and rest between them.

Redrawing axes costs three times as much as redrawing curves, so a range changes only when data
leave it, and then by enough to last a while. It never shrinks by itself: a loss that falls moves
through a resting frame, and the fall can be seen.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
