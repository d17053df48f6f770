"""What a person is asked about files, what is dropped, and being told to wait."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from regplay.gui.widgets import named
from regplay.session.document import SUFFIX
from regplay.session.experiment_text import is_link
from regplay.session.opening import TABLES

Keeping = Literal["save", "discard", "cancel"]
Recovery = Literal["recover", "later", "discard"]

_Role = QMessageBox.ButtonRole
_SESSIONS = f"Sessions (*{SUFFIX})"
_SHOWN = 4  # paths
_LONGEST = 300  # characters of a path


class Questions(Protocol):
    """Who is asked: a person by dialogs, or in tests a list of answers."""

    def may_read(self, paths: Sequence[str]) -> bool:
        """Whether these files, which a session or an experiment names, may be read."""

    def keep_changes(self, name: str) -> Keeping:
        """What to do with changes that were not saved."""

    def recovery(self, saved: datetime) -> Recovery:
        """What to do with a session that was not closed, written last at that time."""

    def file_to_save(self, suggested: Path) -> Path | None:
        """Under which name to save; None for none."""


class Dialogs:
    """Asks a person, in front of a window."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def may_read(self, paths: Sequence[str]) -> bool:
        """Whether these files may be read; closing the dialog means no."""
        shown = [path if len(path) <= _LONGEST else f"…{path[-_LONGEST:]}" for path in paths]
        if len(shown) > _SHOWN:
            shown = [*shown[: _SHOWN - 1], f"and {len(shown) - _SHOWN + 1} more"]
        it, files = ("it", "a file") if len(paths) == 1 else ("them", "files")
        box = self._box(
            "Read a file?",
            "\n".join([f"This learns from {files} on this computer:", "", *shown]),
            f"If you don't know who made what you are opening, open it without {it}: "
            "settings and curves are shown all the same.",
        )
        read = box.addButton(f"Read {it}", _Role.AcceptRole)
        box.setDefaultButton(box.addButton(f"Open without {it}", _Role.RejectRole))
        return _clicked(box) is read

    def keep_changes(self, name: str) -> Keeping:
        """What to do with changes that were not saved; closing the dialog means nothing."""
        box = self._box(
            "Save changes?",
            f"Save the changes to {name}?",
            "Without that, what was changed and pinned since it was saved is lost.",
        )
        save = box.addButton("Save", _Role.AcceptRole)
        discard = box.addButton("Don't save", _Role.DestructiveRole)
        box.setEscapeButton(box.addButton("Cancel", _Role.RejectRole))
        box.setDefaultButton(save)
        clicked = _clicked(box)
        return "save" if clicked is save else "discard" if clicked is discard else "cancel"

    def recovery(self, saved: datetime) -> Recovery:
        """What to do with a session that was not closed; closing the dialog leaves it."""
        box = self._box(
            "Recover a session?",
            "regplay was not closed in good order. What was open then can be opened again, "
            f"as it was at {saved:%H:%M:%S} on {saved:%d %B %Y}.",
            "Not now: it is offered again at the next start.",
        )
        recover = box.addButton("Recover", _Role.AcceptRole)
        discard = box.addButton("Delete it", _Role.DestructiveRole)
        box.setEscapeButton(box.addButton("Not now", _Role.RejectRole))
        box.setDefaultButton(recover)
        clicked = _clicked(box)
        return "recover" if clicked is recover else "discard" if clicked is discard else "later"

    def file_to_save(self, suggested: Path) -> Path | None:
        """Under which name to save; one that is taken is asked about."""
        dialog = named("document.save", QFileDialog(self._parent, "Save session"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_SESSIONS)
        dialog.setDefaultSuffix(SUFFIX)  # before it is asked whether the file may be replaced
        dialog.setDirectory(str(suggested.parent))
        dialog.selectFile(suggested.name)
        is_accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
        names = dialog.selectedFiles()
        dialog.deleteLater()
        return Path(names[0]) if is_accepted and names else None

    def _box(self, title: str, text: str, more: str) -> QMessageBox:
        """A question; `text` may hold names of files, `more` is ours alone: it may be markup."""
        box = named("document.question", QMessageBox(self._parent))
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(more)
        return box


def _clicked(box: QMessageBox) -> QAbstractButton:
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return clicked


@contextmanager
def busy() -> Iterator[None]:
    """Show by the pointer that this takes some tenths of a second."""
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        yield
    finally:
        QGuiApplication.restoreOverrideCursor()


EXPERIMENT = ".toml"
_SUFFIXES = (SUFFIX, EXPERIMENT, *TABLES)


def dropped_file(data: QMimeData) -> Path | None:
    """The session, experiment, lesson or table in it, if it is one file of this machine."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in _SUFFIXES else None


def dropped_link(data: QMimeData) -> str | None:
    """The link to an experiment in it, if there is one."""
    if not data.hasText():
        return None
    text = data.text()
    return text if is_link(text) else None
