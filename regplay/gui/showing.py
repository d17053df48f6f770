"""What of an experiment is in sight: its data, its run, and what is said of them."""

from typing import TYPE_CHECKING

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fit import Grid, grid_of
from regplay.core.history import History
from regplay.core.verdict import Verdict, judge
from regplay.gui.timeline.replay import best_overlay
from regplay.gui.training.messages import View
from regplay.session.drawing import is_edit
from regplay.session.run import Run

if TYPE_CHECKING:
    from regplay.gui.window import MainWindow

_WORDS_INTERVAL = 0.1  # s; words that change faster can't be read, and cost more than curves


class Showing:
    """Hands data and views to all parts of a window that have to do with them.

    Attributes
    ----------
    dataset, grid
        Of the present experiment, and where its fit is drawn; None while there are no data.
    run
        The one that is shown; None before the first.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self.dataset: Dataset | None = None
        self.grid: Grid | None = None
        self.run: Run | None = None
        self._settings: DataSettings | None = None  # of the dataset
        self._shown: Dataset | None = None  # another one while a sweep over data is dragged
        self._words_at = -1.0

    def take_experiment(self, experiment: Experiment) -> bool:
        """Show an experiment everywhere; whether its data are others than before.

        Data of which a person edited a point are not.
        """
        window = self._window
        window.controls.set_experiment(experiment)
        window.transport.set_epochs(experiment.epochs)
        has_other_data = False
        if experiment.data != self._settings:
            has_other_data = self._load(experiment)
        window.editing.set_data(experiment, self.dataset)
        window.passes.set_experiment(experiment)
        window.laboratory.set_experiment(None if self.dataset is None else experiment)
        if self.dataset is not None:
            window.history_view.set_planned(experiment.epochs)
        return has_other_data

    def _load(self, experiment: Experiment) -> bool:
        window = self._window
        names = {experiment.data.name, "" if self._settings is None else self._settings.name}
        self._settings = experiment.data
        try:
            dataset = load(experiment.data)
        except DatasetError as error:
            self.dataset = self._settings = None  # so that it is tried again
            window.runner.withdraw()
            self._show_nothing(experiment)
            window.banner.show_message(str(error))
            return True
        window.banner.clear()
        before, self.dataset, self.grid = self.dataset, dataset, grid_of(dataset)
        window.tabs.set_dataset(dataset)
        is_placed = "points" in names and before is not None and is_edit(before, dataset)
        if before is not None and before is self._shown and is_placed:
            self._shown = dataset
            window.fit_view.set_points(dataset)
            if before.noise_floor != dataset.noise_floor:
                window.history_view.set_dataset(dataset, experiment.epochs)
            return False
        is_view_to_come = self.run is not None and window.runner.is_loaded
        if is_view_to_come and not window.editing.is_on:
            return True  # what is shown stays until then
        self._show_dataset(dataset, experiment.epochs)
        window.verdict_bar.set_verdict(judge(History(), dataset, experiment))
        window.verdict_bar.set_snapshot(None)
        window.transport.set_progress(0, 0, experiment.epochs)
        return True

    def show_present(self) -> None:
        """Show the present points, though there may be no fit of them yet."""
        if self.dataset is not None and self.dataset is not self._shown:
            self._show_dataset(self.dataset, self._window.session.experiment.epochs)

    def _show_dataset(self, dataset: Dataset, epochs: int) -> None:
        self._shown = dataset
        self._window.fit_view.set_dataset(dataset)
        self._window.history_view.set_dataset(dataset, epochs)

    def _show_nothing(self, experiment: Experiment) -> None:
        """Without data there is no fit, and what was shown belongs to another dataset."""
        window, self._shown = self._window, None
        window.fit_view.clear()
        window.history_view.set_history(None)
        window.verdict_bar.set_verdict(Verdict("untrained", "No data", "See the message above."))
        window.verdict_bar.set_snapshot(None)
        window.transport.set_progress(0, 0, experiment.epochs)

    def show(self, view: View, now: float) -> None:
        """Show a view, at a time in s."""
        window, run = self._window, view.run
        is_old = view.generation < window.runner.generation and not view.is_preview
        # Points that a person has moved don't go back to where an older view saw them.
        is_moved = is_old and self._shown is self.dataset
        if view.dataset is not self._shown and not is_moved:
            self._show_dataset(view.dataset, run.experiment.epochs)
        if run is not self.run:
            self.run = run
            window.fit_view.clear_past()
        window.fit_view.set_fit(view.fit, view.dataset)
        window.board.show(view, best_overlay(view), now)
        window.passes.show(view)
        window.tabs.show_view(view)
        window.history_view.set_history(run.history, view.snapshot)
        window.history_view.set_marks(run.changed_at)
        window.replay.show(view)
        window.classroom.note(view)
        is_last = view.is_finished or not window.runner.is_playing
        if is_last or now - self._words_at >= _WORDS_INTERVAL:
            self._words_at = now
            self._show_words(view, now)

    def _show_words(self, view: View, now: float) -> None:
        window, run, snapshot = self._window, view.run, view.snapshot
        is_now = view.look.epoch is None  # else what was known then, beside the losses of then
        history = run.history if is_now else run.history.until(view.moment.epoch)
        window.verdict_bar.set_verdict(judge(history, view.dataset, run.experiment))
        window.verdict_bar.set_snapshot(view.moment)
        window.status.set_placement(run.placement)
        if view.is_preview:
            return
        window.replay.show_kept(view)
        epochs, ending = run.experiment.epochs, snapshot.ending()
        window.transport.set_progress(snapshot.epoch, snapshot.step, epochs, ending)
        window.status.set_step(snapshot.step, now, is_training=window.runner.is_playing)
