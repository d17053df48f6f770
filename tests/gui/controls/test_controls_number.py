"""A number's box and slider, by real key and mouse events."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from wheel import turn_wheel

from regplay.core.fields import FIELDS, ExperimentError
from regplay.core.number_text import exact
from regplay.gui.controls.number import NumberControl, read_number

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def make(show_control):
    def build(path):
        control = show_control(path)
        assert isinstance(control, NumberControl)
        return control

    return build


def listen(control):
    values = []
    control.value_changed.connect(values.append)
    return values


def enter(control, text):
    control.box.selectAll()
    QTest.keyClicks(control.box, text)
    QTest.keyClick(control.box, Key.Key_Return)


def at(control, value):
    """The point on the slider where the handle stands at `value`."""
    slider = control.slider
    return QPoint(round(slider.x_of(slider.scale.position(value))), slider.height() // 2)


# -- the box


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("0.01", 0.01), ("0,01", 0.01), (" 2 ", 2.0), ("0.0123456789", 0.0123456789)],
)
def test_a_typed_number_is_kept_exactly(make, text, value):
    control = make("regularization.weight_decay")
    changes = listen(control)
    enter(control, text)
    assert control.value() == value
    assert isinstance(control.value(), float)
    assert changes == [value]
    assert float(control.box.text()) == value
    assert control.message() == ""


def test_a_typed_number_between_two_steps_survives_the_slider(make):
    control = make("regularization.weight_decay")
    enter(control, "0.01234")
    slider = control.slider
    near = slider.scale.value(slider.value())
    assert near == 0.012
    # A click on the handle that doesn't move it changes nothing.
    QTest.mouseClick(slider, LEFT, pos=at(control, 0.012))
    assert control.value() == 0.01234
    QTest.keyClick(slider, Key.Key_Right)
    assert control.value() == 0.015


@pytest.mark.parametrize(
    ("path", "text", "bound"),
    [
        ("regularization.weight_decay", "20", "a number from 0 to 10"),
        ("regularization.weight_decay", "-1", "a number from 0 to 10"),
        ("regularization.weight_decay", "abc", "a number from 0 to 10"),
        ("regularization.weight_decay", "nan", "a number from 0 to 10"),
        ("regularization.weight_decay", "1,000", "a number from 0 to 10"),
        ("regularization.weight_decay", "inf", "a number from 0 to 10"),
        ("model.init_scale", "0", "a number more than 0 and at most 10"),
        ("model.depth", "9", "a whole number from 0 to 8"),
        ("model.depth", "2.5", "a whole number from 0 to 8"),
        ("data.n_train", "20001", "a whole number from 1, or 0 with a file, to 20,000"),
        ("regularization.dropout", "1", "a number from 0 to 0.95"),
    ],
)
def test_a_wrong_value_is_refused_with_the_bound_and_nothing_is_lost(make, path, text, bound):
    control = make(path)
    before = control.value()
    changes = listen(control)
    enter(control, text)
    assert control.value() == before
    assert changes == []
    assert control.box.text() == control.text(before)
    assert control.message() == f"{text}: must be {bound}."


def test_emptying_the_box_is_refused(make):
    control = make("optimizer.lr")
    control.box.selectAll()
    QTest.keyClick(control.box, Key.Key_Delete)
    QTest.keyClick(control.box, Key.Key_Return)
    assert control.value() == 0.01
    assert control.message().startswith("Nothing: must be")


def test_the_refusal_is_seen_and_goes_with_the_next_good_value(make):
    control = make("optimizer.lr")
    before = control.box.grab().toImage()
    enter(control, "20")
    QApplication.processEvents()
    assert control.box.grab().toImage() != before
    assert control._message is not None
    assert control._message.isVisible()
    enter(control, "0.5")
    assert control.message() == ""
    assert not control._message.isVisible()


def test_typing_takes_effect_when_the_box_loses_the_focus(make, qtbot):
    control = make("optimizer.lr")
    control.window().activateWindow()
    control.box.setFocus()
    qtbot.waitUntil(control.box.hasFocus)
    control.box.selectAll()
    QTest.keyClicks(control.box, "0.5")
    assert control.value() == 0.01
    control.slider.setFocus()
    assert control.value() == 0.5


def test_escape_takes_back_what_was_typed(make):
    control = make("optimizer.lr")
    control.box.selectAll()
    QTest.keyClicks(control.box, "0.5")
    QTest.keyClick(control.box, Key.Key_Escape)
    assert control.box.text() == "0.01"
    assert control.value() == 0.01


def test_numbers_typed_in_other_words_are_shown_in_ours(make):
    control = make("optimizer.lr")
    changes = listen(control)
    enter(control, "0.0100")
    assert control.box.text() == "0.01"
    assert changes == []


@pytest.mark.parametrize("path", ["optimizer.batch_size", "regularization.early_stopping"])
def test_zero_is_a_word(make, path):
    control = make(path)
    word = {"optimizer.batch_size": "full", "regularization.early_stopping": "off"}[path]
    assert control.box.text() == word
    enter(control, "50")
    assert control.value() == 50
    assert control.box.text() == "50"
    enter(control, word.upper())
    assert control.value() == 0
    enter(control, "3")
    enter(control, "0")
    assert control.box.text() == word


def test_whole_numbers_are_shown_whole_and_may_be_typed_as_1e3(make):
    control = make("data.n_train")
    enter(control, "1e3")
    assert control.value() == 1000
    assert type(control.value()) is int
    assert control.box.text() == "1000"


@pytest.mark.parametrize("text", ["1,000", "1 000", "1'000", "1000.0"])
def test_grouped_digits_are_read_as_written_and_shown_as_taken(make, text):
    control = make("data.n_train")
    enter(control, text)
    assert control.value() == 1000
    assert control.box.text() == "1000"


def test_a_point_before_three_digits_of_a_whole_number_is_refused_with_both_readings(make):
    control = make("data.n_train")
    enter(control, "1.000")
    assert control.value() == 30
    assert control.message() == "1.000: 1 or 1,000? Write it without the point."


def test_a_typed_number_may_go_beyond_the_sliders_end_up_to_the_bound(make):
    control = make("data.n_train")
    enter(control, "20000")
    assert control.value() == 20_000
    assert control.slider.value() == control.slider.maximum()
    QTest.keyClick(control.slider, Key.Key_Right)
    assert control.value() == 20_000
    QTest.keyClick(control.slider, Key.Key_Left)
    assert control.value() == control.slider.scale.values[-1]


def test_arrow_and_page_keys_in_the_box_move_the_slider(make):
    control = make("optimizer.lr")
    QTest.keyClick(control.box, Key.Key_Up)
    assert control.value() == 0.012
    QTest.keyClick(control.box, Key.Key_Down)
    QTest.keyClick(control.box, Key.Key_PageUp)
    assert control.value() == 0.1
    QTest.keyClick(control.box, Key.Key_PageDown)
    assert control.value() == 0.01


@pytest.mark.parametrize(
    "value", [0, 7, 20_000, 0.0, 1.0, 10.0, 0.5, 1e-3, 1e-4, 2.5e-5, 0.1 + 0.2]
)
def test_a_shown_number_reads_back_exactly(value):
    kind = "model.width" if isinstance(value, int) else "regularization.weight_decay"
    assert float(exact(value)) == value
    if FIELDS[kind].minimum <= value <= FIELDS[kind].maximum:
        assert read_number(FIELDS[kind], exact(value), {}) == value


def test_small_numbers_are_short():
    assert [exact(v) for v in (1e-4, 2.5e-5, 0.001, 1.0)] == ["1e-4", "2.5e-5", "0.001", "1"]


# -- the slider, by keyboard


def test_arrows_are_fine_pages_coarse_home_and_end_the_ends(make):
    control = make("regularization.weight_decay")
    slider = control.slider
    QTest.keyClick(slider, Key.Key_Right)
    assert control.value() == 1e-6  # over the notch in one step
    QTest.keyClick(slider, Key.Key_Up)
    assert control.value() == 1.2e-6
    QTest.keyClick(slider, Key.Key_Left)
    QTest.keyClick(slider, Key.Key_PageUp)
    assert control.value() == 1e-5
    QTest.keyClick(slider, Key.Key_PageUp)
    assert control.value() == 1e-4
    QTest.keyClick(slider, Key.Key_PageDown)
    assert control.value() == 1e-5
    QTest.keyClick(slider, Key.Key_End)
    assert control.value() == 10.0
    QTest.keyClick(slider, Key.Key_Home)
    assert control.value() == 0.0
    QTest.keyClick(slider, Key.Key_Down)
    assert control.value() == 0.0


def test_zero_is_at_the_left_end(make):
    control = make("optimizer.lr")
    QTest.mouseClick(control.slider, LEFT, pos=QPoint(0, 8))
    assert control.value() == 0.0
    assert control.slider.value() == 0
    assert control.box.text() == "0"


# -- the slider, by mouse


@pytest.mark.parametrize("value", [1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0])
def test_powers_of_ten_are_reached_by_dragging(make, value):
    control = make("regularization.weight_decay")
    QTest.mousePress(control.slider, LEFT, pos=at(control, 0.0))
    x, reached = at(control, 0.0).x(), []
    control.value_changed.connect(reached.append)
    while x < at(control, 10.0).x():
        x += 1
        QTest.mouseMove(control.slider, QPoint(x, 8))
    QTest.mouseRelease(control.slider, LEFT, pos=QPoint(x, 8))
    assert value in reached


def test_dragging_emits_all_the_while_and_shows_each_value(make):
    control = make("regularization.dropout")
    changes = listen(control)
    QTest.mousePress(control.slider, LEFT, pos=at(control, 0.0))
    for wanted in (0.1, 0.2, 0.3):
        QTest.mouseMove(control.slider, at(control, wanted))
        assert control.value() == pytest.approx(wanted, abs=0.01)
        assert control.box.text() == exact(control.value())
    assert changes == sorted(set(changes))
    assert len(changes) == 3
    QTest.mouseRelease(control.slider, LEFT, pos=at(control, 0.3))
    assert len(changes) == 3
    QTest.mouseMove(control.slider, at(control, 0.9))
    assert len(changes) == 3


def test_a_drag_past_the_ends_stops_there(make):
    control = make("model.depth")
    QTest.mousePress(control.slider, LEFT, pos=at(control, 2))
    QTest.mouseMove(control.slider, QPoint(2000, 8))
    assert control.value() == 8
    QTest.mouseMove(control.slider, QPoint(-2000, 8))
    assert control.value() == 0
    QTest.mouseRelease(control.slider, LEFT, pos=QPoint(-2000, 8))


def test_a_click_on_the_groove_goes_there(make):
    control = make("model.depth")
    QTest.mouseClick(control.slider, LEFT, pos=at(control, 6))
    assert control.value() == 6


def test_the_other_buttons_do_nothing(make):
    control = make("model.depth")
    QTest.mouseClick(control.slider, Qt.MouseButton.RightButton, pos=at(control, 6))
    assert control.value() == 2


def test_the_wheel_scrolls_the_panel_and_changes_nothing(make):
    control = make("model.depth")
    event = turn_wheel(control.slider)
    assert control.value() == 2
    assert not event.isAccepted()


@pytest.mark.parametrize("part", ["label", "slider"])
def test_a_double_click_goes_back_to_the_default(make, part):
    control = make("optimizer.lr")
    control.set_value(0.5)
    QTest.mouseDClick(getattr(control, part), LEFT, pos=QPoint(5, 8))
    assert control.value() == 0.01


def test_a_double_click_goes_back_to_the_default_that_was_set(make):
    control = make("data.n_train")
    control.set_default(140)
    assert "140" in control.toolTip()
    QTest.mouseDClick(control.label, LEFT)
    assert control.value() == 140


# -- by program


def test_set_value_emits_only_what_changes(make):
    control = make("optimizer.lr")
    changes = listen(control)
    control.set_value(0.01)
    assert changes == []
    control.set_value(1)
    assert changes == [1.0]
    assert isinstance(changes[0], float)
    control.set_value(1.0)
    assert changes == [1.0]
    assert control.box.text() == "1"


def test_set_value_refuses_what_the_field_refuses(make):
    control = make("optimizer.lr")
    changes = listen(control)
    with pytest.raises(ExperimentError, match=r"optimizer\.lr = 20: must be a number from 0 to 10"):
        control.set_value(20)
    assert control.value() == 0.01
    assert changes == []


def test_assistive_technology_moves_the_slider_by_position(make):
    control = make("model.depth")
    control.slider.setValue(5)
    assert control.value() == 5
    control.slider.triggerAction(control.slider.SliderAction.SliderSingleStepAdd)
    assert control.value() == 6


@pytest.mark.parametrize("enabled", [True, False])
def test_the_slider_paints_in_either_state(make, enabled):
    control = make("regularization.weight_decay")
    before = control.slider.grab().toImage()
    control.setEnabled(enabled)
    control.set_value(0.1)
    assert control.slider.grab().toImage() != before
