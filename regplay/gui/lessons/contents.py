"""The list of lessons, with the pages of the one that is open."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from regplay.gui.controls.press import Press
from regplay.gui.lessons.lines import Line
from regplay.gui.lessons.words_button import WordsButton
from regplay.gui.naming import named
from regplay.session.lessons import Lesson

_SMALL = 0.93  # of the text
_INDENT = 14  # px, of the pages below their lesson


class Contents(QScrollArea):
    """A button for each lesson, and one for each page of the lesson that is open.

    Signals
    -------
    lessonChosen
        (str): the id of a lesson, to begin it.
    pageChosen
        (int): a page of the open one, counted from 1.
    openClicked
        A lesson is to be opened from a file.
    """

    lessonChosen = Signal(str)
    pageChosen = Signal(int)
    openClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.contents")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.open_button = named("lesson.open", Press("Open a lesson file…"))
        self.open_button.setToolTip("Read a lesson from a TOML file of your own")
        self.open_button.clicked.connect(self.openClicked)
        self._buttons: list[WordsButton] = []
        self._chosen: WordsButton | None = None
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(10, 6, 10, 10)
        self._column.setSpacing(4)
        self._column.addStretch(1)
        self._column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setWidget(content)

    def setLessons(
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
        for button in self._buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons, self._chosen = [], None
        for number, lesson in enumerate(lessons, 1):
            self._add(self._lesson(number, lesson, shown.get(lesson.id, 0)))
            if position is not None and lesson.id == position[0]:
                self._buttons[-1].setChosen(True)
                for page in range(len(lesson.pages)):
                    self._add(self._page(lesson, page, is_here=page == position[1]))
                    if page == position[1]:
                        self._chosen = self._buttons[-1]
        if self._chosen is None:
            self._chosen = next(iter(self._buttons), None)
        chain: list[QWidget] = [*self._buttons, self.open_button]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    def focusChosen(self) -> None:
        """Let the keyboard begin at the present page, or at the first lesson."""
        if self._chosen is not None:
            self._chosen.setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, self, self._show_chosen)  # once it is laid out

    def _show_chosen(self) -> None:
        if self._chosen is not None:
            self.ensureWidgetVisible(self._chosen)

    def _add(self, button: WordsButton) -> None:
        self._column.insertWidget(len(self._buttons), button)
        self._buttons.append(button)

    def _lesson(self, number: int, lesson: Lesson, shown: int) -> WordsButton:
        pages = "1 page" if len(lesson.pages) == 1 else f"{len(lesson.pages)} pages"
        about = f"{lesson.minutes} min · {pages}"
        if shown:
            about += f" · {shown} of {len(lesson.claims)} claims shown"
        button = WordsButton(
            Line(f"{number}  {lesson.title}", is_bold=True, is_plain=True),
            Line(lesson.summary, _SMALL, is_plain=True),
            Line(about, _SMALL, is_quiet=True, is_plain=True),
        )
        button.clicked.connect(lambda: self.lessonChosen.emit(lesson.id))
        return named(f"lesson.lesson.{lesson.id}", button)

    def _page(self, lesson: Lesson, page: int, *, is_here: bool) -> WordsButton:
        title = f"{page + 1}  {lesson.pages[page].title}"
        button = WordsButton(Line(title, is_bold=is_here, is_plain=True))
        button.setFlat(_INDENT)
        button.clicked.connect(lambda: self.pageChosen.emit(page + 1))
        return named(f"lesson.page.{page + 1}", button)
