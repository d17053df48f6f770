"""From what a person did to the steps of a storyboard, as one would write them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from regplay.core.fields import FIELDS
from regplay.session.storyboard.steps import (
    LONGEST_STEP,
    Caption,
    Draw,
    PinRun,
    Scrub,
    SetValues,
    ShowTab,
    Step,
    SweepField,
    Train,
    Wait,
    duration,
)

_TOGETHER = 0.8  # s between two changes by one drag, at most
_LEAST_SWEEP = 0.3  # s; what is shorter was no drag
_LEAST_WAIT = 0.3  # s, that one would write down
_LAST_LOOK = 2.0  # s after the last action, at most; then one is on the way to end the recording


@dataclass(frozen=True)
class Action:
    """Something that a person did.

    Attributes
    ----------
    begin, end
        In s from the beginning of the recording.
    step
        What does the same, but for its time; a field that is dragged is set to each value.
    is_drag
        Whether it may go on with the action before: the same handle, the same stroke, or one more
        epoch.
    """

    begin: float
    end: float
    step: Step
    is_drag: bool = False


def tidied(actions: Sequence[Action], seconds: float, epoch: int | None = None) -> tuple[Step, ...]:
    """The steps that do what was done: drags are one step each way, and so are pauses.

    Parameters
    ----------
    actions
        In the order in which they began.
    seconds
        How long the recording was.
    epoch
        Of the moment that was shown at its beginning; None for the newest.
    """
    steps: list[Step] = []
    moment = math.inf if epoch is None else epoch
    drags = _drags(actions)
    for number, drag in enumerate(drags):
        is_last = number + 1 == len(drags)
        ends = min(seconds, drag[-1].end + _LAST_LOOK)
        follows = ends if is_last else drags[number + 1][0].begin
        made = _steps_of(drag, moment)
        moment = _moment_after(made[-1], moment)
        rest = _tenths(follows - drag[-1].end)
        if isinstance(made[-1], SetValues | PinRun | ShowTab):
            made[-1] = msgspec.structs.replace(made[-1], seconds=min(rest, LONGEST_STEP))
        elif isinstance(made[-1], Caption):  # stands as long as it takes to read, at least
            if rest > duration(made[-1]):
                made[-1] = msgspec.structs.replace(made[-1], seconds=min(rest, LONGEST_STEP))
        elif rest >= _LEAST_WAIT:
            made.append(Wait(wait=min(rest, LONGEST_STEP)))
        steps += made
    begins = _tenths(drags[0][0].begin) if drags else _tenths(seconds)
    if begins >= _LEAST_WAIT or not steps:
        steps.insert(0, Wait(wait=min(begins, LONGEST_STEP)))
    return tuple(steps)


def _drags(actions: Sequence[Action]) -> list[list[Action]]:
    """Actions in groups that were one movement of the mouse."""
    found: list[list[Action]] = []
    for action in actions:
        last = found[-1][-1] if found else None
        if last is not None and _goes_on(last, action):
            found[-1].append(action)
        else:
            found.append([action])
    return found


def _goes_on(last: Action, action: Action) -> bool:
    if not action.is_drag or action.begin - last.end > _TOGETHER:
        return False
    match last.step, action.step:
        case SetValues(set=before), SetValues(set=after):
            return before.keys() == after.keys()
        case (Scrub(), Scrub()) | (Draw(), Draw()):
            return True
        case Train(), Train():
            return last.is_drag
    return False


def _moment_after(step: Step, moment: float) -> float:
    """The epoch that a step leaves in sight, of one before; infinite for the newest."""
    match step:
        case Scrub(scrub=int(epoch)):
            return epoch
        case Scrub() | SetValues() | SweepField() | Train():
            return math.inf
    return moment


def _steps_of(drag: Sequence[Action], moment: float) -> list[Step]:
    last, begin = drag[-1].step, drag[0].begin
    seconds = min(_tenths(drag[-1].end - begin), LONGEST_STEP)
    match last:
        case SetValues(set=values) if len(drag) > 1 and len(values) == 1:
            (path,) = values
            if FIELDS[path].kind in ("number", "integer") and seconds >= _LEAST_SWEEP:
                return _sweeps(path, drag)
        case Scrub():
            return _scrubs(drag, moment)
        case Train() if len(drag) > 1:
            epochs = sum(action.step.train for action in drag)  # type: ignore[attr-defined]
            return [Train(train=epochs, seconds=seconds)]
        case Draw():
            return [msgspec.structs.replace(last, seconds=max(seconds, _LEAST_SWEEP))]
    return [last]


def _sweeps(path: str, drag: Sequence[Action]) -> list[Step]:
    points = [(action.end, float(_value(action.step, path))) for action in drag]
    found: list[Step] = [
        SweepField(sweep=path, to=value, seconds=max(seconds, 0.1))
        for value, seconds in _one_way(points)
    ]
    return found or [drag[-1].step]


def _scrubs(drag: Sequence[Action], moment: float) -> list[Step]:
    """From the moment that was shown before: a run that is shown once more begins with a jump."""
    points = [(drag[0].begin, moment)]
    for action in drag:
        assert isinstance(action.step, Scrub)
        epoch = action.step.scrub
        points.append((action.end, epoch if isinstance(epoch, int) else math.inf))
    return [
        Scrub(scrub="end" if math.isinf(epoch) else int(epoch), seconds=max(seconds, _LEAST_SWEEP))
        for epoch, seconds in _one_way(points)
    ] or [msgspec.structs.replace(drag[-1].step, seconds=_LEAST_SWEEP)]


def _one_way(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where each stretch on which a value goes one way ends, and how long it takes, s.

    Parameters
    ----------
    points
        A second, and the value that there is then.
    """
    turns = [0]
    for index in range(1, len(points) - 1):
        before, here, after = (points[i][1] for i in (turns[-1], index, index + 1))
        if (here - before) * (after - here) < 0:
            turns.append(index)
    turns.append(len(points) - 1)
    return [
        (points[end][1], min(_tenths(points[end][0] - points[start][0]), LONGEST_STEP))
        for start, end in pairwise(turns)
        if points[end][1] != points[start][1]
    ]


def _value(step: Step, path: str) -> float:
    assert isinstance(step, SetValues)
    return float(step.set[path])


def _tenths(seconds: float) -> float:
    return max(round(seconds, 1), 0.0)
