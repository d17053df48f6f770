"""Numbers at the ticks of an axis. No Qt."""

import math

_PLAIN = (1e-3, 1e6)  # an axis whose largest number lies between these has no powers of ten
_SMALL = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
        return f"{value:,.{max(0, -last)}f}"
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
    power = "10" + str(exponent).translate(_SMALL)
    if abs(rounded) == 1:
        return power if rounded > 0 else f"-{power}"
    return f"{rounded:.{digits}g}·{power}"
