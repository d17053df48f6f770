"""A population that is larger than memory: it is told in plain words, and nothing hangs."""

import os
import subprocess
import sys

import pytest

# In a process of its own, whose address space is bounded once everything is imported.
_TRAIN = """
import re
import resource

import torch

from regplay.core.device import MemoryFullError
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.core.training import Training

largest = replace(Experiment(), {"model.depth": 8, "model.width": 256, "data.n_train": 12})
largest = replace(largest, {"optimizer.batch_size": 5, "epochs": 2})
small = [replace(Experiment(), {"seed": seed, "epochs": 20}) for seed in range(5)]


def trained(training):
    while not training.finished:
        training.train()
    return training.population.flat


expected = trained(Training(small))
used = re.search(r"VmSize:\\s+(\\d+) kB", open("/proc/self/status").read())
limit = int(used[1]) * 1024 + (160 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for members in (1, 6, 10, 14, 100, 3000):
    training = None
    try:
        training = Training([largest] * members)
        trained(training)
        print(members, "trained")
    except MemoryFullError as error:
        print(members, "refused" if training is None else "given up", error, sep=": ")
    training = None
    assert torch.equal(trained(Training(small)), expected)  # there is room for these
try:
    JointTraining([largest] * 1000).advance()
except MemoryFullError as error:
    print("jointly", error, sep=": ")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_population_larger_than_memory_is_told_and_what_is_small_goes_on():
    # Else glibc reserves 64 MB of the address space for each thread that happens to wait.
    one_heap = os.environ | {"MALLOC_ARENA_MAX": "1"}
    command = [sys.executable, "-c", _TRAIN]
    done = subprocess.run(command, capture_output=True, text=True, env=one_heap, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "1 trained"
    outcomes = [line.split(": ")[1] for line in lines if ": " in line]
    assert "given up" in outcomes
    told = "there is not enough memory left to train {} networks of 461,313 parameters"
    assert lines[-2] == f"3000: refused: {told.format('3,000')}"
    assert lines[-1].startswith("jointly: there is not enough memory left to train ")
    assert all("networks of 461,313 parameters" in line for line in lines if ": " in line)
