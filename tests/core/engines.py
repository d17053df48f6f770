"""The engines that tests train with, and what an engine is found to have drawn."""

import itertools
import threading

import numpy as np
import pytest
import torch

from regplay.core import native
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Split
from regplay.core.engine import PROGRESS, RATES, Orders, Stop, Stretch, Work
from regplay.core.experiment import MOMENTA
from regplay.core.native_engine import NativeEngine
from regplay.core.population import Population
from regplay.core.state import Shape
from regplay.core.torch_engine import TorchEngine

CPU = torch.device("cpu")
# All that this machine can run. Without the library it is one name, whose tests fail and say why.
VARIANTS = getattr(native.load(), "variants", ("none",))
DTYPES = (torch.float32, torch.float64)


def kernels(variant=None):
    """The native kernels, of the best variant or of one."""
    found = native.load(variant=variant)
    assert not isinstance(found, native.Missing), found.reason
    return found


def native_engine(threads=1, variant=None):
    return NativeEngine(kernels(variant), threads)


def torch_engine():
    return TorchEngine("PyTorch, for a test")


ENGINES = {"native": native_engine, "torch": torch_engine}
# For what takes torch's engine long, and is asked of it by day in a quicker way.
TORCH_AT_NIGHT = pytest.mark.parametrize(
    "engine", ["native", pytest.param("torch", marks=pytest.mark.nightly)], indirect=True
)


def use(monkeypatch, engine):
    """Let every population that is made from here on compute with an engine."""
    monkeypatch.setattr("regplay.core.population.engine_for", lambda device: engine)


class ThreadLimit:
    """How many threads can be started from now on."""

    def __init__(self, monkeypatch):
        self.left = 0
        start = threading.Thread.start

        def start_one(thread):
            if self.left == 0:
                raise RuntimeError("can't start new thread")  # as Python does
            self.left -= 1
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_one)


def dataset_of(n_train, n_valid, inputs=2, classes=1, seed=0):
    """Points of normal numbers; a regression, or so many classes."""
    draw = np.random.default_rng(seed)

    def split(n):
        x = draw.normal(size=(n, inputs))
        return Split(x, draw.normal(size=n) if classes == 1 else draw.integers(classes, size=n))

    return Dataset(
        task="regression" if classes == 1 else "classification",
        train=split(n_train),
        valid=split(n_valid),
        input_names=tuple(f"x{i}" for i in range(inputs)),
        target_name="y",
        class_names=() if classes == 1 else tuple(map(str, range(classes))),
    )


def work_of(population, x, y, *, n_train=None, batch_size=None, optimizer="sgd", step=0, **rates):
    """A population at a step of its training; `rates` are those of `RATES`, which trains beside."""
    members = population.shape.members
    n_train = x.shape[1] if n_train is None else n_train
    seeds = np.broadcast_to(rates.get("seed", 0), members)
    orders = Orders([int(seed) for seed in seeds])
    work = Work(
        population=population,
        x=x.contiguous(),
        y=y.contiguous(),
        n_train=n_train,
        batch_size=batch_size or n_train,
        optimizer=optimizer,
        orders=orders,
        momenta=tuple(torch.zeros_like(population.flat) for _ in range(MOMENTA[optimizer])),
        rates=np.zeros(members, dtype=RATES),
        progress=np.zeros(members, dtype=PROGRESS),
    )
    for name, values in {"trains": 1, "order": orders.rows, **rates}.items():
        if name == "dropout":  # of all hidden layers
            work.rates[name][:, 1:] = np.broadcast_to(values, members)[:, None]
        elif name == "input_dropout":
            work.rates["dropout"][:, 0] = values
        else:
            work.rates[name] = values
    work.progress["step"] = step
    return work


def stretch_of(work, record_steps, first_epoch, end):
    """Steps to an end, with the orders of their batches."""
    orders, epochs = None, -(-end // work.steps_per_epoch) - first_epoch
    if work.batch_size < work.n_train and epochs > 0:
        orders = work.orders.draw(first_epoch, epochs, work.n_train)
    return Stretch(work, np.array(record_steps, dtype=np.int64), first_epoch, end, orders)


def take_steps(engine, work, count=1):
    """Make steps without any record."""
    step = int(work.progress["step"][0])
    stretch = stretch_of(work, [], step // work.steps_per_epoch, step + count)
    engine.train(work, stretch, step + count, Stop())


def gradients(engine, population, x, y, **rates):
    """Gradients of the data loss [M, P], as a step of gradient descent of length 1 shows them."""
    work = work_of(population, x, y, lr=1.0, **rates)
    before = population.flat.clone()
    take_steps(engine, work)
    found = before - population.flat
    population.flat.copy_(before)
    return found


def _places(sizes, layer):
    """Where the weights and the biases of a layer are among the parameters."""
    *before, (inputs, outputs) = list(itertools.pairwise(sizes))[: layer + 1]
    start = sum((n_in + 1) * n_out for n_in, n_out in before)
    middle = start + inputs * outputs
    return slice(start, middle), slice(middle, middle + outputs)


def masks(engine, *, rows, units, step=0, layer=1, dtype=torch.float64, **rates):
    """What the activations [M, rows, units] of a hidden layer were multiplied by in a step.

    All its units are at 1, and the weights after it at 0; each point has an output of its own, the
    only one that it is to change. So what the step makes of those weights is the mask.
    """
    members = np.broadcast_arrays(*rates.values())[0].size
    sizes = (1, *[units] * layer, rows)
    population = Population(Shape(members, sizes), "relu", "mse", CPU, dtype)
    _, biases = _places(sizes, layer - 1)
    population.flat[:, biases] = 1.0
    x, y = torch.zeros(1, rows, 1, dtype=dtype), torch.eye(rows, dtype=dtype)[None]
    work = work_of(population, x, y, step=step, lr=rows * rows / 2, **rates)
    take_steps(engine, work)
    weights, _ = _places(sizes, layer)
    return population.flat[:, weights].unflatten(1, (rows, units)).clone()


def input_masks(engine, *, rows, inputs, step=0, dtype=torch.float64, **rates):
    """What inputs of 1 were multiplied by in a step, [M, rows, inputs]; see `masks`."""
    return _inputs_in_a_step(engine, 1.0, rows, inputs, step, dtype, rates)


def noises(engine, *, rows, inputs, step=0, dtype=torch.float64, **rates):
    """What was added to inputs of 0 in a step, [M, rows, inputs]; see `masks`."""
    return _inputs_in_a_step(engine, 0.0, rows, inputs, step, dtype, rates)


def _inputs_in_a_step(engine, value, rows, inputs, step, dtype, rates):
    members = np.broadcast_arrays(*rates.values())[0].size
    population = Population(Shape(members, (inputs, rows)), "tanh", "mse", CPU, dtype)
    x, y = torch.full((1, rows, inputs), value, dtype=dtype), torch.eye(rows, dtype=dtype)[None]
    work = work_of(population, x, y, step=step, lr=rows * rows / 2, **rates)
    take_steps(engine, work)
    return population.flat[:, : rows * inputs].unflatten(1, (rows, inputs)).clone()
