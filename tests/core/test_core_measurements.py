"""What is measured, against numpy on the networks' own predictions and parameters."""

import numpy as np
import pytest
import torch
from keywords import by_path
from trainings import run

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES
from regplay.core.measurements import is_finite
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("engine")

PENALTIES = [(0.0, 0.0), (0.3, 0.0), (0.0, 0.02), (0.1, 0.05)]


def trained(penalties, dtype=torch.float64, **values):
    """A population that has made a few steps, one member for each (weight_decay, l1)."""
    base = by_path(values)
    base = {"model.width": 7, "data.n_train": 23, "data.n_valid": 31, "epochs": 15} | base
    experiments = [
        replace(
            Experiment(),
            base | {"regularization.weight_decay": weight_decay, "regularization.l1": l1},
        )
        for weight_decay, l1 in penalties
    ]
    training = Training(experiments, device="cpu", dtype=dtype)
    last = list(run(training))[-1]
    return training, last


def sizes(training, member):
    """‖w‖², ‖b‖², ‖w‖₁ and ‖b‖₁ of one member."""
    pairs = training.population.member(member)
    weights = np.concatenate([weight.numpy().ravel() for weight, _ in pairs])
    biases = np.concatenate([bias.numpy() for _, bias in pairs])
    return (weights @ weights, biases @ biases, abs(weights).sum(), abs(biases).sum())


@pytest.mark.parametrize("members", [1, 4])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("decay_bias", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_penalty_objective_and_weight_norm(members, depth, decay_bias, optimizer):
    penalties = PENALTIES[-members:]
    training, last = trained(
        penalties,
        model__depth=depth,
        regularization__decay_bias=decay_bias,
        optimizer__name=optimizer,
    )
    for member, (decay, l1) in enumerate(penalties):
        square, square_bias, absolute, absolute_bias = sizes(training, member)
        assert square_bias > 0
        l2_part = decay / 2 * (square + decay_bias * square_bias)
        l1_part = l1 * (absolute + decay_bias * absolute_bias)
        loss = last.value("train_loss", member)
        # AdamW shrinks the weights beside the loss: what it minimises knows no λ.
        in_objective = l1_part if optimizer == "adamw" else l2_part + l1_part
        assert last.value("penalty", member) == pytest.approx(l2_part + l1_part, rel=1e-10)
        assert last.value("objective", member) == pytest.approx(loss + in_objective, rel=1e-10)
        assert last.value("weight_norm", member) == pytest.approx(square**0.5, rel=1e-10)


@pytest.mark.parametrize("members", [1, 4])
def test_regression_losses_are_mean_squared_errors_without_penalty(members):
    training, last = trained(PENALTIES[-members:], regularization__dropout=0.3)
    data = training.datasets[0]
    for member in range(members):
        fit = training.fit(None, member)
        expected = [
            np.mean((fit.train - data.train.y) ** 2),
            np.mean((fit.valid - data.valid.y) ** 2),
        ]
        found = [last.value(name, member) for name in ("train_loss", "valid_loss")]
        assert found == pytest.approx(expected, rel=1e-10)
        assert np.isnan(last.value("train_accuracy", member))
        assert np.isnan(last.value("valid_accuracy", member))


@pytest.mark.parametrize("members", [1, 4])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_classification_losses_and_accuracies(members, n_classes):
    training, last = trained(
        PENALTIES[-members:], data__name="blobs", data__n_classes=n_classes, data__noise=1.2
    )
    data = training.datasets[0]
    for member in range(members):
        fit = training.fit(None, member)
        for split, name, probabilities in (
            (data.train, "train", fit.train),
            (data.valid, "valid", fit.valid),
        ):
            own = probabilities[np.arange(len(split.y)), split.y]
            assert last.value(f"{name}_loss", member) == pytest.approx(
                -np.log(own).mean(), rel=1e-9
            )
            right = (probabilities.argmax(axis=1) == split.y).mean()
            assert last.value(f"{name}_accuracy", member) == pytest.approx(right, abs=1e-12)
            assert 1 / n_classes < right < 1


def test_losses_of_a_standardised_target_are_in_the_networks_units():
    training, last = trained(
        [(0.0, 0.0)], data__name="motorcycle", data__n_train=60, data__n_valid=40
    )
    data = training.datasets[0]
    assert data.y_scale > 2
    errors = (training.fit(None).valid - data.valid.y) / data.y_scale
    assert last.value("valid_loss") == pytest.approx(np.mean(errors**2), rel=1e-9)


def test_single_precision_measures_the_same():
    for data in ("sine", "blobs"):
        values = {"data__name": data, "epochs": 1}
        _, coarse = trained(PENALTIES, torch.float32, **values)
        _, fine = trained(PENALTIES, torch.float64, **values)
        np.testing.assert_allclose(coarse.values, fine.values, rtol=1e-3)
        assert coarse.values.dtype == np.float64
        assert coarse.values.shape == (len(MEASURES), 4)


def test_large_outputs_do_not_overflow_the_cross_entropy():
    training, _ = trained([(0.0, 0.0)], torch.float32, data__name="blobs", model__depth=0)
    training.population.flat.mul_(1e4)
    values = training.peek().values[:, 0]
    assert np.isfinite(values).all()
    data = training.datasets[0]
    [(weight, bias)] = training.population.member()
    logits = data.train.x @ weight.double().numpy().T + bias.double().numpy()
    own = logits[np.arange(23), data.train.y]
    assert values[0] == pytest.approx((logits.max(axis=1) - own).mean(), rel=1e-3)


def test_is_finite_sees_each_measure_that_can_tell():
    values = np.ones((len(MEASURES), 6))
    values[[2, 3]] = np.nan  # accuracies in regression
    for member, name in enumerate(("train_loss", "valid_loss", "objective", "weight_norm")):
        broken = values.copy()
        row = MEASURES.index(name)
        broken[row, member] = (np.nan, np.inf)[member % 2]
        if name == "train_loss":
            broken[MEASURES.index("objective"), member] = np.nan
        assert is_finite(broken).tolist() == [m != member for m in range(6)]
    assert is_finite(values).all()
