"""Renders a storyboard: the real window on the offscreen platform, on a clock of its own.

The window is settled before each frame: all that was asked of the training thread is done, and is
shown. So frames are the same however long that takes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from regplay.gui.document import Dialogs, Keeping, Recovery
from regplay.gui.recording.player import Player, Prove
from regplay.gui.training import VirtualClock
from regplay.gui.window import MainWindow
from regplay.session.storyboard import Storyboard


class _Nobody(Dialogs):
    """Answers in place of a person: a film leaves nothing behind."""

    def __init__(self) -> None:
        """There is no window to ask in front of."""

    def may_read(self, paths: Sequence[str]) -> bool:
        """That was asked when the storyboard was read."""
        return True

    def keep_changes(self, name: str) -> Keeping:
        """Nothing is kept."""
        return "discard"

    def recovery(self, saved: datetime) -> Recovery:
        """Nothing is left of an earlier film."""
        return "discard"


class Renderer:
    """Makes the frames of a film, of one size.

    Parameters
    ----------
    folder
        Where the window keeps what it would remember; empty at the beginning.
    """

    def __init__(
        self,
        storyboard: Storyboard,
        size: tuple[int, int],
        folder: Path,
        prove: Prove,
        marks: dict[str, float] | None = None,
    ) -> None:
        self._clock, self._step = VirtualClock(), 1.0 / storyboard.fps
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        settings.setValue("scheme", storyboard.theme)
        settings.setValue("zoom", storyboard.scale)
        self._window = window = MainWindow(
            storyboard.experiment,
            clock=self._clock,
            settings=settings,
            questions=_Nobody(),
            folder=folder,
        )
        window.setMinimumSize(*size)
        window.resize(*size)
        window.show()
        self._runner = window.controller.runner
        self._await_torch()
        self.player = Player(
            storyboard, window.controller, window.stage(), self._clock, prove, marks
        )
        self.player.begin(size)
        self._settle()

    def frames(self) -> Iterator[QImage]:
        """Each frame of the film, in order."""
        try:
            while self.player.advance():
                self._settle()
                if self.player.is_on_camera:
                    yield self._picture()
                self._clock.advance(self._step)
        finally:
            self._window.close()

    def _await_torch(self) -> None:
        while not self._runner.is_loaded:
            QApplication.processEvents()
            self._clock.advance(self._step)

    def _settle(self) -> None:
        while True:
            QApplication.processEvents()
            if self._runner.settle():
                QApplication.processEvents()
                if self._runner.settle():
                    return

    def _picture(self) -> QImage:
        """What is on screen: Qt has painted what changed, and nothing else, over the last one."""
        return self._window.screen().grabWindow(self._window.winId()).toImage()
