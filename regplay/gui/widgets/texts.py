"""Text that gives way in a narrow window, or stands where a plot would be."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget
from superqt.elidable import QElidingLabel

from regplay.gui.widgets.layout import named


class ElidedLabel(QElidingLabel):
    """Plain text that takes what room is left; the tooltip says what has no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Say something else."""
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)
            self.setAccessibleName(text)


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
