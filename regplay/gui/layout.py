"""Widgets below and beside one another, without gaps."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from regplay.gui.naming import named


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
