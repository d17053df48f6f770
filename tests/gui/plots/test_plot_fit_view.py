import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from wheel import turn_wheel

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import Fit, grid_of
from regplay.core.number_text import number
from regplay.gui.plots.curve import ClassCurvesView, CurveView
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.many_inputs import (
    ConfusionGrid,
    ConfusionView,
    PredictedView,
    confusion_counts,
)
from regplay.gui.plots.shapes import MOST, thinned
from regplay.gui.plots.surface import SurfaceView
from regplay.gui.theme import DARK, LIGHT, ROLES, palette_of


@pytest.fixture
def view(qtbot) -> FitView:
    view = FitView()
    qtbot.addWidget(view)
    view.resize(700, 320)
    return view


@pytest.mark.parametrize(
    ("kind", "panel"),
    [
        ("curve", CurveView),
        ("values", SurfaceView),
        ("two classes", SurfaceView),
        ("many", PredictedView),
        ("class curves", ClassCurvesView),
        ("confusion", ConfusionView),
    ],
)
def test_each_dataset_has_its_panel(view, make_dataset, kind, panel) -> None:
    view.set_dataset(make_dataset(kind))
    assert type(view.panel) is panel


def test_every_dataset_shows_updates_and_restyles(view, dataset, make_fit) -> None:
    view.show()
    view.set_dataset(dataset)
    empty = view.grab().toImage()
    view.set_fit(make_fit(dataset, 1))
    one = view.grab().toImage()
    view.set_fit(make_fit(dataset, 2))
    two = view.grab().toImage()
    view.setPalette(palette_of(DARK))
    dark = view.grab().toImage()
    view.set_fit(None)
    assert empty != one != two != dark
    middle = (20, dark.height() - 4)
    assert two.pixelColor(*middle).name() == LIGHT.background
    assert dark.pixelColor(*middle).name() == DARK.background


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -1e38])
def test_diverged_fits_are_drawn_without_a_warning(view, dataset, make_fit, value) -> None:
    view.show()
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1))
    view.set_fit(make_fit(dataset, 2, value))
    view.grab()


def test_the_curve_holds_the_fit_the_points_and_the_truth(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    fit = make_fit(dataset, 3)
    view.set_dataset(dataset)
    view.set_fit(fit)
    panel, grid = view.panel, grid_of(dataset)
    np.testing.assert_array_equal(panel.curve.x, grid.x[:, 0])
    np.testing.assert_array_equal(panel.curve.y, fit.grid)
    np.testing.assert_array_equal(panel.truth.y, dataset.truth(grid.x))
    (valid,), (train,) = panel.validation.groups, panel.points.groups
    drawn = panel.chart.layers()
    assert drawn.index(panel.validation) < drawn.index(panel.curve) < drawn.index(panel.points)
    np.testing.assert_array_equal(train.x, dataset.train.x[:, 0])
    np.testing.assert_array_equal(train.y, dataset.train.y)
    np.testing.assert_array_equal(valid.y, dataset.valid.y)
    assert train.fills == (ROLES.train,)
    assert train.shape != valid.shape
    assert panel.chart.axes().x.name == "input 0"
    assert panel.chart.axes().y.name == "force (N)"


def test_the_past_doubles_and_begins_anew_with_a_new_run(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    for epoch in range(0, 101):
        view.set_fit(make_fit(dataset, epoch))
    assert view.panel.past.epochs == [2, 4, 8, 16, 32, 64]
    view.set_fit(make_fit(dataset, 0))
    assert view.panel.past.epochs == [0]
    view.panel.clear_past()
    assert view.panel.past.epochs == []


def test_a_wild_curve_widens_the_axis_no_further_than_the_limit(
    view, make_dataset, make_fit
) -> None:
    dataset = make_dataset("curve")
    view.set_dataset(dataset)
    low, high = view.panel.chart.auto_range("y")
    view.set_fit(make_fit(dataset, 1, 1e6))
    wide_low, wide_high = view.panel.chart.auto_range("y")
    assert wide_high > high
    assert wide_high - wide_low < 4 * (high - low)
    view.set_fit(make_fit(dataset, 2, 0.0))
    assert view.panel.chart.auto_range("y")[1] == wide_high


def test_the_range_of_values_comes_back_with_a_run_that_needs_less(
    view, make_dataset, make_fit
) -> None:
    view.set_dataset(make_dataset("curve"))
    chart, before = view.panel.chart, view.panel.chart.auto_range("y")
    view.set_fit(make_fit(view.panel.dataset, 1, 1e6))
    assert chart.auto_range("y")[1] > before[1]
    view.set_fit(make_fit(view.panel.dataset, 2, before[0] / 2 + before[1] / 2))
    view.panel.follow_run()
    assert chart.auto_range("y") == before


def test_predictions_and_weights_come_back_with_a_run_that_needs_less(
    show_widget, view, make_dataset
) -> None:
    dataset = make_dataset("many")
    train, valid, true = dataset.train.y, dataset.valid.y, dataset.true_weights

    def show(size: float) -> None:
        view.set_fit(Fit(1, 1, size * train, size * valid, weights=size * true))

    show_widget(view, 700, 320)
    view.set_dataset(dataset)
    show(0.5)
    charts = view.panel.chart_panel.chart, view.panel.weights.chart
    before = [chart.auto_range("y") for chart in charts]
    show(1e6)
    wide = [chart.auto_range("y") for chart in charts]
    assert all(now[1] > 1.3 * then[1] for now, then in zip(wide, before, strict=True))
    for chart in charts:
        turn_wheel(chart.viewport())
    zoomed = [chart.scale_of("y").range for chart in charts]
    show(0.6)
    view.panel.follow_run()
    assert [chart.auto_range("y") for chart in charts] == before
    assert [chart.scale_of("y").range for chart in charts] == zoomed  # until a person has enough
    for chart in charts:
        QTest.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton)
    assert [chart.scale_of("y").range for chart in charts] == before


def test_validation_points_are_switched_off_for_this_dataset_and_the_next(
    view, dataset, make_dataset, make_fit
) -> None:
    def counts() -> list[int]:
        panel = getattr(view.panel, "chart_panel", view.panel)
        layers = [getattr(panel, name, None) for name in ("points", "validation")]
        return [len(group.x) for layer in layers if layer for group in layer.groups]

    if dataset.n_inputs > 5:
        pytest.skip("the matrix of many classes has buttons for its points")
    train, valid = len(dataset.train.y), len(dataset.valid.y)
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1))
    assert sorted(counts()) == sorted([train, valid])
    view.set_shows_validation(False)
    assert counts() == [train]
    if dataset.class_names:
        assert len(view.panel.wrong.groups) == 1
    text = getattr(view.panel, "chart_panel", view.panel).legend.text()
    assert "training" in text
    assert "validation" not in text
    other = make_dataset("two classes" if dataset.n_inputs == 1 else "curve")
    view.set_dataset(other)
    assert counts() == [len(other.train.y)]
    view.set_shows_validation(True)
    assert sorted(counts()) == sorted([len(other.train.y), len(other.valid.y)])


@pytest.mark.parametrize("kind", ["two classes", "values"])
@pytest.mark.parametrize("size", [(900, 300), (300, 700)])
def test_over_two_inputs_both_axes_have_one_scale(view, make_dataset, kind, size) -> None:
    view.show()
    view.resize(*size)
    view.set_dataset(make_dataset(kind))
    chart = view.panel.chart

    def lengths() -> tuple[float, float]:  # pixels of a unit
        frame = chart.frame()
        (left, right), (low, high) = frame.x([0, 1]), frame.y([0, 1])
        return right - left, low - high

    QApplication.processEvents()
    across, up = lengths()
    assert across == pytest.approx(up, rel=0.01)  # the inside has whole pixels
    turn_wheel(chart.viewport())
    assert lengths()[0] > across
    assert lengths()[0] == pytest.approx(lengths()[1], rel=0.01)
    if kind == "values":  # the colours stand right beside the plot, as high as it
        bar, inside = view.panel.bar, chart.box.geometry()
        right = chart.mapTo(view.panel, inside.toRect().topRight()).x()
        assert 0 < bar.mapTo(view.panel, bar.place().toRect().topLeft()).x() - right < 60
        assert bar.place().bottom() == pytest.approx(inside.bottom(), abs=1)


def test_exactly_the_wrong_points_are_marked(view, make_dataset) -> None:
    dataset = make_dataset("two classes")
    wrong_train, wrong_valid = [3, 7], [0, 14]

    def predict(y: np.ndarray, wrong: list[int]) -> np.ndarray:
        p = np.eye(2)[y] * 0.8 + 0.1
        p[wrong] = p[wrong][:, ::-1]
        return p

    grid = np.full((len(grid_of(dataset).x), 2), 0.5)
    train, valid = dataset.train, dataset.valid
    view.set_dataset(dataset)
    view.set_fit(Fit(1, 1, predict(train.y, wrong_train), predict(valid.y, wrong_valid), grid))
    of_valid, of_train = view.panel.wrong.groups
    np.testing.assert_array_equal(of_train.x, train.x[wrong_train, 0])
    np.testing.assert_array_equal(of_train.y, train.x[wrong_train, 1])
    np.testing.assert_array_equal(of_valid.x, valid.x[wrong_valid, 0])
    assert "wrong: 2 of 20, 2 of 15" in view.panel.legend.text()


def test_the_surface_has_the_hue_of_the_class_and_the_lightness_of_doubt(
    view, make_dataset
) -> None:
    dataset = make_dataset("two classes")
    grid = grid_of(dataset)
    first = (grid.x[:, 0] - grid.low[0]) / (grid.high[0] - grid.low[0])  # 0 left, 1 right
    even = np.full((20, 2), 0.5)
    view.set_dataset(dataset)
    view.set_fit(Fit(1, 1, even, even[:15], np.stack([1 - first, first], axis=1)))
    view.show()
    image = view.panel.chart.grab().toImage()
    box = view.panel.chart.box.sceneBoundingRect()
    row = int(box.bottom()) - 3
    left, near, right = (
        image.pixelColor(int(box.left() + share * box.width()), row) for share in (0.01, 0.4, 0.99)
    )
    assert left.hslHue() == pytest.approx(near.hslHue(), abs=12)
    assert left.lightness() < near.lightness()
    assert abs(left.hslHue() - right.hslHue()) > 60
    x = np.unique(np.round(view.panel.boundary.segments[:, ::2], 6))
    assert x == pytest.approx((grid.low[0] + grid.high[0]) / 2, abs=1e-6)


def test_a_surface_of_values_colours_points_by_value(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("values")
    view.set_dataset(dataset)
    view.set_fit(make_fit(dataset, 1))
    (train,) = view.panel.points.groups
    assert train.which[dataset.train.y.argmin()] == train.which.min()
    assert train.which[dataset.train.y.argmax()] == train.which.max()
    assert not view.panel.bar.isHidden()
    assert len(view.panel.boundary.segments) == 0


def test_many_inputs_show_predicted_against_true_and_the_weights(
    view, make_dataset, make_fit
) -> None:
    dataset = make_dataset("many")
    fit = make_fit(dataset, 1)
    view.set_dataset(dataset)
    assert view.panel.weights.isHidden()
    view.set_fit(fit)
    _, train = view.panel.chart_panel.points.groups
    np.testing.assert_array_equal(train.x, dataset.train.y)
    np.testing.assert_array_equal(train.y, fit.train)
    np.testing.assert_array_equal(view.panel.weights.stems.weights, fit.weights)
    np.testing.assert_array_equal(view.panel.weights.truth.groups[0].y, dataset.true_weights)
    view.set_fit(Fit(2, 2, fit.train, fit.valid))
    assert view.panel.weights.isHidden()


def test_a_cell_of_the_confusion_matrix_shows_its_digits(qtbot, show_widget) -> None:
    settings = {"data.name": "digits", "data.n_train": 60, "data.n_valid": 200}
    dataset = load(replace(Experiment(), settings).data)
    y = dataset.valid.y
    predicted = np.eye(10)[np.where((y == 3) & (np.arange(len(y)) % 4 == 0), 8, y)]
    view = show_widget(FitView(), 700, 500)
    view.set_dataset(dataset)
    view.set_fit(Fit(1, 1, np.eye(10)[dataset.train.y], predicted, None))
    grid = view.panel.grid
    n = int(grid.counts[3, 8])
    assert n == np.count_nonzero((y == 3) & (np.arange(len(y)) % 4 == 0)) > 0

    def point(row: int, column: int) -> None:
        qtbot.mouseMove(grid, grid.cell_rect(row, column).center().toPoint())
        qtbot.waitUntil(lambda: grid.readout is not None)

    point(3, 8)
    assert grid.readout.title == f"3, taken for 8: {n} of {np.count_nonzero(y == 3)}"
    assert grid.readout.picture.caption == ""
    picture = QImage(240, 240, QImage.Format.Format_RGB32)
    picture.fill(QColor(LIGHT.background))
    painter = QPainter(picture)
    grid.readout.picture.paint(painter, QRectF(0, 0, 240, 240))
    painter.end()
    columns = math.ceil(math.sqrt(n))
    cell, first = 240 / columns, dataset.valid.x[(y == 3) & (predicted.argmax(axis=1) == 8)][0]
    for at in (first.argmax(), first.argmin()):
        row, column = divmod(int(at), 8)
        side = (cell - 2) / 8
        lightness = picture.pixelColor(int((column + 0.5) * side), int((row + 0.5) * side))
        ink = lightness.lightness() < 128
        assert ink == (at == first.argmax())
    point(4, 4)
    assert grid.readout.title.startswith("4, right: ")
    qtbot.mouseMove(grid, QPoint(2, 2))
    qtbot.waitUntil(lambda: grid.readout is None)


def test_numbers_of_a_low_matrix_give_way_to_its_colours(show_widget) -> None:
    grid = show_widget(ConfusionGrid(), 400, 300)
    names = tuple(map(str, range(10)))
    pictures = {}
    for height in (300, 110):
        grid.resize(400, height)
        for count in (11, 22):  # the same shades
            grid.show_counts(names, np.full((10, 10), count), LIGHT.train)
            pictures[height, count] = grid.grab().toImage()
    assert pictures[300, 11] != pictures[300, 22]
    assert pictures[110, 11] == pictures[110, 22]


def test_confusion_counts() -> None:
    p = np.eye(3)[[0, 1, 1, 2, 2, 2]]
    y = np.array([0, 1, 0, 2, 2, 1])
    assert confusion_counts(p, y).tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 2]]


def test_the_confusion_matrix_switches_to_training_by_a_click(
    qtbot, view, make_dataset, make_fit
) -> None:
    dataset = make_dataset("confusion")
    fit = make_fit(dataset, 1)
    view.show()
    view.set_dataset(dataset)
    view.set_fit(fit)
    panel = view.panel
    np.testing.assert_array_equal(panel.grid.counts, confusion_counts(fit.valid, dataset.valid.y))
    qtbot.mouseClick(panel.train_button, Qt.MouseButton.LeftButton)
    np.testing.assert_array_equal(panel.grid.counts, confusion_counts(fit.train, dataset.train.y))
    right = int((fit.train.argmax(axis=1) == dataset.train.y).sum())
    assert f"training: {right} of 20 right" in panel.legend.text()


def test_class_curves_are_the_probabilities(view, make_dataset, make_fit) -> None:
    dataset = make_dataset("class curves")
    fit = make_fit(dataset, 1)
    view.set_dataset(dataset)
    view.set_fit(fit)
    for index, curve in enumerate(view.panel.curves):
        np.testing.assert_array_equal(curve.y, fit.grid[:, index])


def test_the_mouse_reads_the_curve(qtbot, view, make_dataset, make_fit) -> None:
    dataset = make_dataset("curve")
    fit = make_fit(dataset, 1)
    view.set_dataset(dataset)
    view.set_fit(fit)
    with qtbot.waitExposed(view):
        view.show()
    chart = view.panel.chart
    box = chart.box.geometry()
    qtbot.mouseMove(chart.viewport(), QPoint(int(box.left() + box.width() * 0.25), 60))
    grid = grid_of(dataset).x[:, 0]
    share = (int(box.left() + box.width() * 0.25) - box.left()) / box.width()
    at = np.abs(grid - (grid[0] + share * (grid[-1] - grid[0]))).argmin()
    qtbot.waitUntil(lambda: chart.hover.reading is not None)  # X11 takes its time
    assert chart.hover.reading.rows[0].value == number(fit.grid[at])


def test_a_crowd_is_thinned_and_the_legend_says_so(view, make_dataset) -> None:
    assert len(thinned(MOST)) == MOST
    kept = thinned(7777)
    assert len(np.unique(kept)) == MOST
    assert (kept[0], kept[-1]) == (0, 7776)
