"""Records what is on screen while it is used.

Frames are timed by the clock: where the machine cannot keep up, the last picture stands for several
of them, and nothing is stretched.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget

from regplay.gui.recording.encoder import Encoder
from regplay.gui.recording.transparency import without_ground
from regplay.gui.recording.video import open_video
from regplay.gui.training import Clock, Timer

DISCARDED = 10.0  # s, that one key takes back
_BEHIND = 10.0  # s for which there may be no room for a picture
_TOO_SLOW = (
    f"The recording has ended early: writing it was more than {_BEHIND:.0f} seconds behind. Its "
    "file is complete until then. Record a smaller part of the window, or close other programs."
)
_LOOK = 0.1  # s between two looks at whether a file is complete


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
        self._encoder: Encoder | None = None
        self._finishing: Encoder | None = None
        self._timer: Timer | None = None
        self._fps = 30
        self._began = 0.0  # when frame 0 was, or would have been without pauses
        self._paused_at: float | None = None
        self._count = 0  # frames so far
        self._problem = ""  # why it ends before anybody stops it
        self._repeats: list[int] = []  # the frames that repeat the one before

    @property
    def is_on(self) -> bool:
        """Whether it records, or pauses."""
        return self._encoder is not None

    @property
    def is_paused(self) -> bool:
        return self._paused_at is not None

    @property
    def seconds(self) -> float:
        """How long the recording is, s."""
        return self._count / self._fps

    @property
    def repeated(self) -> int:
        return len(self._repeats)

    @property
    def is_finishing(self) -> bool:
        """Whether a file is being completed."""
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

        def prepared(image: QImage) -> QImage:
            return image if ground is None else without_ground(image, ground)

        self._encoder = Encoder(
            [lambda: open_video(path, size, fps, alpha=alpha)], prepared, yields=True
        )
        self._fps, self._count, self._repeats, self._problem = fps, 0, [], ""
        self._began, self._paused_at = self._clock.now(), None
        self._take(first)
        self._timer = self._clock.every(1.0 / fps, self._tick)
        self.changed.emit()

    def pause(self) -> None:
        """Let time pass that is not recorded, or go on after that."""
        if self._encoder is None:
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
        if self._encoder is None:
            return
        now = self._clock.now() if self._paused_at is None else self._paused_at
        frames = round(DISCARDED * self._fps)
        keeps = max(self._count - frames, 0) // self._fps * self._fps
        self._encoder.discard(self._count - keeps)
        self._count, self._repeats = keeps, [at for at in self._repeats if at < keeps]
        self._began = now - (keeps - 1) / self._fps  # the next picture is the next frame
        self.changed.emit()

    def stop(self) -> None:
        """Complete the file; `finished` tells when that is done."""
        encoder = self._end()
        if encoder is None:
            return
        encoder.finish()
        self._finishing = encoder
        self._timer = self._clock.every(_LOOK, self._look)
        self.changed.emit()

    def wait(self) -> None:
        """Wait until a file is complete."""
        encoder, self._finishing = self._finishing, None
        if encoder is None:
            return
        encoder.wait()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if problem := encoder.error or self._problem:
            self.failed.emit(str(problem))
        self.changed.emit()
        self.finished.emit()

    def leave(self) -> None:
        """Have a file completed by its thread alone, for which the process waits when it ends."""
        self._finishing = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _look(self) -> None:
        if self._finishing is not None and self._finishing.is_done:
            self.wait()

    def _end(self) -> Encoder | None:
        encoder, self._encoder, self._paused_at = self._encoder, None, None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        return encoder

    def _tick(self) -> None:
        encoder = self._encoder
        if encoder is None:
            return
        if encoder.error is not None:
            self.stop()
        elif self._paused_at is None:
            self._take(None)

    def _take(self, image: QImage | None) -> None:
        """Write the frames that are due, by what is on screen; where there is no room, later."""
        assert self._encoder is not None
        due = int((self._clock.now() - self._began) * self._fps + 1e-6) + 1
        count = due - self._count
        if count > 0 and self._encoder.put(image or self._picture(), count):
            self._repeats += range(self._count + 1, due)
            self._count = due
        elif count > _BEHIND * self._fps:  # else nobody looked meanwhile, which is not the file's
            self._problem = _TOO_SLOW
            self.stop()


def picture_of(window: QWidget, part: QWidget | None = None) -> QImage:
    """What is painted of a window, or of a part of it; width and height are even.

    Qt keeps what it has painted: that is copied, not painted again. Where the screen has more than
    one pixel for each of the window's, it is painted for one.
    """
    part = part or window
    place = QRect(part.mapTo(window, part.rect().topLeft()), part.size())
    place.setSize(QSize(place.width() & ~1, place.height() & ~1))
    store = window.backingStore()
    painted = None if store is None else store.paintDevice()
    if isinstance(painted, QImage) and painted.devicePixelRatio() == 1.0:
        return painted.copy(place)
    image = QImage(place.size(), QImage.Format.Format_RGB32)
    window.render(image, -place.topLeft())
    return image


def paint_popups(image: QImage, corner: QPoint) -> None:
    """Paint what is open over a window, such as a menu, a list or a tooltip, into its picture.

    Qt has a window of its own for each of them.

    Parameters
    ----------
    corner
        Where on the screen the upper left corner of the picture is.
    """
    kinds = Qt.WindowType.Popup, Qt.WindowType.ToolTip
    open_ones = [it for it in QApplication.topLevelWidgets() if it.windowType() in kinds]
    for popup in filter(QWidget.isVisible, open_ones):
        popup.render(image, popup.pos() - corner)
