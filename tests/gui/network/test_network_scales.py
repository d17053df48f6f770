"""Numbers that the pictures of a network are made from."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from regplay.gui.network.graph_layout import signed_levels, signed_table
from regplay.gui.network.pictures import (
    BINS,
    Magnitude,
    bin_edges,
    binned,
    layer_color,
    layer_name,
    nice_count,
)
from regplay.gui.theme import DARK, LIGHT


def test_a_magnitude_grows_by_steps_and_never_shrinks() -> None:
    magnitude = Magnitude()
    found = []
    for largest in (0.3, 0.4, 0.51, 0.9, 0.01, 1.2):
        magnitude.cover([-largest, 0.0])
        found.append(magnitude.value)
    assert found == pytest.approx([0.5, 0.5, 1.0, 1.0, 1.0, 2.0])
    magnitude.forget()
    magnitude.cover([0.01])
    assert magnitude.value == pytest.approx(0.01)


def test_a_magnitude_ignores_what_is_not_finite() -> None:
    magnitude = Magnitude()
    magnitude.cover([np.nan, np.inf, -0.3])
    assert magnitude.value == pytest.approx(0.5)
    magnitude.cover([])
    assert magnitude.value == pytest.approx(0.5)


def test_counts_are_those_of_numpy() -> None:
    weights = np.random.default_rng(0).normal(0, 0.3, 5000).astype(np.float32)
    expected, edges = np.histogram(weights, BINS, (-1, 1))
    np.testing.assert_allclose(bin_edges(1.0), edges)
    found = binned(weights, 1.0)
    assert np.abs(found - expected).max() <= 1  # a weight on an edge may fall on either side
    assert found.sum() == (np.abs(weights) <= 1).sum()


def test_zeros_lie_in_the_middle_bin_and_strays_in_none() -> None:
    weights = np.array([0, 0, -1e-6, np.nan, np.inf, 7, 2, -2], dtype=np.float32)
    counts = binned(weights, 2.0)
    assert counts[BINS // 2] == 3
    assert counts[0] == counts[-1] == 1
    assert counts.sum() == 5


@pytest.mark.parametrize(
    ("count", "nice"), [(0, 4), (4, 4), (5, 8), (9, 20), (21, 40), (41, 80), (65_000, 80_000)]
)
def test_the_room_for_counts_has_a_whole_quarter(count, nice) -> None:
    assert nice_count(count) == nice
    assert nice % 4 == 0


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_zero_has_the_colour_of_the_background_and_signs_differ(colors) -> None:
    table = signed_table(colors)
    values = np.array([-9, -2, 0, 2, 9, np.nan], dtype=np.float32)
    shown = [QColor.fromRgb(int(table[level])).name() for level in signed_levels(values, 2.0)]
    ground = colors.background
    assert shown == [colors.valid, colors.valid, ground, colors.train, colors.train, ground]


@pytest.mark.parametrize("colors", [LIGHT, DARK])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_each_layer_has_a_colour_of_its_own_that_shows(colors, count) -> None:
    found = [colors.of(layer_color(index, count)) for index in range(count)]
    assert len(set(found)) == count
    ground = QColor(colors.background).lightness()
    assert all(abs(QColor(color).lightness() - ground) > 60 for color in found)


def test_the_last_layer_is_the_output() -> None:
    assert [layer_name(index, 3) for index in range(3)] == ["layer 1", "layer 2", "output"]
    assert layer_name(0, 1) == "output"
