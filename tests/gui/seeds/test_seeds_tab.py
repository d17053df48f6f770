"""The tab of many seeds at work, with networks that really train."""

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
from regplay.gui.studies import Study

BAND = "seeds.band"
CARS = replace(
    Experiment(),
    {"data.name": "cars", "data.n_train": 20, "data.n_valid": 50, "model.width": 4, "epochs": 30},
)


@pytest.fixture
def tab(show_widget) -> SeedsTab:
    tab = SeedsTab()
    tab.setDataset(load(CARS.data))
    show_widget(tab, 960, 420)
    tab.setSeeds(6)
    return tab


def test_six_inputs_of_measured_data_show_the_losses_of_all_seeds(tab):
    assert tab.wanted(CARS, None) == {}
    QTest.mouseClick(find(tab, "seeds.start"), Qt.MouseButton.LeftButton)
    wanted = tab.wanted(CARS, None)
    assert list(wanted) == [BAND]
    sweep = wanted[BAND].sweep
    training = JointTraining(sweep.experiments, device="cpu")
    while not training.finished:
        training.advance()
    study = Study(sweep, "cpu", training.history)
    tab.showStudies({BAND: study}, None)
    assert find(tab, "seeds.start").text() == "Start"

    strip = tab.spread.strip
    assert strip.isVisible()
    expected = training.history.values("valid_loss")
    assert expected.shape == (6,)
    assert len(set(expected)) == 6  # other rows, other initial weights
    np.testing.assert_array_equal(strip.losses.valid, expected)
    np.testing.assert_array_equal(strip.losses.train, training.history.values("train_loss"))
    last = strip.chart.autoRange("x")

    tab.showStudies({BAND: study}, 0)  # the handle goes back to the first epoch, and forth
    np.testing.assert_array_equal(strip.losses.valid, training.history.values("valid_loss", 0))
    tab.showStudies({BAND: study}, None)
    assert strip.chart.autoRange("x") == last

    tab.wanted(replace(CARS, {"optimizer.lr": 0.02}), None)
    assert strip.losses is None
