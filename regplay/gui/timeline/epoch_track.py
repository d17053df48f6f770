"""A slider over the kept moments of a run."""

from bisect import bisect_left
from collections.abc import Sequence
from math import log10

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.controls import HandleSlider
from regplay.gui.plots import Scale
from regplay.gui.theme import blend, colors_of, line_color, sized, zoomed
from regplay.gui.widgets import as_plain

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
            self._move_to(self.index_of(before))
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
        if (index, self._moment_of(index)) != (self.value(), self.moment):
            self._move_to(index)

    def _moment_of(self, index: int) -> int | None:
        return None if index >= len(self.kept) - 1 else self.kept[index]

    def _move_to(self, index: int) -> None:
        self.moment = self._moment_of(index)
        with QSignalBlocker(self):
            self.setRange(0, max(len(self.kept) - 1, 0))
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
        return self._xs_at([self.kept[position]])[0] if self.kept else self.handle / 2

    def _end(self) -> int:
        return max(self.planned, self.kept[-1] if self.kept else 1)

    def _scale(self) -> Scale:
        """Of epochs + 1, so that the first has a place."""
        return Scale(0.0, log10(1 + self._end()), is_log=True)

    def _xs_at(self, epochs: Sequence[int]) -> list[float]:
        shares = self._scale().shares(np.array(epochs) + 1)
        found: list[float] = (self.handle / 2 + (self.width() - self.handle) * shares).tolist()
        return found

    def _position_at(self, x: float) -> float:
        share = (x - self.handle / 2) / max(self.width() - self.handle, 1)
        return self.index_of(round(self._scale().value(min(max(share, 0.0), 1.0)) - 1))

    def _pick(self, index: int) -> None:
        """A person chose a position."""
        moment = self._moment_of(max(index, 0))
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
        self.setToolTip(as_plain(f"{text}\n{_HELP}"))

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
        wished = [epoch for epoch in wished if epoch <= end]
        found: list[tuple[float, float, float, str]] = []  # left, right and middle in px, number
        for epoch, x in zip(wished, self._xs_at(wished), strict=True):
            number = f"{epoch:,}"
            width = metrics.horizontalAdvance(number)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            right = left + width
            if all(right + _APART < other[0] or left > other[1] + _APART for other in found):
                found.append((left, right, x, number))
        return sorted((x, number) for _, _, x, number in found)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ticks, the groove, the handle, and the ring at the best epoch."""
        middle, here = zoomed(_MIDDLE), self.value()
        best = None if self.best is None or not self.isEnabled() else self.index_of(self.best)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ticks(painter)
            self._paint_groove(painter, middle)
            if self.kept and self.moment is not None:  # what is trained beyond the handle
                ground = self.palette().window().color()
                painter.setPen(QPen(blend(ground, self._strong_color(), 0.45), 4))
                newest = QPointF(self.x_of(len(self.kept) - 1), middle)
                painter.drawLine(QPointF(self.x_of(here), middle), newest)
            if best is not None and best != here:
                self._paint_ring(painter, best)
            self._paint_handle(painter, middle)
            if best is not None and best == here:  # whole, on the handle
                self._paint_ring(painter, best)

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
