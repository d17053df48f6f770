"""The landscape at work: a map of a measure over two fields, filled in while networks train."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core import fields
from regplay.core.datasets import REGISTRY, DatasetError, Task, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import SWEEPABLE, is_used
from regplay.core.sweep import NumberAxis, Sweep
from regplay.gui.landscape.landscape_header import LandscapeHeader
from regplay.gui.landscape.landscape_map import (
    MEASURE_NAMES,
    LandscapeMap,
    Measure,
    are_beyond,
    color_shares,
    place,
    scale_of,
    toward,
)
from regplay.gui.landscape.map_chart import (
    Cell,
    CellMarksLayer,
    CellsLayer,
    MapChart,
    cell_rows,
    legend_entries,
    place_text,
)
from regplay.gui.plots.color_bar import Bar, ColorBar
from regplay.gui.plots.hover import Reading
from regplay.gui.plots.legend import Legend
from regplay.gui.plots.scale import Scale
from regplay.gui.theme import ROLES
from regplay.gui.training import Start, Study, StudyRequest
from regplay.gui.widgets import named

if TYPE_CHECKING:
    from regplay.core.joint import JointHistory


class LandscapeView(QWidget):
    """The map, its header and its colour bar; it trains nothing and decides nothing.

    Signals
    -------
    axes_changed
        A person chose other fields or counts: columns and rows. The map is empty then.
    cell_clicked
        Column and row of a trained network whose settings a person wants to adopt.
    """

    axes_changed = Signal(object, object)
    cell_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("landscape")
        self._map: LandscapeMap | None = None
        self._present: tuple[float | None, float | None] = (None, None)
        self._scales: dict[Measure, Scale | None] = dict.fromkeys(MEASURE_NAMES)
        self.header = LandscapeHeader()
        self.legend = Legend()
        self.chart = named("landscape.chart", MapChart())
        self.chart.setAccessibleName("Map of the networks; arrow keys move, Enter adopts")
        self.bar = ColorBar()
        self.cells, self.marks = CellsLayer(), CellMarksLayer()
        self.chart.canvas.live += [self.cells, self.marks]
        self.chart.reader = self._read
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.chart, 1)
        row.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.legend)
        layout.addLayout(row, 1)

        self.header.axes_chosen.connect(self._axes_chosen)
        self.header.measure_chosen.connect(self._show)
        self.header.control.turned.connect(self._turned)
        self.chart.cell_pointed.connect(self._pointed)
        self.chart.cell_chosen.connect(self._chosen)
        self._show()

    # what is shown

    @property
    def measure(self) -> Measure:
        """What the cells show: `valid_loss`, `gap` or `accuracy`."""
        return self.header.measure

    @property
    def map(self) -> LandscapeMap | None:
        """What is shown, or None where nothing is trained."""
        return self._map

    def axes(self) -> tuple[NumberAxis, NumberAxis]:
        """Columns and rows."""
        return self.header.axes()

    def set_axes(self, x: NumberAxis, y: NumberAxis) -> None:
        """Have other columns and rows, without a signal; a map of others is dropped.

        Raises
        ------
        ValueError
            If both are of the same field.
        """
        if x.path == y.path:
            raise ValueError(f"{x.path} can't be both axes of a landscape")
        if (x, y) != self.axes():
            self.header.set_axes(x, y)
            self.set_map(None)

    def set_usable(self, paths: Sequence[str]) -> None:
        """Say which fields have an effect on the present experiment; the others are greyed."""
        self.header.set_usable(paths)
        self._show()

    def set_map(self, map: LandscapeMap | None) -> None:
        """Show a map, with its axes; None where nothing is trained."""
        self._map = map
        if map is not None and (map.x, map.y) != self.axes():
            self.header.set_axes(map.x, map.y)
        self._scale()
        self._show()

    def offer_accuracy(self, offers: bool) -> None:
        """Say whether the networks assign classes, so that there are accuracies to show."""
        self.header.offer_accuracy(offers)

    def set_current(self, x: float | None, y: float | None) -> None:
        """Mark the present experiment's values, if they lie within the axes."""
        if (x, y) != self._present:
            self._present = (x, y)
            self._show()

    def _scale(self) -> None:
        """Scale the colours to the map; they drift there while it trains, and rest when it does."""
        is_running = self.header.control.is_running
        for measure, before in self._scales.items():
            values = np.full(0, np.nan) if self._map is None else self._map.scaled_by(measure)
            scale = scale_of(values, measure)
            self._scales[measure] = toward(before, scale) if is_running else scale

    def _show(self) -> None:
        """Bring everything in line with the map, the axes and the measure."""
        x, y = self.axes()
        shown, measure, scale = self._map, self.measure, self._scales[self.measure]
        self.chart.set_axes(x, y)
        shape = (len(y.values), len(x.values))
        best, beyond = None, (False, False)
        if shown is None:
            self.cells.shares = np.full(shape, np.nan)
            self.cells.diverged = np.zeros(shape, dtype=np.bool_)
        else:
            values = shown.shown(measure)
            self.cells.shares, self.cells.diverged = color_shares(scale, values), shown.diverged
            beyond = are_beyond(scale, values)
            best = shown.best(measure)
        self.marks.best, self.marks.present = best, self._present_place()
        self.bar.set_bar(Bar(scale, MEASURE_NAMES[measure], beyond=beyond))
        has_place = self.marks.present is not None
        self.legend.set_entries(legend_entries(shown, measure, best, has_place, ROLES))
        self.chart.set_hint(self._hint())
        self.chart.refresh()
        self._pointed(self.chart.cell)

    def _present_place(self) -> tuple[float, float] | None:
        at_x, at_y = (
            None if value is None else place(axis, value)
            for axis, value in zip(self.axes(), self._present, strict=True)
        )
        return None if at_x is None or at_y is None else (at_x, at_y)

    def _hint(self) -> str:
        """The sentence over an empty map."""
        if self._map is not None and self._map.trained.any():
            return ""
        axes = self.axes()
        names = [FIELDS[axis.path].label for axis in axes]
        counts = [len(axis.values) for axis in axes]
        networks = f"{counts[0] * counts[1]:,} networks"
        if self.header.control.is_running:
            return f"Training {networks} …"
        if self.header.unusable:
            unusable = " and ".join(FIELDS[path].label for path in self.header.unusable)
            verb = "have" if len(self.header.unusable) > 1 else "has"
            return f"{unusable} {verb} no effect on the present experiment: choose another field."
        return (
            f"Start trains {networks}: {counts[0]} values of {names[0]} × "
            f"{counts[1]} of {names[1]}. All other settings are those of the present experiment."
        )

    # what a person does

    def _axes_chosen(self, x: NumberAxis, y: NumberAxis) -> None:
        self.set_map(None)
        self.axes_changed.emit(x, y)

    def _turned(self, is_on: bool) -> None:
        if not is_on:
            self._scale()
        self._show()

    def _is_trained(self, cell: Cell | None) -> bool:
        return (
            cell is not None and self._map is not None and bool(self._map.trained[cell[1], cell[0]])
        )

    def _pointed(self, cell: Cell | None) -> None:
        shape = Qt.CursorShape
        cursor = shape.PointingHandCursor if self._is_trained(cell) else shape.ArrowCursor
        if self.chart.viewport().cursor().shape() != cursor:
            self.chart.viewport().setCursor(cursor)

    def _chosen(self, column: int, row: int) -> None:
        if self._is_trained((column, row)):
            self.cell_clicked.emit(column, row)

    def _read(self, x: float, pixel: float) -> Reading | None:
        """What is known of the cell that is pointed at."""
        cell, shown = self.chart.cell, self._map
        if cell is None:
            return None
        middle = self.chart.cell_rect(cell).center().x()
        title = place_text(*self.axes(), cell)
        rows = () if shown is None else cell_rows(shown, cell, ROLES)
        return Reading(middle, title, rows)


_KEY = "landscape"
_MEASURES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")


class LandscapeTab(LandscapeView):
    """Trains its map while its `StudyControl` is on.

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
        self._experiment: Experiment | None = None
        self.header.control.dropped.connect(lambda _: self.set_map(None))
        self.header.control.turned.connect(lambda _: self.wishes_changed.emit())
        self.axes_changed.connect(self._axes_changed)
        self.cell_clicked.connect(self._adopt)

    @property
    def _study(self) -> Study | None:
        return self.header.control.studies.get(_KEY)

    @property
    def recorded(self) -> Sequence[int]:
        """Epochs at which there is a map, rising."""
        study = self._study
        return () if study is None or study.history is None else study.history.epochs.tolist()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The map around this experiment, while it is on."""
        sweep = self._sweep(experiment)
        if experiment != self._experiment:
            self._experiment = experiment
            self.offer_accuracy(_task(experiment) == "classification")
            usable = [path for path in SWEEPABLE if is_used(experiment, path)]
            self.set_usable(usable)
            x, y = self.axes()
            self.set_current(_number(experiment, x), _number(experiment, y))
        return self.header.control.wanted({_KEY: StudyRequest(sweep, title="The landscape")})

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the map at an epoch; one that was stopped stays as far as it came."""
        self.header.control.take({key: studies[key] for key in (_KEY,) if key in studies})
        study = self._study
        if study is None or study.history is None:
            return
        x, y = self.axes()
        history, shape = study.history, (len(y.values), len(x.values))
        is_finished = history.finished  # before the losses: the thread may be about to end
        counts = _farthest(history)
        newest = {name: np.where(counts, history.values(name), np.nan) for name in _MEASURES}
        self.set_map(
            LandscapeMap(
                x=x,
                y=y,
                measures={name: history.values(name, epoch).reshape(shape) for name in _MEASURES},
                diverged=history.diverged.reshape(shape),
                epoch=epoch,
                progress=history.progress,
                is_finished=is_finished,
                newest={name: values.reshape(shape) for name, values in newest.items()},
                trained_to=int(history.epochs[-1]) if len(history.epochs) else 0,
                planned=study.sweep.experiment.epochs if isinstance(study.sweep, Sweep) else 0,
            )
        )

    def _sweep(self, experiment: Experiment) -> Sweep:
        x, y = self.axes()
        # Wherever the present experiment stands on the map, it is the same map.
        base = fields.replace(experiment, {x.path: x.values[0], y.path: y.values[0]})
        return Sweep(base, (y, x))

    def _axes_changed(self, x: NumberAxis, y: NumberAxis) -> None:
        if self._experiment is not None:
            self.set_current(_number(self._experiment, x), _number(self._experiment, y))
        self.wishes_changed.emit()

    def _adopt(self, column: int, row: int) -> None:
        study = self._study
        if study is None or study.history is None or not isinstance(study.sweep, Sweep):
            return
        member = study.sweep.member(row, column)
        last = study.history.member(member).last
        if last is not None and np.isfinite(last.value("valid_loss")):
            self.start_chosen.emit(study.sweep.experiments[member], Start(_KEY, member))


def _farthest(history: "JointHistory") -> NDArray[np.bool_]:
    """Which members [M] have trained farthest: one shape may be at its end, another at its start.

    The initial losses of those that follow say nothing about the map to be.
    """
    done = history.progress_of
    farthest: NDArray[np.bool_] = done == done.max()
    return farthest


def _task(experiment: Experiment) -> Task | None:
    """What the networks learn; None where the data can't be loaded."""
    if (
        experiment.data.file or experiment.data.name == "points"
    ):  # only the dataset that comes out says it
        try:
            return load(experiment.data).task
        except DatasetError:
            return None
    return REGISTRY[experiment.data.name].task


def _number(experiment: Experiment, axis: NumberAxis) -> float:
    return float(fields.get(experiment, axis.path))
