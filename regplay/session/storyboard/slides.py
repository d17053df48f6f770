"""How far a hand is on its way, and where the handle of the epochs is then."""

import math
from typing import Literal

Ease = Literal["linear", "smooth"]


def eased(share: float, ease: Ease) -> float:
    """How far a hand is, 0–1, after a share of the time; `smooth` starts and stops gently."""
    return share if ease == "linear" else share * share * (3.0 - 2.0 * share)


def between_epochs(start: int, to: int, share: float) -> int:
    """The epoch at a share of the way, 0–1: early epochs, in which the most happens, take longer.

    Equal ways are equal factors of the epoch + 1, as on the axes of the losses.
    """
    low, high = math.log1p(start), math.log1p(to)
    return to if share >= 1.0 else round(math.expm1(low + share * (high - low)))
