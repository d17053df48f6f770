"""What the main thread and the training thread hand to each other; none of it is ever changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from regplay.core.bias_variance import Spread
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, Grid
from regplay.core.history import Snapshot
from regplay.core.sweep import Lineup, Sweep
from regplay.core.verdict import PointLosses
from regplay.session.session import Change, Run

if TYPE_CHECKING:  # they load torch, which only the thread may wait for
    from regplay.core.internals import Internals
    from regplay.core.joint import JointHistory, JointTraining


@dataclass(frozen=True)
class Start:
    """Where a training begins, if not at its initial weights.

    Attributes
    ----------
    study, member
        A member of this study; the present run if `study` is empty.
    run
        A run that was kept, such as a pinned one, in place of these.
    epoch
        The kept moment that is not later than this; None is the newest.
    """

    study: str = ""
    member: int = 0
    run: Run | None = None
    epoch: int | None = None

    @property
    def is_present(self) -> bool:
        """Whether it is a moment of the present run."""
        return not self.study and self.run is None


@dataclass(frozen=True, eq=False)
class Job:
    """What to train.

    Attributes
    ----------
    after
        Another one to be begun before, from whose start this one goes on.
    """

    generation: int
    experiment: Experiment
    dataset: Dataset
    grid: Grid | None
    device: str
    change: Change
    goal: int  # train to this step
    start: Start | None = None
    after: "Job | None" = None


@dataclass(frozen=True)
class Look:
    """What to show.

    Attributes
    ----------
    epoch
        The kept moment that is not later than this; None is the newest.
    study, member
        A member of this study instead of the run; the run if `study` is empty.
    best
        Whether to add the fit at the best epoch.
    internals
        Whether to add what is inside the network of the run.
    passes
        Whether to add what networks thinned by its dropout predict.
    beside
        Other runs, to add what they predicted at that moment.
    """

    epoch: int | None = None
    study: str = ""
    member: int = 0
    best: bool = False
    internals: bool = False
    passes: bool = False
    beside: tuple[Run, ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """What the window shows of a run at one moment.

    Attributes
    ----------
    dataset
        The points that belong to it.
    snapshot
        The newest measurements.
    moment
        Those at the moment that is shown; the same object unless it is an earlier one.
    fit, best
        What the network predicts at that moment, and, if asked for, at the best epoch.
    look
        What was asked for.
    internals
        What is inside the network at that moment, if asked for.
    passes
        What networks thinned by dropout predict on the grid at that moment, if asked for.
    points
        The losses of the points at that moment, and at the best epoch until then.
    beside
        What the other runs predicted at that moment; None for those without states.
    """

    generation: int
    run: Run
    dataset: Dataset
    snapshot: Snapshot
    moment: Snapshot
    fit: Fit
    best: Fit | None
    look: Look
    is_finished: bool
    internals: "Internals | None" = None
    passes: Spread | None = None
    points: PointLosses | None = None
    beside: tuple[Fit | None, ...] = ()

    @property
    def is_preview(self) -> bool:
        """Whether it shows a member of a study, not the run itself."""
        return bool(self.look.study)


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


class StudyUser(Protocol):
    """Part of a window that shows sweeps of the present experiment."""

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """What it would show, by names that nobody else has for another; the first comes first."""

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show these as they were at an epoch; None is the newest record."""
