"""Lines of text that wrap, drawn by whatever they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QFontDatabase,
    QPainter,
    QPalette,
    QTextDocument,
)

from regplay.gui.controls import tones
from regplay.gui.lessons.markdown import document

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
