"""Time as the window sees it: one object that is handed in.

Frames, debouncing and the speed limit all take their time from here, so that tests can run the real
window on a clock of their own.
"""

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer

FRAME = 1 / 60  # s, from one frame to the next


class Timer(Protocol):
    """Something that calls back until it is stopped."""

    def stop(self) -> None:
        """Call back no more."""


class Clock(Protocol):
    """Where the window's time comes from; all times are in seconds."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    def every(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call back again and again, `interval` seconds apart."""

    def later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call back once, after `delay` seconds."""


class SystemClock(QObject):
    """The machine's own time, by Qt's timers; its timers end with it."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.perf_counter()

    def every(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call back again and again, `interval` seconds apart on average."""
        return _Periodic(self, interval, callback)

    def later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call back once, after `delay` seconds."""
        return _Once(self, delay, callback)


def _one_shot(parent: QObject, callback: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setSingleShot(True)
    timer.timeout.connect(callback)
    return timer


class _Once:
    """A call that is to come; its timer goes with it."""

    def __init__(self, clock: SystemClock, delay: float, callback: Callable[[], None]) -> None:
        self._callback = callback
        # By a lambda, which keeps this as long as the timer is there: its methods alone would not.
        self._timer: QTimer | None = _one_shot(clock, lambda: self._call())
        self._timer.start(round(delay * 1000))

    def stop(self) -> None:
        """Call back no more."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.stop()
            timer.deleteLater()

    def _call(self) -> None:
        self.stop()
        self._callback()


class _Periodic(QObject):
    """Keeps its pace on average, though Qt counts whole milliseconds; what is missed is left out.

    A timer of 17 ms would show 58.8 frames a second, not 60. A call that waits for something in an
    event loop of its own misses those that come meanwhile.
    """

    def __init__(self, clock: SystemClock, interval: float, callback: Callable[[], None]) -> None:
        super().__init__(clock)
        self._now, self._interval, self._callback = clock.now, interval, callback
        self._is_calling = False
        self._timer = _one_shot(self, self._call)
        self._due = clock.now()
        self._start()

    def stop(self) -> None:
        """Call back no more."""
        self._timer.stop()

    def _start(self) -> None:
        now = self._now()
        self._due = max(self._due + self._interval, now)
        self._timer.start(round((self._due - now) * 1000))

    def _call(self) -> None:
        self._start()  # before the call, which may stop it
        if not self._is_calling:
            self._is_calling = True
            try:
                self._callback()
            finally:
                self._is_calling = False


class _VirtualTimer:
    def __init__(self, callback: Callable[[], None], interval: float | None) -> None:
        self.callback, self.interval = callback, interval
        self.is_running = True

    def stop(self) -> None:
        """Call back no more."""
        self.is_running = False


class VirtualClock:
    """Time that moves only when it is told to, such as that of a film."""

    def __init__(self) -> None:
        self._now = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, _VirtualTimer]] = []

    def now(self) -> float:
        """Seconds that `advance` has let pass."""
        return self._now

    def every(self, interval: float, callback: Callable[[], None]) -> _VirtualTimer:
        """Call back again and again, `interval` seconds apart."""
        return self._add(interval, _VirtualTimer(callback, interval))

    def later(self, delay: float, callback: Callable[[], None]) -> _VirtualTimer:
        """Call back once, after `delay` seconds."""
        return self._add(delay, _VirtualTimer(callback, None))

    def _add(self, delay: float, timer: _VirtualTimer) -> _VirtualTimer:
        heapq.heappush(self._due, (self._now + delay, next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, calling back whatever falls due, in order."""
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            due, _, timer = heapq.heappop(self._due)
            if not timer.is_running:
                continue
            self._now = due
            if timer.interval is not None:
                self._add(timer.interval, timer)
            timer.callback()
        self._now = end
