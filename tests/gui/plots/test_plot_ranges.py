import numpy as np
import pytest

from regplay.gui.plots.scale import Scale, extend, extend_decades, last_in_each_column, nice_step


@pytest.mark.parametrize(
    ("width", "step"), [(1, 1), (1.1, 2), (2.2, 2.5), (3, 5), (7, 10), (0.03, 0.05), (2e9, 2e9)]
)
def test_steps_are_nice(width: float, step: float) -> None:
    assert nice_step(width) == pytest.approx(step)


def test_a_range_rests_while_data_lie_in_it() -> None:
    first = extend(None, [0.0, 3.3])
    assert first == (0.0, 4.0)
    assert extend(first, [0.1, 0.2]) is first
    assert extend(first, [4.0]) is first


def test_a_range_grows_on_the_side_that_data_leave() -> None:
    assert extend((0.0, 4.0), [4.1]) == (0.0, 5.0)
    assert extend((0.0, 4.0), [-0.5, 1.0]) == (-1.0, 4.0)


def test_a_falling_loss_leaves_the_range_alone() -> None:
    shown = extend(None, [0.0, 0.8])
    for loss in 0.8 * np.exp(-np.arange(200) / 10):
        assert extend(shown, [0.0, loss]) is shown


def test_growing_data_change_the_range_rarely() -> None:
    shown, changes = None, 0
    for value in np.linspace(1, 1000, 2000):
        grown = extend(shown, [0.0, value])
        changes += grown is not shown
        shown = grown
    assert changes < 50


@pytest.mark.parametrize("grow", [extend, extend_decades])
def test_only_finite_values_count(grow) -> None:
    assert grow(None, [np.nan, np.inf]) is None
    assert grow((0.0, 1.0), [np.nan, -np.inf, np.inf]) == (0.0, 1.0)
    assert grow(None, []) is None
    assert grow(None, [np.nan, 1.0, 10.0, np.inf]) == grow(None, [1.0, 10.0])


def test_one_value_has_a_frame() -> None:
    for value in (0.0, 5.0, -3.0, 1e-12, 1e200):
        low, high = extend(None, [value])
        assert low < high
        assert np.isfinite([low, high]).all()


def test_decades() -> None:
    assert extend_decades(None, [0.012, 0.9]) == (-2.0, 0.0)
    shown = (-2.0, 0.0)
    assert extend_decades(shown, [0.011]) is shown
    assert extend_decades(shown, [0.0, -4.0]) is shown
    assert extend_decades(shown, [0.004]) == pytest.approx((np.log10(0.002), 0.0))


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (0.03, 0.9, (0.02, 1)),
        (0.02, 0.5, (0.02, 0.5)),
        (6e-5, 1.4, (5e-5, 2)),
        (1, 1, (0.316, 3.16)),
    ],
)
def test_a_logarithmic_axis_ends_at_1_2_or_5(low, high, ends) -> None:
    assert 10 ** np.array(extend_decades(None, [low, high])) == pytest.approx(ends, rel=0.1)


def test_decades_reach_down_only_so_far() -> None:
    low, high = extend_decades(None, [1e-200, 1.0])
    assert (low, high) == (-14.0, 0.0)
    assert extend_decades((low, high), [1e-300]) == (low, high)


def test_thinning_keeps_the_last_point_of_a_column() -> None:
    pixels = np.array([0.1, 0.2, 0.9, 1.0, 1.5, 3.2])
    assert last_in_each_column(pixels).tolist() == [2, 4, 5]
    assert last_in_each_column(pixels, keep=[1]).tolist() == [1, 2, 4, 5]
    assert last_in_each_column(np.zeros(0)).tolist() == []


def test_what_is_thinned_rests_while_a_run_grows() -> None:
    pixels = np.sort(np.random.default_rng(0).uniform(0, 300, 2000))
    short, whole = (last_in_each_column(pixels[:n]) for n in (1000, 2000))
    assert len(whole) <= 300
    assert short[:-1].tolist() == whole[: len(short) - 1].tolist()


@pytest.mark.parametrize("most", [1, 2, 3, 8])
def test_two_numbers_at_least_are_written_on_an_axis(most) -> None:
    for low, high in ((-3.3, 3.3), (0.0, 1.0), (0.21, 0.28), (-1e-7, 4e6)):
        texts = [tick.text for tick in Scale(low, high).ticks(most) if tick.text]
        assert len(texts) >= 2, (low, high, texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("low", "high"), [(1e119, 2e119), (-2e119, -1e119), (500.0, 504.0), (-1e119, 1e119)]
)
def test_a_logarithmic_axis_has_no_marks_where_there_are_no_numbers(low, high) -> None:
    scale = Scale(low, high, True)
    assert all(abs(scale.low + tick.share * (high - low)) <= 401 for tick in scale.ticks(5))
