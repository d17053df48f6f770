"""Time that moves only when a test says so."""

import heapq
import itertools
from collections.abc import Callable


class _VirtualTimer:
    def __init__(self, callback: Callable[[], None], interval: float | None) -> None:
        self.callback, self.interval = callback, interval
        self.is_running = True

    def stop(self) -> None:
        self.is_running = False


class VirtualClock:
    """Stands still until it is told to advance."""

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
