"""Training, or one slider from end to end, as a film of so many seconds."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QObject, QProcess, QSettings, QTimer, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QProgressDialog, QWidget

from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.gui.controller import Controller
from regplay.gui.controls import ControlPanel, scale_of
from regplay.gui.recording.film_dialog import FilmDialog
from regplay.gui.theme import colors_of, zoom_of_text
from regplay.gui.widgets import named
from regplay.session.storyboard import (
    Hide,
    Percent,
    Step,
    Storyboard,
    SweepField,
    Train,
    Wait,
    parsed_size,
    write_storyboard,
)

_PATIENCE = 60_000  # ms for the process to end by itself: what it imports is not cut short
_TRAINING = "training"
_SCALES: tuple[Percent, ...] = get_args(Percent)


def animation(
    experiment: Experiment,
    path: str,
    seconds: float,
    size: str,
    *,
    is_dark: bool = False,
    zoom: int = 100,
) -> Storyboard:
    """The storyboard of an animation.

    Parameters
    ----------
    path
        Of the field whose slider goes from its lower to its upper end; or `training`.
    size
        Such as `1280x720`.
    zoom
        Percent.
    """
    controls: tuple[str, ...] = ()
    end = Wait(wait=1 / 30)  # a frame in which the end is seen
    seconds -= end.wait
    if path == _TRAINING:
        steps: tuple[Step, ...] = (Train(train="end", seconds=seconds), end)
    else:
        low, *_, high = (float(value) for value in scale_of(FIELDS[path]).values)
        begin = SweepField(sweep=path, to=low, seconds=0.0)
        sweep = SweepField(sweep=path, start=low, to=high, seconds=seconds, ease="linear")
        steps, controls = (Hide(hide=(Train(train="end"), begin)), sweep, end), (path,)
    return Storyboard(
        title="Animation",
        sizes=(parsed_size(size),),
        experiment=experiment,
        theme="dark" if is_dark else "light",
        scale=min(_SCALES, key=lambda scale: abs(scale - zoom)),
        controls=controls,
        steps=steps,
    )


class AnimationDialog(FilmDialog):
    """Asks what to film, for how long and in which format."""

    def __init__(self, fields: Sequence[str], settings: QSettings, parent: QWidget) -> None:
        super().__init__("animation", "Export animation", settings, parent)
        sliders = {path: f"{FIELDS[path].label}, from end to end" for path in fields}
        whole = {_TRAINING: "Training, from epoch 0 to the end"} | sliders
        self.what = self.add_box("what", "What", whole)
        self.seconds = named("animation.seconds", QDoubleSpinBox())
        self.seconds.setRange(0.5, 120.0)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setValue(float(self.remembered("seconds", "5")))
        self.rows.addRow("How long", self.seconds)
        self.form = self.add_format()
        self.frames = self.add_size({})
        self.add_buttons()

    def accept(self) -> None:
        """Remember what was chosen."""
        self.remember("seconds", self.seconds.value())
        super().accept()


class AnimationCommand(QObject):
    """Renders an animation in a process of its own, while the window can be used.

    Signals
    -------
    failed
        (str): why there is no film.
    done
        (str): what was written.
    """

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self, window: QWidget, controls: ControlPanel, settings: QSettings, controller: Controller
    ) -> None:
        super().__init__(window)
        self._window, self._controls = window, controls
        self._settings, self._controller = settings, controller
        self._process: QProcess | None = None
        self._progress: QProgressDialog | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._target = Path()
        self._errors = ""

    def ask(self) -> None:
        """Ask what and where to, and begin; nothing while another one is made."""
        if self._process is not None:
            return
        window, controls = self._window, self._controls
        numbers = [path for path, field in FIELDS.items() if field.kind in ("integer", "number")]
        sliders = [path for path in numbers if path in controls.paths()]
        dialog = AnimationDialog(sliders, self._settings, window)
        path = dialog.ask("Export animation", "animation")
        if path is not None:
            film = animation(
                self._controller.session.experiment,
                dialog.what.currentData(),
                dialog.seconds.value(),
                dialog.frames.currentData(),
                is_dark=colors_of(window).dark,
                zoom=round(100 * zoom_of_text()),
            )
            self.begin(film, path)

    def begin(self, film: Storyboard, target: Path) -> None:
        """Render a storyboard into a file, with its progress in sight."""
        self._target, self._errors = target, ""
        self._folder = tempfile.TemporaryDirectory(prefix="regplay-")
        source = Path(self._folder.name) / "animation.toml"
        try:
            write_storyboard(source, film)
        except UserError as error:
            self._clean_up()
            self.failed.emit(str(error))
            return
        progress = self._progress = named(
            "animation.progress",
            QProgressDialog("Making the film…", "Stop", 0, 1000, self._window),
        )
        progress.setMinimumDuration(0)
        progress.canceled.connect(self.cancel)
        progress.setValue(0)
        process = self._process = QProcess(self)
        process.readyReadStandardOutput.connect(lambda: self._show_progress(film.seconds))
        process.readyReadStandardError.connect(self._take_errors)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(lambda error: self._fail_to_start(error))
        files = [str(source), os.path.abspath(target)]
        process.start(sys.executable, ["-m", "regplay.gui.application.render", *files])

    def cancel(self) -> None:
        """Leave no file; nothing if none is made. The process ends a moment later."""
        if self._process is not None:
            self._process.closeWriteChannel()
            patience = QTimer(self._process)  # which goes with it
            patience.setSingleShot(True)
            patience.timeout.connect(self._process.kill)
            patience.start(_PATIENCE)

    def wait(self) -> None:
        """Wait until what was cancelled has ended."""
        process = self._process
        if process is not None and not process.waitForFinished(_PATIENCE):
            process.kill()
            process.waitForFinished()

    def _show_progress(self, seconds: float) -> None:
        if self._process is None or self._progress is None:
            return
        lines = bytes(self._process.readAllStandardOutput().data()).decode().split()
        if lines:
            self._progress.setValue(min(round(1000 * float(lines[-1]) / seconds), 999))

    def _take_errors(self) -> None:
        if self._process is not None:
            self._errors += bytes(self._process.readAllStandardError().data()).decode()

    def _fail_to_start(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._errors = "Python could not be started again to make the film."
            self._finish(1)

    def _finish(self, code: int, *_: object) -> None:
        self._take_errors()
        was_stopped = self._progress is not None and self._progress.wasCanceled()
        self._clean_up()
        if code == 0:
            self.done.emit(f"Saved {self._target.name}")
        elif not was_stopped:
            self.failed.emit(self._errors.strip() or "The film could not be made.")

    def _clean_up(self) -> None:
        if self._progress is not None:
            self._progress.canceled.disconnect()  # which closing it would emit
            self._progress.close()
            self._progress.deleteLater()
        if self._process is not None:
            self._process.deleteLater()
        if self._folder is not None:
            self._folder.cleanup()
        self._progress = self._process = self._folder = None
