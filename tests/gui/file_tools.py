"""What a window is handed: files, tables and texts, by drag and drop and by the clipboard."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.data.table_dialog import TableDialog

OTHER = replace(Experiment(), {"seed": 3, "model.depth": 1, "epochs": 30})
LESSON = """
id = "small"
title = "A small lesson"
summary = "One page."
minutes = 1

[[pages]]
title = "First"
text = "Some text."
plays = false
"""
_COPY, _NO_KEY = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_LEFT = Qt.MouseButton.LeftButton


def press(person, key: Qt.Key, modifiers: Qt.KeyboardModifier = _CTRL) -> None:
    """A shortcut of the window."""
    person.window.activateWindow()  # after a dialog
    person.wait(person.window.isActiveWindow)
    QTest.keyClick(person.window, key, modifiers)


def answer_with(monkeypatch, path: Path | None) -> list[str]:
    """Answer the questions for files with this one; what the dialogs are called is listed."""
    asked: list[str] = []

    def answer(_parent, title, *_):
        asked.append(title)
        return str(path or ""), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return asked


def written(path: Path, content: str | bytes) -> Path:
    """Write a file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def entries(window: QMainWindow, menu: str) -> dict[str, str]:
    """The entries of a menu, and their shortcuts."""
    actions = window.menuBar().actions()
    found = next(action for action in actions if action.text().replace("&", "") == menu)
    portable = QKeySequence.SequenceFormat.PortableText
    return {
        action.text().replace("&", ""): action.shortcut().toString(portable)
        for action in found.menu().actions()
        if not action.isSeparator()
    }


def put_files(*paths: Path) -> QMimeData:
    """Files as a file manager hands them over."""
    data = QMimeData()
    if paths:
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(window: QMainWindow, data: QMimeData, place: QPoint) -> bool:
    """Drag this over a place and let go of it there, as the window system does; was it taken?"""
    handle = window.windowHandle()
    enter = QDragEnterEvent(place, _COPY, data, _LEFT, _NO_KEY)
    QApplication.sendEvent(handle, enter)
    if not enter.isAccepted():
        QApplication.sendEvent(handle, QDragLeaveEvent())
        return False
    event = QDropEvent(QPointF(place), _COPY, data, _LEFT, _NO_KEY)
    QApplication.sendEvent(handle, event)
    return event.isAccepted()


def clipboard() -> str:
    """The text in the clipboard."""
    return QGuiApplication.clipboard().text()


def dialog_of(window: QMainWindow) -> TableDialog | None:
    """The dialog about a table, while it is open."""
    found = [dialog for dialog in window.findChildren(TableDialog) if dialog.isVisible()]
    assert len(found) < 2
    return found[0] if found else None


def use_table(person) -> None:
    """Wait until the table is read, and use it as offered."""
    dialog = dialog_of(person.window)
    person.wait(dialog.ok.isEnabled)
    QTest.mouseClick(dialog.ok, _LEFT)
