"""Contour lines by marching squares, and the levels at which they are drawn."""

import warnings

import numpy as np
import pytest

from regplay.core.fit import Grid
from regplay.gui.plots.contours import boundary_segments, contour_segments, on_grid
from regplay.gui.plots.scale import round_levels


def _points(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    return np.meshgrid(np.arange(columns, dtype=float), np.arange(rows, dtype=float))


def _length(segments: np.ndarray) -> float:
    return float(np.hypot(*(segments[:, 2:] - segments[:, :2]).T).sum())


def test_lines_of_a_plane_are_straight_and_at_their_levels() -> None:
    x, y = _points(9, 13)
    plane = 2 * x + 0.5 * y
    segments = contour_segments(plane, [5.3, 10.1])
    values = 2 * segments[:, ::2] + 0.5 * segments[:, 1::2]
    at_first = np.abs(values - 5.3) < 1e-9
    assert (at_first | (np.abs(values - 10.1) < 1e-9)).all()
    assert (at_first[:, 0] == at_first[:, 1]).all()  # no line leads from one to the other
    assert _length(segments) == pytest.approx(2 * np.hypot(8, 2))  # 8 rows up, 2 columns along


def test_a_steep_cell_holds_the_lines_of_all_levels_between_its_corners() -> None:
    cliff = np.array([[0.0, 10.0], [0.0, 10.0]])
    segments = contour_segments(cliff, [2.0, 5.0, 7.5])
    np.testing.assert_allclose(np.sort(segments[:, 0]), [0.2, 0.5, 0.75])
    np.testing.assert_allclose(segments[:, 0], segments[:, 2])
    assert _length(segments) == pytest.approx(3)


def test_a_hill_has_a_closed_line_as_long_as_its_circle() -> None:
    x, y = _points(81, 81)
    hill = -np.hypot(x - 40.3, y - 39.6)
    segments = contour_segments(hill, [-25.0])
    assert _length(segments) == pytest.approx(2 * np.pi * 25, rel=2e-3)
    ends, counts = np.unique(segments.reshape(-1, 2).round(6), axis=0, return_counts=True)
    assert (counts == 2).all()
    assert len(ends) == len(segments)


def test_a_saddle_is_a_cross_in_its_cell() -> None:
    saddle = np.array([[1.0, -1.0], [-1.0, 1.0]])
    segments = contour_segments(saddle, [0.0])
    assert len(segments) == 4
    np.testing.assert_allclose(segments[:, 2:], 0.5)


def test_there_are_no_lines_at_values_that_are_not_finite() -> None:
    x, _ = _points(6, 6)
    x[2:4, :] = np.nan
    x[5, 0] = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        segments = contour_segments(x, [1.5, 2.5])
    assert np.isfinite(segments).all()
    assert set(segments[:, 1::2].ravel()) <= {0.0, 1.0, 4.0, 5.0}
    assert contour_segments(x, []).shape == (0, 4)


def test_lines_are_placed_on_their_grid() -> None:
    grid = Grid(np.zeros((6, 2)), (2, 3), np.array([10.0, -1.0]), np.array([14.0, 1.0]))
    np.testing.assert_allclose(
        on_grid(np.array([[0, 0, 2, 1.0], [1, 0.5, 1, 1]]), grid),
        [[10, -1, 14, 1], [12, 0, 12, 1]],
    )


@pytest.mark.parametrize("width", [1e-6, 0.37, 1.0, 2.4, 80.0, 3e7])
@pytest.mark.parametrize("low", [0.0, -0.3, 17.2, -5e3])
def test_levels_are_few_round_and_inside(low, width) -> None:
    if width < 1e-9 * abs(low):
        return
    levels = round_levels((low, low + width))
    assert 2 <= len(levels) <= 7
    assert (levels > low).all()
    assert (levels < low + width).all()
    if len(levels) > 1:
        step = levels[1] - levels[0]
        mantissa = step / 10 ** np.floor(np.log10(step * 1.0000001))
        assert min(abs(mantissa - nice) for nice in (1, 2, 2.5, 5)) < 1e-4


def test_lines_of_several_networks_are_those_of_each() -> None:
    rng = np.random.default_rng(0)
    surfaces, p = rng.normal(size=(3, 8, 9)), rng.dirichlet(np.ones(4), (3, 8, 9))
    for found, each in (
        (
            contour_segments(surfaces, [-0.5, 0.4]),
            [contour_segments(s, [-0.5, 0.4]) for s in surfaces],
        ),
        (boundary_segments(p), [boundary_segments(one) for one in p]),
    ):
        assert all(len(one) for one in each)
        rows = [np.concatenate(each), found]
        np.testing.assert_array_equal(*(np.unique(lines, axis=0) for lines in rows))
        assert len(rows[0]) == len(rows[1])
