"""Losses and gaps in words: no digits that nobody measured."""

import numpy as np
import pytest

from regplay.gui.plots.number_text import gap_text, number


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
