"""The track under the loss plot: a slider over the moments of training that were kept."""

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
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.theme import colors_of, line_color
from regplay.gui.widgets import HANDLE, HandleSlider

_MIDDLE = 9.0  # px from the top to the groove
_HEIGHT = 30  # px
_RING = 4.0  # px, radius
_PAGE = 10  # kept moments
_APART = 16.0  # px between the numbers of two ticks, at least
_HELP = "Drag, or press ← and →: the fit, the weights and the losses as they were at that epoch"


class EpochTrack(HandleSlider):
    """A slider whose positions are kept epochs, evenly spaced: the first are as wide as the last.

    The handle stands at one epoch while training goes on and the track grows under it; at the end
    it is live, and follows.

    Signals
    -------
    moment_changed
        The kept epoch that the handle was moved to, or None at the end.
    """

    moment_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept: tuple[int, ...] = ()
        self._moment: int | None = None
        self._best: int | None = None
        self.setRange(0, 0)
        self.setPageStep(_PAGE)
        self.setMouseTracking(True)  # for the tooltip
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Epoch shown")
        self.setToolTip(_HELP)
        # The keys, which are Qt's own, and assistive technology move a slider by its position.
        self.valueChanged.connect(self._pick)

    # what is shown

    @property
    def kept(self) -> tuple[int, ...]:
        """The kept epochs, rising."""
        return self._kept

    @property
    def moment(self) -> int | None:
        """The epoch that the handle stands at, or None while it is live."""
        return self._moment

    @property
    def best(self) -> int | None:
        """The epoch that is marked with a ring."""
        return self._best

    def set_kept(self, epochs: Sequence[int]) -> None:
        """Other kept epochs, rising; a handle whose epoch is gone moves to the nearest."""
        kept = tuple(epochs)
        if kept == self._kept:
            return
        self._kept = kept
        before = self._moment
        self.set_moment(before)
        self.update()
        if self._moment != before:
            self.moment_changed.emit(self._moment)

    def set_moment(self, epoch: int | None) -> None:
        """Move the handle to the kept epoch nearest to `epoch`, without a signal."""
        index = self.index_of(epoch)
        last = max(len(self._kept) - 1, 0)
        self._moment = None if index == last else self._kept[index]
        if (self.value(), self.maximum()) == (index, last):
            return
        with QSignalBlocker(self):
            self.setRange(0, last)
            self.setValue(index)
        self.update()

    def pick_moment(self, epoch: int | None) -> None:
        """As `set_moment`, with the signal."""
        self._pick(self.index_of(epoch))

    def set_best(self, epoch: int | None) -> None:
        """Mark an epoch with a ring."""
        if epoch != self._best:
            self._best = epoch
            self.update()

    def index_of(self, epoch: int | None) -> int:
        """Which of the kept epochs is nearest; the last for None."""
        kept = self._kept
        if epoch is None or not kept:
            return max(len(kept) - 1, 0)
        after = bisect_left(kept, epoch)
        if after == 0:
            return 0
        if after == len(kept) or epoch - kept[after - 1] < kept[after] - epoch:
            return after - 1
        return after

    def _pick(self, index: int) -> None:
        """A person chose a position."""
        last = max(len(self._kept) - 1, 0)
        index = min(max(index, 0), last)
        moment = None if index == last else self._kept[index]
        if moment != self._moment:
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
        if not self._kept:
            self.setToolTip(_HELP)
            return
        text = f"Epoch {self._kept[index]:,}"
        if index == len(self._kept) - 1:
            text += ", the newest"
        if self._best is not None and index == self.index_of(self._best):
            text += f"\nBest epoch {self._best:,}: the smallest validation loss"
        self.setToolTip(f"{text}\n{_HELP}")

    # looks

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for any window."""
        return QSize(60, _HEIGHT)

    def ticks(self) -> list[tuple[float, str]]:
        """Where the numbered ticks stand, in px, and their numbers.

        Every so many kept epochs from the first, by a power of two: as the track grows, ticks
        move but keep their numbers, until every other one goes.
        """
        if len(self._kept) < 2 or self.width() <= HANDLE:
            return []
        metrics = QFontMetricsF(self._small_font())
        room = metrics.horizontalAdvance(f"{self._kept[-1]:,}") + _APART
        every = 1
        while every * (self.width() - HANDLE) / (len(self._kept) - 1) < room:
            every *= 2
        return [(self.x_of(i), f"{self._kept[i]:,}") for i in range(0, len(self._kept), every)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ticks, the groove, the handle, and the ring at the best epoch."""
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter, palette)
        self._paint_groove(painter, _MIDDLE)
        best = None if self._best is None or not self.isEnabled() else self.index_of(self._best)
        if best is not None and best != self.value():
            self._paint_ring(painter, best)
        self._paint_handle(painter, _MIDDLE)
        if best is not None and best == self.value():  # whole, on the handle
            self._paint_ring(painter, best)
        painter.end()

    def _paint_ticks(self, painter: QPainter, palette: QPalette) -> None:
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
        font = self.font()
        font.setPointSizeF(0.85 * font.pointSizeF())
        return font
