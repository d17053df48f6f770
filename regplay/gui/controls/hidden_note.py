"""The line that says that some controls are hidden, with the way to have them back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from regplay.gui.controls.press import Press
from regplay.gui.naming import named


class HiddenNote(QWidget):
    """Shown only while something is hidden.

    Signals
    -------
    showAllClicked
        All controls are wanted.
    """

    showAllClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = named("controls.hidden", QLabel())
        self._button = named("controls.showAll", Press("Show all"))
        self._button.setToolTip("Show all controls; another page of the lesson may hide some again")
        self._button.setAccessibleName("Show all controls")
        self._button.clicked.connect(self.showAllClicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 2)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignRight)
        self.hide()

    def setCount(self, count: int) -> None:
        """Say how many controls are hidden; 0 takes the line away."""
        controls = "1 control is" if count == 1 else f"{count} controls are"
        self._text.setText(f"{controls} hidden here.")
        self.setVisible(count > 0)
