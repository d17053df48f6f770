"""What is shown instead of the run as it is now: an earlier moment, or a member of a sweep."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from regplay.gui.controls import ControlPanel
from regplay.gui.controls.slider_curves import SweepSliders
from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.theme import ROLES
from regplay.gui.timeline.timeline import Timeline
from regplay.gui.training.messages import Look, Start, View
from regplay.gui.training.runner import Runner
from regplay.gui.training.study_scheduler import StudyScheduler
from regplay.session.run import Run


class Replay(QObject):
    """Connects the epoch handle and the sliders' curves with what the thread is asked to show.

    Signals
    -------
    start_chosen
        (Experiment, Start, int, bool): go on with this experiment from there, at this epoch; and
        whether to train on at once.
    """

    start_chosen = Signal(object, object, int, bool)

    def __init__(
        self,
        runner: Runner,
        timeline: Timeline,
        history_view: HistoryView,
        controls: ControlPanel,
        sliders: SweepSliders,
        laboratory: StudyScheduler,
    ) -> None:
        super().__init__(timeline)
        self._runner, self._timeline, self._history_view = runner, timeline, history_view
        self._sliders, self._laboratory = sliders, laboratory
        self._look = Look()
        self._recorded: Sequence[int] = ()
        timeline.moment_changed.connect(self._show_moment)
        timeline.overlay_toggled.connect(self._show_best)
        timeline.continue_clicked.connect(self._continue)
        timeline.restore_best_clicked.connect(self._restore_best)
        history_view.moment_picked.connect(timeline.pick_moment)
        controls.member_previewed.connect(self._preview)
        controls.preview_ended.connect(self._end_preview)
        controls.member_adopted.connect(self._adopt)

    def begin_anew(self) -> None:
        """Another run: show its newest state."""
        self._timeline.set_moment(None)
        self._ask(replace(self._look, epoch=None, study="", member=0))

    def set_passes(self, shows: bool) -> None:
        """Whether thinned networks are wanted."""
        self._ask(replace(self._look, passes=shows))

    def set_inside(self, shows: bool) -> None:
        """Whether what is inside the network is wanted."""
        self._ask(replace(self._look, inside=shows))

    def set_beside(self, runs: Sequence[Run]) -> None:
        """Other runs whose fits at the same moment are wanted."""
        self._ask(replace(self._look, beside=tuple(runs)))

    def show(self, view: View) -> None:
        """Show in the plots of the losses which moment this is; of a member, where its best is."""
        earlier = view.look.epoch is not None
        self._history_view.set_moment(view.moment.epoch if earlier else None)
        if view.is_preview:
            self._ring_best(view)

    def set_recorded(self, epochs: Sequence[int]) -> None:
        """Epochs at which there is something else to see than the run."""
        if list(epochs) != list(self._recorded):
            self._recorded = epochs
            if self._runner.view is not None:
                self._show_moments(self._runner.view)

    def show_kept(self, view: View) -> None:
        """Show on the handle which moments of a run there are."""
        self._show_moments(view)
        self._ring_best(view)
        is_early = view.snapshot.ending() == "stopped early"
        self._timeline.set_stopped_early(int(view.snapshot.stopped_at[0]) if is_early else None)

    def _ring_best(self, view: View) -> None:
        history = view.run.history
        best = history.best()
        self._timeline.set_best(None if best is None else int(history.epochs[best]))

    def _show_moments(self, view: View) -> None:
        kept = view.run.checkpoints.epochs.tolist()
        if kept and view.snapshot.epoch > kept[-1]:
            kept.append(view.snapshot.epoch)  # the newest state is there without being kept
        last = kept[-1] if kept else -1
        self._timeline.set_kept([*kept, *(epoch for epoch in self._recorded if epoch > last)])

    def _ask(self, look: Look) -> None:
        self._laboratory.set_epoch(look.epoch)
        if look != self._look:
            self._look = look
            self._runner.look(look)

    def _show_moment(self, epoch: int | None) -> None:
        self._ask(replace(self._look, epoch=epoch))

    def _show_best(self, shows: bool) -> None:
        self._ask(replace(self._look, best=shows))

    def _preview(self, path: str, index: int) -> None:
        self._ask(replace(self._look, study=path, member=index))

    def _end_preview(self, _path: str) -> None:
        self._ask(replace(self._look, study="", member=0))

    def _adopt(self, path: str, index: int) -> None:
        member = self._sliders.member(path, index)
        if member is not None:
            experiment, epoch = member
            moment = self._timeline.moment()
            self.start_chosen.emit(experiment, Start(path, index), epoch, False)
            self._timeline.set_moment(moment)  # it is looked at at the same epoch
            self._show_moment(self._timeline.moment())

    def _continue(self) -> None:
        self._go_back(self._timeline.moment(), plays=True)

    def _restore_best(self) -> None:
        view = self._runner.view
        if view is not None:
            best = view.run.history.best()
            if best is not None:
                self._go_back(int(view.run.history.epochs[best]), plays=False)

    def _go_back(self, epoch: int | None, *, plays: bool) -> None:
        view = self._runner.view
        if view is None or epoch is None:
            return
        # Where that very epoch is not kept, the run goes there from the last one before it.
        if view.run.checkpoints.at(epoch) is not None:
            self.start_chosen.emit(view.run.experiment, Start(epoch=epoch), epoch, plays)


def best_overlay(view: View) -> list[Overlay]:
    """The fit at the best epoch, to lay over the one that is shown, if it was asked for."""
    if view.best is None:
        return []
    return [Overlay(f"best epoch {view.best.epoch:,}", ROLES.best, view.best)]
