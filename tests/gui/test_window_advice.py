"""Advice that was tried, in the real window: it joins the verdict, and a click follows it."""

import pytest
from endless import ENDLESS
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo

from regplay.core.fields import get
from regplay.core.number_text import number

DECAY = "regularization.weight_decay"
OVERFITTED = {"epochs": 400, "model.width": 12, "optimizer.lr": 0.03, "data.n_train": 20}


@pytest.fixture
def overfitted(begin_anew):
    """At a run that has come to its end, whose neighbours are trained."""
    person = begin_anew(OVERFITTED)
    person.train()
    person.wait(lambda: advice(person))
    return person


def advice(person):
    """What is told of what was tried; that of the run before stands there for a moment longer."""
    return person.text("verdict.advice") if person.window.verdict_bar.tried is not None else ""


def values(person):
    return person.controller.session.experiment


def test_the_verdict_is_there_before_the_advice_joins_it(begin_anew):
    person = begin_anew(OVERFITTED)
    button = person.find("verdict.try")
    person.train()
    assert "Overfitting" in person.text("verdict.headline")
    person.wait(lambda: advice(person))
    assert "brings the validation loss from" in advice(person)
    assert "(trained with 3 seeds)" in advice(person)
    assert button.isVisible()


def test_the_advice_begins_at_the_loss_that_is_shown(overfitted):
    shown = overfitted.view.snapshot.value("valid_loss")
    assert f"from {number(shown, 3)} to " in advice(overfitted)


def test_a_click_follows_the_advice_and_can_be_undone(overfitted):
    before = values(overfitted)
    best = overfitted.window.verdict_bar.tried.best
    overfitted.click("verdict.try")
    for change in best.changes:
        assert get(values(overfitted), change.path) == change.value
    overfitted.wait_until_finished()
    assert overfitted.view.snapshot.value("valid_loss") == pytest.approx(best.after, rel=1e-3)
    overfitted.controller.undo()
    assert values(overfitted) == before


def test_after_a_change_other_advice_takes_the_place_of_the_old(overfitted):
    old = advice(overfitted)
    overfitted.set(data__noise=0.6)
    overfitted.wait_until_finished()
    overfitted.wait(lambda: advice(overfitted) not in ("", old))


def test_what_was_advised_is_not_about_an_earlier_moment(overfitted):
    track = overfitted.window.timeline.track
    overfitted.press(Qt.Key.Key_Home, track)
    overfitted.wait(lambda: overfitted.view.look.epoch == 0)
    overfitted.wait(lambda: not advice(overfitted))
    assert not overfitted.find("verdict.try").isVisible()
    overfitted.press(Qt.Key.Key_End, track)
    overfitted.wait(lambda: advice(overfitted))


def test_nothing_is_tried_while_the_run_trains(begin_anew):
    person = begin_anew(ENDLESS)
    person.press(Qt.Key.Key_Space)
    person.wait(lambda: person.views and person.view.snapshot.step > 30)
    assert not person.controller.studies.studies
    assert not advice(person)


def test_where_nothing_helps_there_is_nothing_to_click(begin_anew):
    person = begin_anew({"data.name": "xor", "epochs": 800, "model.width": 12})
    person.train()
    person.wait(lambda: advice(person))
    assert advice(person).startswith("No nearby setting does better")
    assert not person.find("verdict.try").isVisible()


def test_advice_waits_for_shorter_curves_alone(begin_anew):
    """Of what is always in sight the shortest comes first, before tabs that came since."""
    person = begin_anew(OVERFITTED, ("model.depth", DECAY, "data.n_train"))
    person.click("tab.seeds")
    asked = []
    person.controller.studies.changed.connect(
        lambda: asked.append(list(person.controller.studies.studies))
    )
    person.train()
    person.wait(lambda: any("verdict.neighbours" in keys for keys in asked))
    with_advice = max((keys for keys in asked if "verdict.neighbours" in keys), key=len)
    assert with_advice[:4] == ["model.depth", DECAY, "verdict.neighbours", "data.n_train"]


def test_a_small_window_has_room_for_the_verdict_and_large_losses(overfitted):
    overfitted.window.resize(1024, 640)
    overfitted.wait(lambda: overfitted.window.width() == 1024)
    losses, headline = overfitted.find("verdict.losses"), overfitted.find("verdict.headline")
    overfitted.wait(lambda: headline.width() >= headline.sizeHint().width())
    assert losses.isVisible()
    assert QFontInfo(losses.font()).pixelSize() == 18
