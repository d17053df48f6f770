"""The column at the right of the window in which a lesson is read."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from regplay.gui.lessons.page_view import PageView
from regplay.gui.lessons.wrapped_text import Line, WrappedButton, WrappedText
from regplay.gui.theme import line_color
from regplay.gui.widgets import CloseButton, Press, ScrolledColumn, named, take_out
from regplay.session.lessons import Lesson, Reached, Score

_SMALL = 0.93  # of the text
_INDENT = 14  # px, of the pages below their lesson


class Contents(ScrolledColumn):
    """A button for each lesson, and one for each page of the lesson that is open.

    Signals
    -------
    lesson_chosen
        (str): the id of a lesson, to begin it.
    page_chosen
        (int): a page of the open one, counted from 1.
    open_clicked
        A lesson is to be opened from a file.
    """

    lesson_chosen = Signal(str)
    page_chosen = Signal(int)
    open_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("lesson.contents", parent)
        self.open_button = named("lesson.open", Press("Open a lesson file…"))
        self.open_button.setToolTip("Read a lesson from a TOML file of your own")
        self.open_button.clicked.connect(self.open_clicked)
        self._buttons: list[WrappedButton] = []
        self._chosen: WrappedButton | None = None
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(10, 6, 10, 10)
        self._column.setSpacing(4)
        self._column.addStretch(1)
        self._column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setWidget(content)

    def set_lessons(
        self,
        lessons: Sequence[Lesson],
        position: tuple[str, int] | None,
        shown: Mapping[str, int],
    ) -> None:
        """List lessons.

        Parameters
        ----------
        position
            The id of the lesson that is open, and its page from 0.
        shown
            How many claims of a lesson, by its id, are ticked; none if it isn't there.
        """
        take_out(self._buttons, self._column)
        self._buttons, self._chosen = [], None
        for number, lesson in enumerate(lessons, 1):
            self._add(self._lesson(number, lesson, shown.get(lesson.id, 0)))
            if position is not None and lesson.id == position[0]:
                self._buttons[-1].set_chosen(True)
                for page in range(len(lesson.pages)):
                    self._add(self._page(lesson, page, is_here=page == position[1]))
                    if page == position[1]:
                        self._chosen = self._buttons[-1]
        if self._chosen is None:
            self._chosen = next(iter(self._buttons), None)
        chain: list[QWidget] = [*self._buttons, self.open_button]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    def focus_chosen(self) -> None:
        """Let the keyboard begin at the present page, or at the first lesson."""
        if self._chosen is not None:
            self._chosen.setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, self, self._show_chosen)  # once it is laid out

    def _show_chosen(self) -> None:
        if self._chosen is not None:
            self.ensureWidgetVisible(self._chosen)

    def _add(self, button: WrappedButton) -> None:
        self._column.insertWidget(len(self._buttons), button)
        self._buttons.append(button)

    def _lesson(self, number: int, lesson: Lesson, shown: int) -> WrappedButton:
        pages = "1 page" if len(lesson.pages) == 1 else f"{len(lesson.pages)} pages"
        about = f"{lesson.minutes} min · {pages}"
        if shown:
            about += f" · {shown} of {len(lesson.claims)} claims shown"
        button = WrappedButton(
            Line(f"{number}  {lesson.title}", is_bold=True, is_plain=True),
            Line(lesson.summary, _SMALL, is_plain=True),
            Line(about, _SMALL, is_quiet=True, is_plain=True),
        )
        button.clicked.connect(lambda: self.lesson_chosen.emit(lesson.id))
        return named(f"lesson.lesson.{lesson.id}", button)

    def _page(self, lesson: Lesson, page: int, *, is_here: bool) -> WrappedButton:
        title = f"{page + 1}  {lesson.pages[page].title}"
        button = WrappedButton(Line(title, is_bold=is_here, is_plain=True))
        button.set_flat(_INDENT)
        button.clicked.connect(lambda: self.page_chosen.emit(page + 1))
        return named(f"lesson.page.{page + 1}", button)


_MARGIN, _SPACING = 10, 6  # px
# What the buttons say, from the fullest to what always fits: reset, previous, next.
_WORDS = (
    ("Reset this page", "‹ Previous", "Next ›"),
    ("Reset this page", "‹", "Next ›"),
    ("Reset this page", "‹", "›"),
    ("Reset", "‹", "›"),
)
_NEXT_LESSON = "Next lesson ›"


class PageBar(QWidget):
    """Says less where there is little room.

    Signals
    -------
    reset_clicked, previous_clicked, next_clicked
        The buttons.
    """

    reset_clicked = Signal()
    previous_clicked = Signal()
    next_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._next_lesson = ""
        tip = "Go back to the settings that this page begins with"
        self.reset = named("lesson.reset", Press("", tip))
        self.previous = named("lesson.previous", Press("", "The page before (Alt+Left)"))
        self.next = named("lesson.next", Press(""))
        self.number = named("lesson.number", QLabel())
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.score = named("lesson.score.sofar", QLabel())
        self.score.hide()
        self.reset.setAccessibleName("Reset this page")
        self.previous.setAccessibleName("Previous page")
        self.reset.clicked.connect(self.reset_clicked)
        self.previous.clicked.connect(self.previous_clicked)
        self.next.clicked.connect(self.next_clicked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_MARGIN, 6, _MARGIN, 8)
        self._row.setSpacing(_SPACING)
        self._row.addWidget(self.reset)
        self._row.addStretch(1)
        for widget in (self.previous, self.number, self.score, self.next):
            self._row.addWidget(widget)
        self.set_page(0, 1)

    def set_page(self, page: int, pages: int, next_lesson: str = "") -> None:
        """Show that this page, from 0, is one of so many, and which lesson follows the last."""
        is_last = page == pages - 1
        self._next_lesson = next_lesson if is_last else ""
        self.number.setText(f"{page + 1} / {pages}")
        self.number.setAccessibleName(f"Page {page + 1} of {pages}")
        self.previous.setEnabled(page > 0)
        self.next.setEnabled(not is_last or bool(next_lesson))
        name = f"Next lesson: {next_lesson}" if self._next_lesson else "Next page"
        self.next.setAccessibleName(name)
        tip = name if self._next_lesson else "The page after"
        self.next.setToolTip(f"{tip} (Alt+Right)")
        self._fit()

    def set_score(self, score: Score | None) -> None:
        """Show how many answers of a quiz were right so far."""
        words = "" if score is None else f"  ·  {score.right} of {score.answered} right"
        self.score.setText(words)
        self.score.setVisible(score is not None)
        self._fit()

    def _fit(self) -> None:
        """Say as much as there is room for."""
        room = self.width() - 2 * _MARGIN - 4 * _SPACING - self.number.sizeHint().width()
        if not self.score.isHidden():
            room -= self.score.sizeHint().width() + _SPACING
        for reset, previous, following in _WORDS:
            if self._next_lesson and following != "›":
                following = _NEXT_LESSON
            buttons = (self.reset, self.previous, self.next)
            for button, words in zip(buttons, (reset, previous, following), strict=True):
                button.setText(words)
            if sum(button.sizeHint().width() for button in buttons) <= room:
                break
        for button in buttons:
            button.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """As wide as it has to be; with more room the buttons say more."""
        return QSize(200, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more, or less."""
        super().resizeEvent(event)
        self._fit()


_NARROWEST, _WIDTH, _WIDEST = 280, 340, 480  # px


class LessonPanel(QWidget):
    """Shows the contents or a page, and tells what is clicked; `Guide` decides what follows.

    Alt+Left and Alt+Right turn pages wherever the focus is in the window. Page Up and Page Down
    scroll while it is in the panel, and turn pages at the ends.

    Signals
    -------
    contents_toggled
        (bool): the contents are wanted, or the page again.
    close_clicked
        The lesson is left.
    open_clicked
        A lesson is to be opened from a file.
    lesson_chosen
        (str): the id of a lesson, to begin it.
    page_chosen
        (int): a page of the open one, counted from 0.
    previous_clicked, next_clicked, reset_clicked
        The page before or after; the settings that this one begins with.
    """

    contents_toggled = Signal(bool)
    close_clicked = Signal()
    open_clicked = Signal()
    lesson_chosen = Signal(str)
    page_chosen = Signal(int)
    previous_clicked = Signal()
    next_clicked = Signal()
    reset_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson")
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.title = named("lesson.title", WrappedText())
        self.contents_button = named("lesson.show_contents", Press("Contents"))
        self.contents_button.setCheckable(True)
        self.contents_button.setToolTip("All lessons, and the pages of this one")
        tip = "Leave the lesson; the settings stay as they are"
        self._close = named("lesson.close", CloseButton(tip))
        self._close.setAccessibleName("Leave the lesson")
        self._close.clicked.connect(self.close_clicked)
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
        self.contents_button.clicked.connect(self.contents_toggled)
        contents, bar = self.contents, self.bar
        contents.lesson_chosen.connect(self.lesson_chosen)
        contents.open_clicked.connect(self.open_clicked)
        contents.page_chosen.connect(lambda number: self.page_chosen.emit(number - 1))
        bar.previous_clicked.connect(self.previous_clicked)
        bar.next_clicked.connect(self.next_clicked)
        bar.reset_clicked.connect(self.reset_clicked)

    # what is shown

    def shows_contents(self) -> bool:
        """Whether the contents are shown, not a page."""
        return self._stack.currentWidget() is self.contents

    def show_contents(
        self,
        lessons: Sequence[Lesson],
        position: tuple[str, int] | None,
        shown: Mapping[str, int],
    ) -> None:
        """Show the list of lessons, as `Contents.set_lessons` takes it."""
        self.title.set_lines(Line("Lessons", is_bold=True, is_plain=True))
        self.contents.set_lessons(lessons, position, shown)
        self._show(self.contents, has_page=position is not None)
        self.contents.focus_chosen()

    def show_page(self, lesson: Lesson, page: int, reached: Reached, next_lesson: str = "") -> None:
        """Show a page from its beginning.

        Parameters
        ----------
        page
            Counted from 0.
        reached
            How far it has been read.
        next_lesson
            The title of the lesson that follows.
        """
        self.title.set_lines(Line(lesson.title, is_quiet=True, is_plain=True))
        titles = [each.title for each in lesson.pages]
        self.page_view.set_page(lesson.pages[page], reached, titles)
        self.bar.set_page(page, len(lesson.pages), next_lesson)
        self.bar.set_score(reached.score)
        self.show_again()

    def set_reached(self, reached: Reached) -> None:
        """Show how far the page has been read by now."""
        self.page_view.set_reached(reached)
        self.bar.set_score(reached.score)

    def show_again(self) -> None:
        """Show the page again that was shown before the contents."""
        had_focus = self.contents.isAncestorOf(self.focusWidget() or self)
        self._show(self.page_view, has_page=True)
        if had_focus:
            self.page_view.text.setFocus(Qt.FocusReason.OtherFocusReason)

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
        if by is not None and not self.shows_contents():
            if not self.page_view.scroll_screen(by):
                (self.bar.next if by > 0 else self.bar.previous).click()
        elif event.key() == Qt.Key.Key_Escape and self.contents_button.isChecked():
            self.contents_button.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line at the left, where the window's other parts end."""
        painter = QPainter(self)
        painter.fillRect(0, 0, 1, self.height(), line_color(self.palette(), 0.2))
        painter.end()
