import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QImage
from PySide6.QtWidgets import QApplication
from wheel import turn_wheel

from regplay.core.datasets import REGISTRY, Dataset, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fit import Fit, grid_of
from regplay.gui.plots.chart import Chart
from regplay.gui.runs import run_rows
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.runs.side_tab import SideTab, Variant
from regplay.gui.theme import DARK, LIGHT, palette_of
from regplay.session.pins import Pins

LEFT = Qt.MouseButton.LeftButton
NAMES = ("none", "weight decay", "dropout", "both")


def _dataset(name: str = "sine", **values: object) -> Dataset:
    return load(DataSettings(name=name, **values))


def _fit(dataset: Dataset, height: float = 0.0) -> Fit:
    def predict(n: int) -> np.ndarray:
        if dataset.task == "classification":
            return np.full((n, len(dataset.class_names)), 1 / len(dataset.class_names))
        return np.full(n, height)

    grid = grid_of(dataset)
    points = len(dataset.train.y), len(dataset.valid.y), 0 if grid is None else len(grid.x)
    return Fit(1, 1, *(predict(n) for n in points))


def _show(view: SideTab, fits: list[Fit | None]) -> None:
    for index, fit in enumerate(fits):
        view.set_fit(index, fit)


@pytest.fixture
def split(qtbot) -> Callable[..., SideTab]:
    def make(*datasets: Dataset) -> SideTab:
        view = SideTab(Pins())
        qtbot.addWidget(view)
        view.resize(960, 420)
        view.set_variants(
            [Variant(name, Experiment()) for name in NAMES[: len(datasets)]], datasets
        )
        with qtbot.waitExposed(view):
            view.show()
        return view

    return make


def _charts(view: SideTab) -> list[Chart]:
    return [one.panel.chart for one in view.views]


def _ranges(view: SideTab) -> list[list[list[float]]]:
    return [chart.box.viewRange() for chart in _charts(view)]


def _drag(qtbot, chart: Chart, by: QPoint) -> None:
    target = chart.viewport()
    start = chart.mapFromScene(chart.box.sceneBoundingRect().center())
    qtbot.mousePress(target, LEFT, pos=start)
    for share in (0.3, 0.6, 1.0):
        qtbot.mouseMove(target, start + QPoint(int(by.x() * share), int(by.y() * share)))
    qtbot.mouseRelease(target, LEFT, pos=start + by)


def _wheel(chart: Chart) -> None:
    turn_wheel(chart.viewport(), QPointF(chart.width() / 3, chart.height() / 2))


def test_a_drag_in_one_moves_all(qtbot, split) -> None:
    view = split(*[_dataset()] * 4)
    before = _ranges(view)[0]
    _drag(qtbot, _charts(view)[2], QPoint(-60, 20))
    ranges = _ranges(view)
    assert ranges[0] != before
    assert ranges[0][0][0] > before[0][0]
    for other in ranges[1:]:
        np.testing.assert_allclose(other, ranges[0])
    assert all(chart.reset_button.isVisible() for chart in _charts(view))


def test_zooming_one_zooms_all_and_one_key_resets_all(qtbot, split) -> None:
    view = split(_dataset(), _dataset(noise=0.8, n_train=12))
    before = _ranges(view)
    _wheel(_charts(view)[0])
    first, second = _ranges(view)
    assert first != before[0]
    np.testing.assert_allclose(second, first)
    _wheel(_charts(view)[1])  # and from another one
    first, second = _ranges(view)
    np.testing.assert_allclose(second, first)
    qtbot.keyClick(_charts(view)[1], Qt.Key.Key_A)
    assert _ranges(view) == before
    assert not any(chart.manual for chart in _charts(view))
    assert not any(chart.reset_button.isVisible() for chart in _charts(view))


@pytest.mark.parametrize("how", ["double click", "button"])
def test_resetting_one_resets_all(qtbot, split, how) -> None:
    view = split(*[_dataset("curved")] * 3)
    before = _ranges(view)
    _drag(qtbot, _charts(view)[0], QPoint(40, 0))
    assert _ranges(view) != before
    chart = _charts(view)[2]
    if how == "button":
        qtbot.mouseClick(chart.reset_button, LEFT)
    else:
        qtbot.mouseDClick(chart.viewport(), LEFT, pos=QPoint(150, 60))
    assert _ranges(view) == before


def test_all_have_the_range_that_the_widest_needs(split) -> None:
    quiet, noisy = _dataset(noise=0.0), _dataset(noise=1.5)
    view = split(quiet, noisy)
    assert _ranges(view)[0] == _ranges(view)[1]
    alone = split(noisy)
    low, high = _ranges(alone)[0][1]
    assert _ranges(view)[0][1][0] <= low
    assert _ranges(view)[0][1][1] >= high


def test_a_curve_that_shoots_up_widens_all_once(split) -> None:
    dataset = _dataset()
    view = split(dataset, dataset)
    before = _ranges(view)[0][1]
    _show(view, [_fit(dataset), _fit(dataset, before[1] * 1.4)])
    wide = _ranges(view)
    assert wide[0] == wide[1]
    assert wide[0][1][1] > before[1]
    for _ in range(5):
        _show(view, [_fit(dataset), _fit(dataset, before[1] * 1.4)])
    assert _ranges(view) == wide


def test_new_fits_leave_what_the_mouse_set(qtbot, split) -> None:
    dataset = _dataset()
    view = split(dataset, dataset)
    _drag(qtbot, _charts(view)[0], QPoint(-50, 0))
    held = _ranges(view)
    _show(view, [_fit(dataset, 2.5), _fit(dataset)])
    assert _ranges(view) == held


def test_runs_that_are_shown_in_other_ways_are_not_linked(qtbot, split) -> None:
    view = split(_dataset("sine"), _dataset("curved"), _dataset("sine", seed=1))
    before = _ranges(view)
    _drag(qtbot, _charts(view)[0], QPoint(-50, 0))
    sine, curved, other = _ranges(view)
    assert sine != before[0]
    assert curved == before[1]
    np.testing.assert_allclose(other, sine)


@pytest.mark.parametrize("name", ["sine", "curved", "linear", "digits"])
def test_each_way_of_showing_has_room(split, name) -> None:
    dataset = load(DataSettings(name=name, **REGISTRY[name].defaults))
    view = split(dataset, dataset)
    _show(view, [_fit(dataset), None])
    assert [one.isVisible() for one in view.views] == [True, True]
    assert view.views[0].size() == view.views[1].size()
    view.grab()


def test_two_stand_side_by_side_and_four_in_two_rows(split) -> None:
    view = split(_dataset(), _dataset())
    first, second = (one.mapTo(view, QPoint()) for one in view.views)
    assert first.y() == second.y()
    assert second.x() > first.x() + view.views[0].width() - 2
    view = split(*[_dataset()] * 4)
    places = [one.mapTo(view, QPoint()) for one in view.views]
    assert places[2].x() == places[0].x()
    assert places[2].y() == places[3].y() > places[0].y()
    for sizes in ([one.width() for one in view.views], [one.height() for one in view.views]):
        assert max(sizes) - min(sizes) <= 1  # what is left of an odd number


def test_fewer_runs_leave_no_view_behind(split) -> None:
    dataset = _dataset()
    view = split(*[dataset] * 4)
    view.set_variants([Variant("one", Experiment())], [dataset])
    QApplication.processEvents()
    assert len(view.views) == 1
    assert view.views[0].width() == view.width()
    _show(view, [_fit(dataset)])
    _wheel(_charts(view)[0])
    assert _charts(view)[0].manual


def test_titles_have_names_numbers_and_what_is_wrong(split) -> None:
    dataset = _dataset("curved")
    view = split(dataset, dataset)
    view.set_fit(0, _fit(dataset), (0.1, 0.15))
    first, second = (title.text for title in view.titles)
    assert first.startswith("none   wrong: ")
    assert first.endswith("train 0.1000   valid 0.1500   gap +0.0500")
    assert second == "weight decay"


def test_a_fit_has_the_colour_of_its_title(split) -> None:
    dataset = _dataset()
    view = split(dataset, dataset)
    for colors in (LIGHT, DARK):
        view.setPalette(palette_of(colors))
        view.set_variants(
            [Variant("now", Experiment()), Variant("pin", Experiment(), color=4)], [dataset] * 2
        )
        own = [one.panel.chart.colors.fit for one in view.views]
        assert own == [colors.fit, colors.of(pin_color(4))]
        image = view.titles[1].grab().toImage()
        assert image.pixelColor(10, image.height() // 2).name() == colors.of(pin_color(4))


def test_a_new_name_keeps_the_fit_and_new_data_drop_it(split) -> None:
    dataset = _dataset()
    view = split(dataset, dataset)
    _show(view, [_fit(dataset, 0.5), _fit(dataset, 0.5)])
    view.set_variants(
        [Variant("a", Experiment()), Variant("b", Experiment())], [dataset, _dataset(seed=4)]
    )
    assert [one.panel.fit is None for one in view.views] == [False, True]


def test_one_legend_is_for_all(split) -> None:
    view = split(_dataset(), _dataset())
    assert view.legend.text() == "training   validation   truth"
    assert not any(one.panel.legend.isVisible() for one in view.views)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_many_inputs_have_one_legend_too_and_names_that_are_not_cut(split, colors) -> None:
    cars = _dataset("cars")
    view = split(*[cars] * 4)
    view.setPalette(palette_of(colors))
    assert view.legend.text() == "training   validation   predicted = true"
    for one in view.views:
        panel = one.panel.chart_panel
        assert not panel.legend.isVisible()
        room, metrics = panel.chart.box.geometry().height(), QFontMetricsF(panel.chart.font())
        name = panel.chart.axes().y.shown_name(room, metrics)
        assert name.startswith("predicted fuel")
        assert metrics.horizontalAdvance(name) <= room


def test_points_of_four_fits_leave_the_boundary_in_sight(split) -> None:
    dataset = _dataset("moons")
    view = split(*[dataset] * 4)
    _show(view, [_fit(dataset)] * 4)
    chart, panel = _charts(view)[0], view.views[0].panel

    def picture() -> np.ndarray:
        chart.refresh()
        image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        return np.frombuffer(image.constBits(), np.uint32).copy()

    with_points = picture()
    panel.points.groups = panel.validation.groups = panel.wrong.groups = ()
    frame = chart.frame()
    assert frame.height < 150
    hidden = (with_points != picture()).sum() / (frame.width * frame.height)
    assert 0.02 < hidden < 0.3  # of the whole plot, with half of the points crossed out


def test_another_run_in_a_panel_has_none_of_the_earlier_fits_of_the_one_before(split) -> None:
    dataset = _dataset()
    view = split(dataset)
    for epoch in (1, 4, 16):
        view.set_fit(0, dataclasses.replace(_fit(dataset, epoch / 20), epoch=epoch))
    assert view.views[0].panel.past.epochs == [1, 4, 16]
    view.set_variants([Variant("another", Experiment())], [dataset])
    assert view.views[0].panel.past.epochs == []
    view.set_fit(0, dataclasses.replace(_fit(dataset), epoch=16))
    assert view.views[0].panel.past.epochs == [16]


@pytest.mark.parametrize("width", [160, 260, 340, 480, 900])
def test_nothing_in_a_title_is_cut_and_the_gap_is_the_first_to_go(
    monkeypatch, show_widget, width
) -> None:
    written: dict[str, tuple[int, int]] = {}  # what it needs and what it has, in px

    def record(_painter, font, _color, place, words, _alignment) -> None:
        written[words] = QFontMetrics(font).horizontalAdvance(words), place.width()

    monkeypatch.setattr(run_rows, "write", record)
    line = show_widget(run_rows.TitleLine(), width, 24)
    line.set_name("both λ 0.01, p 0.3", None)
    line.set_numbers((2.6e-5, 0.3239))
    line.grab()
    assert all(needed <= room for needed, room in written.values()), written
    numbers = [text for text in ("2.6e−05", "0.3239", "+0.3239") if text in written]
    assert numbers == ["2.6e−05", "0.3239", "+0.3239"][: len(numbers)]
    assert len(numbers) == {160: 0, 260: 1, 340: 2}.get(width, 3)
