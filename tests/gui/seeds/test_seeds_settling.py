"""Ranges that rest, settle now and then, and leave out what is far out without hiding it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from seen import choose_axis, color_at, color_at_pixel, dataset_of, find

from regplay.core.bias_variance import Decomposition, spread
from regplay.core.fit import grid_of
from regplay.core.number_text import compact
from regplay.core.sweep import decomposition_axis
from regplay.gui.plots.scale import highest_usual
from regplay.gui.seeds.decomposition import PARTS
from regplay.gui.theme import LIGHT

WIDTHS = tuple(decomposition_axis("model.width").values)
FINAL = tuple(Decomposition(0.01, 0.02, 0.01, 0.04, 0.002) for _ in WIDTHS)
WILD = Decomposition(900.0, 0.02, 0.01, 900.03, 300.0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.05] * 10 + [1e6], 0.05),
        ([0.05] * 9 + [2e3, 1e6], 0.05),
        ([0.06] * 7 + [0.1, 0.2, 0.45], 0.45),  # a rise at the end of an axis
        ([0.004, 0.009, 0.017, 0.014, 0.011, 0.009, 0.007, 0.006, 0.006, 0.005, 0.005], 0.017),
        ([3.0], 3.0),
        ([0.0, 0.0, 0.0, 0.0, 0.1], 0.0),
        ([0.3, np.nan, np.inf], 0.3),
        ([7e5] * 6 + [0.05] * 5, 7e5),  # not far out: it is what most are like
    ],
)
def test_only_what_is_far_out_is_unusual(values, expected):
    assert highest_usual(values) == expected
    assert highest_usual(values[::-1]) == expected


def test_of_nothing_nothing_is_usual():
    assert np.isnan(highest_usual([]))
    assert np.isnan(highest_usual([np.nan, np.inf]))


def test_it_is_time_to_settle_at_each_quarter_and_at_the_end(view, monkeypatch):
    settled = []
    monkeypatch.setattr(view, "_settle", lambda: settled.append(None))

    def is_due(progress, is_running):
        settled.clear()
        view.show_progress(progress, is_running)
        return bool(settled)

    due = [is_due(done / 20, True) for done in range(20)]
    assert [done for done, is_due in enumerate(due) if is_due] == [0, 5, 10, 15]
    assert is_due(1.0, False)
    assert not is_due(1.0, False)
    assert is_due(0.0, True)
    assert is_due(0.01, False)  # stopped


def test_the_axis_of_the_bars_rests_while_they_fall_and_settles_at_the_end(view):
    choose_axis(view, "model.width")
    plot = view.decomposition
    view.show_progress(0.01, True)
    view.decomposition.set_decompositions(
        WIDTHS, [Decomposition(2.0, 1.0, 0.01, 3.0, 0.1) for _ in WIDTHS]
    )
    wide = plot.chart.auto_range("y")
    view.show_progress(0.1, True)
    for factor in (0.5, 0.2, 1.0):  # they fall, and rise again
        parts = [Decomposition(2 * factor, factor, 0.01, 3 * factor, 0.1) for _ in WIDTHS]
        view.decomposition.set_decompositions(WIDTHS, parts)
        view.show_progress(0.2, True)
        assert plot.chart.auto_range("y") == wide
    view.decomposition.set_decompositions(WIDTHS, FINAL)
    view.show_progress(1.0, False)
    low, high = plot.chart.auto_range("y")
    assert low == 0
    assert 0.042 <= high <= 0.06
    assert plot.chart.box.viewRange()[1] == [low, high]


def test_a_settled_axis_stays_where_a_person_moved_it(view):
    choose_axis(view, "model.width")
    chart = view.decomposition.chart
    view.show_progress(0.5, True)
    view.decomposition.set_decompositions(WIDTHS, FINAL)
    chart.box.setYRange(0.0, 7.0, padding=0)
    chart.box.sigRangeChangedManually.emit([False, True])
    view.show_progress(1.0, False)
    assert chart.box.viewRange()[1] == [0.0, 7.0]
    chart.reset_ranges()
    assert chart.box.viewRange()[1][1] < 0.1


def test_the_axis_of_the_curves_settles_on_the_last_band_and_the_data(view):
    chart, n = view.spread.panel.chart, len(grid_of(dataset_of("sine")).x)
    fresh = chart.auto_range("y")
    view.show_progress(0.1, True)
    view.spread.set_spread(spread(np.array([[-3.0], [3.0]]) + np.zeros(n)))
    low, high = chart.auto_range("y")
    assert high > fresh[1]
    assert low < fresh[0]
    view.spread.set_spread(spread(np.array([[-0.1], [0.1]]) + np.zeros(n)))
    view.show_progress(0.2, True)
    assert chart.auto_range("y") == (low, high)
    view.show_progress(1.0, False)
    assert chart.auto_range("y") == fresh


@pytest.mark.parametrize(
    ("name", "settled"), [("moons", "std: 0 to 0.55"), ("xor", "std: 0 to 0.5")]
)
def test_the_colours_of_a_spread_over_two_inputs_settle(view, name, settled):
    dataset = dataset_of(name)
    view.set_dataset(dataset)
    find(view, "seeds.std").click()
    panel, n = view.spread.panel, len(grid_of(dataset).x)
    shape = (n, 2) if dataset.task == "classification" else (n,)

    def networks(apart):
        return spread(np.stack([np.full(shape, value) for value in (-apart, apart)]))

    view.show_progress(0.1, True)
    view.spread.set_spread(networks(50.0))  # nearly diverged
    wide = panel.bar.toolTip()
    assert wide != settled
    view.spread.set_spread(networks(0.3))
    view.show_progress(0.2, True)
    pixels = panel.surface.pixels(LIGHT)
    assert panel.bar.toolTip() == wide  # it rests
    view.show_progress(1.0, False)
    assert panel.bar.toolTip() == settled
    assert (panel.surface.pixels(LIGHT) != pixels).all()


def test_one_wild_network_leaves_the_other_bars_high_and_its_own_marked(view):
    choose_axis(view, "model.width")
    view.decomposition.set_decompositions(
        WIDTHS, [WILD if k == 4 else one for k, one in enumerate(FINAL)]
    )
    view.show_progress(1.0, False)
    plot = view.decomposition
    chart = plot.chart
    assert chart.auto_range("y")[1] < 0.1
    assert "▲ off the axis" in plot.legend.text()
    noise, bias, _ = (LIGHT.of(part.color) for part in PARTS)
    assert color_at(chart, 4.25, 0.005) == noise
    assert color_at(chart, 4.25, 0.02) == bias
    left = float(chart.frame().x(3.7))
    assert color_at_pixel(chart, left, 3.0) == LIGHT.background  # it ends below the top
    right = float(chart.frame().x(4.0))
    assert color_at_pixel(chart, right, 14.0) == LIGHT.valid  # and so does what was measured
    view.decomposition.set_decompositions(WIDTHS, FINAL)
    assert "▲ off the axis" not in plot.legend.text()


def test_where_all_bars_are_far_out_the_lowest_has_room(view):
    choose_axis(view, "model.width")
    lower = Decomposition(300.0, 0.02, 0.01, 300.03, 100.0)
    parts = [lower if k == 4 else WILD for k in range(len(WIDTHS))]
    view.decomposition.set_decompositions(WIDTHS, parts)
    view.show_progress(1.0, False)
    assert 400 < view.decomposition.chart.auto_range("y")[1] < 900


def test_the_mouse_reads_the_true_numbers_of_a_cut_bar(qtbot, view):
    choose_axis(view, "model.width")
    view.decomposition.set_decompositions(
        WIDTHS, [WILD if k == 4 else one for k, one in enumerate(FINAL)]
    )
    view.show_progress(1.0, False)
    chart = view.decomposition.chart
    point = chart.mapFromScene(chart.box.mapToScene(float(chart.frame().x(4)), 90.0))
    qtbot.mouseMove(chart.viewport(), QPoint(point))
    qtbot.waitUntil(lambda: chart.hover.reading is not None)
    rows = {row.name: row.value for row in chart.hover.reading.rows}
    assert (rows["bias²"], rows["sum"], rows["measured"]) == ("900", "900", "900 ± 300")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0312, "0.031"), (4.23, "4.2"), (43.1, "43"), (312.4, "312"), (13_456.0, "1.3e4")],
)
def test_heights_are_written_in_few_letters(value, text):
    assert compact(value) == text
