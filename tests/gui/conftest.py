"""The real window on screen, and a person who uses it by mouse and keyboard."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec
import pytest
from answers import Answers
from file_tools import answer_with
from keywords import by_path
from menu_tools import click_action
from PySide6.QtCore import QEvent, QPoint, QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from regplay.core import training
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.controls.group import Group
from regplay.gui.theme import Theme
from regplay.gui.training import VirtualClock
from regplay.gui.training.messages import View
from regplay.gui.window import MainWindow
from regplay.session.illustrated import starting_points

Shown = TypeVar("Shown", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton
_PATIENCE = 180_000  # ms


class Person:
    """Sees one window, finds widgets by their names, clicks and presses keys."""

    def __init__(self, window: MainWindow, answers: Answers, qtbot) -> None:
        self.window, self.answers, self._qtbot = window, answers, qtbot
        self.controller = window.controller
        self.views: list[View] = []
        window.controller.runner.viewed.connect(self.note)

    def note(self, view: View) -> None:
        """Keep what is shown."""
        self.views.append(view)

    # what they do

    def find(self, name: str) -> QWidget:
        if name in self.window.controls.paths():
            return self.window.controls.control(name)
        found = self.window.findChild(QWidget, name)
        assert found is not None, f"no widget is called {name}"
        return found

    def click(self, name: str) -> None:
        """Click a button, or an entry of its menu; a check box is hit on its box."""
        if action := self.window.timeline.menu.findChild(QAction, name):
            self.click(self.window.timeline.more.objectName())
            click_action(self.window.timeline.menu, action)
            return
        button = self.find(name)
        assert isinstance(button, QAbstractButton)
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT, pos=QPoint(10, button.height() // 2))

    def bring_into_sight(self, control: QWidget) -> None:
        """Unfold the group that a control is in, and what it shows only with `More`."""
        group = control.parent()
        while not isinstance(group, Group):
            group = group.parent()
        if not group.is_open():
            QTest.mouseClick(group.heading, LEFT)
        if not control.isVisible():
            QTest.mouseClick(group.more, LEFT)

    def press(self, key: Qt.Key, on: str | QWidget | None = None) -> None:
        """Press a key on a widget, or wherever the focus is."""
        if on is None:
            widget = QApplication.focusWidget() or self.window
        else:
            widget = self.find(on) if isinstance(on, str) else on
            widget = widget.focusProxy() or widget
            widget.setFocus()
        QTest.keyClick(widget, key)

    def choose(self, name: str) -> None:
        """Choose an entry of a menu."""
        actions = self.window.findChildren(QAction)
        action = next(a for a in actions if name in (a.objectName(), a.text().replace("&", "")))
        action.trigger()

    def do(self, way: str | Qt.Key) -> None:
        """Click the button of this name, or press this key anywhere in the window."""
        self.click(way) if isinstance(way, str) else self.press(way, self.window)

    def train(self) -> View:
        """Train to the end, if that does not go on already or is over."""
        runner = self.controller.runner
        if not (runner.is_playing or runner.is_finished):
            self.click("timeline.play")
        return self.wait_until_finished()

    def set(self, **values: object) -> None:
        """Another experiment, as a control would hand it over; `__` stands for the dot."""
        self.controller.change(replace(self.controller.session.experiment, by_path(values)))

    # what they see

    @property
    def view(self) -> View:
        """The newest."""
        return self.views[-1]

    def text(self, name: str) -> str:
        label = self.find(name)
        assert isinstance(label, QLabel)
        return label.text()

    @property
    def banner(self) -> str:
        """The message; empty if there is none."""
        banner = self.window.banner
        return banner.text() if banner.isVisible() else ""

    def wait(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def wait_for_step(self, step: int) -> View:
        """Until the present experiment is shown at this step."""
        self.wait(lambda: self.is_shown() and self.view.snapshot.step == step)
        return self.view

    def wait_until_finished(self) -> View:
        """Until the present experiment is shown at its end."""
        self.wait(lambda: self.is_shown() and self.view.is_finished)
        assert not self.controller.runner.is_playing
        return self.view

    def is_shown(self) -> bool:
        """Whether the newest view is of what the session works on now."""
        if not self.views or self.view.generation != self.controller.runner.generation:
            return False
        return self.view.run.experiment == self.controller.session.experiment


@pytest.fixture
def own_dialogs(qapp):
    """Not those of the system, which no test can see into."""
    attribute = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    before = qapp.testAttribute(attribute)
    qapp.setAttribute(attribute)
    yield
    qapp.setAttribute(attribute, before)


@pytest.fixture
def qtbot(qtbot):
    """Waits for events for as long as they may take beside whatever else a machine has to do."""
    for name in ("waitUntil", "waitSignal", "waitExposed"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=_PATIENCE))
    return qtbot


@pytest.fixture
def show_widget(qtbot) -> Callable[[Shown, int, int], Shown]:
    """Shows a widget of this width and height in px."""

    def show(widget: Shown, width: int, height: int) -> Shown:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return show


@pytest.fixture(scope="session", autouse=True)
def type_of_the_application(qapp):
    """A widget alone has the fonts and colours that it has in a window, in any order of tests."""
    return Theme(qapp).set_scheme("system")


class _Nobody(QWidget):
    """Takes every event, and does nothing."""

    def event(self, event):
        return True


@pytest.fixture(autouse=True)
def no_button_is_down(qapp):
    """A double click of `QTest` on a widget has no release: moves to come would be drags."""
    QTest.mouseRelease(_Nobody(), LEFT)


@pytest.fixture
def short_stretches(monkeypatch):
    """Studies go from one record to the next."""
    monkeypatch.setattr(training, "_RECORDS", 1)


@pytest.fixture
def theme(qapp):
    theme = Theme(qapp)
    yield theme
    theme.set_scheme("system")
    theme.set_zoom(100)
    theme.deleteLater()


@pytest.fixture
def settings(tmp_path):
    """Of a person whose sliders show no curves, which take more to train than most runs."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("curves", "")
    return settings


@pytest.fixture
def first_curves(settings):
    """As at the first start: the sliders of weight decay and dropout show their curves."""
    settings.remove("curves")


@pytest.fixture
def open_window(qtbot, settings, tmp_path):
    """Opens a window on an experiment of these values and waits until it can be used."""
    windows = []

    def open_one(values=None, *, clock=None, settings=settings, loads=True, opened=None):
        experiment = replace(Experiment(), {"epochs": 20} | (values or {}))
        answers = Answers()
        window = MainWindow(
            experiment, clock=clock, settings=settings, questions=answers, folder=tmp_path / "kept"
        )
        windows.append(window)
        person = Person(window, answers, qtbot)
        if opened is not None:
            window.open_at_start(opened)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        person.wait(window.isActiveWindow)
        if loads:

            def is_there():
                if clock is not None:
                    clock.advance(0.02)
                return bool(person.views) and window.controller.runner.is_loaded

            person.wait(is_there)
        return person

    yield open_one
    _close(windows)


def _close(windows: Sequence[MainWindow]) -> None:
    for window in windows:
        window.close()
        window.theme.set_scheme("system")
        window.theme.set_zoom(100)
        window.theme.deleteLater()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="module")
def shared_clock() -> VirtualClock | None:
    """That of the window that a module shares: the machine's, unless the module has another."""
    return None


@pytest.fixture(scope="module")
def shared_window(qapp, tmp_path_factory, shared_clock):
    """A window that the tests of a module share; see `begin_anew`."""
    folder, answers = tmp_path_factory.mktemp("shared"), Answers()
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    settings.setValue("curves", "")
    window = MainWindow(
        clock=shared_clock, settings=settings, questions=answers, folder=folder / "kept"
    )
    window.show()
    yield window, answers
    _close([window])


@pytest.fixture(scope="module")
def begin_once(shared_window, shared_clock, request):
    """As `begin_anew`, for what a module needs once."""
    yield from _beginning(*shared_window, shared_clock, QtBot(request))


@pytest.fixture
def begin_anew(shared_window, shared_clock, qtbot):
    """Begins at the window of the module after File ▸ New, as `open_window` does at a new one.

    For tests of what is done in a window whose past does not matter. What New leaves, such as
    settings, recent files and steps to undo, is that of the tests before; but for the size of the
    window and of its text, and its colours.
    """
    yield from _beginning(*shared_window, shared_clock, qtbot)


def _beginning(window, answers, clock, qtbot):
    people = []

    def begin(values=None, curves=()):
        vars(answers).update(vars(Answers()))
        window.activateWindow()
        person = Person(window, answers, qtbot)
        people.append(person)
        person.wait(window.isActiveWindow)
        experiment = replace(Experiment(), {"epochs": 20} | (values or {}))
        window.gallery.begin(
            msgspec.structs.replace(starting_points()[0], experiment=experiment, curves=curves)
        )
        window.controller.reset()
        answers.asked.clear()
        window.banner.clear()
        window.status.clearMessage()
        if window.theme.scheme != "system":
            window.theme.set_scheme("system")
        if window.theme.zoom != 100:
            window.theme.set_zoom(100)
        window.resize(1280, 800)
        if (focused := window.focusWidget()) is not None:
            focused.clearFocus()

        def is_there():
            if clock is not None:
                clock.advance(0.02)
            return person.is_shown() and person.view.snapshot.step == 0

        person.wait(is_there)
        person.views[:-1] = []  # those of the test before
        return person

    yield begin
    for person in people:
        window.controller.runner.viewed.disconnect(person.note)


@pytest.fixture
def person_who_begins_anew(begin_anew):
    """With the default experiment of 20 epochs."""
    return begin_anew()


@pytest.fixture
def person(open_window):
    """At a window with the default experiment of 20 epochs, loaded and waiting."""
    return open_window()


@pytest.fixture
def choose_file(monkeypatch):
    """Answers the questions for files with this one; returns what the dialogs were called."""
    return lambda path: answer_with(monkeypatch, path)


@pytest.fixture
def open_lesson(open_window, file) -> Callable[[str], Person]:
    """Opens a lesson of this text at its first page, in a window that has seen none of it."""

    def open_one(text: str) -> Person:
        person = open_window()
        person.folding = person.window.controls.folding()
        person.window.guide.open_file(file("lesson.toml", text))
        return person

    return open_one
