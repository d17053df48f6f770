"""The buttons that show what dropout does to the fit."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import is_on
from regplay.gui.plots.fit_panel import Band
from regplay.gui.plots.fit_view import FitView
from regplay.gui.training.messages import View
from regplay.gui.widgets.buttons import Toggle
from regplay.gui.widgets.layout import named

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
        for button in self.buttons:
            button.toggled.connect(self._ask)
            button.hide()

    @property
    def buttons(self) -> tuple[Toggle, Toggle]:
        """To be placed in the window."""
        return self.band, self.thinned

    def set_experiment(self, experiment: Experiment) -> None:
        """Offer the buttons where there is dropout, and a picture on which to show what it does."""
        self._has_dropout = is_on(experiment, "regularization.dropout")
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
        panel = self._fit_view.panel
        is_shown = panel is not None and panel.dataset is view.dataset
        passes = view.passes if is_shown else None  # else they belong to the last dataset
        band = None
        single: Iterable[Floats] = ()
        if passes is not None and self.band.isChecked():
            band = Band(passes.mean, passes.std)
        if passes is not None and self.thinned.isChecked():
            single = passes.members[:_SHOWN]
        self._fit_view.set_band(band)
        self._fit_view.set_members([replace(view.fit, grid=grid) for grid in single])

    def _show_buttons(self) -> None:
        for button in self.buttons:
            button.setVisible(self._has_dropout and self._is_in_sight)

    def _enable(self) -> None:
        panel = self._fit_view.panel
        can_show = panel is None or panel.shows_passes
        for button, tip in ((self.band, _BAND), (self.thinned, _THINNED)):
            button.setEnabled(can_show)
            button.setToolTip(tip if can_show else _TOO_MANY)

    def _ask(self) -> None:
        is_wanted = self.band.isChecked() or self.thinned.isChecked()
        self.wanted_changed.emit(is_wanted and self._is_in_sight)
        if self._view is not None:  # the networks may be there already
            self.show_view(self._view)
