"""What the training thread makes of sweeps that are wanted, paused and wanted again."""

import numpy as np
import pytest

from regplay.core import training
from regplay.core.engine import Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.joint import JointTraining
from regplay.core.sweep import Lineup, NumberAxis, Sweep
from regplay.gui.training.messages import StudyRequest
from regplay.gui.training.studies import Studies

SMALL = replace(
    Experiment(), {"epochs": 2000, "model.width": 4, "data.n_train": 12, "data.n_valid": 20}
)
SWEEP = Lineup((SMALL, replace(SMALL, {"regularization.weight_decay": 0.1})))


def seen(training: JointTraining, epoch: int | None) -> np.ndarray:
    return training.history.values("train_loss", epoch)


class AfterOneStretch(Stop):
    """Brings a study back after each stretch, which is short here."""

    is_set = True


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch):
    monkeypatch.setattr(training, "_RECORDS", 8)


def train_to(studies: Studies, epoch: int) -> int:
    """Train until at least this epoch is recorded; the newest recorded one."""
    while not (epochs_of(studies) >= epoch).any():
        studies.advance(AfterOneStretch())
    return int(epochs_of(studies)[-1])


def epochs_of(studies: Studies) -> np.ndarray:
    history = studies.told["a"].history
    return np.zeros(0) if history is None else history.epochs


@pytest.fixture
def paused() -> Studies:
    """One study that was stopped on its way."""
    studies = Studies()
    studies.want({"a": StudyRequest(SWEEP, seen)}, "cpu")
    train_to(studies, 50)
    studies.want({"a": StudyRequest(SWEEP, seen, is_paused=True)}, "cpu")
    return studies


def test_what_is_paused_leaves_nothing_to_train(paused):
    before = epochs_of(paused)[-1]
    assert paused.finished
    assert not paused.told["a"].finished
    paused.advance(Stop())
    assert epochs_of(paused)[-1] == before < SMALL.epochs


def test_what_is_paused_can_be_seen_at_every_epoch(paused):
    history = paused.told["a"].history
    for epoch in (0, 7, None):
        paused.want({"a": StudyRequest(SWEEP, seen, epoch, is_paused=True)}, "cpu")
        expected = history.values("train_loss", epoch)
        np.testing.assert_array_equal(paused.told["a"].digest, expected)
    assert not np.array_equal(history.values("train_loss", 0), history.values("train_loss"))


def test_it_trains_on_where_it_was_paused(paused):
    known, before = paused.training("a"), epochs_of(paused)
    paused.want({"a": StudyRequest(SWEEP, seen)}, "cpu")
    assert not paused.finished
    after = train_to(paused, int(before[-1]) + 1)
    assert paused.training("a") is known
    assert after > before[-1]
    np.testing.assert_array_equal(epochs_of(paused)[: len(before)], before)


def test_others_are_trained_while_one_is_paused(paused):
    other = Lineup((replace(SMALL, {"epochs": 3}),))
    before = epochs_of(paused)[-1]
    paused.want({"a": StudyRequest(SWEEP, seen, is_paused=True), "b": StudyRequest(other)}, "cpu")
    while not paused.finished:
        paused.advance(Stop())
    assert paused.told["b"].finished
    assert epochs_of(paused)[-1] == before


def test_a_paused_study_stays_on_its_device_until_it_trains_on(paused):
    known = paused.training("a")
    paused.want({"a": StudyRequest(SWEEP, seen, 0, is_paused=True)}, "auto")
    assert paused.training("a") is known
    paused.want({"a": StudyRequest(SWEEP, seen)}, "auto")
    assert paused.training("a") is None  # begun anew there
    assert paused.told["a"].device == "auto"


def test_what_failed_is_tried_again_after_a_pause():
    studies = Studies()
    studies.want({"a": StudyRequest(SWEEP)}, "cpu")
    train_to(studies, 2)
    studies.give_up("the disk is full of water")
    assert studies.finished
    studies.want({"a": StudyRequest(SWEEP)}, "cpu")
    assert studies.told["a"].problem  # it stays so while it is wanted
    studies.want({"a": StudyRequest(SWEEP, is_paused=True)}, "cpu")
    studies.want({"a": StudyRequest(SWEEP)}, "cpu")
    assert not studies.told["a"].problem
    assert train_to(studies, 2) >= 2


def test_every_second_member_of_all_lines_comes_before_the_others_of_any():
    lines = {
        path: Sweep(replace(SMALL, {"epochs": 100}), (NumberAxis(path, (0.0, 0.1, 0.2, 0.3)),))
        for path in ("regularization.weight_decay", "regularization.dropout")
    }
    studies, halves = Studies(), []
    studies.want({path: StudyRequest(sweep) for path, sweep in lines.items()}, "cpu")
    while not studies.finished:
        studies.advance(AfterOneStretch())
        begun = [one.history.progress for one in studies.told.values() if one.history is not None]
        halves.append([progress for progress in begun if progress > 0])
    first_ends = next(i for i, begun in enumerate(halves) if begun and begun[0] == 1)
    assert [0.5, 0.5] in halves[:first_ends]
    assert all(begun[0] <= 0.5 for begun in halves[: halves.index([0.5, 0.5])] if begun)


def test_what_has_no_rounds_keeps_its_place_among_lines():
    before, after = (
        Sweep(SMALL, (NumberAxis(path, (0.0, 0.1, 0.2, 0.3)),))
        for path in ("regularization.weight_decay", "regularization.dropout")
    )
    studies, ended = Studies(), []
    wanted = {"before": before, "between": SWEEP, "after": after}
    studies.want({key: StudyRequest(sweep) for key, sweep in wanted.items()}, "cpu")
    while not studies.finished:
        studies.advance(AfterOneStretch())
        ended += [key for key in wanted if studies.told[key].finished and key not in ended]
        if "between" not in ended:
            assert studies.training("after") is None
    assert ended == ["before", "between", "after"]
