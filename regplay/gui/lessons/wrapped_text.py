"""What pages are made of: text that wraps, marks that say how something stands, and buttons.

A `QLabel` with word wrap would do for plain text, but not for what a lesson says: it reads the
images that its Markdown names from the disk, takes HTML, and cuts a name longer than its width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from regplay.gui.lessons.markdown_view import document
from regplay.gui.theme import DARK, LIGHT, blend, colors_of, line_color, refusal_color, sized
from regplay.gui.widgets import Button, paint_focus_ring

_GAP = 3.0  # px between lines
_WIDTH = 200  # px, asked for; the height follows from the width there is


@dataclass(frozen=True)
class TextLine:
    """Some text and how it is written; what is long wraps."""

    text: str
    size: float = 1.0  # in that of the widget's font
    is_bold: bool = False
    is_quiet: bool = False
    is_accent: bool = False
    is_plain: bool = False  # else it is Markdown
    is_code: bool = False  # plain, in letters of one width


class WrappedText(QWidget):
    """Some `TextLine`s below one another, in full colour also in a button; links do nothing."""

    def __init__(self, *lines: TextLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._lines: Sequence[TextLine] = lines
        self._lay_out()

    def set_lines(self, *lines: TextLine) -> None:
        """Show other text."""
        if lines != self._lines:
            self._lines = lines
            self._lay_out()

    def text(self) -> str:
        """What is written, a line each."""
        return "\n".join(line.text for line in self._lines)

    def _lay_out(self) -> None:
        palette = self.palette()
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)
        self._drawn = [
            (_made(line, self.font(), palette), _color(line, palette)) for line in self._lines
        ]
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        total = 0.0
        for made, _ in self._drawn:
            _fit(made, width)
            total += made.size().height() + _GAP
        return ceil(max(total - _GAP, 0.0))

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the lines."""
        painter = QPainter(self)
        for made, color in self._drawn:
            _fit(made, self.width())
            _draw(made, painter, color)
            painter.translate(0, made.size().height() + _GAP)
        painter.end()


def _made(line: TextLine, font: QFont, palette: QPalette) -> QTextDocument:
    font = sized(font, line.size)
    if line.is_code:
        font.setFamily(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
    font.setBold(line.is_bold)
    if not (line.is_code or line.is_plain):
        return document(line.text, font, palette)
    made = document("", font, palette)
    made.setPlainText(line.text)
    return made


def _color(line: TextLine, palette: QPalette) -> QColor:
    if line.is_accent:
        return blend(palette.color(QPalette.ColorRole.Highlight), palette.windowText().color(), 0.3)
    return line_color(palette, 0.7) if line.is_quiet else palette.windowText().color()


def _fit(made: QTextDocument, width: float) -> None:
    if made.textWidth() != width:
        made.setTextWidth(width)


def _draw(made: QTextDocument, painter: QPainter, color: QColor) -> None:
    context = QAbstractTextDocumentLayout.PaintContext()
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Text, color)
    context.palette = palette  # type: ignore[attr-defined]
    made.documentLayout().draw(painter, context)


_MARK = 14  # px, across
_TICK = ((-3.4, 0.2), (-1.0, 2.8), (3.6, -2.8))
_CROSS = (((-2.6, -2.6), (2.6, 2.6)), ((-2.6, 2.6), (2.6, -2.6)))


class StatusMark(Enum):
    """What a mark says; the value is that in words."""

    OPEN = "not shown yet"
    SHOWN = "shown"
    CHOICE = "a choice"
    CHOSEN = "your choice"
    RIGHT = "right"
    WRONG = "wrong"
    OTHER = "not chosen"


def _draw_mark(painter: QPainter, middle: QPointF, mark: StatusMark, palette: QPalette) -> None:
    """An empty circle, or a disc with a tick or a cross in it, `_MARK` px across."""
    color = _mark_color(mark, palette)
    radius = _MARK / 2 - 1
    painter.setPen(QPen(color, 1.4))
    is_filled = mark in (StatusMark.SHOWN, StatusMark.RIGHT, StatusMark.WRONG)
    painter.setBrush(color if is_filled else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, radius, radius)
    if mark is StatusMark.CHOSEN:
        painter.setBrush(color)
        painter.drawEllipse(middle, radius / 2, radius / 2)
    if not is_filled:
        return
    painter.setPen(
        QPen(
            palette.color(QPalette.ColorRole.Window),
            1.8,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
        )
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark is StatusMark.WRONG:
        for (ax, ay), (bx, by) in _CROSS:
            painter.drawLine(middle + QPointF(ax, ay), middle + QPointF(bx, by))
    else:
        painter.drawPolyline(QPolygonF([middle + QPointF(x, y) for x, y in _TICK]))


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

    def __init__(self, mark: StatusMark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_mark(painter, QPointF(self.width() / 2, self.height() / 2), self._mark, palette)
        painter.end()


_PADDING = 7  # px between the frame and the text
_RADIUS = 4.0


class WrappedButton(Button):
    """A button whose text wraps, with a mark before it if it is given one.

    The arrow keys go to its neighbours.
    """

    def __init__(
        self, *lines: TextLine, mark: StatusMark | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
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
