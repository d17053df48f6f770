"""The thread that trains.

It iterates steps of `regplay.core.training`, checks between any two of them whether it is to stop,
and leaves what it reached in a mailbox that holds one. It never holds a widget.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import differences
from regplay.core.fit import Fit, Grid
from regplay.core.history import Snapshot
from regplay.session.run import Run
from regplay.session.session import Change

if TYPE_CHECKING:
    from regplay.core.training import Training

# A retraining that a newer change supersedes may still take this long to finish: while a slider is
# dragged, each position shows a trained network rather than one that has just begun.
GRACE = 0.1  # s
_LONGEST_SILENCE = 1 / 30  # s; then measure between records, for something to show
_PUBLISHING_SHARE = 0.2  # of the time


@dataclass(frozen=True, eq=False)
class Job:
    """What to train."""

    generation: int
    experiment: Experiment
    dataset: Dataset
    grid: Grid | None
    device: str
    change: Change
    goal: int  # train to this step


@dataclass(frozen=True, eq=False)
class View:
    """What the window shows of a run at one moment."""

    generation: int
    run: Run
    snapshot: Snapshot
    fit: Fit
    is_finished: bool


class Mailbox:
    """Holds one view: the newest wins, nothing queues."""

    def __init__(self) -> None:
        self._views: deque[View] = deque(maxlen=1)  # whose operations are atomic

    @property
    def is_empty(self) -> bool:
        """Whether the last view was taken."""
        return not self._views

    def put(self, view: View) -> None:
        """Leave a view in place of the one that lies there."""
        self._views.append(view)

    def take(self) -> View | None:
        """The view that lies there, if any."""
        try:
            return self._views.pop()
        except IndexError:
            return None


class Worker(QThread):
    """Trains one job after another; all methods but `run` are for the main thread.

    Signals
    -------
    loaded
        torch is imported.
    failed
        (generation, message): a job could not be trained; the worker waits for the next.
    noticed
        A message about a job that goes on, such as a GPU that ran out of memory.
    """

    loaded = Signal()
    failed = Signal(int, str)
    noticed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self.reached = (0, 0)  # generation of the job being trained, and the step it is at
        self._wake = threading.Condition()
        self._job: Job | None = None  # the next one
        self._goal = 0
        # What follows belongs to the thread.
        self._current: Job | None = None
        self._training: Training | None = None
        self._run = Run(Experiment())
        self._began = self._published = self._silent_until = 0.0

    def submit(self, job: Job) -> None:
        """Train this instead of what is trained now."""
        with self._wake:
            if self._job is not None and self._job.change.value > job.change.value:
                job = replace(job, change=self._job.change)
            self._job = job
            self._wake.notify()

    def set_goal(self, step: int) -> None:
        """Train the present job to this step, then wait; a step behind stops it at once."""
        with self._wake:
            self._goal = step
            if self._job is not None:
                self._job = replace(self._job, goal=step)
            self._wake.notify()

    def stop(self) -> None:
        """End the thread and wait for it; a step that is being computed is finished first."""
        self.requestInterruption()
        with self._wake:
            self._wake.notify()
        self.wait()

    def run(self) -> None:
        """Train until the interruption is requested. Called by Qt, on the thread."""
        try:
            import regplay.core.training  # noqa: F401 - takes a second, so not on the main thread
        except Exception as error:
            self.failed.emit(0, f"PyTorch could not be loaded: {error}")
            return
        self.loaded.emit()
        while not self.isInterruptionRequested():
            with self._wake:
                while not (self._job or self._has_steps_to_go() or self.isInterruptionRequested()):
                    self._wake.wait()
                job, self._job = self._job, None
                if job is not None:
                    self._goal = job.goal  # here, so that no later `set_goal` is overwritten
            try:
                if job is not None:
                    self._begin(job)
                if self._training is not None:
                    self._train(self._training)
            except Exception as error:
                self._give_up(error)

    def _has_steps_to_go(self) -> bool:
        training = self._training
        return training is not None and not training.finished and training.step < self._goal

    def _begin(self, job: Job) -> None:
        from regplay.core.training import Training

        self._current = job
        self._began = time.perf_counter()
        if job.change is Change.ADJUST and self._training is not None:
            if {"epochs"} != set(differences(self._run.experiment, job.experiment)):
                self._run.changed_at.append(self._training.epoch)
            self._training.adjust([job.experiment])
            self._run.experiment = job.experiment
            self.reached = (job.generation, self._training.step)
        else:
            self._training = None  # so that its memory is free for the next
            self.reached = (job.generation, 0)
            training = Training([job.experiment], datasets=[job.dataset], device=job.device)
            training.use_threads()
            self._run = Run(job.experiment, placement=training.placement.reason)
            self._run.history.append(training.record())
            self._training = training
        # A retraining that is over this soon shows its result alone, without a flash of its start.
        is_quick = job.change is Change.RETRAIN
        self._silent_until = self._began + GRACE if is_quick else 0.0

    def _train(self, training: "Training") -> None:
        generation, _ = self.reached
        while not training.finished and training.step < self._goal:
            if self.isInterruptionRequested() or self._is_superseded():
                return
            snapshot = training.advance()
            self.reached = (generation, training.step)
            if snapshot is not None:
                self._run.history.append(snapshot)
            if self.mailbox.is_empty:
                self._publish_sometimes(training, has_record=snapshot is not None)
        self._publish(training)

    def _is_superseded(self) -> bool:
        job = self._job
        if job is None:
            return False
        return job.change is not Change.RETRAIN or time.perf_counter() - self._began > GRACE

    def _publish_sometimes(self, training: "Training", *, has_record: bool) -> None:
        now = time.perf_counter()
        if now < self._silent_until:
            return
        if has_record or now - self._published > _LONGEST_SILENCE:
            self._publish(training)
            end = time.perf_counter()
            self._published = end
            self._silent_until = end + (end - now) / _PUBLISHING_SHARE

    def _publish(self, training: "Training") -> None:
        job, last = self._current, self._run.history.last
        if job is None or last is None:
            return
        snapshot = last if last.step == training.step else training.peek()
        fit = training.fit(job.grid)
        self.mailbox.put(View(job.generation, self._run, snapshot, fit, training.finished))

    def _give_up(self, error: Exception) -> None:
        import torch

        job, self._training = self._current, None
        if job is None:
            raise error
        if isinstance(error, torch.OutOfMemoryError) and job.device != "cpu":
            self.noticed.emit("The GPU ran out of memory: training goes on on the CPU.")
            with self._wake:
                if self._job is None:
                    self._job = replace(job, device="cpu", change=Change.RESTART, goal=self._goal)
            return
        message = f"Training stopped: {error}. Change a setting, or reset to train again."
        self.failed.emit(job.generation, f"{message} ({type(error).__name__})")
