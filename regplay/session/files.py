"""Writing files whole or not at all, folders for them, and tables as CSV, out and in."""

import contextlib
import csv
import errno
import io
import math
import os
import re
import shutil
import stat
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from regplay.core import UserError

TABLES = "*.csv *.tsv *.txt *.data *.xlsx *.gz"  # names that tables often have
_ABANDONED = 24 * 3600.0  # s without a change after which nobody writes a temporary file any more
_LONGEST_NAME = 100  # characters of a file's own name in that of the temporary one beside it


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write a file that replaces one of the same name.

    Whoever reads it, at any time and after any crash, finds either what was there before or all of
    `data`; what a kill left of a writing is deleted by one that comes a day later. A link is
    followed; the permissions of a file that is replaced stay. What is no file, such as /dev/null or
    a pipe, is never replaced: it is written to.

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
    if not _may_be_replaced(path):
        with path.open("wb") as device:
            device.write(content)
        return
    path = Path(os.path.realpath(path))
    temporary = _written_beside(path, content)
    try:
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _may_be_replaced(path: Path) -> bool:
    mode = _mode_of(path)
    return mode is None or stat.S_ISREG(mode)


def _written_beside(path: Path, content: bytes) -> Path:
    """A temporary file that only needs the name of this one, whose permissions it has."""
    mode = _mode_of(path)
    delete_abandoned(path)
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
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


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


def delete_abandoned(path: Path) -> None:
    """Delete what writings to `path` left a day ago or longer, files and folders."""
    for left in leftovers_of(path):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


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


# files that a person asked for

_ADVICE = {
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS), "choose a folder that you may write to"
    ),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "make room on the disk, or choose another one"),
    errno.ENOENT: "choose a folder that exists",
    errno.ENOTDIR: "choose a folder that exists",
    errno.EISDIR: "choose a name that is not a folder's",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def with_advice(error: OSError) -> str:
    """Why a file can't be written, and what to do about it."""
    reason = (error.strerror or str(error)).lower()
    return f"{reason}; {_ADVICE.get(error.errno or 0, 'choose another place')}"


class OutputError(UserError):
    """A folder or a file in it can't be written; the message says which one and why."""


def check_replaces_none(made: Iterable[Path], sources: Iterable[Path | str | None]) -> None:
    """Refuse to write files in place of those that they are made of.

    Raises
    ------
    OutputError
        With the first of them.
    """
    read = [source for source in sources if source and os.path.isfile(source)]
    for path in made:
        if os.path.isfile(path) and any(os.path.samefile(path, source) for source in read):
            raise OutputError(
                f"{path}: this is read, and would be replaced by what is made of it; choose "
                "another name or folder to write to"
            )


def prepare_folder(folder: Path) -> None:
    """Make sure that results can be written into `folder`, before time is spent on them.

    Raises
    ------
    OutputError
        If it can't be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = temporary_beside(folder / "experiment.toml")
        probe.touch()
        probe.unlink()
    except FileExistsError:
        raise OutputError(f"{folder}: this is a file; results need a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: can't write there: {with_advice(error)}") from None


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file as `write_atomically` does.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with _told(path):
        write_atomically(path, content)


def write_files(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files into a folder, which is made if need be: all of them, or none.

    Raises
    ------
    OutputError
        If one can't be written; all that was there before is untouched.
    """
    was_there = folder.exists()
    prepare_folder(folder)
    paths = {name: Path(os.path.realpath(folder / name)) for name in files}
    written: dict[str, Path] = {}
    try:
        for name, content in files.items():
            with _told(folder / name):
                data = content.encode() if isinstance(content, str) else content
                if _may_be_replaced(paths[name]):
                    written[name] = _written_beside(paths[name], data)
                else:
                    write_atomically(paths[name], data)
        for name, temporary in written.items():
            with _told(folder / name):
                os.replace(temporary, paths[name])
        _sync_folder(folder)
    finally:
        for temporary in written.values():
            temporary.unlink(missing_ok=True)
        if not was_there:
            with contextlib.suppress(OSError):  # of what is not empty
                folder.rmdir()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in words why a file can't be written."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {with_advice(error)}") from None
    except UnicodeEncodeError:
        problem = "a name in it, such as that of a file, is no text"
        raise OutputError(f"{path}: can't be written: {problem}") from None


def finite(value: float) -> float | None:
    """`value`, or None where it is not finite, which JSON has no word for."""
    return value if math.isfinite(value) else None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8, numbers with all digits that tell them apart; what is not finite is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([finite(cell) if isinstance(cell, float) else cell for cell in row])
    return text.getvalue().encode()


FileKind = Literal["session", "settings", "table"]
_SUFFIXES: dict[str, FileKind] = {".regplay": "session", ".toml": "settings"}
_SESSION = re.compile(rb"format = \d+\s")
_TOML = re.compile(
    rb"(?:\s|#[^\n]*+\n)*+(?:\[\[?[\w.]+\]\]?|[\w.-]+ *= *(?:[\"'\[{\d+-]|true|false))"
)


def is_named_as_table(path: Path) -> bool:
    """Whether a file has a name that tables often have."""
    return any(Path(path.name.lower()).match(pattern) for pattern in TABLES.split())


def kind_of_file(path: Path) -> FileKind:
    """What a file is: a session, TOML (an experiment or a lesson), or else a table.

    The suffixes of the first two say it; of any other file its first bytes do.
    """
    if path.suffix.lower() in _SUFFIXES:
        return _SUFFIXES[path.suffix.lower()]
    start = b""
    with contextlib.suppress(OSError):
        if path.is_file():  # to open a pipe would wait for its other end
            with path.open("rb") as file:
                start = file.read(4096)
    if _SESSION.match(start):
        return "session"
    return "settings" if _TOML.match(start) else "table"


def check_table(source: Path | str) -> None:
    """Refuse a file, or a text, that no choice of columns makes a table.

    Only its beginning is read; all else that is wrong is told where the columns are chosen.

    Raises
    ------
    UserError
        Which says why; of a file it begins with the name.
    """
    from regplay.core.datasets.own_table import ReadingStoppedError, check_beginning  # needs pandas

    lead = f"{source}: " if isinstance(source, Path) else ""
    try:
        check_beginning(source)
    except ReadingStoppedError as error:
        raise UserError(f"{lead}{error.problem.message}") from None
