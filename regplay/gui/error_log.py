"""Errors that nobody expected, written where they can be found and sent."""

import sys
import time
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QStandardPaths

from regplay import __version__

_MOST = 256 << 10  # bytes of the file; of older errors, half as many stay


def log_path() -> Path:
    """Where this program writes errors: beside its other data of this person."""
    place = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "errors.log"


class ErrorLog:
    """A file of tracebacks, the newest last.

    Parameters
    ----------
    path
        Its folder is made with the first error.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self) -> None:
        """Write from now on what reaches `sys.excepthook`, which still gets it afterwards."""
        before = sys.excepthook

        def note(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            if issubclass(kind, Exception):
                self.note(error, trace)
            before(kind, error, trace)

        sys.excepthook = note

    def note(self, error: BaseException, trace: TracebackType | None = None) -> None:
        """Write an error; where that can't be done, nothing is."""
        told = "".join(traceback.format_exception(type(error), error, trace))
        when = time.strftime("%Y-%m-%d %H:%M:%S")
        entry = f"--- {when}, regplay {__version__}\n{told}\n".encode(errors="replace")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            known = self.path.read_bytes() if self.path.exists() else b""
            if len(known) + len(entry) > _MOST:
                known = known[-_MOST // 2 :]
                known = known[max(known.find(b"--- "), 0) :]
            self.path.write_bytes(known + entry[-_MOST // 2 :])
        except OSError:
            return
