"""The column at the right of the window in which a lesson is read."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from regplay.gui.controls import tones
from regplay.gui.controls.press import Press
from regplay.gui.icons import icon
from regplay.gui.lessons.contents import Contents
from regplay.gui.lessons.lines import Line
from regplay.gui.lessons.page_bar import PageBar
from regplay.gui.lessons.page_view import PageView
from regplay.gui.lessons.words import Words
from regplay.gui.naming import named
from regplay.session.lessons import Lesson

_NARROWEST, _WIDTH, _WIDEST = 280, 340, 480  # px


class LessonPanel(QWidget):
    """Shows the contents or a page, and tells what is clicked; `Guide` decides what follows.

    Alt+Left and Alt+Right turn pages wherever the focus is in the window. Page Up and Page Down
    scroll while it is in the panel, and turn pages at the ends.

    Signals
    -------
    contentsToggled
        (bool): the contents are wanted, or the page again.
    closeClicked
        The lesson is left.
    openClicked
        A lesson is to be opened from a file.
    lessonChosen
        (str): the id of a lesson, to begin it.
    pageChosen
        (int): a page of the open one, counted from 0.
    previousClicked, nextClicked, resetClicked
        The page before or after; the settings that this one begins with.
    answered
        (int): the option of the question that was chosen.
    tryClicked
        The experiment that answers the question is wanted.
    linkChosen
        (str): a link to an experiment in the text, `regplay:…`.
    """

    contentsToggled = Signal(bool)
    closeClicked = Signal()
    openClicked = Signal()
    lessonChosen = Signal(str)
    pageChosen = Signal(int)
    previousClicked = Signal()
    nextClicked = Signal()
    resetClicked = Signal()
    answered = Signal(int)
    tryClicked = Signal()
    linkChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson")
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.title = named("lesson.title", Words())
        self.contents_button = named("lesson.showContents", Press("Contents"))
        self.contents_button.setCheckable(True)
        self.contents_button.setToolTip("All lessons, and the pages of this one")
        self._close = named("lesson.close", _CloseButton())
        self._close.clicked.connect(self.closeClicked)
        self.contents = Contents()
        self.page_view = PageView()
        self.bar = PageBar()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.contents)
        self._stack.addWidget(self.page_view)
        self._compose()
        self._connect()
        for keys, clicked in (("Alt+Left", self.bar.previous), ("Alt+Right", self.bar.next)):
            QShortcut(QKeySequence(keys), self, clicked.click)

    def _compose(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 6, 2)
        head.setSpacing(6)
        head.addWidget(self.title, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.contents_button, self._close):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(self.bar)

    def _connect(self) -> None:
        self.contents_button.clicked.connect(self.contentsToggled)
        contents, page, bar = self.contents, self.page_view, self.bar
        contents.lessonChosen.connect(self.lessonChosen)
        contents.openClicked.connect(self.openClicked)
        contents.pageChosen.connect(lambda number: self.pageChosen.emit(number - 1))
        page.pageChosen.connect(lambda number: self.pageChosen.emit(number - 1))
        page.linkChosen.connect(self.linkChosen)
        page.answered.connect(self.answered)
        page.tryClicked.connect(self.tryClicked)
        bar.previousClicked.connect(self.previousClicked)
        bar.nextClicked.connect(self.nextClicked)
        bar.resetClicked.connect(self.resetClicked)

    # what is shown

    def showsContents(self) -> bool:
        """Whether the contents are shown, not a page."""
        return self._stack.currentWidget() is self.contents

    def showContents(
        self,
        lessons: Sequence[Lesson],
        position: tuple[str, int] | None,
        shown: Mapping[str, int],
    ) -> None:
        """Show the list of lessons, as `Contents.setLessons` takes it."""
        self.title.setLines(Line("Lessons", is_bold=True, is_plain=True))
        self.contents.setLessons(lessons, position, shown)
        self._show(self.contents, has_page=position is not None)
        self.contents.focusChosen()

    def showPage(
        self,
        lesson: Lesson,
        page: int,
        shown: Collection[int],
        answer: int | None,
        next_lesson: str = "",
    ) -> None:
        """Show a page from its beginning.

        Parameters
        ----------
        page
            Counted from 0.
        shown
            Indices of its claims that are ticked.
        answer
            To its question, as `QuestionView.setQuestion` takes it.
        next_lesson
            The title of the lesson that follows.
        """
        self.title.setLines(Line(lesson.title, is_quiet=True, is_plain=True))
        self.page_view.setPage(lesson.pages[page], shown, answer)
        self.bar.setPage(page, len(lesson.pages), next_lesson)
        self.showAgain()

    def showAgain(self) -> None:
        """Show the page again that was shown before the contents."""
        had_focus = self.contents.isAncestorOf(self.focusWidget() or self)
        self._show(self.page_view, has_page=True)
        if had_focus:
            self.page_view.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def setShown(self, shown: Collection[int]) -> None:
        """Tick these claims of the page and no others."""
        self.page_view.claims.setShown(shown)

    def setAnswer(self, answer: int | None) -> None:
        """Show what is right, as `QuestionView.setAnswer` takes it."""
        self.page_view.setAnswer(answer)

    def _show(self, view: QWidget, *, has_page: bool) -> None:
        is_page = view is self.page_view
        self._stack.setCurrentWidget(view)
        self.bar.setVisible(is_page)
        self.contents_button.setChecked(not is_page)
        self.contents_button.setVisible(has_page)

    def sizeHint(self) -> QSize:
        """340 px wide; as tall as there is room."""
        return QSize(_WIDTH, 640)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Up and Page Down, which nothing in the panel took; Escape leaves the contents."""
        by = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if by is not None and not self.showsContents():
            if not self.page_view.scrollScreen(by):
                (self.bar.next if by > 0 else self.bar.previous).click()
        elif event.key() == Qt.Key.Key_Escape and self.contents_button.isChecked():
            self.contents_button.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line at the left, where the window's other parts end."""
        painter = QPainter(self)
        painter.fillRect(0, 0, 1, self.height(), tones.line(self.palette(), 0.2))
        painter.end()


class _CloseButton(QToolButton):
    """A cross in the colour of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("Leave the lesson; the settings stay as they are")
        self.setAccessibleName("Leave the lesson")
        self.setIcon(icon("close", self.palette()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.setIcon(icon("close", self.palette()))
