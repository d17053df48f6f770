"""Joint training: every member comes out as if it had been trained alone."""

import numpy as np
import pytest

from regplay.core import joint
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.history import MEASURES, History
from regplay.core.joint import JointTraining, plan
from regplay.core.sweep import Axis, Sweep
from regplay.core.training import Training, load_all, run

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"
BASE = replace(
    Experiment(),
    {"epochs": 30, "data.n_train": 20, "data.n_valid": 25, "model.width": 8},
)


def trained(experiments, **options):
    training = JointTraining(experiments, **options)
    while not training.finished:
        training.advance()
    return training


def alone(experiment):
    training, history = Training([experiment]), History()
    for snapshot in run(training):
        if snapshot is not None:
            history.append(snapshot)
    return training, history


_SWEEPS = {
    "weight decay and dropout": (Axis(WD, (0.0, 0.1)), Axis(DROPOUT, (0.0, 0.3))),
    "width": (Axis("model.width", (1, 4, 8)),),
    "depth": (Axis("model.depth", (0, 2)),),
    "training points": (Axis("data.n_train", (5, 20)),),
    "noise": (Axis("data.noise", (0.0, 0.5)),),
    "optimizer": (Axis("optimizer.name", ("sgd", "adam")), Axis("optimizer.lr", (0.001, 0.1))),
    "patience": (Axis("regularization.early_stopping", (0, 3)), Axis(WD, (0.0, 1.0))),
    "dataset": (Axis("data.name", ("sine", "moons")),),
}


@pytest.mark.parametrize("axes", _SWEEPS.values(), ids=_SWEEPS)
def test_members_equal_those_trained_alone(axes):
    experiments = Sweep(BASE, axes, seeds=2).experiments
    together = trained(experiments)
    for member, experiment in enumerate(experiments):
        _, history = alone(experiment)
        found = together.history.member(member)
        assert list(found.epochs) == list(history.epochs)
        for measure in MEASURES:
            np.testing.assert_allclose(
                found.column(measure), history.column(measure), rtol=2e-3, atol=1e-5
            )
        assert found.best() == history.best()
        assert found.last.stopped_at[0] == history.last.stopped_at[0]
        assert found.last.step == history.last.step
        assert together.checkpoints(member).last.epoch == history.epochs[-1]


def test_those_that_differ_in_no_shape_share_a_population():
    experiments = Sweep(BASE, (Axis(WD, (0.0, 0.1)), Axis("model.width", (2, 3)))).experiments
    parts = plan(experiments, load_all(experiments))
    assert [list(part) for part in parts] == [[0, 2], [1, 3]]


def test_what_is_too_large_for_memory_is_trained_in_parts(monkeypatch):
    experiments = Sweep(BASE, (Axis(WD, (0.0, 0.01, 0.1, 1.0, 2.0)),)).experiments
    whole = trained(experiments)
    assert len(plan(experiments, load_all(experiments))) == 1
    monkeypatch.setattr(joint, "_MEMORY", 40_000)
    parts = plan(experiments, load_all(experiments))
    assert len(parts) > 1
    assert sorted(np.concatenate(parts)) == [0, 1, 2, 3, 4]
    in_parts = trained(experiments)
    for measure in MEASURES[:2]:
        np.testing.assert_allclose(
            in_parts.history.values(measure), whole.history.values(measure), rtol=1e-4
        )


def test_a_step_of_a_population_stays_short(monkeypatch):
    monkeypatch.setattr(joint, "_STEP", 100.0)
    experiments = Sweep(BASE, (Axis(WD, tuple(i / 1000 for i in range(200))),)).experiments
    assert len(plan(experiments, load_all(experiments))) > 1


def test_it_fills_in_part_by_part_and_says_how_far():
    experiments = Sweep(BASE, (Axis("model.width", (2, 3)),)).experiments
    training = JointTraining(experiments)
    assert training.history.progress == 0
    assert np.isnan(training.history.values("valid_loss")).all()
    progress = [0.0]
    while not training.history.is_finished[0]:
        training.advance()
        progress.append(training.history.progress)
    assert progress == sorted(progress)
    assert progress[-1] == 0.5
    assert np.isfinite(training.history.values("valid_loss")).tolist() == [True, False]
    assert not training.finished
    while not training.finished:
        training.advance()
    assert training.history.progress == 1
    assert training.history.is_finished.all()


def test_values_at_an_epoch_are_of_the_newest_record_not_later():
    training = trained(Sweep(BASE, (Axis(WD, (0.0, 0.1)),)).experiments)
    history = training.history
    member = history.member(1)
    for epoch in (0, 7, 30):
        at = int(np.flatnonzero(member.epochs <= epoch)[-1])
        assert history.values("train_loss", epoch)[1] == member.column("train_loss")[at]
    assert list(history.epochs) == list(member.epochs)


def test_a_diverged_member_is_told_and_finished():
    experiments = Sweep(
        replace(BASE, {"optimizer.name": "sgd"}), (Axis("optimizer.lr", (0.01, 10.0)),)
    ).experiments
    training = trained(experiments)
    assert list(training.history.diverged) == [False, True]


def test_fits_are_those_of_members_trained_alone_at_any_kept_moment():
    experiments = Sweep(BASE, (Axis(WD, (0.0, 0.1)),)).experiments
    together = trained(experiments)
    single = Training([experiments[1]])
    grid = grid_of(single.datasets[0])
    single.record()
    for epoch in (0, 9, 30):
        while single.epoch < epoch:
            single.advance()
        found, wanted = together.fit(grid, 1, epoch), single.fit(grid)
        assert found.epoch == epoch
        np.testing.assert_allclose(found.grid, wanted.grid, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(found.train, wanted.train, rtol=1e-3, atol=1e-4)
    predicted = together.predict(grid.x)
    np.testing.assert_allclose(predicted[1], together.fit(grid, 1).grid, atol=1e-6)


def test_predictions_of_classes_are_probabilities_of_all_members():
    base = replace(BASE, {"data.name": "moons", "epochs": 5})
    together = trained(Sweep(base, seeds=3, resamples=True).experiments)
    x = np.zeros((4, 2))
    found = together.predict(x)
    assert sorted(found) == [0, 1, 2]
    for probabilities in found.values():
        assert probabilities.shape == (4, 2)
        np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-6)


def test_a_member_goes_on_alone_from_its_states():
    experiments = Sweep(BASE, (Axis(WD, (0.0, 0.1)),)).experiments
    together = trained(experiments)
    states = together.checkpoints(1)
    assert list(states.epochs) == list(together.history.epochs)
    single = Training([experiments[1]])
    single.restore(states.at(20))
    while not single.finished:
        single.advance()
    np.testing.assert_allclose(
        single.peek().value("valid_loss"), together.history.values("valid_loss")[1], rtol=1e-3
    )


def test_nothing_is_known_of_a_member_before_its_turn():
    training = JointTraining(Sweep(BASE, (Axis("model.width", (2, 3)),)).experiments)
    training.advance()
    with pytest.raises(LookupError):
        training.fit(None, 1)
    assert sorted(training.predict(np.zeros((1, 1)))) == [0]


def test_where_it_trains_is_known_once_it_has_begun():
    training = JointTraining([BASE], device="cpu")
    assert training.placement is None
    training.advance()
    assert training.placement.device.type == "cpu"
    while not training.finished:
        training.advance()
    assert "CPU" in training.placement.reason
