"""The text of a page: lines of Markdown, whose links are clicked, never followed by themselves.

Lessons come from files that anyone may have written. So tags are shown as they are written, images
give way to the words that describe them, and the document answers every request for a resource
with nothing: Qt would otherwise read local files, and on some systems reach for shared folders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QCursor,
    QDesktopServices,
    QFont,
    QFontDatabase,
    QKeyEvent,
    QPalette,
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
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QToolTip, QWidget

from regplay.gui.theme import blend, line_color, sized
from regplay.gui.widgets import as_plain

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


class Closed(QTextDocument):
    """A document to which nothing from outside is ever added."""

    def loadResource(self, type: int, name: QUrl | str) -> QByteArray:
        """Nothing: not None, after which Qt would look for a file of that name."""
        return QByteArray()


def document(lines: Sequence[TextLine], font: QFont, palette: QPalette) -> Closed:
    """Lines below one another in the palette's colours, to be laid out at any width."""
    made = Closed()
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

    def __init__(self, *lines: TextLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self._lines = lines
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
        """Any width will do."""
        return QSize(40, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        looks = {QEvent.Type.PaletteChange, QEvent.Type.FontChange}
        if self._lines and event.type() in looks:
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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("lesson.text")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.anchorClicked.connect(self._follow)
        self.highlighted.connect(self._tell)

    def setText(self, markdown: str) -> None:
        """Show this Markdown."""
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
