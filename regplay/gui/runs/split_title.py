"""The line over one of several fits: whose it is, and its losses."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.gui.plots.lines import pen
from regplay.gui.runs.outcome import WIDEST_LOSS, gap_text, loss_text
from regplay.gui.runs.row_painter import RIGHT, tabular, write
from regplay.gui.theme import LIGHT, Colors

_LINE = 18  # px
_GAP = 6  # px
_NAME = 160  # px that a name shall have
_LONG_NOTE = "wrong: 888 of 888, 888 of 888"


@dataclass(frozen=True)
class SplitTitle:
    """What stands over the fit of a run.

    Attributes
    ----------
    name
        What the run is called.
    color
        `#rrggbb`; without one it has that of the fit.
    can_pin, can_adopt
        Whether the run may be pinned, and whether its experiment may become the present one.
    """

    name: str
    color: str | None = None
    can_pin: bool = False
    can_adopt: bool = False


class TitleLine(QWidget):
    """Name on the left, losses on the right, in places that don't move."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = SplitTitle("")
        self._numbers: tuple[str, str, str] | None = None
        self._note = ""
        self._colors = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def name(self) -> str:
        """What the run is called."""
        return self._title.name

    @property
    def text(self) -> str:
        """All that is written, for tests and screen readers."""
        numbers = () if self._numbers is None else self._numbers
        words = [f"{a} {b}" for a, b in zip(("train", "valid", "gap"), numbers, strict=False)]
        return "   ".join([self._title.name, *([self._note] if self._note else []), *words])

    def setTitle(self, title: SplitTitle) -> None:
        """Show another run's name."""
        self._title = title
        self._tell()

    def setNumbers(self, numbers: tuple[float, float] | None) -> None:
        """Show a training and a validation loss, and the gap; or none."""
        texts = None
        if numbers is not None:
            train, valid = numbers
            texts = (loss_text(train), loss_text(valid), gap_text(valid - train))
        if texts != self._numbers:
            self._numbers = texts
            self.update()

    def setNote(self, note: str) -> None:
        """Say something beside the name, where there is room."""
        if note != self._note:
            self._note = note
            self._tell()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def _tell(self) -> None:
        self.setToolTip("\n".join(text for text in (self._title.name, self._note) if text))
        self.update()

    def sizeHint(self) -> QSize:
        """One line of text."""
        return QSize(200, QFontMetrics(self.font()).height() + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        colors, height = self._colors, self.height()
        painter = QPainter(self)
        color = self._title.color or colors.fit
        painter.setPen(pen(color, 3))
        painter.drawLine(4, height // 2, _LINE, height // 2)
        right = self._paint_numbers(painter)
        left = _LINE + _GAP
        bold = QFont(self.font())
        bold.setBold(True)
        wanted = QFontMetrics(bold).horizontalAdvance(self._title.name) + 2
        room = QRect(left, 0, max(min(wanted, right - left), 0), height)
        # A colour made for lines may be faint as text.
        write(painter, bold, QColor(color), room, self._title.name, _LEFT)
        left += room.width() + 2 * _GAP
        metrics = self.fontMetrics()
        if self._note and metrics.horizontalAdvance(self._note) <= right - left:
            room = QRect(left, 0, right - left, height)
            write(painter, self.font(), QColor(colors.muted), room, self._note, _LEFT)
        painter.end()

    def _paint_numbers(self, painter: QPainter) -> int:
        """Draw the losses from the right; where they begin."""
        colors, height, font = self._colors, self.height(), tabular(self.font())
        right = self.width() - 4
        if self._numbers is None:
            return right
        metrics = QFontMetrics(font)
        number = metrics.horizontalAdvance(WIDEST_LOSS)
        words = ("train", "valid", "gap")
        needed = 3 * number + 3 * metrics.horizontalAdvance("valid") + _NAME
        if self._note:  # which says more than what the colours say too
            needed += metrics.horizontalAdvance(_LONG_NOTE)
        has_words = self.width() > needed
        inks = (colors.train, colors.valid, colors.foreground)
        for text, word, ink in reversed(list(zip(self._numbers, words, inks, strict=True))):
            place = QRect(right - number, 0, number, height)
            write(painter, font, QColor(ink), place, text, RIGHT)
            right -= number + _GAP
            if has_words:
                width = metrics.horizontalAdvance(word) + 2
                place = QRect(right - width, 0, width, height)
                write(painter, font, QColor(ink), place, word, RIGHT)
                right -= width + _GAP
        return right


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
