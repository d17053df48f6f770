"""The line at the moment shown, and clicks that pick one."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.gui.plots.history_view import HistoryView
from regplay.gui.theme import DARK, palette_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(show_widget, make_dataset, make_history) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=40)
    losses = [1 / (1 + index) for index in range(11)]
    view.set_history(make_history(losses, losses, every=4, weight_norm=2.0, objective=1.0))
    return show_widget(view, 700, 260)


@pytest.fixture
def picked(view) -> list[int]:
    seen: list[int] = []
    view.moment_picked.connect(seen.append)
    return seen


def _at(view: HistoryView, epoch: float, dy: int = 0) -> QPoint:
    box = view.plot.box.sceneBoundingRect()
    x = box.left() + float(view.plot.frame().x(epoch))
    return QPoint(round(x), int(box.center().y()) + dy)


def _click(view: HistoryView, epoch: float) -> None:
    QTest.mouseClick(view.plot.viewport(), LEFT, pos=_at(view, epoch))


def _drag(view: HistoryView, start: float, end: float) -> None:
    target = view.plot.viewport()
    places = [_at(view, start + share * (end - start)) for share in (0.0, 0.3, 0.6, 1.0)]
    QTest.mousePress(target, LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(target, place)
    QTest.mouseRelease(target, LEFT, pos=places[-1])


def _changed_columns(view: HistoryView, before) -> set[int]:
    """Pixel columns of the lower half of the plot that look different now."""
    after, box = view.plot.grab().toImage(), view.plot.box.sceneBoundingRect()
    return {
        x
        for x in range(int(box.left()) + 1, int(box.right()))
        for y in range(int(box.center().y()), int(box.bottom()) - 1)
        if before.pixelColor(x, y) != after.pixelColor(x, y)
    }


@pytest.mark.parametrize("tab", ["loss", "weights"])
def test_the_moment_is_a_line_in_every_plot(view, tab) -> None:
    view.set_tab(tab)
    before = view.plot.grab().toImage()
    view.set_moment(18)
    assert _changed_columns(view, before) == {_at(view, 18).x()}
    view.set_moment(None)
    assert view.plot.grab().toImage() == before


def test_a_plot_that_is_made_later_has_the_line(view) -> None:
    view.set_moment(18)
    view.set_tab("weights")
    with_line = view.plot.grab().toImage()
    view.set_moment(None)
    assert _changed_columns(view, with_line) == {_at(view, 18).x()}


def test_the_line_goes_with_the_dataset(view, make_dataset) -> None:
    view.set_moment(18)
    view.set_dataset(make_dataset("curve"), epochs=40)
    assert view.plot.moment.epochs == ()


def test_a_moment_without_a_place_on_the_axis_has_no_line(view) -> None:
    view.log_x.click()
    before = view.plot.grab().toImage()
    for epoch in (0, 100_000):
        view.set_moment(epoch)
        assert _changed_columns(view, before) == set()


def test_moving_the_line_draws_the_axes_and_what_rests_no_more(view) -> None:
    view.setPalette(palette_of(DARK))
    view.grab()
    resting = view.plot.canvas._under
    for epoch in (5, 9, 13):
        view.set_moment(epoch)
        view.grab()
    assert view.plot.canvas._under is resting
    view.grab()
    frames = view.plot.canvas.frames
    view.set_moment(13)
    view.grab()
    assert view.plot.canvas.frames == frames


def test_a_click_picks_the_nearest_record(view, picked) -> None:
    _click(view, 17)
    _click(view, 30.5)
    view.set_tab("weights")
    _click(view, 1)
    assert picked == [16, 32, 0]
    assert not view.plot.manual


def test_a_click_on_a_logarithmic_axis(view, picked) -> None:
    view.log_x.click()
    _click(view, 9)
    assert picked == [8]


def test_nothing_is_picked_outside_the_axes_or_before_there_are_records(
    view, picked, make_dataset
) -> None:
    target = view.plot.viewport()
    for at in (QPoint(5, 50), QPoint(300, target.height() - 3)):
        QTest.mouseClick(target, LEFT, pos=at)
    QTest.mouseClick(target, Qt.MouseButton.RightButton, pos=_at(view, 17))
    view.set_dataset(make_dataset("curve"), epochs=40)
    _click(view, 17)
    assert picked == []


def test_a_drag_pans_and_picks_nothing(view, picked) -> None:
    _drag(view, 20, 10)
    assert view.plot.manual
    assert view.plot.box.viewRange()[0][0] == pytest.approx(10, abs=1)
    assert picked == []


def test_a_drag_that_comes_back_picks_nothing(view, picked) -> None:
    target = view.plot.viewport()
    QTest.mousePress(target, LEFT, pos=_at(view, 20))
    for dy in (20, 40, 0):
        QTest.mouseMove(target, _at(view, 20, dy))
    QTest.mouseRelease(target, LEFT, pos=_at(view, 20))
    assert picked == []


def test_a_click_in_a_zoomed_plot_waits_whether_it_becomes_a_double_click(
    qtbot, view, picked
) -> None:
    _drag(view, 20, 14)
    with qtbot.waitSignal(view.moment_picked) as signal:
        _click(view, 17)
        assert picked == []
    assert signal.args == [16]


def test_a_double_click_resets_a_zoomed_plot_and_picks_nothing(view, picked) -> None:
    whole = view.plot.box.viewRange()
    _drag(view, 20, 14)
    target, at = view.plot.viewport(), _at(view, 17)
    QTest.mouseClick(target, LEFT, pos=at)
    assert view.plot._wait.isActive()
    QTest.mouseDClick(target, LEFT, pos=at)
    QTest.mouseRelease(target, LEFT, pos=at)
    assert view.plot.box.viewRange() == whole
    assert not view.plot.manual
    assert picked == []
    assert not view.plot._wait.isActive()


def test_the_hover_line_still_follows_after_a_click(view, picked) -> None:
    _click(view, 17)
    QTest.mouseMove(view.plot.viewport(), _at(view, 25))
    assert view.plot.hover.reading.title == "epoch 24"
    assert not view.plot.manual
