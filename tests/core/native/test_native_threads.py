"""A system that starts no more threads: those that there are do all that is to be done."""

import pytest
import torch
from engines import ThreadLimit, native_engine, use
from small_trainings import kept_records

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

BUSY = {"data.n_train": 90, "optimizer.batch_size": 20, "regularization.dropout": 0.2, "epochs": 30}


def experiments(count, **more):
    base = replace(Experiment(), BUSY | more)
    return [replace(base, {"seed": seed}) for seed in range(count)]


def end_of(training):
    records = kept_records(training)
    return torch.stack([record.state.parameters for record in records])


@pytest.mark.parametrize("left", [0, 1, 2])
def test_with_fewer_threads_than_wished_for_all_members_are_trained(monkeypatch, left):
    use(monkeypatch, native_engine(threads=3))
    expected = end_of(Training(experiments(5)))
    limit = ThreadLimit(monkeypatch)
    training, found = Training(experiments(5)), []
    while not training.finished:
        limit.left = left
        found += [record.state.parameters.clone() for record in training.train()]
        assert limit.left == 0
    assert torch.equal(torch.stack(found), expected)
    limit.left = left
    x = torch.rand(5, 3000, 1)
    predicted = training.population.predict(x)
    for member in range(5):
        assert torch.equal(
            training.population.select(member).predict(x[member])[0], predicted[member]
        )


def test_parts_of_a_sweep_that_no_thread_can_be_started_for_are_trained(monkeypatch):
    use(monkeypatch, native_engine(threads=3))
    widths = [replace(e, {"model.width": 5 + e.seed}) for e in experiments(6)]
    expected = [end_of(Training([e]))[-1, 0] for e in widths]
    limit = ThreadLimit(monkeypatch)
    for left in (0, 1):
        joint = JointTraining(widths)
        while not joint.finished:
            limit.left = left
            joint.advance()
        for member, parameters in enumerate(expected):
            state = joint.checkpoints(member).at(None)
            assert torch.equal(state.parameters[0], parameters)
