"""The sweeps that are trained beside the run, when it leaves the thread time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regplay.core.datasets import DatasetError
from regplay.core.sweep import Lineup, Sweep

# They load torch, which only the thread may wait for.
if TYPE_CHECKING:
    from regplay.core.engine import Stop
    from regplay.core.joint import JointHistory, JointTraining


_DIGESTING_SHARE = 0.2  # of the time
_INTERVAL = 0.1  # s between two states of a study that are told: more often costs, and isn't seen


@dataclass(frozen=True)
class StudyRequest:
    """What is wanted of a study.

    Attributes
    ----------
    digest
        Computed on the training thread whenever the study has something new, at an epoch or, for
        None, of the newest records.
    epoch
        For the digest.
    title
        What it is called in a message.
    is_paused
        Whether it stays as far as it came: what is trained can still be seen, and trained on.
    """

    sweep: Sweep | Lineup
    digest: "Callable[[JointTraining, int | None], object] | None" = None
    epoch: int | None = None
    title: str = "A sweep"
    is_paused: bool = False


@dataclass(frozen=True, eq=False)
class Study:
    """A sweep and how it goes.

    Attributes
    ----------
    digest
        What was asked to be computed of it; None before.
    history
        None before it has begun, or where it can't be trained.
    problem
        Why it can't; empty otherwise.
    """

    sweep: Sweep | Lineup
    device: str
    history: "JointHistory | None" = None
    problem: str = ""
    digest: object = None

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to train."""
        return bool(self.problem) or (self.history is not None and self.history.finished)


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
        """The study whose turn it is."""
        for key, study in self._studies.items():
            if not (study.finished or self._requests[key].is_paused):
                return key
        return None

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
        now, has_news = time.perf_counter(), False
        while not (training.finished or has_news):
            if training.advance(stop):
                now = time.perf_counter()
                has_news = now > self._quiet_until
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
            training = JointTraining(study.sweep.experiments, device=device)
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
