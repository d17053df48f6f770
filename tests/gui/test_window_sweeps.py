"""Sliders with their own curves, in the real window with a real mouse."""

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trainings import run

from regplay.core.fields import get, replace
from regplay.core.history import History
from regplay.core.sweep import sweep_axis
from regplay.core.training import Training

WD, DROPOUT, NOISE = "regularization.weight_decay", "regularization.dropout", "data.noise"
SMALL = {"epochs": 30, "model.width": 8, "data.n_train": 20, "data.n_valid": 30}
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def curve(person, path):
    return person.window.controls.control(path).slider.curve


@pytest.fixture
def at_curves(begin_anew):
    """Where weight decay and dropout show finished curves."""
    person = begin_anew(SMALL, (WD, DROPOUT))
    for path in (WD, DROPOUT):
        person.wait(lambda path=path: curve(person, path) and curve(person, path).is_finished)
    return person


def handle(person, path, value):
    """Where the handle of a slider stands at a value."""
    slider = person.window.controls.control(path).slider
    x = slider.x_of(slider.scale.position(value))
    return slider, QPoint(round(x), slider.height() - 9)


def drag(person, path, value):
    """Take hold of the handle and move it to a value, without letting go."""
    slider, begin = handle(person, path, slider_value(person, path))
    _, end = handle(person, path, value)
    QTest.mousePress(slider, LEFT, NONE, begin)
    QTest.mouseMove(slider, end)
    return slider, end


def slider_value(person, path):
    return get(person.controller.session.experiment, path)


def test_weight_decay_and_dropout_show_their_curves_without_being_asked(at_curves):
    assert at_curves.window.controls.shown_curves() == (WD, DROPOUT)
    shown = curve(at_curves, WD)
    assert shown.values == sweep_axis(WD).values
    assert np.isfinite(shown.valid).all()
    assert shown.valley == int(np.argmin(shown.valid))


def test_a_curve_shows_the_losses_of_networks_trained_one_by_one(at_curves):
    shown, base = curve(at_curves, WD), at_curves.controller.session.experiment
    for index in (0, 17, 29):
        training, history = Training([replace(base, {WD: shown.values[index]})]), History()
        for snapshot in run(training):
            history.append(snapshot)
        assert shown.train[index] == pytest.approx(history.last.value("train_loss"), rel=2e-3)
        assert shown.valid[index] == pytest.approx(history.last.value("valid_loss"), rel=2e-3)


def test_dragging_over_a_finished_curve_shows_the_trained_network_and_trains_nothing(at_curves):
    person = at_curves
    generation = person.controller.runner.generation
    slider, end = drag(person, WD, 0.1)
    person.wait(lambda: person.view.is_preview)
    assert get(person.view.run.experiment, WD) == 0.1
    assert person.view.run.history.epochs[-1] == 30
    shown = curve(person, WD)
    index = shown.values.index(0.1)
    assert person.view.snapshot.value("valid_loss") == shown.valid[index]
    assert person.window.fit_view.panel.fit is person.view.fit
    assert person.controller.runner.generation == generation
    assert person.controller.session.experiment.regularization.weight_decay == 0.0
    QTest.mouseRelease(slider, LEFT, NONE, end)


def test_releasing_makes_the_network_the_current_run_without_training(at_curves):
    person = at_curves
    slider, end = drag(person, WD, 0.1)
    person.wait(lambda: person.view.is_preview)
    fit = person.view.fit
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: person.is_shown() and not person.view.is_preview)
    assert person.controller.session.experiment.regularization.weight_decay == 0.1
    assert person.view.snapshot.epoch == 30
    assert person.view.is_finished
    np.testing.assert_allclose(person.view.fit.grid, fit.grid, atol=1e-6)
    assert list(person.view.run.history.epochs[[0, -1]]) == [0, 30]
    person.wait(lambda: person.window.timeline.label.text().endswith("30"))


def test_an_adopted_network_can_be_trained_on(at_curves):
    person = at_curves
    slider, end = drag(person, WD, 0.1)
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: person.is_shown() and not person.view.is_preview)
    person.set(epochs=60)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 60)


def test_the_curve_along_the_changed_slider_stays_and_the_others_are_trained_anew(at_curves):
    person = at_curves
    before = {path: curve(person, path).valid for path in (WD, DROPOUT)}
    slider, end = drag(person, WD, 1.0)
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: curve(person, DROPOUT) is None or not curve(person, DROPOUT).is_finished)
    assert np.array_equal(curve(person, WD).valid, before[WD])
    person.wait(lambda: curve(person, DROPOUT) and curve(person, DROPOUT).is_finished)
    assert not np.allclose(curve(person, DROPOUT).valid, before[DROPOUT])


def test_with_kept_weights_the_handle_goes_on_from_the_present_network(at_curves):
    person = at_curves
    person.train()
    person.click("keep_weights")
    slider, end = drag(person, WD, 1.0)
    assert person.controller.session.experiment.regularization.weight_decay == 1.0
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 60)
    assert not any(view.is_preview for view in person.views)
    assert person.view.run.changed_at == [30]
    epochs = list(person.view.run.history.epochs)
    assert {0, 30, 60} <= set(epochs)  # the same history goes on
    person.click("keep_weights")
    person.wait(lambda: curve(person, WD) and curve(person, WD).is_finished)
    slider, end = drag(person, WD, 0.1)
    person.wait(lambda: person.view.is_preview)
    QTest.mouseRelease(slider, LEFT, NONE, end)


def test_a_network_adopted_at_an_earlier_epoch_is_still_seen_at_that_epoch(at_curves):
    person = at_curves
    person.train()
    person.window.timeline.track.pick_moment(10)
    slider, end = drag(person, WD, 0.1)
    person.wait(lambda: person.view.is_preview and person.view.fit.epoch == 10)
    fit = person.view.fit
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: person.is_shown() and not person.view.is_preview)
    person.wait(lambda: person.view.fit.epoch == 10)
    assert person.window.timeline.track.moment == 10
    np.testing.assert_allclose(person.view.fit.grid, fit.grid, atol=1e-6)


def test_a_drag_that_ends_where_it_began_shows_the_run_again(at_curves):
    person = at_curves
    slider, _ = drag(person, WD, 0.1)
    person.wait(lambda: person.view.is_preview)
    _, begin = handle(person, WD, 0.0)
    QTest.mouseMove(slider, begin)
    person.wait(lambda: get(person.view.run.experiment, WD) == 0.0)
    QTest.mouseRelease(slider, LEFT, NONE, begin)
    person.wait(lambda: not person.view.is_preview)
    assert person.controller.session.experiment.regularization.weight_decay == 0.0


def test_the_ring_on_the_epoch_handle_is_at_the_best_epoch_of_the_network_shown(begin_anew):
    person = begin_anew(SMALL | {"epochs": 200, "data.n_train": 8}, (WD,))
    person.wait(lambda: curve(person, WD) and curve(person, WD).is_finished)
    person.train()
    track = person.window.timeline.track

    def best():
        history = person.view.run.history
        return int(history.epochs[history.best()])

    person.wait(lambda: track.best == best())
    own = track.best
    slider, _ = drag(person, WD, 1.0)
    person.wait(lambda: person.view.is_preview and track.best == best())
    assert track.best != own
    _, begin = handle(person, WD, 0.0)
    QTest.mouseMove(slider, begin)
    QTest.mouseRelease(slider, LEFT, NONE, begin)
    person.wait(lambda: not person.view.is_preview and track.best == own)


def test_dragging_a_curve_over_the_data_shows_the_points_of_each_network(at_curves):
    person = at_curves
    person.window.controls.set_shown_curves((NOISE,))
    person.controller.studies.reconsider()
    person.wait(lambda: curve(person, NOISE) and curve(person, NOISE).is_finished)
    quiet = person.window.fit_view.panel.dataset
    slider, end = drag(person, NOISE, 1.0)
    person.wait(lambda: person.view.is_preview and person.view.run.experiment.data.noise == 1.0)
    loud = person.window.fit_view.panel.dataset
    assert np.abs(loud.train.y - loud.truth(loud.train.x)).std() > 2 * (
        np.abs(quiet.train.y - quiet.truth(quiet.train.x)).std()
    )
    QTest.mouseRelease(slider, LEFT, NONE, end)
    person.wait(lambda: person.is_shown() and not person.view.is_preview)
    assert person.controller.session.experiment.data.noise == 1.0
    assert person.window.fit_view.panel.dataset is person.view.dataset
    np.testing.assert_array_equal(person.view.dataset.train.y, loud.train.y)


def test_another_experiment_takes_the_old_curve_away_at_once(at_curves):
    at_curves.set(seed=5)
    assert curve(at_curves, WD) is None
    at_curves.wait(lambda: curve(at_curves, WD) and curve(at_curves, WD).is_finished)


@pytest.mark.usefixtures("first_curves")
def test_sliders_that_show_no_curve_train_nothing_and_the_choice_is_remembered(open_window):
    person = open_window(SMALL)
    person.wait(lambda: person.controller.studies._told)
    for path in (WD, DROPOUT):
        person.click(f"{path}.curve")
    person.wait(lambda: not person.controller.studies._told)
    assert person.window.controls.shown_curves() == ()
    again = open_window(SMALL)
    assert again.window.controls.shown_curves() == ()


def test_the_run_goes_before_the_curves(begin_anew):
    person = begin_anew(SMALL | ENDLESS | {"data.n_train": 200}, (WD,))
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch > 0)
    person.set(optimizer__lr=0.02)
    person.wait(lambda: WD in person.controller.studies._asked)
    for _ in range(10):
        before = len(person.views)
        person.wait(lambda before=before: len(person.views) > before)
    assert curve(person, WD) is None
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: curve(person, WD) and curve(person, WD).progress > 0)


def test_the_valley_is_marked_while_the_mouse_is_at_a_slider_without_a_curve(open_window):
    person = open_window({"epochs": 60})
    controls, studies = person.window.controls, person.controller.studies
    control = controls.control("regularization.weight_decay")
    height = control.height()
    assert not studies.studies
    move_to(control)
    person.wait(lambda: control.slider.hint is not None)
    hint = control.slider.hint
    assert hint.is_finished
    assert hint.valid[hint.valley] == np.nanmin(hint.valid)
    assert control.height() == height  # nothing moves
    assert controls.curve("regularization.weight_decay") is None

    person.set(data__noise=0.5)  # another valley
    person.wait(lambda: control.slider.hint is not None and control.slider.hint is not hint)
    leave(control)
    assert control.slider.hint is None
    person.wait(lambda: not studies.studies)


def test_a_costly_valley_is_not_trained_unasked(begin_anew):
    person = begin_anew({"epochs": 100_000})
    control = person.window.controls.control("regularization.weight_decay")
    move_to(control)
    experiment = person.controller.session.experiment
    assert person.window.controls.wanted(experiment, None) == {}
    person.set(epochs=20)
    experiment = person.controller.session.experiment
    assert list(person.window.controls.wanted(experiment, None)) == ["regularization.weight_decay"]
    person.window.controls.set_marks_valleys(False)
    assert person.window.controls.wanted(experiment, None) == {}
    leave(control)


def move_to(control):
    """What Qt sends when the mouse comes to a widget."""
    middle = QPointF(control.rect().center())
    QApplication.sendEvent(control, QEnterEvent(middle, middle, middle))


def leave(control):
    """What Qt sends when it goes."""
    QApplication.sendEvent(control, QEvent(QEvent.Type.Leave))
