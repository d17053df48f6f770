"""Between the window and the worker: what to train, how far, how fast, and what came of it."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Grid
from regplay.core.measurements import steps_per_epoch
from regplay.gui.training.clock import Clock
from regplay.gui.training.messages import Job, Look, Start, View
from regplay.gui.training.studies import Study, StudyRequest
from regplay.gui.training.worker import Worker
from regplay.session.session import Change

FRAME = 1 / 60  # s


class Runner(QObject):
    """Hands experiments to the worker and takes the newest view at the frame rate.

    A view that was asked for by `look` is taken as soon as it is there: whoever drags a handle sees
    what is under it now, not what was there when the last frame began.

    Lives on the main thread. Its pace comes from the clock alone: with a speed of `n` epochs a
    second the worker may train `n` epochs further in each second of the clock.

    Signals
    -------
    loaded
        torch is imported; training can begin.
    viewed
        (View): something new to show; never of an experiment older than the one shown.
    studied
        (Mapping[str, Study]): how the studies go.
    failed, noticed
        A message for the person.
    playing_changed
        (bool): whether training goes on by itself.
    """

    loaded = Signal()
    viewed = Signal(object)
    studied = Signal(object)
    failed = Signal(str)
    noticed = Signal(str)
    playing_changed = Signal(bool)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device = "auto"
        self.view: View | None = None  # the newest
        self.is_loaded = False  # torch, by the thread
        self._clock = clock
        self._speed: float | None = None  # epochs a second; None is full speed
        self._worker = Worker(self)
        self._worker.loaded.connect(self._on_loaded)
        self._worker.failed.connect(self._on_failed)
        self._worker.noticed.connect(self.noticed)
        self._worker.looked.connect(self._on_looked)
        self._frames = clock.every(FRAME, self._on_frame)
        self._last_frame = self._shown_at = clock.now()
        self._studies: Mapping[str, Study] = self._worker.studies
        self._generation = 0
        self._oldest_shown = 0  # views of older generations are dropped
        self._anew_since = 0  # the generation that began anew; later ones went on from it
        self._begins_at = 0  # the step that it began at
        self._job: Job | None = None  # the last one; none while there is nothing to train
        self._has_failed = False
        self._steps_per_epoch = 1
        self._is_playing = False
        self._is_stopped = False
        self._goal = 0.0  # steps; fractions add up at slow speeds

    def start(self) -> None:
        """Start the thread, which begins by importing torch."""
        if not self._is_stopped:
            self._worker.start()

    def stop(self) -> None:
        """End the thread and the frames, for good."""
        self._is_stopped = True
        self._frames.stop()
        self._worker.stop()

    @property
    def generation(self) -> int:
        """Counts what was submitted; the views of the last one carry this number."""
        return self._generation

    @property
    def is_playing(self) -> bool:
        """Whether training goes on by itself."""
        return self._is_playing

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
    def last_step(self) -> int:
        """The step at which the present experiment is finished."""
        return 0 if self._job is None else self._job.experiment.epochs * self._steps_per_epoch

    @property
    def is_finished(self) -> bool:
        """Whether what was submitted last has trained to its end, and is shown."""
        view = self.view
        return view is not None and view.generation == self._generation and view.is_finished

    def submit(
        self, experiment: Experiment, dataset: Dataset, grid: Grid | None, change: Change
    ) -> None:
        """Train this experiment as far as the one before had got, or on if it is playing."""
        if change is Change.NOTHING:
            return
        was_at_end = 0 < self.last_step <= self._goal
        before = self._steps_per_epoch
        batch_size = experiment.optimizer.batch_size
        self._steps_per_epoch = steps_per_epoch(len(dataset.train.y), batch_size)
        self._generation += 1
        if change is not Change.ADJUST:
            self._anew_since, self._begins_at = self._generation, 0
        last_step = experiment.epochs * self._steps_per_epoch
        if self._is_playing or was_at_end:
            self._set_playing(True)
            if self._speed is None:
                self._goal = last_step
            elif change is not Change.ADJUST:
                self._goal = 0
        else:
            epochs = self._goal / before
            self._goal = min(round(epochs * self._steps_per_epoch), last_step)
        goal = _whole(self._goal)
        job = Job(self._generation, experiment, dataset, grid, self.device, change, goal)
        self._job, self._has_failed = job, False
        self._worker.submit(job)

    def look(self, look: Look) -> None:
        """Show another moment of the run, or a member of a study."""
        self._worker.look(look)

    def study(self, wanted: Mapping[str, StudyRequest]) -> None:
        """Train these sweeps, and no others, while the run leaves time."""
        self._worker.study(wanted, self.device)

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
        self._generation += 1
        self._anew_since = self._generation
        self._begins_at = goal = epoch * self._steps_per_epoch
        self._goal = goal
        job = Job(
            self._generation, experiment, dataset, grid, self.device, Change.RETRAIN, goal, start
        )
        self._job, self._has_failed = job, False
        self._worker.submit(job)

    def withdraw(self) -> None:
        """Train nothing until the next experiment is submitted."""
        self.pause()
        self._oldest_shown = self._anew_since = self._generation + 1
        self._begins_at = 0
        self._job = None

    def play(self) -> None:
        """Train until the last epoch or until paused."""
        if not self._can_train():
            return
        here = self._here()
        self._set_playing(True)
        self._set_goal(self.last_step if self._speed is None else here)

    def pause(self) -> None:
        """Stop after the present step."""
        self._set_playing(False)
        self._set_goal(self.step)

    def advance(self, steps: int) -> None:
        """Train so many steps, then wait."""
        if self._can_train():
            here = self._here()
            self._set_playing(False)
            self._set_goal(min(here + steps, self.last_step))

    def advance_epoch(self) -> None:
        """Train to the end of the present epoch, then wait."""
        self.advance(self._steps_per_epoch - self._here() % self._steps_per_epoch)

    def _here(self) -> int:
        """The step to count from: where training is, or will wait once it gets there."""
        return self.step if self._is_playing else max(self.step, _whole(self._goal))

    def _can_train(self) -> bool:
        """Whether there is something to train; after an error it is begun anew."""
        if self._job is not None and self._has_failed:
            self._has_failed = False
            self._anew_since = self._generation = self._generation + 1
            self._begins_at = self._goal = 0
            self._job = replace(
                self._job,
                generation=self._generation,
                change=Change.RESTART,
                goal=0,
                start=None,
            )
            self._worker.submit(self._job)
        return self._job is not None

    def rewind(self) -> None:
        """Let the next submitted experiment wait at its initial weights."""
        self._set_playing(False)
        self._goal = 0

    @property
    def speed(self) -> float | None:
        """Epochs a second; None is full speed."""
        return self._speed

    def set_speed(self, epochs_per_second: float | None) -> None:
        """Limit the pace; None is full speed."""
        self._speed = epochs_per_second
        if self._is_playing:
            self.play()

    def _set_goal(self, step: float) -> None:
        self._goal = step
        self._worker.set_goal(_whole(step))

    def _set_playing(self, is_playing: bool) -> None:
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            self.playing_changed.emit(is_playing)

    def _on_frame(self) -> None:
        now = self._clock.now()
        elapsed, self._last_frame = now - self._last_frame, now
        if self._is_playing and self._speed is not None and self._goal < self.last_step:
            # Not further ahead of the network than a second: a slow one is not chased.
            ahead = self._speed * self._steps_per_epoch
            goal = min(self._goal + ahead * elapsed, self.step + max(ahead, 1))
            self._set_goal(min(goal, self.last_step))
        studies = self._worker.studies
        if studies is not self._studies:
            self._studies = studies
            self.studied.emit(studies)
        self._take_view()
        # Once what was shown is painted: until then this thread needs the interpreter itself.
        QTimer.singleShot(0, self._worker, self._worker.await_view)

    @Slot()
    def _on_looked(self) -> None:
        is_soon = self._clock.now() - self._shown_at <= FRAME / 2  # a mouse may move at 1,000 hertz
        if not (is_soon or self._is_stopped):
            self._take_view()

    def _take_view(self) -> None:
        view = self._worker.mailbox.take()
        if view is None or view.generation < self._oldest_shown:
            return
        self._oldest_shown, self._shown_at = view.generation, self._clock.now()
        if view.is_preview:
            self.viewed.emit(view)
            return
        self.view = view
        if view.is_finished and view.generation == self._generation:
            self._set_playing(False)
            self._goal = self.last_step  # even if it stopped early: what comes next runs to its end
        self.viewed.emit(view)

    @Slot()
    def _on_loaded(self) -> None:
        self.is_loaded = True
        self.loaded.emit()

    @Slot(int, str)
    def _on_failed(self, generation: int, message: str) -> None:
        if generation in (0, self._generation):
            self._set_playing(False)
            self._has_failed = True
            self.failed.emit(message)


def _whole(steps: float) -> int:
    """The whole steps in a sum of fractions, which may have come out a little short."""
    return int(steps + 1e-6)
