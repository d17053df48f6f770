"""A member's result is its own, whoever shares the population; the same twice is the same."""

import numpy as np
import pytest
import torch

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training, run, train

pytestmark = pytest.mark.usefixtures("one_thread")

BASE = {
    "model.width": 12,
    "data.n_valid": 40,
    "optimizer.batch_size": 8,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.2,
    "epochs": 60,
}
MEMBERS = [
    {},
    {"seed": 5, "regularization.weight_decay": 0.1},
    {"regularization.dropout": 0.0, "optimizer.lr": 0.03},
    {"seed": 9, "data.seed": 3, "regularization.input_noise": 0.0, "model.init": "kaiming"},
    {"data.noise": 0.0, "regularization.l1": 0.01, "regularization.dropout": 0.6},
]


def histories(experiments, dtype=torch.float64):
    """Measurements by epoch {epoch: [measures, M]}, and all parameters of each member."""
    training = Training(experiments, device="cpu", dtype=dtype)
    found = {s.epoch: s.values for s in run(training) if s}
    parameters = [
        torch.cat([part.view(-1) for layer in training.population.member(m) for part in layer])
        for m in range(len(experiments))
    ]
    return found, parameters


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize("data", ["sine", "blobs"])
@pytest.mark.parametrize("batch_size", [0, 8])
def test_one_of_five_does_what_it_does_alone(optimizer, data, batch_size):
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
        assert {0, 1, 20, 60} <= shared
        for epoch in shared:
            np.testing.assert_allclose(
                together[epoch][:, member], alone[epoch][:, 0], rtol=1e-9, atol=1e-12
            )
    finals = [round(value, 9) for value in together[60][0]]
    assert len(set(finals)) == len(MEMBERS)


def test_the_order_of_the_members_does_not_matter():
    experiments = [replace(Experiment(), BASE | values) for values in MEMBERS]
    _, forward = histories(experiments)
    _, backward = histories(experiments[::-1])
    for a, b in zip(forward, backward[::-1], strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("members", [1, 5])
@pytest.mark.parametrize("data", ["sine", "blobs"])
def test_the_same_twice_is_the_same_bit_for_bit(members, data):
    experiments = [
        replace(Experiment(), {"data.name": data} | BASE | values) for values in MEMBERS[:members]
    ]
    first, second = (
        [(s.epoch, s.step, s.values.tobytes()) for s in train(*experiments, device="cpu") if s]
        for _ in range(2)
    )
    assert first == second
    assert len(first) > 30


def test_what_happens_outside_does_not_matter_for_a_training_that_pauses():
    experiments = [replace(Experiment(), BASE | values) for values in MEMBERS]
    paused, plain = (Training(experiments, device="cpu") for _ in range(2))
    results = []
    for training in (paused, plain):
        for snapshot in run(training):
            if training is paused and snapshot is None:
                training.peek()
                training.fit(None, 2)
                torch.rand(3, generator=torch.Generator().manual_seed(0))
        results.append(training.population.flat.clone())
    assert torch.equal(*results)


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
