"""What lies over the whole window: a pointer, keys, dimmed surroundings."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from regplay.gui.theme import colors_of, zoomed

_DIM = 0.45  # opacity of what covers the surroundings
_HALO = 16  # px at 100 %, radius
_LETTERS = 18  # px at 100 %
# An arrow that points up and left, in units of its height.
_ARROW = ((0, 0), (0, 0.82), (0.19, 0.65), (0.31, 0.95), (0.44, 0.9), (0.32, 0.6), (0.57, 0.58))


class GlassPane(QWidget):
    """Covers a widget, whatever its size; mouse and keys go through it.

    Parameters
    ----------
    has_arrow
        Whether the pointer has its arrow, which the system draws where there is a real one.

    Attributes
    ----------
    pointer, is_pressed
        Where it is, px, or None; whether its button is down.
    keys
        What was pressed last, as it is written on keys; empty for nothing.
    """

    def __init__(self, over: QWidget, *, has_arrow: bool = True) -> None:
        super().__init__(over)
        self._has_arrow = has_arrow
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pointer: QPointF | None = None
        self.is_pressed = False
        self.keys = ""
        self._bright: QRect | None = None
        over.installEventFilter(self)
        self.setGeometry(over.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as large as what is covered."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def set_pointer(self, place: QPointF | None, is_pressed: bool = False) -> None:
        """Show a pointer, or none; around it a ring while its button is down."""
        for at in (self.pointer, place):
            if at is not None:
                self.update(self._around(at))
        self.pointer, self.is_pressed = place, is_pressed

    def set_bright(self, part: QRect | None) -> None:
        """Dim everything but a part; None dims nothing."""
        if part != self._bright:
            self._bright = part
            self.update()

    def set_keys(self, keys: str) -> None:
        """Show what was pressed."""
        if keys != self.keys:
            self.keys = keys
            self.update()

    def _around(self, place: QPointF) -> QRect:
        far = zoomed(_HALO) + 2
        return QRectF(place.x() - far, place.y() - far, 2 * far, 2 * far).toAlignedRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is, from below to above."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._bright is not None:
            around = QPainterPath()
            around.addRect(QRectF(self.rect()))
            inside = QPainterPath()
            inside.addRoundedRect(QRectF(self._bright), 4, 4)
            color = QColor(self.palette().window().color())
            color.setAlphaF(1.0 - _DIM)
            painter.fillPath(around - inside, color)
        if self.pointer is not None:
            self._paint_pointer(painter, self.pointer)
        if self.keys:
            self._paint_keys(painter)

    def _paint_pointer(self, painter: QPainter, place: QPointF) -> None:
        accent = QColor(colors_of(self).accent)
        halo = QColor(accent)
        halo.setAlphaF(0.35 if self.is_pressed else 0.18)
        radius = zoomed(_HALO) * (0.75 if self.is_pressed else 1.0)
        painter.setPen(QPen(accent, 2.0) if self.is_pressed else Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(place, radius, radius)
        if not self._has_arrow:
            return
        height = zoomed(20)
        arrow = QPolygonF([place + QPointF(x * height, y * height) for x, y in _ARROW])
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.setBrush(QColor("#000000"))
        painter.drawPolygon(arrow)

    def _paint_keys(self, painter: QPainter) -> None:
        """In the middle of the lower edge."""
        font = QFont(self.font())
        font.setPixelSize(zoomed(_LETTERS))
        painter.setFont(font)
        space = zoomed(8)
        size = painter.fontMetrics().boundingRect(self.keys).size()
        box = QRectF(0, 0, size.width() + 3 * space, size.height() + space)
        box.moveCenter(QPointF(self.width() / 2, self.height() - box.height() / 2 - 2 * space))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 200))
        painter.drawRoundedRect(box, space / 2, space / 2)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.keys)
