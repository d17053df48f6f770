"""The main window: it composes the parts and connects them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QVBoxLayout, QWidget

from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import FIRST_CURVES, SWEEPABLE
from regplay.gui.controller import Controller
from regplay.gui.controls import ControlPanel
from regplay.gui.editing import EditMode
from regplay.gui.figures import FigureMenus
from regplay.gui.help import Gallery, Help, Hints, shortcuts_of
from regplay.gui.lesson_guide import LessonStudies
from regplay.gui.menus import Menus, WindowCommands
from regplay.gui.persistence import Appearance, Dialogs, Documents, FileCommands, ShownSession
from regplay.gui.plots import LOCKED, Chart, DropoutPasses, FitView, HistoryView
from regplay.gui.recording import Recording, WindowLayout
from regplay.gui.runs import PinnedRuns, RunsList
from regplay.gui.status import Status
from regplay.gui.tabs import Tabs
from regplay.gui.theme import ZOOMS, Scheme, Theme
from regplay.gui.timeline import Timeline
from regplay.gui.training import SECONDS, Clock, SystemClock
from regplay.gui.verdict_bar import VerdictBar
from regplay.gui.widgets import (
    Banner,
    Columns,
    FlatButton,
    ScrolledPlots,
    application,
    column,
    named,
    next_stop,
    put_in_tab_order,
    show_waiting,
)

# What is shown unless a person chooses otherwise: overfitting begins in the first epochs.
_FIRST = {"curves": " ".join(FIRST_CURVES), "log_axes": "x loss weights"}


class MainWindow(QMainWindow):
    """Controls on the left, the fit over the losses in the centre, the timeline below.

    It changes nothing itself: what a person does goes to the controller, and what follows from it
    comes from there.

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
        questions: Dialogs | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__()
        self.setMinimumSize(800, 560)
        self.settings = settings or QSettings("regplay", "regplay")
        clock = clock or SystemClock(self)
        self.controller = Controller(experiment or Experiment(), clock, self)
        self.theme = Theme(application())
        self._is_painted = False
        self._file_to_open: Path | None = None
        self._clock = clock

        controller = self.controller
        self.controls = ControlPanel(controller.session.experiment)
        self.verdict_bar = VerdictBar(clock)
        self.fit_view = FitView()
        self.history_view = HistoryView()
        # Advice, losses over a degree, and curves of sliders.
        for user in (self.verdict_bar, self.history_view, self.controls):
            controller.studies.add(user, is_urgent=True)
        for plots in (self.fit_view, self.history_view):
            plots.set_frames(controller.runner.framed)
        self.banner = Banner()
        self.timeline = Timeline()
        self.status = Status(clock)
        self.runs = RunsList(controller)
        self.pinned = PinnedRuns(controller.pins, self.fit_view, self.history_view)
        self.editing = EditMode(self.fit_view, clock)
        fit = column(self.editing.strip, self.fit_view, grows=self.fit_view)
        self.tabs = Tabs(fit, controller)
        self.passes = DropoutPasses(self.fit_view)
        ask = questions or Dialogs(self)
        self.lesson_studies = LessonStudies(controller, self.controls, self.tabs, ask.may_read)
        self.guide = self.lesson_studies.guide
        appearance = Appearance(
            self.tabs, self.history_view, self.timeline, self.passes, self.controls
        )
        self._shown_session = ShownSession(controller, appearance, self.guide)
        self.documents = Documents(self._shown_session, ask, clock, self.settings, folder, self)
        self.files = FileCommands(controller, self.documents, self.guide.open_file, self)
        self._compose()
        centre, studies, runner = self.centralWidget(), controller.studies, controller.runner
        self.figure_menus = FigureMenus(centre, self.settings, self.editing.takes_right)
        self.gallery = Gallery(centre, studies, runner, self.documents, self.files, self.editing)
        self.help = Help(centre, lambda: shortcuts_of(self), studies, runner)
        self.hints = Hints(
            controller,
            self.settings,
            self.fit_view,
            self.controls,
            self.tabs,
            self.timeline,
            self.editing,
            self.guide,
        )
        self.recording = recording = self._recording(appearance, ask)
        rows = centre.layout()
        assert isinstance(rows, QVBoxLayout)
        rows.insertWidget(rows.indexOf(self.timeline), recording.annotation_tools.bar)
        for bar in (recording.storyboard, recording.storyboard_bar):  # of which one is in sight
            rows.insertWidget(rows.indexOf(self.timeline) + 1, bar)
        commands = WindowCommands(
            show_gallery=self.gallery.show,
            fill_figures=self.figure_menus.fill,
            quit=self.close,
            edit_points=self._edit_points,
            set_replay=self.set_replay,
            set_device=self.set_device,
            set_scheme=self.set_scheme,
            zoom_by=self.zoom_by,
            set_shows_validation=self.set_shows_validation,
            lock_axes=self._lock_axes,
            show_help=self.help.show,
        )
        self.menus = Menus(
            self.menuBar(),
            controller,
            self.files,
            self.documents,
            self.guide,
            self.recording,
            commands,
        )
        self._connect_commands()
        self._connect_views()
        self._connect_messages()
        self._restore()
        self._show_title()
        self.setAcceptDrops(True)
        self.setFocus()  # no control has it before a person chooses one
        controller.reset()

    def _compose(self) -> None:
        for button in (self.editing.button, *self.passes.buttons):
            self.tabs.add_at_end(button)
        tip = "Keep this run in colour beside the ones to come (P)"
        self.tabs.add_at_end(pin := named("pin", FlatButton("Pin", tip)))
        tip = "None, weight decay, dropout and both, trained together (C)"
        self.tabs.add_at_end(compare := named("compare", FlatButton("Compare", tip)))
        pin.clicked.connect(self.controller.pin)
        compare.clicked.connect(self.controller.compare)
        self._run_buttons = (self.editing.button, pin, compare)
        plots = self._plots = ScrolledPlots(self.tabs, self.history_view, self.runs)
        centre = column(self.banner, self.verdict_bar, plots, grows=plots)
        columns = self._columns = Columns(self.controls, centre)
        self.guide.panel_made.connect(self._add_lesson_panel)
        columns.narrowed.connect(self.guide.set_narrow)
        self.setCentralWidget(column(columns, self.timeline, grows=columns))
        self.setStatusBar(self.status)

    def _add_lesson_panel(self, panel: QWidget) -> None:
        self._columns.add_lesson(panel)
        put_in_tab_order(panel, after=next_stop(self.timeline, is_back=True))

    def _connect_commands(self) -> None:
        """What a person does goes to the controller."""
        controller, runner, controls = self.controller, self.controller.runner, self.controls
        controls.value_chosen.connect(controller.set_value)
        controls.defaults_wanted.connect(controller.restore_defaults)
        controls.curve_toggled.connect(self._remember_curve)
        controls.wishes_changed.connect(controller.studies.reconsider)
        controls.member_previewed.connect(
            lambda path, k: controller.look(study="" if k is None else path, member=k or 0)
        )
        timeline = self.timeline
        timeline.play.clicked.connect(controller.toggle)
        timeline.step.clicked.connect(lambda: runner.advance(1))
        timeline.epochs.valueChanged.connect(lambda n: controller.set_values({"epochs": n}))
        timeline.speed.currentIndexChanged.connect(
            lambda: runner.set_speed(timeline.speed.currentData())
        )
        timeline.track.moment_changed.connect(lambda epoch: controller.look(epoch=epoch))
        for name, command in {
            "epoch": runner.advance_epoch,
            "reset": controller.reset,
            "seed": controller.new_seed,
            "continue": controller.continue_from_here,
            "restore_best": controller.restore_best,
        }.items():
            timeline.action(name).triggered.connect(lambda _, command=command: command())
        timeline.action("overlay").toggled.connect(lambda shows: controller.look(best=shows))
        timeline.action("keep_weights").toggled.connect(controller.set_keeps_weights)
        timeline.action("keep_weights").toggled.connect(controls.set_keeps_weights)
        self.history_view.log_axis_chosen.connect(partial(self._remember, "log_axes"))
        self.history_view.moment_picked.connect(timeline.track.pick_moment)
        self.history_view.degree_picked.connect(
            lambda degree: controller.set_value("model.degree", degree)
        )
        self.editing.switched.connect(controller.set_editing)
        self.editing.edited.connect(controller.change)
        self.passes.wanted_changed.connect(lambda shows: controller.look(passes=shows))
        tabs = self.tabs
        tabs.tab_changed.connect(lambda tab: controller.look(internals=tab == "network"))
        tabs.tab_changed.connect(self._arrange_plots)
        tabs.tab_changed.connect(lambda tab: self.passes.set_in_sight(tab == "fit"))
        tabs.tab_changed.connect(lambda tab: self.editing.button.setVisible(tab == "fit"))
        controls.start_chosen.connect(controller.adopt)
        self.verdict_bar.try_wanted.connect(controller.set_values)
        self.verdict_bar.wishes_changed.connect(controller.studies.reconsider)
        self.guide.position_changed.connect(  # a lesson may ask where the valley is
            lambda: controls.set_marks_valleys(self.guide.position is None)
        )
        self.guide.link_chosen.connect(self.documents.open_link)
        self.painted.connect(runner.start, Qt.ConnectionType.QueuedConnection)
        self.painted.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def _connect_views(self) -> None:
        """What is to be seen comes from the controller."""
        controller, runner = self.controller, self.controller.runner
        controller.data_changed.connect(self.fit_view.show_data)
        controller.data_changed.connect(self.pinned.expect_view)
        self.fit_view.panel_changed.connect(self.tabs.order_focus)
        controller.data_changed.connect(self.history_view.show_data)
        controller.untrained.connect(self.verdict_bar.show_untrained)
        controller.untrained.connect(self.timeline.show_untrained)
        changed = controller.experiment_changed
        changed.connect(self.controls.set_experiment)
        controller.refused.connect(self.controls.refuse)
        controller.waits.connect(show_waiting)
        changed.connect(lambda experiment: self.timeline.set_epochs(experiment.epochs))
        changed.connect(lambda one: self.timeline.set_solved(one.model.kind == "polynomial"))
        changed.connect(lambda _, dataset: self.tabs.set_dataset(dataset))
        controller.data_changed.connect(self._arrange_plots)
        changed.connect(self.editing.set_data)
        changed.connect(self.passes.set_experiment)
        changed.connect(lambda experiment: self.history_view.set_planned(experiment.epochs))
        for view in (
            self.fit_view,
            self.pinned,
            self.passes,
            self.tabs,
            self.history_view,
            self.lesson_studies,
        ):
            runner.viewed.connect(view.show_view)
        for words in (self.verdict_bar, self.status, self.timeline, self.runs):
            controller.reading_changed.connect(words.show_view)
        controller.reading_changed.connect(self.lesson_studies.show_moment)
        controller.look_changed.connect(lambda look: self.timeline.track.set_moment(look.epoch))
        controller.pins_changed.connect(self.pinned.show_pins)
        controller.comparison_wanted.connect(self.tabs.compare)
        self.tabs.recorded_changed.connect(self.timeline.set_recorded)
        self.tabs.compared_runs_changed.connect(self.pinned.show_beside)
        self._shown_session.replaced.connect(self.lesson_studies.forget)
        self.gallery.begun.connect(self._begin_anew)
        runner.loaded.connect(self._on_loaded)
        for goes_on in (runner.playing_changed, controller.replay.playing_changed):
            goes_on.connect(self.timeline.set_playing)
            goes_on.connect(self.verdict_bar.set_going_on)
        runner.playing_changed.connect(self.status.set_training)
        runner.problem_changed.connect(self.verdict_bar.set_problem)
        self.guide.highlights_changed.connect(self.timeline.set_highlighted)
        self.documents.changed.connect(self._show_title)
        self.documents.changed.connect(self._quiet_hints)
        presenter = self.recording.presenter
        presenter.switched.connect(self._quiet_hints)
        for shown_or_not in (self.editing.switched, self.tabs.tab_changed):
            shown_or_not.connect(self._share_escape)

    def _share_escape(self) -> None:
        """Esc ends the editing of points where these are in sight, else what is presented."""
        is_seen = self.editing.is_on and self.tabs.tab == "fit"
        self.recording.presenter.leave_escape(is_seen)

    def _quiet_hints(self) -> None:
        is_presented = self.recording.presenter.is_on
        self.hints.set_quiet(self.documents.path is not None or is_presented)

    def _connect_messages(self) -> None:
        for failed in (
            self.controller.message,
            self.guide.failed,
            self.documents.refused,
            self.files.failed,
            self.figure_menus.failed,
            self.gallery.failed,
            self.help.failed,
            self.recording.failed,
        ):
            failed.connect(self.banner.show_message)
        self.files.done.connect(self.status.tell)
        self.files.imported.connect(lambda: self.tabs.set_tab("fit"))
        self.figure_menus.done.connect(self.status.tell)
        self.recording.done.connect(self.status.tell)
        self.files.storyboard_opened.connect(self.recording.open_storyboard)

    def _restore(self) -> None:
        saved = self.settings.value("scheme")
        self.set_scheme("light" if saved == "light" else "dark" if saved == "dark" else "system")
        zoom = str(self.settings.value("zoom"))
        if zoom in map(str, ZOOMS):
            self.theme.set_zoom(int(zoom))
        runner = self.controller.runner
        runner.device = str(self.settings.value("device", "auto"))
        self.menus.set_devices(["auto", "cpu"], runner.device)
        replay = str(self.settings.value("replay", ""))
        self.set_replay(next((one for one in SECONDS if str(one) == replay), SECONDS[0]))
        self.controls.set_shown_curves(self._own("curves").intersection(SWEEPABLE))
        self.history_view.set_log_axes(self._own("log_axes"))
        self.set_shows_validation(str(self.settings.value("validation_points", 1)) != "0")
        geometry = self.settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1280, 800)

    def _recording(self, appearance: Appearance, ask: Dialogs) -> Recording:
        layout = WindowLayout(
            self.centralWidget(),
            (self.menuBar(), self.status),
            (self.verdict_bar.advice_row, *self._run_buttons, self.history_view.log_buttons),
            self._columns.parts,
            self._plots.plots,
            self._plots.bottom,
            self.runs,
            self.controls,
            self.tabs,
            self.timeline,
            self.verdict_bar,
        )
        return Recording(
            self,
            self.controller,
            self._clock,
            self.settings,
            self.theme,
            layout,
            appearance,
            self.fit_view,
            self.passes,
            self.history_view,
            ask,
        )

    # What only a window has

    def set_scheme(self, scheme: Scheme) -> None:
        """Turn light, dark, or follow the system."""
        self.theme.set_scheme(scheme)
        self.menus.set_scheme(scheme)
        self.settings.setValue("scheme", scheme)

    def set_zoom(self, percent: int) -> None:
        """Draw text, and what is measured by it, at one of `ZOOMS`."""
        self.theme.set_zoom(percent)
        if not self.recording.presenter.is_on:  # which ends with the size of before
            self.settings.setValue("zoom", percent)
            self._columns.fit_controls()

    def zoom_by(self, steps: int) -> None:
        """Go so many of `ZOOMS` up or down."""
        at = ZOOMS.index(self.theme.zoom) + steps
        self.set_zoom(ZOOMS[min(max(at, 0), len(ZOOMS) - 1)])

    def set_device(self, device: str) -> None:
        """Train on another device from here on."""
        self.settings.setValue("device", device)
        self.menus.set_device(device)
        self.controller.set_device(device)

    def _edit_points(self) -> None:
        """Show the fit and edit its points, or end that; where they can't be edited, say why."""
        if reason := self.editing.reason:
            self.banner.show_message(f"{reason}.")
        elif self.tabs.tab == "fit":
            self.editing.button.click()
        else:
            self.tabs.set_tab("fit")
            self.editing.button.setChecked(True)

    def _begin_anew(self) -> None:
        """Have nothing stay of how the last thing was looked at."""
        self.editing.button.setChecked(False)
        self.controls.show_first()
        self.tabs.make_anew()
        for chart in self.findChildren(Chart):
            chart.reset_ranges()

    def set_replay(self, seconds: float) -> None:
        """Show a finished run once more in so many seconds from here on."""
        self.settings.setValue("replay", str(seconds))
        self.menus.set_replay(seconds)
        self.controller.replay.seconds = seconds

    def _arrange_plots(self) -> None:
        count = {"fit": 1, "split": 2}.get(self.tabs.tab)
        self._plots.set_aspect(self.fit_view.panel.aspect if count else None, count or 1)

    def _lock_axes(self, locked: bool) -> None:
        self.setProperty(LOCKED, locked)  # for those that are not there yet
        for chart in self.findChildren(Chart):
            chart.set_locked(locked)

    def set_shows_validation(self, shows: bool) -> None:
        """Draw the validation points over fits, or the training points alone."""
        self.settings.setValue("validation_points", int(shows))
        self.menus.set_shows_validation(shows)
        self.fit_view.set_shows_validation(shows)
        self.tabs.set_shows_validation(shows)

    def _own(self, key: str) -> set[str]:
        """The names that the person chose, whatever a session or a lesson shows."""
        return set(str(self.settings.value(key, _FIRST[key])).split())

    def _remember(self, key: str, name: str, is_chosen: bool) -> None:
        chosen = self._own(key) - {name} | ({name} if is_chosen else set())
        self.settings.setValue(key, " ".join(sorted(chosen)))

    def _remember_curve(self, path: str, is_shown: bool) -> None:
        if self.guide.position is None:  # a lesson shows others, until it is closed
            self._remember("curves", path, is_shown)
        self.controller.studies.reconsider()

    def _show_title(self) -> None:
        title = self.documents.title
        self.setWindowModified(False)
        self.setWindowTitle(title)
        self.setWindowModified(self.documents.is_modified and "[*]" in title)

    def _on_loaded(self) -> None:
        from regplay.core.device import available  # torch's, which is there now

        self.menus.set_devices(available(), self.controller.runner.device)
        if self.controller.run is None:  # the first view, which says where, may be quicker
            self.status.set_placement("")

    def open_at_start(self, path: Path) -> None:
        """Open a file once the window is painted, and what a crash left was asked about."""
        self._file_to_open = path

    def _begin(self) -> None:
        self.documents.recover()
        if self._file_to_open is not None:
            self.files.open(self._file_to_open)

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
        if self.files.accepts(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what was not saved, remember the geometry and end the thread."""
        may_close = self.documents.may_close()
        if not (may_close and (self.documents.is_left or self.recording.may_close())):
            event.ignore()
            return
        self.recording.close()
        self.documents.close()
        self.settings.setValue("geometry", self.saveGeometry())
        for dialog in self.findChildren(QDialog):  # such as the help
            dialog.close()
        self.hide()  # at once; the step that is being computed is finished first
        self.controller.runner.stop()
        self.recording.wait()
        super().closeEvent(event)
