"""Ways of a hand, and of the handle of the epochs."""

import itertools

import pytest

from regplay.session.storyboard import between_epochs, eased

SHARES = [k / 20 for k in range(21)]


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
