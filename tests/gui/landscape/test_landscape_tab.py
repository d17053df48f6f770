"""The landscape in the real window: what it offers before Start, and says after Stop."""

import numpy as np
import pytest
import torch
from endless import ENDLESS
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from regplay.core import training
from regplay.core.experiment import Experiment
from regplay.core.fields import get, replace
from regplay.core.joint import JointTraining
from regplay.core.population import engine_for
from regplay.gui.landscape.landscape_tab import _farthest

SMALL = {"epochs": 40, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}


@pytest.fixture
def at_landscape(begin_anew):
    """Opens the landscape; the sliders show no curves."""

    def open_at(values=None):
        person = begin_anew(SMALL | (values or {}))
        person.click("tab.landscape")
        return person, person.window.tabs.landscape

    return open_at


def has_accuracy(tab) -> bool:
    return not tab.findChild(QWidget, "landscape.accuracy").isHidden()


def test_accuracy_is_offered_before_start_in_classification_alone(at_landscape):
    person, tab = at_landscape({"data.name": "moons"})
    assert has_accuracy(tab)
    assert tab.map is None
    person.set(data__name="sine")
    assert not has_accuracy(tab)


@pytest.mark.parametrize("target", ["no", "yes"])
def test_a_file_says_itself_whether_there_are_accuracies(at_landscape, tmp_path, target):
    words = {"no": "1.5", "yes": "b"}[target]
    rows = [f"{i},{'a' if target == 'yes' and i % 2 else words}{i % 3}" for i in range(60)]
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "\n".join(rows) + "\n")
    _, tab = at_landscape({"data.name": "csv", "data.file": str(table)})
    assert has_accuracy(tab) == (target == "yes")


def test_the_present_settings_are_marked_from_the_beginning(begin_anew):
    person = begin_anew()  # all defaults
    person.click("tab.landscape")
    tab = person.window.tabs.landscape
    x, y = tab.header.axes
    experiment = person.controller.session.experiment
    column = x.values.index(get(experiment, x.path))
    assert tab.marks.present == pytest.approx((column, y.values.index(get(experiment, y.path))))


def test_a_stopped_map_says_that_it_is_no_result(at_landscape):
    person, tab = at_landscape(ENDLESS | {"data.n_train": 12})
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.progress > 0)
    person.click("landscape.start")
    person.press(Qt.Key.Key_S)
    person.wait_for_step(1)  # the thread knows by now
    epoch = tab.map.trained_to
    assert 0 < epoch < 1_000_000
    assert f"so far, epoch {epoch:,} of 1,000,000" in tab.legend.text()
    assert "best so far" in tab.legend.text()


def test_a_finished_map_has_the_same_colours_after_its_beginnings_were_shown(at_landscape):
    person, tab = at_landscape()
    person.train()
    person.click("landscape.start")
    person.wait(lambda: tab.map is not None and tab.map.is_finished)
    before, scale = tab.cells.shares.copy(), tab._scales["valid_loss"]
    person.window.timeline.track.pick_moment(0)
    person.wait(lambda: tab.map.epoch == 0)
    assert not np.array_equal(tab.cells.shares, before)
    assert tab._scales["valid_loss"] == scale
    person.window.timeline.track.pick_moment(None)
    person.wait(lambda: tab.map.epoch is None)
    np.testing.assert_array_equal(tab.cells.shares, before)
    assert "so far" not in tab.legend.text()


def test_shapes_that_have_only_begun_do_not_count_for_the_colours(monkeypatch):
    """Widths train one after another: the initial losses of the next are no part of the map."""
    monkeypatch.setattr(engine_for(torch.device("cpu")), "at_once", 1)
    monkeypatch.setattr(training, "_RECORDS", 1)
    small = replace(Experiment(), SMALL | {"epochs": 5})
    members = [replace(small, {"model.width": width}) for width in (2, 2, 3)]
    joint = JointTraining(members, device="cpu")
    history = joint.history
    while not np.isfinite(history.values("valid_loss")[2]):
        joint.advance()
    assert _farthest(history).tolist() == [True, True, False]
    while not joint.finished:
        joint.advance()
    assert _farthest(history).all()
