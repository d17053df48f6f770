"""Buttons: a word, a word that stays down, text that wraps."""

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget

from regplay.gui.widgets import tones as tones
from regplay.gui.widgets.status_mark import MARK, StatusMark, draw_mark
from regplay.gui.widgets.texts import Line, Lines

_PADDING = QSize(14, 7)  # px around the text
_RADIUS = 4.0


class Toggle(QToolButton):
    """A checkable button whose state shows in light and dark.

    It draws itself: Fusion shows a checked button by a shade that a dark palette swallows, and a
    style sheet keeps the colours of the palette that it was made with.
    """

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """As large as the text needs."""
        return self.fontMetrics().size(0, self.text()) + _PADDING

    def minimumSizeHint(self) -> QSize:
        """No smaller: the text is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame with the text in it, filled while the button is down."""
        palette, role = self.palette(), QPalette.ColorRole
        is_lit = self.isChecked() or self.underMouse()
        edge = palette.color(role.Highlight) if is_lit else QColor(128, 128, 128, 150)
        if self.hasFocus():
            edge = palette.color(role.WindowText)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1.0))
        painter.setBrush(
            palette.brush(role.Highlight) if self.isChecked() else Qt.BrushStyle.NoBrush
        )
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS
        )
        text = role.HighlightedText if self.isChecked() else role.WindowText
        painter.setPen(palette.color(text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


pass


class Press(Toggle):
    """Looks like a `Toggle` that is up. Space belongs to the window, so Enter presses it."""

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, tip, parent)
        self.setCheckable(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)


_WIDTH = 200  # px, asked for; the height follows from the width there is
_WORDS_BUTTON_PADDING = 7  # px between the frame and the text
_WORDS_BUTTON_RADIUS = 4.0


class WordsButton(QAbstractButton):
    """A button whose text wraps, with a mark before it if it is given one.

    Space belongs to the window, so Enter presses it; the arrow keys go to its neighbours.
    """

    def __init__(
        self, *lines: Line, mark: StatusMark | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._has_frame = True
        self._is_chosen = False
        self._indent = 0
        self._mark = mark
        self._lines = lines
        self._set_up()

    def set_lines(self, *lines: Line, mark: StatusMark | None = None) -> None:
        """Show other text and another mark."""
        if (lines, mark) != (self._lines, self._mark):
            self._lines, self._mark = lines, mark
            self._set_up()

    def mark(self) -> StatusMark | None:
        """The mark before the text."""
        return self._mark

    def words(self) -> str:
        """What is written, a line each."""
        return "\n".join(line.text for line in self._lines)

    def set_flat(self, indent: int = 0) -> None:
        """Draw the frame only while it is pointed at or focused; start `indent` px in."""
        self._has_frame, self._indent = False, indent
        self._set_up()

    def set_chosen(self, is_chosen: bool) -> None:
        """Point out that this is where the reader is."""
        self._is_chosen = is_chosen
        self.update()

    def _set_up(self) -> None:
        self._drawn = Lines(self._lines, self.font(), self.palette())
        state = "" if self._mark is None else f"{self._mark.value}: "
        self.setAccessibleName(state + self.words())
        self.updateGeometry()
        self.update()

    def _left(self) -> int:
        return (
            self._indent
            + _WORDS_BUTTON_PADDING
            + (0 if self._mark is None else MARK + _WORDS_BUTTON_PADDING)
        )

    def _padding(self) -> int:
        return _WORDS_BUTTON_PADDING if self._has_frame else _WORDS_BUTTON_PADDING // 2

    def heightForWidth(self, width: int) -> int:
        """As tall as the text is at this width."""
        inner = max(width - self._left() - _WORDS_BUTTON_PADDING, 1)
        return ceil(self._drawn.height(inner)) + 2 * self._padding()

    def sizeHint(self) -> QSize:
        """A column; the layout asks for the height at the width there is."""
        return QSize(_WIDTH, self.heightForWidth(_WIDTH))

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(80, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._set_up()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, the mark and the lines."""
        palette, role = self.palette(), QPalette.ColorRole
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)  # answers stay in full colour
        is_lit = self.isEnabled() and (self.underMouse() or self._is_chosen)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = palette.color(role.Highlight) if is_lit else tones.line(palette, 0.25)
        if self.hasFocus():
            edge = palette.color(role.WindowText)
        if self._has_frame or is_lit or self.hasFocus():
            painter.setPen(QPen(edge, 1.0))
            if self._is_chosen:
                window, accent = palette.color(role.Window), palette.color(role.Highlight)
                painter.setBrush(tones.blend(window, accent, 0.14))
            frame = QRectF(self.rect()).adjusted(self._indent + 0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(frame, _WORDS_BUTTON_RADIUS, _WORDS_BUTTON_RADIUS)
        padding = self._padding()
        if self._mark is not None:
            middle = padding + self.fontMetrics().height() / 2 + 1
            draw_mark(
                painter,
                QPointF(self._indent + _WORDS_BUTTON_PADDING + MARK / 2, middle),
                self._mark,
                palette,
            )
        self._drawn.draw(
            painter, self._left(), padding, self.width() - self._left() - _WORDS_BUTTON_PADDING
        )
        painter.end()
