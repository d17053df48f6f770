"""Which values of a field make the columns or the rows of a landscape."""

import math
from collections.abc import Sequence

from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import curve_of
from regplay.core.sweep import NumberAxis

_NICE = (1.0, 2.0, 2.5, 5.0)
_ENDS = -1  # before every roundness


def landscape_axis(path: str, count: int) -> NumberAxis:
    """About `count` positions of a field, never more, in rising order.

    They are the roundest of the positions of `sweep_axis`, its first and last included. Fields
    without a logarithmic slider go in even steps from 0 instead, as far as `count` reaches.

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
        return NumberAxis(path, _even(path, curve.values[-1], count))
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


def _even(path: str, top: float, count: int) -> tuple[float, ...]:
    """Even nice steps from 0 up to `top`; where they are one too many, the last is left out."""
    is_whole = FIELDS[path].kind == "integer"
    powers = range(0, 3) if is_whole else range(-3, 2)
    steps = [float(f"{nice}e{power}") for power in powers for nice in _NICE]
    if is_whole:
        steps = [step for step in steps if step.is_integer()]
    positions = {step: math.floor(top / step + 1e-9) + 1 for step in steps}
    step = min(step for step in steps if positions[step] <= count + 1)
    values = [round(step * index, 10) for index in range(min(positions[step], count))]
    return tuple(int(value) if is_whole else value for value in values)
