"""A question with its options, and after the choice what is right, and why."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.gui.controls.press import Press
from regplay.gui.lessons.lines import Line
from regplay.gui.lessons.mark import Mark
from regplay.gui.lessons.words import Words
from regplay.gui.lessons.words_button import WordsButton
from regplay.gui.naming import named
from regplay.session.lessons import Option, Question

REVEALED = -1  # as an answer: none was chosen, but it has been shown
_SMALL = 0.93  # of the text


class QuestionView(QWidget):
    """The options are buttons; the first choice stands. Hidden without a question.

    Signals
    -------
    answered
        (int): the index of the option that was chosen.
    tryClicked
        The experiment that shows the answer is wanted.
    """

    answered = Signal(int)
    tryClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.question")
        self.options: list[WordsButton] = []
        self._question: Question | None = None
        self._text = named("lesson.question.text", Words())
        self.verdict = named("lesson.verdict", Words())
        self.try_button = named("lesson.try", Press("Try it"))
        self.try_button.setToolTip("Set up the experiment, train it, and show the answer")
        self.try_button.clicked.connect(self.tryClicked)
        self._choices = QVBoxLayout()
        self._choices.setSpacing(6)
        below = QHBoxLayout()
        below.addWidget(self.verdict, 1, Qt.AlignmentFlag.AlignVCenter)
        below.addWidget(self.try_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._text)
        column.addLayout(self._choices)
        column.addLayout(below)
        self.hide()

    def setQuestion(self, question: Question | None, answer: int | None) -> None:
        """Ask a question; `answer` is the index that was chosen, `REVEALED`, or None."""
        self._question = question
        for button in self.options:
            self._choices.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.options = []
        self.setVisible(question is not None)
        if question is None:
            return
        self._text.setLines(Line(question.text, is_bold=True))
        for index in range(len(question.options)):
            button = named(f"lesson.option.{index}", WordsButton(mark=Mark.CHOICE))
            button.clicked.connect(lambda _=False, index=index: self.answered.emit(index))
            self._choices.addWidget(button)
            self.options.append(button)
        self.try_button.setVisible(bool(question.tries))
        self.setAnswer(answer)

    def setAnswer(self, answer: int | None) -> None:
        """Show which option was chosen, which is right, and why; or nothing of it yet."""
        if self._question is None:
            return
        right = self._question.right
        for index, (button, option) in enumerate(
            zip(self.options, self._question.options, strict=True)
        ):
            if answer is None:
                button.setLines(Line(option.text), mark=Mark.CHOICE)
            else:
                mark = _mark(index, answer, right)
                button.setLines(*_lines(option, is_choice=index == answer), mark=mark)
            button.setEnabled(answer is None)
        self.verdict.setLines(Line(_verdict(answer, right), is_bold=True, is_plain=True))


def _mark(index: int, answer: int, right: int) -> Mark:
    if index == right:
        return Mark.RIGHT
    return Mark.WRONG if index == answer else Mark.OTHER


def _lines(option: Option, *, is_choice: bool) -> list[Line]:
    lines = [Line(option.text, is_bold=option.right), Line(option.because, _SMALL)]
    if is_choice:
        lines.insert(1, Line("Your choice", _SMALL, is_quiet=True))
    return lines


def _verdict(answer: int | None, right: int) -> str:
    if answer is None:
        return ""
    if answer == REVEALED:
        return "The answer"
    return "Right." if answer == right else "Not quite."
