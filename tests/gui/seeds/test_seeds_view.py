"""The tab of many seeds: a person's clicks and keys, and what is handed to the plots."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from seen import choose_axis, color_at, dataset_of, find

from regplay.core.bias_variance import DOUBLE_DESCENT, Decomposition, spread
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.hyperparameters import DECOMPOSED
from regplay.core.sweep import decomposition_axis
from regplay.gui.plots.fit_layers import band_colors
from regplay.gui.seeds.decomposition import PARTS as KINDS
from regplay.gui.seeds.seeds_tab import SeedsTab
from regplay.gui.theme import DARK, LIGHT, palette_of

LEFT = Qt.MouseButton.LeftButton
WIDTHS = tuple(float(v) for v in decomposition_axis("model.width").values)
PARTS = tuple(Decomposition(0.1, 0.2 / k, 0.05, 0.16 + 0.2 / k, 0.01) for k in range(1, 12))


def some_spread(dataset, networks=7):
    n, rng = len(grid_of(dataset).x), np.random.default_rng(0)
    if dataset.task == "classification":
        return spread(rng.dirichlet(np.ones(dataset.n_outputs), (networks, n)))
    return spread(np.linspace(-1, 1, n) + 0.3 * rng.standard_normal((networks, 1)))


def test_the_number_of_seeds_is_typed_and_reported_once(view):
    heard = []
    view.box.valueChanged.connect(heard.append)
    box = find(view, "seeds.count")
    box.selectAll()
    QTest.keyClicks(box, "35")
    assert heard == []
    QTest.keyClick(box, Qt.Key.Key_Return)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert heard == [35, 36]
    assert view.box.value() == 36
    view.box.setValue(200)
    view.box.setValue(1)
    assert heard == [35, 36, 100, 5]


def test_another_axis_is_chosen_by_keys_and_empties_the_plot(view):
    heard = []
    view.wishes_changed.connect(lambda: heard.append(view.path))
    assert view.path == DECOMPOSED[0]
    view.decomposition.set_decompositions((0.0, 0.1), PARTS[:2])
    QTest.keyClick(find(view, "seeds.axis"), Qt.Key.Key_End)
    assert heard == ["model.width"]
    assert view.path == "model.width"
    plot = view.decomposition
    assert not any(plot.bars.parts)
    assert plot.chart.axes().x.name == "Width"


def test_double_descent_is_asked_for(view):
    heard = []
    view.experiment_chosen.connect(heard.append)
    QTest.mouseClick(find(view, "seeds.doubleDescent"), LEFT)
    assert heard == [replace(Experiment(), DOUBLE_DESCENT)]
    assert view.path == "model.width"
    assert view.control.is_on


def test_space_stays_with_the_window(qtbot):
    window, view, heard = QMainWindow(), SeedsTab(), []
    qtbot.addWidget(window)
    view.set_dataset(dataset_of("moons"))
    window.setCentralWidget(view)
    action = QAction("Train", window)
    action.setShortcut(Qt.Key.Key_Space)
    action.triggered.connect(lambda: heard.append("window"))
    window.addAction(action)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.control.turned.connect(lambda: heard.append("start"))
    view.double_descent.clicked.connect(lambda: heard.append("double descent"))
    names = ["seeds.count", "seeds.start", "seeds.doubleDescent", "seeds.std", "seeds.members"]
    view.combo.setEnabled(True)
    names.append("seeds.axis")
    for name in names:
        widget = find(view, name)
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Space)
    assert heard == ["window"] * len(names)
    assert not find(view, "seeds.std").isChecked()


@pytest.mark.parametrize(
    ("name", "has_parts", "words", "is_measured"),
    [
        ("sine", True, "", False),
        ("xor", True, "", False),
        ("linear", True, "", False),
        ("moons", False, "cross-entropy", False),
        ("motorcycle", False, "true function", True),
        ("penguins", False, "cross-entropy", True),
        ("cars", False, "true function", True),
        ("digits", False, "cross-entropy", True),
    ],
)
def test_each_dataset_shows_what_it_has_and_says_what_not(
    view, name, has_parts, words, is_measured
):
    dataset = dataset_of(name)
    view.set_dataset(dataset)
    assert view.decomposition.isVisible() == has_parts
    assert view.combo.isEnabled() == has_parts
    assert (view.spread.panel.dataset is not None) == (dataset.n_inputs <= 2)
    assert view.spread.strip.isVisible() == (dataset.n_inputs > 2)
    sentence = view.sentence
    assert sentence.isVisible() == bool(words)
    said = sentence.text() if words else ""
    assert words in said
    assert ("So only the spread" in said) == (not has_parts and dataset.n_inputs <= 2)
    assert ("So only the losses" in said) == (not has_parts and dataset.n_inputs > 2)
    assert ("come from the same table" in said) == is_measured


# The picture of moons, of two classes, is that of blobs with fewer.
@pytest.mark.parametrize(
    "name",
    ["sine", "xor", pytest.param("moons", marks=pytest.mark.nightly), "motorcycle", "blobs"],
)
def test_every_kind_of_picture_shows_a_spread_and_restyles(view, name):
    dataset = dataset_of(name)
    view.set_dataset(dataset)
    empty = view.spread.grab().toImage()
    view.spread.set_spread(some_spread(dataset))
    full = view.spread.grab().toImage()
    view.setPalette(palette_of(DARK))
    dark = view.spread.grab().toImage()
    view.setPalette(QPalette())
    assert view.spread.grab().toImage() == full
    view.spread.set_spread(None)
    gone = view.spread.grab().toImage()
    assert empty != full != dark
    assert gone != full
    if name != "sine":  # whose axis keeps the range that the networks needed
        assert gone == empty


def test_the_bands_are_one_and_two_deviations_from_the_mean(view):
    dataset = dataset_of("sine")
    grid = grid_of(dataset)
    view.spread.set_spread(
        spread(np.array([[-0.5], [0.0], [0.5]]) + np.zeros(len(grid.x)))
    )  # std 0.5
    panel = view.spread.panel
    QTest.mouseClick(find(view, "seeds.members"), LEFT)  # not in the way
    panel.points.groups = ()
    panel.truth.clear()
    panel.chart.canvas.rest()
    wide, narrow = map(LIGHT.of, band_colors(LIGHT.fit))
    x = 0.04 * (grid.high[0] - grid.low[0]) + grid.low[0]  # on no grid line
    for y, color in (
        (0.45, narrow),
        (-0.45, narrow),
        (0.55, wide),
        (0.95, wide),
        (-0.95, wide),
        (1.08, LIGHT.background),
        (-1.08, LIGHT.background),
    ):
        assert color_at(panel.chart, x, y) == LIGHT.of(color), y
    assert len({narrow, wide, panel.curve.color, LIGHT.background}) == 4


def test_members_are_shown_and_hidden_by_a_click_and_at_most_forty(view):
    dataset = dataset_of("sine")
    panel = view.spread.panel
    view.spread.set_spread(some_spread(dataset, networks=7))
    drawn = [curve for _, curve, _ in panel.members.lines]
    np.testing.assert_array_equal(drawn, some_spread(dataset, networks=7).members)
    view.spread.set_spread(some_spread(dataset, networks=100))
    assert len(panel.members.lines) == 40
    assert panel.members in panel.chart.canvas.under
    shown = panel.chart.grab().toImage()
    QTest.mouseClick(find(view, "seeds.members"), LEFT)
    assert panel.chart.grab().toImage() != shown
    QTest.mouseClick(find(view, "seeds.members"), LEFT)
    assert panel.chart.grab().toImage() == shown


def test_a_surface_switches_from_the_mean_to_the_deviation(view):
    dataset = dataset_of("moons")
    view.set_dataset(dataset)
    n = len(grid_of(dataset).x)
    right = (grid_of(dataset).x[:, 0] > 0)[:, None]
    sure, unsure = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    # On the left all agree, on the right half of them say the other class.
    members = [np.where(right & (k % 2 == 0), unsure, sure) for k in range(6)]
    view.spread.set_spread(spread(np.array(members)))
    panel = view.spread.panel
    mean = panel.surface.pixels(LIGHT).ravel()
    assert not panel.bar.isVisible()
    QTest.mouseClick(find(view, "seeds.std"), LEFT)
    std = panel.surface.pixels(LIGHT).ravel()
    assert panel.bar.isVisible()
    assert len(set(std[right[:, 0]])) == len(set(std[~right[:, 0]])) == 1
    assert std[right[:, 0]][0] != std[~right[:, 0]][0]
    assert mean.shape == std.shape == (n,)
    assert not find(view, "seeds.mean").isChecked()
    QTest.mouseClick(find(view, "seeds.mean"), LEFT)
    np.testing.assert_array_equal(panel.surface.pixels(LIGHT).ravel(), mean)


def test_each_networks_boundary_is_drawn_while_members_are(view):
    dataset = dataset_of("moons")
    view.set_dataset(dataset)
    x = grid_of(dataset).x[:, 0]
    edges = np.array([-1.0, 0.0, 1.0])
    p = 1 / (1 + np.exp(-4 * (x - edges[:, None])))
    view.spread.set_spread(spread(np.stack([1 - p, p], axis=2)))
    panel = view.spread.panel
    found = np.unique(np.round(panel.members.segments[:, ::2], 6))
    assert found == pytest.approx(edges, abs=1e-6)
    QTest.mouseClick(find(view, "seeds.members"), LEFT)
    assert not len(panel.members.segments)


def test_bars_stack_up_to_the_sum(view):
    choose_axis(view, "model.width")
    view.decomposition.set_decompositions(WIDTHS, PARTS)
    chart = view.decomposition.chart
    noise, bias, variance = (LIGHT.of(kind.color) for kind in KINDS)
    beside = 3.22  # off the middle of the bar, where the measured loss is
    one = PARTS[3]  # noise 0.05, bias² 0.1, variance 0.05
    assert one.total == pytest.approx(0.2)
    assert color_at(chart, beside, 0.025) == noise
    assert color_at(chart, beside, 0.1) == bias
    assert color_at(chart, beside, 0.18) == variance
    assert color_at(chart, beside, 0.22) == LIGHT.background
    assert color_at(chart, 3.0, one.measured) == LIGHT.valid
    assert len({noise, bias, variance, LIGHT.background}) == 4


def test_the_range_holds_what_comes_and_never_shrinks_while_it_fills(view):
    choose_axis(view, "model.width")
    plot = view.decomposition
    ranges = []
    for count in range(len(PARTS) + 1):
        parts = [one if k < count else None for k, one in enumerate(PARTS)]
        view.decomposition.set_decompositions(WIDTHS, parts)
        ranges.append(plot.chart.auto_range("y"))
    assert all(low == 0 for low, _ in ranges)
    tops = [top for _, top in ranges]
    assert tops == sorted(tops)
    assert tops[-1] >= max(one.measured + one.measured_error for one in PARTS)
    diverged = Decomposition(1e20, 1e25, 0.1, 1e30, 1e29)
    view.decomposition.set_decompositions(WIDTHS, [*PARTS[:-1], diverged])
    assert plot.chart.auto_range("y")[1] < 100
    view.grab()


def test_the_present_value_is_marked_also_between_two_positions(view):
    choose_axis(view, "model.width")
    bars = view.decomposition.bars
    view.decomposition.set_current(64)
    assert bars.present is None  # nothing to stand among yet
    view.decomposition.set_decompositions(WIDTHS, [None] * len(WIDTHS))
    assert bars.present == WIDTHS.index(64)
    view.decomposition.set_current(12)
    assert WIDTHS.index(8) < bars.present < WIDTHS.index(16)
    view.decomposition.set_current(float("nan"))
    assert bars.present is None


def test_the_mouse_reads_all_numbers(qtbot, view):
    choose_axis(view, "model.width")
    partly = dataclasses.replace(PARTS[2], diverged=1)
    lost = Decomposition(*[float("nan")] * 5, diverged=20)
    parts = [*PARTS[:2], partly, lost, PARTS[4], *[None] * 6]
    view.decomposition.set_decompositions(WIDTHS, parts)
    view.decomposition.settle()
    assert view.decomposition.chart.auto_range("y")[1] < 1
    chart = view.decomposition.chart

    def read_at(position):
        x = float(chart.frame().x(position))
        point = chart.mapFromScene(chart.box.mapToScene(x, 60.0))
        qtbot.mouseMove(chart.viewport(), QPoint(point))
        qtbot.waitUntil(
            lambda: chart.hover.reading is not None and abs(chart.hover.reading.x - x) < 20
        )
        return chart.hover.reading

    reading = read_at(1)
    assert reading.title == "Width = 2"
    values = {row.name: row.value for row in reading.rows}
    assert values == {
        "variance": "0.1",
        "bias²": "0.1",
        "noise": "0.05",
        "sum": "0.25",
        "measured": "0.26 ± 0.01",
    }
    assert read_at(9).title == "Width = 128: not trained yet"
    assert (read_at(2).rows[-1].name, read_at(2).rows[-1].value) == ("diverged, left out", "1")
    assert read_at(3).title == f"Width = {WIDTHS[3]:g}: 20 diverged"


def test_the_mouse_reads_mean_and_deviation(qtbot, view):
    dataset = dataset_of("sine")
    view.spread.set_spread(
        spread(np.array([[-0.5], [0.0], [0.7]]) + np.zeros(len(grid_of(dataset).x)))
    )
    chart = view.spread.panel.chart
    point = chart.mapFromScene(chart.box.mapToScene(80.0, 60.0))
    qtbot.mouseMove(chart.viewport(), QPoint(point))
    qtbot.waitUntil(lambda: chart.hover.reading is not None)
    rows = {row.name: row.value for row in chart.hover.reading.rows}
    assert rows["mean"] == "0.06667 ± 0.6"
    assert set(rows) == {"mean", "truth"}
