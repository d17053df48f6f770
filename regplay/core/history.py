"""What training reports: the measurements of its epochs."""

from dataclasses import dataclass

import numpy as np

from regplay.core.arrays import Flags, Floats, Integers

MEASURES = (
    "train_loss",
    "valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "penalty",
    "objective",
    "weight_norm",
)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Measurements of M members after `epoch` passes, `step` updates.

    `values` holds one row for each of `MEASURES`, one column a member; accuracies are in [0, 1],
    and NaN in regression. A member that has stopped keeps its last finite values; `stopped_at`
    holds the epoch and is −1 while it trains. `diverged` says which of them stopped because a loss
    or a weight was no longer finite.
    """

    epoch: int
    step: int
    values: Floats  # [len(MEASURES), M]
    stopped_at: Integers  # [M]
    diverged: Flags  # [M]

    def value(self, measure: str, member: int = 0) -> float:
        """One measurement of one member, such as `value("valid_loss")`."""
        return float(self.values[MEASURES.index(measure), member])

    def has_stopped_early(self, epochs: int, member: int = 0) -> bool:
        """Whether a member stopped before the last of its epochs, and not as it diverged."""
        return bool(0 <= self.stopped_at[member] < epochs and not self.diverged[member])


class History:
    """The snapshots of a run in the order of their epochs.

    One thread may append while others read: what `len` counts is complete.
    """

    def __init__(self, members: int = 1) -> None:
        self._epochs = np.zeros(256, dtype=np.int64)
        self._steps = np.zeros(256, dtype=np.int64)
        self._values = np.zeros((256, len(MEASURES), members))
        self._length = 0
        self.last: Snapshot | None = None

    def __len__(self) -> int:
        return self._length

    def append(self, snapshot: Snapshot) -> None:
        """Add a snapshot; its epoch must be later than the last one's."""
        if self._length and snapshot.epoch <= self._epochs[self._length - 1]:
            raise ValueError(
                f"epoch {snapshot.epoch} is not after {self._epochs[self._length - 1]}"
            )
        if self._length == len(self._epochs):
            self._make_room()
        self._epochs[self._length] = snapshot.epoch
        self._steps[self._length] = snapshot.step
        self._values[self._length] = snapshot.values
        self.last = snapshot
        self._length += 1

    def _make_room(self) -> None:
        """For as many records again."""
        full = self._epochs, self._steps, self._values
        self._epochs, self._steps, self._values = (
            np.concatenate([array, np.zeros_like(array)]) for array in full
        )

    @property
    def epochs(self) -> Integers:
        """Epochs of the records, [records], rising; the first is 0, before any training."""
        length = self._length
        return self._epochs[:length]

    def column(self, measure: str, member: int = 0) -> Floats:
        """One measure of one member over the records, [records]."""
        length = self._length
        return self._values[:length, MEASURES.index(measure), member]

    def row(self, measure: str, epoch: int | None = None) -> Floats:
        """One measure of all members [M] at the newest record, or at that of an epoch.

        That is the newest that is not later; NaN before any.
        """
        n = self._records(epoch)
        values: Floats = self._values[n - 1, MEASURES.index(measure)]
        return values if n else np.full_like(values, np.nan)

    def _records(self, epoch: int | None) -> int:
        """How many records there are, or were at an epoch."""
        n = self._length
        return n if epoch is None else int(np.searchsorted(self._epochs[:n], epoch, side="right"))

    def follow(self, source: "History", member: int, until: int | None = None) -> None:
        """Append what a member of another history has recorded since, until where it stopped.

        What is here already must come from that member too. With `until` later epochs are left out.
        """
        start, end, newest = self._length, source._records(until), source.last
        if newest is None:
            return
        stopped_at = int(newest.stopped_at[member])
        if stopped_at >= 0:
            end = min(end, source._records(stopped_at))
        if end <= start:
            return
        while len(self._epochs) < end:
            self._make_room()
        self._epochs[start:end] = source._epochs[start:end]
        self._steps[start:end] = source._steps[start:end]
        self._values[start:end] = source._values[start:end, :, member : member + 1]
        epoch = int(source._epochs[end - 1])
        is_stopped = 0 <= stopped_at <= epoch
        self.last = Snapshot(
            epoch,
            int(source._steps[end - 1]),
            source._values[end - 1, :, member : member + 1].copy(),
            np.array([stopped_at if is_stopped else -1]),
            newest.diverged[member : member + 1] & is_stopped,
        )
        self._length = end

    def until(self, epoch: int) -> "History":
        """A copy of what was known at an epoch, of a history of one member."""
        earlier = History()
        earlier.follow(self, 0, epoch)
        return earlier

    def best(self, member: int = 0) -> int | None:
        """Index of the record with the smallest finite validation loss, or None before any."""
        loss = self.column("valid_loss", member)
        finite = np.isfinite(loss)
        return int(np.where(finite, loss, np.inf).argmin()) if finite.any() else None

    @property
    def best_epoch(self) -> int:
        """Of the record that is the best of the first member; −1 before any."""
        best = self.best()
        return -1 if best is None else int(self._epochs[best])

    def at_best(self, measure: str) -> float:
        """One measure of the first member at its best epoch; NaN before any."""
        best = self.best()
        return np.nan if best is None else float(self.column(measure)[best])
