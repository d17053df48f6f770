"""The machine that measures: how busy it is, what a core can do, and a program beside ours."""

import os
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

CORES = os.cpu_count() or 1
_SIZE = 256  # three such matrices fit into a core's cache
_PRODUCTS = 500

# Ends with the process that began it, even where that one is killed.
_BUSY = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""


def description() -> str:
    """How busy the machine is now, in words."""
    text = f"{CORES} cores"
    if hasattr(os, "getloadavg"):
        text += ", load average " + " ".join(f"{load:.2f}" for load in os.getloadavg())
    return text


def peak_flops() -> float:
    """Operations a second that one core reaches: the best of many products of 256 × 256."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    a, b, product = (torch.rand(_SIZE, _SIZE) for _ in range(3))
    best = float("inf")
    for _ in range(_PRODUCTS):
        began = time.perf_counter()
        torch.mm(a, b, out=product)
        best = min(best, time.perf_counter() - began)
    torch.set_num_threads(threads)
    return 2 * _SIZE**3 / best


def seconds_of(call: Callable[[], object]) -> float:
    """What a call takes, when it is called again and again for at least 0.2 s.

    A single call of some milliseconds may take several times as long right after other work or a
    pause, until caches and the clock of the core have come up.
    """
    number, seconds = timeit.Timer(call).autorange()
    return seconds / number


@contextmanager
def one_core_busy() -> Iterator[None]:
    """Another program wants one core all the time."""
    process = subprocess.Popen([sys.executable, "-c", _BUSY])
    try:
        yield
    finally:
        process.kill()
        process.wait()
