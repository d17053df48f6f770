"""A page of a lesson: title, text, claims and question below one another."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from regplay.gui.lessons.markdown_view import TextView
from regplay.gui.lessons.wrapped_text import (
    Line,
    StatusMark,
    StatusMarkView,
    WrappedButton,
    WrappedText,
)
from regplay.gui.theme import blend
from regplay.gui.widgets import Press, ScrolledColumn, named, take_out
from regplay.session.lessons import Claim, Option, Page, Question

_BREAK = "\u200b"  # where a line may end; nothing to be seen
_CLAIM_LIST_SMALL = 0.9  # of the text


class ClaimRow(QWidget):
    """What a claim says, in words and as it is checked."""

    def __init__(self, claim: Claim, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.claim = claim
        self._is_shown = False
        self.mark = StatusMarkView(StatusMark.OPEN)
        self.words = WrappedText(
            Line(claim.text),
            Line(_breakable(claim.claim), _CLAIM_LIST_SMALL, is_quiet=True, is_code=True),
        )
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(7)
        row.setColumnStretch(1, 1)
        row.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 0, 1)
        self._tell()

    def is_shown(self) -> bool:
        """Whether the reader's own run has shown it."""
        return self._is_shown

    def set_shown(self, is_shown: bool) -> None:
        """Tick it, or take the tick away."""
        if is_shown != self._is_shown:
            self._is_shown = is_shown
            self.mark.set_mark(StatusMark.SHOWN if is_shown else StatusMark.OPEN)
            self._tell()

    def _tell(self) -> None:
        claim = self.claim
        state = "Your own runs have shown this." if self._is_shown else _OPEN_TIP
        checked = f"Checked by training with {claim.seeds} seeds"
        if claim.seeds == 1:
            checked = "Checked by training with one seed"
        elif claim.agree < claim.seeds:
            checked += f", of which {claim.agree} have to agree"
        self.setToolTip(f"<p>{state}</p><p>{checked}.</p>")
        self.setAccessibleName(f"{self.mark.mark().value}: {claim.text}")
        self.setAccessibleDescription(claim.claim)


_OPEN_TIP = "Not shown yet: it is ticked once your own runs, with the settings named, show it."


class ClaimList(QWidget):
    """A heading that counts the ticks, and a `ClaimRow` for each claim; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.claims")
        self.rows: list[ClaimRow] = []
        self.heading = named("lesson.claims.heading", WrappedText())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.heading)
        self.hide()

    def set_claims(self, claims: Sequence[Claim], shown: Collection[int]) -> None:
        """List these claims; `shown` has the indices of those that are ticked."""
        take_out(self.rows, self._column)
        self.rows = [named(f"lesson.claim.{k}", ClaimRow(claim)) for k, claim in enumerate(claims)]
        for row in self.rows:
            self._column.addWidget(row)
        self.set_shown(shown)
        self.setVisible(bool(claims))

    def set_shown(self, shown: Collection[int]) -> None:
        """Tick these claims and no others."""
        for index, row in enumerate(self.rows):
            row.set_shown(index in shown)
        done = sum(row.is_shown() for row in self.rows)
        count = f"{done} of {len(self.rows)}" if done else "none"
        if done == len(self.rows):
            count = "all"
        self.heading.set_lines(
            Line("What training shows", is_bold=True),
            Line(
                f"{count.capitalize()} shown by your own runs so far",
                _CLAIM_LIST_SMALL,
                is_quiet=True,
            ),
        )


def _breakable(claim: str) -> str:
    """The claim, with places where a long name may end a line."""
    return re.sub(r"[(,]|\.(?!\d)", lambda sign: sign[0] + _BREAK, claim)


REVEALED = -1  # as an answer: none was chosen, but it has been shown
_SMALL = 0.93  # of the text


class QuestionView(QWidget):
    """The options are buttons; the first choice stands. Hidden without a question.

    Signals
    -------
    answered
        (int): the index of the option that was chosen.
    try_clicked
        The experiment that shows the answer is wanted.
    """

    answered = Signal(int)
    try_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.question")
        self.options: list[WrappedButton] = []
        self._question: Question | None = None
        self._text = named("lesson.question.text", WrappedText())
        self.verdict = named("lesson.verdict", WrappedText())
        self.try_button = named("lesson.try", Press("Try it"))
        self.try_button.setToolTip("Set up the experiment, train it, and show the answer")
        self.try_button.clicked.connect(self.try_clicked)
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

    def set_question(self, question: Question | None, answer: int | None) -> None:
        """Ask a question; `answer` is the index that was chosen, `REVEALED`, or None."""
        self._question = question
        take_out(self.options, self._choices)
        self.options = []
        self.setVisible(question is not None)
        if question is None:
            return
        self._text.set_lines(Line(question.text, is_bold=True))
        for index in range(len(question.options)):
            button = named(f"lesson.option.{index}", WrappedButton(mark=StatusMark.CHOICE))
            button.clicked.connect(lambda _=False, index=index: self.answered.emit(index))
            self._choices.addWidget(button)
            self.options.append(button)
        self.try_button.setVisible(bool(question.tries))
        self.set_answer(answer)

    def set_answer(self, answer: int | None) -> None:
        """Show which option was chosen, which is right, and why; or nothing of it yet."""
        if self._question is None:
            return
        right = self._question.right
        for index, (button, option) in enumerate(
            zip(self.options, self._question.options, strict=True)
        ):
            if answer is None:
                button.set_lines(Line(option.text), mark=StatusMark.CHOICE)
            else:
                mark = _mark(index, answer, right)
                button.set_lines(*_lines(option, is_choice=index == answer), mark=mark)
            button.setEnabled(answer is None)
        self.verdict.set_lines(Line(_verdict(answer, right), is_bold=True, is_plain=True))


def _mark(index: int, answer: int, right: int) -> StatusMark:
    if index == right:
        return StatusMark.RIGHT
    return StatusMark.WRONG if index == answer else StatusMark.OTHER


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


_MARGIN = 12  # px beside the text
_SPACING = 12  # px between the parts
_TITLE = 1.25  # of the text
_OVERLAP = 40  # px of a screen that stay in sight on the next


class Badge(QWidget):
    """A word in a thin frame."""

    def __init__(self, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setToolTip(tip)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """As large as the text needs."""
        return self.fontMetrics().size(0, self._text) + QSize(14, 4)

    def minimumSizeHint(self) -> QSize:
        """No smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the word in its frame."""
        palette, role = self.palette(), QPalette.ColorRole
        window, accent = palette.color(role.Window), palette.color(role.Highlight)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent, 1.0))
        painter.setBrush(blend(window, accent, 0.14))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setPen(palette.color(role.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class PageView(ScrolledColumn):
    """Shows one page; what is long scrolls.

    Signals
    -------
    page_chosen, link_chosen
        As those of `TextView`.
    answered, try_clicked
        As those of `QuestionView`.
    """

    page_chosen = Signal(int)
    link_chosen = Signal(str)
    answered = Signal(int)
    try_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("lesson.page", parent)
        self.title = named("lesson.page.title", WrappedText())
        self.badge = named(
            "lesson.published",
            Badge("As published", "The settings of this page are those of the published recipe"),
        )
        self.text = TextView()
        self.claims = ClaimList()
        self.question = QuestionView()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(_MARGIN, 8, _MARGIN, _MARGIN)
        column.setSpacing(_SPACING)
        column.addWidget(self.title)
        column.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.text, self.question, self.claims):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(content)
        self.text.page_chosen.connect(self.page_chosen)
        self.text.link_chosen.connect(self.link_chosen)
        self.text.link_focused.connect(self._bring_into_sight)
        self.question.answered.connect(self.answered)
        self.question.try_clicked.connect(self.try_clicked)

    def set_page(self, page: Page, shown: Collection[int], answer: int | None) -> None:
        """Show a page from its beginning.

        Parameters
        ----------
        shown
            Indices of the claims that are ticked.
        answer
            To its question, as `QuestionView.set_question` takes it.
        """
        self.title.set_lines(Line(page.title, _TITLE, is_bold=True, is_plain=True))
        self.badge.setVisible(page.published)
        self.text.setText(page.text)
        self.claims.set_claims(page.claims, shown)
        self.question.set_question(page.question, answer)
        self._hide_answer(page.question is not None and answer is None)
        for first, second in pairwise(
            [self.text, *self.question.options, self.question.try_button]
        ):
            QWidget.setTabOrder(first, second)
        self.verticalScrollBar().setValue(0)

    def set_answer(self, answer: int | None) -> None:
        """Show the answer to the question, and with it the claims, which give it away."""
        self.question.set_answer(answer)
        self._hide_answer(answer is None)

    def _hide_answer(self, is_open: bool) -> None:
        self.claims.setVisible(bool(self.claims.rows) and not is_open)

    def scroll_screen(self, by: int) -> bool:
        """Go a screen down (1) or up (−1); whether there was anything left to scroll."""
        bar = self.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + by * max(bar.pageStep() - _OVERLAP, _OVERLAP))
        return bar.value() != before

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the keys that may turn the page to the panel."""
        if event.key() in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _bring_into_sight(self, place: QRect) -> None:
        middle = self.text.mapTo(self.widget(), place.center())
        self.ensureVisible(middle.x(), middle.y(), 0, _OVERLAP)
