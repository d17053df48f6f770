import gc
import sys

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication
from wheel import turn_wheel

from regplay.gui.plots.axes import Axes, Axis
from regplay.gui.plots.canvas import LineLayer
from regplay.gui.plots.chart import Chart
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.scale import Scale, padded
from regplay.gui.theme import DARK, palette_of, sized
from regplay.gui.training import VirtualClock


@pytest.fixture
def chart(qtbot) -> Chart:
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(500, 300)
    chart.fix("x", 0.0, 10.0)
    chart.fix("y", 0.0, 1.0)
    with qtbot.waitExposed(chart):
        chart.show()
    return chart


def _wheel(chart: Chart) -> None:
    turn_wheel(chart.viewport())


def _drag(qtbot, chart: Chart) -> None:
    target = chart.viewport()
    qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=QPoint(250, 150))
    for x in (240, 220, 200):
        qtbot.mouseMove(target, QPoint(x, 150))
    qtbot.mouseRelease(target, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))


def test_pixels_and_values(chart) -> None:
    frame = chart.frame()
    np.testing.assert_allclose(frame.x([0, 5, 10]), [0, frame.width / 2, frame.width])
    np.testing.assert_allclose(frame.y([0, 1]), [frame.height, 0])
    assert frame.x_value(frame.width / 4) == pytest.approx(2.5)
    assert np.isnan(frame.x([np.nan, np.inf])).all()
    assert np.isfinite(frame.y([1e308, -1e308])).all()


def test_pixels_of_a_logarithmic_axis(chart) -> None:
    chart.set_log("y", True)
    chart.cover("y", [0.01, 1.0])
    frame = chart.frame()
    np.testing.assert_allclose(frame.y([0.01, 0.1, 1]), [frame.height, frame.height / 2, 0])
    assert np.isnan(frame.y([0, -1])).all()


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-2, 1, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]),
        (1, 10, ["1", "2", "5", "10"]),
        (1e-2, 1e2, ["0.01", "0.1", "1", "10", "100"]),
        (1e-5, 1e2, ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹", "10²"]),
        (1e-7, 1e-6, ["10⁻⁷", "2·10⁻⁷", "5·10⁻⁷", "10⁻⁶"]),
    ],
)
def test_a_logarithmic_axis_labels_decades_in_one_style(chart, low, high, labels) -> None:
    chart.set_log("y", True)
    chart.cover("y", [low, high])
    ticks = chart.axes().y.ticks(400, QFontMetricsF(chart.font()))
    assert [tick.text for tick in ticks if tick.text] == labels
    assert (np.diff([tick.share for tick in ticks]) > 1e-6).all()  # each once
    assert len(ticks) > len(labels)


@pytest.mark.parametrize("is_locked", [False, True])
def test_an_axis_that_becomes_logarithmic_or_linear_keeps_about_its_ends(chart, is_locked) -> None:
    chart.fix("y", 0.0, 6e9)  # taken for decades it would be labelled for minutes
    chart.set_locked(is_locked)
    chart.set_log("y", True)
    assert chart.axes().y.scale.ends == pytest.approx((6e6, 6e9))
    chart.set_log("y", False)
    assert chart.axes().y.scale.ends == pytest.approx((6e6, 6e9))
    chart.fix("y", -2.0, -1.0)
    chart.set_log("y", True)
    low, high = chart.axes().y.scale.ends
    assert 0 < low < high


@pytest.mark.parametrize(("low", "high"), [(-6e9, 6e9), (5e3, 6e3), (-6e9, -5e9)])
def test_a_logarithmic_axis_has_no_labels_where_there_are_no_numbers(chart, low, high) -> None:
    scale = Scale(low, high, is_log=True)
    positions = [low + tick.share * (high - low) for tick in scale.ticks(5)]
    assert all(abs(position) < 410 for position in positions)


@pytest.mark.parametrize("size", [20, 60, 100, 150, 400])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.3, 0.95), (-2.0, 0.0), (0.32, 0.46)])
def test_labels_of_a_logarithmic_axis_have_room(chart, low, high, size) -> None:
    axis = Axis("y", Scale(low, high, is_log=True))
    ticks = axis.ticks(size, QFontMetricsF(chart.font()))
    shares = [tick.share for tick in ticks if tick.text]
    assert len(shares) >= 2 or size < 100
    assert (np.diff(shares) * size >= 18).all() or size <= 60


@pytest.mark.parametrize("log", [False, True])
def test_axes_of_a_chart_that_grew_while_idle_are_drawn_anew(qtbot, log) -> None:
    def shown(width: int, height: int) -> Chart:
        chart = Chart()
        qtbot.addWidget(chart)
        chart.set_log("y", log)
        chart.set_labels("epoch", "loss")
        chart.fix("x", 0.0, 10.0)
        chart.fix("y", 0.0, 1.0)
        chart.resize(width, height)
        with qtbot.waitExposed(chart):
            chart.show()
        chart.grab()
        return chart

    grown = shown(300, 200)
    grown.resize(620, 410)
    QApplication.processEvents()
    assert grown.grab().toImage() == shown(620, 410).grab().toImage()


def test_axes_follow_the_font(qtbot, chart) -> None:
    chart.set_labels("epoch", "loss")
    before, bottom = chart.grab().toImage(), chart.box.geometry().bottom()
    chart.setFont(sized(chart.font(), 2))
    QApplication.processEvents()
    assert chart.box.geometry().bottom() < bottom
    assert chart.grab().toImage() != before


def test_the_wheel_holds_the_ranges_until_the_key(qtbot, chart) -> None:
    _wheel(chart)
    held = chart.box.viewRange()
    assert held != [[0, 10], [0, 1]]
    assert chart.reset_button.isVisible()
    chart.cover("y", [0, 50])
    assert chart.box.viewRange() == held
    qtbot.keyClick(chart, Qt.Key.Key_A)
    assert chart.box.viewRange() == [[0, 10], [0, 50]]
    assert not chart.reset_button.isVisible()


def test_a_drag_holds_the_ranges_until_a_double_click(qtbot, chart) -> None:
    _drag(qtbot, chart)
    assert chart.manual
    assert chart.box.viewRange()[0][0] > 0
    qtbot.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(250, 150))
    assert chart.box.viewRange() == [[0, 10], [0, 1]]


def test_the_button_resets_the_ranges(qtbot, chart) -> None:
    _wheel(chart)
    qtbot.mouseClick(chart.reset_button, Qt.MouseButton.LeftButton)
    assert chart.box.viewRange() == [[0, 10], [0, 1]]


def test_axes_are_not_drawn_again_with_the_curves(chart, monkeypatch) -> None:
    line, painted = LineLayer(), []
    paint = Axes.paint
    monkeypatch.setattr(Axes, "paint", lambda *given: (painted.append(1), paint(*given)))
    chart.canvas.live.append(line)
    chart.refresh()
    QApplication.processEvents()
    painted.clear()
    for top in (0.2, 0.7, 1.0):
        line.set([0, 10], [0, top])
        chart.cover("y", line.y)
        chart.refresh()
        QApplication.processEvents()
    assert not painted
    chart.cover("y", [3.0])
    QApplication.processEvents()
    assert len(painted) == 1


@pytest.mark.parametrize(("axis", "at"), [(0, QPointF(250, 290)), (1, QPointF(20, 150))])
def test_a_wheel_over_an_axis_zooms_that_alone(chart, axis, at) -> None:
    before = chart.box.viewRange()
    turn_wheel(chart.viewport(), at)
    after = chart.box.viewRange()
    assert after[axis] != before[axis]
    assert after[1 - axis] == before[1 - axis]


def test_restyling_changes_the_ground(chart) -> None:
    chart.setPalette(palette_of(DARK))
    assert chart.grab().toImage().pixelColor(250, 100).name() == DARK.background


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
def test_a_frame_looks_the_same_when_it_is_painted_again(chart, monkeypatch, ratio) -> None:
    """At 125 % the plot begins between two pixels of the screen."""
    monkeypatch.setattr(chart, "devicePixelRatioF", lambda: ratio)
    line = LineLayer("#0000ff")
    line.set(np.linspace(0, 10, 50), np.linspace(0.03, 0.98, 50) ** 2)
    chart.canvas.live.append(line)

    def painted() -> np.ndarray:
        image = QImage(800, 500, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.translate(60, 9)
        chart.canvas.paint(painter, None)
        painter.end()
        return np.array(image.constBits()).reshape(500, 800, 4)[..., :3].astype(int)

    chart.refresh()
    first, second = painted(), painted()
    assert np.abs(first - second).max() <= 4
    assert (first[..., 0] > first[..., 2] + 100).sum() > 100  # the line is there
    line.set([0, 10], [0.5, 0.5])
    chart.refresh()
    assert (painted() != first).any()


def test_a_layer_that_fails_is_reported_and_skipped(qtbot, chart) -> None:
    class Broken:
        def paint(self, painter, frame) -> None:
            raise ValueError("broken")

    chart.canvas.live.append(Broken())
    with qtbot.captureExceptions() as exceptions:
        chart.refresh()
        chart.grab()
        chart.grab()  # of a picture
    assert {str(value) for _, value, _ in exceptions} == {"broken"}


def test_padding() -> None:
    low, high = padded([0, 10, np.nan])
    assert (low, high) == (-0.5, 10.5)
    assert padded([]) == (-1 / 20, 1 + 1 / 20)
    low, high = padded([3.0])
    assert low < 3 < high


def test_painting_takes_no_reference_from_none(qtbot, make_dataset, make_fit, make_history) -> None:
    # Some versions of PySide lose one or more a frame, and below 3.12 Python aborts at zero.
    dataset = make_dataset("curve")
    fit_view, history_view = FitView(), HistoryView()
    for view in (fit_view, history_view):
        qtbot.addWidget(view)
        view.resize(500, 250)
        view.set_dataset(dataset)
        view.show()
    fits = [make_fit(dataset, epoch) for epoch in range(10)]
    history = make_history([1.0, 0.5, 0.3], [1.2, 0.8, 0.9])

    def paint(frames: int) -> None:
        for frame in range(frames):
            fit_view.set_fit(fits[frame % 10])
            history_view.set_history(history)
            QApplication.processEvents()

    paint(20)
    painted = history_view.plot.canvas.frames
    gc.collect()  # what other tests left has references, too
    before = sys.getrefcount(None)
    paint(150)
    assert history_view.plot.canvas.frames - painted == 150
    assert sys.getrefcount(None) > before - 100


class Frames(QObject):
    framed = Signal(float)


@pytest.fixture
def clock(chart) -> VirtualClock:
    clock, frames = VirtualClock(), Frames(chart)
    clock.every(1 / 60, lambda: frames.framed.emit(clock.now()))
    chart.frames = frames.framed
    return clock


def test_ranges_glide_to_what_the_data_ask_for(chart, clock) -> None:
    chart.cover("y", [3.0])
    assert chart.auto_range("y") == (0.0, 3.0)
    assert chart.box.viewRange()[1] == [0.0, 1.0]
    seen = []
    for _ in range(12):
        clock.advance(1 / 60)
        seen.append(chart.box.viewRange()[1][1])
    assert seen == sorted(seen)
    assert 1 < seen[0] < seen[4] < 3 == seen[-1]
    changes = []
    chart.box.sigRangeChanged.connect(lambda *_: changes.append(1))
    clock.advance(1)
    assert not changes


def test_after_a_glide_a_plot_is_drawn_by_the_ranges_that_it_has(chart, clock) -> None:
    chart.fix("y", 1.0, 2.0)
    for end in (2.0 + 1e-12, 3.0, 3.0 + 1e-12):
        chart.fix("y", 1.0, end)
        for _ in range(15):
            clock.advance(1 / 60)
            shown = chart.frame().y_range
        assert shown == (1.0, end)


def test_a_glide_goes_on_to_a_newer_range_and_leaves_the_mouse_its_own(chart, clock) -> None:
    chart.cover("y", [3.0])
    clock.advance(0.1)
    chart.fix("y", 0.0, 2.0)
    clock.advance(0.3)
    assert chart.box.viewRange()[1] == [0.0, 2.0]
    chart.cover("y", [5.0])
    clock.advance(0.05)
    _wheel(chart)
    held = chart.box.viewRange()
    clock.advance(1)
    assert chart.box.viewRange() == held


def test_a_logarithmic_axis_does_not_glide_from_a_linear_one(chart, clock) -> None:
    chart.cover("y", [3.0])
    clock.advance(0.05)
    chart.set_log("y", True)
    chart.fix("y", -2.0, 1.0)
    clock.advance(0.3)
    assert chart.box.viewRange()[1] == [-2.0, 1.0]


def test_the_key_shows_all_of_a_plot_whose_axes_are_locked_after_the_wheel(qtbot, chart, clock):
    chart.fix("x", 0.0, 8.0)
    chart.cover("y", [3.0])
    clock.advance(1)
    chart.set_locked(True)
    whole = chart.box.viewRange()
    chart.activateWindow()
    qtbot.waitUntil(chart.isActiveWindow)
    chart.clearFocus()
    _wheel(chart)
    assert chart.box.viewRange() != whole
    qtbot.keyClick(chart.window().focusWidget(), Qt.Key.Key_A)
    clock.advance(1)
    assert chart.box.viewRange() == whole
    chart.cover("y", [9.0])
    clock.advance(1)
    assert chart.box.viewRange() == whole  # still locked


def test_locked_axes_stay_until_they_are_unlocked_or_the_key(qtbot, chart) -> None:
    before = chart.box.viewRange()
    chart.set_locked(True)
    chart.cover("y", [7.0])
    chart.fix("x", -5.0, 50.0)
    chart.reset_ranges()
    assert chart.box.viewRange() == before
    qtbot.keyClick(chart, Qt.Key.Key_A)
    assert chart.box.viewRange()[0] == [-5.0, 50.0]
    chart.fix("x", 0.0, 1.0)
    assert chart.box.viewRange()[0] == [-5.0, 50.0]
    chart.set_locked(False)
    assert chart.box.viewRange()[0] == [0.0, 1.0]
