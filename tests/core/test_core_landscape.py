"""The columns and rows of a landscape, for every field that can be swept."""

import numpy as np
import pytest

from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import landscape_axis, roundness, sweep_axis
from regplay.gui.controls.slider_scale import scale_of

EVEN = (
    "model.degree",
    "regularization.dropout",
    "regularization.input_dropout",
    "regularization.input_noise",
    "regularization.label_smoothing",
    "data.noise",
    "model.depth",
)


@pytest.mark.parametrize("count", [9, 25])
@pytest.mark.parametrize("path", SWEEPABLE)
def test_positions_rise_and_are_allowed_values_that_the_slider_reaches(path, count):
    values = landscape_axis(path, count).values
    assert list(values) == sorted(set(values))
    assert [FIELDS[path].check(value) for value in values] == list(values)
    assert [type(FIELDS[path].check(value)) for value in values] == [type(v) for v in values]
    assert set(values) <= set(scale_of(FIELDS[path]).values)


@pytest.mark.parametrize("path", sorted(set(SWEEPABLE) - set(EVEN)))
def test_exactly_so_many_positions_of_the_slider_with_both_ends(path):
    swept = sweep_axis(path).values
    for count in (9, 25):
        values = landscape_axis(path, count).values
        assert len(values) == count
        assert set(values) <= set(swept)
        assert (values[0], values[-1]) == (swept[0], swept[-1])


@pytest.mark.parametrize("path", EVEN)
def test_fields_without_a_logarithmic_slider_go_in_even_steps_from_their_least(path):
    for count in (5, 9, 25):
        values = landscape_axis(path, count).values
        assert values[0] == FIELDS[path].minimum
        assert len(values) <= count
        steps = np.diff(values)
        np.testing.assert_allclose(steps, steps[0])


@pytest.mark.parametrize(
    ("path", "count", "expected"),
    [
        ("regularization.dropout", 9, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        ("regularization.weight_decay", 9, (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0)),
        ("data.noise", 9, (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)),
        ("model.depth", 9, (0, 1, 2, 3, 4, 5, 6, 7, 8)),
        ("model.depth", 25, (0, 1, 2, 3, 4, 5, 6, 7, 8)),
        ("model.depth", 5, (0, 2, 4, 6, 8)),
        ("model.width", 9, (1, 2, 4, 8, 16, 32, 64, 128, 256)),
        ("data.n_train", 9, (2, 10, 20, 50, 100, 200, 500, 1000, 2000)),
    ],
)
def test_positions_are_the_numbers_that_a_person_would_choose(path, count, expected):
    assert landscape_axis(path, count).values == expected


def test_twenty_dropout_rates_are_twentieths():
    np.testing.assert_allclose(
        landscape_axis("regularization.dropout", 25).values, np.arange(20) / 20
    )


def test_more_positions_hold_those_of_fewer():
    for path in ("regularization.weight_decay", "optimizer.lr", "model.width", "data.n_train"):
        assert set(landscape_axis(path, 9).values) < set(landscape_axis(path, 25).values)


def test_what_has_no_landscape_is_refused():
    with pytest.raises(KeyError):
        landscape_axis("seed", 9)
    with pytest.raises(ValueError, match="count = 1"):
        landscape_axis("model.width", 1)


def test_powers_are_rounder_than_what_lies_between():
    decay = [roundness("regularization.weight_decay", v) for v in (0.0, 1e-6, 2e-6, 0.5, 3.0)]
    assert decay == [0, 0, 1, 1, 2]
    assert [roundness("model.width", v) for v in (64, 48, 10)] == [0, 1, 2]
    assert [roundness("data.n_train", v) for v in (100, 150, 20)] == [0, 2, 1]
