"""What `--vary` means: fields and the values that a sweep gives them."""

import math
import os
from collections.abc import Sequence

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, Field, Value, field
from regplay.core.hyperparameters import why_unused
from regplay.core.sweep import Sweep, SweepAxis

MOST = 100_000  # networks in one sweep
_DIGITS = 6  # significant ones of a value between two ends, so that it can be typed again
_FORM = "FIELD=V1,V2,... or FIELD=LOW:HIGH:COUNT[:log], such as optimizer.lr=1e-4:1e-1:7:log"


def read_sweep(experiment: Experiment, assignments: Sequence[str], seeds: int = 1) -> Sweep:
    """The sweep of an experiment that these texts ask for.

    Parameters
    ----------
    assignments
        Texts such as `model.width=4,16,64` or `optimizer.lr=1e-4:1e-1:7:log`, one a field.
    seeds
        How many networks to train at each combination, at least 1.

    Raises
    ------
    ExperimentError
        One line for each text that is refused; or if there is nothing to vary, or too much.
    """
    axes: list[SweepAxis] = []
    problems: list[str] = []
    for assignment in assignments:
        try:
            axis = read_axis(assignment)
            if any(axis.path == other.path for other in axes):
                raise ExperimentError(f"{axis.path}: varied twice; give all values in one --vary")
            if axis.path == "seed" and seeds > 1:
                raise ExperimentError("seed: give either --vary seed=... or --seeds, not both")
            axes.append(axis)
        except ExperimentError as error:
            problems.append(str(error))
    if problems:
        raise ExperimentError("\n".join(problems))
    if not axes and seeds == 1:
        raise ExperimentError(f"nothing varies; give --vary {_FORM}, or --seeds K above 1")
    sweep = Sweep(experiment, tuple(axes), seeds)
    _refuse_too_many(math.prod(sweep.shape))
    return sweep


def _refuse_too_many(networks: int) -> None:
    if networks > MOST:
        raise ExperimentError(
            f"{networks:,} networks are more than the {MOST:,} of one sweep; "
            "vary fewer values or use fewer seeds"
        )


def read_axis(assignment: str) -> SweepAxis:
    """One field and its values: of a list or a range, or of a list with ranges in it.

    Values that come twice, as where a range is rounded to whole numbers, are kept once.

    Raises
    ------
    ExperimentError
        If there is no such field, a value is refused, or the range makes no sense.
    """
    path, equals, text = assignment.partition("=")
    path = path.strip()
    if not equals:
        raise ExperimentError(f"{assignment}: must be {_FORM}")
    varied = field(path)
    values: list[Value] = []
    for piece in text.split(","):
        if ":" in piece and varied.kind in ("integer", "number"):
            values += _range(varied, piece)
        else:
            values.append(_value(varied, piece))
    return SweepAxis(path, tuple(dict.fromkeys(values)))


def _value(varied: Field, text: str) -> Value:
    value = varied.parse(text)
    if varied.path == "data.file" and value:  # meant from the current folder, as after --set
        return os.path.abspath(os.path.expanduser(str(value)))
    return value


def _range(varied: Field, text: str) -> list[Value]:
    """The values of LOW:HIGH:COUNT[:log], both ends included."""
    shown = f"{varied.path} = {text.strip()}"
    parts = [part.strip() for part in text.split(":")]
    is_log = len(parts) == 4 and parts[3].lower() == "log"
    if len(parts) != 3 and not is_log:
        raise ExperimentError(f"{shown}: a range must be LOW:HIGH:COUNT or LOW:HIGH:COUNT:log")
    low, high = float(varied.parse(parts[0])), float(varied.parse(parts[1]))
    count = _count(shown, parts[2])
    if low >= high:
        raise ExperimentError(f"{shown}: LOW must be less than HIGH")
    if is_log and low <= 0:
        raise ExperimentError(
            f"{shown}: with log, LOW must be above 0; a 0 can be put before it: "
            f"{varied.path}=0,LOW:HIGH:COUNT:log"
        )
    shares = [index / (count - 1) for index in range(1, count - 1)]
    if is_log:
        between = [low * (high / low) ** share for share in shares]
    else:
        between = [low + (high - low) * share for share in shares]
    if varied.kind == "integer":
        return [varied.check(round(value)) for value in (low, *between, high)]
    return [low, *(varied.check(float(f"{value:.{_DIGITS}g}")) for value in between), high]


def _count(shown: str, text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 2:
        raise ExperimentError(f"{shown}: COUNT = {text or 'nothing'} must be a whole number from 2")
    _refuse_too_many(count)
    return count


def without_effect(sweep: Sweep, experiments: Sequence[Experiment]) -> list[str]:
    """A line for each varied field that no member of the sweep uses."""
    lines = []
    for axis in sweep.axes:
        reasons = [why_unused(experiment, axis.path) for experiment in experiments]
        if all(reasons):
            label = FIELDS[axis.path].label
            lines.append(f"{axis.path} ({label}) changes nothing here: {reasons[0]}")
    return lines
