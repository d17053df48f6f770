"""Buttons, which Enter presses, since Space belongs to the window; and icons."""

from functools import cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QCheckBox,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from regplay.gui.theme import line_color, zoomed
from regplay.gui.widgets.painting import LOOK_EVENTS, fill_rounded, paint_button, paint_focus_ring
from regplay.gui.widgets.plain_text import as_plain
from regplay.resources import resource

_PADDING = QSize(16, 8)  # px around the text
_RADIUS = 4.0
# Of the colour of the text in the ground of what is drawn without a frame.
_RESTING, _UNDER_MOUSE, _CHOSEN = 0.06, 0.1, 0.12
_UNDERLINE = 2.0  # px, below what is chosen


class Button(QToolButton):
    """Pressed by Enter in place of Space.

    Qt lets only the platform's theme choose the keys that press a button.
    """

    _icon, _icon_size = "", 0
    _drawn: QIcon | None = None  # what is shown

    def set_icon(self, name: str, size: int = 0) -> None:
        """Show this icon, in the colours of the palette from now on.

        Parameters
        ----------
        size
            In px at 100 %, to grow with the text; 0 leaves it as it is.
        """
        self._icon, self._icon_size = name, size
        if size:
            self.setIconSize(QSize(zoomed(size), zoomed(size)))
        drawn = _icon_of(name, *_icon_colors(self.palette()))
        if drawn is not self._drawn:  # many changes of palettes and fonts leave it as it is
            self._drawn = drawn
            self.setIcon(drawn)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette, or text of another size."""
        super().changeEvent(event)
        if event.type() in LOOK_EVENTS and self._icon:
            self.set_icon(self._icon, self._icon_size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's, with our own ring in place of its mark of the focus."""
        paint_button(self, QStyleOptionToolButton(), QStyle.ComplexControl.CC_ToolButton)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it; Space is for the window, which trains or pauses on it."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)


class PushButton(QPushButton):
    """The style's, with our own ring in place of its mark of the focus; for dialogs."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, and the ring."""
        paint_button(self, QStyleOptionButton(), QStyle.ControlElement.CE_PushButton)


class CheckBox(QCheckBox):
    """With our own ring around it while it has the focus."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's, with our own ring in place of its mark of the focus."""
        paint_button(self, QStyleOptionButton(), QStyle.ControlElement.CE_CheckBox)


_CLOSE = 16  # px at 100 %


class CloseButton(Button):
    """A cross in the colour of the text beside it."""

    def __init__(self, tip: str = "Close", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(as_plain(tip))
        self.setAccessibleName(tip)
        self.set_icon("close", _CLOSE)


class Toggle(Button):
    """A checkable button whose state shows in light and dark.

    It draws itself: Fusion shows a checked button by a shade that a dark palette swallows, and a
    style sheet keeps the colours of the palette that it was made with.
    """

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(as_plain(tip))
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return self.fontMetrics().size(0, self.text()) + _PADDING

    def minimumSizeHint(self) -> QSize:
        """No smaller: the text is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, underlined in the accent colour while the button is down."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_ground(painter, QRectF(self.rect()))
            self._draw_content(painter)

    def _draw_ground(self, painter: QPainter, place: QRectF) -> None:
        share = self._resting_share()
        if self.isEnabled() and self.underMouse():
            share = _UNDER_MOUSE
        if self.isChecked():
            share = _CHOSEN
        if share:
            fill_rounded(painter, place, line_color(self.palette(), share), _RADIUS)
        if self.isChecked():
            line = place.adjusted(_RADIUS, place.height() - _UNDERLINE, -_RADIUS, 0)
            fill_rounded(painter, line, self.palette().highlight(), _UNDERLINE / 2)
        paint_focus_ring(painter, self, place)

    def _resting_share(self) -> float:
        """Of the text's colour in the ground: none in those of a group, which are tabs."""
        return _RESTING if self.group() is None else 0.0

    def _draw_content(self, painter: QPainter) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class FlatButton(Toggle):
    """A button without a frame: looks like a `Toggle` of no group that is up."""

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, tip, parent)
        self.setCheckable(False)


_SIZES = (16, 24, 32, 48)  # px


@cache
def _icon_of(name: str, enabled: str, disabled: str) -> QIcon:
    """The icon `name` in two colours; drawn once, as a button may change it many times a second."""
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for mode, color in ((QIcon.Mode.Normal, enabled), (QIcon.Mode.Disabled, disabled)):
        for size in _SIZES:
            made.addPixmap(_draw(source, QColor(color), size), mode)
    return made


def _icon_colors(palette: QPalette) -> tuple[str, str]:
    """The palette's colours of a button's text, enabled and disabled."""
    text = QPalette.ColorRole.ButtonText
    groups = QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled
    enabled, disabled = (palette.color(group, text).name() for group in groups)
    return enabled, disabled


def application_icon() -> QIcon:
    """The program's own icon."""
    source = resource("icons", "regplay.svg").read_text(encoding="utf-8")
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_draw(source, QColor(), size))
    return made


def _draw(source: str, color: QColor, size: int) -> QPixmap:
    svg = QSvgRenderer(QByteArray(source.replace("currentColor", color.name()).encode()))
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        svg.render(painter, QRectF(0, 0, size, size))
    return pixmap
