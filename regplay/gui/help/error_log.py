"""Errors that nobody expected, written where they can be found and sent."""

import sys
from logging import ERROR, Formatter, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QStandardPaths

from regplay import __version__

_MOST = 256 << 10  # bytes of the file; those before them are kept once, beside it


def log_path() -> Path:
    """Where this program writes errors: beside its other data of this person."""
    place = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(place)) / "errors.log"


def write_errors(path: Path) -> None:
    """Write from now on what reaches `sys.excepthook`, which still gets it afterwards.

    Where a folder or a file can't be written, nothing is.
    """
    before = sys.excepthook
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    log = RotatingFileHandler(path, maxBytes=_MOST, backupCount=1, delay=True, errors="replace")
    log.setFormatter(Formatter(f"--- %(asctime)s, regplay {__version__}"))

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            log.handle(LogRecord("regplay", ERROR, "", 0, "", None, (kind, error, trace)))
            log.close()  # until the next one
        before(kind, error, trace)

    sys.excepthook = note
