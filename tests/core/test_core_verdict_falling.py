"""Whether losses are still falling: synthetic histories, with and without noise."""

import numpy as np
import pytest
from trainings import made_history, train

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.core.verdict import Shown, Verdict, is_still_falling, judge

EPOCHS = np.arange(0, 2001, 20)
STEPS = np.arange(len(EPOCHS)) / len(EPOCHS)


def share_falling(make, n: int = 200) -> float:
    """In how many of `n` histories with noise of their own a fall is seen."""
    streams = np.random.default_rng(0).spawn(n)
    return sum(is_still_falling(EPOCHS, make(stream), 0.5) for stream in streams) / n


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05, 0.3])
def test_flat_losses_are_not_falling_whatever_their_noise(noise):
    assert share_falling(lambda rng: 0.1 * np.exp(noise * rng.normal(size=len(EPOCHS)))) < 0.02


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.05, 0.3])
def test_rising_losses_are_not_falling(noise):
    def rising(rng):
        return 0.1 * np.exp(0.5 * STEPS + noise * rng.normal(size=len(EPOCHS)))

    assert share_falling(rising) < 0.02


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.02])
def test_losses_that_fall_by_a_quarter_in_a_fifth_of_the_epochs_are_falling(noise):
    def falling(rng):
        return np.exp(-1.4 * STEPS + noise * rng.normal(size=len(EPOCHS)))

    assert share_falling(falling) > 0.98


@pytest.mark.parametrize(("percent", "is_falling"), [(2.5, False), (4.0, True)])
def test_a_fall_counts_from_3_percent_in_the_last_fifth(percent, is_falling):
    losses = 0.4 - 0.4 * percent / 100 * STEPS / 0.2
    assert is_still_falling(EPOCHS, losses / losses[-10], 0.01) == is_falling


def test_next_to_what_there_is_to_learn_a_small_fall_is_none():
    losses = 1e-4 * np.exp(-STEPS)
    assert is_still_falling(EPOCHS, losses, 1e-3)
    assert not is_still_falling(EPOCHS, losses, 0.5)


def test_a_burst_that_has_passed_is_no_fall():
    losses = np.full(len(EPOCHS), 0.09)
    losses[-14:-11] = 0.12
    assert not is_still_falling(EPOCHS, losses, 0.5)


def test_losses_that_fell_long_ago_are_not_falling():
    losses = 0.1 + np.exp(-12 * STEPS)
    assert not is_still_falling(EPOCHS, losses, 0.5)
    assert is_still_falling(EPOCHS[:20], losses[:20], 0.5)


@pytest.mark.parametrize("records", [2, 3, 5, 9])
def test_a_few_records_are_enough_for_a_steep_fall(records):
    losses = 0.5 ** np.arange(records)
    epochs = np.arange(records)
    assert is_still_falling(epochs, losses, 0.5)
    assert not is_still_falling(epochs, losses[::-1], 0.5)


# What is said


def found(train_losses, valid_losses, stopped_at=-1, epochs=int(EPOCHS[-1]), shown=None) -> Verdict:
    history = made_history(train_losses, valid_losses, EPOCHS, stopped_at)
    experiment = replace(Experiment(), {"epochs": epochs})
    return judge(history, load(experiment.data), experiment, shown=shown)


def reason(train_losses, valid_losses, stopped_at=-1) -> str:
    return found(train_losses, valid_losses, stopped_at).reason


FALLING = 0.15 - 0.05 * STEPS
FLAT = np.full(len(EPOCHS), 0.1)


def test_which_losses_are_still_falling_is_said():
    assert "Both losses are still falling" in reason(FALLING, FALLING)
    assert "Both" not in reason(FALLING, FLAT)
    assert "Only the training loss is still falling" in reason(FALLING, FLAT)
    assert "falling" not in reason(FLAT, FLAT)
    assert "falling" not in reason(FLAT, FALLING)


def test_of_a_run_that_stopped_early_nothing_is_falling():
    assert "falling" not in reason(FALLING, FALLING, stopped_at=int(EPOCHS[-1]))


@pytest.mark.parametrize("more", [0, 1])
def test_a_training_whose_losses_fall_is_no_good_fit_yet(more):
    """Neither before its epochs are over nor at their end."""
    last = int(EPOCHS[-1])
    learning = found(FALLING, FALLING, epochs=last + more)
    assert (learning.kind, learning.headline) == ("still learning", "Still learning")
    assert learning.reason == "Both losses are still falling."
    for losses in ((FALLING, FLAT), (FLAT, FALLING), (FLAT, FLAT)):
        assert found(*losses, epochs=last + more).kind == "good fit"
    stopped = found(FALLING, FALLING, stopped_at=last, epochs=last + more)
    assert stopped.kind == "good fit"


def test_losses_that_fall_where_more_epochs_bring_nothing_are_a_good_fit():
    done = found(FALLING, FALLING, shown=Shown(is_done=True))
    assert (done.kind, done.reason) == ("good fit", "")
    assert found(FALLING, FALLING, shown=Shown()).kind == "still learning"


def test_a_training_that_underfits_and_goes_on_says_underfitting():
    above = FALLING + 0.2
    verdict = found(above, above, epochs=int(EPOCHS[-1]) + 1)
    assert verdict.kind == "underfitting"
    assert "Both losses are still falling" in verdict.reason


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_nothing_is_falling_in_long_flat_training(seed):
    settings = {"data.n_train": 200, "regularization.weight_decay": 0.01, "epochs": 1500}
    experiment = replace(Experiment(), settings | {"seed": seed, "data.seed": seed})
    history = History()
    for snapshot in train(experiment, device="cpu"):
        history.append(snapshot)
    dataset = load(experiment.data)
    for epoch in (1000, 1100, 1200, 1300, 1400, 1500):
        assert "falling" not in judge(history.until(epoch), dataset, experiment).reason
