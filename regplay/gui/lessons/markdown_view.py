"""The text of a page: Markdown whose links are clicked, never followed by themselves.

Lessons come from files that anyone may have written. So tags are shown as they are written, images
give way to the words that describe them, and the document answers every request for a resource
with nothing: Qt would otherwise read local files, and on some systems reach for shared folders.
"""

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
    QTextFormat,
    QTextOption,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QToolTip, QWidget

from regplay.gui.theme import line_color, sized

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_LINE_HEIGHT = 124.0  # % of the font's
_BELOW = 7.0  # px below a paragraph
_INDENT = 18.0  # px, of a list
_CODE = 0.93  # of the text


class Closed(QTextDocument):
    """A document to which nothing from outside is ever added."""

    def loadResource(self, type: int, name: QUrl | str) -> QByteArray:
        """Nothing: not None, after which Qt would look for a file of that name."""
        return QByteArray()


def document(markdown: str, font: QFont, palette: QPalette) -> Closed:
    """Markdown in the palette's colours, to be laid out at any width."""
    made = Closed()
    made.setDefaultFont(font)
    made.setDocumentMargin(0)
    made.setIndentWidth(_INDENT)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    made.setDefaultTextOption(option)
    made.setMarkdown(markdown, _FEATURES)
    _format_pieces(made, sized(font, _CODE), palette)
    block = made.begin()
    while block.isValid():
        _space(block)
        block = block.next()
    for table in made.rootFrame().childFrames():
        first = table.firstCursorPosition()
        if isinstance(table, QTextTable) and not first.block().text():
            first.deleteChar()  # the empty line that Qt begins the first cell with
    return made


def _format_pieces(made: QTextDocument, code: QFont, palette: QPalette) -> None:
    """Put what is said of each image in its place; give code and links their looks."""
    code.setFamily(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
    for position, length, style in reversed(_pieces(made)):
        cursor = QTextCursor(made)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        if style.isImageFormat():
            words = style.stringProperty(QTextFormat.Property.ImageAltText) or "image"
            cursor.insertText(f"[{words}]", QTextCharFormat())
            continue
        new = QTextCharFormat()
        if style.fontFixedPitch():
            new.setFont(code)
            new.setBackground(QBrush(line_color(palette, 0.09)))
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
    style = QTextBlockFormat()
    style.setTopMargin(0.0)
    follows = block.next()
    is_inside = QTextCursor(block).currentTable() or (_is_code(block) and _is_code(follows))
    style.setBottomMargin(0.0 if is_inside or not follows.isValid() else _BELOW)
    proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
    style.setLineHeight(_LINE_HEIGHT, proportional)
    style.setNonBreakableLines(False)  # of code
    QTextCursor(block).mergeBlockFormat(style)


_WIDTH = 200  # px, asked for
_LONGEST_NUMBER = 3  # digits of that of a page


class TextView(QTextBrowser):
    """As tall as its text: what it stands in scrolls.

    Nothing is ever loaded, neither from the network nor from this machine. The address of a link is
    shown while it is pointed at or focused. A click opens `http` and `https` in the system's
    browser; `page:3` and `regplay:…` come out as signals; all other kinds do nothing.

    Signals
    -------
    page_chosen
        (int): a link to a page of this lesson, counted from 1.
    link_chosen
        (str): a link to an experiment, `regplay:…`.
    link_focused
        (QRect): where the link is that the keyboard has come to.
    """

    page_chosen = Signal(int)
    link_chosen = Signal(str)
    link_focused = Signal(QRect)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.text")
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._markdown = ""
        self._ruler = document("", self.font(), self.palette())  # tells heights at other widths
        self.anchorClicked.connect(self._follow)
        self.highlighted.connect(self._tell)

    def setText(self, markdown: str) -> None:
        """Show this Markdown."""
        self._markdown = markdown
        shown = document(markdown, self.font(), self.palette())
        shown.setParent(self)
        self.setDocument(shown)  # which deletes the one before
        self._ruler = document(markdown, self.font(), self.palette())
        self.updateGeometry()

    def text(self) -> str:
        """The Markdown that is shown."""
        return self._markdown

    def loadResource(self, type: int, name: QUrl | str) -> QByteArray:
        """Nothing, whatever it is."""
        return QByteArray()

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        self._ruler.setTextWidth(width)
        return ceil(self._ruler.size().height())

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, 0)

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
        QToolTip.showText(place, words, self)

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self.setText(self._markdown)
