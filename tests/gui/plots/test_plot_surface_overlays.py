"""Other fits, the dropout band and thinned networks over surfaces of values and of classes."""

import dataclasses

import numpy as np
import pytest

from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.fit_panel import Band, Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.surface_colors import overlap
from regplay.gui.theme import DARK, LIGHT, palette_of

COLOR = "#ff2050"


@pytest.fixture
def view(show_widget) -> FitView:
    return show_widget(FitView(), 700, 400)


@pytest.fixture
def values(make_dataset):
    return make_dataset("values")


@pytest.fixture
def classes(make_dataset):
    return make_dataset("two classes")


def _plane(dataset, slope: float, at_zero: float = 2.0) -> Fit:
    """A value that rises along the first input."""
    grid = grid_of(dataset)
    n = len(dataset.train.y), len(dataset.valid.y)
    return Fit(1, 1, np.zeros(n[0]), np.zeros(n[1]), at_zero + slope * grid.x[:, 0])


def _halves(dataset, at: float, slope: float = 10.0) -> Fit:
    """Two classes that meet where the first input is `at`."""
    p = 1 / (1 + np.exp(-slope * (grid_of(dataset).x[:, 0] - at)))
    even = np.full((len(dataset.train.y), 2), 0.5)
    return Fit(1, 1, even, even[: len(dataset.valid.y)], np.stack([1 - p, p], axis=1))


def _heights(segments: np.ndarray, slope: float) -> list[float]:
    """The values of a plane on which lines lie."""
    return np.unique((2.0 + slope * segments[:, ::2]).round(4)).tolist()


def test_values_are_compared_by_lines_at_the_same_round_levels(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 1.5))
    panel = view.panel
    assert not len(panel.contours.segments)  # nothing to compare with
    bar = panel.bar.grab().toImage()
    view.panel.set_overlays([Overlay("λ 0.1", COLOR, _plane(values, 0.7))])
    ((others, color),) = panel.others.lines
    low, high = panel._scale.values
    levels = panel._levels
    assert color == COLOR
    assert ((levels > low) & (levels < high)).all()
    for segments, slope in ((panel.contours.segments, 1.5), (others, 0.7)):
        reached = {level for level in levels if abs(level - 2.0) < slope}  # x reaches about ± 1
        assert reached
        assert reached <= set(_heights(segments, slope)) <= set(levels.round(4))
    assert panel.legend.text().endswith("fit   λ 0.1")
    assert panel.bar.grab().toImage() != bar  # which says what the levels are
    view.panel.set_overlays([])
    assert not len(panel.contours.segments)
    assert panel.bar.grab().toImage() == bar
    assert "fit" not in panel.legend.text()


def test_the_lines_follow_the_fit_and_the_others_rest(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 1.5))
    overlays = [Overlay("a", COLOR, _plane(values, 0.7))]
    view.panel.set_overlays(overlays)
    view.panel.chart.grab()
    before, picture = view.panel.contours.segments, view.panel.others.kept.picture
    view.set_fit(_plane(values, 1.4))
    view.panel.set_overlays([dataclasses.replace(overlays[0])])
    view.panel.chart.grab()
    assert not np.array_equal(view.panel.contours.segments, before)
    assert view.panel.others.kept.picture is picture


def test_an_overlay_of_values_is_placed_by_its_own_grid(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 1.5))
    first, second = np.meshgrid(np.linspace(-4, 4, 9), np.linspace(-4, 4, 9))
    points = np.stack([first.ravel(), second.ravel()], axis=1)
    grid = Grid(points, (9, 9), np.array([-4.0, -4.0]), np.array([4.0, 4.0]))
    fit = Fit(1, 1, np.zeros(1), np.zeros(1), 2.0 + points[:, 0])
    view.panel.set_overlays([Overlay("own", COLOR, fit, grid), Overlay("lost", COLOR, fit)])
    (own, _), (lost, _) = view.panel.others.lines
    assert set(_heights(own, 1.0)) <= set(view.panel._levels.round(4))
    assert (own[:, 1::2].min(), own[:, 1::2].max()) == (-4, 4)
    assert not len(lost)
    assert "own" in view.panel.legend.text()
    assert "lost" not in view.panel.legend.text()


def test_the_hover_box_reads_all_fits_and_the_deviation(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 0.0, 1.25))
    view.panel.set_overlays([Overlay("pinned", COLOR, _plane(values, 0.0, 2.5))])
    n = len(grid_of(values).x)
    view.panel.set_band(Band(np.full(n, 1.5), np.full(n, 0.123)))
    rows = view.panel.chart.reader(0.0, 100.0).rows
    assert [(row.name, row.value) for row in rows] == [
        ("force (N)", "1.25"),
        ("dropout", "1.5 ± 0.12"),
        ("pinned", "2.5"),
    ]
    assert rows[2].color == COLOR


def test_a_cross_marks_the_point_that_is_read(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 0.0, 1.25))
    hover, box = view.panel.chart.hover, view.panel.chart.box.rect()
    before = view.panel.chart.grab().toImage()
    hover.move(box.width() / 2, box.height() * 0.8)
    after = view.panel.chart.grab().toImage()
    origin = view.panel.chart.box.pos()
    ratio = after.devicePixelRatio()

    def is_marked(x: float, y: float) -> bool:
        at = round((origin.x() + x) * ratio), round((origin.y() + y) * ratio)
        return before.pixel(*at) != after.pixel(*at)

    x, y = box.width() / 2, box.height() * 0.8
    near, far = 5, 30
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        assert is_marked(x + near * dx, y + near * dy)
        assert not is_marked(x + far * dx, y + far * dy)


def test_dots_grow_with_the_deviation(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 0.5))
    chart, n = view.panel.chart, len(grid_of(values).x)
    low, high = view.panel._scale.values
    plain = chart.grab().toImage()
    changed = []
    for share in (0.0, 0.05, 0.1, 0.2):
        view.panel.set_band(Band(view.panel.fit.grid, np.full(n, share * (high - low))))
        image = chart.grab().toImage()
        pixels = [
            image.pixel(x, y) != plain.pixel(x, y)
            for x in range(80, 400, 3)
            for y in range(30, 300, 3)
        ]
        changed.append(sum(pixels))
    assert changed[0] == 0
    assert changed[1] < changed[2] < changed[3]
    assert "dropout std" in view.panel.legend.text()
    assert f"{0.2 * (high - low):.2g}" in view.panel.legend.toolTip()
    view.panel.set_band(None)
    assert chart.grab().toImage() == plain


def test_dots_lie_on_the_side_that_deviates_and_part_from_the_ground(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 1.5))
    x = grid_of(values).x[:, 0]
    view.panel.set_band(Band(view.panel.fit.grid, np.where(x > 0, 10.0, 0.0)))
    sizes, dark = view.panel.dots.sizes, view.panel.dots.on_dark
    assert (sizes[:, :30] == 0).all()
    assert (sizes[:, -30:] > 1).all()
    assert dark[:, 0].all()
    assert not dark[:, -1].any()
    view.grab()


def test_single_networks_are_faint_contour_lines_beside_the_fits(view, values) -> None:
    view.set_dataset(values)
    view.set_fit(_plane(values, 1.5))
    view.panel.set_members([_plane(values, 1.3), _plane(values, 1.7)])
    levels, segments = view.panel._levels, view.panel.members.segments
    at_levels = []
    for slope in (1.3, 1.7):
        away = np.abs(2.0 + slope * segments[:, :1] - levels)  # [segments, levels]
        at_levels.append(away.min(axis=1) < 1e-6)
    assert all(on_one.any() for on_one in at_levels)
    assert np.logical_or(*at_levels).all()
    assert len(view.panel.contours.segments)
    assert "fit   thinned" in view.panel.legend.text()


def test_two_classes_overlap_where_the_band_holds_a_half() -> None:
    mean = np.array([0.5, 0.55, 0.65, 0.65, 0.9, 0.1, 0.95])
    std = np.array([0.1, 0.1, 0.1, 0.2, 0.1, 0.4, 0.0])
    shades = overlap(np.stack([mean, 1 - mean], axis=1), np.stack([std, std], axis=1))
    away = np.abs(mean - 0.5) / np.where(std > 0, std, 1e-9)
    np.testing.assert_allclose(shades[away < 0.7], 1)
    np.testing.assert_allclose(shades[(away > 1.3) & (away < 1.7)], 0.5)
    np.testing.assert_allclose(shades[away > 2.3], 0)
    edge = overlap(np.array([[0.7, 0.3]]), np.array([[0.2, 0.2]]))  # exactly ± 1
    np.testing.assert_allclose(edge, 0.75)


def test_of_several_classes_the_two_nearest_decide() -> None:
    std = np.array([0.05, 0.05, 0.4])
    assert overlap(np.array([0.8, 0.2, 0.0]), np.array([0.05, 0.05, 0.0])) == 0
    assert overlap(np.array([0.5, 0.45, 0.05]), np.array([0.05, 0.05, 0.0])) == 1
    assert overlap(np.array([0.6, 0.1, 0.3]), std) == 1  # the third one may win
    assert overlap(np.array([np.nan, 0.1, 0.3]), std) == 0


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_surface_is_shaded_where_the_class_is_open(view, classes, colors) -> None:
    view.setPalette(palette_of(colors))
    view.set_dataset(classes)
    view.set_fit(_halves(classes, 0.0, 100.0))
    plain = view.panel.surface.pixels(colors)
    x = grid_of(classes).x[:, 0]
    # The mean stays ¼ away from a half; only on the right do the networks scatter.
    mean = np.where(x > 0, 0.75, 0.25)
    std = np.where(x > 0.5, 0.25 / 1.5, 0.0) + np.where(x > 0.8, 1.0, 0.0)
    stacked = np.stack([1 - mean, mean], axis=1), np.stack([std, std], axis=1)
    view.panel.set_band(Band(*stacked))
    shaded = view.panel.surface.pixels(colors)
    first = x.reshape(plain.shape)
    assert np.array_equal(shaded[first < 0.5], plain[first < 0.5])

    def lightness(pixels: np.ndarray) -> float:
        return float(np.mean([(pixels >> shift) & 0xFF for shift in (16, 8, 0)]))

    sign = 1 if colors.dark else -1
    some, most = (first > 0.55) & (first < 0.75), first > 0.85
    steps = [sign * (lightness(shaded[at]) - lightness(plain[at])) for at in (some, most)]
    assert 5 < steps[0] < steps[1]
    assert "dropout ±1, ±2 std" in view.panel.legend.text()
    assert "the class is open" in view.panel.legend.toolTip()
    view.set_fit(_halves(classes, 0.0, 100.0))  # the band stays until another comes
    np.testing.assert_array_equal(view.panel.surface.pixels(colors), shaded)
    view.panel.set_band(None)
    np.testing.assert_array_equal(view.panel.surface.pixels(colors), plain)


def test_the_hover_box_reads_classes_of_all_fits(view, classes) -> None:
    view.set_dataset(classes)
    view.set_fit(_halves(classes, 0.0))
    view.panel.set_overlays([Overlay("pinned", COLOR, _halves(classes, -0.5))])
    n = len(grid_of(classes).x)
    view.panel.set_band(Band(np.full((n, 2), 0.5), np.full((n, 2), 0.07)))
    rows = view.panel.chart.reader(0.0, 100.0).rows
    assert all(row.value.endswith("± 0.070") for row in rows[:2])
    name, value = rows[2].value.rsplit(" ", 1)
    assert name == "kind 1"
    assert 0.95 < float(value) < 1


def test_a_surface_of_classes_needs_no_contour_lines(view, classes) -> None:
    view.set_dataset(classes)
    view.set_fit(_halves(classes, 0.0))
    view.panel.set_overlays([Overlay("pinned", COLOR, _halves(classes, -0.5))])
    view.panel.set_members([_halves(classes, 0.2)])
    assert not len(view.panel.contours.segments)
    assert view.panel.bar.isHidden()
