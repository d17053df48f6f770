"""The buttons that show what dropout does: when they are there, and what they put where."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from regplay.core.bias_variance import spread
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import Fit, grid_of
from regplay.gui.plots.fit_view import DropoutPasses, FitView
from regplay.gui.training.messages import Look, View

PICTURES = {
    "curve": {"data.name": "sine"},
    "value surface": {"data.name": "linear", "data.n_inputs": 2, "data.n_informative": 2},
    "classes": {"data.name": "moons"},
    "several classes": {"data.name": "blobs", "data.n_classes": 3},
}
NO_PICTURE = {"data.name": "linear", "data.n_inputs": 5, "data.n_informative": 5}
LEFT = Qt.MouseButton.LeftButton


class Place(QWidget):
    """A fit with the buttons over it."""

    def __init__(self) -> None:
        super().__init__()
        self.fit_view = FitView()
        self.asked: list[bool] = []
        self.passes = DropoutPasses(self.fit_view)
        self.passes.wanted_changed.connect(self.asked.append)
        self.band, self.thinned = self.passes.buttons
        row = QHBoxLayout(self)
        for widget in (self.fit_view, *self.passes.buttons):
            row.addWidget(widget)

    def load(self, values, dropout=0.3):
        experiment = replace(Experiment(), values | {"regularization.dropout": dropout})
        self.dataset = load(experiment.data)
        self.fit_view.set_dataset(self.dataset)
        self.passes.set_experiment(experiment)

    def view(self, networks=8) -> View:
        """As the runner would bring it."""
        dataset, grid = self.dataset, grid_of(self.dataset)
        rng, n = np.random.default_rng(0), 1 if grid is None else len(grid.x)
        shape = (dataset.n_outputs,) if dataset.task == "classification" else ()

        def predict(n: int) -> np.ndarray:
            return rng.dirichlet(np.ones(*shape), n) if shape else rng.normal(size=n)

        fit = Fit(1, 1, predict(len(dataset.train.y)), predict(len(dataset.valid.y)), predict(n))
        passes = spread(np.array([predict(n) for _ in range(networks)]))
        return View(0, None, dataset, None, None, fit, None, Look(), False, None, passes)


@pytest.fixture
def place(qtbot):
    place = Place()
    qtbot.addWidget(place)
    place.resize(800, 360)
    with qtbot.waitExposed(place):
        place.show()
    return place


@pytest.mark.parametrize("values", PICTURES.values(), ids=PICTURES)
def test_both_show_something_wherever_there_is_a_picture(place, values) -> None:
    place.load(values)
    view = place.view()
    place.fit_view.set_fit(view.fit)
    place.passes.show_view(view)
    seen = [place.fit_view.grab().toImage()]
    for button in (place.band, place.thinned):
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, LEFT)
        assert place.asked[-1]
        seen.append(place.fit_view.grab().toImage())
        QTest.mouseClick(button, LEFT)
        assert not place.asked[-1]
        assert place.fit_view.grab().toImage() == seen[0]
    assert seen[0] != seen[1] != seen[2] != seen[0]


def test_thinned_are_five_of_the_networks_and_the_band_is_of_all(place) -> None:
    place.load(PICTURES["curve"])
    view = place.view(networks=40)
    place.passes.show_view(view)
    QTest.mouseClick(place.band, LEFT)
    QTest.mouseClick(place.thinned, LEFT)
    panel = place.fit_view.panel
    assert len(panel.members.lines) == 5
    np.testing.assert_array_equal(panel.band.band.std, view.passes.std)


def test_there_are_no_buttons_without_dropout(place) -> None:
    place.load(PICTURES["curve"], dropout=0.0)
    assert not place.band.isVisible()
    assert not place.thinned.isVisible()
    place.load(PICTURES["curve"] | {"model.depth": 0})
    assert not place.band.isVisible()
    place.load(PICTURES["curve"])
    assert place.band.isVisible()


def test_with_more_than_two_inputs_they_are_disabled_and_say_why(place) -> None:
    place.load(PICTURES["curve"])
    tips = place.band.toolTip(), place.thinned.toolTip()
    QTest.mouseClick(place.band, LEFT)
    place.load(NO_PICTURE)
    for button in (place.band, place.thinned):
        assert button.isVisible()
        assert not button.isEnabled()
        assert "more than two inputs" in button.toolTip()
    place.passes.show_view(place.view())
    place.load(PICTURES["classes"])
    assert (place.band.toolTip(), place.thinned.toolTip()) == tips
    assert place.band.isEnabled()
    assert place.band.isChecked()  # as it was left


def test_passes_of_the_last_dataset_are_not_drawn_over_the_next(place) -> None:
    place.load(PICTURES["classes"])
    late = place.view()
    place.passes.show_view(late)
    place.load(PICTURES["curve"])
    QTest.mouseClick(place.band, LEFT)
    QTest.mouseClick(place.thinned, LEFT)
    place.fit_view.grab()
    panel = place.fit_view.panel
    assert panel.band.band is None
    assert not panel.members.lines
    place.passes.show_view(place.view())
    assert panel.band.band is not None
    assert panel.members.lines
