"""The map of a measure over two fields, filled in while its networks train; and what it is of."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from regplay.core import fields
from regplay.core.arrays import Flags
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment, ModelKind
from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import MAIN_REGULARIZERS, SWEEPABLE, is_used
from regplay.core.sweep import NumberAxis, Sweep, landscape_axis
from regplay.gui.landscape.landscape_map import (
    MEASURE_NAMES,
    RECORDED,
    LandscapeMap,
    Measure,
    are_beyond,
    color_shares,
    place,
    scale_of,
    toward,
)
from regplay.gui.landscape.map_chart import (
    CellMarksLayer,
    CellsLayer,
    MapChart,
    cell_rows,
    legend_entries,
    place_text,
)
from regplay.gui.plots import Bar, ColorBar, Legend, Reading, Scale, tab_row
from regplay.gui.training import Start, Study, StudyRequest
from regplay.gui.widgets import (
    ComboBox,
    FlowLayout,
    Invitation,
    Label,
    StudyControl,
    Toggle,
    as_plain,
    beside,
    fill,
    named,
)

if TYPE_CHECKING:
    from regplay.core.joint import JointHistory

_COUNTS = (5, 9, 15, 25)
_TIPS: dict[Measure, str] = {
    "valid_loss": "Loss on the validation points, without any penalty",
    "gap": "Validation loss − training loss",
    "accuracy": "Share of the validation points assigned their own class",
}


# Rows of a network, and of a polynomial that has no dropout.
_OTHER = {"regularization.dropout": "model.degree", "model.degree": "regularization.dropout"}


class AxisChooser(QWidget):
    """A combo box for the field and one for the number of positions."""

    def __init__(self, name: str, noun: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        labels = {FIELDS[path].label: path for path in SWEEPABLE}
        self.paths = named(f"landscape.{name}", ComboBox(labels))
        self.counts = named(f"landscape.{name}.count", ComboBox())
        self.paths.setToolTip(as_plain(f"What the {noun}s are"))
        self.paths.setAccessibleName(f"Field of the {noun}s")
        self.counts.setToolTip(as_plain(f"Number of {noun}s"))
        self.counts.setAccessibleName(f"Number of {noun}s")
        for combo in (self.paths, self.counts):
            combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        fill(QHBoxLayout(self), self.paths, self.counts, spacing=3)
        self.counts.setMinimumContentsLength(2)

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


class LandscapeHeader(QWidget):
    """Axes, measure, and the start and the course of training.

    Attributes
    ----------
    axes
        Columns and rows.

    Signals
    -------
    axes_chosen, measure_chosen
        A person chose other axes; another measure is to be shown.
    """

    axes_chosen = Signal()
    measure_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usable: Collection[str] = SWEEPABLE
        self.control = StudyControl("landscape")
        self.choosers = (AxisChooser("x", "column"), AxisChooser("y", "row"))
        row = FlowLayout((8, 4, 8, 4), 4, self)
        row.addWidget(self.choosers[0])
        row.addWidget(beside(Label("×"), self.choosers[1]))
        self.toggles: dict[Measure, Toggle] = {}
        group = QButtonGroup(self)
        for measure, name in MEASURE_NAMES.items():
            toggle = named(f"landscape.{measure}", Toggle(name, _TIPS[measure]))
            group.addButton(toggle)
            self.toggles[measure] = toggle
        self.toggles["valid_loss"].setChecked(True)
        self.toggles["accuracy"].hide()
        row.add_growing(self.control)
        for index, chooser in enumerate(self.choosers):
            chooser.paths.activated.connect(partial(self._choose_path, index))
            chooser.counts.activated.connect(partial(self._choose_count, index))
        group.buttonToggled.connect(lambda _, on: self.measure_chosen.emit() if on else None)
        decay, dropout = MAIN_REGULARIZERS
        self._kind: ModelKind = "network"
        self.set_axes(landscape_axis(decay, 25), landscape_axis(dropout, 9))

    def set_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Show these axes, without a signal."""
        # How many columns and rows are asked for; a field may have fewer positions.
        self._wanted = [len(x.values), len(y.values)]
        self._show_axes(x, y)

    def _show_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        self.axes = (x, y)
        for chooser, axis in zip(self.choosers, self.axes, strict=True):
            chooser.set_axis(axis)
        self._explain_start()

    def set_usable(self, paths: Collection[str], kind: ModelKind = "network") -> None:
        """Let only these fields of a kind of model be chosen; dropout and degree change places."""
        self._usable, self._kind = paths, kind
        for chooser in self.choosers:
            chooser.set_usable(paths)
        x, y = self.axes
        other = _OTHER.get(y.path, y.path)
        if y.path not in paths and other in paths:
            self.set_axes(x, landscape_axis(other, self._wanted[1]))
        self._explain_start()

    @property
    def unusable(self) -> tuple[str, ...]:
        """The chosen fields that have no effect on the present experiment."""
        return tuple(axis.path for axis in self.axes if axis.path not in self._usable)

    def _choose_path(self, index: int, place: int) -> None:
        """Have another field along one axis; that of the other axis changes places with it."""
        paths, path = [axis.path for axis in self.axes], SWEEPABLE[place]
        if path == paths[1 - index]:
            paths.reverse()
        paths[index] = path
        self._choose(paths)

    def _choose_count(self, index: int, place: int) -> None:
        self._wanted[index] = self.choosers[index].counts.itemData(place)
        self._choose([axis.path for axis in self.axes])

    def _choose(self, paths: Sequence[str]) -> None:
        x, y = map(landscape_axis, paths, self._wanted)
        if (x, y) != self.axes:
            self._show_axes(x, y)
            self.axes_chosen.emit()

    def _explain_start(self) -> None:
        self.control.set_start(f"Train {self.models}", can_start=not self.unusable)

    @property
    def models(self) -> str:
        """What a map of these axes is of, such as `225 networks`."""
        x, y = self.axes
        return f"{len(x.values) * len(y.values):,} {self._kind}s"

    @property
    def measure(self) -> Measure:
        """What the cells show."""
        return next(name for name, toggle in self.toggles.items() if toggle.isChecked())

    def offer_accuracy(self, offers: bool) -> None:
        """Show or hide the switch to the accuracy; without it the validation loss is shown."""
        self.toggles["accuracy"].setVisible(offers)
        if not offers and self.measure == "accuracy":
            self.toggles["valid_loss"].setChecked(True)


_KEY = "landscape"


class LandscapeTab(QWidget):
    """The map, its header and its colour bar; it is trained while its `StudyControl` is on.

    Attributes
    ----------
    map
        What is shown, or None where nothing is trained.

    Signals
    -------
    wishes_changed
        Something else is to be trained.
    start_chosen
        (Experiment, Start): go on with this member.
    """

    wishes_changed = Signal()
    start_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("landscape")
        self.map: LandscapeMap | None = None
        self._experiment: Experiment | None = None
        self._scales: dict[Measure, Scale | None] = dict.fromkeys(MEASURE_NAMES)
        self.header = LandscapeHeader()
        self._control = self.header.control
        self.legend = Legend()
        self.chart = named("landscape.chart", MapChart())
        self.chart.setAccessibleName("Map of the networks; arrow keys move, Enter adopts")
        self.bar = ColorBar()
        self.cells, self.marks = CellsLayer(), CellMarksLayer()
        self.chart.canvas.live += [self.cells, self.marks]
        self.chart.reader = self._read
        tabs = tab_row(self.header.toggles.values(), self.legend)
        self._shown, self._pages = QWidget(), QStackedLayout()
        fill(QHBoxLayout(self._shown), (self.chart, 1), self.bar)
        self.invitation = Invitation("landscape.invitation")
        fill(QVBoxLayout(self), self.header, tabs, (self._pages, 1))
        self._pages.addWidget(self.invitation)
        self._pages.addWidget(self._shown)

        self.header.axes_chosen.connect(self._begin_anew)
        self.header.measure_chosen.connect(self._show)
        self._control.turned.connect(self._turned)
        self.invitation.accepted.connect(lambda: self._control.turn(True))
        self._control.dropped.connect(lambda _: self.set_map(None))
        self.chart.cell_chosen.connect(self._adopt)
        self._show()

    # what is shown

    def set_dataset(self, dataset: Dataset) -> None:
        """Offer accuracies where networks assign classes."""
        self.header.offer_accuracy(dataset.task == "classification")

    def set_map(self, map: LandscapeMap | None) -> None:
        """Show a map, with its axes; None where nothing is trained."""
        self.map = map
        if map is not None and (map.x, map.y) != self.header.axes:
            self.header.set_axes(map.x, map.y)
        self._scale()
        self._show()

    def _scale(self) -> None:
        """Scale the colours to the map; they drift there while it trains, and rest when it does."""
        for measure, before in self._scales.items():
            values = np.full(0, np.nan) if self.map is None else self.map.scaled_by(measure)
            scale = scale_of(values, measure)
            self._scales[measure] = toward(before, scale) if self._control.is_running else scale

    def _show(self) -> None:
        """Bring everything in line with the map, the axes and the measure."""
        x, y = self.header.axes
        shown, measure, best = self.map, self.header.measure, None
        scale = self._scales[measure]
        self.chart.set_axes(x, y)
        values = np.full((len(y.values), len(x.values)), np.nan)
        trained = self.cells.diverged = np.zeros(values.shape, dtype=np.bool_)
        if shown is not None:
            values, trained, best = shown.shown(measure), shown.trained, shown.best(measure)
            self.cells.diverged = shown.diverged
        self.cells.shares = color_shares(scale, values)
        self.marks.best, self.marks.present = best, self._present_place()
        self.bar.set_bar(Bar(scale, MEASURE_NAMES[measure], beyond=are_beyond(scale, values)))
        has_place = self.marks.present is not None and bool(trained.any())
        self.legend.set_entries(legend_entries(shown, measure, best, has_place))
        self.chart.refresh()
        self.chart.set_trained(trained)
        self._invite(is_empty=not trained.any())

    def _present_place(self) -> tuple[float, float] | None:
        """Where the present experiment lies, if it does within the axes."""
        if self._experiment is None:
            return None
        at_x, at_y = (
            place(axis, float(fields.get(self._experiment, axis.path))) for axis in self.header.axes
        )
        return None if at_x is None or at_y is None else (at_x, at_y)

    def _invite(self, *, is_empty: bool) -> None:
        """Say what will be seen, and show the map once there is something in it."""
        (x, columns), (y, rows) = (
            (FIELDS[axis.path].label, len(axis.values)) for axis in self.header.axes
        )
        models = self.header.models
        unusable = [FIELDS[path].label for path in self.header.unusable]
        button = ""
        if self._control.is_running:
            text = f"Training {models} …"
        elif unusable:
            verb = "have" if len(unusable) > 1 else "has"
            names = " and ".join(unusable)
            text = f"{names} {verb} no effect on the present experiment: choose another field."
        else:
            text = (
                f"A map of {models}, each a cell: {columns} values of {x} × {rows} of {y}. All "
                "other settings are those of the present experiment."
            )
            button = f"Train {models}"
        self.invitation.set_texts(text, button)
        self._pages.setCurrentWidget(self.invitation if is_empty else self._shown)

    def _read(self, x: float, pixel: float) -> Reading | None:
        """What is known of the cell that is pointed at."""
        cell = self.chart.cell
        if cell is None:
            return None
        middle = self.chart.cell_rect(cell).center().x()
        rows = () if self.map is None else cell_rows(self.map, cell)
        return Reading(middle, place_text(*self.header.axes, cell), rows)

    # what is trained

    @property
    def _study(self) -> Study | None:
        return self._control.studies.get(_KEY)

    @property
    def recorded(self) -> Sequence[int]:
        """Epochs at which there is a map, rising."""
        study = self._study
        return () if study is None or study.history is None else study.history.epochs.tolist()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The map around this experiment, while it is on."""
        if experiment != self._experiment:
            self._experiment = experiment
            usable = [path for path in SWEEPABLE if is_used(experiment, path)]
            self.header.set_usable(usable, experiment.model.kind)
            self._show()
        x, y = self.header.axes
        # Wherever the present experiment stands on the map, it is the same map.
        base = fields.replace(experiment, {x.path: x.values[0], y.path: y.values[0]})
        return self._control.wanted(
            {_KEY: StudyRequest(Sweep(base, (y, x)), title="The landscape")}
        )

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the map at an epoch; one that was stopped stays as far as it came."""
        self._control.take({key: studies[key] for key in (_KEY,) if key in studies})
        study = self._study
        if study is None or study.history is None:
            return
        x, y = self.header.axes
        history, shape = study.history, (len(y.values), len(x.values))
        is_finished = history.finished  # before the losses: the thread may be about to end
        counts = _farthest(history)
        newest = {name: np.where(counts, history.values(name), np.nan) for name in RECORDED}
        self.set_map(
            LandscapeMap(
                x=x,
                y=y,
                measures={name: history.values(name, epoch).reshape(shape) for name in RECORDED},
                diverged=history.diverged.reshape(shape),
                epoch=epoch,
                progress=history.progress,
                is_finished=is_finished,
                newest={name: values.reshape(shape) for name, values in newest.items()},
                trained_to=int(history.epochs[-1]) if len(history.epochs) else 0,
                planned=study.sweep.experiment.epochs if isinstance(study.sweep, Sweep) else 0,
            )
        )

    def _begin_anew(self) -> None:
        self.set_map(None)
        self.wishes_changed.emit()

    def _turned(self, is_on: bool) -> None:
        if not is_on:
            self._scale()
        self._show()
        self.wishes_changed.emit()

    def _adopt(self, column: int, row: int) -> None:
        study = self._study
        if study is None or study.history is None or not isinstance(study.sweep, Sweep):
            return
        member = study.sweep.member(row, column)
        last = study.history.member(member).last
        if last is not None and np.isfinite(last.value("valid_loss")):
            self.start_chosen.emit(study.sweep.experiments[member], Start(_KEY, member))


def _farthest(history: "JointHistory") -> Flags:
    """Which members [M] have trained farthest: one shape may be at its end, another at its start.

    The initial losses of those that follow say nothing about the map to be.
    """
    done = history.progress_of
    farthest: Flags = done == done.max()
    return farthest
