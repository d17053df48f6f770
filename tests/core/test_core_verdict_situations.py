"""The verdict in situations whose right verdict is known, each with its neighbours trained.

What is known: data with little noise and many points are fitted by any network that is large
enough; few points with much noise are memorised by one that trains for long; a linear model, a unit
or two, a huge penalty or next to no training leave what can be learned unlearned.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from sentences import assert_consistent
from trainings import try_neighbours

from regplay.core.advice import neighbours
from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import get, replace
from regplay.core.hyperparameters import is_used
from regplay.core.verdict import baseline_loss, judge, scale_of
from regplay.session.terminal import train

pytestmark = pytest.mark.usefixtures("one_thread")

DECAY, DROPOUT = "regularization.weight_decay", "regularization.dropout"
SMALL = {"model.width": 24, "epochs": 500}
Right = Literal["over", "under", "good"]
KINDS = {"over": "overfitting", "under": "underfitting", "good": "good fit"}


def experiment_of(name: str, values: dict[str, Any]) -> Experiment:
    """What choosing a dataset in the window sets, a small network, and these values."""
    defaults = {f"data.{key}": value for key, value in REGISTRY[name].defaults.items()}
    return replace(Experiment(), {"data.name": name} | defaults | SMALL | values)


SITUATIONS: dict[str, tuple[str, Right, dict[str, Any]]] = {
    "sine, memorised": ("sine", "over", {"epochs": 2500, "optimizer.lr": 0.02}),
    "sine, clean validation, memorised": (
        "sine",
        "over",
        {"data.clean_valid": True, "epochs": 2500, "optimizer.lr": 0.02},
    ),
    "sine, some weight decay": ("sine", "good", {DECAY: 0.01}),
    "sine, some weight decay, clean validation": (
        "sine",
        "good",
        {"data.clean_valid": True, DECAY: 0.01},
    ),
    "sine, many points": ("sine", "good", {"data.n_train": 150, DECAY: 0.003}),
    "sine, no noise": ("sine", "good", {"data.noise": 0.0}),
    "sine, huge weight decay": ("sine", "under", {DECAY: 0.3}),
    "sine, linear": ("sine", "under", {"model.depth": 0}),
    "sine, next to no training": ("sine", "under", {"epochs": 30, "optimizer.lr": 0.001}),
    "sine, huge dropout": ("sine", "under", {DROPOUT: 0.95}),
    "x sin x, memorised": ("x-sin-x", "over", {"epochs": 3000, "optimizer.lr": 0.02}),
    "x sin x, many points": (
        "x-sin-x",
        "good",
        {"data.n_train": 300, DECAY: 0.001, "epochs": 800},
    ),
    "x sin x, linear": ("x-sin-x", "under", {"model.depth": 0}),
    "step, memorised": ("step", "over", {"epochs": 3000}),
    "step, many points": ("step", "good", {"data.n_train": 300, DECAY: 0.001}),
    "step, linear": ("step", "under", {"model.depth": 0}),
    "cubic, memorised": ("cubic", "over", {"data.noise": 0.5, "epochs": 3000}),
    "cubic, many points": ("cubic", "good", {"data.n_train": 300, DECAY: 0.001}),
    "cubic, linear": ("cubic", "under", {"model.depth": 0}),
    "curved boundary, flipped labels": (
        "curved",
        "over",
        {"data.n_train": 60, "data.label_noise": 0.15, "data.n_valid": 300},
    ),
    "curved boundary, flipped labels, clean validation": (
        "curved",
        "over",
        {"data.label_noise": 0.15, "data.n_valid": 300, "data.clean_valid": True},
    ),
    "curved boundary, many points": (
        "curved",
        "good",
        {"data.n_train": 1000, "data.n_valid": 300, "epochs": 200},
    ),
    "curved boundary, linear": ("curved", "under", {"model.depth": 0}),
    "curved boundary 2, flipped labels": (
        "curved-2",
        "over",
        {"data.label_noise": 0.2, "data.n_valid": 300},
    ),
    "moons, memorised": ("moons", "over", {}),
    "moons, many points": ("moons", "good", {"data.n_train": 300, DECAY: 0.01}),
    "circles, memorised": ("circles", "over", {}),
    "circles, linear": ("circles", "under", {"model.depth": 0}),
    "spirals, linear": ("spirals", "under", {"model.depth": 0}),
    "spirals, next to no training": ("spirals", "under", {"epochs": 60}),
    "blobs, memorised": ("blobs", "over", {}),
    "blobs, linear, many points": ("blobs", "good", {"model.depth": 0, "data.n_train": 300}),
    "xor quadrants, memorised": ("xor-quadrants", "over", {}),
    "xor quadrants, linear": ("xor-quadrants", "under", {"model.depth": 0}),
    "xor": ("xor", "good", {}),
    "xor, linear": ("xor", "under", {"model.depth": 0}),
    "two hundred inputs, twenty points": (
        "linear",
        "over",
        {"model.depth": 0, "optimizer.name": "sgd", "optimizer.batch_size": 5},
    ),
    "two hundred inputs, many points": (
        "linear",
        "good",
        {"model.depth": 0, "data.n_train": 600, "epochs": 120},
    ),
    "motorcycle, memorised": ("motorcycle", "over", {"epochs": 3000, "optimizer.lr": 0.02}),
    "motorcycle, linear": ("motorcycle", "under", {"model.depth": 0}),
    "penguins, memorised": ("penguins", "over", {}),
    "cars, memorised": ("cars", "over", {}),
    "cars, huge weight decay": ("cars", "under", {DECAY: 1.0, "epochs": 100}),
    "breast cancer, memorised": ("breast-cancer", "over", {}),
    "digits, huge dropout": ("digits", "under", {DROPOUT: 0.95, "epochs": 100}),
}
# Those with a sibling of the same verdict on points of the same kind are asked for at night.
SIBLINGS = {
    "x sin x, memorised",
    "x sin x, many points",
    "step, memorised",
    "step, many points",
    "cubic, memorised",
    "cubic, many points",
    "curved boundary, flipped labels, clean validation",
    "curved boundary 2, flipped labels",
    "curved boundary, many points",
    "moons, many points",
    "circles, memorised",
    "xor quadrants, memorised",
    "motorcycle, memorised",
    "breast cancer, memorised",
    "sine, clean validation, memorised",
    "blobs, memorised",
    "xor quadrants, linear",
    "curved boundary, linear",
    "spirals, linear",
    "sine, many points",
    "sine, some weight decay, clean validation",
    "circles, linear",
    "digits, huge dropout",
}
assert SITUATIONS.keys() >= SIBLINGS


@pytest.mark.parametrize(
    ("name", "right", "values"),
    [
        pytest.param(*situation, id=key, marks=pytest.mark.nightly if key in SIBLINGS else ())
        for key, situation in SITUATIONS.items()
    ],
)
def test_the_verdict_is_right(name: str, right: Right, values: dict[str, Any]) -> None:
    experiment = experiment_of(name, values)
    verdict, tried = try_neighbours(experiment)
    assert verdict.kind == KINDS[right], (verdict, tried)
    assert_consistent(verdict, tried)
    if tried.best is not None:
        change = tried.best.changes[0]
        assert is_used(experiment, change.path)
        assert tried.best.mean_after < tried.best.mean_before


# Seen, with another verdict


def test_a_network_that_underfits_is_not_overfitting_by_a_gap_between_other_losses() -> None:
    """Clean validation beside flipped labels: losses of 0.648 and 0.638 are no wide gap."""
    values = {
        "data.n_train": 60,
        "data.label_noise": 0.15,
        "data.clean_valid": True,
        "model.width": 4,
        DROPOUT: 0.7,
    }
    verdict, tried = try_neighbours(experiment_of("curved", values))
    assert verdict.kind == "underfitting"
    assert tried.cause in ("too much dropout", "too few units")


def test_a_flat_line_under_much_noise_is_not_overfitting_by_a_gap_of_chance() -> None:
    """These 30 points have less noise than their baseline is expected to have: nothing is left."""
    values = {"data.noise": 1.5, "data.seed": 5, DECAY: 1.0, "model.width": 16, "epochs": 300}
    result, _ = train(experiment_of("sine", values), "cpu", None)
    dataset = result.dataset
    assert baseline_loss(dataset) < dataset.noise_floor
    assert scale_of(dataset) == pytest.approx(np.var(np.sin(dataset.train.x)) / 2, rel=1e-6)
    verdict = judge(result.history, dataset, result.experiment, points=result.points)
    assert verdict.kind != "overfitting"


def test_one_unit_on_the_cubic_underfits() -> None:
    values = {"data.noise": 0.5, "model.width": 1, "model.depth": 1}
    verdict, tried = try_neighbours(experiment_of("cubic", values))
    assert verdict.kind == "underfitting"
    assert tried.cause == "too few units"
    assert tried.best is not None
    assert tried.best.after < 0.6 * tried.best.before


def test_digits_with_a_training_loss_of_next_to_nothing_are_no_good_fit() -> None:
    verdict, _ = try_neighbours(experiment_of("digits", {"epochs": 250}))
    assert verdict.kind == "overfitting"


# One seed by day; that it holds for each of these is asked for at night.
@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.nightly if seed else ()) for seed in range(5)]
)
def test_noise_is_memorised_only_where_there_is_a_gap(seed: int) -> None:
    """A training loss below the floor, of points with little noise, says nothing by itself."""
    values = {"data.n_train": 20, DECAY: 0.01, "seed": seed, "data.seed": seed}
    verdict, _ = try_neighbours(experiment_of("sine", values))
    assert "below its noise floor" not in verdict.reason or verdict.kind == "overfitting"


@pytest.mark.parametrize(
    ("name", "values"),
    [("spirals", {DECAY: 1e-6}), ("xor-quadrants", {DROPOUT: 0.1})],
    ids=["spirals", "xor quadrants"],
)
def test_a_linear_model_is_held_back_by_being_linear(name: str, values: dict[str, Any]) -> None:
    """Not by a tiny penalty, nor by dropout that it has no hidden layer for."""
    values = values | {"model.depth": 0, "model.width": 64, "epochs": 500}
    verdict, tried = try_neighbours(experiment_of(name, values))
    assert verdict.kind == "underfitting"
    assert tried.cause == "too few layers"
    assert tried.text.startswith("Depth 1 ")


def test_classes_that_are_learned_without_a_fault_are_a_good_fit(tmp_path: Path) -> None:
    rows = [f"{i / 4},{3 * np.sin(i):.2f},{'yes' if np.sin(i) > 0 else 'no'}" for i in range(24)]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["a,b,ill", *rows]), encoding="utf-8")
    values = {"data.file": str(path), "epochs": 3000, "optimizer.lr": 0.05}
    verdict, tried = try_neighbours(experiment_of("csv", values))
    assert (verdict.kind, tried.best) == ("good fit", None)


def test_a_class_that_only_validates_is_no_good_fit(tmp_path: Path) -> None:
    """The training points are learned by heart, and most of the others are wrong."""
    rows = [f"{i},{3 * np.sin(i):.1f},{'rare' if i == 3 else 'pq'[i % 2]}" for i in range(24)]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["a,b,k", *rows]), encoding="utf-8")
    verdict, tried = try_neighbours(experiment_of("csv", {"data.file": str(path)}))
    assert verdict.kind == "overfitting"
    assert tried.best is None or tried.best.after < tried.best.before


@pytest.mark.parametrize("seed", [0, pytest.param(2, marks=pytest.mark.nightly)])
def test_a_line_that_underfits_a_curve_may_memorise_a_dozen_points(seed: int) -> None:
    """It can't follow the boundary, and goes on turning to the points that it has."""
    values = {"data.n_train": 12, "data.n_valid": 300, "model.depth": 0}
    seeds = {"seed": seed, "data.seed": seed}
    verdict, tried = try_neighbours(experiment_of("curved", values | seeds))
    assert verdict.kind == "underfitting and overfitting"
    assert verdict.headline.startswith("Still underfits, and already memorises since epoch ")
    assert tried.best is not None


# What is tried


@pytest.mark.parametrize("name", REGISTRY)
def test_only_what_has_an_effect_on_the_experiment_is_tried(name: str) -> None:
    if name == "csv":  # has no file yet
        return
    for depth in (0, 2):
        experiment = experiment_of(name, {"model.depth": depth, "epochs": 100})
        changes = neighbours(experiment)
        assert len(changes) >= 5
        for change in changes:
            assert is_used(experiment, change.path)
            assert change.value != get(experiment, change.path)
        assert len(set(changes)) == len(changes)
        paths = {change.path for change in changes}
        assert (DROPOUT in paths) == (depth > 0)
        assert ("data.n_train" in paths) <= is_used(experiment, "data.n_train")
