"""Data that are no numbers, the largest and the smallest networks, one point; a fork."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from engines import CPU, TORCH_AT_NIGHT, dataset_of, native_engine, torch_engine, use
from plain_torch import ACTIVATIONS, PlainTorch
from small_trainings import kept_records

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES
from regplay.core.population import Population
from regplay.core.state import Shape
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

INF, NAN = float("inf"), float("nan")


# No numbers in the data


def test_points_that_are_no_numbers_harm_no_others(engine):
    generator = torch.Generator().manual_seed(0)
    for activation in ACTIVATIONS:
        for sizes in ((3, 5, 2), (3, 6, 1), (3, 33, 17, 1), (3, 1), (40, 9, 9, 3)):
            population = Population(Shape(2, sizes), activation, "mse", CPU)
            population.flat.normal_(generator=generator)
            x = torch.randn(1, 50, sizes[0], generator=generator)
            expected = population.predict(x)
            for value in (NAN, INF, -INF):
                bad = x.clone()
                bad[0, 7, 1] = bad[0, 49, 0] = value
                found = population.predict(bad)
                rest = torch.ones(50, dtype=torch.bool)
                rest[[7, 49]] = False
                assert torch.equal(found[:, rest], expected[:, rest])
                plain = torch_engine().predict(population, bad)
                torch.testing.assert_close(found, plain, equal_nan=True, rtol=1e-4, atol=1e-5)
                if value != value:
                    assert torch.isnan(found[:, ~rest]).all()


@pytest.mark.parametrize("where", ["train.x", "train.y", "valid.x", "valid.y"])
# Where −∞ goes, ∞ goes with the weights of the other sign: it is asked for at night.
@pytest.mark.parametrize("value", [NAN, INF, pytest.param(-INF, marks=pytest.mark.nightly)])
# Each activation with one of the two, half of them by batches: at night with both.
@pytest.mark.parametrize(
    ("activation", "batch_size"),
    [
        pytest.param(activation, size, marks=pytest.mark.nightly if (i + size // 4) % 2 else ())
        for i, activation in enumerate(ACTIVATIONS)
        for size in (0, 4)
    ],
)
def test_a_member_with_such_data_diverges_and_harms_no_other(
    engine, where, value, activation, batch_size
):
    """At the epoch at which plain PyTorch's losses or weights are no numbers any more."""
    good, bad = dataset_of(10, 9, seed=1), dataset_of(10, 9)
    split, name = where.split(".")
    points = getattr(getattr(bad, split), name)
    points[(3, 1) if name == "x" else 3] = value
    values = {"model.activation": activation, "model.width": 6, "epochs": 4}
    experiment = replace(Experiment(), values | {"optimizer.batch_size": batch_size})
    together = Training([experiment] * 3, datasets=[good, bad, good], dtype=torch.float64)
    plain = PlainTorch(together, 1)
    broken_at = 0
    while np.isfinite(plain.losses()).all() and torch.isfinite(plain.parameters).all():
        if broken_at == 4:  # tanh and sigmoid of an infinite validation point are numbers
            assert where == "valid.x"
            broken_at = -1
            break
        for _ in range(together.steps_per_epoch):
            plain.step()
        broken_at += 1

    found = kept_records(together)
    last = found[-1].snapshot
    assert last.epoch == 4
    assert last.stopped_at.tolist() == [-1, broken_at, -1]
    assert last.diverged.tolist() == [False, broken_at >= 0, False]
    assert torch.isfinite(together.population.flat).all()
    alone = kept_records(Training([experiment], datasets=[good], dtype=torch.float64))[-1]
    for member in (0, 2):
        torch.testing.assert_close(
            found[-1].state.parameters[member], alone.state.parameters[0], rtol=1e-12, atol=0
        )
        np.testing.assert_allclose(last.values[:, member], alone.snapshot.values[:, 0], rtol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_what_single_precision_can_hold_is_a_number_and_what_it_cannot_is_none(engine, dtype):
    """10³⁰ is a loss, 10⁶⁰ is none in either precision: the same experiment ends at the same."""
    experiment = replace(Experiment(), {"model.depth": 0, "epochs": 3, "optimizer.lr": 1e-3})
    for value, diverges in ((1e15, False), (1e30, True)):
        dataset = dataset_of(10, 9)
        dataset.train.x[3, 1] = value
        training = Training([experiment], datasets=[dataset], dtype=dtype)
        last = kept_records(training)[-1].snapshot
        assert last.diverged.tolist() == [diverges]
        assert last.epoch == (0 if diverges else 3)
        assert torch.isfinite(training.population.flat).all()
        if not diverges:
            assert 1e28 < last.value("train_loss") < 1e31


# The largest and the smallest


# Other losses and activations are those of narrow networks: one of them by day. By torch's engine
# random experiments are as deep.
@TORCH_AT_NIGHT
@pytest.mark.parametrize(
    ("classes", "activation"), [(1, "tanh"), pytest.param(4, "relu", marks=pytest.mark.nightly)]
)
def test_the_widest_and_deepest_network_trains_as_plain_torch_does(engine, classes, activation):
    dataset = dataset_of(29, 13, inputs=1000, classes=classes)
    values = {
        "model.depth": 8,
        "model.width": 512,
        "model.activation": activation,
        "regularization.dropout": 0.1,
        "regularization.input_noise": 0.1,
        "regularization.weight_decay": 0.01,
        "optimizer.lr": 1e-4,
        "optimizer.batch_size": 16,
        "epochs": 2,
    }
    experiment = replace(Experiment(), values)
    training = Training([experiment], datasets=[dataset], dtype=torch.float64)
    plain = PlainTorch(training)
    last = kept_records(training)[-1]
    for _ in range(4):
        plain.step()
    torch.testing.assert_close(last.state.parameters[0], plain.parameters, rtol=1e-6, atol=1e-9)
    found = [last.snapshot.value(name) for name in ("train_loss", "valid_loss")]
    assert found == pytest.approx(plain.losses(), rel=1e-8)


# Each optimizer with each size; of one point any batch is all of it.
ONE_POINT = [
    (optimizer, size, (1, 2)[(i + j) % 2], (0, 1, 5)[(i + j) % 3])
    for (i, optimizer), (j, size) in itertools.product(
        enumerate(["sgd", "momentum", "adam", "adamw"]),
        enumerate([(0, 1), (1, 1), (2, 9), (8, 1)]),
    )
]


@pytest.mark.parametrize(("optimizer", "size", "classes", "batch_size"), ONE_POINT)
def test_one_point_is_enough(engine, optimizer, size, classes, batch_size):
    depth, width = size
    dataset = dataset_of(1, 1, inputs=1, classes=classes)
    values = {
        "model.depth": depth,
        "model.width": width,
        "optimizer.name": optimizer,
        "optimizer.batch_size": batch_size,
        "regularization.dropout": 0.2,
        "regularization.l1": 0.01,
        "epochs": 10,
    }
    experiment = replace(Experiment(), values)
    training = Training([experiment] * 2, datasets=[dataset] * 2, dtype=torch.float64)
    plain = PlainTorch(training)
    last = kept_records(training)[-1].snapshot
    for _ in range(10):
        plain.step()
    for member in (0, 1):
        found = training.population.flat[member]
        torch.testing.assert_close(found, plain.parameters, rtol=1e-7, atol=1e-10)
        losses = [last.value(name, member) for name in ("train_loss", "valid_loss")]
        assert losses == pytest.approx(plain.losses(), rel=1e-7)


def test_a_thousand_members_are_each_as_alone(monkeypatch):
    use(monkeypatch, native_engine(threads=3))
    experiments = [
        replace(Experiment(), {"model.width": 3, "epochs": 10, "seed": seed, "data.n_train": 7})
        for seed in range(1000)
    ]
    together = Training(experiments, device="cpu")
    last = kept_records(together)[-1].snapshot
    for member in (0, 1, 499, 998, 999):
        alone = Training([experiments[member]], device="cpu")
        own = kept_records(alone)[-1].snapshot
        assert torch.equal(alone.population.flat[0], together.population.flat[member])
        row = MEASURES.index("valid_loss")
        assert own.values[row, 0] == last.values[row, member]


# A fork


_FORK = """
import os
import traceback

import torch

from regplay.core import native, population
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.native_engine import NativeEngine
from regplay.core.training import Training

engine = NativeEngine(native.load(), threads=3)
population.engine_for = lambda device: engine
values = {"data.n_train": 20, "optimizer.batch_size": 6, "regularization.dropout": 0.2}
experiments = [replace(Experiment(), values | {"seed": seed}) for seed in range(4)]


def check(training):
    while training.step < 160:
        training.train(160)
    assert torch.equal(training.population.flat, expected.population.flat)


expected = Training(experiments, device="cpu")
while expected.step < 160:
    expected.train(160)
under_way = Training(experiments, device="cpu")
under_way.train(50)
child = os.fork()
if not child:
    try:
        check(under_way)
        check(Training(experiments, device="cpu"))
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
check(under_way)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
print("the same")
"""

if hasattr(os, "fork"):

    def test_a_fork_of_a_process_that_has_trained_trains_to_the_same_bits():
        done = subprocess.run(
            [sys.executable, "-c", _FORK], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == "the same\n"
