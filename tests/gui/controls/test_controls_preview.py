"""A drag over a finished curve shows trained members, by real mouse and key events."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import sweep_axis

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
DECAY = "regularization.weight_decay"


# -- over a finished curve


def test_a_drag_shows_trained_members_and_its_end_adopts_one(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    slider.press(0.0)
    assert slider.take() == []
    for value in (1e-4, 1.2e-4, 0.01):
        slider.move(value)
    assert slider.take() == [
        ("previewed", curve.values.index(1e-4)),
        ("previewed", curve.values.index(0.01)),
    ]
    assert slider.control.value() == 0.0
    assert slider.control.box.text() == "0.01"
    slider.release(0.01)
    assert slider.take() == [("adopted", curve.values.index(0.01))]
    assert slider.control.value() == 0.01
    slider.move(1.0)
    assert slider.take() == []


def test_every_trained_member_is_reached(make_slider, u_curve):
    for path in SWEEPABLE:
        curve = u_curve(path, valley=2)
        slider = make_slider(path, curve, sweep_axis(path).values[0])
        slider.press(curve.values[0])
        for x in range(slider.at(curve.values[0]).x(), slider.track.width()):
            QTest.mouseMove(slider.track, QPoint(x, slider.track.height() - 10))
        assert slider.take() == [("previewed", i) for i in range(1, len(curve.values))], path
        slider.release(curve.values[-1])


def test_a_drag_that_ends_where_it_began_adopts_nothing(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve, 0.01)
    slider.press(0.01)
    slider.release(0.01)
    assert slider.take() == []
    slider.press(0.01)
    slider.move(0.1)
    slider.move(0.01)
    slider.release(0.01)
    first, last = curve.values.index(0.1), curve.values.index(0.01)
    assert slider.take() == [("previewed", first), ("previewed", last), ("previewed", None)]
    assert slider.control.value() == 0.01


def test_a_value_that_was_not_trained_can_be_gone_back_to(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve, 0.01234)
    slider.press(0.01234)
    slider.move(0.05)
    assert slider.control.box.text() == "0.05"
    slider.move(0.01234)
    assert slider.control.box.text() == "0.01234"
    slider.release(0.01234)
    assert slider.take() == [("previewed", curve.values.index(0.05)), ("previewed", None)]
    assert slider.control.value() == 0.01234


def test_a_click_on_the_track_adopts(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    slider.click(slider.at(1.0))
    index = curve.values.index(1.0)
    assert slider.take() == [("previewed", index), ("adopted", index)]
    high = QPoint(slider.at(1e-3).x(), 3)
    slider.click(high)
    assert slider.control.value() == 1e-3


@pytest.mark.parametrize("value", [None, 0.1, "the valley's"])
def test_one_click_on_the_valley_takes_it(make_slider, u_curve, value):
    curve = u_curve(DECAY)
    best = curve.values[curve.valley]
    slider = make_slider(DECAY, curve, best if isinstance(value, str) else value)
    off_by_some = slider.valley() + QPoint(4, -4)
    slider.click(off_by_some)
    assert slider.control.value() == best
    assert slider.take()[-1] == ("adopted", curve.valley)
    QTest.mouseDClick(slider.track, LEFT, pos=slider.valley())
    assert slider.control.value() == best


def test_a_drag_that_began_on_the_valley_goes_on_from_there(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    QTest.mousePress(slider.track, LEFT, pos=slider.valley())
    slider.move(1.0)
    slider.release(1.0)
    last = curve.values.index(1.0)
    assert slider.take() == [("previewed", curve.valley), ("previewed", last), ("adopted", last)]


def test_keys_go_to_the_next_trained_member(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve, 0.01234)
    steps = {
        Key.Key_Right: 0.02,
        Key.Key_Up: 0.03,
        Key.Key_Left: 0.02,
        Key.Key_PageUp: 0.2,  # a decade
        Key.Key_PageDown: 0.02,
        Key.Key_End: 10.0,
        Key.Key_Home: 0.0,
    }
    for key, value in steps.items():
        slider.key(key)
        assert slider.take() == [("adopted", curve.values.index(value))]
        assert slider.control.value() == value
        assert float(slider.control.box.text()) == value
    slider.key(Key.Key_Left)
    assert slider.take() == []
    QTest.keyClick(slider.control.box, Key.Key_Up)
    assert slider.take() == [("adopted", 1)]


def test_whole_numbers_stay_whole(make_slider, u_curve):
    slider = make_slider("model.depth", u_curve("model.depth", valley=3))
    slider.key(Key.Key_Right)
    assert slider.take() == [("adopted", 3)]
    assert type(slider.control.value()) is int


def test_values_straight_from_numpy_are_plain_numbers_in_the_end(make_slider, u_curve):
    plain = u_curve(DECAY)
    slider = make_slider(DECAY, replace(plain, values=tuple(np.array(plain.values))))
    slider.click(slider.at(1e-5))
    assert slider.control.box.text() == "1e-5"
    slider.click(slider.at(0.05))
    assert slider.control.box.text() == "0.05"
    assert type(slider.control.value()) is float


def test_assistive_technology_adopts_too(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY), 0.01)
    action = slider.track.SliderAction
    slider.track.triggerAction(action.SliderSingleStepAdd)
    assert slider.control.value() == 0.02
    slider.track.triggerAction(action.SliderSingleStepSub)
    assert slider.control.value() == 0.01
    assert [name for name, _ in slider.take()] == ["adopted", "adopted"]


def test_typing_stays_exact_and_is_a_change(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    slider.control.box.selectAll()
    QTest.keyClicks(slider.control.box, "0.01234")
    QTest.keyClick(slider.control.box, Key.Key_Return)
    assert slider.take() == [("value", 0.01234)]


def test_a_double_click_goes_back_to_the_default(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY), 0.1)
    QTest.mouseDClick(slider.track, LEFT, pos=slider.at(0.1))
    assert slider.take() == [("value", 0.0)]
    assert slider.track.value() == 0


# -- while a curve comes and goes


@pytest.mark.parametrize("progress", [None, 0.4])
def test_without_a_finished_curve_each_position_is_a_change(make_slider, u_curve, progress):
    curve = u_curve(DECAY, progress=progress) if progress is not None else None
    slider = make_slider(DECAY, curve)
    slider.press(0.0)
    for value in (1e-4, 1.2e-4):
        slider.move(value)
    slider.release(1.2e-4)
    assert slider.take() == [("value", 1e-4), ("value", 1.2e-4)]


def test_a_curve_that_is_not_shown_changes_nothing(make_slider, u_curve):
    slider = make_slider(DECAY)
    slider.control.slider.set_curve(u_curve(DECAY))
    slider.key(Key.Key_Right)
    slider.key(Key.Key_Right)
    assert slider.take() == [("value", 1e-6), ("value", 1.2e-6)]


def test_a_drag_goes_on_as_it_began_when_the_curve_becomes_finished(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY, progress=0.5))
    slider.press(0.0)
    slider.move(0.012)
    slider.control.slider.set_curve(u_curve(DECAY))
    slider.move(0.12)
    slider.release(0.12)
    assert slider.take() == [("value", 0.012), ("value", 0.12)]
    slider.key(Key.Key_Right)
    assert slider.take()[0][0] == "adopted"


@pytest.mark.parametrize("progress", [None, 0.0])
def test_a_preview_ends_when_its_curve_goes(make_slider, u_curve, progress):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    slider.press(0.0)
    slider.move(0.1)
    slider.control.slider.set_curve(None if progress is None else u_curve(DECAY, progress=progress))
    assert slider.take() == [("previewed", curve.values.index(0.1)), ("previewed", None)]
    assert slider.control.value() == 0.0
    assert slider.control.box.text() == "0.1"
    slider.release(0.1)
    assert slider.take() == [("value", 0.1)]


def test_after_its_curve_has_gone_a_drag_is_like_any_other(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    slider.press(0.0)
    slider.move(0.1)
    slider.control.slider.set_curve(None)
    slider.take()
    slider.move(0.12)
    assert slider.take() == [("value", 0.12)]
    slider.control.slider.set_curve(u_curve(DECAY))
    slider.move(0.14)
    slider.release(0.14)
    assert slider.take() == [("value", 0.14)]


def test_going_back_after_the_curve_has_gone_changes_nothing(make_slider, u_curve):
    slider = make_slider(DECAY, u_curve(DECAY))
    slider.press(0.0)
    slider.move(0.1)
    slider.control.slider.set_curve(None)
    slider.move(0.0)
    slider.release(0.0)
    assert slider.take()[1:] == [("previewed", None)] * 2
    assert slider.control.box.text() == "0"
    assert slider.track.value() == 0


def test_the_same_curve_once_more_does_not_end_a_preview(make_slider, u_curve):
    curve = u_curve(DECAY)
    slider = make_slider(DECAY, curve)
    slider.press(0.0)
    slider.move(0.1)
    slider.control.slider.set_curve(u_curve(DECAY, shift=0.1))
    slider.release(0.1)
    index = curve.values.index(0.1)
    assert slider.take() == [("previewed", index), ("adopted", index)]


@pytest.mark.parametrize("how", ["setEnabled", "setVisible"])
def test_a_control_that_can_not_be_used_lets_go(make_slider, u_curve, how):
    slider = make_slider(DECAY, u_curve(DECAY))
    slider.press(0.0)
    slider.move(0.1)
    getattr(slider.control, how)(False)
    getattr(slider.control, how)(True)
    slider.take()
    slider.move(1.0)
    slider.release(1.0)
    assert slider.take() == []
    assert slider.control.value() == 0.0
    assert slider.control.box.text() == "0"
    assert slider.track.value() == 0
