"""The verdict: each kind by a history made by hand, at its thresholds, and by real training."""

from dataclasses import replace as with_changes

import numpy as np
import pytest
from trainings import train

from regplay.core.datasets import Dataset, Split, load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.verdict import baseline_loss, judge

pytestmark = pytest.mark.usefixtures("one_thread")

FLOOR = 0.5


def made(floor=FLOOR, valid_floor=FLOOR, variance=1.5):
    """A dataset whose targets have this variance; the scale is variance − floor, 1 by default."""
    y = np.array([-1.0, 1.0]) * variance**0.5
    split = Split(np.zeros((2, 1)), y)
    return Dataset(
        "regression",
        split,
        split,
        ("x",),
        "y",
        noise_floor=floor,
        valid_noise_floor=valid_floor,
    )


def history_of(train_losses, valid_losses, every=10, diverged=False):
    """Records at epochs 0, `every`, 2·`every` and so on."""
    history = History()
    for i, pair in enumerate(zip(train_losses, valid_losses, strict=True)):
        values = np.zeros((len(MEASURES), 1))
        values[:2, 0] = pair
        is_last = diverged and i == len(train_losses) - 1
        stopped_at = np.array([i * every if is_last else -1])
        history.append(Snapshot(i * every, i, values, stopped_at, np.array([is_last])))
    return history


def verdict(train_losses, valid_losses, dataset=None, experiment=None, **more):
    history = history_of(train_losses, valid_losses, **more)
    return judge(history, dataset or made(), experiment or Experiment())


def tail(first, last, n=10):
    """A curve that falls at once and then stays."""
    return [first] + [last] * n


# The parts


def test_baseline_is_the_variance_or_the_entropy():
    regression = load(Experiment().data)
    assert baseline_loss(regression) == pytest.approx(np.var(regression.train.y))
    blobs = load(replace(Experiment(), {"data.name": "blobs"}).data)
    assert baseline_loss(blobs) == pytest.approx(np.log(3))
    uneven = with_changes(blobs, train=Split(blobs.train.x[:4], np.array([0, 0, 0, 2])))
    expected = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert baseline_loss(uneven) == pytest.approx(expected)


def test_the_baseline_of_a_standardised_target_is_in_the_networks_units():
    motorcycle = load(replace(Experiment(), {"data.name": "motorcycle"}).data)
    assert baseline_loss(motorcycle) == pytest.approx(1)
    assert np.var(motorcycle.train.y) > 100


def test_baseline_is_what_the_best_constant_reaches():
    blobs = load(replace(Experiment(), {"data.name": "blobs", "data.n_train": 50}).data)
    shares = np.bincount(blobs.train.y) / 50
    assert baseline_loss(blobs) == pytest.approx(-np.log(shares[blobs.train.y]).mean())


# The kinds


def test_untrained():
    assert judge(History(), made(), Experiment()).kind == "untrained"
    assert verdict([2.0], [2.0]).kind == "untrained"
    assert verdict([2.0], [2.0]).since is None


def test_diverged():
    found = verdict([2.0, 1.0, 1.0], [2.0, 1.0, 1.0], diverged=True)
    assert (found.kind, found.since) == ("diverged", 20)
    assert "20" in found.headline
    assert "0.01" in found.advice  # the learning rate that was too large


def test_good_fit():
    found = verdict(tail(1.5, 0.5), tail(1.6, 0.6))
    assert (found.kind, found.since) == ("good fit", None)


def test_underfitting():
    found = verdict(tail(1.5, 1.2), tail(1.5, 1.25))
    assert (found.kind, found.since) == ("underfitting", None)


def test_overfitting_by_a_validation_loss_that_rose():
    found = verdict([1.5, 0.9, 0.7, 0.65, 0.6, 0.55], [1.6, 0.9, 0.7, 0.75, 0.78, 0.85])
    assert (found.kind, found.since) == ("overfitting", 20)
    assert found.headline == "Overfitting since epoch 20"


def test_overfitting_by_a_gap():
    found = verdict([1.5, 1.2, 1.0, 0.6, 0.5, 0.45], [1.5, 1.3, 1.2, 0.84, 0.8, 0.8])
    # The gaps are 0, 0.1, 0.2, 0.24, 0.3 and 0.35 of the scale.
    assert (found.kind, found.since) == ("overfitting", 40)
    assert found.headline == "Overfitting: a wide gap since epoch 40"


def test_an_epoch_before_the_best_one_is_named_as_that_of_the_gap():
    """Beside it stands "best epoch 50", which "Overfitting since epoch 10" would contradict."""
    train_losses = [1.5, 1.0, 0.8, 0.6, 0.5, 0.45, 0.45]
    valid_losses = [1.5, 1.3, 1.2, 1.1, 1.0, 0.95, 0.97]
    found = verdict(train_losses, valid_losses)
    assert (found.kind, found.since) == ("overfitting", 10)
    assert found.headline == "Overfitting: a wide gap since epoch 10"
    valid_losses[-1] = 1.1  # now it has risen by more than a tenth
    found = verdict(train_losses, valid_losses)
    assert (found.since, found.headline) == (50, "Overfitting since epoch 50")


def test_the_gap_must_have_held_to_the_end():
    train_losses = [1.5, 0.9, 0.9, 0.8, 0.7, 0.6, 0.6]
    gaps = [0.0, 0.4, 0.1, 0.4, 0.3, 0.26, 0.26]
    valid_losses = np.add(train_losses, gaps)
    assert verdict(train_losses, valid_losses).since == 30


# The thresholds, with a scale of 1


@pytest.mark.parametrize(("excess", "kind"), [(0.149, "good fit"), (0.151, "underfitting")])
def test_underfitting_begins_at_15_percent_of_the_scale(excess, kind):
    losses = tail(1.5, FLOOR + excess)
    assert verdict(losses, losses).kind == kind


@pytest.mark.parametrize(("loss", "kind"), [(0.74, "good fit"), (0.76, "underfitting")])
def test_with_an_unknown_floor_it_begins_at_half_of_the_scale(loss, kind):
    losses = tail(1.5, loss)
    assert verdict(losses, losses, made(None, None)).kind == kind


@pytest.mark.parametrize(("gap", "kind"), [(0.249, "good fit"), (0.251, "overfitting")])
def test_a_gap_counts_from_a_quarter_of_the_scale(gap, kind):
    assert verdict(tail(1.5, 0.5), tail(1.5, 0.5 + gap)).kind == kind


@pytest.mark.parametrize(("gap", "kind"), [(0.249, "good fit"), (0.251, "overfitting")])
def test_a_gap_is_between_excesses_over_the_floors_of_both_splits(gap, kind):
    clean = made(FLOOR, 0.0)
    assert verdict(tail(1.5, 0.5), tail(1.0, gap), clean).kind == kind


@pytest.mark.parametrize(("rise", "kind"), [(0.099, "good fit"), (0.101, "overfitting")])
def test_a_rise_counts_from_a_tenth_of_the_best(rise, kind):
    best = 0.7
    valid_losses = [1.5, best, best * (1 + rise), best * (1 + rise)]
    assert verdict([1.5, 0.6, 0.6, 0.6], valid_losses).kind == kind


@pytest.mark.parametrize(("rise", "kind"), [(0.019, "good fit"), (0.021, "overfitting")])
def test_a_rise_counts_from_two_percent_of_the_scale(rise, kind):
    """With a clean validation set the best loss is small, and a tenth of it is nothing."""
    clean = made(FLOOR, 0.0)
    valid_losses = [1.0, 0.01, 0.01 + rise, 0.01 + rise]
    assert verdict([1.5, 0.5, 0.5, 0.5], valid_losses, clean).kind == kind


@pytest.mark.parametrize(("last", "kind"), [(0.6, "overfitting"), (0.601, "good fit")])
def test_a_rise_of_both_losses_is_no_overfitting(last, kind):
    assert verdict([1.5, 0.6, 0.7, last], [1.5, 0.7, 0.8, 0.8]).kind == kind


def test_the_thresholds_scale_with_what_there_is_to_learn():
    # Twice the scale: twice the excess is allowed.
    twice = made(FLOOR, FLOOR, variance=2.5)
    losses = tail(2.5, FLOOR + 0.29)
    assert verdict(losses, losses, twice).kind == "good fit"
    assert verdict(losses, losses).kind == "underfitting"


def test_each_member_is_judged_by_itself():
    history = History(3)
    curves = np.array([[1.5, 0.5, 0.5], [1.5, 1.4, 1.4], [1.5, 0.4, 0.1]])
    for i in range(3):
        values = np.zeros((len(MEASURES), 3))
        values[0] = curves[:, i]
        values[1] = curves[:, i] + [0, 0, 0.5 * (i == 2)]
        history.append(Snapshot(i, i, values, np.full(3, -1), np.zeros(3, dtype=np.bool_)))
    kinds = [judge(history, made(), Experiment(), member).kind for member in range(3)]
    assert kinds == ["good fit", "underfitting", "overfitting"]


# The advice


def test_advice_says_when_the_losses_are_still_falling():
    falling = np.linspace(1.5, 0.6, 12)
    assert "still falling" in verdict(falling, falling).advice
    falling = np.linspace(1.5, 1.0, 12)
    assert "still falling" in verdict(falling, falling).advice
    assert "still falling" not in verdict(tail(1.5, 0.6), tail(1.5, 0.6)).advice
    assert "still falling" not in verdict(tail(1.5, 1.0), tail(1.5, 1.0)).advice


def test_advice_against_overfitting_names_what_helps_beside_what_is_in_use():
    curves = (tail(1.5, 0.1), tail(1.5, 0.9))
    advice = verdict(*curves).advice
    assert "Try weight decay, dropout, early stopping or more training points" in advice
    assert "below the noise floor" in advice
    values = {"regularization.weight_decay": 1e-4, "regularization.early_stopping": 50}
    advice = verdict(*curves, experiment=replace(Experiment(), values)).advice
    assert "Try more weight decay, dropout or more training points" in advice
    linear = replace(Experiment(), {"model.depth": 0})
    assert "dropout" not in verdict(*curves, experiment=linear).advice
    assert "below the noise floor" not in verdict(tail(1.5, 0.55), tail(1.5, 0.9)).advice


def test_advice_names_a_regularizer_in_use_in_the_direction_in_which_it_holds_back():
    values = {"regularization.l1": 0.01, "regularization.max_norm": 3.0, "model.depth": 0}
    experiment = replace(Experiment(), values)
    advice = verdict(tail(1.5, 0.1), tail(1.5, 0.9), experiment=experiment).advice
    assert "Try weight decay, more L1 penalty, a smaller max-norm, early stopping" in advice


@pytest.mark.parametrize("path", ["weight_decay", "l1", "dropout", "input_noise", "max_norm"])
def test_advice_against_underfitting_blames_the_regularization_in_use(path):
    experiment = replace(Experiment(), {f"regularization.{path}": 0.5})
    curve = tail(1.5, 1.2)
    assert "regularization" in verdict(curve, curve, experiment=experiment).advice
    assert "regularization" not in verdict(curve, curve).advice


def test_advice_for_a_linear_model_that_underfits_is_a_hidden_layer():
    linear = replace(Experiment(), {"model.depth": 0})
    assert "hidden layer" in verdict(tail(1.5, 1.2), tail(1.5, 1.2), experiment=linear).advice


# Real training


def judged(values):
    experiment = replace(Experiment(), values)
    history = History()
    for snapshot in train(experiment, device="cpu"):
        history.append(snapshot)
    return judge(history, load(experiment.data), experiment), history


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_adam_overfits_the_sine_in_the_long_run(seed):
    found, history = judged({"epochs": 2500, "seed": seed, "data.seed": seed})
    assert found.kind == "overfitting"
    assert 20 <= found.since <= 300
    best = history.best()
    assert history.epochs[best] <= 300
    assert history.column("valid_loss")[-1] > 1.1 * history.column("valid_loss")[best]


def test_strong_weight_decay_underfits():
    found, _ = judged({"epochs": 1000, "regularization.weight_decay": 1.0})
    assert found.kind == "underfitting"
    assert "regularization" in found.advice


def test_some_weight_decay_and_many_points_fit_well():
    found, history = judged(
        {"epochs": 1000, "regularization.weight_decay": 0.01, "data.n_train": 200}
    )
    assert found.kind == "good fit"
    assert history.column("valid_loss")[-1] < 0.12  # σ² is 0.09


def test_too_large_steps_diverge():
    sgd = {"optimizer.name": "sgd", "optimizer.lr": 10.0, "model.activation": "relu"}
    found, history = judged({"epochs": 500, **sgd})
    assert found.kind == "diverged"
    assert found.since == history.last.epoch < 500


def test_a_linear_model_underfits_what_bends():
    found, _ = judged({"epochs": 500, "model.depth": 0, "data.name": "x-sin-x"})
    assert found.kind == "underfitting"
    assert "hidden layer" in found.advice
