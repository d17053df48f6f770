"""Experiments of every kind, drawn at random, against plain PyTorch.

What fails says the seed of its draws and the values; `experiment_of(random.Random(seed))` draws it
again.
"""

import random

import numpy as np
import pytest
import torch
from engines import ENGINES, dataset_of, native_engine, use
from plain_torch import ACTIVATIONS, PlainTorch

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

CHUNKS, BY_DAY, EACH = 20, 6, 15  # a few hundred at night, some of them by day


def experiment_of(draw):
    """An experiment, and its points."""
    depth = draw.choice([0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8])
    n_train, n_valid = draw.randint(1, 60), draw.randint(1, 60)

    def sometimes(low, high):
        """0, or a number between two on the logarithmic scale."""
        return draw.choice([0.0, low * (high / low) ** draw.random()])

    name = draw.choice(["sgd", "momentum", "adam", "adamw"])
    values = {
        "model.depth": depth,
        "model.width": draw.choice([draw.randint(1, 40), draw.randint(1, 8), 16, 32]),
        "model.activation": draw.choice(list(ACTIVATIONS)),
        "model.init": draw.choice(["torch", "normal", "xavier", "kaiming"]),
        "model.init_scale": draw.uniform(0.3, 1.2),
        "optimizer.name": name,
        "optimizer.lr": draw.uniform(0.001, 0.02 if name in ("sgd", "momentum") else 0.05),
        "optimizer.momentum": draw.choice([0.0, 0.5, 0.9, 0.99]),
        "optimizer.batch_size": draw.choice([0, 0, draw.randint(1, 70), draw.randint(1, 12)]),
        "regularization.weight_decay": sometimes(1e-4, 1.0),
        "regularization.l1": sometimes(1e-5, 0.05),
        "regularization.dropout": draw.choice([0.0, draw.uniform(0.01, 0.95)]),
        "regularization.input_noise": draw.choice([0.0, draw.uniform(0.01, 1.0)]),
        "regularization.max_norm": sometimes(0.1, 4.0),
        "regularization.label_smoothing": draw.choice([0.0, draw.uniform(0.01, 0.95)]),
        "regularization.decay_bias": draw.choice([True, False]),
        "seed": draw.choice([draw.randint(0, 2**31 - 1), draw.randint(0, 5), 2**31 - 1]),
    }
    if values["model.init"] == "normal":  # of outputs that don't grow with each layer
        values["model.init_scale"] /= max(1, values["model.width"]) ** 0.5
    if values["optimizer.batch_size"]:  # at most some steps an epoch
        values["optimizer.batch_size"] = max(values["optimizer.batch_size"], -(-n_train // 9))
    size = values["optimizer.batch_size"]
    per_epoch = -(-n_train // min(size or n_train, n_train))
    values["epochs"] = max(1, draw.randint(4, 9) // per_epoch)
    inputs, classes = draw.randint(1, 5), draw.randint(1, 4)
    dataset = dataset_of(n_train, n_valid, inputs, classes, draw.getrandbits(32))
    if draw.random() < 0.5:  # of all layers, of some, of more than there are
        widths = [draw.randint(1, values["model.width"]) for _ in range(draw.randint(1, 8))]
        values["model.widths"] = ", ".join(map(str, widths))
    if draw.random() < 0.5:
        shares = [draw.choice([0.0, draw.uniform(0.01, 0.5)]) for _ in range(draw.randint(1, 8))]
        values["regularization.dropouts"] = ", ".join(f"{share:.6f}" for share in shares)
    values["regularization.input_dropout"] = draw.choice([0.0, 0.0, draw.uniform(0.01, 0.4)])
    return replace(Experiment(), values), dataset


def trained(training):
    """A training at its end, and its last measurements."""
    records = []
    while not training.finished:
        records += training.train()
    return training, records[-1].snapshot


def adam_divides_rounding(plain):
    """Whether a gradient is so near to 0 that its direction is what single precision makes of it.

    Adam's first steps are nearly as long for it as for any other: g/(|g| + 1e-8), which an error of
    1e-8 in a g of 1e-6 changes by 1e-4.
    """
    if not plain.experiment.optimizer.name.startswith("adam"):
        return False
    gradients = torch.cat([p.grad.view(-1).abs() for p in plain.network.parameters()])
    return bool(((gradients > 0) & (gradients < 1e-6)).any())


@pytest.mark.parametrize(
    "chunk",
    [pytest.param(i, marks=pytest.mark.nightly if i >= BY_DAY else ()) for i in range(CHUNKS)],
)
def test_random_experiments_come_out_as_in_plain_torch(monkeypatch, chunk):
    diverged = rounded = 0
    engines = {name: make() for name, make in ENGINES.items()}
    for seed in range(chunk * 1000, chunk * 1000 + EACH):
        experiment, dataset = experiment_of(random.Random(seed))
        about = f"seed {seed}: {experiment}, {dataset.task} of {dataset.train.x.shape}"
        ends, singles = {}, {}
        for name, engine in engines.items():
            use(monkeypatch, engine)
            training = Training([experiment], datasets=[dataset], dtype=torch.float64)
            plain = PlainTorch(training)
            training, last = trained(training)
            ends[name] = training.population.flat[0].clone(), training.step, last
            single = Training([experiment], datasets=[dataset], dtype=torch.float32)
            while single.step < 2:
                single.train(2)
            singles[name] = single.population.flat[0].double()

        plain.step()
        rounded += (is_rounded := adam_divides_rounding(plain))
        plain.step()
        # In single precision, before rounding has grown: as near as torch's.
        size = torch.linalg.vector_norm(plain.parameters)
        native, by_torch = (
            torch.linalg.vector_norm(found - plain.parameters) / size for found in singles.values()
        )
        assert is_rounded or native <= 3 * by_torch + 1e-5, about

        _, steps, last = ends["native"]
        assert steps == ends["torch"][1], about
        assert last.diverged[0] == ends["torch"][2].diverged[0], about
        for _ in range(steps - 2):
            plain.step()
        losses = plain.losses()
        if last.diverged[0]:
            diverged += 1
            assert not (np.array(losses) <= np.finfo(np.float32).max).all(), about
            continue
        for name, (parameters, _, last) in ends.items():
            torch.testing.assert_close(
                parameters,
                plain.parameters,
                rtol=1e-6,
                atol=1e-8,
                msg=lambda text, name=name, about=about: f"{name}, {about}\n{text}",
            )
            found = [last.value("train_loss"), last.value("valid_loss")]
            np.testing.assert_allclose(found, losses, rtol=1e-6, atol=1e-12, err_msg=about)
    assert diverged < EACH / 3
    assert rounded < EACH / 2


def test_random_company_changes_nothing(monkeypatch):
    """Members of one shape that differ in all that may differ, together and alone, to the bit."""
    for seed in range(20):
        draw = random.Random(10**6 + seed)
        first, dataset = experiment_of(draw)
        members = [first]
        for _ in range(draw.randint(1, 6)):
            other, _ = experiment_of(draw)
            own = {
                "seed": other.seed,
                "model.init": other.model.init,
                "model.init_scale": other.model.init_scale,
                "optimizer.lr": other.optimizer.lr,
                "regularization.weight_decay": other.regularization.weight_decay,
                "regularization.l1": other.regularization.l1,
                "regularization.dropout": other.regularization.dropout,
                "regularization.dropouts": other.regularization.dropouts,
                "regularization.input_dropout": other.regularization.input_dropout,
                "regularization.input_noise": other.regularization.input_noise,
                "regularization.max_norm": other.regularization.max_norm,
                "regularization.label_smoothing": other.regularization.label_smoothing,
                "regularization.early_stopping": draw.choice([0, 1, 2, 3]),
            }
            members.append(replace(first, own))
        use(monkeypatch, native_engine(draw.randint(1, 3)))
        together = Training(members, datasets=[dataset] * len(members), device="cpu")
        last = [record.snapshot for record in iter_records(together)][-1]
        use(monkeypatch, native_engine(1))
        for member, experiment in enumerate(members):
            alone, own = trained(Training([experiment], datasets=[dataset], device="cpu"))
            about = f"seed {10**6 + seed}, member {member}: {experiment}"
            assert torch.equal(alone.population.flat[0], together.population.flat[member]), about
            assert own.stopped_at[0] == last.stopped_at[member], about
            for measure in MEASURES:
                pair = own.value(measure), last.value(measure, member)
                assert np.array_equal(*map(np.array, pair), equal_nan=True), (measure, about)


def iter_records(training):
    while not training.finished:
        yield from training.train()
