"""Sessions as files: those that a person saves, and the one that a window saves by itself.

What is worked on is written again and again, so that a crash loses seconds. Each window writes one
file of its own, in a folder for such files, from a thread of its own. A lock beside the file says
that the window lives; it is the system that lets go of it when the process is gone, however that
came about. Where the system has no such locks, nothing is written.

The rule: a file that was left behind is deleted by nobody but who takes it up or discards it. It is
offered at each start until then. Who takes it up goes on in that very file, so that at no moment
there is less on disk than before, and deletes it when the window is closed in good order, or when
the session is saved under a name.
"""

import contextlib
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from regplay.session.document.document import Document, DocumentError
from regplay.session.document.document_text import BRIEF, LARGEST, DocumentWriter, loads
from regplay.session.experiment_text import absolute
from regplay.session.files import OutputError, leftovers_of, write_file
from regplay.session.validation import read_text

if TYPE_CHECKING:
    from filelock import BaseFileLock

SUFFIX = ".regplay"

_LOCK = ".lock"


def read(path: Path) -> Document:
    """The session in a file; relative paths in it are meant from the file's folder.

    No path in it is followed: `Document.paths` are to be asked about first.

    Raises
    ------
    DocumentError
        As `loads`, or if the file can't be read; the message begins with its name.
    """
    text = read_text(path, LARGEST, "session of regplay", DocumentError)
    try:
        document = loads(text)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from None
    return document.with_files(lambda file: absolute(file, path.parent))


def write(path: Path, document: Document, writer: DocumentWriter | None = None) -> None:
    """Write a session, whole or not at all, in place of a file of the same name.

    Raises
    ------
    DocumentError
        If it can't be written; the message begins with the file's name.
    """
    try:
        write_file(path, (writer or DocumentWriter()).text(document))
    except OutputError as error:
        raise DocumentError(str(error)) from None
    except DocumentError as error:
        raise DocumentError(f"{path}: can't be written: {error}") from None


# saved by themselves


@dataclass(eq=False)
class Leftover:
    """A file whose process is gone, held so that no other window offers it too."""

    path: Path
    saved: datetime  # when it was written last
    lock: "BaseFileLock"

    def leave(self) -> None:
        """Offer it again at the next start."""
        self.lock.release()

    def discard(self) -> None:
        """Delete it; where that fails, it is offered again."""
        _delete_with(self.lock, self.path)


def left_behind(folder: Path) -> list[Leftover]:
    """The files in a folder whose processes are gone, the newest first; all are held from here on.

    What writings that were cut off have left is deleted.
    """
    found = []
    # On Windows a lock that is let go of leaves no file, so that a session may stand alone.
    names = [*folder.glob(f"*{_LOCK}"), *folder.glob(f"*{SUFFIX}")]
    for path in sorted({name.with_suffix(SUFFIX) for name in names}):
        lock = hold(path)
        if lock is None:
            continue
        for part in leftovers_of(path):
            _delete(part)
        try:
            saved = datetime.fromtimestamp(path.stat().st_mtime)
        except OSError:  # it was killed before it had written anything
            _delete_with(lock, path)
        else:
            found.append(Leftover(path, saved, lock))
    return sorted(found, key=lambda leftover: leftover.saved, reverse=True)


def hold(path: Path) -> "BaseFileLock | None":
    """The lock of a file, held by this process; None while another one holds it.

    Nor is there one where the system has no locks, as on some network drives.
    """
    from filelock import FileLock, Timeout  # which takes as long as a frame to import

    # One thread writes, another one clears; what stands in for a lock would outlive its process.
    lock = FileLock(path.with_suffix(_LOCK), thread_local=False, fallback_to_soft=False)
    with contextlib.suppress(Timeout, OSError):
        lock.acquire(timeout=0)
        return lock
    return None


def _delete(path: Path) -> bool:
    """Delete it; returns whether it is gone."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        return True
    return False


def _delete_with(lock: "BaseFileLock", path: Path) -> None:
    """Let go of a file and delete it; one that stays is found by the next start."""
    is_gone = _delete(path)
    lock.release()
    if is_gone:  # else somebody may hold it by now
        _delete(path.with_suffix(_LOCK))


class Autosave:
    """Writes the newest session that it is given into `folder`, and forgets those before it."""

    def __init__(self, folder: Path) -> None:
        self.path: Path | None = None  # the file; None before the first writing
        self._folder = folder
        self._lock: BaseFileLock | None = None
        self._writer = DocumentWriter(BRIEF)
        self._thread = ThreadPoolExecutor(1, "autosave")  # which the first writing starts
        self._newest: Future[str] | None = None  # writing, until why it failed is taken
        self._is_closed = False

    def save(self, document: Document) -> None:
        """Write this soon, in place of what still waits; returns at once."""
        if self._is_closed:
            return
        if self._newest is not None:
            self._newest.cancel()
        self._newest = self._thread.submit(self._write, document)

    def take_problem(self) -> str:
        """Why the last writing failed, told once; empty if it did not."""
        if self._newest is None or not self._newest.done():
            return ""
        problem, self._newest = self._newest.result(), None
        return problem

    def adopt(self, leftover: Leftover) -> None:
        """Go on in the file of another process, which holds what is worked on from now on."""
        self.clear()
        self.path, self._lock = leftover.path, leftover.lock

    def clear(self) -> None:
        """Delete the file: what was worked on is safe elsewhere, or not wanted."""
        if self._newest is not None:
            self._newest.cancel()
            self._thread.submit(int).result()  # by then what was being written is
            self._newest = None
        if self.path is not None and self._lock is not None:
            _delete_with(self._lock, self.path)
        self.path = self._lock = None

    def wait(self) -> None:
        """Until everything is written."""
        if self._newest is not None:
            self._newest.result()

    def leave(self, document: Document) -> None:
        """End with a session that is offered at the next start."""
        self.save(document)
        self.wait()
        if self._lock is not None:
            self._lock.release()
        self.path = self._lock = None
        self.close()

    def close(self) -> None:
        """End in good order: delete the file and end the thread."""
        self.clear()
        self._is_closed = True
        self._thread.shutdown()

    def _write(self, document: Document) -> str:
        """Write it; why that failed, or nothing."""
        try:
            write(self._own_path(), document, self._writer)
        except DocumentError as error:
            return str(error)
        except OSError as error:
            return f"{self._folder}: can't be written to: {error.strerror or error}"
        except Exception as error:  # whoever waits for this thread must not wait for ever
            return f"{self._folder}: {error} ({type(error).__name__})"
        return ""

    def _own_path(self) -> Path:
        """The file to write, with a lock beside it before there is anything in it."""
        if self.path is not None and self.path.parent.is_dir():
            return self.path
        if self._lock is not None:  # somebody has deleted the folder
            self._lock.release()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{uuid.uuid4().hex}{SUFFIX}"
        lock = hold(path)
        if lock is None:
            raise OSError(f"{self._folder}: no file can be locked there")
        self.path, self._lock = path, lock
        return path
