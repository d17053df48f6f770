"""All by which a window is shown to an audience, connected."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout

from regplay.core import UserError
from regplay.gui.persistence import Dialogs
from regplay.gui.recording.annotation_tools import AnnotationTools
from regplay.gui.recording.presentation import Presentation, WindowParts
from regplay.gui.recording.presenter import Presenter
from regplay.gui.recording.scenes import Scenes
from regplay.gui.recording.storyboard_recorder import StoryboardRecorder
from regplay.gui.recording.storyboard_strip import StoryboardStrip
from regplay.session.storyboard import load_storyboard

if TYPE_CHECKING:  # they load FFmpeg's libraries
    from regplay.gui.recording.animation import AnimationCommand
    from regplay.gui.recording.record_commands import RecordCommands


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

    def __init__(self, parts: WindowParts, ask: Dialogs) -> None:
        super().__init__(parts.window)
        self.parts, self._ask = parts, ask
        self.presentation = Presentation(parts)
        self.presenter = Presenter(self.presentation)
        self.annotation_tools = AnnotationTools(parts)
        self.presenter.switched.connect(self.annotation_tools.set_shown)
        self.scenes = Scenes(parts)
        self.storyboard_recorder = StoryboardRecorder(parts)
        self.storyboard = StoryboardStrip(self.presentation)
        self.storyboard.failed.connect(self.failed)
        self.storyboard.done.connect(self.done)
        self._commands: RecordCommands | None = None
        self._animation: AnimationCommand | None = None
        layout = parts.central.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(parts.timeline), self.annotation_tools.bar)
        layout.insertWidget(layout.indexOf(parts.timeline) + 1, self.storyboard)

    def open_storyboard(self, path: Path) -> None:
        """Show a storyboard below the timeline; files beside it are read if the person allows."""
        try:
            found = load_storyboard(path, lambda files: self._ask.may_read([*map(str, files)]))
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.storyboard.open(found, path)

    def record_storyboard(self, is_on: bool) -> None:
        """Write what a person does as a storyboard, or open what was written."""
        if is_on:
            self.storyboard.close_storyboard()
            self.storyboard_recorder.start()
            self.done.emit("What you do is written as a storyboard, until you choose that again.")
        elif (found := self.storyboard_recorder.stop()) is not None:
            self.storyboard.open(found, Path("storyboard.toml"))

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

            self._commands = RecordCommands(self.presentation)
            self._commands.failed.connect(self.failed)
            self._commands.done.connect(self.done)
        return self._commands

    def animation(self) -> "AnimationCommand":
        """The one that makes films of training and of sliders."""
        if self._animation is None:
            from regplay.gui.recording.animation import AnimationCommand

            self._animation = AnimationCommand(self.parts)
            self._animation.failed.connect(self.failed)
            self._animation.done.connect(self.done)
        return self._animation

    def close(self) -> None:
        """Complete the files that are written: the window is closed."""
        if self._commands is not None:
            self._commands.close()
        if self._animation is not None:
            self._animation.cancel()
        self.storyboard.close_storyboard()
