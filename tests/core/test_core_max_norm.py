"""Max-norm: no unit's incoming weights are longer than the bound, shorter ones are left alone."""

import pytest
import torch
from engines import TORCH_AT_NIGHT
from keywords import by_path
from small_trainings import advance
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.training import Training

BOUNDS = (0.0, 0.2, 1.0, 100.0)
BASE = {"optimizer.lr": 0.05, "epochs": 60, "data.n_train": 20, "data.n_valid": 10}


def trained(dtype, *bounds, **values):
    """A population at its end, a member for each bound."""
    base = BASE | by_path(values)
    experiments = [
        replace(Experiment(), base | {"regularization.max_norm": bound}) for bound in bounds
    ]
    training = Training(experiments, device="cpu", dtype=dtype)
    *_, last = run(training)
    return training.population, last


def norms(population, member):
    """Of the weights into each unit, [units] of each layer."""
    return [torch.linalg.vector_norm(w, dim=1) for w, _ in population.member(member)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize(
    ("data", "depth", "width"),
    [("sine", 2, 9), ("moons", 1, 17), ("linear", 0, 1), ("blobs", 3, 5), ("cars", 1, 33)],
)
@TORCH_AT_NIGHT  # which `test_core_equals_torch` and random experiments hold to such bounds
def test_each_member_keeps_to_its_own_bound(engine, dtype, optimizer, data, depth, width):
    """Layers with more inputs than outputs and with fewer, which lie in memory differently."""
    values = {"data__name": data, "model__depth": depth, "model__width": width}
    population, _ = trained(dtype, *BOUNDS, optimizer__name=optimizer, **values)
    free, *_ = (torch.cat(norms(population, member)) for member in range(len(BOUNDS)))
    assert free.max() > 0.2
    for member, bound in enumerate(BOUNDS[1:], 1):
        found = torch.cat(norms(population, member))
        assert (found <= bound * (1 + 1e-6)).all()
    assert torch.cat(norms(population, 1)).max() > 0.1  # and no shorter than they have to be


def test_a_bound_that_nothing_reaches_changes_no_bit(engine):
    population, last = trained(torch.float32, *BOUNDS)
    assert torch.equal(population.flat[0], population.flat[3])
    assert (last.values[:, 0] == last.values[:, 3])[[0, 1, 4, 5, 6]].all()
    assert not torch.equal(population.flat[0], population.flat[2])


def test_biases_are_free(engine):
    population, _ = trained(torch.float32, 0.1, optimizer__lr=0.1)
    biases = torch.cat([bias for _, bias in population.member(0)])
    assert biases.abs().max() > 0.1


def test_it_is_no_penalty(engine):
    _, last = trained(torch.float64, 0.2)
    assert last.value("penalty") == 0
    assert last.value("objective") == last.value("train_loss")


def test_the_bound_of_a_step_is_no_part_of_the_weights_that_it_begins_with(engine):
    """Initial weights are longer until the first step is made."""
    experiment = replace(Experiment(), BASE | {"regularization.max_norm": 0.1})
    training = Training([experiment], device="cpu")
    assert torch.cat(norms(training.population, 0)).max() > 0.1
    advance(training)
    assert torch.cat(norms(training.population, 0)).max() <= 0.1 * (1 + 1e-6)


def test_files_without_it_have_none():
    assert FIELDS["regularization.max_norm"].default == 0
