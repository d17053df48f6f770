"""Marks that say how something stands, and buttons whose text wraps."""

from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from regplay.gui.lessons.markdown_view import TextLine, WrappedText
from regplay.gui.theme import DARK, LIGHT, blend, colors_of, line_color, refusal_color
from regplay.gui.widgets import Button, paint_focus_ring

_MARK = 14  # px, across


class StatusMark(Enum):
    """What a mark says; the value is that in words."""

    OPEN = "not shown yet"
    SHOWN = "shown"
    CHOICE = "a choice"
    CHOSEN = "your choice"
    RIGHT = "right"
    WRONG = "wrong"
    OTHER = "not chosen"


_TICK = (((-3.4, 0.2), (-1.0, 2.8), (3.6, -2.8)),)
_CROSS = (((-2.6, -2.6), (2.6, 2.6)), ((-2.6, 2.6), (2.6, -2.6)))
# Lines on a disc; other marks are circles.
_SIGNS = {StatusMark.SHOWN: _TICK, StatusMark.RIGHT: _TICK, StatusMark.WRONG: _CROSS}


def _mark_color(mark: StatusMark, palette: QPalette) -> QColor:
    if mark in (StatusMark.SHOWN, StatusMark.RIGHT):
        # The plots' green is too light for a mark on a light ground.
        return QColor(DARK.fit) if colors_of(palette).dark else QColor(LIGHT.fit).darker(135)
    if mark is StatusMark.WRONG:
        return refusal_color(palette)
    if mark is StatusMark.CHOSEN:
        return palette.windowText().color()
    return line_color(palette, 0.35 if mark is StatusMark.OTHER else 0.6)


class StatusMarkView(QWidget):
    """A mark on its own, level with the first line of the text beside it."""

    def __init__(self, mark: StatusMark) -> None:
        super().__init__()
        self._mark = mark
        self._fit_text()

    def changeEvent(self, event: QEvent) -> None:
        """Stay level with text of another size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_text()

    def _fit_text(self) -> None:
        self.setFixedSize(self.sizeHint())

    def mark(self) -> StatusMark:
        """What is shown."""
        return self._mark

    def set_mark(self, mark: StatusMark) -> None:
        """Show another one."""
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as a line."""
        return QSize(_MARK + 2, self.fontMetrics().height() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        palette = self.palette()
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)  # answers stay in full colour
        color, radius = _mark_color(self._mark, palette), _MARK / 2 - 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.width() / 2, self.height() / 2)
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(color if self._mark in _SIGNS else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(), radius, radius)
        if self._mark is StatusMark.CHOSEN:
            painter.setBrush(color)
            painter.drawEllipse(QPointF(), radius / 2, radius / 2)
        style, cap = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Window), 1.8, style, cap))
        for line in _SIGNS.get(self._mark, ()):
            painter.drawPolyline([QPointF(x, y) for x, y in line])
        painter.end()


_PADDING = 7  # px between the frame and the text
_RADIUS = 4.0


class WrappedButton(Button):
    """A button whose text wraps, with a mark before it if it is given one.

    The arrow keys go to its neighbours.
    """

    def __init__(self, *lines: TextLine, mark: StatusMark | None = None) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._has_frame = True
        self._is_chosen = False
        self._indent = 0
        self._sign = StatusMarkView(StatusMark.OPEN)
        self._text = WrappedText()
        row = self._row = QHBoxLayout(self)
        row.setSpacing(_PADDING - 1)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        for part in (self._sign, self._text):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._set_margins()
        self.set_lines(*lines, mark=mark)

    def set_lines(self, *lines: TextLine, mark: StatusMark | None = None) -> None:
        """Show other text and another mark."""
        self._text.set_lines(*lines)
        self._sign.setVisible(mark is not None)
        if mark is not None:
            self._sign.set_mark(mark)
        self.setAccessibleName(("" if mark is None else f"{mark.value}: ") + self.words())

    def mark(self) -> StatusMark | None:
        """The mark before the text."""
        return None if self._sign.isHidden() else self._sign.mark()

    def words(self) -> str:
        """What is written, a line each."""
        return self._text.text()

    def set_flat(self, indent: int = 0) -> None:
        """Draw the frame only while it is pointed at or focused; start `indent` px in."""
        self._has_frame, self._indent = False, indent
        self._set_margins()

    def set_chosen(self, is_chosen: bool) -> None:
        """Point out that this is where the reader is."""
        self._is_chosen = is_chosen
        self.update()

    def _set_margins(self) -> None:
        above = _PADDING if self._has_frame else _PADDING // 2
        self._row.setContentsMargins(self._indent + _PADDING, above, _PADDING, above)

    def sizeHint(self) -> QSize:
        """What its text asks for."""
        return self._row.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return self._row.totalMinimumSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, and a tint where the reader is."""
        palette, role = self.palette(), QPalette.ColorRole
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)  # answers stay in full colour
        is_lit = self.isEnabled() and (self.underMouse() or self._is_chosen)
        if not (self._has_frame or is_lit or self.hasFocus()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = palette.color(role.Highlight) if is_lit else line_color(palette, 0.25)
        painter.setPen(QPen(edge, 1.0))
        if self._is_chosen:
            window, accent = palette.color(role.Window), palette.color(role.Highlight)
            painter.setBrush(blend(window, accent, 0.14))
        frame = QRectF(self.rect()).adjusted(self._indent + 0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
        paint_focus_ring(painter, self, frame)
        painter.end()
