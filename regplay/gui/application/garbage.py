"""Garbage is collected on the main thread alone, between two of its events.

Python collects wherever something is allocated: on the training thread too, and while Qt makes or
paints an item. What it deletes there of Qt's can end the process (as pyqtgraph's
`GarbageCollector` says, whose way this is).
"""

import gc

from PySide6.QtCore import QObject, QTimerEvent

_INTERVAL = 1000  # ms


class Collector(QObject):
    """Collects garbage in Python's place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = 0  # none
        self._was_enabled = True

    def begin(self) -> None:
        """Collect from now on, but never look at what is there now.

        That is some 200,000 objects, torch's and the window's, of which nearly all stay to the end;
        a full collection, here too, stops painting and training for a tenth of a second to look at
        them.
        """
        if not self._timer:
            self._was_enabled = gc.isenabled()
            gc.disable()
            gc.freeze()
            self._timer = self.startTimer(_INTERVAL)

    def end(self) -> None:
        """Leave it to Python again, if it did so before."""
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0
            if self._was_enabled:
                gc.enable()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Collect the oldest generation that is due, as Python would."""
        due = [n for n, most in enumerate(gc.get_threshold()) if gc.get_count()[n] > most]
        if due:
            gc.collect(due[-1])
