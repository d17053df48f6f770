"""Widgets below and beside one another, their object names, and keys that belong to the window."""

from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

T = TypeVar("T", bound=QObject)


def named(name: str, thing: T) -> T:
    """`thing`, with its object name set."""
    thing.setObjectName(name)
    return thing


pass


def column(*widgets: QWidget, grows: QWidget) -> QWidget:
    """Widgets below one another; one of them takes the room that is left."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget, int(widget is grows))
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


def asks_for_space(event: QEvent) -> bool:
    """Whether Qt asks a widget if it wants Space for itself; the answer is to ignore the event."""
    is_question = event.type() == QEvent.Type.ShortcutOverride
    return is_question and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
