"""The bars along the bottom: training, its pace and a handle over its moments; the status."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from math import expm1, log1p

from PySide6.QtCore import QEvent, QPoint, QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QFontMetricsF,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QSpinBox, QStatusBar, QWidget

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.gui.controls import Combo, CountBox, Framing, HandleSlider
from regplay.gui.theme import blend, colors_of, line_color, sized, zoomed
from regplay.gui.training import Clock, View
from regplay.gui.widgets import Button, named

# Epochs a second that can be chosen; the last is full speed.
SPEEDS: tuple[float | None, ...] = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, None)

_MIDDLE = 11.0  # px at 100 % from the top to the groove
_RING = 4.0  # px, radius
_PAGE = 10  # kept moments
_APART = 16.0  # px between the numbers of two ticks, at least
_HELP = "Drag, or press ← and →: the fit, the weights and the losses as they were at that epoch"


class EpochTrack(HandleSlider):
    """A slider whose positions are kept epochs, on a logarithmic scale up to the planned ones.

    The groove is filled as far as training is. The handle stands at one epoch while training goes
    on; at the newest it is live, and follows.

    Attributes
    ----------
    kept
        The kept epochs, rising.
    moment
        The kept epoch that the handle stands at, or None while it is live.
    best
        The epoch that is marked with a ring.
    planned
        The epoch at the right end, unless training went further.

    Signals
    -------
    moment_changed
        The kept epoch that a person moved the handle to, or None at the end; also where its epoch
        is no longer kept.
    changed
        Other epochs are kept, shown or the best.
    """

    moment_changed = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kept: tuple[int, ...] = ()
        self.moment: int | None = None
        self.best: int | None = None
        self.planned = 1
        self.setRange(0, 0)
        self.setPageStep(_PAGE)
        self.setMouseTracking(True)  # for the tooltip
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Epoch shown")
        self.setToolTip(_HELP)
        # The keys, which are Qt's own, and assistive technology move a slider by its position.
        self.valueChanged.connect(self._pick)

    # what is shown

    def set_kept(self, epochs: Sequence[int]) -> None:
        """Other kept epochs, rising; the last stands for the newest moment.

        The handle stays with its epoch; if that is no longer kept, it moves to the nearest.
        """
        kept, before = tuple(epochs), self.moment
        if kept != self.kept:
            self.kept = kept
            self.set_moment(before)
            if self.moment != before:
                self.moment_changed.emit(self.moment)

    def set_planned(self, epochs: int) -> None:
        """How many epochs the whole track stands for."""
        if epochs != self.planned:
            self.planned = epochs
            self.update()

    def set_moment(self, epoch: int | None) -> None:
        """Move the handle to the kept epoch nearest to `epoch`, without a signal."""
        index = self.index_of(epoch)
        last = max(len(self.kept) - 1, 0)
        self.moment = None if index == last else self.kept[index]
        with QSignalBlocker(self):
            self.setRange(0, last)
            self.setValue(index)
        self.update()
        self.changed.emit()

    def pick_moment(self, epoch: int | None) -> None:
        """As `set_moment`, with the signal."""
        self._pick(self.index_of(epoch))

    def set_best(self, epoch: int | None) -> None:
        """Mark an epoch with a ring."""
        if epoch != self.best:
            self.best = epoch
            self.update()
            self.changed.emit()

    def index_of(self, epoch: int | None) -> int:
        """Which of the kept epochs is nearest; the last for None."""
        kept, last = self.kept, max(len(self.kept) - 1, 0)
        if epoch is None or not kept:
            return last
        after = min(bisect_left(kept, epoch), last)
        before = max(after - 1, 0)
        return before if epoch - kept[before] < kept[after] - epoch else after

    def x_of(self, position: int) -> float:
        """Where the handle's centre stands at a kept epoch, in px."""
        return self._x_at(self.kept[position]) if self.kept else self.handle / 2

    def _end(self) -> int:
        return max(self.planned, self.kept[-1] if self.kept else 1)

    def _x_at(self, epoch: int) -> float:
        return self.handle / 2 + (self.width() - self.handle) * log1p(epoch) / log1p(self._end())

    def _position_at(self, x: float) -> float:
        share = (x - self.handle / 2) / max(self.width() - self.handle, 1)
        return self.index_of(round(expm1(min(max(share, 0.0), 1.0) * log1p(self._end()))))

    def _pick(self, index: int) -> None:
        """A person chose a position."""
        moment = None if index >= len(self.kept) - 1 else self.kept[max(index, 0)]
        if moment != self.moment:
            self.set_moment(moment)
            self.moment_changed.emit(moment)

    # mouse

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse, or say what lies under it."""
        super().mouseMoveEvent(event)
        event.accept()
        self._explain(round(self._position_at(event.position().x())))

    def changeEvent(self, event: QEvent) -> None:
        """Let go when disabled: the release would not arrive."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.setSliderDown(False)

    def _is_on_handle(self, point: QPointF) -> bool:
        return super()._is_on_handle(point) and point.y() < zoomed(_MIDDLE) + self.handle / 2

    def _drag_to(self, x: float) -> None:
        self._pick(round(self._held_at(x)))

    def _explain(self, index: int) -> None:
        if not self.kept:
            self.setToolTip(_HELP)
            return
        text = f"Epoch {self.kept[index]:,}"
        if index == len(self.kept) - 1:
            text += ", the newest"
        if self.best is not None and index == self.index_of(self.best):
            text += f"\nBest epoch {self.best:,}: the smallest validation loss"
        self.setToolTip(f"{text}\n{_HELP}")

    # looks

    def sizeHint(self) -> QSize:
        """The groove, and a line of numbers under it."""
        return QSize(240, round(zoomed(_MIDDLE) + 9 + QFontMetricsF(self._small_font()).height()))

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any window."""
        return QSize(60, self.sizeHint().height())

    def ticks(self) -> list[tuple[float, str]]:
        """Where the numbered ticks stand, in px, and their numbers.

        The ends, then 10, 100, …, then 5, 50, …, then 2, 20, …, as far as each has room.
        """
        if self.width() <= self.handle:
            return []
        metrics, end = QFontMetricsF(self._small_font()), self._end()
        decades = [10**k for k in range(len(str(end)))]
        wished = [0, end, *decades[1:], *(5 * d for d in decades), *(2 * d for d in decades)]
        found: list[tuple[float, float, float, str]] = []  # left, right and middle in px, number
        for epoch in wished:
            if epoch > end:
                continue
            x, number = self._x_at(epoch), f"{epoch:,}"
            width = metrics.horizontalAdvance(number)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            right = left + width
            if all(right + _APART < other[0] or left > other[1] + _APART for other in found):
                found.append((left, right, x, number))
        return sorted((x, number) for _, _, x, number in found)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ticks, the groove, the handle, and the ring at the best epoch."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter)
        self._paint_groove(painter, zoomed(_MIDDLE))
        if self.kept and self.moment is not None:  # what is trained beyond the handle
            painter.setPen(QPen(blend(self._ground(), self._strong_color(), 0.45), 4))
            beyond = self.x_of(self.value()), self.x_of(len(self.kept) - 1)
            painter.drawLine(
                QPointF(beyond[0], zoomed(_MIDDLE)), QPointF(beyond[1], zoomed(_MIDDLE))
            )
        best = None if self.best is None or not self.isEnabled() else self.index_of(self.best)
        if best is not None and best != self.value():
            self._paint_ring(painter, best)
        self._paint_handle(painter, zoomed(_MIDDLE))
        if best is not None and best == self.value():  # whole, on the handle
            self._paint_ring(painter, best)
        painter.end()

    def _ground(self) -> QColor:
        return self.palette().window().color()

    def _paint_ticks(self, painter: QPainter) -> None:
        palette = self.palette()
        painter.setFont(self._small_font())
        metrics = QFontMetricsF(painter.font())
        baseline = self.height() - metrics.descent()
        line, text = QPen(line_color(palette, 0.4), 1), QPen(line_color(palette, 0.65))
        for x, number in self.ticks():
            painter.setPen(line)
            painter.drawLine(QPointF(x, zoomed(_MIDDLE) + 5), QPointF(x, zoomed(_MIDDLE) + 8))
            width = metrics.horizontalAdvance(number)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            painter.setPen(text)
            painter.drawText(QPointF(left, baseline), number)

    def _paint_ring(self, painter: QPainter, index: int) -> None:
        colors = colors_of(self)
        if index != self.value():
            painter.setPen(QPen(QColor(colors.best), 2))
            painter.setBrush(QColor(colors.background))
        else:  # on the handle, which is light in both schemes
            painter.setPen(QPen(QColor(colors.background if colors.dark else colors.best), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(
            QPointF(self.x_of(index), zoomed(_MIDDLE)), zoomed(_RING), zoomed(_RING)
        )

    def _small_font(self) -> QFont:
        return sized(self.font(), 0.85)


_SPACING = 8  # px
_LEAST_TRACK = 160  # px, below which other parts make room

# What stands behind the last button: its text, its key, what it does.
_ACTIONS = {
    "live": ("Back to the newest moment", "", "Follow training again (End)"),
    "continue": (
        "Continue from here",
        "",
        "Train on from the epoch shown; undo brings back what came after it",
    ),
    "restore_best": (
        "Restore best",
        "",
        "Go to the best epoch, where the validation loss was smallest",
    ),
    "overlay": (
        "Show the best fit too",
        "",
        "Draw the fit of the best epoch over the one shown, to compare them",
    ),
    "epoch": ("One epoch", "E", "One pass over the training points"),
    "reset": ("Reset", "R", "Start over from the same initial weights"),
    "seed": ("New seed", "N", "Other initial weights, batches and dropout"),
    "keep_weights": (
        "Keep weights",
        "",
        "What a change of regularization or learning rate does.\n"
        "Off: retrains from the same initial weights, so that settings can be compared.\n"
        "On: goes on from the present weights.",
    ),
}
_CHECKABLE = {"overlay", "keep_weights"}


_USUAL = 100_000  # epochs that there is always room for


class EpochLabel(QLabel):
    """An epoch that is read from afar; the theme gives its class a font of its own.

    It is as wide as the widest, so that a new number doesn't lay out the whole window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest = self._text_at(_USUAL)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_epoch(self, epoch: int, *, is_stopped: bool) -> None:
        """Show an epoch, and whether training stopped early there."""
        self.setText(self._text_at(epoch) if is_stopped else f"Epoch {epoch:,}")

    def set_last(self, epoch: int) -> None:
        """Have room for all epochs up to this one."""
        text = self._text_at(max(epoch, _USUAL))
        if len(text) != len(self._widest):
            self._widest = text
            self.updateGeometry()

    @staticmethod
    def _text_at(epoch: int) -> str:
        return f"Stopped at {epoch:,}"

    def sizeHint(self) -> QSize:
        """For any epoch up to the last."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._widest), metrics.height())

    def minimumSizeHint(self) -> QSize:
        """As wide."""
        return self.sizeHint()


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
        self._stopped: int | None = None
        self._view: View | None = None  # the newest of the run itself
        self._recorded: Sequence[int] = ()
        self._is_playing = self._is_finished = False
        self.play = self._button(
            "play", "Train", "Train or pause; a finished run is shown from its beginning (Space)"
        )
        self.play.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.play.setAutoRaise(False)
        self.step = self._button("step", "Step", "One optimizer step (S)")
        self.more = self._button("more", "More", "Reset, new seed, the best epoch, …")
        self.label = named("timeline.epoch", EpochLabel())
        self.of = QLabel("of")
        self.track = named("timeline.track", EpochTrack())
        self._make_epochs()
        self._make_speed()
        self._make_menu()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(_SPACING)
        for part in self.parts():
            row.addWidget(part, int(part is self.track))
        self.track.changed.connect(self._update)
        self._fit()
        self.show_untrained(Experiment(), None)

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
        button.setToolTip(tip)
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
        self.epochs.setToolTip(field.description)
        self.epochs.setAccessibleName(field.label)
        self.epochs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _make_speed(self) -> None:
        self.speed = named("speed", Combo())
        for speed in SPEEDS:
            noun = "epoch" if speed == 1 else "epochs"
            text = "full speed" if speed is None else f"{speed:,} {noun}/s"
            self.speed.addItem(text, speed)
        self.speed.setCurrentIndex(len(SPEEDS) - 1)
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.speed.setToolTip("Speed, from slow motion (1 epoch a second) to full")
        self.speed.setAccessibleName("Speed")

    def _make_menu(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._actions: dict[str, QAction] = {}
        for name, (text, key, tip) in _ACTIONS.items():
            if name in ("epoch", "keep_weights"):
                menu.addSeparator()
            action = named(
                name if name == "keep_weights" else f"timeline.{name}", QAction(text, menu)
            )
            # Shown beside the text; the window's own menu has the shortcut itself.
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setToolTip(tip)
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
            is_early = snapshot.ending() == "stopped early"
            self.set_stopped_early(int(snapshot.stopped_at[0]) if is_early else None)
            self.label.setToolTip(f"{snapshot.step:,} optimizer steps")
            self._is_finished = view.is_finished
            self._show_play()
        self.track.set_best(None if best < 0 else best)

    def show_untrained(self, experiment: Experiment, _: Dataset | None) -> None:
        """Show that nothing is trained yet."""
        self._view, self._is_finished = None, False
        self._show_play()
        self.set_epochs(experiment.epochs)
        self.track.set_kept(())
        self.track.set_best(None)
        self.set_stopped_early(None)
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

    def set_stopped_early(self, epoch: int | None) -> None:
        """At which epoch early stopping ended the run, or None if it did not."""
        if epoch != self._stopped:
            self._stopped = epoch
            self._update()

    def _update(self) -> None:
        """Say which epoch is shown, and enable what can be done there."""
        moment, kept = self.track.moment, self.track.kept
        can_move = len(kept) > 1
        self.track.setEnabled(can_move)
        self._actions["live"].setEnabled(moment is not None)
        self._actions["continue"].setEnabled(moment is not None)
        for name in ("restore_best", "overlay"):
            self._actions[name].setEnabled(can_move and self.track.best is not None)
        shown = moment if moment is not None else kept[-1] if kept else 0
        is_stopped = self._stopped is not None and moment is None
        self.label.set_last(max(self.epochs.value(), *kept[-1:], 0))
        self.label.show_epoch(shown, is_stopped=is_stopped)

    # layout

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room for the track."""
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
        always = (self.play, self.step, self.epochs, self.more)
        room = self.width() - 2 * 12 - sum(p.sizeHint().width() + _SPACING for p in always)
        room -= _LEAST_TRACK
        for parts in ((self.label, self.of), (self.speed,)):
            width = sum(part.sizeHint().width() + _SPACING for part in parts)
            for part in parts:
                part.setVisible(width <= room)
            room -= width

    def _play_width(self, text: str) -> int:
        width = self.play.fontMetrics().horizontalAdvance
        return self.play.sizeHint().width() + width(text) - width(self.play.text())


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
