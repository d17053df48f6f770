"""Axes of a figure: where values lie between two ends, and which of them are labelled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from regplay.core.fields import FIELDS
from regplay.core.history import Floats
from regplay.core.sweep import Axis
from regplay.gui.plots.axis import nice_step
from regplay.gui.plots.number_text import value_text, with_power

_LOG_FROM = 20.0  # times the smallest loss
_FAILED = 300.0  # times the lower quartile of losses: above that, no room
_LOG_VALUES_FROM = 100.0  # times the smallest value of a field
_ZERO_ROOM = 0.12  # of a logarithmic axis, between a 0 and the smallest value above it
_MARGIN = 0.03  # of an axis, beyond its first and last value
_FEW = 12  # values that are labelled each
_FEW_DECADES = 2.0  # in which 2 and 5 are labelled too
_PLAIN = (1e-4, 1e5)  # numbers between these are written without a power of ten
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Tick:
    """A mark at a share of an axis; an empty text for those in between."""

    share: float
    text: str


def is_logarithmic(axis: Axis) -> bool:
    """Whether the values of an axis lie better on a logarithmic scale: they span much, or are so.

    A 0 doesn't count: it is broken off.
    """
    if FIELDS[axis.path].kind not in ("integer", "number"):
        return False
    values = np.array(sorted({float(value) for value in axis.values} - {0.0}))
    if len(values) < 2:
        return False
    if values[-1] >= _LOG_VALUES_FROM * values[0]:
        return True
    steps, ratios = np.diff(values), np.diff(np.log(values))
    return len(values) > 2 and bool(
        ratios.std() / ratios.mean() < 0.5 * steps.std() / steps.mean()  # more even in ratios
    )


class ValueAxis:
    """The values of one field along an axis: numbers to scale, all others evenly spaced.

    Attributes
    ----------
    shares
        Where each value lies [P], 0 at the left end, 1 at the right one.
    is_numeric, is_log
        Whether the values are numbers, and whether these lie on a logarithmic scale.
    break_at
        Where the axis is broken between a 0 and logarithms, or None.
    """

    def __init__(self, axis: Axis) -> None:
        self._axis = axis
        self.break_at: float | None = None
        self.is_log = is_logarithmic(axis)
        self.is_numeric = FIELDS[axis.path].kind in ("integer", "number")
        if self.is_numeric:
            self._place(np.array(axis.values, dtype=float))
        else:
            count = len(axis.values)
            self.shares: Floats = (np.arange(count) + 0.5) / count

    def _place(self, values: Floats) -> None:
        has_zero = self.is_log and bool((values == 0).any())
        above = values[values > 0] if self.is_log else values
        self._low, self._high = float(above.min()), float(above.max())
        if self._low == self._high:
            self._low, self._high = self._low - 0.5, self._high + 0.5
        self._start = _MARGIN + (_ZERO_ROOM if has_zero else 0.0)
        if has_zero:
            self.break_at = _MARGIN + _ZERO_ROOM / 2
        self.shares = (
            np.where(values == 0, _MARGIN, self._share(values))
            if has_zero
            else (self._share(values))
        )

    def _share(self, values: ArrayLike) -> Floats:
        low, high, array = self._low, self._high, np.asarray(values, dtype=float)
        if self.is_log:
            with np.errstate(divide="ignore"):
                low, high, array = np.log(low), np.log(high), np.log(array)
        shares: Floats = self._start + (array - low) / (high - low) * (1 - _MARGIN - self._start)
        return shares

    def ticks(self) -> list[Tick]:
        """Marks from left to right: at the values themselves where they are few and whole."""
        values = self._axis.values
        is_whole = FIELDS[self._axis.path].kind == "integer" and len(values) <= _FEW
        if not self.is_numeric or is_whole:
            pairs = zip(self.shares.tolist(), map(value_text, values), strict=True)
            return sorted((Tick(share, text) for share, text in pairs), key=lambda t: t.share)
        if not self.is_log:
            marks = _even_marks(self._low, self._high)
        else:
            marks = _log_marks(self._low, self._high)
        ticks = [Tick(float(self._share(value)), text) for value, text in marks]
        return [Tick(_MARGIN, "0"), *ticks] if self.break_at is not None else ticks


class LossAxis:
    """An axis of losses, linear or logarithmic, that holds all but those of failed training.

    Attributes
    ----------
    low, high
        Its ends.
    is_log
        Whether it is logarithmic: where the largest loss is more than `log_from` the smallest.
    """

    def __init__(
        self, losses: ArrayLike, *, room: float = 0.06, log_from: float = _LOG_FROM
    ) -> None:
        values = np.asarray(losses, dtype=float)
        values = values[np.isfinite(values)]
        if values.size:
            values = values[values <= max(_FAILED * float(np.quantile(values, 0.25)), values.min())]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        self.is_log = low > 0 and high > log_from * low
        if not self.is_log and high - low < 1e-9 * max(abs(high), 1e-9):
            half = abs(low) / 2 or 0.5
            low, high = low - half, high + half
        start, end = self._scaled([low, high]).tolist()
        free = room * (end - start)
        start, end = start - free, end + free
        if low >= 0 and not self.is_log:
            start = max(start, 0.0)  # no loss is negative
        self._start, self._end = start, end
        self.low, self.high = (10.0**start, 10.0**end) if self.is_log else (start, end)

    def _scaled(self, values: ArrayLike) -> Floats:
        array: Floats = np.asarray(values, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(array) if self.is_log else array

    def shares(self, losses: ArrayLike) -> Floats:
        """0 at the low end, 1 at the high one; NaN stays NaN."""
        shares: Floats = (self._scaled(losses) - self._start) / (self._end - self._start)
        return shares

    def ticks(self) -> list[Tick]:
        """Marks from low to high."""
        find = _log_marks if self.is_log else _even_marks
        return [Tick(float(self.shares(value)), text) for value, text in find(self.low, self.high)]


def _even_marks(low: float, high: float) -> list[tuple[float, str]]:
    """Round values in even steps, and their labels with equally many decimals."""
    step = nice_step((high - low) / 6)
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    values = [round(index * step, 12) for index in range(first, last + 1)]
    decimals = max((len(f"{value:.10g}".partition(".")[2]) for value in values), default=0)
    is_plain = max(abs(low), abs(high)) < 1e5 and step >= 1e-4
    return [(v, f"{v:.{decimals}f}" if is_plain else value_text(float(v))) for v in values]


def _log_marks(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten, with 2 and 5 times them where few are shown; the rest without a label."""
    decades = np.log10(high / low)
    labelled = (1, 2, 3, 5, 7) if decades < 1 else (1, 2, 5) if decades <= _FEW_DECADES else (1,)
    every = max(1, round(decades / 8))
    powers = low < _PLAIN[0] or high > _PLAIN[1]
    marks = []
    for power in range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1):
        for digit in range(1, 10):
            value = float(f"{digit}e{power}")
            if not low * (1 - 1e-9) <= value <= high * (1 + 1e-9):
                continue
            has_text = digit in labelled and power % every == 0
            if has_text or every == 1:
                marks.append(
                    (
                        value,
                        (with_power(digit, power) if powers else f"{value:g}") if has_text else "",
                    )
                )
    return marks
