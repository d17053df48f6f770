"""Nothing is passed on to the kernel that is not what it takes it for."""

import numpy as np
import pytest
import torch
from engines import CPU, masks, native_engine, stretch_of, take_steps, work_of

from regplay.core.engine import MEASURED, PROGRESS, RATES, Stop
from regplay.core.native.binding import MOST_LAYERS, address, integer
from regplay.core.population import Population
from regplay.core.state import Shape


def test_what_is_right_gives_where_it_begins():
    tensor = torch.zeros(3, 4)
    assert address(tensor, torch.float32, 3, 4) == tensor.data_ptr()
    assert address(tensor[1:], torch.float32, 2, 4) == tensor.data_ptr() + 16
    array = np.zeros((2, 5))
    assert address(array, "f8", 2, 5) == array.ctypes.data
    progress = np.zeros(3, dtype=PROGRESS)
    assert address(progress, PROGRESS, 3) == progress.ctypes.data
    assert address(None, torch.float32, 7) is None


TENSOR, ARRAY = torch.zeros(3, 4), np.zeros((3, 4))
WRONG = {
    "too few": (TENSOR, torch.float32, (3, 5)),
    "too many": (TENSOR, torch.float32, (2, 4)),
    "flat": (TENSOR, torch.float32, (12,)),
    "one dimension more": (TENSOR, torch.float32, (1, 3, 4)),
    "turned": (TENSOR.T, torch.float32, (4, 3)),
    "every second": (torch.zeros(3, 8)[:, ::2], torch.float32, (3, 4)),
    "repeated": (torch.zeros(1, 4).expand(3, 4), torch.float32, (3, 4)),
    "double precision": (TENSOR.double(), torch.float32, (3, 4)),
    "single precision": (TENSOR, torch.float64, (3, 4)),
    "half": (TENSOR.half(), torch.float32, (3, 4)),
    "whole numbers": (TENSOR.long(), torch.int32, (3, 4)),
    "nowhere": (torch.zeros(3, 4, device="meta"), torch.float32, (3, 4)),
    "array of another shape": (ARRAY, "f8", (4, 3)),
    "array of another type": (ARRAY, "f4", (3, 4)),
    "turned array": (ARRAY.T, "f8", (4, 3)),
    "every second of an array": (np.zeros((6, 4))[::2], "f8", (3, 4)),
    "other bytes": (ARRAY.astype(">f8"), "f8", (3, 4)),
    "unsigned": (np.zeros(3, dtype=np.uint32), "i4", (3,)),
    "another struct": (np.zeros(3, dtype=RATES), PROGRESS, (3,)),
}


@pytest.mark.parametrize(("array", "kind", "shape"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_with_what_it_is(array, kind, shape):
    with pytest.raises(ValueError, match=r"is not") as caught:
        address(array, kind, *shape)
    assert str(tuple(array.shape)) in str(caught.value)
    assert str(shape) in str(caught.value)


def parts(members=2):
    population = Population(Shape(members, (3, 5, 2)), "tanh", "mse", CPU)
    population.flat.normal_(generator=torch.Generator().manual_seed(0))
    x, y = torch.zeros(1, 7, 3), torch.zeros(members, 7, 2)
    return work_of(population, x, y, n_train=4, batch_size=2, optimizer="adam", lr=0.1)


WRONG_PARTS = {
    "x": lambda work: setattr(work, "x", torch.zeros(1, 7, 4)),
    "as many x as members": lambda work: setattr(work, "x", torch.zeros(3, 7, 3)),
    "y": lambda work: setattr(work, "y", torch.zeros(2, 6, 2)),
    "precision of x": lambda work: setattr(work, "x", work.x.double()),
    "parameters": lambda work: setattr(work.population, "flat", torch.zeros(2, 33)),
    "momenta": lambda work: setattr(work, "momenta", (torch.zeros(2, 31),) * 2),
    "progress": lambda work: setattr(work, "progress", np.zeros(3, dtype=PROGRESS)),
    "rates": lambda work: setattr(work, "rates", np.zeros(1, dtype=RATES)),
    "training points": lambda work: setattr(work, "n_train", 8),
    "a batch of too many": lambda work: setattr(work, "batch_size", 5),
    "dropout": lambda work: work.rates["dropout"].fill(1.0),
    "which order": lambda work: work.rates["order"].fill(7),
}


@pytest.mark.parametrize("change", WRONG_PARTS.values(), ids=WRONG_PARTS)
def test_work_that_does_not_fit_together_is_refused_before_anything_is_computed(change):
    work = parts()
    take_steps(native_engine(), work, 3)  # as it is, it can be done
    change(work)
    before = work.population.flat.clone()
    with pytest.raises(ValueError, match="is not"):
        take_steps(native_engine(), work)
    assert torch.equal(work.population.flat, before)


STRETCHED = ["values", "kept", "orders", "no orders", "points", "epochs", "record_steps", "stop"]


@pytest.mark.parametrize("what", STRETCHED)
def test_a_stretch_that_does_not_fit_is_refused(what):
    work, stop = parts(), Stop()
    stretch = stretch_of(work, [0, 2], 0, 4)
    match what:
        case "values":
            stretch.values = np.empty((2, MEASURED, 2))
        case "kept":
            stretch.kept = (*stretch.kept[:2], stretch.kept[2][:1])
        case "orders":
            stretch.orders = stretch.orders.long()
        case "no orders":
            stretch.orders = None
        case "points":
            stretch.orders[0, 0, 0] = 4
        case "epochs":
            stretch.orders = stretch.orders[:, :1]
        case "record_steps":
            stretch.record_steps = stretch.record_steps.astype(np.int32)
        case _:
            stop.flag = np.zeros(1, dtype=np.int64)
    with pytest.raises(ValueError, match="is not"):
        native_engine().train(work, stretch, 4, stop)


def test_predicting_refuses_what_does_not_fit():
    population = parts().population
    engine = native_engine()
    assert engine.predict(population, torch.zeros(2, 3, 3)).shape == (2, 3, 2)
    for x in (torch.zeros(1, 3, 4), torch.zeros(3, 3, 3), torch.zeros(2, 3, 3).double()):
        with pytest.raises(ValueError, match="is not"):
            engine.predict(population, x)


def test_no_points_have_no_predictions():
    population = parts().population
    assert native_engine().predict(population, torch.zeros(1, 0, 3)).shape == (2, 0, 2)


def test_more_layers_than_there_is_room_for_are_refused():
    sizes = (1, *[2] * MOST_LAYERS, 1)
    population = Population(Shape(1, sizes), "tanh", "mse", CPU)
    with pytest.raises((ValueError, IndexError)):
        native_engine().predict(population, torch.zeros(1, 1, 1))
    masks(native_engine(), rows=3, units=2, layer=MOST_LAYERS - 1, seed=0, dropout=0.5)


def test_numbers_that_threads_share_are_what_the_kernel_takes_them_for():
    assert integer().tolist() == [0]
    assert integer(3).dtype == np.int32
