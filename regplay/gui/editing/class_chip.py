"""A button for one class, in its colour."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen

from regplay.gui.plots.toggle import Toggle
from regplay.gui.theme import LIGHT, Colors

_DOT = 5.0  # pixels of radius
_LEFT = 12.0


class ClassChip(Toggle):
    """The class's colour and its number; filled, as other toggles, while it is the present one."""

    def __init__(self, index: int) -> None:
        super().__init__(str(index), f"Points to come are of class {index} (key {index})")
        self.index = index
        self._colors = LIGHT
        self.setAccessibleName(f"Class {index}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay with the plot

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a dot beside the number."""
        return super().sizeHint() + QSize(14, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame around the dot and the number."""
        palette, role = self.palette(), QPalette.ColorRole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lit = self.isChecked() or self.underMouse()
        edge = palette.color(role.Highlight) if is_lit else QColor(128, 128, 128, 150)
        painter.setPen(QPen(edge, 1.0))
        painter.setBrush(
            palette.brush(role.Highlight) if self.isChecked() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QPen(QColor(self._colors.background), 1.4))
        painter.setBrush(QColor(self._colors.class_color(self.index)))
        painter.drawEllipse(QPointF(_LEFT, self.height() / 2), _DOT, _DOT)
        text = role.HighlightedText if self.isChecked() else role.WindowText
        painter.setPen(palette.color(text))
        beside = self.rect().adjusted(round(_LEFT + _DOT) + 2, 0, -4, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self.text())
