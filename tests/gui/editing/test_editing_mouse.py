"""Points that are added, moved and deleted by mouse and keys."""

import numpy as np
import pytest
from editing_window import LEFT, RIGHT
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from wheel import turn_wheel

from regplay.core.fields import replace
from regplay.session.drawing import MOST

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_click_adds_a_point_at_that_place(open_editing) -> None:
    window = open_editing("curve")
    before = window.points
    window.click(0.5, 1.2)
    np.testing.assert_array_equal(window.points[:-1], before)
    np.testing.assert_allclose(window.points[-1], [0.5, 1.2], atol=window.pixel().max())
    assert window.experiment.data.name == "sine"
    assert window.dataset.noise_floor == pytest.approx(0.09)
    assert window.dataset.truth is not None
    assert window.editing.strip.count.text() == "11 training points"


def test_coordinates_are_short(open_editing) -> None:
    window = open_editing("curve")
    window.click(0.5, 1.2)
    kind, *numbers = window.experiment.data.edits.split()
    assert (kind, len(numbers)) == ("add", 2)
    assert all(len(number) <= 6 for number in numbers)


def test_an_edit_of_a_point_that_is_not_drawn_waits_and_it_is_said(open_editing) -> None:
    window = open_editing("curve")
    window.drag(window.points[9], (0.5, 1.5))
    fewer = replace(window.experiment, {"data.n_train": 5})
    window.show_experiment(fewer)
    count = window.editing.strip.count
    assert count.text() == "5 training points; 1 edit waits"
    assert "once they are drawn again" in count.toolTip()
    window.click(-2.0, 1.0)
    assert len(window.points) == 6
    window.show_experiment(replace(window.experiment, {"data.n_train": 10}))
    assert count.text() == "11 training points"
    np.testing.assert_allclose(window.points[9], [0.5, 1.5], atol=1.5 * window.pixel().max())


def test_two_clicks_are_two_points_and_two_steps(open_editing) -> None:
    window = open_editing("curve")
    first = window.experiment
    window.click(0.5, 1.2)
    second = window.experiment
    window.click(-1.5, -1.2)
    assert len(window.points) == 12
    window.undo()
    assert window.experiment == second
    window.undo()
    assert window.experiment == first
    assert window.editing.is_on


def test_a_double_click_adds_one_point_only(open_editing) -> None:
    window = open_editing("curve")
    place = window.at(0.5, 1.2)
    viewport = window.chart.viewport()
    QTest.mouseClick(viewport, LEFT, pos=place)
    QTest.mouseDClick(viewport, LEFT, pos=place)
    assert len(window.points) == 11


def test_a_drag_moves_a_point_and_is_one_step(open_editing) -> None:
    window = open_editing("curve")
    before, first = window.points, window.experiment
    window.drag(before[3], (0.7, -0.9))
    moved = window.points
    np.testing.assert_allclose(moved[3], [0.7, -0.9], atol=1.5 * window.pixel().max())
    np.testing.assert_array_equal(np.delete(moved, 3, 0), np.delete(before, 3, 0))
    assert [goes_on for _, goes_on in window.told] == [False] + [True] * (len(window.told) - 1)
    assert len(window.told) > 5
    window.undo()
    assert window.experiment == first


def test_a_new_point_can_be_dragged_to_its_place_in_one_step(open_editing) -> None:
    window = open_editing("curve")
    first = window.experiment
    window.drag((0.5, 1.2), (1.5, -1.0))
    assert len(window.points) == 11
    np.testing.assert_allclose(window.points[-1], [1.5, -1.0], atol=1.5 * window.pixel().max())
    window.undo()
    assert window.experiment == first


def test_a_drag_is_told_once_a_frame_and_ends_where_the_mouse_does(open_editing) -> None:
    window = open_editing("curve")
    start = window.points[0]
    window.press(*start)
    for step in range(1, 41):  # no time passes
        window.hover(start[0] / 2, start[1] + step * 0.02)
    assert len(window.told) == 1
    window.clock.advance(0.02)
    assert len(window.told) == 2
    window.hover(start[0] / 2, start[1] + 0.9)
    window.release(start[0] / 2, start[1] + 0.9)
    assert len(window.told) == 3
    assert window.points[0, 1] == pytest.approx(start[1] + 0.9, abs=1.5 * window.pixel()[1])


def test_a_point_that_is_pressed_with_an_unsteady_hand_stays(open_editing) -> None:
    window = open_editing("curve")
    x, y = window.points[2]
    window.press(x, y)
    window.hover(x + 2 * window.pixel()[0], y)
    window.release(x + 2 * window.pixel()[0], y)
    assert not window.told


def test_a_point_does_not_jump_under_a_mouse_that_took_its_edge(open_editing) -> None:
    window = open_editing("curve")
    before, pixel = window.points[2], window.pixel()
    edge, up = np.array([4 * pixel[0], 0]), np.array([0, 0.5])
    window.drag(before + edge, before + edge + up)
    np.testing.assert_allclose(window.points[2], before + up, atol=1.5 * pixel.max())


def test_points_cannot_be_dragged_out_of_the_plot(open_editing) -> None:
    window = open_editing("curve")
    ranges = window.chart.box.viewRange()
    window.drag(window.points[4], (9, 9))
    np.testing.assert_allclose(window.points[4], [ranges[0][1], ranges[1][1]], atol=0.05)


def test_the_right_button_deletes_a_point(open_editing) -> None:
    window = open_editing("curve")
    before = window.points
    window.click(*before[3], RIGHT)
    np.testing.assert_array_equal(window.points, np.delete(before, 3, 0))
    window.click(0.5, 1.2, RIGHT)  # there is none
    assert len(window.told) == 1
    window.undo()
    np.testing.assert_array_equal(window.points, before)


def test_the_delete_key_deletes_the_point_under_the_mouse(open_editing) -> None:
    window = open_editing("curve")
    before = window.points
    window.hover(0.5, 1.2)
    window.key(Qt.Key.Key_Delete)
    assert not window.told
    window.hover(*before[6])
    window.key(Qt.Key.Key_Delete)
    np.testing.assert_array_equal(window.points, np.delete(before, 6, 0))


def test_the_last_point_stays_and_it_is_said(open_editing) -> None:
    window = open_editing("curve")
    hint = window.editing.strip.hint
    assert "right click deletes" in hint.text()
    window.show_experiment(replace(window.experiment, {"data.n_train": 1}))
    (last,) = window.points
    window.click(*last, RIGHT)
    window.hover(*last)
    window.key(Qt.Key.Key_Delete)
    assert not window.told
    assert "the last point can't be deleted" in hint.text()
    window.click(0.5, 1.2)
    assert "right click deletes" in hint.text()


def test_no_more_points_than_can_be_edited_and_it_is_said(open_editing) -> None:
    window = open_editing("curve")
    strip = window.editing.strip
    window.show_experiment(replace(window.experiment, {"data.n_train": MOST - 1}))
    first = window.points[0]
    window.click(*window.spot(0.5, 0.98))
    assert len(window.points) == MOST
    assert f"{MOST:,} points are the most" in strip.hint.text()
    assert "are the most" in strip.outlier.toolTip()
    window.told.clear()
    window.click(*window.spot(0.2, 0.98))
    QTest.mouseClick(strip.outlier, LEFT)
    assert not window.told
    assert window.mark is None  # no point would be added where the mouse is
    window.click(*first, RIGHT)
    assert len(window.points) == MOST - 1
    assert strip.outlier.isEnabled()
    assert "Click adds" in strip.hint.text()


def test_validation_points_are_neither_moved_nor_deleted(open_editing) -> None:
    window = open_editing("curve")
    valid = window.dataset.valid
    distances = np.hypot(
        valid.x - window.dataset.train.x.T, valid.y[:, None] - window.dataset.train.y
    )
    lonely = int(distances.min(axis=1).argmax())
    place = valid.x[lonely, 0], valid.y[lonely]
    window.click(*place, RIGHT)
    assert not window.told
    window.drag(place, (0, 1.3))
    np.testing.assert_array_equal(window.dataset.valid.x, valid.x)
    np.testing.assert_array_equal(window.dataset.valid.y, valid.y)
    assert len(window.points) == 11  # one was added in its place and dragged


def test_a_ring_is_around_the_point_under_the_mouse(open_editing) -> None:
    window = open_editing("curve")
    x, y = window.points[1]
    window.hover(x + 3 * window.pixel()[0], y)
    assert (window.mark.place, window.mark.fill) == ((x, y), None)
    before = window.fit_view.grab().toImage()
    window.hover(0.5, 1.2)
    assert window.mark.fill is not None
    assert window.fit_view.grab().toImage() != before
    window.hover(-9, 9)
    assert window.mark is None


def test_the_wheel_zooms_and_the_middle_button_pans_as_ever(open_editing) -> None:
    window = open_editing("curve")
    before = window.chart.box.viewRange()
    turn_wheel(window.chart.viewport())
    zoomed = window.chart.box.viewRange()
    assert zoomed != before
    viewport, middle = window.chart.viewport(), Qt.MouseButton.MiddleButton
    place = viewport.rect().center()
    QTest.mousePress(viewport, middle, pos=place)
    QTest.mouseMove(viewport, place + window.at(0.2, 0) - window.at(0, 0))
    QTest.mouseRelease(viewport, middle, pos=place)
    assert not window.told


# classes


def test_a_click_adds_a_point_of_the_chosen_class_and_with_shift_of_the_other(open_editing) -> None:
    window = open_editing("classes")
    window.click(*window.spot(0.2, 0.98))
    window.click(*window.spot(0.4, 0.98), keys=SHIFT)
    window.key(Qt.Key.Key_1)
    assert window.editing.strip.current_class == 1
    window.click(*window.spot(0.6, 0.98))
    window.click(*window.spot(0.8, 0.98), keys=SHIFT)
    assert window.points[-4:, 2].tolist() == [0, 1, 1, 0]
    spots = [window.spot(share, 0.98) for share in (0.2, 0.4, 0.6, 0.8)]
    np.testing.assert_allclose(window.points[-4:, :2], spots, atol=window.pixel().max())


def test_a_key_or_a_chip_begins_a_class_that_was_not_there(open_editing) -> None:
    window = open_editing("classes")
    window.key(Qt.Key.Key_2)
    window.click(*window.spot(0.5, 0.98))
    assert len(window.dataset.class_names) == 3
    assert window.points[-1, 2] == 2
    QTest.mouseClick(window.editing.strip.chips[3], LEFT)
    window.click(*window.spot(0.8, 0.98))
    assert len(window.dataset.class_names) == 4
    window.key(Qt.Key.Key_7)  # there is none
    assert window.editing.strip.current_class == 3


def test_a_drag_keeps_the_class(open_editing) -> None:
    window = open_editing("classes")
    before = window.points
    index = int(before[:, 2].argmax())
    end = window.spot(0.5, 0.98)
    window.drag(before[index, :2], end)
    assert window.points[index, 2] == 1
    np.testing.assert_allclose(window.points[index, :2], end, atol=1.5 * window.pixel().max())


def test_over_one_input_the_nearest_row_is_the_class(open_editing) -> None:
    window = open_editing("rows")
    window.click(0.1, -0.07 * 0.8)
    window.click(0.3, -0.07 * 2.8)
    assert window.points[-2:, 1].tolist() == [0, 1]
    window.key(Qt.Key.Key_1)
    window.click(-1.5, 0.5)  # among the curves no row is near
    assert window.points[-1, 1] == 1
    np.testing.assert_allclose(window.points[-3:, 0], [0.1, 0.3, -1.5], atol=window.pixel()[0])
    window.drag((0.3, -0.07 * 2.8), (1.3, -0.07 * 0.8))
    assert window.points[-2].tolist() == pytest.approx([1.3, 0], abs=1.5 * window.pixel()[0])


def test_over_two_inputs_a_value_is_the_nearest_points_or_that_of_the_box(open_editing) -> None:
    window = open_editing("values")
    low, high = window.points[:, :2].min(axis=0), window.points[:, :2].max(axis=0)
    places = low + (high - low) * np.random.default_rng(0).uniform(size=(100, 1, 2))
    pixels = np.hypot(*np.moveaxis((window.points[:, :2] - places) / window.pixel(), -1, 0))
    first, second = np.sort(pixels)[:, :2].T
    clearest = np.where(first > 30, second - first, 0).argmax()  # away from all, and nearest to one
    place, nearest = places[clearest, 0], pixels[clearest].argmin()
    window.click(*place)
    assert window.points[-1, 2] == window.points[nearest, 2]
    window.editing.strip.target.setValue(0.02)
    window.click(*(place + 0.3))
    assert window.points[-1, 2] == 0.02
    assert not window.editing.strip.chips[0].isVisible()
