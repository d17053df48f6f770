"""Between the window and the worker: what to train, how far, how fast, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Grid
from regplay.core.measurements import steps_per_epoch
from regplay.gui.training.clock import Clock
from regplay.gui.training.messages import (
    Job,
    Look,
    Start,
    Study,
    StudyRequest,
    StudyUser,
    View,
)
from regplay.gui.training.worker import Worker
from regplay.session.session import Change

FRAME = 1 / 60  # s
DEBOUNCE = 0.1  # s without a change before new sweeps are begun
_HELD = (
    1.0  # s after a change, in which the first epochs of a training do not replace what is shown
)


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


class Runner(QObject):
    """Hands experiments to the worker and takes the newest view at the frame rate.

    A view that was asked for by `look` is taken as soon as it is there: whoever drags a handle sees
    what is under it now, not what was there when the last frame began.

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
    playing_changed
        (bool): whether training goes on by itself.
    """

    loaded = Signal()
    viewed = Signal(object)
    framed = Signal(float)
    failed = Signal(str)
    noticed = Signal(str)
    playing_changed = Signal(bool)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.device = "auto"
        self.view: View | None = None  # the newest
        self.is_loaded = False  # torch, by the thread
        self.generation = 0
        self.is_playing = False
        self.speed: float | None = None
        self._clock = clock
        self._worker = Worker(self)
        self._worker.loaded.connect(self._on_loaded)
        self._worker.failed.connect(self._on_failed)
        self._worker.noticed.connect(self.noticed)
        self._worker.looked.connect(self._on_looked)
        self.studies = StudyScheduler(
            lambda wanted: self._worker.study(wanted, self.device), clock, self
        )
        self._frames = clock.every(FRAME, self._on_frame)
        self._last_frame = self._shown_at = clock.now()
        self._held_epoch, self._held_until = 0, 0.0
        self._waiting: View | None = None  # held back
        self._oldest_shown = 0  # views of older generations are dropped
        self._anew_since = 0  # the generation that began anew; later ones went on from it
        self._begins_at = 0  # the step that it began at
        self._job: Job | None = None  # the last one; none while there is nothing to train
        self._has_failed = False
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
        self._frames.stop()
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
        if self._job is None or self._has_failed:
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
        before = self._steps_per_epoch
        batch_size = experiment.optimizer.batch_size
        self._steps_per_epoch = steps_per_epoch(len(dataset.train.y), batch_size)
        self.generation += 1
        if change is not Change.ADJUST:
            self._anew_since, self._begins_at = self.generation, 0
            self._hold(self.is_playing or was_at_end)
        last_step = experiment.epochs * self._steps_per_epoch
        if self.is_playing or was_at_end:
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

    def _hold(self, is_to_train: bool) -> None:
        """Keep what is shown until the network to come has trained as long, or for `_HELD`."""
        if not is_to_train or self.speed is not None or self.view is None:
            self._held_until = 0.0
            return
        self._held_epoch = self.view.snapshot.epoch
        self._held_until = self._clock.now() + _HELD

    def _is_held(self, view: View) -> bool:
        """Whether a view is one of the first epochs, while what was shown before stays."""
        return (
            self.is_playing
            and not (view.is_preview or view.is_finished)
            and view.snapshot.epoch < self._held_epoch
            and self._clock.now() < self._held_until
        )

    def _submit(self, job: Job) -> None:
        self._job, self._has_failed = job, False
        self._worker.submit(job)

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
        self._oldest_shown = self._anew_since = self.generation + 1
        self._begins_at = 0
        self._job = None

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
        if self._job is not None and self._has_failed:
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
        if is_playing != self.is_playing:
            self.is_playing = is_playing
            self.playing_changed.emit(is_playing)

    def settle(self) -> bool:
        """Wait until all that was asked of the thread is done, and show what came of it.

        Returns
        -------
        Whether nothing else was asked of it by that; else it is to be settled again.
        """
        self._worker.await_rest()
        self.studies.follow(self._worker.studies)
        self._take_view()
        return self._worker.rests and self._worker.mailbox.is_empty

    def _on_frame(self) -> None:
        now = self._clock.now()
        elapsed, self._last_frame = now - self._last_frame, now
        if self.is_playing and self.speed is not None and self._goal < self.last_step:
            # Not further ahead of the network than a second: a slow one is not chased.
            ahead = self.speed * self._steps_per_epoch
            goal = min(self._goal + ahead * elapsed, self.step + max(ahead, 1))
            self._set_goal(min(goal, self.last_step))
        self.studies.follow(self._worker.studies)
        self._take_view()
        self.framed.emit(now)
        # Once what was shown is painted: until then this thread needs the interpreter itself.
        QTimer.singleShot(0, self._worker, self._worker.await_view)

    @Slot()
    def _on_looked(self) -> None:
        is_soon = self._clock.now() - self._shown_at <= FRAME / 2  # a mouse may move at 1,000 hertz
        if not (is_soon or self._is_stopped):
            self._take_view()

    def _take_view(self) -> None:
        view = self._worker.mailbox.take() or self._waiting
        self._waiting = None
        if view is None or view.generation < self._oldest_shown:
            return
        if self._is_held(view):
            self._waiting = view
            return
        self._oldest_shown, self._shown_at = view.generation, self._clock.now()
        if view.is_preview:
            self.viewed.emit(view)
            return
        self.view = view
        if view.is_finished and view.generation == self.generation:
            self._set_playing(False)
            self._goal = self.last_step  # even if it stopped early: what comes next runs to its end
        self.viewed.emit(view)

    @Slot()
    def _on_loaded(self) -> None:
        self.is_loaded = True
        self.loaded.emit()

    @Slot(int, str)
    def _on_failed(self, generation: int, message: str) -> None:
        if generation in (0, self.generation):
            self._set_playing(False)
            self._has_failed = True
            self.failed.emit(message)


def _whole(steps: float) -> int:
    """The whole steps in a sum of fractions, which may have come out a little short."""
    return int(steps + 1e-6)


def _work_of(request: StudyRequest) -> float:
    """Epochs times training points of all its members, by which studies are compared."""
    experiments = request.sweep.experiments
    return request.share * sum(one.epochs * max(one.data.n_train, 1) for one in experiments)
