"""Garbage is collected on the main thread, whoever leaves it."""

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication

from regplay.gui.application.garbage import Collector

COLLECTED: list[threading.Thread] = []  # where


class Cycle:
    """Garbage as soon as nobody else holds it."""

    def __init__(self):
        self.itself = self
        self.others = [[] for _ in range(2000)]  # more than Python collects after

    def __del__(self):
        COLLECTED.append(threading.current_thread())


@pytest.fixture
def collector(qapp):
    COLLECTED.clear()
    gc.collect()
    gc.enable()
    collector = Collector()
    yield collector
    collector.end()
    assert gc.isenabled()
    gc.disable()  # as it is for all tests
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def leave_garbage():
    def work():
        for _ in range(20):
            Cycle()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_python_collects_where_it_is(collector):
    """Without the collector: what the others are held against."""
    leave_garbage()
    assert threading.main_thread() not in COLLECTED
    assert COLLECTED


def test_what_another_thread_leaves_is_collected_on_the_main_thread(collector, qtbot):
    collector.begin()
    leave_garbage()
    assert not COLLECTED
    qtbot.waitUntil(lambda: len(COLLECTED) == 20)
    assert {*COLLECTED} == {threading.main_thread()}


def test_what_is_there_is_never_looked_at(collector):
    before = gc.get_freeze_count()
    kept = [[] for _ in range(2000)]  # what lives and dies elsewhere meanwhile is far less
    collector.begin()
    frozen = gc.get_freeze_count()
    assert frozen > before + 1000
    kept.append([[] for _ in range(2000)])
    collector.begin()  # after a failure that comes later
    assert gc.get_freeze_count() < frozen + 1000


def test_it_ends_with_python_collecting_only_where_it_did(collector):
    gc.disable()
    collector.begin()
    collector.end()
    assert not gc.isenabled()
    gc.enable()
    collector.begin()
    collector.end()
    QCoreApplication.processEvents()
    assert gc.isenabled()
