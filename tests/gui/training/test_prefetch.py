"""Runs that are trained before they are asked for: the same as those trained once they are."""

import dataclasses
import threading
from concurrent.futures import Future

import numpy as np
import pytest
from trainings import trained

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES
from regplay.gui.training.messages import Job, Start
from regplay.gui.training.prefetch import Prefetcher
from regplay.session.session import Change

SMALL = replace(Experiment(), {"epochs": 12, "model.depth": 1, "model.width": 4})
DECAYED = replace(SMALL, {"regularization.weight_decay": 0.1})
NOISY = replace(SMALL, {"data.noise": 0.7})
LONG = replace(SMALL, {"epochs": 1_000_000})


def job(experiment, *, goal=12, device="cpu", start=None):
    dataset = load(experiment.data)
    return Job(1, experiment, dataset, None, device, Change.RETRAIN, goal, start)


@pytest.fixture
def prefetcher():
    made = Prefetcher()
    yield made
    made.close()


@pytest.mark.parametrize("experiment", [DECAYED, NOISY], ids=["same data", "other data"])
def test_what_was_trained_before_is_what_would_be_trained_now(prefetcher, experiment):
    prefetcher.prefetch([experiment], job(SMALL))
    run, training = prefetcher.take(job(experiment))
    usual = trained(experiment)
    assert training.finished
    assert run.experiment == experiment
    assert [*run.history.epochs] == [*usual.epochs]
    for measure in MEASURES:
        assert np.array_equal(run.history.column(measure), usual.column(measure), equal_nan=True)
    last = run.checkpoints.last
    assert last is not None
    assert last.epoch == 12


def test_nothing_else_is_taken_for_it(prefetcher):
    def prefetched(wanted):
        prefetcher.prefetch([DECAYED], job(SMALL))
        return prefetcher.take(wanted)

    assert prefetched(job(NOISY)) is None
    assert prefetched(job(DECAYED, goal=6)) is None  # it has come further
    assert prefetched(job(DECAYED, device="cuda:0")) is None
    assert prefetched(job(DECAYED, start=Start(epoch=3))) is None
    assert prefetched(job(DECAYED)) is not None
    assert prefetcher.take(job(DECAYED)) is None  # it trains on in one place only


def test_what_can_not_be_taken_is_given_up(prefetcher):
    ahead = job(LONG, goal=1_000_000)
    prefetcher.prefetch([LONG], ahead)
    (found,) = prefetcher._found.values()
    assert prefetcher.take(dataclasses.replace(ahead, start=Start(epoch=3))) is None
    assert found.stop.is_set


def test_what_is_not_to_come_any_more_is_given_up(prefetcher):
    ahead = job(LONG, goal=1_000_000)
    for _ in range(3):
        prefetcher.prefetch([LONG, replace(LONG, {"seed": 1})], ahead)
    prefetcher.prefetch([DECAYED], ahead)
    assert prefetcher.take(ahead) is None
    assert prefetcher.take(job(DECAYED)) is not None


def test_who_waits_for_one_is_told_when_all_of_it_ends(monkeypatch):
    prefetcher, taken, is_awaited = Prefetcher(), [], threading.Event()
    result = Future.result

    def told(future, timeout=None):
        is_awaited.set()
        return result(future, timeout)

    monkeypatch.setattr(Future, "result", told)
    endless = replace(LONG, {"model.width": 256})
    wanted = job(endless, goal=1_000_000)
    prefetcher.prefetch([endless], wanted)
    waiting = threading.Thread(target=lambda: taken.append(prefetcher.take(wanted)))
    waiting.start()
    assert is_awaited.wait(60)
    prefetcher.close()
    waiting.join()
    assert taken == [None]


def test_of_many_only_the_first_are_begun(prefetcher, monkeypatch):
    monkeypatch.setattr("regplay.gui.training.prefetch.cores", lambda: 2)
    asked = []

    def coming():
        for seed in range(100):
            asked.append(seed)
            yield replace(SMALL, {"seed": seed // 2})  # a value may last for two frames

    prefetcher.prefetch(coming(), job(SMALL))
    assert asked == [0, 1, 2, 3, 4]
    assert prefetcher.take(job(replace(SMALL, {"seed": 2}))) is not None
    assert prefetcher.take(job(replace(SMALL, {"seed": 3}))) is None


def test_what_can_not_be_trained_says_so_when_it_is_asked_for(prefetcher):
    broken = replace(SMALL, {"data.name": "csv", "data.file": "nowhere.csv"})
    prefetcher.prefetch([broken], job(SMALL))
    asked = dataclasses.replace(job(SMALL), experiment=broken)
    with pytest.raises(Exception, match=r"nowhere\.csv"):
        prefetcher.take(asked)
