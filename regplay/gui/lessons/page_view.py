"""A page of a lesson: title, text, claims and question below one another."""

from collections.abc import Collection
from itertools import pairwise

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from regplay.gui.controls import tones
from regplay.gui.lessons.claim_list import ClaimList
from regplay.gui.lessons.lines import Line
from regplay.gui.lessons.question_view import QuestionView
from regplay.gui.lessons.text_view import TextView
from regplay.gui.lessons.words import Words
from regplay.gui.naming import named
from regplay.session.lessons import Page

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
        painter.setBrush(tones.blend(window, accent, 0.14))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setPen(palette.color(role.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class PageView(QScrollArea):
    """Shows one page; what is long scrolls.

    Signals
    -------
    pageChosen, linkChosen
        As those of `TextView`.
    answered, tryClicked
        As those of `QuestionView`.
    """

    pageChosen = Signal(int)
    linkChosen = Signal(str)
    answered = Signal(int)
    tryClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.page")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title = named("lesson.page.title", Words())
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
        self.text.pageChosen.connect(self.pageChosen)
        self.text.linkChosen.connect(self.linkChosen)
        self.text.linkFocused.connect(self._bring_into_sight)
        self.question.answered.connect(self.answered)
        self.question.tryClicked.connect(self.tryClicked)

    def setPage(self, page: Page, shown: Collection[int], answer: int | None) -> None:
        """Show a page from its beginning.

        Parameters
        ----------
        shown
            Indices of the claims that are ticked.
        answer
            To its question, as `QuestionView.setQuestion` takes it.
        """
        self.title.setLines(Line(page.title, _TITLE, is_bold=True, is_plain=True))
        self.badge.setVisible(page.published)
        self.text.setText(page.text)
        self.claims.setClaims(page.claims, shown)
        self.question.setQuestion(page.question, answer)
        self._hide_answer(page.question is not None and answer is None)
        for first, second in pairwise(
            [self.text, *self.question.options, self.question.try_button]
        ):
            QWidget.setTabOrder(first, second)
        self.verticalScrollBar().setValue(0)

    def setAnswer(self, answer: int | None) -> None:
        """Show the answer to the question, and with it the claims, which give it away."""
        self.question.setAnswer(answer)
        self._hide_answer(answer is None)

    def _hide_answer(self, is_open: bool) -> None:
        self.claims.setVisible(bool(self.claims.rows) and not is_open)

    def scrollScreen(self, by: int) -> bool:
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
