"""Which columns to predict from: a list of them to be checked."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ColumnsList(QListWidget):
    """A check box for each column but the target, which comes back when another is the target.

    Signals
    -------
    changed
        A person checked or unchecked one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: set[int] = set()
        self._names: list[str] = []
        self._target = -1
        self.setAccessibleName("Inputs")
        # On the ground of a text field, an unchecked box can't be seen in a dark window.
        self.viewport().setBackgroundRole(QPalette.ColorRole.Window)
        self.itemChanged.connect(self._note)

    def setColumns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
        """List these; `changed` is not emitted.

        Parameters
        ----------
        wanted
            Columns to predict from, unless they are the target.
        """
        self._wanted = set(wanted)
        self._names = list(names)
        self.clear()
        self.addItems(self._names)
        self.setTarget(target)

    def setTarget(self, target: int) -> None:
        """Take another column out of those to be checked; `changed` is not emitted."""
        self._target = target
        was_blocked = self.blockSignals(True)
        for column in range(self.count()):
            self._show(column)
        self.blockSignals(was_blocked)

    def checked(self) -> list[int]:
        """The columns that are checked."""
        return sorted(self._wanted - {self._target})

    def setAll(self, checks: bool) -> None:
        """Check all or none; `changed` follows once."""
        self._wanted = set(range(self.count())) if checks else set()
        self.setTarget(self._target)
        self.changed.emit()

    def _show(self, column: int) -> None:
        item, name = self.item(column), self._names[column]
        is_target = column == self._target
        checkable = Qt.ItemFlag.ItemIsUserCheckable
        item.setFlags(item.flags() & ~checkable if is_target else item.flags() | checkable)
        item.setText(f"{name} (target)" if is_target else name)
        item.setToolTip(item.text())
        state = _CHECKED if column in self._wanted else _UNCHECKED
        item.setData(Qt.ItemDataRole.CheckStateRole, None if is_target else state)

    def _note(self, item: QListWidgetItem) -> None:
        column = self.row(item)
        is_wanted = item.checkState() is _CHECKED
        if is_wanted != (column in self._wanted):
            self._wanted ^= {column}
            self.changed.emit()
