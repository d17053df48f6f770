"""The row below a page: its number, the ones before and after, and the way back to its settings."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from regplay.gui.controls.press import Press
from regplay.gui.naming import named

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
    resetClicked, previousClicked, nextClicked
        The buttons.
    """

    resetClicked = Signal()
    previousClicked = Signal()
    nextClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._next_lesson = ""
        tip = "Go back to the settings that this page begins with"
        self.reset = named("lesson.reset", Press("", tip))
        self.previous = named("lesson.previous", Press("", "The page before (Alt+Left)"))
        self.next = named("lesson.next", Press(""))
        self.number = named("lesson.number", QLabel())
        self.number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.reset.setAccessibleName("Reset this page")
        self.previous.setAccessibleName("Previous page")
        self.reset.clicked.connect(self.resetClicked)
        self.previous.clicked.connect(self.previousClicked)
        self.next.clicked.connect(self.nextClicked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_MARGIN, 6, _MARGIN, 8)
        self._row.setSpacing(_SPACING)
        self._row.addWidget(self.reset)
        self._row.addStretch(1)
        for widget in (self.previous, self.number, self.next):
            self._row.addWidget(widget)
        self.setPage(0, 1)

    def setPage(self, page: int, pages: int, next_lesson: str = "") -> None:
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

    def _fit(self) -> None:
        """Say as much as there is room for."""
        room = self.width() - 2 * _MARGIN - 4 * _SPACING - self.number.sizeHint().width()
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
