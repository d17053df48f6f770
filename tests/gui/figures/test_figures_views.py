"""Every kind of plot as a figure: what is in it, and that the plot on screen stays as it is."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from plots import (
    KINDS,
    figure_of,
    fit_view,
    history_view,
    make_dataset,
    make_fit,
    make_history,
    part_of,
)
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from regplay.gui.figures.figure import FigurePage, Style
from regplay.gui.figures.view_figures import figure_at, figures_in
from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_layers import PinnedCurves
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.theme import DARK, LIGHT, ROLES, palette_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=KINDS, scope="module")
def shown(request, qapp):
    make, part, texts = KINDS[request.param]
    view = make()
    view.resize(640, 400)
    view.show()
    assert QTest.qWaitForWindowExposed(view)
    yield view, part, texts
    view.close()
    view.deleteLater()


def colors_in(image) -> int:
    """How many colours an image has."""
    bits = np.frombuffer(image.constBits(), dtype=np.uint32)
    return len(np.unique(bits))


def test_it_has_the_size_and_shows_more_than_axes(shown):
    view, part, _ = shown
    image = FigurePage(figure_of(view, part), Style(600, 400, 1.0, "light")).image()
    assert (image.width(), image.height()) == (600, 400)
    assert image.pixelColor(2, 2) == QColor(LIGHT.background)
    assert colors_in(image) > 20


def test_its_texts_are_texts_in_the_svg(shown):
    view, part, texts = shown
    root = ElementTree.fromstring(
        FigurePage(figure_of(view, part), Style(800, 533, 1.0, "dark")).svg()
    )
    # Qt writes Greek letters as texts of their own.
    found = " ".join("".join(text.itertext()).strip() for text in root.iter(f"{SVG}text"))
    for text in texts:
        assert text in found
    assert list(root.iter(f"{SVG}path")) or list(root.iter(f"{SVG}rect"))


def test_another_scheme_leaves_the_screen_as_it_is(shown, qtbot):
    view, part, _ = shown
    plot = part_of(view, part)
    before = plot.grab().toImage()
    dark = FigurePage(figure_of(view, part), Style(300, 200, 0.5, "dark")).image()
    assert dark.pixelColor(1, 1) == QColor(DARK.background)
    assert plot.grab().toImage() == before


def test_it_has_a_title_and_a_table(shown):
    view, part, _ = shown
    figure = figure_of(view, part)
    assert figure.title() or part == "legend"
    assert figure.name
    assert all(next(iter(one.cells().values())) for one in figure.series())


def test_a_widget_without_a_plot_has_no_figure(show_widget):
    view = show_widget(FitView(), 300, 200)
    assert figure_at(view) is None
    assert figures_in(view) == []


def test_plots_in_sight_are_found_from_the_top(show_widget):
    view = show_widget(fit_view(4), 640, 400)
    assert [figure.name for figure in figures_in(view)] == ["predicted", "linear_weights"]
    view.panel.weights.hide()
    assert [figure.name for figure in figures_in(view)] == ["predicted"]


def test_the_title_follows_the_epoch(show_widget):
    view = show_widget(fit_view(1), 640, 400)
    figure = figure_of(view, "panel.chart")
    assert figure.title() == "Fit at epoch 7"
    view.set_fit(make_fit(make_dataset(1), 1200))
    assert figure.title() == "Fit at epoch 1,200"


def has_color(image, color: str) -> bool:
    bits = np.frombuffer(image.constBits(), dtype=np.uint32)
    return bool((bits == QColor(color).rgb()).any())


def test_fits_of_other_runs_have_the_colours_of_the_scheme(show_widget):
    view = show_widget(fit_view(1), 640, 400)
    view.setPalette(palette_of(DARK))
    dataset = make_dataset(1)
    overlays = [
        Overlay("best", ROLES.best, make_fit(dataset, 3)),
        Overlay("pin", pin_color(2), make_fit(dataset, 4)),
    ]
    view.panel.set_overlays(overlays)
    image = FigurePage(figure_of(view, "panel.chart"), Style(1200, 800, 2.0, "light")).image()
    assert has_color(image, LIGHT.of(pin_color(2)))
    assert not has_color(image, DARK.of(pin_color(2)))
    assert [one.color for one in view.panel.overlays] == [one.color for one in overlays]


def test_pinned_histories_have_the_colours_of_the_scheme_and_ranges_rest(show_widget):
    view = show_widget(history_view("loss"), 640, 300)
    history = view.plot.curves[0]
    view.setPalette(palette_of(DARK))
    source = PinnedCurves("pin", pin_color(4), make_history(20))
    view.set_pinned([source])
    ranges = view.plot.box.viewRange()
    image = FigurePage(figure_of(view, "plot"), Style(1200, 800, 2.0, "light")).image()
    assert has_color(image, LIGHT.of(pin_color(4)))
    assert view.plot.pinned.runs[0].source is source
    assert view.plot.box.viewRange() == ranges
    assert view.plot.curves[0] is history


def test_a_zoomed_plot_is_drawn_as_it_is_zoomed(show_widget):
    view = show_widget(fit_view(1), 640, 400)
    chart = view.panel.chart
    chart.box.setRange(xRange=(0.25, 0.75), yRange=(-1, 1), padding=0)
    texts = _texts(figure_of(view, "panel.chart"))
    assert "0.5" in texts
    assert not {"1.5", "2", "-2", "−2"} & set(texts)


def _texts(figure) -> list[str]:
    root = ElementTree.fromstring(FigurePage(figure, Style(800, 533, 1.0)).svg())
    return ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]
