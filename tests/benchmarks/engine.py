"""The engine against the plain loop of the tutorials, and against JAX."""

import importlib.util
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from regplay.core.datasets import Dataset, load
from regplay.core.experiment import Experiment
from regplay.core.fields import Value, replace
from regplay.core.training import train
from tests.benchmarks.plain import jax_sweep, plain_loop
from tests.benchmarks.report import Row

ROUNDS = 5
_SAMPLE = 8
# As many points validate as train: the plain loop does not measure them, so few may count here.
_TINY: dict[str, Value] = {"data.n_valid": 30, "optimizer.name": "sgd"}


def _decays(members: int) -> np.ndarray:
    return np.concatenate([[0.0], np.geomspace(1e-6, 1.0, members - 1)])


def _ours(experiments: list[Experiment]) -> float:
    began = time.perf_counter()
    for _ in train(*experiments, device="cpu"):
        pass
    return time.perf_counter() - began


def _ratio(theirs: Callable[[], float], ours: Callable[[], float]) -> tuple[float, float, float]:
    """Medians over rounds: their seconds, our seconds, and theirs / ours within a round."""
    pairs = [(theirs(), ours()) for _ in range(ROUNDS)]
    return (
        median(pair[0] for pair in pairs),
        median(pair[1] for pair in pairs),
        median(pair[0] / pair[1] for pair in pairs),
    )


def single_runs() -> list[Row]:
    """One run against the plain loop, in steps a second."""
    steps = 2000
    cases = {
        "one run, SGD + weight decay": (
            {"regularization.weight_decay": 0.01},
            {"weight_decay": 0.01},
        ),
        "one run, Adam + dropout 0.3 + validation": (
            {"data.n_valid": 200, "optimizer.name": "adam", "regularization.dropout": 0.3},
            {"adam": True, "dropout": 0.3, "validate": True},
        ),
    }
    rows = []
    for name, (values, options) in cases.items():
        experiment = replace(Experiment(), {**_TINY, **values, "epochs": steps})
        dataset = load(experiment.data)
        theirs, ours, ratio = _ratio(
            partial(plain_loop, dataset, steps, **options), partial(_ours, [experiment])
        )
        rows.append(Row(name, "plain loop", steps / theirs, steps / ours, "steps/s", ratio, 5.0))
    return rows


def one_after_another(dataset: Dataset, steps: int, decays: np.ndarray) -> float:
    """Seconds for a plain loop with each of these; every so many are run, to save time."""
    chosen = decays[:: len(decays) // _SAMPLE]
    spent = sum(plain_loop(dataset, steps, weight_decay=float(decay)) for decay in chosen)
    return spent * len(decays) / len(chosen)


def sweeps() -> list[Row]:
    """Many weight decays at once against the plain loop run one after another.

    The plain loop is run for eight of the members, spread evenly, and multiplied.
    """
    steps = 500
    rows = []
    for members, goal in ((24, 15.0), (192, 25.0)):
        base = replace(Experiment(), {**_TINY, "epochs": steps})
        dataset = load(base.data)
        decays = _decays(members)
        experiments = [replace(base, {"regularization.weight_decay": float(w)}) for w in decays]

        theirs, ours, ratio = _ratio(
            partial(one_after_another, dataset, steps, decays), partial(_ours, experiments)
        )
        rows.append(
            Row(
                f"{members} members over weight decay", "plain loop", theirs, ours, "s", ratio, goal
            )
        )
    return rows


def against_jax() -> list[Row]:
    """Whole sweeps of 1,000 epochs against `jit(vmap(scan))`, its compile time counted."""
    if importlib.util.find_spec("jax") is None:
        return []
    steps = 1000
    rows = []
    for members in (24, 96, 192):
        base = replace(Experiment(), {**_TINY, "epochs": steps})
        dataset = load(base.data)
        decays = _decays(members)
        experiments = [replace(base, {"regularization.weight_decay": float(w)}) for w in decays]
        theirs, ours, ratio = _ratio(
            partial(jax_sweep, dataset, steps, decays), partial(_ours, experiments)
        )
        name = f"{members} members, {steps:,} epochs"
        rows.append(Row(name, "JAX with compiling", theirs, ours, "s", ratio, 1.0))
    return rows
