"""Randomness during training: batches, dropout and input noise, one stream of each per seed.

Members with the same seed share the draws (common random numbers), so that what differs along a
slider is the slider.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class DrawsState:
    """Where the streams of a population stand."""

    rows: tuple[int, ...]  # which of the distinct seeds each member has
    streams: tuple[tuple[Tensor, ...], ...]  # batches, dropout, noise: one a distinct seed, each

    def member(self, member: int) -> "DrawsState":
        """The same of one member."""
        row = self.rows[member]
        return DrawsState((0,), tuple((kind[row],) for kind in self.streams))


class Draws:
    """The streams of a population.

    Parameters
    ----------
    seeds
        One a member, each in [0, 2³¹).
    device, dtype
        Of what is drawn. Batches are drawn on the CPU, as `torch.randperm` does.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device, dtype: torch.dtype) -> None:
        distinct = list(dict.fromkeys(seeds))
        self._row = [distinct.index(seed) for seed in seeds]
        self._single = len(seeds) == 1
        self._device, self._dtype = device, dtype
        self._batches = [torch.Generator().manual_seed(seed) for seed in distinct]

        def streams(seeds: Sequence[int]) -> list[torch.Generator]:
            return [torch.Generator(device=device).manual_seed(seed) for seed in seeds]

        # Apart from each other, so that switching dropout on changes neither batches nor noise.
        # The generator takes 32 bits, of which a seed fills 31.
        self._dropout = streams([2**31 + seed for seed in distinct])
        self._noise = streams([2**32 - 1 - seed for seed in distinct])
        self._uniform: dict[int, Tensor] = {}
        # Where streams stand that have not been drawn from since: to read it takes long.
        self._standing: dict[str, tuple[Tensor, ...]] = {}

    @property
    def _kinds(self) -> dict[str, list[torch.Generator]]:
        return {"batches": self._batches, "dropout": self._dropout, "noise": self._noise}

    def state(self) -> DrawsState:
        """Where the streams stand."""
        for name, kind in self._kinds.items():
            if name not in self._standing:
                self._standing[name] = tuple(stream.get_state() for stream in kind)
        return DrawsState(tuple(self._row), tuple(self._standing[name] for name in self._kinds))

    def restore(self, state: DrawsState) -> None:
        """Draw again what was drawn from that state on; it must be of the same seeds."""
        for (name, kind), kept in zip(self._kinds.items(), state.streams, strict=True):
            self._standing[name] = kept
            for stream, one in zip(kind, kept, strict=True):
                stream.set_state(one)

    def batches(self, n: int, size: int) -> list[Tensor | None]:
        """Indices of one epoch's batches, [B] or [M, B] each; None stands for all in order."""
        if size >= n:
            return [None]
        self._standing.pop("batches", None)
        orders = [torch.randperm(n, generator=stream) for stream in self._batches]
        one = len(orders) == 1
        order = orders[0] if one else torch.stack([orders[row] for row in self._row])
        return list(torch.split(order.to(self._device), size, dim=-1))

    def noise(self, n: int, width: int) -> Tensor:
        """Standard normal numbers [M or 1, n, width], without M for a single member."""
        self._standing.pop("noise", None)
        draws = [
            torch.randn((n, width), generator=stream, device=self._device, dtype=self._dtype)
            for stream in self._noise
        ]
        if self._single:
            return draws[0]
        return draws[0][None] if len(draws) == 1 else torch.stack([draws[i] for i in self._row])

    def uniform(self, count: int) -> Tensor:
        """Uniform numbers in [0, 1), [M or 1, count]; valid until the next call."""
        self._standing.pop("dropout", None)
        if count not in self._uniform:
            shape = (len(self._dropout), count)
            self._uniform[count] = torch.empty(shape, device=self._device, dtype=self._dtype)
        uniform = self._uniform[count]
        for row, stream in zip(uniform, self._dropout, strict=True):
            torch.rand(row.shape, generator=stream, out=row)
        return uniform if len(uniform) == 1 else uniform[self._row]
