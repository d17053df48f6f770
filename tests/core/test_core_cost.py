"""How often losses are recorded."""

import itertools

import pytest

from regplay.core.measurements import Schedule, cost, steps_per_epoch

SIZES = [
    (1, 64, 64, 1),
    (1, 1),
    (200, 1),
    (2, 32, 32, 2),
    (1, 8, 8, 8, 8, 8, 1),
    (64, 256, 256, 10),
]


def recorded(schedule, epochs):
    """All epochs with a record, up to the last one before `epochs` is passed."""
    found = [0]
    while (epoch := schedule.following(found[-1])) <= epochs:
        found.append(epoch)
    return found


@pytest.mark.parametrize("stride", [1, 2, 7, 40])
def test_all_of_the_first_epochs_are_recorded(stride):
    assert recorded(Schedule(stride), 21)[:21] == list(range(21))


@pytest.mark.parametrize("stride", [1, 3, 50, 5000])
def test_a_million_epochs_give_fewer_than_two_thousand_records(stride):
    assert len(recorded(Schedule(stride), 1_000_000)) < 2_000


@pytest.mark.parametrize("stride", [1, 3, 50, 5000])
def test_records_come_ever_more_rarely_within_the_bounds(stride):
    epochs = recorded(Schedule(stride), 1_000_000)
    gaps = [later - earlier for earlier, later in itertools.pairwise(epochs)]
    assert gaps == sorted(gaps)
    for epoch, gap in zip(epochs, gaps, strict=False):
        assert gap >= max(1, epoch // 180)  # or a million epochs would give too many
        assert gap <= max(1, epoch // 10)  # so that the best epoch is known to a tenth
        assert gap <= max(stride, epoch // 180)  # and no rarer than measuring costs


@pytest.mark.parametrize("stride", [1, 4])
def test_a_longer_run_begins_with_the_records_of_a_shorter_one(stride):
    schedule = Schedule(stride)
    long = recorded(schedule, 200_000)
    for epochs in (10, 100, 1234, 77_777):
        short = recorded(schedule, epochs)
        assert long[: len(short)] == short


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("members", [1, 24, 192])
@pytest.mark.parametrize(
    ("n_train", "n_valid", "batch_size"), [(30, 200, 0), (20, 100, 5), (9, 5000, 0)]
)
def test_measuring_takes_less_than_a_fifth_of_a_long_run(
    sizes, members, n_train, n_valid, batch_size
):
    steps = steps_per_epoch(n_train, batch_size)
    expected = cost(members, sizes, batch_size or n_train, n_train + n_valid)
    schedule = Schedule.for_cost(expected, steps)
    epochs = 400 * schedule.stride + 2000
    measuring = len(recorded(schedule, epochs)) * expected.measure
    assert measuring / (measuring + epochs * steps * expected.step) < 0.2
    # Yet what a record costs is about a twelfth: not rarer than needed.
    if schedule.stride > 10:
        assert expected.measure / (schedule.stride * steps * expected.step) > 1 / 13


def test_costs_grow_with_everything_that_takes_time():
    base = cost(4, (2, 16, 3), 20, 100)
    for other in (
        cost(8, (2, 16, 3), 20, 100),
        cost(4, (5, 16, 3), 20, 100),
        cost(4, (2, 16, 16, 3), 20, 100),
    ):
        assert other.step > base.step
        assert other.measure > base.measure
        assert other.step_flops > base.step_flops
    batch, measured = cost(4, (2, 16, 3), 40, 100), cost(4, (2, 16, 3), 20, 200)
    assert (batch.step > base.step, batch.measure == base.measure) == (True, True)
    assert (measured.step == base.step, measured.measure > base.measure) == (True, True)


@pytest.mark.parametrize(
    ("n_train", "batch_size", "steps"),
    [(20, 0, 1), (20, 20, 1), (20, 500, 1), (20, 19, 2), (20, 10, 2), (20, 6, 4), (1, 1, 1)],
)
def test_steps_per_epoch(n_train, batch_size, steps):
    assert steps_per_epoch(n_train, batch_size) == steps
