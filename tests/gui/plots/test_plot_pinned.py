"""Pinned runs below the curves of the present one."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from regplay.core.history import History
from regplay.gui.plots.history_layers import PinnedCurves
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.theme import DARK, palette_of

PURPLE, GREEN = "#aa00ff", "#00aa33"


@pytest.fixture
def view(show_widget, make_dataset, make_history) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=10)
    view.set_history(make_history([1.0] * 11, [1.5] * 11, weight_norm=4.0, penalty=1.0))
    return show_widget(view, 960, 260)


@pytest.fixture
def pin(make_history):
    def make(train, valid, name="λ = 0.1", color=PURPLE, every=1, **rest) -> PinnedCurves:
        return PinnedCurves(name, color, make_history(train, valid, every, **rest))

    return make


def _is_like(color: QColor, wanted: str) -> bool:
    """Whether a pixel has the hue of a line, which may be thinner than the pixel."""
    apart = abs(color.hue() - QColor(wanted).hue())
    return color.saturation() > 60 and min(apart, 360 - apart) < 12


def _share_drawn(view: HistoryView, color: str, value: float, epochs: int = 10) -> float:
    """The share of pixel columns that have a colour near a value, over the first `epochs`."""
    plot = view.plot
    image, box, frame = plot.grab().toImage(), plot.box.sceneBoundingRect(), plot.frame()
    y = round(box.top() + float(frame.y(value)))
    left, right = round(box.left()) + 20, round(box.left() + float(frame.x(epochs))) - 20
    seen = [
        any(_is_like(image.pixelColor(x, y + dy), color) for dy in (-2, -1, 0, 1, 2))
        for x in range(left, right)
    ]
    return sum(seen) / len(seen)


def _hover(view: HistoryView, epoch: float) -> dict[str, str]:
    plot = view.plot
    box = plot.box.sceneBoundingRect()
    x = box.left() + float(plot.frame().x(epoch))
    for y in (1, 0):  # no event comes where the mouse lies already
        QTest.mouseMove(plot.viewport(), QPoint(round(x), int(box.center().y()) + y))
    return {row.name: row.value for row in plot.hover.reading.rows}


def test_train_is_solid_validation_is_dashed_in_the_colour_of_the_run(view, pin) -> None:
    view.plot.grab()
    before = view.plot.grab().toImage()  # of a picture, as below
    view.set_pinned([pin([0.4] * 11, [0.8] * 11)])
    assert _share_drawn(view, PURPLE, 0.4) > 0.99
    assert 0.4 < _share_drawn(view, PURPLE, 0.8) < 0.9
    view.set_pinned([])
    view.plot.grab()
    assert view.plot.grab().toImage() == before


def test_they_are_seen_in_the_gap_and_lie_below_the_present_curves(view, pin) -> None:
    view.set_pinned([pin([1.0] * 11, [1.25] * 11)])
    assert _share_drawn(view, PURPLE, 1.25) > 0.4
    assert _share_drawn(view, PURPLE, 1.0) < 0.05  # under the present run's


def test_they_are_seen_before_the_present_run_has_records(view, pin) -> None:
    view.set_history(History())
    view.set_pinned([pin([0.4] * 11, [0.8] * 11)])
    assert _share_drawn(view, PURPLE, 0.4) > 0.99


def test_ranges_hold_them_and_shrink_when_they_go(view, pin) -> None:
    before = view.plot.box.viewRange()
    view.set_pinned([pin([0.5, 4.0], [0.5, 7.0], every=30)])
    (_, right), (_, top) = view.plot.box.viewRange()
    assert right >= 30
    assert top >= 7
    view.set_pinned([])
    assert view.plot.box.viewRange() == before


def test_a_logarithmic_range_holds_their_smallest_value(view, pin) -> None:
    view.log_y.click()
    view.set_pinned([pin([0.5, 0.0098, 0.0], [0.5, 0.5, 0.5])])
    assert view.plot.auto_range("y")[0] <= np.log10(0.0098)


def test_a_zoom_is_held_when_runs_are_pinned(view, pin) -> None:
    view.plot.box.setRange(xRange=(2, 4), yRange=(0, 1), padding=0)
    view.plot.manual = True
    view.set_pinned([pin([9.0] * 50, [9.0] * 50)])
    assert view.plot.box.viewRange() == [[2, 4], [0, 1]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("log", [False, True])
def test_a_pinned_run_that_diverged_is_drawn_without_a_warning(view, pin, bad, log) -> None:
    if log:
        view.log_x.click()
        view.log_y.click()
    runs = [pin([1.0, bad, bad], [1.0, 2.0, bad]), pin([], []), pin([np.nan], [np.inf])]
    view.set_pinned(runs)
    view.grab()
    assert log or view.plot.auto_range("y")[1] <= 30
    _hover(view, 2)


def test_the_weights_tab_shows_only_the_norm(view, pin) -> None:
    view.set_pinned([pin([0.1] * 11, [0.2] * 11, weight_norm=100.0, penalty=0.5)])
    view.set_tab("weights")
    (run,) = view.plot.pinned.runs
    assert [line.values.tolist() for line in run.lines] == [[100.0] * 11]
    assert _share_drawn(view, PURPLE, 100.0) > 0.99
    assert _hover(view, 5)["λ = 0.1"] == "100"


def test_accuracy_is_in_percent(view, pin, make_dataset) -> None:
    view.set_dataset(make_dataset("two classes"), epochs=10)
    view.set_pinned([pin([1.0] * 3, [1.0] * 3, train_accuracy=0.5, valid_accuracy=0.25)])
    view.set_tab("accuracy")
    (run,) = view.plot.pinned.runs
    assert [line.values[0] for line in run.lines] == [50.0, 25.0]


def test_the_hover_box_has_their_validation_value_at_the_nearest_record(view, pin) -> None:
    sparse = pin([0.1, 0.2, 0.3], [0.4, 0.5, 0.6], name="sparse", every=4)
    view.set_pinned([sparse, pin([0.1] * 3, [0.9] * 3, name="short", color=GREEN)])
    values = _hover(view, 4)
    assert (values["sparse"], values["short"]) == ("0.5", "0.9 at 2")
    values = _hover(view, 7)
    assert values["sparse"] == "0.6 at 8"
    rows = {row.name: row for row in view.plot.hover.reading.rows}
    assert rows["short"].color == GREEN
    assert rows["sparse"].y is None  # no dot beside the curve


def test_the_hover_box_has_all_of_them(view, pin) -> None:
    view.set_pinned([pin([0.1] * 3, [0.2] * 3, name=f"run {i}") for i in range(12)])
    assert {f"run {i}" for i in range(12)} <= {*_hover(view, 1)}


def test_the_legend_names_them_in_their_colours(view, pin) -> None:
    long = "λ = 0.1, p = 0.5, seed 7, 20 points"
    view.resize(300, 260)  # too narrow for names at the curves
    view.set_pinned([pin([1.0], [1.0], name=long), pin([1.0], [1.0], "λ = 1", GREEN)])
    entries = {entry.color: entry for entry in view.legend.entries}
    assert entries[GREEN].text == "λ = 1"
    assert entries[PURPLE].text.endswith("…")
    assert len(entries[PURPLE].text) < len(long)
    assert long in view.legend.toolTip()
    view.set_pinned([])
    assert GREEN not in {entry.color for entry in view.legend.entries}


def test_they_come_last_in_the_legend(view, pin) -> None:
    view.set_pinned([pin([1.0], [1.0], name=f"run {k}") for k in range(12)])
    others = [entry.is_other for entry in view.legend.entries]
    assert others == [False] * (len(others) - 12) + [True] * 12
    assert all(f"run {k}: train solid" in view.legend.toolTip() for k in range(12))


def test_resting_runs_are_drawn_once(view, pin, make_snapshot) -> None:
    runs = [pin([0.4] * 11, [0.8] * 11)]
    view.set_pinned(runs)
    view.grab()
    layer, history = view.plot.pinned, view._shown[0]
    pictures, frames = layer.pictures, view.plot.canvas.frames
    for epoch in (11, 12, 13):
        view.set_pinned(runs)
        view.set_history(history, make_snapshot(epoch, train_loss=1.0, valid_loss=1.5))
    view.plot.fix("x", 0.0, 20.0)
    view.grab()
    assert layer.pictures == pictures + 1  # since the axis grew
    view.grab()
    frames = view.plot.canvas.frames
    view.set_pinned(runs)
    view.set_pinned([PinnedCurves(runs[0].name, runs[0].color, runs[0].history)])
    view.grab()
    assert (layer.pictures, view.plot.canvas.frames) == (pictures + 1, frames)
    view.setPalette(palette_of(DARK))
    view.grab()
    assert layer.pictures == pictures + 2


def test_a_run_that_grows_is_drawn_on_and_not_anew(view, pin, make_snapshot) -> None:
    view.set_planned(100)
    runs = [pin([0.4] * 40, [0.8] * 40)]
    view.set_pinned(runs)
    view.grab()
    pictures = view.plot.pinned.pictures
    for epoch in range(40, 50):
        runs[0].history.append(make_snapshot(epoch, train_loss=0.4, valid_loss=0.8))
        view.set_pinned(runs)
        view.grab()
    assert view.plot.pinned.pictures == pictures
    grown = [_share_drawn(view, PURPLE, value, 49) for value in (0.4, 0.8)]
    view.plot.pinned.set_runs(view.plot.pinned.runs)
    view.plot.canvas.rest()
    drawn = [_share_drawn(view, PURPLE, value, 49) for value in (0.4, 0.8)]
    assert view.plot.pinned.pictures == pictures + 1
    assert grown == pytest.approx(drawn, abs=0.02)
    assert drawn[0] > 0.99


def test_a_run_that_grows_widens_the_ranges_and_is_read(view, pin, make_snapshot) -> None:
    runs = [pin([0.4] * 3, [0.8] * 3)]
    view.set_pinned(runs)
    _hover(view, 10)
    runs[0].history.append(make_snapshot(10, train_loss=6.0, valid_loss=9.0))
    view.set_pinned(runs)
    assert view.plot.auto_range("y")[1] >= 9
    assert view.plot.hover.reading.rows[-1].value == "9"


def test_a_tab_that_was_hidden_while_a_run_grew_shows_all_of_it(view, pin, make_snapshot) -> None:
    runs = [pin([0.4] * 3, [0.8] * 3, weight_norm=1.0)]
    view.set_pinned(runs)
    view.set_tab("weights")
    runs[0].history.append(make_snapshot(9, train_loss=0.4, valid_loss=0.7, weight_norm=2.0))
    view.set_pinned(runs)
    view.set_tab("loss")
    assert view.plot.pinned.runs[0].epochs.tolist() == [0, 1, 2, 9]
