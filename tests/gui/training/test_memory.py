"""Memory that is free goes back to the system, once the thread rests."""

import os
import sys
from pathlib import Path

import pytest

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.gui.training import FRAME, Runner, VirtualClock, worker
from regplay.gui.training.memory import release_free_memory
from regplay.session.session import Change

SMALL = replace(Experiment(), {"epochs": 12, "model.depth": 1, "model.width": 4})


def resident():
    """Bytes in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is done elsewhere")
def test_what_lies_between_blocks_in_use_is_given_back():
    blocks = [bytes(2000) for _ in range(50_000)]  # 100 MB
    blocks[:-1] = []  # the last holds the end of the heap in its place
    before = resident()
    release_free_memory()
    assert resident() < before - 80e6


def test_it_is_released_whenever_the_thread_comes_to_rest(qtbot, monkeypatch):
    released, clock, dataset = [], VirtualClock(), load(SMALL.data)
    monkeypatch.setattr(worker, "_RELEASED_AFTER", 0.0)
    monkeypatch.setattr(worker, "release_free_memory", lambda: released.append(True))
    runner = Runner(clock)

    def until(condition):
        def is_so():
            clock.advance(FRAME)
            return condition()

        qtbot.waitUntil(is_so)

    try:
        runner.start()
        until(lambda: len(released) == 1)
        for seed in (1, 2):
            count = len(released)
            runner.submit(replace(SMALL, {"seed": seed}), dataset, grid_of(dataset), Change.RESTART)
            runner.play()
            until(lambda: runner.is_finished)  # the thread works on after that
            until(lambda count=count: len(released) > count)
    finally:
        runner.stop()
