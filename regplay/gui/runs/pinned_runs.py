"""Pinned runs in all places that show them: the list, the fit, the losses."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from regplay.core.datasets.problem import problem_of
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.measure_plot import PinnedCurves
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.runs.runs_list import RunsList
from regplay.gui.training.messages import View
from regplay.session.pins import Pin, Pins, PinsFullError
from regplay.session.run import Run

if TYPE_CHECKING:
    from regplay.gui.runs.side_tab import Contestant


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


pass


_INTERVAL = 0.1  # s between two states of the numbers in the list


class PinnedRuns(QObject):
    """Keeps the pins, and draws them over the present run.

    Signals
    -------
    adopted
        (Run): go on with this pinned run.
    changed
        Other runs are pinned, shown or named.
    refused
        (str): why a run was not pinned.
    """

    adopted = Signal(object)
    changed = Signal()
    refused = Signal(str)

    def __init__(self, runs: RunsList, fit_view: FitView, history_view: HistoryView) -> None:
        super().__init__(runs)
        self.pins = Pins()
        self._runs, self._fit_view, self._history_view = runs, fit_view, history_view
        self._view: View | None = None
        self._extra: list[Overlay] = []
        self._beside: Sequence[Contestant] = ()
        self._refreshed = 0.0
        runs.set_pins(self.pins)
        runs.hide()  # until a run is pinned
        runs.adopt_clicked.connect(lambda pin: self.adopted.emit(pin.run))
        runs.removed.connect(lambda _: self._changed())
        runs.changed.connect(self._changed)

    def pin(self) -> None:
        """Keep the run that is shown, as far as it has come, whatever moment of it is in sight."""
        view = self._view
        if view is None:
            return
        fit, newest = view.fit, view.run.checkpoints.last
        if view.look.epoch is not None and newest is not None:
            from regplay.gui.training.viewer import fit_at  # with torch, which is loaded by now

            fit = fit_at(newest, view.run.experiment)
        self._keep(view.run, fit, grid_of(view.dataset))

    def pin_contestant(self, contestant: "Contestant", fit: Fit | None) -> None:
        """Keep one of the runs that are shown side by side."""
        place, grid = contestant.place, grid_of(contestant.dataset)
        self._keep(contestant.run, fit, grid, place.name, place.color)

    def pin_run(self, name: str, run: Run, fit: Fit | None, grid: Grid | None) -> Pin | None:
        """Keep a run that was trained elsewhere; None if that is refused."""
        return self._keep(run, fit, grid, name)

    def remove_pins(self, pins: Iterable[Pin]) -> None:
        """Keep these no longer, as far as they are still pinned."""
        gone = [pin for pin in pins if pin in [*self.pins]]
        for pin in gone:
            self.pins.remove(pin)
        if gone:
            self._runs.set_pins(self.pins)
            self._changed()

    def restore(self, pins: Iterable[Pin]) -> None:
        """Keep these in place of all others."""
        self.pins.restore(pins)
        self._runs.set_pins(self.pins)
        self._changed()

    def show_beside(self, contestants: Sequence["Contestant"]) -> None:
        """Show the losses of runs that are side by side instead of those of the pins, or, with
        none, of the pins again; their histories may have grown since the last call."""
        self._beside = contestants
        self._draw_losses()

    def show(self, view: View, extra: list[Overlay], now: float) -> None:
        """Follow the run; `extra` is laid over its fit besides the pins, at time `now` in s."""
        before, self._view = self._view, view
        was_extra, self._extra = self._extra, extra
        has_other_data = before is None or before.dataset is not view.dataset
        if has_other_data or bool(extra) or bool(was_extra):
            self._draw()
        is_due = now - self._refreshed > _INTERVAL or view.is_finished
        if is_due and self._runs.isVisible():
            self._refreshed = now
            self._runs.set_present(view.run, view.run.experiment)
            self._runs.refresh()

    def _keep(
        self,
        run: Run,
        fit: Fit | None,
        grid: Grid | None,
        name: str | None = None,
        color: int | None = None,
    ) -> Pin | None:
        try:
            pin = self.pins.pin(run, fit, name, grid=grid, color=color)
        except PinsFullError as error:
            self.refused.emit(str(error))
            return None
        self._runs.set_pins(self.pins)
        if self._view is not None:
            self._runs.set_present(self._view.run, self._view.run.experiment)
        self._changed()
        return pin

    def _changed(self) -> None:
        self._runs.setVisible(self._runs.is_needed)
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        if self._view is None:
            return
        overlays = pin_overlays(self.pins, self._view.run.experiment)
        self._fit_view.set_overlays([*overlays, *self._extra])
        self._draw_losses()

    def _draw_losses(self) -> None:
        if self._view is None:
            return
        runs = [(pin.name, pin.color, pin.run) for pin in self.pins if not pin.is_hidden]
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
