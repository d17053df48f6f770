"""Functions of one input, the linear function of many, and XOR."""

import numpy as np
import pytest

from regplay.core.datasets import REGISTRY, load
from regplay.core.experiment import DataSettings

FORMULAS = {
    "sine": lambda x: np.sin(x),
    "x-sin-x": lambda x: x * np.sin(x),
    "step": lambda x: np.sign(x),
    "cubic": lambda x: 0.2 * x**3 - 0.8 * x,
}
every = pytest.mark.parametrize("name", FORMULAS)


def settings(name, **values):
    return DataSettings(name=name, **{**REGISTRY[name].defaults, **values})


def test_sine_as_the_recipe_has_it():
    assert REGISTRY["sine"].defaults == {
        "n_train": 30,
        "n_valid": 200,
        "noise": 0.3,
        "clean_valid": False,
        "edits": "",
    }


@every
def test_without_noise_the_points_lie_on_the_formula(name):
    data = load(settings(name, noise=0.0))
    for split in (data.train, data.valid):
        np.testing.assert_allclose(split.y, FORMULAS[name](split.x[:, 0]), atol=1e-12)
        np.testing.assert_array_equal(split.y, data.truth(split.x))
    assert data.noise_floor == data.valid_noise_floor == 0.0


@every
def test_inputs_fill_the_interval(name):
    x = load(settings(name, n_train=5000)).train.x
    assert -3 <= x.min() < -2.98
    assert 2.98 < x.max() <= 3
    assert abs(x.mean()) < 0.1


@every
def test_noise_scales_the_same_draws_at_the_same_points(name):
    one, three = load(settings(name, noise=0.1)), load(settings(name, noise=0.3))
    for split in ("train", "valid"):
        a, b = getattr(one, split), getattr(three, split)
        np.testing.assert_array_equal(a.x, b.x)
        np.testing.assert_allclose(
            3 * (a.y - one.truth(a.x)), b.y - three.truth(b.x), rtol=1e-9, atol=1e-12
        )


@every
def test_noise_floor_is_the_loss_of_the_truth(name):
    data = load(settings(name, n_train=20_000, n_valid=20_000, noise=0.4))
    for split, floor in (
        (data.train, data.noise_floor),
        (data.valid, data.valid_noise_floor),
    ):
        measured = np.mean((split.y - data.truth(split.x)) ** 2)
        assert measured == pytest.approx(floor, rel=0.04)  # 4 standard errors of σ²·√(2/n)
    assert data.noise_floor == pytest.approx(0.16)


@every
def test_clean_validation_is_the_truth_and_leaves_training_alone(name):
    clean, noisy = load(settings(name, clean_valid=True)), load(settings(name))
    np.testing.assert_array_equal(clean.valid.y, clean.truth(clean.valid.x))
    assert clean.valid_noise_floor == 0.0
    assert clean.noise_floor == noisy.noise_floor == pytest.approx(0.09)
    np.testing.assert_array_equal(clean.valid.x, noisy.valid.x)
    np.testing.assert_array_equal(clean.train.y, noisy.train.y)
    assert not np.array_equal(clean.valid.y, noisy.valid.y)


def linear(**values):
    return load(DataSettings(name="linear", **{**REGISTRY["linear"].defaults, **values}))


def test_xor_is_its_four_points_in_both_splits():
    data = load(DataSettings(name="xor"))
    for split in (data.train, data.valid):
        rows = [(*x, y) for x, y in zip(split.x.tolist(), split.y.tolist(), strict=True)]
        assert rows == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    assert data.task == "regression"
    assert data.n_inputs == 2
    assert data.noise_floor == data.valid_noise_floor == 0.0
    np.testing.assert_array_equal(data.truth(data.train.x), data.train.y)


def test_linear_as_the_recipe_has_it():
    data = linear()
    assert data.train.x.shape == (20, 200)
    assert data.valid.x.shape == (100, 200)
    assert data.noise_floor == data.valid_noise_floor == pytest.approx(1e-4)
    np.testing.assert_array_equal(data.true_weights, np.full(200, 0.01))
    assert data.truth(np.zeros((1, 200))) == pytest.approx(0.05)
    assert data.truth(np.ones((1, 200))) == pytest.approx(2.05)
    assert data.input_names[0] == "x₁"
    assert data.input_names[-1] == "x₂₀₀"


def test_least_squares_finds_the_true_weights():
    data = linear(n_train=5000, n_inputs=50, n_informative=20, noise=0.01)
    design = np.column_stack([data.train.x, np.ones(5000)])
    found, residual, *_ = np.linalg.lstsq(design, data.train.y, rcond=None)
    np.testing.assert_allclose(found[:20], 0.01, atol=1e-3)
    np.testing.assert_allclose(found[20:50], 0.0, atol=1e-3)
    assert found[50] == pytest.approx(0.05, abs=1e-3)
    assert residual[0] / (5000 - 51) == pytest.approx(1e-4, rel=0.1)
    np.testing.assert_array_equal(data.true_weights, [0.01] * 20 + [0.0] * 30)


@pytest.mark.parametrize(("n_informative", "counted"), [(0, 0), (3, 3), (8, 8), (500, 8)])
def test_the_first_inputs_count_and_more_than_all_are_all(n_informative, counted):
    data = linear(n_inputs=8, n_informative=n_informative)
    np.testing.assert_array_equal(data.true_weights, [0.01] * counted + [0.0] * (8 - counted))


def test_noise_and_the_inputs_that_count_keep_the_points():
    one, other = linear(noise=0.01), linear(noise=0.5, n_informative=10)
    np.testing.assert_array_equal(one.train.x, other.train.x)
    np.testing.assert_allclose(
        50 * (one.train.y - one.truth(one.train.x)),
        other.train.y - other.truth(other.train.x),
        rtol=1e-9,
    )


def test_clean_validation_lies_on_the_plane():
    data = linear(clean_valid=True)
    np.testing.assert_array_equal(data.valid.y, data.truth(data.valid.x))
    assert data.valid_noise_floor == 0.0
    assert data.noise_floor == pytest.approx(1e-4)


def test_its_description_holds_for_any_number_of_inputs():
    text = REGISTRY["linear"].description
    assert "with more inputs than training points" in text
    assert "has a weight for each input" in text
