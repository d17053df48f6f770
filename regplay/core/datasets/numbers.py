"""Numbers that a person wrote: what counts as one, and how a message shows what doesn't."""

import math
import re

LARGEST = 1e100  # beyond this, squares overflow


def parse_number(cell: str) -> float | None:
    """The number that `cell` holds; None for text. Python's own 1_000 counts as text."""
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def why_no_number(cell: str, remark: str) -> str:
    """What is wrong with a number as it is written; "" where nothing is.

    Parameters
    ----------
    remark
        What to say of text in place of a number.
    """
    value = parse_number(cell)
    if value is None:
        if re.fullmatch(r"[+-]?\d+,\d+", cell):
            remark = "write decimals with a point"
        return f"{shown(cell)} is not a number; {remark}"
    if not abs(value) <= LARGEST:
        return f"{shown(cell)} is {'too large' if math.isfinite(value) else 'not finite'}"
    return ""


def short(text: str) -> str:
    """`text`, cut off after 40 characters."""
    return text if len(text) <= 40 else text[:39] + "…"


def shown(cell: str) -> str:
    """`cell` in quotes, cut off where it is long."""
    return repr(short(cell))
