"""Every variant that this machine can run comes to the same numbers, to rounding."""

from functools import cache

import numpy as np
import pytest
import torch
from engines import VARIANTS, native_engine, torch_engine, use
from small_trainings import kept_records

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

BASE = {
    "data.n_train": 50,
    "data.n_valid": 30,
    "regularization.dropout": 0.2,
    "regularization.input_noise": 0.1,
    "epochs": 20,
}
KINDS = {
    "tanh, adam": {"model.width": 64},
    "relu, momentum, batches": {
        "model.activation": "relu",
        "model.width": 33,
        "optimizer.name": "momentum",
        "optimizer.batch_size": 17,
        "regularization.l1": 0.001,
    },
    "gelu, adamw, classes": {
        "model.activation": "gelu",
        "model.width": 7,
        "model.depth": 5,
        "optimizer.name": "adamw",
        "data.name": "blobs",
        "data.n_classes": 3,
        "regularization.weight_decay": 0.1,
    },
    "sigmoid, sgd, narrow": {
        "model.activation": "sigmoid",
        "model.width": 1,
        "model.depth": 1,
        "optimizer.name": "sgd",
        "regularization.weight_decay": 0.1,
        "regularization.decay_bias": False,
    },
    "linear, many inputs": {
        "model.depth": 0,
        "data.name": "linear",
        "data.n_inputs": 131,
        "optimizer.lr": 0.003,
        "regularization.l1": 0.01,
    },
    "wide": {"model.width": 140, "epochs": 5, "optimizer.lr": 0.001},
}


def trained(changes, dtype):
    experiments = [replace(Experiment(), BASE | changes | {"seed": seed}) for seed in (0, 1)]
    found = kept_records(Training(experiments, device="cpu", dtype=dtype))
    values = np.array([record.snapshot.values for record in found])
    return values, torch.stack([record.state.parameters for record in found]).double()


@cache
def by_torch(kind):
    with pytest.MonkeyPatch.context() as patched:
        use(patched, torch_engine())
        return trained(KINDS[kind], torch.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_comes_to_the_numbers_of_torch(monkeypatch, kind, variant):
    changes, (values, parameters) = KINDS[kind], by_torch(kind)
    use(monkeypatch, native_engine(variant=variant))
    found, found_parameters = trained(changes, torch.float64)
    np.testing.assert_allclose(found, values, rtol=1e-8, atol=1e-12)
    torch.testing.assert_close(found_parameters, parameters, rtol=1e-7, atol=1e-10)
    # In single precision 20 updates let rounding grow; a fault would be of another size.
    found, found_parameters = trained(changes, torch.float32)
    np.testing.assert_allclose(found[0], values[0], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(found, values, rtol=2e-2, atol=1e-4)
    torch.testing.assert_close(found_parameters, parameters, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_the_same_to_the_bit_on_any_number_of_threads(monkeypatch, variant):
    changes = KINDS["relu, momentum, batches"]
    use(monkeypatch, native_engine(1, variant))
    values, parameters = trained(changes, torch.float32)
    use(monkeypatch, native_engine(2, variant))
    found, found_parameters = trained(changes, torch.float32)
    np.testing.assert_array_equal(found, values)
    assert torch.equal(found_parameters, parameters)
