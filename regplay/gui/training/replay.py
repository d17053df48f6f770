"""Shows a run that is finished once more, from its beginning, in a few seconds."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from regplay.gui.training.clock import FRAME, Clock
from regplay.gui.training.runner import Runner

SECONDS = (5.0, 10.0, 20.0)  # what a replay may take


class Replay(QObject):
    """Goes through the kept moments of the run, each as long as any other, and ends at the newest.

    Parameters
    ----------
    show
        Shows a kept epoch, or for None the newest moment.

    Attributes
    ----------
    seconds
        How long all of it takes.
    epoch
        What it has shown last.
    is_on
        Whether it goes on by itself.

    Signals
    -------
    playing_changed
        (bool): whether it goes on by itself.
    """

    playing_changed = Signal(bool)

    def __init__(
        self,
        runner: Runner,
        clock: Clock,
        show: Callable[[int | None], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.seconds = SECONDS[0]
        self.epoch: int | None = None
        self._runner, self._clock, self._show = runner, clock, show
        self.is_on = False
        self._began = 0.0  # when the first moment was shown, or would have been
        clock.every(FRAME, self._on_frame)

    def start(self, epoch: int | None) -> bool:
        """Begin at a kept epoch, or for None at the first; False without moments to show."""
        epochs = self._epochs()
        if len(epochs) < 2:
            return False
        index = 0 if epoch is None else sum(kept < epoch for kept in epochs[:-1])
        self._began = self._clock.now() - self.seconds * index / (len(epochs) - 1)
        self._set_on(True)
        self._on_frame()
        return True

    def pause(self) -> None:
        """Stay at the moment that is shown."""
        self._set_on(False)

    def _epochs(self) -> list[int]:
        view = self._runner.view
        found: list[int] = [] if view is None else view.run.checkpoints.epochs.tolist()
        return found

    def _on_frame(self) -> None:
        if not self.is_on:
            return
        epochs = self._epochs()
        index = int((self._clock.now() - self._began) / self.seconds * (len(epochs) - 1))
        if index >= len(epochs) - 1:
            self.epoch = None
            self._show(None)
            self._set_on(False)
        elif epochs[index] != self.epoch:
            self.epoch = epochs[index]
            self._show(self.epoch)

    def _set_on(self, is_on: bool) -> None:
        if is_on != self.is_on:
            self.is_on = is_on
            self.playing_changed.emit(is_on)
