"""Widgets below and beside one another, their object names, and keys that belong to the window."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

T = TypeVar("T", bound=QObject)


def named(name: str, thing: T) -> T:
    """`thing`, with its object name set."""
    thing.setObjectName(name)
    return thing


Part = QWidget | QLayout | int | None
Box = TypeVar("Box", bound=QBoxLayout)


def fill(
    box: Box,
    *parts: Part | tuple[Part, int],
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    spacing: int = 0,
) -> Box:
    """Put widgets and layouts beside or below one another into a layout, which is returned.

    Parameters
    ----------
    *parts
        A number is so many empty pixels, None takes the room that is left. With a second number,
        a part has that share of the room.
    margins, spacing
        Pixels left, above, right and below; between two parts, −1 for the style's own.
    """
    box.setContentsMargins(*margins)
    box.setSpacing(spacing)
    for one in parts:
        part, share = one if isinstance(one, tuple) else (one, 0)
        if isinstance(part, QWidget):
            box.addWidget(part, share)
        elif isinstance(part, QLayout):
            box.addLayout(part, share)
        elif part is None:
            box.addStretch(1)
        else:
            box.addSpacing(part)
    return box


def column(*widgets: QWidget, grows: QWidget) -> QWidget:
    """Widgets below one another; one of them takes the room that is left."""
    whole = QWidget()
    fill(QVBoxLayout(whole), *((widget, int(widget is grows)) for widget in widgets))
    return whole


def divided(
    name: str, orientation: Qt.Orientation, first: QWidget, second: QWidget, shares: tuple[int, int]
) -> QSplitter:
    """Two widgets with a handle between them, which share room that is won in this proportion."""
    splitter = named(name, QSplitter(orientation))
    splitter.setChildrenCollapsible(False)
    for index, widget in enumerate((first, second)):
        splitter.addWidget(widget)
        splitter.setStretchFactor(index, shares[index])
    return splitter


def take_out(widgets: Iterable[QWidget], layout: QLayout) -> None:
    """Take widgets out of a layout for good; they are out of sight at once, deleted later."""
    for widget in widgets:
        layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()


class ScrolledColumn(QScrollArea):
    """Scrolls up and down what is as wide as itself; the keys go to what is in it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class _SpaceFilter(QObject):
    def __init__(self, box: QWidget, take: Callable[[], object]) -> None:
        super().__init__(box)
        self._take = take

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignore the question whether Space is for the box; all else goes its way."""
        is_question = event.type() == QEvent.Type.ShortcutOverride
        if is_question and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            self._take()
            event.ignore()
            return True
        return False


def leave_space(box: QWidget, take: Callable[[], object]) -> None:
    """Let a box for numbers leave Space to the window, after `take` took what is typed so far."""
    box.installEventFilter(_SpaceFilter(box, take))
