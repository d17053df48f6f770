"""Functions of one input."""

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
