"""The shortest part of a list that still fails."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def shortened(items: Sequence[Item], fails: Callable[[list[Item]], bool]) -> list[Item]:
    """Leave out what a failure does not need: `ddmin` of Zeller and Hildebrandt (2002).

    Parameters
    ----------
    items
        They fail as a whole.
    fails
        Whether some of them, in their order, still do.

    Returns
    -------
    Those of which none can be left out alone.
    """
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(2 * parts, len(kept))
    return kept
