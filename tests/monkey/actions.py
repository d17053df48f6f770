"""The actions, by their names: what a person may do at any moment."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)

from regplay.gui.controls.control import Control
from regplay.gui.controls.number import ValueBox
from regplay.gui.plots import Chart
from regplay.gui.window import MainWindow
from regplay.session.experiment_text import to_link
from tests.monkey import material
from tests.monkey.events import LEFT, RIGHT, click, drop, mouse, place_in, press, type_text, wheel
from tests.monkey.play import Monkey

_ARROWS = "Left Right Up Down Home End PgUp PgDown"
_SIZES = ((1, 1), (800, 560), (1280, 800), (1024, 640), (3840, 2160), (900, 2400), (5000, 560))


@dataclass(frozen=True)
class Action:
    """What is done, how often among some 140 actions, and to which widgets that can be reached.

    Attributes
    ----------
    act
        Does it to one of them; returns what there is to tell.
    kinds
        Their classes; any other widget will do as well where none of them is in sight.
    within
        The part of the window that they are in; nothing is done where none is in sight.
    """

    weight: int
    act: Callable[[Monkey, QWidget], object]
    kinds: tuple[type, ...] = (QWidget,)
    within: Callable[[MainWindow], QWidget] | None = None

    def __call__(self, monkey: Monkey) -> str:
        """Do it; returns to what, and what there is to tell."""
        widget = monkey.pick(self.kinds, self.within)
        if widget is None and self.within is None:
            widget = monkey.pick((QWidget,))
        if widget is None:
            return "nothing there"
        name = f"{type(widget).__name__} {widget.objectName()}"
        return f"{name}: {self.act(monkey, widget) or ''}"


def click_it(monkey: Monkey, widget: QWidget) -> object:
    at, button = place_in(widget, monkey.rng), monkey.rng.choice((LEFT, LEFT, LEFT, RIGHT))
    click(widget, at, button)
    if monkey.rng.random() < 0.15:
        mouse(widget, at, "DClick", "Release")
    return f"{at.toTuple()} {button.name}"


def press_it(monkey: Monkey, widget: QWidget) -> None:
    click(widget, QPoint(min(10, widget.width() // 2), widget.height() // 2))


def type_in(content: Callable[[random.Random], str]) -> Callable[[Monkey, QWidget], object]:
    """Type what is made anew each time."""

    def act(monkey: Monkey, widget: QWidget) -> object:
        click(widget)
        text = content(monkey.rng)
        type_text(text)
        press(monkey.window, monkey.rng.choice(("Return", "Tab")))
        return repr(text[:40])

    return act


def reveal(monkey: Monkey, _: QWidget) -> object:
    """Scroll to a control."""
    control = monkey.rng.choice(monkey.window.controls.findChildren(Control))
    monkey.window.controls.ensureWidgetVisible(control)
    return control.objectName()


def drag(monkey: Monkey, widget: QWidget) -> None:
    """Along some points, which may lie outside."""
    button, points = monkey.rng.choice((LEFT, LEFT, RIGHT)), monkey.points(widget)
    if monkey.rng.random() < 0.2:
        points.append(QPoint(-3000, 4000))
    mouse(widget, points[0], "Press", button=button)
    for point in points[1:]:
        mouse(widget, point, "Move")
    mouse(widget, points[-1], "Release", button=button)


def hover(monkey: Monkey, widget: QWidget) -> None:
    for point in monkey.points(widget):
        mouse(widget, point, "Move")


def turn_wheel(monkey: Monkey, widget: QWidget) -> None:
    wheel(widget, place_in(widget, monkey.rng), monkey.rng.choice((-30, -1, 1, 30)))


def scrub(monkey: Monkey, widget: QWidget) -> object:
    drag(monkey, widget)
    return keys(_ARROWS, 3)(monkey, widget)


def keys(names: str, most: int = 1, *, before: str = "") -> Callable[[Monkey, QWidget], object]:
    """Press some of these, up to so many times, all with one or none of the keys `before`."""

    def act(monkey: Monkey, _: QWidget) -> object:
        held = monkey.rng.choice(["", *before.split()])
        chosen = monkey.rng.choices(names.split(), k=monkey.rng.randint(1, most))
        for one in chosen:
            press(monkey.window, held + one)
        return held + " ".join(chosen)

    return act


def shortcut(monkey: Monkey, _: QWidget) -> object:
    found = [it for it in monkey.window.findChildren(QAction) if not it.shortcut().isEmpty()]
    action = monkey.rng.choice(found)
    press(monkey.window, action.shortcut())
    return action.text()


def open_context_menu(monkey: Monkey, widget: QWidget) -> None:
    """What can be clicked next are its entries alone."""
    click(widget, place_in(widget, monkey.rng), RIGHT)


def open_menu(monkey: Monkey, bar: QWidget) -> object:
    title = monkey.rng.choice(bar.actions())
    click(bar, bar.actionGeometry(title).center())
    return title.text()


def resize(monkey: Monkey, _: QWidget) -> object:
    monkey.window.resize(*(size := monkey.rng.choice(_SIZES)))
    return size


def set_scheme(monkey: Monkey, _: QWidget) -> object:
    monkey.window.set_scheme(scheme := monkey.rng.choice(("light", "dark", "system")))
    return scheme


def edit_points(monkey: Monkey, chart: QWidget) -> None:
    """Clicks, drags and keys over the fit, in the mode in which they place points."""
    button = monkey.window.editing.button
    if not button.isChecked() and button.isVisible():
        click(button)
    for _ in range(monkey.rng.randint(1, 6)):
        if not shiboken6.isValid(chart):
            return
        monkey.rng.choice((click_it, click_it, drag))(monkey, chart)
        keys(f"Escape Return Delete Space {_ARROWS}")(monkey, chart)


def paste(content: Callable[[Monkey], str]) -> Callable[[Monkey, QWidget], object]:
    """Paste what is made anew each time."""

    def act(monkey: Monkey, _: QWidget) -> object:
        QApplication.clipboard().setText(text := content(monkey))
        monkey.window.setFocus()
        press(monkey.window, "Ctrl+V")
        return repr(text[:60])

    return act


def drop_it(monkey: Monkey, widget: QWidget) -> object:
    """Files, of which one in ten names none, links and texts."""
    data, name = QMimeData(), material.file_name(monkey.folder, monkey.rng)
    if monkey.rng.random() < 0.7:
        data.setUrls([QUrl.fromLocalFile(name)] * monkey.rng.choice((1, 1, 1, 2)))
    else:
        data.setText(name := material.pasted(monkey.rng))
    if widget.window() is monkey.window:
        drop(monkey.window, data)
    return repr(name[-60:])


def close(monkey: Monkey, _: QWidget) -> None:
    monkey.window.close()


ACTIONS = {
    "click anything": Action(14, click_it),
    "click a button": Action(14, press_it, (QAbstractButton, QComboBox)),
    "type somewhere": Action(5, type_in(material.text), (QLineEdit, QAbstractSpinBox)),
    "type a value": Action(8, type_in(material.number), (ValueBox,)),
    "reveal": Action(4, reveal),
    "drag": Action(6, drag, (QAbstractSlider, Chart)),
    "drag anything": Action(2, drag),
    "hover": Action(5, hover, (Chart,)),
    "wheel": Action(3, turn_wheel),
    "keys": Action(
        6,
        keys(f"{_ARROWS} Tab Escape Return Delete F2 Space Backspace", 6, before="Shift+ Ctrl+"),
    ),
    "context menu": Action(4, open_context_menu, (Chart,)),
    "context menu of anything": Action(2, open_context_menu),
    "menu": Action(8, open_menu, within=lambda window: window.menuBar()),
    "shortcut": Action(8, shortcut),
    "transport": Action(8, keys("S E R N P C D" + 8 * " Space", 4)),
    "scrub": Action(3, scrub, within=lambda window: window.timeline.track),
    "undo": Action(4, keys("Ctrl+Z Ctrl+Z Ctrl+Shift+Z", 6)),
    "resize": Action(3, resize),
    "scheme": Action(1, set_scheme),
    "size of texts": Action(2, keys("Ctrl++ Ctrl+- Ctrl+0", 3)),
    "edit points": Action(4, edit_points, (Chart,), within=lambda window: window.fit_view),
    "lesson": Action(4, click_it, within=lambda window: window.lesson_panel),
    "open lessons": Action(1, keys("Ctrl+L")),
    # So that most of what is done is done to something that trains quickly.
    "begin small": Action(8, paste(lambda monkey: to_link(material.small(monkey.rng)))),
    "paste": Action(4, paste(lambda monkey: material.pasted(monkey.rng))),
    "drop": Action(5, drop_it),
    "open": Action(3, keys("Ctrl+O")),
    "save": Action(3, keys("Ctrl+S Ctrl+Shift+S")),
    "dismiss": Action(10, keys("Escape")),
    "close": Action(1, close),
}
