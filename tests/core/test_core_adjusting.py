"""A training whose values change on the way: what goes on, and what is refused."""

import numpy as np
import pytest
import torch
from plain_torch import PlainTorch
from small_trainings import (
    advance,
    kept_records,
    parameters,
    patient,
    records,
    small,
    train_to,
    training_of,
)

from regplay.core.fields import replace

pytestmark = pytest.mark.usefixtures("one_thread")


def test_adjusting_after_stopping_goes_on():
    training = training_of(patient(25))
    stopped = records(training)[-1]
    before = parameters(training)
    training.adjust([patient(0)])
    assert not training.finished
    torch.testing.assert_close(parameters(training), before, rtol=0, atol=0)
    later = records(training)
    assert later[0].epoch > stopped.epoch
    assert later[-1].epoch == 2000
    assert later[-1].stopped_at[0] == -1
    assert later[-1].value("train_loss") < stopped.value("train_loss")


def test_adjusting_after_divergence_goes_on_from_the_last_finite_weights():
    base = {"optimizer.name": "sgd", "epochs": 5000, "model.depth": 0}
    training = training_of(small(base | {"optimizer.lr": 10.0}))
    assert records(training)[-1].diverged[0]
    training.adjust([small(base | {"optimizer.lr": 0.05})])
    history = records(training)
    assert not history[-1].diverged[0]
    assert history[-1].epoch == 5000
    data = training.datasets[0]
    slope, intercept = np.polyfit(data.train.x[:, 0], data.train.y, 1)
    found = [part.item() for part in training.population.member()[0]]
    assert found == pytest.approx([slope, intercept], rel=1e-3)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
@pytest.mark.parametrize("members", [1, 2])
def test_a_stopped_member_goes_on_as_if_it_had_not_stopped(optimizer, members):
    """Its momenta stay, so that the updates that follow are those of a run without the stop."""
    more = {"optimizer__name": optimizer, "optimizer__lr": 0.05, "data__noise": 2.0}
    experiments = [patient(patience, **more, epochs=300) for patience in (40, 0)][:members]
    training = training_of(*experiments)
    last = records(training)[-1]
    stopped_at = int(last.stopped_at[0])
    assert 0 < stopped_at < 300
    training.adjust([replace(e, {"regularization.early_stopping": 0}) for e in experiments])
    goes_on_from = training.epoch
    for _ in range(100):
        advance(training)
    free = training_of(patient(0, **more))
    for _ in range(stopped_at + training.epoch - goes_on_from):
        advance(free)
    torch.testing.assert_close(parameters(training), parameters(free), rtol=1e-8, atol=1e-10)


CHANGES = {
    "weight decay": [{"regularization.weight_decay": 0.3}, {"regularization.weight_decay": 0.0}],
    "l1": [{"regularization.l1": 0.02}, {"regularization.l1": 0.0}],
    "dropout": [{"regularization.dropout": 0.4}, {"regularization.dropout": 0.0}],
    "dropouts": [{"regularization.dropouts": "0.4"}, {"regularization.dropouts": "0, 0.3"}],
    "input dropout": [{"regularization.input_dropout": 0.4}, {"regularization.input_dropout": 0.0}],
    "noise": [{"regularization.input_noise": 0.4}, {"regularization.input_noise": 0.0}],
    "max-norm": [{"regularization.max_norm": 0.3}, {"regularization.max_norm": 0.0}],
    "lr": [{"optimizer.lr": 0.002}, {"optimizer.lr": 0.02}],
    "biases": [
        {"regularization.weight_decay": 0.1, "regularization.l1": 0.01},
        {"regularization.decay_bias": False},
    ],
    "momentum": [{"optimizer.momentum": 0.5}, {"optimizer.momentum": 0.95}],
    "epochs": [{"epochs": 25}, {"epochs": 30}],
}


# Each change with two optimizers, and each optimizer with half of the changes; all pairs at night.
PAIRS = [
    pytest.param(
        optimizer,
        changes,
        id=f"{optimizer}-{name}",
        marks=pytest.mark.nightly if (i + j) % 2 else (),
    )
    for i, optimizer in enumerate(["sgd", "momentum", "adam", "adamw"])
    for j, (name, changes) in enumerate(CHANGES.items())
]


@pytest.mark.parametrize(("optimizer", "changes"), PAIRS)
def test_adjusting_on_the_way_is_what_torch_does_when_its_values_change(engine, optimizer, changes):
    """Changed in the middle of an epoch; weights, momenta and the batches that are left stay."""
    experiment = small({"optimizer.name": optimizer, "optimizer.batch_size": 6, "epochs": 20})
    training = training_of(experiment)
    plain = PlainTorch(training)
    for change in [{}, *changes]:
        experiment = plain.experiment = replace(experiment, change)
        training.adjust([experiment])
        train_to(training, training.step + 7)  # of which four are an epoch
        for _ in range(7):
            plain.step()
    torch.testing.assert_close(training.population.flat[0], plain.parameters, rtol=1e-9, atol=1e-11)
    assert training.epochs == experiment.epochs


@pytest.mark.parametrize("epochs", [60, 2000])
def test_another_number_of_epochs_that_comes_on_the_way_is_where_it_ends(epochs):
    training = training_of(small({"epochs": 1000}))
    train_to(training, 37)
    training.adjust([small({"epochs": epochs})])
    found = []
    for _ in range(epochs):
        found += training.train()
    assert training.finished
    assert training.epoch == found[-1].snapshot.epoch == epochs


def test_more_epochs_go_on_from_the_end():
    shorter, longer = small({"epochs": 40}), small({"epochs": 90})
    training = training_of(shorter)
    history = records(training)
    training.adjust([longer])
    history += records(training)
    whole = {s.epoch: s for s in records(training_of(longer))}
    assert [s.epoch for s in history] == sorted({s.epoch for s in history})
    assert history[-1].epoch == 90
    for snapshot in history:
        if snapshot.epoch in whole:
            np.testing.assert_array_equal(snapshot.values, whole[snapshot.epoch].values)


_ENDS = {
    "stops early": patient(25),
    "diverges": small(
        {"optimizer.name": "sgd", "optimizer.lr": 10.0, "model.depth": 0, "epochs": 2000}
    ),
}


@pytest.mark.parametrize("shorter", _ENDS.values(), ids=_ENDS)
@pytest.mark.parametrize("is_on_the_way", [True, False])
def test_more_epochs_do_not_begin_the_patience_anew(shorter, is_on_the_way):
    longer = replace(shorter, {"epochs": 3000})
    whole = records(training_of(longer))[-1]
    end = int(whole.stopped_at[0])
    assert 4 < end < 2000
    training = training_of(shorter)
    train_to(training, end // 2 if is_on_the_way else 2000)
    training.adjust([longer])
    last = [training.peek(), *records(training)][-1]
    for name in ("epoch", "stopped_at", "diverged"):
        np.testing.assert_array_equal(getattr(last, name), getattr(whole, name))


@pytest.mark.parametrize("goes_back", [False, True])
def test_a_run_that_ended_between_two_records_goes_on_as_one_that_had_more_epochs(goes_back):
    longer = replace(patient(25), {"epochs": 3000})
    whole = records(training_of(longer))
    end, epochs = int(whole[-1].stopped_at[0]), {one.epoch for one in whole}
    between = [n for n in range(21, end) if n not in epochs]
    assert len(between) > 5
    for n in between[:1] if goes_back else (between[0], between[-1]):  # at which it stopped
        training = training_of(replace(longer, {"epochs": n}))
        (*_, last) = kept_records(training)
        if goes_back:
            training = training_of(longer)
            training.restore(last.state)
        else:
            training.adjust([longer])
        after = records(training)
        assert [one.epoch for one in after] == sorted(e for e in epochs if e > n)
        if not goes_back:
            for one, other in zip(after[::-1], whole[::-1], strict=False):
                assert one.values.tobytes() == other.values.tobytes()
                assert one.stopped_at == other.stopped_at


def test_penalties_are_measured_by_the_new_values():
    training = training_of(small({"epochs": 30}))
    last = records(training)[-1]
    assert last.value("penalty") == 0
    training.adjust([small({"epochs": 30, "regularization.weight_decay": 0.5})])
    norm = parameters(training).square().sum().item()
    assert training.peek().value("penalty") == pytest.approx(0.25 * norm, rel=1e-10)
    assert training.peek().value("train_loss") == last.value("train_loss")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("model.width", 9),
        ("model.depth", 1),
        ("model.activation", "relu"),
        ("model.init", "xavier"),
        ("data.noise", 0.1),
        ("data.n_train", 21),
        ("optimizer.name", "sgd"),
        ("optimizer.batch_size", 5),
        ("seed", 1),
    ],
)
def test_what_decides_the_network_or_the_data_cannot_be_adjusted(path, value):
    training = training_of(small())
    before = training.experiments
    with pytest.raises(ValueError, match=path):
        training.adjust([small({path: value})])
    assert training.experiments == before


@pytest.mark.parametrize(
    "change", [{"epochs": 50}, {"regularization.decay_bias": False}, {"optimizer.momentum": 0.5}]
)
def test_what_members_share_cannot_be_adjusted_for_one_of_them(change):
    training = training_of(small(), small({"seed": 1}))
    with pytest.raises(ValueError, match="can't differ"):
        training.adjust([small(change), small({"seed": 1})])
