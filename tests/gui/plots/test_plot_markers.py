"""Points: how large their markers are."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from regplay.gui.plots.chart import Chart
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.paint_devices import SCREEN
from regplay.gui.plots.scale import Scale
from regplay.gui.plots.shapes import MarkerShape, Points, PointsLayer, marker_scale
from regplay.gui.theme import LIGHT

FRAME = Frame(900.0, 300.0, Scale(), Scale(), 1.0, LIGHT, SCREEN)


@pytest.fixture
def chart(show_widget) -> Chart:
    chart = Chart()
    chart.fix("x", 0.0, 1.0)
    chart.fix("y", 0.0, 1.0)
    return show_widget(chart, 900, 420)


def _area(chart: Chart, shape: MarkerShape, size: float) -> int:
    """Pixels that a marker in the middle of the plot changes."""

    def picture() -> np.ndarray:
        chart.canvas.rest()
        image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        array = np.frombuffer(image.constBits(), np.uint32)
        return array.reshape(image.height(), -1).copy()

    layer, before = PointsLayer(), picture()
    middle = np.array([0.5])
    layer.groups = (Points(middle, middle, shape, ("#ff2050",), "#102030", size),)
    chart.canvas.live.append(layer)
    after = picture()
    chart.canvas.live.remove(layer)
    return int((before != after).sum())


@pytest.mark.parametrize("shape", ["circle", "diamond", "cross"])
def test_markers_are_smaller_in_a_small_plot(chart, shape) -> None:
    large = _area(chart, shape, 10.0)
    chart.resize(460, 150)
    assert 0.25 * large < _area(chart, shape, 10.0) < 0.6 * large


def test_the_shorter_side_decides_and_large_plots_are_all_alike() -> None:
    wide = dataclasses.replace(FRAME, width=2000.0, height=150.0)
    tall = dataclasses.replace(FRAME, width=150.0, height=2000.0)
    huge = dataclasses.replace(FRAME, width=3000.0, height=2000.0)
    assert marker_scale(wide) == marker_scale(tall) < 1
    assert marker_scale(huge) == marker_scale(FRAME) == 1


def test_they_shrink_with_the_plot_but_not_to_nothing() -> None:
    scales = [
        marker_scale(dataclasses.replace(FRAME, height=float(height)))
        for height in range(1, 400, 3)
    ]
    assert scales == sorted(scales)
    assert min(scales) >= 0.5
    assert len(set(scales)) <= 6  # few pictures are drawn while a window is resized


def test_in_the_smallest_plot_a_class_shows_inside_the_ring(chart) -> None:
    chart.resize(300, 120)
    middle = np.array([0.5])
    layer = PointsLayer()
    layer.groups = (
        Points(middle, middle, "circle", ("#f2d543",), LIGHT.train, 8, None, "#ffffff"),
    )
    chart.canvas.live.append(layer)
    image, frame = chart.grab().toImage(), chart.frame()
    origin = chart.box.sceneBoundingRect()
    x, y = (round(origin.left() + frame.width / 2), round(origin.top() + frame.height / 2))
    near = [image.pixelColor(x + dx, y + dy) for dx in range(-6, 7) for dy in range(-6, 7)]

    def nearest(wanted: str) -> int:
        parts = QColor(wanted).getRgb()[:3]
        return min(max(abs(a - b) for a, b in zip(c.getRgb(), parts, strict=False)) for c in near)

    assert nearest("#f2d543") < 10
    assert nearest(LIGHT.train) < 60
