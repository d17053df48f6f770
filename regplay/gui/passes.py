"""The buttons that show what dropout does to the fit."""

from dataclasses import replace

from PySide6.QtCore import QObject

from regplay.core.experiment import Experiment
from regplay.gui.messages import View
from regplay.gui.naming import named
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.panel import Band
from regplay.gui.plots.toggle import Toggle
from regplay.gui.replay import Replay

_BAND = (
    "Mean ± 1 and 2 standard deviations of networks thinned by dropout: how far the fit hangs on "
    "single units (Gal and Ghahramani, 2016)"
)
_THINNED = "Single networks thinned by dropout, as each training step sees one"
_SHOWN = 5  # thinned networks at once


class Passes(QObject):
    """A band of stochastic passes and single thinned networks, where there is dropout."""

    def __init__(self, fit_view: FitView, replay: Replay) -> None:
        super().__init__(fit_view)
        self._fit_view, self._replay = fit_view, replay
        self._view: View | None = None
        self._band = named("dropout.band", Toggle("Band", _BAND))
        self._thinned = named("dropout.thinned", Toggle("Thinned", _THINNED))
        for button in self.buttons:
            button.toggled.connect(self._ask)
            button.hide()

    @property
    def buttons(self) -> tuple[Toggle, Toggle]:
        """To be placed in the window."""
        return self._band, self._thinned

    def setExperiment(self, experiment: Experiment) -> None:
        """Offer the buttons where there is dropout."""
        has_dropout = bool(experiment.regularization.dropout and experiment.model.depth)
        for button in self.buttons:
            button.setVisible(has_dropout)

    def show(self, view: View) -> None:
        """Show what a view brought of them."""
        self._view, passes = view, view.passes
        band = None
        if passes is not None and passes.mean.ndim == 1 and self._band.isChecked():
            band = Band(passes.mean, passes.std)
        self._fit_view.setBand(band)
        is_wanted = passes is not None and self._thinned.isChecked()
        single = passes.members[:_SHOWN] if passes is not None and is_wanted else ()
        self._fit_view.setThinned([replace(view.fit, grid=grid) for grid in single])

    def _ask(self) -> None:
        self._replay.setPasses(self._band.isChecked() or self._thinned.isChecked())
        if self._view is not None:  # the networks may be there already
            self.show(self._view)
