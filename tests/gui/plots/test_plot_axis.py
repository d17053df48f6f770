"""Names and numbers of axes have room."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
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
    axis, inside = getattr(chart.axes(), side), chart.box.geometry()
    size = inside.height() if side == "y" else inside.width()
    return [tick.text for tick in axis.ticks(size, QFontMetricsF(chart.font())) if tick.text]


def _left(chart: Chart) -> float:
    """Where the plot begins, in pixels from the left."""
    return chart.box.geometry().left()


def _ink(chart: Chart, left: int, right: int) -> set[int]:
    """Columns beside the left axis that have any ink."""
    image = chart.grab().toImage()
    ground = image.pixelColor(0, 0)
    rows = range(image.height())
    return {x for x in range(left, right) if any(image.pixelColor(x, y) != ground for y in rows)}


def _name(chart: Chart) -> str:
    """The name of the left axis as far as it is shown."""
    axis = chart.axes().y
    return axis.shown_name(chart.box.geometry().height(), QFontMetricsF(chart.font()))


def _tip(chart: Chart) -> str:
    """What the tooltip beside the left axis says."""
    QTest.mouseMove(chart.viewport(), QPoint(12, 70))
    QTest.mouseMove(chart.viewport(), QPoint(10, 60))
    QApplication.processEvents()
    return chart.viewport().toolTip()


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
    inside, metrics = chart.box.geometry(), QFontMetricsF(chart.font())
    widest = max(map(metrics.horizontalAdvance, _numbers(chart)))
    named = _ink(chart, 0, int(inside.left() - widest - 9))
    assert named  # the name is left of all numbers
    chart.set_labels("x", "")
    assert not _ink(chart, 0, int(chart.box.geometry().left() - widest - 9))


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
    chart.set_labels("x", LONG)
    assert _name(chart) == LONG
    assert _tip(chart) == ""
    chart.resize(500, 160)
    assert _name(chart).startswith("predicted")
    assert _name(chart).endswith("…")
    assert _tip(chart) == LONG
    chart.resize(500, 400)
    assert _name(chart) == LONG
    assert _tip(chart) == ""


def test_a_short_name_after_a_long_one_is_whole(chart) -> None:
    chart.resize(500, 160)
    chart.set_labels("x", LONG)
    chart.set_labels("x", "a < b & c")
    assert _name(chart) == "a < b & c"
    assert _tip(chart) == ""
