"""Trainings from the first record to the last one."""

import numpy as np
import torch

from regplay.core.history import MEASURES, History
from regplay.core.joint import JointTraining
from regplay.core.neighbours import lineup, neighbours
from regplay.core.training import Training
from regplay.core.trials import compare, judged


def run(training):
    """Train to the end; a snapshot for each record, the first before any training."""
    while not training.finished:
        for record in training.train():
            yield record.snapshot


def train(*experiments, device="auto", dtype=torch.float32):
    """Train one population of these experiments, as `run` does."""
    yield from run(Training(experiments, device=device, dtype=dtype))


def trained(experiment):
    """The history of a fresh training."""
    history = History()
    for snapshot in train(experiment):
        history.append(snapshot)
    return history


def assert_same(history, other):
    """Two histories have the same records, to the bit."""
    np.testing.assert_array_equal(history.epochs, other.epochs)
    for measure in MEASURES:
        np.testing.assert_array_equal(history.column(measure), other.column(measure))


def try_neighbours(experiment):
    """The verdict on an experiment with what its neighbours showed, and that."""
    changes = neighbours(experiment)
    training = JointTraining(lineup(experiment, changes).experiments, device="cpu")
    while not training.finished:
        training.advance()
    tried = compare(training, changes)
    return judged(training, 0, shown=tried.shown), tried
