"""What is worked on: the experiment, what changes of it mean, its run, what is drawn, its past."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, replace
from regplay.core.history import History
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS
from regplay.core.state import Checkpoints

_DATA_FIELDS = frozenset(path for path in FIELDS if path.startswith("data."))
_MOST_STEPS, _MOST_RUNS = 200, 3  # back; of them with a run
_TOGETHER = 1.0  # s; changes of the same fields that follow on one another so soon are one step


class Change(Enum):
    """What has to happen when one experiment replaces another; a larger one includes the others."""

    NOTHING = 0
    ADJUST = 1  # go on from the present weights
    RETRAIN = 2  # the same network, and the same data but for a point, from its initial weights
    RESTART = 3  # another network or other data


class Session:
    """The present experiment and the rule for changing it."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment  # a new object with each change
        # Whether a change of regularization or learning rate goes on from the present weights
        # instead of retraining from the initial ones.
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
        return self._change(experiment, epoch, self.keeps_weights)

    def _change(self, experiment: Experiment, epoch: int, keeps_weights: bool) -> Change:
        old, changed = self.experiment, set(differences(self.experiment, experiment))
        self.experiment = experiment
        if not changed:
            return Change.NOTHING
        if "epochs" in changed:
            self._planned_epochs = experiment.epochs
        if changed == {"epochs"}:
            return Change.ADJUST if epoch <= experiment.epochs else Change.RETRAIN
        is_adjustable = changed <= ADJUSTABLE_FIELDS
        keeps = keeps_weights and experiment.model.kind == "network"
        if not (is_adjustable and keeps):
            self.begin_anew()
            is_own = "points" in (old.data.name, experiment.data.name)
            is_placed = changed == {"data.edits"} or (is_own and changed <= _DATA_FIELDS)
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
        """Replace the experiment by an earlier one, with all the epochs that it had then.

        What it had come to is trained anew: present weights would lead elsewhere.
        """
        self._planned_epochs = experiment.epochs
        return self._change(experiment, epoch, keeps_weights=False)

    def extend(self, epoch: int) -> None:
        """Let the present experiment train on from `epoch` for as many epochs as were planned."""
        more = min(epoch + self._planned_epochs, 1_000_000)
        self.experiment = replace(self.experiment, {"epochs": more})

    def begin_anew(self) -> None:
        """Take back what `extend` added."""
        self.experiment = replace(self.experiment, {"epochs": self._planned_epochs})


# the run of an experiment


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


# what is drawn on plots, by hand or by a storyboard, and what was in sight at some moment

PlotName = Literal["fit", "losses", "accuracy", "weights"]
MOST_ANNOTATIONS = 300
MOST_POINTS = 200  # of one line
LONGEST_TEXT = 100  # characters

AnnotationPoints = Annotated[tuple[tuple[float, float], ...], Meta(max_length=MOST_POINTS)]
AnnotationText = Annotated[str, Meta(max_length=LONGEST_TEXT)]


class Annotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line, an arrow or a text.

    Attributes
    ----------
    draw
        Which of them.
    on
        The plot in whose data units the points are.
    points
        Of the line, in order; an arrow ends in a head, and a text begins at the first of them.
    """

    draw: Literal["line", "arrow", "text"]
    on: PlotName = "fit"
    points: AnnotationPoints = ()
    text: AnnotationText = ""


Annotations = Annotated[tuple[Annotation, ...], Meta(max_length=MOST_ANNOTATIONS)]


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


# experiments that were worked on before


class UndoStep(NamedTuple):
    """What to go back or forward to."""

    experiment: Experiment
    run: Run | None = None  # to go on with; None trains it anew where it has to be
    annotations: tuple[Annotation, ...] | None = None  # where only these differ


class UndoStack:
    """Steps back, and steps forward until another change is made."""

    def __init__(self) -> None:
        self._back: list[UndoStep] = []
        self._forward: list[UndoStep] = []
        self._fields: frozenset[str] = frozenset()  # of the last change
        self._changed_at = float("-inf")

    def note(
        self, before: Experiment, after: Experiment, now: float, *, goes_on: bool | None = None
    ) -> None:
        """A person changed one experiment into another at a time, in s.

        What a slider goes through while it is dragged counts as one change.

        Parameters
        ----------
        goes_on
            Whether it goes on with the last change, or is another one, where that is known; None
            decides by the fields and the time.
        """
        fields = frozenset(differences(before, after))
        if not fields:
            return
        is_by_time = goes_on is None
        if is_by_time:
            goes_on = fields == self._fields and now - self._changed_at < _TOGETHER
        if not (goes_on and self._fields):  # after a step back there is nothing to go on with
            self._add(UndoStep(before))
        self._forward = []
        self._fields = fields
        self._changed_at = now if is_by_time else float("-inf")  # by time nothing goes on with it

    def note_run(self, run: Run) -> None:
        """A person left a run for an earlier moment of it, or for another network: it comes back.

        The last `_MOST_RUNS` alone; their states take memory. Of those before, what they were
        trained with comes back where that was changed. Where the one that it was left for was not
        seen yet, and the run is left once more, it is one step.
        """
        if self._back and self._back[-1].run is run:
            self._back.pop()
        with_runs = [index for index, step in enumerate(self._back) if step.run is not None]
        for index in reversed(with_runs[: len(with_runs) + 1 - _MOST_RUNS]):
            experiment = self._back[index].experiment
            if experiment == self._back[index + 1].experiment:
                del self._back[index]
            else:
                self._back[index] = UndoStep(experiment)
        self._add(UndoStep(run.experiment, run))
        self._forward, self._fields = [], frozenset()

    def note_annotations(self, present: Experiment, before: tuple[Annotation, ...]) -> None:
        """A person drew or erased something; what there was before comes back with one step."""
        self._add(UndoStep(present, annotations=before))
        self._forward, self._fields = [], frozenset()

    def forget_annotations(self) -> None:
        """No step leads back or forward to what was drawn."""
        for steps in (self._back, self._forward):
            steps[:] = [step for step in steps if step.annotations is None]

    def back(self, present: UndoStep) -> UndoStep | None:
        """What there was before the last change, or None if there was none.

        `present` is all that there is now, to come forward to again.
        """
        return self._step(self._back, self._forward, present)

    def forward(self, present: UndoStep) -> UndoStep | None:
        """What there was before the last step back, or None if there was none; as `back`."""
        return self._step(self._forward, self._back, present)

    def _add(self, step: UndoStep) -> None:
        self._back = [*self._back[1 - _MOST_STEPS :], step]

    def _step(
        self, source: list[UndoStep], target: list[UndoStep], present: UndoStep
    ) -> UndoStep | None:
        self._fields = frozenset()  # the next change is another one
        if not source:
            return None
        step = source.pop()
        target.append(
            UndoStep(
                present.experiment,
                None if step.run is None else present.run,
                None if step.annotations is None else present.annotations,
            )
        )
        return step
