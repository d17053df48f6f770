"""A sweep: one experiment with field paths varied over values and seeds."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regplay.core.experiment import Experiment
from regplay.core.fields import Value, replace
from regplay.core.hyperparameters import curve_of

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


def sweep_axis(path: str) -> NumberAxis:
    """The positions at which a field is swept where nobody names any: 25–33, zero included.

    Depth has only its nine. The values are ones that the field's slider stops at.

    Raises
    ------
    KeyError
        If the field is not in `SWEEPABLE`.
    """
    return NumberAxis(path, curve_of(path).values)
