"""The row of earlier moments, by mouse and keyboard."""

from itertools import pairwise
from math import log

import pytest
from menu_tools import click_action
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from wheel import turn_wheel

from regplay.gui.theme import DARK, LIGHT, palette_of
from regplay.gui.timeline.timeline import Timeline

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key
KEPT = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987]


@pytest.fixture
def timeline(qtbot) -> Timeline:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(960, 32)
    timeline.track.set_kept(KEPT)
    with qtbot.waitExposed(timeline):
        timeline.show()
    return timeline


@pytest.fixture
def moments(timeline) -> list[int | None]:
    """What `moment_changed` carried."""
    seen: list[int | None] = []
    timeline.track.moment_changed.connect(seen.append)
    return seen


def _at(timeline: Timeline, index: int, y: int = 9) -> QPoint:
    return QPoint(round(timeline.track.x_of(index)), y)


def _click(timeline: Timeline, index: int, y: int = 9) -> None:
    QTest.mouseClick(timeline.track, LEFT, pos=_at(timeline, index, y))


def _choose(timeline: Timeline, name: str) -> None:
    """Open the menu and click an entry of it."""
    QTest.mouseClick(timeline.more, LEFT)
    click_action(timeline.menu, timeline.action(name))


def test_the_track_is_as_long_as_the_logarithm_of_the_planned_epochs(timeline, moments) -> None:
    track = timeline.track
    for planned in (987, 99_999):
        timeline.set_epochs(planned)
        length = track.width() - 14
        places = [(track.x_of(i) - 7) / length for i in range(len(KEPT))]
        assert places == pytest.approx([log(1 + e) / log(1 + planned) for e in KEPT])
    timeline.set_epochs(10)  # fewer than are trained
    assert track.x_of(15) == track.width() - 7
    timeline.set_epochs(987)
    _click(timeline, 4)
    _click(timeline, 9, y=25)  # on the numbers below
    assert moments == [5, 55]
    assert timeline.track.moment == 55
    assert timeline.label.text() == "Epoch 55"


def test_a_drag_goes_through_the_moments_and_ends_live(timeline, moments) -> None:
    track = timeline.track
    QTest.mousePress(track, LEFT, pos=_at(timeline, 12))
    for index in (11, 10, 10, 14, 15):
        QTest.mouseMove(track, _at(timeline, index))
    QTest.mouseMove(track, QPoint(track.width() + 50, 9))
    QTest.mouseRelease(track, LEFT, pos=QPoint(track.width() + 50, 9))
    assert moments == [233, 144, 89, 610, None]
    QTest.mouseMove(track, _at(timeline, 3))
    assert len(moments) == 5  # let go


def test_taking_hold_of_the_handle_beside_its_middle_does_not_move_it(timeline, moments) -> None:
    timeline.set_epochs(399)
    timeline.track.set_kept(range(400))  # some 1 px apart
    timeline.track.set_moment(200)
    QTest.mousePress(timeline.track, LEFT, pos=_at(timeline, 200) + QPoint(5, 0))
    QTest.mouseMove(timeline.track, _at(timeline, 200) + QPoint(5, 0))
    assert moments == []
    QTest.mouseMove(timeline.track, _at(timeline, 190) + QPoint(5, 0))
    QTest.mouseRelease(timeline.track, LEFT)
    track = timeline.track
    assert abs(track.x_of(timeline.track.moment) - track.x_of(190)) <= 1


def test_keys_go_by_one_by_ten_and_to_the_ends(timeline, moments) -> None:
    for key in (Key.Key_Left, Key.Key_Left, Key.Key_Right, Key.Key_PageDown, Key.Key_PageUp):
        QTest.keyClick(timeline.track, key)
    assert moments == [610, 377, 610, 5, 610]
    moments.clear()
    for key in (Key.Key_Home, Key.Key_Left, Key.Key_PageUp, Key.Key_End, Key.Key_Right):
        QTest.keyClick(timeline.track, key)
    assert moments == [0, 89, None]


def test_the_wheel_changes_nothing(timeline, moments) -> None:
    event = turn_wheel(timeline.track, QPointF(_at(timeline, 5)))
    assert moments == []
    assert not event.isAccepted()


def test_while_training_goes_on_the_handle_stays_with_its_epoch(timeline, moments) -> None:
    timeline.track.set_moment(89)
    before = timeline.track.x_of(timeline.track.value())
    timeline.track.set_kept([*KEPT, 1597, 2584])
    assert timeline.track.moment == 89
    assert timeline.track.x_of(timeline.track.value()) < before
    timeline.track.set_moment(None)
    timeline.track.set_kept([*KEPT, 1597, 2584, 4181])
    assert timeline.track.moment is None
    assert timeline.label.text() == "Epoch 4,181"
    assert timeline.track.value() == timeline.track.maximum()
    assert moments == []


def test_a_moment_that_is_kept_no_longer_goes_to_the_nearest_and_says_so_once(
    timeline, moments
) -> None:
    timeline.track.set_moment(89)
    timeline.track.set_kept([0, 2, 8, 34, 100, 377, 987])
    timeline.track.set_kept([0, 2, 8, 34, 100, 377, 987, 1500])
    assert moments == [100]
    assert timeline.label.text() == "Epoch 100"
    timeline.track.set_kept([0])  # trained anew
    assert moments == [100, None]


def test_a_moment_set_is_the_nearest_kept_one_without_a_signal(timeline, moments) -> None:
    for epoch, kept in ((50, 55), (4, 5), (-3, 0), (986, None), (5000, None), (300, 233)):
        timeline.track.set_moment(epoch)
        assert timeline.track.moment == kept
    assert moments == []
    timeline.track.pick_moment(12)
    timeline.track.pick_moment(13)
    assert moments == [13]


def test_nothing_can_be_done_with_fewer_than_two_moments(timeline, moments) -> None:
    timeline.track.set_best(0)
    timeline.track.set_kept([0])
    names = ("live", "continue", "restore_best", "overlay")
    assert not timeline.track.isEnabled()
    assert not any(timeline.action(name).isEnabled() for name in names)
    assert timeline.label.text() == "Epoch 0"
    _click(timeline, 0)
    timeline.track.set_kept([])
    timeline.track.set_moment(7)
    timeline.grab()
    assert timeline.track.moment is None
    assert moments == []


def test_a_drag_ends_when_a_new_run_begins(timeline, moments) -> None:
    QTest.mousePress(timeline.track, LEFT, pos=_at(timeline, 5))
    timeline.track.set_kept([0])
    timeline.track.set_kept(KEPT)
    moments.clear()
    QTest.mouseMove(timeline.track, _at(timeline, 2))
    assert moments == []


def test_buttons_are_enabled_where_they_have_something_to_do(qtbot, timeline, moments) -> None:
    live, go_on = timeline.action("live"), timeline.action("continue")
    assert not live.isEnabled()
    assert not go_on.isEnabled()
    _click(timeline, 3)
    with qtbot.waitSignal(timeline.action("continue").triggered):
        _choose(timeline, "continue")
    _choose(timeline, "live")
    assert moments == [3, None]
    assert not go_on.isEnabled()


def test_best_can_be_restored_and_shown_once_there_is_one(qtbot, timeline) -> None:
    restore, overlay = timeline.action("restore_best"), timeline.action("overlay")
    assert not restore.isEnabled()
    assert not overlay.isEnabled()
    timeline.track.set_best(60)
    with qtbot.waitSignal(timeline.action("restore_best").triggered):
        _choose(timeline, "restore_best")
    for is_on in (True, False):
        with qtbot.waitSignal(timeline.action("overlay").toggled) as signal:
            _choose(timeline, "overlay")
        assert signal.args == [is_on]
    timeline.track.set_best(None)
    assert not restore.isEnabled()


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_the_ring_is_at_the_kept_epoch_nearest_to_the_best(timeline, colors) -> None:
    timeline.setPalette(palette_of(colors))
    timeline.track.set_best(60)  # 55 is nearest
    image = timeline.track.grab().toImage()
    x = timeline.track.x_of(9)
    assert image.pixelColor(round(x), 9).name() == colors.background
    timeline.track.set_best(None)
    assert timeline.track.grab().toImage() != image


@pytest.mark.parametrize("epochs", [1, 7, 20, 987, 1000, 24_000, 1_000_000])
@pytest.mark.parametrize("width", [320, 700, 1900])
def test_numbers_are_round_have_room_and_both_ends(timeline, epochs, width) -> None:
    timeline.resize(width, timeline.height())
    QApplication.processEvents()
    timeline.set_epochs(epochs)
    timeline.track.set_kept([0, epochs])
    ticks, track = timeline.track.ticks(), timeline.track
    numbers = [int(number.replace(",", "")) for _, number in ticks]
    assert numbers[0] == 0
    assert numbers[-1] == epochs
    assert all(str(number).rstrip("0") in ("1", "2", "5") for number in numbers[1:-1])
    digit = track.fontMetrics().horizontalAdvance("0") * 0.85
    for (x, number), (other_x, other) in pairwise(ticks[1:-1]):
        assert other_x - x > (len(number) + len(other)) / 2 * digit
    timeline.track.resize(10, 30)
    assert timeline.track.ticks() == []


def test_the_mouse_reads_the_epoch_under_it(timeline) -> None:
    timeline.track.set_best(60)
    QTest.mouseMove(timeline.track, _at(timeline, 8))
    assert timeline.track.toolTip().startswith("Epoch 34\n")
    QTest.mouseMove(timeline.track, _at(timeline, 9))
    assert "Best epoch 60" in timeline.track.toolTip()
    QTest.mouseMove(timeline.track, _at(timeline, 15))
    assert timeline.track.toolTip().startswith("Epoch 987, the newest")


def test_early_stopping_is_told_at_the_end(timeline) -> None:
    timeline.set_stopped_early(True)
    assert timeline.label.text() == "Stopped at 987"
    timeline.track.set_moment(21)
    assert timeline.label.text() == "Epoch 21"
    timeline.track.set_moment(None)
    timeline.set_stopped_early(False)
    assert timeline.label.text() == "Epoch 987"


@pytest.mark.parametrize("epochs", [1, 1_000, 1_000_000])
def test_there_is_room_for_the_last_epoch_and_that_training_stopped_there(timeline, epochs) -> None:
    label = timeline.label
    timeline.set_epochs(epochs)
    timeline.track.set_kept([0, epochs])
    timeline.set_stopped_early(True)
    assert label.text() == f"Stopped at {epochs:,}"
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    timeline.set_stopped_early(False)
    before = label.size()
    for epoch in (0, epochs // 2, epochs):
        timeline.track.set_kept([0, epoch] if epoch else [0])
        assert label.size() == before  # a new number lays out nothing


@pytest.mark.parametrize("zoom", [100, 150, 200])
@pytest.mark.parametrize("width", [1900, 1280, 1024, 900, 800])
def test_parts_make_room_for_the_track(qtbot, theme, width, zoom) -> None:
    theme.set_zoom(zoom)
    page, timeline = QWidget(), Timeline()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(timeline)
    page.resize(width, 100)
    with qtbot.waitExposed(page):
        page.show()
    assert timeline.width() == width
    parts = [part for part in timeline.parts() if part.isVisible()]
    edges = [(part.geometry().left(), part.geometry().right()) for part in parts]
    assert all(right < left for (_, right), (left, _) in pairwise(edges))
    assert edges[-1][1] < width
    assert all(part.width() >= part.minimumSizeHint().width() for part in parts)
    assert all(part.height() >= part.minimumSizeHint().height() for part in parts)
    assert timeline.track.width() >= 160 or width < 1024
    assert {timeline.play, timeline.step, timeline.epochs, timeline.more} <= set(parts)
    if zoom == 100:
        assert timeline.label in parts
        assert timeline.speed in parts


def test_new_moments_lay_nothing_out(timeline) -> None:
    places = [part.geometry() for part in timeline.findChildren(QWidget)]
    timeline.track.set_kept(range(100_000, 100_500))
    timeline.track.set_best(100_200)
    timeline.track.set_moment(100_100)
    QApplication.processEvents()
    assert [part.geometry() for part in timeline.findChildren(QWidget)] == places


def test_space_is_left_to_the_window_and_return_presses(qtbot, timeline) -> None:
    pressed = []
    action = QAction(timeline)
    action.setShortcut(QKeySequence("Space"))
    action.triggered.connect(lambda: pressed.append("window"))
    timeline.addAction(action)
    timeline.step.clicked.connect(lambda: pressed.append("step"))
    timeline.track.set_moment(5)
    timeline.activateWindow()
    qtbot.waitUntil(timeline.isActiveWindow)
    for part in (timeline.step, timeline.track):
        part.setFocus()
        QTest.keyClick(part, Key.Key_Space)
    assert pressed == ["window", "window"]
    timeline.removeAction(action)
    QTest.keyClick(timeline.step, Key.Key_Space)
    assert pressed == ["window", "window"]
    QTest.keyClick(timeline.step, Key.Key_Return)
    assert pressed == ["window", "window", "step"]


def test_parts_are_found_by_their_names_and_explain_themselves(timeline) -> None:
    assert timeline.objectName() == "timeline"
    for part in timeline.parts():
        if part not in (timeline.label, timeline.of):
            assert part.toolTip()
            assert part.accessibleName()
            assert timeline.findChild(QWidget, part.objectName()) is part
    for name in ("live", "continue", "restore_best", "overlay", "reset", "seed", "epoch"):
        assert timeline.action(name).toolTip()
