"""What is wrong with a table, by row and column."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from regplay.core.datasets.csv_reader import Problem

_HEADINGS = ("Row", "Column", "Problem")
_SHOWN = 4  # rows in sight


class ProblemsList(QTreeWidget):
    """A line for each problem.

    Signals
    -------
    chosen
        The `Problem` of the line that a person went to.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []
        self.setHeaderLabels(list(_HEADINGS))
        self.setAccessibleName("Problems")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        header = self.header()
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        line = self.fontMetrics().height() + 4
        self.setFixedHeight((_SHOWN + 1) * line + 12)
        self.currentItemChanged.connect(self._go)

    def problems(self) -> Sequence[Problem]:
        """Those that are listed, from the first row to the last."""
        return tuple(self._problems)

    def setProblems(self, problems: Sequence[Problem]) -> None:
        """List these."""
        self._problems = sorted(problems, key=lambda one: one.row)
        was_blocked = self.blockSignals(True)
        self.clear()
        for one in self._problems:
            column = "" if one.column is None else one.column_name or f"column {one.column + 1}"
            item = QTreeWidgetItem([f"{one.row}" if one.row else "", column, one.message])
            item.setTextAlignment(0, Qt.AlignmentFlag.AlignRight)
            item.setToolTip(2, one.message)
            self.addTopLevelItem(item)
        self.blockSignals(was_blocked)

    def _go(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self._problems[self.indexOfTopLevelItem(item)])
