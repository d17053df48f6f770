"""The actions, by their names: what a person may do at any moment."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QPoint, QPointF, QUrl
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QTabBar,
    QWidget,
)

from regplay.gui.controls.control import Control
from regplay.gui.controls.number import ValueBox
from regplay.gui.plots import Chart
from regplay.gui.window import MainWindow
from regplay.session.experiment_text import to_link
from tests.monkey import material
from tests.monkey.events import (
    LEFT,
    RIGHT,
    drag,
    drop,
    is_in_reach,
    mouse,
    place_in,
    press,
    reachable,
    type_text,
)
from tests.monkey.play import Monkey

_ARROWS = "Left Right Up Down Home End PgUp PgDown"
# Most of the time usual ones: what is painted in the others takes long.
_SIZES = 4 * ((1280, 800), (1024, 640)) + ((1, 1), (3840, 2160), (900, 2400), (5000, 560))
Act = Callable[[Monkey, QWidget], object]


class Action(NamedTuple):
    """What is done, how often among some 130 actions, and to which widgets that are in reach.

    Attributes
    ----------
    act
        Does it to one of them; returns what there is to tell.
    kinds
        Their classes; any other widget will do as well where none of them is in sight.
    within
        The part of the window that they are in.
    """

    weight: int
    act: Act
    kinds: tuple[type[QWidget], ...] = (QWidget,)
    within: Callable[[MainWindow], QWidget] | None = None

    def __call__(self, monkey: Monkey) -> str:
        """Do it; returns to what, and what there is to tell."""
        widget = monkey.pick(self.kinds, self.within) or monkey.pick((QWidget,))
        if widget is None:
            return "nothing there"
        name = f"{type(widget).__name__} {widget.objectName()}"
        return f"{name}: {self.act(monkey, widget) or ''}"


def drags(most: int, *buttons) -> Act:
    """Press, move over up to so many points, of which some lie outside, and release."""

    def act(monkey: Monkey, widget: QWidget) -> object:
        points = [place_in(widget, monkey.rng) for _ in range(monkey.rng.randint(1, most))]
        if most > 1 and monkey.rng.random() < 0.2:
            points.append(QPoint(-3000, 4000))
        drag(widget, points, button := monkey.rng.choice(buttons))
        if monkey.rng.random() < 0.1:
            mouse(widget, "DClick", points[-1], button)
            mouse(widget, "Release", points[-1], button)
        return f"{points[0].toTuple()} {button.name}"

    return act


def hover(monkey: Monkey, widget: QWidget) -> None:
    # All are chosen before: what it does may take the widget out of sight.
    for place in [place_in(widget, monkey.rng) for _ in range(monkey.rng.randint(2, 8))]:
        mouse(widget, "Move", place)


def turn_wheel(monkey: Monkey, widget: QWidget) -> None:
    place = QPointF(widget.mapTo(widget.window(), place_in(widget, monkey.rng)))
    turned = QPoint(0, 120 * monkey.rng.choice((-30, -1, 1, 30)))
    QTest.wheelEvent(widget.window().windowHandle(), place, turned)


def types(content: Callable) -> Act:
    """Type what is made anew each time."""

    def act(monkey: Monkey, widget: QWidget) -> object:
        drag(widget, [widget.rect().center()])
        type_text(text := content(monkey.rng))
        press(monkey.window, monkey.rng.choice(("Return", "Tab")))
        return repr(text[:40])

    return act


def keys(names: str, most: int = 1, *, held: tuple[str, ...] = ("",)) -> Act:
    """Press some of these, up to so many times, all with one of those that are held."""

    def act(monkey: Monkey, _: QWidget) -> object:
        before = monkey.rng.choice(held)
        chosen = monkey.rng.choices(names.split(), k=monkey.rng.randint(1, most))
        for one in chosen:
            press(monkey.window, before + one)
        return before + " ".join(chosen)

    return act


def give_command(monkey: Monkey, _: QWidget) -> object:
    """One of all that have keys or stand in a menu, by its keys if it has some."""
    window = monkey.window
    menus = window.menuBar().findChildren(QMenu)
    listed = [action for menu in menus for action in menu.actions() if action.shortcut().isEmpty()]
    shortcuts = [action.shortcut() for action in window.findChildren(QAction)]
    shortcuts += [shortcut.key() for shortcut in window.findChildren(QShortcut)]
    command = monkey.rng.choice([*listed, *(keys for keys in shortcuts if not keys.isEmpty())])
    if isinstance(command, QKeySequence):
        press(window, command)
        return command.toString()
    if command.isEnabled() and reachable(window) is window:
        command.trigger()
    return command.text()


def open_menu(monkey: Monkey, _: QWidget) -> object:
    """What can be clicked next are its entries alone."""
    bar = monkey.window.menuBar()
    title = monkey.rng.choice(bar.actions())
    if reachable(monkey.window) is monkey.window:
        drag(bar, [bar.actionGeometry(title).center()])
    return title.text()


def reveal(monkey: Monkey, _: QWidget) -> object:
    """Scroll to a control."""
    control = monkey.rng.choice(monkey.window.controls.findChildren(Control))
    monkey.window.controls.ensureWidgetVisible(control)
    return control.objectName()


def resize(monkey: Monkey, _: QWidget) -> object:
    monkey.window.resize(*(size := monkey.rng.choice(_SIZES)))
    return size


def edit_points(monkey: Monkey, chart: QWidget) -> None:
    """Clicks, drags and keys over the fit, in the mode in which they place points."""
    button = monkey.window.editing.button
    if not button.isChecked():
        drag(button, [button.rect().center()])
    for _ in range(monkey.rng.randint(1, 6)):
        if not is_in_reach(chart):
            return
        drags(3, LEFT)(monkey, chart)
        keys(f"Escape Return Delete Space {_ARROWS}")(monkey, chart)


def paste(content: Callable) -> Act:
    """Paste what is made anew each time."""

    def act(monkey: Monkey, _: QWidget) -> object:
        QApplication.clipboard().setText(text := content(monkey.rng))
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


ACTIONS = {
    "click anything": Action(10, drags(1, LEFT, LEFT, RIGHT)),
    "click a button": Action(16, drags(1, LEFT), (QAbstractButton,)),
    "click an entry": Action(6, drags(1, LEFT), (QComboBox, QTabBar, QAbstractItemView)),
    "type a value": Action(8, types(material.number), (ValueBox,)),
    "type somewhere": Action(5, types(material.text), (QLineEdit, QAbstractSpinBox)),
    "drag": Action(6, drags(8, LEFT, LEFT, RIGHT), (QAbstractSlider, Chart)),
    "drag anything": Action(2, drags(8, LEFT)),
    "hover": Action(5, hover, (Chart,)),
    "wheel": Action(3, turn_wheel),
    "context menu": Action(4, drags(1, RIGHT), (Chart,)),
    "menu": Action(6, open_menu),
    "command": Action(12, give_command),
    "keys": Action(
        6,
        keys(f"{_ARROWS} Tab Escape Return Delete F2 Space", 6, held=("", "Shift+", "Ctrl+")),
    ),
    "transport": Action(8, keys("S E R N P C D" + 8 * " Space", 4)),
    "scrub": Action(3, drags(8, LEFT), within=lambda window: window.timeline.track),
    "undo": Action(4, keys("Ctrl+Z Ctrl+Z Ctrl+Shift+Z", 6)),
    "save or open": Action(6, keys("Ctrl+O Ctrl+S Ctrl+Shift+S")),
    "dismiss": Action(10, keys("Escape")),
    "reveal": Action(4, reveal),
    "resize": Action(3, resize),
    "edit points": Action(4, edit_points, (Chart,), lambda window: window.fit_view),
    "lesson": Action(4, drags(1, LEFT), within=lambda window: window.guide.panel),
    # So that most of what is done is done to something that trains quickly.
    "begin small": Action(8, paste(lambda rng: to_link(material.small(rng)))),
    "paste": Action(4, paste(material.pasted)),
    "drop": Action(5, drop_it),
    "close": Action(1, lambda monkey, _: monkey.window.close()),
}
