"""Reading a table a little at a time, so that the window never stands still."""

import time
from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Signal

from regplay.core.datasets.csv_reader import Source
from regplay.core.datasets.csv_table import Check, Choice

_BUDGET = 0.012  # seconds of reading in one turn of the event loop


class Checking(QObject):
    """Reads a table again with each choice of its columns; the newest choice counts.

    Signals
    -------
    progressed
        The number of rows read so far.
    finished
        The `Check`, at its end.
    """

    progressed = Signal(int)
    finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._check: Check | None = None
        self._steps: Generator[int, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def is_reading(self) -> bool:
        """Whether it has not come to the end."""
        return self._steps is not None

    def start(self, source: Source, choice: Choice) -> None:
        """Begin to read; a small table is read before this returns."""
        self._check = Check(source, choice)
        self._steps = self._check.steps()
        self._timer.start()
        self._go_on()

    def stop(self) -> None:
        """Read no further; `finished` does not follow."""
        self._timer.stop()
        self._check = self._steps = None

    def _go_on(self) -> None:
        assert self._steps is not None
        until = time.perf_counter() + _BUDGET
        rows = 0
        for rows in self._steps:
            if time.perf_counter() >= until:
                self.progressed.emit(rows)
                return
        check = self._check
        self.stop()
        self.finished.emit(check)
