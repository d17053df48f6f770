"""Runs whose data are gone, or other than those that are drawn, are not shown."""

import pytest
from samples import TABLE


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def test_no_run_can_be_adopted_where_the_file_of_one_is_gone(person, file):
    table = file("table.csv", TABLE)
    person.set(data__name="csv", data__file=str(table), data__target="sales", epochs=3)
    person.train()
    person.click("pin")
    (pin,) = person.controller.pins
    person.controller.set_pin_hidden(pin, True)
    person.set(data__name="sine")
    person.wait_until_finished()
    person.click("pin")
    person.window.tabs.set_tab("split")
    person.window.tabs.side.show_pins()
    side = person.window.tabs.side
    person.wait(lambda: len(side.compared_runs) == len(side.views) == 2)

    table.unlink()
    person.controller.set_pin_hidden(pin, False)  # in sight again, and to be lined up
    person.wait(lambda: not side.compared_runs)
    assert not side.views
    assert not any(cell.isVisible() for cell in side._cells)
    person.controller.remove_pins([pin])
    person.wait(lambda: len(side.compared_runs) == len(side.views) == 2)
    assert all(cell.isVisible() for cell in side._cells)


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
