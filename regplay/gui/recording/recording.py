"""All by which a window is shown to an audience, connected."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from regplay.core import UserError
from regplay.gui.controller import Controller
from regplay.gui.persistence import Appearance, Dialogs
from regplay.gui.plots import Chart, ChartPanel, DropoutPasses, FitView, HistoryView
from regplay.gui.recording.annotation_tools import AnnotationTools
from regplay.gui.recording.playback import Playback
from regplay.gui.recording.player import Player, Prove
from regplay.gui.recording.presentation import Presentation, WindowLayout
from regplay.gui.recording.presenter import Presenter
from regplay.gui.recording.scenes import Scenes
from regplay.gui.recording.storyboard_recorder import StoryboardBar, StoryboardRecorder
from regplay.gui.recording.storyboard_strip import StoryboardStrip
from regplay.gui.theme import Theme
from regplay.gui.training import Clock
from regplay.session.session import PlotName
from regplay.session.storyboard import Storyboard, load_storyboard

if TYPE_CHECKING:  # they load FFmpeg's libraries
    from regplay.gui.recording.animation import AnimationCommand
    from regplay.gui.recording.record_commands import RecordCommands

_PLOTS: tuple[tuple[PlotName, str], ...] = (
    ("losses", "loss"),
    ("accuracy", "accuracy"),
    ("weights", "weights"),
)
_NOT_RETAKEN = (
    "The storyboard will be without these pinned runs, as settings were changed while they "
    "trained: {}"
)


class Recording(QObject):
    """Presents, draws on, plays and records a window.

    Signals
    -------
    failed
        (str): what could not be done, and why.
    done
        (str): what was written, or is from now on.
    """

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        clock: Clock,
        settings: QSettings,
        theme: Theme,
        layout: WindowLayout,
        appearance: Appearance,
        fit_view: FitView,
        passes: DropoutPasses,
        history_view: HistoryView,
        ask: Dialogs,
    ) -> None:
        super().__init__(window)
        self._window, self._controller, self._clock = window, controller, clock
        self._settings, self._theme, self._controls = settings, theme, layout.controls
        self._passes, self._ask = passes, ask
        self._fit_view, self._history_view = fit_view, history_view
        presentation = self.presentation = Presentation(layout)
        self.presenter = Presenter(presentation, window, layout.controls, clock, settings, theme)
        self.annotation_tools = AnnotationTools(controller, self.charts, self)
        history_view.tab_changed.connect(self.annotation_tools.show_annotations)
        self.presenter.switched.connect(self.annotation_tools.set_shown)
        presentation.extras.append(self.annotation_tools.bar)
        self.scenes = Scenes(controller, appearance, self.charts, self)
        self.scenes.told.connect(self.done)
        self.storyboard_recorder = StoryboardRecorder(controller, layout.tabs, clock, self)
        bar = self.storyboard_bar = StoryboardBar(self.storyboard_recorder, clock)
        bar.said.connect(self._show_caption)
        bar.stop_clicked.connect(lambda: self.record_storyboard(False))
        self.presenter.switched.connect(bar.set_presented)
        self.storyboard = StoryboardStrip(self._playback, ask.keep_changes)
        self.storyboard.failed.connect(self.failed)
        self.storyboard.done.connect(self.done)
        self.presenter.switched.connect(self.storyboard.set_presented)
        self._commands: RecordCommands | None = None
        self._animation: AnimationCommand | None = None

    def charts(self) -> Mapping[PlotName, Chart]:
        """Those that can be drawn on, in sight or not; the fit is none where it has no axes."""
        panel, plots = self._fit_view.panel, self._history_view.plots
        found: dict[PlotName, Chart] = {name: plots[tab] for name, tab in _PLOTS if tab in plots}
        return found | {"fit": panel.chart} if isinstance(panel, ChartPanel) else found

    def player(
        self, storyboard: Storyboard, prove: Prove | None = None, *, waits: bool = False
    ) -> Player:
        """One that does in this window what a storyboard says; see `Player`."""
        return Player(
            storyboard,
            self.presentation,
            self._controller,
            self._clock,
            self._passes,
            self.charts,
            prove,
            waits=waits,
        )

    def _playback(self, storyboard: Storyboard) -> Playback:
        player = self.player(storyboard, waits=True)
        return Playback(player, self.presentation, self._controller, self._clock, self)

    def open_storyboard(self, path: Path) -> None:
        """Show a storyboard below the timeline; files beside it are read if the person allows."""
        try:
            found = load_storyboard(path, lambda files: self._ask.may_read([*map(str, files)]))
        except UserError as error:
            self.failed.emit(str(error))
        else:
            if self.may_close():
                self.storyboard.open(found, path)

    def record_storyboard(self, is_on: bool) -> None:
        """Write what a person does as a storyboard, or open what was written."""
        if not is_on:
            if (found := self.storyboard_recorder.stop()) is not None:
                self.storyboard.open(found, Path("storyboard.toml"), is_saved=False)
        elif self.storyboard.may_close():
            self.storyboard.close_storyboard()
            self.storyboard_recorder.start()
            if names := self.storyboard_recorder.left_out:
                self.done.emit(_NOT_RETAKEN.format(", ".join(names)))
        else:
            self.storyboard_recorder.switched.emit(False)

    def may_close(self) -> bool:
        """Ask about a storyboard that was not saved, or is being recorded."""
        self.record_storyboard(False)
        return self.storyboard.may_close()

    def _show_caption(self, text: str) -> None:
        self.presentation.show_caption_line(True)
        self.presentation.set_caption(text)

    def export_animation(self) -> None:
        """Ask what to film and how, and make a film of it."""
        self.animation().ask()

    def record(self) -> None:
        """Ask what to record, or stop."""
        self.commands().toggle()

    def commands(self) -> "RecordCommands":
        """Those that record this window; FFmpeg's libraries are loaded by the first."""
        if self._commands is None:
            from regplay.gui.recording.record_commands import RecordCommands

            self._commands = RecordCommands(
                self.presentation, self._window, self._theme, self._clock, self._settings
            )
            self._commands.failed.connect(self.failed)
            self._commands.done.connect(self.done)
            self.presenter.begins.connect(self._commands.stop_before_presenting)
            self.presenter.ends.connect(self._commands.stop_with_presenting)
        return self._commands

    def animation(self) -> "AnimationCommand":
        """The one that makes films of training and of sliders."""
        if self._animation is None:
            from regplay.gui.recording.animation import AnimationCommand

            self._animation = AnimationCommand(
                self._window, self._controls, self._settings, self._controller
            )
            self._animation.failed.connect(self.failed)
            self._animation.done.connect(self.done)
        return self._animation

    def close(self) -> None:
        """The window is closed: what is recorded is completed, an animation is not.

        It has its usual size again, in which it opens the next time.
        """
        if self._commands is not None:
            self._commands.close()
        self.presenter.end()
        if self._animation is not None:
            self._animation.cancel()
        self.storyboard.close_storyboard()

    def wait(self) -> None:
        """Wait for the process of an animation, which takes a moment, before the window goes."""
        if self._animation is not None:
            self._animation.wait()
