"""The verdict: each kind by a history made by hand, at its thresholds, and by real training."""

import itertools
import math
from dataclasses import replace as with_changes

import numpy as np
import pytest
from sentences import SENTENCES, assert_consistent, said_in
from trainings import made_history, run

from regplay.core.datasets import Dataset, Split, load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.fit import Fit
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.training import Training
from regplay.core.verdict import (
    PointLosses,
    Shown,
    baseline_loss,
    judge,
    losses_of,
    scale_of,
    standard_error,
)

pytestmark = pytest.mark.usefixtures("one_thread")

FLOOR = 0.5
N = 100  # points of each split


def made(floor=FLOOR, valid_floor=FLOOR, variance=1.5):
    """A dataset whose targets have this variance; the scale is variance − floor, 1 by default."""
    y = np.tile([-1.0, 1.0], N // 2) * variance**0.5
    split = Split(np.zeros((N, 1)), y)
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
    epochs = every * np.arange(len(train_losses))
    stopped_at = int(epochs[-1]) if diverged else -1
    return made_history(train_losses, valid_losses, epochs, stopped_at, diverged=diverged)


def spread(mean, error):
    """N losses with this mean, of which the standard error is this."""
    losses = mean + error * math.sqrt(N - 1) * np.tile([-1.0, 1.0], N // 2)
    assert standard_error(losses) == pytest.approx(error)
    return losses


def points_of(valid, *, gap_error=0.0, rise_error=0.0):
    """Points of which the gap, and the rise since the best epoch, have these standard errors."""
    return PointLosses(
        valid=spread(valid, rise_error),
        best=np.full(N, valid),
        train_excess=np.zeros(N),
        valid_excess=spread(valid, gap_error),
    )


def verdict(train_losses, valid_losses, dataset=None, experiment=None, points=None, **more):
    """At the end of a training, unless `experiment` has more epochs."""
    shown = more.pop("shown", None)
    history = history_of(train_losses, valid_losses, **more)
    over = replace(Experiment(), {"epochs": max(int(history.epochs[-1]), 1)})
    points = points or points_of(valid_losses[-1])
    return judge(history, dataset or made(), experiment or over, points=points, shown=shown)


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


def test_the_standard_error_is_that_of_a_mean():
    draws = np.random.default_rng(0).exponential(2.0, size=(4000, 50))
    errors = [standard_error(row) for row in draws]
    assert np.mean(errors) == pytest.approx(draws.mean(axis=1).std(), rel=0.05)
    assert standard_error(np.array([3.0])) == math.inf


@pytest.mark.parametrize("name", ["sine", "motorcycle", "blobs", "digits"])
def test_the_losses_of_the_points_have_the_recorded_losses_as_their_means(name):
    values = {"data.name": name, "data.n_train": 40, "data.n_valid": 50, "epochs": 30}
    training = Training([replace(Experiment(), values)], device="cpu")
    *_, last = run(training)
    dataset, fit = training.datasets[0], training.fit(None)
    train = losses_of(dataset, fit.train, dataset.train.y)
    valid = losses_of(dataset, fit.valid, dataset.valid.y)
    assert train.shape == (40,)
    assert train.mean() == pytest.approx(last.value("train_loss"), rel=1e-4)
    assert valid.mean() == pytest.approx(last.value("valid_loss"), rel=1e-4)


@pytest.mark.parametrize(
    "noise", [{"data.name": "sine"}, {"data.name": "blobs", "data.label_noise": 0.2}]
)
def test_clean_validation_has_the_excess_of_noisy_validation(noise):
    """The same predictions for the same points, but noisy, are as far above the true function."""
    values = noise | {"data.n_train": 60, "data.n_valid": 5000}
    clean, noisy = (
        replace(Experiment(), values | {"data.noise": 0.001, "data.clean_valid": is_clean})
        if noise["data.name"] == "blobs"
        else replace(Experiment(), values | {"data.clean_valid": is_clean})
        for is_clean in (True, False)
    )
    dataset, other = load(clean.data), load(noisy.data)
    assert np.array_equal(dataset.valid.x, other.valid.x)
    rng = np.random.default_rng(0)
    if dataset.task == "regression":
        train, valid = rng.normal(size=60), rng.normal(size=5000)
    else:
        train = rng.dirichlet([1, 1, 1], 60)
        valid = (rng.dirichlet([1, 1, 1], 5000) + np.eye(3)[dataset.valid.y]) / 2
    fit = Fit(0, 0, train, valid)
    found, expected = (
        PointLosses.of(experiment, data, fit)
        for experiment, data in ((clean, dataset), (noisy, other))
    )
    excess = expected.valid_excess.mean()
    assert found.valid_excess.mean() == pytest.approx(excess, rel=0.05)
    assert found.valid.mean() < expected.valid.mean() - 0.05


def test_the_excess_of_the_true_function_is_0():
    dataset = load(Experiment().data)
    fit = Fit(0, 0, dataset.truth(dataset.train.x), dataset.truth(dataset.valid.x))
    points = PointLosses.of(Experiment(), dataset, fit)
    assert np.all(points.train_excess == 0)
    assert np.all(points.valid_excess == 0)
    assert points.best is points.valid
    assert points.valid.mean() == pytest.approx(0.09, rel=0.2)


# The kinds


def test_untrained():
    assert judge(History(), made(), Experiment()).kind == "untrained"
    assert verdict([2.0], [2.0]).kind == "untrained"
    assert verdict([2.0], [2.0]).since is None


def test_diverged():
    found = verdict([2.0, 1.0, 1.0], [2.0, 1.0, 1.0], diverged=True)
    assert (found.kind, found.since) == ("diverged", 20)
    assert "20" in found.headline
    assert "0.01" in found.reason  # the learning rate that was too large


def test_good_fit():
    found = verdict(tail(1.5, 0.5), tail(1.6, 0.52))
    assert (found.kind, found.since) == ("good fit", None)


def test_underfitting():
    found = verdict(tail(1.5, 1.2), tail(1.5, 1.25))
    assert (found.kind, found.since) == ("underfitting", None)
    assert "1.2 is above its noise floor 0.5" in found.reason


def test_overfitting_by_a_validation_loss_that_rose():
    found = verdict([1.5, 0.9, 0.7, 0.55, 0.5, 0.5], [1.6, 0.9, 0.7, 0.75, 0.78, 0.85])
    assert (found.kind, found.since) == ("overfitting", 20)
    assert found.headline == "Overfitting since epoch 20"
    assert "from 0.7 to 0.85" in found.reason


def test_overfitting_by_a_gap():
    found = verdict([1.5, 1.2, 1.0, 0.6, 0.5, 0.45], [1.5, 1.35, 1.09, 0.69, 0.65, 0.65])
    # The gaps are 0, 0.15, 0.09, 0.09, 0.15 and 0.2 of the scale.
    assert (found.kind, found.since) == ("overfitting", 40)
    assert found.headline == "Overfitting: a wide gap since epoch 40"
    assert "below its noise floor 0.5" in found.reason


def test_no_gap_is_spoken_of_where_validation_has_less_noise_and_the_lower_loss():
    found = verdict(tail(1.5, 0.4), tail(1.5, 0.38), made(valid_floor=0.0))
    assert (found.kind, found.since) == ("overfitting", None)
    assert found.headline == "Overfitting: noise is learned"
    assert "0.4, below its noise floor 0.5; the validation loss is 0.38" in found.reason


def test_without_a_learning_rate_nothing_is_learned():
    experiment = replace(Experiment(), {"optimizer.lr": 0.0})
    verdict = judge(history_of([1.0, 1.0], [0.5, 0.5]), made(), experiment, shown=Shown())
    assert verdict.kind == "underfitting"
    assert said_in(verdict.reason) == {"no steps"}


def test_it_may_still_underfit_and_memorise_already():
    found = verdict([1.5, 1.2, 1.1, 1.0, 0.9, 0.8], [1.5, 1.2, 1.1, 1.2, 1.3, 1.4])
    assert (found.kind, found.since) == ("underfitting and overfitting", 20)
    assert found.headline == "Still underfits, and already memorises since epoch 20"


def test_noise_is_memorised_only_below_the_floor():
    found = verdict([1.5, 0.9, 0.7, 0.55, 0.5, 0.5], [1.6, 0.9, 0.7, 0.75, 0.78, 0.85])
    assert "below its noise floor" not in found.reason
    found = verdict(tail(1.5, 0.3), tail(1.5, 0.9))
    assert "below its noise floor" in found.reason


def test_an_epoch_before_the_best_one_is_named_as_that_of_the_gap():
    """Beside it stands "best epoch 50", which "Overfitting since epoch 10" would contradict."""
    train_losses = [1.5, 0.9, 0.7, 0.55, 0.5, 0.45, 0.45]
    valid_losses = [1.5, 1.3, 1.2, 1.1, 1.0, 0.95, 0.95]
    found = verdict(train_losses, valid_losses)
    assert (found.kind, found.since) == ("overfitting", 10)
    assert found.headline == "Overfitting: a wide gap since epoch 10"
    valid_losses[-1] = 1.1
    found = verdict(train_losses, valid_losses)
    assert (found.since, found.headline) == (50, "Overfitting since epoch 50")


def test_a_gap_is_no_overfitting_where_the_training_loss_is_above_the_floor():
    found = verdict(tail(1.5, 1.14), tail(1.5, 1.5))
    assert found.kind == "underfitting"


# The thresholds, with a scale of 1


@pytest.mark.parametrize(("excess", "kind"), [(0.099, "good fit"), (0.101, "underfitting")])
def test_underfitting_begins_at_a_tenth_of_the_scale(excess, kind):
    losses = tail(1.5, FLOOR + excess)
    assert verdict(losses, losses).kind == kind


def test_underfitting_is_judged_by_the_noise_that_the_points_really_have():
    """Half of the training points of made-up data are off by 1: a loss of 0.5, not 0.3."""
    dataset = made(0.3, 0.3)
    y = np.tile([-1.0, 0.0, 0.0, 1.0], N // 4)
    split = Split(np.zeros((N, 1)), y)
    dataset = with_changes(dataset, train=split, truth=lambda x: np.zeros(len(x)))
    scale = scale_of(dataset)
    assert scale == pytest.approx(0.2)
    for excess, kind in ((0.09, "good fit"), (0.11, "underfitting")):
        losses = tail(1.5, 0.5 + excess * scale)
        assert verdict(losses, losses, dataset).kind == kind


@pytest.mark.parametrize(("loss", "kind"), [(0.74, "good fit"), (0.76, "underfitting")])
def test_with_an_unknown_floor_it_begins_at_half_of_the_scale(loss, kind):
    losses = tail(1.5, loss)
    assert verdict(losses, losses, made(None, None)).kind == kind


@pytest.mark.parametrize(
    ("floor", "gap", "kind"),
    [
        (FLOOR, 0.099, "good fit"),
        (FLOOR, 0.101, "overfitting"),
        (None, 0.074, "good fit"),  # of a scale of 1.5
        (None, 0.076, "overfitting"),
    ],
)
def test_a_gap_counts_from_a_tenth_of_the_scale_or_half_of_that(floor, gap, kind):
    low = floor or 0.0
    assert verdict(tail(1.5, low), tail(1.5, low + gap), made(floor, floor)).kind == kind


@pytest.mark.parametrize(
    ("floor", "errors", "kind"),
    [
        (FLOOR, 1.9, "good fit"),
        (FLOOR, 2.1, "overfitting"),
        (None, 0.9, "good fit"),
        (None, 1.1, "overfitting"),
    ],
)
def test_a_gap_counts_from_two_standard_errors_or_one_without_a_floor(floor, errors, kind):
    low = floor or 0.0
    points = points_of(low + 0.3, gap_error=0.3 / errors)
    found = verdict(tail(1.5, low), tail(1.5, low + 0.3), made(floor, floor), points=points)
    assert found.kind == kind


@pytest.mark.parametrize(("train", "kind"), [(0.08, "overfitting"), (0.1, "good fit")])
def test_points_are_memorised_up_to_a_fifth_of_the_validation_loss(train, kind):
    assert verdict(tail(1.5, train), tail(1.5, 0.45), made(None, None)).kind == kind


@pytest.mark.parametrize(
    ("train", "valid", "kind"),
    [
        (0.3, 0.74, "good fit"),
        (0.3, 0.76, "overfitting"),
        (0.74, 1.5, "overfitting"),
        (0.76, 1.5, "underfitting"),
    ],
)
def test_what_is_learned_of_the_training_points_alone_is_memorised(train, valid, kind):
    # Half of the loss of a constant is 0.75.
    assert verdict(tail(1.5, train), tail(1.5, valid), made(None, None)).kind == kind


@pytest.mark.parametrize(("train", "kind"), [(0.59, "overfitting"), (0.61, "underfitting")])
def test_with_a_floor_it_is_a_fifth_of_what_is_above_it(train, kind):
    assert verdict(tail(1.5, train), tail(1.5, FLOOR + 0.5)).kind == kind


@pytest.mark.parametrize(("gap", "kind"), [(0.099, "good fit"), (0.101, "overfitting")])
def test_a_gap_is_between_losses_with_the_same_noise(gap, kind):
    clean = made(FLOOR, 0.0)
    assert verdict(tail(1.5, 0.45), tail(1.0, gap - 0.05), clean).kind == kind


@pytest.mark.parametrize(("error", "kind"), [(0.051, "good fit"), (0.049, "overfitting")])
def test_a_rise_counts_from_two_standard_errors(error, kind):
    best = 0.7
    points = points_of(best + 0.1, gap_error=1.0, rise_error=error)
    valid_losses = [1.5, best, *[best + 0.1] * 12]
    assert verdict(tail(1.5, 0.6, n=13), valid_losses, points=points).kind == kind


@pytest.mark.parametrize(("rise", "kind"), [(0.019, "good fit"), (0.021, "overfitting")])
def test_a_rise_counts_from_two_percent_of_the_scale(rise, kind):
    valid_losses = [1.0, 0.01, *[0.01 + rise] * 12]
    assert verdict(tail(1.5, 0.5, n=13), valid_losses, made(FLOOR, 0.0)).kind == kind


@pytest.mark.parametrize(("last", "kind"), [(0.59, "overfitting"), (0.591, "good fit")])
def test_a_rise_of_both_losses_is_no_overfitting(last, kind):
    points = points_of(0.8, gap_error=1.0)
    losses = [1.5, 0.59, *[last] * 12], [1.5, 0.7, *[0.8] * 12]
    assert verdict(*losses, points=points).kind == kind


def test_going_up_and_down_is_no_rise():
    """Every record of the last tenth of the epochs counts."""
    valid_losses = [1.5, 0.6, *[0.7, 0.605] * 20, 0.7]
    train_losses = tail(1.5, 0.58, n=len(valid_losses) - 1)
    points = points_of(0.7, gap_error=1.0)
    assert verdict(train_losses, valid_losses, points=points).kind == "good fit"
    valid_losses[-5:] = [0.7] * 5
    assert verdict(train_losses, valid_losses, points=points).kind == "overfitting"


def test_the_thresholds_scale_with_what_there_is_to_learn():
    twice = made(FLOOR, FLOOR, variance=2.5)
    assert scale_of(twice) == pytest.approx(2)
    losses = tail(2.5, FLOOR + 0.19)
    assert verdict(losses, losses, twice).kind == "good fit"
    assert verdict(losses, losses).kind == "underfitting"


@pytest.mark.parametrize("excess", [0.3, 0.6, 0.9, 1.2])
def test_without_points_the_standard_errors_are_those_of_normal_errors(excess):
    """Of twenty points: a gap has to be two standard deviations of gaps that were drawn."""
    few = 20
    rng = np.random.default_rng(0)
    noise, missed = (rng.normal(0, size**0.5, (20_000, few)) for size in (FLOOR, excess))
    drawn = ((noise + missed) ** 2 - noise**2).mean(axis=1).std()
    dataset = made()
    split = Split(np.zeros((few, 1)), dataset.train.y[:few])
    dataset = with_changes(dataset, train=split, valid=split)
    history = history_of(tail(1.5, FLOOR), [1.5] + [FLOOR + excess] * 10)
    kind = judge(history, dataset, Experiment()).kind
    assert kind == ("overfitting" if excess > 2 * drawn else "good fit")


def test_each_member_is_judged_by_itself():
    history = History(3)
    curves = np.array([[1.5, 0.5, 0.5], [1.5, 1.4, 1.4], [1.5, 0.4, 0.1]])
    for i in range(3):
        values = np.zeros((len(MEASURES), 3))
        values[0] = curves[:, i]
        values[1] = curves[:, i] + [0, 0, 0.5 * (i == 2)]
        history.append(Snapshot(i, i, values, np.full(3, -1), np.zeros(3, dtype=np.bool_)))
    over = replace(Experiment(), {"epochs": 2})
    kinds = [judge(history, made(), over, member).kind for member in range(3)]
    assert kinds == ["good fit", "underfitting", "overfitting"]


# What neighbours show


def test_a_looser_neighbour_that_validates_better_shows_overfitting_where_there_is_a_gap():
    looser = Shown(looser=True)
    assert verdict(tail(1.5, 0.3), tail(1.5, 0.5), made(None, None)).kind == "good fit"
    found = verdict(tail(1.5, 0.3), tail(1.5, 0.5), made(None, None), shown=looser)
    assert found.kind == "overfitting"
    found = verdict(tail(1.5, 0.3), tail(1.5, 0.32), made(None, None), shown=looser)
    assert found.kind == "good fit"


def test_a_closer_neighbour_that_validates_better_shows_underfitting():
    losses, closer = tail(1.5, 0.4), Shown(closer=True)
    assert verdict(losses, losses, made(None, None)).kind == "good fit"
    assert verdict(losses, losses, made(None, None), shown=closer).kind == "underfitting"


@pytest.mark.parametrize(("excess", "kind"), [(0.049, "good fit"), (0.051, "underfitting")])
def test_nothing_underfits_at_a_known_floor(excess, kind):
    losses = tail(1.5, FLOOR + excess)
    assert verdict(losses, losses, shown=Shown(closer=True)).kind == kind


def test_with_an_unknown_floor_neighbours_decide_whether_it_underfits():
    losses = tail(1.5, 1.4)
    assert verdict(losses, losses, made(None, None)).kind == "underfitting"
    assert verdict(losses, losses, made(None, None), shown=Shown()).kind == "good fit"
    assert verdict(losses, losses, shown=Shown()).kind == "underfitting"


# What is said


def test_losses_that_are_still_falling_are_told():
    falling = np.linspace(1.5, 0.55, 12)
    assert "Both losses are still falling" in verdict(falling, falling).reason
    falling = np.linspace(1.5, 1.0, 12)
    assert "Both losses are still falling" in verdict(falling, falling).reason
    assert "only" not in verdict(falling, falling).reason.lower()
    flat = verdict(falling, tail(1.5, 1.0, n=11)).reason
    assert "Only the training loss is still falling" in flat
    assert "falling" not in verdict(tail(1.5, 0.52), tail(1.5, 0.52)).reason


_SHAPES = {  # of a loss that ends at 1
    "falls": np.linspace(2.0, 1.0, 24),
    "is flat": np.full(24, 1.0),
    "has fallen": np.array([2.0] * 3 + [1.0] * 21),
    "rises": np.array([2.0] + [0.7] * 3 + [1.0] * 20),
    "falls back": np.concatenate([[2.0, 0.5], np.linspace(1.5, 1.0, 22)]),
}
_SHOWN = [None, *(Shown(*three) for three in itertools.product([False, True], repeat=3))]


def test_no_two_sentences_contradict_each_other():
    """Shapes and levels of both losses, any two of the four, with all else that there may be."""
    said = set()
    shapes = list(itertools.product(_SHAPES.values(), _SHAPES.values()))
    levels = list(itertools.product((0.02, 0.2, 0.5, 0.57, 0.9), (0.05, 0.5, 0.6, 1.2)))
    for (i, (train, valid)), (j, (low, high)) in itertools.product(
        enumerate(shapes), enumerate(levels)
    ):
        if (i + j) % 7:
            continue
        history, points = history_of(train * low, valid * high), points_of(high)
        for floor, shown, more in itertools.product((None, FLOOR), _SHOWN, (0, 1000)):
            experiment = replace(Experiment(), {"epochs": 230 + more})
            found = judge(history, made(floor, floor), experiment, points=points, shown=shown)
            assert_consistent(found)
            said |= said_in(found.reason)
    assert said == {*SENTENCES} - {"begun", "no steps"}


def test_the_first_epochs_have_only_begun():
    losses = [1.5, 1.4, 1.3]
    goes_on = Experiment()
    assert "only begun" in verdict(losses, losses, experiment=goes_on, every=1).reason
    assert "only begun" not in verdict(losses, losses, experiment=goes_on, every=20).reason


def test_a_good_fit_of_the_first_epochs_is_still_learning():
    losses = [1.5, 0.52, 0.52]
    begun = verdict(losses, losses, experiment=Experiment(), every=1)
    assert (begun.kind, begun.reason) == ("still learning", "It has only begun.")
    assert verdict(losses, losses, experiment=Experiment(), every=20).kind == "good fit"
    assert verdict(losses, losses, every=1).kind == "good fit"  # at its end


# Real training


def judged(values):
    training = Training([replace(Experiment(), values)], device="cpu")
    history = History()
    for snapshot in run(training):
        history.append(snapshot)
    experiment, dataset = training.experiments[0], training.datasets[0]
    points = PointLosses.of(experiment, dataset, training.fit(None))
    return judge(history, dataset, experiment, points=points), history


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_adam_overfits_the_sine_in_the_long_run(seed):
    found, history = judged({"epochs": 2500, "seed": seed, "data.seed": seed})
    assert found.kind == "overfitting"
    assert 20 <= found.since <= 300
    best = history.best()
    assert history.epochs[best] <= 300
    assert history.column("valid_loss")[-1] > 1.1 * history.column("valid_loss")[best]


def test_strong_weight_decay_underfits():
    found, _ = judged({"epochs": 300, "regularization.weight_decay": 1.0})
    assert found.kind == "underfitting"


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
