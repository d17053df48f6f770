"""Exported scripts are short, well laid out, and hold what the experiment needs and no more."""

import ast
import subprocess
import sys

import numpy as np
import pytest
from exported_scripts import experiment_of
from test_session_export import CASES, CSV, POLYNOMIALS, SMALL

from regplay.core import UserError
from regplay.core.datasets import REGISTRY, load
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.hyperparameters import HYPERPARAMETERS
from regplay.session.export import to_pytorch

OWN = ("csv", "points")  # data that a person brings
ALLOWED = {"csv", "numpy", "torch", "sklearn.datasets"}
LONG = 0.012345678901234567
EVERYTHING = {
    "data.name": "blobs",
    "data.label_noise": 0.1,
    "model.init": "xavier",
    "regularization.weight_decay": LONG,
    "regularization.l1": LONG,
    "regularization.dropout": 0.3,
    "regularization.input_noise": 0.2,
    "regularization.max_norm": 3.0,
    "regularization.label_smoothing": 0.1,
    "regularization.decay_bias": False,
    "regularization.early_stopping": 20,
    "optimizer.name": "momentum",
    "optimizer.lr": LONG,
    "optimizer.momentum": LONG,
    "optimizer.batch_size": 16,
}


def script(values=None):
    return to_pytorch(experiment_of(values or {}))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """One of each kind, by name."""
    path = tmp_path_factory.mktemp("data") / "table.csv"
    path.write_text(CSV, encoding="utf-8")
    cases = CASES | {"everything": EVERYTHING}
    cases["everything decayed"] = EVERYTHING | {"regularization.decay_bias": True}
    cases["csv"] = {"data.name": "csv", "data.file": str(path)}
    return {name: script(SMALL | values) for name, values in cases.items()}


def test_layout_is_that_of_ruff(scripts, tmp_path):
    for i, text in enumerate(scripts.values()):
        (tmp_path / f"{i}.py").write_text(text, encoding="utf-8")
    words = ["--isolated", "--no-cache", "--line-length", "100", "."]
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,UP,NPY"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


def test_lines_are_of_a_hundred_characters_at_most(scripts):
    for text in scripts.values():
        lines = text.splitlines()
        assert max(len(line) for line in lines) <= 100
        assert not any(line.endswith((" ", "\t")) for line in lines)


def test_nothing_is_imported_but_numpy_torch_and_where_the_data_comes_from(scripts):
    for name, text in scripts.items():
        found = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module)
        solver = {"numpy.polynomial.legendre"} if name in POLYNOMIALS else {"torch"}
        assert {"numpy", *solver} <= found <= ALLOWED - {"torch"} | solver
        assert ("csv" in found) == (name == "csv")
        assert ("sklearn.datasets" in found) == ("digits" in name or "cancer" in name)


def test_a_plain_experiment_is_a_plain_script():
    text = script()
    assert len(text.splitlines()) < 60
    for word in (
        "Dropout",
        "weight_decay",
        "batches =",
        "abs()",
        "eval()",
        "best_loss",
        "flip",
        "nn.init",
        "accuracy",
        "randn",
        "weights =",
        "renorm",
    ):
        assert word not in text.partition('"""\n\n')[2]


def test_an_experiment_with_everything_is_still_short():
    text = script(EVERYTHING)
    assert len(text.splitlines()) < 115
    for line in (
        "    nn.Dropout(0.3),",
        f'    {{"params": weights, "weight_decay": {LONG}}},',
        '    {"params": biases, "weight_decay": 0.0},',
        "        noisy = x + 0.2 * torch.randn_like(x)",
        "                    layer.weight.copy_(torch.renorm(layer.weight, 2, 0, 3.0))",
        "training_loss = nn.CrossEntropyLoss(label_smoothing=0.1)",
        "        loss = training_loss(model(noisy), y)",
        f"        loss = loss + {LONG} * sum(p.abs().sum() for p in weights)",
        "    for index in torch.randperm(60, generator=batches).split(16):",
    ):
        assert line in text.splitlines()
    assert "Dropout and input noise are drawn otherwise than there" in " ".join(text.split())


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "optimizer = torch.optim.Adam(model.parameters(), lr=0.01)"),
        (
            {"optimizer.name": "sgd", "regularization.weight_decay": 0.1},
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, weight_decay=0.1)",
        ),
        (
            {"optimizer.name": "momentum"},
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)",
        ),
        (  # torch's own default decays
            {"optimizer.name": "adamw"},
            "optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.0)",
        ),
        (
            {"regularization.decay_bias": False, "regularization.weight_decay": 0.1},
            "optimizer = torch.optim.Adam(parameter_groups, lr=0.01)",
        ),
    ],
)
def test_the_optimizer_is_written_as_anyone_would(values, line):
    assert line in script(values).splitlines()


@pytest.mark.parametrize(
    "values",
    [
        {"optimizer.batch_size": 30},
        {"regularization.early_stopping": 1000},
        {"optimizer.momentum": 0.5},
        {"regularization.decay_bias": False},
        {"regularization.label_smoothing": 0.1},
        {"data.label_noise": 0.2, "data.n_classes": 4, "data.n_inputs": 3},
    ],
    ids=str,
)
def test_what_has_no_effect_is_not_in_it(values):
    assert script(values) == script()


def test_a_file_of_numbers_smooths_no_labels_and_one_of_classes_does(tmp_path):
    """Whether there are labels only the file says."""
    path = tmp_path / "table.csv"
    for target, is_smoothed in (("0.5", False), ("red", True)):
        path.write_text("x,y\n" + f"1,{target}\n2,blue\n3,{target}\n4,blue\n" * 3, encoding="utf-8")
        if not is_smoothed:
            path.write_text(CSV, encoding="utf-8")
        values = {"data.name": "csv", "data.file": str(path), "regularization.label_smoothing": 0.1}
        assert ("label_smoothing=0.1" in script(values)) == is_smoothed


def test_dropout_without_a_hidden_unit_is_not_in_it():
    linear = {"model.depth": 0}
    assert script(linear | {"regularization.dropout": 0.5}) == script(linear)
    assert script(linear | {"model.activation": "relu", "model.width": 3}) == script(linear)


def _other(path, value):
    """Another allowed value of a field."""
    field = FIELDS[path]
    if field.kind == "switch":
        return not value
    if field.kind == "choice":
        return next(choice for choice in field.choices if choice != value)
    if field.kind == "text":
        return {"model.widths": "5, 7", "regularization.dropouts": "0.125"}[path]
    return value + 1 if field.kind == "integer" else value / 2 or 0.125


@pytest.mark.parametrize(
    "path",
    [path for path in FIELDS if "network" in HYPERPARAMETERS[path].kinds and "data." not in path],
)
def test_every_field_of_training_has_an_effect(path):
    one_input = {"data.name": "sine"} if path == "model.kind" else {}
    experiment = experiment_of(EVERYTHING | one_input)
    value = experiment
    for name in path.split("."):
        value = getattr(value, name)
    other = replace(experiment, {path: _other(path, value)})
    assert to_pytorch(other) != to_pytorch(experiment)


def test_a_polynomial_is_plain_numpy_by_its_own_fields_alone():
    base = {"model.kind": "polynomial", "regularization.weight_decay": 0.1}
    text = script(base)
    assert "torch" not in text
    assert "sine, 30 training points: a polynomial of degree 4, in plain numpy" in text.lower()
    for path, value in {
        "model.degree": 5,
        "regularization.weight_decay": 0.2,
        "regularization.decay_bias": False,
    }.items():
        assert script(base | {path: value}) != text
    for path, value in {"model.depth": 1, "optimizer.name": "adamw", "seed": 3}.items():
        assert script(base | {path: value}) == text


@pytest.mark.parametrize("name", [name for name in REGISTRY if name not in OWN])
def test_every_field_of_data_has_an_effect_where_the_dataset_uses_it(name):
    spec = REGISTRY[name]
    settings = {"data.name": name}
    if "label_noise" in spec.uses:
        settings["data.label_noise"] = 0.1
    experiment = experiment_of(settings | {"data.n_informative": 5})
    text = to_pytorch(experiment)
    for path in FIELDS:
        field = path.removeprefix("data.")
        if field in (path, "name") or FIELDS[path].kind == "text":
            continue
        value = getattr(experiment.data, field)
        changed = to_pytorch(replace(experiment, {path: _other(path, value)})) != text
        assert changed == (field in spec.uses or (field == "seed" and name != "xor"))


def test_scikit_learn_has_the_tables_that_scripts_take_from_it():
    from sklearn import datasets

    for name, function in (
        ("digits", datasets.load_digits),
        ("breast-cancer", datasets.load_breast_cancer),
    ):
        x, y = function(return_X_y=True)
        labels = y if name == "digits" else 1 - y
        n_valid = len(x) - 50
        made = load(
            experiment_of({"data.name": name, "data.n_train": 50, "data.n_valid": n_valid}).data
        )
        order = np.random.default_rng(0).permutation(len(x))
        np.testing.assert_array_equal(np.concatenate([made.train.x, made.valid.x]), x[order])
        np.testing.assert_array_equal(np.concatenate([made.train.y, made.valid.y]), labels[order])


def test_a_copy_without_its_source_says_so(monkeypatch):
    def refuse(function):
        raise OSError("could not get source code")

    monkeypatch.setattr("inspect.getsource", refuse)
    with pytest.raises(UserError, match="which this copy of it came without; install regplay by"):
        to_pytorch(Experiment())


def test_no_figure_that_was_not_measured_is_given_for_the_rounding():
    for changes in ({}, {"epochs": 10}, {"model.depth": 0}, {"data.name": "moons"}):
        text = to_pytorch(replace(Experiment(), changes)).split('"""')[1]
        assert "the same losses up to rounding, which long training can magnify" in " ".join(
            text.split()
        )
        assert "percent" not in text
