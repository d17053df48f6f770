"""What is seen of a table: its first rows, its columns to choose from, what is wrong with it."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from regplay.core.datasets.own_table import KINDS, Problem, RawTable, text_of
from regplay.gui.theme import blend, colors_of, refusal_color, zoomed
from regplay.gui.widgets import ComboBox, Label, PushButton, as_plain, fill, named, take_out

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ColumnsList(QListWidget):
    """A check box for each column but the target, which comes back when another is the target.

    Signals
    -------
    changed
        A person checked or unchecked one.

    Attributes
    ----------
    names
        Of all columns.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted: set[int] = set()
        self.names: list[str] = []
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
        self.names = list(names)
        self.clear()
        self.addItems(self.names)
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
        item, name = self.item(column), self.names[column]
        is_target = column == self._target
        checkable = Qt.ItemFlag.ItemIsUserCheckable
        item.setFlags(item.flags() & ~checkable if is_target else item.flags() | checkable)
        item.setText(f"{name} (target)" if is_target else name)
        item.setToolTip(as_plain(item.text()))
        state = _CHECKED if column in self._wanted else _UNCHECKED
        item.setData(Qt.ItemDataRole.CheckStateRole, None if is_target else state)

    def _note(self, item: QListWidgetItem) -> None:
        column = self.row(item)
        is_wanted = item.checkState() is _CHECKED
        if is_wanted != (column in self._wanted):
            self._wanted ^= {column}
            self.changed.emit()


ItemRole = Qt.ItemDataRole
_FADED = 0.45  # share of the ground in the text of what is not used
_TINT = 0.22  # share of the colour of the target, and of a wrong cell, in the ground
_WIDEST, _NARROWEST = 160, 84  # px of a column at 100 %
_MOST_COLUMNS = 200  # more are not shown: a view of thousands is slow, and tells nobody anything
_MOST_ROWS = 20
_ON_THE_RIGHT = ("number", "row number")  # kinds


class Preview(QTableWidget):
    """The first rows; the target is tinted, what is not used is grey, what is wrong is red."""

    _raw: RawTable | None = None  # Qt tells of changes while it constructs

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inputs: frozenset[int] = frozenset()
        self._target: int | None = None
        self._wrong: dict[tuple[int, int | None], str] = {}
        self.setAccessibleName("First rows")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)  # Tab leads on
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMaximumSectionSize(zoomed(_WIDEST))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def set_table(self, raw: RawTable | None) -> None:
        self._raw = raw
        shown = [] if raw is None else raw.body.cells.iloc[:_MOST_ROWS, :_MOST_COLUMNS].to_numpy()
        self.setRowCount(len(shown))
        self.setColumnCount(0 if raw is None else min(len(raw.names), _MOST_COLUMNS))
        for row, column in np.ndindex(self.rowCount(), self.columnCount()):
            assert raw is not None
            item = QTableWidgetItem(text_of(shown[row][column]))
            if raw.columns[column].kind in _ON_THE_RIGHT:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        self.setVerticalHeaderLabels([str(number) for number in self._numbers()])
        self._show_parts()
        self.resizeColumnsToContents()
        for column in range(self.columnCount()):  # the kind has to fit above it
            self.setColumnWidth(column, max(self.columnWidth(column), zoomed(_NARROWEST)))

    def set_parts(self, inputs: Collection[int], target: int | None) -> None:
        """Show which columns are used, and as what."""
        if (frozenset(inputs), target) != (self._inputs, self._target):
            self._inputs, self._target = frozenset(inputs), target
            self._show_parts()

    def set_problems(self, problems: Iterable[Problem]) -> None:
        """Mark the cells that are wrong."""
        wrong = {(one.row, one.column): one.message for one in problems if one.row}
        if wrong != self._wrong:
            self._wrong = wrong
            self._show_parts()

    def show_place(self, problem: Problem) -> None:
        """Bring a cell into sight, if its row is one of those shown."""
        numbers, column = self._numbers(), problem.column or 0
        if column < self.columnCount() and (not problem.row or problem.row in numbers):
            row = numbers.index(problem.row) if problem.row else 0
            self.scrollTo(self.model().index(row, column))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_parts()

    def _numbers(self) -> list[int]:
        """What a spreadsheet calls the rows that are shown."""
        return [] if self._raw is None else self._raw.body.numbers[: self.rowCount()].tolist()

    def _show_parts(self) -> None:
        """Name the columns, with their part below, and colour the cells."""
        names = [] if self._raw is None else self._raw.names
        palette, role = self.palette(), QPalette.ColorRole
        text, base = palette.color(role.Text), palette.color(role.Base)
        wrong = blend(base, refusal_color(palette), _TINT)
        target = blend(base, QColor(colors_of(palette).train), _TINT)
        faded = blend(text, base, _FADED)
        for column in range(self.columnCount()):
            is_target, is_used = column == self._target, column in self._inputs
            part = "target" if is_target else "input" if is_used else "not used"
            self.setHorizontalHeaderItem(column, QTableWidgetItem(f"{names[column]}\n{part}"))
            for row, number in enumerate(self._numbers()):
                item, message = self.item(row, column), self._wrong.get((number, column), "")
                assert item is not None
                ground = target if is_target else None
                item.setData(ItemRole.BackgroundRole, wrong if message else ground)
                item.setData(ItemRole.ForegroundRole, None if is_target or is_used else faded)
                item.setToolTip(as_plain(message or item.text()))


class KindStrip(QWidget):
    """Above each column of a preview, what it holds, to be said otherwise.

    Signals
    -------
    chosen
        (int, str): a column, and the kind that a person gave it.
    """

    chosen = Signal(int, str)

    def __init__(self, preview: Preview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview = preview
        self.boxes: list[ComboBox] = []
        self.setFixedHeight(ComboBox().sizeHint().height())
        preview.horizontalHeader().sectionResized.connect(self._place)
        preview.horizontalScrollBar().valueChanged.connect(self._place)
        preview.horizontalScrollBar().rangeChanged.connect(self._place)

    def set_table(self, raw: RawTable | None) -> None:
        """Show the kinds of its columns; `chosen` is not emitted."""
        count = self._preview.columnCount()
        for box in self.boxes[count:]:
            box.hide()
            box.deleteLater()
        del self.boxes[count:]
        while len(self.boxes) < count:
            self.boxes.append(self._box(len(self.boxes)))
        for box, column in zip(self.boxes, () if raw is None else raw.columns, strict=False):
            box.setCurrentIndex(box.findText(column.kind))
            box.setEnabled(column.kind != "empty")
            box.setToolTip(as_plain(column.reason))
            box.setAccessibleName(f"What {column.name} holds")
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _box(self, column: int) -> ComboBox:
        box = named(f"data.dialog.kind.{column}", ComboBox({kind: kind for kind in KINDS}, self))
        box.setMinimumWidth(0)  # as narrow as a person makes its column
        box.activated.connect(lambda at: self.chosen.emit(column, box.itemText(at)))
        return box

    def _place(self) -> None:
        left = self._preview.viewport().x()
        right = left + self._preview.viewport().width()
        for column, box in enumerate(self.boxes):
            start = left + self._preview.columnViewportPosition(column)
            end = start + self._preview.columnWidth(column)
            box.setGeometry(start, 0, end - start, self.height())
            box.setVisible(start >= left - 1 and start < right)


class QuestionBar(QWidget):
    """A line with a question, and a button for each answer; hidden where there is none.

    Signals
    -------
    answered
        (str, str): a field path, and the value that settles the question.
    """

    answered = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = Label(self)
        self.label.setWordWrap(True)
        self.buttons: list[PushButton] = []
        self._row = fill(QHBoxLayout(self), (self.label, 1), spacing=6)
        self.hide()

    def ask(self, text: str, answers: Sequence[tuple[str, str, str]]) -> None:
        """Ask this, in place of what was asked before; without answers nothing is asked.

        Parameters
        ----------
        answers
            Of each its title, and what `answered` tells.
        """
        take_out(self.buttons, self._row)
        self.label.setText(text)
        self.buttons = [self._button(place, *answer) for place, answer in enumerate(answers)]
        self.setVisible(bool(answers))

    def _button(self, place: int, title: str, path: str, value: str) -> PushButton:
        button = named(f"data.dialog.answer.{place}", PushButton(title, self))
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.answered.emit(path, value))
        self._row.addWidget(button)
        return button


_SHOWN = 6  # lines in sight
_CELL_MARGIN = 4  # px


class ProblemsList(QTreeWidget):
    """A line for each problem.

    Signals
    -------
    chosen
        The `Problem` of the line that a person went to.
    """

    chosen = Signal(object)

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: list[Problem] = []
        self.setHeaderLabels(["Row", "Column", heading])
        self.setAccessibleName(f"{heading}s")
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        self.setAlternatingRowColors(True)
        header = self.header()
        header.setSectionsMovable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.sectionResized.connect(self._wrap)
        line = self.fontMetrics().height() + 4
        self.setMinimumHeight(3 * line + 12)  # where the window is low
        self.setMaximumHeight((_SHOWN + 1) * line + 12)
        self.currentItemChanged.connect(self._go)

    def problems(self) -> Sequence[Problem]:
        """Those that are listed, from the first row to the last."""
        return tuple(self._problems)

    def set_problems(self, problems: Sequence[Problem]) -> None:
        self._problems = sorted(problems, key=lambda one: one.row)
        with QSignalBlocker(self):
            self.clear()
            for one in self._problems:
                column = "" if one.column is None else one.column_name or f"column {one.column + 1}"
                item = QTreeWidgetItem([f"{one.row}" if one.row else "", column, one.message])
                top = Qt.AlignmentFlag.AlignTop
                for part, side in enumerate(("Right", "Left", "Left")):
                    item.setTextAlignment(part, top | Qt.AlignmentFlag[f"Align{side}"])
                item.setToolTip(2, as_plain(one.message))
                self.addTopLevelItem(item)
        self._wrap()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def _wrap(self) -> None:
        """Give each message the lines that it takes, which Qt does not."""
        width = self.header().sectionSize(2) - 2 * _CELL_MARGIN
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            assert item is not None
            room = QRect(0, 0, width, 0), Qt.TextFlag.TextWordWrap, item.text(2)
            lines = self.fontMetrics().boundingRect(*room).height()
            item.setSizeHint(2, QSize(0, lines + _CELL_MARGIN))
        self.doItemsLayout()

    def _go(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(self._problems[self.indexOfTopLevelItem(item)])
