"""A strip for messages that a person has to read: what went wrong, where, and what to do."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from regplay.gui.widgets.buttons import CloseButton
from regplay.gui.widgets.layout import named


class Banner(QFrame):
    """Shows one message until it is closed or cleared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._text = named("banner.text", QLabel())
        self._text.setWordWrap(True)
        self._text.setTextFormat(self._text.textFormat().PlainText)
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
