"""A run: an experiment with its history."""

from dataclasses import dataclass, field

from regplay.core.checkpoints import Checkpoints
from regplay.core.experiment import Experiment
from regplay.core.history import History


@dataclass(eq=False)
class Run:
    """An experiment, what was measured while it trained, and where it was changed meanwhile."""

    experiment: Experiment
    history: History = field(default_factory=History)
    changed_at: list[int] = field(default_factory=list)  # epochs at which a setting was changed
    placement: str = ""  # the device, and why
    checkpoints: Checkpoints = field(default_factory=Checkpoints)  # to go back to

    @property
    def is_complete(self) -> bool:
        """Whether it is what training its experiment from the start, to the end, leads to."""
        last = self.history.last
        if last is None or self.changed_at:
            return False
        return last.epoch == self.experiment.epochs or bool(last.stopped_at[0] >= 0)

    def until(self, epoch: int) -> "Run":
        """The same as it was at an epoch, to go on from there."""
        earlier = Checkpoints()
        for state in self.checkpoints:
            if state.epoch <= epoch:
                earlier.keep(state)
        return Run(
            self.experiment,
            self.history.until(epoch),
            [changed for changed in self.changed_at if changed <= epoch],
            self.placement,
            earlier,
        )
