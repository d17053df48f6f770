"""The box in which a whole number is shown, stepped and typed, where no slider goes with it."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QSpinBox, QWidget

from regplay.gui.controls.keys import asks_for_space


class CountBox(QSpinBox):
    """Leaves Space to the window, after the number typed so far is taken.

    A number counts once it is typed whole: on the way to 50 it is not 5.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)

    def event(self, event: QEvent) -> bool:
        """Handle all events but the question whether Space is for the line edit."""
        if asks_for_space(event):
            self.interpretText()
            event.ignore()
            return False
        return super().event(event)

    def showValue(self, value: int) -> None:
        """Show another number, without `valueChanged`."""
        was_blocked = self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(was_blocked)
