"""What lies over the whole window: a pointer, keys, dimmed surroundings."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from regplay.gui.theme import colors_of, zoomed
from regplay.gui.widgets import application

_DIM = 0.55  # opacity of what covers the surroundings
_HALO = 16  # px at 100 %, radius
_HEIGHT = 20  # px at 100 %, of the arrow
KEYS_SECONDS = 1.5  # that keys are shown after they were pressed
_LAID_OUT = (QEvent.Type.Resize, QEvent.Type.LayoutRequest)
_LETTERS = 18  # px at 100 %
# An arrow that points up and left, in units of its height.
_ARROW = ((0, 0), (0, 0.82), (0.19, 0.65), (0.31, 0.95), (0.44, 0.9), (0.32, 0.6), (0.57, 0.58))


class GlassPane(QWidget):
    """Covers a widget, whatever its size, while there is something to show on it.

    Mouse and keys go through it.

    Parameters
    ----------
    over
        What it covers.
    controls
        A part of that, above whose lower edge keys are shown: there is the least to be read.
    plots
        Another part, which may need more room than there is.

    Attributes
    ----------
    pointer, is_pressed
        Where it is, px, or None; whether its button is down.
    keys
        What was pressed last, as it is written on keys; empty for nothing.

    Signals
    -------
    arranged
        What is covered, or the plots, have another size, or are laid out anew.
    """

    arranged = Signal()

    def __init__(self, over: QWidget, controls: QWidget, plots: QWidget) -> None:
        super().__init__(over)
        self._over, self._controls, self._plots = over, controls, plots
        self._followers: dict[str, bool] = {}  # who wants the mouse followed; by an arrow, too
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pointer: QPointF | None = None
        self.is_pressed = False
        self.keys = ""
        self._bright: Sequence[QRect] = ()
        self._strength = 1.0
        over.installEventFilter(self)
        plots.installEventFilter(self)
        self.setGeometry(over.rect())
        self.hide()

    def follow_mouse(self, who: str, *, with_arrow: bool) -> None:
        """Let the pointer be where the mouse is, until nobody wants that any more.

        Parameters
        ----------
        with_arrow
            Whether to draw the arrow, which is in no picture of a window.
        """
        if not self._followers:
            application().installEventFilter(self)
        self._followers[who] = with_arrow
        self.update()

    def leave_mouse(self, who: str) -> None:
        """This one wants the mouse followed no longer."""
        if self._followers.pop(who, None) is not None and not self._followers:
            application().removeEventFilter(self)
            self.set_pointer(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as large as what is covered; follow the mouse where that is wanted."""
        if event.type() in _LAID_OUT and watched in (self._over, self._plots):
            self.setGeometry(self._over.rect())
            self.arranged.emit()
        if not (self._followers and isinstance(event, QMouseEvent)):
            return False
        # Of the window, which is told of all; widgets that don't track the mouse are not.
        if watched is self.window().windowHandle():
            self.set_pointer(self.mapFromGlobal(event.globalPosition()), bool(event.buttons()))
        return False

    def _appear(self) -> None:
        """Be there where there is something to show: it would be painted with each frame."""
        is_wanted = self.pointer is not None or bool(self.keys) or bool(self._bright)
        if is_wanted != (not self.isHidden()):
            self.setVisible(is_wanted)
            self.raise_()

    def set_pointer(self, place: QPointF | None, is_pressed: bool = False) -> None:
        """Show a pointer, or none; around it a ring while its button is down."""
        for at in (self.pointer, place):
            if at is not None:
                self.update(self._around(at))
        self.pointer, self.is_pressed = place, is_pressed
        self._appear()

    def set_bright(self, parts: Sequence[QRect], strength: float = 1.0) -> None:
        """Dim everything but some parts, as much as usual or less; without any, nothing."""
        if (parts, strength) != (self._bright, self._strength):
            self._bright, self._strength = parts, strength
            self._appear()
            self.update()

    def set_keys(self, keys: str) -> None:
        """Show what was pressed."""
        if keys != self.keys:
            self.keys = keys
            self._appear()
            self.update()

    def _around(self, place: QPointF) -> QRect:
        far = zoomed(_HEIGHT) + 2  # the arrow reaches farther than the halo
        return QRectF(place.x() - far, place.y() - far, 2 * far, 2 * far).toAlignedRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is, from below to above."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._bright:
            around = QPainterPath()
            around.addRect(QRectF(self.rect()))
            inside = QPainterPath()
            for part in self._bright:
                inside.addRoundedRect(QRectF(part), 4, 4)
            color = QColor(self.palette().window().color())
            color.setAlphaF(_DIM * self._strength)
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
        if self._followers and not any(self._followers.values()):
            return
        height = zoomed(_HEIGHT)
        arrow = QPolygonF([place + QPointF(x * height, y * height) for x, y in _ARROW])
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.setBrush(QColor("#000000"))
        painter.drawPolygon(arrow)

    def keys_rect(self) -> QRectF:
        """Where keys are shown, px."""
        space = zoomed(8)
        size = QFontMetricsF(self._keys_font()).boundingRect(self.keys).size()
        box = QRectF(0, 0, size.width() + 3 * space, size.height() + space)
        area = QRectF(self._controls.rect())
        area.moveTopLeft(QPointF(self._controls.mapTo(self._over, QPoint(0, 0))))
        left = max(area.center().x() - box.width() / 2, space)
        box.moveBottomLeft(QPointF(left, area.bottom() - space))
        return box

    def _keys_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(zoomed(_LETTERS))
        return font

    def _paint_keys(self, painter: QPainter) -> None:
        box, round_by = self.keys_rect(), zoomed(4)
        painter.setFont(self._keys_font())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 200))
        painter.drawRoundedRect(box, round_by, round_by)
        painter.setPen(QColor("#ffffff"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.keys)
