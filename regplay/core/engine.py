"""What trains and predicts: the native kernel on the CPU, torch's operations everywhere else.

Both change the tensors and numbers of a `Work` in place, one `Stretch` of steps after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.hyperparameters import RATE_FIELDS

if TYPE_CHECKING:
    from regplay.core.population import Population

# What is measured of each member: means over the training and validation points (losses, then
# shares of right classes, then over the training points the loss that steps minimise), then sums
# over weights and over biases (of squares, of absolute values).
MEANS = 5
MEASURED = MEANS + 4
# Where each member stands: `struct progress` of native/kernel.h, which says what the fields mean.
PROGRESS = np.dtype(
    [
        ("step", "i8"),
        ("updates", "i8"),
        ("row", "i8"),
        ("record", "i8"),
        ("measured", "i8"),
        ("sums", "f8", (MEANS,)),
    ]
)
RECORDING = ["record", "measured", "sums"]  # those of a stretch's records
# The numbers that may differ between members: `struct rates` there.
RATES = np.dtype(
    [
        *((path.rpartition(".")[2], "f8") for path in RATE_FIELDS),
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


@dataclass
class Work:
    """A population in training.

    Attributes
    ----------
    x, y
        Inputs [M or 1, N, d] and targets [M or 1, N, outputs], one-hot for classes; training
        points first.
    batch_size
        At most `n_train`.
    optimizer
        `sgd`, `momentum`, `adam` or `adamw`.
    momentum
        μ of `momentum`.
    decays_biases
        Whether weight decay and L1 act on biases too.
    rates
        `RATES` of each member [M].
    orders
        Of the batches.
    momenta
        As many as the optimizer has, [M, P] each.
    progress
        `PROGRESS` of each member [M].
    gradients
        [M, …], room for gradients of steps that were left in the middle, as the engine likes.
    """

    population: "Population"
    x: Tensor
    y: Tensor
    n_train: int
    batch_size: int
    optimizer: str
    orders: Orders
    momenta: tuple[Tensor, ...]
    rates: NDArray[Any]
    progress: NDArray[Any]
    momentum: float = 0.0
    decays_biases: bool = True
    gradients: Tensor = field(default_factory=lambda: torch.empty(0))

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one pass over the training points."""
        return -(-self.n_train // self.batch_size)


class Stretch:
    """Some steps in one go, and what comes of the records among them.

    Attributes
    ----------
    end
        The step after the last one.
    record_steps
        [R], rising: after which steps to measure, and to keep the parameters and momenta.
    values
        [R, M, MEASURED], float64.
    kept
        [R, M, P] each: parameters, then momenta.
    first_epoch, orders
        Orders of the points [distinct, epochs, N] of each epoch from the first on, int32; None if a
        batch is all points.
    """

    def __init__(
        self, work: Work, record_steps: NDArray[np.int64], first_epoch: int, end: int
    ) -> None:
        self.end = end
        self.record_steps = record_steps
        count, (members, parameters) = len(record_steps), work.population.flat.shape
        self.values = np.zeros((count, members, MEASURED))
        self.kept = tuple(
            work.population.flat.new_empty(count, members, parameters)
            for _ in range(1 + len(work.momenta))
        )
        self.first_epoch = first_epoch
        self.orders: Tensor | None = None
        if work.batch_size < work.n_train and end > first_epoch * work.steps_per_epoch:
            epochs = -(-end // work.steps_per_epoch) - first_epoch
            self.orders = work.orders.draw(first_epoch, epochs, work.n_train)


class Engine(Protocol):
    """Computes with the tensors of a population.

    Attributes
    ----------
    name
        For people: what computes, and with which instructions or why not natively.
    problem
        Why it is slower than it should be; empty if it is not.
    at_once
        How many members it trains side by side, each on a core of its own.
    overhead
        Seconds that a step takes about, besides its arithmetic.
    """

    name: str
    problem: str
    at_once: int
    overhead: float

    def train(self, work: Work, stretch: Stretch, goal: int, stop: Stop) -> None:
        """Train all members that train to a step, measuring and keeping at records on the way.

        It comes back earlier if asked to by `stop`, and goes on when called with the same stretch.
        The first record may be at the step where the members stand. `goal` is not beyond the
        stretch's end.
        """

    def predict(self, population: "Population", x: Tensor) -> Tensor:
        """Outputs [M, n, outputs] for inputs [M or 1, n, d]."""


@cache
def engine_for(device: torch.device) -> Engine:
    """The engine for a device."""
    from regplay.core import native
    from regplay.core.native_engine import NativeEngine
    from regplay.core.torch_engine import TorchEngine

    if device.type != "cpu":
        return TorchEngine(f"PyTorch, {device.type}")
    kernels = native.load()
    if isinstance(kernels, native.Missing):
        name = f"PyTorch, without the native library: {kernels.reason}"
        return TorchEngine(name, problem=f"training is slow, by {name}")
    return NativeEngine(kernels)
