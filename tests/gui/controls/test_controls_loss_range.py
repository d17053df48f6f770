"""Which losses a slider's curve has room for."""

import numpy as np
import pytest

from regplay.gui.controls.sweep_curve import LossRange, SweepCurve
from regplay.gui.plots.loss_line import sides_of

NAN = float("nan")


def holds(room, losses):
    """Which of the losses lie on the scale."""
    return (sides_of(room.scale, losses) == 0) & np.isfinite(losses)


def curve(train, valid, *, progress=1.0, values=None):
    valid = np.array(valid, dtype=float)
    is_finished = progress == 1.0
    return SweepCurve(
        values=values or tuple(float(index) for index in range(len(valid))),
        train=np.array(train, dtype=float),
        valid=valid,
        valley=int(np.nanargmin(valid)) if is_finished else None,
        is_finished=is_finished,
        progress=progress,
    )


def test_a_finished_curve_fills_the_height():
    room = LossRange()
    room.follow(curve([0.1, 0.2, 0.35], [0.3, 0.2, 0.35]))
    assert room.scale.shares([0.1, 0.225, 0.35]) == pytest.approx([0.0, 0.5, 1.0])


def test_a_valley_is_not_lost_below_the_wall_where_the_network_underfits():
    """As with weight decay on a sine: the far right learns nothing any more."""
    room = LossRange()
    room.follow(curve([0.1, 0.15, 0.19, 0.3, 5.0], [0.3, 0.2, 0.21, 0.35, 5.0]))
    assert np.ptp(room.scale.shares([0.2, 0.3])) > 1 / 3
    assert sides_of(room.scale, [0.1, 0.2, 0.3, 0.35, 5.0]).tolist() == [0, 0, 0, 0, 1]


def test_the_wall_where_the_network_overfits_has_room_above_a_valley():
    room = LossRange()
    room.follow(curve([1e-6, 0.01, 0.19, 0.25], [5.0, 2.0, 0.2, 0.3]))
    assert holds(room, [5.0, 2.0, 0.2, 0.3]).all()


def test_a_wide_span_is_logarithmic():
    room = LossRange()
    room.follow(curve([0.01, 0.1, 1.0], [0.02, 0.1, 1.0]))
    assert room.scale.shares([0.01, 0.1, 1.0]) == pytest.approx([0.0, 0.5, 1.0])


def test_a_training_loss_far_below_the_valley_takes_no_room():
    room = LossRange()
    room.follow(curve([1e-9, 0.1, 0.3], [0.4, 0.3, 0.4]))
    assert holds(room, [1e-9, 0.1, 0.3]).tolist() == [False, True, True]
    assert np.ptp(room.scale.shares([0.3, 0.4])) > 0.2


def test_what_diverged_takes_no_room():
    room = LossRange()
    room.follow(curve([0.1, 0.2, 1e9, NAN, np.inf], [0.3, 0.2, 1e9, NAN, np.inf]))
    assert holds(room, [0.1, 0.3, 1e9, NAN, np.inf]).tolist() == [True, True, False, False, False]
    assert room.scale.shares(0.3) == pytest.approx(1.0)
    assert np.isnan(room.scale.shares(NAN))


def test_a_large_validation_loss_where_the_network_overfits_has_room():
    """As with few points and many inputs: most networks memorise, the last ones generalise."""
    valid = [0.43, 0.41, 0.32, 0.2, 0.009, 2e-4, 1.6e-4, 1.3e-4, 1.2e-4, 1.1e-4, 1.1e-4]
    train = [6e-9, 3e-6, 2e-13, 7e-10, 6e-7, 5e-5, 6e-5, 8e-5, 8e-5, 9e-5, 9e-5]
    room = LossRange()
    room.follow(curve(train, valid))
    assert holds(room, valid).all()
    assert room.scale.shares([0.43]) == pytest.approx([1.0])


def test_what_every_second_network_comes_to_is_no_failure():
    losses = [0.4, 0.4, 0.4, 1e-5, 1e-5]
    room = LossRange()
    room.follow(curve(losses, losses))
    assert holds(room, losses).all()


def test_a_training_loss_slightly_above_the_largest_validation_loss_has_room():
    room = LossRange()
    room.follow(curve([0.1, 1.1], [0.2, 1.0]))
    assert holds(room, [0.1, 1.1]).all()


def test_what_lies_beyond_is_on_a_side():
    room = LossRange()
    room.follow(curve([1e-9, 0.1, 0.2, 1e9], [0.4, 0.3, 0.4, 1e9]))
    sides = sides_of(room.scale, [1e-9, 0.0, 0.1, 0.3, 0.4, 1e9, np.inf, NAN])
    assert sides.tolist() == [-1, -1, 0, 0, 0, 1, 1, 0]


def test_a_flat_curve_stays_flat():
    room = LossRange()
    room.follow(curve([0.2, 0.2], [0.2, 0.201]))
    assert np.ptp(room.scale.shares([0.2, 0.201])) < 0.05
    assert 0.4 < room.scale.shares(0.2) < 0.6


@pytest.mark.parametrize("losses", [[0.0, 0.0], [NAN, NAN]])
def test_nothing_to_see_is_no_error(losses):
    room = LossRange()
    room.follow(curve(losses, losses, progress=0.5))
    assert not np.isinf(room.scale.shares([0.0, NAN])).any()


def test_the_range_rests_while_a_curve_fills_in_and_fits_it_in_the_end():
    room = LossRange()
    places = []
    for progress in np.linspace(0.1, 0.9, 50):
        falling = 0.5 - 0.3 * progress
        room.follow(curve([falling, 0.5], [falling + 0.1, 0.6], progress=progress))
        places.append(round(float(room.scale.shares(0.5)), 6))
    assert 1 < len(set(places)) <= 8
    assert places == sorted(places)
    room.follow(curve([0.2, 0.5], [0.3, 0.6]))
    assert room.scale.shares([0.2, 0.6]) == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("change", ["progress", "values"])
def test_another_curve_starts_anew(change):
    room, other = LossRange(), LossRange()
    room.follow(curve([5.0, 9.0], [5.0, 9.0], progress=0.5))
    new = curve(
        [0.2, 0.5],
        [0.3, 0.6],
        progress=0.1 if change == "progress" else 0.5,
        values=(7.0, 8.0) if change == "values" else None,
    )
    room.follow(new)
    other.follow(new)
    assert room.scale.shares(0.3) == other.scale.shares(0.3)
    room.follow(curve([5.0, 9.0], [5.0, 9.0], progress=0.6, values=new.values))
    assert room.scale.shares(0.3) < other.scale.shares(0.3)  # a later state makes more room
