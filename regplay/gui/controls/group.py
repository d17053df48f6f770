"""A heading with the controls below it, and frames that point some of them out."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QVBoxLayout,
    QWidget,
)

from regplay.gui.theme import blend, line_color
from regplay.gui.widgets import Button, as_plain, fill, next_stop, put_in_tab_order


class Framing(QWidget):
    """Where controls stand; it draws a soft frame behind some of them, to point them out.

    It and not the controls, because the frame has to lie outside of them: they fill their room.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._framed: tuple[QWidget, ...] = ()

    def frame(self, controls: Iterable[QWidget]) -> None:
        """Point out these controls and no others."""
        self._framed = tuple(controls)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Draw the frames anew where the controls may have moved."""
        if event.type() == QEvent.Type.LayoutRequest and self._framed:
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame and a tint in the accent colour."""
        window, accent = self.palette().window().color(), self.palette().highlight().color()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(blend(window, accent, 0.75), 1.0))
            painter.setBrush(blend(window, accent, 0.14))
            for control in filter(QWidget.isVisible, self._framed):
                place = QRectF(control.rect()).translated(control.mapTo(self, QPoint()))
                painter.drawRoundedRect(place.adjusted(-3.5, -1.5, 3.5, 1.5), 4, 4)


_SPACING, _EDGE = 4, 8  # px between controls; above a heading
_HAIRLINE = 0.14  # of the text's colour


class _DefaultsButton(Button):
    """In sight while it is enabled; it keeps its room, so that a drag lays out nothing."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isEnabled():
            super().paintEvent(event)


class GroupHeading(Button):
    """The title of a group; the theme gives its class a font of its own."""


class _MoreButton(Button):
    """Its arrow says whether it is down; the style would press it in a frame."""

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """Of a button that is up."""
        super().initStyleOption(option)
        option.state &= ~QStyle.StateFlag.State_On  # type: ignore[attr-defined]


class Group(Framing):
    """A heading that folds and unfolds the controls under it, and a button that shows some more.

    Parameters
    ----------
    title
        Of the heading; without one it is always unfolded.
    has_more
        Whether it has rarely used controls.

    Attributes
    ----------
    heading, more
        The buttons. `more` is checked while the rarely used controls are shown, None without any.
    defaults
        The button that takes all changes back; enabled, and in sight, while there are some.

    Signals
    -------
    unfolded
        Its controls, or the rarely used ones, are shown now.
    """

    unfolded = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, has_more: bool) -> None:
        super().__init__(parent)
        self._title = title
        self.heading = GroupHeading(self)
        _describe(self.heading, title, f"Show or hide what belongs to {title}.")
        self.heading.setArrowType(Qt.ArrowType.DownArrow)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.more: Button | None = None
        self.defaults = _DefaultsButton(self)
        self.defaults.setText("Defaults")
        self.defaults.setToolTip(as_plain(f"{title}: back to the defaults"))
        self.defaults.setAccessibleName(f"{title}, back to defaults")
        self.defaults.setAutoRaise(True)
        self.defaults.setEnabled(False)

        self._body = QWidget(self)
        margins = (4, 0, 4, 0)  # room for the frames
        self._common = fill(QVBoxLayout(), spacing=_SPACING)
        column = fill(QVBoxLayout(self._body), self._common, margins=margins, spacing=_SPACING)
        if has_more:
            self._add_more(column)
        layout = fill(QVBoxLayout(self), margins=(0, _EDGE if title else 0, 0, 0))
        self.heading.setVisible(bool(title))
        self.defaults.setVisible(bool(title))
        if title:
            layout.addLayout(fill(QHBoxLayout(), (self.heading, 1), self.defaults, spacing=-1))
        layout.addWidget(self._body)
        self.heading.clicked.connect(lambda: self.set_open(not self.is_open()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline above the heading, and the frames."""
        super().paintEvent(event)
        if self._title:
            with QPainter(self) as painter:
                painter.fillRect(0, 0, self.width(), 1, line_color(self.palette(), _HAIRLINE))

    def add(self, control: QWidget, place: int, *, is_rare: bool = False) -> None:
        """Put a control at a place, from 0, among the rarely used ones or the others."""
        column, above = (self._rare, self.more) if is_rare else (self._common, self.defaults)
        assert above is not None
        column.insertWidget(place, control)
        before = [column.itemAt(index).widget() for index in range(place)]
        last: QWidget = above
        while any(one.isAncestorOf(next_stop(last)) for one in before):
            last = next_stop(last)
        put_in_tab_order(control, after=last)

    def _add_more(self, column: QVBoxLayout) -> None:
        """The `More` button, and what it shows and hides."""
        self.more = _MoreButton(self._body)
        _describe(self.more, "More", f"Show or hide more about {self._title}.")
        self.more.setAccessibleName(f"More {self._title}")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_rare)
        self._rare_body = QWidget(self._body)
        self._rare = fill(QVBoxLayout(self._rare_body), spacing=_SPACING)
        column.addWidget(self.more)
        column.addWidget(self._rare_body)
        self._show_rare(False)

    def is_open(self) -> bool:
        return not self._body.isHidden()

    def set_open(self, is_open: bool) -> None:
        self.heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._body.setVisible(is_open)
        if is_open:
            self.unfolded.emit()

    def shows_rare(self) -> bool:
        """Whether the rarely used controls are shown."""
        return self.more is not None and self.more.isChecked()

    def set_shows_rare(self, shows: bool) -> None:
        """Show or hide the rarely used controls, if it has some."""
        if self.more is not None:
            self.more.setChecked(shows)

    def _show_rare(self, shows: bool) -> None:
        assert self.more is not None
        self.more.setArrowType(Qt.ArrowType.DownArrow if shows else Qt.ArrowType.RightArrow)
        self._rare_body.setVisible(shows)
        if shows:
            self.unfolded.emit()


def _describe(button: Button, text: str, tip: str) -> None:
    button.setText(text)
    button.setToolTip(as_plain(tip))
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
