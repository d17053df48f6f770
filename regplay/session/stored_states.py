"""The states of a run as arrays: what a file holds of them, and what needs no torch."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES
from regplay.session.stored_arrays import DocumentError, Layout

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

    from regplay.core.state import State

MOST_STATES = 512
MOST_CHANGES = 10_000  # of settings while a run trained
_MOST_UNITS = 2000  # inputs or outputs of a network, more than any dataset has
_LARGEST_VALUE = 1e100  # of a measure
_KINDS = 3  # of streams: batches, dropout, noise
_MOMENTA = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}

# A generator of torch on the CPU, as `torch.Generator.get_state` lays it out: a Mersenne twister
# of 624 words, each in 8 bytes, with a few numbers before and after.
_STREAM_BYTES = 5056
_STREAM_HEAD = np.dtype([("seed", "<u8"), ("left", "<i4"), ("seeded", "<i4"), ("next", "<u8")])
_STREAM_WORDS = 624


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


def layouts(states: int, streams: int, sizes: Sequence[int], optimizer: str) -> dict[str, Layout]:
    """The arrays of so many states. Without streams they are to be looked at only.

    `stream_rows` says which of the streams each state draws batches, dropout and noise from.
    """
    numbers = parameters_in(sizes)
    found: dict[str, Layout] = {
        "state_epochs": ("<i8", (states,)),
        "parameters": ("<f4", (states, numbers)),
    }
    if streams:
        found |= {
            "momenta": ("<f4", (states, _MOMENTA[optimizer], numbers)),
            "missed": ("<f4", (states,)),
            "streams": ("|u1", (streams, _STREAM_BYTES)),
            "stream_rows": ("<i4", (states, _KINDS)),
            "stopped_at": ("<i8", (states,)),
            "diverged": ("|u1", (states,)),
            "best_loss": ("<f8", (states,)),
            "best_epoch": ("<i8", (states,)),
            "last_values": ("<f8", (states, len(MEASURES))),
        }
    return found


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

    @property
    def goes_on(self) -> bool:
        """Whether training can go on from them; else they are only to be looked at.

        Those of a training on a GPU can't: its generators have no like on the CPU.
        """
        return "streams" in self.arrays

    @property
    def streams(self) -> int:
        """Number of distinct streams."""
        return len(self.arrays["streams"]) if self.goes_on else 0

    @staticmethod
    def of(states: Sequence["State"], steps_per_epoch: int) -> "StoredStates":
        """The same as arrays, in single precision; at least one."""
        arrays: dict[str, NDArray[Any]] = {
            "state_epochs": np.array([state.epoch for state in states], dtype=np.int64),
            "parameters": np.stack([_array(state.parameters) for state in states]),
        }
        streams, rows = _distinct_streams(states)
        if streams and all(stream.size == _STREAM_BYTES for stream in streams):
            stopping = [state.stopping for state in states]
            momenta = [[_array(flat) for flat in state.optimizer.momenta] for state in states]
            shape = len(states), len(momenta[0]), arrays["parameters"].shape[1]
            arrays |= {
                "momenta": np.array(momenta, dtype=np.float32).reshape(shape),
                "missed": np.concatenate([_array(state.optimizer.missed) for state in states]),
                "streams": np.stack(streams),
                "stream_rows": rows,
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
        _require((np.diff(epochs) > 0).all() and np.isin(epochs, recorded).all(), "state_epochs")
        _require(np.isfinite(arrays["parameters"]).all(), "parameters")
        if not self.goes_on:
            return
        missed = arrays["missed"]
        updates = epochs * self.steps_per_epoch
        _require(((missed >= 0) & (missed <= updates)).all(), "missed")  # which NaN is not
        rows = arrays["stream_rows"]
        _require(((rows >= 0) & (rows < self.streams)).all(), "stream_rows")
        _require(_can_be_drawn_from(arrays["streams"]), "streams")
        stopped_at, best_epoch = arrays["stopped_at"], arrays["best_epoch"]
        _require(((stopped_at >= -1) & (stopped_at <= epochs)).all(), "stopped_at")
        _require(((best_epoch >= 0) & (best_epoch <= epochs)).all(), "best_epoch")
        _require((arrays["diverged"] <= (stopped_at >= 0)).all(), "diverged")
        _require(not np.isnan(arrays["best_loss"]).any(), "best_loss")
        momenta = arrays["momenta"]  # [states, first and second ones, numbers]
        _require(np.isfinite(momenta[:, :1]).all(), "momenta")
        # Mean squares, which may be too large for single precision where the weights are not.
        _require((momenta[:, 1:] >= 0).all(), "momenta")
        _require(are_measured(arrays["last_values"]), "last_values")

    def tensors(self) -> list["State"]:
        """The states themselves; this imports torch."""
        import torch

        from regplay.core.draws import DrawsState
        from regplay.core.optimizers import OptimizerState
        from regplay.core.population import Shape
        from regplay.core.state import State
        from regplay.core.stopping import StoppingState

        shape, arrays = Shape(1, self.sizes), self.arrays
        tensor = torch.from_numpy
        streams = [tensor(stream) for stream in arrays["streams"]] if self.goes_on else []
        states = []
        for row, epoch in enumerate(arrays["state_epochs"].tolist()):
            step, one = epoch * self.steps_per_epoch, slice(row, row + 1)
            optimizer = OptimizerState((), step, torch.zeros(1))
            draws, stopping = DrawsState((0,), ()), StoppingState.fresh(1)
            if self.goes_on:
                momenta = tuple(tensor(flat) for flat in arrays["momenta"][row])
                optimizer = OptimizerState(momenta, step, tensor(arrays["missed"][one]))
                kinds = tuple((streams[index],) for index in arrays["stream_rows"][row])
                draws = DrawsState((0,), kinds)
                stopping = StoppingState(
                    arrays["stopped_at"][one],
                    arrays["diverged"][one].astype(np.bool_),
                    arrays["best_loss"][one],
                    arrays["best_epoch"][one],
                    arrays["last_values"][row][:, None],
                )
            parameters = tensor(arrays["parameters"][row])
            states.append(State(shape, epoch, step, parameters, optimizer, draws, stopping))
        return states


def are_measured(values: NDArray[np.float64]) -> bool:
    """Whether a history may hold these: what is not finite was never recorded but as NaN.

    Measures are taken in single precision, so that all sums and squares of them are finite.
    """
    return bool((np.isnan(values) | (np.abs(values) < _LARGEST_VALUE)).all())


def _array(tensor: "Tensor") -> NDArray[Any]:
    found: NDArray[Any] = tensor.detach().cpu().float().numpy()
    return found


def _distinct_streams(
    states: Sequence["State"],
) -> tuple[list[NDArray[np.uint8]], NDArray[np.int32]]:
    """The streams, each once, and which of them each state has; those not drawn from stay one."""
    places: dict[int, int] = {}
    streams: list[NDArray[np.uint8]] = []
    rows = np.zeros((len(states), _KINDS), dtype=np.int32)
    for row, state in enumerate(states):
        for kind, (stream,) in enumerate(state.draws.streams):
            if id(stream) not in places:
                places[id(stream)] = len(streams)
                streams.append(stream.cpu().numpy())
            rows[row, kind] = places[id(stream)]
    return streams, rows


def _can_be_drawn_from(streams: NDArray[np.uint8]) -> bool:
    """Whether these are generators [streams, bytes] as drawing from them leaves them.

    torch refuses most others, but not all from which it would read beyond the words.
    """
    head = np.ascontiguousarray(streams[:, : _STREAM_HEAD.itemsize]).view(_STREAM_HEAD)[:, 0]
    left, following = head["left"], head["next"]
    is_fresh = (left == 1) & (following == 0)  # draws its words with the first number
    is_within = (following >= 1) & (following <= _STREAM_WORDS)
    is_under_way = is_within & (left == _STREAM_WORDS + 1 - following.astype(np.int64))
    return bool(((head["seeded"] == 1) & (is_fresh | is_under_way)).all())


def _require(is_right: object, name: str) -> None:
    if not is_right:
        raise DocumentError(f"arrays.{name} holds values that no training leads to")
