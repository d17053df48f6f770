"""Names and numbers of axes have room."""

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from regplay.gui.plots.chart import Chart

LONG = "predicted fuel economy (miles per gallon)"


@pytest.fixture
def chart(show_widget) -> Chart:
    chart = Chart()
    chart.set_labels("epoch", "loss")
    chart.fix("x", 0.0, 24_000.0)
    chart.fix("y", 0.0, 1.0)
    return show_widget(chart, 500, 400)


def _numbers(chart: Chart, side: str = "y") -> list[str]:
    axis = chart.axes[side]
    ends = chart.box.viewRange()[side == "y"]
    spacing, values = axis.tickValues(*ends, chart.box.height())[0]
    return axis.tickStrings(values, 1.0, spacing)


def _left(chart: Chart) -> float:
    """Where the plot begins, in pixels from the left."""
    QApplication.processEvents()  # lays it out
    return chart.box.sceneBoundingRect().left()


def _room(chart: Chart) -> float:
    """What the widest number leaves free between the name of the axis and the ticks."""
    axis, metrics = chart.axes["y"], QFontMetricsF(chart.font())
    widest = max(map(metrics.horizontalAdvance, _numbers(chart)))
    below = axis.label.document().documentMargin() + metrics.descent()
    name = axis.label.sceneBoundingRect().right() - below
    return _left(chart) - axis.style["tickLength"] - widest - name


def test_large_numbers_are_grouped(chart) -> None:
    assert _numbers(chart, "x")[:3] == ["0", "5,000", "10,000"]
    chart.fix("y", 0.0, 250_000.0)
    assert {"100,000", "200,000"} <= set(_numbers(chart))
    chart.fix("y", 0.0, 2_500_000.0)
    assert {"10⁶", "2·10⁶"} <= set(_numbers(chart))
    chart.set_log("y", True)
    chart.fix("y", 2.0, 5.0)
    assert _numbers(chart) == ["100", "1,000", "10,000", "100,000"]


@pytest.mark.parametrize("top", [0.5, 8000, 25_000, 250_000, -900_000, 2.5e9, 4e-5])
def test_no_number_lies_on_the_name(chart, top) -> None:
    chart.fix("y", *sorted((0.0, top)))
    assert _room(chart) >= 0


def test_plots_begin_at_the_same_place_unless_their_numbers_need_more_room(chart) -> None:
    usual = _left(chart)
    for top in (1.0, 0.02, 60.0, 800.0):
        chart.fix("y", 0.0, top)
        assert _left(chart) == usual
    chart.fix("y", 0.0, 250_000.0)
    assert _left(chart) > usual
    chart.fix("y", 0.0, 1.0)
    assert _left(chart) == usual


def test_a_name_without_room_is_shortened_and_the_tooltip_has_it(chart) -> None:
    axis = chart.axes["y"]
    chart.set_labels("x", LONG)
    assert axis.shown_name == LONG
    assert axis.toolTip() == ""
    chart.resize(500, 160)
    QApplication.processEvents()
    assert axis.shown_name.startswith("predicted")
    assert axis.shown_name.endswith("…")
    assert axis.toolTip() == LONG
    name, whole = axis.label.sceneBoundingRect(), axis.sceneBoundingRect()
    assert name.top() >= whole.top() - 1
    assert name.bottom() <= whole.bottom() + 1
    chart.resize(500, 400)
    QApplication.processEvents()
    assert axis.label.toPlainText() == axis.shown_name == LONG


def test_a_short_name_after_a_long_one_is_whole(chart) -> None:
    chart.resize(500, 160)
    chart.set_labels("x", LONG)
    QApplication.processEvents()
    chart.set_labels("x", "a < b & c")
    assert chart.axes["y"].label.toPlainText() == "a < b & c"
    assert chart.axes["y"].toolTip() == ""
