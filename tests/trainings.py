"""Trainings from the first record to the last one."""

import numpy as np
import torch

from regplay.core.advice import compare, lineup, neighbours
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.joint import JointTraining
from regplay.core.training import Training
from regplay.core.verdict import judge


def run(training):
    """Train to the end; a snapshot for each record, the first before any training."""
    while not training.finished:
        for record in training.train():
            yield record.snapshot


def train(*experiments, device="auto", dtype=torch.float32):
    """Train one population of these experiments, as `run` does."""
    yield from run(Training(experiments, device=device, dtype=dtype))


def judged(training, member, *, epoch=None, shown=None):
    """The verdict on a member of a joint training at a kept epoch."""
    history = training.history.member(member)
    if epoch is not None:
        history = history.until(epoch)
    points = training.point_losses(member, epoch)
    experiment, dataset = training.experiments[member], training.datasets[member]
    return judge(history, dataset, experiment, points=points, shown=shown)


def trained(experiment):
    """The history of a fresh training."""
    history = History()
    for snapshot in train(experiment):
        history.append(snapshot)
    return history


def made_history(train_losses, valid_losses, epochs, stopped_at=-1, *, diverged=False):
    """Losses at rising epochs, all other measurements 0; `stopped_at` is known at the last."""
    history, steps = History(), range(len(train_losses))
    for step, epoch, *losses in zip(steps, epochs, train_losses, valid_losses, strict=True):
        values = np.zeros((len(MEASURES), 1))
        values[:2, 0] = losses
        is_last = step == steps[-1]
        ended = np.array([stopped_at if is_last else -1]), np.array([diverged and is_last])
        history.append(Snapshot(int(epoch), step, values, *ended))
    return history


def assert_same(history, other):
    """Two histories have the same records, to the bit."""
    np.testing.assert_array_equal(history.epochs, other.epochs)
    for measure in MEASURES:
        np.testing.assert_array_equal(history.column(measure), other.column(measure))


def trained_together(experiments, **options):
    """A joint training at its end."""
    training = JointTraining(experiments, **options)
    while not training.finished:
        training.advance()
    return training


def try_neighbours(experiment):
    """The verdict on an experiment with what its neighbours showed, and that."""
    changes = neighbours(experiment)
    tried = lineup(experiment, changes)
    training = trained_together(tried.experiments, device="cpu", chooses=tried.chooses)
    tried = compare(training, changes)
    return judged(training, 0, shown=tried.shown), tried
