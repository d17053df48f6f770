"""The value that points to come have, where a place in the plot does not say it."""

from math import floor, log10

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from regplay.gui.controls.keys import asks_for_space
from regplay.gui.plots.ranges import Range


class TargetBox(QDoubleSpinBox):
    """A number, or at its lower end the value of the nearest point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.setSpecialValueText("as the nearest")
        self.setAccessibleName("Value of points to come")
        self.setToolTip(
            "The value that points to come have; at its lower end that of the point nearest to them"
        )
        self._span: Range | None = None

    def event(self, event: QEvent) -> bool:
        """Leave Space to the window, after the number typed so far is taken."""
        if asks_for_space(event):
            self.interpretText()
            event.ignore()
            return False
        return super().event(event)

    def setSpan(self, span: Range) -> None:
        """The range of the targets; a number may lie as far again outside of it."""
        if span == self._span:
            return
        target, self._span = self.target(), span
        low, high = span
        width = (high - low) or abs(low) or 1.0
        step = 10.0 ** floor(log10(width / 5))
        self.setDecimals(max(0, 1 - floor(log10(step))))
        self.setSingleStep(step)
        self.setRange(low - width - step, high + width)
        self.setValue(self.minimum() if target is None else target)

    def target(self) -> float | None:
        """The number, or None for that of the nearest point."""
        return None if self.value() == self.minimum() else self.value()
