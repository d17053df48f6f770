"""Checking claims: the values are those of each network trained alone, and nothing trains twice."""

import math

import numpy as np
import pytest
from trainings import train

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.core.joint import JointTraining
from regplay.core.sweep import Sweep
from regplay.session.lessons import LessonError, loads_lesson
from regplay.session.lessons.check import LessonCheck

HEAD = 'id = "a-lesson"\ntitle = "A lesson"\nsummary = "One line."\nminutes = 5\n'
SMALL = "model.depth = 1, model.width = 8, epochs = 40"


def _page(changes, *claims, seeds=3, agree=2):
    text = f'[[pages]]\ntitle = "Page"\ntext = "x"\nexperiment = {{ {changes} }}\n'
    for claim in claims:
        text += (
            f"[[pages.claims]]\ntext = 'x'\nclaim = '{claim}'\nseeds = {seeds}\nagree = {agree}\n"
        )
    return text


def _finish(check):
    while not check.finished:
        check.advance()
    return check.results()


def _check(*pages, **options):
    return LessonCheck(loads_lesson(HEAD + "".join(pages)), device="cpu", **options)


def _alone(values):
    history = History()
    for snapshot in train(replace(Experiment(), values), device="cpu"):
        history.append(snapshot)
    return history


def test_the_values_are_those_of_networks_trained_alone():
    (result,) = _finish(_check(_page(SMALL, "valid_loss(lr=0.05, width=4) < train_loss")))
    assert [str(term) for term in result.terms] == [
        "valid_loss(lr=0.05, width=4)",
        "train_loss",
    ]
    for seed, checked in enumerate(result.seeds):
        base = {"model.depth": 1, "model.width": 8, "epochs": 40, "seed": seed, "data.seed": seed}
        valid = _alone(base | {"optimizer.lr": 0.05, "model.width": 4}).column("valid_loss")[-1]
        training = _alone(base).column("train_loss")[-1]
        assert checked.seed == seed
        assert checked.values == pytest.approx((valid, training), rel=1e-4)
        assert checked.holds == (valid < training)


def test_equal_experiments_train_once_over_all_claims_of_a_lesson():
    check = _check(
        _page(SMALL, "gap < 1 and train_loss < gap(lr=0.1)", "valid_loss(lr=0.1) < 1"),
        _page("optimizer.lr = 0.1", "gap < gap(lr=0.01)", seeds=5),
    )
    assert check.networks == 2 * 5  # two learning rates, and seeds 0–4
    assert (check.trained, check.progress) == (0, 0.0)
    results = _finish(check)
    assert (check.trained, check.progress) == (10, 1.0)
    assert [result.page for result in results] == [0, 0, 1]
    assert results[0].seeds[2].values[2] == results[2].seeds[2].values[0]


def test_a_claim_holds_for_some_seeds_and_must_for_its_share():
    # Seeds differ in their losses: a bound at the median holds for one side of them.
    (first,) = _finish(_check(_page(SMALL, "train_loss < 1"), seeds=5))
    median = float(np.median([seed.values[0] for seed in first.seeds]))
    claims = (f"train_loss < {median!r}", f"train_loss <= {median!r}")
    below, upto = _finish(_check(_page(SMALL, *claims, seeds=10, agree=6), seeds=5))
    assert (below.holding, below.agree, below.holds) == (2, 3, False)
    assert (upto.holding, upto.agree, upto.holds) == (3, 3, True)
    assert [seed.holds for seed in upto.seeds] == [seed.values[0] <= median for seed in first.seeds]


def test_the_first_seed_moves_all_seeds():
    (early,) = _finish(_check(_page(SMALL, "train_loss < 1"), seeds=3))
    (late,) = _finish(_check(_page(SMALL, "train_loss < 1"), seeds=2, first_seed=1))
    assert [seed.seed for seed in late.seeds] == [1, 2]
    for one, other in zip(early.seeds[1:], late.seeds, strict=True):
        assert one.values == pytest.approx(other.values, rel=1e-4)


def test_seeds_begin_again_at_0_after_the_largest():
    (result,) = _finish(_check(_page(SMALL, "train_loss < 1"), seeds=2, first_seed=2**31 - 1))
    assert [seed.seed for seed in result.seeds] == [2**31 - 1, 0]


def test_networks_on_other_data_are_twenty_a_seed_and_share_no_draw():
    claim = "squared_bias < variance(weight_decay=0.1) + noise"
    check = _check(_page(SMALL, claim, "variance < 1", seeds=2))
    assert check.networks == 2 * 2 * 20
    result, other = _finish(check)
    values = {"model.depth": 1, "model.width": 8, "epochs": 40}
    sweep = Sweep(replace(Experiment(), values), (), 40, resamples=True)
    training = JointTraining(sweep.experiments, device="cpu")
    while not training.finished:
        training.advance()
    for seed, parts in enumerate(training.decompositions(seeds=20)):
        bias, _, noise = result.seeds[seed].values
        # The same up to the points at which they are compared, which other networks bring along.
        assert bias == pytest.approx(parts.bias_squared, abs=0.1 * parts.variance)
        assert other.seeds[seed].values[0] == pytest.approx(parts.variance, rel=0.1)
        assert noise == pytest.approx(0.09)


def test_of_networks_that_diverge_nothing_holds_but_that():
    page = _page(
        SMALL + ", optimizer.name = 'sgd', optimizer.lr = 10.0",
        'diverged == 1 and verdict == "diverged"',
        "train_loss > 0",
        "train_loss != 0",
        "small_weights >= 0",
        "variance >= 0",
    )
    diverged, *others = _finish(_check(page, seeds=1))
    assert diverged.holds
    for result in others:
        assert (result.holds, math.isnan(result.seeds[0].values[0])) == (False, True)


def test_a_verdict_is_that_of_the_window():
    values = "model.depth = 1, model.width = 8, epochs = 60, data.n_train = 20, data.n_valid = 40"
    claim = 'verdict(lr=0.05) == "good fit"'  # "overfitting", without the losses of the points
    (result,) = _finish(_check(_page(values, claim, seeds=1, agree=1)))
    assert result.holds


def test_weights_of_networks_that_stopped_early_are_those_they_stopped_with():
    # The patient one trains on after the other has stopped.
    page = _page(
        "model.width = 8, data.n_train = 10, epochs = 800, regularization.l1 = 0.03",
        "small_weights(early_stopping=5) < small_weights and epoch(early_stopping=5) < epoch",
    )
    (result,) = _finish(_check(page, seeds=1))
    (stopped, whole, epoch, _), alone = (
        result.seeds[0].values,
        _check(page.replace("early_stopping=5", "early_stopping=5, epochs=799")),
    )
    assert epoch < 800
    assert stopped != whole
    assert _finish(alone)[0].seeds[0].values[0] == pytest.approx(stopped, abs=0.02)


def test_the_noise_floor_needs_no_training():
    check = _check(_page(SMALL, "noise_floor < noise_floor(noise=0.5)"))
    assert (check.networks, check.finished, check.progress) == (0, True, 1.0)
    assert check.results()[0].seeds[0].values == pytest.approx((0.09, 0.25))


def test_claims_are_known_as_soon_as_their_networks_are_trained():
    check = _check(_page(SMALL, "train_loss < 1", "train_loss(width=9) < 1"), seeds=2)
    while not any(check.results()):
        check.advance()
    assert [result is None for result in check.results()] == [False, True]
    assert 0 < check.progress < 1


def test_a_lesson_without_claims_is_finished():
    check = _check(_page(SMALL))
    assert (check.finished, check.results(), check.progress) == (True, [], 1.0)


@pytest.mark.parametrize(
    ("changes", "claim", "message"),
    [
        ("epochs = 1", "train_accuracy < 1", "train_accuracy: There is no accuracy in regression"),
        ("data.name = 'cars'", "noise_floor > 0", "noise_floor: The noise floor of these data"),
        ("data.name = 'moons'", "variance > 0", "variance: Bias², variance and noise add up to a"),
        ("epochs = 1", 'variance(data.name="cars") > 0', "nobody knows that of measured data"),
        ("data.name = 'csv'", "gap > 0", "a-lesson, page 1 (Page), gap: "),
    ],
)
def test_claims_about_what_does_not_exist(changes, claim, message):
    with pytest.raises(LessonError) as error:
        _check(_page(changes, claim))
    assert message in str(error.value)
    assert str(error.value).startswith("a-lesson, page 1 (Page), ")
