"""The files that were opened or saved last."""

import os
from pathlib import Path

from PySide6.QtCore import QSettings

MOST = 8
_KEY = "recent"


class RecentFiles:
    """The newest first, remembered from one start to the next."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[Path]:
        """Where they were; some may be gone by now."""
        saved = self._settings.value(_KEY, [])
        names = [saved] if isinstance(saved, str) else saved  # a list of one is read as its item
        if not isinstance(names, list):
            return []
        return [Path(name) for name in names if isinstance(name, str) and name][:MOST]

    def add(self, path: Path) -> None:
        """Put a file first."""
        path = Path(os.path.abspath(path))
        self._set([path, *(other for other in self.paths() if other != path)])

    def remove(self, path: Path) -> None:
        """Leave out a file that is gone."""
        path = Path(os.path.abspath(path))
        self._set([other for other in self.paths() if other != path])

    def clear(self) -> None:
        """Forget all."""
        self._set([])

    def _set(self, paths: list[Path]) -> None:
        self._settings.setValue(_KEY, [str(path) for path in paths[:MOST]])
