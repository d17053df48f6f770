"""The whole view: what is drawn when, the figures in its texts, and ranges that rest."""

import dataclasses

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regplay.core.experiment import Experiment
from regplay.core.internals import Internals
from regplay.core.number_text import number
from regplay.gui.figures.figure import FigurePage, Style
from regplay.gui.figures.view_figures import figure_at
from regplay.gui.network.graph_layout import UnitPlace
from regplay.gui.network.network_view import NetworkView
from regplay.gui.network.pictures import Histograms
from regplay.gui.plots.frame import Frame
from regplay.gui.theme import DARK, LIGHT, ROLES, palette_of
from regplay.gui.training.messages import Look, View
from regplay.session.session import Run


@pytest.fixture
def view(show_widget) -> NetworkView:
    return show_widget(NetworkView(), 960, 420)


def _on_screen(histograms: Histograms) -> tuple[Frame, QFontMetricsF]:
    """Where they are drawn, and the font's measures."""
    return histograms.frame(), QFontMetricsF(histograms.font())


def view_of(run: Run, internals: Internals) -> View:
    """As it comes from training; nothing else in it is asked for."""
    return View(0, run, None, None, None, None, None, Look(), False, internals)


def click(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ((2, 16, 16, 16, 2), ""),
        ((2, 17, 17, 2), "A sample is drawn: 16 of 17 units of each layer."),
        ((64, 1000, 10), "A sample is drawn: 16 of 64 inputs, 16 of 1,000 units of each layer."),
        ((30, 1), "A sample is drawn: 16 of 30 inputs."),
    ],
)
def test_a_sample_of_many_units_is_drawn_and_it_says_so(
    view, make_internals, make_layers, sizes, text
) -> None:
    layers = make_layers(*sizes)
    internals = make_internals(layers)
    view.set_internals(internals)
    assert view.graph.isVisible()
    assert view.sentence.isVisible() is bool(text)
    assert view.sentence.text() == text
    assert max(internals.picture.sizes) <= 16
    figure = figure_at(view.graph)
    assert figure is not None
    svg = FigurePage(figure, Style(800, 500, 1.0, "light")).svg().decode()
    assert ("A sample is drawn" in svg) is bool(text)
    layout = view.graph.layout_of()
    unit = UnitPlace(1, layout.sizes[1] - 1)
    assert view.graph.unit_name(unit).endswith(f"{sizes[1]}") or len(sizes) == 2
    link = layout.unit_rect(unit).center()
    bias = float(layers[0][1][-1])
    assert view.graph.read(link).rows[0].value == number(bias, 3)


def test_a_deep_network_is_drawn(view, make_internals, make_layers) -> None:
    view.set_internals(make_internals(make_layers(2, 4, 4, 4, 4, 1)))
    assert view.graph.isVisible()
    assert len(view.graph.layout_of().sizes) == 6
    assert len(view.histograms.plot_rects(*_on_screen(view.histograms))) == 5


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (1, "weight > 0   < 0   output of a unit"),
        (2, "weight or value > 0   < 0"),
        (3, "weight or bias > 0   < 0"),
    ],
)
def test_the_legend_names_the_colours_that_are_drawn(
    view, make_internals, make_layers, inputs, text
) -> None:
    view.set_internals(make_internals(make_layers(inputs, 8, 1)))
    assert view.signs.text() == text
    image = view.graph.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = pixels[:, : 3 * image.width()].reshape(-1, 3).astype(int)
    apart = np.abs(pixels - QColor(LIGHT.fit).getRgb()[:3]).sum(axis=1).min()
    assert (apart < 60) == (ROLES.fit in [entry.color for entry in view.signs.entries])


# histograms


def layers_near_zero(share: float) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """64 and 16 weights, a share of the first of which is under 0.001."""
    weight = torch.full((16, 4), 0.3)
    weight.view(-1)[: round(share * 64)] = -0.0004
    return [(weight, torch.zeros(16)), (torch.full((1, 16), -0.2), torch.zeros(1))]


@pytest.mark.parametrize(("share", "text"), [(0.125, "12 %"), (0.0, "0 %"), (1.0, "100 %")])
def test_titles_count_weights_and_those_near_zero(view, make_internals, share, text) -> None:
    view.set_internals(make_internals(layers_near_zero(share)))
    assert [
        " · ".join(lines) for lines in view.histograms.title_lines(*_on_screen(view.histograms))
    ] == [
        f"layer 1 · 64 weights · {text} under 0.001",
        "output · 16 weights · 0 % under 0.001",
    ]


def test_titles_are_split_and_shortened_where_there_is_no_room(
    view, make_internals, make_layers
) -> None:
    histograms = view.histograms
    histograms.setParent(None)
    try:
        histograms.set_layers(make_internals(make_layers(2, 64, 64, 2)).layers)
        metrics, widths = histograms.fontMetrics(), {}
        for panel, lines in ((330, 1), (175, 2), (116, 2)):
            histograms.resize(3 * panel + 20, 190)
            shown = histograms.title_lines(*_on_screen(histograms))[1]
            assert len(shown) == lines
            widths[panel] = max(map(metrics.horizontalAdvance, shown))
            assert widths[panel] <= panel
        assert shown[0] == "layer 2 · 4,096"
        assert shown[1].endswith("under 0.001")
    finally:
        histograms.deleteLater()


def test_the_mouse_reads_a_bin_now_and_initially(view, make_internals, make_layers) -> None:
    layers, initial = layers_near_zero(0.5), layers_near_zero(0.25)
    view.set_internals(make_internals(layers, initial))
    plot = view.histograms.plot_rects(*_on_screen(view.histograms))[0]
    QTest.mouseMove(view.histograms, QPoint(1, 1))
    QTest.mouseMove(view.histograms, plot.center().toPoint())
    readout = view.histograms.readout
    assert readout.title.startswith("layer 1: −")
    assert [(row.name, row.value) for row in readout.rows] == [("now", "32"), ("initial", "16")]
    QTest.mouseMove(view.histograms, QPoint(2, 2))
    assert view.histograms.readout is None


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_bars_stand_where_the_weights_are(view, make_internals, colors) -> None:
    view.setPalette(palette_of(colors))
    view.set_internals(make_internals(layers_near_zero(0.0)))  # 0.3, in a range of ±0.5
    plot = view.histograms.plot_rects(*_on_screen(view.histograms))[0]
    image = view.histograms.grab().toImage()
    y = round(plot.bottom()) - 6
    row = [image.pixelColor(x, y) for x in range(round(plot.left()), round(plot.right()))]
    filled = [x for x, color in enumerate(row) if color.green() > color.red() + 40]
    assert np.mean(filled) / len(row) == pytest.approx(0.8, abs=0.02)
    ground = image.pixelColor(round(plot.left()) + 8, y)
    assert ground == QColor(colors.background)


def test_nine_layers_stand_in_two_rows_without_overlap(view, make_internals, make_layers) -> None:
    view.set_internals(make_internals(make_layers(2, *[20] * 8, 2)))
    QApplication.processEvents()
    rects = view.histograms.plot_rects(*_on_screen(view.histograms))
    assert len(rects) == 9
    assert len({rect.top() for rect in rects}) == 2
    for index, rect in enumerate(rects):
        assert rect.height() > 25
        assert view.histograms.rect().contains(rect.toRect())
        assert not any(rect.intersects(other) for other in rects[:index])


# over epochs


def test_lines_are_the_norms_of_the_layers_or_the_shares(view, make_internals) -> None:
    internals = make_internals(layers_near_zero(0.25), layers_near_zero(0.0), epochs=(0, 10, 20))
    view.set_internals(internals)
    for index, curve in enumerate(view.norms.curves):
        np.testing.assert_array_equal(curve.values, internals.norms[:, index])
    assert view.layers.text() == "layer 1   output"
    click(view.measures["near_zero"])
    assert view.norms.curves[0].values.tolist() == [0.0, 25.0, 25.0]
    assert view.norms.auto_range("y") == (0.0, 102.0)
    click(view.measures["norm"])
    assert view.norms.curves[0].values[0] == pytest.approx(internals.norms[0, 0])
    assert view.norms.auto_range("y")[1] < 10


def test_the_mouse_reads_every_layer_at_an_epoch(view, make_internals) -> None:
    view.set_internals(make_internals(layers_near_zero(0.25), epochs=(0, 10, 20)))
    click(view.measures["near_zero"])
    chart = view.norms
    scene = chart.box.mapToScene(chart.frame().x(11.0), 30)
    at = chart.mapFromScene(scene)
    QTest.mouseMove(chart.viewport(), at + QPoint(9, 9))
    QTest.mouseMove(chart.viewport(), at)
    reading = chart.hover.reading
    assert reading.title == "epoch 10"
    assert [(row.name, row.value) for row in reading.rows] == [
        ("layer 1", "25.0 %"),
        ("output", "0.0 %"),
    ]


def test_log_x_leaves_epoch_zero_out_and_comes_back(view, make_internals) -> None:
    view.set_internals(make_internals(layers_near_zero(0.0), epochs=(0, 10, 900)))
    click(view.log_x)
    assert view.norms.is_log("x")
    assert view.norms.auto_range("x") == (0.0, 3.0)
    click(view.log_x)
    assert view.norms.auto_range("x") == (0.0, 1000.0)


def test_ranges_rest_while_it_trains_and_start_anew_with_a_run(view, make_internals) -> None:
    def scaled(factor: float):
        return [(factor * weight, bias) for weight, bias in layers_near_zero(0.0)]

    def shown(run: Run, *epochs: int, factor: float):
        internals = make_internals(scaled(factor), scaled(0.1), epochs=epochs)
        view.show_view(view_of(run, internals))
        view.histograms.title_lines(*_on_screen(view.histograms))
        return (
            view.histograms._range.value,
            view.graph._largest_weight.value,
            view.norms.auto_range("y"),
            view.norms.auto_range("x"),
        )

    run, other = Run(Experiment()), Run(Experiment())
    first = shown(run, 0, 35, factor=1.0)
    assert shown(run, 0, 36, factor=0.98) == first
    assert shown(run, 0, 37, factor=0.3) == first
    assert shown(run, 0, 38, factor=3.0)[0] > first[0]
    grown = shown(run, 0, 38, factor=1.0)
    log = make_internals(scaled(3.0), scaled(0.1), epochs=(0, 38))
    view.show_view(view_of(run, dataclasses.replace(log, epoch=0)))  # gone back in the same run
    assert (view.histograms._range.value, *shown(run, 0, 38, factor=1.0)[1:]) == grown
    assert shown(run, 0, 38, factor=1e20)[0] > 1e18  # it diverges
    again = shown(other, 0, 38, factor=0.1)
    assert all(np.max(new) < np.max(old) for new, old in zip(again[:3], first[:3], strict=True))
    assert again[3] == first[3]
    assert shown(run, 0, factor=0.1)[3] < first[3]


def test_a_new_dataset_and_no_network_empty_everything(
    view, make_internals, make_layers, make_dataset
) -> None:
    view.set_internals(make_internals(make_layers(2, 4, 2), epochs=(0, 5)))
    view.set_dataset(make_dataset(1, 0))
    assert view.graph.layout_of() is None
    assert view.histograms.title_lines(*_on_screen(view.histograms)) == []
    assert view.norms.curves == ()
    ground = QColor(LIGHT.background)
    image = view.graph.grab().toImage()
    assert all(image.pixelColor(x, 200) == ground for x in range(0, image.width(), 7))


def test_a_hidden_view_draws_nothing(view, make_internals, make_layers, draws) -> None:
    view.set_internals(make_internals(make_layers(2, 4, 2)))
    QApplication.processEvents()
    view.hide()
    assert {*draws} == {view.graph, view.histograms}
    draws.clear()
    for epoch in range(1, 6):
        view.set_internals(make_internals(make_layers(2, 4, 2), epochs=(0, epoch)))
        QApplication.processEvents()
    assert not draws


def test_parts_have_names(view) -> None:
    names = {part.objectName() for part in (view.graph, view.histograms, view.norms, view.log_x)}
    assert names == {"network.graph", "network.histograms", "network.norms", "network.log_x"}
    assert view.measures["near_zero"].objectName() == "network.near_zero"
