"""The rows of the list of runs: the present one, then the pins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from regplay.core.experiment import Experiment
from regplay.gui.runs.outcome import Outcome, gap_text, loss_text, outcome
from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import LIGHT, Colors
from regplay.session.pins import Pin, Pins, value_texts
from regplay.session.run import Run

ROW = int(Qt.ItemDataRole.UserRole)
_MIME = "application/x-regplay-pin"
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """What one line shows.

    `colors` holds one colour for a pin; the present run has those of its fit and both losses.
    """

    name: str
    values: str
    outcome: Outcome
    colors: tuple[str, ...]
    pin: Pin | None = None
    is_hidden: bool = False

    @property
    def shows(self) -> tuple[object, ...]:
        """All that is seen of it: numbers that only differ behind their last digit are the same."""
        return (*self.texts, self.best_text, self.values, self.name, self.colors, self.is_hidden)

    @property
    def texts(self) -> tuple[str, str, str]:
        """Training loss, validation loss and gap."""
        done = self.outcome
        return loss_text(done.train), loss_text(done.valid), gap_text(done.gap)

    @property
    def best_text(self) -> str:
        """The best validation loss and its epoch."""
        epoch = self.outcome.best_epoch
        return "" if epoch is None else f"best {loss_text(self.outcome.best)} @ {epoch:,}"

    @property
    def tip(self) -> str:
        """All of it in words."""
        done = self.outcome
        lines = [self.name + (" (hidden)" if self.is_hidden else ""), self.values]
        if done.best_epoch is not None:
            lines += [
                "training loss {}, validation loss {}, gap {}".format(*self.texts),
                f"best validation loss {loss_text(done.best)} at epoch {done.best_epoch:,}",
            ]
        return "\n".join(line for line in lines if line)


class Rows(QAbstractListModel):
    """The model behind the list; only what changed is told to the view.

    Attributes
    ----------
    edited
        A pin was renamed or moved by the view.
    """

    edited = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pins = Pins()
        self.rows: list[Row] = []
        self._present: tuple[Run | None, Experiment] = (None, Experiment())
        self._colors = LIGHT
        self.update()

    # what is shown

    def setPins(self, pins: Pins) -> None:
        """Show these pins."""
        self.pins = pins
        self.update()

    def setPresent(self, run: Run | None, experiment: Experiment) -> None:
        """Show another present run."""
        self._present = (run, experiment)
        self.update()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._colors = colors
        self.update()

    def update(self) -> None:
        """Follow the pins and the runs; where the pins are the same, only what looks otherwise."""
        before = [row.pin for row in self.rows]
        rows = self._made()
        if [row.pin for row in rows] != before:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        for place, row in enumerate(rows):
            if row.shows != self.rows[place].shows:
                self.rows[place] = row
                self.dataChanged.emit(self.index(place), self.index(place))

    def _made(self) -> list[Row]:
        run, experiment = self._present
        paths = self.pins.differing(experiment)
        colors = self._colors
        own = (colors.fit, colors.train, colors.valid)
        rows = [Row("now", _values(experiment, paths, run), _outcome(run), own)]
        for pin in self.pins:
            values = _values(pin.run.experiment, paths, pin.run)
            color = (pin_color(pin.color, colors),)
            rows.append(Row(pin.name, values, _outcome(pin.run), color, pin, pin.is_hidden))
        return rows

    # Qt's model

    def rowCount(self, parent: Index | None = None) -> int:
        """The present run and the pins."""
        return len(self.rows) if parent is None or not parent.isValid() else 0

    def data(self, index: Index, role: int = 0) -> Any:
        """The name, and everything under `ROW`."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.tip.replace("\n", ", ")
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip
            case _:
                return row if role == ROW else None

    def setData(self, index: Index, value: Any, role: int = 0) -> bool:
        """Rename a pin."""
        pin = self.rows[index.row()].pin
        if pin is None or role != Qt.ItemDataRole.EditRole:
            return False
        self.pins.rename(pin, str(value))
        self.update()
        self.edited.emit()
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Pins can be renamed and dragged to between other rows."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        flags = flag.ItemIsSelectable | flag.ItemIsEnabled | flag.ItemNeverHasChildren
        is_pin = self.rows[index.row()].pin is not None
        return flags | flag.ItemIsEditable | flag.ItemIsDragEnabled if is_pin else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """What may be dropped here: one of our own rows."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The row that is dragged."""
        data = QMimeData()
        data.setData(_MIME, str(indexes[0].row() if indexes else 0).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the dragged pin to before `row`, counted with the present run; −1 is the end."""
        if not data.hasFormat(_MIME):
            return False
        dragged = int(bytes(data.data(_MIME).data()))
        pin = self.rows[dragged].pin
        if pin is not None:
            place = len(self.rows) if row < 0 else max(row, 1)
            self.pins.move(pin, place - 1 - (place > dragged))
            self.update()
            self.edited.emit()
        return False  # else the view would remove the row that was dragged


def _outcome(run: Run | None) -> Outcome:
    return Outcome() if run is None else outcome(run.history)


def _values(experiment: Experiment, paths: Sequence[str], run: Run | None) -> str:
    texts = value_texts(experiment, paths)
    last = None if run is None else run.history.last
    return " · ".join([*(["diverged"] if last is not None and last.diverged[0] else []), *texts])
