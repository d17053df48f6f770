"""Drawing on the plots by real mouse and keys: where it stays, what undoes it, what is saved."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from regplay.session.session import MOST_ANNOTATIONS, Annotation
from regplay.session.storyboard import Draw

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


@pytest.fixture
def drawer(person):
    person.press(Qt.Key.Key_D, person.window)
    person.wait(person.window.recording.annotation_tools.bar.isVisible)
    yield person
    person.window.recording.annotation_tools.set_shown(False)


def chart_of(person, name="fit"):
    return person.window.recording.charts()[name]


def place(person, x, y, name="fit") -> QPoint:
    """Where a point of the data is in the viewport."""
    chart = chart_of(person, name)
    frame, corner = chart.frame(), chart.box.geometry().topLeft()
    return (corner + QPointF(float(frame.x(x)), float(frame.y(y)))).toPoint()


def drag(person, *points, name="fit"):
    port = chart_of(person, name).viewport()
    places = [place(person, *point, name) for point in points]
    QTest.mousePress(port, LEFT, pos=places[0])
    for each in places[1:]:
        QTest.mouseMove(port, each)
    QTest.mouseRelease(port, LEFT, pos=places[-1])


def drawn(person):
    return person.controller.annotations


def is_marked(person, x, y) -> bool:
    """Whether the accent colour is painted at a point of the data."""
    port = chart_of(person).viewport()
    color = port.grab().toImage().pixelColor(place(person, x, y))
    accent = chart_of(person).colors.accent
    return color.name() == accent


def test_no_more_is_drawn_than_a_session_holds(person):
    line = Annotation(draw="line", points=((0.0, 0.0), (1.0, 1.0)))
    last = Annotation(draw="text", points=((0.0, 0.0),), text="last")
    person.controller.annotate([*[line] * (MOST_ANNOTATIONS - 1), last, line, line])
    assert len(drawn(person)) == MOST_ANNOTATIONS
    assert drawn(person)[-1] == last
    assert "erase some" in person.banner
    person.controller.annotate(drawn(person)[1:])
    assert person.banner == ""
    person.controller.annotate(())


def test_an_arrow_points_to_the_same_data_whatever_the_ranges(drawer):
    drawer.click("annotations.arrow")
    drag(drawer, (-2.0, 1.0), (-1.0, 0.5), (1.0, -0.5))
    (arrow,) = drawn(drawer)
    assert (arrow.draw, arrow.on) == ("arrow", "fit")
    assert arrow.points[0] == pytest.approx((-2.0, 1.0), abs=0.02)
    assert arrow.points[1] == pytest.approx((1.0, -0.5), abs=0.02)
    assert is_marked(drawer, -1.0, 0.5)
    chart_of(drawer).box.setRange(xRange=(-3, 6), yRange=(-2, 4), padding=0)
    assert is_marked(drawer, -1.0, 0.5)
    assert not chart_of(drawer).manual  # the plot itself was not moved by the drag


def test_a_pen_follows_the_mouse_on_the_losses(drawer):
    assert drawer.window.recording.annotation_tools.bar.tool == "pen"  # by D
    chart = chart_of(drawer, "losses")
    frame = chart.frame()
    points = [
        (frame.x_value(0.2 * frame.width), frame.y_value(0.2 * frame.height)),
        (frame.x_value(0.4 * frame.width), frame.y_value(0.7 * frame.height)),
        (frame.x_value(0.6 * frame.width), frame.y_value(0.3 * frame.height)),
    ]
    drag(drawer, *points, name="losses")
    (line,) = drawn(drawer)
    assert (line.draw, line.on, len(line.points)) == ("line", "losses", 3)
    for found, wanted in zip(line.points, points, strict=True):
        assert found == pytest.approx(wanted, rel=0.05, abs=0.05)


def test_a_text_is_written_where_one_clicks_and_escape_takes_it_back(drawer):
    drawer.click("annotations.text")
    port = chart_of(drawer).viewport()
    QTest.mouseClick(port, LEFT, pos=place(drawer, 0.5, 0.5))
    editor = port.findChild(QLineEdit)
    QTest.keyClicks(editor, "here 12")  # digits and letters are no shortcuts meanwhile
    QTest.keyClick(editor, Qt.Key.Key_Return)
    (text,) = drawn(drawer)
    assert drawer.window.hasFocus()  # no control takes the keys that follow
    assert text.text == "here 12"
    assert text.points[0] == pytest.approx((0.5, 0.5), abs=0.05)
    QTest.mouseClick(port, LEFT, pos=place(drawer, -0.5, 0.5))
    editor = next(each for each in port.findChildren(QLineEdit) if each.isVisible())
    QTest.keyClicks(editor, "no")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert drawn(drawer) == (text,)
    assert drawer.window.recording.annotation_tools.bar.tool == "text"
    QTest.keyClick(drawer.window, Qt.Key.Key_Escape)
    assert drawer.window.recording.annotation_tools.bar.tool == ""


def test_the_eraser_takes_what_it_passes_and_undo_brings_it_back(drawer):
    drawer.click("annotations.arrow")
    drag(drawer, (-2.0, 1.0), (2.0, 1.0))
    drag(drawer, (-2.0, -1.0), (2.0, -1.0))
    upper, lower = drawn(drawer)
    drawer.click("annotations.eraser")
    drag(drawer, (0.0, 0.5), (0.0, 1.0), (0.0, 1.4))
    assert drawn(drawer) == (lower,)
    QTest.keyClick(drawer.window, Qt.Key.Key_Z, CTRL)
    assert drawn(drawer) == (upper, lower)
    QTest.keyClick(drawer.window, Qt.Key.Key_Z, CTRL)
    assert drawn(drawer) == (upper,)
    QTest.keyClick(drawer.window, Qt.Key.Key_Y, CTRL)
    assert drawn(drawer) == (upper, lower)
    drawer.click("annotations.clear")
    assert drawn(drawer) == ()
    QTest.keyClick(drawer.window, Qt.Key.Key_Z, CTRL)
    assert drawn(drawer) == (upper, lower)


def test_what_is_erased_while_a_storyboard_is_recorded_is_one_step_that_does_the_same(drawer):
    drawer.choose("Record storyboard")
    drawer.click("annotations.arrow")
    for y in (1.0, 0.0, -1.0):
        drag(drawer, (-2.0, y), (2.0, y))
    drawer.click("annotations.eraser")
    drag(drawer, (0.0, 0.5), (0.0, 1.0), (0.0, 1.4))
    left = drawn(drawer)
    assert len(left) == 2
    drawer.choose("Record storyboard")
    playback = drawer.window.recording.storyboard.playback
    steps = [step for step in playback.steps if isinstance(step, Draw)]
    assert [step.draw for step in steps] == ["arrow", "arrow", "arrow", "erase"]
    assert steps[-1].points == steps[0].points[:1]
    assert drawn(drawer) == ()
    playback.go_to(len(playback.steps))
    drawer.wait(lambda: drawn(drawer) == left)
    drawer.click("storyboard.close")


def test_strokes_and_settings_are_undone_in_the_order_in_which_they_were_made(drawer):
    before = drawer.controller.session.experiment
    drawer.set(model__width=8)
    drawer.click("annotations.arrow")
    drag(drawer, (-2.0, 1.0), (2.0, 1.0))
    drawer.controller.undo()
    assert drawn(drawer) == ()
    assert drawer.controller.session.experiment != before
    drawer.controller.undo()
    assert drawer.controller.session.experiment == before
    drawer.controller.redo()
    drawer.controller.redo()
    assert len(drawn(drawer)) == 1


def test_what_is_drawn_is_saved_with_the_session_and_goes_with_another(drawer, tmp_path):
    drawer.click("annotations.arrow")
    drag(drawer, (-2.0, 1.0), (2.0, 1.0))
    kept = drawn(drawer)
    drawer.answers.path = tmp_path / "a.regplay"
    assert drawer.window.documents.save_as()
    drawer.click("annotations.clear")
    drawer.window.documents.check()
    assert drawer.window.documents.is_modified
    drawer.window.documents.begin(drawer.controller.session.experiment, [])
    assert drawn(drawer) == ()
    assert drawer.window.documents.open(tmp_path / "a.regplay")
    assert drawn(drawer) == kept
    assert is_marked(drawer, 0.0, 1.0)


def test_sliders_work_while_a_pen_is_chosen_and_the_mouse_pans_again_after_it(drawer):
    drawer.press(Qt.Key.Key_Right, "regularization.weight_decay")
    assert drawer.controller.session.experiment.regularization.weight_decay > 0
    drawer.click("annotations.pen")
    drag(drawer, (-2.0, 0.5), (-1.0, 0.5), (0.0, 0.5))
    assert drawn(drawer) == ()


def test_presenting_shows_the_tools_and_its_end_puts_them_away(person):
    bar = person.window.recording.annotation_tools.bar
    assert not bar.isVisible()
    person.press(Qt.Key.Key_F11, person.window)
    person.wait(bar.isVisible)
    bar.tools["pen"].click()
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    assert person.window.recording.presenter.is_on  # the first ends the tool
    QTest.keyClick(person.window, Qt.Key.Key_Escape)
    person.wait(lambda: not person.window.recording.presenter.is_on)
    assert not bar.isVisible()


def test_d_takes_the_pen_where_the_tools_are_in_sight_already(person):
    tools = person.window.recording.annotation_tools
    tools.set_shown(True)
    QTest.keyClick(person.window, Qt.Key.Key_D)
    assert tools.bar.tool == "pen"
    QTest.keyClick(person.window, Qt.Key.Key_D)
    assert not tools.bar.isVisible()


def test_the_second_of_two_quick_strokes_from_one_place_is_drawn_too(drawer):
    drag(drawer, (0.0, 0.0), (1.0, 0.5))
    port = chart_of(drawer).viewport()
    event = QMouseEvent(  # which Qt makes of the second press
        QEvent.Type.MouseButtonDblClick,
        place(drawer, 0.0, 0.0).toPointF(),
        port.mapToGlobal(place(drawer, 0.0, 0.0)).toPointF(),
        LEFT,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(port, event)
    QTest.mouseMove(port, place(drawer, 1.0, -0.5))
    QTest.mouseRelease(port, LEFT, pos=place(drawer, 1.0, -0.5))
    assert len(drawn(drawer)) == 2


def test_undo_leaves_what_is_drawn_in_a_session_that_was_opened(drawer, tmp_path):
    drawer.answers.path = tmp_path / "a.regplay"
    drag(drawer, (-2.0, 1.0), (2.0, 1.0))
    kept = drawn(drawer)
    assert drawer.window.documents.save_as()
    drawer.click("annotations.clear")
    drag(drawer, (0.0, -1.0), (0.0, 1.0))
    drawer.answers.keeps = "discard"
    assert drawer.window.documents.open(tmp_path / "a.regplay")
    QTest.keyClick(drawer.window, Qt.Key.Key_Z, CTRL)
    assert drawn(drawer) == kept


@pytest.mark.parametrize(
    ("key", "with_key"),
    [(Qt.Key.Key_Y, CTRL), (Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)],
)
def test_what_was_taken_back_is_done_again_by_the_keys_of_any_system(drawer, key, with_key):
    drag(drawer, (0.0, -1.0), (0.0, 1.0))
    QTest.keyClick(drawer.window, Qt.Key.Key_Z, CTRL)
    assert drawn(drawer) == ()
    QTest.keyClick(drawer.window, key, with_key)
    assert len(drawn(drawer)) == 1


def test_escape_closes_a_dialog_while_a_tool_is_chosen(drawer):
    drawer.window.help.show("shortcuts")
    dialog = drawer.find("help")
    drawer.wait(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    drawer.window.activateWindow()
    drawer.wait(drawer.window.isActiveWindow)
    assert drawer.window.recording.annotation_tools.bar.tool == "pen"
