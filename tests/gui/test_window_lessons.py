"""Lessons in the real window: pages set it up, and the reader's own runs tick their claims."""

import pytest
from PySide6.QtCore import Qt

from regplay.core.fields import get

_LESSON = """
id = "small"
title = "A small lesson"
summary = "Two pages."
minutes = 1

[[pages]]
title = "First"
text = "Some *text*."
experiment = { epochs = 15, model.width = 8, data.n_valid = 20, optimizer.name = "sgd" }
highlights = ["regularization.weight_decay"]
hides = ["data.noise"]
pins = [{ name = "decayed", set = { "regularization.weight_decay" = 0.5 } }]

[[pages.claims]]
text = "It has trained."
claim = "train_loss < 10"
seeds = 1
agree = 1

[[pages.claims]]
text = "Decay shrinks the weights."
claim = "weight_norm(weight_decay=0.5) < weight_norm"
seeds = 1
agree = 1

[[pages.claims]]
text = "So does more of it."
claim = "weight_norm(weight_decay=1.7321) < weight_norm"
seeds = 1
agree = 1

[[pages]]
title = "Second"
text = "More text."
experiment = { model.depth = 1 }
view = "network"
curves = ["model.width"]
plays = false

[[pages]]
title = "Third"
text = "A claim about a setting that the curve has, too."
fresh = true
experiment = { epochs = 15, model.width = 8, data.n_valid = 20, optimizer.name = "sgd" }
view = "fit"

[[pages.claims]]
text = "Decay of 1 leaves less."
claim = "weight_norm(weight_decay=1) < 1000"
seeds = 1
agree = 1

[[pages]]
title = "Fourth"
text = "A question."
view = "seeds"

[pages.question]
text = "What is more?"
try = { epochs = 16 }
options = [
  { text = "Nothing.", because = "There is noise." },
  { text = "The variance.", right = true, because = "See." },
  { text = "The sum.", because = "No." },
]

[[pages.claims]]
text = "There is variance."
claim = "variance(epochs=16, weight_decay=0) > 0"
seeds = 1
agree = 1
"""


@pytest.fixture
def reader(open_lesson):
    """A person who has opened the lesson, at its first page."""
    return open_lesson(_LESSON)


def shown(person):
    """Which claims of the page are ticked."""
    return [row.is_shown() for row in person.window.guide.panel.page_view.claims.rows]


def test_a_page_sets_up_the_window_and_trains(reader):
    reader.wait_until_finished()
    window = reader.window
    assert reader.view.snapshot.epoch == 15
    assert window.controller.session.experiment.model.width == 8
    assert not reader.find("data.noise").isVisible()
    assert window.controls.highlighted() == ("regularization.weight_decay",)
    assert window.guide.panel.isVisible()


def test_its_pins_are_trained_beside_the_run(reader):
    window = reader.window
    reader.wait(lambda: len(window.controller.pins) == 1)
    pin = window.controller.pins[0]
    assert pin.name == "decayed"
    assert pin.run.experiment.regularization.weight_decay == 0.5
    assert pin.run.history.last.epoch == 15
    reader.click("lesson.reset")
    reader.wait_until_finished()
    assert [*window.controller.pins] == [pin]


def test_pins_of_a_page_go_with_it_but_not_those_that_the_reader_made_or_named(reader):
    window = reader.window
    reader.wait_until_finished()
    reader.wait(lambda: len(window.controller.pins) == 1)
    reader.press(Qt.Key.Key_P)
    own = window.controller.pins[1]
    reader.click("lesson.next")
    assert [*window.controller.pins] == [own]
    reader.click("lesson.previous")
    reader.wait(lambda: len(window.controller.pins) == 2)
    named = window.controller.pins[1]
    window.controller.pins.rename(named, "mine")
    reader.click("lesson.next")
    assert [*window.controller.pins] == [own, named]


def test_claims_are_ticked_by_runs_and_pins_and_by_nothing_else(reader):
    reader.wait_until_finished()
    reader.wait(lambda: shown(reader) == [True, True, False])  # the second by the pin
    reader.set(regularization__weight_decay=1.7321)  # at no position of the slider's curve
    reader.wait_until_finished()
    reader.wait(lambda: shown(reader) == [True, True, True])


@pytest.mark.usefixtures("first_curves")
def test_a_curve_trained_unasked_ticks_nothing_until_it_is_looked_at(reader):
    window = reader.window
    reader.wait(lambda: len(window.controller.pins) == 1)
    path = "regularization.weight_decay"
    window.guide.go_to("small", 2)
    reader.wait_until_finished()
    reader.wait(lambda: path in window.controller.studies.studies)
    reader.wait(lambda: window.controller.studies.studies[path].finished)
    assert shown(reader) == [False]
    values = [it.regularization.weight_decay for it in studied(window, path)]
    window.controls.member_previewed.emit(path, values.index(1.0))
    reader.wait(lambda: shown(reader) == [True])


def studied(window, path):
    """The experiments of a slider's curve."""
    return window.controller.studies.studies[path].sweep.experiments


def test_a_question_hides_the_claims_that_give_its_answer_away(reader):
    reader.window.guide.go_to("small", 3)
    claims = reader.window.guide.panel.page_view.claims
    assert not claims.isVisible()
    reader.wait(lambda: reader.find("lesson.option.1").isVisible())
    reader.click("lesson.option.1")
    assert claims.isVisible()
    reader.click("lesson.previous")
    assert claims.isVisible()


def test_try_it_trains_other_draws_where_the_answer_is_among_the_seeds(reader):
    window = reader.window
    window.guide.go_to("small", 3)
    window.tabs.set_tab("seeds")
    combo = reader.find("seeds.axis")
    combo.setCurrentIndex(combo.findData("regularization.weight_decay"))
    reader.click("lesson.try")
    reader.wait(lambda: "seeds.parts" in window.controller.studies.studies)
    reader.wait(lambda: window.controller.studies.studies["seeds.parts"].finished)
    reader.wait(lambda: shown(reader) == [True])


def test_escape_leaves_the_list_of_lessons_where_no_page_is_behind_it(open_window, qtbot):
    person = open_window()
    panel = person.window.guide.panel
    person.window.guide.show_contents()
    assert panel.isVisible()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_another_page_shows_its_view_and_curves_and_waits(reader):
    reader.wait_until_finished()
    reader.click("lesson.next")
    window = reader.window
    assert window.tabs.tab == "network"
    assert window.controls.shown_curves() == ("model.width",)
    assert get(window.controller.session.experiment, "model.depth") == 1
    assert not window.controller.runner.is_playing
    assert reader.find("data.noise").isVisible()


def test_a_page_begins_from_initial_weights_even_where_weights_are_kept(reader):
    reader.wait_until_finished()
    reader.click("keep_weights")
    reader.set(regularization__weight_decay=1.0)
    reader.wait(lambda: reader.is_shown() and reader.view.is_finished)
    assert reader.view.run.changed_at
    reader.click("lesson.reset")
    reader.wait_until_finished()
    assert reader.view.run.changed_at == []
    assert reader.view.snapshot.epoch == 15


def test_ctrl_l_opens_the_list_of_lessons_and_closes_it(open_window, qtbot):
    person = open_window()
    panel = person.window.guide.panel
    assert not panel.isVisible()
    qtbot.keyClick(person.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert panel.isVisible()
    qtbot.keyClick(person.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert not panel.isVisible()
