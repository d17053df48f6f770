"""One process that plays a list of actions: `python -m tests.monkey.play LIST REPORT`."""

import faulthandler
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QSettings, QThread, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from regplay.gui.persistence import Dialogs
from regplay.gui.window import MainWindow
from tests.monkey import watch as watching
from tests.monkey.events import click, mouse, place_in, press, reachable, visible
from tests.monkey.material import SMALL, write_files

PATIENCE = 300  # s that an action, or a check, may take on any machine
_CHECKED = 50  # actions from one check to the next
_TOUCHED = 4  # times in a dialog before it is closed
_LOOK = 10  # ms between two looks at whether something waits for an answer


class _Questions(Dialogs):
    """The window's own questions, but for the name of a file."""

    def __init__(self, monkey: "Monkey") -> None:
        super().__init__(None)
        self._monkey = monkey

    def file_to_save(self, suggested: Path) -> Path | None:
        name = self._monkey.file_name(suggested.name)
        return Path(name).with_suffix(".regplay") if name else None


class Monkey:
    """A window, and what is there to act upon it.

    Attributes
    ----------
    rng
        Chooses for the present action.
    folder
        Holds the files that are opened and saved.
    """

    def __init__(self, folder: Path) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.app, self.folder, self.rng = app, folder, random.Random(0)
        self.watch, self.absence = watching.Watch(), watching.Absence()
        write_files(folder)
        for name in ("getOpenFileName", "getSaveFileName"):
            setattr(QFileDialog, name, lambda _, title, at="", *__: (self.file_name(at), ""))
        QDesktopServices.openUrl = lambda _: True
        self._touched = 0
        self._threads = watching.threads()
        self._timer = QTimer(interval=_LOOK)  # wakes `wait` too
        self._timer.timeout.connect(self._see_questions)
        self._timer.start()
        self.open_window()
        self.start = watching.resources(self.window)

    def file_name(self, suggested: str) -> str:
        """A file that is there, or another of this name, or none."""
        there = sorted(map(str, self.folder.iterdir()))
        new = str(self.folder / Path(suggested).name[-60:])
        return self.rng.choice((self.rng.choice(there), new, new, "", str(self.folder / "no/file")))

    # the window

    def open_window(self) -> None:
        """Open one as a program that is started again does, and wait until it can be used."""
        settings = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)
        kept = self.folder.with_name("kept")
        self.window = MainWindow(SMALL, None, settings, _Questions(self), kept)
        self.window.show()
        self.window.activateWindow()
        self.wait(lambda: self.window.controller.view is not None)

    def close_window(self) -> bool:
        """Close it, unless what it asks is answered so that it stays; whether it is closed."""
        self._touched = 0
        while (top := reachable(self.window)) is not self.window:
            top.close()
        if not self.window.close():
            return False
        for other in self.app.topLevelWidgets():
            if other.isVisible():
                self.watch.note("a window outlives the main one", repr(other))
                other.close()
        self.window.theme.set_scheme("system")
        self.window.theme.set_zoom(100)
        self.window.theme.deleteLater()
        self.window.deleteLater()
        self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.wait(lambda: watching.threads() <= self._threads)
        return True

    def wait(self, is_true: Callable[[], bool]) -> None:
        """Process events until it is."""
        while not is_true():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def settle(self) -> None:
        """Pause, and wait until what was asked for is shown."""
        runner = self.window.controller.runner
        self.window.controller.replay.pause()
        runner.pause()
        self.wait(lambda: runner.is_up_to_date)
        for _ in range(3):
            self.app.processEvents()

    # what is in reach

    def pick(
        self, kinds: tuple[type, ...], within: Callable[[MainWindow], QWidget] | None = None
    ) -> QWidget | None:
        """One of what is in sight, of these kinds, and in or at that part of the window."""
        found = visible(reachable(self.window), *kinds)
        if within is not None:
            part = within(self.window)
            found = [widget for widget in found if widget is part or part.isAncestorOf(widget)]
        return self.rng.choice(found) if found else None

    def points(self, widget: QWidget) -> list[QPoint]:
        """Some points of a widget."""
        return [place_in(widget, self.rng) for _ in range(self.rng.randint(2, 8))]

    # what holds up everything else until it is answered

    def _see_questions(self) -> None:
        self.absence.end()
        if QThread.currentThread().loopLevel() > 0:  # else nothing waits for it
            QTimer.singleShot(0, self._answer)

    def _answer(self) -> None:
        """Touch something in the dialog or menu that has a loop of its own, or close it."""
        if QThread.currentThread().loopLevel() == 0:
            return
        top, self._touched = reachable(self.window), self._touched + 1
        if top is self.window:  # a drag
            mouse(top, top.rect().center(), "Release")
            press(top, "Escape")
        elif self._touched > _TOUCHED:
            top.close()
        elif buttons := visible(top, QPushButton):
            click(self.rng.choice(buttons))
        else:
            press(top, self.rng.choice(("Down", "Return", "Escape")))

    # a list of actions

    def act(self, action: Callable[["Monkey"], str], number: int) -> str:
        """Do one; returns what it did."""
        self.rng, self._touched = random.Random(number), 0
        done = "raised"
        try:
            done = action(self)
        except Exception as error:
            if "already deleted" in str(error):
                done = "what it was done to is gone"
            else:
                sys.excepthook(type(error), error, error.__traceback__)
        for _ in range(self.rng.choice((1, 1, 2, 5, 20))):  # meanwhile, training goes on
            self.app.processEvents()
        return done

    def check(self) -> None:
        """All that must hold at rest."""
        self.settle()
        watching.check_agreement(self.window, self.watch)
        watching.check_undo(self.window, self.watch)
        self.settle()
        watching.check_agreement(self.window, self.watch)
        self.found = watching.resources(self.window)
        watching.check_resources(self.start, self.found, self.watch)

    def end(self) -> None:
        """Go back to a small experiment, look at the memory, and close."""
        while not self.close_window():
            pass
        self.open_window()
        self.settle()
        self.found = watching.resources(self.window)
        watching.check_resources(self.start, self.found, self.watch, watching.MORE_AT_END)
        while not self.close_window():
            pass


def main() -> None:
    """Play a list; the report gets a line of JSON for each action and for each failure."""
    from tests.monkey.actions import ACTIONS

    keeps_going = "--keep-going" in sys.argv
    app = QApplication(sys.argv[:1])
    app.setApplicationName("regplay")
    folder = Path("files").resolve()
    folder.mkdir()

    def write(**line: object) -> None:
        with Path(sys.argv[2]).open("a") as report:
            print(json.dumps(line), file=report)

    def play(name: str, number: int, act: Callable[[], object]) -> bool:
        """Do it, and write down what it did and what failed; whether to go on."""
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        write(action=name, number=number)
        before = time.perf_counter()
        monkey.absence.begin()
        done = act()
        busy, away, where = monkey.absence.longest()
        seconds = round(time.perf_counter() - before, 3)
        write(done=done, seconds=seconds, busy=busy, away=away, where=where)
        found, monkey.watch.failures = monkey.watch.failures, []
        for failure in found:
            write(failed=failure.kind, details=failure.details)
        return keeps_going or not found

    faulthandler.enable()
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    monkey = Monkey(folder)
    for index, (name, number) in enumerate(json.loads(Path(sys.argv[1]).read_text())):
        if not play(name, number, lambda: monkey.act(ACTIONS[name], number)):  # noqa: B023
            return
        if (index + 1) % _CHECKED == 0:
            if not play("check", index + 1, monkey.check):
                return
            write(resources=monkey.found)
    if play("end", 0, monkey.end):
        write(resources=monkey.found)
        write(ended=True)


if __name__ == "__main__":
    main()
