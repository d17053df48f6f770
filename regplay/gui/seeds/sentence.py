"""A sentence where a plot would be."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from regplay.gui.naming import named

_WIDTH = 400  # px, about sixty letters: as much as a line can be read at ease


class Sentence(QWidget):
    """Says why there is no plot."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = named(name, QLabel())
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMaximumWidth(_WIDTH)
        # As high as there is room: a label takes its height from a width that it does not get.
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self._label)

    def setText(self, text: str) -> None:
        """Say this."""
        self._label.setText(text)

    def text(self) -> str:
        """What is said."""
        return self._label.text()
