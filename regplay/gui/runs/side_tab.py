"""Up to four fits side by side: either the present run beside pinned ones, or four remedies."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import DataSettings, Experiment, ModelSettings
from regplay.core.fields import get
from regplay.core.fit import Fit, grid_of
from regplay.core.history import Snapshot
from regplay.core.hyperparameters import MAIN_REGULARIZERS
from regplay.core.state import Checkpoints
from regplay.core.sweep import Lineup, Sweep
from regplay.gui.plots import (
    Chart,
    ChartPanel,
    Entry,
    FitPanel,
    FitView,
    Legend,
    PredictedView,
    Side,
    wrong_text,
)
from regplay.gui.runs.run_rows import NUMBERS, TitleLine, pin_color
from regplay.gui.theme import ROLES
from regplay.gui.training import Start, Study, StudyRequest, View, curve_of
from regplay.gui.widgets import FlatButton, FlowLayout, TwoColumns, WrappedLabel, fill, named
from regplay.session.pins import DECAY, DROPOUT, Pin, Pins, compared, value_texts
from regplay.session.session import Run

if TYPE_CHECKING:
    from regplay.core.joint import JointTraining

_SIDES: tuple[Side, ...] = ("x", "y")


class LinkedCharts(QObject):
    """Gives charts the same ranges: those that hold the data of all, or those of the mouse.

    `ViewBox.setXLink` would carry the ranges alone: the others would keep what their own data ask
    for, which comes back with their next fit, and would show no button that leads back; and charts
    that overlap on screen it lines up by their pixels, not by their ranges.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: Sequence[Sequence[Chart]] = ()
        self._known: set[Chart] = set()

    def link(self, groups: Sequence[Sequence[Chart]]) -> None:
        """Link the charts of each group, and no others; their ranges start anew."""
        self._groups = groups
        for chart in (chart for group in groups for chart in group):
            if chart not in self._known:
                self._known.add(chart)
                chart.box.sigRangeChangedManually.connect(partial(self._moved, chart))
                chart.box.sigRangeChanged.connect(partial(self._changed, chart))
            chart.reset_ranges()
        self.share()

    def share(self) -> None:
        """Let each hold what the data of all ask for; ranges that do already rest."""
        for group in self._groups:
            for side in _SIDES:
                known = [ends for chart in group if (ends := chart.auto_range(side)) is not None]
                for chart in group if known else ():
                    lows, highs = zip(*known, strict=True)
                    chart.fix(side, min(lows), max(highs))

    def _others(self, chart: Chart) -> list[Chart]:
        group = next((group for group in self._groups if chart in group), ())
        return [other for other in group if other is not chart]

    def _moved(self, chart: Chart, *_: object) -> None:
        """The mouse moved one: the others follow."""
        x_range, y_range = chart.box.viewRange()
        for other in self._others(chart):
            other.manual = True
            other.reset_button.show()
            other.box.setRange(xRange=x_range, yRange=y_range, padding=0)

    def _changed(self, chart: Chart, *_: object) -> None:
        """One went back to the whole plot: the others follow, which the mouse had moved too."""
        if not chart.manual:
            for other in self._others(chart):
                if other.manual:
                    other.reset_ranges()


MOST = 4


@dataclass(frozen=True)
class Variant:
    """An experiment to be shown beside others; the present one has the colour of its fit alone."""

    name: str
    experiment: Experiment
    color: int | None = None  # index into the palette of pins
    pin: Pin | None = None
    is_trained: bool = False  # here, with the others
    short_name: str = ""  # where there is little room; empty takes the name


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """One of the runs side by side, which grows if it is trained here."""

    variant: Variant
    run: Run
    dataset: Dataset


class _TitledFit(QWidget):
    """One fit under its title.

    Its curve has the colour of the title, so that it is found again in other plots.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.title, self.view = TitleLine(), FitView()
        tip = "Keep this run in colour, in both plots and in the list of runs"
        self.pin = named(f"{name}.pin", FlatButton("Pin", tip))
        tip = "Make this network the present run"
        self.adopt = named(f"{name}.adopt", FlatButton("Adopt", tip))
        self.fit: Fit | None = None
        self._dataset: Dataset | None = None
        self._variant: Variant | None = None
        head = FlowLayout((0, 0, 0, 0), 2)  # the buttons stand below a title that needs the room
        head.add_growing(self.title)
        fill(QVBoxLayout(self), head, (self.view, 1))
        for button in (self.adopt, self.pin):
            head.addWidget(button)
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # so that fits stay beside one another
            button.setSizePolicy(policy)
            button.hide()

    def set_up(self, variant: Variant, dataset: Dataset) -> bool:
        """Show another run; whether its data are others than before."""
        is_other = dataset is not self._dataset
        self.fit = None
        if is_other:
            self._dataset = dataset
            self.view.set_dataset(dataset)
            self.title.set_numbers(None)
            self.title.set_note("")
        if variant != self._variant:
            self._variant = variant
            color = None if variant.color is None else pin_color(variant.color)
            self.title.set_name(variant.name, color)
            self.view.panel.clear_past()  # the earlier fits were another run's
            self.pin.setVisible(variant.is_trained and variant.pin is None)
            self.adopt.setVisible(variant.color is not None)
            self.view.set_fit_color(color)
        panel = _chart_panel(self.view.panel)
        if panel is not None:
            panel.legend.hide()  # one above all says the same
        return is_other

    def set_ready(self, is_ready: bool) -> None:
        """Whether it can be pinned and adopted yet."""
        self.pin.setEnabled(is_ready)
        self.adopt.setEnabled(is_ready)

    def set_fit(self, fit: Fit | None, losses: tuple[float, float] | None) -> None:
        """Show what the network predicts now, and its training and validation loss."""
        self.fit = fit
        self.view.set_fit(fit)
        self.title.set_numbers(losses)
        if self._dataset is not None and self._dataset.task == "classification":
            self.title.set_note("" if fit is None else wrong_text(self._dataset, fit))


_KEY = "side by side"


@dataclass(frozen=True, eq=False)
class TrainedTogether:
    """What is known of networks that are trained together."""

    fits: Sequence[Fit | None]  # at the epoch asked for; None for those that have not begun
    # The states of each once all are trained; empty before, and for an earlier epoch
    checkpoints: Sequence[Checkpoints]


def seen_together(training: "JointTraining", epoch: int | None) -> TrainedTogether:
    """What each member predicts at an epoch."""
    fits: list[Fit | None] = []
    for member, dataset in enumerate(training.datasets):
        try:
            fits.append(training.fit(grid_of(dataset), member, epoch))
        except LookupError:
            fits.append(None)
    is_final = training.finished and epoch is None
    members = range(len(fits)) if is_final else ()
    return TrainedTogether(fits, [training.checkpoints(member) for member in members])


class SideTab(QWidget):
    """Shows the present run beside pinned ones, or trains four remedies from the same start.

    One to four stand side by side, or in two rows of two. What is panned or zoomed in one moves in
    all, and all have the ranges that hold the data of each, as far as they are shown in the same
    way.
    """

    wishes_changed = Signal()  # something else is to be trained
    beside_changed = Signal(object)  # (list[Run]): the fits of these are wanted with each view
    # (list[ComparedRun]): these are side by side, or they have trained further
    compared_runs_changed = Signal(object)
    start_chosen = Signal(object, object)  # (Experiment, Start): go on with this run
    pin_chosen = Signal(object, object)  # (ComparedRun, Fit): keep this run, which predicts this

    def __init__(self, pins: Pins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("split")
        self.compared_runs: list[ComparedRun] = []  # the runs, while they are in sight
        # Epochs at which there is something to see of them, rising
        self.recorded: Sequence[int] = ()
        self._pins = pins
        self._compares = False
        self._view: View | None = None
        # Of the remedies; those of the present data and model that are not to change any more.
        self._strengths = dict(zip(MAIN_REGULARIZERS, (DECAY, DROPOUT), strict=True))
        self._settled: set[str] = set()
        self._problem: tuple[DataSettings, ModelSettings] | None = None
        self._cells: list[_TitledFit] = []
        self._used = 0
        self._linked = LinkedCharts(self)
        self.legend = Legend()
        self._shows_validation = True
        self._grid = TwoColumns((1, 1), 4)
        self.unread = named("split.unread", WrappedLabel())
        self.unread.setContentsMargins(8, 0, 8, 0)
        self.unread.hide()
        fill(QVBoxLayout(self), self.unread, self.legend, (self._grid, 1))

    # who is shown

    def compare(self) -> None:
        """Show none, weight decay, dropout and both, whatever is pinned."""
        self._compares = True
        self.wishes_changed.emit()

    def show_pins(self) -> None:
        """Show the present run beside those that are pinned; without any, compare."""
        self._compares = False
        self.wishes_changed.emit()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """What is to be trained to be shown, while it is in sight."""
        lineup = self._lineup(experiment) if self.isVisible() else []
        data = self._read(lineup)
        readable = [variant for variant in lineup if variant.experiment.data in data]
        if readable != [each.variant for each in self.compared_runs]:
            self._line_up(readable, data)
            if lineup and not readable:
                self.set_variants([], [])  # nothing can be adopted of what was there before
        experiments = tuple(variant.experiment for variant in readable if variant.is_trained)
        if not experiments:
            return {}
        return {_KEY: StudyRequest(Lineup(experiments), seen_together, epoch, "The comparison")}

    def _lineup(self, experiment: Experiment) -> list[Variant]:
        pins = [pin for pin in self._pins if not pin.is_hidden][: MOST - 1]
        if not self._compares and pins:
            found = [Variant(pin.name, pin.run.experiment, pin.color, pin) for pin in pins]
            return [Variant("now", experiment), *found]
        # One that was pinned keeps its colour, so that those of the others stay the same.
        pinned = {pin.run.experiment: pin for pin in self._pins if pin.run.is_complete}
        free = iter(self._pins.free_colors)
        variants = []
        self._follow_strengths(experiment)
        for name, remedy in compared(experiment, *self._strengths.values()).items():
            pin = pinned.get(remedy)
            color = next(free, 0) if pin is None else pin.color
            used = [path for path in MAIN_REGULARIZERS if get(remedy, path)]
            values = ", ".join(value_texts(remedy, used))
            whole = f"{name} {values}".strip()
            variants.append(Variant(whole, remedy, color, pin, True, values))
        return variants

    def _follow_strengths(self, experiment: Experiment) -> None:
        """Take the experiment's own strengths; who adopts one remedy has not given up the others'.

        Those that it hasn't got become what is best for its data and model, once that is known.
        """
        problem = experiment.data, experiment.model
        if problem != self._problem:
            self._problem, self._settled = problem, set()
        for path in MAIN_REGULARIZERS:
            if own := float(get(experiment, path)):
                self._strengths[path] = own
                self._settled.add(path)

    def _take_valleys(self, studies: Mapping[str, Study]) -> None:
        """Take what the curves of the sliders show to be best, once for the same data and model."""
        for path in MAIN_REGULARIZERS:
            study = None if path in self._settled else studies.get(path)
            if study is None or not study.finished or not isinstance(study.sweep, Sweep):
                continue
            base, curve = study.sweep.experiment, curve_of(study, None)
            if curve is None or curve.valley is None or (base.data, base.model) != self._problem:
                continue
            self._settled.add(path)
            best = curve.values[curve.valley]
            if best and best != self._strengths[path]:
                self._strengths[path] = best
                self.wishes_changed.emit()

    def _read(self, lineup: Sequence[Variant]) -> Mapping[DataSettings, Dataset]:
        """The data of those that can be shown; say why others can't."""
        data = {each.variant.experiment.data: each.dataset for each in self.compared_runs}
        unread = []
        for variant in lineup:
            settings = variant.experiment.data
            try:
                if settings not in data:
                    data[settings] = load(settings)
            except DatasetError as error:  # such as a table that is gone
                unread.append(f"{variant.name} is left out: {error}")
        self.unread.setText("\n".join(unread))
        self.unread.setVisible(bool(unread))
        return data

    def _line_up(self, lineup: list[Variant], data: Mapping[DataSettings, Dataset]) -> None:
        """Take others; with other names and colours alone they stay what they are."""
        before = {
            each.variant.experiment: each for each in self.compared_runs if each.variant.is_trained
        }
        if list(before) != [variant.experiment for variant in lineup if variant.is_trained]:
            before = {}
            for view in self.views:
                view.panel.clear_past()
        self.compared_runs = []
        for variant in lineup:
            if variant.is_trained:
                known = before.get(variant.experiment)
                run = Run(variant.experiment) if known is None else known.run
            else:
                run = Run(variant.experiment) if variant.pin is None else variant.pin.run
            self.compared_runs.append(ComparedRun(variant, run, data[variant.experiment.data]))
        beside = [variant.pin.run for variant in lineup if variant.pin and not variant.is_trained]
        self.recorded = sorted({int(epoch) for run in beside for epoch in run.checkpoints.epochs})
        if lineup:
            self.set_variants(lineup, [each.dataset for each in self.compared_runs])
            for cell, each in zip(self._cells, self.compared_runs, strict=False):
                cell.set_ready(not each.variant.is_trained or bool(each.run.checkpoints))
            if self._view is not None:
                self.show_view(self._view)
        else:  # what is still drawn is nobody's, until others are lined up
            for cell in self._cells:
                cell.set_ready(False)
        self.beside_changed.emit(beside)
        self.compared_runs_changed.emit(self.compared_runs)

    # what is shown of them

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the fits and the losses of those that are trained here, at an epoch."""
        self._take_valleys(studies)
        study = studies.get(_KEY)
        if study is None or study.history is None or not self.compared_runs:
            return
        self.recorded = study.history.epochs.tolist()
        together = (
            study.digest if isinstance(study.digest, TrainedTogether) else TrainedTogether((), ())
        )
        train, valid = (study.history.values(f"{split}_loss", epoch) for split in NUMBERS[:2])
        for member, each in enumerate(self.compared_runs):
            study.history.read_on(each.run.history, member)
            if together.checkpoints:
                each.run.checkpoints = together.checkpoints[member]
            fit = together.fits[member] if together.fits else None
            self.set_fit(member, fit, (float(train[member]), float(valid[member])))
            self._cells[member].set_ready(bool(each.run.checkpoints))
        self.compared_runs_changed.emit(self.compared_runs)

    def show_view(self, view: View) -> None:
        """Follow the present run, and show the others at the same moment."""
        self._view = view
        beside = dict(zip(view.look.beside, view.beside, strict=False))
        for index, each in enumerate(self.compared_runs):
            pin = each.variant.pin
            if each.variant.is_trained:
                continue
            if pin is not None:
                fit = beside.get(pin.run) or pin.fit
                moment = None if fit is None else pin.run.history.until(fit.epoch).last
                self.set_fit(index, fit, _losses(moment or pin.run.history.last))
            elif each.variant.experiment.data == view.run.experiment.data:  # no sweep over the data
                self.set_fit(index, view.fit, _losses(view.moment))

    def set_shows_validation(self, shows: bool) -> None:
        """Draw the validation points over each fit, or the training points alone."""
        self._shows_validation = shows
        for cell in self._cells:
            cell.view.set_shows_validation(shows)

    @property
    def views(self) -> list[FitView]:
        """The fits that are shown, in the order of the runs."""
        return [cell.view for cell in self._cells[: self._used]]

    @property
    def titles(self) -> list[TitleLine]:
        """The lines over them."""
        return [cell.title for cell in self._cells[: self._used]]

    def set_variants(self, variants: Sequence[Variant], datasets: Sequence[Dataset]) -> None:
        """Show up to four runs and their datasets; one that is still the same keeps its fit."""
        has_changed = len(variants) != self._used
        while len(self._cells) < len(variants):
            self._add_cell(len(self._cells))
        self._used = len(variants)
        for cell, variant, dataset in zip(self._cells, variants, datasets, strict=False):
            has_changed |= cell.set_up(variant, dataset)
        for index, cell in enumerate(self._cells):
            cell.setVisible(index < self._used)
        if has_changed:
            self._link()
        self._show_legend()

    def _add_cell(self, index: int) -> None:
        cell = _TitledFit(f"split.{index}")
        cell.view.set_shows_validation(self._shows_validation)
        cell.pin.clicked.connect(lambda: self.pin_chosen.emit(self.compared_runs[index], cell.fit))
        cell.adopt.clicked.connect(lambda: self._adopt(index))
        self._cells.append(cell)
        self._grid.add(cell)

    def _adopt(self, index: int) -> None:
        each = self.compared_runs[index]
        start = Start(_KEY, index) if each.variant.is_trained else Start(run=each.run)
        self.start_chosen.emit(each.run.experiment, start)

    def set_fit(
        self, index: int, fit: Fit | None, losses: tuple[float, float] | None = None
    ) -> None:
        """Show what one of them predicts now, and its training and validation loss."""
        self._cells[index].set_fit(fit, losses)
        self._linked.share()

    def _link(self) -> None:
        """Link the charts that show the same, which axes of another kind can't follow."""
        kinds: dict[type[FitPanel], list[Chart]] = {}
        for view in self.views:
            panel = _chart_panel(view.panel)
            if panel is not None:
                kinds.setdefault(type(panel), []).append(panel.chart)
        self._linked.link([*kinds.values()])

    def _show_legend(self) -> None:
        """What is the same in all; the fit itself is named by its title."""
        panel = _chart_panel(self.views[0].panel) if self.views else None
        entries: list[Entry] = []
        for entry in () if panel is None else panel.legend.entries:
            if entry.sign not in ("line", "thin"):
                # Numbers of points, and of wrong ones, may differ from run to run.
                text = entry.short or entry.text
                entries.append(dataclasses.replace(entry, text=text, tip=""))
            elif entry.color == ROLES.truth:
                entries.append(entry)
        self.legend.set_entries(entries)
        self.legend.setVisible(bool(entries))


def _chart_panel(panel: FitPanel) -> ChartPanel | None:
    """The chart and the legend of a panel that has them."""
    if isinstance(panel, PredictedView):
        return panel.chart_panel
    return panel if isinstance(panel, ChartPanel) else None


def _losses(moment: Snapshot | None) -> tuple[float, float] | None:
    if moment is None:
        return None
    return moment.value("train_loss"), moment.value("valid_loss")
