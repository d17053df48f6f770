"""Which sweeps are trained beside the run, and who is told how they go."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from regplay.core.experiment import Experiment
from regplay.gui.training.clock import Clock
from regplay.gui.training.runner import Runner
from regplay.gui.training.studies import Study, StudyRequest

DEBOUNCE = 0.1  # s without a change before new sweeps are begun
_TICK = 0.05  # s


class StudyUser(Protocol):
    """Part of a window that shows sweeps of the present experiment."""

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """What it would show, by names that nobody else uses; the first is trained first."""

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show these as they were at an epoch; None is the newest record."""


class StudyScheduler(QObject):
    """Asks the runner for the sweeps that the window's parts want, and hands out the results.

    A change of the experiment ends the sweeps that no longer belong to it at once; new ones begin
    when it has rested for `DEBOUNCE`.

    Parameters
    ----------
    users
        Those who come first are trained first.

    Signals
    -------
    shown
        The users have been told how things are.
    failed
        (str): one of the sweeps can't be trained, and why; once for each.
    """

    shown = Signal()
    failed = Signal(str)

    def __init__(
        self,
        runner: Runner,
        clock: Clock,
        users: Sequence[StudyUser],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner, self._clock, self._users = runner, clock, list(users)
        self._experiment: Experiment | None = None
        self._epoch: int | None = None
        self._studies: Mapping[str, Study] = {}
        self._asked: dict[str, StudyRequest] = {}
        self._due: float | None = None
        self._reported: set[Study] = set()
        self._shown: tuple[object, object] = (None, None)  # when the users were told last
        self._timer = clock.every(_TICK, self._tick)
        runner.studied.connect(self._take)

    def add(self, user: StudyUser) -> None:
        """Train for this one too, before the others: it has just come into sight."""
        self._users.insert(0, user)
        self.reconsider()

    def remove(self, user: object) -> None:
        """Train for this one no longer."""
        self._users = [one for one in self._users if one is not user]
        self.reconsider()

    def set_experiment(self, experiment: Experiment | None) -> None:
        """Study another experiment, or none."""
        self._experiment = experiment
        self.reconsider()

    @property
    def epoch(self) -> int | None:
        """The epoch at which things are shown; None is the newest record."""
        return self._epoch

    def set_epoch(self, epoch: int | None) -> None:
        """Show how things were at an epoch; None is the newest record."""
        if epoch != self._epoch:
            self._epoch = epoch
            self.reconsider()

    def reconsider(self) -> None:
        """The users may want something else."""
        wanted = self._wanted()
        kept = {
            key: request
            for key, request in wanted.items()
            if key in self._asked and self._asked[key].sweep == request.sweep
        }
        if kept != self._asked:
            self._ask(kept)
        if list(wanted) != list(kept):
            self._due = self._clock.now() + DEBOUNCE
        self._show()

    def begin(self) -> None:
        """Train what is wanted now, without waiting for the experiment to rest."""
        self._due = None
        self._ask(self._wanted())

    def begin_anew(self) -> None:
        """Train what is asked for again, such as on another device."""
        self._ask(self._asked)

    def stop(self) -> None:
        """Train no more."""
        self._timer.stop()

    def _wanted(self) -> dict[str, StudyRequest]:
        if self._experiment is None:
            return {}
        found: dict[str, StudyRequest] = {}
        for user in self._users:
            found |= user.wanted(self._experiment, self._epoch)
        return found

    def _tick(self) -> None:
        if self._due is not None and self._clock.now() >= self._due:
            self.begin()

    def _ask(self, wanted: dict[str, StudyRequest]) -> None:
        self._asked = wanted
        self._runner.study(wanted)

    def _take(self, studies: Mapping[str, Study]) -> None:
        self._studies = studies
        self._show()

    @property
    def studies(self) -> Mapping[str, Study]:
        """Those that were asked for last, and have begun: the thread may still be at older ones."""
        return {
            key: study
            for key, study in self._studies.items()
            if key in self._asked and self._asked[key].sweep == study.sweep
        }

    def _show(self) -> None:
        # With most changes there is nothing new to show, and there may be many a second.
        news, asked = self._studies, (self._epoch, dict(self._asked))
        if news is self._shown[0] and asked == self._shown[1]:
            return
        self._shown = news, asked
        current = self.studies
        for user in self._users:
            user.show_studies(current, self._epoch)
        self.shown.emit()
        failed = {study: key for key, study in current.items() if study.problem}
        for study in set(failed) - self._reported:
            title = self._asked[failed[study]].title
            self.failed.emit(f"{title} could not be trained: {study.problem}")
        self._reported = set(failed)
