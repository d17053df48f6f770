"""What is seen of a table: its first rows, its columns to choose from, what is wrong with it."""

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from regplay.core.datasets import Problem, TableReader
from regplay.gui.theme import blend, colors_of, refusal_color
from regplay.gui.widgets import ModelIndex

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

    def set_columns(self, names: Sequence[str], wanted: Collection[int], target: int) -> None:
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
        self.set_target(target)

    def set_target(self, target: int) -> None:
        """Take another column out of those to be checked; `changed` is not emitted."""
        self._target = target
        with QSignalBlocker(self):
            for column in range(self.count()):
                self._show(column)

    def checked(self) -> list[int]:
        """The columns that are checked."""
        return sorted(self._wanted - {self._target})

    def set_all(self, checks: bool) -> None:
        """Check all or none; `changed` follows once."""
        self._wanted = set(range(self.count())) if checks else set()
        self.set_target(self._target)
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


ItemRole = Qt.ItemDataRole
Palette = QPalette.ColorRole
_FADED = 0.45  # share of the ground in the text of what is not used
_TINT = 0.22  # share of the colour of the target, and of a wrong cell, in the ground
_WIDEST = 160  # px of a column
_MOST_COLUMNS = 200  # more are not shown: a view of thousands is slow, and tells nobody anything


class PreviewModel(QAbstractTableModel):
    """The cells of the first rows, each column with the part that it plays."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view  # whose palette is followed
        self._sheet: TableReader | None = None
        self._inputs: frozenset[int] = frozenset()
        self._target: int | None = None
        self._wrong: dict[tuple[int, int | None], str] = {}

    def set_sheet(self, sheet: TableReader | None) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._sheet = sheet
        self.endResetModel()

    def set_parts(self, inputs: Collection[int], target: int | None) -> None:
        """Show which columns are used, and as what."""
        self._inputs, self._target = frozenset(inputs), target
        self._changed()

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """Mark the cells that are wrong."""
        self._wrong = {(one.row, one.column): one.message for one in problems if one.row}
        self._changed()

    def row_of(self, number: int) -> int | None:
        """Where the row that a spreadsheet gives this number is shown; None if it is not."""
        numbers = [number for number, _ in self._sheet.sample] if self._sheet is not None else []
        return numbers.index(number) if number in numbers else None

    def rowCount(self, parent: ModelIndex | None = None) -> int:
        """How many rows are shown."""
        return 0 if self._sheet is None else len(self._sheet.sample)

    def columnCount(self, parent: ModelIndex | None = None) -> int:
        """How many columns are shown."""
        return 0 if self._sheet is None else min(len(self._sheet.names), _MOST_COLUMNS)

    def data(self, index: ModelIndex, role: int = ItemRole.DisplayRole) -> object:
        """The text of a cell, its colours, and what is wrong with it."""
        if self._sheet is None or not index.isValid():
            return None
        number, cells = self._sheet.sample[index.row()]
        column = index.column()
        message = self._wrong.get((number, column), "")
        palette = self._view.palette()
        match role:
            case ItemRole.DisplayRole:
                return cells[column]
            case ItemRole.ToolTipRole:
                return message or cells[column]
            case ItemRole.BackgroundRole if message:
                return self._tint(refusal_color(palette))
            case ItemRole.BackgroundRole if column == self._target:
                return self._tint(QColor(colors_of(palette).train))
            case ItemRole.ForegroundRole if column != self._target and column not in self._inputs:
                text, base = (palette.color(role) for role in (Palette.Text, Palette.Base))
                return blend(text, base, _FADED)
            case ItemRole.TextAlignmentRole if not self._sheet.is_text(column):
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ItemRole.DisplayRole
    ) -> object:
        """The name of a column and its part below; the number of a row."""
        if self._sheet is None or role != ItemRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(self._sheet.sample[section][0])
        part = "input" if section in self._inputs else "not used"
        part = "target" if section == self._target else part
        return f"{self._sheet.names[section]}\n{part}"

    def _tint(self, color: QColor) -> QColor:
        return blend(self._view.palette().color(Palette.Base), color, _TINT)

    def _changed(self) -> None:
        rows, columns = self.rowCount(), self.columnCount()
        if rows and columns:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, columns - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, columns - 1)


class Preview(QTableView):
    """The first rows; the target is tinted, what is not used is grey, what is wrong is red."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = PreviewModel(self)
        self.setModel(self.rows)
        self.setAccessibleName("First rows")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leads on
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMaximumSectionSize(_WIDEST)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def set_sheet(self, sheet: TableReader | None) -> None:
        """Show other rows."""
        self.rows.set_sheet(sheet)
        self.resizeColumnsToContents()

    def show_place(self, problem: Problem) -> None:
        """Bring a cell into sight, if its row is one of those shown."""
        row = self.rows.row_of(problem.row) if problem.row else 0
        column = problem.column or 0
        if row is not None and column < self.rows.columnCount():
            self.scrollTo(self.rows.index(row, column))


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

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """List these."""
        self._problems = sorted(problems, key=lambda one: one.row)
        with QSignalBlocker(self):
            self.clear()
            for one in self._problems:
                column = "" if one.column is None else one.column_name or f"column {one.column + 1}"
                item = QTreeWidgetItem([f"{one.row}" if one.row else "", column, one.message])
                item.setTextAlignment(0, Qt.AlignmentFlag.AlignRight)
                item.setToolTip(2, one.message)
                self.addTopLevelItem(item)

    def _go(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self._problems[self.indexOfTopLevelItem(item)])
