"""Texts that wrap: lines of Markdown in views and in buttons, and marks that stand before them.

Links are clicked, never followed by themselves. Lessons come from files that anyone may have
written. So tags are shown as they are written, images give way to the words that describe them,
and the document answers every request for a resource with nothing: Qt would otherwise read local
files, and on some systems reach for shared folders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from PySide6.QtCore import QByteArray, QEvent, QPointF, QRect, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QCursor,
    QDesktopServices,
    QFont,
    QFontDatabase,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFormat,
    QTextOption,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QTextBrowser, QToolTip, QWidget

from regplay.gui.theme import DARK, LIGHT, blend, colors_of, line_color, refusal_color, sized
from regplay.gui.widgets import LOOK_EVENTS, Button, as_plain, paint_focus_ring

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_LINE_HEIGHT = 124.0  # % of the font's
_BELOW = 7.0  # px below a paragraph
_GAP = 3.0  # px below a line
_INDENT = 18.0  # px, of a list
_CODE = 0.93  # of the text


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


class LocalDocument(QTextDocument):
    """A document to which nothing from outside is ever added."""

    def loadResource(self, type: int, name: QUrl | str) -> QByteArray:
        """Nothing: not None, after which Qt would look for a file of that name."""
        return QByteArray()


def document(lines: Sequence[TextLine], font: QFont, palette: QPalette) -> LocalDocument:
    """Lines below one another in the palette's colours, to be laid out at any width."""
    made = LocalDocument()
    made.setDefaultFont(sized(font, lines[0].size) if lines else font)
    made.setDocumentMargin(0)
    made.setIndentWidth(_INDENT)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    made.setDefaultTextOption(option)
    cursor = QTextCursor(made)
    for number, line in enumerate(lines):
        if number:
            between = cursor.blockFormat()
            between.setBottomMargin(_GAP)
            cursor.setBlockFormat(between)
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        start, block = cursor.position(), cursor.block()
        if line.is_plain or line.is_code:
            cursor.insertText(line.text)
        elif len(lines) == 1:
            made.setMarkdown(line.text, _FEATURES)
            block = made.begin()
        else:
            cursor.insertFragment(QTextDocumentFragment.fromMarkdown(line.text, _FEATURES))
        _format(made, start, line, sized(font, line.size), palette)
        while block.isValid():
            _space(block)
            block = block.next()
        cursor.movePosition(QTextCursor.MoveOperation.End)
    for table in made.rootFrame().childFrames():
        first = table.firstCursorPosition()
        if isinstance(table, QTextTable) and not first.block().text():
            first.deleteChar()  # the empty line that Qt begins the first cell with
    return made


def _format(
    made: QTextDocument, start: int, line: TextLine, font: QFont, palette: QPalette
) -> None:
    """Give the pieces from a position on their looks; what is said of an image is in its place."""
    code = sized(font, _CODE)
    code.setFamily(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
    color = palette.windowText().color()
    if line.is_accent:
        color = blend(palette.color(QPalette.ColorRole.Highlight), color, 0.3)
    elif line.is_quiet:
        color = line_color(palette, 0.7)
    for position, length, style in reversed(_pieces(made)):
        if position < start:
            return
        cursor, new = QTextCursor(made), QTextCharFormat()
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        new.setForeground(QBrush(color))
        if font.pixelSize() != made.defaultFont().pixelSize():
            new.setProperty(QTextFormat.Property.FontPixelSize, font.pixelSize())
        if line.is_bold:
            new.setFontWeight(QFont.Weight.Bold)
        if style.isImageFormat():
            words = style.stringProperty(QTextFormat.Property.ImageAltText) or "image"
            cursor.insertText(f"[{words}]", new)
            continue
        if style.fontFixedPitch():
            new.setFont(code)
            new.setBackground(QBrush(line_color(palette, 0.09)))
        elif line.is_code:
            new.setFont(code)
        if style.isAnchor():
            new.setForeground(QBrush(palette.color(QPalette.ColorRole.Link)))
            new.setFontUnderline(True)
        cursor.mergeCharFormat(new)


def _pieces(made: QTextDocument) -> list[tuple[int, int, QTextCharFormat]]:
    """Position, length and format of each stretch of one format."""
    pieces, block = [], made.begin()
    while block.isValid():
        place = block.begin()
        while not place.atEnd():
            piece = place.fragment()
            pieces.append((piece.position(), piece.length(), piece.charFormat()))
            place += 1
        block = block.next()
    return pieces


def _is_code(block: QTextBlock) -> bool:
    return block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeLanguage)


def _space(block: QTextBlock) -> None:
    follows = block.next()
    is_inside = QTextCursor(block).currentTable() or (_is_code(block) and _is_code(follows))
    style = QTextBlockFormat()
    style.setTopMargin(0.0)
    style.setBottomMargin(0.0 if is_inside or not follows.isValid() else _BELOW)
    proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
    style.setLineHeight(_LINE_HEIGHT, proportional)
    style.setNonBreakableLines(False)  # of code
    QTextCursor(block).mergeBlockFormat(style)


_WIDTH = 200  # px, asked for
_LONGEST_NUMBER = 3  # digits of that of a page


class WrappedText(QTextBrowser):
    """Some `TextLine`s as tall as they are, in full colour also in a button; links do nothing."""

    _lines: Sequence[TextLine] = ()  # Qt tells of changes while it constructs

    def __init__(self, *lines: TextLine) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.viewport().setAutoFillBackground(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_lines(*lines)

    def set_lines(self, *lines: TextLine) -> None:
        if lines != self._lines:
            self._lines = lines
            self._lay_out()

    def text(self) -> str:
        """What is written, a line each."""
        return "\n".join(line.text for line in self._lines)

    def _lay_out(self) -> None:
        palette = self.palette()
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)
        shown = document(self._lines, self.font(), palette)
        shown.setParent(self)
        self.setDocument(shown)  # which deletes the one before
        self._ruler = document(self._lines, self.font(), palette)  # tells heights at other widths
        self.setAccessibleName(self.text())
        self.updateGeometry()

    def loadResource(self, type: int, name: QUrl | str) -> QByteArray:
        """Nothing, whatever it is."""
        return QByteArray()

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        if not self._lines:
            return 0
        self._ruler.setTextWidth(width)
        return ceil(self._ruler.size().height())

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self._lines and event.type() in LOOK_EVENTS:
            self._lay_out()


class TextView(WrappedText):
    """Markdown whose links can be followed; what it stands in scrolls.

    The address of a link is shown while it is pointed at or focused. A click opens `http` and
    `https` in the system's browser; `page:3` and `regplay:…` come out as signals; all other kinds
    do nothing.
    """

    page_chosen = Signal(int)  # a link to a page of this lesson, counted from 1
    link_chosen = Signal(str)  # a link to an experiment, `regplay:…`
    link_focused = Signal(QRect)  # where the link is that the keyboard has come to

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lesson.text")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.anchorClicked.connect(self._follow)
        self.highlighted.connect(self._tell)

    def setText(self, markdown: str) -> None:
        self.set_lines(TextLine(markdown))

    def _follow(self, url: QUrl) -> None:
        match url.scheme():
            case "http" | "https":
                QDesktopServices.openUrl(url)
            case "page":
                number = url.path()
                if number.isdecimal() and len(number) <= _LONGEST_NUMBER:
                    self.page_chosen.emit(int(number))
            case "regplay":
                self.link_chosen.emit(url.toString())

    def _tell(self, url: QUrl) -> None:
        """Show where a link leads."""
        match url.scheme():
            case "http" | "https":
                words = url.toString()
            case "page":
                words = f"Page {url.path()}"
            case "regplay":
                words = "Work on this experiment"
            case _:
                words = ""
        place = QCursor.pos()
        if not self.underMouse():
            place = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        QToolTip.showText(place, as_plain(words), self)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Go to the next link, and on from the last one."""
        is_here = super().focusNextPrevChild(next)
        if is_here and self.hasFocus():
            self.link_focused.emit(self.cursorRect())
        return is_here

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys that scroll, or turn pages, to what the text stands in."""
        keys = {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Up, Qt.Key.Key_Down}
        keys |= {Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right}
        if event.key() in keys and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)


# marks and buttons

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
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def mark(self) -> StatusMark:
        return self._mark

    def set_mark(self, mark: StatusMark) -> None:
        self._mark = mark
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_MARK + 2, self.fontMetrics().height() + 3)

    def paintEvent(self, event: QPaintEvent) -> None:
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

    def set_flat(self, indent: int) -> None:
        """Draw the frame only while it is pointed at or focused; start `indent` px in."""
        self._has_frame, self._indent = False, indent
        self._set_margins()

    def set_chosen(self) -> None:
        """Point out that this is where the reader is."""
        self._is_chosen = True
        self.update()

    def _set_margins(self) -> None:
        above = _PADDING if self._has_frame else _PADDING // 2
        self._row.setContentsMargins(self._indent + _PADDING, above, _PADDING, above)

    def sizeHint(self) -> QSize:
        return self._row.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
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
