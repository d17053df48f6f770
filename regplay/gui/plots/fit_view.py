"""What a network predicts, in the way that suits its dataset; what dropout does to it."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtWidgets import QStackedLayout, QWidget

from regplay.core.arrays import Floats
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit
from regplay.core.layers import dropouts
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.curve import ClassCurvesView, CurveView
from regplay.gui.plots.fit_panel import RUN, Band, FitPanel, Subject
from regplay.gui.plots.legend import Legend
from regplay.gui.plots.many_inputs import ConfusionView, PredictedView
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.training import View
from regplay.gui.widgets import Toggle, as_plain, named
from regplay.session.drawing import carried
from regplay.session.session import Run


def _panel_class(dataset: Dataset) -> type[FitPanel]:
    is_regression = dataset.task == "regression"
    if dataset.n_inputs == 1:
        return CurveView if is_regression else ClassCurvesView
    if dataset.n_inputs == 2:
        return SurfaceView
    return PredictedView if is_regression else ConfusionView


class FitView(QWidget):
    """Picks a panel for a dataset and hands fits to it.

    Parameters
    ----------
    subject
        What the fits are of.

    Attributes
    ----------
    panel
        The panel that is shown; a blank one before the first dataset.
    switches
        Buttons that stand beside the legend of the panel that is shown.

    Signals
    -------
    panel_changed
        (): another panel is in sight.
    """

    panel_changed = Signal()

    def __init__(self, parent: QWidget | None = None, subject: Subject = RUN) -> None:
        super().__init__(parent)
        self.panel = self._blank = FitPanel()
        self.switches: tuple[QWidget, ...] = ()
        self._subject = subject
        self._panels: dict[type[FitPanel], FitPanel] = {}
        self._fit_color: str | None = None
        self._shows_validation = True
        self._frames: SignalInstance | None = None
        self._run: Run | None = None  # that the newest fit is of
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._blank)
        self._stack.currentChanged.connect(lambda _: self.panel_changed.emit())

    def show_view(self, view: View) -> None:
        """Show what a network predicts; earlier fits of another run go."""
        is_other, self._run = view.run is not self._run, view.run
        if is_other:
            self.panel.clear_past()
        self.set_fit(view.fit, view.dataset)
        if is_other:
            self.panel.follow_run()

    def show_data(self, dataset: Dataset | None, is_edit: bool) -> None:
        """Draw other points, or none; an edit of those that are drawn leaves the rest in place."""
        if dataset is None:
            self.clear()
        elif is_edit:
            self.set_points(dataset)
        else:
            self.set_dataset(dataset)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset; its fit comes with `set_fit`, and what lies over the last one goes."""
        kind = _panel_class(dataset)
        panel = self._panels.get(kind)
        if panel is None:
            panel = self._panels[kind] = kind()
            panel.subject = self._subject
            panel.set_shows_validation(self._shows_validation)
            self._stack.addWidget(panel)
            self._set_up_charts()
        self.panel = panel
        panel.add_switches(self.switches)
        panel.set_dataset(dataset)
        self._stack.setCurrentWidget(panel)

    def set_points(self, dataset: Dataset) -> None:
        """Show a dataset after an edit of its points: nothing else starts anew."""
        if type(self.panel) is _panel_class(dataset):
            self.panel.set_points(dataset)
        else:
            self.set_dataset(dataset)

    def clear(self) -> None:
        """Show nothing, until the next dataset."""
        self.panel = self._blank
        self._stack.setCurrentWidget(self._blank)

    def set_fit(self, fit: Fit | None, of: Dataset | None = None) -> None:
        """Show a fit of the dataset, or none.

        Parameters
        ----------
        of
            The dataset that it was trained on; where points were edited since then, it is shown at
            the present ones.
        """
        panel = self.panel
        if of is None or panel.dataset is None or of is panel.dataset:
            panel.set_fit(fit)
        elif (here := carried(fit, of, panel.dataset)) is not None:
            panel.set_fit(here)

    def set_frames(self, frames: SignalInstance) -> None:
        """Let ranges glide by a signal that tells the time at each frame."""
        self._frames = frames
        self._set_up_charts()

    def set_shows_validation(self, shows: bool) -> None:
        """Draw the validation points, or the training points alone."""
        self._shows_validation = shows
        for panel in self._panels.values():
            panel.set_shows_validation(shows)

    def set_fit_color(self, color: str | None) -> None:
        """Draw the fit in the colour of its run, or in its own."""
        self._fit_color = color
        self._set_up_charts()

    def _set_up_charts(self) -> None:
        for chart in self.findChildren(Chart):
            chart.frames = self._frames
            chart.set_fit_color(self._fit_color)
        for legend in self.findChildren(Legend):
            legend.set_fit_color(self._fit_color)


_BAND = (
    "Mean ± 1 and 2 standard deviations of networks thinned by dropout: how far the fit hangs on "
    "single units (Gal and Ghahramani, 2016). Over two inputs a shade shows where that leaves the "
    "class open, and the size of dots the standard deviation of a value"
)
_THINNED = "Single networks thinned by dropout, as each training step sees one"
_TOO_MANY = "There is no picture of the fit over more than two inputs, on which to show this"
_SHOWN = 5  # thinned networks at once


class DropoutPasses(QObject):
    """A band of stochastic passes and single thinned networks, where there is dropout.

    Attributes
    ----------
    buttons
        To be placed in the window.

    Signals
    -------
    wanted_changed
        (bool): whether views are to bring thinned networks.
    """

    wanted_changed = Signal(bool)

    def __init__(self, fit_view: FitView) -> None:
        super().__init__(fit_view)
        self._fit_view = fit_view
        self._view: View | None = None
        self._has_dropout, self._is_in_sight = False, True
        self.band = named("dropout.band", Toggle("Band", _BAND))
        self.thinned = named("dropout.thinned", Toggle("Thinned", _THINNED))
        self.buttons = self.band, self.thinned
        for button in self.buttons:
            button.toggled.connect(self._ask)
            button.hide()

    def set_experiment(self, experiment: Experiment) -> None:
        """Offer the buttons where there is dropout, and a picture on which to show what it does."""
        self._has_dropout = any(dropouts(experiment))
        self._show_buttons()
        self._enable()

    def set_in_sight(self, is_in_sight: bool) -> None:
        """Whether the fit is in sight, on which they are shown."""
        self._is_in_sight = is_in_sight
        self._show_buttons()
        self._ask()

    def show_view(self, view: View) -> None:
        """Show what a view brought of them."""
        self._view = view
        self._enable()
        is_shown = self._fit_view.panel.dataset is view.dataset
        passes = view.passes if is_shown else None  # else they belong to the last dataset
        band = None
        single: Iterable[Floats] = ()
        if passes is not None and self.band.isChecked():
            band = Band(passes.mean, passes.std)
        if passes is not None and self.thinned.isChecked():
            single = passes.members[:_SHOWN]
        self._fit_view.panel.set_band(band)
        self._fit_view.panel.set_members([replace(view.fit, grid=grid) for grid in single])

    def _show_buttons(self) -> None:
        for button in self.buttons:
            button.setVisible(self._has_dropout and self._is_in_sight)

    def _enable(self) -> None:
        panel = self._fit_view.panel
        can_show = panel.dataset is None or panel.shows_passes
        for button, tip in ((self.band, _BAND), (self.thinned, _THINNED)):
            button.setEnabled(can_show)
            button.setToolTip(as_plain(tip if can_show else _TOO_MANY))

    def _ask(self) -> None:
        is_wanted = self.band.isChecked() or self.thinned.isChecked()
        self.wanted_changed.emit(is_wanted and self._is_in_sight)
        if self._view is not None:  # the networks may be there already
            self.show_view(self._view)
