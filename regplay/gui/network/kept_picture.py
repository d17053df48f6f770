"""A widget that paints itself once for new data, and then copies what it painted."""

from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from regplay.gui.plots.readout import Readout, paint_readout
from regplay.gui.theme import LIGHT, Colors

_LOOKS = (QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


class KeptPicture(QWidget):
    """What rests is drawn by `draw` and kept; what follows the mouse is drawn over it.

    Nothing is drawn while the widget is hidden.

    Attributes
    ----------
    readout
        What the box beside the mouse says, or None.
    drawn
        How often `draw` was called; a test cares.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self.readout: Readout | None = None
        self.drawn = 0
        self._mouse: QPointF | None = None
        self._kept: QPixmap | None = None
        self.setMouseTracking(True)

    def draw(self, painter: QPainter) -> None:
        """Draw everything but what follows the mouse; the ground is there already."""
        raise NotImplementedError

    def drawOver(self, painter: QPainter) -> None:
        """Draw what the mouse points out."""

    def read(self, position: QPointF) -> Readout | None:
        """What to say of the place under the mouse."""
        raise NotImplementedError

    def refresh(self) -> None:
        """There are new data: draw them, and read the place under a mouse that may rest."""
        self._kept = None
        self._read_again()
        self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self.colors = colors
        self.refresh()

    def _read_again(self) -> None:
        self.readout = None if self._mouse is None else self.read(self._mouse)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read what is there."""
        self._mouse = event.position()
        self._read_again()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the box."""
        super().leaveEvent(event)
        self._mouse = None
        self._read_again()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the font or the palette."""
        super().changeEvent(event)
        if event.type() in _LOOKS:
            self._kept = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what is kept, drawing it first if anything changed."""
        ratio = self.devicePixelRatioF()
        kept, size = self._kept, (self.size().toSizeF() * ratio).toSize()
        if kept is None or kept.size() != size or kept.devicePixelRatio() != ratio:
            kept = self._kept = QPixmap(size)
            kept.setDevicePixelRatio(ratio)
            kept.fill(QColor(self.colors.background))
            inner = QPainter(kept)
            inner.setFont(self.font())
            self.draw(inner)
            inner.end()
            self.drawn += 1
        painter = QPainter(self)
        painter.drawPixmap(0, 0, kept)
        self.drawOver(painter)
        if self.readout is not None and self._mouse is not None:
            bounds = QRectF(self.rect()).adjusted(2, 2, -3, -3)
            paint_readout(painter, bounds, self._mouse, self.readout, self.colors)
        painter.end()
