"""Progress in a terminal, and Ctrl-C: of what takes long, whether it trains or not."""

import contextlib
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TextIO

_INTERVAL = 0.1  # seconds between two states of the line


class StatusLine:
    """One line that is written over and over, in a terminal; elsewhere nothing is written.

    tqdm and rich would do it too, with a thread or a lock of their own and as a dependency; here
    they would save some twenty lines. `clock` counts seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.perf_counter) -> None:
        self._stream, self._clock = stream, clock
        self._started = clock()
        self._due = self._started + _INTERVAL if stream.isatty() else float("inf")
        self._length = 0

    def show(self, text: Callable[[float], str]) -> None:
        """Write `text` of the seconds since the start, at most ten times a second."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + _INTERVAL
        # A line that wraps could not be written over.
        self._write(text(now - self._started)[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Remove the line, so that other text can follow."""
        if self._length:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._length))
        self._stream.flush()
        self._length = len(text)


class CtrlC:
    """Within this context the first Ctrl-C only sets `pressed`; a second one interrupts as usual.

    So a stretch of training is never cut in the middle. Where Ctrl-C is ignored or handled by
    others, and outside the main thread, nothing changes.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._is_ours = False

    def __enter__(self) -> "CtrlC":
        in_main_thread = threading.current_thread() is threading.main_thread()
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        self._is_ours = in_main_thread and usual
        if self._is_ours:
            signal.signal(signal.SIGINT, self._press)
        return self

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        self.pressed = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Within this context Ctrl-C waits for its end, and a second one does not.

    It would be lost in one of the calls that Python's imports get from C code, and libraries catch
    whatever is raised while they look for what else is installed: torch would go on without a part
    of itself, and the command with it.

    Raises
    ------
    KeyboardInterrupt
        At the end, if Ctrl-C was pressed.
    """
    with CtrlC() as ctrl_c:
        yield
    if ctrl_c.pressed:
        raise KeyboardInterrupt


@contextlib.contextmanager
def progress_line() -> Iterator[tuple[StatusLine, CtrlC]]:
    """The status line on stderr, which is gone at the end, and whether to end by Ctrl-C."""
    progress = StatusLine(sys.stderr)
    try:
        with CtrlC() as ctrl_c:
            yield progress, ctrl_c
    finally:
        progress.clear()
