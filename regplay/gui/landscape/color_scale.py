"""From the values of a map to its colours. No Qt."""

from dataclasses import dataclass

import numpy as np

from regplay.gui.landscape.landscape_map import Floats, Measure
from regplay.gui.plots.ranges import LARGEST, Range, nice_step

_LEAST = 1e-12  # the smallest value with a place of its own on a logarithmic scale
_BETTER_HALF = 3.0  # the better half of the cells has at least one part in so many of the colours
_FENCE = 1.5  # times the distance between the quartiles, beside them (Tukey, 1977)
_LEAST_SPAN = 0.25  # of losses and gaps; flatter maps are shown flat, not blown up
_LEAST_GAPS, _LEAST_SHARES = 1e-6, 0.05  # the least span of gaps near 0 and of accuracies
_STEP = 0.15  # of its way to a new range that a scale goes with each map that still trains
_EVEN_BELOW = 3.0  # logarithmic scales that span less than this factor are labelled in even steps
_DIGITS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))  # labelled in a decade


@dataclass(frozen=True)
class ColorScale:
    """A linear or logarithmic scale; what lies beyond an end has the colour of that end.

    Attributes
    ----------
    range
        The ends, exponents of ten on a logarithmic scale; None where there are no values.
    is_log
        Whether it is logarithmic.
    """

    range: Range | None = None
    is_log: bool = False

    @property
    def ends(self) -> Range | None:
        """The smallest and the largest value with colours of their own."""
        if self.range is None or not self.is_log:
            return self.range
        return 10.0 ** self.range[0], 10.0 ** self.range[1]

    def share(self, values: Floats) -> Floats:
        """How far each value lies from the lower end (0) to the upper (1); NaN stays NaN."""
        if self.range is None:
            return np.full(np.shape(values), np.nan)
        low, high = self.range
        with np.errstate(invalid="ignore"):
            scaled = np.log10(np.maximum(values, _LEAST)) if self.is_log else values
            shares: Floats = np.clip((scaled - low) / (high - low), 0.0, 1.0)
        return shares

    def beyond(self, values: Floats) -> tuple[bool, bool]:
        """Whether any of the values lies noticeably below the lower end or above the upper one."""
        ends = self.ends
        if ends is None:
            return False, False
        slack = 1e-3 * (ends[1] - ends[0])
        with np.errstate(invalid="ignore"):
            return bool((values < ends[0] - slack).any()), bool((values > ends[1] + slack).any())

    def toward(self, other: "ColorScale") -> "ColorScale":
        """A scale on the way to another one, so that colours drift where they would flicker."""
        if self.range is None or other.range is None or self.is_log != other.is_log:
            return other
        low, high = (
            (1 - _STEP) * a + _STEP * b for a, b in zip(self.range, other.range, strict=True)
        )
        return ColorScale((low, high), self.is_log)

    def ticks(self, most: int) -> list[float]:
        """About `most` round values on the scale, or fewer, in rising order."""
        if self.range is None:
            return []
        low, high = self.range
        if self.ends is not None and (not self.is_log or 10 ** (high - low) < _EVEN_BELOW):
            low, high = self.ends
            step = nice_step((high - low) / max(most - 1, 1))
            first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
            return [float(step * i) for i in np.arange(first, last + 1)]
        decades = np.arange(np.floor(low), np.floor(high) + 1)
        inside: list[float] = []
        for digits in _DIGITS:
            powers = (decades[:, None] + np.log10(digits)).ravel()
            inside = [float(10.0**p) for p in powers if low - 1e-9 <= p <= high + 1e-9]
            if len(inside) <= most:
                break
        every = -(-len(inside) // max(most, 1)) or 1
        return inside[::every]


def scale_of(values: Floats, measure: Measure) -> ColorScale:
    """The scale on which these values can be told apart, where most of them and the best lie.

    The same values have the same scale, whatever was shown before. The better half of the cells has
    at least a third of the colours, and no more than a quarter of the cells, the worst, are beyond
    the end: a few bad columns leave room for the valley. Of the gap, which has no better end, only
    what lies far off is beyond. Losses, which have no sign, are on a logarithmic scale.

    Parameters
    ----------
    values
        Of any shape; what is not finite doesn't count.
    """
    known = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not known.size:
        return ColorScale()
    match measure:
        case "valid_loss":
            ends = _toward_the_best(np.log10(np.maximum(known, _LEAST)))
            return ColorScale(_apart(ends, float(np.log10(1 + _LEAST_SPAN))), is_log=True)
        case "gap":
            low, high = _within_fences(known)
            least = max(_LEAST_SPAN * abs(low + high) / 2, _LEAST_GAPS)
            return ColorScale(_apart((low, high), least))
        case "accuracy":
            best, worst = _toward_the_best(-known)
            return ColorScale(_apart((-worst, -best), _LEAST_SHARES))


def _toward_the_best(values: Floats) -> Range:
    """The ends, where the smallest value is the best."""
    best, median, upper = np.quantile(values, [0, 0.5, 0.75], method="higher").tolist()
    within = values[values <= max(best + _BETTER_HALF * (median - best), upper)]
    return best, float(within.max())


def _within_fences(values: Floats) -> Range:
    lower, upper = np.quantile(values, [0.25, 0.75]).tolist()
    beside = _FENCE * (upper - lower)
    if beside:  # else half of all values are the same: nothing says what is far off
        values = values[(values >= lower - beside) & (values <= upper + beside)]
    return float(values.min()), float(values.max())


def _apart(ends: Range, least: float) -> Range:
    """The ends, moved apart if they are closer than `least`."""
    missing = max(least - (ends[1] - ends[0]), 0.0)
    return ends[0] - missing / 2, ends[1] + missing / 2
