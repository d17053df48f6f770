"""The row of earlier moments, by mouse and keyboard."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from wheel import turn_wheel

from regplay.gui.theme import DARK, LIGHT, palette_of
from regplay.gui.timeline import Timeline

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


def _texts(timeline: Timeline) -> list[str]:
    names = ("live", "continue", "restore_best", "overlay")
    return [timeline.button(name).text() for name in names]


def test_kept_moments_are_evenly_spaced_and_a_click_goes_to_one(timeline, moments) -> None:
    gaps = {round(timeline.track.x_of(i + 1) - timeline.track.x_of(i), 6) for i in range(15)}
    assert len(gaps) == 1
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
    timeline.track.set_kept(range(400))  # some 1 px apart
    timeline.track.set_moment(200)
    QTest.mousePress(timeline.track, LEFT, pos=_at(timeline, 200) + QPoint(5, 0))
    QTest.mouseMove(timeline.track, _at(timeline, 200) + QPoint(5, 0))
    assert moments == []
    QTest.mouseMove(timeline.track, _at(timeline, 190) + QPoint(5, 0))
    QTest.mouseRelease(timeline.track, LEFT)
    assert abs(timeline.track.moment - 190) <= 1


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
    assert not any(timeline.button(name).isEnabled() for name in names)
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
    live, go_on = timeline.button("live"), timeline.button("continue")
    assert not live.isEnabled()
    assert not go_on.isEnabled()
    _click(timeline, 3)
    with qtbot.waitSignal(timeline.button("continue").clicked):
        QTest.mouseClick(go_on, LEFT)
    QTest.mouseClick(live, LEFT)
    assert moments == [3, None]
    assert not go_on.isEnabled()


def test_best_can_be_restored_and_shown_once_there_is_one(qtbot, timeline) -> None:
    restore, overlay = timeline.button("restore_best"), timeline.button("overlay")
    assert not restore.isEnabled()
    assert not overlay.isEnabled()
    timeline.track.set_best(60)
    with qtbot.waitSignal(timeline.button("restore_best").clicked):
        QTest.mouseClick(restore, LEFT)
    for is_on in (True, False):
        with qtbot.waitSignal(timeline.button("overlay").toggled) as signal:
            QTest.mouseClick(overlay, LEFT)
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


def test_numbered_ticks_keep_their_numbers_and_do_not_touch(timeline) -> None:
    timeline.resize(1200, 32)
    QApplication.processEvents()
    before = {number for _, number in timeline.track.ticks()}
    timeline.track.set_kept([*KEPT, 1597])
    ticks = timeline.track.ticks()
    assert before == {number for _, number in ticks} - {"1,597"}
    timeline.track.set_kept(range(0, 100_000, 97))
    ticks = timeline.track.ticks()
    width = timeline.track.fontMetrics().horizontalAdvance("100,000")
    assert 3 <= len(ticks) <= timeline.track.width() / (0.8 * width)
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


@pytest.mark.parametrize(
    ("width", "text"), [(960, "Epoch 987 · stopped early"), (500, "Stopped at 987")]
)
def test_early_stopping_is_told_at_the_end(timeline, width, text) -> None:
    timeline.resize(width, 32)
    timeline.set_stopped_early(987)
    assert timeline.label.text() == text
    assert "Early stopping ended the run at epoch 987" in timeline.label.toolTip()
    timeline.track.set_moment(21)
    assert timeline.label.text() == "Epoch 21"
    timeline.track.set_moment(None)
    timeline.set_stopped_early(None)
    assert timeline.label.text() == "Epoch 987"
    assert "Early" not in timeline.label.toolTip()


@pytest.mark.parametrize("width", [1300, 960, 760, 700, 600, 500, 400, 320])
def test_texts_get_shorter_so_that_nothing_overlaps(qtbot, width) -> None:
    page, timeline = QWidget(), Timeline()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(timeline)
    page.resize(width, 40)
    with qtbot.waitExposed(page):
        page.show()
    assert timeline.width() == width
    parts = [timeline.label] if timeline.label.isVisible() else []
    parts += [timeline.track, *(timeline.button(n) for n in ("live", "continue", "restore_best"))]
    parts.append(timeline.button("overlay"))
    edges = [(part.geometry().left(), part.geometry().right()) for part in parts]
    assert all(right < left for (_, right), (left, _) in pairwise(edges))
    assert edges[-1][1] < width
    assert all(part.width() >= part.minimumSizeHint().width() for part in parts)
    long = ["Live", "Continue from here", "Restore best", "Show best"]
    assert (_texts(timeline) == long) == (width >= 760)
    assert timeline.label.isVisible() == (width >= 500)


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
    timeline.button("continue").clicked.connect(lambda: pressed.append("continue"))
    timeline.track.set_moment(5)
    timeline.activateWindow()
    qtbot.waitUntil(timeline.isActiveWindow)
    for part in (timeline.button("continue"), timeline.track):
        part.setFocus()
        QTest.keyClick(part, Key.Key_Space)
    assert pressed == ["window", "window"]
    timeline.removeAction(action)
    QTest.keyClick(timeline.button("continue"), Key.Key_Space)
    assert pressed == ["window", "window"]
    QTest.keyClick(timeline.button("continue"), Key.Key_Return)
    assert pressed == ["window", "window", "continue"]


def test_parts_are_found_by_their_names_and_explain_themselves(timeline) -> None:
    assert timeline.objectName() == "timeline"
    for name in ("track", "live", "continue", "restore_best", "overlay"):
        part = timeline.findChild(QWidget, f"timeline.{name}")
        assert part.toolTip()
        assert part.accessibleName()
