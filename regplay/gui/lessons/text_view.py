"""The text of a page: Markdown whose links are clicked, never followed by themselves."""

from math import ceil

from PySide6.QtCore import QByteArray, QEvent, QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCursor, QDesktopServices, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QToolTip, QWidget

from regplay.gui.lessons.markdown import document

_WIDTH = 200  # px, asked for
_LONGEST_NUMBER = 3  # digits of that of a page


class TextView(QTextBrowser):
    """As tall as its text: what it stands in scrolls.

    Nothing is ever loaded, neither from the network nor from this machine. The address of a link is
    shown while it is pointed at or focused. A click opens `http` and `https` in the system's
    browser; `page:3` and `regplay:…` come out as signals; all other kinds do nothing.

    Signals
    -------
    pageChosen
        (int): a link to a page of this lesson, counted from 1.
    linkChosen
        (str): a link to an experiment, `regplay:…`.
    linkFocused
        (QRect): where the link is that the keyboard has come to.
    """

    pageChosen = Signal(int)
    linkChosen = Signal(str)
    linkFocused = Signal(QRect)

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
                    self.pageChosen.emit(int(number))
            case "regplay":
                self.linkChosen.emit(url.toString())

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
            self.linkFocused.emit(self.cursorRect())
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
