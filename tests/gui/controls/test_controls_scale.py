"""Which values a slider reaches: facts about the mapping, without a window."""

import math
from itertools import pairwise

import pytest

from regplay.core.fields import FIELDS
from regplay.gui.controls.slider_scale import counts, octaves, scale_of

NUMBERS = [path for path, field in FIELDS.items() if field.kind in {"integer", "number"}]
LOGARITHMIC = [path for path in NUMBERS if FIELDS[path].log_floor is not None]
SHARES = [k / 20 for k in range(21)]
WAYS = [
    ("regularization.weight_decay", 0.0, 0.1),
    ("regularization.weight_decay", 1e-5, 3.0),
    ("regularization.weight_decay", 0.5, 0.0),
    ("regularization.dropout", 0.0, 0.7),
    ("data.n_train", 200, 10),
    ("model.width", 1, 64),
    ("optimizer.lr", 1e-4, 0.3),
]


@pytest.mark.parametrize("path", NUMBERS)
def test_each_value_comes_back_from_its_position(path):
    scale = scale_of(FIELDS[path])
    for value in scale.values:
        assert scale.value(scale.position(value)) == value


@pytest.mark.parametrize("path", NUMBERS)
def test_each_position_has_an_allowed_value_and_values_rise(path):
    field = FIELDS[path]
    scale = scale_of(field)
    values = [scale.value(position) for position in range(scale.top + 1)]
    assert values == sorted(values)
    assert set(values) == set(scale.values)
    for value in values:
        assert field.check(value) == value
        assert isinstance(value, int) or field.kind == "number"


def test_no_scale_has_more_values_than_a_slider_has_pixels():
    """They are asked for at each change of the experiment: a hundred thousand values take long."""
    assert {path: n for path in NUMBERS if (n := len(scale_of(FIELDS[path]).values)) > 250} == {}


@pytest.mark.parametrize("path", NUMBERS)
def test_positions_rise_with_values_between_the_steps(path):
    scale = scale_of(FIELDS[path])
    low, high = scale.values[0], scale.values[-1]
    samples = [low + (high - low) * (i / 500) ** 3 for i in range(501)]
    positions = [scale.position(value) for value in samples]
    assert positions == sorted(positions)
    assert positions[0] == 0
    assert positions[-1] == scale.top


@pytest.mark.parametrize("path", NUMBERS)
def test_steps_go_through_every_value_of_the_keys_and_stop_at_the_ends(path):
    scale = scale_of(FIELDS[path])
    assert scale.keys == scale.values or path in LOGARITHMIC
    value, up = scale.values[0], []
    for _ in scale.keys:
        up.append(value)
        value = scale.stepped(value, 1)
    assert tuple(up) == scale.keys
    assert value == scale.values[-1]
    for expected in reversed(scale.keys):
        assert value == expected
        value = scale.stepped(value, -1)
    assert value == scale.values[0]


@pytest.mark.parametrize("path", LOGARITHMIC)
def test_an_arrow_is_a_tenth_of_a_decade_and_a_page_a_whole_one(path):
    scale = scale_of(FIELDS[path])
    value = start = next(v for v in scale.values if v > 0)
    for tenth in (1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        value = scale.stepped(value, 1)
        assert value == pytest.approx(start * tenth)
    assert value == scale.stepped(start, scale.coarse)
    assert scale.stepped(value, -scale.coarse) == start


@pytest.mark.parametrize("path", LOGARITHMIC)
def test_powers_of_ten_from_the_floor_to_the_bound_are_exact(path):
    field = FIELDS[path]
    scale = scale_of(field)
    assert field.log_floor is not None
    assert field.maximum is not None
    low, high = round(math.log10(field.log_floor)), round(math.log10(field.maximum))
    powers = {float(f"1e{exponent}") for exponent in range(low, high + 1)}
    assert powers <= set(scale.values)
    assert {scale.value(mark) for mark in scale.marks} == powers


@pytest.mark.parametrize("path", LOGARITHMIC)
def test_logarithmic_steps_are_even_and_have_two_digits(path):
    scale = scale_of(FIELDS[path])
    above = [value for value in scale.values if value > 0]
    for value in above:
        assert float(f"{value:.1e}") == value
    steps = [math.log10(b / a) for a, b in pairwise(above)]
    assert max(steps) < 0.1  # 20 a decade, none twice as long as it should be
    assert min(steps) > 0.02


def test_zero_is_exact_and_apart():
    scale = scale_of(FIELDS["regularization.weight_decay"])
    assert scale.value(0) == 0.0
    assert scale.value(1) == 0.0  # in the notch, the nearer end
    assert scale.position(1e-6) == scale.notch + 1
    assert scale.position(1e-12) == scale.notch + 1  # tiny, but not 0
    assert scale.position(0.0) == 0
    assert scale.notch >= 2


def test_no_zero_where_the_field_refuses_it():
    scale = scale_of(FIELDS["model.init_scale"])
    assert scale.values[0] == 1e-3
    assert scale.notch == 0


def test_powers_of_two_are_widths_and_a_page_doubles():
    scale = scale_of(FIELDS["model.width"])
    assert {2**exponent for exponent in range(9)} <= set(scale.values)
    assert scale.values[-1] == 256
    assert scale.stepped(32, scale.coarse) == 64
    assert scale.stepped(32, -scale.coarse) == 16


def test_octaves_end_at_any_bound():
    for high in range(1, 70):
        values = octaves(high).values
        assert values[-1] == high
        assert list(values) == sorted(set(values))


def test_counts_hold_each_number_to_twenty():
    for low in (0, 1, 2, 7):
        values = counts(1000, low=low).values
        assert values[: 21 - low] == tuple(range(low, 21))
        assert values[-1] == 1000
        assert {50, 100, 150, 200, 500} <= set(values)


def test_linear_steps_are_the_decimals_that_a_person_types():
    scale = scale_of(FIELDS["regularization.dropout"])
    assert [*scale.values] == [float(f"{i / 100:.2f}") for i in range(96)]


def test_momentum_reaches_its_bound():
    assert scale_of(FIELDS["optimizer.momentum"]).values[-3:] == (0.98, 0.99, 0.999)


def test_a_value_between_two_goes_to_its_neighbours():
    scale = scale_of(FIELDS["optimizer.lr"])
    assert scale.stepped(0.0123, 1) == 0.015
    assert scale.stepped(0.0123, -1) == 0.012


def test_a_value_beyond_the_end_never_comes_back_by_going_up():
    scale = scale_of(FIELDS["data.n_train"])
    assert scale.stepped(20_000, 1) == 20_000
    assert scale.stepped(20_000, -1) == scale.values[-1]
    assert scale.position(20_000) == scale.top


@pytest.mark.parametrize(("path", "start", "to"), WAYS)
def test_all_values_on_a_way_are_allowed_and_go_one_way(path, start, to):
    of = FIELDS[path]
    values = [scale_of(of).between(start, to, share) for share in SHARES]
    assert (values[0], values[-1]) == (start, to)
    assert values == sorted(values, reverse=start > to)
    for value in values:
        of.check(value)


def test_equal_ways_of_a_logarithmic_slider_are_equal_factors():
    values = [
        scale_of(FIELDS["optimizer.lr"]).between(1e-4, 1.0, share) for share in (0.25, 0.5, 0.75)
    ]
    assert values == pytest.approx([1e-3, 1e-2, 1e-1], rel=0.01)


def test_a_linear_slider_goes_evenly():
    of = FIELDS["regularization.dropout"]
    assert [scale_of(of).between(0.1, 0.5, share) for share in (0.25, 0.5)] == pytest.approx(
        [0.2, 0.3]
    )
