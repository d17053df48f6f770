"""Ctrl-C in the terminal, its being closed, and SIGTERM: the window is closed in good order."""

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class Termination(QObject):
    """Tells when the process is asked to end. The second time it ends at once, as any other.

    Python calls its handlers of signals between two instructions of its own, and Qt's loop has
    none while nobody does anything; the byte that is written to a socket wakes it.

    Attributes
    ----------
    exit_code
        128 + the signal's number, as shells have it; 0 before one came.

    Signals
    -------
    asked
        The process is to end.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.exit_code = 0
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._note)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        numbers = [number for name in _NAMES if (number := getattr(signal, name, None))]
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it
                signal.signal(number, self._handle)

    def _handle(self, number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        self.exit_code = self.exit_code or 128 + number

    def _note(self) -> None:
        self._reader.recv(64)
        if self.exit_code:
            self.asked.emit()
