"""Between the window and the thread: what to train, how far, and how fast."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Grid
from regplay.core.measurements import steps_per_epoch
from regplay.gui.training.clock import Clock
from regplay.gui.training.messages import Job, Look, Start, View
from regplay.gui.training.studies import StudyScheduler
from regplay.gui.training.worker import MailboxReader, Worker
from regplay.session.session import Change


class Runner(QObject):
    """Hands experiments to the worker, and tells how far it is to train.

    Lives on the main thread. Its pace comes from the clock alone: with a speed of `n` epochs a
    second the worker may train `n` epochs further in each second of the clock.

    Attributes
    ----------
    studies
        What is trained beside the run, while it leaves time.
    generation
        Counts what was submitted; the views of the last one carry this number.
    is_playing
        Whether training goes on by itself.
    speed
        Epochs a second; None is full speed.
    problem
        Why what was submitted last is not trained any further; empty where nothing went wrong.
        Without PyTorch nothing is, whatever is submitted.

    Signals
    -------
    loaded
        torch is imported; training can begin.
    viewed
        (View): something new to show; never of an experiment older than the one shown.
    framed
        (float): the time in seconds, at each frame.
    failed, noticed
        A message for the person.
    problem_changed
        (str): there is another problem, or none.
    playing_changed
        (bool): whether training goes on by itself.
    advancing
        Some steps are about to be trained.
    """

    loaded = Signal()
    viewed = Signal(object)
    framed = Signal(float)
    failed = Signal(str)
    noticed = Signal(str)
    problem_changed = Signal(str)
    playing_changed = Signal(bool)
    advancing = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device = "auto"
        self.view: View | None = None  # the newest
        self.is_loaded = False  # torch, by the thread
        self.generation = 0
        self.is_playing = False
        self.speed: float | None = None
        self._worker = Worker(self)
        self._worker.loaded.connect(self._on_loaded)
        self._worker.failed.connect(self._on_failed)
        self._worker.noticed.connect(self.noticed)
        self.studies = StudyScheduler(
            lambda wanted: self._worker.study(wanted, self.device), clock, self
        )
        self._reader = MailboxReader(self._worker, clock, self)
        self._reader.begun.connect(self._on_frame)
        self._reader.viewed.connect(self._on_viewed)  # first: others ask what is known here
        self._reader.viewed.connect(self.viewed)
        self._reader.framed.connect(self.framed)
        self._last_frame = clock.now()
        self._anew_since = 0  # the generation that began anew; later ones went on from it
        self._begins_at = 0  # the step that it began at
        self._job: Job | None = None  # the last one; none while there is nothing to train
        self.problem = ""
        self._why_ended = ""  # why the thread has ended, so that nothing is trained any more
        self._steps_per_epoch = 1
        self._is_stopped = False
        self._goal = 0.0  # steps; fractions add up at slow speeds

    def start(self) -> None:
        """Start the thread, which begins by importing torch."""
        if not self._is_stopped:
            self._worker.start()

    def stop(self) -> None:
        """End the thread and the frames, for good."""
        self._is_stopped = True
        self._reader.stop()
        self._worker.stop()

    @property
    def step(self) -> int:
        """Steps trained so far; where it begins until the thread has begun what was submitted."""
        generation, step = self._worker.reached
        return step if generation >= self._anew_since else self._begins_at

    @property
    def epoch(self) -> int:
        """Complete epochs trained so far."""
        return self.step // self._steps_per_epoch

    @property
    def due_epoch(self) -> int:
        """The epoch at which training is, or will wait once it gets there."""
        return self._here() // self._steps_per_epoch

    @property
    def last_step(self) -> int:
        """The step at which the present experiment is finished."""
        return 0 if self._job is None else self._job.experiment.epochs * self._steps_per_epoch

    @property
    def is_finished(self) -> bool:
        """Whether what was submitted last has trained to its end, and is shown."""
        view = self.view
        return view is not None and view.generation == self.generation and view.is_finished

    @property
    def is_up_to_date(self) -> bool:
        """Whether what is shown is what was asked for, as far as it was to be trained."""
        view = self.view
        if self._job is None or self.problem:
            return True  # nothing is to come
        if view is None or view.generation != self.generation:
            return False
        return view.is_finished or view.snapshot.step >= _whole(self._goal)

    def submit(
        self, experiment: Experiment, dataset: Dataset, grid: Grid | None, change: Change
    ) -> None:
        """Train this experiment as far as the one before had got, or on if it is playing."""
        if change is Change.NOTHING:
            return
        was_at_end = 0 < self.last_step <= self._goal
        is_solved = experiment.model.kind == "polynomial"
        before = self._steps_per_epoch
        batch_size = experiment.optimizer.batch_size
        self._steps_per_epoch = steps_per_epoch(len(dataset.train.y), batch_size)
        self.generation += 1
        if change is not Change.ADJUST:
            self._anew_since, self._begins_at = self.generation, 0
            is_held = (self.is_playing or was_at_end) and self.speed is None and not is_solved
            self._reader.hold(self.view.snapshot.epoch if is_held and self.view else 0)
        last_step = experiment.epochs * self._steps_per_epoch
        if is_solved:  # there is nothing to wait for
            self._set_playing(False)
            self._goal = last_step
        elif self.is_playing or was_at_end:
            self._set_playing(True)
            if self.speed is None:
                self._goal = last_step
            elif change is not Change.ADJUST:
                self._goal = 0
        else:
            epochs = self._goal / before
            self._goal = min(round(epochs * self._steps_per_epoch), last_step)
        goal = _whole(self._goal)
        self._submit(Job(self.generation, experiment, dataset, grid, self.device, change, goal))

    def _submit(self, job: Job) -> None:
        self._job = job
        self._set_problem("")
        self._worker.submit(job)

    def prefetch(self, experiments: Iterable[Experiment]) -> None:
        """Train some of those that are about to be submitted, in this order, by all processors.

        Only where a change shows networks that are trained to their end.
        """
        if self._job is not None and 0 < self.last_step <= self._goal:
            self._worker.prefetch(experiments, self._job)

    def look(self, look: Look) -> None:
        """Show another moment of the run, or a member of a study."""
        self._worker.look(look)

    def go_on_from(
        self, experiment: Experiment, dataset: Dataset, grid: Grid | None, start: Start, epoch: int
    ) -> None:
        """Make a kept moment the present one, and wait there.

        Parameters
        ----------
        start
            A moment of the run, or a member of a study, whose experiment this is.
        epoch
            That of the moment.
        """
        self._set_playing(False)
        self._steps_per_epoch = steps_per_epoch(
            len(dataset.train.y), experiment.optimizer.batch_size
        )
        self.generation += 1
        self._anew_since = self.generation
        self._begins_at = goal = epoch * self._steps_per_epoch
        self._goal = goal
        change, device = Change.RETRAIN, self.device
        self._submit(Job(self.generation, experiment, dataset, grid, device, change, goal, start))

    def withdraw(self) -> None:
        """Train nothing until the next experiment is submitted."""
        self.pause()
        self._anew_since = self.generation + 1
        self._reader.drop_before(self._anew_since)
        self._begins_at = 0
        self._job = None
        self._set_problem("")

    def play(self) -> None:
        """Train until the last epoch or until paused."""
        if not self._can_train():
            return
        here = self._here()
        self._set_playing(True)
        self._set_goal(self.last_step if self.speed is None else here)

    def pause(self) -> None:
        """Stop after the present step."""
        self._set_playing(False)
        self._set_goal(self.step)

    def advance(self, steps: int) -> None:
        """Train so many steps, then wait."""
        if self._can_train():
            self.advancing.emit()
            here = self._here()
            self._set_playing(False)
            self._set_goal(min(here + steps, self.last_step))

    def train_to(self, epoch: int) -> None:
        """Train to the end of an epoch, then wait; nothing if it is over already."""
        self.advance(max(epoch * self._steps_per_epoch - self._here(), 0))

    def advance_epoch(self) -> None:
        """Train to the end of the present epoch, then wait."""
        self.advance(self._steps_per_epoch - self._here() % self._steps_per_epoch)

    def _here(self) -> int:
        """The step to count from: where training is, or will wait once it gets there."""
        return self.step if self.is_playing else max(self.step, _whole(self._goal))

    def _can_train(self) -> bool:
        """Whether there is something to train; after an error it is begun anew."""
        if self._job is not None and self.problem:
            self._anew_since = self.generation = self.generation + 1
            self._begins_at = self._goal = 0
            job = replace(self._job, generation=self.generation, change=Change.RESTART)
            self._submit(replace(job, goal=0, start=None))
        return self._job is not None

    def rewind(self) -> None:
        """Let the next submitted experiment wait at its initial weights."""
        self._set_playing(False)
        self._goal = 0

    def set_speed(self, epochs_per_second: float | None) -> None:
        """Limit the pace; None is full speed."""
        self.speed = epochs_per_second
        if self.is_playing:
            self.play()

    def _set_goal(self, step: float) -> None:
        self._goal = step
        self._worker.set_goal(_whole(step))

    def _set_playing(self, is_playing: bool) -> None:
        is_playing = is_playing and not self._why_ended
        if is_playing != self.is_playing:
            self.is_playing = is_playing
            if not is_playing:
                self._reader.hold(0)
            self.playing_changed.emit(is_playing)

    def _set_problem(self, problem: str) -> None:
        problem = problem or self._why_ended
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit(problem)

    def await_rest(self, seconds: float) -> bool:
        """Wait until all that was asked of the thread is done, so long at most; whether it is."""
        return self._worker.await_rest(seconds)

    def settle(self) -> bool:
        """Show what came of all that was asked of the thread, which rests.

        Returns
        -------
        Whether nothing else was asked of it by that; else it is to be settled again.
        """
        self.studies.follow(self._worker.studies)
        self._reader.hand_out()
        return self._worker.rests and self._worker.mailbox.is_empty

    def _on_frame(self, now: float) -> None:
        elapsed, self._last_frame = now - self._last_frame, now
        if self.is_playing and self.speed is not None and self._goal < self.last_step:
            # Not further ahead of the network than a second: a slow one is not chased.
            ahead = self.speed * self._steps_per_epoch
            goal = min(self._goal + ahead * elapsed, self.step + max(ahead, 1))
            self._set_goal(min(goal, self.last_step))
        self.studies.follow(self._worker.studies)

    @Slot(object)
    def _on_viewed(self, view: View) -> None:
        if view.is_preview:
            return
        self.view = view
        if view.is_finished and view.generation == self.generation:
            self._set_playing(False)
            self._goal = self.last_step  # even if it stopped early: what comes next runs to its end

    @Slot()
    def _on_loaded(self) -> None:
        self.is_loaded = True
        self.loaded.emit()

    @Slot(int, str)
    def _on_failed(self, generation: int, message: str) -> None:
        is_wanted = self._job is not None and generation == self.generation
        if generation == 0:  # PyTorch is missing
            self._why_ended = message
        elif not is_wanted:
            return
        self._set_playing(False)
        self._set_problem(message)
        self.failed.emit(message)


def _whole(steps: float) -> int:
    """The whole steps in a sum of fractions, which may have come out a little short."""
    return int(steps + 1e-6)
