"""How the losses of a run went, and below other tabs its accuracy and its weights.

A polynomial has no epochs: its losses are shown over its degree.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QButtonGroup, QStackedLayout, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import History, Snapshot
from regplay.core.hyperparameters import is_used
from regplay.core.number_text import number
from regplay.gui.plots.chart import Side
from regplay.gui.plots.degree_plot import DEGREE, DegreePlot
from regplay.gui.plots.history_layers import PinnedCurves
from regplay.gui.plots.legend import Legend, tab_row
from regplay.gui.plots.measure_plot import MeasurePlot
from regplay.gui.training import Study, StudyRequest, View, curve_of, sweep_along
from regplay.gui.widgets import Toggle, beside, fill, take_out

_TABS = {"loss": "Loss", "accuracy": "Accuracy", "weights": "Weights"}
_TIPS = {
    "loss": "Training and validation loss, without any penalty",
    "accuracy": "Share of points assigned their own class",
    "weights": "‖w‖, the penalty, and the objective that the optimizer minimises",
}


def _floor_tip(dataset: Dataset) -> str:
    """What the noise floor means, for the tooltip."""
    assert dataset.noise_floor is not None
    tip = (
        f"noise floor {number(dataset.noise_floor)}: the loss that the true function itself has on "
        "the noisy training points;\na training loss under it is memorised noise"
    )
    if dataset.valid_noise_floor is not None and dataset.valid_noise_floor != dataset.noise_floor:
        tip += f"\n(on the validation points: {number(dataset.valid_noise_floor)})"
    return tip


class HistoryView(QWidget):
    """Tabs with a plot each; only the one that is shown draws, and none exists before it is.

    Attributes
    ----------
    tabs, log_x, log_y
        The buttons.
    log_buttons
        Those two, beside one another.
    plots
        Those that were shown, by their tabs.
    degrees
        The losses of polynomials, in place of that of the loss, or None.
    log_axes
        Which axes are logarithmic: `x` of all tabs, and by the name of a tab its other one.

    Signals
    -------
    log_axis_chosen
        (str, bool): a person made an axis, as in `log_axes`, logarithmic or linear.
    moment_picked
        A plot was clicked: the epoch of the record nearest to the mouse.
    degree_picked
        The losses over the degree were clicked: the degree nearest to the mouse.
    tab_changed
        Another plot is shown.
    """

    log_axis_chosen = Signal(str, bool)
    tab_changed = Signal()
    moment_picked = Signal(int)
    degree_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log_axes = frozenset({"weights"})
        self._frames: SignalInstance | None = None
        self._dataset: Dataset | None = None
        self._planned = 1
        self._marks: tuple[int, ...] = ()
        self._moment: int | None = None
        self._pinned: tuple[PinnedCurves, ...] = ()
        self._shown: tuple[History, Snapshot | None] = (History(), None)
        self.degrees: DegreePlot | None = None
        self.plots: dict[str, MeasurePlot] = {}
        self._tip = ""
        self._wanted = ""  # the tab to show once there are data that have it

        self.tabs = {name: Toggle(text, _TIPS[name]) for name, text in _TABS.items()}
        self._group = QButtonGroup(self)
        for button in self.tabs.values():
            self._group.addButton(button)
        self.tabs["loss"].setChecked(True)
        self.tabs["accuracy"].hide()
        self._group.buttonClicked.connect(self._want_no_other)
        self._group.buttonToggled.connect(self._tab_toggled)
        self.legend = Legend()
        self.log_x = Toggle("log x", "Logarithmic epochs")
        self.log_y = Toggle("log y", "Logarithmic values")
        self.log_x.toggled.connect(partial(self._toggle_log, "x"))
        self.log_y.toggled.connect(partial(self._toggle_log, "y"))
        self.log_x.clicked.connect(lambda log: self.log_axis_chosen.emit("x", log))
        self.log_y.clicked.connect(lambda log: self.log_axis_chosen.emit(self.tab, log))

        self._stack = QStackedLayout()
        self.log_buttons = beside(self.log_x, self.log_y)
        row = tab_row(self.tabs.values(), self.legend, self.log_buttons)
        fill(QVBoxLayout(self), row, (self._stack, 1))
        self._show_tab()

    # what is shown

    @property
    def tab(self) -> str:
        """The tab that is shown: `loss`, `accuracy` or `weights`."""
        return next(name for name, button in self.tabs.items() if button.isChecked())

    @property
    def plot(self) -> MeasurePlot:
        """The plot that is shown."""
        return self.plots[self.tab]

    def set_tab(self, tab: str) -> None:
        """Show a tab; that of accuracies, which regression lacks, with the data that come next."""
        self._wanted = tab if self.tabs[tab].isHidden() else ""
        if not self._wanted:
            self.tabs[tab].setChecked(True)

    def _want_no_other(self) -> None:
        self._wanted = ""

    def set_frames(self, frames: SignalInstance) -> None:
        """Let ranges glide by a signal that tells the time at each frame."""
        self._frames = frames
        for plot in self.plots.values():
            plot.frames = frames

    def set_log_axes(self, axes: Collection[str]) -> None:
        """Make these axes logarithmic, and all others linear."""
        self.log_axes = frozenset({"x", *_TABS}.intersection(axes))
        for plot in self.plots.values():
            self._set_log(plot)
        if self.degrees is not None:
            self.degrees.toggle_log("loss" in self.log_axes)
        self._tick_log()

    def show_view(self, view: View) -> None:
        """Show how a run went so far, and which moment of it is shown elsewhere."""
        self._show_degrees(view.run.experiment)
        self.set_history(view.run.history, view.snapshot)
        self.set_marks(view.run.changed_at)
        self.set_moment(None if view.look.epoch is None else view.moment.epoch)

    def _show_degrees(self, experiment: Experiment) -> None:
        has_degree = is_used(experiment, DEGREE)
        if has_degree != (self.degrees is not None):
            if self.degrees is None:
                plot = self.degrees = DegreePlot()
                plot.frames = self._frames
                plot.degree_picked.connect(self.degree_picked)
                plot.toggle_log("loss" in self.log_axes)
                if "loss" in self.plots:
                    plot.set_floor(self.plots["loss"].floor)
                self._stack.addWidget(plot)
            else:
                take_out([self.degrees], self._stack)
                self.degrees = None
            self._show_tab()
        if self.degrees is not None:
            self.degrees.set_degree(experiment.model.degree)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The sweep over the degree of a polynomial, which its slider shows too."""
        sweep = sweep_along(experiment, DEGREE) if is_used(experiment, DEGREE) else None
        return {} if sweep is None else {DEGREE: StudyRequest(sweep, title="The curve of degree")}

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the losses over the degree."""
        if self.degrees is not None and (study := studies.get(DEGREE)) is not None:
            self.degrees.set_curve(curve_of(study, epoch))
            self._update_legend()

    def show_data(self, dataset: Dataset | None, is_edit: bool) -> None:
        """Start anew with other data, or with none; an edit of points changes but the floor."""
        if dataset is None:
            self.set_history(History())
        elif not is_edit or self._floor != dataset.noise_floor:
            self.set_dataset(dataset, self._planned)

    def set_dataset(self, dataset: Dataset, epochs: int = 1) -> None:
        """Start anew: the noise floor of a dataset, and how many epochs are planned."""
        self._dataset, self._planned = dataset, epochs
        self._marks, self._moment, self._shown = (), None, (History(), None)
        classes = dataset.task == "classification"
        self.tabs["accuracy"].setVisible(classes)
        wanted, self._wanted = self._wanted, ""
        if classes and wanted:
            self.set_tab(wanted)
        elif not classes and self.tab == "accuracy":
            self.set_tab("loss")
        self._tip = _floor_tip(dataset) if dataset.noise_floor else ""
        for plot in self.plots.values():
            self._set_up(plot)
        self._update()

    def set_planned(self, epochs: int) -> None:
        """How many epochs are planned now; the axis grows until there."""
        self._planned = epochs
        for plot in self.plots.values():
            plot.set_planned(epochs)

    def set_history(self, history: History, live: Snapshot | None = None) -> None:
        """Show the records, and a snapshot newer than them as the last point."""
        self._shown = (history, live)
        self._update()

    def set_marks(self, epochs: Sequence[int]) -> None:
        """Dotted lines at the epochs where settings were changed while the weights were kept."""
        if tuple(epochs) != self._marks:
            self._marks = tuple(epochs)
            for plot in self.plots.values():
                plot.set_marks(epochs)
            self._update_legend()

    def set_moment(self, epoch: int | None) -> None:
        """A line at the epoch that the other plots show, or none."""
        self._moment = epoch
        for plot in self.plots.values():
            plot.set_moment(epoch)

    def set_pinned(self, runs: Sequence[PinnedCurves]) -> None:
        """Runs to compare with, whose histories may have grown since the last call."""
        before, self._pinned = self._pinned, tuple(runs)
        self.plot.set_pinned(self._pinned)
        if [(run.name, run.color) for run in before] != [(run.name, run.color) for run in runs]:
            self._update_legend()

    # inside

    @property
    def _floor(self) -> float | None:
        return None if self._dataset is None else self._dataset.noise_floor

    def _set_up(self, plot: MeasurePlot) -> None:
        plot.set_history(History())
        plot.set_planned(self._planned)
        plot.set_marks(self._marks)
        plot.set_moment(self._moment)
        floor, dataset = self._floor, self._dataset
        if plot.tab == "loss" and floor and dataset is not None:  # none below 0
            sign = "σ² = " if dataset.task == "regression" else ""
            name = f"noise floor of the training points {sign}{number(floor, 3)}"
            bounds_validation = dataset.valid_noise_floor == floor
            rest = "below: memorised noise" if bounds_validation else "validation has no noise"
            plot.set_floor(floor, f"{name} · {rest}", bounds_validation=bounds_validation)
        else:
            plot.set_floor(None, "")
        if plot.tab == "loss" and self.degrees is not None:
            self.degrees.set_floor(plot.floor)

    def _tab_toggled(self, _: object, checked: bool) -> None:
        if checked:
            self._show_tab()
            self.tab_changed.emit()

    def _show_tab(self) -> None:
        plot = self.plots.get(self.tab)
        if plot is None:
            plot = self.plots[self.tab] = MeasurePlot(self.tab)
            plot.moment_picked.connect(self.moment_picked)
            plot.naming_changed.connect(self._update_legend)
            plot.frames = self._frames
            self._set_log(plot)
            self._set_up(plot)
            self._stack.addWidget(plot)
        plot.set_pinned(self._pinned)
        self._tick_log()
        self._update()
        degrees = self.degrees if self.tab == "loss" else None
        self.log_x.setVisible(degrees is None)
        self._stack.setCurrentWidget(degrees or plot)  # last: its axes may be locked from here on

    def _tick_log(self) -> None:
        self.log_x.setChecked("x" in self.log_axes)
        self.log_y.setChecked(self.tab in self.log_axes)

    def _toggle_log(self, axis: Side, log: bool) -> None:
        name = "x" if axis == "x" else self.tab
        if (name in self.log_axes) != log:
            self.set_log_axes(self.log_axes ^ {name})

    def _set_log(self, plot: MeasurePlot) -> None:
        sides: tuple[Side, Side] = ("x", "y")
        for axis, name in zip(sides, ("x", plot.tab), strict=True):
            if plot.is_log(axis) != (name in self.log_axes):
                plot.toggle_log(axis, name in self.log_axes)

    def _update(self) -> None:
        self.plot.set_history(*self._shown)
        self._update_legend()

    def _update_legend(self) -> None:
        if self.tab == "loss" and self.degrees is not None:
            self.legend.set_entries(self.degrees.legend_entries(self._tip))
            return
        entries = self.plot.legend_entries(self._tip)
        self.legend.set_entries(entries, named=self.plot.has_end_names)
