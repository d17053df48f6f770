"""Frames of steps that were rendered before, so that only those that changed are painted again.

The player does every step of a film, whether its frames are there or not: what a step comes to, and
so the frames of those after it, does not depend on what is kept.
"""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from av.error import FFmpegError
from PySide6.QtGui import QImage

import regplay
from regplay.gui.help import versions
from regplay.gui.recording.encoder import yield_to_others
from regplay.gui.recording.film_pointer import next_aim
from regplay.gui.recording.video import StreamFile
from regplay.gui.recording.video_formats import KEPT, RecordingError
from regplay.resources import resource
from regplay.session.files import temporary_beside
from regplay.session.storyboard import Storyboard, table_files

MOST_BYTES = 1 << 30  # of all files together; those that were used last stay
_WAITING_BYTES = 1 << 27  # of pictures that wait to be written


class FrameCache:
    """The frames of the steps of one film in one size, a file without loss for each step.

    A picture that stays is written once, and once more where it is the last one of its step. A
    thread writes them in the time that the film leaves; where it falls too far behind, the step is
    not kept.

    The name of a file is a digest of all that decides its frames: the program, size, pace, theme,
    scale and language, the experiment, the tables, all steps so far, and what moves next, for which
    the pointer sets off before. So what is there is never outdated.

    Parameters
    ----------
    folder
        Of all films.
    device
        Where the program trains, whose numbers may differ in the last digit.
    """

    def __init__(
        self, folder: Path, storyboard: Storyboard, size: tuple[int, int], device: str
    ) -> None:
        self._folder, self._size, self._fps = folder, size, storyboard.fps
        self._names = [*_names(storyboard, size, device)]
        self._number = 0  # of the step that is being written, from 1
        self._video: StreamFile | None = None
        self._newest: QImage | None = None  # of its pictures
        self._stays = False  # it is that of further frames, which are not written
        self._is_writable = True
        # What follows belongs to the thread that asks; what is above, to the one that writes.
        self._pool = ThreadPoolExecutor(1, "keeping", partial(yield_to_others, 19))
        bytes_each = 4 * size[0] * size[1]
        self._room = threading.Semaphore(max(_WAITING_BYTES // bytes_each, 4))
        self._last: QImage | None = None
        self._left_out = 0  # the step for which there was no room
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)

    def frames(self, number: int) -> Iterator[QImage] | None:
        """The frames of a step, by its number from 1; None if they are not there.

        Those of a damaged file end early; what is painted then may differ in single pixels, as
        the step was not painted from its beginning. It is not to be kept: see `remove`.
        """
        path = self._path(number)
        try:
            os.utime(path)
        except OSError:
            return None
        return _read(path, self._fps)

    def remove(self, number: int) -> None:
        """Have a step whose file is damaged painted, and kept, as a whole the next time."""
        with contextlib.suppress(OSError):
            self._path(number).unlink()

    def put(self, number: int, image: QImage) -> None:
        """Keep the next frame of a step, if there is time and room for all of them."""
        if number == self._left_out:
            return
        is_new = image is not self._last
        if is_new and not self._room.acquire(blocking=False):
            self._left_out, self._last = number, None
            self._pool.submit(self._leave_out, number)
            return
        self._last = image
        written = self._pool.submit(self._write, number, image)
        if is_new:
            written.add_done_callback(lambda _: self._room.release())

    def _leave_out(self, number: int) -> None:
        if self._number == number:
            self._abandon_step()
        else:
            self._complete()

    def _write(self, number: int, image: QImage) -> None:
        if number != self._number:
            self._complete()
            self._number = number
        if not self._is_writable:
            return
        try:
            if self._video is None:
                beside = temporary_beside(self._path(number))
                self._video = StreamFile(beside, self._size, self._fps, KEPT, threads=1)
            self._stays = image is self._newest
            if self._stays:
                self._video.frames += 1
            else:
                self._video.write(image)
            self._newest = image
        except Exception:  # whatever hinders it, the film goes on without
            self._is_writable = False
            self._abandon_step()

    def finish(self) -> None:
        """Keep the last step, too, and no more than there may be."""
        self._pool.submit(self._complete)
        self._pool.shutdown()
        with contextlib.suppress(OSError):
            files = [(path, path.stat()) for path in self._folder.iterdir()]
            left = MOST_BYTES
            for path, state in sorted(files, key=lambda one: one[1].st_mtime, reverse=True):
                left -= state.st_size
                if left < 0:
                    path.unlink()

    def abandon(self) -> None:
        """Keep nothing of the step that is being written: it is not whole."""
        self._pool.shutdown(cancel_futures=True)
        self._abandon_step()

    def _abandon_step(self) -> None:
        video, self._video, self._newest = self._video, None, None
        if video is not None:
            video.abandon()

    def _complete(self) -> None:
        video, newest = self._video, self._newest
        self._video = self._newest = None
        if video is not None and newest is not None:
            with contextlib.suppress(RecordingError, OSError):
                if self._stays:  # so that it is known how long
                    video.frames -= 1
                    video.write(newest)
                video.finish()
                os.replace(video.path, self._path(self._number))

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._names[number - 1]}{KEPT.suffix}"


def _names(storyboard: Storyboard, size: tuple[int, int], device: str) -> Iterator[str]:
    """A digest for each step."""
    film, steps = storyboard, storyboard.steps
    look = size, film.fps, film.theme, film.scale, film.language, film.controls, film.has_captions
    known = hashlib.sha256(repr((_program(), device, look)).encode())
    known.update(repr(film.experiment).encode())
    for table in dict.fromkeys((film.experiment.data.file, *table_files(steps))):
        with contextlib.suppress(OSError):  # which training says
            known.update(hashlib.sha256(Path(table).read_bytes()).digest())
    for index, step in enumerate(steps):
        known.update(msgspec.json.encode(step))
        digest = known.copy()
        digest.update(next_aim(steps[index + 1 :]).encode())
        yield digest.hexdigest()


def _program() -> list[object]:
    """The program as it is installed, and what it paints and computes with."""
    folders = Path(regplay.__file__).parent, resource("fonts")
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix != ".pyc"]
    states = [(str(path), path.stat()) for path in sorted(files) if path.is_file()]
    surroundings = {key: it for key, it in sorted(os.environ.items()) if key.startswith("QT_")}
    return [
        *((name, state.st_size, state.st_mtime_ns) for name, state in states),
        versions(""),
        surroundings,
    ]


def _read(path: Path, fps: int) -> Iterator[QImage]:
    """The frames of a file; the same object again where nothing has changed."""
    before: list[Any] = []
    image, count = QImage(), 0
    options = {"fflags": "+discardcorrupt"}  # half a frame would be taken for a whole one
    with contextlib.suppress(FFmpegError), av.open(str(path), options=options) as container:
        for frame in container.decode(video=0):
            while count < round(frame.time * fps):  # it stayed
                yield image
                count += 1
            planes = [_bytes(plane) for plane in frame.planes]
            if not (before and all(map(np.array_equal, planes, before))):
                before = planes
                rows = _bytes(frame.reformat(format="bgra").planes[0])
                image = QImage(frame.width, frame.height, QImage.Format.Format_RGB32)
                pixels = _bytes(image.bits()).reshape(frame.height, -1)
                pixels[:] = rows.reshape(frame.height, -1)[:, : pixels.shape[1]]
            yield image
            count += 1


def _bytes(buffer: Any) -> Any:
    return np.frombuffer(buffer, np.uint8)
