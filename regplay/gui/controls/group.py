"""A heading with the controls below it, and frames that point some of them out."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
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
from regplay.gui.widgets import Button, as_plain, fill


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

    Attributes
    ----------
    heading, more
        The buttons. `more` is checked while the rarely used controls are shown, None without any.
    defaults
        The button that takes all changes back; enabled, and in sight, while there are some.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
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
        self._controls = fill(QVBoxLayout(self._body), margins=margins, spacing=_SPACING)
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

    def add(self, control: QWidget) -> None:
        """Put a control below those already there."""
        self._controls.addWidget(control)

    def add_more(self) -> None:
        """Put a `More` button below; it shows and hides the controls that are added from now on."""
        self.more = _MoreButton()
        _describe(self.more, "More", f"Show or hide more about {self._title}.")
        self.more.setAccessibleName(f"More {self._title}")
        self.more.setCheckable(True)
        self.more.toggled.connect(self._show_rare)
        self._rare = QWidget()
        self._controls.addWidget(self.more)
        self._controls.addWidget(self._rare)
        self._controls = fill(QVBoxLayout(self._rare), spacing=_SPACING)
        self._show_rare(False)

    def is_open(self) -> bool:
        return not self._body.isHidden()

    def set_open(self, is_open: bool) -> None:
        self.heading.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._body.setVisible(is_open)

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
        self._rare.setVisible(shows)


def _describe(button: Button, text: str, tip: str) -> None:
    button.setText(text)
    button.setToolTip(as_plain(tip))
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
