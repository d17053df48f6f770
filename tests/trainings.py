"""Trainings from the first record to the last one."""

import torch

from regplay.core.training import Training


def run(training):
    """Train to the end; a snapshot for each record, the first before any training."""
    while not training.finished:
        for record in training.train():
            yield record.snapshot


def train(*experiments, device="auto", dtype=torch.float32):
    """Train one population of these experiments, as `run` does."""
    yield from run(Training(experiments, device=device, dtype=dtype))
