"""Recording the window: what to record and where to, a strip to pause and stop, what came of it."""

from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QRect, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QWidget,
)

from regplay.core import UserError
from regplay.core.number_text import counted
from regplay.gui.recording.film_dialog import FilmDialog
from regplay.gui.recording.presentation import Presentation, is_upright, zoom_for
from regplay.gui.recording.presenter import DISCARD_KEY, PAUSE_KEY
from regplay.gui.recording.recorder import DISCARDED, Recorder, paint_popups, picture_of
from regplay.gui.recording.video_formats import TRANSPARENT
from regplay.gui.theme import Theme, colors_of
from regplay.gui.training import Clock, Timer
from regplay.gui.widgets import FlatButton, Label, named
from regplay.session.storyboard import parsed_size

_PARTS = {"window": "The window", "plots": "The plots", "fit": "The fit", "losses": "The losses"}
_OWN = "own"  # size
_WHO = "record"  # follows the mouse
_TRIES = 5  # to lay it out
_TOLD = 0.25  # s between two looks at how it goes


class RecordDialog(FilmDialog):
    """Asks what to record, in which format, size and pace."""

    def __init__(self, settings: QSettings, parent: QWidget) -> None:
        super().__init__("record", "Record", settings, parent)
        self.part = self.add_box("part", "What", _PARTS)
        self.form = self.add_format()
        self.frames = self.add_size({_OWN: "As large as it is"})
        paces = {"30": "30 frames a second", "60": "60 frames a second"}
        self.pace = self.add_box("fps", "Pace", paces)
        self.pointer = self.add_switch("pointer", "Show the pointer and clicks", is_on=True)
        text = "Transparent in place of the ground of plots"
        self.alpha = self.add_switch("alpha", text, is_on=False)
        self.form.currentIndexChanged.connect(self._allow_alpha)
        self._allow_alpha()
        self.add_buttons()

    def _allow_alpha(self) -> None:
        self.alpha.setEnabled(self.format in TRANSPARENT)


class RecordStrip(QWidget):
    """A small window beside what is recorded: the time, pause, take back, stop."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool | Qt.WindowType.WindowStaysOnTopHint)
        self.setObjectName("record.strip")
        self.setWindowTitle("Recording")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.time = named("record.time", Label())
        self.time.setMinimumWidth(self.fontMetrics().horizontalAdvance("● 00:00 · 0000 repeated  "))
        self.pause = named("record.pause", FlatButton("Pause", "F8"))
        tip = "Take back what was recorded last, and go on (F9)"
        self.discard = named("record.discard", FlatButton(f"Discard last {DISCARDED:g} s", tip))
        self.stop = named("record.stop", FlatButton("Stop", "Ctrl+Shift+R"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        for widget in (self.time, self.pause, self.discard, self.stop):
            row.addWidget(widget)
        for key, button in ((PAUSE_KEY, self.pause), (DISCARD_KEY, self.discard)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
            shortcut.activated.connect(button.click)


class RecordCommands(QObject):
    """Records a window, or parts of it, from one press of its key to the next.

    Signals
    -------
    failed
        (str): why there is no recording, or why it ended.
    done
        (str): what came of it.
    """

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        presentation: Presentation,
        window: QWidget,
        theme: Theme,
        clock: Clock,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window, self._presentation, self._theme = window, presentation, theme
        self._clock, self._settings = clock, settings
        self._part = window  # of it
        self._size = QSize()
        self._ground: QColor | None = None
        self._told = ""  # what there is to say once the file is complete
        self._before: tuple[QRect, int] | None = None  # geometry and zoom, while it is laid out
        self._path = Path()
        self._problem = ""
        self._timer: Timer | None = None
        self.strip: RecordStrip | None = None
        self.recorder = Recorder(clock, self._picture, self)
        self.recorder.failed.connect(self._note_problem)
        self.recorder.changed.connect(self._show_state)
        self.recorder.finished.connect(self._finish)

    def toggle(self) -> None:
        """Ask what to record, or stop."""
        if self.strip is not None:
            self.stop()
            return
        dialog = RecordDialog(self._settings, self._window)
        path = dialog.ask("Record into", "regplay")
        if path is not None:
            self.begin(
                path,
                dialog.part.currentData(),
                dialog.frames.currentData(),
                int(dialog.pace.currentData()),
                shows_pointer=dialog.pointer.isChecked(),
                is_transparent=dialog.alpha.isChecked() and dialog.format in TRANSPARENT,
            )

    def begin(
        self,
        path: Path,
        part: str,
        size: str,
        fps: int,
        *,
        shows_pointer: bool,
        is_transparent: bool = False,
        countdown: int = 3,
    ) -> None:
        """Lay the window out for the frames, count down, and record.

        Parameters
        ----------
        part
            The window, or a part of it.
        size
            Such as `1280x720`; or `own`.
        is_transparent
            Whether there is nothing in place of the ground of plots.
        """
        window, presentation = self._window, self._presentation
        self._part = window if part == "window" else presentation.layout.place(part)
        self._before = window.geometry(), self._theme.zoom
        self._path, self._problem = path, ""
        self._ground = QColor(colors_of(window).background) if is_transparent else None
        presentation.set_focus(part if part in ("fit", "losses") else "")
        if size != _OWN and not self._take_size(parsed_size(size)):
            self._restore()
            self.failed.emit(
                f"The screen is too small for frames of {size}. Choose a smaller size, or hide "
                "what lies beside the plots."
            )
            return
        self._size = self._part.size()
        if shows_pointer:
            presentation.pane.follow_mouse(_WHO, with_arrow=True)
        strip = self.strip = RecordStrip(window)
        strip.pause.clicked.connect(self.recorder.pause)
        strip.discard.clicked.connect(self.recorder.discard)
        strip.stop.clicked.connect(self.stop)
        strip.show()
        self._timer = self._clock.every(_TOLD, self._show_time)
        self._count_down(countdown, fps)

    def _take_size(self, frame: tuple[int, int]) -> bool:
        """Lay what is recorded out for frames of a size; whether that was possible."""
        window, size = self._window, QSize(*frame)
        are_below = self._part is window and is_upright(frame)
        self._presentation.set_controls_below(are_below)
        zoom = zoom_for(self._theme.zoom, frame)
        if zoom != self._theme.zoom:
            self._theme.set_zoom(zoom)
        for _ in range(_TRIES):  # what is beside it takes another size meanwhile
            if self._part.size() == size:
                break
            window.resize(window.size() + size - self._part.size())
            QApplication.processEvents()
        self._presentation.set_controls_below(are_below)  # by the height that there is now
        return self._part.size() == size

    def _count_down(self, left: int, fps: int) -> None:
        if self.strip is None:
            return  # it was stopped
        if left > 0:
            self.strip.time.setText(f"in {left} …")
            self._clock.later(1.0, lambda: self._count_down(left - 1, fps))
            return
        try:
            ground = self._ground
            self.recorder.start(self._path, fps, alpha=ground is not None, ground=ground)
        except UserError as error:
            self._problem = str(error)
            self.stop()

    def _picture(self) -> QImage:
        """What is painted, of the size that it had at the beginning."""
        image = picture_of(self._window, self._part)
        paint_popups(image, self._part.mapToGlobal(QPoint(0, 0)))
        width, height = self._size.width() & ~1, self._size.height() & ~1
        return image if image.size() == QSize(width, height) else image.copy(0, 0, width, height)

    def stop(self) -> None:
        """Complete the file, and leave the window as it was; nothing if none is recorded."""
        if self.strip is None:
            return
        self._restore()
        if self.recorder.is_finishing:
            return
        seconds, repeated = self.recorder.seconds, self.recorder.repeated
        was_on = self.recorder.is_on
        if was_on:
            self._told = f"Recorded {seconds:.1f} s into {self._path.name}"
            if repeated:
                self._told += f"; {counted(repeated, 'frame')} repeated, as the machine was busy"
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._presentation.pane.leave_mouse(_WHO)
        self.recorder.stop()
        if not was_on:
            self._finish()

    def stop_before_presenting(self) -> None:
        """Stop, since the window takes another size, and say so."""
        if self.strip is not None:
            self.stop()
            self.failed.emit(
                "Presenting gives the window another size, so the recording has ended. To record "
                "what you present, present first (F11), then record."
            )

    def stop_with_presenting(self) -> None:
        """Stop, and leave the window as it was presented; that is its size no longer."""
        self.stop()
        if self._told:
            self._told += ", until presenting ended"

    def close(self) -> None:
        """The window is closed, and does not wait for its file, which is completed all the same."""
        self.stop()
        self.recorder.leave()
        self._finish()

    def _finish(self) -> None:
        """The file is complete, or there is none."""
        told, self._told = self._told, ""
        if self.strip is None:
            return
        self.strip.hide()
        self.strip.deleteLater()
        self.strip = None
        if self._problem:
            self.failed.emit(self._problem)
        elif told:
            self.done.emit(told)

    def _restore(self) -> None:
        """Have the window as it was before it was laid out, if that is not done."""
        if self._before is None:
            return
        (geometry, zoom), self._before = self._before, None
        self._presentation.set_focus("")
        if self._theme.zoom != zoom:
            self._theme.set_zoom(zoom)
            QApplication.sendPostedEvents()  # each part may be as narrow again as it was
        self._window.setGeometry(geometry)
        self._presentation.set_controls_below(False)

    def _note_problem(self, problem: str) -> None:
        self._problem = problem

    def _show_state(self) -> None:
        if self.strip is None:
            return
        recorder = self.recorder
        if recorder.is_finishing:  # it may have ended by itself
            for button in (self.strip.pause, self.strip.discard, self.strip.stop):
                button.setEnabled(False)
            self.strip.time.setText("Writing the file…")
            return
        self.strip.pause.setText("Go on" if recorder.is_paused else "Pause")
        self._show_time()

    def _show_time(self) -> None:
        if self._problem:
            self.stop()
        if self.strip is None or not self.recorder.is_on:
            return
        seconds = int(self.recorder.seconds)
        sign = "‖" if self.recorder.is_paused else "●"
        text = f"{sign} {seconds // 60:02}:{seconds % 60:02}"
        if self.recorder.repeated:
            text += f" · {self.recorder.repeated} repeated"
        self.strip.time.setText(text)
