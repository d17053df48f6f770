"""Exported scripts come to what regplay comes to, over every dataset, optimizer and penalty."""

import itertools
import subprocess
import sys

import pytest
from exported_scripts import assert_same, experiment_of, outcome, trained

from regplay.core.datasets import REGISTRY
from regplay.session.export import to_pytorch

SMALL = {"model.width": 16, "epochs": 10}
CSV = "height,colour,weight\n" + "".join(f"{i},{i * i % 7},{i * 3 % 11 + 0.5}\n" for i in range(40))
LEARNING_RATES = {"sgd": 0.05, "momentum": 0.01, "adam": 0.01, "adamw": 0.01}
PENALTIES = {
    "none": {},
    "decay": {"regularization.weight_decay": 0.1},
    "l1": {"regularization.l1": 0.01},
    "both": {"regularization.weight_decay": 0.1, "regularization.l1": 0.01},
    "smooth": {"regularization.label_smoothing": 0.3},
    "norm": {"regularization.weight_decay": 0.1, "regularization.max_norm": 0.5},
}

_EDITS = "move 2 0.5 1; delete 1; delete 4; add 0.25 2"
_PLANE_EDITS = "move 2 0.5 1 1; delete 3; add 0.25 -0.125 0; add 0 0 1"
DATASETS = {name: {"data.name": name} for name in REGISTRY}
VARIANTS = {
    "noiseless": {"data.noise": 0.0},
    "clean": {"data.name": "cubic", "data.clean_valid": True, "data.seed": 7},
    "sparse linear": {"data.name": "linear", "data.n_informative": 4, "data.clean_valid": True},
    "constant linear": {"data.name": "linear", "data.n_informative": 0, "data.noise": 0.0},
    "linear with too many": {"data.name": "linear", "data.n_inputs": 9, "data.noise": 0.1},
    "flipped": {"data.name": "moons", "data.label_noise": 0.3, "data.seed": 3},
    "flipped of four": {"data.name": "blobs", "data.n_classes": 4, "data.label_noise": 0.25},
    "flipped for training": {
        "data.name": "circles",
        "data.label_noise": 0.2,
        "data.clean_valid": True,
    },
    "exact blobs": {"data.name": "blobs", "data.noise": 0.0, "data.n_classes": 2},
    "exact spirals": {"data.name": "spirals", "data.noise": 0.0},
    "three arms": {"data.name": "spirals", "data.n_arms": 3},
    "flipped penguins": {"data.name": "penguins", "data.label_noise": 0.2, "data.seed": 5},
    "flipped digits": {
        "data.name": "digits",
        "data.label_noise": 0.5,
        "data.clean_valid": True,
    },
    "edited sine": {"data.name": "sine", "data.edits": f"{_EDITS}; move 900 1 1; add 1 1 1"},
    "edited XOR": {"data.name": "xor", "data.edits": _PLANE_EDITS},
    "edited moons": {
        "data.name": "moons",
        "data.label_noise": 0.2,
        "data.edits": f"{_PLANE_EDITS}; add 1 1 3",
    },
    "edited blobs": {"data.name": "blobs", "data.edits": "add 0.1 0.2 2"},
    "edited plane": {"data.name": "linear", "data.n_inputs": 2, "data.edits": _PLANE_EDITS},
    "edited motorcycle": {"data.name": "motorcycle", "data.edits": _EDITS},
    "edited penguins": {
        "data.name": "penguins",
        "data.label_noise": 0.2,
        "data.edits": "move 2 200 40 1; delete 3",
    },
    "one car": {"data.name": "cars", "data.n_train": 1},
    "one cancer": {"data.name": "breast-cancer", "data.n_train": 1, "data.label_noise": 0.5},
    "few cars": {"data.name": "cars", "data.n_train": 4, "data.n_valid": 5, "data.seed": 4},
}
MODELS = {
    "linear": {"model.depth": 0, "data.name": "curved"},
    "linear xavier": {"model.depth": 0, "model.init": "xavier", "model.init_scale": 0.5},
    "deep": {"model.depth": 5, "model.activation": "gelu", "model.width": 5, "seed": 4},
    "relu kaiming": {"model.activation": "relu", "model.init": "kaiming"},
    "small kaiming": {"model.activation": "relu", "model.init": "kaiming", "model.init_scale": 0.3},
    "sigmoid xavier": {"model.activation": "sigmoid", "model.init": "xavier", "seed": 9},
    "wide normal": {"model.init": "normal", "model.init_scale": 0.4},
    "scaled torch": {"model.init_scale": 2.0, "data.name": "blobs"},
    "bounded linear": {"model.depth": 0, "regularization.max_norm": 0.3, "data.name": "curved"},
    "one unit": {"model.depth": 1, "model.width": 1},
    "dropout without a hidden unit": {"model.depth": 0, "regularization.dropout": 0.5},
}
POLYNOMIALS = {
    f"polynomial {name}": {"model.kind": "polynomial", "model.degree": degree, **values}
    for name, (degree, values) in {
        "of degree 1": (1, {}),
        "of degree 20": (20, {"data.n_train": 60}),
        "of all points": (15, {"data.n_train": 9, "data.seed": 2}),
        "with ridge": (15, {"regularization.weight_decay": 0.02}),
        "with a free bias": (
            6,
            {
                "data.name": "motorcycle",
                "regularization.weight_decay": 0.5,
                "regularization.decay_bias": False,
            },
        ),
        "of edited points": (4, {"data.edits": _EDITS}),
    }.items()
}
LOOPS = {
    "batches": {"optimizer.batch_size": 7, "seed": 2},
    "batches of one": {"optimizer.batch_size": 1, "epochs": 5, "data.name": "moons"},
    "a batch of all": {"optimizer.batch_size": 30},
    "more than all": {"optimizer.batch_size": 31},
    "l1 by batches": {"optimizer.batch_size": 8, "regularization.l1": 0.01},
    "no step": {"optimizer.lr": 0.0, "epochs": 2},
    "no momentum": {"optimizer.name": "momentum", "optimizer.momentum": 0.0},
    "stops": {"regularization.early_stopping": 30, "optimizer.lr": 0.02, "epochs": 600},
    "stops by batches": {
        "regularization.early_stopping": 5,
        "optimizer.batch_size": 4,
        "epochs": 200,
        "data.name": "moons",
        "data.n_train": 20,
        "optimizer.lr": 0.03,
    },
    "stops soon": {"regularization.early_stopping": 1, "epochs": 15, "optimizer.lr": 0.1},
    "does not stop": {"regularization.early_stopping": 9},
    "smooths and stops": {
        "regularization.label_smoothing": 0.2,
        "regularization.early_stopping": 5,
        "optimizer.batch_size": 4,
        "epochs": 200,
        "data.name": "moons",
        "data.n_train": 20,
        "optimizer.lr": 0.03,
    },
    "can't stop": {"regularization.early_stopping": 10},
    "has waited at its end": {"regularization.early_stopping": 10, "optimizer.lr": 0.0},
}
PENALIZED = {
    f"{name} {penalty} {'all' if decay_bias else 'weights'}": {
        "data.name": data,
        "optimizer.name": name,
        "optimizer.lr": lr,
        "regularization.decay_bias": decay_bias,
        "model.init_scale": 1.5,
        "epochs": 30,
        **values,
    }
    for (name, lr), (penalty, values), (data, decay_bias) in itertools.product(
        LEARNING_RATES.items(), PENALTIES.items(), (("sine", True), ("moons", False))
    )
}
CASES = DATASETS | VARIANTS | MODELS | POLYNOMIALS | LOOPS | PENALIZED
# By day each optimizer meets each penalty on one of the two datasets: on the other one at night.
AT_NIGHT = [name for i, name in enumerate(PENALIZED) if i % 4 in (1, 2)]


@pytest.fixture(scope="module")
def experiments(tmp_path_factory):
    """All experiments of the grid, by name."""
    path = tmp_path_factory.mktemp("data") / "table.csv"
    path.write_text(CSV, encoding="utf-8")
    files = {"csv": {"data.file": str(path)}}
    return {
        name: experiment_of(SMALL | values | files.get(name, {})) for name, values in CASES.items()
    }


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.nightly if name in AT_NIGHT else ()) for name in CASES],
)
def test_a_script_comes_to_what_training_comes_to(experiments, run_script, name):
    (expected,) = trained(experiments[name])
    assert_same(run_script(experiments[name]), expected)


def test_a_script_needs_no_more_than_torch(tmp_path):
    """In an interpreter of its own, in which nothing of regplay is or can be imported."""
    experiment = experiment_of(SMALL)
    path = tmp_path / "script.py"
    path.write_text(to_pytorch(experiment), encoding="utf-8")
    words = "import runpy, sys; sys.modules['regplay'] = None; runpy.run_path(sys.argv[1])"
    command = [sys.executable, "-I", "-c", words, path]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    (expected,) = trained(experiment)
    assert_same(outcome(done.stdout), expected)
