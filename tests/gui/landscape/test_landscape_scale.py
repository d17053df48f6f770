"""Colours that rest while a map fills in, and labels that have room."""

from itertools import pairwise

import numpy as np
import pytest

from regplay.core.landscape import landscape_axis
from regplay.core.sweep import SWEEPABLE
from regplay.gui.landscape.color_scale import ColorScale
from regplay.gui.landscape.ticks import labelled, place

DECAY = landscape_axis("regularization.weight_decay", 25)
DROPOUT = landscape_axis("regularization.dropout", 9)


def test_a_range_rests_while_values_lie_in_it_and_never_shrinks() -> None:
    scale, ranges = ColorScale(may_be_log=True), []
    rng = np.random.default_rng(0)
    scale.cover(np.array([0.31, 0.99]))
    first = scale.range
    for _ in range(50):
        scale.cover(rng.uniform(0.31, 0.99, (9, 25)))
        ranges.append(scale.range)
    assert set(ranges) == {first}
    scale.cover(np.array([1.4]))
    assert scale.range[0] == first[0]
    assert scale.range[1] >= 1.4


def test_a_map_that_fills_in_moves_its_range_a_few_times_at_most() -> None:
    scale = ColorScale(may_be_log=True)
    values, ranges = np.full(225, np.nan), []
    for index, loss in enumerate(np.random.default_rng(1).permutation(np.linspace(0.1, 0.9, 225))):
        values[index] = loss
        scale.cover(values)
        ranges.append(scale.range)
    assert len(set(ranges)) <= 10
    lows, highs = zip(*ranges[5:], strict=True)
    assert list(lows) == sorted(lows, reverse=True)
    assert list(highs) == sorted(highs)


@pytest.mark.parametrize(("top", "is_log"), [(1.9, False), (2.1, True)])
def test_losses_that_span_more_than_twentyfold_get_a_logarithmic_scale(top, is_log) -> None:
    scale = ColorScale(may_be_log=True)
    scale.cover(np.array([0.1, top]))
    assert scale.is_log is is_log


def test_what_has_a_sign_stays_linear() -> None:
    scale = ColorScale(may_be_log=False)
    scale.cover(np.array([-1.0, 0.001, 100.0]))
    assert not scale.is_log
    assert scale.range[0] <= -1.0


def test_a_scale_stays_logarithmic_until_it_is_forgotten() -> None:
    scale = ColorScale(may_be_log=True)
    scale.cover(np.array([0.01, 1.0]))
    scale.cover(np.array([0.5, 0.6]))
    assert scale.is_log
    scale.forget()
    scale.cover(np.array([0.5, 0.6]))
    assert not scale.is_log
    assert scale.range == pytest.approx((0.5, 0.6))


def test_equal_factors_are_equal_steps_of_a_logarithmic_scale() -> None:
    scale = ColorScale(may_be_log=True)
    scale.cover(np.array([0.001, 1.0]))
    shares = scale.share(np.array([0.001, 0.01, 0.1, 1.0, 0.0, np.nan]))
    np.testing.assert_allclose(shares, [0, 1 / 3, 2 / 3, 1, 0, np.nan], atol=1e-9)


def test_a_loss_of_zero_does_not_stretch_the_scale_without_end() -> None:
    scale = ColorScale(may_be_log=True)
    scale.cover(np.array([0.0, 1.0]))
    assert scale.range == pytest.approx((-12.0, 0.0))


@pytest.mark.parametrize(
    "values", [(0.031, 0.99), (1e-4, 3.0), (0.2, 0.21), (1e-9, 1e9), (0.4, 0.4)]
)
def test_a_few_round_values_are_labelled(values) -> None:
    scale = ColorScale(may_be_log=True)
    scale.cover(np.array(values))
    ticks = scale.ticks(6)
    assert 2 <= len(ticks) <= 7
    assert ticks == sorted(ticks)
    ends = 10.0 ** np.array(scale.range) if scale.is_log else scale.range
    assert ends[0] * (1 - 1e-6) <= ticks[0]
    assert ticks[-1] <= ends[1] * (1 + 1e-6)


def test_nothing_is_labelled_before_any_value() -> None:
    assert ColorScale(may_be_log=True).ticks(6) == []


@pytest.mark.parametrize("pitch", [8.0, 20.0, 33.0, 60.0])
@pytest.mark.parametrize("path", SWEEPABLE)
def test_labels_never_touch(path, pitch) -> None:
    axis = landscape_axis(path, 25)
    sizes = [6.0 * len(f"{value:g}") for value in axis.values]
    shown = labelled(axis, sizes, pitch, gap=6.0)
    assert shown[0] == 0
    for one, other in pairwise(shown):
        assert (other - one) * pitch >= (sizes[one] + sizes[other]) / 2 + 6


def test_powers_of_ten_are_labelled_first_and_all_where_all_have_room() -> None:
    narrow = labelled(DECAY, [30.0] * 25, 30.0)
    values = [DECAY.values[index] for index in narrow]
    assert values[-7:] == [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0]
    assert labelled(DECAY, [30.0] * 25, 40.0) == list(range(25))


def test_even_values_are_labelled_at_even_distances() -> None:
    assert labelled(DROPOUT, [20.0] * 9, 30.0) == list(range(9))
    assert labelled(DROPOUT, [20.0] * 9, 15.0) == [0, 2, 4, 6, 8]


def test_a_value_has_its_place_between_two_positions() -> None:
    assert place(DROPOUT, 0.35) == pytest.approx(3.5)
    assert place(DROPOUT, 0.0) == 0.0
    assert place(DROPOUT, 0.9) is None
    assert place(DECAY, 0.01) == DECAY.values.index(0.01)
