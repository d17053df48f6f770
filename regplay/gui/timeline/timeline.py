"""The bar along the bottom: training, its pace, and a handle over its moments."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QSpinBox, QWidget

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.number_text import counted
from regplay.gui.controls import Framing
from regplay.gui.timeline.epoch_track import EpochTrack
from regplay.gui.training import View
from regplay.gui.widgets import Button, ComboBox, CountBox, Label, as_plain, fill, named

# Epochs a second that can be chosen; the last is full speed.
SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)

_SPACING = 8  # px
_LEAST_TRACK = 160  # px, below which other parts make room

# What stands behind the last button: its text, what it does, and its key.
_ACTIONS = {
    "live": ("Back to the newest moment", "Follow training again (End)"),
    "continue": (
        "Continue from here",
        "Train on from the epoch shown; undo brings back what came after it",
    ),
    "restore_best": (
        "Restore best",
        "Go to the best epoch, where the validation loss was smallest",
    ),
    "overlay": (
        "Show the best fit too",
        "Draw the fit of the best epoch over the one shown, to compare them",
    ),
    "epoch": ("One epoch", "One pass over the training points"),
    "reset": ("Reset", "Start over from the same initial weights"),
    "seed": ("New seed", "Other initial weights, batches and dropout"),
    "keep_weights": (
        "Keep weights",
        "What a change of regularization or learning rate does.\n"
        "Off: retrains from the same initial weights, so that settings can be compared.\n"
        "On: goes on from the present weights.",
    ),
}
_KEYS = {"epoch": "E", "reset": "R", "seed": "N"}
_CHECKABLE = {"overlay", "keep_weights"}
_USUAL = 100_000  # epochs that there is always room for
_STOPPED, _SOLVED = "Stopped at {:,}", "Solved exactly"
_NOTHING = "The best weights of a polynomial are computed at once: there is nothing to train."


class EpochLabel(Label):
    """An epoch that is read from afar; the theme gives its class a font of its own."""

    def sizeHint(self) -> QSize:
        """The size that it was given: Qt keeps one that was computed for another zoom."""
        return self.minimumSize()

    def minimumSizeHint(self) -> QSize:
        return self.minimumSize()


class Timeline(Framing):
    """Trains and pauses, and shows how far a run is; a handle goes back to any kept moment.

    It decides nothing itself.

    Attributes
    ----------
    play, step, more
        Its buttons.
    epochs
        The box with the number of epochs.
    track
        The slider over the moments.
    speed
        The box with the speed: its data are those of `SPEEDS`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self._view: View | None = None  # the newest of the run itself
        self._recorded: Sequence[int] = ()
        self._is_playing = self._is_finished = self._is_stopped = self._is_solved = False
        self.play = self._button(
            "play", "Train", "Train or pause; a finished run is shown from its beginning (Space)"
        )
        self.play.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.play.setAutoRaise(False)
        self.step = self._button("step", "Step", "One optimizer step (S)")
        self.more = self._button("more", "More", "Reset, new seed, the best epoch, …")
        self.label = named("timeline.epoch", EpochLabel())
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.of = Label("of")
        self.track = named("timeline.track", EpochTrack())
        self._make_epochs()
        self._make_speed()
        self._make_menu()
        parts = ((part, int(part is self.track)) for part in self.parts())
        fill(QHBoxLayout(self), *parts, margins=(12, 8, 12, 8), spacing=_SPACING)
        self.track.changed.connect(self._update)
        self._fit()
        self.show_untrained(Experiment())

    # parts

    def parts(self) -> Sequence[QWidget]:
        """All, from left to right."""
        return (
            *(self.play, self.step, self.label, self.of, self.epochs),
            *(self.track, self.speed, self.more),
        )

    def _button(self, name: str, text: str, tip: str) -> Button:
        button = named(f"timeline.{name}", Button())
        button.setText(text)
        button.set_icon(name)
        button.setToolTip(as_plain(tip))
        button.setAccessibleName(text)
        button.setIconSize(QSize(20, 20))
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button

    def _make_epochs(self) -> None:
        field = FIELDS["epochs"]
        self.epochs = named("epochs", CountBox())
        self.epochs.setRange(int(field.minimum or 1), int(field.maximum or 1))
        self.epochs.setValue(int(field.default))
        self.epochs.setGroupSeparatorShown(True)
        self.epochs.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        self.epochs.setToolTip(as_plain(field.description))
        self.epochs.setAccessibleName(field.label)
        self.epochs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _make_speed(self) -> None:
        texts = {
            "full speed" if speed is None else f"{counted(int(speed), 'epoch')}/s": speed
            for speed in SPEEDS
        }
        self.speed = named("speed", ComboBox(texts))
        self.speed.setCurrentIndex(len(SPEEDS) - 1)
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.speed.setToolTip("Speed, from slow motion (1 epoch a second) to full")
        self.speed.setAccessibleName("Speed")

    def _make_menu(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._actions: dict[str, QAction] = {}
        for name, (text, tip) in _ACTIONS.items():
            if name in ("epoch", "keep_weights"):
                menu.addSeparator()
            action = QAction(text, menu)
            action.setObjectName(name if name == "keep_weights" else f"timeline.{name}")
            # Shown beside the text; the window's own menu has the shortcut itself.
            action.setShortcut(QKeySequence(_KEYS.get(name, "")))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setToolTip(as_plain(tip))
            action.setCheckable(name in _CHECKABLE)
            menu.addAction(action)
            self._actions[name] = action
        self.menu = menu
        self.more.clicked.connect(self._open_menu)
        self._actions["live"].triggered.connect(lambda: self.track.pick_moment(None))

    def _open_menu(self) -> None:
        """Above its button, which has no room below."""
        place = self.more.mapToGlobal(self.more.rect().topRight())
        self.menu.popup(place - QPoint(self.menu.sizeHint().width(), self.menu.sizeHint().height()))

    def action(self, name: str) -> QAction:
        """An entry of the menu: live, continue, restore_best, overlay, epoch, reset, seed,
        keep_weights.
        """
        return self._actions[name]

    # what is shown

    def set_playing(self, is_playing: bool) -> None:
        """Show whether training, or a replay of it, goes on by itself."""
        self._is_playing = is_playing
        self._show_play()

    def _show_play(self) -> None:
        text = "Pause" if self._is_playing else "Replay" if self._is_finished else "Train"
        if text != self.play.text():
            self.play.setText(text)
            self.play.set_icon("pause" if self._is_playing else "play")

    def set_speed(self, speed: float | None) -> None:
        """Choose one of `SPEEDS`, in epochs a second; None is full speed."""
        self.speed.setCurrentIndex(SPEEDS.index(speed))

    def set_highlighted(self, paths: Collection[str]) -> None:
        """Point out the number of epochs if it is one of these fields."""
        self.frame([self.epochs] if "epochs" in paths else [])

    def set_epochs(self, epochs: int) -> None:
        """Show the number of epochs, without the box's signal."""
        self.epochs.show_value(epochs)
        self.track.set_planned(epochs)
        self._update()

    def show_view(self, view: View) -> None:
        """Show how far a run is and its best; of a member of a study in its place, its best."""
        best = view.run.history.best_epoch
        if not view.is_preview:
            self._view = view
            self.track.set_planned(view.run.experiment.epochs)
            self._show_moments()
            snapshot = view.snapshot
            self.set_stopped_early(snapshot.has_stopped_early(view.run.experiment.epochs))
            steps = f"{snapshot.step:,} optimizer steps"
            self.label.setToolTip(as_plain(_NOTHING if self._is_solved else steps))
            self._is_finished = view.is_finished
            self._show_play()
        self.track.set_best(None if best < 0 else best)

    def show_untrained(self, experiment: Experiment) -> None:
        self._view, self._is_finished = None, False
        self._show_play()
        self.set_epochs(experiment.epochs)
        self.track.set_kept(())
        self.track.set_best(None)
        self.set_stopped_early(False)
        self._update()

    def set_recorded(self, epochs: Sequence[int]) -> None:
        """Epochs at which there is something else to see than the run."""
        if list(epochs) != list(self._recorded):
            self._recorded = epochs
            self._show_moments()

    def _show_moments(self) -> None:
        if self._view is None:
            return
        kept = self._view.run.checkpoints.epochs.tolist()
        if kept and self._view.snapshot.epoch > kept[-1]:
            kept.append(self._view.snapshot.epoch)  # the newest state is there without being kept
        last = kept[-1] if kept else -1
        self.track.set_kept([*kept, *(epoch for epoch in self._recorded if epoch > last)])

    def set_stopped_early(self, is_stopped: bool) -> None:
        """Whether early stopping ended the run."""
        if is_stopped != self._is_stopped:
            self._is_stopped = is_stopped
            self._update()

    def set_solved(self, is_solved: bool) -> None:
        """Whether there is nothing to train: the model was solved exactly."""
        self._is_solved = is_solved
        for part in (self.play, self.step, self.speed):
            part.setEnabled(not is_solved)
        self.epochs.setVisible(not is_solved)
        self.of.setText("" if is_solved else "of")
        for name in ("epoch", "reset", "seed", "keep_weights"):
            self._actions[name].setEnabled(not is_solved)
        self._update()

    def _update(self) -> None:
        """Say which epoch is shown, and enable what can be done there."""
        moment, kept = self.track.moment, self.track.kept
        can_move = len(kept) > 1 and not self._is_solved
        self.track.setEnabled(can_move or len(self._recorded) > 0)
        self._actions["live"].setEnabled(moment is not None)
        self._actions["continue"].setEnabled(moment is not None)
        for name in ("restore_best", "overlay"):
            self._actions[name].setEnabled(can_move and self.track.best is not None)
        shown = moment if moment is not None else kept[-1] if kept else 0
        is_stopped = self._is_stopped and moment is None
        text = _STOPPED.format(shown) if is_stopped else f"Epoch {shown:,}"
        self.label.setText(_SOLVED if self._is_solved else text)
        self._fit_label()

    # layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Leave room for the track where parts ask for other sizes, as after a zoom."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """What is in sight in the narrowest window: all but the speed and the epoch."""
        parts = (self.play, self.step, self.epochs, self.track, self.more)
        width = sum(part.minimumSizeHint().width() + _SPACING for part in parts) + 2 * 12
        return QSize(width, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """All parts while the track keeps its room; else without the speed, then the epoch."""
        self.play.setFixedWidth(max(map(self._play_width, ("Train", "Pause", "Replay"))))
        self._fit_label()
        always = (self.play, self.step, self.epochs, self.more)
        room = self.width() - 2 * 12 - sum(p.sizeHint().width() + _SPACING for p in always)
        room -= _LEAST_TRACK
        for parts in ((self.label, self.of), (self.speed,)):
            width = sum(part.sizeHint().width() + _SPACING for part in parts)
            for part in parts:
                part.setVisible(width <= room)
            room -= width

    def _fit_label(self) -> None:
        """As large as the widest number needs, so that another doesn't lay out the window."""
        last = max(self.epochs.value(), *self.track.kept[-1:], _USUAL)
        metrics = self.label.fontMetrics()
        self.label.setFixedSize(metrics.size(0, _STOPPED.format(last)))

    def _play_width(self, text: str) -> int:
        width = self.play.fontMetrics().horizontalAdvance
        return self.play.sizeHint().width() + width(text) - width(self.play.text())
