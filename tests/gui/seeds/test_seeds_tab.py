"""The tab of many seeds at work, with networks that really train."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from seen import find

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.gui.seeds.seeds_tab import SeedsTab
from regplay.gui.training.messages import Study

pytestmark = pytest.mark.usefixtures("short_stretches")

BAND = "seeds.band"
CARS = replace(
    Experiment(),
    {"data.name": "cars", "data.n_train": 20, "data.n_valid": 50, "model.width": 4, "epochs": 30},
)


@pytest.fixture
def tab(show_widget) -> SeedsTab:
    tab = SeedsTab()
    tab.set_dataset(load(CARS.data))
    show_widget(tab, 960, 420)
    tab.box.setValue(6)
    return tab


def test_points_that_are_the_same_with_every_seed_are_no_other_draws(tab):
    own = replace(Experiment(), {"data.name": "points", "data.valid_points": "0 1; 1 2"})
    for experiment, words in ((CARS, "on 6 other draws of the data"), (own, "with 6 seeds")):
        tab.set_dataset(load(experiment.data))
        tab.wanted(experiment, None)
        assert words in tab.invitation.text()


def test_six_inputs_of_measured_data_show_the_losses_of_all_seeds(tab):
    assert tab.wanted(CARS, None) == {}
    QTest.mouseClick(find(tab, "seeds.start"), Qt.MouseButton.LeftButton)
    wanted = tab.wanted(CARS, None)
    assert list(wanted) == [BAND]
    sweep = wanted[BAND].sweep
    joint = JointTraining(sweep.experiments, device="cpu")
    while not joint.finished:
        joint.advance()
    study = Study(sweep, "cpu", joint.history)
    tab.show_studies({BAND: study}, None)
    assert find(tab, "seeds.start").text() == "Start"

    strip = tab.spread.strip
    assert strip.isVisible()
    expected = joint.history.values("valid_loss")
    assert expected.shape == (6,)
    assert len(set(expected)) == 6  # other rows, other initial weights
    np.testing.assert_array_equal(strip.losses[1], expected)
    np.testing.assert_array_equal(strip.losses[0], joint.history.values("train_loss"))
    last = strip.chart.auto_range("x")

    tab.show_studies({BAND: study}, 0)  # the handle goes back to the first epoch, and forth
    np.testing.assert_array_equal(strip.losses[1], joint.history.values("valid_loss", 0))
    tab.show_studies({BAND: study}, None)
    assert strip.chart.auto_range("x") == last

    tab.wanted(replace(CARS, {"optimizer.lr": 0.02}), None)
    assert strip.losses is None


def train(
    tab: SeedsTab, records: int, experiment: Experiment = CARS
) -> tuple[JointTraining, Study]:
    """The networks that the tab asks for, after so many records; −1 trains them to their end."""
    sweep = tab.wanted(experiment, None)[BAND].sweep
    joint = JointTraining(sweep.experiments, device="cpu")
    while records and not joint.finished:
        joint.advance()
        records -= 1
    return joint, Study(sweep, "cpu", joint.history)


def test_networks_that_diverged_are_counted(tab):
    steep = replace(CARS, {"optimizer.name": "sgd", "optimizer.lr": 10.0})
    tab.control.turn(True)
    for experiment, is_told in ((steep, True), (CARS, False)):
        _, study = train(tab, -1, experiment)
        tab.show_studies({BAND: study}, None)
        assert tab.diverged.isVisible() == is_told
        if is_told:
            count = study.history.diverged.sum()
            assert tab.diverged.text() == f"{count} of 6 networks diverged: lower the learning rate"
        is_shown = np.isfinite(tab.spread.strip.losses[1])
        np.testing.assert_array_equal(is_shown, ~study.history.diverged)


def test_where_all_networks_diverged_no_fit_is_left(tab):
    tab.set_dataset(load(Experiment().data))
    tab.control.turn(True)
    joint, study = train(tab, 1, replace(Experiment(), {"epochs": 5}))
    tab.show_studies({BAND: dataclasses.replace(study, digest=joint.band())}, None)
    assert len(tab.spread.spread.members) == 6
    tab.show_studies({BAND: dataclasses.replace(study, digest=None)}, None)  # nothing of any
    assert tab.spread.spread is None


def test_what_is_trained_follows_the_epoch_handle_after_stop(tab):
    button = find(tab, "seeds.start")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    joint, study = train(tab, 20)
    tab.show_studies({BAND: study}, None)
    assert not joint.finished
    assert button.text() == "Stop"
    progress = find(tab, "seeds.progress").value()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    for epoch in (3, None):
        wanted = tab.wanted(CARS, epoch)[BAND]
        assert (wanted.sweep, wanted.epoch, wanted.is_paused) == (study.sweep, epoch, True)
    tab.show_studies({BAND: study}, 3)
    strip, history = tab.spread.strip, joint.history
    np.testing.assert_array_equal(strip.losses[1], history.values("valid_loss", 3))
    assert tab.recorded == history.epochs.tolist()
    assert (button.text(), find(tab, "seeds.progress").value()) == ("Start", progress)

    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not tab.wanted(CARS, None)[BAND].is_paused
    assert (button.text(), find(tab, "seeds.progress").value()) == ("Stop", progress)


def test_what_will_be_seen_is_told_and_starts_by_one_click(tab):
    tab.set_dataset(load(Experiment().data))
    tab.box.setValue(10)
    assert tab.wanted(Experiment(), None) == {}
    button = find(tab, "seeds.invitation")
    assert button.isVisible()
    assert not tab.spread.isVisible()
    parts = 10 * len(tab._positions())
    assert button.text() == f"Train {10 + parts} networks"
    assert "bias², variance and noise" in find(tab, "seeds.invitation.text").text()
    label = find(tab, "seeds.invitation.text")
    assert label.height() >= label.heightForWidth(label.width())  # nothing is cut off
    tab.wanted(replace(Experiment(), {"model.kind": "polynomial"}), None)
    assert button.text() == f"Train {10 + parts} polynomials"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wanted = tab.wanted(Experiment(), None)
    assert sum(len(one.sweep.experiments) for one in wanted.values()) == 10 + parts
    assert tab.spread.isVisible()
    assert not button.isVisible()


def test_nothing_is_left_of_another_experiment_after_stop(tab):
    button = find(tab, "seeds.start")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.wanted(CARS, None)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.wanted(CARS, None) == {}  # nothing had been trained
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    _, study = train(tab, 20)
    tab.show_studies({BAND: study}, None)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.wanted(replace(CARS, {"optimizer.lr": 0.02}), None) == {}


def test_start_has_nothing_to_do_once_all_are_trained(tab):
    button = find(tab, "seeds.start")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    joint, study = train(tab, -1)
    assert joint.finished
    tab.show_studies({BAND: study}, None)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Start"
