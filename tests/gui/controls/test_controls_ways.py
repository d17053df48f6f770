"""Ways of sliders: exact ends, no value outside, even steps on the slider's own scale."""

import pytest

from regplay.core.fields import FIELDS
from regplay.gui.controls.slider_scale import scale_of

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
