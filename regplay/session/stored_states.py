"""The states of a run as arrays: what a file holds of them, and what needs no torch."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.experiment import MOMENTA, Experiment
from regplay.core.history import MEASURES
from regplay.session.stored_arrays import DocumentError, Layout

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

    from regplay.core.state import State

MOST_STATES = 512
MOST_CHANGES = 10_000  # of settings while a run trained
_MOST_UNITS = 2000  # inputs or outputs of a network, more than any dataset has
_LARGEST_VALUE = 1e100  # of a measure


def sizes_of(experiment: Experiment, dataset: Dataset) -> tuple[int, ...]:
    """Units of each layer of an experiment's network, inputs and outputs included."""
    model = experiment.model
    return (dataset.n_inputs, *[model.width] * model.depth, dataset.n_outputs)


def parameters_in(sizes: Sequence[int]) -> int:
    """Number of weights and biases between layers of these sizes."""
    return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))


def check_sizes(sizes: Sequence[int], experiment: Experiment) -> None:
    """Refuse layers that the experiment's network can't have, whatever its data.

    Raises
    ------
    DocumentError
        With the sizes.
    """
    hidden = [experiment.model.width] * experiment.model.depth
    is_possible = len(sizes) >= 2 and all(0 < size <= _MOST_UNITS for size in sizes)
    if not is_possible or list(sizes[1:-1]) != hidden:
        shown = " → ".join(str(size) for size in sizes[:12])
        raise DocumentError(f"layers {shown}: the experiment has another network")


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
    """States of one network, S of them, in the order of their epochs.

    Attributes
    ----------
    sizes
        Units of each layer.
    steps_per_epoch
        Updates in each epoch.
    arrays
        As `layouts` names and describes them.
    """

    sizes: tuple[int, ...]
    steps_per_epoch: int
    arrays: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.arrays["state_epochs"])

    @staticmethod
    def of(states: Sequence["State"], steps_per_epoch: int) -> "StoredStates":
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

    def check(self, recorded: NDArray[np.int64]) -> None:
        """Refuse states from which no training could go on.

        Parameters
        ----------
        recorded
            The epochs of the run's history: each state belongs to one of them.

        Raises
        ------
        DocumentError
            With the array that is wrong.
        """
        arrays, epochs = self.arrays, self.arrays["state_epochs"]
        require((np.diff(epochs) > 0).all() and np.isin(epochs, recorded).all(), "state_epochs")
        require(np.isfinite(arrays["parameters"]).all(), "parameters")
        updates, steps = arrays["updates"], epochs * self.steps_per_epoch
        require(((updates >= 0) & (updates <= steps)).all(), "updates")
        stopped_at, best_epoch = arrays["stopped_at"], arrays["best_epoch"]
        require(((stopped_at >= -1) & (stopped_at <= epochs)).all(), "stopped_at")
        require(((best_epoch >= 0) & (best_epoch <= epochs)).all(), "best_epoch")
        require((arrays["diverged"] <= (stopped_at >= 0)).all(), "diverged")
        require(not np.isnan(arrays["best_loss"]).any(), "best_loss")
        momenta = arrays["momenta"]  # [states, first and second ones, numbers]
        require(np.isfinite(momenta[:, :1]).all(), "momenta")
        # Mean squares, which may be too large for single precision where the weights are not.
        require((momenta[:, 1:] >= 0).all(), "momenta")  # which NaN is not
        require(are_measured(arrays["last_values"]), "last_values")

    def tensors(self) -> list["State"]:
        """The states themselves; this imports torch."""
        from torch import from_numpy

        from regplay.core.population import Shape
        from regplay.core.state import State
        from regplay.core.stopping import StoppingState

        shape, arrays = Shape(1, self.sizes), self.arrays
        states = []
        for row, epoch in enumerate(arrays["state_epochs"].tolist()):
            one = slice(row, row + 1)
            stopping = StoppingState(
                arrays["stopped_at"][one],
                arrays["diverged"][one].astype(np.bool_),
                arrays["best_loss"][one],
                arrays["best_epoch"][one],
                arrays["last_values"][row][:, None],
            )
            state = State(
                shape=shape,
                epoch=epoch,
                step=epoch * self.steps_per_epoch,
                parameters=from_numpy(arrays["parameters"][one]),
                momenta=tuple(from_numpy(each[None]) for each in arrays["momenta"][row]),
                updates=arrays["updates"][one],
                stopping=stopping,
            )
            states.append(state)
        return states


def are_measured(values: NDArray[np.float64]) -> bool:
    """Whether a history may hold these: what is not finite was never recorded but as NaN.

    Measures are of numbers in single precision, so that all sums and squares of them are finite.
    """
    return bool((np.isnan(values) | (np.abs(values) < _LARGEST_VALUE)).all())


def _array(tensor: "Tensor") -> NDArray[Any]:
    found: NDArray[Any] = tensor.detach().cpu().float().numpy()
    return found


def require(is_right: object, name: str) -> None:
    """Refuse an array of this name unless it `is_right`.

    Raises
    ------
    DocumentError
        With the name.
    """
    if not is_right:
        raise DocumentError(f"arrays.{name} holds values that no training leads to")
