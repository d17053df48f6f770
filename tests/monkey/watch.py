"""What must hold: nothing is raised or said, all parts agree, nothing piles up."""

import gc
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from regplay.core import fields
from regplay.gui.controls.control import Control
from regplay.gui.training.memory import release_free_memory
from regplay.gui.window import MainWindow

# The offscreen platform says the one of each window, QTest the other.
_HARMLESS = ("This plugin does not support", "occurs outside target window")
_UNDONE = 4  # steps back and forth
_LONG = 0.5  # s after which it is told where the main thread is
# How much more there may be than at the start, and of memory at the end, on a small experiment.
MORE = {"threads": 12, "timers": 80, "files": 25, "widgets": 5000, "megabytes": 1500}
MORE_AT_END = MORE | {"widgets": 500, "megabytes": 300}


class Watch:
    """Collects what is raised, warned of and said, on all threads.

    Attributes
    ----------
    failures
        What went wrong: each a line by which it is known again, and all that there is to say.
    """

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        sys.excepthook = self._raised
        threading.excepthook = lambda it: self._raised(it.exc_type, it.exc_value, it.exc_traceback)
        sys.unraisablehook = lambda it: self._raised(it.exc_type, it.exc_value, it.exc_traceback)
        warnings.simplefilter("always")
        warnings.showwarning = self._warned
        qInstallMessageHandler(self._said)

    def note(self, kind: str, details: str = "") -> None:
        """Something is not as it must be."""
        self.failures.append((kind, details or kind))

    def _raised(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        frames = traceback.extract_tb(trace)
        own = [frame for frame in frames if "/regplay/" in frame.filename] or frames[-1:]
        place = f"{Path(own[-1].filename).name}:{own[-1].name}" if own else "?"
        told = "".join(traceback.format_exception(kind, error, trace))
        self.note(f"{kind.__name__} in {place}", told)
        print(told, file=sys.stderr)

    def _warned(
        self, message: Warning | str, kind: type[Warning], file: str, line: int, *_
    ) -> None:
        told = f"{kind.__name__} in {Path(file).name}"
        self.note(told, f"{told}:{line}: {message}\n{''.join(traceback.format_stack())}")

    def _said(self, _: QtMsgType, __: object, message: str) -> None:
        if not any(one in message for one in _HARMLESS):
            self.note(f"Qt: {message[:80]}", f"{message}\n{''.join(traceback.format_stack())}")


def check_agreement(window: MainWindow, watch: Watch) -> None:
    """Controls, the experiment and what the plots show are of one thing, once all has settled."""
    controller, runner = window.controller, window.controller.runner
    experiment, dataset, view = controller.session.experiment, controller.dataset, controller.view
    controls = window.controls.findChildren(Control)
    shown = {it.objectName(): it.value() for it in controls if it.objectName() in fields.FIELDS}
    shown["epochs"] = window.timeline.epochs.value()
    for path, value in shown.items():
        if value != fields.get(experiment, path):
            watch.note(f"the control of {path} shows another value", f"{path}: {value!r}")
    drawn = window.fit_view.panel.dataset
    if dataset is None:
        if drawn is not None:
            watch.note("points are drawn where there are no data")
        return
    if view is None or view.generation != runner.generation:
        if not (runner.problem and runner.problem in window.verdict_bar.reason.accessibleName()):
            watch.note(
                "nothing is shown of the experiment, and nobody says why", repr(runner.problem)
            )
        return
    if view.is_preview:
        return  # a member of a study is looked at
    if view.run.experiment != experiment:
        paths = fields.differences(view.run.experiment, experiment)
        watch.note("the run that is shown is of another experiment", f"it differs in {paths}")
    if drawn is not dataset or view.dataset is not dataset:
        watch.note("other points are drawn than are learned")
    if window.fit_view.panel.fit is not view.fit:
        watch.note("another fit is drawn than the newest")
    epochs, shown, last = (
        window.history_view.plot.epochs,
        view.snapshot.epoch,
        view.run.history.last,
    )
    # The thread may have made a record since, which the next view will have.
    newest = shown if last is None else max(shown, last.epoch)
    if not len(epochs) or not shown <= epochs[-1] <= newest:
        watch.note("the curves end elsewhere than the run", f"{epochs[-3:]}, {shown} … {newest}")


def check_undo(window: MainWindow, watch: Watch) -> None:
    """Some steps back and as many forward pass the same experiments and annotations."""
    controller = window.controller

    def passed(step: Callable[[], None]) -> list[tuple[object, ...]]:
        found = [(controller.session.experiment, controller.annotations)]
        for _ in range(_UNDONE):
            step()
            present = controller.session.experiment, controller.annotations
            if present != found[-1]:  # else it was the last, or other moments of the same
                found.append(present)
        return found

    back = passed(controller.undo)
    forward = passed(controller.redo)[: len(back)]  # there may be more that was undone before
    if forward != back[::-1]:
        watch.note("redo leads elsewhere than undo came from", f"{back}\n{forward}")


class Absence:
    """How long the main thread was away from its events, and where it was after half a second.

    Since the event loop calls `end` every few milliseconds, what lies between two calls is an
    absence.
    """

    def __init__(self) -> None:
        signal.signal(signal.SIGALRM, self._note_place)
        self.begin()

    def begin(self) -> None:
        """What came before doesn't count."""
        self._longest, self._where = (0.0, 0.0), ""
        self._stay()

    def _note_place(self, _: int, frame: FrameType | None) -> None:
        """Note where it is, or where it comes back to from C code.

        faulthandler would not wait for that, but reads frames while they change, and may end the
        process.
        """
        calls = traceback.walk_stack(frame)
        places = [(one.f_code.co_filename, line, one.f_code.co_name) for one, line in calls]
        own = [place for place in places if "/regplay/" in place[0]] or places
        told = (f"{Path(file).name}:{line} {name}" for file, line, name in own[:6])
        self._where = " < ".join(told)

    def end(self) -> None:
        """The main thread is back."""
        began = self._since
        away, busy = (round(now - then, 3) for now, then in zip(self._stay(), began, strict=True))
        self._longest = max(self._longest, (busy, away))

    def _stay(self) -> tuple[float, float]:
        signal.setitimer(signal.ITIMER_REAL, _LONG)
        self._since = time.perf_counter(), time.thread_time()
        return self._since

    def longest(self) -> tuple[float, float, str]:
        """The longest absence since `begin`, on a machine that has nothing else to do.

        Returns
        -------
        Seconds of the thread's own time, seconds that passed, and where it was, if that was long.
        """
        self.end()
        return *self._longest, self._where


def threads() -> int:
    """Python's own; Qt's have but a placeholder, which stays when they have ended."""
    return sum(not isinstance(it, threading._DummyThread) for it in threading.enumerate())


def resources(window: MainWindow) -> dict[str, int]:
    """How much there is of what must not pile up."""
    gc.collect()
    release_free_memory()  # as the thread does when it has rested
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "threads": threads(),
        "timers": sum(timer.isActive() for timer in window.findChildren(QTimer)),
        "files": len(os.listdir("/proc/self/fd")),
        "widgets": len(QApplication.allWidgets()),
        "megabytes": pages * os.sysconf("SC_PAGE_SIZE") >> 20,
    }
