"""Scenes: what was in sight at some moment, to go back to it by one key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from regplay.core.experiment import Experiment
from regplay.session.annotations import PlotName

ViewValue = str | int | float | bool
PlotRanges = tuple[tuple[float, float], tuple[float, float]]  # of both axes; exponents where log
MOST_SCENES = 9


@dataclass(frozen=True)
class Scene:
    """What was in sight.

    Attributes
    ----------
    experiment
        What was worked on.
    trained
        The epochs that it had trained.
    epoch
        The moment that was shown; None is the newest.
    view
        How it was looked at, as a session keeps it.
    ranges
        Of plots that were moved by hand; all others follow their data.
    """

    experiment: Experiment
    trained: int
    epoch: int | None = None
    view: Mapping[str, ViewValue] = field(default_factory=dict)
    ranges: Mapping[PlotName, PlotRanges] = field(default_factory=dict)
