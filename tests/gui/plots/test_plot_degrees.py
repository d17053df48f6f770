"""The losses of polynomials over their degree."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.core.sweep import sweep_axis
from regplay.gui.plots import DegreePlot
from regplay.gui.training import SweepCurve

DEGREES = sweep_axis("model.degree").values
TRAIN = np.geomspace(0.5, 0.01, len(DEGREES))
VALID = 0.1 * (1 + (np.array(DEGREES) - 6.0) ** 2)


@pytest.fixture
def plot(show_widget) -> DegreePlot:
    plot = show_widget(DegreePlot(), 600, 300)
    plot.set_curve(SweepCurve(DEGREES, TRAIN, VALID, int(VALID.argmin()), True, 1.0))
    return plot


def pixel(plot: DegreePlot, degree: float) -> QPoint:
    inside = plot.box.mapToScene(float(plot.frame().x(degree)), plot.frame().height / 2)
    return plot.mapFromScene(inside)


@pytest.mark.parametrize("is_log", [False, True])
def test_the_valley_and_both_losses_there_have_room(plot, is_log) -> None:
    plot.toggle_log(is_log)
    frame = plot.frame()
    for losses in (TRAIN, VALID):
        assert 0 < frame.y(losses[5]) < frame.height
    assert frame.y(VALID[0]) < frame.y(VALID[5])


def test_a_loss_far_above_the_valley_does_not_flatten_it(plot) -> None:
    valid = VALID.copy()
    valid[-1] = 1e9
    plot.toggle_log(True)
    plot.set_curve(SweepCurve(DEGREES, TRAIN, valid, int(valid.argmin()), True, 1.0))
    frame = plot.frame()
    assert frame.y(valid[-1]) < 0
    assert frame.y(valid[5]) - frame.y(valid[0]) > 0.1 * frame.height


def test_a_click_picks_the_nearest_degree(plot, qtbot) -> None:
    with qtbot.waitSignal(plot.degree_picked) as picked:
        QTest.mouseClick(
            plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, DEGREES[8] + 0.3)
        )
    assert picked.args == [DEGREES[8]]


def test_the_mouse_reads_both_losses_at_a_degree(plot, qtbot) -> None:
    qtbot.mouseMove(plot.viewport(), pixel(plot, 3))
    reading = plot.hover.reading
    assert reading.title == "degree 3"
    assert [row.name for row in reading.rows] == ["train", "validation", "gap"]


def test_the_legend_says_where_the_smallest_validation_loss_is(plot) -> None:
    texts = [entry.text for entry in plot.legend_entries("")]
    assert "smallest validation loss: degree 6" in texts
