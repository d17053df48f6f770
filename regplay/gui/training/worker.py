"""The thread that trains.

It trains in long stretches without the interpreter's lock, comes back from them as soon as there is
something else to do, and leaves what it reached in a mailbox that holds one, which is emptied once
a frame. What time the run leaves goes to studies. It never holds a widget.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import differences
from regplay.gui.training.clock import FRAME, Clock
from regplay.gui.training.memory import release_free_memory
from regplay.gui.training.messages import Job, Look, Start, Study, StudyRequest, View
from regplay.gui.training.prefetch import Prefetcher, keep
from regplay.gui.training.studies import Studies
from regplay.session.session import Change, Run

# Imported on the thread, as torch is: the window is on screen meanwhile.
if TYPE_CHECKING:
    from regplay.core.engine import Stop
    from regplay.core.training import Training

# A training that takes no longer is finished and shown, even if a newer change waits by then: while
# a slider is dragged, each position shows a trained network rather than one that has just begun.
GRACE = 0.1  # s of the thread's own time, which stands still while it waits for the interpreter
_FULL = "The GPU ran out of memory: training goes on on the CPU."
# Share of a training until which it isn't known how long it will take: its first epochs, which are
# recorded one by one, take longer than others.
_BARELY_BEGUN = 0.2
_SILENCE = 0.05  # s until a training that goes on shows its first epochs
_PUBLISHING_SHARE = 0.2  # of the time
# s of rest after which free memory is released: to take it anew costs more than to keep it, and
# a hand that moves a slider soon wants it again.
_RELEASED_AFTER = 2.0


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
    published
        (bool): a view lies in the mailbox; whether it is what was asked for by `look`.
    """

    loaded = Signal()
    failed = Signal(int, str)
    noticed = Signal(str)
    published = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self.reached = (0, 0)  # generation of the job being trained, and the step it is at
        lock = threading.RLock()
        self._wake, self._rested = threading.Condition(lock), threading.Condition(lock)
        self._rests = False
        self._job: Job | None = None  # the next one
        self._goal = 0
        self._look = Look()
        self._has_look = False  # a new one, not shown yet
        self._trains = False  # whether the thread is at the run, not at studies or waiting
        self._is_finishing = False  # so that no newer job brings the thread back before its end
        self._is_awaited = False  # a view, by who shows them
        self._stop: Stop | None = None  # brings the thread back from a stretch, once there is torch
        # New studies, and the device.
        self._wanted: tuple[Mapping[str, StudyRequest], str] | None = None
        self._prefetcher = Prefetcher()
        # What follows belongs to the thread.
        self._studies = Studies()
        self._current: Job | None = None
        self._training: Training | None = None
        self._run = Run(Experiment())
        self._after: int | None = None  # records of later epochs go once there is another one
        self._filling: Iterator[None] | None = None  # trains the states that the run lacks
        self._taken: Job | None = None  # the last one that was begun, or failed to be
        self._began = self._silent_until = 0.0
        self._spent = 0.0  # s of the thread's own time, by the present training
        self._is_shown = True  # something of what was begun since the last silence

    def submit(self, job: Job) -> None:
        """Train this instead of what is trained now."""
        with self._wake:
            waiting = self._job
            if waiting is not None and job.change is Change.ADJUST and waiting.start is not None:
                job = replace(job, after=waiting)
            elif waiting is not None and waiting.change.value >= job.change.value:
                job = replace(job, change=waiting.change, after=waiting.after)
            self._job = job
            if job.change is Change.ADJUST or not self._is_finishing:
                self._call()

    def set_goal(self, step: int) -> None:
        """Train the present job to this step, then wait; a step behind stops it at once."""
        with self._wake:
            goes_on = self._trains and step >= self._goal
            self._goal = step
            if self._job is not None:
                self._job = replace(self._job, goal=step)
            if not goes_on:  # it is to stop, or at something else
                self._call()

    def await_view(self) -> None:
        """Whoever shows views has shown the last one, and would take a newer one."""
        if self.mailbox.is_empty and self._trains and not self._is_finishing:
            with self._wake:
                self._is_awaited = True
                self._call()

    def look(self, look: Look) -> None:
        """Show this from now on."""
        with self._wake:
            self._look, self._has_look = look, True
            self._call()

    def study(self, wanted: Mapping[str, StudyRequest], device: str) -> None:
        """Train these while the run leaves time, the first first, and no others."""
        with self._wake:
            self._wanted = dict(wanted), device
            self._call()

    def prefetch(self, experiments: Iterable[Experiment], present: Job) -> None:
        """Train what is about to be submitted, as of `Prefetcher.prefetch`."""
        self._prefetcher.prefetch(experiments, present)

    @property
    def studies(self) -> Mapping[str, Study]:
        """How the studies go; another object whenever there is something new."""
        return self._studies.told

    def await_rest(self, seconds: float) -> bool:
        """Wait until the thread has nothing left to do, so long at most; whether that is so."""
        with self._wake:
            return self._rested.wait_for(lambda: self._rests, seconds)

    @property
    def rests(self) -> bool:
        """Whether the thread has nothing left to do."""
        return self._rests

    def stop(self) -> None:
        """End the thread and wait for it."""
        self.requestInterruption()
        self._prefetcher.close()  # which it may be waiting for
        with self._wake:
            self._call()
        self.wait()

    def _call(self) -> None:
        """Let the thread look at what there is to do, whatever it is at."""
        if self._stop is not None:
            self._stop.set()
        self._rests = False
        self._wake.notify()

    def run(self) -> None:
        """Train until the interruption is requested. Called by Qt, on the thread."""
        try:
            from regplay.core.engine import Stop
            from regplay.gui.training.viewer import Viewer

            self._viewer = Viewer()
            self._stop = stop = Stop()
        except Exception as error:
            self.failed.emit(0, f"PyTorch could not be loaded: {error}")
            return
        self.loaded.emit()
        while not self.isInterruptionRequested():
            if not self._rest(_RELEASED_AFTER):
                release_free_memory()
                self._rest()
            with self._wake:
                self._rests = False
                stop.clear()  # before looking: what comes from here on sets it again
                job, self._job = self._job, None
                if job is not None:
                    self._goal = job.goal  # here, so that no later `set_goal` is overwritten
                wanted, self._wanted = self._wanted, None
            try:
                if wanted is not None:
                    self._studies.want(*wanted)
                if job is not None:
                    self._taken = job
                    if job.after is not None:
                        self._begin(job.after)
                    self._begin(job)
                if self._has_steps_to_go() or job is not None or self._has_look:
                    self._train(stop)
                elif self._filling is not None:
                    self._fill(self._filling, stop)
                elif not self._studies.finished:
                    self._study(stop)
            except Exception as error:
                self._give_up(error)

    def _rest(self, seconds: float | None = None) -> bool:
        """Wait until there is something to do; False if that takes longer than some seconds."""
        with self._wake:
            while not self._has_work():
                self._rests = True
                self._rested.notify_all()
                if not self._wake.wait(seconds):
                    return False
        return True

    def _has_work(self) -> bool:
        return self._is_called() or self._filling is not None or not self._studies.finished

    def _is_called(self) -> bool:
        """Whether there is something that goes before studies."""
        return (
            self._job is not None
            or self._wanted is not None
            or self._has_look
            or self._has_steps_to_go()
            or self.isInterruptionRequested()
        )

    def _fill(self, filling: "Iterator[None]", stop: "Stop") -> None:
        """Fill in until there is something else to do; show at the end which moments there are."""
        for _ in filling:
            if self._is_called() or stop.is_set:
                return
        self._filling = None
        if self._training is not None:
            self._publish(self._training)

    def _study(self, stop: "Stop") -> None:
        import torch

        try:
            self._studies.advance(stop)
        except Exception as error:  # the run is not to suffer
            is_full = isinstance(error, torch.OutOfMemoryError)
            if is_full and self._studies.begin_on_cpu():
                self.noticed.emit(_FULL)
                return
            self._studies.give_up(_in_words(error))

    def _has_steps_to_go(self) -> bool:
        training = self._training
        if training is None or training.finished:
            return False
        return training.step < self._goal or training.owes_record

    def _begin(self, job: Job) -> None:
        self._current = job
        self._began, self._spent = time.perf_counter(), 0.0
        present = self._training if job.change is Change.ADJUST else None
        # It may have come further than its new end since that was chosen: then it begins anew.
        last = 0 if present is None else job.experiment.epochs * present.steps_per_epoch
        if present is not None and present.step <= last:
            if set(differences(self._run.experiment, job.experiment)) - {"epochs"}:
                self._run.changed_at.append(present.epoch)
            extra = None if self._run.changed_at else present.extra_record
            self._after = None if extra is None else extra - 1
            present.adjust([job.experiment])
            self._run.experiment = job.experiment
            self.reached = (job.generation, present.step)
        else:
            start = job.start
            has_gaps = self._filling is not None or (start is not None and not start.is_present)
            self._after = None
            self._training = self._filling = None  # so that their memory is free for the next
            run, training = self._prefetcher.take(job) or (None, _training_of(job))
            if start is not None:
                run = self._started(start, job, training)
                if run is not None and has_gaps and not run.changed_at:
                    again = _training_of(job)
                    self._filling = again.fill_in(run.checkpoints, run.history, self._stop)
            if run is None:
                run = Run(job.experiment, placement=training.placement.reason)
                keep(run, training.train(0))
            self._run, self._training = run, training
            self.reached = (job.generation, training.step)
        # What is over this soon shows its result alone, without a flash of its start. One silence
        # does for many jobs, so that a hand that never rests sees what longer ones come to.
        if job.change is Change.ADJUST:
            self._silent_until = 0.0
        elif self._is_shown:
            self._silent_until, self._is_shown = self._began + _SILENCE, False

    def _started(self, start: Start, job: Job, training: "Training") -> Run | None:
        """Bring a training to where it is to start; the run so far, or None if it isn't kept."""
        if not start.study:
            run = self._run if start.run is None else start.run
        else:
            study = self._studies.training(start.study)
            if study is None or not study.has_begun(start.member):
                return None
            if study.experiments[start.member] != job.experiment:
                return None
            history = study.history.member(start.member)
            run = Run(job.experiment, history, checkpoints=study.checkpoints(start.member))
        state = run.checkpoints.at(start.epoch)
        if state is None:
            return None
        training.restore(state)
        run = run.until(state.epoch)
        run.experiment, run.placement = job.experiment, training.placement.reason
        return run

    def _train(self, stop: "Stop") -> None:
        training = self._training
        if training is None:
            self._has_look = False
            return
        generation, _ = self.reached
        self._trains = True
        try:
            while True:
                stop.clear()
                if self._has_steps_to_go():  # else it is published below, and once is enough
                    self._publish_sometimes(training)
                if self.isInterruptionRequested():
                    return
                if self._is_superseded(training):
                    if time.perf_counter() >= self._silent_until:
                        self._publish(training)
                    return
                if not self._has_steps_to_go():
                    break
                is_known = training.step >= _BARELY_BEGUN * self._goal
                self._is_finishing = is_known and self._job is not None
                begin = time.thread_time()
                if records := training.train(self._goal, stop):
                    keep(self._run, records, self._after)
                    self._after = None
                self._spent += time.thread_time() - begin
                self.reached = (generation, training.step)
        finally:
            self._trains = self._is_finishing = False
        self._publish(training)

    def _is_superseded(self, training: "Training") -> bool:
        """Whether to leave this training for a job that waits, rather than finish it before."""
        job = self._job
        if job is None:
            return False
        if job.change is Change.ADJUST:
            return True
        done = training.step / max(self._goal, 1)
        return self._spent * (1.0 - min(done, 1.0)) / max(done, _BARELY_BEGUN) > GRACE

    def _publish_sometimes(self, training: "Training") -> None:
        now = time.perf_counter()
        if not (self._has_look or (self._is_awaited and now >= self._silent_until)):
            return
        self._publish(training)
        end = time.perf_counter()
        self._silent_until = end + (end - now) / _PUBLISHING_SHARE

    def _publish(self, training: "Training") -> None:
        job, run = self._current, self._run
        with self._wake:
            look, was_asked = self._look, self._has_look
            self._has_look = self._is_awaited = False
            self._is_shown = True
        if job is None or run.history.last is None:
            return
        study = self._studies.training(look.study) if look.study else None
        if study is not None and study.has_begun(look.member):  # it may be another one by now
            view = self._viewer.of_member(job, study, look, run.placement)
        else:
            view = self._viewer.of_run(job, run, training, replace(look, study="", member=0))
        self.mailbox.put(view)
        self.published.emit(was_asked)

    def _give_up(self, error: Exception) -> None:
        import torch

        job, self._training = self._taken, None
        if job is None:
            raise error
        if isinstance(error, torch.OutOfMemoryError) and job.device != "cpu":
            self.noticed.emit(_FULL)
            with self._wake:
                if self._job is None:
                    self._job = replace(
                        job, device="cpu", change=Change.RESTART, goal=self._goal, after=None
                    )
            return
        message = (
            f"Training stopped: {_in_words(error)}. Change a setting, or reset to train again."
        )
        self.failed.emit(job.generation, message)


def _training_of(job: Job) -> "Training":
    from regplay.core.training import Training

    return Training([job.experiment], datasets=[job.dataset], device=job.device)


def _in_words(error: Exception) -> str:
    """What went wrong; of what was not foreseen with its kind, for a report."""
    return str(error) if isinstance(error, UserError) else f"{error} ({type(error).__name__})"


_HELD = 1.0  # s in which the first epochs of a training don't replace what is shown


class MailboxReader(QObject):
    """Takes the newest view out of a worker's mailbox once a frame, and hands it out.

    A view that was asked for by `Worker.look` is handed out as soon as it is there: whoever drags a
    handle sees what is under it now, not what was there when the last frame began. So is one that
    comes too late for its frame: to wait for the next one would halve how many are seen.

    Signals
    -------
    begun, framed
        (float): the time in seconds, at each frame, before and after views are shown.
    viewed
        (View): something new to show; never of an experiment older than the one shown.
    """

    begun = Signal(float)
    viewed = Signal(object)
    framed = Signal(float)

    def __init__(self, worker: Worker, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker, self._clock = worker, clock
        self._waiting: View | None = None  # held back
        self._held_epoch, self._held_until = 0, 0.0
        self._oldest = 0  # views of older generations are dropped
        self._shown_at = clock.now()
        self._timer = clock.every(FRAME, self._on_frame)
        self._is_stopped = False
        worker.published.connect(self._on_published)
        # Once what was shown is painted: until then this thread needs the interpreter itself.
        self.framed.connect(worker.await_view, Qt.ConnectionType.QueuedConnection)

    def stop(self) -> None:
        """Show nothing any more."""
        self._is_stopped = True
        self._timer.stop()

    def hold(self, epoch: int) -> None:
        """Keep what is shown until a view is of this epoch, is finished or shows something else.

        After a second any view will do, and at once from now on if `epoch` is 0.
        """
        self._held_epoch, self._held_until = epoch, self._clock.now() + _HELD

    def drop_before(self, generation: int) -> None:
        """Show no view of an older generation."""
        self._oldest = generation

    def hand_out(self) -> None:
        """Show the newest view, if there is one that is not held back."""
        if self._is_stopped:
            return
        view = self._worker.mailbox.take() or self._waiting
        self._waiting = None
        if view is None or view.generation < self._oldest:
            return
        if self._is_held(view):
            self._waiting = view
            return
        self._oldest, self._shown_at = view.generation, self._clock.now()
        self.viewed.emit(view)

    def _is_held(self, view: View) -> bool:
        is_early = view.snapshot.epoch < self._held_epoch
        return is_early and not (
            view.is_preview or view.is_finished or self._clock.now() >= self._held_until
        )

    def _on_frame(self) -> None:
        now = self._clock.now()
        self.begun.emit(now)
        self.hand_out()
        self.framed.emit(now)

    @Slot(bool)
    def _on_published(self, was_asked: bool) -> None:
        waited = self._clock.now() - self._shown_at
        if was_asked and waited > FRAME / 2:  # a mouse may move at 1,000 hertz
            self.hand_out()
        elif waited >= FRAME:
            # By the clock: that of a film stands still until all of a frame is trained.
            self._clock.later(0.0, self.hand_out)
