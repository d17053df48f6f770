"""What was stopped on its way, in the real window: it can be looked at, taken, and trained on."""

import threading

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import Qt

from regplay.core import training
from regplay.core.fields import get
from regplay.core.training import Training

SMALL = {"model.width": 4, "data.n_train": 12, "data.n_valid": 20}


@pytest.fixture
def at_tab(begin_anew):
    """Begins on a tab; the sliders show no curves."""

    def open_at(tab, values):
        person = begin_anew(SMALL | values)
        person.click(f"tab.{tab}")
        return person

    return open_at


def test_a_stopped_landscape_keeps_what_it_has_and_goes_on_from_there(at_tab):
    person = at_tab("landscape", ENDLESS | {"data.n_train": 12})
    tab = person.window.tabs.landscape
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.progress > 0)
    person.click("landscape.start")
    person.press(Qt.Key.Key_S)
    person.wait_for_step(1)  # the thread knows by now
    stopped = tab.map
    assert 0 < stopped.progress < 1
    assert np.isfinite(stopped.measures["valid_loss"]).any()
    person.press(Qt.Key.Key_S)
    person.wait_for_step(2)
    assert tab.map.trained_to == stopped.trained_to
    person.click("landscape.start")
    person.wait(lambda: tab.map is not stopped)
    assert tab.map.trained_to >= stopped.trained_to
    person.wait(lambda: tab.map.trained_to > stopped.trained_to)


@pytest.fixture
def goes_on(monkeypatch):
    """Sweeps wait some twenty epochs from their beginning until this is set."""
    goes_on, train = threading.Event(), Training.train

    def held(it, goal=None, stop=None):
        if len(it.experiments) > 1 and it.epoch > 20:
            assert goes_on.wait(20)
        return train(it, goal, stop)

    monkeypatch.setattr(training, "_RECORDS", 32)
    monkeypatch.setattr(Training, "train", held)
    yield goes_on
    goes_on.set()


def test_the_network_of_an_unfinished_cell_trains_on_to_its_end(at_tab, goes_on):
    """Else a run that had finished gives way to one that has hardly begun."""
    person = at_tab("landscape", {"epochs": 3000})
    tab = person.window.tabs.landscape
    person.controller.studies.remove(person.window.verdict_bar)  # advice would wait before it
    person.train()
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.trained_to > 20)
    person.click("landscape.start")
    goes_on.set()
    cell = tab.map.trained_to
    assert cell < 3000
    tab.chart.cell_chosen.emit(10, 3)
    person.wait(lambda: person.is_shown() and person.view.is_finished)
    assert (
        get(person.controller.session.experiment, tab.header.axes[0].path)
        == tab.header.axes[0].values[10]
    )
    assert person.view.snapshot.epoch == 3000
    generation = person.view.generation
    first = next(view for view in person.views if view.generation == generation)
    assert first.snapshot.epoch >= cell  # it went on from the cell's own state


def test_the_band_of_many_seeds_follows_the_epoch_handle_after_stop(at_tab):
    person = at_tab("seeds", ENDLESS)
    tab, timeline = person.window.tabs.seeds, person.window.timeline
    tab.box.setValue(5)
    person.click("seeds.start")
    person.wait(lambda: tab.recorded and tab.recorded[-1] > 20)
    person.click("seeds.start")
    person.wait(lambda: timeline.track.kept[-1:] > (20,))
    assert person.find("seeds.start").text() == "Start"
    person.press(Qt.Key.Key_S)
    person.wait_for_step(1)  # the thread knows by now

    def heights():
        return tab.spread.panel.curve.y

    newest = heights().copy()
    timeline.track.pick_moment(10)
    person.wait(lambda: not np.allclose(heights(), newest))
    timeline.track.pick_moment(None)
    person.wait(lambda: np.allclose(heights(), newest))
    assert tab.recorded[-1] < ENDLESS["epochs"]
