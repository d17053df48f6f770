"""The track under the loss plot: a slider over the moments of training that were kept."""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from regplay.gui.controls import tones
from regplay.gui.theme import LIGHT, Colors

_HANDLE = 14.0  # px, diameter
_GROOVE = 4.0  # px, thickness
_MIDDLE = 9.0  # px from the top to the groove
_HEIGHT = 30  # px
_RING = 4.0  # px, radius
_PAGE = 10  # kept moments
_APART = 16.0  # px between the numbers of two ticks, at least
_HELP = "Drag, or press ← and →: the fit, the weights and the losses as they were at that epoch"


class EpochTrack(QSlider):
    """A slider whose positions are kept epochs, evenly spaced: the first are as wide as the last.

    The handle stands at one epoch while training goes on and the track grows under it; at the end
    it is live, and follows.

    Signals
    -------
    momentChanged
        The kept epoch that the handle was moved to, or None at the end.
    """

    momentChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._kept: tuple[int, ...] = ()
        self._moment: int | None = None
        self._best: int | None = None
        self._colors = LIGHT
        self._grip = 0.0  # px from the handle's centre to where the mouse holds it
        self.setRange(0, 0)
        self.setPageStep(_PAGE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)  # for the tooltip
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Epoch shown")
        self.setToolTip(_HELP)
        # Assistive technology moves a slider by its position.
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

    def setKept(self, epochs: Sequence[int]) -> None:
        """Other kept epochs, rising; a handle whose epoch is gone moves to the nearest."""
        kept = tuple(epochs)
        if kept == self._kept:
            return
        self._kept = kept
        before = self._moment
        self.setMoment(before)
        if self._moment != before:
            self.momentChanged.emit(self._moment)

    def setMoment(self, epoch: int | None) -> None:
        """Move the handle to the kept epoch nearest to `epoch`, without a signal."""
        index = self.index_of(epoch)
        last = max(len(self._kept) - 1, 0)
        self._moment = None if index == last else self._kept[index]
        with QSignalBlocker(self):
            self.setRange(0, last)
            self.setValue(index)
        self.update()

    def pickMoment(self, epoch: int | None) -> None:
        """As `setMoment`, with the signal."""
        self._pick(self.index_of(epoch))

    def setBest(self, epoch: int | None) -> None:
        """Mark an epoch with a ring."""
        if epoch != self._best:
            self._best = epoch
            self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle the ring; the rest follows the palette."""
        self._colors = colors
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

    def x_of(self, index: int) -> float:
        """Where the handle's centre stands at a kept epoch, in px."""
        return _HANDLE / 2 + (self.width() - _HANDLE) * index / max(len(self._kept) - 1, 1)

    def _pick(self, index: int) -> None:
        """A person chose a position."""
        last = max(len(self._kept) - 1, 0)
        index = min(max(index, 0), last)
        moment = None if index == last else self._kept[index]
        if moment != self._moment:
            self.setMoment(moment)
            self.momentChanged.emit(moment)

    # keyboard and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows one kept epoch, PageUp and PageDown ten, Home to the first, End to live."""
        index = self.value()
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self._pick(index + 1)
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self._pick(index - 1)
            case Qt.Key.Key_PageUp:
                self._pick(index + _PAGE)
            case Qt.Key.Key_PageDown:
                self._pick(index - _PAGE)
            case Qt.Key.Key_Home:
                self._pick(0)
            case Qt.Key.Key_End:
                self._pick(len(self._kept) - 1)
            case _:
                event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the handle, or bring it to the mouse."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        self.setSliderDown(True)
        offset = event.position().x() - self.x_of(self.value())
        is_on_handle = abs(offset) <= _HANDLE / 2 and event.position().y() < _MIDDLE + _HANDLE / 2
        self._grip = offset if is_on_handle else 0.0
        if not is_on_handle:
            self._pick(self._index_at(event.position().x()))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse, or say what lies under it."""
        event.accept()
        if self.isSliderDown():
            self._pick(self._index_at(event.position().x() - self._grip))
        self._explain(self._index_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.setSliderDown(False)
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Let go when disabled: the release would not arrive."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel alone: scrolling past must not change what is shown."""
        event.ignore()

    def _index_at(self, x: float) -> int:
        share = (x - _HANDLE / 2) / max(self.width() - _HANDLE, 1)
        last = max(len(self._kept) - 1, 0)
        return round(min(max(share, 0.0), 1.0) * last)

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
        if len(self._kept) < 2 or self.width() <= _HANDLE:
            return []
        metrics = QFontMetricsF(self._small_font())
        room = metrics.horizontalAdvance(f"{self._kept[-1]:,}") + _APART
        every = 1
        while every * (self.width() - _HANDLE) / (len(self._kept) - 1) < room:
            every *= 2
        return [(self.x_of(i), f"{self._kept[i]:,}") for i in range(0, len(self._kept), every)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ticks, the groove, the handle, and the ring at the best epoch."""
        palette = self.palette()
        quiet = tones.line(palette, 0.28)
        highlight = palette.color(QPalette.ColorRole.Highlight)
        strong = highlight if self.isEnabled() else quiet
        x = self.x_of(self.value())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter, palette)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(quiet)
        self._paint_bar(painter, self.width() - _HANDLE / 2)
        if len(self._kept) > 1:
            painter.setBrush(strong)
            self._paint_bar(painter, x)
        best = None if self._best is None or not self.isEnabled() else self.index_of(self._best)
        if best is not None and best != self.value():
            self._paint_ring(painter, best)
        active = self.hasFocus() or self.isSliderDown()
        painter.setPen(QPen(strong if active else tones.line(palette, 0.5), 2 if active else 1))
        painter.setBrush(_knob(palette, self.isEnabled()))
        painter.drawEllipse(QPointF(x, _MIDDLE), _HANDLE / 2 - 1, _HANDLE / 2 - 1)
        if best is not None and best == self.value():  # whole, on the handle
            self._paint_ring(painter, best)
        painter.end()

    def _paint_ticks(self, painter: QPainter, palette: QPalette) -> None:
        painter.setFont(self._small_font())
        metrics = QFontMetricsF(painter.font())
        baseline = self.height() - metrics.descent()
        line, text = QPen(tones.line(palette, 0.4), 1), QPen(tones.line(palette, 0.65))
        for x, number in self.ticks():
            painter.setPen(line)
            painter.drawLine(QPointF(x, _MIDDLE + 5), QPointF(x, _MIDDLE + 8))
            width = metrics.horizontalAdvance(number)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            painter.setPen(text)
            painter.drawText(QPointF(left, baseline), number)

    def _paint_ring(self, painter: QPainter, index: int) -> None:
        colors = self._colors
        if index != self.value():
            painter.setPen(QPen(QColor(colors.best), 2))
            painter.setBrush(QColor(colors.background))
        else:  # on the handle, which is light in both schemes
            painter.setPen(QPen(QColor(colors.background if colors.dark else colors.best), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(self.x_of(index), _MIDDLE), _RING, _RING)

    def _paint_bar(self, painter: QPainter, end: float) -> None:
        start, half = _HANDLE / 2, _GROOVE / 2
        painter.drawRoundedRect(
            QRectF(start - half, _MIDDLE - half, end - start + _GROOVE, _GROOVE), half, half
        )

    def _small_font(self) -> QFont:
        font = self.font()
        font.setPointSizeF(0.85 * font.pointSizeF())
        return font


def _knob(palette: QPalette, is_enabled: bool) -> QColor:
    """Light on either ground, so that the handle stands out from the groove."""
    if tones.is_dark(palette):
        return tones.line(palette, 0.8 if is_enabled else 0.4)
    return palette.color(QPalette.ColorRole.Base)
