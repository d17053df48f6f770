"""When the mode is there, and what does not move while points do."""

import numpy as np
import pytest
from editing_table import LEFT, RIGHT
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.fields import replace
from regplay.gui.controls.number import ValueBox

KINDS = ["curve", "rows", "classes", "values"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_mode_alone_changes_nothing(open_table, kind) -> None:
    table = open_table(kind, on=False)
    ranges = table.chart.box.viewRange()
    assert not table.editing.strip.isVisible()
    QTest.mouseClick(table.editing.button, LEFT)
    assert table.editing.strip.isVisible()
    assert table.chart.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    QTest.keyClick(table.chart, Qt.Key.Key_Escape)
    assert not table.editing.is_on
    assert not table.editing.strip.isVisible()
    assert table.chart.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not table.told
    assert table.chart.box.viewRange() == ranges


def test_outside_of_the_mode_the_mouse_pans_and_keys_do_nothing(open_table) -> None:
    table = open_table("curve", on=False)
    point = table.points[0]
    table.drag(point, (0.5, 0.5))
    assert table.chart.manual
    table.click(*point, RIGHT)
    table.key(Qt.Key.Key_Delete)
    assert not table.told


def test_with_more_than_two_inputs_there_is_no_mode_and_the_tip_says_why(open_table) -> None:
    table = open_table("curve")
    tip = table.editing.button.toolTip()
    table.load("many")
    assert not table.editing.button.isEnabled()
    assert not table.editing.is_on
    assert "5 inputs" in table.editing.button.toolTip()
    table.load("classes")
    assert table.editing.button.isEnabled()
    assert table.editing.button.toolTip() == tip
    table.editing.set_data(table.experiment, None)
    assert not table.editing.button.isEnabled()


def typing(qtbot, table) -> ValueBox:
    """A box beside the plot, in which a person has begun to type."""
    box = ValueBox()
    table.layout().addWidget(box)
    box.show()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    QTest.keyClick(box, Qt.Key.Key_1)
    return box


def test_escape_takes_back_first_what_is_typed(qtbot, open_table) -> None:
    table = open_table("curve")
    box = typing(qtbot, table)
    with qtbot.waitSignal(box.abandoned):
        QTest.keyClick(box, Qt.Key.Key_Escape)
    assert table.editing.is_on
    table.chart.setFocus()
    QTest.keyClick(table.chart, Qt.Key.Key_Escape)
    assert not table.editing.is_on


def test_digits_are_typed_where_there_is_a_text(qtbot, open_table) -> None:
    table = open_table("classes")
    assert typing(qtbot, table).text() == "1"
    assert table.editing.strip.current_class == 0


def test_the_mode_follows_to_another_plot(open_table) -> None:
    table = open_table("curve")
    curve = table.chart
    table.load("classes")
    assert table.chart is not curve
    assert table.editing.is_on
    assert table.editing.strip.chips[0].isVisible()
    assert curve.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    table.click(*table.spot(0.5, 0.98))
    assert len(table.points) == 13


@pytest.mark.parametrize("kind", KINDS)
def test_no_edit_within_the_plot_moves_its_axes_or_drops_the_fit(open_table, kind) -> None:
    table = open_table(kind)
    table.train()
    ranges = table.chart.box.viewRange()
    (x0, x1), (y0, y1) = ranges
    place = x0 + 0.99 * (x1 - x0), y0 + 0.99 * (y1 - y0)
    table.click(*place)
    assert len(table.told) == 1
    assert table.fit_view.panel.fit.grid is not None
    start = place if kind != "rows" else (place[0], -0.07 * 0.8)
    table.drag(start, (x0 + 0.2 * (x1 - x0), start[1]))
    assert table.chart.box.viewRange() == ranges
    fit = table.fit_view.panel.fit
    assert fit is not None
    assert len(fit.train) == len(table.points)
    assert fit.epoch == 5


def test_axes_rest_while_a_point_is_held_though_the_fit_leaves_them(open_table) -> None:
    table = open_table("curve")
    ranges = table.chart.box.viewRange()
    x, y = table.points[0]
    table.press(x, y)
    table.hover(x, y + 0.3)
    table.train(value=3.0)
    assert table.chart.box.viewRange() == ranges
    table.release(x, y + 0.3)
    assert table.chart.box.viewRange()[1][1] >= 3.0


def test_the_axes_fit_the_points_anew_after_the_mode(open_table) -> None:
    table = open_table("curve")
    ends = table.points[:, 0].argmax(), table.dataset.valid.x[:, 0].argmax()
    assert table.dataset.valid.x[ends[1], 0] > 2  # so that the range rests on more than one point
    table.editing.strip.outlier.click()
    grown = table.chart.box.viewRange()[1]
    y = table.points[-1, 1]
    assert grown[0] <= y <= grown[1]
    table.click(*table.points[-1], RIGHT)
    assert table.chart.box.viewRange()[1] == grown
    QTest.keyClick(table.chart, Qt.Key.Key_Escape)
    low, high = table.chart.box.viewRange()[1]
    assert high - low < grown[1] - grown[0]


def test_a_fit_of_earlier_points_is_shown_at_the_present_ones(open_table) -> None:
    table = open_table("curve")
    old = table.dataset
    fit = table.train(value=0.5)
    table.click(0.5, 1.2)
    table.fit_view.set_fit(fit, old)
    shown = table.fit_view.panel.fit
    assert len(shown.train) == len(old.train.y) + 1
    np.testing.assert_allclose(shown.train, 0.5)
    assert table.fit_view.panel.dataset is table.dataset


def test_an_outlier_lies_far_off_the_fit_and_is_one_step(open_table) -> None:
    table = open_table("curve")
    table.train(value=0.25)
    first, spread = table.experiment, table.points[:, 1].std()
    QTest.mouseClick(table.editing.strip.outlier, LEFT)
    assert 3 <= abs(table.points[-1, 1] - 0.25) / spread <= 4
    table.undo()
    assert table.experiment == first


def test_an_undo_in_the_middle_of_a_drag_lets_go(open_table) -> None:
    table = open_table("curve")
    first = table.experiment
    x, y = table.points[0]
    table.press(x, y)
    table.hover(x, y + 0.4)
    table.undo()
    assert table.experiment == first
    table.clock.advance(0.1)
    table.hover(x, y + 0.8)
    table.release(x, y + 0.8)
    assert table.experiment == first


def test_another_setting_in_between_is_kept(open_table) -> None:
    table = open_table("curve")
    table.click(0.5, 1.2)
    table.show_experiment(replace(table.experiment, {"regularization.l1": 0.1}))
    table.click(-0.5, 1.2)
    assert table.experiment.regularization.l1 == 0.1
    assert len(table.points) == 12
