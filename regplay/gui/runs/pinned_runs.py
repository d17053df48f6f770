"""Pinned runs in all places that show them: the list, the fit, the losses."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from regplay.core.datasets import problem_of
from regplay.core.experiment import Experiment
from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.measure_plot import PinnedCurves
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.runs.runs_list import RunsList
from regplay.gui.theme import ROLES
from regplay.gui.training import Start, View
from regplay.session.pins import Pin, Pins
from regplay.session.session import Run

if TYPE_CHECKING:
    from regplay.gui.runs.side_tab import ComparedRun


def pin_overlays(pins: Pins, experiment: Experiment) -> list[Overlay]:
    """Overlays of the pins that are shown and that learned the same problem.

    Their data may be drawn otherwise: of another seed, with more noise or more points.
    """
    problem = problem_of(experiment.data)
    found = []
    for pin in pins:
        is_same = problem_of(pin.run.experiment.data) == problem
        if pin.fit is not None and is_same and not pin.is_hidden:
            found.append(Overlay(pin.name, pin_color(pin.color), pin.fit, pin.grid))
    return found


def best_overlay(view: View) -> list[Overlay]:
    """The fit at the best epoch, to lay over the one that is shown, if it was asked for."""
    if view.best is None:
        return []
    return [Overlay(f"best epoch {view.best.epoch:,}", ROLES.best, view.best)]


class PinnedRuns(QObject):
    """Draws the pinned runs, and the best epoch of the present one, over the present one.

    Signals
    -------
    start_chosen
        (Experiment, Start): go on with a pinned run.
    """

    start_chosen = Signal(object, object)

    def __init__(
        self, pins: Pins, runs: RunsList, fit_view: FitView, history_view: HistoryView
    ) -> None:
        super().__init__(runs)
        self._pins = pins
        self._runs, self._fit_view, self._history_view = runs, fit_view, history_view
        self._view: View | None = None
        self._beside: Sequence[ComparedRun] = ()
        runs.set_pins(pins)
        runs.hide()  # until a run is pinned
        runs.adopt_clicked.connect(self._adopt)
        runs.removed.connect(self._show)
        runs.changed.connect(self._show)

    def show_pins(self) -> None:
        """Show those that are pinned by now."""
        self._runs.set_pins(self._pins)
        if self._view is not None:
            self._runs.set_present(self._view.run, self._view.run.experiment)
        self._show()

    def show_beside(self, compared_runs: Sequence["ComparedRun"]) -> None:
        """Show the losses of runs that are side by side instead of those of the pins, or, with
        none, of the pins again; their histories may have grown since the last call."""
        self._beside = compared_runs
        self._draw_losses()

    def show_view(self, view: View) -> None:
        """Draw them over another run, and its best epoch as it is now."""
        before, self._view = self._view, view
        has_other_data = before is None or before.dataset is not view.dataset
        if has_other_data or view.best is not None or (before and before.best is not None):
            self._draw()

    def _adopt(self, pin: Pin) -> None:
        self.start_chosen.emit(pin.run.experiment, Start(run=pin.run))

    def _show(self) -> None:
        self._runs.setVisible(self._runs.is_needed)
        self._draw()

    def _draw(self) -> None:
        if self._view is None:
            return
        overlays = pin_overlays(self._pins, self._view.run.experiment)
        self._fit_view.panel.set_overlays([*overlays, *best_overlay(self._view)])
        self._draw_losses()

    def _draw_losses(self) -> None:
        if self._view is None:
            return
        runs = [(pin.name, pin.color, pin.run) for pin in self._pins if not pin.is_hidden]
        if self._beside:
            runs = [(it.name, it.color, it.run) for it in self._beside if it.color is not None]
        classifies = self._view.dataset.task == "classification"
        self._history_view.set_pinned(
            [
                PinnedCurves(name, pin_color(color), run.history)
                for name, color, run in runs
                if _has_accuracy(run) == classifies
            ]
        )


def _has_accuracy(run: Run) -> bool:
    """Whether a run is of a classification: only that has accuracies."""
    last = run.history.last
    return last is not None and math.isfinite(last.value("train_accuracy"))
