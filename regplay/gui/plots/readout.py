"""The box beside the mouse: a heading, perhaps a picture, and values."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from regplay.gui.theme import Colors

_PAD = 7  # pixels around what is in the box
_SWATCH = 14
_GAP = 12  # pixels between a name and its value, at least
_AWAY = 10  # pixels from the mouse


@dataclass(frozen=True)
class Row:
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
    rows: tuple[Row, ...] = ()
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
            painter.fillRect(QRectF(left, middle - 2, 9, 4), QColor(row.color))
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
