"""The row under the losses that goes back to earlier moments of training."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QWidget

from regplay.gui.timeline.epoch_track import EpochTrack
from regplay.gui.training import View
from regplay.gui.widgets import Press, Toggle, named

_HEIGHT = 32  # px
_MARGIN, _SPACING = 8, 4  # px
_WIDE, _NARROW = 200, 100  # px of the track, below which texts are shortened and the label hidden

# Long text, short text, what it does.
_BUTTONS = {
    "live": ("Live", "Live", "Back to the newest moment, and follow training (End)"),
    "continue": (
        "Continue from here",
        "Continue",
        "Train on from the epoch shown: everything after it is forgotten",
    ),
    "restore_best": (
        "Restore best",
        "Restore",
        "Go to the best epoch, where the validation loss was smallest",
    ),
    "overlay": (
        "Show best",
        "Best",
        "Draw the fit of the best epoch over the one shown, to compare them",
    ),
}


class _Button(Press):
    """A button with a short text for narrow windows."""

    def __init__(self, long: str, short: str, tip: str) -> None:
        super().__init__(long, tip)
        self.setAccessibleName(long)
        self.long, self.short = long, short

    def width_of(self, text: str) -> int:
        """How wide it is with a text, in px."""
        return (
            self.sizeHint().width()
            + self.fontMetrics().size(0, text).width()
            - (self.fontMetrics().size(0, self.text()).width())
        )


class Timeline(QWidget):
    """A handle over the kept moments of training, and what can be done with one of them.

    Signals
    -------
    moment_changed
        The kept epoch to show, or None for the newest moment.
    continue_clicked, restore_best_clicked
        A button was pressed.
    overlay_toggled
        Whether the best epoch is to be shown as well.
    """

    moment_changed = Signal(object)
    continue_clicked = Signal()
    restore_best_clicked = Signal()
    overlay_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setFixedHeight(_HEIGHT)
        self._best: int | None = None
        self._stopped: int | None = None
        self._view: View | None = None  # the newest of the run itself
        self._recorded: Sequence[int] = ()
        self.label = named("timeline.epoch", QLabel())
        self.track = named("timeline.track", EpochTrack())
        self._buttons = {
            name: named(f"timeline.{name}", _Button(*texts)) for name, texts in _BUTTONS.items()
        }
        self._buttons["overlay"].setCheckable(True)
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # texts get shorter instead
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(_SPACING)
        row.addWidget(self.label)
        row.addWidget(self.track, 1)
        row.addSpacing(_SPACING)
        for button in self._buttons.values():
            row.addWidget(button)
        self.track.moment_changed.connect(self._moved)
        self._buttons["live"].clicked.connect(self._go_live)
        self._buttons["continue"].clicked.connect(self.continue_clicked)
        self._buttons["restore_best"].clicked.connect(self.restore_best_clicked)
        self._buttons["overlay"].toggled.connect(self.overlay_toggled)
        self._fit()
        self._update()

    def button(self, name: str) -> Toggle:
        """One of the buttons: live, continue, restore_best or overlay."""
        return self._buttons[name]

    # what is shown

    def show_view(self, view: View) -> None:
        """Show which moments of a run there are, and its best; of a member of a study, its best."""
        history = view.run.history
        best = history.best()
        if not view.is_preview:
            self._view = view
            self._show_moments()
            is_early = view.snapshot.ending() == "stopped early"
            self.set_stopped_early(int(view.snapshot.stopped_at[0]) if is_early else None)
        self.set_best(None if best is None else int(history.epochs[best]))

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
        self.set_kept([*kept, *(epoch for epoch in self._recorded if epoch > last)])

    def set_kept(self, epochs: Sequence[int]) -> None:
        """The kept epochs, rising; the last stands for the newest moment.

        The handle stays with its epoch. If that is no longer kept, it moves to the nearest, and
        `moment_changed` says so.
        """
        self.track.set_kept(epochs)
        self._update()

    def set_best(self, epoch: int | None) -> None:
        """The epoch with the smallest validation loss, or None before there is one."""
        if epoch != self._best:
            self._best = epoch
            self.track.set_best(epoch)
            self._update()

    def set_moment(self, epoch: int | None) -> None:
        """Move the handle to the kept epoch nearest to `epoch`, or to the end, without a signal."""
        self.track.set_moment(epoch)
        self._update()

    def pick_moment(self, epoch: int | None) -> None:
        """As `set_moment`, but with `moment_changed`, as if a person had moved the handle there."""
        self.track.pick_moment(epoch)

    def moment(self) -> int | None:
        """The kept epoch that the handle stands at, or None at the end."""
        return self.track.moment

    def set_stopped_early(self, epoch: int | None) -> None:
        """At which epoch early stopping ended the run, or None if it did not."""
        if epoch != self._stopped:
            self._stopped = epoch
            self._update()

    def _go_live(self) -> None:
        self.track.pick_moment(None)

    def _moved(self, moment: int | None) -> None:
        self._update()
        self.moment_changed.emit(moment)

    def _update(self) -> None:
        """Say which epoch is shown, and enable what can be done there."""
        moment, kept = self.moment(), self.track.kept
        can_move = len(kept) > 1
        self.track.setEnabled(can_move)
        self._buttons["live"].setEnabled(moment is not None)
        self._buttons["continue"].setEnabled(moment is not None)
        for name in ("restore_best", "overlay"):
            self._buttons[name].setEnabled(can_move and self._best is not None)
        self.label.setEnabled(can_move)
        tip = "The epoch shown" + ("" if moment is not None else ", the newest")
        if self._stopped is not None:
            tip += f"\nEarly stopping ended the run at epoch {self._stopped:,}"
        if tip != self.label.toolTip():
            self.label.setToolTip(tip)
        self._update_text()

    def _update_text(self) -> None:
        moment, kept = self.moment(), self.track.kept
        shown = moment if moment is not None else kept[-1] if len(kept) > 1 else 0
        texts = [f"Epoch {shown:,}"]
        if self._stopped is not None and moment is None and len(kept) > 1:
            texts = [f"Epoch {shown:,} · stopped early", f"Stopped at {shown:,}", *texts]
        metrics = self.label.fontMetrics()
        room = self.label.width()
        self.label.setText(
            next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])
        )

    # layout

    def minimumSizeHint(self) -> QSize:
        """The buttons with their short texts, and the least of the track."""
        buttons = sum(button.width_of(button.short) for button in self._buttons.values())
        gaps = _SPACING * (len(self._buttons) + 1) + 2 * _MARGIN
        return QSize(buttons + gaps + self.track.minimumSizeHint().width(), _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten texts where the track has no room."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "label"):
            self._fit()

    def _fit(self) -> None:
        """Long texts while the track keeps its room; then short ones, one after another."""
        metrics = self.label.fontMetrics()
        label = metrics.horizontalAdvance("Epoch 100,000 · stopped early")
        widths = {name: button.width_of(button.long) for name, button in self._buttons.items()}
        texts = {name: button.long for name, button in self._buttons.items()}
        gaps = _SPACING * (len(widths) + 2) + 2 * _MARGIN

        def track() -> int:
            return self.width() - gaps - label - sum(widths.values())

        if track() < _WIDE:
            label = max(map(metrics.horizontalAdvance, ("Epoch 100,000", "Stopped at 1,000")))
        for name, button in self._buttons.items():
            if track() < _WIDE:
                texts[name], widths[name] = button.short, button.width_of(button.short)
        self.label.setVisible(track() >= _NARROW)
        # Of a fixed size, so that a new number doesn't lay out the whole window.
        self.label.setFixedSize(label, _HEIGHT)
        for name, button in self._buttons.items():
            if button.text() != texts[name]:
                button.setText(texts[name])
        self._update_text()
