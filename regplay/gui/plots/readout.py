"""The box that says what is under the mouse, and a widget that draws a picture and has one."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from regplay.gui.plots.frame import Frame
from regplay.gui.plots.paint_devices import SCREEN
from regplay.gui.plots.scale import Scale
from regplay.gui.plots.shapes import PictureCache
from regplay.gui.theme import Colors, colors_of, hairline, sized, unit_of, zoom_of_text

# Pixels at 100 %; they grow with the text.
_PAD = 7.0  # around what is in the box
_SWATCH = 14.0
_GAP = 12.0  # between a name and its value, at least
_APART = 24.0  # between two columns of rows
_AWAY = 10.0  # from the mouse


@dataclass(frozen=True)
class ReadoutRow:
    """One value: what it is of, the value as text, its colour, and its height if it has a dot."""

    name: str
    value: str
    color: str | None = None
    y: float | None = None  # pixels from the top


@dataclass(frozen=True)
class Picture:
    """Something square that draws itself, with a line of text under it.

    `size` is pixels across at 100 %.
    """

    paint: Callable[[QPainter, QRectF], None]
    caption: str
    size: float = 120.0


@dataclass(frozen=True)
class Readout:
    """What the box says."""

    title: str
    rows: tuple[ReadoutRow, ...] = ()
    picture: Picture | None = None
    columns: int = 1  # of rows, one filled after the other


def paint_readout(
    painter: QPainter, bounds: QRectF, at: QPointF, readout: Readout, colors: Colors
) -> None:
    """Draw the box to the right of a point, or to its left, and not wider than `bounds`.

    Its top is as high as the point. A title that has no room is cut short: values stay in sight.
    For rows that have none see `fitted`.
    """
    metrics = QFontMetricsF(painter.font())
    readout = fitted(metrics, readout, bounds.size())
    unit = unit_of(metrics)
    indent, pad, away = _indent(readout) * unit, _PAD * unit, _AWAY * unit
    box = QRectF(QPointF(0, 0), readout_size(metrics, readout))
    box.setWidth(min(box.width(), bounds.width()))
    left, beside = at.x() + away, at.x() - away - box.width()
    if left + box.width() > bounds.right():
        # Where neither side has room, the point is at the shorter one.
        is_left = beside >= bounds.left() or at.x() > bounds.center().x()
        left = beside if is_left else bounds.right() - box.width()
    top = min(at.y(), bounds.bottom() - box.height())
    box.moveTo(max(left, bounds.left()), max(top, bounds.top()))

    ground = QColor(colors.background)
    ground.setAlpha(240)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(hairline(colors.muted, unit))
    painter.setBrush(ground)
    painter.drawRoundedRect(box.translated(0.5, 0.5), 4 * unit, 4 * unit)
    line = metrics.height()
    left, right = box.left() + pad, box.right() - pad
    baseline = box.top() + pad + metrics.ascent()
    painter.setPen(QColor(colors.foreground))
    title = metrics.elidedText(readout.title, Qt.TextElideMode.ElideRight, math.ceil(right - left))
    painter.drawText(QPointF(left, baseline), title)
    picture = readout.picture
    if picture is not None:
        top, side = baseline + metrics.descent() + 3 * unit, picture.size * unit
        painter.save()
        picture.paint(painter, QRectF(left, top, side, side))
        painter.restore()
        baseline = top + side + metrics.ascent() + 3 * unit
        painter.setPen(QColor(colors.muted))
        painter.drawText(QPointF(left, baseline), picture.caption)
    painter.setPen(QColor(colors.foreground))
    columns, above, apart = readout.columns, baseline, _APART * unit
    width = (right - left - (columns - 1) * apart) / columns
    for index, row in enumerate(readout.rows):
        column, down = divmod(index, _lines(readout))
        left = box.left() + pad + column * (width + apart)
        right, baseline = left + width, above + (down + 1) * line
        if row.color is not None:
            top = baseline - metrics.ascent() / 2 - unit
            swatch = QRectF(left, top, 9 * unit, 4 * unit)
            painter.fillRect(swatch, QColor(colors.of(row.color)))
        painter.drawText(QPointF(left + indent, baseline), row.name)
        value = QPointF(right - metrics.horizontalAdvance(row.value), baseline)
        painter.drawText(value, row.value)


def _indent(readout: Readout) -> float:
    """Room before all names if one of them has a swatch, so that they line up."""
    return _SWATCH if any(row.color is not None for row in readout.rows) else 0.0


def _lines(readout: Readout) -> int:
    """How many rows its columns have."""
    return -(-len(readout.rows) // readout.columns)


def _row_width(metrics: QFontMetricsF, readout: Readout) -> float:
    """Of the widest row, in pixels."""
    unit, advance = unit_of(metrics), metrics.horizontalAdvance
    widest = max(advance(row.name) + advance(row.value) for row in readout.rows)
    return widest + (_indent(readout) + _GAP) * unit


def fitted(metrics: QFontMetricsF, readout: Readout, room: QSizeF) -> Readout:
    """With its rows in the columns that it takes for all to have room, as far as these have any.

    The last row says how many are left out, if there are any.
    """
    rows, unit, n = readout.rows, unit_of(metrics), len(readout.rows)
    above = readout_size(metrics, replace(readout, rows=())).height()
    lines = max(math.floor((room.height() - above) / metrics.height() + 1e-6), 1)
    if n <= lines:
        return readout
    width, apart = _row_width(metrics, readout), _APART * unit
    most = max(math.floor((room.width() - 2 * _PAD * unit + apart) / (width + apart)), 1)
    if n > lines * most:
        kept = lines * most - 1
        rows = (*rows[:kept], ReadoutRow(f"and {n - kept} more", ""))
    return replace(readout, rows=rows, columns=-(-len(rows) // lines))


def readout_size(metrics: QFontMetricsF, readout: Readout) -> QSizeF:
    """Of the box, in pixels."""
    unit, columns = unit_of(metrics), readout.columns
    lines = [metrics.horizontalAdvance(readout.title)]
    if readout.rows:
        lines.append(columns * (_row_width(metrics, readout) + _APART * unit) - _APART * unit)
    height = metrics.height() * (1 + _lines(readout))
    picture = readout.picture
    if picture is not None:
        lines += [picture.size * unit, metrics.horizontalAdvance(picture.caption)]
        height += (picture.size + 6) * unit + metrics.height()
    return QSizeF(max(lines) + 2 * _PAD * unit, height + 2 * _PAD * unit)


class ReadoutWidget(QWidget):
    """A picture that reads what is under the mouse.

    What rests is drawn by `draw` and kept; what follows the mouse is drawn over it. Nothing is
    drawn while the widget is hidden.

    Attributes
    ----------
    readout
        What the box beside the mouse says, or None.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readout: Readout | None = None
        self._mouse: QPointF | None = None
        self._kept = PictureCache()
        self.setMouseTracking(True)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Draw everything but what follows the mouse; the ground is there already.

        Parameters
        ----------
        frame
            That of the widget, or one of another size in a figure; it has no axes.
        """
        raise NotImplementedError

    def draw_over(self, painter: QPainter) -> None:
        """Draw what the mouse points out."""

    def read(self, position: QPointF) -> Readout | None:
        """What to say of a place."""
        raise NotImplementedError

    def readout_place(self, mouse: QPointF) -> QPointF:
        """Beside which point the box is, while the mouse is at another."""
        return mouse

    def frame(self) -> Frame:
        """Its size and colours on screen at this moment."""
        size, colors, zoom = (self.width(), self.height()), colors_of(self), zoom_of_text()
        return Frame(*size, Scale(), Scale(), self.devicePixelRatioF(), colors, SCREEN, zoom)

    def refresh(self) -> None:
        """There are new data: draw them, and read the place under a mouse that may rest."""
        self._kept.forget()
        self._point(self._mouse)

    def _point(self, mouse: QPointF | None) -> None:
        self._mouse = mouse
        self.readout = None if mouse is None else self.read(mouse)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what is kept, drawing it first if anything changed."""
        frame = self.frame()
        with QPainter(self) as painter:
            painter.setFont(sized(self.font()))
            self._kept.paint(painter, frame, partial(self._draw, frame))
            self.draw_over(painter)
            if self.readout is not None and self._mouse is not None:
                bounds, place = QRectF(self.rect()), self.readout_place(self._mouse)
                bounds.adjust(2, 2, -3, -3)
                paint_readout(painter, bounds, place, self.readout, frame.colors)

    def _draw(self, frame: Frame, painter: QPainter, is_new: bool) -> None:
        if is_new:
            painter.fillRect(self.rect(), QColor(frame.colors.background))
            painter.setFont(sized(self.font()))
            self.draw(painter, frame)
