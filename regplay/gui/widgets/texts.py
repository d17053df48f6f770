"""Text that wraps, gives way in a narrow window, or stands where a plot would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from regplay.gui.lessons.markdown_view import document
from regplay.gui.theme import colors_of
from regplay.gui.widgets import tones as tones
from regplay.gui.widgets.layout import named

_GAP = 3.0  # px between lines


@dataclass(frozen=True)
class Line:
    """Some text and how it is written; what is long wraps."""

    text: str
    size: float = 1.0  # in that of the widget's font
    is_bold: bool = False
    is_quiet: bool = False
    is_plain: bool = False  # else it is Markdown
    is_code: bool = False  # plain, in letters of one width


class Lines:
    """Some `Line`s below one another, laid out at a width and drawn."""

    def __init__(self, lines: Sequence[Line], font: QFont, palette: QPalette) -> None:
        self._documents = [_made(line, font, palette) for line in lines]
        self._colors = [
            tones.line(palette, 0.7) if line.is_quiet else palette.windowText().color()
            for line in lines
        ]

    def height(self, width: float) -> float:
        """How tall the text is at this width, both in px."""
        total = 0.0
        for made in self._documents:
            _fit(made, width)
            total += made.size().height() + _GAP
        return max(total - _GAP, 0.0)

    def draw(self, painter: QPainter, left: float, top: float, width: float) -> None:
        """Draw the text from there down."""
        for made, color in zip(self._documents, self._colors, strict=True):
            _fit(made, width)
            context = QAbstractTextDocumentLayout.PaintContext()
            palette = QPalette()
            palette.setColor(QPalette.ColorRole.Text, color)
            context.palette = palette  # type: ignore[attr-defined]
            painter.save()
            painter.translate(left, top)
            made.documentLayout().draw(painter, context)
            painter.restore()
            top += made.size().height() + _GAP


def _made(line: Line, font: QFont, palette: QPalette) -> QTextDocument:
    font = QFont(font)
    if line.is_code:
        font.setFamily(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
    font.setPointSizeF(font.pointSizeF() * line.size)
    font.setBold(line.is_bold)
    if not (line.is_code or line.is_plain):
        return document(line.text, font, palette)
    made = document("", font, palette)
    made.setPlainText(line.text)
    return made


def _fit(made: QTextDocument, width: float) -> None:
    if made.textWidth() != width:
        made.setTextWidth(width)


pass

_WIDTH = 200  # px, asked for; the height follows from the width there is


class Words(QWidget):
    """Text that wraps; its links can't be clicked."""

    def __init__(self, *lines: Line, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._lines = lines
        self._set_up()

    def set_lines(self, *lines: Line) -> None:
        """Show other text."""
        if lines != self._lines:
            self._lines = lines
            self._set_up()

    def text(self) -> str:
        """What is written, a line each."""
        return "\n".join(line.text for line in self._lines)

    def _set_up(self) -> None:
        self._drawn = Lines(self._lines, self.font(), self.palette())
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        return ceil(self._drawn.height(width))

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._set_up()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the lines."""
        painter = QPainter(self)
        self._drawn.draw(painter, 0, 0, self.width())
        painter.end()


class Hint(QWidget):
    """Elided where it has no room; its tooltip says all."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """All that it says."""
        return self._text

    def set_text(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        """Room for all of it."""
        return self.fontMetrics().size(0, self._text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as fits."""
        painter = QPainter(self)
        painter.setPen(QColor(colors_of(self).muted))
        right = Qt.TextElideMode.ElideRight
        text = self.fontMetrics().elidedText(self._text, right, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


_SENTENCE_WIDTH = 400  # px, about sixty letters: as much as a line can be read at ease


class Sentence(QWidget):
    """Says why there is no plot."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = named(name, QLabel())
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMaximumWidth(_SENTENCE_WIDTH)
        # As high as there is room: a label takes its height from a width that it does not get.
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self._label)

    def set_text(self, text: str) -> None:
        """Say this."""
        self._label.setText(text)

    def text(self) -> str:
        """What is said."""
        return self._label.text()
