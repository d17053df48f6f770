"""What is trained beside the run: asked for by the window's parts, worked on by the thread."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import takewhile
from math import prod
from statistics import fmean
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from regplay.core.datasets import DatasetError
from regplay.core.experiment import Experiment
from regplay.core.sweep import Lineup
from regplay.gui.training.clock import Clock
from regplay.gui.training.messages import Study, StudyRequest, StudyUser

if TYPE_CHECKING:  # imported on the thread, as torch is: the window is on screen meanwhile
    from regplay.core.engine import Stop
    from regplay.core.joint import JointTraining

DEBOUNCE = 0.1  # s without a change before new sweeps are begun


class StudyScheduler(QObject):
    """Asks the worker for the sweeps that the window's parts want, and hands out the results.

    A change of the experiment ends the sweeps that no longer belong to it at once; new ones begin
    when it has rested for `DEBOUNCE`, and what is wanted after that at the next frame. Those who
    came last are trained first, but for what is urgent.

    Parameters
    ----------
    ask
        Called with the sweeps to train, and no others, the first first.

    Attributes
    ----------
    epoch
        At which things are shown; None is the newest record.
    studies
        Those that were asked for last, and have begun.
    is_held
        Whether none are begun, since the experiment is about to change further.

    Signals
    -------
    changed
        The users have been told how things are.
    failed
        (str): one of the sweeps can't be trained, and why; once for each.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        ask: Callable[[Mapping[str, StudyRequest]], None],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.epoch: int | None = None
        self.studies: Mapping[str, Study] = {}
        self.is_held = False
        self._ask_worker, self._clock = ask, clock
        self._users: list[StudyUser] = []
        self._urgent: list[StudyUser] = []
        self._experiment: Experiment | None = None
        self._told: Mapping[str, Study] = {}  # by the thread, which may still be at older ones
        self._asked: dict[str, StudyRequest] = {}
        self._due: float | None = None
        self._rests_at = float("-inf")  # when the experiment has rested
        self._reported: set[Study] = set()
        self._shown: tuple[object, object] = (None, None)  # when the users were told last

    def add(self, user: StudyUser, *, is_urgent: bool = False) -> None:
        """Train for this one too, before the others: it has just come into sight.

        Those that are urgent stay before others that come later: their studies are short, and of
        all of them the shortest is trained first.
        """
        (self._urgent if is_urgent else self._users).insert(0, user)
        self.reconsider()

    def remove(self, user: object) -> None:
        """Train for this one no longer."""
        for users in (self._urgent, self._users):
            users[:] = [one for one in users if one is not user]
        self.reconsider()

    def set_experiment(self, experiment: Experiment | None) -> None:
        """Study another experiment, or none."""
        if experiment != self._experiment:
            self._experiment, self._rests_at = experiment, self._clock.now() + DEBOUNCE
        self.reconsider()

    def set_epoch(self, epoch: int | None) -> None:
        """Show how things were at an epoch; None is the newest record."""
        if epoch != self.epoch:
            self.epoch = epoch
            self.reconsider()

    def reconsider(self) -> None:
        """The users may want something else."""
        wanted, asked = self._wanted(), self._asked
        kept = {
            key: request
            for key, request in wanted.items()
            if key in asked and asked[key].sweep == request.sweep
        }
        if kept != asked:
            self._ask(kept)
        if list(wanted) != list(kept):
            self._due = max(self._clock.now(), self._rests_at)
        self._show()

    def begin(self) -> None:
        """Train what is wanted now, without waiting for the experiment to rest."""
        self._due = None
        self._ask(self._wanted())

    def begin_anew(self) -> None:
        """Train what is asked for again, such as on another device."""
        self._ask(self._asked)

    def follow(self, told: Mapping[str, Study]) -> None:
        """Begin what has waited long enough, and show what the thread tells, if that is new."""
        if self._due is not None and not self.is_held and self._clock.now() >= self._due:
            self.begin()
        if told is not self._told:
            self._told = told
            self._show()

    def _wanted(self) -> dict[str, StudyRequest]:
        found: dict[str, StudyRequest] = {}
        if self._experiment is None:
            return found
        for user in self._urgent:
            found |= user.wanted(self._experiment, self.epoch)
        found = dict(sorted(found.items(), key=lambda one: _work_of(one[1])))
        for user in self._users:
            found |= user.wanted(self._experiment, self.epoch)
        return found

    def _ask(self, wanted: dict[str, StudyRequest]) -> None:
        self._asked = wanted
        self._ask_worker(wanted)

    def _show(self) -> None:
        self.studies = {
            key: study
            for key, study in self._told.items()
            if key in self._asked and self._asked[key].sweep == study.sweep
        }
        # With most changes there is nothing new to show, and there may be many a second.
        now = self._told, (self.epoch, dict(self._asked))
        if now[0] is self._shown[0] and now[1] == self._shown[1]:
            return
        self._shown = now
        for user in (*self._urgent, *self._users):
            user.show_studies(self.studies, self.epoch)
        self.changed.emit()
        failed = {study: key for key, study in self.studies.items() if study.problem}
        for study in set(failed) - self._reported:
            title = self._asked[failed[study]].title
            self.failed.emit(f"{title} could not be trained: {study.problem}")
        self._reported = set(failed)


def _work_of(request: StudyRequest) -> float:
    """Epochs times training points of all its members, by which studies are compared.

    That of a sweep is counted without making its members, since sliders are moved many times a
    second.
    """
    sweep = request.sweep
    if isinstance(sweep, Lineup):
        return sum(one.epochs * max(one.data.n_train, 1) for one in sweep.experiments)
    one = sweep.experiment
    means = {"epochs": float(one.epochs), "data.n_train": max(one.data.n_train, 1.0)}
    for axis in sweep.axes:
        if axis.path in means:
            means[axis.path] = fmean(map(float, axis.values))
    return prod(sweep.shape) * prod(means.values())


_DIGESTING_SHARE = 0.2  # of the time
_INTERVAL = 0.1  # s between two states of a study that are told: more often costs, and isn't seen


class Studies:
    """Trains what is wanted, one study after another; it belongs to the training thread.

    Attributes
    ----------
    told
        What the main thread may read: replaced as a whole, never changed.
    """

    def __init__(self) -> None:
        self.told: Mapping[str, Study] = {}
        self._studies: dict[str, Study] = {}
        self._trainings: dict[str, JointTraining] = {}
        self._requests: Mapping[str, StudyRequest] = {}
        self._on_cpu: set[str] = set()  # where there was no room on the device
        self._quiet_until = 0.0

    def want(self, wanted: Mapping[str, StudyRequest], device: str) -> None:
        """Work on these, the first first; those that are the same as before go on."""
        studies = {}
        for key, request in wanted.items():
            sweep, known = request.sweep, self._studies.get(key)
            if known is not None and known.sweep == sweep and _stays(known, request, device):
                studies[key] = known
                if request != self._requests.get(key):
                    studies[key] = self._digested(known, request, self._trainings.get(key))
            else:
                studies[key] = Study(sweep, device)
                self._trainings.pop(key, None)
                self._on_cpu.discard(key)
        for key in set(self._trainings) - set(studies):
            del self._trainings[key]
        self._studies, self._requests = studies, wanted
        self._tell()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to train, but for what is paused."""
        return self._next is None

    @property
    def _next(self) -> str | None:
        """The study whose turn it is: the first; of those in rounds before any other, the one with
        the most rounds left.
        """
        waiting = [
            key
            for key, study in self._studies.items()
            if not (study.finished or self._requests[key].is_paused)
        ]
        in_rounds = takewhile(lambda key: self._rounds(key) > 1, waiting)
        return max(in_rounds, key=self._rounds_left, default=next(iter(waiting), None))

    def _rounds(self, key: str) -> int:
        return len(self._studies[key].sweep.rounds or (None,))

    def _rounds_left(self, key: str) -> int:
        """How many rounds of a study are not yet trained."""
        training = self._trainings.get(key)
        return self._rounds(key) - (0 if training is None else training.rounds_trained)

    def training(self, key: str) -> "JointTraining | None":
        """The training of a study, if it has begun."""
        return self._trainings.get(key)

    def advance(self, stop: "Stop") -> None:
        """Train what there is to train until there is something to tell, or until `stop`."""
        key = self._next
        if key is None:
            return
        study = self._studies[key]
        training = self._trainings.get(key)
        if training is None:
            self._begin(key, study)
            return
        now, has_news, rounds = time.perf_counter(), False, training.rounds_trained
        while not (training.finished or has_news):
            if training.advance(stop):
                now = time.perf_counter()
                has_news = now > self._quiet_until or training.rounds_trained > rounds
            if stop.is_set:
                break
        if training.finished or has_news:
            self._studies[key] = self._digested(study, self._requests[key], training)
            self._tell()
            end = time.perf_counter()
            self._quiet_until = end + max(_INTERVAL, (end - now) / _DIGESTING_SHARE)

    @staticmethod
    def _digested(study: Study, request: StudyRequest, training: "JointTraining | None") -> Study:
        if request.digest is None or training is None:
            return study
        return replace(study, digest=request.digest(training, request.epoch))

    def give_up(self, message: str) -> None:
        """Drop the study being trained, which failed."""
        key = self._next
        if key is not None:
            self._trainings.pop(key, None)
            study = self._studies[key]
            self._studies[key] = Study(study.sweep, study.device, problem=message)
            self._tell()

    def begin_on_cpu(self) -> bool:
        """Begin the study being trained again on the CPU; False if it is there already."""
        key = self._next
        if key is None or key in self._on_cpu or self._studies[key].device == "cpu":
            return False
        self._on_cpu.add(key)
        self._trainings.pop(key, None)
        return True

    def _begin(self, key: str, study: Study) -> None:
        from regplay.core.joint import JointTraining

        try:
            device = "cpu" if key in self._on_cpu else study.device
            sweep = study.sweep
            training = JointTraining(
                sweep.experiments, device=device, rounds=sweep.rounds, chooses=sweep.chooses
            )
        except DatasetError as error:
            self._studies[key] = Study(study.sweep, study.device, problem=str(error))
        else:
            self._trainings[key] = training
            self._studies[key] = Study(study.sweep, study.device, training.history)
        self._tell()

    def _tell(self) -> None:
        self.told = dict(self._studies)


def _stays(known: Study, request: StudyRequest, device: str) -> bool:
    """Whether a study of the same sweep is what is wanted, not one to be begun anew."""
    if request.is_paused:  # it rests where it is; what failed is to be tried again after that
        return not known.problem
    return known.device == device
