"""A member's result is its own, whoever shares the population; the same twice is the same."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from engines import TORCH_AT_NIGHT, native_engine, use
from small_trainings import kept_records
from trainings import run, train

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.native_engine import NativeEngine
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

BASE = {
    "model.width": 12,
    "data.n_valid": 40,
    "optimizer.batch_size": 8,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.2,
    "epochs": 12,
}
MEMBERS = [
    {},
    {"seed": 5, "regularization.weight_decay": 0.1},
    {"regularization.dropout": 0.0, "optimizer.lr": 0.03},
    {"seed": 9, "data.seed": 3, "regularization.input_noise": 0.0, "model.init": "kaiming"},
    {"data.noise": 0.0, "regularization.l1": 0.01, "regularization.dropout": 0.6},
]


def histories(experiments, dtype=torch.float64):
    """Measurements by epoch {epoch: [measures, M]}, and all parameters [M, P]."""
    training = Training(experiments, device="cpu", dtype=dtype)
    found = {s.epoch: s.values for s in run(training)}
    return found, training.population.flat


# Any two of the three meet by day, any three at night.
COMPANIES = [
    pytest.param(
        optimizer,
        data,
        size,
        marks=pytest.mark.nightly if (i + (data == "blobs") + size) % 2 else (),
    )
    for (i, optimizer), data, size in itertools.product(
        enumerate(["sgd", "momentum", "adam", "adamw"]), ["sine", "blobs"], [0, 8]
    )
]


@pytest.mark.parametrize(("optimizer", "data", "batch_size"), COMPANIES)
def test_one_of_five_does_what_it_does_alone(engine, optimizer, data, batch_size):
    base = {
        "data.name": data,
        "data.n_train": 20,
        **BASE,
        "optimizer.name": optimizer,
        "optimizer.batch_size": batch_size,
    }
    experiments = [replace(Experiment(), base | values) for values in MEMBERS]
    together, parameters = histories(experiments)
    for member, experiment in enumerate(experiments):
        alone, [own] = histories([experiment])
        torch.testing.assert_close(parameters[member], own, rtol=1e-9, atol=1e-12)
        shared = together.keys() & alone.keys()
        assert {0, 1, 10, 12} <= shared
        for epoch in shared:
            np.testing.assert_allclose(
                together[epoch][:, member], alone[epoch][:, 0], rtol=1e-9, atol=1e-12
            )
    finals = [round(value, 9) for value in together[12][0]]
    assert len(set(finals)) == len(MEMBERS)


def test_the_order_of_the_members_does_not_matter(engine):
    experiments = [replace(Experiment(), BASE | values) for values in MEMBERS]
    _, forward = histories(experiments)
    _, backward = histories(experiments[::-1])
    torch.testing.assert_close(forward, backward.flip(0), rtol=1e-10, atol=1e-13)


# The native engine: the same to the bit


BUSY = {
    "relu, adam, batches": {"model.activation": "relu", "optimizer.batch_size": 8},
    "gelu, adamw": {"model.activation": "gelu", "optimizer.name": "adamw"},
    "classes, momentum, batches": {
        "data.name": "moons",
        "optimizer.name": "momentum",
        "optimizer.batch_size": 5,
    },
    "wide": {"model.width": 130, "data.n_train": 90, "epochs": 8},
    "deep, sgd": {"model.depth": 8, "model.activation": "sigmoid", "optimizer.name": "sgd"},
    "linear": {"model.depth": 0, "data.name": "linear", "data.n_inputs": 30},
}
COMPANY = [
    {},
    {"seed": 5, "regularization.early_stopping": 6, "optimizer.lr": 0.0},
    {"optimizer.lr": 0.05, "regularization.early_stopping": 20},
    {"regularization.dropout": 0.0, "regularization.input_noise": 0.0},
    {"model.init_scale": 10.0, "optimizer.lr": 10.0},
    {"seed": 9, "data.seed": 3, "model.init": "kaiming", "regularization.weight_decay": 0.1},
    {"data.noise": 1.0, "regularization.l1": 0.01, "regularization.dropout": 0.6},
]


def of_company(changes):
    base = {"model.width": 12, "data.n_train": 20, "data.n_valid": 40, "epochs": 60}
    base |= {"regularization.dropout": 0.3, "regularization.input_noise": 0.2} | changes
    return [replace(Experiment(), base | values) for values in COMPANY]


def moments(experiments):
    """What each member is known by at each record: {epoch: [(measurements, state), …]}."""
    found = {}
    for record in kept_records(Training(experiments)):
        snapshot, state = record.snapshot, record.state
        found[snapshot.epoch] = [
            (
                snapshot.values[:, member].tobytes(),
                int(snapshot.stopped_at[member]),
                bool(snapshot.diverged[member]),
                int(state.updates[member]),
                *(
                    tensor[member].numpy().tobytes()
                    for tensor in (state.parameters, *state.momenta)
                ),
            )
            for member in range(len(experiments))
        ]
    return found


@pytest.mark.parametrize("changes", BUSY.values(), ids=BUSY)
def test_a_member_is_the_same_alone_in_any_company_and_on_any_threads(monkeypatch, changes):
    experiments = of_company(changes)
    alone = []
    for experiment in experiments:
        use(monkeypatch, native_engine(threads=1))
        alone.append(moments([experiment]))
    last = [max(found) for found in alone]
    if "wide" not in changes:
        assert last[1] < last[0]  # some have stopped
    everyone = list(range(len(experiments)))
    for threads, company in ((1, everyone), (2, everyone[::-1]), (3, everyone), (3, [2, 5, 5, 0])):
        use(monkeypatch, native_engine(threads=threads))
        together = moments([experiments[member] for member in company])
        for place, member in enumerate(company):
            for epoch in together.keys() & alone[member].keys():
                assert together[epoch][place] == alone[member][epoch][0], (threads, member, epoch)
            assert together[max(together)][place] == alone[member][last[member]][0]


@pytest.mark.parametrize("changes", BUSY.values(), ids=BUSY)
def test_a_member_goes_on_alone_from_any_kept_state_to_the_same_bits(monkeypatch, changes):
    experiments = of_company(changes)
    use(monkeypatch, native_engine(threads=2))
    whole = kept_records(Training(experiments))
    end = whole[-1].state
    for record in whole[::6]:
        for member, experiment in enumerate(experiments):
            training = Training([experiment])
            training.restore(record.state.member(member))
            *_, last = [record, *kept_records(training)]
            if last is not record:
                assert torch.equal(last.state.parameters[0], end.parameters[member])
                for momentum, expected in zip(last.state.momenta, end.momenta, strict=True):
                    assert torch.equal(momentum[0], expected[member])
            assert torch.equal(training.population.flat[0], end.parameters[member])


@pytest.mark.parametrize("members", [1, 5])
@pytest.mark.parametrize("data", ["sine", "blobs"])
def test_the_same_twice_is_the_same_bit_for_bit(engine, members, data):
    experiments = [
        replace(Experiment(), {"data.name": data} | BASE | values) for values in MEMBERS[:members]
    ]
    first, second = (
        [(s.epoch, s.step, s.values.tobytes()) for s in train(*experiments, device="cpu")]
        for _ in range(2)
    )
    assert first == second
    assert len(first) == 13


def test_what_happens_outside_does_not_matter_for_a_training_that_pauses(engine):
    experiments = [replace(Experiment(), BASE | values) for values in MEMBERS]
    paused, plain = (Training(experiments, device="cpu") for _ in range(2))
    while not paused.finished:
        paused.train(paused.step + 1)
        paused.peek()
        paused.fit(None, 2)
        torch.rand(3, generator=torch.Generator().manual_seed(0))
    list(run(plain))
    assert torch.equal(paused.population.flat, plain.population.flat)


@TORCH_AT_NIGHT  # whose populations share nothing
def test_two_trainings_in_two_threads_do_what_they_do_one_after_the_other(engine):
    """Each with helpers of its own, in an engine that both share."""
    if isinstance(engine, NativeEngine):
        engine.at_once = 2
    kinds = [of_company(BUSY[name]) for name in ("relu, adam, batches", "wide")]
    expected = [histories(experiments, torch.float32) for experiments in kinds]
    together = threading.Barrier(2)

    def compute(experiments):
        found = []
        for _ in range(2):
            together.wait()
            found.append(histories(experiments, torch.float32))
        return found

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(compute, kinds))
    for several, (values, parameters) in zip(found, expected, strict=True):
        for own_values, own_parameters in several:
            assert torch.equal(own_parameters, parameters)
            assert own_values.keys() == values.keys()
            for epoch in values:
                np.testing.assert_array_equal(own_values[epoch], values[epoch])


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("model.width", (3, 4)),
        ("model.activation", ("tanh", "relu")),
        ("optimizer.name", ("sgd", "adam")),
        ("optimizer.momentum", (0.5, 0.9)),
        ("optimizer.batch_size", (0, 5)),
        ("regularization.decay_bias", (True, False)),
        ("epochs", (5, 6)),
    ],
)
def test_what_shapes_a_population_must_agree(path, values):
    experiments = [replace(Experiment(), {path: value}) for value in values]
    with pytest.raises(ValueError, match=rf"{path} can't differ"):
        Training(experiments, device="cpu")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"data.n_train": 20}, {"data.n_train": 21}),
        ({"data.n_valid": 20}, {"data.n_valid": 21}),
        (
            {"data.name": "linear", "data.n_inputs": 3},
            {"data.name": "linear", "data.n_inputs": 4},
        ),
        ({"data.name": "blobs", "data.n_classes": 2}, {"data.name": "blobs", "data.n_classes": 3}),
        ({"data.name": "sine", "data.n_train": 60, "data.n_valid": 300}, {"data.name": "blobs"}),
        ({"data.name": "sine"}, {"data.name": "linear", "data.n_inputs": 1}),
    ],
)
def test_members_need_data_of_one_shape(first, second):
    with pytest.raises(ValueError, match=r"members of one population|same shape"):
        Training([replace(Experiment(), values) for values in (first, second)], device="cpu")
