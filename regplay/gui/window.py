"""The main window: it composes the parts and connects them."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.sweep import SWEEPABLE
from regplay.gui.controls import ControlPanel
from regplay.gui.controls.slider_curves import SweepSliders
from regplay.gui.document.documents import Documents
from regplay.gui.document.file_commands import FileCommands
from regplay.gui.document.questions import Dialogs, Questions
from regplay.gui.document.shown_session import ShownSession
from regplay.gui.editing.editing import Editing
from regplay.gui.figures.figure_menus import FigureMenus
from regplay.gui.lessons.classroom import Classroom
from regplay.gui.lessons.guide import Guide
from regplay.gui.lessons.lesson_panel import LessonPanel
from regplay.gui.menus import Menus
from regplay.gui.plots.dropout_passes import DropoutPasses
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.runs.pinned_runs import PinnedRuns
from regplay.gui.runs.runs_list import RunsList
from regplay.gui.showing import Showing
from regplay.gui.status import Status
from regplay.gui.tabs import Tabs
from regplay.gui.theme import Scheme, Theme
from regplay.gui.timeline.replay import Replay
from regplay.gui.timeline.timeline import Timeline
from regplay.gui.training.clock import Clock, SystemClock
from regplay.gui.training.messages import Start
from regplay.gui.training.runner import Runner
from regplay.gui.training.study_scheduler import StudyScheduler
from regplay.gui.transport import Transport
from regplay.gui.verdict_bar import VerdictBar
from regplay.gui.widgets.banner import Banner
from regplay.gui.widgets.layout import column, divided
from regplay.session.past import Past
from regplay.session.run import Run
from regplay.session.session import Change, Session

_CURVES = ("regularization.weight_decay", "regularization.dropout")  # shown unless chosen otherwise


class MainWindow(QMainWindow):
    """Controls on the left, the fit over the losses in the centre, the transport below.

    Parameters
    ----------
    experiment
        What to begin with.
    clock
        Where time comes from; the machine's own by default.
    settings
        Where geometry, scheme, device and the curves of the sliders are remembered.
    questions
        Who is asked about files; the person, by default.
    folder
        Where a session is written while it changes; by default one for data of the application.
    """

    painted = Signal()  # once, when the window has been on screen

    def __init__(
        self,
        experiment: Experiment | None = None,
        clock: Clock | None = None,
        settings: QSettings | None = None,
        questions: Questions | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self.setMinimumSize(800, 560)
        self.settings = settings or QSettings("regplay", "regplay")
        self._clock = clock or SystemClock(self)
        self.session = Session(experiment or Experiment())
        self.past = Past()
        self.runner = Runner(self._clock, self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme = Theme(app)
        self._is_painted = False

        self.controls = ControlPanel(self.session.experiment)
        self.fit_view = FitView()
        self.history_view = HistoryView()
        self.verdict_bar = VerdictBar()
        self.banner = Banner()
        self.transport = Transport()
        self.timeline = Timeline()
        self.status = Status()
        sliders = SweepSliders(self.controls)
        self.laboratory = StudyScheduler(self.runner, self._clock, [sliders], self)
        self.replay = Replay(
            self.runner, self.timeline, self.history_view, self.controls, sliders, self.laboratory
        )
        self.runs = RunsList()
        self.board = PinnedRuns(self.runs, self.fit_view, self.history_view)
        self.editing = Editing(self.fit_view, self._clock)
        fit = column(self.editing.strip, self.fit_view, grows=self.fit_view)
        self.tabs = Tabs(fit, self.laboratory, self.board.pins)
        self.passes = DropoutPasses(self.fit_view, self.replay)
        self.lesson_panel = LessonPanel()
        ask = questions or Dialogs(self)
        self.guide = Guide(self.lesson_panel, self.controls, ask.may_read, self)
        self.classroom = Classroom(
            self.guide, self.controls, self.tabs, self.board, self.laboratory, self.runner
        )
        self.showing = Showing(self)
        session = ShownSession(self)
        self.documents = Documents(session, ask, self._clock, self.settings, folder, self)
        self.desk = FileCommands(self, self.documents)
        self.figure_menus = FigureMenus(self, self.settings, self.editing.takes_right)
        self._compose()
        self.menus = Menus(self)
        self._connect()
        self._restore()
        self._show_title()
        self.setAcceptDrops(True)
        self._apply(Change.RESTART)

    def _compose(self) -> None:
        for button in (*self.editing.buttons, *self.passes.buttons):
            self.tabs.add_at_end(button)
        tip = "Keep this run in colour beside the ones to come (P)"
        self.tabs.add_button("pin", "Pin", tip).clicked.connect(self.pin)
        tip = "None, weight decay, dropout and both, trained together (C)"
        self.tabs.add_button("compare", "Compare", tip).clicked.connect(self.compare)
        beside, below = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        bottom = divided("bottom", beside, self.history_view, self.runs, (1, 0))
        plots = divided("plots", below, self.tabs, bottom, (3, 2))
        plots.setSizes([3000, 2000])  # shared out in this proportion, whatever the parts ask for
        centre = column(self.banner, self.verdict_bar, plots, self.timeline, grows=plots)
        halves = divided("halves", beside, self.controls, centre, (0, 1))
        halves.addWidget(self.lesson_panel)
        halves.setStretchFactor(2, 0)
        self.setCentralWidget(column(halves, self.transport, grows=halves))
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        self.painted.connect(self.runner.start, Qt.ConnectionType.QueuedConnection)
        self.painted.connect(self.documents.recover, Qt.ConnectionType.QueuedConnection)
        self.controls.experiment_changed.connect(self.set_experiment)
        self.controls.curve_toggled.connect(self._remember_curves)
        self.replay.start_chosen.connect(self.go_on_from)
        self.tabs.tab_changed.connect(lambda tab: self.replay.set_inside(tab == "network"))
        self.tabs.tab_changed.connect(lambda tab: self.passes.set_in_sight(tab == "fit"))
        self.tabs.tab_changed.connect(lambda tab: self.editing.set_in_sight(tab == "fit"))
        self.editing.begun.connect(self.showing.show_present)
        self.editing.edited.connect(self._edit_points)
        self.tabs.recorded_changed.connect(self.replay.set_recorded)
        self.laboratory.failed.connect(self.banner.show_message)
        self.tabs.start_chosen.connect(self.go_on_from)
        self.tabs.experiment_chosen.connect(self.set_experiment)
        self.tabs.beside_changed.connect(self.replay.set_beside)
        self.tabs.contestants_changed.connect(self.board.show_beside)
        self.tabs.pin_chosen.connect(self.board.pin_contestant)
        self.board.changed.connect(self.laboratory.reconsider)
        self.board.refused.connect(self.banner.show_message)
        self.runs.pin_clicked.connect(self.pin)
        self.runs.removed.connect(lambda _: self.banner.clear())  # "delete one first"
        self.runs.compare_clicked.connect(self.compare)
        self.board.adopted.connect(self.take_run)
        transport, runner = self.transport, self.runner
        transport.play_clicked.connect(self.toggle)
        transport.step_clicked.connect(lambda: runner.advance(1))
        transport.epoch_clicked.connect(runner.advance_epoch)
        transport.reset_clicked.connect(self.reset)
        transport.seed_clicked.connect(self.new_seed)
        transport.speed_changed.connect(runner.set_speed)
        transport.epochs_changed.connect(lambda epochs: self._set("epochs", epochs))
        transport.keep_weights_changed.connect(self._keep_weights)
        runner.loaded.connect(self._on_loaded)
        runner.viewed.connect(lambda view: self.showing.show(view, self._clock.now()))
        runner.failed.connect(self.banner.show_message)
        runner.noticed.connect(self.banner.show_message)
        runner.playing_changed.connect(transport.set_playing)
        self.guide.experiment_chosen.connect(self.begin)
        self.guide.failed.connect(self.banner.show_message)
        self.guide.highlights_changed.connect(transport.set_highlighted)
        self.guide.link_chosen.connect(self.documents.open_link)
        self.documents.changed.connect(self._show_title)
        self.documents.refused.connect(self.banner.show_message)
        self.figure_menus.failed.connect(self.banner.show_message)
        self.figure_menus.done.connect(self.status.tell)

    def _restore(self) -> None:
        saved = self.settings.value("scheme")
        self.set_scheme("light" if saved == "light" else "dark" if saved == "dark" else "system")
        self.runner.device = str(self.settings.value("device", "auto"))
        self.menus.set_devices(["auto", "cpu"], self.runner.device)
        curves = str(self.settings.value("curves", " ".join(_CURVES))).split()
        self.controls.set_shown_curves([path for path in SWEEPABLE if path in curves])
        geometry = self.settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1280, 800)

    # What a person can do

    def set_experiment(self, experiment: Experiment) -> None:
        """Work on another experiment; what has to be trained anew follows from what differs."""
        self.past.note(self.session.experiment, experiment, self._clock.now())
        self.banner.clear()
        self._apply(self.session.change(experiment, epoch=self.runner.epoch))

    def take_over(self, experiment: Experiment) -> None:
        """Work on an experiment that comes from elsewhere, with all the epochs that it has."""
        self.past.note(self.session.experiment, experiment, self._clock.now())
        self._restore_experiment(experiment)

    def begin(self, experiment: Experiment) -> None:
        """Work on another experiment from its initial weights, even where weights are kept."""
        run = self.showing.run
        if experiment != self.session.experiment or run is None or run.changed_at:
            self.runner.rewind()
            self.take_over(experiment)
            if self.session.keeps_weights:
                self.reset()

    def take_run(self, run: Run) -> None:
        """Go on with a run that was kept, from where it was; nothing is trained again."""
        last = run.checkpoints.last
        if last is None:
            self.set_experiment(run.experiment)
        else:
            self.banner.clear()
            self.go_on_from(run.experiment, Start(run=run), last.epoch, False)

    def _edit_points(self, experiment: Experiment, goes_on: bool) -> None:
        now = self._clock.now()
        self.past.note(self.session.experiment, experiment, now, goes_on=goes_on)
        self.banner.clear()
        self._apply(self.session.change(experiment, epoch=self.runner.epoch))

    def undo(self) -> None:
        """Work on the experiment before the last change."""
        self._restore_experiment(self.past.back(self.session.experiment))

    def redo(self) -> None:
        """Work on the experiment before the last step back."""
        self._restore_experiment(self.past.forward(self.session.experiment))

    def toggle(self) -> None:
        """Train or pause; a run at its end is given as many epochs again."""
        if self.runner.is_playing:
            self.runner.pause()
            return
        if self.showing.dataset is None:
            self._apply(Change.RESTART)  # the file may be there by now; else say it again
        elif self.runner.is_finished and self.runner.epoch >= self.session.experiment.epochs:
            self.session.extend(self.runner.epoch)
            self._apply(Change.ADJUST)
        elif self.runner.is_finished:
            self.banner.show_message(
                "This run has stopped by itself: change a setting, or reset it to train again."
            )
            return
        self.runner.play()

    def reset(self) -> None:
        """Go back to the same initial weights and wait there."""
        self.runner.rewind()
        self.session.begin_anew()
        self._apply(Change.RESTART)

    def new_seed(self) -> None:
        """Take other initial weights, batches and dropout."""
        self._set("seed", (self.session.experiment.seed + 1) % 2**31)

    def pin(self) -> None:
        """Keep the run that is shown."""
        self.board.pin()

    def compare(self) -> None:
        """Train none, weight decay, dropout and both side by side; a run waits meanwhile."""
        self.runner.pause()
        self.tabs.compare()

    def set_scheme(self, scheme: Scheme) -> None:
        """Turn light, dark, or follow the system."""
        self.theme.set_scheme(scheme)
        self.menus.set_scheme(scheme)
        self.settings.setValue("scheme", scheme)

    def set_device(self, device: str) -> None:
        """Train on another device from here on."""
        self.settings.setValue("device", device)
        self.runner.device = device
        self.menus.set_device(device)
        self._apply(Change.RETRAIN)
        self.laboratory.begin_anew()

    def _remember_curves(self) -> None:
        self.settings.setValue("curves", " ".join(self.controls.chosen_curves()))
        self.laboratory.reconsider()

    def _set(self, path: str, value: int) -> None:
        self.set_experiment(replace(self.session.experiment, {path: value}))

    def _keep_weights(self, keeps: bool) -> None:
        self.session.keeps_weights = keeps
        self.controls.set_keeps_weights(keeps)

    # What follows from it

    def _restore_experiment(self, experiment: Experiment | None) -> None:
        if experiment is not None:
            self.banner.clear()
            self._apply(self.session.restore(experiment, epoch=self.runner.epoch))

    def _apply(self, change: Change) -> None:
        experiment = self.session.experiment
        if self.showing.take_experiment(experiment):
            change = Change.RESTART
        if self.showing.dataset is None:
            return
        if change not in (Change.NOTHING, Change.ADJUST):
            self.replay.begin_anew()
        self.runner.submit(experiment, self.showing.dataset, self.showing.grid, change)

    def go_on_from(self, experiment: Experiment, start: Start, epoch: int, plays: bool) -> None:
        """Make a kept moment the present one: wait there, or train on."""
        self.past.note(self.session.experiment, experiment, self._clock.now())
        self.session.take(experiment)
        self.showing.take_experiment(experiment)
        if self.showing.dataset is None:
            return
        self.replay.begin_anew()
        self.runner.go_on_from(experiment, self.showing.dataset, self.showing.grid, start, epoch)
        if plays:
            self.runner.play()

    def _show_title(self) -> None:
        title = self.documents.title
        self.setWindowModified(False)
        self.setWindowTitle(title)
        self.setWindowModified(self.documents.is_modified and "[*]" in title)

    def _on_loaded(self) -> None:
        from regplay.core.device import available

        self.menus.set_devices(available(), self.runner.device)
        if self.showing.run is None:  # the first view, which says where, may be quicker
            self.status.set_placement("")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell once that the window is on screen."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the plot under the mouse."""
        if not self.figure_menus.open_for(event):
            super().contextMenuEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take what can be opened."""
        if self.desk.accepts(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        event.acceptProposedAction()
        self.desk.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what was not saved, remember the geometry and end the thread."""
        if not self.documents.may_close():
            event.ignore()
            return
        self.documents.close()
        self.settings.setValue("geometry", self.saveGeometry())
        self.hide()  # at once; the step that is being computed is finished first
        self.laboratory.stop()
        self.runner.stop()
        super().closeEvent(event)
