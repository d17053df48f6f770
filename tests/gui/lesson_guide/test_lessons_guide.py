"""What a page sets up, what the reader may change, and what stays."""

import pytest

from regplay.core.fields import replace
from regplay.gui.lesson_guide.wrapped_text import StatusMark

DECAY = "regularization.weight_decay"


def base(lesson_list, page=0):
    return lesson_list[0].experiment(page)


def test_a_page_asks_for_its_experiment_view_curves_pins_and_training(reader, lesson_list):
    reader.guide.go_to("decay", 0)
    assert reader.take() == [
        ("experiment", base(lesson_list)),
        ("view", "network"),
        ("curves", (DECAY,)),
        ("pins", [("none", replace(base(lesson_list), {DECAY: 0.0}))]),
        ("play", None),
    ]
    assert reader.guide.position == ("decay", 0)
    assert reader.panel.isVisible()


def test_a_page_that_does_not_play_waits(reader, lesson_list):
    reader.guide.go_to("decay", 1)
    assert reader.take() == [("experiment", base(lesson_list, 1)), ("pins", [])]


def test_a_page_from_a_session_leaves_the_experiment_alone(reader):
    reader.guide.go_to("decay", 0, sets_up=False)
    assert reader.take() == []
    assert reader.title == "Too much of it"
    assert reader.controls.highlighted() == (DECAY,)


def test_nothing_is_shown_before_a_lesson_is_opened(reader):
    assert not reader.panel.isVisible()
    assert reader.guide.position is None
    reader.guide.open()
    assert reader.panel.shows_contents()
    assert reader.take() == []


def test_pages_are_turned_by_buttons_to_the_next_lesson(reader):
    reader.guide.go_to("decay", 0)
    assert not reader.find("lesson.previous").isEnabled()
    for place in (("decay", 1), ("decay", 2), ("dropout", 0)):
        reader.click("lesson.next")
        assert reader.guide.position == place
    assert not reader.find("lesson.next").isEnabled()
    assert not reader.find("lesson.previous").isEnabled()
    assert reader.find("lesson.number").text() == "1 / 1"


def test_a_page_points_out_and_hides_controls_until_it_is_left(reader):
    hidden = reader.controls.control("data.noise")
    reader.guide.go_to("decay", 0)
    assert reader.controls.highlighted() == (DECAY,)  # `epochs` has no control there
    assert reader.controls.hidden_paths() == {"data.noise", "regularization.l1"}
    assert not hidden.isVisibleTo(reader.controls)
    reader.click("lesson.next")
    assert reader.controls.highlighted() == ()
    assert hidden.isVisibleTo(reader.controls)
    reader.click("lesson.previous")
    assert not hidden.isVisibleTo(reader.controls)
    reader.click("lesson.close")
    assert hidden.isVisibleTo(reader.controls)
    assert reader.controls.highlighted() == ()
    assert not reader.panel.isVisible()
    assert reader.guide.position is None


def test_what_is_pointed_out_elsewhere_is_told(reader):
    told = []
    reader.guide.highlights_changed.connect(told.append)
    reader.guide.go_to("decay", 0)
    reader.click("lesson.next")
    reader.click("lesson.previous")
    reader.click("lesson.close")
    assert told == [(DECAY, "epochs"), (), (DECAY, "epochs"), ()]


def test_a_change_by_the_reader_leaves_the_page_and_reset_takes_it_back(reader, lesson_list):
    reader.guide.go_to("decay", 0)
    reader.take()
    reader.controls.control(DECAY).set_value(0.25)
    reader.controls.set_hidden_paths(())
    assert reader.title == "Too much of it"
    assert reader.take() == []
    reader.click("lesson.reset")
    assert reader.take() == [
        ("experiment", base(lesson_list)),
        ("view", "network"),
        ("curves", (DECAY,)),
        ("pins", [("none", replace(base(lesson_list), {DECAY: 0.0}))]),
        ("play", None),
    ]
    assert reader.controls.control(DECAY).value() == 1.0
    assert "data.noise" in reader.controls.hidden_paths()


def test_a_lesson_that_was_left_opens_where_it_was_without_touching_the_experiment(reader):
    reader.guide.go_to("decay", 1)
    reader.guide.toggle()
    assert reader.guide.position is None
    reader.take()
    reader.guide.toggle()
    assert reader.guide.position == ("decay", 1)
    assert reader.panel.isVisible()
    assert reader.take() == []


@pytest.mark.parametrize(
    ("place", "words"), [(("nothing", 0), "no lesson nothing"), (("dropout", 3), "no page 4")]
)
def test_a_page_that_is_not_there_changes_nothing(reader, place, words):
    reader.guide.go_to("decay", 1)
    reader.take()
    reader.guide.go_to(*place)
    ((kind, message),) = reader.take()
    assert kind == "failed"
    assert words in message
    assert reader.guide.position == ("decay", 1)
    assert reader.title == "A long one"


def test_a_broken_file_changes_nothing_and_says_what_is_wrong(reader, tmp_path):
    reader.guide.go_to("decay", 1)
    reader.take()
    broken = tmp_path / "broken.toml"
    broken.write_text('id = "broken"\ntitle = "Broken"\n', encoding="utf-8")
    reader.guide.open_file(broken)
    ((kind, message),) = reader.take()
    assert kind == "failed"
    assert "broken.toml" in message
    assert reader.guide.position == ("decay", 1)
    reader.guide.show_contents()
    assert reader.panel.findChild(object, "lesson.lesson.broken") is None


def test_a_file_is_begun_and_listed(reader, lesson_files):
    own = lesson_files[1].with_name("own.toml")
    text = lesson_files[1].read_text(encoding="utf-8").replace("dropout", "own", 1)
    own.write_text(text, encoding="utf-8")
    reader.guide.open_file(own)
    assert reader.guide.position == ("own", 0)
    reader.guide.show_contents()
    assert reader.find("lesson.lesson.own").isVisible()


@pytest.mark.parametrize("may_read", [True, False])
def test_files_that_a_lesson_names_are_asked_about_at_once(reader, lesson_files, may_read):
    own = lesson_files[1].with_name("own.toml")
    text = lesson_files[1].read_text(encoding="utf-8").replace("dropout", "own", 1)
    own.write_text(text + 'pins = [{ name = "a", set = { data.file = "a.csv" } }]\n', "utf-8")
    reader.may_read = may_read
    reader.guide.open_file(own)
    assert reader.asked == [(str(own.with_name("a.csv")),)]
    assert reader.guide.position == (("own", 0) if may_read else None)
    if not may_read:
        assert reader.take() == [("failed", "own.toml was not opened: it learns from a file.")]


def test_a_claim_is_ticked_once_the_readers_runs_show_it(reader, lesson_list):
    reader.guide.go_to("decay", 0)
    with_decay = base(lesson_list)
    without = replace(with_decay, {DECAY: 0.0})
    marks = [row.mark for row in reader.panel.page_view.claims.rows]
    reader.note(without, train=0.3, valid=0.2)
    assert [mark.mark() for mark in marks] == [StatusMark.OPEN, StatusMark.OPEN]
    reader.note(with_decay, train=0.25, valid=0.5)
    assert [mark.mark() for mark in marks] == [StatusMark.SHOWN, StatusMark.OPEN]
    assert "1 of 2" in reader.panel.page_view.claims.heading.text()


def test_a_tick_stays_whatever_is_trained_later(reader, lesson_list):
    reader.guide.go_to("decay", 0)
    with_decay = base(lesson_list)
    without = replace(with_decay, {DECAY: 0.0})
    reader.note(without, train=0.3, valid=0.2)
    reader.note(with_decay, train=0.25, valid=0.5)
    reader.note(without, train=0.3, valid=0.9)
    reader.click("lesson.next")
    reader.click("lesson.previous")
    assert [row.is_shown() for row in reader.panel.page_view.claims.rows] == [True, False]


def test_runs_made_before_the_lesson_count(reader, lesson_list):
    with_decay = base(lesson_list)
    reader.note(replace(with_decay, {DECAY: 0.0}), train=0.1, valid=0.2)
    reader.note(with_decay, train=0.25, valid=0.5)
    reader.guide.go_to("decay", 0)
    assert all(row.is_shown() for row in reader.panel.page_view.claims.rows)
    reader.guide.show_contents()
    assert "2 of 2 claims shown" in reader.find("lesson.lesson.decay").words()


def test_links_in_the_text_lead_to_pages_and_experiments(reader):
    reader.guide.go_to("decay", 0)
    reader.take()
    reader.panel.page_view.text.link_chosen.emit("regplay:abc")
    assert reader.take() == [("link", "regplay:abc")]
    reader.panel.page_view.text.page_chosen.emit(3)
    assert reader.guide.position == ("decay", 2)
