"""A small button that stays down."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QToolButton, QWidget

_PADDING = QSize(14, 7)  # px around the text
_RADIUS = 4.0


class Toggle(QToolButton):
    """A checkable button whose state shows in light and dark.

    It draws itself: Fusion shows a checked button by a shade that a dark palette swallows, and a
    style sheet keeps the colours of the palette that it was made with.
    """

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """As large as the text needs."""
        return self.fontMetrics().size(0, self.text()) + _PADDING

    def minimumSizeHint(self) -> QSize:
        """No smaller: the text is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame with the text in it, filled while the button is down."""
        palette, role = self.palette(), QPalette.ColorRole
        is_lit = self.isChecked() or self.underMouse()
        edge = palette.color(role.Highlight) if is_lit else QColor(128, 128, 128, 150)
        if self.hasFocus():
            edge = palette.color(role.WindowText)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1.0))
        painter.setBrush(
            palette.brush(role.Highlight) if self.isChecked() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS
        )
        text = role.HighlightedText if self.isChecked() else role.WindowText
        painter.setPen(palette.color(text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
