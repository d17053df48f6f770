"""From values to colours, by a range that grows in steps while a map fills in. No Qt."""

import numpy as np

from regplay.gui.landscape.landscape_map import Floats
from regplay.gui.plots.ranges import Range, bounds, extend, nice_step

_LOG_FROM = 20.0  # values that span more than this factor are told apart on a logarithmic scale
_LEAST = 1e-12  # the smallest value with a place of its own on a logarithmic scale
_STEPS = 20  # a range grows by about a twentieth of its width


class ColorScale:
    """Linear at first; logarithmic, if it may be, once the values span more than twentyfold.

    Parameters
    ----------
    may_be_log
        Whether the values are losses, which have no sign.

    Attributes
    ----------
    range
        The ends, exponents of ten on a logarithmic scale; None before any value.
    is_log
        Whether it is logarithmic.
    """

    def __init__(self, may_be_log: bool) -> None:
        self.range: Range | None = None
        self.is_log = False
        self._may_be_log = may_be_log
        self._seen: Range | None = None

    def forget(self) -> None:
        """Start anew with the next values."""
        self.range, self._seen, self.is_log = None, None, False

    def cover(self, values: Floats) -> None:
        """Hold these values too; the range rests while they lie in it, and never shrinks."""
        seen = bounds(values)
        if seen is None:
            return
        if self._seen is not None:
            seen = min(seen[0], self._seen[0]), max(seen[1], self._seen[1])
        self._seen = seen
        if self._may_be_log and not self.is_log and seen[1] > _LOG_FROM * max(seen[0], _LEAST):
            self.is_log, self.range = True, None
        ends = np.log10(np.maximum(seen, _LEAST)) if self.is_log else np.array(seen)
        self.range = extend(self.range, ends, _STEPS)

    def share(self, values: Floats) -> Floats:
        """How far each value lies from the lower end (0) to the upper (1); NaN stays NaN."""
        if self.range is None:
            return np.full(np.shape(values), np.nan)
        low, high = self.range
        with np.errstate(invalid="ignore"):
            scaled = np.log10(np.maximum(values, _LEAST)) if self.is_log else values
            shares: Floats = np.clip((scaled - low) / (high - low), 0.0, 1.0)
        return shares

    def ticks(self, most: int) -> list[float]:
        """About `most` round values on the scale, or fewer, in rising order."""
        if self.range is None:
            return []
        low, high = self.range
        if not self.is_log:
            step = nice_step((high - low) / max(most - 1, 1))
            first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
            return [float(step * i) for i in np.arange(first, last + 1)]
        decades = np.arange(np.floor(low), np.floor(high) + 1)
        inside: list[float] = []
        for digits in ((1, 2, 5), (1, 3), (1,)):
            powers = (decades[:, None] + np.log10(digits)).ravel()
            inside = [10.0**p for p in powers if low - 1e-9 <= p <= high + 1e-9]
            if len(inside) <= most:
                break
        every = -(-len(inside) // max(most, 1)) or 1
        return inside[::every]
