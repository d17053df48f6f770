"""The row above a landscape: its axes, what is shown, and the course of training."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QWidget

from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import NumberAxis, landscape_axis
from regplay.gui.controls import Combo
from regplay.gui.landscape.landscape_map import MEASURE_NAMES, Measure
from regplay.gui.widgets import StudyControl, Toggle, named

_COUNTS = (5, 9, 15, 25)
_ROOM = 34  # px of a combo box beside its text


class AxisChooser(QWidget):
    """A combo box for the field and one for the number of positions.

    Signals
    -------
    path_chosen
        A person chose this field.
    count_chosen
        A person chose about so many positions.
    """

    path_chosen = Signal(str)
    count_chosen = Signal(int)

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

    def set_axis(self, axis: NumberAxis) -> None:
        """Show an axis, without a signal."""
        self.paths.setCurrentIndex(self.paths.findData(axis.path))
        lengths = {len(landscape_axis(axis.path, count).values): count for count in _COUNTS[::-1]}
        lengths.setdefault(len(axis.values), len(axis.values))
        self.counts.clear()
        for length, count in sorted(lengths.items()):
            self.counts.addItem(str(length), count)
        self.counts.setCurrentText(str(len(axis.values)))

    def set_usable(self, paths: Collection[str]) -> None:
        """Grey the fields that are not among `paths`."""
        model = self.paths.model()
        assert isinstance(model, QStandardItemModel)
        for index, path in enumerate(SWEEPABLE):
            is_usable = path in paths
            model.item(index).setEnabled(is_usable)
            tip = "" if is_usable else "Has no effect on the present experiment"
            self.paths.setItemData(index, tip, Qt.ItemDataRole.ToolTipRole)

    def _path_activated(self, index: int) -> None:
        self.path_chosen.emit(self.paths.itemData(index))

    def _count_activated(self, index: int) -> None:
        self.count_chosen.emit(self.counts.itemData(index))


DEFAULT_AXES = (
    landscape_axis("regularization.weight_decay", 25),
    landscape_axis("regularization.dropout", 9),
)
_TIPS: dict[Measure, str] = {
    "valid_loss": "Loss on the validation points, without any penalty",
    "gap": "Validation loss − training loss",
    "accuracy": "Share of the validation points assigned their own class",
}


class LandscapeHeader(QWidget):
    """Axes, measure, and the start and the course of training.

    Signals
    -------
    axes_chosen
        A person chose other axes: the columns and the rows, as `NumberAxis`.
    measure_chosen
        Another measure is to be shown.
    """

    axes_chosen = Signal(object, object)
    measure_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axes: tuple[NumberAxis, NumberAxis] = DEFAULT_AXES
        # How many columns and rows a person asked for; a field may have fewer positions.
        self._wanted = (len(DEFAULT_AXES[0].values), len(DEFAULT_AXES[1].values))
        self._usable: frozenset[str] = frozenset(SWEEPABLE)
        self.control = StudyControl("landscape")
        self.choosers = (AxisChooser("x", "column"), AxisChooser("y", "row"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(4)
        row.addWidget(self.choosers[0])
        row.addWidget(QLabel("×"))
        row.addWidget(self.choosers[1])
        row.addSpacing(6)
        self.toggles: dict[Measure, Toggle] = {}
        group = QButtonGroup(self)
        for measure, name in MEASURE_NAMES.items():
            toggle = named(f"landscape.{measure}", Toggle(name, _TIPS[measure]))
            group.addButton(toggle)
            row.addWidget(toggle)
            self.toggles[measure] = toggle
        self.toggles["valid_loss"].setChecked(True)
        self.toggles["accuracy"].hide()
        row.addSpacing(6)
        row.addWidget(self.control, 1)
        columns, rows = self.choosers
        columns.path_chosen.connect(self._choose_column_path)
        columns.count_chosen.connect(self._choose_columns)
        rows.path_chosen.connect(self._choose_row_path)
        rows.count_chosen.connect(self._choose_rows)
        group.buttonToggled.connect(self._toggled)
        self.set_axes(*DEFAULT_AXES)

    # axes

    def axes(self) -> tuple[NumberAxis, NumberAxis]:
        """Columns and rows."""
        return self._axes

    def set_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Show these axes, without a signal."""
        if (x, y) != self._axes:
            self._wanted = (len(x.values), len(y.values))
        self._show_axes(x, y)

    def _show_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        self._axes = (x, y)
        for chooser, axis in zip(self.choosers, self._axes, strict=True):
            chooser.set_axis(axis)
        self._explain_start()

    def set_usable(self, paths: Sequence[str]) -> None:
        """Let only these fields be chosen."""
        self._usable = frozenset(paths)
        for chooser in self.choosers:
            chooser.set_usable(self._usable)
        self._explain_start()

    @property
    def unusable(self) -> tuple[str, ...]:
        """The chosen fields that have no effect on the present experiment."""
        return tuple(axis.path for axis in self._axes if axis.path not in self._usable)

    def _choose_column_path(self, path: str) -> None:
        x, y = self._axes
        self._choose(path, x.path if path == y.path else y.path)

    def _choose_row_path(self, path: str) -> None:
        x, y = self._axes
        self._choose(y.path if path == x.path else x.path, path)

    def _choose_columns(self, count: int) -> None:
        self._wanted = (count, self._wanted[1])
        self._choose(*(axis.path for axis in self._axes))

    def _choose_rows(self, count: int) -> None:
        self._wanted = (self._wanted[0], count)
        self._choose(*(axis.path for axis in self._axes))

    def _choose(self, x_path: str, y_path: str) -> None:
        """Have these fields, with as many positions as are wanted."""
        wanted = zip((x_path, y_path), self._wanted, strict=True)
        x, y = (landscape_axis(path, count) for path, count in wanted)
        if (x, y) != self._axes:
            self._show_axes(x, y)
            self.axes_chosen.emit(x, y)

    def _explain_start(self) -> None:
        x, y = self._axes
        networks = len(x.values) * len(y.values)
        self.control.set_start(f"Train {networks:,} networks", can_start=not self.unusable)

    # what is shown

    @property
    def measure(self) -> Measure:
        """What the cells show."""
        return next(name for name, toggle in self.toggles.items() if toggle.isChecked())

    def offer_accuracy(self, offers: bool) -> None:
        """Show or hide the switch to the accuracy; without it the validation loss is shown."""
        self.toggles["accuracy"].setVisible(offers)
        if not offers and self.measure == "accuracy":
            self.toggles["valid_loss"].setChecked(True)

    def _toggled(self, _: object, checked: bool) -> None:
        if checked:
            self.measure_chosen.emit()
