"""Records what is on screen while it is used.

Frames are timed by the clock: where the machine cannot keep up, the last picture stands for several
of them, and nothing is stretched. A thread of its own encodes, from a queue that has an end.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRect, QSize, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from regplay.core import UserError
from regplay.gui.recording.video import Video, open_video
from regplay.gui.training import Clock, Timer

DISCARDED = 10.0  # s, that one key takes back
_NICENESS = 5  # of 19: the window and training come first, and encoding is not starved
_LOOK = 0.1  # s between two looks at whether a file is complete
_WAITING = 8  # pictures, of 4 MB at 1280×720, that may wait to be encoded


class _Writer(threading.Thread):
    """Encodes pictures one after another.

    It lets others have the processor first: what is on screen must not wait for the file.

    Parameters
    ----------
    make
        Begins the video, on this thread, whose priority its own threads then have.
    ground
        A colour in whose place the video is transparent; None keeps all.

    Attributes
    ----------
    error
        Why it ended before its time; None otherwise.
    """

    def __init__(self, make: Callable[[], Video], ground: QColor | None) -> None:
        super().__init__(name="recording", daemon=True)
        self.error: str | None = None
        self.finishes_late = False
        self._make, self._ground = make, ground
        self._refusal: UserError | None = None
        self._has_begun = threading.Event()
        self._tasks: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._room = threading.Semaphore(_WAITING)

    def begin(self) -> None:
        """Start, and wait until the file is there.

        Raises
        ------
        UserError
            If it can't be written.
        """
        self.start()
        self._has_begun.wait()
        if self._refusal is not None:
            raise self._refusal

    def put(self, image: QImage, count: int) -> bool:
        """Write a picture for so many frames; False if there is no room for it now."""
        if not self._room.acquire(blocking=False):
            return False

        def write() -> None:
            try:
                shown = image if self._ground is None else _without(image, self._ground)
                self._video.write(shown, count)
            finally:
                self._room.release()

        self._tasks.put(write)
        return True

    def discard(self, frames: int) -> None:
        """Take back the last frames."""
        self._tasks.put(lambda: self._video.discard(frames))

    def finish(self) -> None:
        """Write what waits, and complete the file; then the thread ends."""
        self._tasks.put(lambda: self._video.finish())
        self._tasks.put(None)

    def run(self) -> None:
        """Called by Python, on the thread."""
        _yield_to_others()
        try:
            self._video = self._make()
        except UserError as error:
            self._refusal = error
            return
        finally:
            self._has_begun.set()
        self.finishes_late = self._video.finishes_late
        while (task := self._tasks.get()) is not None:
            if self.error is None:
                try:
                    task()
                except UserError as error:
                    self.error = str(error)
            self._tasks.task_done()
        if self.error is not None:
            self._video.abandon()


def _yield_to_others() -> None:
    """Lower the priority of this thread, where a thread has one of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _without(image: QImage, ground: QColor) -> QImage:
    """A picture that is transparent where it has a colour."""
    found = image.convertToFormat(QImage.Format.Format_ARGB32)
    pixels = np.frombuffer(found.bits(), np.uint32)
    pixels[pixels == ground.rgba()] = 0
    return found


class Recorder(QObject):
    """Writes pictures to a file at an even pace, until it is stopped.

    Parameters
    ----------
    picture
        What is on screen now; its size must not change while it is recorded.

    Attributes
    ----------
    repeated
        Frames that had to show the picture before them once more.

    Signals
    -------
    changed
        It has begun, pauses, goes on, or has ended.
    failed
        (str): it ended, because of this.
    finished
        The file is complete, or there is none.
    """

    changed = Signal()
    failed = Signal(str)
    finished = Signal()

    def __init__(
        self, clock: Clock, picture: Callable[[], QImage], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._clock, self._picture = clock, picture
        self._writer: _Writer | None = None
        self._finishing: _Writer | None = None
        self._timer: Timer | None = None
        self._fps = 30
        self._began = 0.0  # when frame 0 was, or would have been without pauses
        self._paused_at: float | None = None
        self._count = 0  # frames so far
        self.repeated = 0

    @property
    def is_on(self) -> bool:
        """Whether it records, or pauses."""
        return self._writer is not None

    @property
    def is_paused(self) -> bool:
        """Whether it pauses."""
        return self._paused_at is not None

    @property
    def seconds(self) -> float:
        """How long the recording is, s."""
        return self._count / self._fps

    @property
    def is_finishing(self) -> bool:
        """Whether a file is being completed that takes long."""
        return self._finishing is not None

    def start(
        self, path: Path, fps: int, *, alpha: bool = False, ground: QColor | None = None
    ) -> None:
        """Begin with what is on screen now.

        Parameters
        ----------
        alpha, ground
            Whether the video is transparent, and the colour in whose place it is.

        Raises
        ------
        RecordingError
            If the file can't be written.
        """
        first = self._picture()
        size = first.width(), first.height()
        writer = _Writer(lambda: open_video(path, size, fps, alpha=alpha), ground)
        writer.begin()
        self._writer = writer
        self._fps, self._count, self.repeated = fps, 0, 0
        self._began, self._paused_at = self._clock.now(), None
        self._take(first)
        self._timer = self._clock.every(1.0 / fps, self._tick)
        self.changed.emit()

    def pause(self) -> None:
        """Let time pass that is not recorded, or go on after that."""
        if self._writer is None:
            return
        now = self._clock.now()
        if self._paused_at is None:
            self._paused_at = now
        else:
            self._began += now - self._paused_at
            self._paused_at = None
        self.changed.emit()

    def discard(self) -> None:
        """Take back the last ten seconds, or up to one more."""
        if self._writer is None:
            return
        now = self._clock.now() if self._paused_at is None else self._paused_at
        frames = round(DISCARDED * self._fps)
        keeps = max(self._count - frames, 0) // self._fps * self._fps
        self._writer.discard(self._count - keeps)
        self._count = keeps
        self._began = now - (keeps - 1) / self._fps  # the next picture is the next frame
        self.changed.emit()

    def stop(self) -> None:
        """Complete the file; `finished` tells when that is done, at once unless it takes long."""
        writer = self._end()
        if writer is None:
            return
        writer.finish()
        self._finishing = writer
        if writer.finishes_late:
            self._timer = self._clock.every(_LOOK, self._look)
            self.changed.emit()
        else:
            self.wait()

    def wait(self) -> None:
        """Wait until a file is complete."""
        writer, self._finishing = self._finishing, None
        if writer is None:
            return
        writer.join()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if writer.error is not None:
            self.failed.emit(writer.error)
        self.changed.emit()
        self.finished.emit()

    def _look(self) -> None:
        if self._finishing is not None and not self._finishing.is_alive():
            self.wait()

    def _end(self) -> _Writer | None:
        writer, self._writer, self._paused_at = self._writer, None, None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        return writer

    def _tick(self) -> None:
        writer = self._writer
        if writer is None:
            return
        if writer.error is not None:
            self.stop()
        elif self._paused_at is None:
            self._take(None)

    def _take(self, image: QImage | None) -> None:
        """Write the frames that are due, by what is on screen; where there is no room, later."""
        assert self._writer is not None
        due = int((self._clock.now() - self._began) * self._fps + 1e-6) + 1
        count = due - self._count
        if count > 0 and self._writer.put(image or self._picture(), count):
            self._count, self.repeated = due, self.repeated + count - 1


def picture_of(window: QWidget, part: QWidget | None = None) -> QImage:
    """What is painted of a window, or of a part of it; width and height are even.

    Qt keeps what it has painted: that is copied, not painted again. Where the screen has more than
    one pixel for each of the window's, it is painted for one.
    """
    place = QRect(0, 0, window.width(), window.height())
    if part is not None:
        place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
    place.setSize(QSize(place.width() & ~1, place.height() & ~1))
    store = window.backingStore()
    painted = None if store is None else store.paintDevice()
    if isinstance(painted, QImage) and painted.devicePixelRatio() == 1.0:
        return painted.copy(place)
    image = QImage(place.size(), QImage.Format.Format_RGB32)
    window.render(image, -place.topLeft())
    return image
