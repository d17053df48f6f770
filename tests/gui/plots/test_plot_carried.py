"""Fits that stay in sight while the points under them are edited."""

from dataclasses import replace

import numpy as np
import pytest

from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.session.drawing import carried, interpolated

PICTURES = ["curve", "values", "class curves", "two classes", "four classes"]


def grid_over(*ends: tuple[float, float], points: int = 8) -> Grid:
    low, high = np.array(ends, dtype=float).T
    axes = [np.linspace(*end, points) for end in ends]
    x = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    return Grid(x, (points,) * len(ends), low, high)


def with_point(dataset: Dataset, x: float) -> Dataset:
    """One more training point, at (x, x, …), with the target of the first."""
    train = dataset.train
    new = np.vstack([train.x, np.full(dataset.n_inputs, x)])
    return replace(dataset, train=Split(new, np.append(train.y, train.y[0])))


@pytest.mark.parametrize("ends", [[(-1, 3)], [(-1, 3), (0, 10)]])
def test_what_is_linear_is_interpolated_exactly(ends) -> None:
    grid = grid_over(*ends)
    weights = np.array([[2.0, -1.0], [0.5, 3.0]])[: len(ends)]  # [d, classes]
    x = np.random.default_rng(0).uniform(grid.low, grid.high, (50, len(ends)))
    np.testing.assert_allclose(interpolated(grid.x @ weights, grid, x), x @ weights)
    one = interpolated((grid.x @ weights)[:, 0], grid, x)
    np.testing.assert_allclose(one, x @ weights[:, 0])
    np.testing.assert_allclose(interpolated(grid.x @ weights, grid, grid.x), grid.x @ weights)


def test_beyond_the_grid_is_what_is_at_its_edge() -> None:
    grid = grid_over((0, 1), (0, 1))
    values = grid.x @ [1.0, 10.0]
    found = interpolated(values, grid, np.array([[5.0, 0.5], [-5.0, 7.0]]))
    np.testing.assert_allclose(found, [6.0, 10.0])


@pytest.mark.parametrize("kind", PICTURES)
def test_what_is_known_of_unchanged_points_is_kept(kind, make_dataset, make_fit) -> None:
    before = make_dataset(kind)
    after = with_point(before, 0.1)
    fit = make_fit(before, epoch=3)
    found = carried(fit, before, after)
    np.testing.assert_array_equal(found.train[:-1], fit.train)
    np.testing.assert_array_equal(found.valid, fit.valid)
    assert len(found.train) == len(after.train.y)
    assert found.grid is fit.grid  # the point lies amid the others
    assert found.epoch == 3


def test_another_grid_gets_the_same_function(make_dataset) -> None:
    before = make_dataset("curve")
    after = with_point(before, 2.0)
    grids = grid_of(before).x[:, 0], grid_of(after).x[:, 0]
    fit = Fit(0, 0, before.train.x[:, 0], before.valid.x[:, 0], grids[0])
    found = carried(fit, before, after)
    np.testing.assert_allclose(found.grid, grids[1].clip(grids[0][0], grids[0][-1]), atol=1e-12)


def test_other_classes_or_inputs_cannot_be_carried(make_dataset, make_fit) -> None:
    two, four = make_dataset("two classes"), make_dataset("four classes")
    assert carried(make_fit(two), two, four) is None
    assert carried(make_fit(two), two, make_dataset("values")) is None
    assert carried(None, two, two) is None


@pytest.mark.parametrize("kind", PICTURES)
def test_edited_points_leave_fit_overlays_and_ranges(qtbot, kind, make_dataset, make_fit) -> None:
    view, before = FitView(), make_dataset(kind)
    qtbot.addWidget(view)
    view.set_dataset(before)
    fit, other = make_fit(before, epoch=3), make_fit(before, epoch=8)
    view.set_fit(fit)
    view.panel.set_overlays([Overlay("other", "#ff0000", other)])
    panel, ranges = view.panel, view.panel.chart.box.viewRange()
    panel.chart.grab()
    lines = [line[0] for line in panel.others.lines]
    after = with_point(before, 0.1)
    view.set_points(after)
    assert view.panel is panel
    assert panel.dataset is after
    assert panel.chart.box.viewRange() == ranges
    assert panel.fit.grid is fit.grid
    assert f"{len(after.train.y)}" in panel.legend.text() or kind == "class curves"
    for one, same in zip(lines, panel.others.lines, strict=True):
        np.testing.assert_array_equal(one, same[0])
    view.set_fit(fit, before)  # a view of before the edit comes late
    assert len(panel.fit.train) == len(after.train.y)
    panel.chart.grab()


def test_points_beyond_the_axes_widen_them(qtbot, make_dataset) -> None:
    view, before = FitView(), make_dataset("two classes")
    qtbot.addWidget(view)
    view.set_dataset(before)
    (x0, _), (y0, _) = ranges = view.panel.chart.box.viewRange()
    view.set_points(with_point(before, 3.0))
    wide = view.panel.chart.box.viewRange()
    assert wide[0][1] >= 3
    assert wide[1][1] >= 3
    assert (wide[0][0], wide[1][0]) == (x0, y0)
    view.set_points(before)
    assert view.panel.chart.box.viewRange() == wide
    view.panel.fit_ranges()
    assert view.panel.chart.box.viewRange() == ranges


def test_points_of_another_kind_are_another_plot(qtbot, make_dataset) -> None:
    view = FitView()
    qtbot.addWidget(view)
    view.set_points(make_dataset("curve"))
    curve = view.panel
    view.set_points(make_dataset("two classes"))
    assert view.panel is not curve
    assert view.panel.dataset.n_inputs == 2


def test_ranges_that_are_held_show_later_what_they_missed(qtbot) -> None:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.fix("x", 0.0, 1.0)
    chart.fix("y", 0.0, 1.0)
    chart.hold_ranges(True)
    chart.cover("y", [0.0, 5.0])
    chart.fix("x", -1.0, 1.0)
    assert chart.box.viewRange() == [[0, 1], [0, 1]]
    chart.hold_ranges(False)
    assert chart.box.viewRange() == [[-1, 1], [0, 5]]
