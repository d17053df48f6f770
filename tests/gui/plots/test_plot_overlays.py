"""Other fits over the present one: overlays, the dropout band, thinned networks."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.fit_layers import band_colors
from regplay.gui.plots.fit_panel import Band, Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.theme import DARK, LIGHT, palette_of

COLOR = "#8f30df"


@pytest.fixture
def view(show_widget) -> FitView:
    return show_widget(FitView(), 700, 320)


def _halves(dataset, at: float) -> Fit:
    """Two classes, parted at a share of the first input's range."""
    grid = grid_of(dataset)
    place = (grid.x[:, 0] - grid.low[0]) / (grid.high[0] - grid.low[0])
    second = 1 / (1 + np.exp(-40 * (place - at)))
    n = len(dataset.train.y), len(dataset.valid.y)
    even = [np.full((k, 2), 0.5) for k in n]
    return Fit(1, 1, *even, np.stack([1 - second, second], axis=1))


def _count(image: QImage, color: str) -> int:
    """Pixels that have nearly this colour."""
    wanted = np.array(QColor(color).getRgb()[:3])
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    shape = image.height(), image.bytesPerLine() // 4, 4
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., 2::-1]
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) < 24).sum())


def _seen(view: FitView, color: str = COLOR) -> int:
    return _count(view.panel.chart.grab().toImage(), color)


def _text(view: FitView) -> str:
    return view.panel.legend.text()


def test_an_overlay_is_a_line_in_its_colour_and_in_the_legend(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1, 2.0))
    assert _seen(view) == 0
    other = make_fit(dataset, 1, 1.4)
    view.panel.set_overlays([Overlay("best epoch 54", COLOR, other)])
    ((x, y, color),) = view.panel.others.lines
    np.testing.assert_array_equal(x, grid_of(dataset).x[:, 0])
    np.testing.assert_array_equal(y, other.grid)
    assert color == COLOR
    assert _seen(view) > 300  # a line across the plot
    assert "best epoch 54" in _text(view)
    view.panel.set_overlays([])
    assert _seen(view) == 0
    assert "best epoch" not in _text(view)


def test_the_present_fit_lies_over_an_overlay(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    fit = make_fit(dataset, 1, 1.9)
    view.set_fit(fit)
    view.panel.set_overlays([Overlay("same", COLOR, make_fit(dataset, 1, 1.9))])
    assert _seen(view) == 0
    assert _seen(view, LIGHT.fit) > 300


def test_overlays_rest_while_the_fit_moves(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 3, 2.0))
    overlays = [Overlay("a", COLOR, make_fit(dataset, 1, 1.5))]
    view.panel.set_overlays(overlays)
    view.panel.chart.grab()
    painted = []
    layer = view.panel.others
    paint = layer.paint
    layer.paint = lambda painter, frame: (painted.append(1), paint(painter, frame))
    for epoch in range(4, 6):  # too soon for another earlier curve
        view.panel.set_overlays([dataclasses.replace(overlays[0])])  # the same once more
        view.set_fit(make_fit(dataset, epoch, 2.1))
        view.panel.chart.grab()
    assert painted == []
    view.panel.set_overlays([dataclasses.replace(overlays[0], color="#ff2050")])
    view.panel.chart.grab()
    assert painted == [1]


def test_an_overlay_from_other_data_is_drawn_on_its_own_grid(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    own = grid_of(dataset)
    other = Grid(np.linspace(-9, 9, 40)[:, None], (40,), np.array([-9.0]), np.array([9.0]))
    fit = Fit(1, 1, np.zeros(1), np.zeros(1), np.linspace(0, 1, 40))
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1))
    view.panel.set_overlays([Overlay("on its own", COLOR, fit, other), Overlay("lost", COLOR, fit)])
    ((x, y, _),) = view.panel.others.lines
    assert (x[0], x[-1], y[-1]) == (-9, 9, 1)
    assert "on its own" in _text(view)
    assert "lost" not in _text(view)  # its 40 values don't belong to the grid of this dataset
    assert len(own.x) != 40


def test_an_axis_grows_for_an_overlay(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    _, high = view.panel.chart.auto_range("y")
    view.panel.set_overlays([Overlay("high", COLOR, make_fit(dataset, 1, high + 0.5))])
    assert view.panel.chart.auto_range("y")[1] >= high + 0.5


def test_the_hover_box_reads_overlays(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1, 2.0))
    view.panel.set_overlays([Overlay("pinned", COLOR, make_fit(dataset, 1, 1.5))])
    rows = view.panel.chart.reader(0.0, 10.0).rows
    assert ("pinned", "1.5", COLOR) in [(row.name, row.value, row.color) for row in rows]


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_band_has_two_shades_around_the_mean(view, make_dataset, colors) -> None:
    dataset = make_dataset("curve")
    view.setPalette(palette_of(colors))
    view.set_dataset(dataset)
    points = len(grid_of(dataset).x)
    low, high = view.panel.chart.auto_range("y")
    mean, std = (low + high) / 2, (high - low) / 8
    view.panel.set_band(Band(np.full(points, mean), np.full(points, std)))
    assert "dropout ±1 std   ±2 std" in _text(view)
    wide, narrow = map(colors.of, band_colors(colors.fit))
    image = view.panel.chart.grab().toImage()
    chart = view.panel.chart
    box, frame = chart.box.sceneBoundingRect(), chart.frame()
    seen = set()
    for deviations, color in ((0.5, narrow), (-0.5, narrow), (1.5, wide), (-1.5, wide)):
        y = int(box.top() + float(frame.y(mean + deviations * std)))
        row = [image.pixelColor(int(box.left()) + dx, y).name() for dx in range(5, 300)]
        assert row.count(color) > 150  # the rest are points, the grid, and the true function
        seen.add(color)
    for deviations in (2.5, -2.5):
        y = int(box.top() + float(frame.y(mean + deviations * std)))
        row = {image.pixelColor(int(box.left()) + dx, y).name() for dx in range(5, 300)}
        assert not seen & row
    view.panel.set_band(None)
    assert "std" not in _text(view)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_thinned_networks_look_otherwise_than_the_past(view, make_dataset, colors) -> None:
    """The past of the fit fades into the background; they don't, and are thinner."""
    dataset = make_dataset("curve")
    view.setPalette(palette_of(colors))
    view.set_dataset(dataset)
    n = len(grid_of(dataset).x), len(dataset.train.y), len(dataset.valid.y)
    flat = [Fit(e, e, *(np.zeros(k) for k in n[1:]), np.full(n[0], 1.5 + e / 4)) for e in (1, 2)]
    view.set_fit(flat[0])
    view.set_fit(flat[1])  # the first one is past now
    view.panel.set_members([dataclasses.replace(flat[0], grid=np.full(n[0], 2.3))])
    signs = {entry.text: entry for entry in view.panel.legend.entries}
    thinned, earlier = signs["thinned"], signs["earlier"]
    assert (thinned.sign, earlier.sign) == ("thin", "line")
    ground = _contrast(colors.background, colors.fit)
    assert _contrast(colors.background, colors.of(thinned.color)) > ground
    assert _contrast(colors.background, colors.of(earlier.color)) < 0.8 * ground
    assert view.panel.members.lines[0][2] == thinned.color


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio, from 1."""

    def luminance(color: str) -> float:
        parts = np.array(QColor(color).getRgbF()[:3])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_thinned_networks_are_faint_lines(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    fits = [make_fit(dataset, epoch) for epoch in (1, 2, 3)]
    view.panel.set_members(fits)
    lines = view.panel.members.lines
    for (_, y, _), fit in zip(lines, fits, strict=True):
        np.testing.assert_array_equal(y, fit.grid)
    assert "thinned" in _text(view)
    assert DARK.of(lines[0][2]) != LIGHT.of(lines[0][2])
    view.panel.set_members([])
    assert "thinned" not in _text(view)


@pytest.mark.parametrize("kind", ["curve", "two classes", "values", "class curves"])
def test_another_dataset_starts_without_overlays(view, make_dataset, make_fit, kind) -> None:
    dataset = make_dataset(kind)
    fit = make_fit(dataset, 1)
    view.set_dataset(dataset)
    view.panel.set_overlays([Overlay("old", COLOR, fit)])
    view.panel.set_members([fit])
    view.panel.set_band(Band(fit.grid, np.abs(fit.grid)))
    assert all(word in _text(view) for word in ("old", "thinned", "dropout"))
    view.set_dataset(make_dataset(kind))
    assert not any(word in _text(view) for word in ("old", "thinned", "dropout"))
    assert _seen(view) == 0


def test_an_overlay_is_a_boundary_where_classes_meet(view, make_dataset) -> None:
    dataset = make_dataset("two classes")
    grid = grid_of(dataset)
    view.set_dataset(dataset)
    view.set_fit(_halves(dataset, 0.7))
    assert _seen(view) == 0
    view.panel.set_overlays([Overlay("λ 0.01", COLOR, _halves(dataset, 0.3))])
    ((segments, color),) = view.panel.others.lines
    assert color == COLOR
    x = grid.low[0] + 0.3 * (grid.high[0] - grid.low[0])
    np.testing.assert_allclose(segments[:, ::2], x, atol=0.01)
    assert _seen(view) > 100
    assert "λ 0.01" in _text(view)
    view.set_fit(_halves(dataset, 0.6))
    assert _seen(view) > 100
    view.panel.set_overlays([])
    assert _seen(view) == 0


def test_boundaries_rest_until_the_ranges_change(view, make_dataset) -> None:
    dataset = make_dataset("two classes")
    view.set_dataset(dataset)
    view.set_fit(_halves(dataset, 0.7))
    view.panel.set_overlays([Overlay("a", COLOR, _halves(dataset, 0.3))])
    view.panel.chart.grab()
    picture = view.panel.others.kept.picture
    view.set_fit(_halves(dataset, 0.5))
    view.panel.chart.grab()
    assert view.panel.others.kept.picture is picture
    view.resize(600, 300)
    view.panel.chart.grab()
    assert view.panel.others.kept.picture is not picture


def test_thinned_classifiers_are_faint_boundaries(view, make_dataset) -> None:
    dataset = make_dataset("two classes")
    view.set_dataset(dataset)
    view.set_fit(_halves(dataset, 0.7))
    view.panel.set_members([_halves(dataset, at) for at in (0.2, 0.4)])
    grid, x = grid_of(dataset), view.panel.members.segments[:, ::2]
    places = ((x - grid.low[0]) / (grid.high[0] - grid.low[0])).round(2)
    assert set(places.ravel()) == {0.2, 0.4}
    assert "thinned" in _text(view)


def test_every_way_of_showing_takes_them(view, dataset, make_fit) -> None:
    view.set_dataset(dataset)
    fit = make_fit(dataset, 1)
    view.set_fit(fit)
    before = view.grab().toImage()
    view.panel.set_overlays([Overlay("other", COLOR, make_fit(dataset, 2))])
    view.panel.set_members([make_fit(dataset, 3)])
    assert (view.grab().toImage() != before) == (dataset.n_inputs <= 2)
    assert view.panel.shows_passes == (dataset.n_inputs <= 2)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_diverged_overlays_are_drawn_without_a_warning(view, make_dataset, make_fit, value) -> None:
    for kind in ("curve", "two classes", "values", "class curves"):
        dataset = make_dataset(kind)
        view.set_dataset(dataset)
        fit = make_fit(dataset, 1, value)
        view.panel.set_overlays([Overlay("gone", COLOR, fit)])
        view.panel.set_members([fit])
        view.panel.set_band(Band(fit.grid, fit.grid))
        view.grab()
        view.set_fit(fit)
        view.grab()
        view.panel.chart.reader(0.1, 20.0)
