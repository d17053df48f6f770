"""Joint training: every member comes out as if it had been trained alone."""

import dataclasses

import numpy as np
import pytest
import torch
from engines import TORCH_AT_NIGHT, native_engine, use
from small_trainings import advance
from trainings import assert_same, run, trained_together

from regplay.core import joint
from regplay.core.bias_variance import common_points, decompose
from regplay.core.datasets import load_all
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import grid_of
from regplay.core.history import MEASURES, History
from regplay.core.joint import JointTraining, plan
from regplay.core.native_engine import NativeEngine
from regplay.core.sweep import Sweep, SweepAxis
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

WD, DROPOUT = "regularization.weight_decay", "regularization.dropout"
BASE = replace(
    Experiment(),
    {"epochs": 30, "data.n_train": 20, "data.n_valid": 25, "model.width": 8},
)


def alone(experiment):
    training, history = Training([experiment]), History()
    for snapshot in run(training):
        history.append(snapshot)
    return training, history


_SWEEPS = {
    "weight decay and dropout": (SweepAxis(WD, (0.0, 0.1)), SweepAxis(DROPOUT, (0.0, 0.3))),
    "width": (SweepAxis("model.width", (1, 4, 8)),),
    "depth": (SweepAxis("model.depth", (0, 2)),),
    "training points": (SweepAxis("data.n_train", (5, 20)),),
    "noise": (SweepAxis("data.noise", (0.0, 0.5)),),
    "optimizer": (
        SweepAxis("optimizer.name", ("sgd", "adam")),
        SweepAxis("optimizer.lr", (0.001, 0.1)),
    ),
    "patience": (SweepAxis("regularization.early_stopping", (0, 3)), SweepAxis(WD, (0.0, 1.0))),
    "dataset": (SweepAxis("data.name", ("sine", "moons")),),
    "degree": (
        SweepAxis("model.kind", ("network", "polynomial")),
        SweepAxis("model.degree", (1, 20)),
        SweepAxis(WD, (0.0, 0.1)),
    ),
}


@TORCH_AT_NIGHT  # by day its members are compared in `test_core_independence`
@pytest.mark.parametrize("axes", _SWEEPS.values(), ids=_SWEEPS)
def test_members_equal_those_trained_alone(engine, axes):
    experiments = Sweep(BASE, axes, seeds=2).experiments
    together = trained_together(experiments)
    is_native = isinstance(engine, NativeEngine)  # to the bit
    tolerance = {"rtol": 0 if is_native else 2e-3, "atol": 0 if is_native else 1e-5}
    for member, experiment in enumerate(experiments):
        _, history = alone(experiment)
        found = together.history.member(member)
        assert list(found.epochs) == list(history.epochs)
        for measure in MEASURES:
            np.testing.assert_allclose(found.column(measure), history.column(measure), **tolerance)
        assert found.best() == history.best()
        assert found.last.stopped_at[0] == history.last.stopped_at[0]
        assert found.last.step == history.last.step
        assert together.checkpoints(member).last.epoch == history.epochs[-1]


def test_those_that_differ_in_no_shape_share_a_population():
    experiments = Sweep(
        BASE, (SweepAxis(WD, (0.0, 0.1)), SweepAxis("model.width", (2, 3)))
    ).experiments
    parts = plan(experiments, load_all(experiments))
    assert [list(part) for part in parts] == [[0, 2], [1, 3]]


def test_what_is_too_large_for_memory_is_trained_in_parts_to_the_same_bits(monkeypatch):
    use(monkeypatch, native_engine(threads=2))
    more = replace(BASE, {"optimizer.batch_size": 7, DROPOUT: 0.2})
    axes = SweepAxis(WD, (0.0, 0.01, 0.1, 1.0, 2.0)), SweepAxis("optimizer.lr", (0.003, 0.01))
    experiments = Sweep(more, axes, seeds=2).experiments
    whole = trained_together(experiments)
    assert len(plan(experiments, load_all(experiments))) == 1
    for memory, least in ((100_000, 2), (40_000, 5), (1, 20)):
        monkeypatch.setattr(joint, "_MEMORY", memory)
        parts = plan(experiments, load_all(experiments))
        assert len(parts) >= least
        assert sorted(np.concatenate(parts)) == list(range(20))
        in_parts = trained_together(experiments)
        for measure in MEASURES:
            np.testing.assert_array_equal(
                in_parts.history.values(measure), whole.history.values(measure)
            )
        for member in range(20):
            found, wanted = in_parts.checkpoints(member), whole.checkpoints(member)
            for state in found:
                same = wanted.at(state.epoch)
                assert state.epoch != same.epoch or torch.equal(state.parameters, same.parameters)
            assert torch.equal(found.last.parameters, wanted.last.parameters)


def test_a_population_takes_no_more_memory_than_it_may(monkeypatch):
    experiments = Sweep(BASE, (SweepAxis(WD, tuple(i / 1000 for i in range(200))),)).experiments
    datasets = load_all(experiments)
    for members in (1, 7, 100):
        monkeypatch.setattr(joint, "_MEMORY", members * 16_000)
        sizes = [len(part) for part in plan(experiments, datasets)]
        assert sum(sizes) == 200
        assert max(sizes) - min(sizes) <= 1
        one = Training(experiments[:1], datasets=datasets[:1])
        assert max(sizes) * one.population.flat.numel() * 4 * 4 < members * 16_000


def test_it_fills_in_part_by_part_and_says_how_far(monkeypatch):
    use(monkeypatch, native_engine(threads=1))
    experiments = Sweep(BASE, (SweepAxis("model.width", (2, 3)),)).experiments
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
    training = trained_together(Sweep(BASE, (SweepAxis(WD, (0.0, 0.1)),)).experiments)
    history = training.history
    member = history.member(1)
    for epoch in (0, 7, 30):
        at = int(np.flatnonzero(member.epochs <= epoch)[-1])
        assert history.values("train_loss", epoch)[1] == member.column("train_loss")[at]
    assert list(history.epochs) == list(member.epochs)


def test_a_diverged_member_is_told_and_finished():
    experiments = Sweep(
        replace(BASE, {"optimizer.name": "sgd"}), (SweepAxis("optimizer.lr", (0.01, 10.0)),)
    ).experiments
    training = trained_together(experiments)
    assert list(training.history.diverged) == [False, True]


def test_members_that_diverged_are_in_no_mean_and_no_part():
    fine = Sweep(BASE, (), 3, resamples=True).experiments
    steep = {"optimizer.name": "sgd", "optimizer.lr": 10.0}
    lost = [replace(one, steep) for one in fine]
    training = trained_together([*fine[:2], lost[2], fine[0], *lost[1:]])
    assert list(training.history.diverged) == [False, False, True, False, True, True]
    some, none = training.decompositions(seeds=3)
    x = common_points(training.datasets)
    dataset, predictions = training.datasets[0], training.predict(x)
    assert dataclasses.replace(some, diverged=0) == decompose(
        [dataset.targets(predictions[member]) for member in (0, 1)],
        dataset.targets(dataset.truth(x)),
        dataset.valid_noise_floor,
        training.history.values("valid_loss")[:2],
    )
    assert (some.diverged, none.diverged) == (1, 2)
    assert np.isnan([none.total, none.measured]).all()
    assert len(training.band().members) == 3
    assert trained_together(lost).band() is None


def test_fits_are_those_of_members_trained_alone_at_any_kept_moment():
    experiments = Sweep(BASE, (SweepAxis(WD, (0.0, 0.1)),)).experiments
    together = trained_together(experiments)
    single = Training([experiments[1]])
    grid = grid_of(single.datasets[0])
    for epoch in (0, 9, 30):
        while single.epoch < epoch:
            advance(single)
        found, wanted = together.fit(grid, 1, epoch), single.fit(grid)
        assert found.epoch == epoch
        np.testing.assert_allclose(found.grid, wanted.grid, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(found.train, wanted.train, rtol=1e-3, atol=1e-4)
    predicted = together.predict(grid.x)
    np.testing.assert_allclose(predicted[1], together.fit(grid, 1).grid, atol=1e-6)


def test_predictions_of_classes_are_probabilities_of_all_members():
    base = replace(BASE, {"data.name": "moons", "epochs": 5})
    together = trained_together(Sweep(base, seeds=3, resamples=True).experiments)
    x = np.zeros((4, 2))
    found = together.predict(x)
    assert sorted(found) == [0, 1, 2]
    for probabilities in found.values():
        assert probabilities.shape == (4, 2)
        np.testing.assert_allclose(probabilities.sum(-1), 1, atol=1e-6)


def test_a_member_goes_on_alone_from_its_states():
    experiments = Sweep(BASE, (SweepAxis(WD, (0.0, 0.1)),)).experiments
    together = trained_together(experiments)
    states = together.checkpoints(1)
    assert list(states.epochs) == list(together.history.epochs)
    single = Training([experiments[1]])
    single.restore(states.at(20))
    while not single.finished:
        advance(single)
    np.testing.assert_allclose(
        single.peek().value("valid_loss"), together.history.values("valid_loss")[1], rtol=1e-3
    )


def test_small_parts_are_trained_side_by_side_and_come_to_the_same(monkeypatch):
    experiments = Sweep(BASE, (SweepAxis("model.width", (2, 3, 5, 40)),)).experiments
    found = {}
    for threads in (1, 2, 3):
        use(monkeypatch, native_engine(threads))
        training = JointTraining(experiments)
        training.advance()
        begun = [member for member in range(4) if training.history.progress_of[member] > 0]
        assert len(begun) >= threads
        while not training.finished:
            training.advance()
        found[threads] = training.history
    for measure in ("train_loss", "valid_loss", "weight_norm"):
        for threads in (2, 3):
            for member in range(4):
                same = found[1].member(member).column(measure)
                np.testing.assert_array_equal(found[threads].member(member).column(measure), same)


def test_an_error_in_one_of_the_parts_side_by_side_is_told(monkeypatch):
    use(monkeypatch, native_engine(threads=2))
    training = JointTraining(Sweep(BASE, (SweepAxis("model.width", (2, 3)),)).experiments)

    def fail(self, *_, **__):
        raise MemoryError("no room")

    monkeypatch.setattr(Training, "train", fail)
    with pytest.raises(MemoryError, match="no room"):
        training.advance()


def test_nothing_is_known_of_a_member_before_its_turn(monkeypatch):
    use(monkeypatch, native_engine(threads=1))
    training = JointTraining(Sweep(BASE, (SweepAxis("model.width", (2, 3)),)).experiments)
    training.advance()
    with pytest.raises(LookupError):
        training.fit(None, 1)
    assert sorted(training.predict(np.zeros((1, 1)))) == [0]


@pytest.mark.parametrize("path", ["regularization.weight_decay", "model.width"])
def test_the_members_of_a_round_are_trained_before_those_of_the_next(path, monkeypatch):
    use(monkeypatch, native_engine(threads=1))
    sweep = Sweep(BASE, (SweepAxis(path, (2, 3, 4, 5, 6)),))
    assert [list(members) for members in sweep.rounds] == [[0, 4], [2], [1, 3]]
    training = JointTraining(sweep.experiments, device="cpu", rounds=sweep.rounds)
    assert training.rounds_trained == 0
    while training.rounds_trained == 0:
        training.advance()
    assert not training.finished
    assert training.history.is_finished.tolist() == [True, False, False, False, True]
    assert training.history.progress < 1
    while not training.finished:
        training.advance()
    assert training.rounds_trained == 3
    whole = trained_together(sweep.experiments, device="cpu")
    for member in range(5):
        assert_same(training.history.member(member), whole.history.member(member))


def test_only_a_line_of_more_than_two_is_trained_in_rounds():
    axis = SweepAxis("regularization.dropout", (0.0, 0.1, 0.2))
    other = SweepAxis("model.width", (2, 3))
    for sweep in (Sweep(BASE, (other,)), Sweep(BASE, (axis, other)), Sweep(BASE, (axis,), 2)):
        assert sweep.rounds == (range(len(sweep.experiments)),)


def test_where_it_trains_is_known_once_it_has_begun():
    training = JointTraining([BASE], device="cpu")
    assert training.placement is None
    training.advance()
    assert training.placement.device.type == "cpu"
    while not training.finished:
        training.advance()
    assert "CPU" in training.placement.reason
