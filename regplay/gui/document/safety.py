"""Writing what changes every few seconds, so that a crash or a kill loses no more."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths

from regplay.gui.clock import Clock
from regplay.session.autosave import Autosave, Leftover, left_behind
from regplay.session.document import Document

INTERVAL = 5.0  # s between two writings, at least


class SafetyNet:
    """Has a window's session on disk beside any file that it was saved in.

    Parameters
    ----------
    folder
        Where such files lie; by default one for the data of the application.
    """

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder or _folder()
        self._autosave = Autosave(self._folder)
        self._written: Document | None = None
        self._due = float("-inf")
        self._told = ""

    def note(self, document: Document) -> str:
        """Write it if it is time to and something is new; returns at once.

        Returns
        -------
        Why the last writing failed, unless that was told already.
        """
        problem = self._autosave.take_problem()
        if problem:
            self._written = None  # so that it is tried again
        now = self._clock.now()
        if now >= self._due and not _is_same(document, self._written):
            self._written, self._due = document, now + INTERVAL
            self._autosave.save(document)
        news = "" if problem == self._told else problem
        self._told = problem or self._told
        return news

    def forget(self) -> None:
        """What is open is safe elsewhere, or is not wanted: delete the file."""
        self._written = None
        self._autosave.clear()

    def left_behind(self) -> list[Leftover]:
        """Sessions that were not closed, the newest first; each is held until it is left."""
        return left_behind(self._folder)

    def take_up(self, leftover: Leftover, document: Document) -> None:
        """Go on in a file that was left behind, which holds what is open from now on."""
        self._autosave.adopt(leftover)
        self._written = document

    def close(self) -> None:
        """The window is closed in good order: nothing is left to recover."""
        self._autosave.close()


def _is_same(document: Document, written: Document | None) -> bool:
    """Whether there is nothing new to write, places and views included."""
    if written is None or not document.is_like(written):
        return False
    place = document.lesson, document.page, document.view
    return place == (written.lesson, written.page, written.view)


def _folder() -> Path:
    place = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "autosave"
