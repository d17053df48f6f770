"""The actions, by their names: what a person may do at any moment."""

from collections.abc import Callable
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
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
from regplay.gui.plots import Chart
from regplay.session.experiment_text import to_link
from tests.monkey import events, material
from tests.monkey.events import LEFT, RIGHT
from tests.monkey.play import Monkey

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home),
    *(Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Tab, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_Space, Qt.Key.Key_Backspace),
)
_SIZES = ((1, 1), (800, 560), (1280, 800), (1024, 640), (3840, 2160), (900, 2400), (5000, 560))
_TYPED = (QLineEdit, QAbstractSpinBox)


@dataclass(frozen=True)
class Action:
    """What is done, and how often among a hundred or so."""

    act: Callable[[Monkey], object]
    weight: int


def _pick(monkey: Monkey, *kinds: type, within: QWidget | None = None) -> QWidget | None:
    """One of what is in sight, of these kinds, and in that part of the window."""
    top = events.reachable(monkey.window)
    found = events.visible(top, lambda it: isinstance(it, kinds or QWidget))
    if within is not None:
        found = [widget for widget in found if within.isAncestorOf(widget)]
    return monkey.rng.choice(found) if found else None


def _points(monkey: Monkey, widget: QWidget) -> list[QPoint]:
    count = monkey.rng.randint(2, 8)
    return [events.place_in(widget, monkey.rng) for _ in range(count)]


def _name(widget: QWidget) -> str:
    name = widget.objectName() if shiboken6.isValid(widget) else "(gone)"
    return f"{type(widget).__name__} {name}".strip()


# any widget


def click(monkey: Monkey) -> str:
    """Anything that is there."""
    if (widget := _pick(monkey)) is None:
        return "nothing"
    at, button = events.place_in(widget, monkey.rng), monkey.rng.choice((LEFT, LEFT, LEFT, RIGHT))
    events.click(widget, at, button)
    if monkey.rng.random() < 0.15:
        events.mouse(widget, "DClick", at)
        events.mouse(widget, "Release", at)
    return f"{_name(widget)} {at.toTuple()} {button.name}"


def button(monkey: Monkey) -> str:
    if (widget := _pick(monkey, QAbstractButton, QComboBox)) is None:
        return "none"
    events.click(widget, QPoint(min(10, widget.width() // 2), widget.height() // 2))
    return _name(widget)


def type_somewhere(monkey: Monkey) -> str:
    if (widget := _pick(monkey, *_TYPED)) is None:
        return "nowhere"
    events.click(widget)
    text = material.text(monkey.rng)
    events.type_text(text)
    events.press(monkey.window, monkey.rng.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab)))
    return f"{_name(widget)} {text[:40]!r}"


def type_value(monkey: Monkey) -> str:
    """Into the box of a field."""
    controls = monkey.window.findChildren(Control)
    boxes = [box for control in controls for box in control.findChildren(QLineEdit)]
    boxes = [box for box in boxes if box.isEnabled() and not box.isReadOnly()]
    if events.reachable(monkey.window) is not monkey.window or not boxes:
        return "nowhere"
    box = monkey.rng.choice(boxes)
    monkey.window.controls.ensureWidgetVisible(box)
    box.setFocus()
    text = material.number(monkey.rng)
    if box.hasFocus():
        events.type_text(text)
        events.press(monkey.window, monkey.rng.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab)))
    return f"{_name(box.parentWidget())} {text[:40]!r}"


def drag(monkey: Monkey) -> str:
    """Sliders, plots, splitters, rows: along some points, which may lie outside."""
    widget = _pick(monkey, QAbstractSlider, Chart) or _pick(monkey)
    widget = widget if monkey.rng.random() < 0.7 else _pick(monkey)
    if widget is None:
        return "nothing"
    points = _points(monkey, widget)
    if monkey.rng.random() < 0.2:
        points.append(QPoint(-3000, 4000))
    events.drag(widget, points, monkey.rng.choice((LEFT, LEFT, RIGHT)))
    return _name(widget)


def hover(monkey: Monkey) -> str:
    widget = _pick(monkey, Chart) or _pick(monkey)
    if widget is None:
        return "nothing"
    for point in _points(monkey, widget):
        events.mouse(widget, "Move", point)
        QApplication.processEvents()
    return _name(widget)


def wheel(monkey: Monkey) -> str:
    if (widget := _pick(monkey)) is None:
        return "nothing"
    events.wheel(widget, events.place_in(widget, monkey.rng), monkey.rng.choice((-30, -1, 1, 30)))
    return _name(widget)


def key(monkey: Monkey) -> str:
    keys = monkey.rng.choices(_KEYS, k=monkey.rng.randint(1, 6))
    modifiers = monkey.rng.choice((events.NO_KEY, events.NO_KEY, _SHIFT, _CONTROL))
    for one in keys:
        events.press(monkey.window, one, modifiers)
    return f"{[one.name for one in keys]} {modifiers}"


def context_menu(monkey: Monkey) -> str:
    """Of what is under the mouse; one of its entries."""
    widget = _pick(monkey, Chart) if monkey.rng.random() < 0.7 else _pick(monkey)
    if widget is None:
        return "nothing"
    events.click(widget, events.place_in(widget, monkey.rng), RIGHT)
    return f"{_name(widget)}: {_choose(monkey)}"


def _choose(monkey: Monkey) -> str:
    """An entry of the menu that is open, and of that below it."""
    told = ""
    while (menu := QApplication.activePopupWidget()) is not None:
        actions = [action for action in menu.actions() if action.isEnabled()]
        actions = [action for action in actions if not action.isSeparator() and not _quits(action)]
        if not actions or not hasattr(menu, "actionGeometry"):
            menu.close()
            continue
        action = monkey.rng.choice(actions)
        told = f"{told} {action.text()}"
        events.click(menu, menu.actionGeometry(action).center())
        if QApplication.activePopupWidget() is menu:  # one that stays open
            menu.close()
            break
    return told


def _quits(action: QAction) -> bool:
    return action.shortcut().matches("Ctrl+Q") == action.shortcut().SequenceMatch.ExactMatch


# the window


def menu(monkey: Monkey) -> str:
    bar = monkey.window.menuBar()
    if events.reachable(monkey.window) is not monkey.window or not bar.isVisible():
        return "no menus"
    title = monkey.rng.choice(bar.actions())
    events.click(bar, bar.actionGeometry(title).center())
    return f"{title.text()}:{_choose(monkey)}"


def shortcut(monkey: Monkey) -> str:
    found = [it for it in monkey.window.findChildren(QAction) if not it.shortcut().isEmpty()]
    found = [action for action in found if not _quits(action)]
    action = monkey.rng.choice(found)
    combination = action.shortcut()[0]
    events.press(monkey.window, combination.key(), combination.keyboardModifiers())
    return f"{action.shortcut().toString()} {action.text()}"


def transport(monkey: Monkey) -> str:
    """Train, pause, step, scrub."""
    keys = "SERNPCD" + 8 * " "
    chosen = monkey.rng.choices(keys, k=monkey.rng.randint(1, 4))
    for one in chosen:
        events.press(monkey.window, Qt.Key(ord(one)))
        QApplication.processEvents()
    return "".join(chosen)


def scrub(monkey: Monkey) -> str:
    track = monkey.window.timeline.track
    if events.reachable(monkey.window) is monkey.window and track.isVisible():
        events.drag(track, _points(monkey, track))
        for one in monkey.rng.choices(_KEYS[:8], k=3):
            events.press(monkey.window, one)
    return ""


def undo(monkey: Monkey) -> str:
    steps = monkey.rng.choices("ZZY", k=monkey.rng.randint(1, 6))
    for one in steps:
        modifiers = _CONTROL if one == "Z" else _CONTROL | _SHIFT
        events.press(monkey.window, Qt.Key.Key_Z, modifiers)
    return "".join(steps)


def resize(monkey: Monkey) -> str:
    size = monkey.rng.choice(_SIZES)
    monkey.window.resize(*size)
    return str(size)


def scheme(monkey: Monkey) -> str:
    """Of colours, and the size of texts."""
    chosen = monkey.rng.choice(("light", "dark", "system"))
    monkey.window.set_scheme(chosen)
    keys = monkey.rng.choices((Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0), k=3)
    for one in keys:
        events.press(monkey.window, one, _CONTROL)
    return chosen


def edit_points(monkey: Monkey) -> str:
    """Clicks, drags and keys over the fit, in the mode in which they place points."""
    window = monkey.window
    if not window.editing.button.isChecked() and window.editing.button.isVisible():
        events.click(window.editing.button)
    for _ in range(monkey.rng.randint(1, 6)):
        chart = _pick(monkey, Chart, within=window.fit_view)
        if chart is None:
            return "no plot"
        if monkey.rng.random() < 0.6:
            at = events.place_in(chart, monkey.rng)
            events.click(chart, at, monkey.rng.choice((LEFT, RIGHT)))
        else:
            events.drag(chart, _points(monkey, chart))
        events.press(window, monkey.rng.choice(_KEYS))
    return ""


def lesson(monkey: Monkey) -> str:
    panel = monkey.window.lesson_panel
    if not panel.isVisible():
        events.press(monkey.window, Qt.Key.Key_L, _CONTROL)
        return "opened"
    widget = _pick(monkey, within=panel)
    if widget is not None:
        events.click(widget, events.place_in(widget, monkey.rng))
    return "" if widget is None else _name(widget)


# what comes from outside


def begin_small(monkey: Monkey) -> str:
    """So that most of what is done is done to something that trains quickly."""
    experiment = material.small(monkey.rng)
    QApplication.clipboard().setText(to_link(experiment))
    events.press(monkey.window, Qt.Key.Key_V, _CONTROL)
    return experiment.data.name


def paste(monkey: Monkey) -> str:
    text = material.pasted(monkey.rng)
    QApplication.clipboard().setText(text)
    monkey.window.setFocus()
    events.press(monkey.window, Qt.Key.Key_V, _CONTROL)
    return repr(text[:60])


def _file(monkey: Monkey) -> str:
    """A file's name, of which one in ten names none."""
    there = sorted(monkey.folder.iterdir())
    sessions = [path for path in there if path.suffix == ".regplay" and path.is_file()]
    if sessions and monkey.rng.random() < 0.3:
        return str(material.damage_session(monkey.rng.choice(sessions), monkey.rng))
    odd = monkey.rng.choice(("/nul\0inside", "/" + "n" * 300, "/gone.toml", "/proc/self/mem"))
    return odd if monkey.rng.random() < 0.1 else str(monkey.rng.choice(there))


def drop(monkey: Monkey) -> str:
    """Files, links and texts."""
    data, name = QMimeData(), _file(monkey)
    if monkey.rng.random() < 0.7:
        data.setUrls([QUrl.fromLocalFile(name)] * monkey.rng.choice((1, 1, 1, 2)))
    else:
        data.setText(name := material.pasted(monkey.rng))
    if events.reachable(monkey.window) is monkey.window:
        events.drop(monkey.window, data)
    return repr(name[-60:])


def open_file(monkey: Monkey) -> str:
    """By the command of the menu, which asks for a name."""
    events.press(monkey.window, Qt.Key.Key_O, _CONTROL)
    return ""


def save(monkey: Monkey) -> str:
    monkey.window.activateWindow()
    events.press(monkey.window, Qt.Key.Key_S, monkey.rng.choice((_CONTROL, _CONTROL | _SHIFT)))
    return str(monkey.window.documents.path)


def dismiss(monkey: Monkey) -> str:
    """Leave what is open over the window."""
    top = events.reachable(monkey.window)
    events.press(monkey.window, Qt.Key.Key_Escape)
    return _name(top)


def close(monkey: Monkey) -> str:
    """And open the next one, which may have a session to recover."""
    if monkey.close_window():
        monkey.open_window()
        return "closed"
    return "stayed"


ACTIONS = {
    "click anything": Action(click, 14),
    "click a button": Action(button, 14),
    "type somewhere": Action(type_somewhere, 5),
    "type a value": Action(type_value, 8),
    "drag": Action(drag, 8),
    "hover": Action(hover, 5),
    "wheel": Action(wheel, 3),
    "keys": Action(key, 6),
    "context menu": Action(context_menu, 5),
    "menu": Action(menu, 8),
    "shortcut": Action(shortcut, 8),
    "transport": Action(transport, 8),
    "scrub": Action(scrub, 3),
    "undo": Action(undo, 4),
    "resize": Action(resize, 3),
    "scheme": Action(scheme, 2),
    "edit points": Action(edit_points, 4),
    "lesson": Action(lesson, 5),
    "begin small": Action(begin_small, 8),
    "paste": Action(paste, 4),
    "drop": Action(drop, 5),
    "open": Action(open_file, 3),
    "save": Action(save, 3),
    "dismiss": Action(dismiss, 10),
    "close": Action(close, 1),
}
