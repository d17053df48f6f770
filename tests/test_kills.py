"""Kills at random moments: whatever is being written, the last that was whole can be read.

`python tests/test_kills.py FOLDER COUNT SEED` makes so many writers of each kind, one after
another, each of which is killed at some moment of its work; `REGPLAY_KILLS=100` makes it a hundred.
"""

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

KILLS = int(os.environ.get("REGPLAY_KILLS", "6"))
WAYS = ("saving", "autosaving", "recording")
FPS, SIZE = 10, (64, 48)
Write = Callable[[], Iterator[None]]  # works on, and yields where something is whole


def saving(folder: Path) -> tuple[Write, Callable[[int], None]]:
    """Two sessions in turn under one name."""
    from regplay.session.document import read, write
    from regplay.session.files import leftovers_of

    path, documents = folder / "mine.regplay", _documents()
    write(path, documents[0])

    def work() -> Iterator[None]:
        while True:
            for document in documents:
                write(path, document)
                yield

    def check(_: int) -> None:
        assert any(read(path).is_like(document) for document in documents)
        for left in leftovers_of(path):
            os.utime(left, (0, 0))  # long ago
        write(path, documents[0])
        assert os.listdir(folder) == [path.name]

    return work, check


def autosaving(folder: Path) -> tuple[Write, Callable[[int], None]]:
    """The same by a window's autosave, of which one writing waits while another is under way."""
    from regplay.session.document import Autosave, left_behind, read

    documents = _documents()

    def work() -> Iterator[None]:
        autosave = Autosave(folder)
        while True:
            for document in documents:
                autosave.save(document)
                autosave.wait()
                autosave.save(document)
                yield

    def check(count: int) -> None:
        found = left_behind(folder)
        assert len(found) == 1 or not count
        for leftover in found:
            assert any(read(leftover.path).is_like(document) for document in documents)
            leftover.discard()
        assert os.listdir(folder) == []

    return work, check


def recording(folder: Path) -> tuple[Write, Callable[[int], None]]:
    """A film that grows."""
    import av
    from PySide6.QtGui import QColor, QImage

    from regplay.gui.recording.video import open_video

    path = folder / "film.mp4"

    def work() -> Iterator[None]:
        video = open_video(path, SIZE, FPS)
        for number in range(100_000):
            image = QImage(*SIZE, QImage.Format.Format_RGB32)
            image.fill(QColor.fromHsv(0, 0, number % 250))
            video.write(image)
            yield

    def check(count: int) -> None:
        frames = 0
        with contextlib.suppress(av.FFmpegError, FileNotFoundError), av.open(str(path)) as film:
            frames = sum(1 for _ in film.decode(video=0))
        assert frames >= count - 2 * FPS  # one second may be in the encoder, and one in the file
        assert os.listdir(folder) == [path.name] or not count  # it was not yet opened
        path.unlink(missing_ok=True)

    return work, check


def _documents():
    sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "session" / "document")]
    from stored_sessions import session

    return [session(seed=seed) for seed in range(2)]


def kill(way: str, folder: Path, count: int, seed: int) -> None:
    """Have so many writers killed, and look at what each has left."""
    work, check = globals()[way](folder)
    rng = random.Random(seed)
    for _ in range(count):
        reading, writing = os.pipe()
        writer = os.fork()
        if not writer:
            os.write(writing, b"begun ")
            for _ in work():
                os.write(writing, b".")
        os.close(writing)
        os.read(reading, 6)
        whole = rng.randrange(8)
        for _ in range(whole):
            os.read(reading, 1)
        select.select([], [], [], rng.random() * 0.02)  # the moment within what comes next
        os.kill(writer, signal.SIGKILL)
        os.waitpid(writer, 0)
        with os.fdopen(reading, "rb") as told:
            check(whole + len(told.read()))
    print(f"{way}: {count} kills")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked")
def test_what_was_whole_is_there_after_a_kill(tmp_path):
    """In a process without threads, which has loaded torch and Qt once for all that it forks."""
    seed = random.randrange(10**6)
    words = [sys.executable, __file__, str(tmp_path), str(KILLS), str(seed)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"seed {seed}: {done.stdout}{done.stderr}"
    assert done.stdout == "".join(f"{way}: {KILLS} kills\n" for way in WAYS)


if __name__ == "__main__":
    for way in WAYS:
        folder = Path(sys.argv[1], way)
        folder.mkdir()
        kill(way, folder, int(sys.argv[2]), int(sys.argv[3]))
