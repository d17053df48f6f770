"""A sweep: one experiment with field paths varied over values and seeds."""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Field, Value, replace

_LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Axis:
    """A field path and the values that it takes, one position after another."""

    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class NumberAxis(Axis):
    """An axis whose values are numbers, so that they can be placed along a line."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Sweep:
    """An experiment with one or more field paths varied over values and seeds.

    Members are the product of the axes and the seeds; the last axis runs faster than those before
    it, and the seeds run fastest.

    Attributes
    ----------
    experiment
        Where everything comes from that no axis sets.
    axes
        What is varied; no path twice.
    seeds
        How many members are trained at each combination: with `seed`, `seed` + 1, …
    resamples
        Whether the data are drawn anew with each seed, from `data.seed`, `data.seed` + 1, …
    """

    experiment: Experiment
    axes: tuple[Axis, ...] = ()
    seeds: int = 1
    resamples: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Positions along each axis, and the seeds last."""
        return (*(len(axis.values) for axis in self.axes), self.seeds)

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """All members, in order.

        Raises
        ------
        ExperimentError
            If a path is unknown or a value is refused.
        """
        members = []
        for values in itertools.product(*(axis.values for axis in self.axes)):
            paths = [axis.path for axis in self.axes]
            varied = replace(self.experiment, dict(zip(paths, values, strict=True)))
            for more in range(self.seeds):
                seeds = {"seed": _later(varied.seed, more)}
                if self.resamples:
                    seeds["data.seed"] = _later(varied.data.seed, more)
                members.append(replace(varied, seeds) if more else varied)
        return tuple(members)

    def member(self, *position: int) -> int:
        """The index of a member from its position along each axis and, if given, its seed."""
        place = (*position, 0)[: len(self.shape)]
        return int(np.ravel_multi_index(place, self.shape))

    def shaped(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the members [.., M] laid out along the axes and the seeds [.., *shape]."""
        return values.reshape(*values.shape[:-1], *self.shape)


@dataclass(frozen=True)
class Lineup:
    """Any experiments, to be trained together and compared."""

    experiments: tuple[Experiment, ...]


def _later(seed: int, more: int) -> int:
    return (seed + more) % (_LARGEST_SEED + 1)


# Positions at which a slider shows its own curve.


def _decades(field: Field) -> tuple[float, ...]:
    """0 where it is allowed, then 1, 2, 3 and 5 times each power of ten."""
    assert field.log_floor is not None
    assert field.maximum is not None
    powers = range(round(math.log10(field.log_floor)), round(math.log10(field.maximum)) + 1)
    numbers = (float(f"{digit}e{power}") for power in powers for digit in (1, 2, 3, 5))
    values = tuple(number for number in numbers if number <= field.maximum)
    return (0.0, *values) if field.minimum == 0 else values


def _even(*pieces: tuple[float, float, float]) -> Callable[[Field], tuple[float, ...]]:
    """Even steps through pieces of (from, up to and with, step)."""
    values: list[float] = []
    for low, high, step in pieces:
        count = round((high - low) / step) + 1
        values += [round(low + index * step, 10) for index in range(count)]
    return lambda _: tuple(values)


def _counts(field: Field) -> tuple[float, ...]:
    """Every depth."""
    return tuple(range(int(field.minimum or 0), int(field.maximum or 0) + 1))


_WIDTHS = (
    *(1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    *(40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256),
)
_POINTS = (
    *(2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80),
    *(100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000),
)
_NOISES = _even((0.0, 1.0, 0.05), (1.1, 2.0, 0.1))

_POSITIONS: Mapping[str, Callable[[Field], tuple[float, ...]]] = {
    "regularization.weight_decay": _decades,
    "regularization.l1": _decades,
    "regularization.dropout": _even((0.0, 0.5, 0.02), (0.6, 0.9, 0.1), (0.95, 0.95, 1.0)),
    "regularization.input_noise": _NOISES,
    "optimizer.lr": _decades,
    "data.noise": _NOISES,
    "model.depth": _counts,
    "model.width": lambda _: _WIDTHS,
    "data.n_train": lambda _: _POINTS,
}
SWEEPABLE = tuple(_POSITIONS)


def sweep_axis(path: str) -> NumberAxis:
    """The positions at which a field is swept where nobody names any: 25–33, zero included.

    Depth has only its nine. The values are ones that the field's slider stops at.

    Raises
    ------
    KeyError
        If the field is not in `SWEEPABLE`.
    """
    return NumberAxis(path, _POSITIONS[path](FIELDS[path]))


def is_used(experiment: Experiment, path: str) -> bool:
    """Whether a field has any effect on this experiment."""
    section, _, name = path.rpartition(".")
    if section == "data":
        return name in REGISTRY[experiment.data.name].uses or name in {"name", "seed"}
    if experiment.model.depth == 0:
        return path not in {"model.width", "model.activation", "regularization.dropout"}
    return True
