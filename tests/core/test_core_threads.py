"""The number of threads that a population uses, and that nothing else hangs on it."""

import numpy as np
import pytest
import torch

from regplay.core import device
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.sweep import Axis, Sweep
from regplay.core.threads import Threads, share_evenly
from regplay.core.training import Training


@pytest.fixture
def threads_in_use():
    """Whatever a test sets is undone."""
    before = torch.get_num_threads()
    yield torch.get_num_threads
    torch.set_num_threads(before)


def settle(threads, seconds, now, trials=400):
    """Steps that take `seconds[count]` on `count` threads; the share of them on each count."""
    shares = dict.fromkeys(seconds, 0)
    threads.use()
    for _ in range(trials):
        count = now()
        shares[count] += 1
        threads.note(seconds[count])
    return {count: share / trials for count, share in shares.items()}


def test_the_faster_count_is_used_nearly_always_whichever_it_is(threads_in_use):
    threads = Threads(2, may_choose=True)
    assert settle(threads, {1: 0.02, 2: 0.01}, threads_in_use)[2] > 0.9
    # Another program begins and two threads wait for each other: found out within some steps …
    assert settle(threads, {1: 0.02, 2: 0.1}, threads_in_use)[1] > 0.8
    # … and it ends.
    assert settle(threads, {1: 0.02, 2: 0.01}, threads_in_use)[2] > 0.8


def test_without_a_choice_nothing_is_tried(threads_in_use):
    threads = Threads(1, may_choose=True)
    assert settle(threads, {1: 0.02}, threads_in_use) == {1: 1.0}
    threads = Threads(2)
    assert settle(threads, {1: 0.01, 2: 0.02}, threads_in_use)[2] == 1.0


_CASES = {
    "sgd": {"optimizer.name": "sgd"},
    "adam, dropout, noisy inputs": {
        "regularization.dropout": 0.3,
        "regularization.input_noise": 0.1,
    },
    "l1, relu, batches": {
        "regularization.l1": 0.01,
        "model.activation": "relu",
        "optimizer.batch_size": 7,
    },
    "classes": {"data.name": "moons", "data.n_train": 300, "model.activation": "gelu"},
    "wide": {"model.width": 256, "data.n_train": 400},
    "linear": {"model.depth": 0, "data.name": "linear"},
}


@pytest.mark.parametrize("members", [2, 6])
@pytest.mark.parametrize("changes", _CASES.values(), ids=_CASES)
def test_a_population_is_the_same_to_the_bit_on_any_number_of_threads(
    threads_in_use, changes, members
):
    base = replace(Experiment(), {"epochs": 20, **changes})
    decays = Axis("regularization.weight_decay", tuple(np.linspace(0.0, 0.1, members).tolist()))
    found = []
    for count in (1, 2, 4):
        training = Training(Sweep(base, (decays,)).experiments)
        assert share_evenly(training.numbers, 4)
        torch.set_num_threads(count)
        values = [training.record().values]
        while not training.finished:
            snapshot = training.advance()
            if snapshot is not None:
                values.append(snapshot.values)
        found.append((training.population.flat.numpy(), np.array(values)))
    for flat, values in found[1:]:
        np.testing.assert_array_equal(flat, found[0][0])
        np.testing.assert_array_equal(values, found[0][1])


@pytest.mark.parametrize(
    ("members", "width", "counts"), [(1, 64, [2]), (2, 64, [1, 2]), (3, 63, [2])]
)
def test_what_is_not_shared_out_evenly_keeps_its_threads(monkeypatch, members, width, counts):
    """One network, whose products are cut up, and shares that are no whole vectors."""
    monkeypatch.setattr(device, "_SPLIT_FLOPS", 0.0)
    monkeypatch.setattr(device.os, "cpu_count", lambda: 2)
    experiment = replace(Experiment(), {"data.n_train": 1000, "model.width": width})
    assert Training([experiment] * members).threads.counts == counts
