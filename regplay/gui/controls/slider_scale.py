"""Which values a slider reaches, and at which of its positions. No Qt."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from regplay.core.fields import Field, Value
from regplay.core.hyperparameters import HYPERPARAMETERS

# Twenty values a decade, each within half a step of its place on an even logarithmic grid, so that
# a slider moves evenly and still stops at 1, 2, 3, … 9 and at no number of more than two digits.
_MANTISSAS = (
    *("1", "1.1", "1.2", "1.4", "1.5", "1.8", "2", "2.2", "2.5", "2.8"),
    *("3", "3.5", "4", "4.5", "5", "5.5", "6", "7", "8", "9"),
)
_NOTCH = 0.06  # of a slider's length lies between an exact 0 and the smallest value above it


@dataclass(frozen=True)
class SliderScale:
    """The values of a slider in rising order; its positions are 0 … `top`.

    Attributes
    ----------
    values
        What sliding reaches. Other values are kept as they are; the handle then stands at the
        nearest of these.
    coarse
        How many of the keys' values PageUp and PageDown go.
    notch
        Number of empty positions between an exact 0 and the value after it.
    marks
        Positions worth a tick: the powers of ten of a logarithmic scale.
    arrows
        Those of the values that the arrow keys reach; empty for all.
    """

    values: tuple[float, ...]
    coarse: int = 10
    notch: int = 0
    marks: tuple[int, ...] = ()
    arrows: tuple[float, ...] = ()

    @property
    def keys(self) -> tuple[float, ...]:
        """What the arrow and page keys reach."""
        return self.arrows or self.values

    @property
    def top(self) -> int:
        return len(self.values) - 1 + self.notch

    def position(self, value: float) -> int:
        """The position nearest to `value`; in a scale with a notch, 0 belongs to 0 alone."""
        index = bisect_left(self.values, value)
        neighbours = range(max(index - 1, 0), min(index + 1, len(self.values)))
        index = min(neighbours, key=lambda i: abs(self.values[i] - value))
        if self.notch and value > 0:
            index = max(index, 1)
        return index + self.notch if index else 0

    def value(self, position: int) -> float:
        """The value at `position`; in the notch, that of its nearer end."""
        if position <= (self.notch + 1) // 2 and self.notch:
            return self.values[0]
        index = max(position - self.notch, 1) if self.notch else position
        return self.values[min(max(index, 0), len(self.values) - 1)]

    def between(self, start: float, to: float, share: float) -> float:
        """What a handle comes to at a share of its way, 0–1, from one value to another.

        Both ends are exact, whether sliding reaches them or not.
        """
        if share <= 0.0 or share >= 1.0:
            return start if share < 1.0 else to
        first, last = self.position(start), self.position(to)
        value = self.value(round(first + share * (last - first)))
        return min(max(value, min(start, to)), max(start, to))

    def stepped(self, value: float, steps: int) -> float:
        """The value `steps` of the keys further on; one between two of theirs first goes to one."""
        keys = self.keys
        if steps > 0:
            index = bisect_right(keys, value) - 1 + steps
            return max(value, keys[min(index, len(keys) - 1)])
        index = bisect_left(keys, value) + steps
        return min(value, keys[max(index, 0)])


def linear(low: float, high: float, step: float) -> SliderScale:
    """Even steps from `low`, and `high` itself; whole numbers if all three are."""
    count = math.floor((high - low) / step + 1e-9)
    values = [round(low + index * step, 10) for index in range(count + 1)]
    if values[-1] != high:
        values.append(high)
    return SliderScale(tuple(values), coarse=10 if count >= 50 else 2)


def logarithmic(low: float, high: float, *, zero: bool) -> SliderScale:
    """Twenty values a decade from `low` to `high`, powers of ten among them, after an exact 0.

    The arrow keys go a tenth of a decade, PageUp and PageDown a whole one.
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    # Reading a decimal gives the very number that a person would type; a product may not.
    numbers = [float(f"{mantissa}e{decade}") for decade in decades for mantissa in _MANTISSAS]
    values = [number for number in numbers if low <= number <= high]
    tens = {float(f"1e{decade}") for decade in decades}
    scale = _after_zero(values, zero, tens)
    tenths = {float(f"{mantissa}e{decade}") for decade in decades for mantissa in _MANTISSAS[::2]}
    ends = {0.0, values[0], values[-1]}
    return replace(scale, arrows=tuple(v for v in scale.values if v in tenths | ends))


def counts(high: int, *, low: int = 1) -> SliderScale:
    """Whole numbers: each one to 20, then twenty a decade; a `low` of 0 gets a notch."""
    start = max(low, 1)
    decades = range(1, len(str(high)))
    large = (round(float(f"{mantissa}e{d}")) for d in decades for mantissa in _MANTISSAS)
    values = [*range(start, min(high, 20) + 1), *(n for n in large if 20 < n <= high)]
    return _after_zero(values, low == 0, {10**exponent for exponent in range(len(str(high)))})


def octaves(high: int, *, low: int = 1) -> SliderScale:
    """Whole numbers, four steps to each doubling from 4 on; a `low` of 0 gets a notch."""
    steps = {quarters << octave for octave in range(high.bit_length()) for quarters in range(4, 8)}
    values = sorted(n for n in {1, 2, 3, high} | steps if max(low, 1) <= n <= high)
    return _after_zero(values, low == 0, {2**exponent for exponent in range(32)}, coarse=4)


def _after_zero(
    values: list[float] | list[int], zero: bool, marked: set[float] | set[int], coarse: int = 10
) -> SliderScale:
    notch = max(2, round(_NOTCH * len(values))) if zero else 0
    first = 1 + notch if zero else 0
    marks = tuple(first + index for index, value in enumerate(values) if value in marked)
    return SliderScale((0, *values) if zero else tuple(values), coarse, notch, marks)


# In a file, where both default to 0, that stands for a number that the file decides.
_FILE_WORDS: Mapping[str, Mapping[int, str]] = {
    "data.n_train": {0: "all"},
    "data.n_valid": {0: "30 %"},
}


@cache
def scale_of(field: Field) -> SliderScale:
    """The slider of a number: logarithmic where the field has a `log_floor`, else even steps.

    Of some fields it ends before their bounds, up to which a person may type.
    """
    reach = HYPERPARAMETERS[field.path].reach
    if reach is not None:
        if reach.steps == "each":
            return linear(reach.low, reach.high, 1)
        return (counts if reach.steps == "decades" else octaves)(reach.high, low=reach.low)
    assert field.minimum is not None
    assert field.maximum is not None
    if field.log_floor is not None:
        zero = field.minimum == 0 and not field.exclusive_minimum
        return logarithmic(field.log_floor, field.maximum, zero=zero)
    if field.kind == "integer":
        return linear(int(field.minimum), int(field.maximum), 1)
    return linear(field.minimum, field.maximum, 0.01)


def reach_of(field: Field, default: Value) -> tuple[SliderScale, Mapping[int, str]]:
    """The scale of a number with this default, and the words for some of its values."""
    if default == 0 and field.path in _FILE_WORDS:
        return counts(2_000, low=0), _FILE_WORDS[field.path]
    return scale_of(field), HYPERPARAMETERS[field.path].words
