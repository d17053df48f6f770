"""What may take seconds, done on another thread while whoever asked for it waits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QEventLoop

_Answered = TypeVar("_Answered")
_AT_ONCE = 0.05  # s that nobody minds to wait


def done_beside(task: Callable[[], _Answered], show_waiting: Callable[[bool], object]) -> _Answered:
    """What a task comes to that may take seconds, from another thread.

    The window is painted and trains meanwhile; keys and clicks are taken when it is done. Timers
    call back: what is to be changed by the answer must not be half changed before.

    Parameters
    ----------
    show_waiting
        Called with True if it takes a while, and with False after that.
    """
    with ThreadPoolExecutor(1, "beside") as pool:
        job = pool.submit(task)
        with suppress(TimeoutError):  # the event loop is not needed, mostly
            return job.result(_AT_ONCE)
        show_waiting(True)
        try:
            loop, which = QEventLoop(), QEventLoop.ProcessEventsFlag
            job.add_done_callback(lambda _: loop.wakeUp())
            while not job.done():
                loop.processEvents(which.ExcludeUserInputEvents | which.WaitForMoreEvents)
            return job.result()
        finally:
            show_waiting(False)
