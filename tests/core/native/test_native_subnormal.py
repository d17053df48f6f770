"""Numbers below the smallest normal one are 0 in the kernel: to count with them takes far longer.

Only there: the thread that calls it counts afterwards as before, and so does PyTorch.
"""

import pytest
import torch
from engines import CPU, DTYPES, VARIANTS, native_engine, take_steps, torch_engine, use, work_of

from regplay.core.population import Population, Shape

pytestmark = pytest.mark.usefixtures("one_thread")

SIZES = 3, 40, 40, 2


def subnormal(dtype):
    return torch.finfo(dtype).tiny / 8


def flushes(dtype):
    """Whether this thread takes them for 0."""
    return not torch.tensor(torch.finfo(dtype).tiny, dtype=dtype) * 0.5 > 0


def work_at(dtype, optimizer):
    """Parameters and momenta that are all too small, and points whose targets are 0."""
    population = Population(Shape(2, SIZES), "tanh", "mse", CPU, dtype)
    population.flat.fill_(subnormal(dtype))
    x, y = torch.ones(1, 5, 3, dtype=dtype), torch.zeros(1, 5, 2, dtype=dtype)
    work = work_of(population, x, y, optimizer=optimizer, lr=0.1, weight_decay=0.01)
    for momentum in work.momenta:
        momentum.fill_(subnormal(dtype))
    return work


@pytest.fixture(params=[False, True], ids=["counted with before", "0 before"])
def flushed(request):
    """How this thread counts before."""
    torch.set_flush_denormal(request.param)
    yield request.param
    torch.set_flush_denormal(False)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_training_takes_them_for_0(monkeypatch, variant, dtype, optimizer, flushed):
    use(monkeypatch, native_engine(1, variant))
    work = work_at(dtype, optimizer)
    take_steps(work.population.engine, work)
    for tensor in (work.population.flat, *work.momenta):
        assert (tensor == 0).all()
    assert flushes(dtype) == flushed


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_predicting_takes_them_for_0(monkeypatch, variant, dtype, flushed):
    use(monkeypatch, native_engine(1, variant))
    population = Population(Shape(1, (1, 1)), "tanh", "mse", CPU, dtype)
    tiny = torch.finfo(dtype).tiny
    x = torch.tensor([[[1.0], [0.5], [2.0**20], [2.0]]], dtype=dtype)
    torch.set_flush_denormal(False)
    for weight, expected in ((tiny / 2, [0, 0, 0, 0]), (tiny, [tiny, 0, tiny * 2**20, 2 * tiny])):
        population.flat[0, 0] = weight
        torch.set_flush_denormal(flushed)
        outputs = population.predict(x)
        assert flushes(dtype) == flushed
        torch.set_flush_denormal(False)
        assert outputs.flatten().tolist() == expected


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_engine_of_torch_counts_with_them(monkeypatch, dtype, optimizer):
    """As its documentation says."""
    use(monkeypatch, torch_engine())
    work = work_at(dtype, optimizer)
    take_steps(work.population.engine, work)
    for tensor in (work.population.flat, *work.momenta):
        assert (tensor != 0).any()
    population = Population(Shape(1, (1, 1)), "tanh", "mse", CPU, dtype)
    population.flat[0, 0] = subnormal(dtype)
    outputs = population.predict(torch.ones(1, 1, 1, dtype=dtype))
    assert outputs.item() == subnormal(dtype)
