"""How a run looks in the list: in two lines where there is little room, else in one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QWidget

from regplay.gui.controls.tones import blend
from regplay.gui.runs.outcome import WIDEST_GAP, WIDEST_LOSS
from regplay.gui.runs.rows import ROW, Row
from regplay.gui.theme import LIGHT
from regplay.session.pins import Pin

Index = QModelIndex | QPersistentModelIndex
_WIDE = 560  # px of a row that has all in one line
_SWATCH = 22  # px
_GAP = 7  # px between columns
_EDGE = 4  # px
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Places:
    """Where the parts of a row are, in pixels from its upper left corner.

    Columns are as wide as the widest number, whatever is shown: they never move.
    """

    swatch: QRect
    name: QRect
    values: QRect
    numbers: tuple[QRect, QRect, QRect]  # training loss, validation loss, gap
    best: QRect
    height: int


def tabular(font: QFont) -> QFont:
    """The font with digits of one width, where it has any."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def places(width: int, font: QFont) -> Places:
    """The places in a row of this width."""
    metrics = QFontMetrics(tabular(font))
    line = metrics.height() + 2
    loss, gap = (metrics.horizontalAdvance(text) for text in (WIDEST_LOSS, WIDEST_GAP))
    best = metrics.horizontalAdvance("best 8.8e−88 @ 100,000")
    is_wide = width >= _WIDE
    height = line + 4 if is_wide else 2 * line + 4
    right = width - _EDGE - (best + 2 * _GAP if is_wide else 0)
    numbers = (
        QRect(right - gap - 2 * (loss + _GAP), 2, loss, line),
        QRect(right - gap - _GAP - loss, 2, loss, line),
        QRect(right - gap, 2, gap, line),
    )
    end = numbers[0].left() - _GAP
    swatch = QRect(_EDGE, 2, _SWATCH - 8, line)
    if is_wide:
        name = (end - _SWATCH) * 2 // 5
        return Places(
            swatch,
            QRect(_SWATCH, 2, name, line),
            QRect(_SWATCH + name + _GAP, 2, end - _SWATCH - name - _GAP, line),
            numbers,
            QRect(width - _EDGE - best, 2, best, line),
            height,
        )
    second = 2 + line
    return Places(
        swatch,
        QRect(_SWATCH, 2, end - _SWATCH, line),
        QRect(_SWATCH, second, width - _EDGE - _SWATCH, line),
        numbers,
        QRect(_SWATCH, second, width - _EDGE - _SWATCH, line),
        height,
    )


class RowPainter(QStyledItemDelegate):
    """Draws rows, and puts the editor over the name.

    Parameters
    ----------
    toggle
        Called with a pin whose swatch is clicked.
    """

    # Each `option` is a QStyleOptionViewItem, whose type stub lacks its attributes.

    def __init__(self, toggle: Callable[[Pin], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toggle = toggle
        self.colors = LIGHT

    def sizeHint(self, option: Any, index: Index) -> QSize:
        """One line or two, by the room that the view has."""
        view = option.widget
        width = view.viewport().width() if hasattr(view, "viewport") else option.rect.width()
        return QSize(80, places(width, option.font).height)

    def paint(self, painter: QPainter, option: Any, index: Index) -> None:
        """Draw a row."""
        row: Row = index.data(ROW)
        palette, rect = option.palette, option.rect
        ground = palette.color(QPalette.ColorRole.Base)
        if option.state & QStyle.StateFlag.State_Selected:
            is_active = bool(option.state & QStyle.StateFlag.State_HasFocus)
            highlight = palette.color(QPalette.ColorRole.Highlight)
            ground = blend(ground, highlight, 0.3 if is_active else 0.18)
            painter.fillRect(rect, ground)
        painter.save()
        painter.translate(rect.topLeft())
        at = places(rect.width(), option.font)
        self._paint_swatch(painter, at.swatch, row, palette)
        text = palette.color(QPalette.ColorRole.Text)
        faint = blend(text, ground, 0.6) if row.is_hidden else text
        quiet = blend(text, ground, 0.6 if row.is_hidden else 0.35)
        font = QFont(option.font)
        font.setBold(True)
        write(painter, font, faint, at.name, row.name, _LEFT)
        font = tabular(option.font)
        losses = (QColor(self.colors.train), QColor(self.colors.valid), faint)
        for place, words, color in zip(at.numbers, row.texts, losses, strict=True):
            shown = blend(color, ground, 0.55) if row.is_hidden else color
            write(painter, font, shown, place, words, RIGHT)
        best = QRect(at.best)
        write(painter, font, quiet, best, row.best_text, RIGHT)
        values = QRect(at.values)
        if values.top() == best.top() and values.intersects(best):
            taken = QFontMetrics(font).horizontalAdvance(row.best_text)
            values.setRight(best.right() - taken - _GAP)
        write(painter, option.font, quiet, values, row.values, _LEFT)
        painter.restore()

    def _paint_swatch(self, painter: QPainter, place: QRect, row: Row, palette: QPalette) -> None:
        size = min(place.width(), 12)
        box = QRect(place.left(), place.center().y() - size // 2, size, size)
        if row.is_hidden:
            painter.setPen(QPen(QColor(row.colors[0]), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(1, 1, -1, -1))
            return
        stripe = size // len(row.colors)  # the present run has a stripe for each of its colours
        for k, color in enumerate(row.colors):
            painter.fillRect(box.left(), box.top() + k * stripe, size, stripe, QColor(color))

    def editorEvent(self, event: QEvent, model: object, option: Any, index: Index) -> bool:
        """A click on the swatch hides the pin or shows it; a double click there is two clicks."""
        row: Row = index.data(ROW)
        kinds = QEvent.Type
        if row.pin is None or not isinstance(event, QMouseEvent):
            return False
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        swatch = places(option.rect.width(), option.font).swatch.translated(option.rect.topLeft())
        room = swatch.adjusted(-_EDGE, -2, _EDGE - 1, 2)
        if not room.contains(event.position().toPoint()):
            return False
        if event.type() in (kinds.MouseButtonPress, kinds.MouseButtonDblClick):
            self._toggle(row.pin)
        return True

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: Index) -> None:
        """Over the name."""
        rect = option.rect
        name = places(rect.width(), option.font).name.translated(rect.topLeft())
        name.setWidth(max(name.width(), min(160, rect.width() - _SWATCH)))
        height = max(editor.sizeHint().height(), name.height())
        editor.setGeometry(QRect(name.left() - 4, rect.top(), name.width() + 4, height))


def write(
    painter: QPainter,
    font: QFont,
    color: QColor,
    place: QRect,
    words: str,
    alignment: Qt.AlignmentFlag,
) -> None:
    """Write words into a place, cut short where they have no room."""
    painter.setFont(font)
    painter.setPen(color)
    text = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, alignment, text)
