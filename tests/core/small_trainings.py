"""Trainings that take milliseconds, and what tests read of them."""

import torch
from keywords import by_path
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.state import State
from regplay.core.training import Record, Training

SMALL = {"model.width": 8, "data.n_train": 20, "data.n_valid": 40}


def small(values=None):
    return replace(Experiment(), SMALL | (values or {}))


def training_of(*experiments):
    return Training(experiments, device="cpu", dtype=torch.float64)


def advance(training):
    """Make one step; the snapshot, if a record is due after it."""
    goal, found = training.step + 1, []
    while training.step < goal and not training.finished:
        found += training.train(goal)
    snapshot = found[-1].snapshot if found else None
    return snapshot if snapshot is not None and snapshot.step == training.step else None


def train_to(training, step):
    """Train to a step, with as many calls as that takes."""
    while training.step < step and not training.finished:
        training.train(step)


def state_of(training):
    """A copy of all that what follows depends on, at the end of an epoch that need be no record."""
    work = training._work
    return State(
        shape=training.population.shape,
        epoch=training.epoch,
        step=training.step,
        parameters=training.population.flat.clone(),
        momenta=tuple(momentum.clone() for momentum in work.momenta),
        updates=work.progress["updates"].copy(),
        stopping=training._stopping.state,
    )


def records(training):
    return list(run(training))


def copied(records):
    """Records with copies of their states, which the next call of `train` may write into."""
    return [Record(record.snapshot, record.state.copy()) for record in records]


def kept_records(training):
    """All records to the end, copied."""
    found = []
    while not training.finished:
        found += copied(training.train())
    return found


def assert_same_records(records, others):
    """They are the same to the bit, and so are their states."""
    assert [(r.state.epoch, r.state.step) for r in records] == [
        (r.state.epoch, r.state.step) for r in others
    ]
    for record, other in zip(records, others, strict=True):
        assert record.snapshot.values.tobytes() == other.snapshot.values.tobytes()
        assert record.snapshot.stopped_at.tolist() == other.snapshot.stopped_at.tolist()
        assert record.snapshot.diverged.tolist() == other.snapshot.diverged.tolist()
        assert record.state.updates.tolist() == other.state.updates.tolist()
        assert torch.equal(record.state.parameters, other.state.parameters)
        assert all(map(torch.equal, record.state.momenta, other.state.momenta))


def parameters(training, member=0):
    return training.population.flat[member].clone()


def patient(patience, **more):
    values = {"regularization.early_stopping": patience, "optimizer.lr": 0.02, "epochs": 2000}
    return small(values | by_path(more))
