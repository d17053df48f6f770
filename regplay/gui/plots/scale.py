"""One scale for all: where values lie between two ends, which of them are labelled, and how far.

Axes of plots and of figures, colours of maps and their bars, and the curves of sliders ask here.

Redrawing axes costs three times as much as redrawing curves, so a range changes only when data
leave it, and then by enough to last a while. It never shrinks by itself: a loss that falls moves
through a resting frame, and the fall can be seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regplay.core.arrays import Floats, Indices
from regplay.core.number_text import tick_text, with_power

Range = tuple[float, float]

LARGEST = 1e30  # what lies beyond this is a diverged run, and no axis can show it
_FAR = 1e12  # times the length of a scale: so far away is any value that overflows
_FAILED = 300.0  # times the lower quartile of losses: training can't end up so high
_MEDIANS = 8.0  # a bar at the median is still an eighth as high as the plot
DIVERGED = 20.0  # times the loss of a constant prediction, as before training: no fit has that
_BELOW_VALLEY = 5.0  # the training loss is followed down to this part of the valley
_BETTER_HALF = 3.0  # the better half of the values has at least one part in so many of a scale
_FENCE = 1.5  # times the distance between the quartiles, beside them (Tukey, 1977)
_LOOSE = 1.4  # times what is needed, from which on a range is too wide for another run
_DECADES = 14  # the most that a logarithmic axis reaches down from its top
_LEAST_DECADES = 0.5  # of a logarithmic axis; less is widened by as much to both sides
_STOPS = np.log10([1, 2, 5, 10])  # where such an axis may end, in any decade
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = (1.0, 2.0, 5.0, 10.0)  # from label to label: in fewer digits than with 2.5
_EVEN_BELOW = math.log10(3)  # decades; less than this is labelled in even steps
_DIGITS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,))  # labelled in a decade
_FEW_DECADES = 2.0  # more than these are labelled by powers of ten alone
_MOST_DECADES = 400  # to both sides: beyond these there are no numbers
_UNMARKED = 15.0  # decades from which on nothing between two labels is marked
_PLAIN = (-4, 5)  # exponents of ten between which numbers are written without one


def with_scale(ends: Range, *, is_log: bool) -> Range:
    """Ends of a linear scale as exponents of ten, or of a logarithmic one as values."""
    if not is_log:
        low, high = (10.0 ** min(max(end, -300.0), 300.0) for end in ends)
        return low, high
    high = max(ends[1], 1e-300)
    return math.log10(max(ends[0], 1e-3 * high)), math.log10(high)


@dataclass(frozen=True)
class Tick:
    """A mark at a share of a scale, 0 … 1; those in between have an empty text."""

    share: float
    text: str


@dataclass(frozen=True)
class Scale:
    """A linear or logarithmic scale from one end to the other.

    Attributes
    ----------
    low, high
        The ends; exponents of ten on a logarithmic scale.
    is_log
        Whether it is logarithmic.
    """

    low: float = 0.0
    high: float = 1.0
    is_log: bool = False

    @property
    def range(self) -> Range:
        """Both ends, as exponents of ten on a logarithmic scale."""
        return self.low, self.high

    @property
    def ends(self) -> Range:
        """Both ends as values."""
        return (10.0**self.low, 10.0**self.high) if self.is_log else (self.low, self.high)

    def widened(self, below: float, above: float) -> "Scale":
        """With room beyond both ends, in shares of what there is."""
        length = self.high - self.low
        return Scale(self.low - below * length, self.high + above * length, self.is_log)

    def shares(self, values: ArrayLike) -> Floats:
        """How far values of any shape lie from the low end (0) to the high one (1).

        Beyond both outside of that. Infinite values are infinitely far away, as a 0 is on a
        logarithmic scale; NaN stays NaN, and there negative values are too.
        """
        array: NDArray[Any] = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):  # diverged runs
            if self.is_log:
                array = np.log10(array)
            shares: Floats = ((array - self.low) / (self.high - self.low)).clip(-_FAR, _FAR)
        finite = np.isfinite(array)
        return shares if finite.all() else np.where(finite, shares, array)

    def value(self, share: float) -> float:
        """The value at a share."""
        position = self.low + share * (self.high - self.low)
        return float(10.0 ** np.clip(position, -300, 300)) if self.is_log else position

    @lru_cache(maxsize=64)  # noqa: B019  # of a few numbers; axes are painted in each frame
    def ticks(self, most: int) -> tuple[Tick, ...]:
        """Marks from low to high, about `most` of them with a text."""
        labelled, between = self._marks(max(most, 1))
        texts = self._texts(labelled)
        pairs = [*zip(labelled, texts, strict=True), *((position, "") for position in between)]
        width = self.high - self.low
        ticks = [Tick((position - self.low) / width, text) for position, text in pairs]
        return tuple(sorted(ticks, key=lambda tick: tick.share))

    def _marks(self, most: int) -> tuple[Sequence[float], Sequence[float]]:
        """What is labelled, and what is marked between; exponents of ten on a logarithmic scale."""
        if not self.is_log:
            labelled: list[float] = []
            while len(labelled) < 2:  # a single number says nothing of distances
                step = nice_step((self.high - self.low) / most, _STEPS)
                labelled = multiples(self.range, step).tolist()
                most += 1
            parts = 4 if f"{step:.0e}"[0] == "2" else 5
            return labelled, _without(multiples(self.range, step / parts), labelled)
        if self.high - self.low < _EVEN_BELOW and abs(self.low) < 290:
            ends = self.ends
            step = nice_step(max((ends[1] - ends[0]) / most, 1e-290), _STEPS)
            even = multiples(ends, step)
            return np.log10(even[even > 0]).tolist(), []
        first, last = (max(-_MOST_DECADES, min(end, _MOST_DECADES)) for end in self.range)
        decades = np.arange(math.floor(first), math.floor(last) + 1.0)
        inside: Floats = np.zeros(0)
        for digits in _DIGITS[2:] if self.high - self.low > 1 - 1e-9 else _DIGITS:
            if self.high - self.low > _FEW_DECADES + 1e-9 and len(digits) > 1:
                continue
            places = (decades[:, None] + np.log10(digits)).ravel()
            inside = places[(places >= self.low - 1e-9) & (places <= self.high + 1e-9)]
            if len(inside) <= most + 1:
                break
        every = -(-len(inside) // (most + 1)) or 1
        kept = [float(x) for x in inside if len(inside) <= most + 1 or round(x) % every == 0]
        if self.high - self.low > _UNMARKED:
            return kept, []
        tenths = (np.append(decades, decades[-1] + 1)[:, None] + np.log10(np.arange(1, 10))).ravel()
        return kept, _without(tenths[(tenths > self.low) & (tenths < self.high)], kept)

    def _texts(self, positions: Sequence[float]) -> list[str]:
        if not self.is_log:
            step = positions[1] - positions[0] if len(positions) > 1 else self.high - self.low
            largest = max(abs(self.low), abs(self.high))
            return [tick_text(position, step, largest) for position in positions]
        if self.high - self.low < _EVEN_BELOW and len(positions) > 1:
            values = [10.0**position for position in positions]
            return [tick_text(value, values[1] - values[0], values[-1]) for value in values]
        if _PLAIN[0] <= self.low + 1e-9 and self.high <= _PLAIN[1] + 1e-9:
            return [f"{10.0**position:,.6g}" for position in positions]
        return [_power(position) for position in positions]


def _power(position: float) -> str:
    exponent = math.floor(position + 1e-9)
    return with_power(10.0 ** (position - exponent), exponent)


def _without(positions: Floats, labelled: Sequence[float]) -> list[float]:
    """Positions that are not labelled."""
    if not len(positions) or not len(labelled):
        return [float(x) for x in positions]
    width = positions[-1] - positions[0] or 1.0
    apart = np.abs(positions[:, None] - np.array(labelled)).min(axis=1)
    return [float(x) for x in positions[apart > 1e-6 * width]]


def nice_step(width: float, of: Sequence[float] = _NICE) -> float:
    """The smallest of 1, 2, 2.5, 5 × 10ᵏ that is not below `width`, a normal number above 0."""
    power = 10.0 ** np.floor(np.log10(width))
    for nice in of:
        if nice * power >= width * (1 - 1e-9):
            return float(nice * power)
    return float(10 * power)


def multiples(span: Range, step: float) -> Floats:
    """Multiples of a step from one end of a range to the other."""
    first, last = np.ceil(span[0] / step - 1e-6), np.floor(span[1] / step + 1e-6)
    return np.arange(first, last + 1) * step


def round_levels(span: Range, most: int = 7) -> Floats:
    """Multiples of a nice step inside a range, not at its ends: 2 to `most` of them."""
    step = nice_step((span[1] - span[0]) / most)
    levels = multiples(span, step)
    return levels[(levels > span[0] + 1e-9 * step) & (levels < span[1] - 1e-9 * step)]


# Ranges


def bounds(values: ArrayLike) -> Range | None:
    """Smallest and largest finite value, or None where there is none."""
    finite = _finite(values)
    if not finite.size:
        return None
    low, high = np.clip([finite.min(), finite.max()], -LARGEST, LARGEST).tolist()
    return low, high


def _finite(values: ArrayLike) -> Floats:
    """Those that are finite, in one row."""
    array: Floats = np.asarray(values, dtype=float)
    return array[np.isfinite(array)]


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


def is_loose(current: Range | None, values: ArrayLike) -> bool:
    """Whether a range is much wider than it would be if it had only ever held `values`."""
    wanted = extend(None, values)
    if current is None or wanted is None:
        return False
    return current[1] - current[0] > _LOOSE * (wanted[1] - wanted[0])


def extend_decades(current: Range | None, values: ArrayLike) -> Range | None:
    """As `extend` for a logarithmic axis: exponents of ten in and out, values themselves in.

    Ends that move land on 1, 2 or 5 × 10ᵏ. Values that are not above 0 are ignored. The range
    reaches at most 14 decades down.
    """
    array: NDArray[Any] = np.asarray(values, dtype=float)
    seen = bounds(array[array > 0])  # a comparison with NaN is False
    if seen is None:
        return current
    low, high = _stop_near(max(seen[0], 1e-290), 0), _stop_near(max(seen[1], 1e-290), 1)
    if current is not None:
        low, high = min(low, current[0]), max(high, current[1])
    if high - low < _LEAST_DECADES:
        low, high = low - _LEAST_DECADES, high + _LEAST_DECADES
    grown = max(low, high - _DECADES), high
    return current if current is not None and grown == current else grown


def _stop_near(value: float, side: Literal[0, 1]) -> float:
    """The exponent of ten of the stop that is next below a value (0), or next above it (1)."""
    exponent = math.log10(value)
    whole = math.floor(exponent + 1e-9)
    rest = exponent - whole
    inside = _STOPS[rest - 1e-9 <= _STOPS][0] if side else _STOPS[rest + 1e-9 >= _STOPS][-1]
    return float(whole + inside)


def spread(ends: Range, least: float) -> Range:
    """Both ends, moved apart by as much as they are closer than `least`."""
    missing = max(least - (ends[1] - ends[0]), 0.0)
    return ends[0] - missing / 2, ends[1] + missing / 2


def padded(values: ArrayLike, share: float = 0.05) -> Range:
    """The ends of `values`, moved out by a share of their width: no marker lies on the frame.

    Values that are not finite are ignored; 0 and 1 where there are no others.
    """
    low, high = bounds(values) or (0.0, 1.0)
    room = (high - low) * share or abs(low) * share or 1.0
    return low - room, high + room


# What is left out: losses of training that failed, and values that are far off


def largest_of_trained(losses: ArrayLike) -> float:
    """The largest loss of networks with different settings that is not one of failed training.

    That is above 300 times the lower quartile, unless half of all networks come out like that.

    Parameters
    ----------
    losses
        Of any shape; those that are not finite have failed too. NaN is returned where all have.
    """
    finite = _finite(losses)
    if not finite.size:
        return math.nan
    return max(_FAILED * float(np.quantile(finite, 0.25)), float(np.median(finite)))


def highest_usual(values: ArrayLike, constant: float = math.inf) -> float:
    """The largest value on an even scale that is not far out; NaN where none is finite.

    Far out is what is both more than 8 times the median and beyond Tukey's outer fence, 3
    interquartile ranges above the third quartile ("Exploratory Data Analysis", 1977, section 2C).
    So neither a peak with a foot nor a steep rise is far out, but a single network that nearly
    diverged is. Up to a quarter of all values may be.

    Parameters
    ----------
    values
        Numbers from 0 on, of any shape; those that are not finite are ignored.
    constant
        The loss of the best constant prediction: more than 20 times as much is returned of none.
    """
    finite = _finite(values)
    if not finite.size:
        return math.nan
    first, median, third = np.quantile(finite, (0.25, 0.5, 0.75))
    limit = max(_MEDIANS * median, third + 3 * (third - first))
    return min(float(finite[finite <= limit].max()), DIVERGED * constant)


def around_valley(train: ArrayLike, valid: ArrayLike, valley: int | None) -> Floats:
    """The losses along one setting that a scale has room for, training and validation in one.

    A validation loss far above the others is real where the training loss is not: there the network
    overfits. Training failed where both are. What underfits rises out of the scale at twice the
    depth of the valley, which would be lost below a higher wall. A training loss is followed down
    to a fifth of the valley.

    Parameters
    ----------
    train, valid
        Losses [P]; those that are not finite are ignored.
    valley
        Index of the smallest validation loss, or None while it is not known.
    """
    train, valid = np.asarray(train, dtype=float), np.asarray(valid, dtype=float)
    is_there = np.isfinite(valid) & np.isfinite(train)
    low, high = train[is_there], valid[is_there]
    if high.size:
        most = largest_of_trained(high)
        is_real = (high <= most) | (low <= most)
        if valley is not None:
            is_real &= (high <= _end_of_walls(valid, valley)) | (low <= valid[valley])
        low, high = low[is_real], high[is_real]
        low = low[low <= max(most, float(high.max()))]
        low = np.maximum(low, float(high.min()) / _BELOW_VALLEY)
    return np.concatenate([high, low])


def _end_of_walls(valid: Floats, valley: int) -> float:
    """How far up both sides of a valley are drawn; inf where it has no two sides."""
    least = float(valid[valley])
    sides = valid[:valley], valid[valley + 1 :]
    tops = [np.max(side, where=np.isfinite(side), initial=least) for side in sides]
    depth = float(min(tops)) - least
    return least + 2 * depth if depth > 0 else math.inf


def toward_the_best(values: Floats) -> Range:
    """The ends of a scale on which these can be told apart, where the smallest is the best.

    The better half has at least a third of it, and no more than a quarter, the worst, lie beyond.
    """
    best, median, upper = np.quantile(values, [0, 0.5, 0.75], method="higher").tolist()
    within = values[values <= max(best + _BETTER_HALF * (median - best), upper)]
    return best, float(within.max())


def within_fences(values: Floats) -> Range:
    """The ends of values without those far off on either side (Tukey's inner fences)."""
    lower, upper = np.quantile(values, [0.25, 0.75]).tolist()
    beside = _FENCE * (upper - lower)
    if beside:  # else half of all values are the same: nothing says what is far off
        values = values[(values >= lower - beside) & (values <= upper + beside)]
    return float(values.min()), float(values.max())


def loss_scale(losses: ArrayLike, *, room: float = 0.06, log_from: float = 20.0) -> Scale:
    """The scale of the losses of many networks, without room for those of failed training.

    Parameters
    ----------
    room
        Share of the scale that is free beyond its smallest and its largest loss.
    log_from
        It is logarithmic if the largest loss is so many times the smallest.
    """
    array = np.asarray(losses, dtype=float)
    seen = bounds(array[array <= largest_of_trained(array)])  # a comparison with NaN is False
    low, high = seen or (0.0, 1.0)
    is_log = low > 0 and high > log_from * low
    if is_log:
        low, high = math.log10(low), math.log10(high)
    elif high - low < 1e-9 * max(abs(high), 1e-9):
        low, high = spread((low, high), abs(low) or 1.0)
    free = room * (high - low)
    least = 0.0 if low >= 0 and not is_log else -math.inf  # no loss is negative
    return Scale(max(low - free, least), high + free, is_log)


def last_in_each_column(pixels: NDArray[Any], keep: Sequence[int] = ()) -> Indices:
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
