"""What the window works on: the present experiment, and what a change of it means."""

from enum import Enum

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, replace
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS

_DATA_FIELDS = frozenset(path for path in FIELDS if path.startswith("data."))


class Change(Enum):
    """What has to happen when one experiment replaces another; a larger one includes the others."""

    NOTHING = 0
    ADJUST = 1  # go on from the present weights
    RETRAIN = 2  # the same network, and the same data but for a point, from its initial weights
    RESTART = 3  # another network or other data


class Session:
    """The present experiment and the rule for changing it.

    Attributes
    ----------
    experiment
        The present one; a new object with each change.
    keeps_weights
        Whether a change of regularization or learning rate goes on from the present weights
        instead of retraining from the initial ones.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.keeps_weights = False
        self._planned_epochs = experiment.epochs  # without what a run was given to go on with

    def change(self, experiment: Experiment, *, epoch: int = 0) -> Change:
        """Replace the experiment; `epoch` is how far the present one has trained.

        With kept weights, a run that had reached its last epoch is given as many again, so that
        there is something to go on with; a run that begins anew has as many as were planned. A run
        that has trained further than the new `epochs` is retrained, so that what is shown is what
        the experiment says. Points that a person places are retrained on too, as are those of
        another dataset that were taken over; whether they are other data altogether, only the
        points themselves say.
        """
        old, changed = self.experiment, set(differences(self.experiment, experiment))
        self.experiment = experiment
        if not changed:
            return Change.NOTHING
        if "epochs" in changed:
            self._planned_epochs = experiment.epochs
        if changed == {"epochs"}:
            return Change.ADJUST if epoch <= experiment.epochs else Change.RETRAIN
        is_adjustable = changed <= ADJUSTABLE_FIELDS
        if not (is_adjustable and self.keeps_weights):
            self.begin_anew()
            is_placed = changed <= _DATA_FIELDS and "points" in (
                old.data.name,
                experiment.data.name,
            )
            return Change.RETRAIN if is_adjustable or is_placed else Change.RESTART
        if epoch >= old.epochs:
            self.extend(epoch)
        return Change.ADJUST

    def take(self, experiment: Experiment) -> None:
        """Replace the experiment by that of a run that is there already."""
        if experiment.epochs != self.experiment.epochs:
            self._planned_epochs = experiment.epochs
        self.experiment = experiment

    def restore(self, experiment: Experiment, *, epoch: int = 0) -> Change:
        """Replace the experiment by an earlier one, with all the epochs that it had then."""
        self._planned_epochs = experiment.epochs
        return self.change(experiment, epoch=epoch)

    def extend(self, epoch: int) -> None:
        """Let the present experiment train on from `epoch` for as many epochs as were planned."""
        more = min(epoch + self._planned_epochs, 1_000_000)
        self.experiment = replace(self.experiment, {"epochs": more})

    def begin_anew(self) -> None:
        """Take back what `extend` added."""
        self.experiment = replace(self.experiment, {"epochs": self._planned_epochs})
