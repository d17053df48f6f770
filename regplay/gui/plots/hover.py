"""What is read under the mouse: a line, and the box with a heading and values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QGraphicsObject

from regplay.gui.theme import Colors

if TYPE_CHECKING:
    from regplay.gui.plots.chart import Chart


_PAD = 7  # pixels around what is in the box
_SWATCH = 14
_GAP = 12  # pixels between a name and its value, at least
_AWAY = 10  # pixels from the mouse


@dataclass(frozen=True)
class ReadoutRow:
    """One value: what it is of, the value as text, its colour, and its height if it has a dot."""

    name: str
    value: str
    color: str | None = None
    y: float | None = None  # pixels from the top


@dataclass(frozen=True)
class Picture:
    """Something square that draws itself, `size` pixels across, with a line of text under it."""

    paint: Callable[[QPainter, QRectF], None]
    caption: str
    size: float = 120.0


@dataclass(frozen=True)
class Readout:
    """What the box says."""

    title: str
    rows: tuple[ReadoutRow, ...] = ()
    picture: Picture | None = None


def paint_readout(
    painter: QPainter, bounds: QRectF, at: QPointF, readout: Readout, colors: Colors
) -> None:
    """Draw the box to the right of a point, or to its left, within `bounds` if it has room there.

    Its top is as high as the point.
    """
    metrics = QFontMetrics(painter.font())
    indent = _indent(readout)
    box = QRectF(QPointF(0, 0), _size(metrics, readout))
    left = at.x() + _AWAY
    if left + box.width() > bounds.right():
        left = at.x() - _AWAY - box.width()
    top = min(at.y(), bounds.bottom() - box.height())
    box.moveTo(max(left, bounds.left()), max(top, bounds.top()))

    ground = QColor(colors.background)
    ground.setAlpha(240)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(colors.muted), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(box.translated(0.5, 0.5), 4, 4)
    line = metrics.height()
    left, right = box.left() + _PAD, box.right() - _PAD
    baseline = box.top() + _PAD + metrics.ascent()
    painter.setPen(QColor(colors.foreground))
    painter.drawText(QPointF(left, baseline), readout.title)
    picture = readout.picture
    if picture is not None:
        top = baseline + metrics.descent() + 3
        painter.save()
        picture.paint(painter, QRectF(left, top, picture.size, picture.size))
        painter.restore()
        baseline = top + picture.size + metrics.ascent() + 3
        painter.setPen(QColor(colors.muted))
        painter.drawText(QPointF(left, baseline), picture.caption)
    painter.setPen(QColor(colors.foreground))
    for row in readout.rows:
        baseline += line
        if row.color is not None:
            middle = baseline - metrics.ascent() / 2 + 1
            painter.fillRect(QRectF(left, middle - 2, 9, 4), QColor(colors.of(row.color)))
        painter.drawText(QPointF(left + indent, baseline), row.name)
        value = QPointF(right - metrics.horizontalAdvance(row.value), baseline)
        painter.drawText(value, row.value)


def _indent(readout: Readout) -> int:
    """Room before all names if one of them has a swatch, so that they line up."""
    return _SWATCH if any(row.color is not None for row in readout.rows) else 0


def _size(metrics: QFontMetrics, readout: Readout) -> QSizeF:
    indent = _indent(readout)
    lines = [metrics.horizontalAdvance(readout.title)]
    for row in readout.rows:
        words = metrics.horizontalAdvance(row.name) + metrics.horizontalAdvance(row.value)
        lines.append(indent + words + _GAP)
    height = metrics.height() * (1 + len(readout.rows))
    picture = readout.picture
    if picture is not None:
        lines += [int(picture.size), metrics.horizontalAdvance(picture.caption)]
        height += int(picture.size) + metrics.height() + 6
    return QSizeF(max(lines) + 2 * _PAD, height + 2 * _PAD)


_TOP = 8.0  # pixels of the box from the top


@dataclass(frozen=True)
class Reading:
    """What the hover line shows: where it stands, a heading, and values."""

    x: float  # pixels from the left
    title: str
    rows: tuple[ReadoutRow, ...] = field(default_factory=tuple)


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
                painter.setBrush(QColor(colors.of(row.color)))
                painter.drawEllipse(QPointF(reading.x, row.y), 4, 4)
        self._paint_box(painter, reading)

    def _paint_box(self, painter: QPainter, reading: Reading) -> None:
        place, readout = QPointF(reading.x, _TOP), Readout(reading.title, reading.rows)
        paint_readout(painter, self._rect, place, readout, self._chart.colors)
