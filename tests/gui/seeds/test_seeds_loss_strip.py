"""The losses of many seeds, one point a network."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QPalette
from seen import color_at, color_at_pixel, dataset_of

from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.theme import DARK, LIGHT, mix, palette_of

TRAIN = np.array([0.10, 0.11, 0.12, 0.13, 0.14])
VALID = np.array([0.30, 0.31, 0.20, 0.33, 0.34])


@pytest.fixture
def strip(show_widget) -> LossStrip:
    strip = show_widget(LossStrip(), 620, 320)
    strip.set_losses((TRAIN, VALID))
    strip.settle()
    return strip


def read_at(qtbot, strip, x, y):
    chart = strip.chart
    chart.hover.leave()
    point = chart.mapFromScene(chart.box.mapToScene(float(x), float(y)))
    qtbot.mouseMove(chart.viewport(), QPoint(point))
    qtbot.waitUntil(lambda: chart.hover.reading is not None)
    return chart.hover.reading


def test_each_network_has_a_point_in_both_lanes_at_its_loss(strip):
    train, valid = strip.points.groups
    np.testing.assert_array_equal(train.x, TRAIN)
    np.testing.assert_array_equal(valid.x, VALID)
    np.testing.assert_allclose(train.y - valid.y, 1.0)  # a network is as high in either
    assert len(set(valid.y)) == 5
    for group, color in ((train, LIGHT.train), (valid, LIGHT.valid)):
        for x, y in zip(group.x, group.y, strict=True):
            assert color_at(strip.chart, x, y) == color


def test_the_box_holds_the_middle_half_and_its_line_is_the_median(strip):
    chart, fill = strip.chart, mix(LIGHT.background, LIGHT.valid, 0.3)
    strip.points.groups = ()
    chart.canvas.rest()
    assert color_at(chart, 0.31, 0.3) == LIGHT.foreground
    assert color_at(chart, 0.303, 0.3) == color_at(chart, 0.328, 0.3) == fill
    assert color_at(chart, 0.297, 0.3) == color_at(chart, 0.333, 0.3) == LIGHT.background


def test_the_mouse_reads_the_nearest_network(qtbot, strip):
    frame, (_, valid) = strip.chart.frame(), strip.points.groups
    reading = read_at(qtbot, strip, frame.x(0.21), frame.y(valid.y[2]))
    assert reading.title == "Network 3 of 5"
    rows = {row.name: row.value for row in reading.rows}
    assert rows == {"training": "0.12", "validation": "0.2", "median validation": "0.31"}
    assert reading.x == pytest.approx(float(frame.x(0.2)))


def test_a_network_far_out_is_an_arrow_at_the_end_and_is_read_there(qtbot, strip):
    strip.set_losses((TRAIN, np.array([0.30, 4e5, 0.20, 0.33, 0.34])))
    strip.settle()
    chart = strip.chart
    frame, (_, valid) = chart.frame(), strip.points.groups
    assert frame.x_range[1] < 1
    assert "▶ 1 off the axis" in strip.legend.text()
    y = float(frame.y(valid.y[1]))
    assert color_at_pixel(chart, frame.width - 9, y) == LIGHT.valid
    assert read_at(qtbot, strip, frame.width - 4, y).rows[1].value == "400,000"


def test_networks_not_begun_are_left_out_and_none_are_no_fault(qtbot, strip):
    some = np.array([np.nan, 0.2, np.nan, 0.25, 0.3])
    strip.set_losses((some / 2, some))
    frame = strip.chart.frame()
    assert read_at(qtbot, strip, frame.x(0.2), frame.y(0.0)).title == "Network 2 of 5"
    nothing = np.full(5, np.nan)
    strip.set_losses((nothing, nothing))
    strip.settle()
    strip.chart.hover.read_again()
    assert strip.chart.hover.reading is None
    strip.set_losses(None)
    strip.grab()


def test_the_axis_rests_while_losses_fall_and_then_settles(view):
    dataset = dataset_of("digits")
    view.set_dataset(dataset)
    view.show_progress(0.0, True)
    chart = view.spread.strip.chart
    view.spread.strip.set_losses((20 * TRAIN, 20 * VALID))
    wide = chart.auto_range("x")
    view.spread.strip.set_losses((TRAIN, VALID))
    view.show_progress(0.2, True)
    assert chart.auto_range("x") == wide
    view.show_progress(1.0, False)
    assert chart.auto_range("x")[1] < 0.5
    view.set_dataset(dataset_of("cars"))
    assert view.spread.strip.losses is None


def test_it_restyles(strip):
    light = strip.grab().toImage()
    strip.setPalette(palette_of(DARK))
    assert color_at(strip.chart, 0.2, strip.points.groups[1].y[2]) == DARK.valid
    strip.setPalette(QPalette())
    assert strip.grab().toImage() == light
