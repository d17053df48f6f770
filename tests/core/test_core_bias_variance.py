"""Bias, variance and noise against models of which all three are known in closed form."""

import msgspec
import numpy as np
import pytest
import torch
from trainings import run

from regplay.core.bias_variance import (
    DOUBLE_DESCENT,
    common_points,
    decompose,
    overlap,
    spread,
    why_not,
)
from regplay.core.datasets import REGISTRY, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.fit import Grid
from regplay.core.hyperparameters import DECOMPOSED
from regplay.core.sweep import decomposition_axis, sweep_axis
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")


def trained(experiments, dtype=torch.float64):
    """Trained to the end, and the last validation losses [M]."""
    training = Training(experiments, device="cpu", dtype=dtype)
    last = list(run(training))[-1]
    torch.set_num_threads(1)
    return training, np.array([last.value("valid_loss", m) for m in range(len(experiments))])


def resampled(values, seeds):
    return [replace(Experiment(), {**values, "seed": k, "data.seed": k}) for k in seeds]


def test_the_parts_of_ridge_regression_are_those_of_its_closed_form():
    """f̂ = P·y for fixed inputs: E f̂ = P·f and Var f̂ = σ²·diag(P·Pᵀ)."""
    rng = np.random.default_rng(0)
    sigma, decay, networks, repeats = 0.5, 5.0, 8, 1000
    x, points = rng.standard_normal((20, 4)), rng.standard_normal((30, 4))
    weights = np.array([1.0, -0.5, 0.3, 0.2])
    f, truth = x @ weights, points @ weights
    projection = points @ np.linalg.solve(x.T @ x + decay * np.eye(4), x.T)  # [30, 20]
    bias_squared = np.mean((projection @ f - truth) ** 2)
    variance = sigma**2 * np.mean(np.sum(projection**2, axis=1))

    found, uncorrected = [], []
    for _ in range(repeats):
        y = f + sigma * rng.standard_normal((networks, 20))
        predictions = y @ projection.T  # [8, 30]
        targets = truth + sigma * rng.standard_normal(predictions.shape)
        losses = np.mean((predictions - targets) ** 2, axis=1)
        parts = decompose(predictions, truth, sigma**2, losses)
        found.append((parts.bias_squared, parts.variance, parts.total, parts.measured))
        uncorrected.append(np.mean((predictions.mean(axis=0) - truth) ** 2))
        squares = np.mean((predictions - truth) ** 2)
        assert parts.bias_squared + parts.variance == pytest.approx(squares, rel=1e-12)
    loss = bias_squared + variance + sigma**2
    error = np.std(found, axis=0, ddof=1) / np.sqrt(repeats)
    distance = np.mean(found, axis=0) - [bias_squared, variance, loss, loss]
    assert (np.abs(distance) < 4 * error).all()
    # The test is sharp enough to tell what the correction is for.
    assert np.mean(uncorrected) - bias_squared > 4 * error[0]


def test_less_than_nothing_for_bias_is_nothing_and_the_sum_stays():
    truth = np.zeros(3)
    predictions = np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])  # the mean is the truth
    parts = decompose(predictions, truth, 0.25, [1.0, 2.0])
    assert parts.bias_squared == 0.0
    assert parts.variance == 1.0  # 2 by ddof = 1, but (f̂ − f)² is 1 everywhere
    assert parts.total == 1.25
    assert parts.measured == 1.5
    assert parts.measured_error == pytest.approx(0.5)


def test_linear_networks_have_no_bias_the_textbook_variance_and_the_noise():
    """Least squares with an intercept on p normal inputs: E[(f̂ − y)²] for a new point is
    σ²·(n + 1)(n − 2) / (n·(n − p − 2)) (Stein, "Multiple regression", 1960)."""
    n, p, sigma, networks = 20, 5, 0.1, 80
    experiments = resampled(
        {
            "data.name": "linear",
            "data.n_train": n,
            "data.n_inputs": p,
            "data.noise": sigma,
            "model.depth": 0,
            "optimizer.name": "sgd",
            "optimizer.lr": 0.15,
            "epochs": 1200,
        },
        range(networks),
    )
    training, losses = trained(experiments)
    dataset = training.datasets[0]
    x = common_points(training.datasets)
    grid = Grid(x, (len(x),), x.min(axis=0), x.max(axis=0))
    predictions = np.array([training.fit(grid, k).grid for k in range(networks)])
    truth = dataset.truth(x)
    parts = decompose(predictions, truth, dataset.valid_noise_floor, losses)

    loss = sigma**2 * (n + 1) * (n - 2) / (n * (n - p - 2))
    errors = np.mean((predictions - truth) ** 2, axis=1)
    error = errors.std(ddof=1) / np.sqrt(networks)
    assert parts.noise == pytest.approx(sigma**2)
    assert abs(parts.variance - (loss - sigma**2)) < 4 * error
    assert parts.bias_squared < 4 * error / np.sqrt(networks)
    assert abs(parts.measured - loss) < 4 * parts.measured_error
    assert abs(parts.total - parts.measured) < 4 * parts.measured_error
    # All of it is needed: the parts without the noise are far from what was measured.
    assert parts.measured - parts.variance - parts.bias_squared > 10 * parts.measured_error


@pytest.mark.parametrize("clean", [False, True])
def test_curved_networks_add_up_to_the_measured_loss(clean):
    """Too few hidden units for the function: bias, variance and noise all have their share."""
    values = {
        "data.name": "x-sin-x",
        "data.clean_valid": clean,
        "model.depth": 1,
        "model.width": 2,
        "epochs": 400,
    }
    networks = 30
    training, losses = trained(resampled(values, range(networks)), torch.float32)
    dataset = training.datasets[0]
    x = common_points(training.datasets)
    grid = Grid(x, (len(x),), x.min(axis=0), x.max(axis=0))
    predictions = np.array([training.fit(grid, k).grid for k in range(networks)])
    parts = decompose(predictions, dataset.truth(x), dataset.valid_noise_floor, losses)
    assert parts.noise == pytest.approx(0.0 if clean else 0.09)
    assert parts.bias_squared > 3 * parts.measured_error
    assert parts.variance > 3 * parts.measured_error
    assert abs(parts.total - parts.measured) < 4 * parts.measured_error


def test_the_validation_loss_descends_twice_over_the_width():
    """At first bias² falls; then variance makes a peak and falls again."""
    networks, found = range(7000, 7024), {}
    for width in (1, 3, 32, 256):
        training, losses = trained(
            resampled({**DOUBLE_DESCENT, "model.width": width}, networks), torch.float32
        )
        dataset, x = training.datasets[0], common_points(training.datasets)
        grid = Grid(x, (len(x),), x.min(axis=0), x.max(axis=0))
        predictions = [training.fit(grid, k).grid for k in range(len(networks))]
        found[width] = decompose(predictions, dataset.truth(x), dataset.valid_noise_floor, losses)
    narrow, valley, peak, wide = found.values()
    assert narrow.measured > 1.5 * valley.measured
    assert peak.measured > 1.3 * valley.measured
    assert wide.measured < 0.9 * peak.measured
    assert narrow.bias_squared > 0.15 > 5 * max(valley.bias_squared, peak.bias_squared)
    assert peak.variance - valley.variance > 0.8 * (peak.measured - valley.measured)
    assert peak.variance - wide.variance > 0.8 * (peak.measured - wide.measured)
    for parts in found.values():
        assert parts.total == pytest.approx(parts.measured, rel=0.1)


def test_the_axis_of_the_width_has_the_valley_the_peak_and_the_end():
    values = decomposition_axis("model.width").values
    assert {1, 3, 256} <= set(values)
    assert DOUBLE_DESCENT["model.width"] in values


def test_double_descent_says_all_that_it_depends_on():
    """From any experiment it makes the same one."""
    other = replace(
        Experiment(),
        {
            "data.name": "moons",
            "model.depth": 3,
            "model.init": "xavier",
            "regularization.weight_decay": 0.1,
            "regularization.dropout": 0.5,
            "regularization.early_stopping": 10,
            "optimizer.name": "sgd",
            "optimizer.batch_size": 5,
        },
    )
    edited = replace(Experiment(), {"data.name": "cubic", "data.edits": "delete 0"})
    for each in (other, edited):
        assert replace(each, DOUBLE_DESCENT) == replace(Experiment(), DOUBLE_DESCENT)


def test_spread_is_over_the_networks():
    predictions = np.random.default_rng(1).normal(size=(6, 4, 3))
    found = spread(predictions)
    np.testing.assert_allclose(found.mean, predictions.sum(axis=0) / 6)
    distance = predictions - found.mean
    np.testing.assert_allclose(found.std, np.sqrt((distance**2).sum(axis=0) / 5))
    np.testing.assert_array_equal(found.members, predictions)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="at least two networks"):
        spread(np.zeros((1, 5)))
    with pytest.raises(ValueError, match=r"\[K, n\]"):
        decompose(np.zeros((3, 5)), np.zeros(4), 0.0, np.zeros(3))
    with pytest.raises(ValueError, match=r"\[K, n\]"):
        decompose(np.zeros((3, 5)), np.zeros(5), 0.0, np.zeros(2))


@pytest.mark.parametrize("path", DECOMPOSED)
def test_positions_are_some_of_the_slider_from_the_least_on(path):
    axis, slider = decomposition_axis(path), sweep_axis(path)
    assert axis.path == path
    assert 8 <= len(axis.values) <= 12
    assert set(axis.values) <= set(slider.values)
    assert list(axis.values) == sorted(axis.values)
    assert axis.values[0] == FIELDS[path].minimum


def test_common_points_are_the_validation_points_of_all():
    settings = [e.data for e in resampled({"data.n_valid": 50}, range(3))]
    datasets = [load(one) for one in settings]
    x = common_points([*datasets, datasets[0]])
    np.testing.assert_array_equal(x, np.concatenate([d.valid.x for d in datasets]))
    few = common_points(datasets, most=20)
    assert few.shape == (20, 1)
    for dataset in datasets:
        assert np.isin(few, dataset.valid.x).any()


def test_only_regression_with_a_known_truth_has_a_decomposition():
    made = ("sine", "x-sin-x", "step", "cubic", "linear", "xor")
    for name in REGISTRY:
        if name == "csv":
            continue
        dataset = load(replace(Experiment(), {"data.name": name}).data)
        assert bool(why_not(dataset)) == (name not in made), name
        if dataset.task == "classification":
            assert "cross-entropy" in why_not(dataset)
        elif name not in made:
            assert "true function" in why_not(dataset)


# XOR has only its four points: each draw is all that there is.
@pytest.mark.parametrize("name", [name for name in REGISTRY if name not in ("csv", "xor")])
def test_draws_overlap_where_they_come_from_one_table(name):
    data = replace(Experiment(), {"data.name": name}).data
    first, other = load(data), load(msgspec.structs.replace(data, seed=data.seed + 1))
    rows = {tuple(row) for row in first.train.x} | {tuple(row) for row in first.valid.x}
    shared = np.mean([tuple(row) in rows for row in other.train.x])
    assert bool(overlap(first)) == (shared > 0.1)


@pytest.mark.parametrize(
    ("values", "is_fixed"),
    [
        ({"data.name": "points", "data.points": "0 1; 1 2; 2 1; 3 2"}, False),
        ({"data.name": "points", "data.valid_points": "0 1; 1 2"}, True),
        ({"data.name": "csv", "data.split": "last"}, True),
        ({"data.name": "csv", "data.split": "last", "data.sample": 10}, False),
        ({"data.name": "csv"}, False),
    ],
)
def test_points_that_no_seed_draws_anew_are_told(values, is_fixed, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "\n".join(f"{x},{x * x}" for x in range(20)))
    data = replace(Experiment(), {"data.file": str(table), **values}).data
    splits = [load(msgspec.structs.replace(data, seed=seed)).train.x.tolist() for seed in range(3)]
    assert (splits[0] == splits[1] == splits[2]) == is_fixed
    assert ("the same with every seed" in overlap(load(data))) == is_fixed
