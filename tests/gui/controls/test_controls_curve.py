"""A slider's own curve: its button, its room, what it shows and what it says."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from regplay.core.fields import FIELDS
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import sweep_axis
from regplay.gui.controls.number import SweepableControl
from regplay.gui.controls.panel import make_control
from regplay.gui.theme import DARK, LIGHT
from regplay.gui.training import SweepCurve

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
DECAY = "regularization.weight_decay"


# -- the button


@pytest.mark.parametrize("path", FIELDS)
def test_sweepable_numbers_have_a_button_and_no_others(path, qtbot):
    control = make_control(FIELDS[path])
    qtbot.addWidget(control)
    button = control.findChild(QWidget, f"{path}.curve")
    assert isinstance(control, SweepableControl) == (path in SWEEPABLE)
    assert (button is not None) == (path in SWEEPABLE)
    if button is not None:
        assert f"trains {len(sweep_axis(path).values)} networks at once" in button.toolTip()
        assert FIELDS[path].label in button.accessibleName()


def test_a_click_on_the_button_makes_the_room_and_takes_it(make_slider):
    slider = make_slider()
    assert (slider.track.height(), slider.control.button.isChecked()) == (18, False)
    QTest.mouseClick(slider.control.button, LEFT)
    assert slider.take() == [("toggled", True)]
    assert slider.control.button.isChecked()
    assert slider.track.height() == 18 + 44
    assert slider.control.sizeHint().height() > slider.track.height()
    QTest.keyClick(slider.control.button, Key.Key_Return)
    assert slider.take() == [("toggled", False)]
    assert slider.track.height() == 18
    slider.control.button.setChecked(False)
    assert slider.take() == []


def test_the_height_stays_while_a_curve_fills_in_and_goes(make_slider, u_curve):
    slider = make_slider()
    slider.control.button.setChecked(True)
    height, hint = slider.track.height(), slider.control.sizeHint()
    states = [u_curve(DECAY, progress=share) for share in (0.0, 0.3, 0.9, 1.0)]
    for curve in (*states, None, u_curve(DECAY)):
        slider.control.slider.set_curve(curve)
        QApplication.processEvents()
        assert (slider.track.height(), slider.control.sizeHint()) == (height, hint)


def test_a_curve_out_of_sight_is_forgotten(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    assert slider.track.curve is not None
    slider.control.button.setChecked(False)
    slider.control.button.setChecked(True)
    assert slider.track.curve is None


# -- what it says and shows


def test_the_tooltip_reads_what_was_trained(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    index, x = curve.values.index(1.0), slider.at(1.1).x()
    tip = slider.track.tip_at(QPointF(x, 5))
    assert tip.splitlines() == [
        "At 1",
        f"Training loss: {curve.train[index]:.3g}",
        f"Validation loss: {curve.valid[index]:.3g}",
    ]
    valley = slider.track.tip_at(QPointF(slider.valley()))
    assert curve.values[curve.valley] == 5e-4
    assert valley == "Smallest validation loss, 0.09 at 5e-4: click to take it"
    assert slider.track.tip_at(QPointF(slider.at(1.0))) == ""  # the control's own


def test_the_tooltip_comes_when_the_mouse_rests(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    point = QPoint(slider.at(1.0).x(), 5)
    QApplication.sendEvent(
        slider.track,
        QHelpEvent(QEvent.Type.ToolTip, point, slider.track.mapToGlobal(point)),
    )
    text = QToolTip.text()
    for window in QApplication.topLevelWidgets():
        if window.windowType() == Qt.WindowType.ToolTip:
            window.hide()
    assert text.startswith("At 1\n")


def test_the_tooltip_says_what_is_missing(make_slider, u_curve):
    whole = u_curve(DECAY, progress=0.5)
    losses = np.full(len(whole.values), np.nan)
    for is_finished, word in ((False, "not there yet"), (True, "diverged")):
        curve = SweepCurve(whole.values, losses, losses, None, is_finished, 0.5)
        assert curve.reading(0).count(word) == 2
        assert ("so far" in curve.reading(0)) == (not is_finished)


def test_the_valley_is_under_a_pointing_hand(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    QTest.mouseMove(slider.track, slider.valley())
    assert slider.track.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseMove(slider.track, QPoint(slider.valley().x() + 40, 3))
    assert slider.track.cursor().shape() == Qt.CursorShape.ArrowCursor
    QTest.mouseMove(slider.track, slider.valley())
    slider.control.slider.set_curve(u_curve(DECAY, progress=0.1))
    assert slider.track.cursor().shape() == Qt.CursorShape.ArrowCursor


def colors_in(image, box):
    points = ((x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3]))
    return {image.pixelColor(x, y).name() for x, y in points}


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_both_losses_are_drawn_in_the_colours_of_the_plots(make_slider, u_curve, colors):
    slider = make_slider(DECAY, u_curve(DECAY), 1e-6)
    palette = QPalette(slider.control.palette())
    for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
        palette.setColor(role, colors.background)
    slider.track.setPalette(palette)
    seen = colors_in(slider.track.grab().toImage(), (30, 0, slider.track.width(), 30))
    assert {colors.train, colors.valid} <= seen
    slider.control.slider.set_curve(u_curve(DECAY, progress=0.5))
    seen = colors_in(slider.track.grab().toImage(), (30, 0, slider.track.width(), 30))
    assert not {colors.train, colors.valid} & seen  # fainter


def test_a_curve_that_no_longer_holds_stays_as_a_faint_one_until_the_next(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY), 1e-6)
    region = (30, 0, slider.track.width(), 30)
    drawn = colors_in(slider.track.grab().toImage(), region)
    slider.control.slider.set_curve(None)
    faint = colors_in(slider.track.grab().toImage(), region)
    assert slider.control.slider.curve is None  # nothing of it can be clicked or read
    assert not {LIGHT.train, LIGHT.valid} & faint
    slider.control.slider.set_curve(u_curve(DECAY))
    assert colors_in(slider.track.grab().toImage(), region) == drawn
    slider.control.slider.set_shows_curve(False)
    slider.control.slider.set_shows_curve(True)
    blank = colors_in(slider.track.grab().toImage(), region)
    assert len(blank) < len(faint) / 2


def test_a_line_passes_by_what_is_not_there_yet(make_slider, u_curve):
    whole = u_curve("model.depth", progress=0.5)
    is_there = np.arange(len(whole.values)) % 2 == 0
    half = np.where(is_there, whole.train, np.nan), np.where(is_there, whole.valid, np.nan)
    broken = {}
    for mask in (is_there, None):
        curve = SweepCurve(whole.values, *half, None, False, 0.5, mask)
        assert curve.reading(1).count("not there yet") == 2
        slider = make_slider("model.depth", curve, 3)
        image, last = slider.track.grab().toImage(), slider.at(whole.values[-1]).x()
        columns = range(slider.at(whole.values[0]).x(), last - last % 2)
        broken[mask is None] = [len(colors_in(image, (x, 0, x + 1, 36))) == 1 for x in columns]
    assert not any(broken[False])
    assert sum(broken[True]) > len(columns) / 2


def test_no_line_crosses_the_notch(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY), 0.1)
    image = slider.track.grab().toImage()
    first = slider.at(1e-6).x()
    between = colors_in(image, (slider.at(0.0).x() + 4, 0, first - 4, 30))
    assert len(between) == 1
    assert len(colors_in(image, (slider.at(0.0).x() - 3, 0, first - 4, 30))) > 1  # a dot


def test_a_line_leaves_a_zero_on_an_even_scale(make_slider, u_curve):
    curve = u_curve("model.depth", valley=4)
    slider = make_slider("model.depth", curve, 3)
    zero, one = (slider.at(value).x() for value in curve.values[:2])
    assert one - zero > 12
    image = slider.track.grab().toImage()
    for x in range(zero + 4, one - 3):
        assert len(colors_in(image, (x, 0, x + 1, 40))) > 1, x


def test_a_gap_and_a_diverged_member_paint(make_slider, u_curve):
    whole = u_curve(DECAY)
    valid = whole.valid.copy()
    valid[[3, 4, 9]], valid[-1] = np.nan, np.inf
    slider = make_slider(DECAY, whole)
    before = slider.track.grab().toImage()
    slider.control.slider.set_curve(
        SweepCurve(whole.values, whole.train, valid, whole.valley, True, 1.0)
    )
    assert slider.track.grab().toImage() != before
