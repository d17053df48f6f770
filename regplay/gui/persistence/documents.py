"""What is open: its file, whether it was changed, what is asked, what a crash leaves."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from regplay.core import UserError
from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import Experiment
from regplay.gui.beside import done_beside
from regplay.gui.persistence.shown_session import ShownSession
from regplay.gui.training import Clock
from regplay.gui.widgets import named, show_waiting
from regplay.session.document import (
    SUFFIX,
    Autosave,
    Document,
    DocumentError,
    DocumentWriter,
    Leftover,
    ViewValue,
    left_behind,
    read,
    write,
)
from regplay.session.experiment_text import from_link, open_experiment, reads_file
from regplay.session.files import kind_of_file

Keeping = Literal["save", "discard", "cancel"]
Recovery = Literal["recover", "later", "discard"]

_Answer = TypeVar("_Answer")
_SESSIONS = f"Sessions (*{SUFFIX})"
_SHOWN = 4  # paths
_LONGEST = 300  # characters of a path


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
        return self._ask(
            "Read a file?",
            "\n".join([f"This learns from {files} on this computer:", "", *shown]),
            f"If you don't know who made what you are opening, open it without {it}: "
            "settings and curves are shown all the same.",
            {f"Read {it}": True, f"Open without {it}": False},
            default=f"Open without {it}",
        )

    def keep_changes(self, name: str) -> Keeping:
        """What to do with changes that were not saved; closing the dialog means nothing."""
        return self._ask(
            "Save changes?",
            f"Save the changes to {name}?",
            "Without that, what was changed, pinned or recorded since it was saved is lost.",
            {"Save": "save", "Don't save": "discard", "Cancel": "cancel"},
            default="Save",
        )

    def recovery(self, saved: datetime) -> Recovery:
        """What to do with a session that was not closed; closing the dialog leaves it."""
        return self._ask(
            "Recover a session?",
            "regplay was not closed in good order. What was open then can be opened again, "
            f"as it was at {saved:%H:%M:%S} on {saved:%d %B %Y}.",
            "Not now: it is offered again at the next start.",
            {"Recover": "recover", "Delete it": "discard", "Not now": "later"},
            default="Recover",
        )

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

    def _ask(
        self, title: str, text: str, more: str, answers: Mapping[str, _Answer], default: str
    ) -> _Answer:
        """The answer of the button that is clicked; the last one is that of closing the dialog.

        `text` may hold names of files; `more` is ours alone, since it may be markup.
        """
        box = named("document.question", QMessageBox(self._parent))
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(more)
        role = QMessageBox.ButtonRole
        roles = [role.AcceptRole, *[role.DestructiveRole] * (len(answers) - 2), role.RejectRole]
        buttons = [box.addButton(*pair) for pair in zip(answers, roles, strict=True)]
        box.setDefaultButton(buttons[[*answers].index(default)])
        box.setEscapeButton(buttons[-1])
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        pairs = zip(buttons, answers.values(), strict=True)
        chosen = [answer for button, answer in pairs if button is clicked]
        return (chosen or [*answers.values()])[-1]


def _read_tables(experiments: Sequence[Experiment]) -> None:
    """Have the tables at hand that these learn from, the first one most surely.

    Why one of them can't be read is told by who loads it.
    """
    for data in dict.fromkeys(each.data for each in reversed(experiments) if reads_file(each)):
        with suppress(DatasetError):
            load(data)


MOST = 8  # recent files
_KEY = "recent"
INTERVAL = 5.0  # s between two writings of what is not saved, at least
_FIRST_VIEW: Mapping[str, ViewValue] = {"tab": "fit", "losses": "loss", "speed": 0.0}
CHECK = 1.0  # s between two looks at whether something changed
_PROGRAM = "regplay"
_WITHOUT = "Opened without the file that it names: there are no data to train on."


class Documents(QObject):
    """Opens and saves sessions, and writes them every few seconds while something changes.

    A session that was not closed in good order is offered at the next start (`recover`), until it
    is taken up or deleted; `regplay.session.document` has the rule. They are written
    into `folder` meanwhile, by default one for the data of the application.
    """

    changed = Signal()  # `path`, `title` or `is_modified` is another
    recent_changed = Signal()  # other files were opened last
    refused = Signal(str)  # what could not be done, and why

    def __init__(
        self,
        session: ShownSession,
        questions: Dialogs,
        clock: Clock,
        settings: QSettings,
        folder: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.is_modified = False
        self._session, self._questions = session, questions
        self._settings = settings
        self._clock = clock
        self._folder = folder or _standard_folder("AppDataLocation") / "autosave"
        self._autosave = Autosave(self._folder)  # beside any file that the session was saved in
        self._written: Document | None = None  # last, or about to be
        self._due = float("-inf")  # when it may be written again
        self._told = ""  # why that failed
        self._has_told_of_settings = False
        self._writer = DocumentWriter()
        self._shown = session.document() or Document(Experiment())
        self.is_left = False
        self._saved: Document | None = self._shown  # None: what is open was never saved
        self._timer = clock.every(CHECK, self._tick)

    @property
    def title(self) -> str:
        """For the window's title bar; `[*]` is where Qt shows that something was changed."""
        if self.path is None:
            return f"Recovered session[*] — {_PROGRAM}" if self._saved is None else _PROGRAM
        return f"{self.path.name.replace('[*]', '[*][*]')}[*] — {_PROGRAM}"

    @property
    def recent(self) -> list[Path]:
        """The files that were opened or saved last, the newest first; some may be gone by now."""
        saved = self._settings.value(_KEY, [])
        names = [saved] if isinstance(saved, str) else saved  # a list of one is read as its item
        if not isinstance(names, list):
            return []
        return [Path(name) for name in names if isinstance(name, str) and name][:MOST]

    def clear_recent(self) -> None:
        """Forget which files were opened."""
        self._set_recent([])

    def _set_recent(self, paths: list[Path]) -> None:
        self._settings.setValue(_KEY, [str(path) for path in paths[:MOST]])
        self.recent_changed.emit()

    def _others(self, path: Path) -> list[Path]:
        return [other for other in self.recent if other != Path(os.path.abspath(path))]

    # Opening

    def open(self, path: Path) -> bool:
        """Open a session, or take over the experiment in a TOML file; returns whether it was done.

        What can't be read is refused with a message, and what was open stays open. A session takes
        the place of what is open, about whose changes is asked first; an experiment is but a
        change of settings.
        """
        if kind_of_file(path) == "settings":
            return self._open_experiment(path)
        document, saved = self._read(path), self._saved
        if document is None:
            return False
        may_read = not document.paths or self._questions.may_read(document.paths)
        if not self.may_close():
            return False
        if self._saved is not saved:  # it was asked about, and may be in this very file now
            document = self._read(path)
            if document is None:
                return False
        if may_read:
            done_beside(lambda: _read_tables(document.experiments), show_waiting)
        # Without its files it is another one: saving it must not overwrite what it was.
        self._show(document if may_read else document.without_files(), path if may_read else None)
        self._forget()
        self._set_recent([Path(os.path.abspath(path)), *self._others(path)])
        if not may_read:
            self.refused.emit(_WITHOUT)
        return True

    def _read(self, path: Path, lead: str = "") -> Document | None:
        """The session in a file; None where that is refused: a message says it, behind `lead`."""
        try:
            return done_beside(lambda: read(path), show_waiting)
        except DocumentError as error:
            self.refused.emit(f"{lead}{error}")
            if not os.path.exists(path):  # a Path raises where there can be none
                self._set_recent(self._others(path))
            return None

    def begin(self, experiment: Experiment, curves: Sequence[str]) -> bool:
        """Put an experiment in the place of all that is open; returns whether it was done.

        About changes that would be lost is asked first. Nothing of how things were shown stays:
        the sliders of these field paths show their curve.
        """
        if not self.may_close():
            return False
        self._show(Document(experiment, view={**_FIRST_VIEW, "curves": " ".join(curves)}), None)
        self._forget()
        return True

    def open_link(self, text: str) -> bool:
        """Take over the experiment that a link leads to."""
        try:
            experiment = from_link(text)
        except UserError as error:
            self.refused.emit(str(error))
            return False
        self._session.set_experiment(experiment)
        return True

    def _open_experiment(self, path: Path) -> bool:
        try:
            experiment = open_experiment(path, may_be_pipe=False)
        except UserError as error:
            self.refused.emit(str(error))
            return False
        file = experiment.data.file
        if reads_file(experiment) and file and not self._questions.may_read([file]):
            self.refused.emit(f"{path.name} was not opened: it learns from a file.")
            return False
        self._session.set_experiment(experiment)
        return True

    # Saving

    def save(self) -> bool:
        """Write what is open into its file, or ask for one; returns whether it is saved."""
        return self.save_as() if self.path is None else self._save(self.path)

    def save_as(self) -> bool:
        """Ask for a name and write what is open into that file, which is its own from now on."""
        suggested = self.path or _standard_folder("DocumentsLocation") / f"session{SUFFIX}"
        path = self._questions.file_to_save(suggested)
        return path is not None and self._save(path)

    def _save(self, path: Path) -> bool:
        document = self._present()
        try:
            done_beside(lambda: write(path, document, self._writer), show_waiting)
        except DocumentError as error:
            self.refused.emit(str(error))
            return False
        self._forget()
        self.path, self._saved, self.is_modified = path, document, False
        self._set_recent([Path(os.path.abspath(path)), *self._others(path)])
        self.changed.emit()
        return True

    # Changes, and what was not saved

    def check(self) -> None:
        """See whether something was changed: at once, not only after a second."""
        document = self._present()
        is_modified = self._saved is None or not document.is_like(self._saved)
        if is_modified != self.is_modified:
            self.is_modified = is_modified
            self.changed.emit()

    def may_close(self) -> bool:
        """Ask about changes that would be lost; whether the window may be closed.

        Who only tries settings is not asked: that takes a session with a name, with pinned runs or
        points placed by hand, or one that was recovered.
        """
        if self.is_left or not self._would_be_lost():
            return True
        name = "this session" if self.path is None else self.path.name
        answer = self._questions.keep_changes(name)
        return answer == "discard" or (answer == "save" and self.save())

    def leave(self) -> None:
        """The program ends, whatever there is to ask: what would be lost is offered next time."""
        if self._would_be_lost():
            self._autosave.leave(self._present())
        self.is_left = True  # a run that goes on would be a change to ask about

    def _would_be_lost(self) -> bool:
        self.check()
        is_worth = self.path is not None or self._saved is None or _is_work(self._present())
        return self.is_modified and is_worth

    def close(self) -> None:
        """The window is closed in good order: nothing is left to recover."""
        self._timer.stop()
        self._autosave.close()

    def recover(self) -> bool:
        """Ask about sessions that were not closed; returns whether one was opened."""
        found = left_behind(self._folder)
        for place, leftover in enumerate(found):
            answer = self._questions.recovery(leftover.saved)
            if answer == "discard":
                leftover.discard()
                continue
            document = None
            if answer == "recover":
                document = self._read(leftover.path, "The session can't be recovered: ")
                if document is None:
                    leftover.leave()  # it stays, and hides no other
                    continue
            is_opened = document is not None and self._take_up(leftover, document)
            for other in found[place + is_opened :]:
                other.leave()
            return is_opened
        return False

    def _take_up(self, leftover: Leftover, document: Document) -> bool:
        """Open it. It is this program's own: the files that it names may be read."""
        done_beside(lambda: _read_tables(document.experiments), show_waiting)
        if not self.may_close():
            return False
        self._autosave.adopt(leftover)
        self._written = document
        self._show(document, None, is_saved=False)
        return True

    def _present(self) -> Document:
        return self._session.document() or self._shown

    def _show(self, document: Document, path: Path | None, *, is_saved: bool = True) -> None:
        # Before it is all there, which takes a while: timers call back meanwhile.
        self.path, self._shown = path, document
        self._saved, self.is_modified = (document, False) if is_saved else (None, True)
        self._session.show_document(document)
        self.changed.emit()

    def _forget(self) -> None:
        """What is open is safe elsewhere, or is not wanted: delete the file beside it."""
        self._written = None
        self._autosave.clear()

    def _check_settings(self) -> None:
        """Tell once that they are not kept: Qt writes them by itself, and says nothing."""
        is_refused = self._settings.status() == QSettings.Status.AccessError
        if is_refused and not self._has_told_of_settings:
            self._has_told_of_settings = True
            self.refused.emit(
                "What you choose, such as colours and sizes, is not kept for the next start: "
                f"{self._settings.fileName()} can't be written. Make room on the disk, or let your "
                "account write into this folder."
            )

    def _tick(self) -> None:
        self._check_settings()
        self.check()
        if not self.is_modified:
            self._forget()  # such as where what was changed was changed back
            return
        problem = self._autosave.take_problem()
        if problem:
            self._written = None  # so that it is tried again
            if problem != self._told:
                self._told = problem
                self.refused.emit(
                    f"What you do is not safe from a crash; save it under a name. {problem}"
                )
        now, document = self._clock.now(), self._present()
        if now >= self._due and not _is_same(document, self._written):
            self._written, self._due = document, now + INTERVAL
            self._autosave.save(document)


def _is_same(document: Document, written: Document | None) -> bool:
    """Whether there is nothing new to write, places and views included."""
    if written is None or not document.is_like(written):
        return False
    place = document.lesson, document.page, document.view
    return place == (written.lesson, written.page, written.view)


def _is_work(document: Document) -> bool:
    """Whether there is more to it than settings, which are soon made again."""
    data = document.experiment.data
    is_drawn = data.name == "points" and bool(data.points)
    is_shown = document.annotations or document.scenes
    return bool(document.pins or data.edits or is_shown) or is_drawn


def _standard_folder(name: str) -> Path:
    place = QStandardPaths.StandardLocation[name]
    return Path(QStandardPaths.writableLocation(place))
