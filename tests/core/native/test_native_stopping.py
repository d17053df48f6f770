"""A call that is stopped at any moment comes back, and what follows is as if it had not been."""

import random
import threading

import numpy as np
import pytest
import torch
from engines import native_engine, use
from small_trainings import kept_records, state_of

from regplay.core import native_engine as native_engine_module
from regplay.core.engine import Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Record, Training

pytestmark = pytest.mark.usefixtures("one_thread")

BUSY = {
    "model.width": 40,
    "data.n_train": 90,
    "data.n_valid": 150,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.2,
    "epochs": 100,
}
MEMBERS = [
    {},
    {"seed": 4, "regularization.early_stopping": 7, "optimizer.lr": 0.0},
    {"optimizer.lr": 10.0, "model.init_scale": 10.0},
    {"regularization.weight_decay": 0.1, "data.seed": 2},
]


class Stopper(threading.Thread):
    """Sets a stop in the course of each call that it is told of.

    Parameters
    ----------
    before
        Called with the number of the call, on this thread: when it returns, the stop is set.
    """

    def __init__(self, stop, before):
        super().__init__()
        self._stop_flag, self._before = stop, before
        self._calls, self._done = threading.Semaphore(0), threading.Semaphore(0)
        self._ends = False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._ends = True
        self._calls.release()
        self.join()

    def run(self):
        number = 0
        while True:
            self._calls.acquire()
            if self._ends:
                return
            self._before(number)
            self._stop_flag.set()
            self._done.release()
            number += 1

    def during(self, call):
        """What a call gives, which is told to stop on its way or after it."""
        self._stop_flag.clear()
        self._calls.release()
        found = call()
        self._done.acquire()
        return found


def same(records, others):
    assert [r.state.step for r in records] == [r.state.step for r in others]
    for record, other in zip(records, others, strict=True):
        np.testing.assert_array_equal(record.snapshot.values, other.snapshot.values)
        assert record.snapshot.stopped_at.tolist() == other.snapshot.stopped_at.tolist()
        assert record.snapshot.diverged.tolist() == other.snapshot.diverged.tolist()
        assert record.state.updates.tolist() == other.state.updates.tolist()
        assert torch.equal(record.state.parameters, other.state.parameters)
        assert all(map(torch.equal, record.state.momenta, other.state.momenta))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [0, 50])
def test_stops_at_random_moments_change_nothing(monkeypatch, threads, batch_size, seed):
    """Before, between and within steps and measurements; members may lie apart meanwhile."""
    use(monkeypatch, native_engine(threads))
    base = replace(Experiment(), BUSY | {"optimizer.batch_size": batch_size})
    experiments = [replace(base, values) for values in MEMBERS]
    whole = kept_records(Training(experiments))
    assert whole[-1].snapshot.stopped_at[1] == 7
    draws = random.Random(seed)
    lengths = [int(10 ** draws.uniform(0, 4.5)) for _ in range(50)]  # up to some steps long

    def wait(number):
        for _ in range(lengths[number % 50]):
            pass

    training, stop, found = Training(experiments), Stop(), []
    with Stopper(stop, wait) as stopper:
        while not training.finished:
            found += stopper.during(lambda: copied(training.train(stop=stop)))
            if draws.random() < 0.1 and not training.finished:
                stop.clear()  # so that it comes to its end on any machine
                found += copied(training.train(training.step + 1, stop))
    same(found, whole)


def copied(records):
    states = [record.state.copy() for record in records]
    pairs = zip(records, states, strict=True)
    return [Record(record.snapshot, lambda state=state: state) for record, state in pairs]


def test_a_call_comes_back_within_a_step(monkeypatch):
    """The largest network that there is, and some thousand points."""
    taken = []

    def integer(start=0):
        taken.append(np.array([start], dtype=np.int32))
        return taken[-1]

    monkeypatch.setattr(native_engine_module, "integer", integer)
    use(monkeypatch, native_engine(threads=1))
    values = {"model.width": 256, "model.depth": 8, "data.n_train": 2000, "data.n_valid": 100}
    experiment = replace(Experiment(), values | {"epochs": 4})
    whole = kept_records(Training([experiment]))

    training, stop = Training([experiment]), Stop()
    found = copied(training.train(0))

    def wait(number):
        """Until the kernel has taken its member up."""
        while not taken or not taken[-1][0]:
            pass

    within = 0
    [progress] = training._work.progress
    with Stopper(stop, wait) as stopper:
        for epoch in (1, 2, 3):
            for _ in range(5):
                row = progress["row"]
                taken.clear()
                found += stopper.during(lambda goal=epoch: copied(training.train(goal, stop)))
                within += row < progress["row"] < 2000
            stop.clear()
            found += copied(training.train(epoch))
    assert within > 0
    same([*found, *kept_records(training)], whole)


def test_a_call_that_is_stopped_at_once_measures_a_part_and_keeps_it(monkeypatch):
    """The same, and no matter how the threads run: taking the member is what sets the stop."""
    use(monkeypatch, native_engine(threads=1))
    more = {"model.width": 256, "model.depth": 8, "epochs": 3}
    experiment = replace(Experiment(), BUSY | more)
    whole = kept_records(Training([experiment]))
    training, stop = Training([experiment]), Stop()
    with monkeypatch.context() as patched:
        patched.setattr(native_engine_module, "integer", lambda start=0: stop.flag)
        assert training.train(stop=stop) == []
    assert stop.is_set
    [progress] = training._work.progress
    assert 0 < progress["measured"] < 240
    assert (progress["step"], progress["row"], progress["record"]) == (0, 0, 0)
    measured = progress["measured"]
    assert training.train(stop=stop) == []  # the stop is still set
    assert progress["measured"] == measured
    stop.clear()
    same([*copied(training.train(0, stop)), *kept_records(training)], whole)


def test_what_a_stopped_call_left_half_done_does_not_outlive_a_change(monkeypatch):
    """Going back, and other values, begin the step anew."""
    use(monkeypatch, native_engine(threads=1))
    experiment = replace(Experiment(), BUSY)
    other = replace(experiment, {"regularization.weight_decay": 0.3})
    straight = Training([experiment])
    straight.train(20)
    kept = state_of(straight)
    straight.adjust([other])
    expected = kept_records(straight)

    training = Training([experiment])
    training.train(20)
    # As a call leaves it that was stopped in the middle of a step, and of a record.
    training._work.progress["row"], training._work.gradients[:] = 24, 1e3
    training._work.progress["measured"], training._work.progress["sums"] = 24, 1e3
    training.adjust([other])
    same(kept_records(training), expected)
    training = Training([other])
    training.train(30)
    training._work.progress["row"], training._work.gradients[:] = 24, 1e3
    training._work.progress["measured"], training._work.progress["sums"] = 24, 1e3
    training.restore(kept)
    after = kept_records(training)
    assert [r.state.epoch for r in after] == [r.state.epoch for r in expected]
    assert torch.equal(after[-1].state.parameters, expected[-1].state.parameters)
