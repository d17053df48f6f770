"""What many widgets paint alike: a rounded ground, and the ring around whatever has the focus."""

from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QStylePainter, QWidget

_WIDTH = 2.0  # px
_RADIUS = 5.0  # px
# After these a widget that paints itself looks otherwise.
LOOK_EVENTS = (QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


def fill_rounded(painter: QPainter, place: QRectF, color: QColor | QBrush, radius: float) -> None:
    """Fill a rectangle whose corners are rounded by a radius in px."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(place, radius, radius)


def paint_focus_ring(painter: QPainter, widget: QWidget, place: QRectF | None = None) -> None:
    """Draw it just inside of a rectangle, by default the whole widget, while it has the focus.

    A place that is as high as wide gets a circle.
    """
    if not widget.hasFocus():
        return
    ring = (QRectF(widget.rect()) if place is None else place).adjusted(1, 1, -1, -1)
    radius = ring.width() / 2 if ring.width() == ring.height() else _RADIUS
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(widget.palette().accent().color(), _WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(ring, radius, radius)


class FocusRing:
    """Of a box, before its class of Qt's: draws the ring over what that paints."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The usual box, in the ring while it has the focus."""
        super().paintEvent(event)  # type: ignore[misc]
        assert isinstance(self, QWidget)
        with QPainter(self) as painter:
            paint_focus_ring(painter, self)


def paint_button(button: Any, option: Any, element: Any) -> None:
    """The style's button, with our own ring in place of its mark of the focus.

    Parameters
    ----------
    button
        A QPushButton, QToolButton or QCheckBox.
    option
        An empty QStyleOption of its kind.
    element
        The QStyle.ControlElement or QStyle.ComplexControl that draws it.
    """
    button.initStyleOption(option)
    option.state &= ~QStyle.StateFlag.State_HasFocus
    painter, place = QStylePainter(button), None
    if isinstance(element, QStyle.ComplexControl):
        painter.drawComplexControl(element, option)
    else:
        painter.drawControl(element, option)
    if element == QStyle.ControlElement.CE_CheckBox:  # around its words
        words = button.style().subElementRect(
            QStyle.SubElement.SE_CheckBoxFocusRect, option, button
        )
        place = QRectF(words.left() - 2, 0, words.width() + 6, button.height())
    paint_focus_ring(painter, button, place)
    painter.end()
