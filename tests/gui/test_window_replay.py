"""The epoch handle in the real window: looking back, going on from there, the best epoch."""

from functools import partial

import numpy as np
import pytest
from endless import ENDLESS
from PySide6.QtCore import Qt

from regplay.core import joint
from regplay.gui.training.messages import Start

WD = "regularization.weight_decay"
SMALL = {"epochs": 200, "model.width": 16, "data.n_train": 12, "data.n_valid": 40}


@pytest.fixture
def trained(begin_anew):
    """At a run that has trained to its end."""
    person = begin_anew(SMALL)
    person.train()
    return person


def go_to(person, epoch):
    def picks():
        person.window.timeline.track.pick_moment(epoch)  # once the handle knows that it is kept
        return person.window.timeline.track.moment == epoch

    person.wait(picks)
    person.wait(lambda: person.view.look.epoch == epoch)
    return person.view


def test_an_earlier_moment_shows_the_fit_and_the_losses_of_then(begin_anew):
    person = begin_anew(SMALL)
    person.controller.runner.advance(10)
    then = person.wait_for_step(10)
    person.train()
    view = go_to(person, 10)
    assert view.fit.epoch == view.moment.epoch == 10
    np.testing.assert_array_equal(view.fit.grid, then.fit.grid)
    np.testing.assert_array_equal(view.moment.values, then.snapshot.values)
    assert person.window.fit_view.panel.fit is view.fit
    assert view.snapshot.epoch == 200  # the run itself stays where it is


def test_the_verdict_is_the_one_of_the_moment_shown(begin_anew):
    values = {"epochs": 1000, "optimizer.lr": 0.02, "data.n_train": 12, "data.noise": 0.5}
    person = begin_anew(values)
    person.train()
    assert "Overfitting since epoch" in person.text("verdict.headline")
    go_to(person, 0)
    person.wait(lambda: "Not trained yet" in person.text("verdict.headline"))
    go_to(person, 4)
    person.wait(lambda: "Not trained yet" not in person.text("verdict.headline"))
    assert "since" not in person.text("verdict.headline")


def test_the_keys_of_the_handle_go_from_moment_to_moment(trained):
    track = trained.window.timeline.track
    trained.press(Qt.Key.Key_Home, track)
    trained.wait(lambda: trained.view.moment.epoch == 0)
    trained.press(Qt.Key.Key_Right, track)
    trained.wait(lambda: trained.view.moment.epoch == 1)
    trained.press(Qt.Key.Key_End, track)
    trained.wait(lambda: trained.view.look.epoch is None)
    assert trained.view.fit.epoch == 200


def test_going_on_from_an_earlier_moment_repeats_what_was_trained(trained):
    fit = trained.view.fit
    epochs = trained.view.run.history.epochs.copy()
    go_to(trained, 20)
    trained.click("timeline.continue")
    trained.wait(lambda: trained.is_shown() and trained.view.is_finished)
    np.testing.assert_array_equal(trained.view.fit.grid, fit.grid)
    np.testing.assert_array_equal(trained.view.run.history.epochs, epochs)
    assert trained.window.timeline.track.moment is None


def test_another_setting_can_be_tried_from_an_earlier_moment(trained):
    norm = trained.view.snapshot.value("weight_norm")
    go_to(trained, 20)
    trained.click("keep_weights")
    trained.window.timeline.set_speed(1)  # else it may be at its end by the pause
    trained.click("timeline.continue")
    trained.controller.runner.pause()
    trained.set(regularization__weight_decay=1.0)
    trained.window.timeline.set_speed(None)
    trained.train()
    assert trained.view.snapshot.epoch == 200
    assert 20 <= trained.view.run.changed_at[0] < 200
    assert trained.view.snapshot.value("weight_norm") < 0.7 * norm
    assert trained.view.run.history.column("train_loss")[5] > 0


def test_restore_best_waits_at_the_epoch_with_the_smallest_validation_loss(trained):
    history = trained.view.run.history
    best = int(history.epochs[history.best()])
    assert 0 < best < 200
    trained.click("timeline.restore_best")
    trained.wait(lambda: trained.is_shown() and trained.view.snapshot.epoch == best)
    assert trained.view.run.history.epochs[-1] == best
    assert not trained.controller.runner.is_playing
    assert trained.view.snapshot.value("valid_loss") == history.column("valid_loss").min()
    trained.choose("Undo change of settings")
    trained.wait(lambda: trained.is_shown() and trained.view.snapshot.epoch == 200)
    assert trained.window.timeline.track.moment is None


def test_an_adopted_network_gets_the_moments_for_which_its_population_had_no_room(
    begin_anew, monkeypatch
):
    sparing = partial(joint.JointTraining, keeps=400_000)
    monkeypatch.setattr(joint, "JointTraining", sparing)
    person = begin_anew(SMALL, (WD,))
    studies = person.controller.studies
    person.wait(lambda: WD in studies.studies and studies.studies[WD].finished)
    person.controller.adopt(studies.studies[WD].sweep.experiments[5], Start(WD, 5))
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == 200)
    run = person.view.run
    person.wait(lambda: list(run.checkpoints.epochs) == list(run.history.epochs))
    person.wait(lambda: person.window.timeline.track.kept == tuple(run.history.epochs))
    best = int(run.history.epochs[run.history.best()])
    person.click("timeline.overlay")
    person.wait(lambda: person.view.best is not None and person.view.best.epoch == best)
    person.click("timeline.restore_best")
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch == best)
    loss = person.view.snapshot.value("valid_loss")
    assert loss == pytest.approx(run.history.column("valid_loss").min(), rel=1e-6)
    assert int(person.view.run.history.epochs[person.view.run.history.best()]) == best


def test_the_fit_at_the_best_epoch_is_laid_over_the_last_one(trained):
    trained.click("timeline.overlay")
    trained.wait(lambda: trained.view.best is not None)
    history = trained.view.run.history
    assert trained.view.best.epoch == history.epochs[history.best()]
    assert trained.view.fit.epoch == 200
    assert not np.array_equal(trained.view.best.grid, trained.view.fit.grid)
    trained.click("timeline.overlay")
    trained.wait(lambda: trained.view.best is None)


def test_a_change_shows_the_newest_again(trained):
    go_to(trained, 5)
    trained.set(seed=3)
    trained.wait(lambda: trained.is_shown() and trained.view.is_finished)
    assert trained.view.look.epoch is None
    assert trained.window.timeline.track.moment is None


def test_while_it_trains_an_earlier_moment_stays_in_sight(begin_anew):
    person = begin_anew(SMALL | ENDLESS)
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: person.is_shown() and person.view.snapshot.epoch > 10)
    view = go_to(person, 10)
    assert view.fit.epoch == 10
    person.wait(lambda: person.view.snapshot.epoch > view.snapshot.epoch)
    assert person.view.fit.epoch == 10
    np.testing.assert_array_equal(person.view.fit.grid, view.fit.grid)
