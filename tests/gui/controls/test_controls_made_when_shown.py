"""A control is made when it is first shown or asked for, and is as if it had always been there."""

import random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get, replace
from regplay.core.hyperparameters import FIRST_CURVES
from regplay.gui.controls import ControlPanel
from regplay.gui.controls.control import Control
from regplay.gui.widgets import next_stop

LEFT = Qt.MouseButton.LeftButton
LR, DECAY = "optimizer.lr", "regularization.weight_decay"
OTHER = {
    "data.name": "moons",
    "data.noise": 0.1,
    "data.n_valid": 50,
    "model.depth": 0,
    "regularization.input_noise": 0.2,
    "optimizer.name": "momentum",
    "optimizer.lr": 0.5,
}


@pytest.fixture
def open_panel(qtbot):
    def open_one(experiment=None):
        panel = ControlPanel(experiment)
        qtbot.addWidget(panel)
        panel.resize(300, 900)
        panel.show()
        return panel

    return open_one


def made(panel):
    return {control.objectName() for control in panel.findChildren(Control)}


def described(panel, path):
    """What is seen of a control, whether or not its group is unfolded."""
    control = panel.control(path)
    default = control.default()
    return control.value(), default, control.isHidden(), control.isEnabled(), control.toolTip()


def stops(panel):
    """All that Tab goes to in the panel, in order: the field and the kind of each."""
    found, first = [], next_stop(panel.widget())
    stop = first
    while not found or stop is not first:
        whole = stop
        while not whole.objectName():
            whole = whole.parentWidget()
        found.append((whole.objectName(), type(stop).__name__, stop.accessibleName()))
        stop = next_stop(stop)
    return found


def test_at_first_only_what_is_in_sight_is_made(open_panel):
    panel = open_panel()
    panel.set_shown_curves(FIRST_CURVES)
    assert {DECAY, "data.name", "data.noise", "model.depth"} <= made(panel)
    assert all(panel.control(path).isVisible() for path in made(panel))
    assert made(panel).isdisjoint({LR, "model.init", "data.n_arms", "model.degree"})


def test_unfolding_makes_what_comes_into_sight(open_panel):
    panel = open_panel()
    heading = next(it for it in panel.findChildren(QWidget) if it.accessibleName() == "More Model")
    QTest.mouseClick(heading, LEFT, pos=QPoint(10, heading.height() // 2))
    assert panel.findChild(Control, "model.init").isVisible()
    assert LR not in made(panel)
    panel.set_experiment(replace(Experiment(), {LR: 0.5}))
    assert panel.findChild(Control, LR).isVisible()
    assert "optimizer.momentum" not in made(panel)
    panel.set_experiment(replace(Experiment(), {LR: 0.5, "optimizer.name": "momentum"}))
    assert panel.findChild(Control, "optimizer.momentum").isVisible()


@pytest.mark.parametrize("values", [{}, OTHER, {"model.kind": "polynomial"}])
def test_made_late_it_shows_the_same(open_panel, values):
    experiment = replace(Experiment(), values)
    late, early = open_panel(), open_panel()
    for path in early.paths():
        early.control(path)
    for panel in (late, early):
        panel.set_hidden_paths({"seed"})
        panel.set_experiment(experiment)
    for path in late.paths():
        assert late.control(path).value() == get(experiment, path)
        assert described(late, path) == described(early, path), path


def test_made_late_a_slider_knows_that_weights_are_kept(open_panel):
    panel = open_panel()
    panel.set_keeps_weights(True)
    assert not panel.control(LR).adopts
    assert not panel.control(DECAY).adopts


def test_a_curve_that_is_wanted_makes_its_slider(open_panel):
    panel = open_panel()
    panel.set_shown_curves(["regularization.input_noise"])
    assert panel.chosen_curves() == ("regularization.input_noise",)
    assert panel.findChild(Control, "regularization.input_noise").isVisible()


def test_made_late_a_slider_has_room_for_the_curve_that_was_wanted(open_panel):
    panel = open_panel()
    panel.set_shown_curves([LR])
    assert panel.chosen_curves() == (LR,)
    assert panel.control(LR).button.isChecked()
    panel.set_shown_curves([])
    assert not panel.control(LR).button.isChecked()
    with pytest.raises(KeyError):
        panel.set_shown_curves([DECAY, "epochs"])
    assert panel.chosen_curves() == ()


def test_tab_goes_from_top_to_bottom_in_whatever_order_they_are_made(open_panel):
    orders = []
    for seed in range(3):
        panel, paths = open_panel(), sorted(FIELDS.keys() - {"epochs"})
        random.Random(seed).shuffle(paths)
        for path in paths:
            panel.control(path)
        orders.append(stops(panel))
    assert len(orders[0]) > 60
    assert orders[0] == orders[1] == orders[2]
