"""The line of tools above the plot while points are edited."""

from math import floor, log10

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from regplay.core.datasets import MAX_CLASSES, Dataset
from regplay.core.number_text import counted
from regplay.gui.plots import Range, bounds
from regplay.gui.theme import colors_of
from regplay.gui.widgets import ElidedLabel, FlatButton, Label, NumberBox, Toggle, fill, named
from regplay.session.drawing import MOST

_DOT = 5.0  # pixels of radius
_LEFT = 12.0


class ClassChip(Toggle):
    """The class's colour and its number; filled, as other toggles, while it is the present one."""

    def __init__(self, index: int) -> None:
        super().__init__(str(index), f"Points to come are of class {index} (key {index})")
        self.index = index
        self.setAccessibleName(f"Class {index}")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay with the plot

    def sizeHint(self) -> QSize:
        """Room for a dot beside the number."""
        return super().sizeHint() + QSize(14, 0)

    def _draw_content(self, painter: QPainter) -> None:
        colors = colors_of(self)
        painter.setPen(QPen(QColor(colors.background), 1.4))
        painter.setBrush(QColor(colors.class_color(self.index)))
        painter.drawEllipse(QPointF(_LEFT, self.height() / 2), _DOT, _DOT)
        painter.setPen(self.palette().windowText().color())
        beside = self.rect().adjusted(round(_LEFT + _DOT) + 2, 0, -4, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self.text())


class TargetBox(NumberBox):
    """A number, or at its lower end the value of the nearest point."""

    def __init__(self) -> None:
        super().__init__()
        self.setKeyboardTracking(False)
        self.setSpecialValueText("as the nearest")
        self.setAccessibleName("Value of points to come")
        self.setToolTip(
            "The value that points to come have; at its lower end that of the point nearest to them"
        )
        self._span: Range | None = None

    def set_span(self, span: Range) -> None:
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


_HINT = "Click adds, drag moves, right click deletes"
_CLASSES_HINT = f"{_HINT}; Shift: the next class"
_LAST = "Click adds, drag moves; the last point can't be deleted"
_FULL = f"{MOST:,} points are the most; drag moves, right click deletes"
_WAITING = "Edits of points that are not drawn at present are made once they are drawn again"
_OUTLIER = "A point far from what the others tell: what does one such point do to the fit?"


class EditStrip(QWidget):
    """Which class or value points to come have, an outlier, and how many points there are."""

    class_changed = Signal()  # points to come are of another class
    outlier_clicked = Signal()  # one more point is wanted, far from what the others tell

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("edit.strip")
        self._points = ""
        self._group = QButtonGroup(self)
        self.chips = [named(f"edit.class.{k}", ClassChip(k)) for k in range(MAX_CLASSES)]
        for k, chip in enumerate(self.chips):
            self._group.addButton(chip, k)
        self.chips[0].setChecked(True)
        self._group.idToggled.connect(lambda *_: self.class_changed.emit())
        self._value = Label("Value")
        self.target = named("edit.value", TargetBox())
        self.outlier = named("edit.outlier", FlatButton("Add outlier", _OUTLIER))
        self.outlier.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.outlier.clicked.connect(self.outlier_clicked)
        self.hint = named("edit.hint", ElidedLabel())
        self.count = named("edit.count", Label())
        parts = self._value, self.target, self.outlier, 6, (self.hint, 1), 6, self.count
        fill(QHBoxLayout(self), *self.chips, *parts, margins=(6, 1, 6, 3), spacing=3)

    @property
    def current_class(self) -> int:
        """The class of points to come."""
        return self._group.checkedId()

    def set_class(self, index: int) -> None:
        """Make this the class of points to come, if there may be so many."""
        if index < len(self.chips):
            self.chips[index].setChecked(True)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show what goes with the points of a dataset."""
        has_classes = dataset.task == "classification"
        for chip in self.chips:
            chip.setVisible(has_classes)
        has_value = not has_classes and dataset.n_inputs == 2
        self._value.setVisible(has_value)
        self.target.setVisible(has_value)
        span = bounds(dataset.train.y) if has_value else None
        if span is not None:
            self.target.set_span(span)
        n = len(dataset.train.y)
        few = _LAST if n == 1 else _CLASSES_HINT if has_classes else _HINT
        self.hint.setText(_FULL if n >= MOST else few)
        self.outlier.setEnabled(n < MOST)
        self.outlier.setToolTip(_OUTLIER if n < MOST else _FULL)
        self._points = counted(n, "training point")
        self.set_waiting(0)

    def set_waiting(self, edits: int) -> None:
        """Say how many edits are of points that are not drawn at present."""
        verb = "edits wait" if edits != 1 else "edit waits"
        self.count.setText(f"{self._points}; {edits:,} {verb}" if edits else self._points)
        self.count.setToolTip(_WAITING if edits else "")
