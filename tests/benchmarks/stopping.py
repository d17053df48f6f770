"""How soon a training comes back that is told to stop, in a network of 8×256 units.

Told at random moments: while it packs its parameters, passes points, updates, measures or keeps. In
time of the processor, as the thread that trains has it, where the system tells that of a thread.

The kernel comes back within a layer; what is left to Python is to hand out the records that were
made. Their buffers are used again: to give them back to the system took 4 to 6 ms.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from unittest import mock

import torch

from regplay.core import native
from regplay.core.engine import Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import Value, replace
from regplay.core.native_engine import NativeEngine
from regplay.core.training import Training
from tests.benchmarks.report import Row

_STOPS = 50
_LONGEST_WAIT = 0.03  # s from the begin of a call to its stop, some steps
_LARGE: dict[str, Value] = {
    "model.width": 256,
    "model.depth": 8,
    "optimizer.name": "adam",
    "data.n_train": 500,
    "data.n_valid": 200,
    "epochs": 100_000,
}
_PRECISIONS = {"single": torch.float32, "double": torch.float64}


def stopping() -> list[Row]:
    """The median and the longest of many stops, for the best and the plain variant."""
    kernels = native.load()
    if isinstance(kernels, native.Missing):
        return []
    rows = []
    for variant in dict.fromkeys((kernels.variants[0], kernels.variants[-1])):
        chosen = native.load(variant=variant)
        assert not isinstance(chosen, native.Missing), chosen.reason
        engine = NativeEngine(chosen, threads=1)
        for precision, dtype in _PRECISIONS.items():
            spans = []
            for batch_size in (12, 32, 0):
                experiment = replace(Experiment(), {**_LARGE, "optimizer.batch_size": batch_size})
                spans += list(_spans(engine, experiment, dtype))
            name = f"stop of 8×256, Adam, {chosen.name}, {precision}"
            for what, span in (("median", median(spans)), ("longest", max(spans))):
                milliseconds = 1000 * span
                rows.append(
                    Row(
                        f"{name}: {what}",
                        "at most 1 ms",
                        1.0,
                        milliseconds,
                        "ms",
                        milliseconds,
                        1.0,
                        at_most=True,
                    )
                )
    return rows


def _spans(engine: NativeEngine, experiment: Experiment, dtype: torch.dtype) -> Iterator[float]:
    """Seconds from each stop to the return of the call."""
    draws = random.Random(0)
    with mock.patch("regplay.core.population.engine_for", return_value=engine):
        training = Training([experiment], dtype=dtype, device="cpu")
    stop, now = Stop(), _clock()
    for _ in range(_STOPS):
        stop.clear()
        moments: list[float] = []

        def tell(wait: float, moments: list[float] = moments) -> None:
            time.sleep(wait)
            moments.append(now())
            stop.set()

        teller = threading.Thread(target=tell, args=(draws.uniform(0, _LONGEST_WAIT),))
        teller.start()
        while not stop.is_set:
            training.train(stop=stop)
        back = now()
        teller.join()
        yield back - moments[0]


def _clock() -> Callable[[], float]:
    """Seconds that this thread has computed, for any thread to ask."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.perf_counter
    own = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(own)
