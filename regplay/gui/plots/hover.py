"""The line under the mouse and the values it reads."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject

from regplay.gui.plots.readout import Readout, Row, paint_readout

if TYPE_CHECKING:
    from regplay.gui.plots.chart import Chart

_TOP = 8.0  # pixels of the box from the top


@dataclass(frozen=True)
class Reading:
    """What the hover line shows: where it stands, a heading, and values."""

    x: float  # pixels from the left
    title: str
    rows: tuple[Row, ...] = field(default_factory=tuple)


class HoverItem(QGraphicsObject):
    """Drawn over the canvas, whose finished frame it leaves as it is.

    Attributes
    ----------
    reading
        What is shown, or None while the mouse is elsewhere.
    """

    def __init__(self, chart: "Chart") -> None:
        super().__init__(chart.box)
        self.reading: Reading | None = None
        self._chart = chart
        self._mouse: tuple[float, float] | None = None
        self._rect = QRectF()
        self.setZValue(10)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def boundingRect(self) -> QRectF:
        """The inside of the axes."""
        return self._rect

    def fit_box(self) -> None:
        """Take the size of the view box."""
        self.prepareGeometryChange()
        self._rect = QRectF(self._chart.box.rect())

    def move(self, x: float, y: float) -> None:
        """The mouse is here, in pixels."""
        self._mouse = (x, y)
        self.read_again()

    def leave(self) -> None:
        """The mouse is elsewhere."""
        self._mouse = None
        self._set(None)

    def read_again(self) -> None:
        """Read the values under a mouse that may not have moved."""
        if self._mouse is not None and self._chart.reader is not None:
            x, y = self._mouse
            self._set(self._chart.reader(self._chart.frame().x_value(x), y))

    def _set(self, reading: Reading | None) -> None:
        if reading != self.reading:
            self.reading = reading
            self.update()

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        """Draw the line, the dots and the box."""
        reading = self.reading
        if reading is None:
            return
        colors = self._chart.colors
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(colors.muted), 1))
        x = round(reading.x) + 0.5
        painter.drawLine(QPointF(x, 0), QPointF(x, self._rect.height()))
        for row in reading.rows:
            if row.y is not None and row.color is not None:
                painter.setPen(QPen(QColor(colors.background), 1.5))
                painter.setBrush(QColor(row.color))
                painter.drawEllipse(QPointF(reading.x, row.y), 4, 4)
        self._paint_box(painter, reading)

    def _paint_box(self, painter: QPainter, reading: Reading) -> None:
        place, readout = QPointF(reading.x, _TOP), Readout(reading.title, reading.rows)
        paint_readout(painter, self._rect, place, readout, self._chart.colors)
