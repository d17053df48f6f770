"""Text: that gives way in a narrow window, stands where a plot would be, or has to be read."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from regplay.gui.theme import zoomed
from regplay.gui.widgets.buttons import CloseButton, PushButton
from regplay.gui.widgets.layout import named
from regplay.gui.widgets.plain_text import Label, as_plain


class ElidedLabel(Label):
    """Plain text that takes what room is left; the tooltip says what has no room.

    With `setWordWrap`, as many lines as there is room for; the last one is cut. Not superqt's
    `QElidingLabel`: that knows no shorter texts, and no tooltip for what is cut.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._shorter: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        return self._whole

    @property
    def shown(self) -> str:
        """What there is room for."""
        return super().text()

    def setText(self, text: str, *shorter: str) -> None:
        """Say something else.

        Parameters
        ----------
        *shorter
            What to say, each where there is no room for those before; only the last one is cut.
        """
        if (text, shorter) != (self._whole, self._shorter):
            self._whole, self._shorter = text, shorter
            self.setToolTip(as_plain(text))
            self.setAccessibleName(text)
            self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Another font takes other room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._elide()

    def minimumSizeHint(self) -> QSize:
        """Room for the sign that something is left out."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("…"), metrics.height())

    def _elide(self) -> None:
        room, metrics = self.contentsRect(), self.fontMetrics()
        for text in (self._whole, *self._shorter):
            lines, most = [text], 1
            if self.wordWrap():
                lines = _wrapped(text.rstrip(), self.font(), room.width())
                most = max(1, room.height() // metrics.lineSpacing())
            kept, rest = lines[: most - 1], " ".join(lines[most - 1 :])
            last = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room.width())
            if last == rest:
                break
        super().setText(text if last == rest else "\n".join([*kept, last]))


def _wrapped(text: str, font: QFont, width: int) -> list[str]:
    """The lines of a text at a width in pixels."""
    layout, lines = QTextLayout(text, font), []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append(text[line.textStart() : line.textStart() + line.textLength()].rstrip())
    layout.endLayout()
    return lines or [""]


class WrappedLabel(Label):
    """Text in as many lines as its width asks for, which a scroll area leaves it the height for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)

    def minimumSizeHint(self) -> QSize:
        """All lines at the present width, or at a readable one as long as it has none."""
        width = super().minimumSizeHint().width()
        has_width = self.width() >= width
        return QSize(width, self.heightForWidth(self.width() if has_width else zoomed(_LINE_WIDTH)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class _ReadableColumn(QWidget):
    """Centred text that wraps, above anything else; in the middle of a place of any size."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = named(name, WrappedLabel())
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self._column.addWidget(self._label)
        self._column.addStretch(1)
        self._set_margins()

    def text(self) -> str:
        return self._label.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_margins()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text has longer lines."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_column"):
            self._set_margins()

    def _set_margins(self) -> None:
        beside = max((self.width() - zoomed(_LINE_WIDTH)) // 2, _MARGIN)
        self._column.setContentsMargins(beside, _MARGIN, beside, _MARGIN)

    def minimumSizeHint(self) -> QSize:
        """Whatever the margins are now."""
        inside = super().minimumSizeHint()
        beside = self._column.contentsMargins().left()
        return QSize(inside.width() - 2 * (beside - _MARGIN), inside.height())


_LINE_WIDTH = 400  # px at 100 %, about sixty letters: as much as a line can be read at ease
_MARGIN = 16  # px


class Sentence(_ReadableColumn):
    """Says why there is no plot."""

    def set_text(self, text: str) -> None:
        self._label.setText(text)


class Invitation(_ReadableColumn):
    """Says what will be seen here, and starts it by one click.

    Signals
    -------
    accepted
        The button.
    """

    accepted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{name}.text", parent)
        self.button = named(name, PushButton())
        self.button.clicked.connect(self.accepted)
        self._column.insertWidget(2, self.button, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_texts(self, text: str, button: str) -> None:
        """Say this, above a button that is called so; without a name there is none."""
        self._label.setText(text)
        self.button.setText(button)
        self.button.setVisible(bool(button))


class Banner(QFrame):
    """Shows one message until it is closed or cleared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._text = named("banner.text", Label())
        self._text.setWordWrap(True)
        self._close = named("banner.close", CloseButton())
        self._close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self.hide()

    def text(self) -> str:
        """The message that is shown."""
        return self._text.text()

    def show_message(self, message: str) -> None:
        """Show a message in place of the one before; an empty one takes that away."""
        if not message:
            self.clear()
            return
        self._text.setText(f"⚠  {message}")
        self.show()

    def clear(self) -> None:
        """Take the message away."""
        self._text.clear()
        self.hide()
