"""The small button beside a slider's name that shows the slider's own curve."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from regplay.gui.controls import tones
from regplay.gui.theme import DARK, LIGHT

_SIZE = QSize(24, 18)  # px
_RADIUS = 4.0


class CurveButton(QToolButton):
    """A checkable button with a little U-curve on it.

    It draws itself: Fusion shows a checked button by a shade that a dark palette swallows. Space
    belongs to the window, so Enter presses it.
    """

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setToolTip(tip)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(_SIZE.width())
        # As tall as the row, so that it is level with the box.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def sizeHint(self) -> QSize:
        """As large as the picture needs."""
        return _SIZE

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame while it is checked, focused or under the mouse, and the curve in it."""
        palette, role = self.palette(), QPalette.ColorRole
        frame = QRectF(0, 0, _SIZE.width(), _SIZE.height())
        frame.moveCenter(QRectF(self.rect()).center())
        frame.adjust(0.5, 0.5, -0.5, -0.5)
        is_on = self.isChecked() and self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_pointed_at = self.underMouse() and self.isEnabled()
        if self.isChecked() or is_pointed_at or self.hasFocus():
            accent = palette.color(role.Highlight) if self.isEnabled() else tones.line(palette)
            edge = palette.color(role.WindowText) if self.hasFocus() else accent
            painter.setPen(QPen(edge, 1))
            painter.setBrush(accent if is_on else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, _RADIUS, _RADIUS)

        if is_on:
            stroke = dot = palette.color(role.HighlightedText)
        elif self.isEnabled():
            stroke = tones.line(palette, 0.75)
            dot = QColor((DARK if tones.is_dark(palette) else LIGHT).valid)
        else:
            stroke = dot = tones.line(palette, 0.35)
        middle = frame.center()
        painter.setPen(QPen(stroke, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        curve = QPainterPath(middle + QPointF(-7, -5))
        curve.cubicTo(middle + QPointF(-5, 6), middle + QPointF(4, 8), middle + QPointF(7, -4))
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        painter.drawEllipse(middle + QPointF(0.2, 3.8), 2.2, 2.2)
        painter.end()
