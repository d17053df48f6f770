"""What all tests share: a platform without a display, and a look at what a test leaves behind."""

import gc
import itertools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A Qt that is set up for one binding must not get another.
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


_ENOUGH = 1_500  # objects to look through after each test
_aside: list[weakref.ref[object]] = []  # Qt's among those that `put_aside` has frozen


def put_aside() -> None:
    """Leave what is there now, mostly modules, out of `leaves_nothing` and of collections.

    To go through some 300,000 objects after each test would take longer than most tests.
    """
    gc.collect()
    _aside[:] = [weakref.ref(thing) for thing in _of_qt()]
    gc.freeze()


def pytest_collection_finish() -> None:
    put_aside()
    gc.disable()  # from here on garbage is collected between tests, as in the window between events


def _of_qt() -> list[object]:
    """The QObjects that Python knows and Qt has not deleted; without Qt there are none."""
    if "PySide6.QtCore" not in sys.modules:
        return []
    import shiboken6
    from PySide6.QtCore import QObject

    things = itertools.chain(gc.get_objects(), (ref() for ref in _aside))
    # By type(), since isinstance asks each object for a `__class__` that some compute.
    found = [thing for thing in things if issubclass(type(thing), QObject)]
    return [thing for thing in found if shiboken6.isValid(thing)]


def _windows_in_sight() -> list[object]:
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtWidgets import QApplication

    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    """Fail a test that leaves a window, a running QThread, an active QTimer or a thread.

    Where tests share a window, other windows alone: what runs may be its own.
    """
    if len(gc.get_objects()) > _ENOUGH:
        put_aside()  # now, when nothing of the test before is held any more
    else:
        gc.collect()
    threads_before = set(threading.enumerate())
    shown_before = _windows_in_sight()
    yield
    if "PySide6.QtWidgets" not in sys.modules:
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtGui import QCursor
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if app is None:
        return
    if app.platformName() == "offscreen":
        app.clipboard().clear()  # what is in it would be deleted when Python has ended: a crash
        QCursor.setPos(-1, -1)  # so that the next test moves it, wherever it moves it to
    # What was closed or released in the test is deleted by Qt's own events.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [window for window in _windows_in_sight() if window not in shown_before]
    assert not left, f"windows left: {left}"
    if shown_before:
        return
    objects = _of_qt()
    running = [t for t in objects if isinstance(t, QThread) and t.isRunning()]
    running = [thread for thread in running if thread is not app.thread()]
    assert not running, f"threads left: {running}"
    timers = [thing for thing in objects if isinstance(thing, QTimer) and thing.isActive()]
    assert not timers, f"timers left: {timers}"
    threads = [
        thread
        for thread in set(threading.enumerate()) - threads_before
        if not isinstance(thread, threading._DummyThread)
    ]
    assert not threads, f"threads left: {threads}"


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of this name; returns its path."""

    def write(name: str, content: str | bytes = "") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
