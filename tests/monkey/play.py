"""One process that plays the list of actions of its standard input, and reports as it goes."""

import faulthandler
import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QSettings, Qt, QThread, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from regplay.gui.application.garbage import Collector
from regplay.gui.persistence import Dialogs
from regplay.gui.window import MainWindow
from tests.monkey import watch as watching
from tests.monkey.events import drag, is_in_reach, mouse, press, reachable
from tests.monkey.material import SMALL, write_files

PATIENCE = 300  # s that an action, or a check, may take on any machine
_COMPARED, _CHECKED = 10, 50  # actions from one comparison, and check, to the next
_TOUCHED = 4  # times in a dialog before it is closed
_OWN_LOOP = 1  # how deep the loop is that `run` is called from
_LOOK = 10  # ms between two looks at whether something waits for an answer


class Monkey:
    """A window, and what is there to act upon it.

    Attributes
    ----------
    rng
        Chooses for the present action.
    folder
        Holds the files that are opened and saved.
    """

    def __init__(self, app: QApplication, folder: Path) -> None:
        self.app, self.folder, self.rng = app, folder, random.Random(0)
        self.watch, self.absence = watching.Watch(), watching.Absence()
        write_files(folder)
        for name in ("getOpenFileName", "getSaveFileName"):
            setattr(QFileDialog, name, lambda _, title, at="", *__: (self._file_name(at), ""))
        Dialogs.file_to_save = lambda _, suggested: self._session_name(suggested)
        QDesktopServices.openUrl = lambda _: True
        self._touched, self._tops = 0, list[QWidget]()
        self._answered = _OWN_LOOP  # how deep the loop is whose question is being answered
        self._threads = watching.threads()
        self._timer = QTimer(interval=_LOOK)  # wakes `wait` too
        self._timer.timeout.connect(self._see_questions)
        self._timer.start()
        self.open_window()
        self._collector = Collector(app)
        self._collector.begin()
        self._start = watching.resources(self.window)

    def _file_name(self, suggested: str | Path) -> str:
        """A file that is there, or another of this name, or none."""
        there = sorted(map(str, self.folder.iterdir()))
        new = str(self.folder / Path(suggested).name[-60:])
        return self.rng.choice((self.rng.choice(there), new, new, "", str(self.folder / "no/file")))

    def _session_name(self, suggested: Path) -> Path | None:
        name = self._file_name(suggested)
        return Path(name).with_suffix(".regplay") if name else None

    # the window

    def open_window(self) -> None:
        """Open one as a program that is started again does, and wait until it can be used."""
        settings = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = MainWindow(SMALL, None, settings, None, self.folder.with_name("kept"))
        self.window.show()
        self.window.activateWindow()
        self.wait(lambda: self.window.controller.view is not None)

    def close_window(self) -> None:
        """Close it and what is over it, unless that is done; what it asks is answered."""
        while self.window.isVisible() or reachable(self.window) is not self.window:
            self._touched = 0
            reachable(self.window).close()
        for other in self.app.topLevelWidgets():
            if other.isVisible() and other.windowType() != Qt.WindowType.ToolTip:
                self.watch.note("a window outlives the main one", repr(other))
                other.close()
        self._tops.clear()
        self.window.theme.deleteLater()
        self.window.deleteLater()
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.wait(lambda: watching.threads() <= self._threads)
        # `findChildren` makes objects of what Qt makes and deletes alone, as a splitter's handles.
        # Such a one stands for whatever comes to its address next, and may so hold the window.
        vars(self.window).clear()
        gc.unfreeze()  # the first window, which was there before the collector
        gc.collect()

    def wait(self, is_true: Callable[[], bool]) -> None:
        """Process events until it is."""
        while not is_true():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def pick(
        self,
        kinds: tuple[type[QWidget], ...],
        within: Callable[[MainWindow], QWidget] | None = None,
    ) -> QWidget | None:
        """One of what is in reach, of these kinds, and in or at that part of the window."""
        top = reachable(self.window)
        self._tops.append(top)  # what `findChildren` finds is deleted for Python along with it
        part = within(self.window) if within else top
        found = [part, *(it for kind in kinds for it in part.findChildren(kind))]
        self.rng.shuffle(found)
        fitting = (it for it in found if isinstance(it, kinds) and it.window() is top)
        return next(filter(is_in_reach, fitting), None)

    # what holds up everything else until it is answered

    def _see_questions(self) -> None:
        self.absence.end()
        if QThread.currentThread().loopLevel() > self._answered:  # else nothing waits for it
            QTimer.singleShot(0, self._answer)

    def _answer(self) -> None:
        """Touch something in the dialog or menu that has a loop of its own, or close it.

        Which may open another one, with a loop in this one.
        """
        before, level = self._answered, QThread.currentThread().loopLevel()
        if level <= before:
            return
        self._answered = level
        try:
            top, self._touched = reachable(self.window), self._touched + 1
            if top is self.window:  # a drag
                mouse(top, "Release", top.rect().center())
                press(top, "Escape")
            elif self._touched > _TOUCHED:
                top.close()
            elif button := self.pick((QPushButton,)):
                drag(button, [button.rect().center()])
            else:
                press(top, self.rng.choice(("Down", "Return", "Escape")))
        finally:
            self._answered = before

    # a list of actions

    def act(self, action: Callable[["Monkey"], str], number: int) -> str:
        """Do one; returns what it did."""
        self.rng, self._touched, done = random.Random(number), 0, "raised"
        try:
            done = action(self)
        except Exception as error:
            if "already deleted" in str(error):
                done = "what it was done to is gone"
            else:
                sys.excepthook(type(error), error, error.__traceback__)
        for _ in range(self.rng.choice((1, 1, 2, 5, 20))):  # meanwhile, training goes on
            self.app.processEvents()
        if not self.window.isVisible():  # the next one may have a session to recover
            self.close_window()
            self.open_window()
        return done

    def compare(self) -> str:
        """See that what is worked on is what is shown, once that has come to rest."""
        runner = self.window.controller.runner
        self.window.controller.replay.pause()
        runner.pause()
        for _ in range(3):  # an event may have something else trained
            self.wait(lambda: runner.is_up_to_date)
            self.app.processEvents()
        self.wait(lambda: runner.is_up_to_date)
        watching.check_agreement(self.window, self.watch)
        return ""

    def check(self, more: dict[str, int] = watching.MORE) -> dict[str, int]:
        """See that all else holds at rest too; returns how much there is of what may pile up."""
        self.compare()
        watching.check_undo(self.window, self.watch)
        self.compare()
        found = watching.resources(self.window)
        for name, count in found.items():
            if count > self._start[name] + more[name]:
                self.watch.note(
                    f"too many {name}", f"{self._start[name]} at the start, {count} now"
                )
        return found

    def end(self) -> dict[str, int]:
        """Go back to a small experiment, look at the memory, and close."""
        self.close_window()
        self.open_window()
        found = self.check(watching.MORE_AT_END)
        self.close_window()
        return found


def main() -> None:
    """Print a line of JSON for each action and for each failure."""
    from tests.monkey.actions import ACTIONS

    def write(**line: object) -> None:
        print(json.dumps(line), flush=True)

    def play(name: str, number: int, act: Callable[[], str | dict[str, int]]) -> None:
        """Do it, and write down what it did and what failed, which ends the process."""
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        write(begun=name, number=number)
        before = time.perf_counter()
        monkey.absence.begin()
        done = act()
        busy, away, where = monkey.absence.longest()
        seconds = round(time.perf_counter() - before, 3)
        write(done=done, action=name, busy=busy, away=away, seconds=seconds, where=where)
        found, monkey.watch.failures = monkey.watch.failures, []
        for kind, details in found:
            write(failed=kind, details=details)
        if found and "--keep-going" not in sys.argv:
            os._exit(0)  # whatever its threads are at

    def run() -> None:
        for index, (name, number) in enumerate(actions, start=1):
            play(name, number, lambda: monkey.act(ACTIONS[name], number))  # noqa: B023
            if index % _CHECKED == 0:
                play("check", index, monkey.check)
            elif index % _COMPARED == 0:
                play("compare", index, monkey.compare)
        play("end", 0, monkey.end)
        os._exit(0)  # Python deletes what Qt still has: the clipboard of this platform

    faulthandler.enable()
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    actions = json.load(sys.stdin)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("regplay")
    app.setQuitOnLastWindowClosed(False)
    folder = Path("files").resolve()
    folder.mkdir()
    monkey = Monkey(app, folder)
    QTimer.singleShot(0, run)
    app.exec()


if __name__ == "__main__":
    main()
