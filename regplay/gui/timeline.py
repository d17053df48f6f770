"""The row under the losses: a slider over earlier moments of training, and buttons for one."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QSizePolicy, QWidget

from regplay.gui.theme import colors_of, line_color, sized
from regplay.gui.training import View
from regplay.gui.widgets import HANDLE, HandleSlider, Press, Toggle, named

_MIDDLE = 9.0  # px from the top to the groove
_TRACK_HEIGHT = 30  # px
_RING = 4.0  # px, radius
_PAGE = 10  # kept moments
_APART = 16.0  # px between the numbers of two ticks, at least
_HELP = "Drag, or press ← and →: the fit, the weights and the losses as they were at that epoch"


class EpochTrack(HandleSlider):
    """A slider whose positions are kept epochs, evenly spaced: the first are as wide as the last.

    The handle stands at one epoch while training goes on and the track grows under it; at the end
    it is live, and follows.

    Attributes
    ----------
    kept
        The kept epochs, rising.
    moment
        The kept epoch that the handle stands at, or None while it is live.
    best
        The epoch that is marked with a ring.

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
        self.setRange(0, 0)
        self.setPageStep(_PAGE)
        self.setMouseTracking(True)  # for the tooltip
        self.setFixedHeight(_TRACK_HEIGHT)
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
        return super()._is_on_handle(point) and point.y() < _MIDDLE + HANDLE / 2

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

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any window."""
        return QSize(60, _TRACK_HEIGHT)

    def ticks(self) -> list[tuple[float, str]]:
        """Where the numbered ticks stand, in px, and their numbers.

        Every so many kept epochs from the first, by a power of two: as the track grows, ticks
        move but keep their numbers, until every other one goes.
        """
        if len(self.kept) < 2 or self.width() <= HANDLE:
            return []
        metrics = QFontMetricsF(self._small_font())
        room = metrics.horizontalAdvance(f"{self.kept[-1]:,}") + _APART
        every = 1
        while every * (self.width() - HANDLE) / (len(self.kept) - 1) < room:
            every *= 2
        return [(self.x_of(i), f"{self.kept[i]:,}") for i in range(0, len(self.kept), every)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ticks, the groove, the handle, and the ring at the best epoch."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter)
        self._paint_groove(painter, _MIDDLE)
        best = None if self.best is None or not self.isEnabled() else self.index_of(self.best)
        if best is not None and best != self.value():
            self._paint_ring(painter, best)
        self._paint_handle(painter, _MIDDLE)
        if best is not None and best == self.value():  # whole, on the handle
            self._paint_ring(painter, best)
        painter.end()

    def _paint_ticks(self, painter: QPainter) -> None:
        palette = self.palette()
        painter.setFont(self._small_font())
        metrics = QFontMetricsF(painter.font())
        baseline = self.height() - metrics.descent()
        line, text = QPen(line_color(palette, 0.4), 1), QPen(line_color(palette, 0.65))
        for x, number in self.ticks():
            painter.setPen(line)
            painter.drawLine(QPointF(x, _MIDDLE + 5), QPointF(x, _MIDDLE + 8))
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
        painter.drawEllipse(QPointF(self.x_of(index), _MIDDLE), _RING, _RING)

    def _small_font(self) -> QFont:
        return sized(self.font(), 0.85)


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
        width = self.fontMetrics().horizontalAdvance
        return self.sizeHint().width() + width(text) - width(self.text())


class Timeline(QWidget):
    """A handle over the kept moments of training, and buttons for one of them.

    Attributes
    ----------
    track
        The slider.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setFixedHeight(_HEIGHT)
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
        self.track.changed.connect(self._update)
        self._buttons["live"].clicked.connect(lambda: self.track.pick_moment(None))
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
        self.track.set_best(None if best is None else int(history.epochs[best]))

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
        self._buttons["live"].setEnabled(moment is not None)
        self._buttons["continue"].setEnabled(moment is not None)
        for name in ("restore_best", "overlay"):
            self._buttons[name].setEnabled(can_move and self.track.best is not None)
        self.label.setEnabled(can_move)
        tip = "The epoch shown" + ("" if moment is not None else ", the newest")
        if self._stopped is not None:
            tip += f"\nEarly stopping ended the run at epoch {self._stopped:,}"
        self.label.setToolTip(tip)
        self._update_text()

    def _update_text(self) -> None:
        moment, kept = self.track.moment, self.track.kept
        shown = moment if moment is not None else kept[-1] if len(kept) > 1 else 0
        texts = [f"Epoch {shown:,}"]
        if self._stopped is not None and moment is None and len(kept) > 1:
            texts = [f"Epoch {shown:,} · stopped early", f"Stopped at {shown:,}", *texts]
        width, room = self.label.fontMetrics().horizontalAdvance, self.label.width()
        self.label.setText(next((text for text in texts if width(text) <= room), texts[-1]))

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
        texts = {name: button.long for name, button in self._buttons.items()}
        widths = {name: button.width_of(button.long) for name, button in self._buttons.items()}
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
            button.setText(texts[name])
        self._update_text()
