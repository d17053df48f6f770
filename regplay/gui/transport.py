"""The bars along the bottom: train and pause, single steps, reset, speed, epochs; the status."""

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSlider,
    QSpinBox,
    QStatusBar,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.history import Ending
from regplay.gui.controls import CountBox, Framing
from regplay.gui.training import Clock, View
from regplay.gui.widgets import Button, named

# Epochs a second at each position of the speed slider; the last is full speed.
SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)
_BUTTONS = {
    "reset": ("Reset", "Start over from the same initial weights (R)"),
    "play": ("Train", "Train or pause; a finished run is shown from its beginning (Space)"),
    "step": ("Step", "One optimizer step (S)"),
    "epoch": ("Epoch", "One pass over the training points (E)"),
    "seed": ("New seed", "Other initial weights, batches and dropout (N)"),
}


class Transport(Framing):
    """Buttons and read-outs for the course of training; it decides nothing itself.

    Attributes
    ----------
    epochs
        The box with the number of epochs.
    keep_weights
        Whether a change goes on from the present weights.

    Signals
    -------
    speed_changed
        Epochs a second, or None for full speed.
    """

    speed_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self._buttons: dict[str, Button] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for name, (text, tip) in _BUTTONS.items():
            button = named(f"transport.{name}", Button())
            button.setText(text)
            button.set_icon(name)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setIconSize(QSize(20, 20))
            button.setAutoRaise(True)
            style = Qt.ToolButtonStyle.ToolButtonIconOnly
            if name == "play":
                style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
                button.setAutoRaise(False)
                button.setMinimumWidth(88)
            button.setToolButtonStyle(style)
            self._buttons[name] = button
            row.addWidget(button)
        row.addSpacing(8)
        row.addLayout(self._speed_part())
        row.addSpacing(8)
        row.addLayout(self._progress_part(), 1)
        row.addSpacing(8)
        row.addWidget(self._epochs_label())
        row.addWidget(self.epochs)
        row.addSpacing(8)
        self.keep_weights = named("keep_weights", QCheckBox("Keep weights"))
        self.keep_weights.setToolTip(
            "What a change of regularization or learning rate does.\n"
            "Off: retrains from the same initial weights, so that settings can be compared.\n"
            "On: goes on from the present weights."
        )
        row.addWidget(self.keep_weights)
        self._is_playing = self._is_finished = False
        self.set_progress(0, 0, int(FIELDS["epochs"].default))

    def _speed_part(self) -> QVBoxLayout:
        self.speed = named("speed", QSlider(Qt.Orientation.Horizontal))
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setPageStep(1)
        self.speed.setValue(len(SPEEDS) - 1)
        self.speed.setFixedWidth(110)
        self.speed.setToolTip("Speed, from slow motion (1 epoch a second) to full")
        self.speed.setAccessibleName("Speed")
        self._speed_text = QLabel("full speed")
        self._speed_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.speed.valueChanged.connect(self._speed_moved)
        return _below_one_another(self._speed_text, self.speed, spacing=0)

    def _progress_part(self) -> QVBoxLayout:
        self._progress_text = named("progress.text", QLabel())
        metrics = self._progress_text.fontMetrics()
        widest = metrics.horizontalAdvance("Epoch 1,000,000 of 1,000,000 · 1,000,000 to go")
        # Of a fixed size, so that a new number doesn't lay out the whole window.
        self._progress_text.setFixedSize(widest, metrics.lineSpacing() + 1)
        self.progress = named("progress", QProgressBar())
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setRange(0, 1000)
        return _below_one_another(self._progress_text, self.progress, spacing=3)

    def _epochs_label(self) -> QLabel:
        field = FIELDS["epochs"]
        self.epochs = named("epochs", CountBox())
        self.epochs.setRange(int(field.minimum or 1), int(field.maximum or 1))
        self.epochs.setValue(int(field.default))
        self.epochs.setGroupSeparatorShown(True)
        self.epochs.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.epochs.setToolTip(field.description)
        self.epochs.setFixedWidth(92)
        label = QLabel(field.label)
        label.setBuddy(self.epochs)
        return label

    def button(self, name: str) -> Button:
        """One of the buttons: reset, play, step, epoch or seed."""
        return self._buttons[name]

    def set_playing(self, is_playing: bool) -> None:
        """Show whether training, or a replay of it, goes on by itself."""
        self._is_playing = is_playing
        self._show_play()

    def _show_play(self) -> None:
        text = "Pause" if self._is_playing else "Replay" if self._is_finished else "Train"
        if text != self._buttons["play"].text():
            self._buttons["play"].setText(text)
            self._buttons["play"].set_icon("pause" if self._is_playing else "play")

    def set_speed(self, speed: float | None) -> None:
        """Choose one of `SPEEDS`, in epochs a second; None is full speed."""
        self.speed.setValue(SPEEDS.index(speed))

    def set_highlighted(self, paths: Collection[str]) -> None:
        """Point out the number of epochs if it is one of these fields."""
        self.frame([self.epochs] if "epochs" in paths else [])

    def show_view(self, view: View) -> None:
        """Show how far a run is; a member of a study in its place changes nothing here."""
        if not view.is_preview:
            snapshot, epochs = view.snapshot, view.run.experiment.epochs
            self.set_progress(snapshot.epoch, snapshot.step, epochs, snapshot.ending())
            self._is_finished = view.is_finished
            self._show_play()

    def show_untrained(self, experiment: Experiment, _: Dataset | None) -> None:
        """Show that nothing is trained yet."""
        self.set_progress(0, 0, experiment.epochs)
        self._is_finished = False
        self._show_play()

    def set_progress(self, epoch: int, step: int, epochs: int, stopped: Ending = "") -> None:
        """Show how far training is, and whether it has stopped by itself before its end."""
        done = min(1.0, epoch / epochs)
        if round(1000 * done) != self.progress.value():
            # Else each value is painted at once, not with the rest of the frame.
            self.progress.setUpdatesEnabled(False)
            self.progress.setValue(round(1000 * done))
            self.progress.setUpdatesEnabled(True)
        text = f"Epoch {epoch:,} of {epochs:,}"
        if stopped:
            text += f" · {stopped}"
        elif epoch < epochs:
            text += f" · {epochs - epoch:,} to go"
        self._progress_text.setText(text)
        self._progress_text.setToolTip(f"{step:,} optimizer steps")

    def _speed_moved(self, position: int) -> None:
        speed = SPEEDS[position]
        epochs = "epoch" if speed == 1 else "epochs"
        self._speed_text.setText("full speed" if speed is None else f"{speed:g} {epochs}/s")
        self.speed_changed.emit(speed)


def _below_one_another(upper: QWidget, lower: QWidget, *, spacing: int) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(spacing)
    column.addWidget(upper)
    column.addWidget(lower)
    return column


_MARGIN = 8  # px at both ends
_TOLD = 5000  # ms
_LONGEST = 2.0  # s between two numbers of steps, else the rate would be of a pause


class Status(QStatusBar):
    """Says on which device a run is trained, and how many steps it makes a second of a clock."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock, self._is_training = clock, False
        self._device = named("status.device", QLabel("Loading PyTorch…"))
        self._rate = named("status.rate", QLabel())
        metrics = self._rate.fontMetrics()
        self._rate.setFixedSize(metrics.averageCharWidth() * 24, metrics.lineSpacing() + 1)
        self._device.setContentsMargins(_MARGIN, 0, 0, 0)
        self._rate.setContentsMargins(0, 0, _MARGIN, 0)
        self._rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._last = (0.0, 0)  # when, and at which step
        self.addWidget(self._device, 1)
        self.addPermanentWidget(self._rate)
        self.setSizeGripEnabled(False)

    def tell(self, text: str) -> None:
        """Say what was done, for some seconds."""
        self.showMessage(text, _TOLD)

    def set_placement(self, text: str) -> None:
        """Show the device, and why it is this one."""
        self._device.setText(text)

    def set_training(self, is_training: bool) -> None:
        """Whether training goes on by itself: else there is no rate to show."""
        self._is_training = is_training

    def show_view(self, view: View) -> None:
        """Show where a run is trained, and the rate since the last view of it."""
        self.set_placement(view.run.placement)
        if view.is_preview:
            return
        step, now, (then, before) = view.snapshot.step, self._clock.now(), self._last
        self._last = (now, step)
        steps, seconds = step - before, now - then
        is_measured = self._is_training and 0 < seconds < _LONGEST and steps > 0
        self._rate.setText(f"{steps / seconds:,.0f} steps/s" if is_measured else "")
