"""The pointer of the mouse over all windows of the program."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication


def show_waiting(waits: bool) -> None:
    """Have the pointer say that keys and clicks are taken later; with False, no longer."""
    if waits:
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    else:
        QGuiApplication.restoreOverrideCursor()
