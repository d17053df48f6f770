"""A sweep: one experiment with field paths varied over values and seeds; axes of landscapes."""

import itertools
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from regplay.core.arrays import Floats
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, Value, replace
from regplay.core.hyperparameters import DECOMPOSED, HYPERPARAMETERS, curve_of

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.joint import JointTraining

_LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class SweepAxis:
    """A field path and the values that it takes, one position after another."""

    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class NumberAxis(SweepAxis):
    """An axis whose values are numbers, so that they can be placed along a line."""

    values: tuple[float, ...]


@dataclass(frozen=True)
class Sweep:
    """An experiment with one or more field paths varied over values and seeds.

    Members are the product of the axes and the seeds; the last axis runs faster than those before
    it, and the seeds run fastest.
    """

    experiment: Experiment  # where everything comes from that no axis sets
    axes: tuple[SweepAxis, ...] = ()  # what is varied; no path twice
    seeds: int = 1  # members at each combination: with `seed`, `seed` + 1, …
    resamples: bool = False  # whether the data are drawn anew with each, from `data.seed` on
    # What all members have that no axis sets, also where an axis sets another dataset, which would
    # bring its own defaults along.
    kept: tuple[tuple[str, Value], ...] = ()
    chooses: ClassVar[None] = None  # all are trained

    @property
    def shape(self) -> tuple[int, ...]:
        """Positions along each axis, and the seeds last."""
        return (*(len(axis.values) for axis in self.axes), self.seeds)

    @property
    def rounds(self) -> tuple[range, ...]:
        """Which members to train first: of one axis every fourth, which shows its shape."""
        members = range(math.prod(self.shape))
        is_line = len(self.axes) == self.seeds == 1 and len(members) > 2
        return (members[::4], members[2::4], members[1::2]) if is_line else (members,)

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
            own = dict(zip(paths, values, strict=True))
            varied = replace(self.experiment, dict(self.kept) | own)
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

    def shaped(self, values: Floats) -> Floats:
        """Values of the members [.., M] laid out along the axes and the seeds [.., *shape]."""
        return values.reshape(*values.shape[:-1], *self.shape)


@dataclass(frozen=True)
class Lineup:
    """Any experiments, to be trained together and compared."""

    experiments: tuple[Experiment, ...]
    rounds: ClassVar[None] = None  # all at once, or what `chooses` says
    # Which of them to train next, as `JointTraining` asks; None for all.
    chooses: "Callable[[JointTraining], Collection[int]] | None" = field(
        default=None, compare=False
    )


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


def decomposition_axis(path: str) -> NumberAxis:
    """The 10 or 11 positions of `sweep_axis` at which bias and variance are measured.

    Raises
    ------
    KeyError
        If the field is not in `DECOMPOSED`.
    """
    if path not in DECOMPOSED:
        raise KeyError(path)
    return NumberAxis(path, HYPERPARAMETERS[path].decomposed)


_NICE = (1.0, 2.0, 2.5, 5.0)
_ENDS = -1  # before every roundness


def landscape_axis(path: str, count: int) -> NumberAxis:
    """About `count` positions of a field, never more, in rising order.

    They are the roundest of the positions of `sweep_axis`, its first and last included. Fields
    without a logarithmic slider go in even steps from the first instead, as far as `count` reaches.

    Parameters
    ----------
    path
        One of `SWEEPABLE`.
    count
        From 2 on.

    Raises
    ------
    KeyError
        If the field is not in `SWEEPABLE`.
    ValueError
        If `count` is below 2.
    """
    if count < 2:
        raise ValueError(f"count = {count}: a landscape needs 2 positions along each axis")
    curve = curve_of(path)
    if curve.is_even:
        return NumberAxis(path, _even(path, curve.values[0], curve.values[-1], count))
    return NumberAxis(path, _roundest(path, curve.values, count))


def roundness(path: str, value: float) -> int:
    """How round a value of a field is: 0 for the roundest, 1 for the next, 2 for the others.

    Widths are round in powers of two and in three times those; all others in decimal: 1, then 2
    and 5 times a power of ten. 0 is as round as can be.
    """
    if value == 0:
        return 0
    if path == "model.width":
        whole = int(value)
        odd = whole // (whole & -whole)
        return {1: 0, 3: 1}.get(odd, 2)
    mantissa = float(f"{value:e}".partition("e")[0])
    return {1.0: 0, 2.0: 1, 5.0: 1}.get(mantissa, 2)


def _roundest(path: str, values: Sequence[float], count: int) -> tuple[float, ...]:
    """The roundest values; among equals the largest, since small ones have the least effect."""
    last = len(values) - 1

    def order(index: int) -> tuple[int, int]:
        rank = _ENDS if index in (0, last) else roundness(path, values[index])
        return rank, -index

    chosen = sorted(range(len(values)), key=order)[:count]
    return tuple(values[index] for index in sorted(chosen))


def _even(path: str, first: float, top: float, count: int) -> tuple[float, ...]:
    """Even nice steps up to `top`; where they are one too many, the last is left out."""
    is_whole = FIELDS[path].kind == "integer"
    powers = range(0, 3) if is_whole else range(-3, 2)
    steps = [float(f"{nice}e{power}") for power in powers for nice in _NICE]
    if is_whole:
        steps = [step for step in steps if step.is_integer()]
    positions = {step: math.floor((top - first) / step + 1e-9) + 1 for step in steps}
    step = min(step for step in steps if positions[step] <= count + 1)
    values = [round(first + step * index, 10) for index in range(min(positions[step], count))]
    return tuple(int(value) if is_whole else value for value in values)
