"""Randomness during training, the same for members of one seed (common random numbers).

Batches come in the order in which `torch.randperm` draws them. Dropout and input noise come from a
counter-based generator, so that each number depends on seed, step, layer, point and unit alone:
there is no state to keep, and what differs along a slider is the slider.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_LOW = 0xFFFFFFFF
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROWS = 4  # that one counter draws for


class Orders:
    """In which order each epoch takes the training points.

    Parameters
    ----------
    seeds
        One a member.

    Attributes
    ----------
    rows
        Which of the distinct seeds each member has [M].
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._seeds = list(dict.fromkeys(seeds))
        places = {seed: place for place, seed in enumerate(self._seeds)}
        self.rows: NDArray[np.int32] = np.array([places[seed] for seed in seeds], dtype=np.int32)
        self._generators: list[torch.Generator] = []
        self._epoch = -1  # the one that the generators draw next
        self._before_last: list[Tensor] = []  # their states before the last one that they drew

    @property
    def distinct(self) -> int:
        """How many different orders there are."""
        return len(self._seeds)

    def draw(self, first_epoch: int, epochs: int, n: int) -> Tensor:
        """Orders [distinct, epochs, n] of n points, int32, from an epoch on.

        Going back by more than one epoch takes as long as drawing all epochs before.
        """
        if self._before_last and first_epoch == self._epoch - 1:
            for generator, state in zip(self._generators, self._before_last, strict=True):
                generator.set_state(state)
            self._epoch = first_epoch
        elif not 0 <= self._epoch <= first_epoch:
            self._generators = [torch.Generator().manual_seed(seed) for seed in self._seeds]
            self._epoch = 0
        found = torch.empty(self.distinct, epochs, n, dtype=torch.int32)
        order = torch.empty(n, dtype=torch.int64)
        self._before_last = []
        for generator, rows in zip(self._generators, found, strict=True):
            for _ in range(self._epoch, first_epoch):
                torch.randperm(n, generator=generator, out=order)
            for row in rows[:-1]:
                row.copy_(torch.randperm(n, generator=generator, out=order))
            self._before_last.append(generator.get_state())
            rows[-1].copy_(torch.randperm(n, generator=generator, out=order))
        self._epoch = first_epoch + epochs
        return found


def philox(counter: Sequence[Tensor], key: Sequence[Tensor]) -> list[Tensor]:
    """Four random words for each counter of four: Philox4x32-10.

    Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

    Parameters
    ----------
    counter, key
        Four and two tensors of whole numbers in [0, 2³²), int64, of shapes that broadcast.
    """
    c0, c1, c2, c3 = counter
    key0, key1 = key
    for _ in range(10):
        # As unsigned numbers these products fit 64 bits; what is shifted in from the sign goes.
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (p1 >> 32) & _LOW ^ c1 ^ key0,
            p1 & _LOW,
            (p0 >> 32) & _LOW ^ c3 ^ key1,
            p0 & _LOW,
        )
        key0, key1 = key0 + _KEY_STEPS[0] & _LOW, key1 + _KEY_STEPS[1] & _LOW
    return [c0, c1, c2, c3]


def draw_words(seeds: Tensor, steps: Tensor, layer: int, rows: int, units: int) -> Tensor:
    """Random words [K, S, rows, units] in [0, 2³²), int64.

    Parameters
    ----------
    seeds
        [S], int64.
    steps
        [K], int64.
    layer
        0 for the inputs, then the hidden layers.
    rows, units
        Points of a batch, and units of the layer.
    """
    device = seeds.device
    groups = -(-rows // _ROWS)
    unit = torch.arange(units, device=device)
    group = torch.arange(groups, device=device)[:, None]
    step = steps[:, None, None, None]
    place = layer + (step >> 32 << 8)
    key = seeds[None, :, None, None], torch.zeros(1, dtype=torch.int64, device=device)
    words = philox((unit, group, place, step & _LOW), key)
    return torch.stack(words, dim=3).flatten(2, 3)[:, :, :rows]


def normals(words: Tensor, dtype: torch.dtype) -> Tensor:
    """Standard normal numbers: the quantiles of (word + ½)/2³²."""
    is_high = words >= 1 << 31
    # The distance from the nearer end, so that nothing is lost at either.
    u = (torch.where(is_high, _LOW - words, words).to(dtype) + 0.5) * 2.0**-32
    quantile = torch.special.ndtri(u)
    return torch.where(is_high, -quantile, quantile)
