"""Which neighbours of an experiment are tried, and what is said of those that do better."""

import numpy as np
import pytest
from trainings import judged, trained_together, try_neighbours

from regplay.core.advice import SEEDS, SettingChange, compare, lineup, neighbours
from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import get, replace
from regplay.core.hyperparameters import HYPERPARAMETERS, REGULARIZERS
from regplay.core.number_text import number
from regplay.core.sweep import sweep_axis
from regplay.core.verdict import PointLosses, judge

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {"model.width": 12, "epochs": 300, "optimizer.lr": 0.03}


def small(values=None):
    return replace(Experiment(), SMALL | (values or {}))


def values_tried(path, values=None):
    return {change.value for change in neighbours(small(values)) if change.path == path}


def trained(experiment, changes):
    return trained_together(lineup(experiment, changes).experiments, device="cpu")


# Which


@pytest.mark.parametrize("path", REGULARIZERS)
def test_a_regularizer_that_is_off_is_tried_at_some_strengths(path):
    found = values_tried(path, {"data.name": "breast-cancer"})
    assert 0 < min(found) < max(found)
    assert found <= set(sweep_axis(path).values)
    assert found == set(HYPERPARAMETERS[path].tries)


@pytest.mark.parametrize(
    ("n_inputs", "is_tried"), [(2, False), (9, False), (10, True), (200, True)]
)
def test_inputs_are_dropped_where_there_are_ten_or_where_they_were(n_inputs, is_tried):
    path = "regularization.input_dropout"
    data = {"data.name": "linear", "data.n_inputs": n_inputs, "data.n_informative": n_inputs}
    assert bool(values_tried(path, data)) == is_tried
    assert {0.0} < values_tried(path, {**data, path: 0.2})


def test_one_that_is_on_is_tried_weaker_stronger_and_off():
    path = "regularization.weight_decay"
    assert {0.0, 0.003, 0.03} <= values_tried(path, {path: 0.01})
    path = "regularization.max_norm"
    assert values_tried(path, {path: 3.0}) == {0.0, 0.5, 1.0, 10.0}
    path = "regularization.dropout"
    weaker, stronger = sorted(values_tried(path, {path: 0.5}) - {0.0, 0.2})
    assert 0 < weaker < 0.5 < stronger < 1


def test_the_network_is_tried_smaller_and_larger():
    assert values_tried("model.depth") == {1, 3}
    assert values_tried("model.width") == {6, 24}
    assert values_tried("model.depth", {"model.depth": 0}) == {1}
    assert values_tried("model.width", {"model.width": 1}) == {2, 8}
    assert values_tried("model.depth", {"model.depth": 8}) == {7}


def test_more_points_are_tried_where_there_are_more():
    assert values_tried("data.n_train") == {60}
    penguins = {"data.name": "penguins", "data.n_train": 200, "data.n_valid": 100}
    assert values_tried("data.n_train", penguins) == set()


def test_a_much_smaller_learning_rate_is_tried_if_it_diverged():
    experiment = small({"optimizer.name": "sgd", "optimizer.lr": 10.0, "model.activation": "relu"})
    training = trained(experiment, [])
    known = neighbours(experiment, training.history.member(0))
    rates = {change.value for change in known if change.path == "optimizer.lr"}
    assert rates == {3.0, 0.3}


def test_what_takes_long_is_not_tried():
    short, long = (neighbours(small({"epochs": epochs})) for epochs in (300, 100_000))
    assert len(long) < len(short)
    assert neighbours(small({"epochs": 1_000_000, "model.width": 256})) == []


def test_each_is_trained_with_the_same_seeds_on_the_same_data():
    changes = [SettingChange("model.depth", 1), SettingChange("epochs", 10)]
    experiments = lineup(small({"seed": 5}), changes).experiments
    assert len(experiments) == SEEDS * 3
    assert [experiment.seed for experiment in experiments] == [5, 6, 7] * 3
    assert len({experiment.data for experiment in experiments}) == 1
    assert [experiment.model.depth for experiment in experiments[SEEDS : 2 * SEEDS]] == [1] * SEEDS
    assert experiments[0] == small({"seed": 5})


# What they show


def test_what_changes_nothing_is_no_better():
    """A patience that is longer than the training: the losses are the same to the last bit."""
    changes = [SettingChange("regularization.early_stopping", 5000)]
    experiment = small({"regularization.weight_decay": 0.01})
    tried = compare(trained(experiment, changes), changes)
    assert tried.best is None
    assert tried.count == 1


def test_the_losses_are_those_of_the_first_seed_and_means_of_all():
    experiment, changes = small(), [SettingChange("regularization.weight_decay", 0.01)]
    training = trained(experiment, changes)
    best = compare(training, changes).best
    losses = training.history.values("valid_loss")
    assert best.changes == tuple(changes)
    assert (best.before, best.after) == (losses[0], losses[SEEDS])
    assert best.mean_before == pytest.approx(losses[:SEEDS].mean())
    assert best.mean_after == pytest.approx(losses[SEEDS:].mean())


def test_more_points_are_advised_only_if_no_setting_helps():
    """They always help."""
    more = SettingChange("data.n_train", 2000)
    decay = SettingChange("regularization.weight_decay", 0.01)
    tried = compare(trained(small(), [more, decay]), [more, decay])
    assert tried.best.changes == (decay,)
    tried = compare(trained(small(), [more]), [more])
    assert tried.best.changes == (more,)
    assert tried.cause == "too few training points"


def test_what_is_best_before_its_end_is_advised_with_fewer_epochs():
    experiment = small({"data.name": "circles", "data.n_valid": 300, "model.depth": 0})
    change = SettingChange("model.depth", 1)
    training = trained(replace(experiment, {"epochs": 3000}), [change])
    best = compare(training, [change]).best
    first, fewer = best.changes
    assert first == change
    assert fewer.path == "epochs"
    followed = replace(experiment, {"model.depth": 1, "epochs": fewer.value})
    losses = trained(followed, []).history.values("valid_loss")
    assert best.after == pytest.approx(losses[0], rel=1e-5)


def test_the_experiment_itself_may_do_best_with_fewer_epochs():
    experiment = small({"epochs": 1500})
    tried = compare(trained(experiment, []), [])
    (fewer,) = tried.best.changes
    assert fewer.path == "epochs"
    assert fewer.value < 300
    assert tried.cause == "trained for too long"


def test_a_network_that_diverges_is_better_off_with_smaller_steps():
    experiment = small({"optimizer.name": "sgd", "optimizer.lr": 10.0, "model.activation": "relu"})
    change = SettingChange("optimizer.lr", 0.1)
    training = trained(experiment, [change])
    tried = compare(training, [change])
    assert judged(training, 0, shown=tried.shown).kind == "diverged"
    assert tried.cause == "too large a learning rate"
    assert tried.text.startswith("Learning rate 0.1 brings a validation loss of ")
    assert compare(trained(replace(experiment, {"optimizer.lr": 0.1}), []), []).count == 0


def test_the_verdict_on_a_member_has_the_losses_of_its_points():
    training = trained(small({"epochs": 1500}), [])
    history, dataset = training.history.member(0), load(small().data)
    best = int(history.epochs[history.best()])
    fits = training.fit(None, 0), training.fit(None, 0, best)
    points = PointLosses.of(small(), dataset, fits[0], fits[1].valid)
    assert judged(training, 0) == judge(history, dataset, small(), points=points)
    assert judged(training, 0).kind == "overfitting"
    assert judged(training, 0, epoch=0).kind == "untrained"


def test_chance_is_no_advice():
    """A good fit and neighbours that differ by nothing but other draws."""
    found = 0
    for seed in range(8):
        values = {"data.n_train": 300, "data.n_valid": 60, "regularization.weight_decay": 0.003}
        experiment = small(values | {"model.width": 8, "seed": seed, "data.seed": seed})
        changes = [SettingChange("seed", 1000 + seed)]
        assert get(experiment, "seed") != changes[0].value
        tried = compare(trained(experiment, changes), changes)
        found += tried.best is not None and tried.best.changes[0].path == "seed"
    assert found <= 1


# What is said


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("regularization.weight_decay", 0.01, "Weight decay 0.01"),
        ("regularization.dropout", 0.0, "No dropout"),
        ("regularization.l1", 1e-05, "L1 penalty 10⁻⁵"),
        ("regularization.early_stopping", 50, "Early stopping (patience 50)"),
        ("model.depth", 3, "Depth 3"),
        ("optimizer.lr", 0.003, "Learning rate 0.003"),
        ("data.n_train", 2000, "2,000 training points"),
        ("epochs", 3000, "3,000 epochs"),
    ],
)
def test_a_change_in_words(path, value, text):
    assert str(SettingChange(path, value)) == text


def test_advice_in_words():
    experiment = small({"epochs": 1000})
    change = SettingChange("regularization.weight_decay", 0.01)
    tried = compare(trained(experiment, [change]), [change])
    before, after = number(tried.best.before, 3), number(tried.best.after, 3)
    assert tried.text == (
        f"Weight decay 0.01 brings the validation loss from {before} to {after} "
        "(trained with 3 seeds)."
    )
    assert tried.cause == "too little regularization"
    more = SettingChange("epochs", 900)
    few = small({"epochs": 20, "optimizer.lr": 0.001})
    text = compare(trained(few, [more]), [more]).text
    assert text.startswith("900 epochs bring the validation loss from ")


def test_that_nothing_helps_is_said_with_the_floor_of_the_same_noise():
    values = {"data.n_train": 300, "regularization.weight_decay": 0.003}
    change = SettingChange("regularization.early_stopping", 5000)
    text = compare(trained(small(values), [change]), [change]).text
    assert text == (
        "No nearby setting does better: the noise floor is 0.09 (1 trained, with up to 3 seeds)."
    )
    clean = small(values | {"data.clean_valid": True})
    text = compare(trained(clean, [change]), [change]).text
    assert text == "No nearby setting does better (1 trained, with up to 3 seeds)."


def test_an_experiment_is_judged_with_what_a_dozen_neighbours_show():
    verdict, tried = try_neighbours(small())
    assert tried.count >= 12
    assert verdict.kind == "overfitting"
    assert np.isfinite([tried.best.before, tried.best.after]).all()


# By day one that overfits, one that underfits, and one that diverges.
@pytest.mark.parametrize(
    "values",
    [
        {"regularization.weight_decay": 0.3},
        {"data.name": "moons", "epochs": 150},
        {"optimizer.name": "sgd", "optimizer.lr": 10.0, "model.activation": "relu"},
        pytest.param({"epochs": 1500}, marks=pytest.mark.nightly),
        pytest.param(
            {"data.n_train": 200, "regularization.weight_decay": 0.003}, marks=pytest.mark.nightly
        ),
        pytest.param({"data.name": "motorcycle", "model.width": 2}, marks=pytest.mark.nightly),
        pytest.param(
            {"data.name": "spirals", "model.depth": 1, "model.width": 4}, marks=pytest.mark.nightly
        ),
        pytest.param({"data.name": "circles", "model.depth": 0}, marks=pytest.mark.nightly),
        pytest.param({"epochs": 40, "optimizer.lr": 0.003}, marks=pytest.mark.nightly),
    ],
    ids=str,
)
def test_what_need_not_be_trained_would_not_have_changed_what_is_said(values):
    experiment = small(values)
    changes = neighbours(experiment)
    tried = lineup(experiment, changes)
    training = trained_together(tried.experiments, device="cpu", chooses=tried.chooses)
    assert 0.3 * len(tried.experiments) < len(training.history.places) < len(tried.experiments)
    assert compare(training, changes) == compare(trained(experiment, changes), changes)


def test_dropped_inputs_are_advised_where_they_do_best():
    """The third page of the lesson on two hundred inputs."""
    data = {"name": "linear", "n_inputs": 200, "n_informative": 200, "n_train": 200, "noise": 0.1}
    values = {f"data.{name}": value for name, value in {**data, "n_valid": 100}.items()}
    values |= {"model.depth": 0, "model.init": "normal", "model.init_scale": 0.001}
    values |= {"optimizer.name": "momentum", "optimizer.lr": 0.01, "epochs": 600}
    experiment = replace(Experiment(), {**values, "regularization.decay_bias": False})
    best = try_neighbours(experiment)[1].best
    assert best.words == "Input dropout 0.2"
    assert best.mean_after < 0.5 * best.mean_before


@pytest.mark.parametrize(
    ("path", "value", "text", "is_plural"),
    [
        ("model.depth", 0, "No hidden layer", False),
        ("epochs", 1, "1 epoch", False),
        ("epochs", 2000, "2,000 epochs", True),
        ("data.n_train", 30, "30 training points", True),
        ("regularization.dropout", 0.0, "No dropout", False),
    ],
)
def test_a_setting_as_a_sentence_begins_with_it(path, value, text, is_plural):
    change = SettingChange(path, value)
    assert (str(change), change.is_plural) == (text, is_plural)
