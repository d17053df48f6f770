"""Renders a storyboard: the real window on the offscreen platform, on a clock of its own.

The window is settled before each frame: all that was asked of the training thread is done, and is
shown. So frames are the same however long that takes.
"""

import contextlib
import gc
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QRect, QSettings, QSize, QStandardPaths, Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from regplay.core import UserError
from regplay.core.device import available
from regplay.core.experiment import Experiment
from regplay.gui.application.garbage import Collector
from regplay.gui.persistence import Dialogs, Keeping, Recovery
from regplay.gui.png import as_png
from regplay.gui.recording import zoom_for
from regplay.gui.recording.encoder import Encoder
from regplay.gui.recording.frame_cache import FrameCache
from regplay.gui.recording.player import Log
from regplay.gui.recording.recorder import picture_of
from regplay.gui.recording.video import open_video, put_in_place
from regplay.gui.recording.video_formats import RecordingError, format_of
from regplay.gui.training import VirtualClock
from regplay.gui.window import MainWindow
from regplay.session.claims import parse_claim
from regplay.session.files import delete_abandoned, temporary_beside, write_file
from regplay.session.lessons import Measured
from regplay.session.storyboard import (
    Storyboard,
    StoryboardError,
    chapters,
    load_storyboard,
    srt,
    vtt,
)

_LOOK = 0.1  # s between two looks at whether a film is wanted, while it is trained or converted
# s for which another thread keeps the interpreter that painting waits for, after many a call of Qt;
# with Python's 0.005 a film takes 5 % longer.
_SWITCH_INTERVAL = 0.0002
_SETTLED = 1.0  # s before the first frame, in which ranges come to rest
_THUMBNAIL = 480  # px, width of a picture on a contact sheet
_COLUMNS = 3


_EXTRAS = {  # of `Extras`, by how their names end
    ".srt": "captions",
    ".vtt": "captions",
    ".chapters.txt": "chapters",
    ".track.json": "track",
    ".sheet.png": "sheet",
}


@dataclass(frozen=True)
class Extras:
    """What is written beside a film, by its name."""

    captions: bool = False
    chapters: bool = False
    sheet: bool = False  # a picture of each step
    track: bool = False  # where the pointer was, and which keys were pressed

    def paths(self, film: Path) -> dict[str, Path]:
        """The files, by how their names end."""
        return {end: film.with_suffix(end) for end, it in _EXTRAS.items() if getattr(self, it)}


class _NoDialogs(Dialogs):
    """Answers in place of a person: a film leaves nothing behind."""

    def __init__(self) -> None:
        """There is no window to ask in front of."""

    def may_read(self, paths: Sequence[str]) -> bool:
        """That was asked when the storyboard was read."""
        return True

    def keep_changes(self, name: str) -> Keeping:
        """Nothing is kept."""
        return "discard"

    def recovery(self, saved: datetime) -> Recovery:
        """Nothing is left of an earlier film."""
        return "discard"


class _Painting(QObject):
    """Keeps what has changed of a window from being painted until it is asked for, once a frame.

    What was painted while a frame is settled would cost as much again; and a curve that is painted
    in pieces, as these come from the thread, differs in single pixels from one painted whole.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._is_asked_for, self._has_changed = window, False, True
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt asks the window, once, to paint all that has changed in any part of it."""
        if event.type() != QEvent.Type.UpdateRequest or self._is_asked_for:
            return False
        self._has_changed = True
        return True

    def paint(self, *, whole: bool) -> bool:
        """Paint what has changed over what was there, or all; whether there was anything."""
        has_changed = whole or self._has_changed
        self._is_asked_for, self._has_changed = True, False
        if whole:
            self._window.repaint()
        elif has_changed:
            QApplication.sendEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        self._is_asked_for = False
        return has_changed


class Renderer:
    """Makes the frames of a film, of one size.

    Parameters
    ----------
    folder
        Where the window keeps what it would remember; empty at the beginning.

    Attributes
    ----------
    player
        Does what the storyboard says.
    stills
        The pictures that were asked for, by their names.
    is_kept
        Whether the newest frame is of a step that was kept, as a whole or in part.
    """

    def __init__(self, storyboard: Storyboard, size: tuple[int, int], folder: Path) -> None:
        if not QFontDatabase.families():
            raise StoryboardError("there is no font to write with; install one, such as DejaVu")
        self._clock, self._step = VirtualClock(), 1.0 / storyboard.fps
        self.is_kept, self._count = False, 0
        self.stills: list[tuple[str, QImage]] = []
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        settings.setValue("scheme", storyboard.theme)
        settings.setValue("zoom", zoom_for(storyboard.scale, size))
        self._window = window = MainWindow(
            storyboard.experiment,
            clock=self._clock,
            settings=settings,
            questions=_NoDialogs(),
            folder=folder,
        )
        window.documents.close()  # nothing is left to recover
        self._problem = ""  # for which there is no film
        window.controller.message.connect(self._note_problem)
        window.controller.runner.noticed.connect(lambda _: self._note_problem(""))
        self._painting = _Painting(window)
        window.setMinimumSize(*size)
        window.resize(*size)
        window.show()
        self._runner = window.controller.runner
        loading = QEventLoop()
        self._runner.loaded.connect(loading.quit)
        self._runner.failed.connect(loading.quit)  # which the first frame says
        if not self._runner.is_loaded:
            loading.exec()
        self._collector = Collector(window)
        self._collector.begin()
        self.player = window.recording.player(storyboard, _prove)
        self.player.begin(size)

    def frames(
        self, kept: FrameCache | None = None, goes_on: Callable[[], bool] = lambda: True
    ) -> Iterator[QImage]:
        """Each frame of the film, in order; the same object again where nothing was painted.

        Each step begins with a picture that is painted as a whole, so that its frames are the same
        whether those before it were painted or were kept.

        Parameters
        ----------
        kept
            The steps that are there need not be painted.
        goes_on
            Whether the film is still wanted; asked while something is trained, too. There are no
            more frames where it isn't.

        Raises
        ------
        NotProvedError
            If something that it requires does not hold.
        StoryboardError
            If something can't be done that it asks for, such as to read a table.
        """
        for _ in range(round(_SETTLED / self._step)):
            if not self._settle(goes_on):
                return
            self._clock.advance(self._step)
        if not self._settle(goes_on):
            return
        self.player.start()
        picture: QImage | None = None
        taken: Iterator[QImage] | None = None
        number = 0
        is_whole = False  # whether the next picture is painted as a whole
        while self.player.advance():
            if self.player.number != number:
                number, is_whole = self.player.number, True
                taken = None if kept is None else kept.frames(number)
                self.is_kept = taken is not None
                self._window.setUpdatesEnabled(taken is None)
            if not self._settle(goes_on):
                return
            # All is where it belongs before it is covered and painted.
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            self.player.cover()
            if self.player.is_on_camera:
                found = None if taken is None else next(taken, None)
                if found is not None:
                    picture = found
                else:
                    if kept is not None and taken is not None:  # the rest of it is damaged
                        kept.remove(number)
                        taken, is_whole = None, True
                        self._window.setUpdatesEnabled(True)
                    QApplication.processEvents()
                    if self._painting.paint(whole=is_whole) or picture is None:
                        picture = picture_of(self._window)
                    is_whole = False
                self._refuse_problem()  # such as one of this frame's training
                self._take_stills(picture)
                self._count += 1
                yield picture
            elif len(self.stills) < len(self.player.log.stills):
                self._window.setUpdatesEnabled(True)  # its step has no frames that could be kept
                QApplication.processEvents()
                self._painting.paint(whole=True)
                self._take_stills(picture_of(self._window))
            self._clock.advance(self._step)

    def _note_problem(self, problem: str) -> None:
        self._problem = problem

    def _refuse_problem(self) -> None:
        if self._problem:
            raise StoryboardError(f"{self.player.step}: {self._problem}".removeprefix(": "))

    def _take_stills(self, picture: QImage) -> None:
        for _, name in self.player.log.stills[len(self.stills) :]:
            self.stills.append((name, picture))

    @property
    def seconds(self) -> float:
        """How long the film is with the newest frame."""
        return self._count * self._step

    def close(self) -> None:
        """End the window and its thread."""
        self._collector.end()
        self._window.close()
        self._window.theme.deleteLater()
        self._window.deleteLater()

    def _settle(self, goes_on: Callable[[], bool]) -> bool:
        """Wait until the window shows all that was asked of the thread, or is not wanted."""
        is_settled = False
        while not is_settled:
            QApplication.processEvents()
            self._refuse_problem()
            # Not while it trains: when something half-way was shown would depend on the machine.
            while not self._runner.await_rest(_LOOK):
                if not goes_on():
                    return False
            is_settled = self._runner.settle()
        return goes_on()


def _prove(claim: str, experiment: Experiment) -> Measured:
    from regplay.session.lessons.check import measured  # which needs torch

    return measured(parse_claim(claim), experiment)


def render(
    storyboard: Storyboard,
    size: tuple[int, int],
    targets: Sequence[Path],
    *,
    extras: Extras | None = None,
    cache: Path | None = None,
    progress: Callable[[float], bool] = lambda seconds: True,
) -> Log | None:
    """Write a film of one size to files of several formats, all of them or none.

    Names of stills follow that of the film: only what is the film's is replaced.

    Parameters
    ----------
    targets
        Where to; the ending of each name says the format.
    cache
        A folder of frames that are kept from one film to the next; None keeps none.
    progress
        Told the second that was rendered last, after each frame and while something is trained;
        whether to go on.

    Returns
    -------
    What it came to; None if `progress` ended it.

    Raises
    ------
    NotProvedError
        If something that it requires does not hold.
    UserError
        If a file can't be written.
    """
    extras = extras or Extras()
    parts = [(_part_of(target), target) for target in targets]
    with tempfile.TemporaryDirectory(prefix="regplay-") as folder, contextlib.ExitStack() as stack:
        renderer = Renderer(storyboard, size, Path(folder))
        stack.callback(renderer.close)
        unfinished = stack.enter_context(contextlib.ExitStack())
        kept = None
        if cache is not None:
            kept = FrameCache(cache, storyboard, size, " ".join(available()))
            unfinished.callback(kept.abandon)
        encoder = Encoder(
            [
                partial(open_video, part, size, storyboard.fps, target=target, threads=1)
                for part, target in parts
            ]
        )
        unfinished.callback(encoder.abandon)
        sheet = _ContactSheet()
        log = renderer.player.log
        for image in renderer.frames(kept, lambda: progress(renderer.seconds)):
            encoder.put(image, waits=True)
            if kept is not None and not renderer.is_kept:
                kept.put(renderer.player.number, image)
            if encoder.error is not None:
                raise encoder.error
            if extras.sheet:
                sheet.note(renderer.player.step, image)
        if not progress(renderer.seconds):
            return None
        if kept is not None:
            kept.finish()
        encoder.finish()
        is_done = False
        while not is_done:  # converting takes its time
            is_done = encoder.wait(_LOOK)
            if not progress(renderer.seconds):
                return None
        if encoder.error is not None:
            raise encoder.error
        for part, target in parts:
            put_in_place(part, target)
            log.files.append(target)
        unfinished.pop_all()
        film, seconds = targets[0], renderer.seconds
        beside: dict[Path, Callable[[], str | bytes]] = {
            film.with_name(f"{film.stem}-{name}"): partial(as_png, image)
            for name, image in renderer.stills
        }
        made: dict[str, Callable[[], str | bytes]] = {
            ".srt": lambda: srt(log.captions, seconds),
            ".vtt": lambda: vtt(log.captions, seconds, storyboard.language),
            ".chapters.txt": lambda: chapters(log.sections),
            ".track.json": lambda: _track(log),
            ".sheet.png": lambda: as_png(sheet.picture()),
        }
        beside |= {path: made[end] for end, path in extras.paths(film).items()}
        for path, content in beside.items():
            write_file(path, content())
            log.files.append(path)
        return log


def free_closed() -> None:
    """Free the memory of the windows of films that are done."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.unfreeze()  # what `Collector` set aside
    gc.collect()


def cache_folder() -> Path:
    """Where frames are kept for the person who renders."""
    place = QStandardPaths.StandardLocation.CacheLocation
    return Path(QStandardPaths.writableLocation(place)) / "films"


def _part_of(target: Path) -> Path:
    """The name of what is not whole yet, beside what it becomes.

    Raises
    ------
    RecordingError
        If what is there of the target's name can't be replaced by it.
    """
    form = format_of(target)
    if target.exists() and target.is_dir() == bool(form.suffix):
        is_there = "a folder" if form.suffix else "a file"
        raise RecordingError(f"{target}: there is {is_there} of this name; choose another one")
    delete_abandoned(target)
    return temporary_beside(target)


def _track(log: Log) -> str:
    pointer = [
        {"seconds": round(at, 4), "x": round(x, 1), "y": round(y, 1), "pressed": pressed}
        for at, x, y, pressed in log.pointer
    ]
    keys = [{"seconds": round(at, 4), "keys": keys} for at, keys in log.keys]
    return json.dumps({"pointer": pointer, "keys": keys}, indent=1) + "\n"


class _ContactSheet:
    """The last frame of each step, small, with its name."""

    def __init__(self) -> None:
        self._pictures: dict[str, QImage] = {}
        self._newest: tuple[str, QImage] | None = None

    def note(self, step: str, image: QImage) -> None:
        """A frame of a step."""
        if self._newest is not None and self._newest[0] != step:
            self._keep(*self._newest)
        self._newest = step, image

    def _keep(self, step: str, image: QImage) -> None:
        smooth = Qt.TransformationMode.SmoothTransformation
        self._pictures[step] = image.scaledToWidth(_THUMBNAIL, smooth)

    def picture(self) -> QImage:
        """All of them, in rows."""
        if self._newest is not None:
            self._keep(*self._newest)
        height = max((image.height() for image in self._pictures.values()), default=1)
        line = 24
        rows = -(-len(self._pictures) // _COLUMNS)
        whole = QImage(
            QSize(_COLUMNS * _THUMBNAIL, max(rows, 1) * (height + line)), QImage.Format.Format_RGB32
        )
        whole.fill(QColor("#ffffff"))
        painter = QPainter(whole)
        painter.setFont(QApplication.font())
        for number, (step, image) in enumerate(self._pictures.items()):
            row, column = divmod(number, _COLUMNS)
            x, y = column * _THUMBNAIL, row * (height + line)
            painter.drawImage(x, y + line, image)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(x + 8, y, _THUMBNAIL - 8, line), middle, step)
        painter.end()
        return whole


@contextlib.contextmanager
def offscreen() -> Iterator[QApplication]:
    """An application that needs no display.

    The platform is chosen before Qt starts, once for the process.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        yield existing
        return
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication(["regplay"])
    app.setApplicationName("regplay")
    sys.setswitchinterval(_SWITCH_INTERVAL)
    gc.disable()  # while torch is loaded, of which all stays; from then on see `Collector`
    yield app


def main(storyboard: Path, target: Path) -> int:
    """Render in a process of its own, until the end of stdin; returns 1 where there is no film.

    It writes a line with the second of the film after each frame. A window that is open could not
    wait for all of its training, nor have two themes.
    """
    is_stopped = threading.Event()

    def wait() -> None:
        os.read(0, 1)  # `sys.stdin` would be locked when Python ends
        is_stopped.set()

    threading.Thread(target=wait, daemon=True).start()

    def tell(second: float) -> bool:
        print(f"{second:.3f}", flush=True)
        return not is_stopped.is_set()

    try:
        film = load_storyboard(storyboard)
        with offscreen():
            return 0 if render(film, film.sizes[0], [target], progress=tell) else 1
    except UserError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
