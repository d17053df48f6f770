"""The main window: it composes the parts and connects them."""

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.fit import Grid, grid_of
from regplay.core.history import History
from regplay.core.sweep import SWEEPABLE
from regplay.core.verdict import Verdict, judge
from regplay.gui.banner import Banner
from regplay.gui.clock import Clock, SystemClock
from regplay.gui.controls import ControlPanel
from regplay.gui.laboratory import Laboratory
from regplay.gui.layout import column, divided
from regplay.gui.menus import Menus
from regplay.gui.messages import Start, View
from regplay.gui.passes import Passes
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.replay import Replay, best_overlay
from regplay.gui.runner import Runner
from regplay.gui.runs.board import Board
from regplay.gui.runs.runs_list import RunsList
from regplay.gui.status import Status
from regplay.gui.sweep_sliders import SweepSliders
from regplay.gui.tabs import Tabs
from regplay.gui.theme import Colors, Scheme, Theme
from regplay.gui.timeline import Timeline
from regplay.gui.transport import Transport
from regplay.gui.verdict_bar import VerdictBar
from regplay.session.past import Past
from regplay.session.run import Run
from regplay.session.session import Change, Session

_CURVES = ("regularization.weight_decay", "regularization.dropout")  # shown unless chosen otherwise
_WORDS_INTERVAL = 0.1  # s; words that change faster can't be read, and cost more than curves


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
    """

    painted = Signal()  # once, when the window has been on screen

    def __init__(
        self,
        experiment: Experiment | None = None,
        clock: Clock | None = None,
        settings: QSettings | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("regplay")
        self.setMinimumSize(800, 560)
        self.settings = settings or QSettings("regplay", "regplay")
        self._clock = clock or SystemClock(self)
        self.session = Session(experiment or Experiment())
        self.past = Past()
        self.runner = Runner(self._clock, self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.theme = Theme(app)
        self._data_settings: DataSettings | None = None
        self._dataset: Dataset | None = None
        self._grid: Grid | None = None
        self._shown_dataset: Dataset | None = None  # another one while a sweep over data is dragged
        self._run: Run | None = None  # the one that is shown
        self._is_painted = False
        self._words_at = -1.0

        self.controls = ControlPanel(self.session.experiment)
        self.fit_view = FitView()
        self.history_view = HistoryView()
        self.verdict_bar = VerdictBar()
        self.banner = Banner()
        self.transport = Transport()
        self.timeline = Timeline()
        self.status = Status()
        sliders = SweepSliders(self.controls)
        self.laboratory = Laboratory(self.runner, self._clock, [sliders], self)
        self.replay = Replay(
            self.runner, self.timeline, self.history_view, self.controls, sliders, self.laboratory
        )
        self.runs = RunsList()
        self.board = Board(self.runs, self.fit_view, self.history_view)
        self.tabs = Tabs(self.fit_view, self.laboratory, self.board.pins)
        self.passes = Passes(self.fit_view, self.replay)
        self._compose()
        self.menus = Menus(self)
        self._connect()
        self._restore()
        self._apply(Change.RESTART)

    def _compose(self) -> None:
        for button in self.passes.buttons:
            self.tabs.addAtEnd(button)
        tip = "Keep this run in colour beside the ones to come (P)"
        self.tabs.addButton("pin", "Pin", tip).clicked.connect(self.pin)
        tip = "None, weight decay, dropout and both, trained together (C)"
        self.tabs.addButton("compare", "Compare", tip).clicked.connect(self.compare)
        beside, below = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        bottom = divided("bottom", beside, self.history_view, self.runs, (1, 0))
        plots = divided("plots", below, self.tabs, bottom, (3, 2))
        plots.setSizes([3000, 2000])  # shared out in this proportion, whatever the parts ask for
        centre = column(self.banner, self.verdict_bar, plots, self.timeline, grows=plots)
        halves = divided("halves", beside, self.controls, centre, (0, 1))
        self.setCentralWidget(column(halves, self.transport, grows=halves))
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        self.painted.connect(self.runner.start, Qt.ConnectionType.QueuedConnection)
        self.controls.experimentChanged.connect(self.setExperiment)
        self.controls.curveToggled.connect(self._remember_curves)
        self.replay.startChosen.connect(self._go_on_from)
        self.tabs.tabChanged.connect(lambda tab: self.replay.setInside(tab == "network"))
        self.tabs.tabChanged.connect(lambda tab: self.passes.setInSight(tab == "fit"))
        self.tabs.recordedChanged.connect(self.replay.setRecorded)
        self.laboratory.failed.connect(self.banner.show_message)
        self.tabs.startChosen.connect(self._go_on_from)
        self.tabs.experimentChosen.connect(self.setExperiment)
        self.tabs.besideChanged.connect(self.replay.setBeside)
        self.tabs.contestantsChanged.connect(self.board.showBeside)
        self.tabs.pinChosen.connect(self.board.pinContestant)
        self.board.changed.connect(self.laboratory.reconsider)
        self.board.refused.connect(self.banner.show_message)
        self.runs.pinClicked.connect(self.pin)
        self.runs.removed.connect(lambda _: self.banner.clear())  # "delete one first"
        self.runs.compareClicked.connect(self.compare)
        self.board.adopted.connect(self.take_run)
        transport, runner = self.transport, self.runner
        transport.playClicked.connect(self.toggle)
        transport.stepClicked.connect(lambda: runner.advance(1))
        transport.epochClicked.connect(runner.advance_epoch)
        transport.resetClicked.connect(self.reset)
        transport.seedClicked.connect(self.new_seed)
        transport.speedChanged.connect(runner.set_speed)
        transport.epochsChanged.connect(lambda epochs: self._set("epochs", epochs))
        transport.keepWeightsChanged.connect(self._keep_weights)
        runner.loaded.connect(self._on_loaded)
        runner.viewed.connect(self._show)
        runner.failed.connect(self.banner.show_message)
        runner.noticed.connect(self.banner.show_message)
        runner.playingChanged.connect(transport.setPlaying)
        self.theme.changed.connect(self._set_colors)

    def _restore(self) -> None:
        saved = self.settings.value("scheme")
        self.set_scheme("light" if saved == "light" else "dark" if saved == "dark" else "system")
        self._set_colors(self.theme.colors)
        self.runner.device = str(self.settings.value("device", "auto"))
        self.menus.set_devices(["auto", "cpu"], self.runner.device)
        curves = str(self.settings.value("curves", " ".join(_CURVES))).split()
        self.controls.setShownCurves([path for path in SWEEPABLE if path in curves])
        geometry = self.settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1280, 800)

    # What a person can do

    def setExperiment(self, experiment: Experiment) -> None:
        """Work on another experiment; what has to be trained anew follows from what differs."""
        self.past.note(self.session.experiment, experiment, self._clock.now())
        self.banner.clear()
        self._apply(self.session.change(experiment, epoch=self.runner.epoch))

    def take_run(self, run: Run) -> None:
        """Go on with a run that was kept, from where it was; nothing is trained again."""
        last = run.checkpoints.last
        if last is None:
            self.setExperiment(run.experiment)
        else:
            self.banner.clear()
            self._go_on_from(run.experiment, Start(run=run), last.epoch, False)

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
        if self._dataset is None:
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
        self.theme.setScheme(scheme)
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
        self.settings.setValue("curves", " ".join(self.controls.chosenCurves()))
        self.laboratory.reconsider()

    def _set(self, path: str, value: int) -> None:
        self.setExperiment(replace(self.session.experiment, {path: value}))

    def _keep_weights(self, keeps: bool) -> None:
        self.session.keeps_weights = keeps
        self.controls.setKeepsWeights(keeps)

    # What follows from it

    def _restore_experiment(self, experiment: Experiment | None) -> None:
        if experiment is not None:
            self.banner.clear()
            self._apply(self.session.restore(experiment, epoch=self.runner.epoch))

    def _apply(self, change: Change) -> None:
        experiment = self.session.experiment
        if self._take_experiment():
            change = Change.RESTART
        if self._dataset is None:
            return
        if change not in (Change.NOTHING, Change.ADJUST):
            self.replay.begin_anew()
        self.runner.submit(experiment, self._dataset, self._grid, change)

    def _go_on_from(self, experiment: Experiment, start: Start, epoch: int, plays: bool) -> None:
        self.past.note(self.session.experiment, experiment, self._clock.now())
        self.session.take(experiment)
        self._take_experiment()
        if self._dataset is None:
            return
        self.replay.begin_anew()
        self.runner.go_on_from(experiment, self._dataset, self._grid, start, epoch)
        if plays:
            self.runner.play()

    def _take_experiment(self) -> bool:
        """Show the session's experiment everywhere; whether its data are others than before."""
        experiment = self.session.experiment
        self.controls.setExperiment(experiment)
        self.transport.setEpochs(experiment.epochs)
        has_other_data = experiment.data != self._data_settings
        if has_other_data:
            self._load_data(experiment)
        self.passes.setExperiment(experiment)
        self.laboratory.setExperiment(None if self._dataset is None else experiment)
        if self._dataset is not None:
            self.history_view.setPlanned(experiment.epochs)
        return has_other_data

    def _load_data(self, experiment: Experiment) -> None:
        self._data_settings = experiment.data
        try:
            dataset = load(experiment.data)
        except DatasetError as error:
            self._dataset = self._data_settings = None  # so that it is tried again
            self.runner.withdraw()
            self._show_nothing(experiment)
            self.banner.show_message(str(error))
            return
        self.banner.clear()
        self._dataset, self._grid = dataset, grid_of(dataset)
        self._show_dataset(dataset)
        self.tabs.setDataset(dataset)
        self.history_view.setDataset(dataset, experiment.epochs)
        self.verdict_bar.setVerdict(judge(History(), dataset, experiment))
        self.verdict_bar.setSnapshot(None)

    def _show_dataset(self, dataset: Dataset) -> None:
        self._shown_dataset = dataset
        self.fit_view.setDataset(dataset)

    def _show_nothing(self, experiment: Experiment) -> None:
        """Without data there is no fit, and what was shown belongs to another dataset."""
        self.fit_view.clear()
        self.history_view.setHistory(None)
        self.verdict_bar.setVerdict(Verdict("untrained", "No data", "See the message above."))
        self.verdict_bar.setSnapshot(None)
        self.transport.setProgress(0, 0, experiment.epochs)

    def _show(self, view: View) -> None:
        run = view.run
        if view.dataset is not self._shown_dataset:
            self._show_dataset(view.dataset)
        if run is not self._run:
            self._run = run
            self.fit_view.clearPast()
        self.fit_view.setFit(view.fit)
        self.board.show(view, best_overlay(view, self.theme.colors), self._clock.now())
        self.passes.show(view)
        self.tabs.show_view(view)
        self.history_view.setHistory(run.history, view.snapshot)
        self.history_view.setMarks(run.changed_at)
        self.replay.show(view)
        now = self._clock.now()
        is_last = view.is_finished or not self.runner.is_playing
        if is_last or now - self._words_at >= _WORDS_INTERVAL:
            self._words_at = now
            self._show_words(view, now)

    def _show_words(self, view: View, now: float) -> None:
        run, snapshot = view.run, view.snapshot
        is_now = view.look.epoch is None  # else what was known then, beside the losses of then
        history = run.history if is_now else run.history.until(view.moment.epoch)
        self.verdict_bar.setVerdict(judge(history, view.dataset, run.experiment))
        self.verdict_bar.setSnapshot(view.moment)
        self.status.setPlacement(run.placement)
        if view.is_preview:
            return
        self.replay.showKept(view)
        epochs, ending = run.experiment.epochs, snapshot.ending()
        self.transport.setProgress(snapshot.epoch, snapshot.step, epochs, ending)
        self.status.setStep(snapshot.step, now, is_training=self.runner.is_playing)

    def _on_loaded(self) -> None:
        from regplay.core.device import available

        self.menus.set_devices(available(), self.runner.device)
        if self._run is None:  # the first view, which says where it was trained, may be quicker
            self.status.setPlacement("")

    def _set_colors(self, colors: Colors) -> None:
        self.fit_view.setColors(colors)
        self.history_view.setColors(colors)
        self.verdict_bar.setColors(colors)
        self.timeline.setColors(colors)
        self.board.setColors(colors)
        self.tabs.setColors(colors)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell once that the window is on screen."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the geometry and end the thread."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.hide()  # at once; the step that is being computed is finished first
        self.laboratory.stop()
        self.runner.stop()
        super().closeEvent(event)
