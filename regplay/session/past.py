"""The experiments that were worked on before, to go back to and forward again."""

from regplay.core.experiment import Experiment
from regplay.core.fields import differences

_MOST = 200  # steps
_TOGETHER = 1.0  # s; changes of the same fields that follow on one another so soon are one step


class Past:
    """Steps back, and steps forward until another change is made."""

    def __init__(self) -> None:
        self._back: list[Experiment] = []
        self._forward: list[Experiment] = []
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
        if goes_on is None:
            goes_on = fields == self._fields and now - self._changed_at < _TOGETHER
        if not (goes_on and self._fields):  # after a step back there is nothing to go on with
            self._back = [*self._back[1 - _MOST :], before]
        self._forward = []
        self._fields, self._changed_at = fields, now

    def back(self, present: Experiment) -> Experiment | None:
        """The experiment before the last change, or None if there was none."""
        return self._step(self._back, self._forward, present)

    def forward(self, present: Experiment) -> Experiment | None:
        """The experiment before the last step back, or None if there was none."""
        return self._step(self._forward, self._back, present)

    def _step(
        self, source: list[Experiment], target: list[Experiment], present: Experiment
    ) -> Experiment | None:
        self._fields = frozenset()  # the next change is another one
        if not source:
            return None
        target.append(present)
        return source.pop()
