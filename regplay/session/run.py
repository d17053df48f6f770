"""A run: an experiment with its history."""

from dataclasses import dataclass, field

from regplay.core.experiment import Experiment
from regplay.core.history import History


@dataclass(eq=False)
class Run:
    """An experiment, what was measured while it trained, and where it was changed meanwhile."""

    experiment: Experiment
    history: History = field(default_factory=History)
    changed_at: list[int] = field(default_factory=list)  # epochs at which a setting was changed
    placement: str = ""  # the device, and why
