"""Runs whose data are gone, or other than those that are drawn, are not shown."""

import numpy as np
import pytest
from samples import TABLE


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


@pytest.fixture
def with_a_pinned_table(person, file):
    """A table that a pinned run learned from, and another pin beside the present run."""
    table = file("table.csv", TABLE)
    person.set(data__name="csv", data__file=str(table), data__target="sales", epochs=3)
    person.train()
    person.click("pin")
    person.set(data__name="sine")
    person.wait_until_finished()
    person.click("pin")
    return table


def test_where_the_file_of_one_is_gone_that_one_is_left_out_and_named(person, with_a_pinned_table):
    pin, other = person.controller.pins
    person.controller.set_pin_hidden(pin, True)
    person.window.tabs.set_tab("split")
    person.window.tabs.side.show_pins()
    side = person.window.tabs.side
    person.wait(lambda: len(side.compared_runs) == len(side.views) == 2)
    assert not side.unread.isVisible()

    with_a_pinned_table.unlink()
    person.controller.set_pin_hidden(pin, False)  # in sight again, and to be lined up
    assert side.unread.isVisible()
    assert side.unread.text().startswith(f"{pin.name} is left out: ")
    assert str(with_a_pinned_table) in side.unread.text()
    assert [each.variant.pin for each in side.compared_runs] == [None, other]
    assert len(side.views) == 2
    person.controller.remove_pins([pin])
    assert not side.unread.isVisible()


def test_a_table_that_goes_while_it_is_beside_stops_no_training(person, with_a_pinned_table):
    person.window.tabs.set_tab("split")
    side = person.window.tabs.side
    person.wait(lambda: len(side.views) == 3 and all(view.panel.fit for view in side.views))
    with_a_pinned_table.unlink()
    person.window.timeline.track.pick_moment(1)
    person.wait(lambda: person.view.look.epoch == 1 and person.view.fit.epoch == 1)
    assert person.banner == ""
    assert person.view.beside[0] is None
    assert person.view.beside[1].epoch == 1


def test_remedies_are_drawn_over_the_rows_that_they_learned(person, file):
    """The table is saved with more rows after the present run was trained."""
    table = file("table.csv", TABLE)
    person.set(data__name="csv", data__file=str(table), data__target="sales", epochs=3)
    person.train()
    rows = len(person.controller.dataset.train.y)
    head, *others = TABLE.splitlines()
    table.write_text("\n".join([head, *others, *others, ""]))
    person.click("compare")
    side = person.window.tabs.side
    person.wait(lambda: side.views and all(view.panel.fit for view in side.views))
    for view in side.views:
        assert len(view.panel.fit.train) == len(view.panel.dataset.train.y) > rows


def test_a_run_of_a_table_that_is_gone_is_pinned_at_an_earlier_moment(person, file):
    table = file("table.csv", TABLE)
    person.set(data__name="csv", data__file=str(table), data__target="sales", epochs=3)
    last = person.train().fit
    person.window.timeline.track.pick_moment(1)
    person.wait(lambda: person.view.fit.epoch == 1)
    table.unlink()
    person.click("pin")
    (pin,) = person.controller.pins
    assert pin.fit.epoch == 3
    np.testing.assert_allclose(pin.fit.train, last.train, rtol=1e-5)


def test_a_remedy_is_pinned_whole_whatever_moment_of_it_is_shown(person):
    person.click("compare")
    side = person.window.tabs.side
    person.wait(person.find("split.1.pin").isEnabled)
    last = side.views[1].panel.fit
    person.window.timeline.track.pick_moment(5)
    person.wait(lambda: side.views[1].panel.fit.epoch == 5)
    person.click("split.1.pin")
    (pin,) = person.controller.pins
    assert pin.run.history.epochs[-1] == pin.fit.epoch == last.epoch == 20
    np.testing.assert_allclose(pin.fit.train, last.train, rtol=1e-3, atol=1e-5)


def test_pins_are_not_drawn_over_other_data_before_these_have_a_view(person):
    person.train()
    person.click("pin")
    window, (pin,) = person.window, person.controller.pins
    person.wait(lambda: len(window.fit_view.panel.overlays) == 1)
    person.click("edit")  # points are drawn at once while they are edited
    person.set(data__name="moons")
    assert window.fit_view.panel.dataset is person.controller.dataset
    for is_hidden in (True, False):  # out of sight and back, before the first view
        person.controller.set_pin_hidden(pin, is_hidden)
    assert not window.fit_view.panel.overlays
    person.set(data__name="sine")
    person.wait_until_finished()
    assert [overlay.name for overlay in window.fit_view.panel.overlays] == [pin.name]


def test_none_of_those_side_by_side_can_be_adopted_where_there_are_no_data(person):
    person.click("compare")
    adopt = person.find("split.1.adopt")
    person.wait(adopt.isEnabled)
    person.window.tabs.set_tab("fit")
    person.set(data__name="csv", data__file="/none.csv")
    person.window.tabs.set_tab("split")
    assert not adopt.isEnabled()
    person.set(data__name="moons")
    person.wait(adopt.isEnabled)
