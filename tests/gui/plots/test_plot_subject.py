"""Fits of many networks: their mean, band and members in the views that show one run."""

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton

from regplay.core.fit import Fit, grid_of
from regplay.core.number_text import number
from regplay.gui.plots.fit_layers import band_colors, member_color
from regplay.gui.plots.fit_panel import Band, Subject
from regplay.gui.plots.fit_view import FitView
from regplay.gui.theme import DARK, LIGHT

MANY = Subject(
    name="many",
    fit="mean fit",
    short="mean",
    band="",
    networks="the networks",
    member="network",
    splits=("training",),
    points_tip="others have others",
    past=0,
    marks_wrong=False,
)


@pytest.fixture
def view(show_widget) -> FitView:
    return show_widget(FitView(subject=MANY), 700, 400)


def _show(view: FitView, dataset, mean, std) -> Fit:
    """Mean and deviation of one number, or of each class, the same everywhere."""
    n = len(grid_of(dataset).x)
    shape = (n, len(dataset.class_names)) if dataset.class_names else (n,)
    values = np.broadcast_to(np.asarray(mean, dtype=float), shape).copy()
    fit = Fit(0, 0, values[:0], values[:0], values)
    view.set_dataset(dataset)
    view.set_fit(fit)
    view.panel.set_band(Band(values, np.broadcast_to(np.asarray(std, dtype=float), shape).copy()))
    return fit


def _rows(view: FitView) -> dict[str, str]:
    return {row.name: row.value for row in view.panel.chart.reader(0.0, 100.0).rows}


def test_a_curve_is_named_and_read_with_its_own_deviation(view, make_dataset) -> None:
    dataset = make_dataset("curve")
    _show(view, dataset, 1.5, 0.25)
    view.panel.set_members([Fit(0, 0, np.zeros(0), np.zeros(0), np.full(256, 1.4))])
    legend = view.panel.legend
    text = "training (12)   true function   mean fit   ±1 std   ±2 std   network"
    assert legend.text() == text
    assert "others have others" in legend.toolTip()
    assert "mean ± 2 standard deviations of the networks" in legend.toolTip()
    x = grid_of(dataset).x
    truth = dataset.truth(x[np.abs(x).argmin()])
    assert _rows(view) == {"mean": "1.5 ± 0.25", "truth": number(truth)}
    wide, narrow = map(LIGHT.of, band_colors(LIGHT.fit))
    shades = [LIGHT.of(entry.color) for entry in legend.entries if entry.sign == "band"]
    assert shades == [narrow, wide]


@pytest.mark.parametrize("kind", ["curve", "class curves", "two classes", "values"])
def test_only_the_points_of_the_subject_are_there_and_none_is_wrong(
    view, make_dataset, kind
) -> None:
    dataset = make_dataset(kind)
    _show(view, dataset, 0.5, 0.1)
    (train,) = view.panel.points.groups
    np.testing.assert_array_equal(train.x, dataset.train.x[:, 0])
    assert view.panel.wrong.groups == ()
    assert "validation" not in view.panel.legend.text()
    assert "wrong" not in view.panel.legend.text()


def test_one_row_of_points_a_class_has_half_the_room(view, show_widget, make_dataset) -> None:
    dataset = make_dataset("class curves")
    _show(view, dataset, (0.2, 0.3, 0.5), 0.1)
    both = show_widget(FitView(), 700, 400)
    both.set_dataset(dataset)
    (one_row,), (two_rows,) = view.panel.points.groups, both.panel.points.groups
    assert np.unique(one_row.y).size == np.unique(two_rows.y).size == 3
    steps = [np.diff(np.unique(group.y)) for group in (one_row, two_rows)]
    np.testing.assert_allclose(2 * steps[0], steps[1])
    lowest = [one.panel.chart.auto_range("y")[0] for one in (view, both)]
    assert lowest[1] < lowest[0] < one_row.y.min()


def test_classes_are_read_with_their_deviations(view, make_dataset) -> None:
    for kind in ("class curves", "four classes"):
        dataset = make_dataset(kind)
        p = np.arange(1, len(dataset.class_names) + 1)
        _show(view, dataset, p / p.sum(), 0.0124)
        assert list(_rows(view).values()) == [f"{one:.3f} ± 0.012" for one in p / p.sum()]


def test_no_earlier_fit_stays_in_sight(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    for epoch in range(40):
        view.set_fit(make_fit(dataset, epoch))
    assert view.panel.past.epochs == []
    assert "earlier" not in view.panel.legend.text()


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_members_are_paler_than_the_fit_where_it_has_no_past(colors) -> None:
    def from_ground(color: str) -> float:
        pairs = zip(
            *([int(one[k : k + 2], 16) for k in (1, 3, 5)] for one in (color, colors.background)),
            strict=True,
        )
        return sum(abs(one - other) for one, other in pairs)

    fit = from_ground(colors.fit)
    assert from_ground(colors.of(member_color(colors.fit, MANY))) < 0.6 * fit
    assert from_ground(colors.of(member_color(colors.fit, Subject()))) > fit


def test_at_most_forty_members_are_drawn_evenly_and_all_are_kept(view, make_dataset) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    heights = np.linspace(1, 3, 100)
    fits = [Fit(0, 0, np.zeros(0), np.zeros(0), np.full(256, one)) for one in heights]
    view.panel.set_members(fits)
    drawn = [curve[0] for _, curve, _ in view.panel.members.lines]
    assert len(drawn) == 40
    assert (drawn[0], drawn[-1]) == (1, 3)
    assert np.ptp(np.diff(drawn)) < 0.03
    assert list(view.panel.member_fits) == fits


def test_the_axis_holds_the_band_up_to_a_limit_and_gives_its_room_back(view, make_dataset) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    fresh = view.panel.chart.auto_range("y")
    fit = _show(view, dataset, 2.0, 1.0)
    low, high = view.panel.chart.auto_range("y")
    assert low <= 0 < 4 <= high
    view.panel.set_band(Band(fit.grid, np.full(256, 1e6)))
    low, high = view.panel.chart.auto_range("y")
    assert high - low < 4 * (fresh[1] - fresh[0])
    view.panel.set_band(Band(fit.grid, np.full(256, 0.01)))
    assert view.panel.chart.auto_range("y") == (low, high)  # it rests
    view.panel.fit_ranges()
    assert view.panel.chart.auto_range("y") == fresh
    view.panel.set_band(Band(fit.grid, np.full(256, 1e6)))
    view.set_dataset(make_dataset("curve"))
    assert view.panel.chart.auto_range("y") == fresh


def _halves(view: FitView, dataset, mean, std: float) -> np.ndarray:
    """A deviation on the right half alone, in all classes; where that is, [grid points]."""
    fit, x = _show(view, dataset, mean, 0.0), grid_of(dataset).x[:, 0]
    deviations = np.zeros_like(fit.grid)
    deviations[x > 0] = std
    view.panel.set_band(Band(fit.grid, deviations))
    return x > 0


def test_a_surface_of_classes_shows_the_fit_alone_or_the_deviation(view, make_dataset) -> None:
    dataset = make_dataset("two classes")
    _show(view, dataset, (0.6, 0.4), 0.0)
    panel = view.panel
    plain = panel.surface.pixels(LIGHT)
    right = _halves(view, dataset, (0.6, 0.4), 0.3)
    shaded = panel.surface.pixels(LIGHT)
    assert ((shaded != plain).ravel() == right).all()
    assert "±1, ±2 std" in panel.legend.text()
    view.panel.set_surface("fit")
    np.testing.assert_array_equal(panel.surface.pixels(LIGHT), plain)
    assert "std" not in panel.legend.text()
    assert panel.bar.isHidden()
    read = panel.chart.reader(0.5, 100.0).rows
    assert [row.value for row in read] == ["0.600 ± 0.300", "0.400 ± 0.300"]
    view.panel.set_surface("std")
    pixels = panel.surface.pixels(LIGHT).ravel()
    assert len(set(pixels[right])) == len(set(pixels[~right])) == 1
    assert pixels[right][0] != pixels[~right][0]
    assert not panel.bar.isHidden()
    assert panel.bar.toolTip() == "std: 0 to 0.55"
    view.panel.set_surface("fit and band")
    np.testing.assert_array_equal(panel.surface.pixels(LIGHT), shaded)
    assert panel.bar.isHidden()


def test_a_surface_of_values_shows_the_fit_alone_or_the_deviation(view, make_dataset) -> None:
    dataset = make_dataset("values")
    right = _halves(view, dataset, 2.0, 0.25)
    panel = view.panel
    own, sizes = panel.bar.toolTip(), panel.dots.sizes
    assert ((sizes > 0).ravel() == right).all()
    plain = panel.surface.pixels(LIGHT)
    view.panel.set_surface("fit")
    assert panel.dots.sizes is None
    np.testing.assert_array_equal(panel.surface.pixels(LIGHT), plain)
    assert [row.value for row in panel.chart.reader(0.5, 100.0).rows] == ["2 ± 0.25"]
    view.panel.set_members([Fit(0, 0, np.zeros(0), np.zeros(0), np.linspace(1, 3, len(right)))])
    assert len(panel.contours.segments) == 0 < len(panel.members.segments)  # the fit is flat
    view.panel.set_surface("std")
    pixels = panel.surface.pixels(LIGHT).ravel()
    assert len(set(pixels[right])) == len(set(pixels[~right])) == 1
    assert pixels[right][0] != pixels[~right][0]
    assert panel.bar.toolTip() == "std: 0 to 0.25"
    assert panel.bar.bar.levels == ()  # they are the fit's
    view.panel.set_surface("fit and band")
    assert panel.bar.toolTip() == own
    np.testing.assert_array_equal(panel.dots.sizes, sizes)


def test_switches_stand_beside_the_legend_of_the_panel_that_is_shown(view, make_dataset) -> None:
    button = QPushButton("members")
    view.switches = (button,)
    for kind in ("curve", "values", "curve", "two classes"):
        view.set_dataset(make_dataset(kind))
        button.show()
        assert view.panel.isAncestorOf(button)
        assert view.panel.header.indexOf(button) == 1
        assert button.isVisible()
