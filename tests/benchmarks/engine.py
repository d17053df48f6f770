"""The engine against the plain loop of the tutorials, and against JAX.

What takes less than 0.2 s is called again and again until it has taken that long, on both sides.
"""

import importlib.util
from collections.abc import Sequence
from statistics import median

import numpy as np

from regplay.core.datasets import Dataset, load
from regplay.core.experiment import Experiment
from regplay.core.fields import Value, replace
from regplay.core.measurements import steps_per_epoch
from tests.benchmarks.jax_scan import jax_run, jax_sweep
from tests.benchmarks.machine import CORES, peak_flops, seconds_of
from tests.benchmarks.plain import plain_loop
from tests.benchmarks.report import Row
from tests.trainings import train

ROUNDS = 5
_SAMPLE = 8
# As many points validate as train: where the other side does not measure them, few may count here.
TINY: dict[str, Value] = {"data.n_valid": 30, "optimizer.name": "sgd"}
# Three products of 30 × 64 by 64 × 64, forward and backward; all else of TinyNet's step is little.
_STEP_FLOPS = 3 * 2 * 30 * 64 * 64

# What is trained, and the same in the words of the other sides.
_DECAYED: dict[str, Value] = {**TINY, "regularization.weight_decay": 0.01}
_DECAYED_OPTIONS = {"weight_decay": 0.01}
_DROPPED: dict[str, Value] = {
    "data.n_valid": 200,
    "optimizer.name": "adam",
    "regularization.dropout": 0.3,
}
_DROPPED_OPTIONS = {"adam": True, "dropout": 0.3, "validate": True}
_DEEP: dict[str, Value] = {
    **_DROPPED,
    "data.n_train": 200,
    "model.depth": 4,
    "model.width": 128,
    "optimizer.batch_size": 32,
}
_DIGITS: dict[str, Value] = {
    "data.name": "digits",
    "data.n_train": 200,
    "data.n_valid": 200,
    "model.width": 32,
    "optimizer.name": "adam",
    "optimizer.batch_size": 32,
}


def _ours(experiments: Sequence[Experiment]) -> float:
    def train_all() -> None:
        for _ in train(*experiments, device="cpu"):
            pass

    return seconds_of(train_all)


def _row(
    name: str,
    against: str,
    seconds: Sequence[tuple[float, float]],
    goal: float,
    *,
    steps: int | None = None,
    of_peak: float | None = None,
) -> Row:
    """Medians over rounds of their seconds and ours, or with `steps` of steps a second."""
    theirs, ours = (median(side) for side in zip(*seconds, strict=True))
    ratio = median(their / our for their, our in seconds)
    if steps is None:
        return Row(name, against, theirs, ours, "s", ratio, goal, of_peak=of_peak)
    speeds = steps / theirs, steps / ours
    return Row(name, against, *speeds, "steps/s", ratio, goal, of_peak=of_peak)


def single_runs() -> list[Row]:
    """One run against the plain loop, in steps a second.

    The plain loop measures what it trains on, and the validation points only where the name says
    so; ours measures both.
    """
    cases = [
        ("one run, SGD + weight decay", 2000, _DECAYED, _DECAYED_OPTIONS, 20.0),
        ("one run, Adam + dropout 0.3 + validation", 2000, _DROPPED, _DROPPED_OPTIONS, 25.0),
        (
            "the same, depth 4, width 128, 200 points by 32",
            150,
            _DEEP,
            {**_DROPPED_OPTIONS, "depth": 4, "width": 128, "batch_size": 32},
            6.0,
        ),
        (
            "digits, 32×32, Adam, batches of 32",
            300,
            _DIGITS,
            {"adam": True, "width": 32, "batch_size": 32},
            8.0,
        ),
    ]
    peak = peak_flops()
    rows = []
    for name, epochs, values, options, goal in cases:
        experiment = replace(Experiment(), {**values, "epochs": epochs})
        dataset = load(experiment.data)
        steps = epochs * steps_per_epoch(len(dataset.train.y), experiment.optimizer.batch_size)
        seconds = [
            (plain_loop(dataset, epochs, **options), _ours([experiment])) for _ in range(ROUNDS)
        ]
        of_peak = None
        if values is _DECAYED:
            of_peak = _STEP_FLOPS * steps / median(ours for _, ours in seconds) / peak
        rows.append(_row(name, "plain loop", seconds, goal, steps=steps, of_peak=of_peak))
    return rows


def _sweep(members: int, epochs: int) -> tuple[list[Experiment], Dataset, np.ndarray]:
    """Members over weight decay, their points, and the values of weight decay."""
    base = replace(Experiment(), {**TINY, "epochs": epochs})
    decays = np.concatenate([[0.0], np.geomspace(1e-6, 1.0, members - 1)])
    experiments = [replace(base, {"regularization.weight_decay": float(w)}) for w in decays]
    return experiments, load(base.data), decays


def one_after_another(dataset: Dataset, epochs: int, decays: np.ndarray) -> float:
    """Seconds for a plain loop with each of these; every so many are run, to save time."""
    chosen = decays[:: len(decays) // _SAMPLE]
    spent = sum(plain_loop(dataset, epochs, weight_decay=float(decay)) for decay in chosen)
    return spent * len(decays) / len(chosen)


def sweeps() -> list[Row]:
    """Many weight decays at once against the plain loop run one after another.

    The plain loop is run for eight of the members, spread evenly, and multiplied.
    """
    epochs = 500
    peak = CORES * peak_flops()
    rows = []
    for members in (24, 192):
        experiments, dataset, decays = _sweep(members, epochs)
        seconds = [
            (one_after_another(dataset, epochs, decays), _ours(experiments)) for _ in range(ROUNDS)
        ]
        flops = _STEP_FLOPS * epochs * members / median(ours for _, ours in seconds)
        of_peak = flops / peak if members == 192 else None
        name = f"{members} members over weight decay"
        rows.append(_row(name, "plain loop", seconds, 40.0, of_peak=of_peak))
    return rows


def against_jax() -> list[Row]:
    """One run, and whole sweeps of 1,000 epochs, against `jit(scan)` and `jit(vmap(scan))`."""
    if importlib.util.find_spec("jax") is None:
        return []
    rows = []
    steps = 2000
    for name, values, options, goal in (
        ("one run, SGD + weight decay", _DECAYED, _DECAYED_OPTIONS, 1.2),
        ("one run, Adam + dropout 0.3 + validation", _DROPPED, _DROPPED_OPTIONS, 3.0),
    ):
        experiment = replace(Experiment(), {**values, "epochs": steps})
        dataset = load(experiment.data)
        seconds = [
            (jax_run(dataset, steps, **options)[1], _ours([experiment])) for _ in range(ROUNDS)
        ]
        rows.append(_row(name, "JAX without compiling", seconds, goal, steps=steps))
    epochs = 1000
    for members in (24, 96, 192):
        experiments, dataset, decays = _sweep(members, epochs)
        both, ours = [], []
        for _ in range(ROUNDS):
            both.append(jax_sweep(dataset, epochs, decays))
            ours.append(_ours(experiments))
        name = f"{members} members, {epochs:,} epochs"
        first, again = zip(*both, strict=True)
        for against, theirs, goal in (
            ("JAX with compiling", first, 3.0),
            ("JAX without compiling", again, 1.5),
        ):
            rows.append(_row(name, against, list(zip(theirs, ours, strict=True)), goal))
    return rows
