"""Colours that tell most networks apart, and labels that have room."""

from itertools import pairwise

import numpy as np
import pytest

from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import landscape_axis
from regplay.gui.landscape.landscape_map import (
    are_beyond,
    color_shares,
    labelled,
    place,
    scale_of,
    toward,
)
from regplay.gui.plots.surface_colors import Bar

DECAY = landscape_axis("regularization.weight_decay", 25)
DROPOUT = landscape_axis("regularization.dropout", 9)


def valley_of(bad: float, bad_cells: int) -> np.ndarray:
    """90 losses: a valley from 0.1 to 0.2, a slope up to 0.3, and `bad_cells` of one large loss."""
    good = np.geomspace(0.1, 0.2, 60 - bad_cells // 2)
    slope = np.geomspace(0.2, 0.3, 90 - bad_cells - len(good))
    return np.concatenate([good, slope, np.full(bad_cells, bad)])


@pytest.mark.parametrize("bad", [0.67, 2.7, 1e6])
def test_a_few_bad_columns_leave_room_for_the_valley(bad) -> None:
    values = valley_of(bad, 18)
    scale = scale_of(values, "valid_loss")
    low, middle, bright = color_shares(scale, np.array([0.1, 0.2, bad]))
    assert low == 0
    assert middle - low > 1 / 3
    assert bright == 1
    assert are_beyond(scale, values) == (False, bad > 0.67 or scale.ends[1] < 0.66)


def test_at_most_a_quarter_of_the_cells_share_the_last_colour() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = np.exp(rng.normal(0, rng.uniform(0.1, 1), 90) * rng.choice([1, 5], 90))
        ends = scale_of(values, "valid_loss").ends
        assert (values > ends[1] * (1 + 1e-9)).mean() <= 0.25
        assert values.min() >= ends[0] * (1 - 1e-9)  # the best never shares


def test_losses_over_many_decades_keep_all_of_them() -> None:
    """Few points memorised on one side, a linear function found on the other."""
    values = np.concatenate([np.geomspace(1e-4, 1e-3, 45), np.geomspace(0.02, 0.43, 45)])
    scale = scale_of(values, "valid_loss")
    assert scale.ends == pytest.approx((1e-4, 0.43))
    assert are_beyond(scale, values) == (False, False)


def test_equal_factors_are_equal_steps() -> None:
    scale = scale_of(np.array([0.001, 0.01, 0.1, 1.0]), "valid_loss")
    assert scale.is_log
    shares = color_shares(scale, np.array([0.001, 0.01, 0.1, 1.0, 0.0, np.nan]))
    np.testing.assert_allclose(shares, [0, 1 / 3, 2 / 3, 1, 0, np.nan], atol=1e-9)


def test_what_has_a_sign_is_linear_and_only_far_off_values_are_beyond() -> None:
    gaps = np.concatenate([np.linspace(-0.02, 0.2, 80), [1e3, -40.0]])
    scale = scale_of(gaps, "gap")
    assert not scale.is_log
    assert scale.range == pytest.approx((-0.02, 0.2))
    assert are_beyond(scale, gaps) == (True, True)
    zero, half, one = color_shares(scale, np.array([0.0, 0.05, 0.1]))
    assert one - half == pytest.approx(half - zero)


def test_of_accuracies_the_low_ones_are_beyond() -> None:
    values = np.concatenate([np.linspace(0.9, 0.98, 75), np.full(15, 0.1)])
    scale = scale_of(values, "accuracy")
    assert scale.ends[0] > 0.7
    assert scale.ends[1] == pytest.approx(0.98)
    assert are_beyond(scale, values) == (True, False)


@pytest.mark.parametrize("measure", ["valid_loss", "gap", "accuracy"])
def test_a_flat_map_is_shown_flat(measure) -> None:
    values = np.array([0.4, 0.402])
    assert np.ptp(color_shares(scale_of(values, measure), values)) < 0.05


def test_no_colours_are_kept_for_losses_that_no_network_has() -> None:
    values = np.concatenate([np.linspace(0.1, 0.54, 36), np.full(9, 90.0)])
    scale = scale_of(values, "valid_loss")
    assert scale.ends == pytest.approx((0.1, 0.54))
    assert are_beyond(scale, values) == (False, True)


def test_infinite_losses_and_zero_have_the_colours_of_the_ends() -> None:
    values = np.array([0.0, 1e-12, 0.1, 0.2, 0.3, np.inf, np.nan])
    scale = scale_of(values, "valid_loss")
    shares = color_shares(scale, values)
    assert shares[0] == shares[1] == 0
    assert shares[5] == 1
    assert np.isnan(shares[6])


def test_a_scale_on_its_way_comes_closer_with_every_step() -> None:
    target = scale_of(np.array([0.1, 0.2, 0.9]), "valid_loss")
    scale = scale_of(np.array([0.9, 1.0, 1.4]), "valid_loss")
    away = [abs(scale.range[0] - target.range[0])]
    for _ in range(40):
        scale = toward(scale, target)
        away.append(abs(scale.range[0] - target.range[0]))
    assert away == sorted(away, reverse=True)
    assert away[1] > 0.8 * away[0]  # no jump
    assert away[-1] < 0.01
    assert toward(None, target) == target


@pytest.mark.parametrize(
    "values", [(0.031, 0.99), (1e-4, 3.0), (0.2, 0.21), (1e-9, 1e9), (0.4, 0.4), (0.18, 0.31)]
)
def test_a_few_round_values_are_labelled(values) -> None:
    scale = scale_of(np.array(values), "valid_loss")
    labelled = [tick for tick in scale.ticks(6) if tick.text]
    assert 2 <= len(labelled) <= 7
    assert len({tick.text for tick in labelled}) == len(labelled)
    shares = [tick.share for tick in labelled]
    assert shares == sorted(shares)
    assert -1e-6 <= shares[0] < shares[-1] <= 1 + 1e-6


def test_nothing_is_labelled_before_any_value() -> None:
    scale = scale_of(np.full(3, np.nan), "valid_loss")
    assert scale is None
    assert Bar(scale, "loss").ticks(200.0, 15.0) == []
    assert np.isnan(color_shares(scale, np.ones(2))).all()


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
