"""Classes on a plane."""

import math

import numpy as np
import pytest
from made_datasets import make

RULED = ("curved", "curved-2", "xor-quadrants")
PLACED = ("moons", "circles", "spirals", "blobs")


def test_curved_sizes_are_those_of_the_recipe():
    for name in ("curved", "curved-2"):
        data = make(name)
        assert (len(data.train.x), len(data.valid.x)) == (140, 60)
        assert data.noise_floor == data.valid_noise_floor == 0.0


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("curved", lambda a, b: a**2 + 0.8 * b > 0.5),
        ("curved-2", lambda a, b: a**2 - 0.7 * b > 0.3),
        ("xor-quadrants", lambda a, b: (a > 0) != (b > 0)),
    ],
)
def test_boundaries_are_exact(name, above):
    data = make(name, n_train=3000, label_noise=0.0)
    expected = above(data.train.x[:, 0], data.train.x[:, 1])
    np.testing.assert_array_equal(data.train.y == 1, expected)
    assert set(data.train.y) == {0, 1}
    grid = np.random.default_rng(1).uniform(-3, 3, (1000, 2))
    np.testing.assert_array_equal(data.truth(grid) == 1, above(grid[:, 0], grid[:, 1]))


@pytest.mark.parametrize("name", ["curved", "curved-2"])
def test_curved_points_are_standard_normal(name):
    x = make(name, n_train=20_000).train.x
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(x.T), np.eye(2), atol=0.05)


@pytest.mark.parametrize("name", [*RULED, *PLACED, "penguins", "breast-cancer", "digits"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.33, 0.5])
def test_exactly_the_share_of_labels_is_flipped(name, share):
    clean, flipped = make(name, label_noise=0.0), make(name, label_noise=share)
    for split in ("train", "valid"):
        before, after = getattr(clean, split), getattr(flipped, split)
        np.testing.assert_array_equal(before.x, after.x)
        assert np.count_nonzero(before.y != after.y) == round(share * len(before.y))
        assert set(after.y) <= set(range(flipped.n_outputs))


@pytest.mark.parametrize("name", ["curved", "blobs", "digits"])
def test_a_larger_share_flips_the_same_labels_and_more(name):
    clean = make(name, label_noise=0.0).train.y
    few = make(name, label_noise=0.1).train.y
    more = make(name, label_noise=0.3).train.y
    changed = few != clean
    np.testing.assert_array_equal(more[changed], few[changed])


def test_flipped_labels_spread_over_all_other_classes():
    clean = make("blobs", n_classes=4, n_train=8000, label_noise=0.0).train.y
    flipped = make("blobs", n_classes=4, n_train=8000, label_noise=0.5).train.y
    counts = np.bincount((flipped - clean) % 4, minlength=4)
    assert counts[0] == 4000
    np.testing.assert_allclose(counts[1:], 4000 / 3, rtol=0.1)


@pytest.mark.parametrize("name", [*RULED, *PLACED, "penguins", "digits"])
def test_clean_validation_flips_no_validation_label(name):
    original = make(name, label_noise=0.0)
    clean = make(name, label_noise=0.4, clean_valid=True)
    np.testing.assert_array_equal(clean.valid.y, original.valid.y)
    assert np.count_nonzero(clean.train.y != original.train.y) == round(0.4 * len(clean.train.y))


def loss_of_the_truth(data, split, share):
    """Cross-entropy of predicting the true class with 1 − p and the others with p/(K − 1)."""
    k = data.n_outputs
    right = data.truth(split.x) == split.y
    return -np.mean(np.where(right, math.log(1 - share), math.log(share / (k - 1))))


@pytest.mark.parametrize("name", RULED)
def test_noise_floor_with_flipped_labels_is_the_loss_of_the_truth(name):
    data = make(name, n_train=200, n_valid=400, label_noise=0.15)
    assert data.noise_floor == pytest.approx(loss_of_the_truth(data, data.train, 0.15))
    assert data.valid_noise_floor == pytest.approx(loss_of_the_truth(data, data.valid, 0.15))
    assert data.noise_floor == pytest.approx(-0.85 * math.log(0.85) - 0.15 * math.log(0.15))
    clean = make(name, label_noise=0.15, clean_valid=True)
    assert clean.valid_noise_floor == 0.0
    assert clean.noise_floor > 0.4


@pytest.mark.parametrize("name", PLACED)
def test_noise_floor_is_unknown_where_positions_overlap(name):
    noisy = make(name)
    assert noisy.noise_floor is noisy.valid_noise_floor is None
    exact = make(name, noise=0.0, n_train=300, label_noise=0.2)
    assert exact.noise_floor == pytest.approx(loss_of_the_truth(exact, exact.train, 0.2))
    plain = make(name, noise=0.0)
    assert plain.noise_floor == plain.valid_noise_floor == 0.0


@pytest.mark.parametrize("name", PLACED)
def test_without_position_noise_the_truth_is_the_class(name):
    data = make(name, noise=0.0, n_train=2000)
    np.testing.assert_array_equal(data.truth(data.train.x), data.train.y)


@pytest.mark.parametrize("name", PLACED)
def test_the_truth_is_the_class_of_the_nearest_curve(name):
    exact = make(name, noise=0.0, n_train=4000)
    points = np.random.default_rng(2).uniform(-2.5, 2.5, (300, 2))
    if name == "spirals":  # its rule measures along circles, so stay near the arms
        points = make(name, noise=0.05, n_train=300).train.x
    distances = ((points[:, None] - exact.train.x) ** 2).sum(axis=2)
    nearest = exact.train.y[distances.argmin(axis=1)]
    assert np.mean(exact.truth(points) == nearest) > 0.99


@pytest.mark.parametrize("name", PLACED)
def test_noise_moves_the_same_points_by_the_same_draws(name):
    still, one, two = (make(name, noise=s) for s in (0.0, 0.2, 0.4))
    np.testing.assert_array_equal(still.train.y, two.train.y)
    np.testing.assert_allclose(
        2 * (one.train.x - still.train.x), two.train.x - still.train.x, atol=1e-12
    )
    clean, noisy = (make(name, noise=s, n_train=5000).train.x for s in (0.0, 0.4))
    moved = noisy - clean
    np.testing.assert_allclose(np.cov(moved.T), 0.16 * np.eye(2), atol=0.015)


@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize(("name", "field"), [("blobs", "n_classes"), ("spirals", "n_arms")])
def test_blobs_and_spirals_have_as_many_classes_as_asked_for(name, field, n_classes):
    data = make(name, n_train=61, **{field: n_classes})
    assert data.n_outputs == n_classes
    counts = np.bincount(data.train.y)
    assert len(counts) == n_classes
    assert counts.max() - counts.min() <= 1


def test_curves_have_the_shapes_of_their_names():
    circles = make("circles", noise=0.0, n_train=400).train
    np.testing.assert_allclose(np.hypot(*circles.x[circles.y == 0].T), 1.0)
    np.testing.assert_allclose(np.hypot(*circles.x[circles.y == 1].T), 2.2)
    moons = make("moons", noise=0.0, n_train=400).train
    upper = moons.x[moons.y == 0] + [0.75, 0.375]
    np.testing.assert_allclose(np.hypot(*upper.T), 1.5)
    assert (upper[:, 1] >= 0).all()


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_arms_of_spirals_turn_one_and_a_half_times_and_are_evenly_apart(arms):
    data = make("spirals", noise=0.0, n_train=3000, n_arms=arms)
    np.testing.assert_array_equal(data.truth(data.train.x), data.train.y)
    first = data.train.x[data.train.y == 0]
    for arm in range(arms):
        x = data.train.x[data.train.y == arm]
        cos, sin = np.cos(2 * np.pi * arm / arms), np.sin(2 * np.pi * arm / arms)
        turned = first @ np.array([[cos, sin], [-sin, cos]])
        distances = np.hypot(*(x[:, None] - turned).transpose(2, 0, 1))
        assert distances.min(axis=1).max() < 0.15  # points of one curve
        x = x[np.argsort(np.hypot(*x.T))]
        turned = np.unwrap(np.arctan2(x[:, 1], x[:, 0]))
        assert (turned[-1] - turned[0]) / (2 * np.pi) == pytest.approx(1.5, abs=0.1)
