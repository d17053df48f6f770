"""When the mode is there, and what does not move while points do."""

import numpy as np
import pytest
from editing_window import LEFT, RIGHT
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest

from regplay.core.fields import replace
from regplay.gui.controls.number import ValueBox

KINDS = ["curve", "rows", "classes", "values"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_mode_alone_changes_nothing(open_editing, kind) -> None:
    window = open_editing(kind, on=False)
    ranges = window.chart.box.viewRange()
    assert not window.editing.strip.isVisible()
    QTest.mouseClick(window.editing.button, LEFT)
    assert window.editing.strip.isVisible()
    assert window.chart.viewport().cursor().shape() == Qt.CursorShape.CrossCursor
    QTest.keyClick(window.chart, Qt.Key.Key_Escape)
    assert not window.editing.is_on
    assert not window.editing.strip.isVisible()
    assert window.chart.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not window.told
    assert window.chart.box.viewRange() == ranges


def test_outside_of_the_mode_the_mouse_pans_and_keys_do_nothing(open_editing) -> None:
    window = open_editing("curve", on=False)
    point = window.points[0]
    window.drag(point, (0.5, 0.5))
    assert window.chart.manual
    window.click(*point, RIGHT)
    window.key(Qt.Key.Key_Delete)
    assert not window.told


def test_with_more_than_two_inputs_there_is_no_mode_and_the_tip_says_why(open_editing) -> None:
    window = open_editing("curve")
    tip = window.editing.button.toolTip()
    window.load("many")
    assert not window.editing.button.isEnabled()
    assert not window.editing.is_on
    assert window.editing.button.toolTip().endswith("not of 5")
    window.load("classes")
    assert window.editing.button.isEnabled()
    assert window.editing.button.toolTip() == tip
    window.editing.set_data(window.experiment, None)
    assert not window.editing.button.isEnabled()


def typing(qtbot, window) -> ValueBox:
    """A box beside the plot, in which a person has begun to type."""
    box = ValueBox()
    window.layout().addWidget(box)
    box.show()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    QTest.keyClick(box, Qt.Key.Key_1)
    return box


def test_escape_takes_back_first_what_is_typed(qtbot, open_editing) -> None:
    window = open_editing("curve")
    box = typing(qtbot, window)
    with qtbot.waitSignal(box.abandoned):
        QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.editing.is_on
    window.chart.setFocus()
    QTest.keyClick(window.chart, Qt.Key.Key_Escape)
    assert not window.editing.is_on


def test_digits_are_typed_where_there_is_a_text(qtbot, open_editing) -> None:
    window = open_editing("classes")
    assert typing(qtbot, window).text() == "1"
    assert window.editing.strip.current_class == 0


@pytest.mark.parametrize(("kind", "is_taken"), [("classes", True), ("curve", False)])
def test_digits_are_taken_only_where_there_are_classes(qtbot, open_editing, kind, is_taken) -> None:
    window = open_editing(kind)
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_2), window)
    window.hover(*window.spot(0.5, 0.5))
    qtbot.waitUntil(window.chart.hasFocus)
    asked: list[bool] = []
    shortcut.activated.connect(lambda: asked.append(True))
    QTest.keyClick(window.chart, Qt.Key.Key_2)
    assert bool(asked) is not is_taken


def test_the_mode_follows_to_another_plot(open_editing) -> None:
    window = open_editing("curve")
    curve = window.chart
    window.load("classes")
    assert window.chart is not curve
    assert window.editing.is_on
    assert window.editing.strip.chips[0].isVisible()
    assert curve.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    window.click(*window.spot(0.5, 0.98))
    assert len(window.points) == 13


@pytest.mark.parametrize("kind", KINDS)
def test_no_edit_within_the_plot_moves_its_axes_or_drops_the_fit(open_editing, kind) -> None:
    window = open_editing(kind)
    window.train()
    ranges = window.chart.box.viewRange()
    (x0, x1), (y0, y1) = ranges
    place = x0 + 0.99 * (x1 - x0), y0 + 0.99 * (y1 - y0)
    window.click(*place)
    assert len(window.told) == 1
    assert window.fit_view.panel.fit.grid is not None
    start = place if kind != "rows" else (place[0], -0.07 * 0.8)
    window.drag(start, (x0 + 0.2 * (x1 - x0), start[1]))
    assert window.chart.box.viewRange() == ranges
    fit = window.fit_view.panel.fit
    assert fit is not None
    assert len(fit.train) == len(window.points)
    assert fit.epoch == 5


def test_axes_rest_while_a_point_is_held_though_the_fit_leaves_them(open_editing) -> None:
    window = open_editing("curve")
    ranges = window.chart.box.viewRange()
    x, y = window.points[0]
    window.press(x, y)
    window.hover(x, y + 0.3)
    window.train(value=3.0)
    assert window.chart.box.viewRange() == ranges
    window.release(x, y + 0.3)
    assert window.chart.box.viewRange()[1][1] >= 3.0


def test_the_axes_fit_the_points_anew_after_the_mode(open_editing) -> None:
    window = open_editing("curve")
    ends = window.points[:, 0].argmax(), window.dataset.valid.x[:, 0].argmax()
    assert window.dataset.valid.x[ends[1], 0] > 2  # so that the range rests on more than one point
    window.editing.strip.outlier.click()
    grown = window.chart.box.viewRange()[1]
    y = window.points[-1, 1]
    assert grown[0] <= y <= grown[1]
    window.click(*window.points[-1], RIGHT)
    assert window.chart.box.viewRange()[1] == grown
    QTest.keyClick(window.chart, Qt.Key.Key_Escape)
    low, high = window.chart.box.viewRange()[1]
    assert high - low < grown[1] - grown[0]


def test_a_fit_of_earlier_points_is_shown_at_the_present_ones(open_editing) -> None:
    window = open_editing("curve")
    old = window.dataset
    fit = window.train(value=0.5)
    window.click(0.5, 1.2)
    window.fit_view.set_fit(fit, old)
    shown = window.fit_view.panel.fit
    assert len(shown.train) == len(old.train.y) + 1
    np.testing.assert_allclose(shown.train, 0.5)
    assert window.fit_view.panel.dataset is window.dataset


def test_an_outlier_lies_far_off_the_fit_and_is_one_step(open_editing) -> None:
    window = open_editing("curve")
    window.train(value=0.25)
    first, spread = window.experiment, window.points[:, 1].std()
    QTest.mouseClick(window.editing.strip.outlier, LEFT)
    assert 3 <= abs(window.points[-1, 1] - 0.25) / spread <= 4
    window.undo()
    assert window.experiment == first


def test_an_undo_in_the_middle_of_a_drag_lets_go(open_editing) -> None:
    window = open_editing("curve")
    first = window.experiment
    x, y = window.points[0]
    window.press(x, y)
    window.hover(x, y + 0.4)
    window.undo()
    assert window.experiment == first
    window.clock.advance(0.1)
    window.hover(x, y + 0.8)
    window.release(x, y + 0.8)
    assert window.experiment == first


def test_another_setting_in_between_is_kept(open_editing) -> None:
    window = open_editing("curve")
    window.click(0.5, 1.2)
    window.show_experiment(replace(window.experiment, {"regularization.l1": 0.1}))
    window.click(-0.5, 1.2)
    assert window.experiment.regularization.l1 == 0.1
    assert len(window.points) == 12
