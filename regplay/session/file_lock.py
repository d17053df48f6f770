"""A file that one process holds: the system lets go of it when the process is gone, however."""

import contextlib
import os
import sys
from pathlib import Path


class FileLock:
    """A lock that is held until `release`, or until the process ends in any way.

    `hold` and `take` make one.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @staticmethod
    def hold(path: Path) -> "FileLock | None":
        """Create the file and hold it; None if that can't be, as on some network drives.

        Raises
        ------
        OSError
            If it can't be created, or is there.
        """
        lock = _locked(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        if lock is None:
            path.unlink(missing_ok=True)
        return lock

    @staticmethod
    def take(path: Path) -> "FileLock | None":
        """Hold a file whose process is gone; None while that lives, or where there is none."""
        try:
            return _locked(path, os.O_RDWR)
        except OSError:
            return None

    def release(self) -> None:
        """Let go of it, and delete it."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform == "win32":  # where a file that is open can't be deleted
            os.close(descriptor)
            self._delete()
        else:  # as long as it is held, nobody mistakes the new owner of the name for this one
            self._delete()
            os.close(descriptor)

    def leave(self) -> None:
        """Let go of it as if the process were gone: the file stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _delete(self) -> None:
        # If somebody looks at it now, it stays, and is seen to belong to no file at the next start.
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def _locked(path: Path, flags: int) -> FileLock | None:
    descriptor = os.open(path, flags, 0o600)
    try:
        _lock(descriptor)
        # Between the two, somebody may have taken it for left behind and have deleted it.
        is_there = os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        is_there = False
    if is_there:
        return FileLock(path, descriptor)
    os.close(descriptor)
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
