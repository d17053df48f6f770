"""A thread that writes pictures to files, from a queue that has an end."""

import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

from PySide6.QtGui import QImage

from regplay.gui.recording.video import Video

_NICENESS = 5  # of 19: the window and training come first, and encoding is not starved
_WAITING = 8  # pictures, of 4 MB at 1280×720, that may wait to be encoded


class Encoder:
    """Writes pictures to videos in order, on a thread of its own.

    Parameters
    ----------
    begin
        What begins each video, on the thread, whose priority their own threads then have.
    prepare
        What becomes of a picture before it is written, on the thread.
    yields
        Whether others have the processor first: what is on screen must not wait for a file.

    Attributes
    ----------
    error
        Why no file is left; None otherwise.

    Raises
    ------
    RecordingError
        If a file can't be begun.
    """

    def __init__(
        self,
        begin: Sequence[Callable[[], Video]],
        prepare: Callable[[QImage], QImage] = lambda image: image,
        *,
        yields: bool = False,
    ) -> None:
        self.error: Exception | None = None
        self._prepare = prepare
        yield_some = partial(yield_to_others, _NICENESS)
        self._pool = ThreadPoolExecutor(1, "encoding", yield_some if yields else None)
        self._room = threading.Semaphore(_WAITING)
        self._newest: QImage | None = None
        self._last: Future[None] | None = None
        self._videos: list[Video] = []
        try:
            for make in begin:
                self._videos.append(self._pool.submit(make).result())
        except BaseException:
            self.abandon()
            raise

    def put(self, image: QImage, count: int = 1, *, waits: bool = False) -> bool:
        """Write a picture for so many frames; False if there is no room for it, unless it waits.

        For the picture before once more there is always room.
        """
        is_new = image is not self._newest
        if is_new and not self._room.acquire(blocking=waits):
            return False
        self._newest = image

        def write() -> None:
            prepared = self._prepare(image)
            for video in self._videos:
                video.write(prepared, count)

        written = self.run(write)
        if is_new:
            written.add_done_callback(lambda _: self._room.release())
        return True

    def discard(self, frames: int) -> None:
        """Take back the last frames, as of `Video`."""
        self.run(lambda: [video.discard(frames) for video in self._videos])

    def finish(self) -> None:
        """Write what waits, and complete the files; then the thread ends."""
        self._last = self.run(lambda: [video.finish() for video in self._videos])
        self._pool.shutdown(wait=False)

    @property
    def is_done(self) -> bool:
        """Whether the files are complete, or none is left."""
        return self._last is not None and self._last.done()

    def wait(self, seconds: float | None = None) -> bool:
        """Until all is written that was asked for, or so long at most; whether it is."""
        last = self._last or self._pool.submit(lambda: None)
        return last in wait([last], seconds).done

    def abandon(self) -> None:
        """Leave no files."""
        for video in self._videos:
            video.is_wanted = False
        self._pool.shutdown(cancel_futures=True)
        if self.error is None:
            self._abandon_files()

    def run(self, task: Callable[[], object]) -> "Future[None]":
        """Do something on the thread, after all that was asked for before."""
        return self._pool.submit(self._do, task)

    def _do(self, task: Callable[[], object]) -> None:
        if self.error is not None:
            return
        try:
            task()
        except Exception as error:
            self.error = error
            self._abandon_files()

    def _abandon_files(self) -> None:
        for video in self._videos:
            video.abandon()


def yield_to_others(niceness: int) -> None:
    """Lower the priority of this thread, by up to 19, where a thread has one of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
