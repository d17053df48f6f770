"""Polynomials in the real window: chosen by mouse, solved at once, dragged along their curve."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from regplay.core.fields import get
from regplay.core.hyperparameters import FIRST_CURVES
from regplay.core.sweep import sweep_axis

DEGREE, DECAY = "model.degree", "regularization.weight_decay"
SMALL = {"epochs": 30, "model.width": 8, "data.n_train": 30, "data.n_valid": 60}
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def losses(person):
    history = person.view.run.history
    return history.column("train_loss")[-1], history.column("valid_loss")[-1]


def choose(person, kind):
    """Choose a kind of model from its box, by keys as well as by mouse."""
    control = person.window.controls.control("model.kind")
    person.bring_into_sight(control)
    control.combo.setFocus()
    QTest.keyClick(control.combo, Qt.Key.Key_Down if kind == "polynomial" else Qt.Key.Key_Up)
    person.wait(lambda: person.view is not None and person.view.run.experiment.model.kind == kind)


@pytest.fixture
def at_polynomial(begin_anew):
    """At a window in which a polynomial was chosen, which nobody trained."""
    person = begin_anew(SMALL, FIRST_CURVES)
    choose(person, "polynomial")
    person.wait(lambda: person.view.is_finished)
    return person


def test_it_is_solved_as_soon_as_it_is_chosen(at_polynomial):
    window = at_polynomial.window
    assert at_polynomial.view.run.history.epochs.tolist() == [0, 1, 30]
    assert window.timeline.label.text() == "Solved exactly"
    assert not window.timeline.play.isEnabled()
    assert not window.timeline.step.isEnabled()
    assert not window.timeline.epochs.isVisible()


def test_its_losses_are_shown_over_the_degree_and_a_click_takes_one(at_polynomial):
    person, history_view = at_polynomial, at_polynomial.window.history_view
    plot = history_view.degrees
    person.wait(lambda: plot.curve is not None and plot.curve.is_finished)
    assert plot.isVisible()
    assert not history_view.log_x.isVisible()
    assert plot.floor.value == pytest.approx(0.09)
    plot.degree_picked.emit(9)
    person.wait(lambda: get(person.view.run.experiment, DEGREE) == 9)
    person.window.tabs.set_tab("fit")
    choose(person, "network")
    assert history_view.degrees is None
    assert history_view.plot.isVisible()
    assert history_view.log_x.isVisible()


def test_its_remedy_is_the_weight_decay_that_its_slider_shows_to_be_best(at_polynomial):
    person = at_polynomial
    person.controller.set_values({DEGREE: 15})
    person.controller.compare()
    curve = person.window.controls.curve
    person.wait(lambda: curve(DECAY) is not None and curve(DECAY).is_finished)
    best = curve(DECAY).values[curve(DECAY).valley]
    assert best > 0.01

    def compared():
        return [get(one.run.experiment, DECAY) for one in person.window.tabs.side.compared_runs]

    person.wait(lambda: compared() == [0, best])
    person.controller.set_values({DECAY: 0.5})
    person.wait(lambda: compared() == [0, 0.5])


def test_none_of_its_epochs_is_the_best(at_polynomial):
    window = at_polynomial.window
    assert "best epoch" not in window.history_view.legend.text()
    at_polynomial.controller.pin()
    at_polynomial.wait(lambda: len(window.runs.rows.rows) == 2)
    assert [row.best for row in window.runs.rows.rows] == [(), ()]
    choose(at_polynomial, "network")
    at_polynomial.wait(lambda: "best epoch" in window.history_view.legend.text())


def test_of_a_polynomial_only_its_own_controls_are_there(at_polynomial):
    controls = at_polynomial.window.controls
    shown = {path for path in controls.paths() if not controls.control(path).isHidden()}
    own = {path for path in shown if not path.startswith("data.")}
    assert own == {"model.kind", DEGREE, DECAY, "regularization.decay_bias"}
    choose(at_polynomial, "network")
    shown = {path for path in controls.paths() if not controls.control(path).isHidden()}
    assert DEGREE not in shown
    assert {"model.depth", "model.width", "optimizer.lr", "seed"} <= shown


def test_the_slider_of_the_degree_shows_the_curve_and_drags_along_it(at_polynomial):
    person = at_polynomial
    control = person.window.controls.control(DEGREE)
    person.bring_into_sight(control)
    slider = control.slider
    person.wait(lambda: slider.curve is not None and slider.curve.is_finished)
    assert slider.curve.values == sweep_axis(DEGREE).values
    assert (np.diff(slider.curve.train) < 1e-6).all()
    assert 3 <= slider.curve.values[slider.curve.valley] <= 6
    begin, end = (
        QPoint(round(slider.x_of(slider.scale.position(degree))), slider.height() - 9)
        for degree in (4, 15)
    )
    before = losses(person)
    QTest.mousePress(slider, LEFT, NONE, begin)
    QTest.mouseMove(slider, end)
    person.wait(lambda: person.view.is_preview)
    assert get(person.view.run.experiment, DEGREE) == 15
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: not person.view.is_preview and person.view.is_finished)
    assert get(person.controller.session.experiment, DEGREE) == 15
    train, valid = losses(person)
    assert train < before[0]
    assert valid > 5 * before[1]
    place = slider.curve.values.index(15)
    assert (train, valid) == pytest.approx((slider.curve.train[place], slider.curve.valid[place]))
    person.wait(lambda: person.window.verdict_bar.tried is not None)
    assert person.window.verdict_bar.tried.text.startswith("Degree ")


def test_weight_decay_solves_it_anew_and_undo_goes_back_to_the_network(at_polynomial):
    person = at_polynomial
    _, before = losses(person)
    person.controller.set_keeps_weights(True)
    person.window.controls.control(DECAY).set_value(1.0)
    person.wait(lambda: person.view.run.experiment.regularization.weight_decay == 1.0)
    person.wait(lambda: person.view.is_finished)
    assert losses(person)[1] != before
    person.controller.undo()
    person.controller.undo()
    person.wait(lambda: person.view.run.experiment.model.kind == "network")
    assert person.window.timeline.epochs.isVisible()


def test_other_data_are_for_a_network(at_polynomial):
    person = at_polynomial
    person.window.controls.control("data.name").set_value("moons")
    person.wait(lambda: person.view.run.experiment.data.name == "moons")
    kind = person.window.controls.control("model.kind")
    assert kind.value() == "network"
    assert not kind.isEnabled()
    assert "one input" in kind.toolTip()


def test_what_can_be_no_polynomial_says_why(at_polynomial):
    person, messages = at_polynomial, []
    person.controller.message.connect(messages.append)
    person.controller.set_values({"data.name": "xor", "model.kind": "polynomial"})
    assert "a polynomial predicts a number from one input, and here are 2 inputs" in messages[-1]
    assert person.window.controls.control("model.kind").isEnabled()
    person.controller.set_values({"model.kind": "network"})
    person.wait(lambda: person.view.run.experiment.data.name == "xor")
    assert messages[-1] == ""
