"""A call that is stopped at any moment comes back, and what follows is as if it had not been."""

import itertools
import random
import threading
from functools import partial

import numpy as np
import pytest
import torch
from engines import ThreadLimit, native_engine, use
from small_trainings import assert_same_records, copied, kept_records, state_of

from regplay.core import native_engine as native_engine_module
from regplay.core.engine import Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.native.binding import TrainingCall
from regplay.core.training import Training

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
        self._ends, self._is_over = False, True

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
        self._is_over = False
        self._calls.release()
        found = call()
        self._is_over = True
        self._done.acquire()
        return found

    def wait_for_members(self, progress, count):
        """Until so many members are in the middle of a step, or the call is over."""
        while not self._is_over:
            if ((progress["row"] > 0) | (progress["passed"] > 0)).sum() >= count:
                break


# More moments at night; `test_a_stop_at_each_moment_there_is_changes_nothing` leaves none out.
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2, 3))]
)
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
    assert_same_records(found, whole)


def test_a_call_comes_back_within_a_step(monkeypatch):
    """A large network, and a thousand points."""
    use(monkeypatch, native_engine(threads=1))
    values = {"model.width": 256, "model.depth": 8, "data.n_train": 1000, "data.n_valid": 100}
    experiment = replace(Experiment(), values | {"epochs": 4})
    whole = kept_records(Training([experiment]))

    training, stop = Training([experiment]), Stop()
    found = copied(training.train(0))
    [progress] = training._work.progress
    within, goal, before = 0, 0, (0, 0)

    def wait(_):
        """Until some points have passed the network, or all have."""
        while progress["step"] < goal and (progress["step"], progress["row"]) == before:
            pass

    with Stopper(stop, wait) as stopper:
        for goal in (1, 2, 3):
            for _ in range(5):
                before = int(progress["step"]), int(progress["row"])
                found += copied(stopper.during(partial(training.train, goal, stop)))
                within += before[1] < progress["row"] < 1000
            stop.clear()
            found += copied(training.train(goal))
    assert within > 0
    assert_same_records([*found, *kept_records(training)], whole)


class Looks:
    """After how many more looks at it the kernel takes its stop for set; on one thread."""

    def __init__(self, monkeypatch):
        self._left = np.array([0], dtype=np.int64)
        self.allow()

        def call(**fields):
            return TrainingCall(**fields, looks=self._left.ctypes.data)

        monkeypatch.setattr(native_engine_module, "TrainingCall", call)

    def allow(self, count=1 << 62):
        self._left[0] = self._allowed = count

    @property
    def taken(self):
        return int(self._allowed - self._left[0])


# Points pass the network by twelve: 12, 12 and 1 in a batch, then 12 and 3.
DEEP = {
    "model.width": 64,
    "model.depth": 4,
    "data.n_train": 40,
    "data.n_valid": 20,
    "optimizer.batch_size": 25,
    "regularization.dropout": 0.1,
    "epochs": 1,
}
KINDS = {
    "adam, max-norm, noise": {
        "regularization.max_norm": 1.0,
        "regularization.input_noise": 0.1,
    },
    "momentum, spared biases": {
        "optimizer.name": "momentum",
        "regularization.weight_decay": 0.1,
        "regularization.decay_bias": False,
    },
    "sgd, smoothed classes": {
        "data.name": "blobs",
        "optimizer.name": "sgd",
        "regularization.label_smoothing": 0.1,
    },
}


# By day one kind in double precision.
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *((kind, torch.float32) for kind in KINDS),
        *(
            pytest.param(kind, torch.float64, marks=pytest.mark.nightly if number else ())
            for number, kind in enumerate(KINDS)
        ),
    ],
)
def test_a_stop_at_each_moment_there_is_changes_nothing(monkeypatch, dtype, kind):
    """While it takes the member up, passes each layer, updates, measures, keeps and puts back."""
    use(monkeypatch, native_engine(threads=1))
    looks = Looks(monkeypatch)
    experiment = replace(Experiment(), DEEP | KINDS[kind])
    straight = Training([experiment], dtype=dtype)
    whole = kept_records(straight)
    moments, seen = looks.taken, set()
    for moment in range(moments + 1):
        looks.allow(moment)
        training = Training([experiment], dtype=dtype)
        found = copied(training.train())
        [progress] = training._work.progress
        seen.add(tuple(bool(progress[name]) for name in ("row", "passed", "updated", "kept")))
        looks.allow()
        if moment % 2:  # somebody looks at it meanwhile
            assert training.population.flat.isfinite().all()
        assert_same_records([*found, *kept_records(training)], whole)
        assert torch.equal(training.population.flat, straight.population.flat)
    assert len(found) == len(whole)  # the last was no stop any more
    in_step = {(False, True, False, False), (True, False, False, False), (True, True, False, False)}
    assert seen == {(False,) * 4, *in_step, (True, False, True, False), (False, False, False, True)}


@pytest.mark.parametrize("is_shown", [False, True])
@pytest.mark.parametrize("allowed", [1, 2, 20, 77])
def test_stops_one_after_another_change_nothing(monkeypatch, allowed, is_shown):
    """A few layers a call: what a call has done, the next one does not do again.

    The window looks at the network between them.
    """
    use(monkeypatch, native_engine(threads=1))
    looks = Looks(monkeypatch)
    experiment = replace(Experiment(), DEEP)
    whole = kept_records(Training([experiment]))
    moments, calls = looks.taken, 0
    training, found = Training([experiment]), []
    while not training.finished:
        looks.allow(allowed)
        found += copied(training.train())
        calls += 1
        if is_shown:
            looks.allow()
            step, snapshot = training.step, training.peek()
            assert (snapshot.step, training.fit(None).step, training.step) == (step,) * 3
    assert_same_records(found, whole)
    assert calls <= moments / allowed + 1


def test_a_call_that_is_stopped_measures_a_part_and_keeps_it(monkeypatch):
    use(monkeypatch, native_engine(threads=1))
    looks = Looks(monkeypatch)
    more = {"model.width": 256, "model.depth": 8, "epochs": 3}
    experiment = replace(Experiment(), BUSY | more)
    whole = kept_records(Training([experiment]))
    training, stop = Training([experiment]), Stop()
    looks.allow(1 + 9 + 9 + 9 + 4)  # to begin, to take up, and for layers of twelve points each
    assert training.train(stop=stop) == []
    looks.allow()
    [progress] = training._work.progress
    assert (progress["measured"], progress["passed"]) == (24, 4)
    assert (progress["step"], progress["row"], progress["record"]) == (0, 0, 0)
    stop.set()
    assert training.train(stop=stop) == []
    assert (progress["measured"], progress["passed"]) == (24, 4)
    stop.clear()
    assert_same_records([*copied(training.train(0, stop)), *kept_records(training)], whole)


def test_what_a_stopped_call_left_half_done_does_not_outlive_a_change(monkeypatch):
    """Going back, and other values, begin the step anew; an update that was begun is made whole."""
    use(monkeypatch, native_engine(threads=1))
    looks = Looks(monkeypatch)
    experiment = replace(Experiment(), BUSY | {"epochs": 40})
    other = replace(experiment, {"regularization.weight_decay": 0.3})
    expected = {}
    for step in (20, 21, 22):  # at the last there is a record
        straight = Training([experiment])
        straight.train(step)
        if step == 20:
            kept = state_of(straight)
        straight.adjust([other])
        expected[step] = kept_records(straight)

    names, seen = {"row", "passed", "updated", "measured", "kept"}, set()
    for moment in itertools.count():
        training = Training([experiment])
        training.train(20)
        looks.allow(moment)
        training.train(22)
        was_stopped = looks.taken > moment
        looks.allow()
        [progress] = training._work.progress
        seen |= {name for name in names if progress[name]}
        training.adjust([other])
        rest = expected[training.step]
        assert_same_records(
            kept_records(training)[-len(rest) :], rest
        )  # one that was owed comes before

        training = Training([other])
        training.train(30)
        looks.allow(moment)
        training.train(32)
        looks.allow()
        training.restore(kept)
        after = kept_records(training)
        assert [r.state.epoch for r in after] == [r.state.epoch for r in expected[20]]
        assert torch.equal(after[-1].state.parameters, expected[20][-1].state.parameters)
        if not was_stopped:
            break
    assert seen == names


def test_members_that_a_stop_left_apart_are_brought_together(monkeypatch):
    """To be measured, or to go on with other values: to where the furthest is."""
    use(monkeypatch, native_engine(threads=1))
    looks = Looks(monkeypatch)
    base = replace(Experiment(), DEEP | {"model.depth": 2, "epochs": 6})
    experiments = [replace(base, {"seed": seed}) for seed in range(3)]
    others = [replace(e, {"regularization.weight_decay": 0.3}) for e in experiments]
    list(kept_records(Training(experiments)))
    seen = set()
    for moment in range(0, looks.taken, 7):
        looks.allow(moment)
        training = Training(experiments)
        found = copied(training.train())
        progress = training._work.progress
        seen.add((len(set(progress["step"])) > 1, bool(progress["updated"].any())))
        looks.allow()
        peeked = training.peek()
        straight = Training(experiments)
        before = copied(straight.train(peeked.step))
        assert straight.step == training.step == peeked.step
        np.testing.assert_array_equal(straight.peek().values, peeked.values)
        for each in (training, straight):
            each.adjust(others)
        found, rest = found + kept_records(training), kept_records(straight)
        assert [r.state.step for r in found] == [r.state.step for r in before + rest]
        assert_same_records(
            found[len(before) :], rest
        )  # one that was owed comes before, by the new values
        assert torch.equal(training.population.flat, straight.population.flat)
    assert seen == {(False, False), (True, False), (True, True), (False, True)}


def test_other_threads_than_before_go_on_with_what_is_held(monkeypatch):
    """Members in the middle of a step, then fewer threads, or more."""
    base = replace(Experiment(), BUSY | {"model.width": 512, "data.n_train": 300, "epochs": 8})
    experiments = [replace(base, {"seed": seed}) for seed in range(3)]
    use(monkeypatch, native_engine(threads=1))
    whole = kept_records(Training(experiments))
    for threads in ((1, 3, 2), (2, 1, 3)):
        training, stop, found = Training(experiments), Stop(), []
        held = []
        for count in itertools.cycle(threads):
            training.engine = native_engine(count)
            progress = training._work.progress

            def wait(_, progress=progress):
                stopper.wait_for_members(progress, 1)

            with Stopper(stop, wait) as stopper:
                found += copied(stopper.during(partial(training.train, stop=stop)))
            held.append(len(training._work.held))
            stop.clear()
            found += copied(training.train(training.step + 1, stop))
            if training.finished:
                break
        assert max(held) > 0
        assert_same_records(found, whole)


def test_what_threads_held_that_can_not_be_started_again_goes_on(monkeypatch):
    base = replace(Experiment(), BUSY | {"model.width": 512, "data.n_train": 300, "epochs": 8})
    experiments = [replace(base, {"seed": seed}) for seed in range(3)]
    use(monkeypatch, native_engine(threads=3))
    whole = kept_records(Training(experiments))
    training, stop, found, held = Training(experiments), Stop(), [], []
    limit = ThreadLimit(monkeypatch)
    limit.left, progress = 1, training._work.progress
    with Stopper(stop, lambda _: stopper.wait_for_members(progress, 2)) as stopper:
        while not training.finished:
            limit.left = 2
            found += copied(stopper.during(partial(training.train, stop=stop)))
            held.append(len(training._work.held))
            stop.clear()
            limit.left = 0
            found += copied(training.train(training.step + 1, stop))
    assert max(held) > 1
    assert_same_records(found, whole)
