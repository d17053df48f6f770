"""What all tests share: a platform without a display, and a look at what a test leaves behind."""

import gc
import os
import sys
import threading
from collections.abc import Iterator

import pytest

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A Qt that is set up for one binding must not get another.
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    """Fail a test that leaves a window, a running QThread, an active QTimer or a thread."""
    threads_before = set(threading.enumerate())
    yield
    if "PySide6.QtWidgets" not in sys.modules:
        return
    import shiboken6
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if app is None:
        return
    if app.platformName() == "offscreen":
        app.clipboard().clear()  # what is in it would be deleted when Python has ended: a crash
    # What was closed or released in the test is deleted by Qt's own events.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not left, f"windows left: {left}"
    # By type(), since isinstance asks each object for a `__class__` that some compute.
    found = [thing for thing in gc.get_objects() if issubclass(type(thing), QObject)]
    objects = [thing for thing in found if shiboken6.isValid(thing)]
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
