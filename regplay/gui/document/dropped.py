"""What of a drop or of the clipboard can be opened."""

from pathlib import Path

from PySide6.QtCore import QMimeData

from regplay.session.document_file import SUFFIX
from regplay.session.link import is_link
from regplay.session.opening import TABLES

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
