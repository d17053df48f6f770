"""Object names, by which scripts, lessons and tests find a widget."""

from typing import TypeVar

from PySide6.QtCore import QObject

T = TypeVar("T", bound=QObject)


def named(name: str, thing: T) -> T:
    """`thing`, with its object name set."""
    thing.setObjectName(name)
    return thing
