"""Points that are added, moved and deleted by mouse and keys."""

import numpy as np
import pytest
from editing_table import LEFT, RIGHT
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from wheel import turn_wheel

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_click_adds_a_point_at_that_place(open_table) -> None:
    table = open_table("curve")
    before = table.points
    table.click(0.5, 1.2)
    np.testing.assert_array_equal(table.points[:-1], before)
    np.testing.assert_allclose(table.points[-1], [0.5, 1.2], atol=table.pixel().max())
    assert table.experiment.data.name == "points"
    assert table.editing.strip.count.text() == "11 training points"


def test_coordinates_are_short(open_table) -> None:
    table = open_table("curve")
    table.click(0.5, 1.2)
    last = table.experiment.data.points.split("\n")[-2]
    assert all(len(number) <= 6 for number in last.split())


def test_two_clicks_are_two_points_and_two_steps(open_table) -> None:
    table = open_table("curve")
    first = table.experiment
    table.click(0.5, 1.2)
    second = table.experiment
    table.click(-1.5, -1.2)
    assert len(table.points) == 12
    table.undo()
    assert table.experiment == second
    table.undo()
    assert table.experiment == first
    assert table.editing.is_on


def test_a_double_click_adds_one_point_only(open_table) -> None:
    table = open_table("curve")
    place = table.at(0.5, 1.2)
    viewport = table.chart.viewport()
    QTest.mouseClick(viewport, LEFT, pos=place)
    QTest.mouseDClick(viewport, LEFT, pos=place)
    assert len(table.points) == 11


def test_a_drag_moves_a_point_and_is_one_step(open_table) -> None:
    table = open_table("curve")
    before, first = table.points, table.experiment
    table.drag(before[3], (0.7, -0.9))
    moved = table.points
    np.testing.assert_allclose(moved[3], [0.7, -0.9], atol=1.5 * table.pixel().max())
    np.testing.assert_array_equal(np.delete(moved, 3, 0), np.delete(before, 3, 0))
    assert [goes_on for _, goes_on in table.told] == [False] + [True] * (len(table.told) - 1)
    assert len(table.told) > 5
    table.undo()
    assert table.experiment == first


def test_a_new_point_can_be_dragged_to_its_place_in_one_step(open_table) -> None:
    table = open_table("curve")
    first = table.experiment
    table.drag((0.5, 1.2), (1.5, -1.0))
    assert len(table.points) == 11
    np.testing.assert_allclose(table.points[-1], [1.5, -1.0], atol=1.5 * table.pixel().max())
    table.undo()
    assert table.experiment == first


def test_a_drag_is_told_once_a_frame_and_ends_where_the_mouse_does(open_table) -> None:
    table = open_table("curve")
    start = table.points[0]
    table.press(*start)
    for step in range(1, 41):  # no time passes
        table.hover(start[0] / 2, start[1] + step * 0.02)
    assert len(table.told) == 1
    table.clock.advance(0.02)
    assert len(table.told) == 2
    table.hover(start[0] / 2, start[1] + 0.9)
    table.release(start[0] / 2, start[1] + 0.9)
    assert len(table.told) == 3
    assert table.points[0, 1] == pytest.approx(start[1] + 0.9, abs=1.5 * table.pixel()[1])


def test_a_point_that_is_pressed_with_an_unsteady_hand_stays(open_table) -> None:
    table = open_table("curve")
    x, y = table.points[2]
    table.press(x, y)
    table.hover(x + 2 * table.pixel()[0], y)
    table.release(x + 2 * table.pixel()[0], y)
    assert not table.told


def test_a_point_does_not_jump_under_a_mouse_that_took_its_edge(open_table) -> None:
    table = open_table("curve")
    before, pixel = table.points[2], table.pixel()
    edge, up = np.array([4 * pixel[0], 0]), np.array([0, 0.5])
    table.drag(before + edge, before + edge + up)
    np.testing.assert_allclose(table.points[2], before + up, atol=1.5 * pixel.max())


def test_points_cannot_be_dragged_out_of_the_plot(open_table) -> None:
    table = open_table("curve")
    ranges = table.chart.box.viewRange()
    table.drag(table.points[4], (9, 9))
    np.testing.assert_allclose(table.points[4], [ranges[0][1], ranges[1][1]], atol=0.05)


def test_the_right_button_deletes_a_point(open_table) -> None:
    table = open_table("curve")
    before = table.points
    table.click(*before[3], RIGHT)
    np.testing.assert_array_equal(table.points, np.delete(before, 3, 0))
    table.click(0.5, 1.2, RIGHT)  # there is none
    assert len(table.told) == 1
    table.undo()
    np.testing.assert_array_equal(table.points, before)


def test_the_delete_key_deletes_the_point_under_the_mouse(open_table) -> None:
    table = open_table("curve")
    before = table.points
    table.hover(0.5, 1.2)
    table.key(Qt.Key.Key_Delete)
    assert not table.told
    table.hover(*before[6])
    table.key(Qt.Key.Key_Delete)
    np.testing.assert_array_equal(table.points, np.delete(before, 6, 0))


def test_validation_points_are_neither_moved_nor_deleted(open_table) -> None:
    table = open_table("curve")
    valid = table.dataset.valid
    distances = np.hypot(
        valid.x - table.dataset.train.x.T, valid.y[:, None] - table.dataset.train.y
    )
    lonely = int(distances.min(axis=1).argmax())
    place = valid.x[lonely, 0], valid.y[lonely]
    table.click(*place, RIGHT)
    assert not table.told
    table.drag(place, (0, 1.3))
    np.testing.assert_array_equal(table.dataset.valid.x, valid.x)
    np.testing.assert_array_equal(table.dataset.valid.y, valid.y)
    assert len(table.points) == 11  # one was added in its place and dragged


def test_a_ring_is_around_the_point_under_the_mouse(open_table) -> None:
    table = open_table("curve")
    x, y = table.points[1]
    table.hover(x + 3 * table.pixel()[0], y)
    assert (table.mark.place, table.mark.fill) == ((x, y), None)
    before = table.fit_view.grab().toImage()
    table.hover(0.5, 1.2)
    assert table.mark.fill is not None
    assert table.fit_view.grab().toImage() != before
    table.hover(-9, 9)
    assert table.mark is None


def test_the_wheel_zooms_and_the_middle_button_pans_as_ever(open_table) -> None:
    table = open_table("curve")
    before = table.chart.box.viewRange()
    turn_wheel(table.chart.viewport())
    zoomed = table.chart.box.viewRange()
    assert zoomed != before
    viewport, middle = table.chart.viewport(), Qt.MouseButton.MiddleButton
    place = viewport.rect().center()
    QTest.mousePress(viewport, middle, pos=place)
    QTest.mouseMove(viewport, place + table.at(0.2, 0) - table.at(0, 0))
    QTest.mouseRelease(viewport, middle, pos=place)
    assert not table.told


# classes


def test_a_click_adds_a_point_of_the_chosen_class_and_with_shift_of_the_other(open_table) -> None:
    table = open_table("classes")
    table.click(*table.spot(0.2, 0.98))
    table.click(*table.spot(0.4, 0.98), keys=SHIFT)
    table.key(Qt.Key.Key_1)
    assert table.editing.strip.current_class == 1
    table.click(*table.spot(0.6, 0.98))
    table.click(*table.spot(0.8, 0.98), keys=SHIFT)
    assert table.points[-4:, 2].tolist() == [0, 1, 1, 0]
    spots = [table.spot(share, 0.98) for share in (0.2, 0.4, 0.6, 0.8)]
    np.testing.assert_allclose(table.points[-4:, :2], spots, atol=table.pixel().max())


def test_a_key_or_a_chip_begins_a_class_that_was_not_there(open_table) -> None:
    table = open_table("classes")
    table.key(Qt.Key.Key_2)
    table.click(*table.spot(0.5, 0.98))
    assert len(table.dataset.class_names) == 3
    assert table.points[-1, 2] == 2
    QTest.mouseClick(table.editing.strip.chips[3], LEFT)
    table.click(*table.spot(0.8, 0.98))
    assert len(table.dataset.class_names) == 4
    table.key(Qt.Key.Key_7)  # there is none
    assert table.editing.strip.current_class == 3


def test_a_drag_keeps_the_class(open_table) -> None:
    table = open_table("classes")
    before = table.points
    index = int(before[:, 2].argmax())
    end = table.spot(0.5, 0.98)
    table.drag(before[index, :2], end)
    assert table.points[index, 2] == 1
    np.testing.assert_allclose(table.points[index, :2], end, atol=1.5 * table.pixel().max())


def test_over_one_input_the_nearest_row_is_the_class(open_table) -> None:
    table = open_table("rows")
    table.click(0.1, -0.07 * 0.8)
    table.click(0.3, -0.07 * 2.8)
    assert table.points[-2:, 1].tolist() == [0, 1]
    table.key(Qt.Key.Key_1)
    table.click(-1.5, 0.5)  # among the curves no row is near
    assert table.points[-1, 1] == 1
    np.testing.assert_allclose(table.points[-3:, 0], [0.1, 0.3, -1.5], atol=table.pixel()[0])
    table.drag((0.3, -0.07 * 2.8), (1.3, -0.07 * 0.8))
    assert table.points[-2].tolist() == pytest.approx([1.3, 0], abs=1.5 * table.pixel()[0])


def test_over_two_inputs_a_value_is_the_nearest_points_or_that_of_the_box(open_table) -> None:
    table = open_table("values")
    low, high = table.points[:, :2].min(axis=0), table.points[:, :2].max(axis=0)
    places = low + (high - low) * np.random.default_rng(0).uniform(size=(100, 1, 2))
    pixels = np.hypot(*np.moveaxis((table.points[:, :2] - places) / table.pixel(), -1, 0))
    first, second = np.sort(pixels)[:, :2].T
    clearest = np.where(first > 30, second - first, 0).argmax()  # away from all, and nearest to one
    place, nearest = places[clearest, 0], pixels[clearest].argmin()
    table.click(*place)
    assert table.points[-1, 2] == table.points[nearest, 2]
    table.editing.strip.target.setValue(0.02)
    table.click(*(place + 0.3))
    assert table.points[-1, 2] == 0.02
    assert not table.editing.strip.chips[0].isVisible()
