"""Which members of a population have stopped: those that diverged or waited in vain."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regplay.core.history import MEASURES, Floats
from regplay.core.measurements import is_finite

_VALID_LOSS = MEASURES.index("valid_loss")


@dataclass(frozen=True, eq=False)
class StoppingState:
    """What is known of M members at a record."""

    stopped_at: NDArray[np.int64]  # [M], epoch; −1 while a member trains
    diverged: NDArray[np.bool_]  # [M]
    best_loss: Floats  # [M], smallest validation loss so far
    best_epoch: NDArray[np.int64]  # [M]
    last_values: Floats  # [len(MEASURES), M], at the last record

    @staticmethod
    def fresh(members: int) -> "StoppingState":
        """Before any record."""
        return StoppingState(
            stopped_at=np.full(members, -1, dtype=np.int64),
            diverged=np.zeros(members, dtype=np.bool_),
            best_loss=np.full(members, np.inf),
            best_epoch=np.zeros(members, dtype=np.int64),
            last_values=np.full((len(MEASURES), members), np.nan),
        )

    def member(self, member: int) -> "StoppingState":
        """The same of one member."""
        one = slice(member, member + 1)
        return StoppingState(
            self.stopped_at[one],
            self.diverged[one],
            self.best_loss[one],
            self.best_epoch[one],
            self.last_values[:, one],
        )

    def begun_anew(self) -> "StoppingState":
        """All members train again, and have yet to find their best."""
        fresh = StoppingState.fresh(len(self.stopped_at))
        return replace(fresh, last_values=self.last_values)


class Stopping:
    """Decides at each record who stops.

    Attributes
    ----------
    state
        Replaced as a whole, so that it can be kept.
    is_plain
        No member has stopped or may stop early, so that there is nothing to decide.
    """

    def __init__(self, members: int) -> None:
        self.state = StoppingState.fresh(members)
        self._patience = np.zeros(members, dtype=np.int64)
        self.is_plain = True

    def begin(self, patience: NDArray[np.int64]) -> None:
        """Let all members train, each with so many epochs of patience [M]; 0 is endless."""
        self.state = self.state.begun_anew()
        self._patience = patience
        self.is_plain = not patience.any()

    def restore(self, state: StoppingState) -> None:
        """Go back to what was known then; the patience stays."""
        self.state = state
        self.is_plain = not (self._patience.any() or (state.stopped_at >= 0).any())

    @property
    def stopped(self) -> NDArray[np.bool_]:
        """Who has stopped, [M]."""
        stopped: NDArray[np.bool_] = self.state.stopped_at >= 0
        return stopped

    @property
    def all_stopped(self) -> bool:
        """Whether nobody trains any more."""
        return not self.is_plain and bool(self.stopped.all())

    def judge(
        self, values: Floats, epoch: int, finite: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_]]:
        """Who stops at this record [M], None for nobody; and who of them diverged [M].

        Those that stop, and who had, keep their last values.

        Parameters
        ----------
        values
            Measurements [len(MEASURES), M], changed in place where a member keeps its last ones.
        finite
            Which of them are finite [M].
        """
        state = self.state
        if self.is_plain and finite.all():
            self.state = StoppingState(
                state.stopped_at, state.diverged, state.best_loss, state.best_epoch, values
            )
            return None, state.diverged
        trains = ~self.stopped
        diverged = trains & ~finite
        better = trains & finite & (values[_VALID_LOSS] < state.best_loss)
        best_loss = np.where(better, values[_VALID_LOSS], state.best_loss)
        best_epoch = np.where(better, epoch, state.best_epoch)
        has_waited = (self._patience > 0) & (epoch - best_epoch >= self._patience)
        stops = diverged | (trains & has_waited)
        keep = ~trains | diverged
        values[:, keep] = state.last_values[:, keep]
        self.is_plain &= not stops.any()
        self.state = StoppingState(
            stopped_at=np.where(stops, epoch, state.stopped_at),
            diverged=state.diverged | diverged,
            best_loss=best_loss,
            best_epoch=best_epoch,
            last_values=values,
        )
        return stops if stops.any() else None, diverged

    def keep_last(self, values: Floats) -> None:
        """Between records: the last values for who has stopped or is not finite now."""
        keep = self.stopped | ~is_finite(values)
        values[:, keep] = self.state.last_values[:, keep]
