"""The text of a page: Markdown whose links are clicked, never followed by themselves.

Lessons come from files that anyone may have written. So tags are shown as they are written, images
give way to the words that describe them, and the document answers every request for a resource
with nothing: Qt would otherwise read local files, and on some systems reach for shared folders.
"""

from math import ceil

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
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
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QToolTip, QWidget

from regplay.gui.theme import line_color, sized

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_LINE_HEIGHT = 124.0  # % of the font's
_PARAGRAPH, _ITEM = 7.0, 2.0  # px below a paragraph, below an entry of a list
_INDENT = 18.0  # px, of a list or a quotation
_HEADING = {1: 1.25, 2: 1.15}  # sizes, in those of the text; deeper ones are only bold
_CODE = 0.93


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
    _describe_images(made)
    for block in _blocks(made):
        _space(block, is_last=not block.next().isValid())
        _color(block, font, palette)
    for frame in made.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _rule(frame, line_color(palette, 0.3))
    return made


def _blocks(made: QTextDocument) -> list[QTextBlock]:
    blocks, block = [], made.begin()
    while block.isValid():
        blocks.append(block)
        block = block.next()
    return blocks


def _pieces(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """Position, length and format of each stretch of one format."""
    pieces, place = [], block.begin()
    while not place.atEnd():
        piece = place.fragment()
        pieces.append((piece.position(), piece.length(), piece.charFormat()))
        place += 1
    return pieces


def _chosen(made: QTextDocument, position: int, length: int) -> QTextCursor:
    cursor = QTextCursor(made)
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def _describe_images(made: QTextDocument) -> None:
    """Put what is said of each image in its place."""
    found = [piece for block in _blocks(made) for piece in _pieces(block)]
    for position, length, style in reversed(found):
        if style.isImageFormat():
            words = style.stringProperty(QTextFormat.Property.ImageAltText) or "image"
            _chosen(made, position, length).insertText(f"[{words}]", QTextCharFormat())


def _is_code(block: QTextBlock) -> bool:
    return block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeLanguage)


def _space(block: QTextBlock, *, is_last: bool) -> None:
    old = block.blockFormat()
    cursor = QTextCursor(block)
    is_item = cursor.currentList() is not None
    below = _ITEM if is_item and QTextCursor(block.next()).currentList() else _PARAGRAPH
    if _is_code(block) and _is_code(block.next()):
        below = 0.0
    style = QTextBlockFormat()
    style.setTopMargin(_PARAGRAPH if old.headingLevel() and block.position() else 0.0)
    style.setBottomMargin(0.0 if is_last or cursor.currentTable() else below)
    proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
    style.setLineHeight(100.0 if _is_code(block) else _LINE_HEIGHT, proportional)
    style.setNonBreakableLines(False)
    if old.hasProperty(QTextFormat.Property.BlockQuoteLevel):
        style.setLeftMargin(_INDENT * old.intProperty(QTextFormat.Property.BlockQuoteLevel))
        style.setRightMargin(0.0)
    cursor.mergeBlockFormat(style)


def _color(block: QTextBlock, font: QFont, palette: QPalette) -> None:
    ground = QBrush(line_color(palette, 0.09))
    if _is_code(block):
        style = QTextBlockFormat()
        style.setBackground(ground)
        QTextCursor(block).mergeBlockFormat(style)
    level = block.blockFormat().headingLevel()
    is_quotation = block.blockFormat().hasProperty(QTextFormat.Property.BlockQuoteLevel)
    for position, length, old in _pieces(block):
        new = QTextCharFormat()
        if level:
            new.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            new.setProperty(
                QTextFormat.Property.FontPixelSize,
                sized(font, _HEADING.get(level, 1.0)).pixelSize(),
            )
        if old.fontFixedPitch():
            family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
            new.setFontFamilies([family])
            new.setProperty(QTextFormat.Property.FontPixelSize, sized(font, _CODE).pixelSize())
            if not _is_code(block):
                new.setBackground(ground)
        if old.isAnchor():
            new.setForeground(QBrush(palette.color(QPalette.ColorRole.Link)))
            new.setFontUnderline(True)
        elif is_quotation:
            new.setForeground(QBrush(line_color(palette, 0.75)))
        _chosen(block.document(), position, length).mergeCharFormat(new)


def _rule(table: QTextTable, color: QColor) -> None:
    style: QTextTableFormat = table.format()
    style.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    style.setCellPadding(3)
    style.setCellSpacing(0)
    style.setBorder(1)
    style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    style.setBorderCollapse(True)
    style.setBorderBrush(QBrush(color))
    style.setTopMargin(_PARAGRAPH)
    style.setBottomMargin(_PARAGRAPH)
    table.setFormat(style)
    _mend_head(table)


def _mend_head(table: QTextTable) -> None:
    """Take away the empty line that Qt may begin the first cell with; align heads as columns."""
    first = table.cellAt(0, 0)
    cursor = first.firstCursorPosition()
    if first.lastPosition() > first.firstPosition() and not cursor.block().text():
        cursor.deleteChar()
    for column in range(table.columns() if table.rows() > 1 else 0):
        below = table.cellAt(1, column).firstCursorPosition().blockFormat()
        style = QTextBlockFormat()
        style.setAlignment(below.alignment())
        table.cellAt(0, column).firstCursorPosition().mergeBlockFormat(style)


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
