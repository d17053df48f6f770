"""Runs that are trained before they are asked for, where it is known what comes next.

A frame of a film shows one network, trained on one thread. So that the other processors have work
meanwhile, and all of them while a frame is painted, the networks of the frames after it are trained
beside it. What is taken here is what the training thread would have trained itself, bit for bit.
"""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regplay.core.datasets import Dataset
from regplay.core.device import cores
from regplay.core.experiment import Experiment
from regplay.gui.training.messages import Job
from regplay.session.session import Run

if TYPE_CHECKING:  # imported on a thread, as torch is
    from regplay.core.engine import Stop
    from regplay.core.training import Record, Training


def keep(run: Run, records: "Sequence[Record]", after: int | None = None) -> None:
    """Append what training reports, and the states to go back to.

    Parameters
    ----------
    after
        Those of later epochs go before.
    """
    history = run.history if after is None else run.history.until(after)
    for record in records:
        history.append(record.snapshot)
    run.history = history  # at once: it is read while it changes
    if after is not None:
        run.checkpoints.forget_after(after)
    run.checkpoints.extend([record.state for record in records], run.history.best_epoch)


@dataclass(frozen=True, eq=False)
class _Prefetched:
    device: str
    stop: "Stop"
    trained: "Future[tuple[Run, Training]]"


class Prefetcher:
    """Trains experiments to their last epoch, as many at once as there are processors.

    Asked by the main thread, and emptied by the one that trains.
    """

    def __init__(self) -> None:
        self._found: dict[Experiment, _Prefetched] = {}
        self._awaited: _Prefetched | None = None  # what was taken last, which may be trained still
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(cores(), "prefetching")  # starts threads as it needs them

    def prefetch(self, experiments: Iterable[Experiment], present: Job) -> None:
        """Train the first of these, one more than there are processors, and give up all others.

        Parameters
        ----------
        present
            What is trained now: on this device, with a dataset that some of them may share.
        """
        from regplay.core.engine import Stop

        wanted: dict[Experiment, None] = {}
        for experiment in experiments:
            wanted[experiment] = None
            if len(wanted) > cores():
                break
        with self._lock:
            for gone in [*self._found]:
                if gone not in wanted:
                    self._give_up(self._found.pop(gone))
            for experiment in wanted:
                if experiment not in self._found:
                    stop, device = Stop(), present.device
                    is_shared = experiment.data == present.experiment.data
                    dataset = present.dataset if is_shared else None
                    trained = self._pool.submit(_train, experiment, device, dataset, stop)
                    self._found[experiment] = _Prefetched(device, stop, trained)

    def take(self, job: Job) -> "tuple[Run, Training] | None":
        """What a job comes to at its end, once that is trained; None if it is not on its way."""
        with self._lock:
            found = self._awaited = self._found.pop(job.experiment, None)
        if found is None:
            return None
        if job.start is not None or found.device != job.device:
            self._give_up(found)
            return None
        run, training = found.trained.result()
        return (run, training) if training.finished and training.step <= job.goal else None

    def close(self) -> None:
        """End all of it."""
        with self._lock:
            for found in self._found.values():
                self._give_up(found)
            self._found.clear()
            if self._awaited is not None:
                self._awaited.stop.set()
        self._pool.shutdown()

    @staticmethod
    def _give_up(found: _Prefetched) -> None:
        found.trained.cancel()
        found.stop.set()


def _train(
    experiment: Experiment, device: str, dataset: Dataset | None, stop: "Stop"
) -> "tuple[Run, Training]":
    from regplay.core.training import Training

    datasets = None if dataset is None else [dataset]
    training = Training([experiment], datasets=datasets, device=device)
    run = Run(experiment, placement=training.placement.reason)
    keep(run, training.train(0, stop))
    while not (training.finished or stop.is_set):
        keep(run, training.train(stop=stop))
    return run, training
