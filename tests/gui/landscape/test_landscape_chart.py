"""Pointing at cells and choosing them, by mouse and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication

from regplay.gui.landscape.map_chart import _SHADES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def clicked(view) -> list[tuple[int, int]]:
    cells: list[tuple[int, int]] = []
    view.chart.cell_chosen.connect(lambda column, row: cells.append((column, row)))
    return cells


@pytest.mark.parametrize("cell", [(0, 0), (4, 0), (0, 8), (4, 8), (2, 5)])
@pytest.mark.parametrize("size", [(960, 420), (611, 307)])
def test_a_click_chooses_the_cell_under_the_pixel(
    qtbot, view, make_map, losses, clicked, pixel_of, cell, size
) -> None:
    view.resize(*size)
    view.set_map(make_map(losses))
    qtbot.mouseClick(view.chart.viewport(), LEFT, pos=pixel_of(*cell))
    assert clicked == [cell]


def test_the_cell_that_is_chosen_is_the_one_that_is_drawn(
    qtbot, view, make_map, losses, clicked, pixel_of
) -> None:
    losses[:] = 0.2
    losses[6, 1] = 0.9  # the only bright cell
    view.set_map(make_map(losses))
    view.marks.best = None
    picture = view.chart.grab().toImage()
    ratio = picture.devicePixelRatio()
    bright = [
        (column, row)
        for row in range(9)
        for column in range(5)
        if picture.pixelColor(pixel_of(column, row) * ratio).lightness() > 125
    ]
    assert bright == [(1, 6)]
    qtbot.mouseClick(view.chart.viewport(), LEFT, pos=pixel_of(1, 6))
    assert clicked == bright


def test_every_pixel_of_a_cell_belongs_to_it(view, make_map, losses) -> None:
    view.set_map(make_map(losses))
    offset = view.chart.mapFromScene(view.chart.box.sceneBoundingRect().topLeft())
    for cell in ((0, 0), (1, 3), (4, 8)):
        rect = view.chart.cell_rect(cell).toRect().translated(offset)
        for corner in (rect.topLeft(), rect.bottomRight()):
            assert view.chart.cell_at(corner.toPointF()) == cell


def test_a_drag_to_another_cell_chooses_none_and_moves_nothing(
    qtbot, view, make_map, losses, clicked, pixel_of
) -> None:
    view.set_map(make_map(losses))
    before = view.chart.box.viewRange()
    target = view.chart.viewport()
    qtbot.mousePress(target, LEFT, pos=pixel_of(1, 1))
    qtbot.mouseMove(target, pixel_of(3, 3))
    qtbot.mouseRelease(target, LEFT, pos=pixel_of(3, 3))
    assert clicked == []
    assert view.chart.box.viewRange() == before
    assert view.chart.reset_button.isHidden()


def test_what_is_not_trained_cannot_be_chosen_and_what_diverged_can(
    qtbot, view, make_map, losses, clicked, pixel_of
) -> None:
    target = view.chart.viewport()
    qtbot.mouseClick(target, LEFT, pos=pixel_of(2, 2))
    losses[2, 2] = np.nan
    view.set_map(make_map(losses, diverged=[(3, 3)]))
    qtbot.mouseClick(target, LEFT, pos=pixel_of(2, 2))
    qtbot.mouseClick(target, Qt.MouseButton.RightButton, pos=pixel_of(1, 1))
    assert clicked == []
    qtbot.mouseClick(target, LEFT, pos=pixel_of(3, 3))
    assert clicked == [(3, 3)]


def test_the_cursor_points_over_trained_cells_alone(
    qtbot, view, make_map, losses, pixel_of
) -> None:
    losses[2, 2] = np.nan
    view.set_map(make_map(losses))
    target = view.chart.viewport()
    qtbot.mouseMove(target, pixel_of(1, 1))
    assert target.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(target, pixel_of(2, 2))
    assert target.cursor().shape() == Qt.CursorShape.ArrowCursor
    losses[2, 2] = 0.5  # trained while the mouse rests
    view.set_map(make_map(losses))
    assert target.cursor().shape() == Qt.CursorShape.PointingHandCursor


def test_the_mouse_reads_both_losses_and_the_gap(qtbot, view, make_map, losses, pixel_of) -> None:
    losses[3, 2] = 0.5
    view.set_map(make_map(losses, train=losses - 0.125, is_finished=True))
    qtbot.mouseMove(view.chart.viewport(), pixel_of(2, 3))
    reading = view.chart.hover.reading
    assert reading.title == "Weight decay λ 0.1, Dropout p 0.3"
    values = {row.name: row.value for row in reading.rows}
    assert values == {"training loss": "0.375", "validation loss": "0.5", "gap": "0.125"}
    qtbot.mouseMove(view.chart.viewport(), QPoint(2, 2))
    assert view.chart.hover.reading is None


def test_the_mouse_reads_accuracies_where_there_are_some(
    qtbot, view, make_map, losses, pixel_of
) -> None:
    view.set_map(make_map(losses, accuracy=0.875))
    qtbot.mouseMove(view.chart.viewport(), pixel_of(0, 0))
    values = {row.name: row.value for row in view.chart.hover.reading.rows}
    assert values["training accuracy"] == values["validation accuracy"] == "87.5 %"


def test_a_resting_mouse_reads_what_was_trained_meanwhile(
    qtbot, view, make_map, losses, pixel_of
) -> None:
    known = losses.copy()
    known[3, 2] = np.nan
    view.set_map(make_map(known))
    qtbot.mouseMove(view.chart.viewport(), pixel_of(2, 3))
    assert [row.name for row in view.chart.hover.reading.rows] == ["not trained yet"]
    view.set_map(make_map(losses, diverged=[(2, 3)]))
    names = [row.name for row in view.chart.hover.reading.rows]
    assert names[1] == "validation loss"
    assert names[-1].startswith("diverged")


def test_pointing_does_not_draw_the_cells_again(qtbot, view, make_map, losses, pixel_of) -> None:
    view.set_map(make_map(losses))
    view.grab()
    before = view.grab().toImage()  # the second time it is a picture
    frames = view.chart.canvas.frames
    for column in range(5):
        qtbot.mouseMove(view.chart.viewport(), pixel_of(column, 4))
        assert view.grab().toImage() != before
    assert view.chart.canvas.frames == frames


def test_arrow_keys_move_from_cell_to_cell_and_enter_adopts(
    qtbot, view, make_map, losses, clicked
) -> None:
    view.set_map(make_map(losses))
    key, chart = Qt.Key, view.chart
    chart.setFocus()
    for pressed in (key.Key_Right, key.Key_Right, key.Key_Right, key.Key_Up, key.Key_Left):
        qtbot.keyClick(chart, pressed)
    assert chart.cell == (1, 1)  # the first key points at the first cell
    assert chart.hover.reading.title == "Weight decay λ 0.01, Dropout p 0.1"
    qtbot.keyClick(chart, key.Key_Return)
    qtbot.keyClick(chart, key.Key_Down)
    qtbot.keyClick(chart, key.Key_Down)  # stays in the lowest row
    qtbot.keyClick(chart, key.Key_Enter)
    assert clicked == [(1, 1), (1, 0)]


def test_keys_go_on_from_the_cell_under_the_mouse(qtbot, view, make_map, losses, pixel_of) -> None:
    view.set_map(make_map(losses))
    qtbot.mouseClick(view.chart.viewport(), LEFT, pos=pixel_of(2, 4))
    qtbot.keyClick(view.chart, Qt.Key.Key_Up)
    assert view.chart.cell == (2, 5)


def test_tab_shows_where_the_keys_are_and_leaving_hides_it(qtbot, view, make_map, losses) -> None:
    view.set_map(make_map(losses))
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    view.chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.chart.cell == (0, 0)
    view.header.control.button.setFocus()
    assert view.chart.cell is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_S, Qt.Key.Key_Escape])
def test_other_keys_are_left_to_the_window(view, make_map, losses, key) -> None:
    view.set_map(make_map(losses))
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.chart, event)
    assert not event.isAccepted()


def test_small_losses_are_dark_and_large_ones_bright(view, make_map, losses, pixel_of) -> None:
    view.set_map(make_map(losses))
    view.marks.best = None
    picture = view.chart.grab().toImage()
    ratio = picture.devicePixelRatio()

    def seen(column: int, row: int) -> QColor:
        return picture.pixelColor(pixel_of(column, row) * ratio)

    lightness = [seen(2, row).lightness() for row in range(9)]
    assert lightness == sorted(lightness)
    assert seen(4, 8) in _SHADES
