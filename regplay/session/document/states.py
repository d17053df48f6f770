"""The states of a run as arrays, and arrays as text, for which no torch is needed.

As text, arrays are little-endian numbers, compressed by zlib, in base64.
"""

import base64
import binascii
import itertools
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regplay.core import UserError
from regplay.core.arrays import Floats, Integers
from regplay.core.experiment import MOMENTA, Experiment
from regplay.core.history import MEASURES, History
from regplay.core.layers import hidden_widths
from regplay.core.state import Shape, State, StoppingState, parameters_in

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from torch import Tensor

Layout = tuple[str, tuple[int, ...]]  # numpy's name of the type, and the shape
_LEVEL = 1  # weights hardly get smaller by more work

MOST_STATES = 512
MOST_CHANGES = 10_000  # of settings while a run trained
_LARGEST_VALUE = 1e100  # of a measure


class DocumentError(UserError):
    """A session can't be read or written; the message says what, where and what to do."""


def encoded(array: NDArray[Any]) -> str:
    """An array as text; its type and shape are not in it."""
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    return base64.b64encode(zlib.compress(little.tobytes(), _LEVEL)).decode("ascii")


class ArrayReader:
    """Takes arrays out of the texts of a file, `most` bytes of them altogether."""

    def __init__(self, texts: Mapping[str, str], most: int) -> None:
        self._texts = texts
        self._left = most

    def read(self, name: str, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape, which may be written to.

        Raises
        ------
        DocumentError
            If it is not there, or is not exactly of this size. Nothing is unpacked beyond it.
        """
        type_, shape = layout
        if name not in self._texts:
            raise DocumentError(f"arrays.{name} is missing; the file is not complete")
        size = self._taken(layout)
        try:
            packed = binascii.a2b_base64(self._texts[name].encode("ascii"), strict_mode=True)
            unpacker = zlib.decompressobj()
            # One more than there should be: 0 would mean that there is no limit.
            data = unpacker.decompress(packed, size + 1)
        except (ValueError, zlib.error):
            raise DocumentError(f"arrays.{name} is damaged") from None
        if len(data) != size or not unpacker.eof or unpacker.unused_data:
            wanted = " × ".join(str(length) for length in shape)
            raise DocumentError(f"arrays.{name} is damaged: it does not hold {wanted} numbers")
        return np.frombuffer(bytearray(data), dtype=type_).reshape(shape)

    def zeros(self, layout: Layout) -> NDArray[Any]:
        """An array of this type and shape that no text holds; it takes of the memory too."""
        self._taken(layout)
        return np.zeros(layout[1], dtype=layout[0])

    def _taken(self, layout: Layout) -> int:
        """Bytes for an array, no longer left for others."""
        type_, shape = layout
        size = math.prod(shape) * np.dtype(type_).itemsize
        self._left -= size
        if self._left < 0:
            raise DocumentError("its arrays would take more memory than a session may")
        return size


# states of today


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

    def check(self, recorded: Integers, owner: str) -> None:
        """Refuse, by a `DocumentError`, states from which no training could go on.

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
            parameters=np.isfinite(arrays["parameters"]),
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
