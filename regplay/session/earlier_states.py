"""States of runs as files of format 1 hold them, made into those of today.

There the weights of a layer lie as [in, out] if it has fewer inputs than outputs; counted are the
updates that a network did not make; and streams of random numbers stand beside them, which draw
nothing any more. Those of a training on a GPU could not be kept: such states have no streams, and
are parameters alone.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regplay.core.history import MEASURES, History
from regplay.session.stored_arrays import Layout
from regplay.session.stored_states import StoredStates, require


def earlier_layouts(today: Mapping[str, Layout], streams: int) -> dict[str, Layout]:
    """The arrays in a file, where states of today would have those of `layouts`."""
    if not streams:
        return {name: today[name] for name in ("state_epochs", "parameters")}
    wanted = {name: layout for name, layout in today.items() if name != "updates"}
    return wanted | {"missed": ("<f4", today["updates"][1])}


def updated(earlier: StoredStates, history: History) -> StoredStates:
    """Today's states for those with the arrays of `earlier_layouts`, which are written over.

    From parameters alone training goes on as that of a network that diverged would: its momenta
    begin anew, and so does its patience.

    Parameters
    ----------
    earlier
        Arrays that are in no file of format 1 are 0.
    history
        Of the run.

    Raises
    ------
    DocumentError
        With the array that no training leads to.
    """
    arrays, epochs = dict(earlier.arrays), earlier.arrays["state_epochs"]
    require(np.isin(epochs, history.epochs).all(), "state_epochs")
    if "missed" in arrays:
        missed, steps = arrays.pop("missed"), epochs * earlier.steps_per_epoch
        require(((missed >= 0) & (missed <= steps)).all(), "missed")  # which NaN is not
        arrays["updates"] = steps - missed.astype(np.int64)
    else:
        arrays |= _begun_anew(epochs, history)
    for name in ("parameters", "momenta"):
        _turn_weights(arrays[name], earlier.sizes)
    return replace(earlier, arrays=arrays)


def _begun_anew(epochs: NDArray[np.int64], history: History) -> dict[str, NDArray[Any]]:
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
