"""A page of a lesson: predict, do, see and why, each shown once the one before is over."""

import re
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.fields import field
from regplay.core.number_text import number
from regplay.gui.controls import NumberControl
from regplay.gui.lesson_guide.wrapped_text import (
    StatusMark,
    StatusMarkView,
    TextLine,
    TextView,
    WrappedButton,
    WrappedText,
)
from regplay.gui.widgets import FlatButton, ScrolledColumn, Toggle, fill, named, take_out
from regplay.session.lessons import (
    REVEALED,
    Claim,
    Measured,
    Option,
    Page,
    Question,
    Reached,
    Score,
)

_BREAK = "\u200b"  # where a line may end; nothing to be seen
_SMALL = 0.93  # of the text
_MARGIN = 12  # px beside the text
_SPACING = 8  # px between what belongs together; twice that between the parts
_TITLE = 1.25  # of the text
_OVERLAP = 40  # px of a screen that stay in sight on the next


class PagePart(QWidget):
    """A heading and what is below it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.heading = WrappedText()
        self.set_title(title)
        margins = (0, 0, 0, _SPACING)
        self.column = fill(QVBoxLayout(self), self.heading, margins=margins, spacing=_SPACING)

    def set_title(self, title: str, more: str = "") -> None:
        """Show another heading, and more in quieter letters below it."""
        lines = [TextLine(title, _SMALL, is_bold=True, is_accent=True)]
        if more:
            lines.append(TextLine(more, _SMALL, is_quiet=True, is_plain=True))
        self.heading.set_lines(*lines)


class QuestionView(PagePart):
    """The options are buttons, or the place of a handle; the first choice stands."""

    # (float): the index of the option that was chosen, or where the handle was put
    answered = Signal(float)

    def __init__(self) -> None:
        super().__init__("Predict")
        self.setObjectName("lesson.question")
        self.options: list[WrappedButton] = []
        self.handle: NumberControl | None = None
        self._question: Question | None = None
        self._text = named("lesson.question.text", WrappedText())
        self.verdict = named("lesson.verdict", WrappedText())
        tip = "Take this value as the answer"
        self.place_button = named("lesson.place", FlatButton("It is here", tip))
        self.place_button.clicked.connect(self._place)
        tip = "Choose again; the first choice counts for the score"
        self.again_button = named("lesson.again", FlatButton("Try again", tip))
        self._choices = fill(QVBoxLayout(), spacing=6)
        below = QHBoxLayout()
        below.addWidget(self.verdict, 1, Qt.AlignmentFlag.AlignVCenter)
        below.addWidget(self.place_button)
        below.addWidget(self.again_button)
        self.column.addWidget(self._text)
        self.column.addLayout(self._choices)
        self.column.addLayout(below)

    def set_question(self, question: Question | None) -> None:
        """Ask a question, without an answer."""
        self._question = question
        take_out(self.parts, self._choices)
        self.options, self.handle = [], None
        self.setVisible(question is not None)
        if question is None:
            return
        self._text.set_lines(TextLine(question.text, is_bold=True))
        if question.handle is not None:
            self.handle = named("lesson.handle", NumberControl(field(question.handle.field)))
            self._choices.addWidget(self.handle)
        for index in range(len(question.options)):
            button = named(f"lesson.option.{index}", WrappedButton(mark=StatusMark.CHOICE))
            button.clicked.connect(lambda _=False, index=index: self.answered.emit(index))
            self._choices.addWidget(button)
            self.options.append(button)

    @property
    def parts(self) -> list[QWidget]:
        """What an answer is given by."""
        return [*self.options] if self.handle is None else [self.handle]

    def set_answer(self, answer: float | None, *, is_revealed: bool, may_retry: bool) -> None:
        """Show what was chosen and, once it is to be revealed, what is right and why."""
        question = self._question
        if question is None:
            return
        is_right = answer is not None and question.is_right(answer)
        for index, (button, option) in enumerate(zip(self.options, question.options, strict=True)):
            mark = StatusMark.CHOICE
            if answer is not None and not is_revealed:
                mark = StatusMark.CHOSEN if index == answer else StatusMark.OTHER
            elif answer is not None:
                mark = _mark(index, answer, question.right)
            lines = (
                _lines(option, is_choice=index == answer)
                if is_revealed
                else [TextLine(option.text)]
            )
            button.set_lines(*lines, mark=mark)
        for part in self.parts:
            part.setEnabled(answer is None)
        if self.handle is not None and answer is not None and answer != REVEALED:
            is_whole = self.handle.field.kind == "integer"
            self.handle.set_value(int(answer) if is_whole else answer)
        words = ""
        if is_revealed and question.handle is not None:
            low, high = number(question.handle.low), number(question.handle.high)
            words = f" It lies between {low} and {high}."
        if is_revealed:
            words = _verdict(answer, is_right=is_right) + words
        elif answer is not None:
            words = "Noted. Now see what training says."
        self.verdict.set_lines(TextLine(words, is_bold=True, is_plain=True))
        self.place_button.setVisible(question.handle is not None and answer is None)
        self.again_button.setVisible(may_retry and is_revealed and not is_right)

    def _place(self) -> None:
        assert self.handle is not None
        value = self.handle.value()
        assert isinstance(value, int | float)
        self.answered.emit(value)


def _mark(index: int, answer: float, right: int) -> StatusMark:
    if index == right:
        return StatusMark.RIGHT
    return StatusMark.WRONG if index == answer else StatusMark.OTHER


def _lines(option: Option, *, is_choice: bool) -> list[TextLine]:
    lines = [TextLine(option.text, is_bold=option.right)]
    if is_choice:
        lines.append(TextLine("Your choice", _SMALL, is_quiet=True))
    if option.because:
        lines.append(TextLine(option.because, _SMALL))
    return lines


def _verdict(answer: float | None, *, is_right: bool) -> str:
    if answer == REVEALED:
        return "The answer."
    return "Right." if is_right else "Not quite."


class DoView(PagePart):
    """What to do, and a button that does it."""

    def __init__(self) -> None:
        super().__init__("Do")
        self.setObjectName("lesson.do")
        self.text = named("lesson.do.text", WrappedText())
        tip = "Set up the experiment, train it, and show the answer"
        self.button = named("lesson.try", FlatButton("", tip))
        self.column.addWidget(self.text)
        self.column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)

    def set_page(self, page: Page) -> None:
        """Say what this page asks for."""
        self.heading.setVisible(bool(page.do))
        self.text.setVisible(bool(page.do))
        self.text.set_lines(TextLine(page.do))
        self.button.setText("Show me" if page.do else "Try it")


class ClaimRow(QWidget):
    """What a claim says and what was measured; how it is checked comes out by a button."""

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim
        self._is_shown = False
        self.mark = StatusMarkView(StatusMark.OPEN)
        self.words = WrappedText(TextLine(claim.text))
        self.values = WrappedText()
        self.rule_button = Toggle("rule", "How the claim is checked")
        self.rule = WrappedText(
            TextLine(_breakable(claim.claim), 0.9, is_quiet=True, is_code=True),
            TextLine(f"{_checked(claim)}.", 0.9, is_quiet=True, is_plain=True),
        )
        self.rule.hide()
        self.rule_button.toggled.connect(self.rule.setVisible)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(7)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.words, 0, 1, 1, 2)
        grid.addWidget(self.values, 1, 1, 1, 2)
        grid.addWidget(self.rule, 2, 1)
        grid.addWidget(self.rule_button, 2, 2, Qt.AlignmentFlag.AlignTop)
        self.set_measured(None, is_shown=False, is_awaited=False)

    def is_shown(self) -> bool:
        """Whether the reader's own networks have shown it."""
        return self._is_shown

    def set_measured(
        self, measured: Measured | None, *, is_shown: bool, is_awaited: bool, problem: str = ""
    ) -> None:
        """Show what was measured, and whether it holds; while it is awaited, say so.

        Parameters
        ----------
        problem
            Why nothing that is awaited will come.
        """
        self._is_shown = is_shown
        self.mark.set_mark(StatusMark.SHOWN if is_shown else StatusMark.OPEN)
        lines = [] if measured is None else measured.lines()
        if measured is not None and not measured.holds and not is_shown:
            lines.append("It does not hold with this seed; with most it does.")
        shown = [TextLine(line, _SMALL) for line in lines]
        if measured is None and is_awaited:
            words = f"It could not be measured: {problem}" if problem else "Training …"
            shown.append(TextLine(words, _SMALL, is_plain=True))  # with names of files, and others
        self.values.set_lines(*shown)
        state = "Your own networks have shown this." if is_shown else _OPEN_TIP
        self.setToolTip(f"<p>{state}</p><p>{_checked(self.claim)}.</p>")
        self.setAccessibleName(f"{self.mark.mark().value}: {self.claim.text}")
        self.setAccessibleDescription(self.claim.claim)


_OPEN_TIP = "Not shown yet: it is ticked once your own networks, with the settings named, show it."


def _checked(claim: Claim) -> str:
    if claim.seeds == 1:
        return "Checked by training with one seed"
    of = f", of which {claim.agree} have to agree" if claim.agree < claim.seeds else ""
    return f"Checked by training with {claim.seeds} seeds{of}"


def _breakable(claim: str) -> str:
    """The claim, with places where a long name may end a line."""
    return re.sub(r"[(,]|\.(?!\d)", lambda sign: sign[0] + _BREAK, claim)


class ClaimList(PagePart):
    """A `ClaimRow` for each claim."""

    def __init__(self) -> None:
        super().__init__("See")
        self.setObjectName("lesson.claims")
        self.rows: list[ClaimRow] = []

    def set_claims(self, claims: Sequence[Claim]) -> None:
        take_out(self.rows, self.column)
        self.rows = [named(f"lesson.claim.{k}", ClaimRow(claim)) for k, claim in enumerate(claims)]
        for index, row in enumerate(self.rows):
            row.rule_button.setObjectName(f"lesson.rule.{index}")
            self.column.addWidget(row)

    def set_reached(self, reached: Reached, problem: str) -> None:
        """Show what is known of them, or why that is not to come."""
        for index, row in enumerate(self.rows):
            row.set_measured(
                reached.measured.get(index),
                is_shown=index in reached.shown,
                is_awaited=reached.is_done,
                problem=problem,
            )
        if len(self.rows) > 1:
            count = f"{len(reached.shown)} of {len(self.rows)} shown by your own networks"
            self.set_title("See", count)


class ScoreView(QWidget):
    """The end of a quiz."""

    page_chosen = Signal(int)  # a page to look at again, counted from 1

    def __init__(self) -> None:
        super().__init__()
        self.text = named("lesson.score", WrappedText())
        self._pages: list[WrappedButton] = []
        tip = "Take back all answers, and go to the first question"
        self.restart = named("lesson.restart", FlatButton("Start again", tip))
        self._column = fill(QVBoxLayout(self), self.text, spacing=-1)
        self._column.addWidget(self.restart, 0, Qt.AlignmentFlag.AlignRight)

    def set_score(self, score: Score, titles: Sequence[str]) -> None:
        """Tell how a quiz went; `titles` are those of its pages."""
        words = f"{score.right} of {score.questions} right at the first try"
        lines = [TextLine(words, 1.1, is_bold=True, is_plain=True)]
        if left := score.questions - score.answered:
            lines.append(TextLine(f"{left} not answered yet.", is_quiet=True, is_plain=True))
        if score.missed:
            lines.append(TextLine("Worth another look:", is_plain=True))
        self.text.set_lines(*lines)
        take_out(self._pages, self._column)
        self._pages = []
        for place, page in enumerate(score.missed):
            button = WrappedButton(TextLine(f"{page + 1}  {titles[page]}", is_plain=True))
            button.clicked.connect(lambda _=False, page=page: self.page_chosen.emit(page + 1))
            self._column.insertWidget(1 + place, button)
            self._pages.append(button)


_PUBLISHED = TextLine("As published", _SMALL, is_quiet=True, is_plain=True)


class PageView(ScrolledColumn):
    """Shows one page, as far as it has been read; what is long scrolls.

    Attributes
    ----------
    text, question, do, claims, why, score
        Its parts, from top to bottom; they tell what is clicked.
    """

    def __init__(self) -> None:
        super().__init__("lesson.page")
        self._page: Page | None = None
        self._reached, self._problem = Reached(), ""
        self.title = named("lesson.page.title", WrappedText())
        self.badge = named("lesson.published", WrappedText(_PUBLISHED))
        self.badge.setToolTip("The settings of this page are those of the published recipe")
        self.text = TextView()
        self.question, self.do, self.claims = QuestionView(), DoView(), ClaimList()
        self.why = named("lesson.why", PagePart("Why"))
        self._why = named("lesson.why.text", WrappedText())
        self.why.column.addWidget(self._why)
        self.score = ScoreView()
        self._parts = (self.question, self.do, self.claims, self.why, self.score)
        content = QWidget()
        parts, margins = (self.title, self.badge, self.text), (_MARGIN, _SPACING, _MARGIN, _MARGIN)
        fill(QVBoxLayout(content), *parts, *self._parts, None, margins=margins, spacing=_SPACING)
        self.setWidget(content)
        self.text.link_focused.connect(self._bring_into_sight)

    def set_page(self, page: Page, reached: Reached, titles: Sequence[str] = ()) -> None:
        """Show a page from its beginning; `titles` are those of all pages of a quiz."""
        self._page, self._titles = page, titles
        self.title.set_lines(TextLine(page.title, _TITLE, is_bold=True, is_plain=True))
        self.badge.setVisible(page.published)
        self.text.setText(page.text)
        self.text.setVisible(bool(page.text))
        self.question.set_question(page.question)
        self.do.set_page(page)
        self.claims.set_claims(page.claims)
        self._why.set_lines(TextLine(page.why))
        self._show(reached)
        question = self.question
        rules = [row.rule_button for row in self.claims.rows]
        chain = [self.text, *question.parts, question.place_button, question.again_button]
        for first, second in pairwise([*chain, self.do.button, *rules]):
            QWidget.setTabOrder(first, second)
        self.verticalScrollBar().setValue(0)

    def focus_first(self) -> None:
        """Let the keyboard begin at the first thing that can be read on or chosen."""
        # Once it is there: what was added to a layout is shown by an event.
        QTimer.singleShot(0, self, self._focus_first)

    def _focus_first(self) -> None:
        self._focus(self.text, *self.question.parts, self.do.button)

    def _focus(self, *parts: QWidget) -> None:
        """Let the keyboard go on at the first of these that can be used."""
        usable = [part for part in parts if part.isVisible() and part.isEnabled()]
        if usable:
            usable[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_problem(self, problem: str) -> None:
        """Say why claims can't be measured; empty if they can."""
        if problem != self._problem:
            self._problem = problem
            self.set_reached(self._reached)

    def set_reached(self, reached: Reached) -> None:
        """Show what comes after an answer, after what was done, and after what was measured."""
        before = [part.isHidden() for part in self._parts]
        had_focus = self.question.isAncestorOf(self.focusWidget() or self)
        self._show(reached)
        if had_focus:  # and may have lost it to what is below the page
            question = self.question
            self._focus(question.again_button, self.do.button, *question.parts)
        now = [part.isHidden() for part in self._parts]
        for part, was_hidden, is_hidden in zip(self._parts, before, now, strict=True):
            if was_hidden and not is_hidden:  # the last of them stays in sight
                QTimer.singleShot(0, part, lambda part=part: self.ensureWidgetVisible(part, 0, 0))

    def _show(self, reached: Reached) -> None:
        page, self._reached = self._page, reached
        if page is None:
            return
        is_answered = page.question is None or reached.answer is not None
        is_done = is_answered and (reached.is_done or not page.do)
        is_known = bool(self._problem) or len(reached.measured) == len(page.claims)
        is_seen = is_done and (not page.do or is_known)
        self.question.set_answer(
            reached.answer, is_revealed=is_done, may_retry=reached.score is not None
        )
        self.do.setVisible((is_answered and bool(page.do)) or bool(page.tries and not page.do))
        self.claims.set_reached(reached, self._problem)
        self.claims.setVisible(is_done and bool(page.claims))
        self.why.setVisible(is_seen and bool(page.why))
        is_end = reached.score is not None and page.question is None
        self.score.setVisible(is_end)
        if reached.score is not None and is_end:
            self.score.set_score(reached.score, self._titles)

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
