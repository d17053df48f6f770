"""Losses and gaps as short texts. No Qt."""

import math

# Of a loss: networks are float32, and a mean over points adds up their rounding.
_ROUNDING = 5e-7
_DIGITS = 4
_PLAIN = (1e-3, 1e4)  # numbers between these are written without a power of ten


def number(value: float, digits: int = _DIGITS) -> str:
    """A number in so many significant digits, shorter for very small and large ones."""
    if value != value:
        return "–"
    if _PLAIN[0] <= abs(value) < _PLAIN[1] or value == 0:
        return f"{value:.{digits}g}"
    return f"{value:.{min(digits, 3) - 1}e}"


def gap_text(train: float, valid: float) -> str:
    """Validation − training loss, in the digits that are no rounding of the two."""
    gap, rounding = valid - train, _ROUNDING * max(abs(train), abs(valid))
    if not math.isfinite(gap) or not rounding:
        return number(gap)
    if abs(gap) < rounding:
        return "0"
    certain = 1 + math.floor(math.log10(abs(gap) / rounding))
    return number(gap, min(certain, _DIGITS))
