"""Writing a file whole or not at all."""

import contextlib
import os
import shutil
import stat
import uuid
from pathlib import Path

_LONGEST_NAME = 100  # characters of a file's own name in that of the temporary one beside it


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write a file that replaces one of the same name.

    Whoever reads it, at any time and after any crash, finds either what was there before or all of
    `data`. A link is followed; the permissions of a file that is replaced stay. What is no file,
    such as /dev/null or a pipe, is never replaced: it is written to.

    Parameters
    ----------
    data
        Text is written in UTF-8, its line ends as they are.

    Raises
    ------
    OSError
        If it can't be written; what was there before is untouched.
    UnicodeEncodeError
        If a text has half a surrogate pair, as the names of some files do.
    """
    content = data.encode() if isinstance(data, str) else data
    mode = _mode_of(path)
    if mode is not None and not stat.S_ISREG(mode):
        with path.open("wb") as device:
            device.write(content)
        return
    path = Path(os.path.realpath(path))
    temporary = temporary_beside(path)
    try:
        # Not from `tempfile`: its files are closed to everyone else, and stay so when renamed.
        allowed = 0o666 if mode is None else stat.S_IMODE(mode)
        with open(
            temporary, "xb", opener=lambda name, flags: os.open(name, flags, allowed)
        ) as file:
            if mode is not None:  # before there is anything in it that others might read
                shutil.copymode(path, temporary)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else a crash may leave the new name on an empty file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def temporary_beside(path: Path) -> Path:
    """A name in the same folder that no one else uses; `leftovers_of` finds it again."""
    return path.with_name(f"{_prefix(path)}{uuid.uuid4().hex}.part")


def leftovers_of(path: Path) -> list[Path]:
    """Temporary files of writings to `path` that were cut off, or that are under way."""
    prefix = _prefix(path)
    with contextlib.suppress(OSError):
        found = [entry for entry in path.parent.iterdir() if entry.name.startswith(prefix)]
        return [entry for entry in found if entry.name.endswith(".part")]
    return []


def _prefix(path: Path) -> str:
    return f".{path.name[: _LONGEST_NAME // 4]}."


def _mode_of(path: Path) -> int | None:
    """What it is and who may do what with it; None if it is not there."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    """Let the new name outlive a power cut too, where folders can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
