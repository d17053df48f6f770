"""Where a slider, or the handle of the epochs, is on its way from one place to another."""

import math
from typing import Literal

from regplay.core.fields import Field

_NOTCH = 0.06  # share of a logarithmic slider between 0 and its smallest value above
_DIGITS = 3  # significant ones of values on the way, so that they can be read

Ease = Literal["linear", "smooth"]


def eased(share: float, ease: Ease) -> float:
    """How far a hand is, 0–1, after a share of the time; `smooth` starts and stops gently."""
    return share if ease == "linear" else share * share * (3.0 - 2.0 * share)


def between(of: Field, start: float, to: float, share: float) -> float:
    """The value of a field's slider at a share of the way, 0–1; both ends are exact.

    On a logarithmic slider equal ways are equal factors, and 0 is its lower end.
    """
    if share <= 0.0 or share >= 1.0 or start == to:
        value = start if share < 1.0 else to
        return int(value) if of.kind == "integer" else float(value)
    if of.log_floor is None:
        value = start + share * (to - start)
    else:
        floor = of.log_floor
        place = (1.0 - share) * _place(start, floor) + share * _place(to, floor)
        value = 0.0 if place < -_NOTCH / 2 else floor * math.exp(max(place, 0.0) / _SCALE)
        value = min(value, max(start, to))
    if of.kind == "integer":
        return round(value)
    return float(f"{value:.{_DIGITS}g}")


_SCALE = 1.0 / math.log(1e6)  # six decades are the length of a slider


def _place(value: float, floor: float) -> float:
    """Where a value is on a logarithmic slider; its smallest above 0 is at 0."""
    return -_NOTCH if value <= 0.0 else max(math.log(value / floor), 0.0) * _SCALE


def between_epochs(start: int, to: int, share: float) -> int:
    """The epoch at a share of the way, 0–1: early epochs, in which the most happens, take longer.

    Equal ways are equal factors of the epoch + 1, as on the axes of the losses.
    """
    low, high = math.log1p(start), math.log1p(to)
    return to if share >= 1.0 else round(math.expm1(low + share * (high - low)))
