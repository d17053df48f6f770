"""Pages that ask for something to be done: what the window trains for them, and leaves after."""

import pytest
from PySide6.QtCore import QPoint

DECAY = "regularization.weight_decay"
_LESSON = """
id = "steps"
title = "Steps"
summary = "Three pages."
minutes = 1

[[pages]]
title = "A setting"
experiment = { epochs = 15, model.width = 8, data.n_valid = 20, optimizer.name = "sgd" }
do = "Set **Weight decay λ** to 0.5."
try = { regularization.weight_decay = 0.5 }
highlights = ["regularization.weight_decay", "regularization.early_stopping"]
curves = ["model.width"]
why = "Because."
[[pages.claims]]
text = "The more, the smaller."
claim = "weight_norm(weight_decay=0.7) < weight_norm(weight_decay=0.1) and small_weights < 1"
seeds = 1
agree = 1

[[pages]]
title = "A moment"
do = "Go back to epoch 3."
moment = 3
[[pages.claims]]
text = "It has trained."
claim = "train_loss(epoch=3) < 10"
seeds = 1
agree = 1

[[pages]]
title = "Other draws"
do = "Watch."
view = "seeds"
highlights = ["model.width"]
[[pages.claims]]
text = "There is variance."
claim = "variance(width=9) > 0"
seeds = 1
agree = 1
"""


@pytest.fixture
def reader(open_lesson):
    """A person who has opened the lesson, at its first page."""
    return open_lesson(_LESSON)


def row(person):
    return person.window.guide.panel.page_view.claims.rows[0]


def test_what_a_page_claims_is_trained_once_the_reader_did_their_part(reader):
    reader.wait_until_finished()
    view = reader.window.guide.panel.page_view
    assert not view.claims.isVisible()
    reader.set(regularization__weight_decay=0.4)
    reader.wait_until_finished()
    reader.wait(view.claims.isVisible)
    reader.wait(lambda: row(reader).is_shown())
    reader.wait(view.why.isVisible)
    assert len(row(reader).values.text().split("\n")) == 3


def test_a_button_does_what_the_page_asks_for(reader):
    reader.wait_until_finished()
    reader.click("lesson.try")
    reader.wait_until_finished()
    assert reader.controller.session.experiment.regularization.weight_decay == 0.5
    reader.wait(lambda: row(reader).is_shown())


@pytest.mark.parametrize("is_shown", [False, True])
def test_an_earlier_moment_is_looked_at_by_the_handle_or_by_the_button(reader, is_shown):
    reader.window.guide.go_to("steps", 1)
    reader.wait_until_finished()
    if is_shown:
        reader.click("lesson.try")
        assert reader.window.timeline.track.moment == 3
    else:
        reader.window.timeline.track.pick_moment(3)
    reader.wait(lambda: row(reader).is_shown())
    reader.click("lesson.previous")
    assert reader.window.timeline.track.moment is None  # another page begins at the end of its run


_LATER = """
id = "later"
title = "Later"
summary = "One page."
minutes = 1

[[pages]]
title = "A moment between two records, and more epochs"
experiment = { epochs = 90, model.width = 8, data.n_valid = 20 }
do = "Look at epoch 70, then set **Epochs** to 120."
moment = 70
[[pages]]
title = "More epochs"
experiment = { epochs = 10, model.width = 8, data.n_valid = 20 }
do = "Set **Epochs** to 30."
try = { epochs = 30 }
why = "Because."
"""


def test_a_moment_is_shown_once_the_run_has_ended_by_handle_and_plots_alike(open_lesson):
    reader = open_lesson(_LATER)
    reader.wait_until_finished()
    reader.set(regularization__weight_decay=0.4)
    reader.wait_until_finished()
    reader.click("lesson.try")
    track = reader.window.timeline.track
    reader.wait(lambda: track.moment is not None)
    epochs = [int(epoch) for epoch in reader.view.run.checkpoints.epochs]
    assert 70 not in epochs
    assert track.moment == max(epoch for epoch in epochs if epoch < 70)
    reader.wait(lambda: reader.view.moment.epoch == track.moment)
    assert reader.controller.session.experiment.regularization.weight_decay == 0


def test_more_epochs_are_what_a_page_asks_for_though_the_run_goes_on(open_lesson):
    reader = open_lesson(_LATER)
    reader.window.guide.go_to("later", 1)
    reader.wait_until_finished()
    why = reader.window.guide.panel.page_view.why
    assert not why.isVisible()
    run = reader.view.run
    reader.set(epochs=30)
    reader.wait_until_finished()
    reader.wait(why.isVisible)
    assert reader.view.run is run


def test_the_seeds_fill_by_themselves_along_what_the_page_names(reader):
    window = reader.window
    window.guide.go_to("steps", 2)
    assert window.tabs.seeds.path == "model.width"
    assert window.tabs.seeds.control.is_on
    window.guide.go_to("steps", 0)
    window.tabs.set_tab("fit")
    window.guide.go_to("steps", 1)
    assert not window.tabs.seeds.control.is_on


def test_a_narrow_window_leaves_the_controls_that_the_page_names(reader):
    window = reader.window
    window.resize(1024, 640)
    reader.wait(lambda: not reader.find("model.depth").isVisible())
    assert reader.find(DECAY).isVisible()
    window.resize(1280, 800)
    reader.wait(lambda: reader.find("model.depth").isVisible())


def test_a_lesson_stands_below_the_controls_that_it_names_where_the_window_is_narrow(reader):
    window = reader.window
    panel, controls, plots = window.guide.panel, window.controls, window.tabs

    def left(widget):
        return widget.mapTo(window, QPoint(0, 0)).x()

    window.resize(1024, 640)
    reader.wait(lambda: left(panel) < left(plots))
    reader.wait(lambda: controls.height() < panel.height())
    assert reader.find(DECAY).isVisible()
    assert controls.height() <= controls.widget().height()
    window.resize(1280, 800)
    reader.wait(lambda: left(panel) > left(plots))
    reader.wait(lambda: controls.height() == panel.height())
    window.resize(1024, 640)
    reader.click("lesson.close")
    reader.wait(lambda: controls.height() > 400)


def test_what_a_lesson_unfolded_is_folded_once_it_is_left(reader):
    controls = reader.window.controls
    assert controls.folding() != reader.folding
    assert reader.find("regularization.early_stopping").isVisible()
    reader.click("lesson.close")
    assert controls.folding() == reader.folding
    assert not reader.find("regularization.early_stopping").isVisible()


def test_curves_of_a_lesson_are_not_there_at_the_next_start(reader, settings):
    controls = reader.window.controls
    assert controls.chosen_curves() == ("model.width",)
    reader.bring_into_sight(reader.find(DECAY))
    reader.click(f"{DECAY}.curve")
    assert set(controls.chosen_curves()) == {DECAY, "model.width"}
    assert settings.value("curves") == ""
    reader.window.guide.close()
    reader.click(f"{DECAY}.curve")
    assert settings.value("curves") == DECAY
