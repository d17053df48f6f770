"""The table of what fields do in training, held against training itself."""

import numpy as np
import pytest
from trainings import run

from regplay.core.datasets import load_all
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get, replace
from regplay.core.hyperparameters import (
    ADJUSTABLE_FIELDS,
    HYPERPARAMETERS,
    MEMBER_FIELDS,
    REGULARIZERS,
    in_use,
    is_on,
    is_used,
    why_unused,
)
from regplay.core.joint import plan
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {"model.width": 6, "epochs": 12, "data.n_train": 24, "data.n_valid": 20}
# Under which each field has an effect, where it has none by default.
SETTING = {
    "model.degree": {"model.kind": "polynomial"},
    "regularization.label_smoothing": {"data.name": "moons"},
    "regularization.decay_bias": {"regularization.weight_decay": 0.1},
    "optimizer.momentum": {"optimizer.name": "momentum"},
    "regularization.early_stopping": {"epochs": 300, "optimizer.lr": 0.2},
}
# A value that acts, and for regularizers one that acts more strongly.
VALUES = {
    "regularization.weight_decay": (0.1, 1.0),
    "regularization.l1": (0.01, 0.1),
    "regularization.dropout": (0.2, 0.8),
    "regularization.dropouts": ("0.2",),
    "regularization.input_dropout": (0.2, 0.8),
    "regularization.input_noise": (0.3, 1.5),
    "regularization.max_norm": (0.2, 0.6),
    "regularization.label_smoothing": (0.2, 0.8),
    "regularization.decay_bias": (False,),
    "regularization.early_stopping": (1,),
    "optimizer.lr": (0.05,),
    "optimizer.momentum": (0.3,),
    "model.kind": ("polynomial", "network"),
    "model.degree": (7,),
    "model.width": (7,),
    "model.widths": ("7, 5",),
    "model.activation": ("relu",),
}
# The effect of early stopping depends on the losses.
AT_EVERY_STEP = sorted(set(VALUES) - {"regularization.early_stopping"})


def experiment_of(path):
    return replace(Experiment(), SMALL | SETTING.get(path, {}))


def ending(*experiments):
    """Losses and parameters at the end."""
    training = Training(experiments, device="cpu")
    *_, last = run(training)
    return last.values, training.population.flat.clone()


def test_every_field_has_one_entry():
    assert set(HYPERPARAMETERS) == set(FIELDS)
    assert set(REGULARIZERS) < MEMBER_FIELDS & ADJUSTABLE_FIELDS
    for path in REGULARIZERS:
        assert FIELDS[path].default == 0
        assert HYPERPARAMETERS[path].term
        assert HYPERPARAMETERS[path].script


@pytest.mark.parametrize("path", AT_EVERY_STEP)
def test_what_is_used_changes_a_training_and_what_is_unused_does_not(path):
    """Under the default settings, and under those in which the field acts."""
    for base in (replace(Experiment(), SMALL), experiment_of(path), bare(), polynomial()):
        value = next(value for value in VALUES[path] if value != get(base, path))
        other = replace(base, {path: value})
        (values, weights), (other_values, other_weights) = ending(base), ending(other)
        same = weights.shape == other_weights.shape and np.array_equal(weights, other_weights)
        assert is_used(base, path) != (same and np.array_equal(values, other_values, True))


def bare():
    """A setting without hidden layers, optimizers and penalties that could make use of a field."""
    values = {"model.depth": 0, "optimizer.name": "sgd", "optimizer.lr": 0.02}
    return replace(Experiment(), SMALL | values)


def polynomial():
    """A model that no optimizer trains, and values that would show if one did."""
    values = {"model.kind": "polynomial", "optimizer.name": "adamw"}
    return replace(Experiment(), SMALL | values)


@pytest.mark.parametrize("path", REGULARIZERS)
def test_a_regularizer_holds_the_network_back_in_the_direction_that_its_sign_says(path):
    base = replace(experiment_of(path), {"epochs": 400})
    values = (0.0, *sorted(VALUES[path], reverse=HYPERPARAMETERS[path].sign < 0))
    losses, _ = ending(*(replace(base, {path: value}) for value in values))
    assert list(losses[0]) == sorted(losses[0])
    assert losses[0, 0] < 0.9 * losses[0, -1]


@pytest.mark.parametrize("path", sorted(path for path in FIELDS if "data." not in path))
def test_members_that_differ_in_their_own_fields_share_a_population_and_no_others(path):
    field, base = FIELDS[path], experiment_of(path)
    value = get(base, path)
    other = next(c for c in field.choices if c != value) if field.choices else None
    if other is None and path in VALUES:
        other = VALUES[path][0]
    elif other is None:
        other = not value if field.kind == "switch" else value + 1
    pair = [base, replace(base, {path: other})]
    shared = len(plan(pair, load_all(pair))) == 1
    assert shared == (path in MEMBER_FIELDS)
    if not shared and path != "epochs":
        with pytest.raises(ValueError, match=f"{path} can't differ here"):
            Training(pair, device="cpu")


def test_regularizers_in_use_have_a_value_and_an_effect():
    assert in_use(Experiment()) == ()
    values = {"regularization.dropout": 0.2, "regularization.weight_decay": 0.1}
    assert in_use(replace(Experiment(), values)) == tuple(sorted(values, reverse=True))
    linear = replace(Experiment(), values | {"model.depth": 0})
    assert in_use(linear) == ("regularization.weight_decay",)
    assert not is_on(linear, "regularization.dropout")
    assert why_unused(linear, "regularization.dropout").endswith("has no hidden layer")
