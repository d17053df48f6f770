"""Widgets below and beside one another, and their object names."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QSizePolicy,
    QSpacerItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

ModelIndex = QModelIndex | QPersistentModelIndex  # what item views tell models and delegates
T = TypeVar("T", bound=QObject)


def application() -> QApplication:
    """The one that runs, whose event filters see all events."""
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found


def named(name: str, thing: T) -> T:
    """`thing`, with its object name set."""
    thing.setObjectName(name)
    return thing


LayoutPart = QWidget | QLayout | int | None
Box = TypeVar("Box", bound=QBoxLayout)


def fill(
    box: Box,
    *parts: LayoutPart | tuple[LayoutPart, int],
    margins: tuple[int, int, int, int] = (0, 0, 0, 0),
    spacing: int = 0,
) -> Box:
    """Put widgets and layouts beside or below one another into a layout, which is returned.

    Parameters
    ----------
    *parts
        A number is so many empty pixels, None takes the room that is left. With a second number,
        a part has that share of the room.
    margins, spacing
        Pixels left, above, right and below; between two parts, −1 for the style's own.
    """
    box.setContentsMargins(*margins)
    box.setSpacing(spacing)
    for one in parts:
        part, share = one if isinstance(one, tuple) else (one, 0)
        if isinstance(part, QWidget):
            box.addWidget(part, share)
        elif isinstance(part, QLayout):
            box.addLayout(part, share)
        elif part is None:
            box.addStretch(1)
        else:
            box.addSpacing(part)
    return box


def column(*widgets: QWidget, grows: QWidget) -> QWidget:
    """Widgets below one another; one of them takes the room that is left."""
    whole = QWidget()
    fill(QVBoxLayout(whole), *((widget, int(widget is grows)) for widget in widgets))
    return whole


def beside(*widgets: QWidget) -> QWidget:
    """Widgets beside one another that stay together where a row is broken."""
    whole = QWidget()
    fill(QHBoxLayout(whole), *widgets, spacing=4)
    return whole


def divided(
    name: str, orientation: Qt.Orientation, first: QWidget, second: QWidget, shares: tuple[int, int]
) -> QSplitter:
    """Two widgets with a handle between them, which share room that is won in this proportion."""
    splitter = named(name, QSplitter(orientation))
    splitter.setChildrenCollapsible(False)
    for index, widget in enumerate((first, second)):
        splitter.addWidget(widget)
        splitter.setStretchFactor(index, shares[index])
    return splitter


def with_parents(widget: QWidget | None) -> Iterator[QWidget]:
    """A widget, what it is part of, and so on up to the window; nothing of None."""
    while widget is not None:
        yield widget
        widget = widget.parentWidget()


def next_stop(widget: QWidget, *, is_back: bool = False) -> QWidget:
    """What Tab goes to from a widget, or Shift+Tab if `is_back`, were all in sight."""
    while True:
        following = widget.previousInFocusChain() if is_back else widget.nextInFocusChain()
        assert following is not None  # the chain is a ring
        if following.focusPolicy() != Qt.FocusPolicy.NoFocus:
            return following
        widget = following


def put_in_tab_order(new: QWidget, after: QWidget) -> None:
    """Have Tab go through what is in a new widget after another one; else it would come last."""
    stop = next_stop(new)
    while new.isAncestorOf(stop):
        following = next_stop(stop)
        QWidget.setTabOrder(after, stop)
        after, stop = stop, following


def take_out(widgets: Iterable[QWidget], layout: QLayout) -> None:
    """Take widgets out of a layout for good; they are out of sight at once, deleted later."""
    for widget in widgets:
        layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()


class FlowLayout(QLayout):
    """A row that goes on below where it has no more room, as words do.

    What expands, or was added by `add_stretch` or `add_growing`, shares what is left of its line.

    Parameters
    ----------
    margins, spacing
        Pixels left, above, right and below; between two parts.
    """

    def __init__(
        self, margins: tuple[int, int, int, int], spacing: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setContentsMargins(*margins)
        self.setSpacing(spacing)
        self._items: list[QLayoutItem] = []
        self._growing: set[QWidget] = set()
        self._height = 0  # px, at the width that it was last given

    def add_growing(self, widget: QWidget) -> None:
        """Add a widget that takes what is left of its line."""
        self._growing.add(widget)
        self.addWidget(widget)

    def add_stretch(self) -> None:
        """Have what follows stand at the right end of its line."""
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place, from 0; None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: it takes the height that it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """It is higher where it is narrower."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height in px at a width in px."""
        return self._lay_out(QRect(0, 0, width, 0), moves=False)

    def sizeHint(self) -> QSize:
        margins, shown = self.contentsMargins(), self._shown()
        width = sum(item.sizeHint().width() for item in shown)
        width += self._gap() * max(sum(map(_has_gap, shown)) - 1, 0)
        height = max((item.sizeHint().height() for item in shown), default=0)
        return QSize(
            width + margins.left() + margins.right(), height + margins.top() + margins.bottom()
        )

    def minimumSize(self) -> QSize:
        """As wide as the widest item, as high as it was last laid out."""
        margins = self.contentsMargins()
        width = max((item.minimumSize().width() for item in self._shown()), default=0)
        height = max(self._height, self.sizeHint().height())
        return QSize(width + margins.left() + margins.right(), height)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        height = self._lay_out(rect, moves=True)
        if height != self._height:
            self._height = height
            self.update()  # asks for it

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty() or item.spacerItem()]

    def _gap(self) -> int:
        return max(self.spacing(), 0)

    def _lay_out(self, rect: QRect, *, moves: bool) -> int:
        """Place the items if `moves`; the height in px that they take, margins included."""
        inner, gap = rect.marginsRemoved(self.contentsMargins()), self._gap()
        lines: list[list[QLayoutItem]] = [[]]
        taken = 0  # px of the last line
        for item in self._shown():
            width = item.sizeHint().width()
            if any(map(_has_gap, lines[-1])) and taken + width > inner.width():
                lines.append([])
                taken = 0
            lines[-1].append(item)
            taken += width + gap * _has_gap(item)
        top = inner.top()
        for number, line in enumerate(lines):
            height = max((item.sizeHint().height() for item in line), default=0)
            if moves:
                self._place(line, QRect(inner.left(), top, inner.width(), height))
            top += height + (gap if number + 1 < len(lines) else 0)
        margins = self.contentsMargins()
        return top - rect.top() + margins.bottom()

    def _place(self, line: Sequence[QLayoutItem], room: QRect) -> None:
        gap = self._gap()
        taken = sum(item.sizeHint().width() for item in line)
        taken += gap * max(sum(map(_has_gap, line)) - 1, 0)
        growing, left = [item for item in line if self._grows(item)], room.width() - taken
        at = room.left()
        for item in line:
            hint = item.sizeHint()
            width = min(hint.width(), room.width())
            if growing and item in growing and left > 0:
                width += left // len(growing)
            top = room.top() + (room.height() - hint.height()) // 2
            item.setGeometry(QRect(at, top, width, hint.height()))
            at += width + gap * _has_gap(item)

    def _grows(self, item: QLayoutItem) -> bool:
        if item.widget() in self._growing:
            return True
        return bool(item.expandingDirections() & Qt.Orientation.Horizontal)


def _has_gap(item: QLayoutItem) -> bool:
    """Whether it stands apart from what follows; a stretch doesn't."""
    return item.spacerItem() is None


class TwoColumns(QGridLayout):
    """Widgets in two columns, or in one where two have no room.

    Parameters
    ----------
    shares
        Of the width that is left, for either column.
    spacing
        Pixels between two widgets.
    """

    def __init__(
        self, shares: tuple[int, int], spacing: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        self._widgets: list[QWidget] = []
        self._columns = 2
        self.set_shares(shares)

    def add(self, widget: QWidget) -> None:
        """Add a widget after all others."""
        self._widgets.append(widget)
        self._place()

    def set_shares(self, shares: tuple[int, int]) -> None:
        """Have the columns grow in another proportion."""
        self._shares = shares
        self._place()

    def minimumSize(self) -> QSize:
        """As wide as the widest widget, as high as the present columns."""
        return QSize(max(self._widths(), default=0), super().minimumSize().height())

    def setGeometry(self, rect: QRect) -> None:
        """Take as many columns as have room."""
        widths = self._widths()
        left, right = (max(widths[start::2], default=0) for start in (0, 1))
        columns = 2 if right and left + self.spacing() + right <= rect.width() else 1
        if columns != self._columns:
            self._columns = columns
            self._place()
        super().setGeometry(rect)

    def _widths(self) -> list[int]:
        """What each needs, and nothing where it is hidden."""
        return [it.minimumSizeHint().width() * (not it.isHidden()) for it in self._widgets]

    def _place(self) -> None:
        for index, widget in enumerate(self._widgets):
            self.addWidget(widget, *divmod(index, self._columns))
        for column_, share in enumerate(self._shares):
            self.setColumnStretch(column_, share if column_ < self._columns else 0)


class ScrolledColumn(QScrollArea):
    """Scrolls up and down what is as wide as itself; the keys go to what is in it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
