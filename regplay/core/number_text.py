"""Numbers as texts, in the window and in the terminal.

What is not finite is "–": a loss of a training that diverged, or one that isn't there yet.
"""

import math
import os
from decimal import Decimal

NONE = "–"  # in place of what is no number
_DIGITS = 4
_PLAIN = (1e-3, 1e6)  # numbers between these are written without a power of ten
_LINED_UP = ((10.0, 4), (1000.0, 2))  # decimals of the losses in a column, below these sizes
_ROUNDING = 5e-7  # of a loss: networks are float32, and a mean over points adds up their rounding
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = _DIGITS) -> str:
    """A number in so many significant digits: `0.1235`, `−12`, `5·10⁻⁵`, `12,350`."""
    if not math.isfinite(value):
        return NONE
    if value == 0 or _PLAIN[0] <= abs(value) < _PLAIN[1]:
        rounded = float(f"{value:.{digits}g}")
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded)))) if rounded else 0
        text = f"{rounded:,.{decimals}f}"
        return signed(text.rstrip("0").rstrip(".") if "." in text else text)
    exponent = math.floor(math.log10(abs(value)))
    return with_power(value / 10.0**exponent, exponent, min(digits, 3))


def spread_text(mean: float, deviation: float) -> str:
    """A mean and its standard deviation: `0.1235 ± 0.012`."""
    return f"{number(mean)} ± {number(deviation, 2)}"


def probability_text(value: float, deviation: float | None = None) -> str:
    """A probability in three decimals, with its standard deviation if there is one."""
    text = f"{value:.3f}"
    return text if deviation is None else f"{text} ± {deviation:.3f}"


def compact(value: float) -> str:
    """About two digits in as few letters as possible: `0.031`, `4.2`, `312`, `1.3e4`."""
    if not math.isfinite(value):
        return NONE
    text = f"{value:.2g}"
    mantissa, _, exponent = text.partition("e")
    if exponent:
        is_short = 10 <= abs(value) < 1000
        text = str(round(value)) if is_short else f"{mantissa}e{int(exponent)}"
    return signed(text)


def gap_text(train: float, valid: float) -> str:
    """Validation − training loss, in the digits that are no rounding of the two."""
    gap, rounding = valid - train, _ROUNDING * max(abs(train), abs(valid))
    if not math.isfinite(gap) or not rounding:
        return number(gap)
    if abs(gap) < rounding:
        return "0"
    certain = 1 + math.floor(math.log10(abs(gap) / rounding))
    return number(gap, min(certain, _DIGITS))


def in_column(loss: float) -> str:
    """A loss in four decimals, so that those of one column stand under one another.

    What has no digits there, or too many, is written with an exponent.
    """
    if not math.isfinite(loss):
        return NONE
    return f"{loss:.1e}".replace("-", "−") if 0 < abs(loss) < 1e-3 else _lined_up(loss)


def gap_in_column(gap: float) -> str:
    """As `in_column` with its sign; a small one is 0 in four decimals."""
    if not math.isfinite(gap):
        return NONE
    text = _lined_up(gap)
    return text if text[0] == "−" or text == "0.0000" else f"+{text}"


def _lined_up(value: float) -> str:
    for limit, decimals in _LINED_UP:
        if abs(value) < limit:
            return signed(f"{value:.{decimals}f}").replace("−0.0000", "0.0000")
    return signed(f"{value:.1e}").replace("e+0", "e")


def exact(value: float) -> str:
    """The shortest text that reads back as exactly `value`: `64`, `0.01`, `1e-4`."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e6:
        return str(int(value))
    text = repr(float(value))  # of a NumPy number as well
    return f"{Decimal(text):e}" if abs(value) < 1e-3 else text


def value_text(value: int | float | bool | str, digits: int = 3) -> str:
    """A value of any field as a label: a number in so many digits, a file without its folders."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return os.path.basename(value) if os.path.isabs(value) else value or "none"
    return number(value, digits) if isinstance(value, float) else f"{value:,}"


def tick_text(value: float, spacing: float, largest: float) -> str:
    """The number at a tick of a linear axis: `0.25`, `25,000`, `2.5·10⁶`.

    Parameters
    ----------
    value
        Where the tick is.
    spacing
        From one tick to the next: as many digits are written as tell them apart.
    largest
        The largest size of a number on the axis, so that all are written in one style.
    """
    if abs(value) < 1e-6 * spacing:  # rounding of a sum
        return "0"
    last = _last_digit(spacing)
    if _PLAIN[0] <= largest <= _PLAIN[1]:
        return signed(f"{value:,.{max(0, -last)}f}")
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    return with_power(value / 10.0**exponent, exponent, max(1, 1 + exponent - last))


def _last_digit(spacing: float) -> int:
    """The power of ten of the last digit that tells numbers apart: −1 for 0.5, −2 for 0.25."""
    exponent = math.floor(math.log10(spacing) + 1e-9)
    mantissa = spacing / 10.0**exponent
    return exponent - (abs(mantissa - round(mantissa)) > 1e-6)


def with_power(mantissa: float, exponent: int, digits: int = 4) -> str:
    """A mantissa from 1 to 10, in so many digits, times a power of ten: `2·10⁻⁷`, `10⁶`."""
    rounded = float(f"{mantissa:.{digits}g}")
    if abs(rounded) >= 10:
        rounded, exponent = rounded / 10, exponent + 1
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    if abs(rounded) == 1:
        return power if rounded > 0 else f"−{power}"
    return signed(f"{rounded:.{digits}g}·{power}")


def signed(text: str) -> str:
    """With a true minus, which is as wide as a plus."""
    return text.replace("-", "−")


def counted(n: int, noun: str) -> str:
    """A number with its noun, such as `1 epoch` or `1,000 epochs`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent_text(share: float, digits: int = 0) -> str:
    """A share from 0 to 1, such as `97.3 %` with one digit behind the point."""
    return f"{100 * share:.{digits}f} %"


def duration_text(seconds: float) -> str:
    """About how long something takes, such as `45 s`, `3 min` or `2.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
