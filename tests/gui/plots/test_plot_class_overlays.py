"""Other fits, the dropout band and thinned networks over class probabilities of one input."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from regplay.core.fit import Fit, Grid, grid_of
from regplay.gui.plots.curve import without_tails
from regplay.gui.plots.fit_layers import FEW, band_colors
from regplay.gui.plots.fit_panel import Band, Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.theme import DARK, LIGHT, palette_of

COLOR = "#ff2050"


@pytest.fixture
def dataset(make_dataset):
    return make_dataset("class curves")


@pytest.fixture
def view(show_widget, dataset) -> FitView:
    view = FitView()
    view.set_dataset(dataset)
    return show_widget(view, 700, 400)


def _flat(dataset, *p: float) -> Fit:
    """The same probabilities everywhere."""
    even = np.full((len(dataset.train.y), len(p)), 1 / len(p))
    return Fit(1, 1, even, even[: len(dataset.valid.y)], np.tile(p, (len(grid_of(dataset).x), 1)))


def _band(dataset, mean: tuple[float, ...], std: tuple[float, ...]) -> Band:
    n = len(grid_of(dataset).x)
    return Band(np.tile(mean, (n, 1)), np.tile(std, (n, 1)))


def _column(view: FitView, p: float, image: QImage | None = None) -> set[str]:
    """The colours at the height of a probability, at places between the grid lines."""
    chart = view.panel.chart
    image = image or chart.grab().toImage()
    y = float(chart.frame().y(p))
    points = (chart.mapFromScene(chart.box.mapToScene(x, y)) for x in np.arange(31.5, 500, 37))
    return {image.pixelColor(QPoint(point)).name() for point in points}


def _is_nearly(color: str, seen: set[str]) -> bool:
    """Whether one colour was seen, and it is this but for the rounding of what is transparent."""
    assert len(seen) == 1
    one, other = QColor(color), QColor(*seen)
    pairs = zip(one.getRgb(), other.getRgb(), strict=True)
    return all(abs(a - b) <= 1 for a, b in pairs)


def _has_overlay(view: FitView, p: float) -> bool:
    """Whether there is a line of the overlay's hue, which smooth edges make paler."""
    colors = [QColor(name) for name in _column(view, p)]
    return all(abs(color.hue() - QColor(COLOR).hue()) < 6 for color in colors)


def test_each_class_of_an_overlay_is_a_curve_in_its_colour(view, dataset) -> None:
    view.set_fit(_flat(dataset, 0.1, 0.2, 0.7))
    other = _flat(dataset, 0.5, 0.3, 0.2)
    view.panel.set_overlays([Overlay("λ 0.1", COLOR, other)])
    assert [color for _, _, color in view.panel.others.lines] == [COLOR] * 3
    for index, (_, curve, _) in enumerate(view.panel.others.lines):
        np.testing.assert_array_equal(curve, other.grid[:, index])
    for p in (0.5, 0.3):
        assert _has_overlay(view, p)
    assert not _has_overlay(view, 0.2)  # the present fit lies over it
    assert view.panel.legend.text().endswith("λ 0.1")
    view.panel.set_overlays([])
    assert not _has_overlay(view, 0.5)


def test_an_overlay_of_another_number_of_classes_is_left_out(view, dataset) -> None:
    view.panel.set_overlays([Overlay("two", COLOR, _flat(dataset, 0.5, 0.5))])
    assert view.panel.others.lines == []
    assert "two" not in view.panel.legend.text()


def test_an_overlay_is_read_where_it_was_predicted(view, dataset) -> None:
    view.set_fit(_flat(dataset, 0.1, 0.2, 0.7))
    x = np.linspace(-3, 3, 31)[:, None]
    first = np.interp(x[:, 0], [-3, 3], [0, 1])
    p = np.stack([first, 1 - first, np.zeros(31)], axis=1)
    fit = Fit(1, 1, p[:1], p[:1], p)
    grid = Grid(x, (31,), np.array([-3.0]), np.array([3.0]))
    view.panel.set_overlays([Overlay("on its own", COLOR, fit, grid)])
    at = float(grid_of(dataset).x[200, 0])
    rows = {row.name: row for row in view.panel.chart.reader(at, 0.0).rows}
    assert rows["on its own"].value == f"kind 0 {(at + 3) / 6:.3f}"
    assert rows["kind 2"].value == "0.700"


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_each_class_has_a_band_of_two_shades_in_its_colour(view, dataset, colors) -> None:
    view.setPalette(palette_of(colors))
    view.panel.set_band(_band(dataset, (0.2, 0.5, 0.9), (0.02, 0.05, 0.0)))
    curves = view.panel.band.curves
    assert curves == tuple(curve.color for curve in view.panel.curves)
    for index, (mean, std) in enumerate(((0.2, 0.02), (0.5, 0.05))):
        wide, narrow = map(colors.of, band_colors(curves[index]))
        for away, color in ((0.5, narrow), (-0.5, narrow), (1.5, wide), (-1.5, wide)):
            assert _is_nearly(color, _column(view, mean + away * std))
        assert _column(view, mean + 2.7 * std) == {colors.background}
    assert "dropout ±1, ±2 std" in view.panel.legend.text()
    view.panel.set_band(None)
    assert _column(view, 0.51) == {colors.background}


def test_where_bands_overlap_both_show(view, dataset) -> None:
    view.panel.set_band(_band(dataset, (0.4, 0.6, 0.0), (0.15, 0.15, 0.0)))
    one, other, both = (_column(view, p) for p in (0.3, 0.7, 0.51))
    assert len(one) == len(other) == len(both) == 1
    assert len(one | other | both) == 3


def test_a_band_ends_at_0_and_1(view, dataset) -> None:
    view.panel.set_band(_band(dataset, (0.95, 0.5, 0.05), (0.4, 0.0, 0.4)))
    assert _column(view, -0.012) == {LIGHT.background}
    assert _column(view, 1.02) == {LIGHT.background}


def test_many_classes_have_the_narrow_band_alone(view, dataset) -> None:
    names = tuple(f"kind {k}" for k in range(FEW + 1))
    many = dataclasses.replace(dataset, class_names=names)
    view.set_dataset(many)
    p = (0.6, *[0.1] * FEW)
    view.panel.set_band(_band(many, p, (0.1, *[0.0] * FEW)))
    assert _is_nearly(LIGHT.of(band_colors(view.panel.band.curves[0])[1]), _column(view, 0.65))
    assert _column(view, 0.72) == {LIGHT.background}
    assert "dropout ±1 std" in view.panel.legend.text()


def test_the_hover_box_says_the_deviation(view, dataset) -> None:
    view.set_fit(_flat(dataset, 0.1, 0.2, 0.7))
    view.panel.set_band(_band(dataset, (0.2, 0.1, 0.7), (0.02, 0.05, 0.123)))
    rows = view.panel.chart.reader(0.0, 0.0).rows
    assert [row.value for row in rows] == ["0.100 ± 0.020", "0.200 ± 0.050", "0.700 ± 0.123"]


def test_thinned_networks_are_faint_lines_of_each_class(view, dataset) -> None:
    fits = [_flat(dataset, p, 0.9 - p, 0.1) for p in (0.3, 0.35)]
    view.panel.set_members(fits)
    assert len(view.panel.members.lines) == 6
    colors = [color for _, _, color in view.panel.members.lines]
    assert colors[:3] == colors[3:]
    assert len({*colors, *view.panel.band.curves}) == 6  # none has the colour of a curve
    assert "thinned" in view.panel.legend.text()


def test_what_lies_below_rests_while_the_fit_moves(view, dataset) -> None:
    view.set_fit(_flat(dataset, 0.1, 0.2, 0.7))
    view.panel.set_overlays([Overlay("a", COLOR, _flat(dataset, 0.5, 0.3, 0.2))])
    view.panel.set_band(_band(dataset, (0.2, 0.1, 0.7), (0.02, 0.05, 0.1)))
    view.panel.chart.grab()
    painted = []
    for layer in (view.panel.others, view.panel.band):
        layer.paint = lambda painter, frame: painted.append(1)
    view.set_fit(_flat(dataset, 0.2, 0.2, 0.6))
    view.panel.chart.grab()
    assert painted == []


def test_tails_at_0_and_1_are_left_out_and_nothing_else() -> None:
    x = np.linspace(-20, 20, 400)
    p = 1 / (1 + np.exp(-3 * x))
    kept_x, kept = without_tails(x, p)
    assert len(kept) < 100
    assert (kept_x[0], kept_x[-1]) == (-20, 20)
    np.testing.assert_allclose(np.interp(x, kept_x, kept), p, atol=0.002)
    broken = np.where(np.abs(x) < 5, np.nan, 0.0)
    assert np.isnan(without_tails(x, broken)[1]).sum() == np.isnan(broken).sum()
