"""The sweeps that the training thread works on when the run leaves it time."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regplay.core.datasets import DatasetError
from regplay.core.sweep import Sweep

if TYPE_CHECKING:
    from regplay.core.joint import JointHistory, JointTraining

_BURST = 0.004  # s of training between two looks at what else there is to do
_INTERVAL = 0.03  # s between two states of a study that are told


@dataclass(frozen=True, eq=False)
class Study:
    """A sweep and how it goes.

    Attributes
    ----------
    history
        None before it has begun, or where it can't be trained.
    problem
        Why it can't; empty otherwise.
    """

    sweep: Sweep
    device: str
    history: "JointHistory | None" = None
    problem: str = ""

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
        self._told_at = 0.0

    def want(self, wanted: Mapping[str, Sweep], device: str) -> None:
        """Work on these, the first first; those that are the same as before go on."""
        studies = {}
        for key, sweep in wanted.items():
            known = self._studies.get(key)
            if known is not None and (known.sweep, known.device) == (sweep, device):
                studies[key] = known
            else:
                studies[key] = Study(sweep, device)
                self._trainings.pop(key, None)
        for key in set(self._trainings) - set(studies):
            del self._trainings[key]
        self._studies = studies
        self._tell()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to train."""
        return all(study.finished for study in self._studies.values())

    def training(self, key: str) -> "JointTraining | None":
        """The training of a study, if it has begun."""
        return self._trainings.get(key)

    def advance(self) -> None:
        """Train for some milliseconds, at least one step."""
        key = next(key for key, study in self._studies.items() if not study.finished)
        study = self._studies[key]
        training = self._trainings.get(key)
        if training is None:
            self._begin(key, study)
            return
        training.use_threads()
        end = time.perf_counter() + _BURST
        has_record = False
        while not training.finished:
            has_record |= training.advance()
            if time.perf_counter() > end:
                break
        if training.finished or (has_record and time.perf_counter() - self._told_at > _INTERVAL):
            self._tell()

    def give_up(self, message: str) -> None:
        """Drop the study being trained, which failed."""
        for key, study in self._studies.items():
            if not study.finished:
                self._trainings.pop(key, None)
                self._studies[key] = Study(study.sweep, study.device, problem=message)
                self._tell()
                return

    def _begin(self, key: str, study: Study) -> None:
        from regplay.core.joint import JointTraining

        try:
            training = JointTraining(study.sweep.experiments, device=study.device)
        except DatasetError as error:
            self._studies[key] = Study(study.sweep, study.device, problem=str(error))
        else:
            self._trainings[key] = training
            self._studies[key] = Study(study.sweep, study.device, training.history)
        self._tell()

    def _tell(self) -> None:
        self._told_at = time.perf_counter()
        self.told = dict(self._studies)
