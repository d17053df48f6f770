"""Numbers as texts: no digits that nobody measured, and as many as tell ticks apart."""

import numpy as np
import pytest

from regplay.core.number_text import gap_text, number, tick_text, with_power


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.12346, "0.1235"),
        (5e-5, "5·10⁻⁵"),
        (123456.0, "123,500"),
        (float("inf"), "–"),
        (-2.5, "−2.5"),
        (1.234e7, "1.23·10⁷"),
    ],
)
def test_a_number_is_short(value, text):
    assert number(value) == text
    assert number(float("nan")) == "–"


@pytest.mark.parametrize(
    ("train", "gap", "text"),
    [
        (0.6931472, 5.96e-8, "0"),  # one bit of a float32
        (0.6931472, -1.2e-7, "0"),
        (0.0, 0.0, "0"),
        (0.7, 0.012346, "0.01235"),
        (0.7, -0.012346, "−0.01235"),
        (0.7, 4.321e-6, "4.3·10⁻⁶"),  # two digits are certain
        (1e-6, 4.321e-9, "4.32·10⁻⁹"),  # beside such losses it is large
        (1e-6, 0.2, "0.2"),
    ],
)
def test_a_gap_has_the_digits_that_are_no_rounding_of_the_losses(train, gap, text):
    assert gap_text(train, train + gap) == text


def test_the_rounding_of_float32_means_is_never_a_gap():
    rng = np.random.default_rng(0)
    for _ in range(200):
        losses = rng.uniform(0, 2, 30).astype(np.float32)
        other_order = rng.permutation(losses)
        assert gap_text(float(losses.mean()), float(other_order.mean())) == "0"


def test_an_infinite_loss_is_no_error():
    assert gap_text(float("inf"), float("inf")) == "–"
    assert gap_text(0.1, float("inf")) == "–"


@pytest.mark.parametrize(
    ("value", "spacing", "largest", "text"),
    [
        (0.3, 0.1, 1, "0.3"),
        (0.25, 0.25, 1, "0.25"),
        (-0.5, 0.25, 1, "−0.50"),
        (12.0, 5.0, 20, "12"),
        (1500, 500, 9000, "1,500"),
        (25_000, 5000, 25_000, "25,000"),
        (-200_000, 50_000, 250_000, "−200,000"),
        (1_000_000, 200_000, 1_000_000, "1,000,000"),
        (1234.5, 0.5, 1300, "1,234.5"),
        (2_500_000, 500_000, 3_000_000, "2.5·10⁶"),
        (500_000, 500_000, 3_000_000, "5·10⁵"),
        (-1_000_000, 500_000, 3_000_000, "−10⁶"),
        (2_500_010, 5, 2_500_020, "2.50001·10⁶"),
        (0.00025, 0.00005, 0.0005, "2.5·10⁻⁴"),
        (0.0003, 0.0001, 0.0005, "3·10⁻⁴"),
        (0.0, 0.5, 1e9, "0"),
        (0.0, 0.1, 1.0, "0"),
        (5.6e-17, 0.2, 1, "0"),
        (9.9999999e5, 1e5, 2e6, "10⁶"),
    ],
)
def test_a_tick_has_the_digits_that_tell_it_from_the_next(value, spacing, largest, text):
    assert tick_text(value, spacing, largest) == text


def test_the_ticks_of_an_axis_differ():
    for spacing in (0.002, 0.025, 0.5, 20, 2500, 4e4, 2.5e5, 1e12):
        for first in (-40, 0, 300):
            values = [(first + k) * spacing for k in range(12)]
            largest = max(map(abs, values))
            assert len({tick_text(value, spacing, largest) for value in values}) == 12


@pytest.mark.parametrize(
    ("mantissa", "exponent", "text"),
    [(1.0, 5, "10⁵"), (2.0, -7, "2·10⁻⁷"), (9.99999, 2, "10³"), (-1.0, 0, "−10⁰")],
)
def test_powers_of_ten(mantissa, exponent, text):
    assert with_power(mantissa, exponent) == text
