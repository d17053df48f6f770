"""Which columns or rows get a label, where there is no room for all. No Qt."""

from collections.abc import Sequence

import numpy as np

from regplay.core.landscape import roundness
from regplay.core.sweep import NumberAxis

_STRIDES = (1, 2, 4, 5, 10, 20)


def labelled(axis: NumberAxis, sizes: Sequence[float], pitch: float, gap: float = 6.0) -> list[int]:
    """Indices of the positions to label, rising; labels stay `gap` pixels apart.

    Evenly spaced values are labelled at even distances. Of others the roundest come first, and
    less round ones only where all of their kind have room: 0.01, 0.1, 1 rather than 0.01, 0.02, 1.

    Parameters
    ----------
    axis
        The positions.
    sizes
        Pixels that each label takes along the axis.
    pitch
        Pixels from one position to the next.
    """
    values = np.array(axis.values, dtype=float)
    steps = np.diff(values)
    if len(steps) < 2 or np.allclose(steps, steps[0]):
        fits = (s for s in _STRIDES if s * pitch >= max(sizes, default=0.0) + gap)
        return list(range(0, len(values), next(fits, _STRIDES[-1])))

    def has_room(index: int, others: Sequence[int]) -> bool:
        return all(
            abs(index - other) * pitch >= (sizes[index] + sizes[other]) / 2 + gap
            for other in others
            if other != index
        )

    ranks = [roundness(axis.path, value) for value in values]
    ranks[0] = ranks[-1] = 0
    placed: list[int] = []
    for rank in sorted(set(ranks)):
        kind = [index for index, r in enumerate(ranks) if r == rank]
        if rank == 0:
            for index in (0, len(values) - 1, *kind):
                if index not in placed and has_room(index, placed):
                    placed.append(index)
        elif all(has_room(index, [*placed, *kind]) for index in kind):
            placed += kind
        else:
            break
    return sorted(placed)


def place(axis: NumberAxis, value: float) -> float | None:
    """Where a value lies among the positions, in steps from the first; None if it is outside.

    A value between two positions lies between them in proportion.
    """
    values = axis.values
    if not values[0] <= value <= values[-1]:
        return None
    return float(np.interp(value, values, np.arange(len(values))))
