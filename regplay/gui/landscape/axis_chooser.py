"""What the columns or the rows of a landscape are: a field, and how many of its values."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QWidget

from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.landscape import landscape_axis
from regplay.core.sweep import NumberAxis
from regplay.gui.controls.choice import Combo
from regplay.gui.naming import named

_COUNTS = (5, 9, 15, 25)
_ROOM = 34  # px of a combo box beside its text


class AxisChooser(QWidget):
    """A combo box for the field and one for the number of positions.

    Signals
    -------
    pathChosen
        A person chose this field.
    countChosen
        A person chose about so many positions.
    """

    pathChosen = Signal(str)
    countChosen = Signal(int)

    def __init__(self, name: str, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paths = named(f"landscape.{name}", Combo())
        self.counts = named(f"landscape.{name}.count", Combo())
        for path in SWEEPABLE:
            self.paths.addItem(FIELDS[path].label, path)
        self.paths.setToolTip(f"What the {noun}s are")
        self.paths.setAccessibleName(f"Field of the {noun}s")
        self.counts.setToolTip(f"Number of {noun}s")
        self.counts.setAccessibleName(f"Number of {noun}s")
        self._fit()
        self.paths.activated.connect(self._path_activated)
        self.counts.activated.connect(self._count_activated)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        row.addWidget(self.paths)
        row.addWidget(self.counts)

    def _fit(self) -> None:
        """Show the longest name whole."""
        metrics = self.fontMetrics()
        longest = max(metrics.horizontalAdvance(FIELDS[path].label) for path in SWEEPABLE)
        self.paths.setFixedWidth(longest + _ROOM)
        self.counts.setFixedWidth(metrics.horizontalAdvance("00") + _ROOM)

    def setAxis(self, axis: NumberAxis) -> None:
        """Show an axis, without a signal."""
        self.paths.setCurrentIndex(self.paths.findData(axis.path))
        lengths = {len(landscape_axis(axis.path, count).values): count for count in _COUNTS[::-1]}
        lengths.setdefault(len(axis.values), len(axis.values))
        self.counts.clear()
        for length, count in sorted(lengths.items()):
            self.counts.addItem(str(length), count)
        self.counts.setCurrentText(str(len(axis.values)))

    def setUsable(self, paths: Collection[str]) -> None:
        """Grey the fields that are not among `paths`."""
        model = self.paths.model()
        assert isinstance(model, QStandardItemModel)
        for index, path in enumerate(SWEEPABLE):
            is_usable = path in paths
            model.item(index).setEnabled(is_usable)
            tip = "" if is_usable else "Has no effect on the present experiment"
            self.paths.setItemData(index, tip, Qt.ItemDataRole.ToolTipRole)

    def _path_activated(self, index: int) -> None:
        self.pathChosen.emit(self.paths.itemData(index))

    def _count_activated(self, index: int) -> None:
        self.countChosen.emit(self.counts.itemData(index))
