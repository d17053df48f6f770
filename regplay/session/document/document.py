"""A session as one thing to be saved and opened: the experiment, its run, the pins, the place.

Nothing here needs torch: runs hold their states as they are in memory, or, once read from a file,
as numpy arrays, of which tensors are made when there is torch (`StoredRun.run`).
"""

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regplay.core import UserError
from regplay.core.arrays import Floats, Integers
from regplay.core.datasets import Dataset
from regplay.core.experiment import MOMENTA, Experiment
from regplay.core.fields import replace as with_values
from regplay.core.history import MEASURES, History
from regplay.core.layers import hidden_widths
from regplay.core.measurements import layer_sizes, steps_per_epoch
from regplay.core.state import Checkpoints, Shape, State, StoppingState, parameters_in
from regplay.session.experiment_text import reads_file
from regplay.session.pins import Pin
from regplay.session.session import Annotation, Run, Scene, ViewValue

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

Layout = tuple[str, tuple[int, ...]]  # numpy's name of the type, and the shape
_LARGEST_VALUE = 1e100  # of a measure


class DocumentError(UserError):
    """A session can't be read or written; the message says what, where and what to do."""


# states as arrays


def check_sizes(sizes: Sequence[int], experiment: Experiment, place: str) -> None:
    """Refuse, by a `DocumentError`, layers that the experiment's network can't have."""
    hidden = [*hidden_widths(experiment.model)]
    if len(sizes) != len(hidden) + 2 or list(sizes[1:-1]) != hidden:
        shown = " → ".join(str(size) for size in sizes)
        raise DocumentError(f"{place}: layers {shown}: the experiment has another network")


def layouts(states: int, sizes: Sequence[int], optimizer: str) -> dict[str, Layout]:
    """The arrays of so many states; parameters and momenta are laid out as `State` has them."""
    numbers = parameters_in(sizes)
    return {
        "state_epochs": ("<i8", (states,)),
        "parameters": ("<f4", (states, numbers)),
        "momenta": ("<f4", (states, MOMENTA[optimizer], numbers)),
        "updates": ("<i8", (states,)),
        "stopped_at": ("<i8", (states,)),
        "diverged": ("|u1", (states,)),
        "best_loss": ("<f8", (states,)),
        "best_epoch": ("<i8", (states,)),
        "last_values": ("<f8", (states, len(MEASURES))),
    }


@dataclass(frozen=True, eq=False)
class StoredStates:
    """States of one network, S of them, in the order of their epochs."""

    sizes: tuple[int, ...]  # units of each layer
    steps_per_epoch: int  # updates in each epoch
    arrays: Mapping[str, NDArray[Any]]  # as `layouts` names and describes them

    def __len__(self) -> int:
        return len(self.arrays["state_epochs"])

    @staticmethod
    def of(states: Sequence[State], steps_per_epoch: int) -> "StoredStates":
        """The same as arrays, in single precision; at least one."""
        stopping = [state.stopping for state in states]
        parameters = np.concatenate([_array(state.parameters) for state in states])
        momenta = [[_array(momentum)[0] for momentum in state.momenta] for state in states]
        shape = len(states), len(momenta[0]), parameters.shape[1]
        arrays = {
            "state_epochs": np.array([state.epoch for state in states], dtype=np.int64),
            "parameters": parameters,
            "momenta": np.array(momenta, dtype=np.float32).reshape(shape),
            "updates": np.concatenate([state.updates for state in states]),
            "stopped_at": np.concatenate([each.stopped_at for each in stopping]),
            "diverged": np.concatenate([each.diverged for each in stopping]).astype(np.uint8),
            "best_loss": np.concatenate([each.best_loss for each in stopping]),
            "best_epoch": np.concatenate([each.best_epoch for each in stopping]),
            "last_values": np.stack([each.last_values[:, 0] for each in stopping]),
        }
        return StoredStates(states[0].shape.sizes, steps_per_epoch, arrays)

    @property
    def are_finite(self) -> bool:
        """Whether a network can be made of each, which has to predict something."""
        return bool(np.isfinite(self.arrays["parameters"]).all())

    def check(self, recorded: Integers, owner: str) -> None:
        """Refuse, by a `DocumentError`, states that no training leads to.

        Parameters
        ----------
        recorded
            The epochs of the run's history: each state belongs to one of them.
        owner
            What the run is called in a message.
        """
        arrays, epochs = self.arrays, self.arrays["state_epochs"]
        updates, steps = arrays["updates"], epochs * self.steps_per_epoch
        stopped_at, best_epoch = arrays["stopped_at"], arrays["best_epoch"]
        momenta = arrays["momenta"]  # [states, first and second ones, numbers]
        # Second ones are mean squares, which may be too large for single precision where the
        # weights are not; NaN is not at least 0.
        _require(
            owner,
            state_epochs=(np.diff(epochs) > 0).all() and np.isin(epochs, recorded),
            updates=(updates >= 0) & (updates <= steps),
            stopped_at=(stopped_at >= -1) & (stopped_at <= epochs),
            best_epoch=(best_epoch >= 0) & (best_epoch <= epochs),
            diverged=arrays["diverged"] <= (stopped_at >= 0),
            best_loss=~np.isnan(arrays["best_loss"]),
            momenta=np.isfinite(momenta[:, :1]).all() and momenta[:, 1:] >= 0,
            last_values=are_measured(arrays["last_values"]),
        )

    def tensors(self) -> list[State]:
        """The states themselves; this imports torch."""
        from torch import from_numpy

        shape, arrays = Shape(1, self.sizes), self.arrays
        states = []
        for row, epoch in enumerate(arrays["state_epochs"].tolist()):
            of = {name: array[row : row + 1] for name, array in arrays.items()}
            stopping = StoppingState(
                of["stopped_at"],
                of["diverged"].astype(np.bool_),
                of["best_loss"],
                of["best_epoch"],
                of["last_values"].T,
            )
            state = State(
                shape=shape,
                epoch=epoch,
                step=epoch * self.steps_per_epoch,
                parameters=from_numpy(of["parameters"]),
                momenta=tuple(from_numpy(each[None]) for each in of["momenta"][0]),
                updates=of["updates"],
                stopping=stopping,
            )
            states.append(state)
        return states


def are_measured(values: Floats) -> bool:
    """Whether a history may hold these: what is not finite was never recorded but as NaN.

    Measures are of numbers in single precision, so that all sums and squares of them are finite.
    """
    return bool((np.isnan(values) | (np.abs(values) < _LARGEST_VALUE)).all())


def _array(tensor: "Tensor") -> NDArray[Any]:
    found: NDArray[Any] = tensor.detach().cpu().float().numpy()
    return found


def _require(owner: str, **are_right: object) -> None:
    """Refuse, by a `DocumentError`, the first array of which not all values are right."""
    for name, values in are_right.items():
        if not np.asarray(values).all():
            raise DocumentError(f"{owner}: arrays.{name} holds values that no training leads to")


# states of format 1
#
# There the weights of a layer lie as [in, out] if it has fewer inputs than outputs; counted are the
# updates that a network did not make; and streams of random numbers stand beside them, which draw
# nothing any more. Those of a training on a GPU could not be kept: such states have no streams, and
# are parameters alone.


def earlier_layouts(today: Mapping[str, Layout], streams: int) -> dict[str, Layout]:
    """The arrays in a file, where states of today would have those of `layouts`."""
    if not streams:
        return {name: today[name] for name in ("state_epochs", "parameters")}
    wanted = {name: layout for name, layout in today.items() if name != "updates"}
    return wanted | {"missed": ("<f4", today["updates"][1])}


def updated(earlier: StoredStates, history: History, owner: str) -> StoredStates:
    """Today's states for those with the arrays of `earlier_layouts`, which are written over.

    From parameters alone training goes on as that of a network that diverged would: its momenta
    begin anew, and so does its patience.

    Parameters
    ----------
    earlier
        Arrays that are in no file of format 1 are 0.
    history, owner
        Of the run, and what it is called in a message.

    Raises
    ------
    DocumentError
        With the array that no training leads to.
    """
    arrays, epochs = dict(earlier.arrays), earlier.arrays["state_epochs"]
    _require(owner, state_epochs=np.isin(epochs, history.epochs))
    if "missed" in arrays:
        missed, steps = arrays.pop("missed"), epochs * earlier.steps_per_epoch
        _require(owner, missed=(missed >= 0) & (missed <= steps))  # which NaN is not
        arrays["updates"] = steps - missed.astype(np.int64)
    else:
        arrays |= _begun_anew(epochs, history)
    for name in ("parameters", "momenta"):
        _turn_weights(arrays[name], earlier.sizes)
    return replace(earlier, arrays=arrays)


def _begun_anew(epochs: Integers, history: History) -> dict[str, NDArray[Any]]:
    """What is not known of states at these epochs of a history, as far as that tells."""
    last = history.last
    assert last is not None  # there is a record at each of the epochs
    stopped_at = int(last.stopped_at[0])
    has_stopped = (epochs >= stopped_at) & (stopped_at >= 0)
    records = np.searchsorted(history.epochs, epochs)
    return {
        "stopped_at": np.where(has_stopped, stopped_at, -1),
        "diverged": (has_stopped & last.diverged[0]).astype(np.uint8),
        "best_loss": np.full(len(epochs), np.inf),
        "last_values": np.stack([history.column(m)[records] for m in MEASURES], axis=1),
    }


def _turn_weights(numbers: NDArray[Any], sizes: Sequence[int]) -> None:
    """Lay out parameters [..., P] in place as [out, in], where weights lie as [in, out]."""
    start = 0
    for n_in, n_out in itertools.pairwise(sizes):
        weights = numbers[..., start : start + n_in * n_out]
        if n_in < n_out:
            matrices = weights.reshape(*weights.shape[:-1], n_in, n_out)
            weights[...] = matrices.swapaxes(-1, -2).reshape(weights.shape)
        start += (n_in + 1) * n_out


# sessions

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
        is_hidden = pin.is_hidden and not pin.is_aside
        return StoredPin(pin.name, pin.color, is_hidden, StoredRun.of(pin.run))

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
    def experiments(self) -> list[Experiment]:
        """The present one, then those of its runs and scenes."""
        runs = [] if self.run is None else [self.run]
        runs += [pin.run for pin in self.pins]
        experiments = [self.experiment, *(run.experiment for run in runs)]
        return experiments + [scene.experiment for scene in self.scenes.values()]

    @property
    def paths(self) -> tuple[str, ...]:
        """Files on this machine that its experiments read: to be asked about before that."""
        found = [each.data.file.strip() for each in self.experiments if reads_file(each)]
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
