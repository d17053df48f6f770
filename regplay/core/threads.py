"""How many CPU threads a population steps fastest on, just now.

Two threads nearly halve a step while nothing else runs, but they wait for each other in each of its
operations: beside another busy program a step takes up to eight times as long as on one thread.
Both are therefore tried now and then, where the results don't hang on it to the last bit:

- Matrix products and sums of a population are shared out among threads by members or outputs, so
  that each number is computed by one thread. A product of one network is cut up, and its sums come
  in another order: one network keeps its number of threads.
- Operations on each number by itself are cut into equal shares, if there are many. What is left
  over at a cut besides whole vectors is computed by other instructions, which may round otherwise:
  the shares have to be whole vectors.
"""

from collections.abc import Iterable

import torch

_TRIAL = 0.004  # s
_GRAIN = 1 << 15  # numbers; fewer are never shared out (ATen's `GRAIN_SIZE`)
_VECTORS = 32  # numbers that ATen's loops take at once: two vectors of AVX-512
_SHORTEST_REST, _LONGEST_REST = 4, 64  # trials between two comparisons


def share_evenly(counts: Iterable[int], threads: int) -> bool:
    """Whether operations on so many numbers each come out the same on up to `threads` threads."""
    return all(count < _GRAIN or count % (_VECTORS * threads) == 0 for count in counts)


class Threads:
    """Chooses between one thread and all, by the time that steps take.

    Parameters
    ----------
    most
        How many threads there may be.
    may_choose
        Whether there may be only one, too.

    Attributes
    ----------
    counts
        The numbers of threads to choose from.
    """

    def __init__(self, most: int, *, may_choose: bool = False) -> None:
        self.counts = sorted({1, most}) if may_choose else [most]
        self._seconds = dict.fromkeys(self.counts, 0.0)  # a step on so many threads
        self._best = self._now = most
        self._taken, self._steps = 0.0, 0  # in the present trial
        self._rest, self._rests = 0, _SHORTEST_REST

    def use(self) -> None:
        """Set torch to the present choice."""
        torch.set_num_threads(self._now)

    def note(self, seconds: float) -> None:
        """A step took so long."""
        self._taken += seconds
        self._steps += 1
        if self._taken >= _TRIAL and len(self.counts) > 1:
            self._conclude()

    def _conclude(self) -> None:
        self._seconds[self._now] = self._taken / self._steps
        self._taken, self._steps = 0.0, 0
        if self._now != self._best:  # the other was tried
            keeps = self._seconds[self._best] <= self._seconds[self._now]
            self._rests = min(2 * self._rests, _LONGEST_REST) if keeps else _SHORTEST_REST
            self._best = self._best if keeps else self._now
            self._now, self._rest = self._best, self._rests
        elif self._rest > 0:
            self._rest -= 1
        else:
            self._now = next(count for count in self.counts if count != self._best)
        self.use()
