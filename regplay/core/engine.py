"""What trains and predicts: the native kernel on the CPU, torch's operations everywhere else.

Both change the tensors and numbers of a `Work` in place, one `Stretch` of steps after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.arrays import Integers
from regplay.core.hyperparameters import RATE_FIELDS
from regplay.core.layers import MOST_LAYERS
from regplay.core.state import Shape

Loss = Literal["mse", "cross_entropy"]
# What is measured of each member: means over the training and validation points (losses, then
# shares of right classes, then over the training points the loss that steps minimise), then sums
# over weights and over biases (of squares, of absolute values).
MEANS = 5
MEASURED = MEANS + 4
# Where each member stands: `struct progress` of native/kernel.h, which says what the fields mean.
PROGRESS = np.dtype(
    [
        *((name, "i8") for name in ("step", "updates", "taken", "row", "passed", "updated")),
        *((name, "i8") for name in ("record", "measured", "kept", "held")),
        ("sums", "f8", (MEANS,)),
    ]
)
RECORDING = ["record", "measured", "kept", "sums"]  # those of a stretch's records
# The numbers that may differ between members: `struct rates` there.
RATES = np.dtype(
    [
        *((path.rpartition(".")[2], "f8") for path in RATE_FIELDS),
        ("dropout", "f8", (MOST_LAYERS,)),
        ("seed", "u4"),
        ("order", "i4"),
        ("trains", "i4"),
    ],
    align=True,
)


class Stop:
    """Tells a training, from any thread, to come back soon; it goes on where it was when called."""

    def __init__(self) -> None:
        self.flag = np.zeros(1, dtype=np.int32)

    def set(self) -> None:
        """Come back."""
        self.flag[0] = 1

    def clear(self) -> None:
        """What is called from here on may take its time."""
        self.flag[0] = 0

    @property
    def is_set(self) -> bool:
        """Whether to come back."""
        return bool(self.flag[0])


class Orders:
    """In which order each epoch takes the training points: as `torch.randperm` draws them.

    Members of one seed share it.

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

    def draw(self, first_epoch: int, epochs: int, n: int, stop: Stop | None = None) -> Tensor:
        """Orders [distinct, drawn, n] of n points, int32, from an epoch on.

        Once `stop` is set it comes back with those that are drawn, which may be none; the next call
        goes on from there. Going back by more than one epoch takes as long as drawing all epochs
        before.
        """
        if self._before_last and first_epoch == self._epoch - 1:
            for generator, state in zip(self._generators, self._before_last, strict=True):
                generator.set_state(state)
            self._epoch = first_epoch
        elif not 0 <= self._epoch <= first_epoch:
            self._generators = [torch.Generator().manual_seed(seed) for seed in self._seeds]
            self._epoch = 0
        self._before_last = []
        order = torch.empty(n, dtype=torch.int64)
        found = torch.empty(self.distinct, epochs, n, dtype=torch.int32)
        end, drawn = first_epoch + epochs, 0
        while self._epoch < end:
            is_last = self._epoch == end - 1
            if stop is not None and stop.is_set:
                if self._epoch <= first_epoch:
                    break
                is_last = True
            if is_last:
                self._before_last = [generator.get_state() for generator in self._generators]
            for place, generator in enumerate(self._generators):
                torch.randperm(n, generator=generator, out=order)
                if self._epoch >= first_epoch:
                    found[place, drawn] = order
            drawn += self._epoch >= first_epoch
            self._epoch += 1
            if is_last:
                break
        return found[:, :drawn].contiguous()


class Networks(Protocol):
    """What an engine needs to know of a `regplay.core.population.Population`."""

    shape: Shape
    activation: str
    loss: Loss
    flat: Tensor  # parameters [M, P]


@dataclass
class Work:
    """A population in training."""

    population: Networks
    x: Tensor  # inputs [M or 1, N, d], training points first
    y: Tensor  # targets [M or 1, N, outputs], one-hot for classes
    n_train: int
    batch_size: int  # at most `n_train`
    optimizer: str  # `sgd`, `momentum`, `adam` or `adamw`
    orders: Orders  # of the batches
    momenta: tuple[Tensor, ...]  # as many as the optimizer has, [M, P] each
    rates: NDArray[Any]  # `RATES` of each member [M]
    progress: NDArray[Any]  # `PROGRESS` of each member [M]
    momentum: float = 0.0  # μ of `momentum`
    decays_biases: bool = True  # whether weight decay and L1 act on biases too
    # What an engine that was stopped in the middle of steps knows of them, and the tensors do not.
    held: list[Any] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew what is begun of a step: once settled, before the tensors are written."""
        self.held.clear()
        self.progress[["row", "passed"]] = 0

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one pass over the training points."""
        return -(-self.n_train // self.batch_size)


class Stretch:
    """Some steps in one go, and what comes of the records among them.

    Parameters
    ----------
    buffers
        As of `record_buffers`, for R records or more; None makes new ones.
    """

    def __init__(
        self,
        work: Work,
        record_steps: Integers,
        first_epoch: int,
        end: int,
        orders: Tensor | None = None,
        buffers: Sequence[Tensor] | None = None,
    ) -> None:
        self.end = end  # the step after the last one
        # [R], rising: after which steps to measure, and to keep the parameters and momenta.
        self.record_steps = record_steps
        count = len(record_steps)
        self.values = np.zeros((count, work.population.shape.members, MEASURED))
        # [R, M, P] each: parameters, then momenta.
        self.kept = tuple(tensor[:count] for tensor in buffers or record_buffers(work, count))
        self.first_epoch = first_epoch
        # Of the points in each epoch from the first on, [distinct, epochs, N], int32; None if a
        # batch is all points, or there is no step.
        self.orders = orders


def record_buffers(work: Work, records: int) -> tuple[Tensor, ...]:
    """Tensors [records, M, P] for the parameters and each of the momenta, their numbers any."""
    flat = work.population.flat
    return tuple(flat.new_empty(records, *flat.shape) for _ in range(1 + len(work.momenta)))


class Engine(Protocol):
    """Computes with the tensors of a population."""

    name: str  # for people: what computes, and with which instructions or why not natively
    problem: str  # why it is slower than it should be; empty if it is not
    at_once: int  # members that it trains side by side, each on a core of its own
    overhead: float  # seconds that a step takes about, besides its arithmetic

    def train(self, work: Work, stretch: Stretch, goal: int, stop: Stop) -> None:
        """Train all members that train to a step, measuring and keeping at records on the way.

        It comes back earlier if asked to by `stop`, and goes on when called with the same stretch.
        The first record may be at the step where the members stand. `goal` is not beyond the
        stretch's end.

        Parameters and momenta are up to date once no member is on its way; after a stop `settle`
        makes them so.
        """

    def settle(self, work: Work) -> None:
        """Bring parameters and momenta up to date, each member's after a whole step.

        It takes the rates that the members were trained with. Training goes on from there without
        doing anything twice, unless what is `held` is forgotten.
        """

    def predict(self, population: Networks, x: Tensor) -> Tensor:
        """Outputs [M, n, outputs] for inputs [M or 1, n, d]."""
