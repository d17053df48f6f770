"""The column at the right of the window in which a lesson is read."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from regplay.core.number_text import counted
from regplay.gui.lesson_guide.page_view import PageView
from regplay.gui.lesson_guide.wrapped_text import TextLine, WrappedButton, WrappedText
from regplay.gui.theme import line_color, zoomed
from regplay.gui.widgets import (
    CloseButton,
    FlatButton,
    Label,
    ScrolledColumn,
    as_plain,
    fill,
    named,
    take_out,
)
from regplay.session.lessons import Lesson, Reached, Score

_SMALL = 0.93  # of the text
_INDENT = 14  # px, of the pages below their lesson


class Contents(ScrolledColumn):
    """A button for each lesson, and one for each page of the lesson that is open."""

    lesson_chosen = Signal(str)  # the id of a lesson, to begin it
    page_chosen = Signal(int)  # a page of the open one, counted from 1

    def __init__(self) -> None:
        super().__init__("lesson.contents")
        self.open_button = named("lesson.open", FlatButton("Open a lesson file…"))
        self.open_button.setToolTip("Read a lesson from a TOML file of your own")
        self._buttons: list[WrappedButton] = []
        self._chosen: WrappedButton | None = None
        content = QWidget()
        self._column = fill(QVBoxLayout(content), None, margins=(10, 6, 10, 10), spacing=4)
        self._column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setWidget(content)

    def set_lessons(
        self, lessons: Sequence[Lesson], position: tuple[str, int] | None, shown: Mapping[str, int]
    ) -> None:
        """List lessons, with how many claims are ticked, by id; `position` is the open page."""
        take_out(self._buttons, self._column)
        self._buttons, self._chosen = [], None
        for number, lesson in enumerate(lessons, 1):
            self._add(self._lesson(number, lesson, shown.get(lesson.id, 0)))
            if position is not None and lesson.id == position[0]:
                self._buttons[-1].set_chosen()
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
        about = f"{lesson.minutes} min · {counted(len(lesson.pages), 'page')}"
        if shown:
            about += f" · {shown} of {len(lesson.claims)} claims shown"
        button = WrappedButton(
            TextLine(f"{number}  {lesson.title}", is_bold=True, is_plain=True),
            TextLine(lesson.summary, _SMALL, is_plain=True),
            TextLine(about, _SMALL, is_quiet=True, is_plain=True),
        )
        button.clicked.connect(lambda: self.lesson_chosen.emit(lesson.id))
        return named(f"lesson.lesson.{lesson.id}", button)

    def _page(self, lesson: Lesson, page: int, *, is_here: bool) -> WrappedButton:
        title = f"{page + 1}  {lesson.pages[page].title}"
        button = WrappedButton(TextLine(title, is_bold=is_here, is_plain=True))
        button.set_flat(_INDENT)
        button.clicked.connect(lambda: self.page_chosen.emit(page + 1))
        return named(f"lesson.page.{page + 1}", button)


class PageBar(QWidget):
    """The buttons below a page, and which page it is."""

    def __init__(self) -> None:
        super().__init__()
        self.reset = named(
            "lesson.reset", FlatButton("Reset", "Begin this page again, as it was set")
        )
        self.previous = named("lesson.previous", FlatButton("‹", "The page before (Alt+Left)"))
        self.next = named("lesson.next", FlatButton(""))
        self.number = named("lesson.number", Label())
        self.reset.setAccessibleName("Reset this page")
        self.previous.setAccessibleName("Previous page")
        parts = self.reset, None, self.previous, self.number, self.next
        fill(QHBoxLayout(self), *parts, margins=(10, 6, 10, 8), spacing=4)
        self.set_page(0, 1)

    def set_page(self, page: int, pages: int, next_lesson: str = "") -> None:
        """Show that this page, from 0, is one of so many, and which lesson follows the last."""
        is_last = page == pages - 1
        self.number.setText(f"{page + 1} / {pages}")
        self.number.setAccessibleName(f"Page {page + 1} of {pages}")
        self.previous.setEnabled(page > 0)
        self.next.setEnabled(not is_last or bool(next_lesson))
        self.next.setText("Next lesson ›" if is_last and next_lesson else "Next ›")
        name = f"Next lesson: {next_lesson}" if is_last and next_lesson else "Next page"
        self.next.setAccessibleName(name)
        self.next.setToolTip(as_plain(f"{name} (Alt+Right)"))


_NARROWEST, _WIDTH, _WIDEST = 280, 340, 480  # px at 100 %
_LOWEST = 160  # px at 100 %


class LessonPanel(QWidget):
    """Shows the contents or a page; what is clicked in its parts, `Guide` decides on.

    Alt+Left and Alt+Right turn pages wherever the focus is in the window. Page Up and Page Down
    scroll while it is in the panel, and turn pages at the ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lesson")
        self._fit_text()
        self.title = named("lesson.title", WrappedText())
        # The contents or the page again; the lesson is left
        self.contents_button = named("lesson.show_contents", FlatButton("Contents"))
        self.contents_button.setCheckable(True)
        self.contents_button.setToolTip("All lessons, and the pages of this one")
        tip = "Leave the lesson; the settings stay as they are"
        self.close_button = named("lesson.close", CloseButton(tip))
        self.close_button.setAccessibleName("Leave the lesson")
        # The two things to be shown, and what is below a page
        self.contents = Contents()
        self.page_view = PageView()
        self.bar = PageBar()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.contents)
        self._stack.addWidget(self.page_view)
        self._compose()
        for keys, clicked in (("Alt+Left", self.bar.previous), ("Alt+Right", self.bar.next)):
            QShortcut(QKeySequence(keys), self, clicked.click)

    def _compose(self) -> None:
        head = fill(QHBoxLayout(), margins=(12, 6, 6, 2), spacing=6)
        head.addWidget(self.title, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.contents_button, self.close_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        fill(QVBoxLayout(self), head, (self._stack, 1), self.bar, margins=(1, 0, 0, 0))

    # what is shown

    def shows_contents(self) -> bool:
        """Whether the contents are shown, not a page."""
        return self._stack.currentWidget() is self.contents

    def show_contents(
        self, lessons: Sequence[Lesson], position: tuple[str, int] | None, shown: Mapping[str, int]
    ) -> None:
        """Show the list of lessons, as `Contents.set_lessons` takes it."""
        self.title.set_lines(TextLine("Lessons", is_bold=True, is_plain=True))
        self.contents.set_lessons(lessons, position, shown)
        self._show(self.contents, has_page=position is not None)
        self.contents.focus_chosen()

    def show_page(self, lesson: Lesson, page: int, reached: Reached, next_lesson: str) -> None:
        """Show a page, from 0, as far as it has been read; `next_lesson` is the one after it."""
        had_focus = self._stack.isAncestorOf(self.focusWidget() or self)
        self._lesson_title = lesson.title
        self._show_title(reached.score)
        titles = [each.title for each in lesson.pages]
        self.page_view.set_page(lesson.pages[page], reached, titles)
        self.bar.set_page(page, len(lesson.pages), next_lesson)
        self.show_again()
        if had_focus:
            self.page_view.focus_first()

    def _show_title(self, score: Score | None) -> None:
        """That of the lesson and, in a quiz, how many answers were right so far."""
        so_far = "" if score is None else f" · {score.right} of {score.answered} right"
        self.title.set_lines(TextLine(self._lesson_title + so_far, is_quiet=True, is_plain=True))

    def set_reached(self, reached: Reached) -> None:
        """Show how far the page has been read by now."""
        self.page_view.set_reached(reached)
        self._show_title(reached.score)

    def show_again(self) -> None:
        """Show the page again that was shown before the contents."""
        had_focus = self.contents.isAncestorOf(self.focusWidget() or self)
        self._show(self.page_view, has_page=True)
        if had_focus:
            self.page_view.focus_first()

    def _show(self, view: QWidget, *, has_page: bool) -> None:
        is_page = view is self.page_view
        self._stack.setCurrentWidget(view)
        self.bar.setVisible(is_page)
        self.contents_button.setChecked(not is_page)
        self.contents_button.setVisible(has_page)

    def sizeHint(self) -> QSize:
        """340 px wide at 100 %; as tall as there is room."""
        return QSize(zoomed(_WIDTH), 640)

    def minimumSizeHint(self) -> QSize:
        """A few lines of text."""
        return QSize(zoomed(_NARROWEST), zoomed(_LOWEST))

    def changeEvent(self, event: QEvent) -> None:
        """Be as wide as the text asks for."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_text()

    def _fit_text(self) -> None:
        self.setMinimumWidth(zoomed(_NARROWEST))
        self.setMaximumWidth(zoomed(_WIDEST))

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
