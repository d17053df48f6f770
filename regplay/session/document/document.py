"""A session as one thing to be saved and opened: the experiment, its run, the pins, the place.

Nothing here needs torch: runs hold their states as they are in memory, or, once read from a file,
as numpy arrays, of which tensors are made when there is torch (`StoredRun.run`).
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import replace as with_values
from regplay.core.history import History
from regplay.core.measurements import layer_sizes, steps_per_epoch
from regplay.core.state import Checkpoints, State
from regplay.session.document.states import StoredStates
from regplay.session.experiment_text import reads_file
from regplay.session.pins import Pin
from regplay.session.session import Annotation, Run, Scene, ViewValue

# What of the window's appearance belongs to a session, and of which type each is.
VIEW: Mapping[str, type[ViewValue]] = {
    "tab": str,  # of the fit and what stands in its place
    "losses": str,  # the tab of the loss curves
    "log_axes": str,  # which of their axes are logarithmic
    "epoch": int,  # the moment that is shown; left out where that is the newest
    "best": bool,  # whether the fit at the best epoch is laid over it
    "band": bool,  # whether the band of networks thinned by dropout is shown
    "thinned": bool,  # whether single ones are
    "keeps_weights": bool,
    "curves": str,  # field paths of sliders that show their curve, separated by blanks
    "speed": float,  # epochs a second; 0 is full speed
}


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run at one moment; nothing in it changes any more."""

    experiment: Experiment
    history: History
    changed_at: tuple[int, ...] = ()
    placement: str = ""
    # In the order of their epochs: tensors where it was taken from a window, arrays where it was
    # read from a file; None if none were kept.
    states: tuple[State, ...] | StoredStates | None = None
    source: Run | None = None  # that it was taken from, if any, and that goes on

    @staticmethod
    def of(run: Run) -> "StoredRun":
        """A run as it is now, without copying: what it recorded is never written over.

        Another thread may train it meanwhile.
        """
        states = tuple(run.checkpoints)  # before the history, which records each of them first
        history = copy.copy(run.history)
        return StoredRun(
            run.experiment, history, tuple(run.changed_at), run.placement, states or None, run
        )

    @property
    def epoch(self) -> int:
        """How far it has trained, by its last record; 0 before any."""
        return int(self.history.epochs[-1]) if len(self.history) else 0

    @property
    def goes_on(self) -> bool:
        """Whether there are states from which training can go on."""
        return self.states is not None

    def fits(self, dataset: Dataset) -> bool:
        """Whether it can have been trained on a dataset: one from a file may have changed."""
        classifies = dataset.task == "classification"
        if len(self.history):
            accuracy = self.history.column("train_accuracy")
            if bool((accuracy == accuracy).any()) != classifies:  # NaN in regression
                return False
        if not isinstance(self.states, StoredStates):
            return True
        batch_size = self.experiment.optimizer.batch_size
        steps = steps_per_epoch(len(dataset.train.y), batch_size)
        is_paced = self.epoch == 0 or self.states.steps_per_epoch == steps
        return is_paced and self.states.sizes == layer_sizes(self.experiment.model, dataset)

    def run(self, *, with_states: bool = True) -> Run:
        """A run to work on, with what it had recorded, and with its states, which needs torch."""
        checkpoints = Checkpoints()
        if with_states and self.states is not None:
            states = self.states
            for state in states.tensors() if isinstance(states, StoredStates) else states:
                checkpoints.keep(state)
        history = self.history.until(self.epoch)
        return Run(self.experiment, history, list(self.changed_at), self.placement, checkpoints)

    def is_like(self, other: "StoredRun") -> bool:
        """Whether both have come equally far with the same experiment, which decides the rest."""
        mine = self.experiment, self.epoch, len(self.history), self.changed_at
        return mine == (other.experiment, other.epoch, len(other.history), other.changed_at)


@dataclass(frozen=True, eq=False)
class StoredPin:
    """A pinned run. What it predicts is not kept: its last state says it again."""

    name: str
    color: int  # index into the palette of 12
    is_hidden: bool
    run: StoredRun

    @staticmethod
    def of(pin: Pin) -> "StoredPin":
        """A pin as it is now."""
        return StoredPin(pin.name, pin.color, pin.is_hidden, StoredRun.of(pin.run))

    def is_like(self, other: "StoredPin") -> bool:
        """Whether a person would see no difference."""
        mine = self.name, self.color, self.is_hidden
        return mine == (other.name, other.color, other.is_hidden) and self.run.is_like(other.run)


@dataclass(frozen=True, eq=False)
class Document:
    """A session."""

    experiment: Experiment
    run: StoredRun | None = None  # None while it is not known, or has recorded nothing
    pins: tuple[StoredPin, ...] = ()  # at most 12, in the order in which they are listed
    lesson: str = ""  # the one that is open
    page: int = 0  # of it, from 0
    view: Mapping[str, ViewValue] = field(default_factory=dict)  # what of `VIEW` to show again
    annotations: tuple[Annotation, ...] = ()  # what is drawn on the plots
    scenes: Mapping[int, Scene] = field(default_factory=dict)  # by the number of their key

    @property
    def paths(self) -> tuple[str, ...]:
        """Files on this machine that its experiments read: to be asked about before that."""
        runs = [] if self.run is None else [self.run]
        runs += [pin.run for pin in self.pins]
        experiments = [self.experiment, *(run.experiment for run in runs)]
        experiments += [scene.experiment for scene in self.scenes.values()]
        found = [each.data.file.strip() for each in experiments if reads_file(each)]
        return tuple(dict.fromkeys(path for path in found if path))

    def without_files(self) -> "Document":
        """The same, naming no file: runs keep their histories, and can't be trained."""
        return self._with_experiments(
            lambda each: with_values(each, {"data.file": ""}) if each.data.file else each
        )

    def with_files(self, absolute: Callable[[str], str]) -> "Document":
        """The same with other names of the files that its experiments read."""
        return self._with_experiments(
            lambda each: (
                with_values(each, {"data.file": absolute(each.data.file)})
                if reads_file(each) and each.data.file.strip()
                else each
            )
        )

    def _with_experiments(self, change: Callable[[Experiment], Experiment]) -> "Document":
        def changed(run: StoredRun) -> StoredRun:
            return replace(run, experiment=change(run.experiment))

        return replace(
            self,
            experiment=change(self.experiment),
            run=None if self.run is None else changed(self.run),
            pins=tuple(replace(pin, run=changed(pin.run)) for pin in self.pins),
            scenes={
                number: replace(scene, experiment=change(scene.experiment))
                for number, scene in self.scenes.items()
            },
        )

    def is_like(self, saved: "Document") -> bool:
        """Whether nothing that a person worked on differs from what was saved.

        Where they are in a lesson and what of the window they look at is no work. A run that is
        not known at present is taken for the saved one; where none was saved, only one that has
        trained is work.
        """
        mine = self.experiment, self.annotations, self.scenes
        if mine != (saved.experiment, saved.annotations, saved.scenes):
            return False
        if len(self.pins) != len(saved.pins):
            return False
        if not all(a.is_like(b) for a, b in zip(self.pins, saved.pins, strict=True)):
            return False
        if self.run is None or saved.run is None:
            return self.run is None or self.run.epoch == 0
        return self.run.is_like(saved.run)
