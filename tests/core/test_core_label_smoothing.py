"""Label smoothing: what is minimised is torch's smoothed loss, what is reported the plain one."""

import numpy as np
import pytest
import torch
from engines import dataset_of
from keywords import by_path
from plain_torch import PlainTorch
from small_trainings import advance, records, small, training_of
from torch import nn
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.hyperparameters import is_used, why_unused
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

SMOOTHING = "regularization.label_smoothing"
SHARES = (0.0, 0.1, 0.6, 0.95)
BASE = {"model.width": 7, "epochs": 25, "optimizer.lr": 0.02}


def trained(dataset, shares=SHARES, dtype=torch.float64, **values):
    """A population at its end, a member for each share."""
    base = BASE | by_path(values)
    experiments = [replace(Experiment(), base | {SMOOTHING: share}) for share in shares]
    datasets = [dataset] * len(shares)
    training = Training(experiments, datasets=datasets, device="cpu", dtype=dtype)
    *_, last = run(training)
    return training, last


def outputs(training, member, split):
    """Logits of one member."""
    x = torch.tensor(training.datasets[member].inputs(split.x)).to(training.population.flat)
    return training.population.predict(x[None])[member].double()


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_losses_are_plain_and_the_objective_is_what_torch_minimises(engine, classes, decay):
    dataset = dataset_of(31, 17, classes=classes)
    training, last = trained(dataset, regularization__weight_decay=decay)
    for member, share in enumerate(SHARES):
        for split, name in ((dataset.train, "train_loss"), (dataset.valid, "valid_loss")):
            z, y = outputs(training, member, split), torch.tensor(split.y)
            plain = nn.functional.cross_entropy(z, y).item()
            assert last.value(name, member) == pytest.approx(plain, rel=1e-9)
        z, y = outputs(training, member, dataset.train), torch.tensor(dataset.train.y)
        smoothed = nn.functional.cross_entropy(z, y, label_smoothing=share).item()
        penalty = decay / 2 * training.population.flat[member].square().sum().item()
        assert last.value("objective", member) == pytest.approx(smoothed + penalty, rel=1e-9)
        assert last.value("penalty", member) == pytest.approx(penalty, rel=1e-9)


# Nine classes fill more than one register; between two and nine there is nothing new by day.
@pytest.mark.parametrize("classes", [2, pytest.param(5, marks=pytest.mark.nightly), 9])
@pytest.mark.parametrize("batch_size", [0, 7])
def test_members_with_shares_of_their_own_train_as_torch_does(engine, classes, batch_size):
    dataset = dataset_of(20, 9, classes=classes)
    training, last = trained(dataset, optimizer__batch_size=batch_size, epochs=10)
    for member in range(len(SHARES)):
        begun = Training(training.experiments, datasets=training.datasets, dtype=torch.float64)
        plain = PlainTorch(begun, member)
        for _ in range(last.step):
            plain.step()
        found = training.population.flat[member]
        torch.testing.assert_close(found, plain.parameters, rtol=1e-6, atol=1e-9)


def test_the_probability_that_is_asked_for_is_reached(engine):
    """Of points that a network can tell apart: 1 − ε + ε/K for the class of each."""
    dataset = dataset_of(6, 4, classes=3)
    training, _ = trained(dataset, epochs=3000, model__width=20, optimizer__lr=0.01)
    y = dataset.train.y
    for member, share in enumerate(SHARES[1:], 1):
        found = outputs(training, member, dataset.train).softmax(-1)[np.arange(6), y]
        expected = torch.full_like(found, 1 - share + share / 3)
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_numbers_have_no_labels_to_smooth(engine, dtype):
    training, last = trained(dataset_of(20, 9), (0.0, 0.5), dtype)
    without, with_some = training.population.flat
    torch.testing.assert_close(with_some, without, rtol=1e-5, atol=1e-7)
    assert last.value("objective", 1) == last.value("train_loss", 1)


def test_adjusting_on_the_way_is_what_torch_does(engine):
    experiment = small({"data.name": "moons", "optimizer.batch_size": 6, "epochs": 20})
    training = training_of(experiment)
    plain = PlainTorch(training)
    for share in (0.0, 0.4, 0.1, 0.0):
        experiment = plain.experiment = replace(experiment, {SMOOTHING: share})
        training.adjust([experiment])
        for _ in range(10):
            advance(training)
            plain.step()
    torch.testing.assert_close(training.population.flat[0], plain.parameters, rtol=1e-9, atol=1e-11)
    assert records(training)


@pytest.mark.parametrize(
    ("values", "matters"),
    [
        ({}, False),
        ({"data.name": "moons"}, True),
        ({"data.name": "digits"}, True),
        ({"data.name": "cars"}, False),
        ({"data.name": "csv", "data.file": "/nowhere.csv"}, True),  # read by nobody to know it
        ({"data.name": "csv", "data.task": "regression"}, False),
        ({"data.name": "points", "data.points": "1 0; 2 1; 3 1"}, True),
        ({"data.name": "points", "data.points": "1 0.5; 2 1; 3 1"}, False),
        ({"data.name": "points", "data.points": "1 0; 2 1", "data.task": "regression"}, False),
    ],
    ids=str,
)
def test_it_matters_where_classes_are_predicted(values, matters):
    experiment = replace(Experiment(), values)
    assert is_used(experiment, SMOOTHING) == matters
    reason = "" if matters else "a number is predicted, not a class"
    assert why_unused(experiment, SMOOTHING) == reason
