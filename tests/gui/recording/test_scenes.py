"""Scenes: kept and gone to by keys, with tab, experiment, moment and ranges."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.gui.help import shortcuts_of

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def keep(person, number):
    QTest.keyClick(person.window, Qt.Key(Qt.Key.Key_0 + number), CTRL)


def go(person, number):
    QTest.keyClick(person.window, Qt.Key(Qt.Key.Key_0 + number))


def chart_of(person, name):
    return person.window.recording.charts()[name]


@pytest.fixture
def trained(person):
    person.train()
    return person


def test_a_scene_is_an_experiment_a_moment_a_tab_and_ranges(trained):
    person, controller = trained, trained.controller
    first = controller.session.experiment
    controller.look(epoch=7)
    person.wait(lambda: person.view.moment.epoch == 7)
    chart_of(person, "fit").show_ranges((-1.0, 1.0), (-0.5, 0.5))
    person.wait(lambda: chart_of(person, "fit").frame().x_range == (-1.0, 1.0))
    keep(person, 1)
    chart_of(person, "fit").show_whole()
    person.set(model__width=8)
    person.wait(lambda: person.is_shown() and person.view.is_finished)
    person.window.tabs.set_tab("network")
    keep(person, 2)

    go(person, 1)
    assert person.window.tabs.tab == "fit"
    assert controller.session.experiment == first
    person.wait(lambda: person.is_shown() and person.view.moment.epoch == 7)
    person.wait(lambda: chart_of(person, "fit").frame().x_range == (-1.0, 1.0))
    assert chart_of(person, "fit").frame().y_range == (-0.5, 0.5)

    go(person, 2)
    assert person.window.tabs.tab == "network"
    assert controller.session.experiment.model.width == 8
    person.wait(lambda: person.is_shown() and person.view.is_finished)
    person.wait(lambda: person.view.look.epoch is None)
    assert not chart_of(person, "fit").manual


def test_an_earlier_state_of_the_same_run_is_gone_back_to(person):
    person.press(Qt.Key.Key_E, person.window)
    person.wait_for_step(1)
    keep(person, 3)
    person.train()
    go(person, 3)
    person.wait(lambda: person.view.moment.epoch == 1)
    assert person.view.snapshot.epoch == 20  # nothing of the run is lost


def test_ranges_glide_from_one_scene_to_the_next(trained):
    chart = chart_of(trained, "losses")
    chart.show_ranges((0.0, 1.0), (0.0, 1.0))
    trained.wait(lambda: chart.frame().x_range == (0.0, 1.0))
    keep(trained, 1)
    chart.show_ranges((0.0, 0.1), (0.0, 1.0))
    trained.wait(lambda: chart.frame().x_range == (0.0, 0.1))
    passed = set()
    chart.box.sigRangeChanged.connect(lambda *_: passed.add(chart.frame().x_range[1]))
    go(trained, 1)
    trained.wait(lambda: chart.frame().x_range == (0.0, 1.0))
    assert any(0.1 < end < 1.0 for end in passed)  # how many is up to the machine


def test_digits_are_written_into_number_boxes_and_free_without_a_scene(trained):
    actions = trained.window.recording.scenes._go
    assert not any(action.isEnabled() for action in actions.values())
    keep(trained, 4)
    box = trained.find("epochs")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "44")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert trained.controller.session.experiment.epochs == 44
    assert actions[4].text() == "&4: Fit, epoch 20"


def test_a_scene_that_there_is_not_is_told(trained):
    keep(trained, 4)
    experiment = trained.controller.session.experiment
    go(trained, 7)
    told = trained.window.status.currentMessage()
    assert told == "There is no scene 7: Ctrl+7 keeps what is in sight"
    assert trained.controller.session.experiment == experiment


def test_scenes_are_saved_with_the_session(trained, tmp_path):
    chart_of(trained, "fit").show_ranges((-1.0, 1.0), (-0.5, 0.5))
    trained.wait(lambda: chart_of(trained, "fit").frame().x_range == (-1.0, 1.0))
    trained.controller.look(epoch=7)
    keep(trained, 9)
    trained.set(model__width=8)
    keep(trained, 2)
    kept = trained.controller.scenes
    trained.answers.path = tmp_path / "a.regplay"
    assert trained.window.documents.save_as()
    trained.window.documents.begin(trained.controller.session.experiment, [])
    assert trained.controller.scenes == {}
    assert trained.window.documents.open(tmp_path / "a.regplay")
    assert trained.controller.scenes == kept
    assert kept[9].epoch == 7


def test_the_shortcuts_say_it_in_one_line_each(person):
    view = shortcuts_of(person.window)["View"]
    assert view["Go to a scene"] == "1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert view["Keep what is in sight as a scene"].startswith("Ctrl+1, Ctrl+2, Ctrl+3")


def test_a_scene_of_accuracies_shows_them_after_data_that_have_none(person):
    tabs = person.window.history_view
    person.set(data__name="moons")
    person.train()
    tabs.tabs["accuracy"].click()
    keep(person, 1)
    person.set(data__name="sine")
    person.train()
    assert tabs.tab == "loss"
    go(person, 1)
    person.wait(lambda: tabs.tab == "accuracy")


def test_of_a_run_with_kept_weights_a_word_says_that_a_scene_trains_anew(trained):
    person = trained
    keep(person, 1)
    assert person.window.status.currentMessage().startswith("Kept as scene 1")
    assert not person.banner
    person.click("keep_weights")
    person.set(regularization__weight_decay=0.1)
    person.train()
    keep(person, 1)
    assert "pin the run (P)" in person.banner
    person.click("keep_weights")
