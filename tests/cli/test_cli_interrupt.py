"""Ctrl-C while `regplay train` trains: what there is stays, and belongs together."""

import contextlib
import csv
import json
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torch
from experiment_files import experiment_file
from torch import nn

from regplay.cli.commands import COMMANDS
from regplay.core.datasets import load
from regplay.core.experiment import DataSettings
from regplay.core.training import Record
from regplay.session import terminal

# Three steps an epoch.
EXPERIMENT = """
epochs = 120
[model]
depth = 1
width = 16
[optimizer]
batch_size = 10
"""


DIVERGING = """
epochs = 3000
[data]
name = "linear"
[model]
depth = 0
[optimizer]
name = "sgd"
lr = 0.11
"""


@pytest.fixture
def press_ctrl_c(monkeypatch):
    """Presses Ctrl-C, or sends another signal, in a stretch of training that is one step.

    Steps are counted from 1; 0 is before the first.
    """

    def at(step: int, number: int = signal.SIGINT) -> None:
        train = terminal.Training.train

        def train_and_press(
            training: terminal.Training, goal: int | None = None
        ) -> Sequence[Record]:
            records = train(training, training.step + 1 if goal is None else goal)
            if training.step == step:
                signal.raise_signal(number)
            return records

        monkeypatch.setattr(terminal.Training, "train", train_and_press)

    return at


@pytest.fixture
def train(tmp_path, regplay):
    """Runs `regplay train --out` with these words; returns exit code, stdout and stderr."""

    def run(folder: Path, *words: str, text: str = EXPERIMENT) -> tuple[int, str, str]:
        path = experiment_file(tmp_path, text)
        return regplay("train", path, "--out", folder, "--no-advice", *words)

    return run


def _history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_ctrl_c_stops_and_keeps_what_there_is(train, press_ctrl_c, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    train(whole)
    press_ctrl_c(3 * 70 + 2)
    code, out, err = train(cut, "--json")
    assert code == 130
    assert err == f"Stopped at epoch 70 of 120.\nResults are in {cut}\n"
    summary = json.loads(out)
    assert summary["epochs"] == 70
    rows = _history(cut)
    epochs = [int(row["epoch"]) for row in rows]
    assert epochs == sorted(set(epochs))
    assert epochs[-1] == 70
    assert rows[:-1] == _history(whole)[: len(rows) - 1]
    # The final loss is that of the written weights.
    network = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
    network.load_state_dict(torch.load(cut / "model.pt", weights_only=True))
    valid = load(DataSettings()).valid
    y = torch.tensor(valid.y).float()
    loss = nn.functional.mse_loss(network(torch.tensor(valid.x).float())[:, 0], y).item()
    assert summary["final"]["valid_loss"] == pytest.approx(loss, rel=1e-5)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("step", [0, 1])
def test_ctrl_c_in_the_first_step(train, press_ctrl_c, tmp_path, step):
    press_ctrl_c(step)
    code, out, err = train(tmp_path / "out")
    assert code == 130
    assert err.startswith("Stopped at epoch 0 of 120.\n")
    assert out.startswith("0 epochs in ")
    assert "Press Space" not in out
    assert [row["epoch"] for row in _history(tmp_path / "out")] == ["0"]


def test_ctrl_c_in_the_last_step_is_too_late(train, press_ctrl_c, tmp_path):
    press_ctrl_c(3 * 120)
    code, _, err = train(tmp_path / "out")
    assert code == 0
    assert "Stopped" not in err


def test_what_is_diverging_is_left_as_it_was_last_measured(train, press_ctrl_c, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    diverged_at = json.loads(train(whole, "--json", text=DIVERGING)[1])["epochs"]
    last = int(_history(whole)[-2]["epoch"])
    assert last < diverged_at - 1
    press_ctrl_c(diverged_at - 1)
    code, out, err = train(cut, "--json", text=DIVERGING)
    assert code == 130
    assert err.startswith(f"Stopped at epoch {last} of 3,000.\n")
    summary, network = json.loads(out), nn.Sequential(nn.Linear(200, 1))
    assert summary["epochs"] == last
    assert _history(cut) == _history(whole)[:-1]
    network.load_state_dict(torch.load(cut / "model.pt", weights_only=True))
    norm = network[0].weight.detach().double().norm().item()
    assert norm > 1e9
    assert summary["final"]["weight_norm"] == pytest.approx(norm, rel=1e-6)


def test_what_no_longer_changes_has_come_as_far_as_it_has(train, press_ctrl_c, tmp_path):
    press_ctrl_c(3 * 70 + 2)
    _, out, err = train(tmp_path / "out", "--json", "--set", "optimizer.lr=0")
    assert err.startswith("Stopped at epoch 70 of 120.\n")
    assert json.loads(out)["epochs"] == 70


def test_ctrl_c_while_a_stretch_is_under_way(train, monkeypatch, tmp_path):
    """From another thread, as the main one is then not at Python's work."""
    presses, once = [], terminal.Training.train

    def train_and_be_pressed(training: terminal.Training, *goal: int) -> Sequence[Record]:
        if not goal and not presses:
            presses.append(threading.Thread(target=signal.raise_signal, args=[signal.SIGINT]))
            presses[0].start()
        return once(training, *goal)

    monkeypatch.setattr(terminal.Training, "train", train_and_be_pressed)
    code, out, err = train(tmp_path / "out", "--json", text="epochs = 1000000\n")
    presses[0].join()
    assert code == 130
    epochs = json.loads(out)["epochs"]
    assert err.startswith(f"Stopped at epoch {epochs:,} of 1,000,000.\n")
    assert 0 < epochs < 500_000
    assert int(_history(tmp_path / "out")[-1]["epoch"]) == epochs


def test_ctrl_c_before_training(tmp_path, regplay, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(terminal, "Training", interrupted)
    assert regplay("train", experiment_file(tmp_path)) == (130, "", "Stopped.\n")


def test_ctrl_c_before_the_words_are_read_gets_no_traceback(monkeypatch, regplay):
    """What the options are told from is imported first, which takes a while."""

    def press(_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setitem(COMMANDS, "render", replace(COMMANDS["render"], configure=press))
    assert regplay("render") == (130, "", "Stopped.\n")


def test_sigterm_ends_in_the_same_order(train, press_ctrl_c, tmp_path):
    press_ctrl_c(3 * 70 + 2, signal.SIGTERM)
    code, _, err = train(tmp_path / "out")
    assert code == 143
    assert err.startswith("Stopped at epoch 70 of 120.\n")
    assert _history(tmp_path / "out")[-1]["epoch"] == "70"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_ctrl_c_while_the_commands_are_imported_gets_no_traceback(monkeypatch, regplay):
    class Interrupted:
        def __getattr__(self, _: str) -> None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setitem(sys.modules, "regplay.cli.commands", Interrupted())
    assert regplay("train") == (130, "", "Stopped.\n")


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("session.terminal", ["train", "experiment.toml"]),
        ("session.terminal", ["sweep", "experiment.toml", "--vary", "model.width=2,4"]),
        ("session.lessons.check", ["lessons", "--check"]),
        ("gui.application.app", ["experiment.toml"]),
    ],
)
def test_ctrl_c_that_an_import_swallows_is_not_lost(monkeypatch, tmp_path, regplay, module, words):
    experiment_file(tmp_path)
    monkeypatch.chdir(tmp_path)

    class Swallows:
        @staticmethod
        def find_spec(*_: object) -> None:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)

    import_module(f"regplay.{module}")  # what it imports is there from here on
    package, _, name = f"regplay.{module}".rpartition(".")
    monkeypatch.delattr(sys.modules[package], name, raising=False)
    monkeypatch.delitem(sys.modules, f"{package}.{name}", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Swallows, *sys.meta_path])
    assert regplay(*words) == (130, "", "Stopped.\n")
