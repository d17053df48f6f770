"""States: going on from one repeats the training it came from; as many are kept as may be."""

import numpy as np
import pytest
import torch
from keywords import by_path
from small_trainings import assert_same_records, kept_records, state_of, train_to

from regplay.core import state as core_state
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.state import Checkpoints
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

WD = "regularization.weight_decay"
_BUSY = {
    "epochs": 40,
    "data.n_train": 20,
    "data.n_valid": 20,
    "model.width": 8,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.1,
    "optimizer.batch_size": 6,
}


def experiment(**values):
    return replace(Experiment(), _BUSY | by_path(values))


def trained_to(training, epoch):
    train_to(training, epoch * training.steps_per_epoch)
    return training


@pytest.mark.parametrize("name", ["sgd", "momentum", "adam", "adamw"])
# One alone at night: `test_a_member_goes_on_alone_as_it_does_in_company` has it by day.
@pytest.mark.parametrize("members", [pytest.param(1, marks=pytest.mark.nightly), 3])
def test_going_on_from_a_state_repeats_the_training_bit_for_bit(engine, name, members):
    experiments = [
        replace(experiment(optimizer__name=name), {"seed": seed}) for seed in range(members)
    ]
    straight = trained_to(Training(experiments), 5)
    kept = state_of(straight)
    trained_to(straight, 15)
    again = Training(experiments)
    again.restore(kept)
    assert again.epoch == 5
    trained_to(again, 15)
    assert torch.equal(again.population.flat, straight.population.flat)
    assert np.array_equal(again.peek().values, straight.peek().values, equal_nan=True)


@pytest.mark.parametrize("name", ["momentum", "adam"])
@pytest.mark.parametrize("batch_size", [0, 6])
def test_every_record_has_a_state_to_go_on_from(engine, name, batch_size):
    """Also those at which some members have stopped early, and one has diverged."""
    base = {"optimizer__name": name, "optimizer__batch_size": batch_size, "epochs": 60}
    members = [
        {},
        {"seed": 3, "regularization__early_stopping": 4},
        {"regularization__early_stopping": 15, "optimizer__lr": 0.03},
        {"optimizer__lr": 10.0, "model__init_scale": 10.0},
        {"regularization__weight_decay": 0.1, "regularization__l1": 0.01, "data__seed": 5},
    ]
    more = {"model__activation": "relu", "data__noise": 1.0}
    experiments = [experiment(**base | more | values) for values in members]
    whole = kept_records(Training(experiments))
    last = whole[-1].snapshot
    assert last.epoch == 60
    assert (last.stopped_at[1:3] > 0).all()
    if name == "momentum":
        assert last.diverged.tolist() == [False, False, False, True, False]
    for index in range(0, len(whole), 10):
        again = Training(experiments)
        again.restore(whole[index].state)
        assert_same_records(kept_records(again), whole[index + 1 :])


def test_a_state_is_a_copy(engine):
    training = trained_to(Training([experiment()]), 5)
    kept = state_of(training)
    before = kept.parameters.clone()
    trained_to(training, 10)
    assert torch.equal(kept.parameters, before)
    assert not torch.equal(training.population.flat, before)


def test_a_member_goes_on_alone_as_it_does_in_company(engine):
    experiments = [
        experiment(regularization__weight_decay=w, seed=s)
        for w, s in ((0.0, 4), (0.1, 4), (0.01, 7))
    ]
    together = trained_to(Training(experiments, dtype=torch.float64), 5)
    kept = state_of(together)
    trained_to(together, 15)
    for member in range(3):
        alone = Training([experiments[member]], dtype=torch.float64)
        alone.restore(kept.member(member))
        trained_to(alone, 15)
        found, wanted = alone.population.flat[0], together.population.flat[member]
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-11)


def test_other_settings_can_be_tried_from_a_state():
    training = trained_to(Training([experiment()]), 15)
    kept = state_of(training)
    strong = Training([experiment(regularization__weight_decay=1.0)])
    strong.restore(kept)
    trained_to(strong, 40)
    trained_to(training, 40)
    norms = [t.peek().value("weight_norm") for t in (strong, training)]
    assert norms[0] < 0.8 * norms[1]


def test_who_had_stopped_stays_so_after_going_back_and_who_had_not_trains(engine):
    values = {"optimizer__name": "sgd", "regularization__dropout": 0.0, "epochs": 60}
    experiments = [experiment(optimizer__lr=lr, **values) for lr in (10.0, 0.01)]
    training = Training(experiments)
    states = {record.state.epoch: record.state for record in kept_records(training)}
    diverged_at = int(training.peek().stopped_at[0])
    assert 0 < diverged_at < 60
    training.restore(states[0])
    assert list(training.peek().stopped_at) == [-1, -1]
    training.restore(states[diverged_at])
    before = training.population.flat.clone()
    assert list(training.peek().stopped_at) == [diverged_at, -1]
    trained_to(training, 60)
    assert torch.equal(before[0], training.population.flat[0])
    assert not torch.equal(before[1], training.population.flat[1])


# keeping them


def kept_of(states, best_epoch=-1, **limits):
    """What is kept of states that come one after another."""
    kept = Checkpoints(**limits)
    for state in states:
        kept.keep(state, best_epoch)
    return kept


@pytest.fixture(scope="module")
def states():
    training = Training([experiment(epochs=300)])
    return [record.state for record in kept_records(training)]


def test_within_the_budget_all_are_kept(states):
    kept = kept_of(states)
    assert list(kept) == states
    assert list(kept.epochs) == [state.epoch for state in states]


def test_beyond_the_budget_they_thin_out_evenly_over_the_logarithm(states):
    kept = kept_of(states, budget=12 * states[0].size)
    epochs = kept.epochs
    assert len(kept) == 12
    assert epochs[0] == 0
    assert epochs[-1] == 300
    gaps = np.diff(np.log1p(epochs))
    assert gaps.max() < 4 * np.median(gaps)


def test_more_than_enough_are_kept_only_as_long_as_they_are_small(states, monkeypatch):
    assert len(states) > 20
    for ample, number in ((0, 8), (12, 12), (10**6, len(states))):
        monkeypatch.setattr("regplay.core.state._AMPLE", ample * states[0].size)
        assert len(kept_of(states, enough=8)) == number
    sparse = kept_of(states, budget=5 * states[0].size, enough=8)  # memory goes before
    assert len(sparse) == 5


def test_copies_take_no_more_than_twice_their_size_however_many_went(states):
    kept = Checkpoints(budget=9 * states[0].size)
    for start in range(0, len(states), 7):
        kept.extend(states[start : start + 7])
        for tensors in zip(*((state.parameters, *state.momenta) for state in kept), strict=True):
            held = {it.untyped_storage().data_ptr(): it.untyped_storage() for it in tensors}
            taken = sum(storage.nbytes() for storage in held.values())
            assert taken <= 2 * sum(it.nbytes for it in tensors)
            lent = {state.parameters.untyped_storage().data_ptr() for state in states}
            assert not lent & set(held)
    one_by_one = kept_of(states, budget=9 * states[0].size)
    assert list(kept.epochs) == list(one_by_one.epochs)
    for copy, state in zip(kept, one_by_one, strict=True):
        assert torch.equal(copy.parameters, state.parameters)
        assert all(map(torch.equal, copy.momenta, state.momenta))


def test_who_reads_while_states_are_added_sees_none_that_training_may_write_into(
    states, monkeypatch
):
    kept, seen = kept_of(states[:10]), []
    before, copied = [*kept], core_state._copied

    def read_first(added):
        seen.append([*kept])
        return copied(added)

    monkeypatch.setattr(core_state, "_copied", read_first)
    kept.extend(states[5:12])
    assert seen == [before]
    assert [state.epoch for state in kept] == [state.epoch for state in states[:12]]


def test_the_best_is_not_thrown_away(states):
    best = states[len(states) // 2].epoch
    kept = kept_of(states, best, budget=3 * states[0].size)
    assert best in kept.epochs
    assert kept.last is states[-1]


def test_the_moment_at_an_epoch_is_the_newest_not_later(states):
    assert Checkpoints().at(None) is None
    kept = kept_of(states[:10])
    assert kept.at(None) is states[9]
    assert kept.at(4).epoch == 4
    assert kept.at(10**6) is states[9]


def test_an_earlier_state_replaces_the_future(states):
    kept = kept_of(states[:10])
    kept.forget_after(5)
    assert list(kept.epochs) == [0, 1, 2, 3, 4, 5]
    kept.keep(states[3])
    assert list(kept.epochs) == [0, 1, 2, 3]


def test_a_state_can_be_put_between_others(states):
    kept = kept_of([states[0], states[4], states[9]])
    kept.insert(states[6])
    assert list(kept) == [states[index] for index in (0, 4, 6, 9)]
    kept.insert(states[4])
    assert list(kept) == [states[index] for index in (0, 4, 6, 9)]
    full = kept_of([*states[:4], states[-1]], budget=4 * states[0].size)
    full.insert(states[20], best_epoch=states[20].epoch)
    assert len(full) == 4
    assert {0, states[20].epoch, states[-1].epoch} <= set(full.epochs)
