"""`regplay train`: what it prints and writes, held against plain torch."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from regplay.cli import actions, main
from regplay.cli.commands import REFUSED
from regplay.core.datasets import load
from regplay.core.population import engine_for
from regplay.session.experiment_text import open_experiment

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "gelu": nn.GELU, "sigmoid": nn.Sigmoid}
FINAL = ["train_loss", "valid_loss", "train_accuracy", "valid_accuracy", "penalty", "weight_norm"]

REGRESSION = """
epochs = 120
seed = 4
[model]
width = 16
activation = "gelu"
[regularization]
weight_decay = 0.001
[optimizer]
batch_size = 10
"""
DROPOUT = """
epochs = 60
[model]
depth = 2
width = 8
activation = "relu"
[regularization]
dropout = 0.3
"""
CLASSES = """
epochs = 50
[data]
name = "penguins"
seed = 5
[model]
depth = 1
activation = "sigmoid"
[optimizer]
name = "sgd"
lr = 0.5
"""
LINEAR = """
epochs = 30
[data]
name = "cars"
[model]
depth = 0
"""
EARLY = """
epochs = 5000
[regularization]
early_stopping = 40
"""
# λ > 0, since the penalty of an infinite norm would else be 0 · ∞.
DIVERGING = """
[regularization]
weight_decay = 0.01
[optimizer]
name = "sgd"
lr = 10.0
"""
OVERFITTED = """
epochs = 600
[model]
width = 16
[optimizer]
lr = 0.03
"""
ALL = {
    "regression": REGRESSION,
    "dropout": DROPOUT,
    "classes": CLASSES,
    "linear": LINEAR,
    "early": EARLY,
    "diverging": DIVERGING,
}


class Run:
    """A finished `regplay train` with its output and its files."""

    def __init__(self, folder: Path, code: int, out: str, err: str) -> None:
        self.folder, self.code, self.out, self.err = folder, code, out, err
        self.experiment = open_experiment(folder / "experiment.toml")
        self.dataset = load(self.experiment.data)
        self.state = torch.load(folder / "model.pt", weights_only=True)
        self.history = self.table("history.csv")
        self.predictions = self.table("predictions.csv")

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    def network(self) -> nn.Sequential:
        """The equivalent network, built from the experiment alone."""
        settings = self.experiment.model
        dropout = self.experiment.regularization.dropout
        width = self.dataset.n_inputs
        modules: list[nn.Module] = []
        for _ in range(settings.depth):
            modules += [nn.Linear(width, settings.width), ACTIVATIONS[settings.activation]()]
            if dropout:
                modules.append(nn.Dropout(dropout))
            width = settings.width
        modules.append(nn.Linear(width, self.dataset.n_outputs))
        return nn.Sequential(*modules)

    def tensors(self, split: str) -> tuple[Tensor, Tensor]:
        points = getattr(self.dataset, split)
        x = torch.tensor(self.dataset.inputs(points.x), dtype=torch.float32)
        y = torch.tensor(self.dataset.targets(points.y))
        return x, y if self.dataset.task == "classification" else y.float()[:, None]


@pytest.fixture
def train(tmp_path, capsys):
    def run(
        text: str, *words: str, folder: str = "out", json: bool = True, advice: bool = False
    ) -> Run:
        path = tmp_path / "experiment.toml"
        path.write_text(text, encoding="utf-8")
        out = tmp_path / folder
        output = (["--json"] if json else []) + ([] if advice else ["--no-advice"])
        code = main(["train", str(path), "--out", str(out), *output, *words])
        captured = capsys.readouterr()
        return Run(out, code, captured.out, captured.err)

    return run


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_the_written_weights_give_the_written_predictions(train, text):
    run = train(text)
    network = run.network()
    network.load_state_dict(run.state)
    network.eval()
    rows = iter(run.predictions)
    for split in ("train", "valid"):
        points = getattr(run.dataset, split)
        with torch.no_grad():
            output = network(run.tensors(split)[0]).double().numpy()
        for x, y, predicted in zip(points.x, points.y, output, strict=True):
            row = next(rows)
            assert row["split"] == split
            # All digits: what is read back is the very same number.
            assert [float(row[name]) for name in run.dataset.input_names] == x.tolist()
            if run.dataset.task == "classification":
                names = run.dataset.class_names
                assert row["y_true"] == names[y]
                assert row["y_pred"] == names[predicted.argmax()]
            else:
                assert float(row["y_true"]) == y
                expected = float(run.dataset.measured(predicted[0]))
                assert float(row["y_pred"]) == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert next(rows, None) is None


@pytest.mark.parametrize("text", [REGRESSION, CLASSES, LINEAR])
def test_the_outcome_is_that_of_a_plain_loop(train, text):
    run = train(text)
    experiment = run.experiment
    with torch.random.fork_rng():
        torch.manual_seed(experiment.seed)
        network = run.network()
    optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = optimizers[experiment.optimizer.name](
        network.parameters(),
        lr=experiment.optimizer.lr,
        weight_decay=experiment.regularization.weight_decay,
    )
    is_regression = run.dataset.task == "regression"
    loss_function = nn.MSELoss() if is_regression else nn.CrossEntropyLoss()
    x, y = run.tensors("train")
    batches = torch.Generator().manual_seed(experiment.seed)
    for _ in range(experiment.epochs):
        indices = [torch.arange(len(x))]
        if experiment.optimizer.batch_size:
            order = torch.randperm(len(x), generator=batches)
            indices = order.split(experiment.optimizer.batch_size)
        for index in indices:
            loss = loss_function(network(x[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    final = json.loads(run.out)["final"]
    with torch.no_grad():
        for split in ("train", "valid"):
            inputs, targets = run.tensors(split)
            output = network(inputs)
            loss = float(loss_function(output, targets))
            assert final[f"{split}_loss"] == pytest.approx(loss, rel=1e-3, abs=1e-6)
            if is_regression:
                assert final[f"{split}_accuracy"] is None
            else:
                accuracy = float((output.argmax(1) == targets).double().mean())
                assert final[f"{split}_accuracy"] == pytest.approx(accuracy, abs=1e-6)
        for name, value in network.state_dict().items():
            torch.testing.assert_close(run.state[name], value, rtol=1e-3, atol=1e-4)
        norm = math.sqrt(sum(float(p.square().sum()) for p in network.parameters() if p.dim() > 1))
        square = sum(float(parameter.square().sum()) for parameter in network.parameters())
    assert final["weight_norm"] == pytest.approx(norm, rel=1e-3)
    penalty = experiment.regularization.weight_decay / 2 * square
    assert final["penalty"] == pytest.approx(penalty, rel=1e-3)


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_json_is_the_only_output_and_agrees_with_the_history(train, text):
    run = train(text)
    assert run.code == 0

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    summary = json.loads(run.out, parse_constant=refuse)
    names = ["final", "best", "epochs", "diverged", "seconds", "engine", "verdict", "advice"]
    assert list(summary) == names
    assert list(summary["final"]) == FINAL
    assert list(run.history[0]) == ["epoch", *FINAL]
    last = run.history[-1]
    for measure, value in summary["final"].items():
        assert last[measure] == ("" if value is None else repr(value))
    assert int(last["epoch"]) == summary["epochs"]
    best = min(run.history, key=lambda row: float(row["valid_loss"]))
    assert summary["best"] == {
        "epoch": int(best["epoch"]),
        "valid_loss": float(best["valid_loss"]),
    }
    assert summary["seconds"] > 0
    assert summary["engine"] == engine_for(torch.device("cpu")).name


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_the_written_experiment_trains_to_the_same_again(train, text):
    first = train(text, "--set", "model.init_scale=1.1")
    again = train((first.folder / "experiment.toml").read_text(encoding="utf-8"), folder="again")
    assert again.experiment == first.experiment
    for name in ("experiment.toml", "history.csv", "predictions.csv"):
        assert (again.folder / name).read_bytes() == (first.folder / name).read_bytes()
    for name, value in first.state.items():
        assert torch.equal(value, again.state[name])


def test_epochs_are_those_trained(train):
    assert json.loads(train(REGRESSION).out)["epochs"] == 120
    early = json.loads(train(EARLY).out)
    assert early["best"]["epoch"] + 40 <= early["epochs"] < 5000
    assert not early["diverged"]


def test_divergence_is_an_outcome_and_no_error(train):
    run = train(DIVERGING)
    summary = json.loads(run.out)
    assert summary["diverged"] is True
    assert summary["epochs"] < 1000
    assert all(bool(value.isfinite().all()) for value in run.state.values())
    assert "\nDiverged at epoch " in train(DIVERGING, json=False).out


def test_the_outcome_in_words(train):
    run = train("", json=False, advice=True)
    final = run.history[-1]
    lines = run.out.splitlines()
    assert lines[0].startswith("1,000 epochs in ")
    assert lines[1].split() == ["training", "loss", f"{float(final['train_loss']):.4g}"]
    assert lines[2].split() == ["validation", "loss", f"{float(final['valid_loss']):.4g}"]
    assert lines[4] == ""
    assert lines[5].startswith("Overfitting since epoch ")
    assert lines[6].startswith("The validation loss rose from ")
    assert " brings the validation loss from " in lines[7]
    assert lines[7].endswith(" (trained with 3 seeds).")
    assert run.err == f"Results are in {run.folder}\n"


def test_the_verdict_and_the_advice_as_json(train):
    text = train(OVERFITTED, json=False, advice=True).out
    summary = json.loads(train(OVERFITTED, advice=True).out)
    verdict, advice = summary["verdict"], summary["advice"]
    assert list(verdict) == ["kind", "since", "text"]
    assert (verdict["kind"], verdict["since"]) == ("overfitting", summary["best"]["epoch"])
    headline, _, reason = verdict["text"].partition(". ")
    assert text.splitlines()[-3:] == [headline, reason, advice["text"]]
    assert (advice["seeds"], advice["cause"]) == (3, "too little regularization")
    assert advice["before"] == pytest.approx(summary["final"]["valid_loss"], rel=1e-3)
    assert advice["after"] < advice["before"]
    assert advice["mean_after"] < advice["mean_before"]


def test_the_advice_holds_when_it_is_followed(train):
    """What is said of a neighbour is what comes of training it."""
    advice = json.loads(train(OVERFITTED, advice=True).out)["advice"]
    assert advice["changes"]
    settings = [
        word for path, value in advice["changes"].items() for word in ("--set", f"{path}={value}")
    ]
    followed = json.loads(train(OVERFITTED, *settings).out)
    assert followed["final"]["valid_loss"] == pytest.approx(advice["after"], rel=1e-3)


def test_without_advice_the_experiment_is_trained_alone(train):
    assert json.loads(train(OVERFITTED).out)["advice"] is None
    assert "trained with" not in train(OVERFITTED, json=False).out


def test_the_outcome_of_a_classification_has_accuracies(train):
    run = train(CLASSES, json=False)
    accuracy = float(run.history[-1]["valid_accuracy"])
    assert f"accuracy {100 * accuracy:.1f} %" in run.out.splitlines()[2]


def test_early_stopping_is_said(train):
    line = train(EARLY, json=False).out.splitlines()[0]
    assert line.endswith("stopped early: no better for 40 epochs")


def test_a_table_of_ones_own(train, tmp_path):
    rng = np.random.default_rng(0)
    points = rng.uniform(10, 20, (40, 2))
    rows = "\n".join(f"{a},{b},{'high' if a > b else 'low'}" for a, b in points)
    (tmp_path / "own.csv").write_text(f"length,width,class\n{rows}\n", encoding="utf-8")
    text = 'epochs = 20\n[data]\nname = "csv"\nfile = "own.csv"\n'
    run = train(text)
    assert run.experiment.data.file == str(tmp_path / "own.csv")
    assert list(run.predictions[0]) == ["split", "length", "width", "y_true", "y_pred"]
    assert {row["y_pred"] for row in run.predictions} <= {"high", "low"}
    written = {(float(row["length"]), float(row["width"])) for row in run.predictions}
    assert written == {(a, b) for a, b in points.tolist()}


@pytest.mark.parametrize("name", ["own.csv", "own.TSV", "own.txt"])
def test_a_table_is_trained_as_the_experiment_that_names_it(capsys, tmp_path, name):
    path = tmp_path / name
    path.write_text("a;b;y\n" + "".join(f"{i};{i * i % 7};{3 * i}\n" for i in range(20)), "utf-8")
    named = tmp_path / "named.toml"
    named.write_text(f'epochs = 20\n[data]\nname = "csv"\nfile = "{name}"\n', "utf-8")
    losses = []
    for words in (path, "--set", "epochs=20"), (named,):
        assert main(["train", *map(str, words), "--json", "--no-advice"]) == 0
        losses.append(json.loads(capsys.readouterr().out)["final"]["train_loss"])
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.json",
            '{"a": 1}',
            "this is a JSON file; regplay reads tables: CSV, TSV, Excel (.xlsx)",
        ),
        ("a.json", "[1, 2]", "this is a JSON file; regplay reads tables: CSV, TSV, Excel"),
        ("a.ipynb", '{\n "cells": []}', "save what is in it as one of these; an experiment is "),
        ("a.pdf", "%PDF-1.7", "this is a PDF; regplay reads tables: CSV, TSV, Excel (.xlsx); save"),
        ("a.zip", "PK\x03\x04", "this is a damaged ZIP or Excel file; fetch or save it again; "),
        ("a.py", "import numpy\n", "there is only one column; at least one input and the target "),
        ("a.csv", "", "the file is empty; save the table again, or choose another file"),
        ("a.csv", "\n \n", "the file is empty; save the table again, or choose another file"),
        ("a.regplay", "format = 1\n", "this is a session: open it, and save its experiment"),
    ],
)
@pytest.mark.parametrize("command", ["train", "export"])
def test_what_is_neither_an_experiment_nor_a_table_is_named(
    capsys, tmp_path, command, name, content, message
):
    path = tmp_path / name
    path.write_text(content, "utf-8")
    assert main([command, str(path)]) == REFUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"regplay {command}: {path}: ")
    assert message in err


def test_a_table_of_any_name_is_trained(capsys, tmp_path):
    path = tmp_path / "weather.2024"
    path.write_text("".join(f"{i} {i * i}\n" for i in range(20)), "utf-8")
    assert main(["train", str(path), "--set", "epochs=20", "--no-advice"]) == 0
    assert "weather.2024: separated by blanks" in capsys.readouterr().err


def test_how_a_table_was_taken_is_said_beside_the_results(train, tmp_path):
    rows = "".join(f"{i + 1};{i / 4}".replace(".", ",") + f";{1 + i % 2}\n" for i in range(20))
    (tmp_path / "own.csv").write_text(f"rownames;length;cls\n{rows};;\n21;NA;1\n", "utf-8")
    text = 'epochs = 20\n[data]\nname = "csv"\nfile = "own.csv"\n'
    said = [line for line in train(text).err.splitlines() if line.startswith("own.csv: ")]
    assert said == [
        "own.csv: separated by semicolons, decimal commas, the first row is a header, missing "
        "values as NA",
        "own.csv: column 3 (cls): it is taken for a number; it may be 2 classes (1, 2); say "
        "data.task = classification",
        "own.csv: 1 row with a missing value is left out (length: 1)",
        "own.csv: column 1 (rownames): it is left out: it only counts the rows",
    ]


def test_a_polynomial_is_solved_and_its_degree_advised(regplay, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text('[model]\nkind = "polynomial"\n')
    code, out, _ = regplay("train", path, "--set", "model.degree=15", "--out", tmp_path / "results")
    assert code == 0
    assert out.startswith("solved exactly in ")
    assert "Overfitting: a wide gap" in out
    assert "Degree 3 brings the validation loss from 36.8 to 0.0972." in out
    assert "epoch" not in out
    saved = torch.load(tmp_path / "results" / "model.pt", weights_only=True)
    assert saved["0.weight"].shape == (1, 15)


def test_a_table_that_nobody_has_named_is_asked_for(regplay, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text("")
    code, _, err = regplay("train", path, "--set", "data.name=csv")
    assert (code, "No file is named yet: choose a table" in err) == (REFUSED, True)


def test_a_polynomial_of_other_data_is_refused(regplay, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text('[data]\nname = "moons"\n')
    for command in ("train", "export"):
        code, out, error = regplay(command, path, "--set", "model.kind=polynomial")
        assert (code, out) == (2, "")
        assert "predicts a number from one input, and here are classes; choose model.kind" in error


@pytest.mark.parametrize("words", [["train"], ["sweep", "--vary", "model.width=2,4"]])
def test_results_are_written_though_nobody_reads_what_is_said(
    monkeypatch, regplay, file, tmp_path, words
):
    def refuse(_):
        raise BrokenPipeError

    monkeypatch.setattr(actions, "_show", refuse)
    path = file("experiment.toml", "epochs = 3\n[model]\nwidth = 4\n")
    regplay(words[0], path, *words[1:], "--out", tmp_path / "results")
    table = "history.csv" if words == ["train"] else "sweep.csv"
    assert len((tmp_path / "results" / table).read_text().splitlines()) > 2
