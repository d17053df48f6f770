"""Ways of sliders: exact ends, no value outside, even steps on the slider's own scale."""

import itertools

import pytest

from regplay.core.fields import FIELDS
from regplay.session.storyboard.slides import between, between_epochs, eased

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


@pytest.mark.parametrize(("path", "start", "to"), WAYS)
def test_all_values_on_a_way_are_allowed_and_go_one_way(path, start, to):
    of = FIELDS[path]
    values = [between(of, start, to, share) for share in SHARES]
    assert (values[0], values[-1]) == (start, to)
    assert values == sorted(values, reverse=start > to)
    for value in values:
        of.check(value)


def test_equal_ways_of_a_logarithmic_slider_are_equal_factors():
    values = [between(FIELDS["optimizer.lr"], 1e-4, 1.0, share) for share in (0.25, 0.5, 0.75)]
    assert values == pytest.approx([1e-3, 1e-2, 1e-1], rel=0.01)


def test_a_linear_slider_goes_evenly():
    of = FIELDS["regularization.dropout"]
    assert [between(of, 0.1, 0.5, share) for share in (0.25, 0.5)] == pytest.approx([0.2, 0.3])


def test_a_smooth_hand_starts_and_stops_gently():
    ways = [eased(share, "smooth") for share in SHARES]
    steps = [b - a for a, b in itertools.pairwise(ways)]
    assert (ways[0], ways[-1]) == (0, 1)
    assert max(steps) == pytest.approx(steps[9], rel=0.01)
    assert steps[0] < steps[9] / 5
    assert steps[-1] < steps[9] / 5
    assert eased(0.3, "linear") == 0.3


def test_early_epochs_take_longer():
    epochs = [between_epochs(0, 999, share) for share in (0.0, 1 / 3, 2 / 3, 1.0)]
    assert epochs == [0, 9, 99, 999]
    assert between_epochs(999, 0, 1.0) == 0
