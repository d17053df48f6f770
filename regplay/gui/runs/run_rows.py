"""A run in one line: a row of the list of runs, or the title over its fit; how both are painted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyledItemDelegate, QWidget

from regplay.core.experiment import Experiment
from regplay.core.number_text import gap_in_column, in_column
from regplay.gui.controller import Controller
from regplay.gui.plots import pen
from regplay.gui.theme import ROLES, Colors, Role, blend, colors_of, zoomed
from regplay.gui.widgets import ModelIndex, as_plain
from regplay.session.pins import Pin, value_texts
from regplay.session.session import Run

NUMBERS = "train", "valid", "gap"  # of a run
_WIDEST_LOSS = "8.8e−88"
_WIDEST_GAP = "+8.8888"

# They were searched for: each keeps a CIEDE2000 distance of 19 or more from the others and from the
# colours of training, validation, fit and truth, and of 7.5 under simulated protanopia,
# deuteranopia and tritanopia (Machado et al., 2009), with a contrast of 3 to the ground. A test
# holds them to that. The first ones are the most vivid.
_ON_LIGHT = (
    *("#ff00ff", "#8e9606", "#00358c", "#6e5730", "#17735c", "#591250"),
    *("#a83c94", "#6633ff", "#084000", "#a386bf", "#732e2e", "#d97790"),
)
_ON_DARK = (
    *("#d900a3", "#7361f2", "#bfff00", "#f2b600", "#8c701c", "#658c4d"),
    *("#bf6974", "#42a699", "#f20000", "#b186bf", "#bfbf86", "#007ca6"),
)


def pin_color(index: int) -> str:
    """The colour of a pin, from its index in 0 … 11; then they come again."""
    at = index % len(_ON_LIGHT)
    return Role(f"pin {at}", lambda colors: (_ON_DARK if colors.dark else _ON_LIGHT)[at])


ROW = int(Qt.ItemDataRole.UserRole)
_MIME = "application/x-regplay-pin"


@dataclass(frozen=True)
class RunRow:
    """What one line shows: runs whose numbers only differ behind their last digit are the same."""

    name: str
    values: str  # of the settings in which the runs differ
    numbers: tuple[str, str, str]  # training loss, validation loss and gap
    best: tuple[str, ...]  # the smallest validation loss and its epoch; empty before any
    colors: tuple[str, ...]  # one for a pin; the present run has those of its fit and both losses
    pin: Pin | None = None
    is_hidden: bool = False

    @property
    def tip(self) -> str:
        """All of it in words."""
        lines = [self.name + (" (hidden)" if self.is_hidden else ""), self.values]
        if self.best:
            lines += [
                "training loss {}, validation loss {}, gap {}".format(*self.numbers),
                "best validation loss {} at epoch {}".format(*self.best),
            ]
        return "\n".join(line for line in lines if line)


def _row(
    name: str, run: Run, paths: Sequence[str], colors: tuple[str, ...], pin: Pin | None = None
) -> RunRow:
    """The row of a run, with the settings at these field paths."""
    last, words = run.history.last, value_texts(run.experiment, paths)
    train = valid = nan
    best: tuple[str, ...] = ()
    if last is not None:
        train, valid = last.value("train_loss"), last.value("valid_loss")
        epoch = run.history.best_epoch
        if epoch >= 0 and run.experiment.model.kind == "network":
            best = in_column(run.history.at_best("valid_loss")), f"{epoch:,}"
        if last.diverged[0]:
            words.insert(0, "diverged")
    numbers = in_column(train), in_column(valid), gap_in_column(valid - train)
    is_hidden = pin is not None and pin.is_hidden
    values = "" if name == ", ".join(words) else " · ".join(words)  # nothing is said twice
    return RunRow(name, values, numbers, best, colors, pin, is_hidden)


class RunRows(QAbstractListModel):
    """The model behind the list; only what changed is told to the view."""

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.rows: list[RunRow] = []
        self._present = Run(Experiment())
        self.update()

    # what is shown

    def set_present(self, run: Run) -> None:
        self._present = run
        self.update()

    def update(self) -> None:
        """Follow the pins and the runs; where the pins are the same, only what looks otherwise."""
        pins = self._controller.pins
        paths = pins.differing(self._present.experiment)
        rows = [_row("now", self._present, paths, (ROLES.fit, ROLES.train, ROLES.valid))]
        rows += [_row(pin.name, pin.run, paths, (pin_color(pin.color),), pin) for pin in pins]
        if [row.pin for row in rows] != [row.pin for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        for place, row in enumerate(rows):
            if row != self.rows[place]:
                self.rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))

    # Qt's model

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """The present run and the pins."""
        return len(self.rows) if parent is None or not parent.isValid() else 0

    def data(self, index: ModelIndex, role: int = 0) -> Any:
        """The name, and everything under `ROW`."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.tip.replace("\n", ", ")
            case Qt.ItemDataRole.ToolTipRole:
                return as_plain(row.tip)
            case _:
                return row if role == ROW else None

    def setData(self, index: ModelIndex, value: Any, role: int = 0) -> bool:
        pin = self.rows[index.row()].pin
        if pin is None or role != Qt.ItemDataRole.EditRole:
            return False
        self._controller.rename_pin(pin, str(value))
        return True

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """Pins can be renamed and dragged to between other rows."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        flags = flag.ItemIsSelectable | flag.ItemIsEnabled | flag.ItemNeverHasChildren
        is_pin = self.rows[index.row()].pin is not None
        return flags | flag.ItemIsEditable | flag.ItemIsDragEnabled if is_pin else flags

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """What may be dropped here: one of our own rows."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The row that is dragged."""
        data = QMimeData()
        data.setData(_MIME, str(indexes[0].row() if indexes else 0).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: ModelIndex
    ) -> bool:
        """Move the dragged pin to before `row`, counted with the present run; −1 is the end."""
        if not data.hasFormat(_MIME):
            return False
        dragged = int(bytes(data.data(_MIME).data()))
        pin = self.rows[dragged].pin
        if pin is not None:
            place = len(self.rows) if row < 0 else max(row, 1)
            self._controller.move_pin(pin, place - 1 - (place > dragged))
        return False  # else the view would remove the row that was dragged


_WIDE = 560  # px at 100 % of a row that has all in one line
_SHORT_NAME = "no penalty"  # has room in any row
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
    numbers: tuple[QRect, QRect, QRect]  # training loss, validation loss, gap; empty without room
    best: QRect
    height: int


def places(width: int, font: QFont) -> Places:
    """The places in a row of this width."""
    metrics = QFontMetrics(font)
    line = metrics.height() + 2
    loss, gap = (metrics.horizontalAdvance(text) + 1 for text in (_WIDEST_LOSS, _WIDEST_GAP))
    best = metrics.horizontalAdvance("best 8.8e−88 @ 100,000")
    is_wide = width >= zoomed(_WIDE)
    height = line + 4 if is_wide else 2 * line + 4
    end = width - _EDGE - (best + 2 * _GAP if is_wide else 0)
    columns = _columns(loss, gap, end - _SWATCH - metrics.horizontalAdvance(_SHORT_NAME))
    numbers = [QRect()] * 3
    for column in columns:
        wide = gap if column == 2 else loss
        numbers[column] = QRect(end - wide, 2, wide, line)
        end -= wide + _GAP
    swatch = QRect(_EDGE, 2, _SWATCH - 8, line)
    name = (end - _SWATCH) * 2 // 5 if is_wide else end - _SWATCH
    if is_wide:
        values = QRect(_SWATCH + name + _GAP, 2, end - _SWATCH - name - _GAP, line)
        best_place = QRect(width - _EDGE - best, 2, best, line)
    else:
        values = best_place = QRect(_SWATCH, 2 + line, width - _EDGE - _SWATCH, line)
    train, valid, between = numbers
    at_name = QRect(_SWATCH, 2, name, line)
    return Places(swatch, at_name, values, (train, valid, between), best_place, height)


def _columns(loss: int, gap: int, room: int) -> list[int]:
    """Which numbers have room beside a name, from the right; that of validation stays longest."""
    if room >= 2 * loss + gap + 3 * _GAP:
        return [2, 1, 0]
    return [2, 1] if room >= loss + gap + 2 * _GAP else [1]


class RowPainter(QStyledItemDelegate):
    """Draws rows, and puts the editor over the name; a click on a swatch toggles its pin."""

    # Each `option` is a QStyleOptionViewItem, whose type stub lacks its attributes.

    def __init__(self, toggle: Callable[[Pin], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toggle = toggle

    def sizeHint(self, option: Any, index: ModelIndex) -> QSize:
        """One line or two, by the room that the view has."""
        view = option.widget
        width = view.viewport().width() if hasattr(view, "viewport") else option.rect.width()
        return QSize(80, places(width, option.font).height)

    def paint(self, painter: QPainter, option: Any, index: ModelIndex) -> None:
        row: RunRow = index.data(ROW)
        palette, rect, colors = option.palette, option.rect, colors_of(option.widget)
        ground = palette.color(QPalette.ColorRole.Base)
        if option.state & QStyle.StateFlag.State_Selected:
            is_active = bool(option.state & QStyle.StateFlag.State_HasFocus)
            highlight = palette.color(QPalette.ColorRole.Highlight)
            ground = blend(ground, highlight, 0.3 if is_active else 0.18)
            painter.fillRect(rect, ground)
        painter.save()
        painter.translate(rect.topLeft())
        at = places(rect.width(), option.font)
        _paint_swatch(painter, at.swatch, row, colors)
        text = palette.color(QPalette.ColorRole.Text)
        faint = blend(text, ground, 0.6) if row.is_hidden else text
        quiet = blend(text, ground, 0.6 if row.is_hidden else 0.35)
        font = QFont(option.font)
        font.setBold(True)
        write(painter, font, faint, at.name, row.name, _LEFT)
        losses = (QColor(colors.train), QColor(colors.valid), faint)
        for place, words, color in zip(at.numbers, row.numbers, losses, strict=True):
            shown = blend(color, ground, 0.55) if row.is_hidden else color
            write(painter, option.font, shown, place, words, RIGHT)
        best = QRect(at.best)
        best_text = "best {} @ {}".format(*row.best) if row.best else ""
        write(painter, option.font, quiet, best, best_text, RIGHT)
        values = QRect(at.values)
        if values.top() == best.top() and values.intersects(best):
            taken = QFontMetrics(option.font).horizontalAdvance(best_text)
            values.setRight(best.right() - taken - _GAP)
        write(painter, option.font, quiet, values, row.values, _LEFT)
        painter.restore()

    def editorEvent(self, event: QEvent, model: object, option: Any, index: ModelIndex) -> bool:
        """A click on the swatch hides the pin or shows it; a double click there is two clicks."""
        row: RunRow = index.data(ROW)
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

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: ModelIndex) -> None:
        rect = option.rect
        name = places(rect.width(), option.font).name.translated(rect.topLeft())
        name.setWidth(max(name.width(), min(160, rect.width() - _SWATCH)))
        height = max(editor.sizeHint().height(), name.height())
        editor.setGeometry(QRect(name.left() - 4, rect.top(), name.width() + 4, height))


def _paint_swatch(painter: QPainter, place: QRect, row: RunRow, colors: Colors) -> None:
    size = min(place.width(), 12)
    box = QRect(place.left(), place.center().y() - size // 2, size, size)
    if row.is_hidden:
        painter.setPen(QPen(QColor(colors.of(row.colors[0])), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(1, 1, -1, -1))
        return
    stripe = size // len(row.colors)  # the present run has a stripe for each of its colours
    for k, color in enumerate(row.colors):
        painter.fillRect(box.left(), box.top() + k * stripe, size, stripe, QColor(colors.of(color)))


def write(
    painter: QPainter,
    font: QFont,
    color: QColor,
    place: QRect,
    words: str,
    alignment: Qt.AlignmentFlag,
) -> None:
    """Write words into a place, cut short where they have no room; nothing into an empty one."""
    painter.setFont(font)
    painter.setPen(color)
    if place.isEmpty():
        return
    text = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, alignment, text)


_LINE = 18  # px, before a name
_BETWEEN = 6  # px
_NAME = 160  # px that a name shall have
_LONG_NOTE = "wrong: 888 of 888, 888 of 888"


class TitleLine(QWidget):
    """Name on the left, losses on the right, in places that don't move.

    Attributes
    ----------
    name
        What the run is called.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = self._note = ""
        self._color: str | None = None
        self._numbers: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """All that is written, for tests and screen readers."""
        words = [f"{a} {b}" for a, b in zip(NUMBERS, self._numbers, strict=False)]
        return "   ".join([self.name, *([self._note] if self._note else []), *words])

    def set_name(self, name: str, color: str | None) -> None:
        """Show another run's name and colour; None is that of the fit."""
        self.name, self._color = name, color
        self._tell()

    def set_numbers(self, losses: tuple[float, float] | None) -> None:
        """Show a training and a validation loss, and the gap; or none."""
        texts: tuple[str, ...] = ()
        if losses is not None:
            train, valid = losses
            texts = (in_column(train), in_column(valid), gap_in_column(valid - train))
        if texts != self._numbers:
            self._numbers = texts
            self.update()

    def set_note(self, note: str) -> None:
        """Say something beside the name, where there is room."""
        if note != self._note:
            self._note = note
            self._tell()

    def _tell(self) -> None:
        self.setToolTip(as_plain("\n".join(text for text in (self.name, self._note) if text)))
        self.update()

    def sizeHint(self) -> QSize:
        """One line, with room for usual names; the same for all, so that they lie in one row."""
        return QSize(zoomed(200), QFontMetrics(self.font()).height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, height = colors_of(self), self.height()
        painter = QPainter(self)
        color = colors.of(self._color or colors.fit)
        painter.setPen(pen(color, 3))
        painter.drawLine(4, height // 2, _LINE, height // 2)
        left = _LINE + _BETWEEN
        bold = QFont(self.font())
        bold.setBold(True)
        wanted = QFontMetrics(bold).horizontalAdvance(self.name) + 2
        right = self._paint_numbers(painter, left + wanted + _BETWEEN)
        room = QRect(left, 0, max(min(wanted, right - left), 0), height)
        # A colour made for lines may be faint as text.
        write(painter, bold, QColor(color), room, self.name, _LEFT)
        left += room.width() + 2 * _BETWEEN
        if self._note and self.fontMetrics().horizontalAdvance(self._note) <= right - left:
            room = QRect(left, 0, right - left, height)
            write(painter, self.font(), QColor(colors.muted), room, self._note, _LEFT)
        painter.end()

    def _paint_numbers(self, painter: QPainter, left: int) -> int:
        """Draw the losses from the right, as many as leave the name its room; where they begin.

        The name ends at `left`.
        """
        colors, height, metrics = colors_of(self), self.height(), self.fontMetrics()
        right = self.width() - 4
        number = max(map(metrics.horizontalAdvance, (_WIDEST_LOSS, _WIDEST_GAP))) + 4
        count = max(min((right - left) // (number + _BETWEEN), 3), 0)  # the gap is the first to go
        needed = 3 * number + 3 * metrics.horizontalAdvance("valid") + _NAME
        if self._note:  # which says more than what the colours say too
            needed += metrics.horizontalAdvance(_LONG_NOTE)
        has_words = self.width() > needed
        inks = (colors.train, colors.valid, colors.foreground)
        shown = [*zip(self._numbers, NUMBERS, inks, strict=False)][:count]
        for text, word, ink in reversed(shown):
            parts = [(text, number), (word, metrics.horizontalAdvance(word) + 2)]
            for written, width in parts if has_words else parts[:1]:
                place = QRect(right - width, 0, width, height)
                write(painter, self.font(), QColor(ink), place, written, RIGHT)
                right -= width + _BETWEEN
        return right
